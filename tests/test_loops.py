"""Loops: against loops written by hand, in any nesting; as few runs as the theory says; memory."""

from __future__ import annotations

from collections.abc import Callable
from math import comb
import tracemalloc
from typing import Any

import numpy as np
import pytest

from tapegrad import errors
from tests.untyped import Function, fori_loop, grad, jvp, scan, value_and_grad, vjp, vmap, while_loop
from tests.ways import WAYS, Map

SCHEDULES = [False, True, 1, 2, 3, 7]
W = np.array([[0.5, -0.2], [0.3, 0.8]])
XS = np.linspace(-1.0, 1.0, 14).reshape(7, 2)


def recurrent(w: Any, init: Any, xs: Any, loop: Any) -> Any:
    def step(carry: Any, x: Any) -> Any:
        h = np.tanh(w @ carry["h"] + x["in"] * x["gain"])
        return {"h": h, "n": carry["n"] + 1}, (h[0] * x["gain"], None)

    last, (ys, _) = loop(step, {"h": init, "n": 0}, {"in": xs, "gain": np.sum(xs, axis=1)})
    return np.sum(last["h"]) * last["n"] + np.sum(ys**2 * np.arange(len(ys)))


def by_hand(step: Any, carry: Any, xs: Any) -> Any:
    ys: list[Any] = []
    for row, gain in zip(xs["in"], xs["gain"], strict=True):
        carry, (y, _) = step(carry, {"in": row, "gain": gain})
        ys.append(y)
    return carry, (np.stack(ys), None)


def with_schedule(schedule: Any) -> Any:
    def loop(step: Any, carry: Any, xs: Any) -> Any:
        return scan(step, carry, xs, checkpoint=schedule)

    return loop


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_scan_is_the_loop(schedule: Any) -> None:
    args = W, np.array([0.1, 0.2]), XS

    def written(w: Any, init: Any, xs: Any) -> Any:
        return recurrent(w, init, xs, by_hand)

    expected, gradients = value_and_grad(written)(*args)

    def loss(w: Any, init: Any, xs: Any) -> Any:
        return recurrent(w, init, xs, with_schedule(schedule))

    assert loss(*args) == expected
    value, found = value_and_grad(loss)(*args)
    assert value == expected
    for gradient, right in zip(found, gradients, strict=True):
        np.testing.assert_allclose(gradient, right, rtol=1e-13)

    def second(f: Any) -> Any:
        return grad(lambda w: np.sum(grad(lambda w: f(w, *args[1:]))(w) ** 2))(W)

    hand = second(written)
    np.testing.assert_allclose(second(loss), hand, rtol=1e-11)
    batch = np.stack([W, W.T])
    each = [grad(written, argnums=0)(w, *args[1:]) for w in batch]
    np.testing.assert_allclose(vmap(grad(lambda w: loss(w, *args[1:])))(batch), each, rtol=1e-12)
    summed = grad(lambda batch: np.sum(vmap(lambda w: loss(w, *args[1:]))(batch)))(batch)
    np.testing.assert_allclose(summed, each, rtol=1e-12)


def power(schedule: Any) -> Map:
    """x**3, by different loops."""
    return lambda x: scan(lambda c, _: (c * x, None), 1.0, None, 3, checkpoint=schedule)[0]


LOOPS: dict[str, Map] = {
    **{f"scan {schedule}": power(schedule) for schedule in (False, True, 2)},
    "fori": lambda x: fori_loop(2, 5, lambda i, c: c * x * i, 1.0) / 24,
    "fori 2": lambda x: fori_loop(0, 3, lambda i, c: c * x, 1.0, checkpoint=2),
    "while": lambda x: while_loop(lambda c: c[1] < 3, lambda c: (c[0] * x, c[1] + 1), (1.0, 0))[0],
    "while True": lambda x: while_loop(lambda c: c[1] < 3, lambda c: (c[0] * x, c[1] + 1), (1.0, 0), checkpoint=True)[
        0
    ],
    "while batched": lambda x: while_loop(lambda c: c[1] < 2.5 + x, lambda c: (c[0] * x, c[1] + 1), (1.0, 0.0))[0],
}


@pytest.mark.parametrize("inner", WAYS)
@pytest.mark.parametrize("outer", WAYS)
@pytest.mark.parametrize("loop", LOOPS)
def test_pairs(outer: Callable[[Map], Map], inner: Callable[[Map], Map], loop: str) -> None:
    x = 0.4 if loop == "while batched" else 0.7
    np.testing.assert_allclose(outer(inner(LOOPS[loop]))(x), 6 * x, rtol=1e-12)


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_reverse_and_rows(schedule: Any) -> None:
    xs = np.arange(1.0, 6.0)

    def f(xs: Any) -> Any:
        last, ys = scan(lambda c, x: (c * 0.5 + x, c), 0.0, xs, reverse=True, checkpoint=schedule)
        return last, ys

    last, ys = f(xs)
    assert last == 1 + 2 / 2 + 3 / 4 + 4 / 8 + 5 / 16
    np.testing.assert_array_equal(ys, [*(f(xs[i + 1 :])[0] for i in range(4)), 0.0])
    np.testing.assert_array_equal(grad(lambda xs: f(xs)[0])(xs), 0.5 ** np.arange(5))


