"""The laws are tested: of a wrong rule, each fails that can see it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol

import numpy as np
import pytest

from tapegrad import stop_gradient
from tapegrad._core.door import apply
from tapegrad._core.primitive import Primitive
from tapegrad._rules.batching import shifted
from tapegrad._rules.dependences import Differential, Partial, Rule, Transpose
from tapegrad._rules.kinds import PRIMITIVES, declare
from tapegrad.testing import check_grads
from tests.rules.laws import (
    batch_is_loop,
    derivatives_are_slopes,
    gradients_fit_arguments,
    single_precision_stays,
    value_is_numpys,
)
from tests.rules.row import Row, real, row
from tests.untyped import Function

X, M = real(3, low=0.5, high=1.0), real(3, 3)


class Declare(Protocol):
    """`declare`, without a name."""

    def __call__(self, compute: Function, dependences: Any, **keywords: Any) -> Callable[..., Any]: ...


@pytest.fixture
def wrong() -> Iterator[Declare]:
    """Declares primitives that are gone after the test."""
    before = dict(PRIMITIVES)

    def declare_wrong(compute: Function, dependences: Any, **keywords: Any) -> Callable[..., Any]:
        return declare("wrong", compute, dependences, **keywords)

    yield declare_wrong
    PRIMITIVES.clear()
    PRIMITIVES.update(before)


def row_of(f: Function, *args: Any, **flags: Any) -> Row:
    return row("wrong", f, *args, **flags)


def test_laws_hold_for_a_right_rule(wrong: Declare) -> None:
    right = row_of(wrong(np.sin, {"x": Partial(lambda x: np.cos(x))}, parameters=()), X, elementwise=True)
    derivatives_are_slopes(right)
    batch_is_loop(right)


WRONG_PARTIALS: dict[str, Rule | float] = {
    "another": lambda x: np.sin(x),
    "sign": lambda x: -np.cos(x),
    "a little off": lambda x: np.cos(x) * (1 + 1e-6),
    "zero": lambda x: 0 * x,
    "number": 1,
    "of the output": lambda out: out,
}


@pytest.mark.parametrize("derivative", WRONG_PARTIALS.values(), ids=WRONG_PARTIALS)
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
    def stays(length: int, axis: int) -> tuple[int]:
        return (axis,)

    f = wrong(
        np.flip,
        {"x": Transpose(lambda ct, axis: np.flip(ct, axis))},
        parameters=("axis",),
        batch=shifted(stays),
    )
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
    f = wrong(
        np.multiply, {"x": Partial(lambda y: y), "y": Partial(lambda x: x * np.array([1.0, 1.0, 3.0]))}, parameters=()
    )

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


def test_every_order_and_pair_of_modes_is_looked_at() -> None:
    """At order 3 there are 1 + 2 + 4 functions to differentiate, in two modes each."""
    ranks = set[int]()

    def f(x: Any) -> Any:
        depth, value = 0, x
        while hasattr(value, "primal"):
            depth, value = depth + 1, value.primal
        ranks.add(depth)
        return np.sin(x)

    check_grads(f, (0.3,), order=3)
    assert ranks == {0, 1, 2, 3}


def test_functions_that_are_not_analytic() -> None:
    """The complex step gives a wrong number for these, so differences decide."""
    check_grads(lambda x: np.abs(x) ** 3, (np.array([-0.5, 0.5]),))
    check_grads(lambda x: np.real(x * 1j * x) + np.maximum(x, 0.0) ** 2, (np.array([-0.5, 0.5]),))
    check_grads(lambda z: np.conj(z) * z**2, (np.array([0.5 + 1j]),))


def test_functions_that_reject_complex_numbers() -> None:
    def f(x: Any) -> Any:
        if np.iscomplexobj(x):
            raise TypeError("real numbers only")
        return x**3

    check_grads(f, (0.5,))
    check_grads(lambda x: np.cbrt(x) + np.arctan2(x, 2.0), (0.5,))


def test_an_error_of_the_function_is_not_hidden() -> None:
    def f(x: Any) -> Any:
        if np.iscomplexobj(x):
            raise KeyError("unexpected")
        return x**3

    with pytest.raises(KeyError, match="unexpected"):
        check_grads(f, (0.5,))


def test_the_complex_step_is_precise() -> None:
    """An error of one in a million is seen where differences alone would miss it."""

    def slightly_wrong(x: Any) -> Any:
        return np.sin(x) + 1e-6 * (stop_gradient(np.sin(x)) - np.sin(x))

    with pytest.raises(AssertionError, match="expected: by the complex step"):
        check_grads(slightly_wrong, (0.3,), order=1)


def test_what_check_grads_takes() -> None:
    def tree(p: Any, x: Any) -> Any:
        return {"a": p["w"] * x, "b": [np.sum(x), 3, True], "c": 2.5}

    check_grads(tree, ({"w": 0.5}, X))
    check_grads(np.tanh, (X.astype(np.float32),))
    check_grads(np.tanh, (X.astype(np.float16),), order=1)
    check_grads(lambda x: x.astype(np.float32) ** 2, (X,))
    check_grads(np.sum, (np.zeros((0, 2)),))
    check_grads(lambda x: np.log(x), (np.array([1e-3, 1e3]),), rtol=1e-4, step=1e-6)
    check_grads(lambda x: 3 * x, (2,))


def test_tolerances() -> None:
    def off(x: Any) -> Any:
        return np.sin(x) + 1e-3 * stop_gradient(x)

    with pytest.raises(AssertionError):
        check_grads(off, (0.3,))
    check_grads(off, (0.3,), atol=1e-2, order=1)
    check_grads(off, (0.3,), rtol=1e-2, order=1)


def test_what_check_grads_refuses() -> None:
    modes: Any = ["backward"]
    with pytest.raises(ValueError, match="order >= 1"):
        check_grads(np.sin, (X,), order=0)
    with pytest.raises(ValueError, match="modes among"):
        check_grads(np.sin, (X,), modes=modes)
    with pytest.raises(ValueError, match="modes among"):
        check_grads(np.sin, (X,), modes=[])
    with pytest.raises(TypeError, match="no arguments"):
        check_grads(lambda: 1.0, ())
    with pytest.raises(TypeError, match=r"argument 0 .*int64"):
        check_grads(lambda x: 1.0 * x, (np.array([1]),))


def test_the_adjoint_identity(wrong: Declare) -> None:
    """Entry by entry forward and reverse are right; a pull that is not linear shows in a sum."""
    calls: list[int] = []

    def pull(ct: Any) -> Any:
        calls.append(1)
        return 2 * ct if len(calls) == 1 else 3 * ct

    f = wrong(lambda x: 2 * x, {"x": Transpose(pull)}, parameters=())
    with pytest.raises(
        AssertionError, match=r"adjoint identity <ct, J t> = <J\^T ct, t> of .* forward mode gives .*, reverse"
    ):
        check_grads(f, (X,), order=1)
