"""SciPy's functions in `tapegrad.scipy`: which there are, that they are SciPy's own, that they differentiate."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
import inspect
import os
from pathlib import Path
import pickle
import re
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
import scipy.linalg
import scipy.special

from tapegrad import grad
from tapegrad._rules.fronts import is_sequence
import tapegrad.scipy.linalg
import tapegrad.scipy.special
from tests import tiers

OURS: dict[str, Any] = {"special": tapegrad.scipy.special, "linalg": tapegrad.scipy.linalg}
THEIRS: dict[str, Any] = {"special": scipy.special, "linalg": scipy.linalg}
NAMES = [(module, name) for module in OURS for name in OURS[module].__all__]
GONE = {"sph_harm"}
"""SciPy 1.17 has it no more. Elsewhere plain code that calls it differentiates."""
MISSING = {"sph_harm_y"} if not hasattr(scipy.special, "sph_harm_y") else set[str]()

OF_KIND: dict[str, tuple[Any, ...]] = {
    "Airy": (0.4,),
    "BinaryFloat": (1.4, 0.4),
    "BinaryReal": (1.4, 0.4),
    "Combinations": (5.2, 2.4),
    "Factorial": (2.4,),
    "Jacobi": (1.4, 0.4),
    "Kelvin": (0.4,),
    "LambertW": (0.4,),
    "LogSumExp": (np.array([0.3, 0.4]),),
    "MultiGammaLn": (2.4, 2),
    "OfDegree": (2, 0.4),
    "OfDegreeReal": (2, 0.4),
    "OfOrder": (1.5, 0.4),
    "OfOrderComplex": (1.5, 0.4),
    "OfOrderReal": (1.5, 0.4),
    "OfThree": (2, 2.5, 1.5, 0.4),
    "OfTwo": (2, 1.5, 0.4),
    "OfTwoReal": (1, 3, 0.4),
    "Pair": (0.4,),
    "ParabolicCylinder": (1.5, 0.4),
    "Permutations": (5.2, 2.4),
    "PolyGamma": (1, 0.4),
    "Softmax": (np.array([0.3, 0.4]),),
    "SphericalBessel": (2, 0.4),
    "SphericalHarmonic": (2, 1, 0.3, 0.4),
    "TernaryFloat": (1.4, 1.3, 0.4),
    "TernaryReal": (1.4, 1.3, 0.4),
    "UnaryComplex": (0.4,),
    "UnaryFloat": (0.4,),
    "UnaryReal": (0.4,),
    "UnaryStep": (0.4,),
    "Zeta": (2.4,),
}
"""Arguments for each kind of function of scipy.special."""

A = np.array([[2.0, 0.5, 0.3], [0.5, 1.5, 0.2], [0.3, 0.2, 1.0]])
B = np.array([[1.0, 0.3, 0.2], [0.4, 1.2, 0.1], [0.1, 0.5, 0.8]])
V = np.array([3.0, 1.0, 0.5])
BAND = np.array([[0.0, 0.3, 0.2], [2.0, 1.5, 1.0]])
PIVOTS = np.array([0, 2, 2])
ARGUMENTS: dict[str, tuple[Any, ...]] = {
    "ndtri_exp": (-0.4,),
    "solve_banded": ((1, 1), np.array([[0.0, 0.3, 0.2], [2.0, 1.5, 1.0], [0.1, 0.4, 0.0]]), V),
    "solveh_banded": (BAND, V),
    "cholesky_banded": (BAND,),
    "cho_solve": ((A, False), V),
    "cho_solve_banded": ((BAND, False), V),
    "lu_solve": ((A, PIVOTS), V),
    "fractional_matrix_power": (A, 0.3),
    "solve_discrete_lyapunov": (0.3 * A, B),
    "matmul_toeplitz": (V, V),
    **dict.fromkeys(("solve", "solve_triangular", "lstsq"), (A, V)),
    **dict.fromkeys(("solve_circulant", "solve_toeplitz"), (V, V)),
    **dict.fromkeys(("circulant", "companion", "hankel", "toeplitz"), (V,)),
    **dict.fromkeys(("khatri_rao", "block_diag", "expm_frechet"), (A, B)),
    **dict.fromkeys(("solve_continuous_lyapunov", "solve_lyapunov"), (A, B)),
    "solve_sylvester": (A, B, A),
}
"""And for those that need others, and for all of scipy.linalg that take more than one matrix."""


def arguments(module: str, name: str) -> tuple[Any, ...]:
    if name in ARGUMENTS or module == "linalg":
        return ARGUMENTS.get(name, (A,))
    return OF_KIND[kind(module, name)]


def kind(module: str, name: str) -> str:
    return str(OURS[module].__annotations__[name]).removeprefix("Final[").removesuffix("]")


def parts(found: Any) -> list[Any]:
    """The arrays of a result."""
    return [part for inner in found for part in parts(inner)] if is_sequence(found) else [found]


def a_number(function: Callable[..., Any]) -> Callable[..., Any]:
    """A real number from all that a function gives, whichever sign it chose for vectors."""

    def weighted(part: Any) -> Any:
        weights = np.cos(np.arange(np.size(part))).reshape(np.shape(part))
        return np.sum((np.real(part) ** 2 + np.imag(part) ** 2) * weights)

    return lambda *args: sum(weighted(part) for part in parts(function(*args)))


@pytest.mark.parametrize(("module", "name"), [(m, name) for m, names in tiers.SCIPY.items() for name in names.split()])
def test_what_plain_code_leans_on_is_there(module: str, name: str) -> None:
    ours = import_module(f"tapegrad.scipy.{module}")
    assert name in ours.__all__ or name in MISSING


@pytest.mark.parametrize(("module", "name"), NAMES)
def test_it_is_scipys_on_plain_arguments(module: str, name: str) -> None:
    args = arguments(module, name)
    ours, theirs = getattr(OURS[module], name)(*args), getattr(THEIRS[module], name)(*args)
    assert type(ours) is type(theirs)
    for part, expected in zip(parts(ours), parts(theirs), strict=True):
        assert type(part) is type(expected)
        np.testing.assert_array_equal(part, expected)
        assert np.all(np.isfinite(part))


@pytest.mark.parametrize(("module", "name"), NAMES)
def test_it_differentiates(module: str, name: str) -> None:
    """In its first matrix, or in its last number, along a line."""
    args = list(arguments(module, name))
    i = next((i for i, x in enumerate(args) if isinstance(x, np.ndarray)), None)
    if i is None:
        i = next((i for i in reversed(range(len(args))) if isinstance(args[i], float)), 0)
    pair = args[i] if isinstance(args[i], tuple) else None
    x: Any = pair[0] if pair and isinstance(pair[0], np.ndarray) else args[i]
    ours, theirs = getattr(OURS[module], name), getattr(THEIRS[module], name)

    def along(function: Callable[..., Any], t: Any) -> Any:
        """The change keeps a symmetric matrix symmetric."""
        moved = x + t * np.cos(x)
        return a_number(function)(*args[:i], (moved, *pair[1:]) if pair is not None else moved, *args[i + 1 :])

    slope = grad(lambda t: along(ours, t))(0.0)
    step = 1e-5
    difference = (along(theirs, step) - along(theirs, -step)) / (2 * step)
    np.testing.assert_allclose(slope, difference, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize(("module", "name"), NAMES)
def test_it_is_documented(module: str, name: str) -> None:
    function = getattr(OURS[module], name)
    summary, page = (inspect.getdoc(function) or "").split("\n\n")
    assert summary
    assert "\n" not in summary
    assert page == f"https://docs.scipy.org/doc/scipy/reference/generated/scipy.{module}.{name}.html"
    assert pickle.loads(pickle.dumps(function)) is function


@pytest.mark.parametrize("module", OURS)
def test_all_that_has_a_rule_is_there(module: str) -> None:
    rules: Any = import_module("tapegrad._core.tables")
    for name in dir(THEIRS[module]):
        target = getattr(THEIRS[module], name)
        inner = getattr(target, "__wrapped__", target)
        ruled = inner in rules.CALLS if isinstance(inner, np.ufunc) else callable(target) and target in rules.FUNCTIONS
        assert not ruled or name in OURS[module].__all__ or name in GONE, name


@pytest.mark.parametrize("module", OURS)
def test_every_kind_has_a_line_that_checkers_accept(module: str) -> None:
    text = (Path(__file__).parent / "typing" / "accepted_scipy.py").read_text()
    called = set(re.findall(rf"\b{module}\.(\w+)\(", text))
    assert {kind(module, name) for name in OURS[module].__all__} == {
        kind(module, name) for name in called if hasattr(OURS[module], name)
    }


def test_keywords_of_a_ufunc() -> None:
    """On plain arrays all of them; on a differentiated value, those that keep its gradient."""
    special: Any = tapegrad.scipy.special
    out = np.empty(2)
    assert special.j0(np.array([0.1, 0.2]), out) is out
    assert special.j0(0.1, dtype=np.float32).dtype == np.float32
    assert grad(lambda x: special.j0(x, dtype=np.float64))(0.1) == -scipy.special.j1(0.1)
    with pytest.raises(Exception, match="out"):
        grad(lambda x: np.sum(special.j0(x, out=out)))(np.array([0.1, 0.2]))


def python(code: str, **environment: str) -> None:
    """Run by another process."""
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, env={**os.environ, **environment}
    )
    assert run.returncode == 0, run.stderr


def test_tapegrad_alone_imports_no_scipy() -> None:
    python("import tapegrad, tapegrad.numpy, sys; assert 'scipy' not in sys.modules")


def test_without_scipy_the_error_says_how_to_install_it() -> None:
    python(
        """
