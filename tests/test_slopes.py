"""Loops whose carry is small, in reverse: by the slopes of all steps, with the results of one step after the other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tapegrad._program import slopes
from tests.untyped import compile, fori_loop, grad, hessian, jvp, plain, scan, trace, vmap

THETA = np.array([1.1, 0.4, 0.1, 0.4])
START = np.array([1.5, 0.7])
W = np.array([[0.3, -0.2, 0.1], [0.2, 0.1, -0.3], [0.1, 0.5, 0.2]])
ROWS = np.linspace(-1, 1, 36).reshape(12, 3)


def by_runge_kutta(theta: Any, y: Any) -> Any:
    def rate(y: Any) -> Any:
        return np.stack([theta[0] * y[0] - theta[1] * y[0] * y[1], theta[2] * y[0] * y[1] - theta[3] * y[1]])

    def step(_: Any, y: Any) -> Any:
        k = rate(y)
        return y + 0.05 * rate(y + 0.025 * k)

    return np.sum(fori_loop(0, 20, step, y) ** 2)


def with_two_carries(w: Any, x: Any) -> Any:
    def step(carry: Any, row: Any) -> Any:
        h, total = carry
        gate = 1 / (1 + np.exp(-(w @ h)))
        h = gate * np.tanh(w @ h + row) + (1 - gate) * h
        return (h, total * 0.9 + np.sum(h * h)), (h[1:], np.sum(h * row))

    (h, total), (parts, sums) = scan(step, (x, 1.0), ROWS)
    return np.sum(h) + total + np.sum(parts**2) + np.sum(sums * np.arange(12.0))


def by_reverse(w: Any, x: Any) -> Any:
    def step(c: Any, row: Any) -> Any:
        s = np.sin(w @ c) + np.cos(c) * row
        return s / (1 + s * s) + 0.1 * np.exp(-c), c * s

    last, ys = scan(step, x, ROWS, reverse=True)
    return np.sum(last) + np.sum(ys[2:] ** 2)


def by_a_matrix(w: Any, x: Any) -> Any:
    def step(p: Any, row: Any) -> Any:
        s = p + np.outer(row, row) + np.eye(3)
        gain = plain.linalg.solve(s, p)
        return (p - gain @ p) * 0.9 + np.tanh(w @ w.T) * 0.1 + gain.T * 0.01, np.linalg.slogdet(s)[1] * np.sum(gain)

    last, ys = scan(step, np.diag(x), ROWS)
    return np.sum(last) + np.sum(ys)


CASES: dict[str, tuple[Callable[..., Any], Any]] = {
    "Runge-Kutta": (by_runge_kutta, (THETA, START)),
    "two carries": (with_two_carries, (W, ROWS[5])),
    "reverse": (by_reverse, (W, ROWS[4])),
    "a matrix": (by_a_matrix, (W, np.array([1.0, 2.0, 3.0]))),
}


@pytest.fixture(autouse=True)
def always(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether it pays is another question."""
    monkeypatch.setattr(slopes, "CALL", np.inf)
    monkeypatch.setattr(slopes, "FEW", 0)


def both(f: Any) -> Any:
    return grad(f, argnums=(0, 1))


