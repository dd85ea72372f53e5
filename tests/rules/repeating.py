"""Rows: the same elements over again or further on."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.rules.row import real, row
from tests.untyped import plain

X, C, V = real(2, 3), real(2, 3, 2), real(4)
REPS: tuple[Any, ...] = (2, (2,), (2, 1), (1, 3, 2), (2, 2, 1, 2), (1, 1), (0, 2), ())

ROWS = [
    *(row(f"tile, {reps}", lambda x, reps=reps: np.tile(x, reps), X) for reps in REPS),
    *(row(f"rot90, {k}", lambda x, k=k: (np.rot90(x, k), np.rot90(x, k=k, axes=(1, 0))), X) for k in (0, 1, 2, 3, -1)),
    row("tile of a number", lambda x: (np.tile(x, 3), np.tile(x, (2, 2))), np.array(0.3)),
    row("rot90, three axes", lambda x: np.rot90(x, 1, (2, 0)), C),
    *(
        row(f"rollaxis, {axis}, {start}", lambda x, axis=axis, start=start: np.rollaxis(x, axis, start), C)
        for axis, start in ((0, 0), (0, 3), (2, 0), (-1, 1), (1, -1), (0, 2), (1, 1), (1, 2))
    ),
    row("roll", lambda x: (np.roll(x, 2), np.roll(x, -1, 0), np.roll(x, 7, axis=-1)), X),
    row("roll, several axes", lambda x: np.roll(x, (1, -2), (0, 2)), C),
    row("roll, one shift for axes", lambda x: np.roll(x, 1, axis=(1, 0)), C),
    row("roll, shifts for one axis", lambda x: (np.roll(x, (1, 1), axis=1), np.roll(x, (1, 2))), X),
    row("roll, an axis twice", lambda x: np.roll(x, (1, 1, 1), (0, 1, 1)), X),
    row("roll of a number", lambda x: np.roll(x, 1), np.array(0.3)),
    row("roll of empty", lambda x: np.roll(x, 1, 0), np.zeros((0, 2)), order=1),
    row("repeat", lambda x: (np.repeat(x, 2), np.repeat(x, [3], axis=1), np.repeat(x, 2, 0)), X),
    row("repeat, counts", lambda x: (np.repeat(x, [2, 0, 1], axis=1), plain.repeat(x, [1, 2, 0, 1, 0, 3])), X),
    row("repeat, rows", lambda x: (np.repeat(x, [3, 0], axis=0), np.repeat(x, [1, 40], axis=0)), X),
    row("repeat of empty", lambda x: (np.repeat(x, 2, axis=1), np.repeat(x, [], axis=0)), np.zeros((0, 2)), order=1),
    row("repeat, not at all", lambda x: np.repeat(x, 0, axis=1), X, order=1),
    row("x.repeat", lambda x: (x.repeat(2), x.repeat([1, 2], axis=0)), X),
    row("repeat of a number", lambda x: np.repeat(x, 3), 0.3),
    row("resize", lambda x: (np.resize(x, 4), np.resize(x, (2, 7)), np.resize(x, (3, 2)), np.resize(x, 0)), X),
    row("resize of empty", lambda x: np.resize(x, (2, 2)), np.zeros((0, 2)), order=1),
]