def test_no_rows() -> None:
    last, ys = scan(lambda c, x: (c, {"y": x * c, "n": 3}), np.ones(2), np.zeros((0, 2), np.float32))
    assert [(y.shape, y.dtype.kind) for y in (ys["y"], ys["n"])] == [((0, 2), "f"), ((0,), "i")]
    np.testing.assert_array_equal(last, np.ones(2))
    assert grad(lambda x: scan(lambda c, _: (c * x, c), x, None, 0)[0])(2.0) == 1.0
    assert fori_loop(3, 3, lambda i, c: c * 2, 5.0) == 5.0
    assert while_loop(lambda c: c > 9, lambda c: c * 2, 5.0, checkpoint=True) == 5.0


def runs_needed(n: int, kept: int) -> int:
    """The fewest steps that reverse n with so many states kept, by dynamic programming: nothing but the recurrence."""
    table: dict[tuple[int, int], int] = {}

    def fewest(n: int, kept: int) -> int:
        if n <= 1:
            return n
        if kept == 0:
            return 10**9
        if (n, kept) not in table:
            table[n, kept] = min(m + fewest(m, kept) + fewest(n - m, kept - 1) for m in range(1, n))
        return table[n, kept]

    return fewest(n, kept)


@pytest.mark.parametrize("kept", [1, 2, 3, 5])
@pytest.mark.parametrize("n", [1, 2, 3, 10, 21, 35, 36, 56])
def test_the_schedule_is_the_best_there_is(n: int, kept: int) -> None:
    """Also against the closed form of Griewank and Walther: t(n, s) = r n - C(s + r, r - 1), and n last runs."""
    calls = [0]

    def step(c: Any, x: Any) -> Any:
        calls[0] += 1
        return np.sin(c) * x, None

    grad(lambda c: scan(step, c, np.ones(n), checkpoint=kept)[0])(0.5)
    r = next(r for r in range(n + 1) if comb(kept + r, kept) >= n)
    assert calls[0] == runs_needed(n, kept)
    assert calls[0] == n + (r * n - comb(kept + r, r - 1) if r else 0)


def test_square_root_schedule_runs_each_step_twice() -> None:
    calls = [0]

    def step(c: Any, x: Any) -> Any:
        calls[0] += 1
        return np.sin(c) * x, None

    grad(lambda c: scan(step, c, np.ones(100), checkpoint=True)[0])(0.5)
    assert calls[0] == 190
    calls[0] = 0
    grad(
        lambda c: while_loop(lambda c: c[1] < 28, lambda c: (step(c[0], 1.0)[0], c[1] + 1), (c, 0), checkpoint=True)[0]
    )(0.5)
    assert calls[0] == 56


def peak(n: int, schedule: Any) -> float:
    """Bytes, in carries."""
    x = np.linspace(0.0, 1.0, 10_000)

    def step(h: Any, x: Any) -> Any:
        return np.sin(h) * np.cos(h) + h + x, None

    run = grad(lambda h: np.sum(scan(step, h, np.zeros(n), checkpoint=schedule)[0]))
    run(x[:2])
    tracemalloc.start()
    try:
        run(x)
        return tracemalloc.get_traced_memory()[1] / x.nbytes
    finally:
        tracemalloc.stop()


def test_memory() -> None:
    """Everything grows with n, stretches with its root; with so many checkpoints it does not grow at all."""
    assert peak(144, False) > 350
    assert peak(144, True) < 2.3 * peak(36, True) < 80
    assert peak(144, 4) < 25
    assert peak(144, 10) < peak(36, 10) + 5 < 30


def test_memory_of_a_while_loop() -> None:
    x = np.linspace(0.0, 1.0, 10_000)

    def run(n: int) -> int:
        def f(h: Any) -> Any:
            last, _ = while_loop(
                lambda c: c[1] < n, lambda c: (np.sin(c[0]) * np.cos(c[0]) + c[0], c[1] + 1), (h, 0), checkpoint=True
            )
            return np.sum(last)

        grad(f)(x[:2])
        tracemalloc.start()
        try:
            grad(f)(x)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    assert run(144) < 2.3 * run(36)


def test_few_checkpoints_for_many_steps() -> None:
    def step(c: Any, x: Any) -> Any:
        return np.sin(c) * x, None

    grad(lambda c: scan(step, c, np.ones(101), checkpoint=1)[0])(0.5)  # as deep as it gets
    with pytest.raises(ValueError, match=r"would run up to 999 times. Allow at least 2, or write checkpoint=True"):
        scan(step, 0.5, np.ones(1000), checkpoint=1)
    with pytest.raises(ValueError, match="from 1 up, not 0"):
        scan(step, 0.5, np.ones(10), checkpoint=0)


