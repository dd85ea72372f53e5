"""Arrays that are put together of parts, in compiled code."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.untyped import Function, compile, grad, vjp

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
