"""Sorting, order statistics, nan-functions, sets, special functions: values at ties, ends and gaps; what is refused."""

from __future__ import annotations

from collections.abc import Callable
import math
from typing import Any

import numpy as np
import pytest

from tapegrad.errors import BatchError, ConversionError, MissingRuleError
from tests.rules.point import Point, point
from tests.untyped import Function, grad, jvp, plain, vjp, vmap

NAN, INF = math.nan, math.inf
TENTH = 0.1
POINTS = [
    point(
        "sort, ties in order", lambda x: np.sort(x) * np.array([1.0, 2.0, 3.0]), [2.0, 1.0, 2.0], gives=[2.0, 1.0, 3.0]
    ),
    point("sort beside nan", lambda x: np.sort(x)[:2] * np.array([1.0, 2.0]), [2.0, NAN, 1.0], gives=[2.0, 0.0, 1.0]),
    point("sort, axis 0", lambda x: np.sort(x, axis=0)[0], [[3.0, 1.0], [2.0, 5.0]], gives=[[0.0, 1.0], [1.0, 0.0]]),
    point("partition", lambda x: np.partition(x, 1)[1], [3.0, 1.0, 2.0], gives=[0.0, 0.0, 1.0]),
    point("median of an even number", lambda x: np.median(x), [4.0, 1.0, 3.0, 2.0], gives=[0.0, 0.0, 0.5, 0.5]),
    point("median beside nan", lambda x: plain.median(x, axis=1), [[1.0, NAN], [1.0, 3.0]], gives=[[0, 0], [0.5, 0.5]]),
    point("nanmedian", lambda x: np.nanmedian(x, axis=1), [[1, NAN, 5.0], [NAN] * 3], gives=[[0.5, 0, 0.5], [0.0] * 3]),
    point("quantile 0", lambda x: plain.quantile(x, 0), [3.0, 1.0, 2.0], gives=[0.0, 1.0, 0.0]),
    point("quantile 1", lambda x: plain.quantile(x, 1.0), [3.0, 1.0, 2.0], gives=[1.0, 0.0, 0.0]),
    point("quantile in q, within", lambda q: plain.quantile([1.0, 2.0, 4.0], q), [0.25, 0.75], gives=[2.0, 4.0]),
    point(
        "quantile in q, at an entry",
        lambda q: plain.quantile([1.0, 2.0, 4.0], q),
        [0.0, 0.5, 1.0],
        gives=[2.0, 4.0, 4.0],
    ),
    point(
        "quantile in q, beyond the ends",
        lambda q: plain.quantile([1.0, 2.0, 4.0], q, method="hazen"),
        [0.1, 0.4, 0.99],
        gives=[0.0, 3.0, 0.0],
    ),
    point("quantile in q, a step", lambda q: plain.quantile([1.0, 2.0], q, method="lower") + 0 * q, 0.3, gives=0.0),
    point("percentile in q", lambda q: plain.percentile([1.0, 2.0, 4.0], q), 25.0, gives=0.02),
    point("nansum", lambda x: np.nansum(x), [1.0, NAN, 3.0], gives=[1.0, 0.0, 1.0]),
    point("nanprod", lambda x: plain.nanprod(x), [2.0, NAN, 3.0], gives=[3.0, 0.0, 2.0]),
    point("nanprod with a zero", lambda x: plain.nanprod(x), [2.0, NAN, 0.0], gives=[0.0, 0.0, 2.0]),
    point("nanmean", lambda x: plain.nanmean(x), [2.0, NAN, 3.0], gives=[0.5, 0.0, 0.5]),
    point("nanmean of nothing", lambda x: np.nanmean(x, axis=1), [[NAN, NAN], [1.0, 2.0]], gives=[[0, 0], [0.5, 0.5]]),
    point("nanvar", lambda x: np.nanvar(x), [1.0, NAN, 3.0], gives=[-1.0, 0.0, 1.0]),
    point("nanvar of one", lambda x: np.nanvar(x, ddof=1), [1.0, NAN], gives=[0.0, 0.0]),
    point("nanstd of a constant", lambda x: np.nanstd(x), [TENTH, NAN, TENTH, TENTH], gives=[0.0] * 4),
    point("nanmax, tie", lambda x: np.nanmax(x), [3.0, NAN, 3.0], gives=[0.5, 0.0, 0.5]),
    point("nanmin of -infinities", lambda x: np.nanmin(x), [-INF, NAN, -INF], gives=[0.5, 0.0, 0.5]),
    point("nanmax of nothing", lambda x: np.nanmax(x, axis=1), [[NAN, NAN], [1.0, 2.0]], gives=[[0, 0], [0, 1.0]]),
    point("nancumsum", lambda x: np.nancumsum(x), [1.0, NAN, 3.0], gives=[3.0, 0.0, 1.0]),
    point("nancumprod", lambda x: plain.nancumprod(x), [2.0, NAN, 3.0], gives=[5.0, 0.0, 2.0]),
    point("unique, of equal ones the first", lambda x: np.unique(x), [2.0, 1.0, 2.0], gives=[1.0, 1.0, 0.0]),
    point("sinc", lambda x: np.sinc(x), [0.0, 1.0, -0.5], gives=[0.0, -1.0, 4 / math.pi]),
    point("i0 at 0", lambda x: np.i0(x), 0.0, gives=0.0),
    point("nan_to_num", lambda x: plain.nan_to_num(x), [1.0, NAN, INF, -INF], gives=[1.0, 0.0, 0.0, 0.0]),
    point("round", lambda x: plain.round(x) * x, [1.4, 2.5], gives=[1.0, 2.0]),
    point("modf", lambda x: np.modf(x)[0], [-1.5, 2.0, INF], gives=[1.0, 1.0, 0.0]),
    point("frexp", lambda x: np.frexp(x)[0], [8.0, 0.0, -3.0], gives=[0.0625, 1.0, 0.25]),
]
UNBATCHED = ("unique, of equal ones the first",)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("case", POINTS, ids=[p.name for p in POINTS])
def test_point(case: Point) -> None:
    """The promised gradient: backward, forward, batched, in single precision."""
    out, pull = vjp(case.f, *case.args)
    (found,) = pull(np.ones_like(out))
    (arg,), (wanted,) = case.args, case.gradients
    np.testing.assert_allclose(found, wanted, rtol=1e-12, atol=1e-15)
    for index in np.ndindex(arg.shape):
        tangent = np.zeros_like(arg)
        tangent[index] = 1
        pushed = jvp(case.f, case.args, (tangent,))[1]
        np.testing.assert_allclose(np.nansum(pushed), np.asarray(wanted)[index], rtol=1e-12, atol=1e-15)
    if case.name not in UNBATCHED:
        batched = vmap(lambda x: vjp(case.f, x)[1](np.ones_like(out))[0])(np.stack([arg, arg]))
        np.testing.assert_allclose(batched, [wanted, wanted], rtol=1e-12, atol=1e-15)
    low, pull = vjp(case.f, arg.astype(np.float32))
    assert pull(np.ones_like(low))[0].dtype == np.float32