def heron(a: Any) -> Any:
    return while_loop(lambda x: abs(x * x - a) > 1e-12 * a, lambda x: (x + a / x) / 2, 1.0)


def test_while_under_vmap() -> None:
    """As many steps as the slowest needs; what is done stays as it is, and so does its gradient."""
    a = np.array([1.0, 4.0, 1e6])
    np.testing.assert_allclose(vmap(heron)(a), np.sqrt(a), rtol=1e-12)
    np.testing.assert_array_equal(vmap(heron)(a), [heron(x) for x in a])
    np.testing.assert_allclose(vmap(grad(heron))(a), [grad(heron)(x) for x in a], rtol=1e-12)
    np.testing.assert_allclose(grad(lambda a: np.sum(vmap(heron)(a)))(a), [grad(heron)(x) for x in a], rtol=1e-12)
    np.testing.assert_allclose(jvp(vmap(heron), (a,), (a,))[1], [a * grad(heron)(a) for a in a], rtol=1e-12)
    table = np.stack([a, 2 * a])
    np.testing.assert_allclose(vmap(vmap(heron))(table), np.sqrt(table), rtol=1e-12)


def test_what_is_done_gets_no_nan() -> None:
    """x counts down; the logarithm of what is done is infinite, and its slope too."""

    def f(x: Any) -> Any:
        return while_loop(lambda c: c[0] > 0, lambda c: (c[0] - 1.0, c[1] + np.log(c[0])), (x, 0.0))[1]

    x = np.array([1.0, 3.0])
    with np.errstate(all="ignore"):
        np.testing.assert_allclose(vmap(f)(x), [0.0, np.log(6.0)])
        np.testing.assert_allclose(vmap(grad(f))(x), [1.0, 1 / 3 + 1 / 2 + 1])
        np.testing.assert_allclose(grad(lambda x: np.sum(vmap(f)(x)))(x), [1.0, 1 / 3 + 1 / 2 + 1])


def test_dtypes() -> None:
    x = np.float32(0.5)
    for schedule in SCHEDULES:
        out, pull = vjp(lambda x, schedule=schedule: scan(lambda c, _: (c * x, c), x, None, 3, checkpoint=schedule), x)
        assert out[0].dtype == out[1].dtype == pull(out)[0].dtype == np.float32
    z = 0.5 + 0.5j
    np.testing.assert_allclose(
        grad(lambda z: np.abs(scan(lambda c, _: (c * z, None), 1.0 + 0j, None, 3, checkpoint=True)[0]))(z),
        grad(lambda z: np.abs(z**3))(z),
    )


CHANGING: list[tuple[Function, Any, str]] = [
    (lambda c, x: ({"a": c["a"], "b": c["b"] * 1.5}, x), {"a": 1.0, "b": 2}, r"carry\['b'\] began as int64"),
    (lambda c, x: (np.stack([c, c]), x), np.ones(2), r"carry began as float64 of shape \(2,\).*shape \(2, 2\)"),
    (lambda c, x: ((c, c), x), 1.0, "structure"),
    (lambda c, x: c, 1.0, r"a pair \(carry, y\)"),
    (lambda c, x: (c, np.ones(int(x))), 1.0, "y differs in shape"),
    (lambda c, x: (c, (c,) if x > 2 else c), 1.0, "the y of one step"),
]


@pytest.mark.parametrize(("step", "init", "message"), CHANGING)
def test_what_changes_on_the_way(step: Any, init: Any, message: str) -> None:
    with pytest.raises((TypeError, ValueError), match=message):
        scan(step, init, np.arange(1.0, 4.0))


def test_lengths() -> None:
    def same(c: Any, x: Any) -> Any:
        return c, x

    with pytest.raises(ValueError, match=r"lengths differ: 3 of xs\[0\], 2 of xs\[1\]"):
        scan(same, 1.0, (np.ones(3), np.ones(2)))
    with pytest.raises(ValueError, match="4 of length, 3 of xs"):
        scan(same, 1.0, np.ones(3), 4)
    for length in (None, -1):
        with pytest.raises(ValueError, match="length="):
            scan(same, 1.0, None, length)
    with pytest.raises(TypeError, match="integer"):
        scan(same, 1.0, None, 3.0)
    with pytest.raises(ValueError, match=r"xs\[0\] is a number"):
        scan(same, 1.0, [1.0, 2.0])


def test_conditions() -> None:
    with pytest.raises(TypeError, match="one truth value"):
        while_loop(lambda c: c > 0, lambda c: c - 1, np.ones(3))
    with pytest.raises(TypeError, match="one truth value"):
        while_loop(lambda c: c, lambda c: c - 1, 1.0)
    with pytest.raises(errors.BatchError):
        vmap(lambda n: fori_loop(0, n, lambda i, c: c, 1.0))(np.ones(2))
