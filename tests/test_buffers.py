"""Memory of compiled functions: large values lie where others lay, in whole arrays as in blocks."""

from __future__ import annotations

from collections.abc import Callable
import tracemalloc
from typing import Any

import numpy as np
from numpy.typing import NDArray
import pytest

from benchmarks.scaling import peak_bytes
from tapegrad import compile
from tests.untyped import grad, value_and_grad

Array = NDArray[np.float64]
MEGABYTE = 10**6


def peak(f: Callable[..., Any], *args: Any) -> float:
    """The megabytes that a call takes at most, its outputs included, once the function is compiled."""
    f(*args)
    return peak_bytes(lambda: f(*args)) / MEGABYTE


def wave(x: Array) -> np.float64:
    return np.sum(np.exp(-(x**2)) * np.sin(x) + np.log1p(x**2) / (1 + x**2))


def mean_square(x: Array) -> np.floating:
    return np.mean(x * x)


@pytest.mark.parametrize("shape", [(10**6,), (1, 10**6), (10, 10**5), (4, 500, 500), (1000, 1000)])
def test_an_elementwise_objective(shape: tuple[int, ...]) -> None:
    x = np.linspace(-3, 3, MEGABYTE).reshape(shape)
    assert peak(compile(value_and_grad(wave)), x) < 8 + 4
    assert peak(compile(wave), x) < 4
    assert peak(compile(mean_square), x) < 4


def test_whole_arrays() -> None:
    """Of a chain of functions, each of which reverses the rows and so makes no blocks, two arrays live at a time."""

    def chain(x: Array) -> Any:
        for _ in range(10):
            x = np.tanh(x)[::-1]
        return np.sum(x)

    x = np.linspace(-3, 3, MEGABYTE).reshape(1000, -1)
    compiled = compile(chain)
    assert "over_" not in compiled.source(x)
    assert ", b0)" in compiled.source(x)
    assert peak(compiled, x) < 16 + 1
    np.testing.assert_allclose(compiled(x), chain(x), rtol=1e-14)


def test_products_of_matrices() -> None:
    def chain(x: Array, w: Array) -> Any:
        for _ in range(8):
            x = np.tanh(x @ w)
        return x

    x, w = np.linspace(-1, 1, 250_000).reshape(500, 500), np.eye(500)[::-1].copy()
    assert peak(compile(chain), x, w) < 2 + 2 * 2 + 1
    np.testing.assert_allclose(compile(chain)(x, w), chain(x, w), rtol=1e-14)


def test_what_is_kept_between_calls_is_little() -> None:
    compiled = compile(grad(lambda x: np.sum(np.tanh(np.tanh(x) @ x))))
    x = np.linspace(-1, 1, 10**6).reshape(1_000, 1_000)
    compiled(x)
    tracemalloc.start()
    try:
        compiled(x)
        assert tracemalloc.get_traced_memory()[0] < 5 * MEGABYTE
    finally:
        tracemalloc.stop()