@pytest.mark.parametrize("x", [[2.0] * 4, [2.0, 2.0, 1.0, 2.0], [INF, INF, 1.0, INF], [-INF] * 3], ids=str)
def test_median_of_equal_ones(x: list[float]) -> None:
    """Which of them is in the middle is left open; it takes the derivative, as in any other place."""
    for f in (plain.median, plain.nanmedian):
        found = grad(lambda x, f=f: f(x))(np.array(x))
        assert sorted(found[found != 0]) in ([1.0], [0.5, 0.5])
        assert np.all(np.array(x)[found != 0] == np.median(x))


def test_unique_in_no_order() -> None:
    """NumPy gives the values as its hash table has them; each cotangent goes back to its own."""
    x = np.random.default_rng(0).normal(size=9) + 1j
    for f in (plain.unique_values, plain.unique):
        out, pull = vjp(f, x)
        np.testing.assert_array_equal(out, f(x))
        np.testing.assert_array_equal(pull(out)[0], x)


def test_sinc_at_zero_to_any_order() -> None:
    """The Taylor series is sum (-1)^k (pi x)^2k / (2k + 1)!."""
    f: Any = plain.sinc
    for order in range(1, 7):
        f = grad(f)
        wanted = 0.0 if order % 2 else (-1) ** (order // 2) * math.pi**order / (order + 1)
        assert f(0.0) == pytest.approx(wanted, rel=1e-13, abs=1e-15)
        if order % 2:  # and beside it, where cos(pi x) and sinc(x) cancel
            slope = (-1) ** ((order + 1) // 2) * math.pi ** (order + 1) / (order + 2)
            assert f(1e-7) == pytest.approx(slope * 1e-7, rel=1e-11)


def test_i0_against_its_integral() -> None:
    """I_1(x) is the integral of exp(x cos t) cos(t) over half a circle, divided by pi."""
    t = (np.arange(20000) + 0.5) * (np.pi / 20000)
    for x in (1e-6, 0.3, 4.0, -25.0, 300.0, 700.0):
        wanted = np.mean(np.exp(x * np.cos(t)) * np.cos(t))
        assert grad(lambda x: np.i0(x))(x) == pytest.approx(wanted, rel=1e-9 if abs(x) < 1e-3 else 1e-12)
    assert grad(grad(lambda x: np.i0(x)))(0.0) == pytest.approx(0.5, rel=1e-14)


def test_perfect_correlation() -> None:
    """Rounding may leave more than 1; the value is cut, and no derivative is lost or infinite."""
    x = np.array([0.1, 0.7, 0.3])
    y = 3 * x + 0.1
    out, pull = vjp(lambda x: np.corrcoef(x, y)[0, 1], x)
    assert out <= 1
    np.testing.assert_allclose(pull(np.ones(()))[0], 0, atol=1e-15)
    second = grad(lambda x: np.sum(grad(lambda x: np.corrcoef(x, y)[0, 1])(x) * y))(x)
    assert np.all(np.isfinite(second))


def test_polynomial_with_a_double_root() -> None:
    """It has no derivative there; elsewhere it has, and nothing infinite gets in."""
    p = np.array([1.0, -2.0, 1.0])
    out, pull = vjp(lambda p: plain.roots(p), p)
    np.testing.assert_array_equal(pull(np.zeros_like(out))[0], np.zeros(3))
    found = grad(lambda p: np.max(plain.roots(p)))(np.array([1.0, -3.0, 2.0]))
    np.testing.assert_allclose(found, [-4.0, -2.0, -1.0], rtol=1e-13)  # r = 2: -r^(2-k) / p'(r), p'(2) = 1


def test_emath_changes_the_dtype_with_the_values() -> None:
    out, pull = vjp(lambda x: np.emath.sqrt(x), np.array([4.0, 9.0], np.float32))
    assert out.dtype == np.float32
    np.testing.assert_allclose(pull(out * 0 + 1)[0], [0.25, 1 / 6], rtol=1e-6)
    out, pull = vjp(lambda x: np.emath.sqrt(x), np.array([4.0, -9.0], np.float32))
    assert out.dtype == np.complex64
    np.testing.assert_allclose(out, [2, 3j])


X = np.array([0.3, 1.2, 0.7])
REFUSED: dict[str, tuple[Function, type[Exception], str]] = {
    "out= of median": (lambda x: np.median(x, out=np.zeros(())), ConversionError, "median at .*out="),
    "out= of quantile": (lambda x: plain.quantile(x, 0.5, out=np.zeros(())), ConversionError, "quantile at .*out="),
    "out= of nansum": (lambda x: np.nansum(x, out=np.zeros(())), ConversionError, "out="),
    "out= of nanmax": (lambda x: np.nanmax(x, out=np.zeros(())), ConversionError, "out="),
    "out= of round": (lambda x: np.round(x, out=np.zeros(3)), ConversionError, "out="),
    "sort, order": (lambda x: np.sort(x, order="a"), ValueError, "no fields"),
    "sort, kind and stable": (lambda x: plain.sort(x, kind="heapsort", stable=True), ValueError, "only one"),
    "sort, axis": (lambda x: np.sort(x, axis=1), np.exceptions.AxisError, "out of bounds"),
    "partition, kth": (lambda x: np.partition(x, 3), ValueError, r"kth\(=3\) out of bounds"),
    "x.sort()": (lambda x: x.sort(), MissingRuleError, "sort"),
    "quantile, q": (lambda x: plain.quantile(x, 1.5), ValueError, "range"),
    "percentile, q": (lambda x: plain.percentile(x, -1), ValueError, "range"),
    "quantile, method": (lambda x: plain.quantile(x, 0.5, method="best"), ValueError, "not a valid method"),
    "quantile, weights": (lambda x: plain.quantile(x, 0.5, weights=X), ValueError, "inverted_cdf"),
    "quantile, negative weights": (
        lambda x: plain.quantile(x, 0.5, weights=-X, method="inverted_cdf"),
        ValueError,
        "non-negative",
    ),
    "quantile, shape of weights": (
        lambda x: plain.quantile(x, 0.5, axis=0, weights=X[:2], method="inverted_cdf"),
        ValueError,
        "consistent",
    ),
    "quantile of complex": (lambda x: plain.quantile(x * 1j, 0.5), TypeError, "real"),
    "nanmax, where alone": (lambda x: plain.nanmax(x, where=X > 1), ValueError, "initial"),
    "nanvar, ddof and correction": (lambda x: plain.nanvar(x, ddof=1, correction=1), ValueError, "simultaneously"),
    "nanargmax of nothing": (lambda x: x[np.nanargmax(x * NAN)], ValueError, "All-NaN"),
    "digitize, bins": (lambda x: x * plain.digitize(x, [0.0, 2.0, 1.0]), ValueError, "monotonic"),
    "unique under vmap": (lambda x: vmap(lambda y: np.unique(y))(plain.stack([x, x])), BatchError, "np.sort"),
    "i0 of complex": (lambda x: np.i0(x * 1j), TypeError, "complex"),
    "roots of a matrix": (lambda x: plain.roots(np.outer(x, x)), ValueError, "rank-1"),
    "polyfit, deg": (lambda x: plain.polyfit(x, X, -1), ValueError, "deg"),
    "polyfit, lengths": (lambda x: plain.polyfit(x, X[:2], 1), TypeError, "same length"),
    "polyint, k": (lambda x: plain.polyint(x, 3, [1, 2]), ValueError, "k must be"),
    "interp, lengths": (lambda x: plain.interp(x, X, X[:2]), ValueError, "same length"),
    "interp, period": (lambda x: plain.interp(x, X, X, period=0), ValueError, "period"),
    "average, weights": (lambda x: np.average(x, weights=X - X), ZeroDivisionError, "zero"),
    "cov, aweights": (lambda x: np.cov(x, aweights=-X), ValueError, "negative"),
    "cov, fweights": (lambda x: np.cov(x, fweights=X), TypeError, "integer"),
    "histogram, bins": (lambda x: np.histogram(x, [2.0, 1.0])[0] * x[0], ValueError, "monotonic"),
    "histogram, weights": (lambda x: np.histogram(X, 2, weights=x[:2])[0], ValueError, "same shape"),
    "bincount, length": (lambda x: np.bincount([0, 1], x), ValueError, "length"),
    "bincount of numbers": (lambda x: np.bincount(x), TypeError, "safe"),
}


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize(("f", "error", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(f: Callable[..., Any], error: type[Exception], message: str) -> None:
    """NumPy's own errors for wrong use; a keyword without a rule is refused aloud."""
    with pytest.raises(error, match=f"(?s){message}"):
        grad(lambda x: np.sum(f(x)))(X)