@pytest.mark.parametrize(("f", "args"), CASES.values(), ids=CASES)
class TestCases:
    def test_gradients_are_those_of_eager_code(self, f: Any, args: Any) -> None:
        assert "cond" in str(trace(both(f))(*args))
        for found, expected in zip(compile(both(f))(*args), both(f)(*args), strict=True):
            np.testing.assert_allclose(found, expected, rtol=1e-11, atol=1e-12)

    def test_so_are_gradients_in_one_argument(self, f: Any, args: Any) -> None:
        for i in range(2):
            found, expected = (g(*args) for g in (compile(grad(f, argnums=i)), grad(f, argnums=i)))
            np.testing.assert_allclose(found, expected, rtol=1e-11, atol=1e-12)

    def test_batches(self, f: Any, args: Any) -> None:
        many = args[0], np.stack([args[1], args[1] * 0.5, args[1] + 0.1])
        mapped = vmap(both(f), in_axes=(None, 0))
        for found, expected in zip(compile(mapped)(*many), mapped(*many), strict=True):
            np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-11)

    def test_second_derivatives(self, f: Any, args: Any) -> None:
        slope = grad(lambda x: f(args[0], x))

        def pushed(x: Any) -> Any:
            return jvp(slope, (x,), (np.ones_like(x),))[1]

        for twice in (hessian(lambda x: f(args[0], x)), grad(lambda x: np.sum(slope(x) ** 2)), pushed):
            np.testing.assert_allclose(compile(twice)(args[1]), twice(args[1]), rtol=1e-9, atol=1e-10)


def test_single_precision_stays() -> None:
    single = THETA.astype(np.float32), START.astype(np.float32)
    for found, expected in zip(compile(both(by_runge_kutta))(*single), both(by_runge_kutta)(*single), strict=True):
        assert found.dtype == np.float32
        np.testing.assert_allclose(found, expected, rtol=1e-4)


def test_where_a_zero_cotangent_meets_an_infinite_slope_it_stays_zero() -> None:
    def f(x: Any) -> Any:
        def step(_: Any, c: Any) -> Any:
            a, b = c
            return np.array([0.0, 1.0]) * np.sqrt(a) + np.array([0.5, 0.0]) * a, b * 0.9 + np.sum(a * a)

        a, b = fori_loop(0, 9, step, (x, 1.0))
        return np.sum(a * np.array([0.0, 1.0])) + b

    x = np.array([0.0, 2.0])
    with np.errstate(all="ignore"):
        expected = grad(f)(x)
        assert np.all(np.isfinite(expected))
        np.testing.assert_allclose(compile(grad(f))(x), expected, rtol=1e-12)
        np.testing.assert_allclose(compile(grad(f))(x + 1), grad(f)(x + 1), rtol=1e-12)


def test_infinities_are_where_they_are_eagerly() -> None:
    def f(x: Any) -> Any:
        def step(c: Any, _: Any) -> Any:
            return np.sqrt(c) * 0.5 + c * 0.5, c / (1.0 + c) * np.exp(-c)

        last, ys = scan(step, x, None, 9)
        return np.sum(last) + np.sum(ys)

    x = np.array([0.0, 2.0, 1.0])
    with np.errstate(all="ignore"):
        assert np.isinf(grad(f)(x)[0])
        np.testing.assert_allclose(compile(grad(f))(x), grad(f)(x), rtol=1e-12)


def test_complex_carries_go_step_by_step() -> None:
    def f(x: Any) -> Any:
        last = fori_loop(0, 9, lambda _, c: np.sin(c) * 0.9 + np.conj(c) * 0.1j, x)
        return np.sum(np.abs(last) ** 2)

    x = np.array([0.3 + 0.2j, 0.1 - 0.4j])
    np.testing.assert_allclose(compile(grad(f))(x), grad(f)(x), rtol=1e-12)


def test_a_loop_of_machine_code_goes_step_by_step() -> None:
    pytest.importorskip("numba")
    by_calls, by_machine = (compile(both(by_runge_kutta), backend=backend) for backend in ("numpy", "numba"))
    assert "cond" in str(by_calls.program(THETA, START))
    assert "cond" not in str(by_machine.program(THETA, START))


@pytest.mark.parametrize("backend", ["numpy", "numba"])
def test_what_is_recorded_again_is_the_same(backend: str) -> None:
    """Which backend a loop is recorded for decides on its reverse."""
    if backend == "numba":
        pytest.importorskip("numba")
    compiled = compile(grad(by_runge_kutta, argnums=1), backend=backend)
    compiled.check(THETA, START)
