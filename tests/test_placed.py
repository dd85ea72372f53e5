"""Arrays that are put together of parts, in compiled code."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.untyped import Function, compile, grad, scan, vjp

PARTS: dict[str, Function] = {
    "differences": lambda x: np.sum(np.sin(x[1:] - x[:-1])),
    "second differences": lambda x: np.sum(np.cos(x[2:] - 2 * x[1:-1] + x[:-2])),
    "a part that is read elsewhere": lambda x: np.sum(np.sin(x[1:] - x[:-1]) * np.exp(x[1:] - x[:-1])),
    "one element": lambda x: x[0] * 3.0 - x[-1] * x[1] - np.sum(x[1:] ** 2),
    "by rows": lambda x: np.sum((x.reshape(-1, 2)[1:] - x.reshape(-1, 2)[:-1]) ** 3),
}


@pytest.mark.parametrize("size", [10, 1_000, 100_000])
@pytest.mark.parametrize("f", PARTS.values(), ids=PARTS)
def test_parts_are_subtracted_in_their_places(f: Function, size: int) -> None:
    x = np.random.default_rng(0).normal(size=size)
    x[:4] = 0.0, -0.0, 0.0, -0.0
    found, wanted = compile(grad(f))(x), grad(f)(x)
    np.testing.assert_array_equal(found, wanted)
    np.testing.assert_array_equal(np.signbit(found), np.signbit(wanted))


def test_a_difference_needs_no_array_for_the_negative() -> None:
    slope = compile(grad(PARTS["differences"]))
    for size in (10, 1_000, 100_000):
        source = slope.source(np.ones(size))
        assert "subtract(part1" in source
        assert "negative" not in source


@pytest.mark.parametrize("size", [10, 1_000, 200_000])
def test_what_is_subtracted_late_is_not_overwritten_by_then(size: int) -> None:
    """A donated array is read until it has been subtracted; only then does a result lie in its memory."""

    def f(x: Any, ct: Any) -> Any:
        negative, other = -ct, np.sin(ct) * 2.0
        return vjp(lambda x: (x[1:], x[:-1]), x)[1]((other, negative))[0], other

    x, ct = np.arange(size + 1.0), np.linspace(0.1, 1.0, size)
    for found, wanted in zip(compile(f, donate=(1,))(x, ct.copy()), f(x, ct), strict=True):
        np.testing.assert_array_equal(found, wanted)


def test_small_parts_are_computed_where_they_belong() -> None:
    def gates(w: Any, x: Any) -> Any:
        z = w @ x
        return np.sum(np.tanh(z[:3]) * np.sin(z[3:6]) + np.cos(z[6:]))

    w, x = np.linspace(-1, 1, 36).reshape(9, 4), np.array([0.3, -0.2, 0.5, 1.0])
    slopes = grad(gates, argnums=(0, 1))
    source = compile(slopes).source(w, x)
    assert "zeros" not in source
    assert "whole0part0" in source
    for found, wanted in zip(compile(slopes)(w, x), slopes(w, x), strict=True):
        np.testing.assert_allclose(found, wanted, rtol=1e-14)


def test_in_a_loop_too() -> None:
    rows = np.linspace(-1, 1, 24).reshape(6, 4)

    def f(w: Any, x: Any) -> Any:
        def step(x: Any, row: Any) -> Any:
            z = w @ x + row
            return np.concatenate([np.tanh(z[:2]) * 2.0, np.sin(z[2:]) * z[:2]]), x[::-1]

        last, ys = scan(step, x, rows)
        return np.sum(last) + np.sum(ys**2)

    w, x = np.linspace(-1, 1, 16).reshape(4, 4), np.array([0.3, 0.0, -0.5, 1.0])
    slopes = grad(f, argnums=(0, 1))
    for found, wanted in zip(compile(slopes)(w, x), slopes(w, x), strict=True):
        np.testing.assert_allclose(found, wanted, rtol=1e-13)


def test_a_part_that_is_also_taken_off_another_keeps_its_sign() -> None:
    """x[1:] - x[:-1] of two numbers: in reverse one cotangent is both parts, once with a minus."""

    def f(x: Any) -> Any:
        return np.sum(np.sin(x[1:] - x[:-1]) * 2.0)

    x = np.array([0.3, 1.0])
    np.testing.assert_array_equal(compile(grad(f))(x), grad(f)(x))
    wider = compile(lambda x: grad(f)(x) @ np.ones((2, 2)))
    np.testing.assert_allclose(wider(x), grad(f)(x) @ np.ones((2, 2)), atol=1e-15)
    turned = compile(lambda x: np.tanh(grad(f)(x)) + x)
    np.testing.assert_array_equal(turned(x), np.tanh(grad(f)(x)) + x)


def test_zeros_have_the_signs_that_they_have_eagerly() -> None:
    """What is added to zeros is never -0."""

    def f(x: Any, w: Any) -> Any:
        slopes = grad(lambda x: np.sum(np.sin(x[:2]) * w[:2]) + np.sum(np.sin(x[2:]) * w[2:]))(x)
        return np.copysign(1.0, slopes) + x

    x, w = np.array([0.1, -1.0, 0.2, 0.3]), np.array([-0.0, 0.0, -0.0, 1.0])
    assert "whole0" in compile(f).source(x, w)
    np.testing.assert_array_equal(compile(f)(x, w), f(x, w))
