"""In reverse through a loop: slopes are multiplied with each other before it, and rows computed once for both ways."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tapegrad._program.bodies import Loop
from tests.untyped import compile, grad, hessian, jvp, plain, scan, vmap

SIZE = 40
"""So large a carry goes step by step."""
ROWS = np.linspace(-1, 1, 20 * SIZE).reshape(20, SIZE)
W = np.sin(np.arange(SIZE**2 * 1.0)).reshape(SIZE, SIZE) / 9
START = np.linspace(0.1, 1.0, SIZE)


def chained(w: Any, x: Any, rows: Any) -> Any:
    """Four functions of the carry, one after another."""

    def step(x: Any, row: Any) -> Any:
        return np.tanh(np.exp(-np.cos(np.sin(x) * row)) + w @ x), x[:3]

    last, ys = scan(step, x, rows)
    return np.sum(last) + np.sum(ys**2)


def rooted(w: Any, x: Any, rows: Any) -> Any:
    """An infinite slope, at zeros, that meets zero cotangents."""

    def step(x: Any, row: Any) -> Any:
        root: Any = np.sqrt(np.abs(x * row))
        positive = plain.where(root > 0, root, 0.0 * root)
        return np.tanh(positive + w @ x), root * 0.0

    last, ys = scan(step, x, rows)
    return np.sum(last) + np.sum(ys)


def of_all(f: Any) -> Any:
    return grad(f, argnums=(0, 1, 2))


def test_a_step_in_reverse_has_one_product_for_a_chain() -> None:
    program = compile(of_all(chained)).program(W, START, ROWS)
    loops = [eq.primitive.content for eq in program.equations if eq.primitive.name == "scan"]
    damped = [
        sum(eq.primitive.name == "damp" for eq in loop.body.equations) for loop in loops if isinstance(loop, Loop)
    ]
    assert damped == [0, 2]  # into w @ x, and along the chain


def test_rows_are_computed_once_for_both_ways() -> None:
    program = compile(of_all(chained)).program(W, START, ROWS)
    assert sum(eq.primitive.name == "exp" for eq in program.equations) == 1


@pytest.mark.parametrize("backend", ["numpy", "numba"])
@pytest.mark.parametrize("f", [chained, rooted])
def test_gradients_are_those_of_eager_code(f: Any, backend: str) -> None:
    zeros = ROWS.copy()
    zeros[3:5, ::2] = 0.0
    for rows in (ROWS, zeros, ROWS[:1], ROWS[:0]):
        for ours, wanted in zip(
            compile(of_all(f), backend=backend)(W, START, rows), of_all(f)(W, START, rows), strict=True
        ):
            np.testing.assert_allclose(ours, wanted, rtol=1e-9, atol=1e-11)


def test_single_precision_stays() -> None:
    args = [x.astype(np.float32) for x in (W, START, ROWS)]
    for ours, wanted in zip(compile(of_all(chained))(*args), of_all(chained)(*args), strict=True):
        assert ours.dtype == np.float32
        np.testing.assert_allclose(ours, wanted, rtol=1e-3, atol=1e-5)


def test_nested() -> None:
    def along(x: Any) -> Any:
        return chained(W, x, ROWS[:6])

    x = np.stack([START, -START])
    np.testing.assert_allclose(compile(hessian(along))(START), hessian(along)(START), rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(compile(vmap(grad(along)))(x), vmap(grad(along))(x), rtol=1e-11)


def test_forward_over_reverse() -> None:
    def curved(x: Any) -> Any:
        return jvp(grad(lambda x: chained(W, x, ROWS[:6])), (x,), (START,))[1]

    np.testing.assert_allclose(compile(curved)(START), curved(START), rtol=1e-10, atol=1e-12)
