"""The awkward points: where a derivative is a choice, the choice; where it is one, no nan in its place."""

from __future__ import annotations

from collections.abc import Callable
import itertools
import math
from typing import Any

import numpy as np
import pytest

from tapegrad._core.tables import CALLS
from tests.rules import kinks, masks
from tests.rules.point import Point, point
from tests.untyped import Function, grad, jvp, vjp, vmap

POINTS = [*kinks.POINTS, *masks.POINTS]


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
        args = [arg.astype(np.float32) for arg in case.args]
        if any(np.any(np.isfinite(arg) & (abs(arg) > 1e38) | (abs(arg) > 0) & (abs(arg) < 1e-38)) for arg in case.args):
            pytest.skip("neither huge nor tiny numbers are there in single precision")
        out, pull = vjp(case.f, *args)
        for found, wanted in zip(pull(np.ones_like(out)), case.gradients, strict=True):
            assert found.dtype == np.float32
            np.testing.assert_allclose(found, np.asarray(wanted, np.float32), rtol=1e-6, atol=0)


COMPLEX_POINTS = [
    point("abs at 0", lambda z: np.abs(z), 0.0, gives=0.0),
    point("abs of 3 + 4i", lambda z: np.abs(z * (3 + 4j)), 1.0, gives=5.0),
    point("angle at 0", lambda z: np.angle(z), 0.0, gives=0.0),
    point("angle of i", lambda z: np.angle(z * 1j), 1.0, gives=-1j),
    point("angle of a tiny number", lambda z: np.angle(z * (1 + 1j)), 1e-200, gives=-1e200j),
    point("sign at 0", lambda z: np.real(np.sign(z)), 0.0, gives=0.0),
    point("|z|² at 0", lambda z: np.real(z * np.conj(z)), 0.0, gives=0.0),
    point("std of a constant", lambda z: np.std(z), [2.0, 2.0], gives=[0.0, 0.0]),
    point("std of a constant, the mean inexact", lambda z: np.std(z), [0.1] * 3, gives=[0.0] * 3),
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
    "entropy": (lambda x: np.where(x > 0, x * np.log(x), 0.0), 0.0, 0.0),
    "where over log²": (lambda x: np.where(x > 0, np.log(x) ** 2, 0.0), 0.0, 0.0),
    "where over square of log": (lambda x: np.where(x > 0, np.square(np.log(x)), 0.0), 0.0, 0.0),
    "where over x sin(1 / x)": (lambda x: np.where(x > 0, x * np.sin(1 / x), 0.0), 0.0, 0.0),
    "where over (1 / x)³": (lambda x: np.where(x > 0, (1 / x) ** 3, 0.0), 0.0, 0.0),
    "where over hypot": (lambda x: np.where(x > 0, np.hypot(1 / x, 1.0), 0.0), 0.0, 0.0),
    "where over exp(x)²": (lambda x: np.where(x < 100, np.exp(x) ** 2, 0.0), 1000.0, 0.0),
    "where over x exp(x)": (lambda x: np.where(x < 100, x * np.exp(x), 0.0), 1000.0, 0.0),
    "std of a constant": (lambda x: np.std(np.stack([x, x, x])), 0.1, 0.0),
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


@pytest.mark.parametrize("f", [np.logaddexp, np.logaddexp2])
def test_logaddexp_of_infinities(f: Function) -> None:
    """Which of the two is followed is open, but it is a number."""
    assert np.all(np.isfinite(grad(f)(math.inf, math.inf)))


AWKWARD = [math.nan, math.inf, -math.inf, 0.0, -0.0, 1.0, -1.0, 0.5, 1000.0, -1000.0]


def elementwise(ufunc: np.ufunc) -> bool:
    """Whether it is one of NumPy's (of SciPy's, some take forever at infinity) with one output."""
    return getattr(np, ufunc.__name__, None) is ufunc and ufunc.signature is None and ufunc.nout == 1


ELEMENTWISE = {ufunc.__name__: ufunc for ufunc in CALLS if elementwise(ufunc)}
UNARY = [ufunc for ufunc in ELEMENTWISE.values() if "d->d" in ufunc.types]
BINARY = [ufunc for ufunc in ELEMENTWISE.values() if "dd->d" in ufunc.types]


def stays_zero(place: str, f: Function, *xs: Any) -> None:
    """A zero cotangent and a zero tangent do, also when they are differentiated in the arguments: in both modes."""
    zeros = tuple(map(np.zeros_like, xs))
    ones = tuple(map(np.ones_like, xs))

    def pulled(*xs: Any) -> Any:
        return vjp(f, *xs)[1](zeros[0])

    def pushed(*xs: Any) -> Any:
        return jvp(f, xs, zeros)[1]

    for found in (
        *pulled(*xs),
        pushed(*xs),
        *jvp(pulled, xs, ones)[1],
        jvp(pushed, xs, ones)[1],
        *vjp(pulled, *xs)[1](ones),
        *vjp(pushed, *xs)[1](ones[0]),
    ):
        np.testing.assert_array_equal(found, zeros[0], err_msg=place)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("outer", UNARY, ids=lambda ufunc: ufunc.__name__)
def test_a_zero_stays_zero(outer: np.ufunc) -> None:
    """Whatever a function, and any other before it, makes of the argument."""
    for inner in UNARY:
        stays_zero(f"after {inner.__name__}", lambda x, inner=inner: outer(inner(x)), np.array(AWKWARD))


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("outer", BINARY, ids=lambda ufunc: ufunc.__name__)
def test_a_zero_stays_zero_in_both_arguments(outer: np.ufunc) -> None:
    x, y = (np.array(x) for x in zip(*itertools.product(AWKWARD, AWKWARD), strict=True))
    for inner in (np.positive, np.log, np.reciprocal):
        place = f"after {inner.__name__}"
        stays_zero(place, lambda x, y, inner=inner: outer(inner(x), y), x, y)
        stays_zero(f"{place}, constant second", lambda x, inner=inner: outer(inner(x), 2.0), x)
        stays_zero(f"{place}, constant first", lambda x, inner=inner: outer(2.0, inner(x)), x)
