"""Any transform of any transform: against closed forms, without confusion, and in random programs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import given, settings, strategies as st
import numpy as np
import pytest

from tapegrad.testing import check_grads
from tests.untyped import grad, jvp, vjp, vmap
from tests.ways import WAYS, Map, by_grad, by_grad_of_vmap, by_jvp, by_vjp, by_vmap_of_grad

X = np.array([0.3, 0.7, 1.1])


FUNCTIONS: dict[str, tuple[Map, Callable[[float], float], Callable[[float], float]]] = {
    "exp(2 x)": (lambda x: np.exp(2 * x), lambda x: 4 * np.exp(2 * x), lambda x: 8 * np.exp(2 * x)),
    "x sin(x)": (
        lambda x: x * np.sin(x),
        lambda x: 2 * np.cos(x) - x * np.sin(x),
        lambda x: -3 * np.sin(x) - x * np.cos(x),
    ),
}


@pytest.mark.parametrize("inner", WAYS)
@pytest.mark.parametrize("outer", WAYS)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_pairs(outer: Any, inner: Any, name: str) -> None:
    f, second, _ = FUNCTIONS[name]
    np.testing.assert_allclose(outer(inner(f))(0.7), second(0.7), rtol=1e-12)


@pytest.mark.parametrize("middle", WAYS)
@pytest.mark.parametrize("outer", [by_grad, by_jvp, by_vmap_of_grad])
@pytest.mark.parametrize("inner", [by_vjp, by_jvp, by_grad_of_vmap])
def test_triples(outer: Any, middle: Any, inner: Any) -> None:
    f, _, third = FUNCTIONS["x sin(x)"]
    np.testing.assert_allclose(outer(middle(inner(f)))(0.7), third(0.7), rtol=1e-11)


def test_deep_nesting() -> None:
    f: Any = np.sin
    for _ in range(8):
        f = grad(f)
    np.testing.assert_allclose(f(0.7), np.sin(0.7), rtol=1e-12)


@pytest.mark.parametrize("inner", WAYS)
@pytest.mark.parametrize("outer", WAYS)
def test_no_perturbation_confusion(outer: Callable[[Map], Map], inner: Callable[[Map], Map]) -> None:
    """d/dx (x d/dy (x + y)) is 1, and d/dx (x d/dy (x y)) is 2 x: the inner derivative does not see the outer x."""
    np.testing.assert_allclose(outer(lambda x: x * inner(lambda y: x + y)(1.0))(1.0), 1.0, rtol=1e-14)
    np.testing.assert_allclose(outer(lambda x: x * inner(lambda y: x * y)(2.0))(3.0), 6.0, rtol=1e-14)


def test_no_perturbation_confusion_in_a_returned_function() -> None:
    """Manzyuk's example: the derivative of a function that returns a function, applied twice."""

    def derivative(f: Map) -> Map:
        """d/dt of x -> f(x + t) at t = 0."""
        return lambda x: jvp(lambda t: f(x + t), (0.0,), (1.0,))[1]

    np.testing.assert_allclose(derivative(derivative(np.exp))(1.0), np.exp(1.0), rtol=1e-12)


def test_perturbation_of_the_tangent() -> None:
    """A tangent may belong to an outer level, and so may a cotangent."""
    assert grad(lambda t: jvp(lambda x: x * x, (3.0,), (t,))[1])(5.0) == 6.0
    assert grad(lambda ct: vjp(lambda x: x * x, 3.0)[1](ct)[0])(5.0) == 6.0
    assert jvp(lambda ct: vjp(lambda x: x * x, 3.0)[1](ct)[0], (5.0,), (1.0,))[1] == 6.0


def test_gradient_descent_is_differentiable() -> None:
    def descend(rate: Any) -> Any:
        x: Any = np.array([1.0, -2.0])
        for _ in range(3):
            x = x - rate * grad(lambda x: np.sum(x**2))(x)
        return np.sum(x)

    np.testing.assert_allclose(grad(descend)(0.1), -1.0 * 3 * 0.8**2 * -2, rtol=1e-12)
    check_grads(descend, (0.1,))


def test_hessian_by_rows() -> None:
    def f(x: Any) -> Any:
        return np.sum(x**3) * x[0]

    hessian = vmap(lambda t: jvp(grad(f), (X,), (t,))[1])(np.eye(3))
    wanted = np.diag(6 * X * X[0])
    wanted[0] += 3 * X**2
    wanted[:, 0] += 3 * X**2
    np.testing.assert_allclose(hessian, wanted, rtol=1e-12)


UNARY: list[Callable[[Any], Any]] = [
    np.sin,
    np.tanh,
    lambda x: x * x,
    lambda x: np.exp(-x * x),
    lambda x: x[::-1],
    lambda x: x.cumsum(),
    lambda x: x / (1 + x * x),
    lambda x: x - x.mean(),
    lambda x: np.sum(x) * x,
    lambda x: np.concatenate([x[1:], x[:1]]),
    lambda x: x * (x @ x),
]
BINARY: list[Callable[[Any, Any], Any]] = [
    np.add,
    np.multiply,
    lambda x, y: x - y * 0.5,
    lambda x, y: (x @ y) * x,
    np.arctan2,
]


@settings(max_examples=40, deadline=None, derandomize=True)
@given(
    steps=st.lists(
        st.tuples(st.integers(0, len(UNARY) + len(BINARY) - 1), st.integers(0, 9), st.integers(0, 9)),
        min_size=1,
        max_size=8,
    ),
    start=st.lists(st.floats(0.25, 1.0), min_size=3, max_size=3),
)
def test_random_programs(steps: list[tuple[int, int, int]], start: list[float]) -> None:
    """Values are used again at will: each step takes its arguments from all that came before."""

    def program(x: Any) -> Any:
        values = [x, 0.5 + x]
        for which, i, j in steps:
            first, second = values[i % len(values)], values[j % len(values)]
            values.append(UNARY[which](first) if which < len(UNARY) else BINARY[which - len(UNARY)](first, second))
        return sum(np.sum(np.tanh(value)) for value in values)

    check_grads(program, (np.array(start),), order=2)
