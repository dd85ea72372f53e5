"""How other libraries reach a Variable: the array API standard, SciPy under it, and what converts to plain arrays."""

from __future__ import annotations

from collections.abc import Callable
import math
import os
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
import scipy
import scipy.integrate
import scipy.interpolate
import scipy.linalg
import scipy.signal
import scipy.spatial.distance
import scipy.stats

from tapegrad.errors import ConversionError, MissingMethodError
from tests.untyped import Function, grad, plain

X = np.array([0.5, 1.5, 2.5])
stats: Any = scipy.stats
distance: Any = scipy.spatial.distance


def with_namespace(f: Callable[[Any, Any], Any]) -> Callable[[Any], Any]:
    return lambda x: f(x.__array_namespace__(), x)


NAMESPACE: dict[str, tuple[Callable[[Any, Any], Any], Any]] = {
    "asarray": (lambda xp, x: xp.sum(xp.asarray([x[0], 2.0 * x[1]])), [1.0, 2.0, 0.0]),
    "asarray, dtype": (lambda xp, x: xp.sum(xp.asarray(x, dtype=xp.float32)), [1.0, 1.0, 1.0]),
    "asarray, copy": (lambda xp, x: xp.sum(xp.asarray(x, copy=True, device="cpu")), [1.0, 1.0, 1.0]),
    "asarray of an array": (lambda xp, x: xp.sum(xp.asarray(X) * x), X),
    "astype": (lambda xp, x: xp.sum(xp.astype(x, xp.float32) * 2), [2.0, 2.0, 2.0]),
    "full": (lambda xp, x: xp.sum(xp.full((2, 2), x[0])), [4.0, 0.0, 0.0]),
    "full_like": (lambda xp, x: xp.sum(xp.full_like(X, x[0])), [3.0, 0.0, 0.0]),
    "concat": (lambda xp, x: xp.sum(xp.concat((x, x[:1]))), [2.0, 1.0, 1.0]),
    "linalg": (lambda xp, x: xp.linalg.vector_norm(x[:1]), [1.0, 0.0, 0.0]),
    "where": (lambda xp, x: xp.sum(xp.where(x > 1, x, xp.zeros_like(x))), [0.0, 1.0, 1.0]),
    "to_device": (lambda xp, x: xp.sum(x.to_device(x.device)), [1.0, 1.0, 1.0]),
    "nbytes": (lambda xp, x: x[0] * x.nbytes / x.itemsize, [3.0, 0.0, 0.0]),
}


@pytest.mark.parametrize("name", NAMESPACE)
def test_the_namespace(name: str) -> None:
    f, wanted = NAMESPACE[name]
    np.testing.assert_array_equal(grad(with_namespace(f))(X), wanted)


def test_versions_and_devices_that_there_are_not() -> None:
    with pytest.raises(ValueError, match="1999"):
        grad(lambda x: x.__array_namespace__(api_version="1999"))(X)
    with pytest.raises(ValueError, match="gpu"):
        grad(lambda x: np.sum(x.to_device("gpu")))(X)
    with pytest.raises(ValueError, match="gpu"):
        grad(with_namespace(lambda xp, x: xp.asarray(x, device="gpu")))(X)


UNDER_THE_STANDARD = """
import numpy as np
import scipy.fft, scipy.integrate, scipy.special, scipy.stats
from tapegrad import grad
from tapegrad.errors import ConversionError

x, data = np.array([0.5, 1.5, 2.5]), np.array([1.0, 2.0, 3.0])


def same(f, wanted, x=x):
    np.testing.assert_allclose(grad(f)(x), wanted, rtol=1e-12)


same(lambda x: np.sum(scipy.special.expit(x)), scipy.special.expit(x) * scipy.special.expit(-x))
same(lambda x: np.sum(scipy.special.xlogy(data, x)), data / x)
same(lambda x: np.sum(scipy.special.xlogy(x, data)), np.log(data))
same(lambda x: scipy.special.zeta(2.0, x[0]), [-2.0 * scipy.special.zeta(3.0, 0.5), 0.0, 0.0])
same(lambda x: scipy.integrate.trapezoid(x), [0.5, 1.0, 0.5])
same(lambda x: np.real(scipy.fft.fft(x)[0]), [1.0, 1.0, 1.0])
same(lambda x: scipy.special.softmax(x)[0], scipy.special.softmax(x)[0] * (np.eye(3)[0] - scipy.special.softmax(x)))
try:
    grad(lambda x: scipy.special.logsumexp(x))(x)
except ConversionError as error:
    assert "tapegrad.scipy.special.logsumexp" in str(error), error
else:
    same(lambda x: scipy.special.logsumexp(x), scipy.special.softmax(x))
"""


