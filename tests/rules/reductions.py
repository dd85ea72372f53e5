"""Rows: sums, products, means, variances, extrema, running sums and products."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tests.rules.row import Row, apart, real, row
from tests.untyped import Function, plain

MASK = np.array([[[True, False], [True, True], [False, True]], [[True, True], [False, True], [True, False]]])
AXES: dict[str, Any] = {
    "all": None,
    "axis 0": 0,
    "axis -1": -1,
    "axes 0, 2": (0, 2),
    "axes -1, 1": (-1, 1),
    "no axes": (),
}
Reduction = Callable[..., Any]


def reduction(target: Reduction, x: Any, *, masked: dict[str, Any], no_axes: bool = True) -> list[Row]:
    """A reduction over axes of each form, with `keepdims`, with `where`, as a method, of degenerate shapes."""
    name = target.__name__
    rows: list[Row] = []
    for place, axis in AXES.items():
        if axis != () or no_axes:
            f: Function = lambda x, axis=axis: (target(x, axis=axis), target(x, axis=axis, keepdims=True))  # noqa: E731
            rows.append(row(f"{name}, {place}", f, x))
    return [
        *rows,
        row(f"{name}, where", lambda x: target(x, axis=1, where=MASK, **masked), x),
        row(f"{name}, where broadcast", lambda x: target(x, where=MASK[0, :, :1], keepdims=True, **masked), x),
        row(
            f"x.{name}",
            lambda x: (getattr(x, name)(), getattr(x, name)(1), getattr(x, name)(axis=(0, 1), keepdims=True)),
            x,
        ),
        row(f"{name} of one number", lambda x: target(x), 0.7),
        row(f"{name} of no axes", lambda x: target(x), np.array(0.7)),
        row(f"{name} of length 1", lambda x: target(x, axis=0), x[:1]),
        row(f"{name} of a product", lambda x, y: target(x * y, axis=0) * x, x, 1.5 + real(3, 2)),
    ]


X = apart(2, 3, 2)
POSITIVE = 1.5 + real(2, 3, 2, low=-0.5, high=0.5)

ROWS = [
    *reduction(np.sum, X, masked={}),
    *reduction(np.mean, X, masked={}),
    *reduction(np.prod, POSITIVE, masked={}),
    *reduction(np.max, X, masked={"initial": -0.15}),
    *reduction(np.min, X, masked={"initial": 0.15}),
    *(r for r in reduction(np.var, X, masked={}) if r.name not in ("var of length 1",)),
    *(
        r
        for r in reduction(np.std, X, masked={}, no_axes=False)
        if r.name not in ("std of length 1", "std of one number", "std of no axes")
    ),
    row("sum, dtype", lambda x: np.sum(x, 0, np.float64), X, single=False),
    row("sum, initial", lambda x: np.sum(x, axis=1, initial=2.0), X),
    row("sum of empty", lambda x: np.sum(x, axis=0), np.zeros((0, 2)), order=1),
    row("prod, initial", lambda x: np.prod(x, axis=(0, 1), initial=2.0), X),
    row("prod with a zero", lambda x: plain.prod(x), np.array([2.0, 0.0, 3.0])),
    row("prod with two zeros", lambda x: np.prod(x, axis=0), np.array([[2.0, 0.0], [0.0, 3.0], [0.0, 4.0]])),
    row("prod of an odd number", lambda x: np.prod(x, axis=-1), np.array([[2.0, 0.0, 1.5, -1.0, 3.0]]), order=3),
    row("prod of empty", lambda x: np.prod(x, axis=0), np.zeros((0, 2)), order=1),
    row("max, initial", lambda x: np.max(x, axis=0, initial=0.15), X),
    row("min, initial", lambda x: np.min(x, axis=0, initial=-0.15), X),
    row("amax, amin", lambda x: (np.amax(x, 1), np.amin(x, 1)), X),
    row("ptp", lambda x: (np.ptp(x), np.ptp(x, axis=1, keepdims=True)), X),
    row("mean, dtype", lambda x: np.mean(x, axis=0, dtype=np.float64), X, single=False),
    row("var, ddof", lambda x: np.var(x, axis=(0, 1), ddof=1), X),
    row("var, correction", lambda x: np.var(x, axis=1, correction=0.5), X),
    row("var, mean", lambda x: np.var(x, axis=1, mean=np.mean(x, axis=1, keepdims=True)), X),
    row("std, ddof", lambda x: np.std(x, axis=0, ddof=1, keepdims=True), X),
    row("std, where and mean", lambda x: np.std(x, axis=1, where=MASK, mean=np.mean(x, axis=1, keepdims=True)), X),
    row("var, ddof and where", lambda x: np.var(x, axis=1, ddof=1, where=MASK), X),
    row("cumsum", lambda x: np.cumsum(x), X),
    row("cumsum, axis", lambda x: (np.cumsum(x, axis=1), np.cumsum(x, axis=-1), x.cumsum(0)), X),
    row("cumsum, dtype", lambda x: np.cumsum(x, 0, np.float64), X, single=False),
    row("cumsum of a number", lambda x: np.cumsum(x), 0.7),
    row("cumsum of empty", lambda x: np.cumsum(x, axis=0), np.zeros((0, 2)), order=1),
    row("cumprod", lambda x: plain.cumprod(x), X),
    row("cumprod, axis", lambda x: (np.cumprod(x, axis=1), x.cumprod(-1)), X),
    row(
        "cumprod with zeros",
        lambda x: plain.cumprod(x, axis=1),
        np.array([[2.0, 0.0, 3.0, 0.0, 1.5], [0.0, 1.0, 2.0, 3.0, 4.0]]),
    ),
]
if hasattr(np, "cumulative_sum"):  # NumPy 2.1
    ROWS.extend(
        [
            row("cumulative_sum", lambda x: plain.cumulative_sum(x, axis=1, include_initial=True), X),
            row("cumulative_sum of a vector", lambda x: plain.cumulative_sum(x), real(3)),
            row("cumulative_prod", lambda x: plain.cumulative_prod(x, axis=0, include_initial=True), X),
        ]
    )
