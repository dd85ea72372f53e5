"""Choosing, piecewise functions, interpolation, histograms: values at edges and knots; what is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tapegrad.errors import BatchError, ConversionError
from tests.rules.point import Point, point
from tests.untyped import Function, compile, grad, plain, vjp, vmap

XP, FP = np.array([0.0, 1.0, 3.0]), np.array([0.0, 2.0, 3.0])


def root(v: Any) -> Any:
    return np.sqrt(v)


def reciprocal(v: Any) -> Any:
    return 1 / v


POINTS = [
    point(
        "select, first of two that hold", lambda x: np.select([x > 0, x > 1], [x, 5 * x]), [2.0, -1.0], gives=[1.0, 0.0]
    ),
    point(
        "select over log",
        lambda x: np.select([x > 0, x <= 0], [np.log(x), np.zeros(2)]),
        [0.0, 2.0],
        gives=[0.0, 0.5],
    ),
    point("choose", lambda x: plain.choose([1, 0], [x, 3 * x]), [1.0, 1.0], gives=[3.0, 1.0]),
    point(
        "piecewise, later pieces win",
        lambda x: plain.piecewise(x, [x > 0, x > 1], [reciprocal, root]),
        [4.0, 0.5],
        gives=[0.25, -4.0],
    ),
    point("piecewise outside all", lambda x: plain.piecewise(x, [x > 1], [root]), [4.0, 0.0], gives=[0.25, 0.0]),
    point("interp, at a knot", lambda x: plain.interp(x, XP, FP), [0.0, 1.0, 3.0], gives=[2.0, 0.5, 0.5]),
    point("interp, outside", lambda x: plain.interp(x, XP, FP), [-1.0, 4.0], gives=[0.0, 0.0]),
    point("interp, outside, in fp", lambda y: plain.interp([-1.0, 4.0, 5.0], XP, y), FP, gives=[1.0, 0.0, 2.0]),
    point("interp, a side given", lambda y: plain.interp([-1.0, 4.0], XP, y, left=0.0), FP, gives=[0.0, 0.0, 1.0]),
    point("interp, a step", lambda x: plain.interp(x, [0.0, 1.0, 1.0], [0.0, 2.0, 5.0]), [0.5, 1.0], gives=[2.0, 0.0]),
    point("interp, beside nan", lambda x: np.nansum(plain.interp(x, XP, FP)), [np.nan, 2.0], gives=[0.0, 0.5]),
    point(
        "histogram, edges",
        lambda w: plain.histogram([0.0, 1.0, 2.0, 3.0], [0.0, 1.0, 2.0], weights=w)[0] * np.array([1.0, 2.0]),
        [1.0] * 4,
        gives=[1.0, 2.0, 2.0, 0.0],
    ),
    point("histogram, edges that move", lambda x: plain.histogram(x, 2)[1], [0.0, 1.0, 4.0], gives=[1.5, 0.0, 1.5]),
    point("histogram of a constant", lambda x: plain.histogram(x, 1)[1], [2.0, 2.0], gives=[1.0, 1.0]),
    point("average", lambda w: plain.average([1.0, 3.0], weights=w), [1.0, 1.0], gives=[-0.5, 0.5]),
]


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("case", POINTS, ids=[p.name for p in POINTS])
def test_point(case: Point) -> None:
    """The promised gradient, alone and in a batch."""
    out, pull = vjp(case.f, *case.args)
    (arg,), (wanted,) = case.args, case.gradients
    np.testing.assert_allclose(pull(np.ones_like(out))[0], wanted, rtol=1e-12, atol=1e-15)
    batched = vmap(lambda x: vjp(case.f, x)[1](np.ones_like(out))[0])(np.stack([arg, arg]))
    np.testing.assert_allclose(batched, [wanted, wanted], rtol=1e-12, atol=1e-15)


def test_interpolation_at_a_step() -> None:
    x, xp, fp = np.array([0.5, 1.0, 2.0, 3.0]), np.array([0.0, 1.0, 1.0, 3.0, 3.0]), np.arange(5.0)
    np.testing.assert_array_equal(vjp(lambda x: plain.interp(x, xp, fp), x)[0], np.interp(x, xp, fp))


def test_piecewise_gives_each_function_its_own_entries() -> None:
    seen: list[int] = []

    def note(v: Any) -> Any:
        seen.append(v.size)
        return v * v

    found = grad(lambda x: np.sum(plain.piecewise(x, [x > 0], [note, -1.0])))(np.array([1.0, -2.0, 3.0]))
    np.testing.assert_array_equal(found, [2.0, 0.0, 6.0])
    assert seen == [2]


def test_histograms_of_differentiated_values_are_counts() -> None:
    """The numbers are constants, of the type that NumPy gives them."""
    x = np.array([0.1, 0.4, 0.9])
    counts, _ = vjp(lambda x: np.histogram(x, [0.0, 0.5, 1.0])[0] * np.sum(x * 0 + 1), x)
    np.testing.assert_array_equal(counts, [6.0, 3.0])


X = np.array([0.3, 1.2, 0.7])
BUFFER = np.zeros(3)
REFUSED: dict[str, tuple[Function, type[Exception], str]] = {
    "choose, a position that is none": (lambda x: plain.choose([0, 2, 0], [x, x]), ValueError, "invalid entry"),
    "choose, mode": (lambda x: plain.choose([0, 1, 0], [x, x], mode="first"), ValueError, "clipmode"),
    "choose, positions": (lambda x: plain.choose(x, [x, x]), TypeError, "safe"),
    "choose, out=": (lambda x: plain.choose([0, 1, 0], [x, x], out=BUFFER), ConversionError, "out="),
    "compress, out=": (lambda x: np.compress([True], x, out=BUFFER), ConversionError, "out="),
    "compress, a matrix": (lambda x: np.compress([[True]], x), ValueError, "1-d"),
    "select, lengths": (lambda x: np.select([X > 1], [x, x]), ValueError, "same length"),
    "select, conditions": (lambda x: plain.select([X], [x]), TypeError, "boolean"),
    "piecewise, count": (lambda x: plain.piecewise(x, [X > 1], [1.0, 2.0, 3.0]), ValueError, "1 or 2 functions"),
    "extract under vmap": (
        lambda x: vmap(lambda y: plain.extract(y > 1, y))(plain.stack([x, x])),
        BatchError,
        "length",
    ),
    "np.put": (lambda x: np.put(BUFFER, [0], x[0]), ConversionError, r"existing array.*at\(a.*\.set"),
    "np.put into x": (lambda x: np.put(x, [0], 1.0), ConversionError, r"change a Variable.*at\("),
    "np.place": (lambda x: np.place(x, X > 1, [1.0]), ConversionError, r"np.where\(mask, values, a\)"),
    "np.putmask": (lambda x: np.putmask(BUFFER, X > 1, x), ConversionError, r"np.where\(mask, values, a\)"),
    "np.put_along_axis": (lambda x: np.put_along_axis(BUFFER, np.array([0]), x[:1], 0), ConversionError, r"\.set\("),
    "np.fill_diagonal": (lambda x: plain.fill_diagonal(np.outer(x, x), 0.0), ConversionError, "np.eye"),
    "np.fill_diagonal with x": (lambda x: plain.fill_diagonal(np.zeros((3, 3)), x), ConversionError, "plain array"),
    "histogram, auto under vmap": (
        lambda x: vmap(lambda y: plain.histogram(y, "auto")[0])(plain.stack([x, x])),
        BatchError,
        "how many",
    ),
    "histogram, auto with weights": (lambda x: plain.histogram(X, "auto", weights=x)[0], TypeError, "weighted"),
    "histogramdd, bins": (lambda x: plain.histogramdd([X, X], [2], weights=x)[0], ValueError, "dimension of bins"),
}


@pytest.mark.parametrize(("f", "error", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(f: Callable[..., Any], error: type[Exception], message: str) -> None:
    """NumPy's own errors for wrong use; what would write into an array is refused with the remedy."""

    def scalar(x: Any) -> Any:
        out = f(x)
        return 0.0 if out is None else np.sum(out)

    with pytest.raises(error, match=f"(?s){message}"):
        grad(scalar)(X)


