"""Arrays of very few numbers in loops, computed number by number."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tapegrad._tree import flatten
from tests.untyped import compile, fori_loop, grad, scan, vmap, while_loop

RATES = np.array([10.0, 28.0, 8 / 3])
START = np.array([1.0, 0.5, -2.0])


def lorenz(rates: Any, start: Any) -> Any:
    def slope(y: Any) -> Any:
        return np.stack([rates[0] * (y[1] - y[0]), y[0] * (rates[1] - y[-1]) - y[1], y[0] * y[1] - rates[2] * y[2]])

    def step(_: Any, y: Any) -> Any:
        half = y + 0.005 * slope(y)
        return y + np.array([0.01, 0.01, 0.02], rates.dtype) * slope(half) / 2 - -y * 1e-3

    return fori_loop(0, 30, step, start)


def with_rows(rates: Any, start: Any) -> Any:
    def step(y: Any, row: Any) -> Any:
        new = np.stack([y[0] / row[0], row[1] - y[1], y[2] * 0.5])
        return new, (new, np.stack([y[0], row[0]]), y[1])

    return scan(step, start, np.outer(np.arange(1.0, 6.0), rates))


def with_functions(rates: Any, start: Any) -> Any:
    def step(i: Any, y: Any) -> Any:
        moved = np.stack([np.sin(y[0]), y[1] * i, y[2] + y[0]])
        return np.tanh(moved * rates) + 0.1 * moved

    return fori_loop(0, 5, step, start)


def while_small(rates: Any, start: Any) -> Any:
    def step(y: Any) -> Any:
        return np.stack([y[0] * 1.5 + rates[0], y[1] - y[0], 1.0 / y[2]])

    return while_loop(lambda y: np.sum(y) < 100 + y[0] * y[0], step, start)


def of_loops(rates: Any, start: Any) -> Any:
    def step(_: Any, y: Any) -> Any:
        z = np.stack([y[1], y[2], y[0] * 0.5])
        return fori_loop(0, 3, lambda _, z: np.stack([z[0] + z[1], z[1] * rates[1] * 0.01, -z[2]]) - 0.5 * z, z)

    return fori_loop(0, 4, step, start)


CASES = (lorenz, with_rows, with_functions, while_small, of_loops)


@pytest.mark.parametrize("f", CASES)
@pytest.mark.parametrize("factor", [1.0, 0.0, -0.0, np.inf, np.nan, 1e200])
def test_results_have_the_bits_of_eager_ones(f: Callable[..., Any], factor: float) -> None:
    if f is while_small and factor != 1:
        factor = -1.0  # else it goes on for ever
    with np.errstate(all="ignore"):
        for found, expected in zip(*(flatten(g(RATES, START * factor))[0] for g in (compile(f), f)), strict=True):
            assert type(found) is type(expected)
            assert np.asarray(found).tobytes() == np.asarray(expected).tobytes() or np.isnan(expected).any()
            np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("f", [f for f in CASES if f is not while_small])
def test_gradients_and_batches_are_those_of_eager_code(f: Callable[..., Any]) -> None:
    def total(rates: Any, start: Any) -> Any:
        return sum(np.sum(leaf * leaf) for leaf in flatten(f(rates, start))[0])

    slope = grad(total, argnums=(0, 1))
    for found, expected in zip(compile(slope)(RATES, START), slope(RATES, START), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-12)
    many, batch = vmap(f, in_axes=(None, 0)), np.stack([START, START * 0.5])
    for found, expected in zip(*(flatten(g(RATES, batch))[0] for g in (compile(many), many)), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-14)


def test_a_step_calls_nothing_but_what_reads_its_array() -> None:
    source = compile(lorenz).source(RATES, START)
    assert ".item(2)" in source

    assert "multiply(" not in source


def test_what_is_read_as_a_whole_stays_an_array() -> None:
    source = compile(lambda x: fori_loop(0, 3, lambda _, y: np.sin(y) * 0.5 + y, x)).source(START)
    assert ".item(" not in source


def test_single_precision_stays() -> None:
    single = RATES.astype(np.float32), START.astype(np.float32)
    found, expected = compile(lorenz)(*single), lorenz(*single)
    assert ".item(" not in compile(lorenz).source(*single)
    np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_results_do_not_share_memory() -> None:
    ys = compile(with_rows)(RATES, START)
    last, (news, pairs, _) = ys
    assert not np.shares_memory(last, news)
    assert not np.shares_memory(news, pairs)
    first = compile(lorenz)
    a = first(RATES, START)
    b = a.copy()
    first(RATES, START * 2)
    np.testing.assert_array_equal(a, b)
