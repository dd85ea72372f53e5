"""The awkward points: where a derivative is a choice, the choice; where it is one, no nan in its place."""

from __future__ import annotations

from collections.abc import Callable
import math
from typing import Any

import attrs
import numpy as np
import pytest

from tests.untyped import Function, grad, jvp, plain, vjp, vmap

INF = math.inf


@attrs.frozen(eq=False)
class Point:
    """A function of one or several arguments, and the gradient of its sum that is promised there."""

    name: str
    f: Callable[..., Any]
    args: tuple[Any, ...]
    gradients: tuple[Any, ...]
    forward: bool
    """Whether forward mode gives the same: an infinite tangent is not undone by a zero that it meets later."""


def point(name: str, f: Function, *args: Any, gives: Any, forward: bool = True) -> Point:
    """With one argument `gives` is its gradient, with several a tuple of them."""
    return Point(name, f, tuple(np.asarray(arg, float) for arg in args), gives if len(args) > 1 else (gives,), forward)


HALF, ZERO = [0.5, 0.5], [0.0, 0.0]
POINTS = [
    point("maximum, tie", lambda x, y: np.maximum(x, y), [1.0, 2.0], [1.0, 3.0], gives=([0.5, 0.0], [0.5, 1.0])),
    point("minimum, tie", lambda x, y: np.minimum(x, y), [1.0, 2.0], [1.0, 3.0], gives=([0.5, 1.0], [0.5, 0.0])),
    point("fmax, tie", lambda x, y: np.fmax(x, y), 1.0, 1.0, gives=(0.5, 0.5)),
    point("fmin, tie", lambda x, y: np.fmin(x, y), 1.0, 1.0, gives=(0.5, 0.5)),
    point("maximum of infinities", lambda x, y: np.maximum(x, y), INF, INF, gives=(0.5, 0.5)),
    point("fmax beside nan", lambda x, y: np.fmax(x, y), math.nan, 1.0, gives=(0.0, 1.0)),
    point("fmin beside nan", lambda x, y: np.fmin(x, y), 1.0, math.nan, gives=(1.0, 0.0)),
    point("relu at 0", lambda x: np.maximum(x, 0.0), 0.0, gives=0.5),
    point("maximum(x, x)", lambda x: np.maximum(x, x), [1.0, 2.0], gives=[1.0, 1.0]),
    point("max, tie of two", lambda x: np.max(x), [3.0, 1.0, 3.0], gives=[0.5, 0.0, 0.5]),
    point("max, tie of all", lambda x: np.max(x), [[2.0, 2.0], [2.0, 2.0]], gives=np.full((2, 2), 0.25)),
    point(
        "min, tie along an axis", lambda x: np.min(x, axis=1), [[1.0, 1.0], [2.0, 3.0]], gives=[[0.5, 0.5], [1.0, 0.0]]
    ),
    point("max of infinities", lambda x: np.max(x), [-INF, -INF], gives=HALF),
    point("maximum.reduce, tie", lambda x: np.maximum.reduce(x), [3.0, 3.0], gives=HALF),
    point("max, tie with initial", lambda x: np.max(x, initial=3.0), [3.0, 1.0], gives=[0.5, 0.0]),
    point("ptp of a constant", lambda x: np.ptp(x), [2.0, 2.0], gives=ZERO),
    point("abs at 0", lambda x: np.abs(x), [0.0, -0.0, -2.0], gives=[0.0, 0.0, -1.0]),
    point("fabs at 0", lambda x: np.fabs(x), 0.0, gives=0.0),
    point("sign at 0", lambda x: np.sign(x) * x, 0.0, gives=0.0),
    point(
        "clip at its bounds",
        lambda x: np.clip(x, -1.0, 1.0),
        [-2.0, -1.0, 0.0, 1.0, 2.0],
        gives=[0.0, 0.5, 1.0, 0.5, 0.0],
    ),
    point(
        "clip, bounds",
        lambda x, a, b: np.clip(x, a, b),
        [0.0, 3.0],
        [0.0, 1.0],
        [1.0, 3.0],
        gives=([0.5, 0.5], [0.5, 0.0], [0.0, 0.5]),
    ),
    point("x ** 0 at 0", lambda x: x**0, [0.0, 2.0], gives=ZERO),
    point("x ** 0. at 0", lambda x: x**0.0, [0.0, 2.0], gives=ZERO),
    point("x ** 1 at 0", lambda x: x**1, [0.0, 2.0], gives=[1.0, 1.0]),
    point("x ** 2 at 0", lambda x: x**2, 0.0, gives=0.0),
    point(
        "x ** array of exponents at 0",
        lambda x: x ** np.array([0.0, 1.0, 2.0, 3.0]),
        [0.0] * 4,
        gives=[0.0, 1.0, 0.0, 0.0],
    ),
    point(
        "negative ** array of exponents",
        lambda x: x ** np.array([0.0, 1.0, 2.0, -1.0]),
        [-2.0] * 4,
        gives=[0.0, 1.0, -4.0, -0.25],
    ),
    point("0 ** y", lambda x, y: x**y, [0.0, 0.0], [2.0, 1.0], gives=([0.0, 1.0], [0.0, 0.0])),
    point("constant 0 ** y", lambda y: 0.0**y, [2.0, 1.0], gives=ZERO),
    point("square of 0", lambda x: np.square(x), 0.0, gives=0.0),
    point("sqrt at 0", lambda x: np.sqrt(x), 0.0, gives=INF),
    point("sqrt at 0, times 0", lambda x: 0.0 * np.sqrt(x), [0.0, 1.0], gives=ZERO, forward=False),
    point("where over log", lambda x: np.where(x > 0, np.log(x), 0.0), [-1.0, 0.0, 2.0], gives=[0.0, 0.0, 0.5]),
    point("where over log2", lambda x: np.where(x > 0, np.log2(x), 0.0), [0.0, 1 / math.log(2)], gives=[0.0, 1.0]),
    point("where over log10", lambda x: np.where(x > 0, np.log10(x), 0.0), [0.0, 1 / math.log(10)], gives=[0.0, 1.0]),
    point("where over log1p", lambda x: np.where(x > -1, np.log1p(x), 0.0), [-1.0, 1.0], gives=[0.0, 0.5]),
    point("where over sqrt", lambda x: np.where(x > 0, np.sqrt(x), 0.0), [-1.0, 0.0, 4.0], gives=[0.0, 0.0, 0.25]),
    point("where over cbrt", lambda x: np.where(x != 0, np.cbrt(x), 0.0), [0.0, 1.0], gives=[0.0, 1 / 3]),
    point("where over 1 / x", lambda x: np.where(x != 0, 1 / x, 0.0), [0.0, 2.0], gives=[0.0, -0.25]),
    point(
        "where over x / y",
        lambda x, y: np.where(y != 0, x / y, 0.0),
        [1.0, 1.0],
        [0.0, 2.0],
        gives=([0.0, 0.5], [0.0, -0.25]),
    ),
    point("where over 0 / 0", lambda x: np.where(x != 0, x / x, 1.0), [0.0, 2.0], gives=ZERO),
    point("where over reciprocal", lambda x: np.where(x != 0, np.reciprocal(x), 0.0), [0.0, 2.0], gives=[0.0, -0.25]),
    point("where over x ** 0.5", lambda x: np.where(x > 0, x**0.5, 0.0), [-1.0, 0.0, 4.0], gives=[0.0, 0.0, 0.25]),
    point("where over x ** -1", lambda x: np.where(x != 0, x**-1, 0.0), [0.0, 2.0], gives=[0.0, -0.25]),
    point(
        "where over x ** y",
        lambda x, y: np.where(x > 0, x**y, 0.0),
        [-1.0, 0.0, 1.0],
        [0.5, -1.0, 2.0],
        gives=([0, 0, 2.0], [0, 0, 0]),
    ),
    point(
        "where over arcsin",
        lambda x: np.where(abs(x) < 1, np.arcsin(x), 0.0),
        [-1.0, 0.0, 1.0, 2.0],
        gives=[0.0, 1.0, 0.0, 0.0],
    ),
    point(
        "where over arccos",
        lambda x: np.where(abs(x) < 1, np.arccos(x), 0.0),
        [-1.0, 0.0, 1.0, 2.0],
        gives=[0.0, -1.0, 0.0, 0.0],
    ),
    point(
        "where over arccosh",
        lambda x: np.where(x > 1, np.arccosh(x), 0.0),
        [0.0, 1.0, 2.0],
        gives=[0.0, 0.0, 1 / math.sqrt(3)],
    ),
    point(
        "where over arctanh",
        lambda x: np.where(abs(x) < 1, np.arctanh(x), 0.0),
        [-1.0, 0.0, 1.0],
        gives=[0.0, 1.0, 0.0],
    ),
    point("where over overflowing exp", lambda x: np.where(x < 500, np.exp(x), 0.0), [0.0, 1000.0], gives=[1.0, 0.0]),
    point("hypot(0, 0)", lambda x, y: np.hypot(x, y), [0.0, 3.0], [0.0, 4.0], gives=([0.0, 0.6], [0.0, 0.8])),
    point("arctan2(0, 0)", lambda x, y: np.arctan2(x, y), [0.0, 0.0], [0.0, 2.0], gives=([0.0, 0.5], [0.0, 0.0])),
    point(
        "logaddexp(-inf, -inf)",
        lambda x, y: np.logaddexp(x, y),
        [-INF, 0.0],
        [-INF, 0.0],
        gives=([0.0, 0.5], [0.0, 0.5]),
    ),
    point("logaddexp(-inf, 0)", lambda x, y: np.logaddexp(x, y), -INF, 0.0, gives=(0.0, 1.0)),
    point(
        "logaddexp2(-inf, -inf)",
        lambda x, y: np.logaddexp2(x, y),
        [-INF, 0.0],
        [-INF, 0.0],
        gives=([0.0, 0.5], [0.0, 0.5]),
    ),
    point("logaddexp far apart", lambda x, y: np.logaddexp(x, y), 1000.0, -1000.0, gives=(1.0, 0.0)),
    point("prod, one zero", lambda x: plain.prod(x), [2.0, 0.0, 3.0], gives=[0.0, 6.0, 0.0]),
    point("prod, two zeros", lambda x: plain.prod(x), [2.0, 0.0, 0.0], gives=[0.0, 0.0, 0.0]),
    point(
        "prod, zero along an axis",
        lambda x: np.prod(x, axis=0),
        [[0.0, 2.0], [5.0, 3.0]],
        gives=[[5.0, 3.0], [0.0, 2.0]],
    ),
    point("prod, tiny", lambda x: plain.prod(x), [1e-200, 1e-200, 1e300], gives=[1e100, 1e100, 0.0]),
    point("cumprod, zeros", lambda x: plain.cumprod(x), [2.0, 0.0, 3.0, 0.0], gives=[1.0, 8.0, 0.0, 0.0]),
    point("multiply.reduce, zero", lambda x: np.multiply.reduce(x), [2.0, 0.0], gives=[0.0, 2.0]),
    point("std of a constant", lambda x: np.std(x), [2.0, 2.0, 2.0], gives=[0.0, 0.0, 0.0]),
    point(
        "std of constant rows", lambda x: np.std(x, axis=1), [[2.0, 2.0], [1.0, 3.0]], gives=[[0.0, 0.0], [-0.5, 0.5]]
    ),
    point("std of one number", lambda x: np.std(x), [2.0], gives=[0.0]),
    point("var of a constant", lambda x: np.var(x), [2.0, 2.0], gives=ZERO),
    point("x % y at a multiple", lambda x, y: x % y, [4.0, -3.0], [2.0, 2.0], gives=([1.0, 1.0], [-2.0, 2.0])),
    point("fmod, negative", lambda x, y: np.fmod(x, y), [-3.0, 5.0], [2.0, -3.0], gives=([1.0, 1.0], [1.0, 1.0])),
    point(
        "floor, ceil, rint, trunc",
        lambda x: np.floor(x) + np.ceil(x) + np.rint(x) + np.trunc(x) + x,
        [1.0, 2.5],
        gives=[1.0, 1.0],
    ),
    point("heaviside", lambda x, y: np.heaviside(x, y), [0.0, 1.0], [0.3, 0.3], gives=([0.0, 0.0], [1.0, 0.0])),
    point(
        "copysign",
        lambda x, y: np.copysign(x, y),
        [2.0, -2.0, 2.0],
        [-1.0, -1.0, 1.0],
        gives=([-1.0, 1.0, 1.0], [0.0, 0.0, 0.0]),
    ),
    point("where at equality", lambda x: plain.where(x == 1.0, x * x, x), [1.0, 3.0], gives=[2.0, 1.0]),
    point("x - x, x / x", lambda x: (x - x) + x / x, [2.0, 3.0], gives=ZERO),
    point("the same entry three times", lambda x: x[[1, 1, 1]], [5.0, 6.0], gives=[0.0, 3.0]),
    point("an infinite value left out", lambda x: np.sum(x[1:]), [INF, 1.0], gives=[0.0, 1.0]),
]


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("case", POINTS, ids=[p.name for p in POINTS])
class TestPoint:
    def test_reverse(self, case: Point) -> None:
        out, pull = vjp(case.f, *case.args)
        for found, wanted in zip(pull(np.ones_like(out)), case.gradients, strict=True):
            np.testing.assert_allclose(found, wanted, rtol=1e-12, atol=0)

    def test_forward(self, case: Point) -> None:
        """The sum of the tangents, for each entry of each argument."""
        if not case.forward:
            pytest.skip("infinite on the way forward")
        for i, (arg, wanted) in enumerate(zip(case.args, case.gradients, strict=True)):
            for index in np.ndindex(arg.shape):
                tangents = [np.zeros_like(x) for x in case.args]
                tangents[i][index] = 1
                _, out = jvp(case.f, case.args, tuple(tangents))
                np.testing.assert_allclose(np.sum(out), np.asarray(wanted)[index], rtol=1e-12, atol=0)

    def test_batched(self, case: Point) -> None:
        def pulled(*args: Any) -> Any:
            out, pull = vjp(case.f, *args)
            return pull(np.ones(out.shape))

        batch = [np.stack([arg, arg]) for arg in case.args]
        for found, wanted in zip(vmap(pulled)(*batch), case.gradients, strict=True):
            np.testing.assert_allclose(found, [wanted, wanted], rtol=1e-12, atol=0)

    def test_single_precision(self, case: Point) -> None:
        if case.name == "prod, tiny":
            pytest.skip("1e-200 is 0 in single precision")
        args = [arg.astype(np.float32) for arg in case.args]
        out, pull = vjp(case.f, *args)
        for found, wanted in zip(pull(np.ones_like(out)), case.gradients, strict=True):
            assert found.dtype == np.float32
            np.testing.assert_allclose(found, np.asarray(wanted, np.float32), rtol=1e-6, atol=0)


