"""What `import tapegrad` imports, and what it leaves for its first use."""

from __future__ import annotations

import json
import os
from pathlib import Path
import pickle
import subprocess
import sys
from typing import Any

import numpy as np
from numpy.typing import NDArray
import pytest

import tapegrad

MOST = 132
"""So many modules of its own the package may import. Each costs half a millisecond; think before you raise this."""
LATER = {"_program", "_implicit", "_optim", "_sparse", "_check", "implicit", "optim", "extend", "numpy", "sparse"}
"""Beginnings of modules that are imported when a user names them."""
FOREIGN = {"scipy", "numba", "numpy.ma", "numpy.polynomial", "concurrent", "hashlib", "tempfile", "pathlib", "logging"}


def in_a_new_process(code: str) -> Any:
    """What the code prints, as JSON."""
    environment = {**os.environ, "PYTHONPATH": str(Path(tapegrad.__file__).parents[1])}
    run = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert not run.returncode, run.stderr
    return json.loads(run.stdout)


def test_the_package_imports_little() -> None:
    code = "import json, sys, numpy, attrs, optree; before = {*sys.modules}; import tapegrad; "
    new = set(in_a_new_process(code + "print(json.dumps([*{*sys.modules}.difference(before)]))"))
    own = {name.removeprefix("tapegrad.") for name in new if name.startswith("tapegrad")}
    assert len(own) <= MOST
    assert not {name for name in own if name.startswith(tuple(LATER))}
    assert not new & FOREIGN


def test_every_name_is_there_from_the_start() -> None:
    code = "import json, tapegrad; listed = dir(tapegrad); "
    code += "there = {name: type(getattr(tapegrad, name)).__name__ for name in tapegrad.__all__}; "
    listed, there, kept = in_a_new_process(code + "print(json.dumps([listed, there, list(vars(tapegrad))]))")
    assert {*tapegrad.__all__} <= {*listed}
    assert {*tapegrad.__all__} <= {*kept}
    assert there == {name: type(getattr(tapegrad, name)).__name__ for name in tapegrad.__all__}


def test_all_names_can_be_imported() -> None:
    code = "import json; from tapegrad import *; import tapegrad.program, tapegrad.sparse; "
    code += "print(json.dumps([compile.__name__, scan.__name__, implicit.__name__, numpy.__name__]))"
    assert in_a_new_process(code) == ["compile", "scan", "tapegrad.implicit", "tapegrad.numpy"]


def test_a_wrong_name_is_an_error() -> None:
    wrong = "gard"
    with pytest.raises(AttributeError, match="module 'tapegrad' has no attribute 'gard'") as caught:
        getattr(tapegrad, wrong)
    assert caught.value.name == wrong
    assert caught.value.obj is tapegrad


def test_what_was_pickled_is_found_by_a_process_that_has_imported_nothing_yet() -> None:
    def square(x: NDArray[np.float64]) -> NDArray[np.float64]:
        return x * x

    program = tapegrad.trace(tapegrad.grad(square))(np.array(1.0))
    code = f"import json, pickle, numpy; program = pickle.loads({pickle.dumps(program)!r}); "
    assert "array" in {equation.primitive.name for equation in program.equations}
    assert in_a_new_process(code + "print(json.dumps(program(numpy.array(3.0)).tolist()))") == 6


def test_primitives_are_declared_when_the_package_is_imported() -> None:
    code = "import json, tapegrad; from tapegrad._rules.kinds import PRIMITIVES; first = {*PRIMITIVES}; "
    code += "from tapegrad import *; import tapegrad.program, tapegrad.numpy; "
    assert in_a_new_process(code + "print(json.dumps([*{*PRIMITIVES}.difference(first)]))") == []


def test_a_primitive_pickles_by_its_name_from_the_start() -> None:
    code = "import json, pickle, tapegrad; from tapegrad._rules.kinds import PRIMITIVES; sine = PRIMITIVES['sin']; "
    assert in_a_new_process(code + "print(json.dumps(pickle.loads(pickle.dumps(sine)) is sine))")
