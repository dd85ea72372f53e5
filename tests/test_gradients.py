"""What the transforms hand back: types, zeros, fresh memory, the complex convention."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tapegrad import Tape
from tapegrad.testing import check_grads
from tests.untyped import elementwise_grad, grad, jvp, value_and_grad, vjp, vmap

X = np.array([0.3, 0.7, 1.1])


def test_types_of_gradients() -> None:
    def f(x: Any) -> Any:
        return np.sum(x * 2.0)

    assert type(grad(f)(1)) is np.float64
    assert type(grad(f)(1.0)) is np.float64
    assert type(grad(f)(np.float64(1))) is np.float64
    assert type(grad(f)(np.float32(1))) is np.float32
    assert type(grad(f)(np.array(1.0))) is np.ndarray
    assert grad(f)(np.array(1.0)).shape == ()
    assert grad(f)(np.array(1.0, np.float32)).dtype == np.float32
    assert isinstance(grad(f)(1.0), float)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.longdouble])
def test_a_loss_of_another_precision(dtype: Any) -> None:
    """The gradient is the argument's, whatever the loss is."""
    for x in (X, 0.5, np.float32(0.5), X.astype(np.float32)):
        gradient = grad(lambda x: np.sum(x * 2.5).astype(dtype))(x)
        assert gradient.dtype == np.result_type(x, np.float64 if isinstance(x, float) else x)
        np.testing.assert_array_equal(gradient, np.full(np.shape(x), 2.5))
    assert grad(lambda x: np.sum(x * np.longdouble(2.5)))(X).dtype == np.float64


def test_byte_order() -> None:
    """A gradient has its argument's."""
    for x in (np.array(1.0, ">f8"), X.astype(">f8"), X.astype(">f4")):
        gradient = grad(lambda x: np.sum(x * x))(x)
        assert gradient.dtype == x.dtype
        np.testing.assert_array_equal(gradient, 2 * x)
        (pulled,) = vjp(lambda x: x * x, x)[1](np.ones_like(x))
        assert pulled.dtype == x.dtype
        np.testing.assert_array_equal(pulled, 2 * x)


def test_independent_arguments_have_zero_gradients() -> None:
    x, y = np.ones((2, 3), np.float32), {"a": np.array(1.0), "b": 2.0}
    dx, dy = grad(lambda x, y: 3.0)(x, y)
    np.testing.assert_array_equal(dx, np.zeros((2, 3), np.float32), strict=True)
    np.testing.assert_array_equal(dy["a"], np.array(0.0), strict=True)
    assert dy["b"] == 0.0
    assert grad(lambda x, y: x * x)(3.0, 4.0) == (6.0, 0.0)
    assert jvp(lambda x: 3.0, (1.0,), (1.0,)) == (3.0, 0.0)
    np.testing.assert_array_equal(vjp(lambda x: X, X)[1](X)[0], np.zeros(3))
    assert grad(lambda x: float(x.value))(2.0) == 0.0
    np.testing.assert_array_equal(elementwise_grad(lambda x: np.floor(x))(X), np.zeros(3))


FRESH: dict[str, Callable[[Any], Any]] = {
    "sum": np.sum,
    "identity": lambda x: x[0],
    "x + x": lambda x: np.sum(x + x),
    "reshape": lambda x: np.sum(np.reshape(x, (3, 1)).T * 1.0),
    "mean": np.mean,
    "times a constant": lambda x: np.sum(x * X),
    "dot": lambda x: x @ X,
    "constant": lambda x: 1.0,
    "broadcast": lambda x: np.sum(np.broadcast_to(x, (2, 3))),
}


@pytest.mark.parametrize("f", FRESH.values(), ids=FRESH)
def test_gradients_are_fresh(f: Callable[..., Any]) -> None:
    """Writable, owned, and sharing memory with no argument, no captured array, and no other gradient."""
    x = X.copy()
    held = X.copy()
    gradients = [grad(f)(x), grad(f)(x), *vjp(lambda x: (f(x), f(x)), x)[1]((1.0, 1.0)), value_and_grad(f)(x)[1]]
    gradients += list(grad(lambda x, y: f(x) + f(y))(x, x))
    for i, gradient in enumerate(gradients):
        assert gradient.flags.writeable
        assert gradient.flags.owndata
        assert not any(np.shares_memory(gradient, other) for other in (x, X, *gradients[:i]))
        gradient += 1.0
    np.testing.assert_array_equal(x, held)
    np.testing.assert_array_equal(X, held)