COMPLEX_POINTS = [
    point("abs at 0", lambda z: np.abs(z), 0.0, gives=0.0),
    point("abs of 3 + 4i", lambda z: np.abs(z * (3 + 4j)), 1.0, gives=5.0),
    point("angle at 0", lambda z: np.angle(z), 0.0, gives=0.0),
    point("angle of i", lambda z: np.angle(z * 1j), 1.0, gives=-1j),
    point("sign at 0", lambda z: np.real(np.sign(z)), 0.0, gives=0.0),
    point("|z|² at 0", lambda z: np.real(z * np.conj(z)), 0.0, gives=0.0),
    point("std of a constant", lambda z: np.std(z), [2.0, 2.0], gives=[0.0, 0.0]),
    point("where over log", lambda z: np.real(np.where(z != 0, np.log(z), 0.0)), [0.0, 2.0], gives=[0.0, 0.5]),
]


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("case", COMPLEX_POINTS, ids=[p.name for p in COMPLEX_POINTS])
def test_complex_point(case: Point) -> None:
    (z,) = case.args
    found = grad(lambda z: np.sum(case.f(z)))(z.astype(complex))
    np.testing.assert_allclose(found, case.gradients[0], rtol=1e-12, atol=1e-15)


SECOND: dict[str, tuple[Function, float, float]] = {
    "x ** 0 at 0": (lambda x: x**0, 0.0, 0.0),
    "x ** 1 at 0": (lambda x: x**1, 0.0, 0.0),
    "x ** 2 at 0": (lambda x: x**2, 0.0, 2.0),
    "x ** 3 at 0": (lambda x: x**3, 0.0, 0.0),
    "abs at 0": (lambda x: np.abs(x), 0.0, 0.0),
    "maximum(x², 0) at 0": (lambda x: np.maximum(x * x, 0.0), 0.0, 1.0),
    "where over log": (lambda x: np.where(x > 0, np.log(x), 0.0), 0.0, 0.0),
    "where over sqrt": (lambda x: np.where(x > 0, np.sqrt(x), 0.0), 0.0, 0.0),
    "where over 1 / x": (lambda x: np.where(x > 0, 1 / x, 0.0), 0.0, 0.0),
    "where over x ** 0.5": (lambda x: np.where(x > 0, x**0.5, 0.0), 0.0, 0.0),
    "prod with a zero": (lambda x: np.prod(np.stack([x, x, 2.0 + 0 * x])), 0.0, 4.0),
    "relu'": (lambda x: np.maximum(x, 0.0) ** 2, -1.0, 0.0),
}


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize(("f", "x", "wanted"), SECOND.values(), ids=SECOND)
def test_second_order(f: Callable[..., Any], x: float, wanted: float) -> None:
    assert grad(grad(f))(x) == wanted
    assert jvp(grad(f), (x,), (1.0,))[1] == wanted
    assert jvp(lambda x: jvp(f, (x,), (1.0,))[1], (x,), (1.0,))[1] == wanted
    assert grad(lambda x: jvp(f, (x,), (1.0,))[1])(x) == wanted
