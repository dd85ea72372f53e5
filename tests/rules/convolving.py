"""Rows: convolution and correlation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tests.rules.row import Row, real, row, unreal

LENGTHS = ((5, 3), (3, 5), (4, 4), (5, 2), (2, 6), (1, 4), (1, 1))


def rows(target: Callable[..., Any]) -> list[Row]:
    found: list[Row] = []
    name = target.__name__
    for mode in ("full", "same", "valid"):
        for n, m in LENGTHS:
            found.append(row(f"{name} {n}, {m}, {mode}", lambda x, y, mode=mode: target(x, y, mode), real(n), real(m)))
        found.append(
            row(f"{name} of complex, {mode}", lambda x, y, mode=mode: target(x, y, mode), unreal(4), unreal(3))
        )
        found.append(
            row(f"{name} of real and complex, {mode}", lambda x, y, mode=mode: target(x, y, mode), real(2), unreal(4))
        )
    x, y = real(4), real(3)
    return [
        *found,
        row(f"{name}", lambda x, y: target(x, y), x, y),
        row(f"{name} with a constant", lambda x: target(x, [1, 2.0, 3]), x),
        row(f"{name} of a constant", lambda y: target([1.0, 2.0], y, "same"), y),
        row(f"{name} with itself", lambda x: target(x, x, "full"), x),
    ]


ROWS = [
    *rows(np.convolve),
    *rows(np.correlate),
    row("convolve with a number", lambda x, y: np.convolve(x, y), real(4), 0.3, single=False),
]
