"""Views of buffers that a compiled function keeps: they are kept with these."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from tapegrad._tree import flatten
from tests.untyped import compile, grad, plain, scan, vmap

W = np.linspace(-1, 1, 72).reshape(12, 6)
ROWS = np.linspace(-1, 1, 30).reshape(5, 6)


def gated(w: Any, rows: Any) -> Any:
    def step(x: Any, row: Any) -> Any:
        z = np.sin(w @ x) * 2.0
        first, turned = z[:6], z.reshape(2, 6)
        return np.tanh(first * z[6:] + row), turned[1] * first

    return scan(step, np.ones(6), rows)


def test_results_are_those_of_eager_code() -> None:
    for f in (gated, vmap(gated, in_axes=(None, 0))):
        rows = ROWS if f is gated else np.stack([ROWS, -ROWS])
        compiled = compile(f)
        kept = [compiled(w, rows) for w in (W, -W)]
        for ours, w in zip(kept, (W, -W), strict=True):
            for x, y in zip(ours, f(w, rows), strict=True):
                np.testing.assert_allclose(x, y, rtol=1e-11)


def test_a_step_makes_no_views() -> None:
    step = compile(gated).source(W, ROWS).split("for ")[1].split("fresh")[0]
    assert "[index" not in step
    assert ".reshape(" not in step
    assert step.count("view") >= 3


def test_what_is_no_view_of_a_part_is_made_at_each_step() -> None:
    """The reshape of some columns is a copy."""

    def f(x: Any, rows: Any) -> Any:
        def step(x: Any, row: Any) -> Any:
            z = np.cos(np.tanh(x) * 2.0 + row)
            flat = z[:, :2].reshape(6)
            return np.sin(z) * 0.5 + np.sum(flat * flat[::-1]), flat @ np.arange(6.0)

        return scan(step, x, rows)

    x, rows = np.linspace(0, 1, 12).reshape(3, 4), np.linspace(-1, 1, 48).reshape(4, 3, 4)
    for ours, wanted in zip(compile(f)(x, rows), f(x, rows), strict=True):
        np.testing.assert_allclose(ours, wanted, rtol=1e-11)


def test_threads_have_their_own() -> None:
    slope = compile(grad(lambda w: np.sum(gated(w, ROWS)[1] ** 2)))
    matrices = [W * k for k in np.linspace(0.1, 2.0, 40)]
    with ThreadPoolExecutor(4) as threads:
        for w, found in zip(matrices, threads.map(slope, matrices), strict=True):
            np.testing.assert_array_equal(found, slope(w))


def recurrent(w: Any, rows: Any) -> Any:
    def step(carry: Any, row: Any) -> Any:
        h, c = carry
        z = w @ h + row
        c = np.tanh(z) * c + np.sin(z)
        return (np.cos(c) * z, c), h[::-1] * row

    (h, c), ys = scan(step, (np.ones(6), np.linspace(0, 1, 6)), rows)
    return np.sum(ys**2) + h @ c


SQUARE = np.linspace(-0.3, 0.3, 36).reshape(6, 6)


def test_a_carry_that_is_kept_for_the_sweep_is_computed_into_the_next_row() -> None:
    source = compile(grad(recurrent)).source(SQUARE, ROWS)
    head, step = source.split("for ")[1].split("fresh")[0].split(":\n", 1)
    assert "rows0" in head
    assert "last0" in source
    assert "[...] = " not in step


def test_rows_are_kept_as_lists_if_they_are_few() -> None:
    slope = compile(grad(recurrent, argnums=(0,)))
    for length in (0, 1, 2, 5, 1_024, 1_025):
        rows = np.sin(np.arange(length * 6.0)).reshape(length, 6)
        if length:
            assert ("rows0" in slope.source(SQUARE, rows)) == (length <= 1_024)
        (wanted,) = grad(recurrent, argnums=(0,))(SQUARE, rows)
        for _ in range(2):
            np.testing.assert_allclose(slope(SQUARE, rows)[0], wanted, rtol=1e-9, atol=1e-12)


def test_carries_that_change_places() -> None:
    def f(a: Any, b: Any, rows: Any) -> Any:
        def step(carry: Any, row: Any) -> Any:
            a, b, fixed = carry
            return (b, np.tanh(a * row + fixed), fixed), (a, b, a)

        return scan(step, (a, b, np.ones(6)), rows)

    def total(*args: Any) -> Any:
        (a, b, fixed), ys = f(*args)
        return np.sum(a * b * fixed) + sum(np.sum(y**2) * k for k, y in enumerate(ys, 1))

    a, b = np.linspace(0, 1, 12).reshape(2, 6)
    for rows in (ROWS, ROWS[:1], ROWS[:0]):
        slopes = grad(total, argnums=(0, 1, 2))
        for ours, wanted in zip(compile(slopes)(a, b, rows), slopes(a, b, rows), strict=True):
            np.testing.assert_allclose(ours, wanted, rtol=1e-12)
        (carry, ys), (wanted_carry, wanted_ys) = compile(f)(a, b, rows), f(a, b, rows)
        for ours, wanted in zip((*carry, *ys), (*wanted_carry, *wanted_ys), strict=True):
            np.testing.assert_array_equal(ours, wanted)


def test_results_share_memory_with_nothing() -> None:
    def f(w: Any, rows: Any) -> Any:
        def step(carry: Any, row: Any) -> Any:
            x = plain.where(row > 0, w @ carry, carry)
            return x, (carry, x)

        return scan(step, np.ones(6), rows), grad(lambda w: np.sum(scan(step, w[0], rows)[0]))(w)

    compiled = compile(f)
    flat = flatten([compiled(SQUARE, ROWS) for _ in range(2)])[0]
    assert not any(np.shares_memory(x, y) for i, x in enumerate(flat) for y in flat[:i])