@pytest.mark.skipif(scipy.__version__ < "1.15", reason="less of an older SciPy follows the standard")
def test_scipy_under_the_array_api_standard() -> None:
    """Alone, and beside plain arrays, which other libraries' arrays cannot stand."""
    environment = {**os.environ, "SCIPY_ARRAY_API": "1"}
    done = subprocess.run(
        [sys.executable, "-c", UNDER_THE_STANDARD], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def square(t: Any) -> Any:
    return t * t


LOST: dict[str, tuple[Function, type[Exception], str]] = {
    "scipy.linalg": (
        lambda x: plain.sum(scipy.linalg.det(plain.diag(x))),
        ConversionError,
        r"tapegrad\.scipy\.linalg\.det: it is",
    ),
    "scipy.stats": (
        lambda x: stats.norm.logpdf(x),
        ConversionError,
        r"scipy\.stats\.norm\.logpdf at test_reach.*Call tapegrad\.scipy\.stats\.norm\.logpdf",
    ),
    "scipy.integrate": (lambda x: scipy.integrate.simpson(x), ConversionError, r"tapegrad\.scipy\.integrate\.simpson"),
    "no counterpart": (
        lambda x: scipy.signal.medfilt(x),
        ConversionError,
        r"scipy\.signal\.medfilt at .*no counterpart",
    ),
    "scipy.spatial.distance": (
        lambda x: plain.sum(distance.cdist(x[:, None], x[:, None])),
        ConversionError,
        r"scipy\.spatial\.distance\.cdist at .*no counterpart",
    ),
    "a class of SciPy's": (
        lambda x: scipy.interpolate.CubicSpline(np.arange(3.0), x)(1.5),
        ConversionError,
        r"scipy\.interpolate\.CubicSpline at .*no counterpart",
    ),
    "math.trunc": (lambda x: math.trunc(x[0]), ConversionError, r"np\.trunc"),
    "math.floor": (lambda x: math.floor(x[0]), ConversionError, r"np\.floor"),
    "math.ceil": (lambda x: math.ceil(x[0]), ConversionError, r"np\.ceil"),
    "tobytes": (lambda x: x.tobytes(), ConversionError, r"x\.value\.tobytes"),
    "sort in place": (lambda x: x.sort(), MissingMethodError, r"x\.sort at .*np\.sort\(x\)"),
    "put": (lambda x: x.put(0, 1.0), MissingMethodError, r"at\(x\)\[i\]\.set"),
    "np.add.at": (lambda x: np.add.at(np.zeros(3), [0], x[:1]), ConversionError, r"tapegrad\.at\(x\)\[i\]\.add\(v\)"),
    "np.hypot.at": (lambda x: np.hypot.at(x, [0], 1.0), ConversionError, r"set\(np\.hypot\(x\[i\], v\)\)"),
    "np.negative.at": (lambda x: np.negative.at(x, [0]), ConversionError, r"set\(np\.negative\(x\[i\]\)\)"),
    "np.vectorize": (lambda x: plain.vectorize(square)(x), ConversionError, "plain array"),
    "np.polynomial": (lambda x: plain.polynomial.Polynomial(x)(2.0), ConversionError, "plain array"),
    "a series of NumPy's": (
        lambda c: plain.polynomial.chebyshev.chebval(0.5, c),
        ConversionError,
        r"numpy\.polynomial\.chebyshev\.chebval at .*Call tapegrad\.numpy\.polynomial\.chebval",
    ),
    "np.asarray": (lambda x: np.asarray(x), ConversionError, r"tapegrad\.numpy\.array\(\[\[x"),
    "x[i] = v": (lambda x: x.__setitem__(0, 1.0), TypeError, r"at\(x\)\[i\]\.set\(v\), with tapegrad\.at"),
}


@pytest.mark.parametrize("name", LOST)
def test_nothing_is_lost_in_silence(name: str) -> None:
    f, error, message = LOST[name]
    with pytest.raises(error, match=message):
        grad(f)(X)


def test_rounding_gives_constants() -> None:
    np.testing.assert_array_equal(grad(lambda x: x[0] * round(x[1]) * round(x[2], 1))(X), [5.0, 0.0, 0.0])


def test_flat_is_all_elements_in_a_row() -> None:
    np.testing.assert_array_equal(
        grad(lambda x: x.flat[3] + sum(x.flat[:2]))(np.ones((2, 2))), [[1.0, 1.0], [0.0, 1.0]]
    )


def test_a_row_of_a_large_array_costs_what_the_row_does(monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted in elements that the sweep allocates: rows, and the gradient once."""
    allocated: list[int] = []
    zeros = plain.zeros

    def counted(shape: Any, dtype: Any = float) -> Any:
        allocated.append(math.prod(shape))
        return zeros(shape, dtype)

    monkeypatch.setattr(np, "zeros", counted)
    grad(lambda x: sum(np.sum(x[i] ** 2) for i in range(100)))(np.ones((1000, 10)))
    assert sum(allocated) == 10_000