def test_outputs_are_fresh() -> None:
    x = X.copy()
    out, _ = vjp(lambda x: x, x)
    primal, tangent = jvp(lambda x: x, (x,), (x,))
    mapped: Any = vmap(lambda x: x)(x)
    ct = X.copy()
    (gradient,) = vjp(lambda x: x, x)[1](ct)
    for value in (out, primal, tangent, mapped, gradient):
        assert value.flags.writeable
        assert not np.shares_memory(value, x)
        assert not np.shares_memory(value, ct)


def test_mutating_afterwards_changes_no_gradient() -> None:
    """The argument, a captured array, an index and a mask, the cotangent: all may be overwritten after the run."""
    x, weights, index, mask = X.copy(), np.array([1.0, 2.0, 3.0]), np.array([0, 1, 1]), np.array([True, False, True])
    ct = np.ones(3)

    def f(x: Any) -> Any:
        y = x * weights + np.where(mask, x**2, 0.0) + x[index] * x
        return y + np.power(x, weights) + np.divide(weights, x) + np.dot(weights, x)

    _, pull = vjp(f, x)
    wanted = pull(ct)[0].copy()
    first = pull(ct)[0]
    x[:], weights[:], index[:], mask[:], ct[:] = 9.0, 9.0, 2, False, 9.0
    np.testing.assert_array_equal(first, wanted)
    np.testing.assert_array_equal(pull(np.ones(3))[0], wanted)


def test_mutating_during_the_run_changes_no_gradient() -> None:
    weights = np.array([1.0, 2.0, 3.0])

    def f(x: Any) -> Any:
        y = np.sum(x * weights)
        weights[:] = 0.0
        return y

    np.testing.assert_array_equal(grad(f)(X), [1.0, 2.0, 3.0])


def test_mutating_the_argument_of_a_tape() -> None:
    x = X.copy()
    with Tape() as tape:
        v = tape.watch(x)
        x[:] = 9.0
        y = np.sum(v * v)
    np.testing.assert_allclose(tape.gradient(y, v), 2 * X)


def test_a_pullback_can_be_called_again() -> None:
    _, pull = vjp(lambda x: np.sin(x) * x, X)
    one, two = pull(np.ones(3))[0], pull(2 * np.ones(3))[0]
    np.testing.assert_allclose(two, 2 * one)
    np.testing.assert_allclose(vmap(pull)(np.eye(3))[0], np.diag(one))


def test_complex_convention() -> None:
    """As in autograd and JAX: of f(x + iy) = u + iv, grad is du/dx - i du/dy; of an analytic f, vjp is f'."""
    z = 0.3 + 0.8j

    def u(z: Any) -> Any:
        return np.real(z) ** 3 * np.imag(z)

    np.testing.assert_allclose(grad(u)(z), 3 * 0.3**2 * 0.8 - 1j * 0.3**3)
    np.testing.assert_allclose(vjp(np.exp, z)[1](1.0 + 0j)[0], np.exp(z))
    np.testing.assert_allclose(jvp(np.exp, (z,), (1j,))[1], 1j * np.exp(z))
    np.testing.assert_allclose(vjp(np.conjugate, z)[1](1j)[0], -1j)
    zs = np.array([[z, 1j], [2.0, -z]])
    np.testing.assert_allclose(grad(lambda z: np.sum(np.abs(z) ** 2))(zs), 2 * np.conj(zs))
    step = zs - 0.5 * np.conj(grad(lambda z: np.sum(np.abs(z) ** 2))(zs))
    np.testing.assert_allclose(step, 0, atol=1e-15)
    check_grads(lambda z: z @ np.conj(z).T * np.abs(z), (zs,))
