"""Rows: arrays taken apart."""

from __future__ import annotations

import numpy as np

from tests.rules.row import Row, real, row
from tests.untyped import plain

X, C = real(4, 3), real(2, 2, 4)

ROWS: list[Row] = [
    row("split", lambda x: (np.split(x, 2), np.split(x, 3, axis=1), np.split(x, 1, -1)), X),
    row("split at places", lambda x: np.split(x, [1, 1, 3]), X),
    row("split beyond the end", lambda x: np.split(x, (2, 9), axis=1), X),
    row("split before the end", lambda x: np.split(x, [-1]), X),
    row("array_split", lambda x: (np.array_split(x, 3), np.array_split(x, 5, axis=1)), X),
    row("hsplit, vsplit", lambda x: (np.hsplit(x, [1]), np.vsplit(x, 2)), X),
    row("hsplit of one axis", lambda x: np.hsplit(x, 2), real(4)),
    row("dsplit", lambda x: np.dsplit(x, [1, 2]), C),
    row("gates", lambda x: [f(part) for f, part in zip((np.sin, np.tanh), np.split(x, 2, -1), strict=True)], C),
]
if hasattr(np, "unstack"):  # NumPy 2.1
    ROWS.extend(
        [
            row("unstack", lambda x: (plain.unstack(x), plain.unstack(x, axis=-1)), X),
            row("unstack of one axis", lambda x: plain.unstack(x), real(3)),
        ]
    )
