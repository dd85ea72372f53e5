"""Rows: elements put in and left out."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.rules.row import Row, real, row
from tests.untyped import plain

X, V = real(3, 4), real(5)
PLACES: dict[str, Any] = {
    "number": 1,
    "behind all": -1,
    "np.int64": np.int64(0),
    "slice": slice(1, 3),
    "slice backwards": slice(None, None, -2),
    "list": [0, 2],
    "list, one twice": [1, 1],
    "list of one": [1],
    "negative": np.array([-1, 0]),
    "none": np.array([], int),
}
RECENT = np.lib.NumpyVersion(np.__version__) >= "2.2.0"
if RECENT:
    PLACES["mask"] = np.array([True, False, True])


def placed() -> list[Row]:
    rows: list[Row] = []
    for name, obj in PLACES.items():
        rows.append(row(f"delete, {name}", lambda x, obj=obj: np.delete(x, obj, 0), X))
        rows.append(row(f"insert, {name}", lambda x, y, obj=obj: np.insert(x, obj, y, axis=0), X, real(4)))
        if name not in ("mask", "none"):
            rows.append(row(f"delete, {name}, flat", lambda x, obj=obj: np.delete(x, obj), X, order=1))
            rows.append(
                row(f"insert, {name}, flat", lambda x, y, obj=obj: plain.insert(x, obj, y), X, 0.3, single=False)
            )
    return rows


ROWS = [
    *placed(),
    row("insert of columns", lambda x, y: plain.insert(x, 1, y, axis=1), X, real(3)),
    row("insert of several columns", lambda x, y: plain.insert(x, [1], y, axis=1), X, real(3, 2)),
    row("insert of columns apart", lambda x, y: plain.insert(x, [0, 4], y, axis=1), X, real(3, 2)),
    row("insert of numbers", lambda x, y: plain.insert(x, [1, 1, 5], y), V, real(3)),
    row("insert of several numbers", lambda x, y: plain.insert(x, 2, y), V, real(3)),
    row("insert of constants", lambda x: plain.insert(x, 1, 2, axis=1), X),
    row("insert into a constant", lambda y: plain.insert(np.ones(3), [0, 2], y), real(2), single=False),
    row("delete of columns", lambda x: (np.delete(x, [0, 2], 1), np.delete(x, np.arange(4) > 1, axis=-1)), X),
    row("delete of all", lambda x: np.delete(x, slice(None), 0), X, order=1),
    row(
        "trim_zeros of a vector",
        lambda x: (plain.trim_zeros(x), plain.trim_zeros(x, "f"), plain.trim_zeros(x, trim="b")),
        np.array([0, 0, 0.3, 0, 0.2, 0]),
        order=0,
        batch=False,
    ),
    row("trim_zeros, none there", lambda x: plain.trim_zeros(x), V, batch=False),
    row("trim_zeros of zeros", lambda x: plain.trim_zeros(x), np.zeros(3), order=0, batch=False),
]
if RECENT:
    GRID = np.zeros((4, 5))
    GRID[1:3, 2:4] = real(2, 2)
    ROWS.extend(
        [
            row(
                "trim_zeros of a grid",
                lambda x: (plain.trim_zeros(x), plain.trim_zeros(x, "f", axis=1), plain.trim_zeros(x, axis=(0, -1))),
                GRID,
                order=0,
                batch=False,
            )
        ]
    )
