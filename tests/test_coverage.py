"""docs/coverage.md says what is so, and what plain code leans on is covered."""

from __future__ import annotations

from importlib import import_module
import re
from typing import Any

import numpy as np
import pytest
import scipy

from tests import coverage
from tests.tiers import NEWER_NUMPY, NUMPY, SCIPY

ENTRIES = {one.name: one for entries in coverage.sections().values() for one in entries}
CONSTANTS = {
    *("argsort", "argpartition", "argmax", "argmin", "searchsorted"),
    *("floor", "ceil", "trunc", "rint", "round", "around"),
}
"""Of the functions that plain code leans on, those without a derivative, or with a zero one."""


def found(name: str) -> bool:
    """Whether this NumPy has it."""
    thing: Any = np
    for part in name.split("."):
        thing = getattr(thing, part, None)
    return thing is not None


def test_the_page() -> None:
    text = coverage.PAGE.read_text()
    written = re.search(r"for NumPy (\d+\.\d+) and SciPy (\d+\.\d+)", text)
    assert written is not None
    if written.groups() != tuple(".".join(version.split(".")[:2]) for version in (np.__version__, scipy.__version__)):
        pytest.skip("the page is for other versions")
    assert text == coverage.page(), "run python -m tests.coverage"


@pytest.mark.parametrize("name", [*NUMPY.split(), *filter(found, NEWER_NUMPY.split())])
def test_numpy(name: str) -> None:
    word = ENTRIES[f"np.{name.replace('emath.', 'lib.scimath.')}"].word
    assert word == ("constant" if name in CONSTANTS else "derivative")


@pytest.mark.parametrize(
    ("module", "name"),
    [
        (module, name)
        for module, names in SCIPY.items()
        for name in names.split()
        if hasattr(import_module(f"scipy.{module}"), name)  # an older SciPy may lack it
    ],
)
def test_scipy(module: str, name: str) -> None:
    """By a rule for SciPy's own ufunc, by the same name in `tapegrad.scipy`, or by running through as it is."""
    assert hasattr(import_module(f"tapegrad.scipy.{module}"), name)
    assert ENTRIES.get(f"{module}.{name}", coverage.Entry(name, "derivative")).word == "derivative"


def test_the_words() -> None:
    assert {one.word for one in ENTRIES.values()} == set(coverage.WORDS)


def test_what_loops_under_vmap() -> None:
    """SciPy's linear algebra, as SciPy itself does; and one recursion. Nothing of NumPy's."""
    loops = {name for name, one in ENTRIES.items() if one.batched == "loops"}
    assert {name for name in loops if not name.startswith("linalg.")} == {"signal.lfilter"}