import sys
sys.modules["scipy"] = None
import tapegrad
try:
    import tapegrad.scipy.special
except ImportError as error:
    assert str(error) == "tapegrad.scipy needs SciPy: python -m pip install 'tapegrad[scipy]'"
else:
    raise AssertionError
"""
    )


def test_where_scipy_wraps_its_functions_for_the_array_api() -> None:
    python(
        """
import numpy as np, scipy.special
from tapegrad import grad
from tapegrad._rules.fronts import is_sequence
from tapegrad.scipy import special
assert not isinstance(scipy.special.erf, np.ufunc)
assert special.erf(0.5) == scipy.special.erf(0.5)
for name, x in (("gammaln", 2.5), ("erf", 0.3), ("multigammaln", 3.5)):
    f = getattr(special, name)
    g = (lambda x: f(x, 2)) if name == "multigammaln" else f
    assert np.isfinite(grad(g)(x)) and np.isfinite(grad(grad(g))(x)), name
assert np.isfinite(grad(grad(lambda x: special.betainc(1.5, 2.5, x)))(0.3))
assert np.isfinite(grad(special.zeta)(2.5))
assert np.isfinite(grad(lambda x: special.polygamma(1, x))(2.5))
assert np.isfinite(grad(lambda x: special.logsumexp(x))(np.array([1.0, 2.0]))).all()
assert np.isfinite(grad(lambda x: special.spherical_jn(1, x))(2.5))
""",
        SCIPY_ARRAY_API="1",
    )
