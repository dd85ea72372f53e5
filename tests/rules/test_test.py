"""The laws are tested: of a wrong rule, each fails that can see it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import pytest

from tapegrad._core.door import apply
from tapegrad._core.primitive import Primitive
from tapegrad._rules.batching import shifted
from tapegrad._rules.kinds import PRIMITIVES, Differential, Partial, Transpose, declare
from tapegrad.testing import check_grads
from tests.rules.laws import (
    batch_is_loop,
    derivatives_are_slopes,
    gradients_fit_arguments,
    single_precision_stays,
    value_is_numpys,
)
from tests.rules.row import Row, real, row

X, M = real(3, low=0.5, high=1.0), real(3, 3)
Declare = Callable[..., Callable[..., Any]]


@pytest.fixture
def wrong() -> Iterator[Declare]:
    """Declares primitives that are gone after the test."""
    before = dict(PRIMITIVES)

    def declare_wrong(*args: Any, **keywords: Any) -> Callable[..., Any]:
        return declare("wrong", *args, **keywords)

    yield declare_wrong
    PRIMITIVES.clear()
    PRIMITIVES.update(before)


def row_of(f: Callable[..., Any], *args: Any, **flags: Any) -> Row:
    return row("wrong", f, *args, **flags)


def test_laws_hold_for_a_right_rule(wrong: Declare) -> None:
    right = row_of(wrong(np.sin, {"x": Partial(lambda x: np.cos(x))}, parameters=()), X, elementwise=True)
    derivatives_are_slopes(right)
    batch_is_loop(right)


@pytest.mark.parametrize(
    "derivative",
    [lambda x: np.sin(x), lambda x: -np.cos(x), lambda x: np.cos(x) * (1 + 1e-6), lambda x: 0 * x, 1, lambda out: out],
    ids=["another", "sign", "a little off", "zero", "number", "of the output"],
)
def test_wrong_partial(wrong: Declare, derivative: Any) -> None:
    f = wrong(np.sin, {"x": Partial(derivative)}, parameters=())
    with pytest.raises(AssertionError, match=r"order 1, mode forward, in 3 of 3 entries"):
        derivatives_are_slopes(row_of(f, X))
    with pytest.raises(AssertionError, match=r"order 1, mode reverse, in 3 of 3 entries"):
        check_grads(f, (X,), modes=["rev"])


def test_wrong_partial_of_one_argument(wrong: Declare) -> None:
    f = wrong(np.multiply, {"x": Partial(lambda y: y), "y": Partial(lambda y: y)}, parameters=())
    with pytest.raises(AssertionError, match=r"in 3 of 6 entries:\n  argument 1, y\[\d\]: expected"):
        derivatives_are_slopes(row_of(f, X, X + 1))


def test_derivative_wrong_at_second_order_only(wrong: Declare) -> None:
    """The first derivative has the right value, but its own rule is wrong."""

    def slope(x: Any) -> Any:
        return np.cos(getattr(x, "primal", x))

    f = wrong(np.sin, {"x": Partial(slope)}, parameters=())
    check_grads(f, (X,), order=1)
    with pytest.raises(AssertionError, match="order 2, mode forward of forward"):
        derivatives_are_slopes(row_of(f, X))
    with pytest.raises(AssertionError, match="order 2, mode reverse of reverse"):
        check_grads(f, (X,), modes=["rev"])


@pytest.mark.parametrize("factor", [1.0, -1.0, 2.0])
def test_wrong_transpose(wrong: Declare, factor: float) -> None:
    """Forward is the primitive itself and right: reverse alone is wrong."""
    f = wrong(lambda x: M @ x, {"x": Transpose(lambda ct: factor * (M @ ct))}, parameters=())
    check_grads(f, (X,), modes=["fwd"])
    with pytest.raises(AssertionError, match="order 1, mode reverse"):
        derivatives_are_slopes(row_of(f, X))


def test_not_linear_at_all(wrong: Declare) -> None:
    """Declared linear, and so pushed by itself."""
    f = wrong(np.square, {"x": Transpose(lambda ct: ct)}, parameters=())
    with pytest.raises(AssertionError, match="order 1, mode forward"):
        derivatives_are_slopes(row_of(f, X))


def test_wrong_differential(wrong: Declare) -> None:
    f = wrong(np.square, {"x": Differential(lambda dx, x: 3 * x * dx)}, parameters=())
    with pytest.raises(AssertionError, match="order 1, mode forward"):
        derivatives_are_slopes(row_of(f, X))
    with pytest.raises(AssertionError, match="order 1, mode reverse"):
        check_grads(f, (X,), modes=["rev"])


def test_wrong_pull(wrong: Declare) -> None:
    f = wrong(np.square, {"x": Differential(lambda dx, x: 2 * x * dx, pull=lambda ct, x: x * ct)}, parameters=())
    check_grads(f, (X,), modes=["fwd"])
    with pytest.raises(AssertionError, match="order 1, mode reverse"):
        derivatives_are_slopes(row_of(f, X))


def test_wrong_batch(wrong: Declare) -> None:
    def ignores_who_is_batched(primitive: Primitive, args: Sequence[Any], batched: Sequence[bool]) -> Any:
        return apply(primitive, *args)

    f = wrong(np.add, {"x": Partial(1), "y": Partial(1)}, parameters=(), batch=ignores_who_is_batched)
    with pytest.raises(AssertionError, match="value 0"):
        batch_is_loop(row_of(f, real(3), real(3, 3)))


def test_wrong_axis_of_a_batch(wrong: Declare) -> None:
    f = wrong(np.flip, {"x": Transpose(lambda ct, axis: np.flip(ct, axis))}, parameters=("axis",), batch=shifted(lambda n, axis: (axis,)))
    derivatives_are_slopes(row_of(lambda x: f(x, 0), real(3, 3)))
    with pytest.raises(AssertionError, match="value 0"):
        batch_is_loop(row_of(lambda x: f(x, 0), real(3, 3)))


def test_wrong_value(wrong: Declare) -> None:
    """What the primitive computes is not what NumPy does."""
    f = wrong(lambda x: np.sin(x) + 1e-9, {"x": Partial(lambda x: np.cos(x))}, parameters=())
    with pytest.raises(AssertionError, match="reverse"):
        value_is_numpys(row_of(lambda x: f(x) if hasattr(x, "primal") else np.sin(x), X))


def test_wrong_dtype(wrong: Declare) -> None:
    f = wrong(lambda x: np.sin(np.asarray(x, np.float64)), {"x": Partial(lambda x: np.cos(x))}, parameters=())
    with pytest.raises(AssertionError, match="dtype float64 instead of float32"):
        single_precision_stays(row_of(lambda x: f(x) if hasattr(x, "primal") else np.sin(x), X))


def test_wrong_type_of_gradient() -> None:
    with pytest.raises(TypeError, match="integer"):
        gradients_fit_arguments(row_of(lambda x: x * 1.0, np.array([1, 2])))


def test_message_names_the_entry(wrong: Declare) -> None:
    """The function, the argument, the entry, both numbers and their difference."""
    f = wrong(np.multiply, {"x": Partial(lambda y: y), "y": Partial(lambda x: x * np.array([1.0, 1.0, 3.0]))}, parameters=())

    def model(scale: Any, params: Any) -> Any:
        return scale * f(1.0, params["weights"])

    with pytest.raises(AssertionError) as caught:
        check_grads(model, (2.0, {"bias": np.zeros(2), "weights": np.array([1.0, 2.0, 3.0])}), modes=["rev"])
    first, line, last = str(caught.value).splitlines()
    assert first == "the derivative of model is off, at order 1, mode reverse, in 1 of 6 entries:"
    assert line == "  argument 1, params['weights'][2]: expected 1.28085, actual 3.84254, difference 2.56169"
    assert last == "expected: by the complex step"


def test_message_lists_the_worst_entries_first(wrong: Declare) -> None:
    f = wrong(np.square, {"x": Partial(lambda x: 3 * x)}, parameters=())
    with pytest.raises(AssertionError) as caught:
        check_grads(f, (np.arange(1.0, 10.0),), modes=["rev"])
    lines = str(caught.value).splitlines()
    assert "in 9 of 9 entries" in lines[0]
    assert "  and 3 more" in lines
    differences = [abs(float(line.rsplit(" ", 1)[1])) for line in lines[1:7]]
    assert differences == sorted(differences, reverse=True)
