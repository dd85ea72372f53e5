"""`derivative`, `laplacian`, `divergence`: closed forms, trees, chunks, nesting, errors."""

from __future__ import annotations

from collections.abc import Callable
from math import factorial
import pickle
from typing import Any

import numpy as np
import pytest

from tests.untyped import derivative, divergence, grad, hessian, jacobian, laplacian, vmap

RNG = np.random.default_rng(2)
A = RNG.standard_normal((4, 4))
X = RNG.standard_normal(4)
Z = np.array([1.0 + 2.0j])


def wave(x: Any) -> Any:
    return np.sin(2 * x)


def potential(x: Any) -> Any:
    return np.sum(np.tanh(A @ x) ** 2)


def field(x: Any) -> Any:
    return np.tanh(A @ x) * x


@pytest.mark.parametrize("n", range(7))
def test_derivatives_of_a_wave(n: int) -> None:
    found = derivative(wave, n)(0.4)
    assert type(found) is np.float64
    np.testing.assert_allclose(found, 2**n * np.sin(0.8 + n * np.pi / 2), rtol=1e-13)


def test_derivatives_of_other_functions() -> None:
    for n in range(6):
        np.testing.assert_allclose(derivative(lambda x: 1 / x, n)(0.5), (-1) ** n * factorial(n) * 2.0 ** (n + 1))
        np.testing.assert_allclose(derivative(np.exp, n=n)(0.5), np.exp(0.5))
    assert derivative(lambda x: x**3, 5)(2.0) == 0.0
    assert derivative(lambda x: 3.0, 2)(2.0) == 0.0
    np.testing.assert_allclose(derivative(lambda x, k=1.0: k * x**2, 2)(2.0, k=5.0), 10.0)


def test_derivatives_of_arrays_and_trees() -> None:
    found = derivative(lambda t: {"path": np.stack([np.cos(t), np.sin(t)]), "time": (t, 1)}, 2)(0.3)
    np.testing.assert_allclose(found["path"], [-np.cos(0.3), -np.sin(0.3)])
    assert found["time"] == (0.0, 0.0)


def test_derivative_nests() -> None:
    np.testing.assert_allclose(derivative(derivative(np.sin, 2), 2)(0.3), np.sin(0.3))
    np.testing.assert_allclose(grad(derivative(np.sin, 2))(0.3), -np.cos(0.3))
    np.testing.assert_allclose(vmap(derivative(np.sin, 3))(X), -np.cos(X))
    np.testing.assert_allclose(derivative(lambda x: np.sum(x * vmap(derivative(np.sin))(x * X)), 1)(0.7), _by_hand(0.7))


def _by_hand(x: float) -> Any:
    return np.sum(np.cos(x * X) - x * X * np.sin(x * X))


def test_the_precision_stays() -> None:
    found = derivative(np.sin, 2)(np.float32(0.5))
    assert found.dtype == np.float32
    assert laplacian(lambda x: np.sum(x**3))(X.astype(np.float32)).dtype == np.float32
    assert divergence(np.sin)(X.astype(np.float32)).dtype == np.float32


@pytest.mark.parametrize("chunk_size", [None, 1, 3, 9])
def test_traces(chunk_size: int | None) -> None:
    np.testing.assert_allclose(laplacian(potential, chunk_size=chunk_size)(X), np.trace(hessian(potential)(X)))
    np.testing.assert_allclose(divergence(field, chunk_size=chunk_size)(X), np.trace(jacobian(field)(X)))


def test_laplacians_of_each_output() -> None:
    found = laplacian(lambda x: {"squares": A @ x**2, "sum": np.sum(x), "constant": 2})(X)
    np.testing.assert_allclose(found["squares"], 2 * A.sum(1))
    assert (found["sum"], found["constant"]) == (0.0, 0.0)
    assert laplacian(lambda x: x**3)(2.0) == 12.0
    assert laplacian(lambda x: np.sum(x) + 1.0)(np.zeros(0)) == 0.0


def test_several_arguments() -> None:
    def u(p: Any, x: Any, t: Any) -> Any:
        return p["k"] * np.sum(x**2) * t**3

    np.testing.assert_allclose(laplacian(u, argnums=1)({"k": 3.0}, X, 2.0), 3 * 8 * 8)
    np.testing.assert_allclose(laplacian(u, argnums=(1, 2))({"k": 3.0}, X, 2.0), 3 * 8 * 8 + 3 * X @ X * 12)
    np.testing.assert_allclose(laplacian(u)({"k": 3.0}, X, 2.0), 3 * 8 * 8 + 3 * X @ X * 12)
    np.testing.assert_allclose(divergence(lambda x, y: (x * y, y**2))(X, 3.0), 4 * 3 + 6)
    np.testing.assert_allclose(divergence(lambda p: {"a": p["a"] ** 2, "b": p["a"]})({"a": 3.0, "b": 1.0}), 6.0)
    np.testing.assert_allclose(divergence(lambda k, x: k * x, argnums=1)(2.0, X), 8.0)


def test_traces_nest() -> None:
    np.testing.assert_allclose(grad(lambda x: laplacian(lambda y: np.sum(y**4))(x))(X), 24 * X)
    np.testing.assert_allclose(laplacian(laplacian(lambda x: np.sum(x**4)))(X), 24.0 * 4)
    np.testing.assert_allclose(divergence(grad(potential))(X), laplacian(potential)(X))
    points = np.stack([X, -X, 2 * X])
    np.testing.assert_allclose(vmap(laplacian(potential))(points)[2], laplacian(potential)(2 * X))
    np.testing.assert_allclose(vmap(divergence(field))(points)[2], divergence(field)(2 * X))


def test_what_is_infinite_beside_the_diagonal() -> None:
    with np.errstate(divide="ignore"):
        found = divergence(lambda x: np.stack([2.0 * x[0], np.sqrt(x[0]) + x[1]]))(np.array([0.0, 1.0]))
    assert found == 3.0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: derivative(np.sin)(X), r"derivative\(sin\) needs one real number.*shape \(4,\).*vmap"),
        (lambda: derivative(np.sin)(1j), "one real number"),
        (lambda: derivative(np.sin)({"a": 1.0}), "a dict"),
        (lambda: derivative(np.sin)("a"), "str"),
        (lambda: derivative(np.sin, -1), "derivative: n"),
        (lambda: derivative(np.sin, 1.5), "derivative: n"),
        (lambda: derivative(np.sin, True), "derivative: n"),
        (lambda: laplacian(np.sum)(Z), "complex"),
        (lambda: laplacian(lambda x: "text")(X), "output 0 is a str"),
        (lambda: laplacian(np.sum, chunk_size=0), "chunk_size"),
        (lambda: divergence(np.sum)(X), r"divergence needs sum to return a field.*\[\(\)\]"),
        (lambda: divergence(lambda x: (x, x))(X), "field"),
        (lambda: divergence(lambda x: [x])(X), "field"),
    ],
)
def test_errors(call: Callable[[], Any], message: str) -> None:
    with pytest.raises(TypeError, match=message):
        call()


def test_transforms_are_values() -> None:
    for f in (derivative(wave, 2), laplacian(potential, chunk_size=2), divergence(field)):
        loaded = pickle.loads(pickle.dumps(f))
        assert loaded == f
        assert hash(loaded) == hash(f)
    assert repr(derivative(wave, 2)) == "derivative(wave, n=2)"
    assert repr(laplacian(potential, chunk_size=2)) == "laplacian(potential, chunk_size=2)"
