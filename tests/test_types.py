"""Static types: what checkers accept is what comes back, and they reject what is wrong.

The checkers themselves run over everything in `tests/check.py`. Here is what they cannot say of themselves.
"""

from __future__ import annotations

from importlib import import_module
import inspect
from pathlib import Path
import re
import subprocess
import sys
from types import ModuleType

import numpy as np
import pytest

import tapegrad.numpy as tnp
from tapegrad.numpy import kinds

ROOT = Path(__file__).resolve().parent.parent
REJECTED = ROOT / "tests" / "typing" / "rejected.py"
ACCEPTED = sorted(path.stem for path in REJECTED.parent.glob("accepted*.py"))
CHECKERS = {
    "mypy": ("mypy", "--no-error-summary"),
    "pyright": ("pyright", "--pythonpath", sys.executable),
}
"""How each is called on one file; what it prints of an ignore that ignores nothing."""
UNUSED = re.compile(r'unused "type: ignore|unnecessary "# pyright: ignore', re.IGNORECASE)


@pytest.mark.parametrize("module", ACCEPTED)
def test_what_checkers_infer_is_what_comes_back(module: str) -> None:
    import_module(f"tests.typing.{module}")


@pytest.mark.parametrize("checker", CHECKERS)
def test_a_wrong_line_that_turns_right_is_reported(checker: str, tmp_path: Path) -> None:
    """The negative control of `rejected.py`: one of its lines is corrected, and its comment stays."""
    lines = REJECTED.read_text().splitlines(keepends=True)
    number = next(i for i, line in enumerate(lines) if line.startswith("grad(text)"))
    lines[number] = lines[number].replace("grad(text)", "grad(vector)")
    corrected = tmp_path / "corrected.py"
    corrected.write_text("".join(lines))
    module, *options = CHECKERS[checker]
    if checker == "pyright":
        settings = (ROOT / "pyrightconfig.json").read_text()
        settings = re.sub(r'"include": \[.*?\]', f'"include": ["{corrected}"], "extraPaths": ["{ROOT}"]', settings)
        (tmp_path / "pyrightconfig.json").write_text(settings.replace('"typings"', f'"{ROOT / "typings"}"'))
        options += ["--project", str(tmp_path)]
    else:
        options += [str(corrected)]
    run = subprocess.run(
        [sys.executable, "-m", module, *options], cwd=ROOT, capture_output=True, text=True, check=False
    )
    reported = [line for line in run.stdout.splitlines() if corrected.name in line and UNUSED.search(line)]
    assert run.returncode == 1
    assert all(f":{number + 1}:" in line for line in reported)
    assert reported


@pytest.mark.parametrize("name", [name for name, kind in tnp.__annotations__.items() if kind.startswith("Final[")])
def test_a_function_of_the_namespace_is_typed_and_documented(name: str) -> None:
    function = getattr(tnp, name)
    kind = tnp.__annotations__[name]
    assert hasattr(kinds, kind.removeprefix("Final[").removesuffix("]"))
    assert (inspect.getdoc(function) or "").strip()
    assert getattr(np, function.__name__, None) is getattr(np, name, None)


def test_the_kinds_are_documented() -> None:
    for name, kind in inspect.getmembers(kinds, inspect.isclass):
        assert kind.__doc__, name


@pytest.mark.parametrize("module", [tnp, tnp.linalg, tnp.fft, tnp.emath], ids=lambda module: module.__name__)
def test_every_kind_has_a_line_that_checkers_accept(module: ModuleType) -> None:
    text = "".join((REJECTED.parent / f"{name}.py").read_text() for name in ACCEPTED)
    called = set(re.findall(r"\b(tnp(?:\.\w+)+)\(", text))
    home = module.__name__.replace("tapegrad.numpy", "tnp")
    kinds_of = {name: kind for name, kind in module.__annotations__.items() if kind.startswith("Final[")}
    assert set(kinds_of.values()) == {kind for name, kind in kinds_of.items() if f"{home}.{name}" in called}


def test_the_namespace_has_numpys_constants() -> None:
    assert (tnp.pi, tnp.e, tnp.inf, tnp.newaxis) == (np.pi, np.e, np.inf, None)
    assert np.isnan(tnp.nan)
