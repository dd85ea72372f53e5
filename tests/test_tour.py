"""The whole library in one file, on the textbook's numbers. Read it from top to bottom."""

from __future__ import annotations

from collections.abc import Callable
import math
import pickle
from typing import Any, TypeAlias

import attrs
import numpy as np
from numpy.testing import assert_allclose
from numpy.typing import NDArray
import pytest

from tapegrad import Tape, Variable, elementwise_grad, grad, is_variable, jvp, no_grad, value_and_grad, vjp, vmap
from tapegrad.__main__ import goldstein
from tapegrad.extend import Differential, Partial, primitive
from tapegrad.numpy import add, exp, sigmoid, sin, square, tanh
from tapegrad.testing import check_grads

F8 = NDArray[np.float64]


def sphere(x: float, y: float) -> float:
    return x**2 + y**2


def matyas(x: float, y: float) -> float:
    return 0.26 * (x**2 + y**2) - 0.48 * x * y


# --- a function's value and gradient ---------------------------------------------------------------------------------

Function: TypeAlias = (
    Callable[[float], float] | Callable[[float, float], float] | Callable[[float, float, float], float]
)
TEXTBOOK: list[tuple[str, Function, tuple[float, ...], float, tuple[float, ...]]] = [
    ("x + x", lambda x: add(x, x), (3.0,), 6.0, (2.0,)),
    ("x + x + x", lambda x: add(add(x, x), x), (3.0,), 9.0, (3.0,)),
    ("(x²)² + (x²)²", lambda x: add(square(square(x)), square(square(x))), (2.0,), 32.0, (64.0,)),
    ("((x²)²)²", lambda x: square(square(square(x))), (0.5,), 0.00390625, (0.0625,)),
    ("exp(x²)²", lambda x: square(exp(square(x))), (0.5,), 1.648721270700128, (3.297442541400256,)),
    ("sigmoid(tanh(x))", lambda x: sigmoid(tanh(x)), (1.0,), 0.6816997421945262, (0.09112821805819912,)),
    ("x² + y²", lambda x, y: square(x) + square(y), (2.0, 3.0), 13.0, (4.0, 6.0)),
    ("a b + c", lambda a, b, c: a * b + c, (3.0, 2.0, 1.0), 7.0, (2.0, 3.0, 1.0)),
    ("(x + 3)²", lambda x: (x + 3) ** 2, (1.0,), 16.0, (8.0,)),
    ("2 - x", lambda x: 2.0 - x, (2.0,), 0.0, (-1.0,)),
    ("x - 1", lambda x: x - 1.0, (2.0,), 1.0, (1.0,)),
    ("3 / x", lambda x: 3.0 / x, (2.0,), 1.5, (-0.75,)),
    ("-x", lambda x: -x, (2.0,), -2.0, (-1.0,)),
    ("x³", lambda x: x**3, (2.0,), 8.0, (12.0,)),
    ("sphere", sphere, (1.0, 1.0), 2.0, (2.0, 2.0)),
    ("matyas", matyas, (1.0, 1.0), 0.04, (0.04, 0.04)),
    ("goldstein", goldstein, (1.0, 1.0), 1876.0, (-5376.0, 8064.0)),
]


@pytest.mark.parametrize(
    ("f", "at", "value", "gradient"), [row[1:] for row in TEXTBOOK], ids=[row[0] for row in TEXTBOOK]
)
def test_the_textbook(f: Callable[..., Any], at: tuple[float, ...], value: float, gradient: tuple[float, ...]) -> None:
    positions = list(range(len(at)))
    for _ in range(2):  # nothing is cleared in between
        got, slopes = value_and_grad(f, argnums=positions)(*at)
        assert_allclose(got, value, rtol=1e-12)
        assert_allclose(slopes, gradient, rtol=1e-12)


def test_arrays_with_no_axes_stay_arrays() -> None:
    def f(x: Any, y: Any) -> Any:
        return goldstein(x, y)

    dx, dy = grad(f)(np.array(1.0), np.array(1.0))
    assert type(dx) is type(dy) is np.ndarray
    assert_allclose((dx, dy), (-5376, 8064))


def test_element_by_element() -> None:
    def f(x: F8, y: F8) -> F8:
        return square(x) + square(y)

    dx, dy = elementwise_grad(f)(np.array([2.0, 7.0]), np.array([3.0, 5.0]))
    assert_allclose(dx, [4, 14])
    assert_allclose(dy, [6, 10])


def test_plain_numpy_code() -> None:
    def loss(w: F8, x: F8, y: F8) -> np.floating[Any]:
        """A logistic regression, written without a thought of derivatives."""
        margins: F8 = y * (x @ w)
        return np.mean(np.log1p(np.exp(-margins)))

    x, y, w = np.eye(3), np.array([1.0, -1.0, 1.0]), np.zeros(3)
    assert_allclose(grad(loss, argnums=0)(w, x, y), [-1 / 6, 1 / 6, -1 / 6])