LATE: list[tuple[Callable[[Any], Any], list[int], list[int]]] = [
    (lambda i: plain.choose(i, [XP, FP]), [1, 0, 1], [1, 0, 2]),
    (lambda i: plain.choose(i, [XP, FP]), [1, 0, 1], [1, -1, 0]),
    (lambda i: np.ravel_multi_index((i, i), (3, 4)), [1, 0, 2], [3, 0, 2]),
    (lambda i: np.ravel_multi_index((i, i), (3, 4)), [1, 0, 2], [1, 0, -1]),
    (lambda i: plain.stack(plain.unravel_index(i, (3, 4))), [11, 0, 2], [12, 0, 2]),
    (lambda i: plain.stack(plain.unravel_index(i, (3, 4))), [11, 0, 2], [1, 0, -1]),
]


@pytest.mark.parametrize(("f", "good", "bad"), LATE)
def test_positions_that_are_known_only_later(f: Callable[[Any], Any], good: list[int], bad: list[int]) -> None:
    compiled, batched = compile(f), vmap(f)
    np.testing.assert_array_equal(compiled(np.array(good)), f(np.array(good)))
    np.testing.assert_array_equal(batched(np.array([good])), [f(np.array(good))])
    with pytest.raises(IndexError, match="out of bounds"):
        compiled(np.array(bad))
    with pytest.raises(IndexError, match="out of bounds"):
        batched(np.array([bad]))
