"""Views of buffers that a compiled function keeps: they are kept with these."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from tests.untyped import compile, grad, scan, vmap

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
            return np.sin(z) * 0.5 + np.sum(flat * flat[::-1]), flat

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