# --- the tape, by hand
# -------------------------------------------------------------------------------------------------


def test_a_tape_gives_every_gradient_on_the_way() -> None:
    with Tape() as tape:
        x0, x1 = tape.watch((np.array(1.0), np.array(1.0)))
        t = add(x0, x1)
        y = add(x0, t)
    assert_allclose(tape.gradient(y, (y, t, x0, x1)), (1, 1, 2, 1))
    assert_allclose(tape.gradient(y, [x0]), [2])  # as often as you like
    assert tape.gradient(y, {"first": x0}) == {"first": np.array(2.0)}
    assert_allclose(tape.gradient(y, x0, seed=3.0), 6)


def test_a_tape_reads_as_a_table() -> None:
    with Tape() as tape:
        x = tape.watch(np.array(2.0), name="x")
        square(square(x))
    assert str(tape).splitlines() == [
        "name  generation  primitive  parents  shape  dtype",
        "x     0           watch               ()     float64",
        "%1    1           square     x        ()     float64",
        "%2    2           square     %1       ()     float64",
    ]
    assert [node.generation for node in tape.nodes] == [0, 1, 2]


def test_a_variable_looks_like_its_array() -> None:
    with Tape() as tape:
        x: Any = tape.watch(np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]), name="x")
        assert (len(x), x.shape, x.ndim, x.size, x.dtype, x.name) == (2, (2, 3), 2, 6, np.float64, "x")
        assert repr(x) == "Variable([[1., 2., 3.],\n          [4., 5., 6.]], name='x')"
        assert isinstance(np.array([1.0]) + x, Variable)
        assert format(x[0, 0], ".3f") == "1.000"


def test_nothing_is_recorded_under_no_grad() -> None:
    with Tape() as tape:
        x: Any = tape.watch(2.0)
        with no_grad():
            assert not is_variable(x * x)
        with pytest.raises(ZeroDivisionError), no_grad():
            math.exp(1 / len([]))
        y = x * x
    assert len(tape.nodes) == 2
    assert tape.gradient(y, x) == 4.0


@pytest.mark.parametrize("bad", ["1", None, np.array([None, 1], object)])
def test_only_numbers_are_differentiated(bad: Any) -> None:
    with Tape() as tape:
        with pytest.raises(TypeError, match=r"test_tour|value"):
            tape.watch(bad)
        x: Any = tape.watch([1.0, 2.0])  # a list is a tree of numbers
        with pytest.raises(TypeError):
            _ = x[0] * bad


# --- transforms
# ----------------------------------------------------------------------------------------------------------


@attrs.frozen
class Line:
    """A user's own class is a tree."""

    slope: float
    offset: float

    def __call__(self, x: float) -> float:
        return self.slope * x + self.offset


def test_gradients_have_the_structure_of_their_arguments() -> None:
    assert grad(lambda line: line(3.0) ** 2)(Line(2.0, 1.0)) == Line(42.0, 14.0)


def test_transforms_nest() -> None:
    def f(x: float) -> float:
        return sin(x)

    def summed(x: F8) -> np.float64:
        return np.sum(vmap(f)(x))

    assert_allclose(grad(grad(grad(f)))(0.5), -np.cos(0.5))
    assert_allclose(vmap(grad(f))(np.arange(3.0)), np.cos(np.arange(3.0)))
    assert_allclose(jvp(grad(f), (0.5,), (1.0,)), (np.cos(0.5), -np.sin(0.5)))
    assert_allclose(grad(summed)(np.arange(3.0)), np.cos(np.arange(3.0)))


def test_the_inner_derivative_does_not_see_the_outer() -> None:
    assert grad(lambda x: x * grad(lambda y: x + y)(1.0))(2.0) == 1.0


def test_a_pullback_serves_any_number_of_cotangents() -> None:
    out, pull = vjp(lambda x: np.stack([x, x**2]), 3.0)
    assert_allclose(out, [3, 9])
    assert_allclose([pull(np.array([1.0, 0.0]))[0], pull(np.array([0.0, 1.0]))[0]], [1, 6])


def test_transforms_are_values() -> None:
    slope = grad(sphere, argnums=0)
    assert pickle.loads(pickle.dumps(slope)) == slope
    assert {slope: 1}[grad(sphere, argnums=0)] == 1
    assert repr(slope) == "grad(sphere, argnums=0)"


# --- your own primitives
# -----------------------------------------------------------------------------------------------------


@primitive(x=Partial(lambda x: 3 * x**2))
def cube(x: float) -> float:
    return x**3


@primitive(x=Differential(lambda dx, s, c: (c * dx, -s * dx)), outputs=("s", "c"))
def sine_and_cosine(x: float) -> tuple[float, float]:
    return float(np.sin(x)), float(np.cos(x))


def test_a_primitive_of_ones_own() -> None:
    check_grads(cube, (2.0,), order=3)
    check_grads(sine_and_cosine, (0.5,), order=2)
    assert_allclose(vmap(grad(cube))(np.array([1.0, 2.0])), [3, 12])
