"""Rows: comparisons, choices, verdicts; what is constant between its jumps."""

from __future__ import annotations

import numpy as np

from tapegrad import stop_gradient
from tests.rules.row import Row, apart, binary, real, row, unary
from tests.untyped import plain

X, Y = apart(2, 3), real(2, 3, low=-0.02, high=0.02)
MASK = np.array([[True, False, True], [False, True, False]])
COMPARISONS = (np.equal, np.not_equal, np.less, np.less_equal, np.greater, np.greater_equal)
LOGICAL = (np.logical_and, np.logical_or, np.logical_xor)


def verdicts() -> list[Row]:
    """Constants among differentiable things: their derivative is zero, that of what they are multiplied with is not."""
    rows = [row(f"x * {f.__name__}(x, y)", lambda x, y, f=f: x * f(x, y), X, Y, elementwise=True) for f in COMPARISONS]
    rows += [
        row(f"{f.__name__}(x, y)", lambda x, y, f=f: (f(x, y), x * f(x, 0.0)), X, Y) for f in (*COMPARISONS, *LOGICAL)
    ]
    tests = (
        np.isnan,
        np.isinf,
        np.isfinite,
        np.signbit,
        np.logical_not,
        np.isposinf,
        np.isneginf,
        np.isreal,
        np.iscomplex,
    )
    return [*rows, *(row(f"x * {f.__name__}(x)", lambda x, f=f: x * f(x), X) for f in tests)]


ROWS = [
    *(r for f in (np.floor, np.ceil, np.trunc, np.rint, np.sign) for r in unary(f, 0.6, 0.9)),
    *binary(np.maximum, (-1.0, 0.1), (0.0, 1.0)),
    *binary(np.minimum, (-1.0, 0.1), (0.0, 1.0)),
    *binary(np.fmax, (-1.0, 0.1), (0.0, 1.0)),
    *binary(np.fmin, (-1.0, 0.1), (0.0, 1.0)),
    *binary(np.copysign, (0.2, 1.0), (-1.0, -0.2)),
    *binary(np.heaviside, (0.2, 1.0)),
    *verdicts(),
    row("operators < <= > >= == !=", lambda x, y: (x < y, x <= y, x > y, x >= y, x == y, x != y), X, Y),
    row("compared with numbers", lambda x: (x < 0.1, x >= 0.1, x == 0, x != 1, x * (x > 0)), X),
    row("masks combined", lambda x: x * ((x > -0.5) & (x < 0.5) | ~(x > 0)), X),
    row("masks and plain masks", lambda x: x * (MASK & (x > 0)) + x * ((x < 0) | MASK) + x * (MASK ^ (x > 0)), X),
    row(
        "mask ufuncs",
        lambda x: (
            x * np.bitwise_xor(x > 0, MASK) * np.bitwise_or(x > 0, np.invert(x < 0)) * np.bitwise_and(x < 1, MASK)
        ),
        X,
    ),
    row("maximum.reduce", lambda x: np.maximum.reduce(x, axis=1), X),
    row("minimum.reduce", lambda x: np.minimum.reduce(x, axis=None, keepdims=True), X),
    row("fmax.reduce", lambda x: np.fmax.reduce(x), X),
    row("fmin.reduce", lambda x: np.fmin.reduce(x, axis=(0, 1)), X),
    row("maximum.accumulate", lambda x: np.maximum.accumulate(x, axis=1), X),
    row("minimum.accumulate", lambda x: np.minimum.accumulate(x), X),
    row("logical_and.reduce", lambda x: np.logical_and.reduce(x > 0, axis=1), X),
    row("logical_or.reduce", lambda x: np.logical_or.reduce(x, axis=(0, 1)), X),
    row("where", lambda x, y: plain.where(MASK, x, y), X, Y),
    row("where, broadcast", lambda x, y: plain.where(MASK[0], x, y), real(2, 1), real(3)),
    row("where, numbers", lambda x: np.where(x > 0, x, 0.0), X),
    row("where, number first", lambda x: np.where(x > 0, 1.0, x * x), X),
    row("where, x three times", lambda x: plain.where(x > 0, np.exp(x), x), X, elementwise=True),
    row("where, number and array", lambda x, y: plain.where(MASK, x, y), 0.3, X, single=False),
    row("where of a condition", lambda x: x[np.where(x > 0)], X, batch=False),
    row("clip", lambda x: np.clip(x, -0.3, 0.3), X, elementwise=True),
    row(
        "clip, bounds",
        lambda x, low, high: np.clip(x, low, high),
        X,
        real(3, low=-0.35, high=-0.3),
        real(2, 1, low=0.3, high=0.35),
    ),
    row(
        "clip, one bound",
        lambda x: (np.clip(x, None, 0.2), np.clip(x, 0.0, None), np.clip(x, a_min=-0.2, a_max=None)),
        X,
    ),
    row("x.clip", lambda x: (x.clip(-0.2, 0.2), x.clip(max=0.2)), X),
    row(
        "any and all",
        lambda x: (np.any(x > 0, axis=1), np.all(x < 0, 0, keepdims=True), np.any(x), np.all(x, where=MASK)),
        X,
    ),
    row("x.any, x.all", lambda x: (x.any(), x.all(axis=1)), X),
    row(
        "argmax and argmin",
        lambda x: (np.argmax(x), np.argmin(x, axis=1), np.argmax(x, 0, keepdims=True), x.argmin()),
        X,
    ),
    row(
        "argmax, keepdims",
        lambda x: (np.argmax(x, keepdims=True), np.argmin(x, axis=-1, keepdims=True), x.argmax(0)),
        X,
    ),
    row("count_nonzero", lambda x: (np.count_nonzero(x > 0), np.count_nonzero(x, axis=0, keepdims=True)), X),
    row("nonzero", lambda x: (np.nonzero(x > 0), np.flatnonzero(x), np.argwhere(x > 0), x.nonzero()), X, batch=False),
    row("isclose", lambda x: (np.isclose(x, x + 1e-9), np.isclose(x, 0.1, atol=0.3), np.isclose(0.1, x, rtol=2.0)), X),
    row(
        "allclose, array_equal",
        lambda x: (np.allclose(x, x), np.array_equal(x, x + 1), np.array_equiv(x, x[0])),
        X,
    ),
    row("stop_gradient", lambda x: x * stop_gradient(x), X, order=0),
]
if hasattr(np, "cumulative_sum"):  # NumPy 2.1
    ROWS.append(row("clip, min= and max=", lambda x: (np.clip(x, min=-0.2), np.clip(x, max=0.2)), X))
