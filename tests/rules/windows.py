"""Rows: windows over an array, and functions applied along its axes."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.rules.row import Row, real, row
from tests.untyped import plain

X, V = real(4, 3), real(6)
windows: Any = np.lib.stride_tricks.sliding_window_view

ROWS: list[Row] = [
    row("sliding_window_view", lambda x: windows(x, 2), V),
    row("sliding_window_view, long", lambda x: windows(x, (5,)), V),
    row("sliding_window_view of all", lambda x: windows(x, 6), V),
    row("sliding_window_view of one", lambda x: windows(x, 1), V),
    row("sliding_window_view of two axes", lambda x: windows(x, (2, 3)), X),
    row("sliding_window_view, axis", lambda x: (windows(x, 3, 0), windows(x, (2,), axis=[-1])), X),
    row("sliding_window_view, axes swapped", lambda x: windows(x, (2, 3), axis=(1, 0)), X),
    row("sliding_window_view, an axis twice", lambda x: windows(x, (2, 2), axis=(0, 0)), X),
    row("moving average", lambda x: windows(x, 3).mean(axis=-1), V),
    row("apply_along_axis", lambda x: plain.apply_along_axis(np.cumsum, 0, x), X),
    row("apply_along_axis, to numbers", lambda x: np.apply_along_axis(lambda v: np.sin(v).sum(), 1, x), X),
    row(
        "apply_along_axis, to matrices",
        lambda x: np.apply_along_axis(lambda v: np.outer(v, v), 1, x),
        real(2, 3, 2),
    ),
    row("apply_along_axis, arguments", lambda x: plain.apply_along_axis(np.roll, -1, x, 1), X),
    row("apply_along_axis, captured", lambda x: np.apply_along_axis(lambda v: v * plain.max(x), 0, x), X),
    row("apply_over_axes of sums", lambda x: plain.apply_over_axes(np.sum, x, [0, -1]), real(2, 3, 2)),
    row("apply_over_axes, one axis", lambda x: plain.apply_over_axes(np.cumsum, x, 1), X),
]
