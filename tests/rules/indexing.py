"""Rows: indexing of every form."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.rules.row import Row, real, row

X, V = real(3, 4, 2), real(5)
MASK = X[..., 0] > 0
MASK[0, 0] = True
INDICES: dict[str, Any] = {
    "int": 1,
    "negative int": -1,
    "np.int64": np.int64(2),
    "0-d array": np.array(1),
    "slice": slice(1, 3),
    "slice backwards": slice(None, None, -2),
    "empty slice": slice(2, 2),
    "Ellipsis": ...,
    "None": None,
    "empty tuple": (),
    "all numbers": (1, 2, 0),
    "slices and numbers": (slice(None, 2), 1, slice(None)),
    "Ellipsis and number": (..., 1),
    "None and slices": (None, slice(1, None), None, 0),
    "list": [0, 2, 0],
    "empty list": [],
    "array": np.array([2, 2, 2]),
    "array of two axes": np.array([[0, 1], [1, 1]]),
    "negative positions": np.array([-1, 0, 2]),
    "unsigned": np.array([1, 0], np.uint8),
    "two arrays": (np.array([0, 1, 0]), np.array([3, 3, 3])),
    "two arrays, broadcast": (np.array([[0], [2]]), np.array([1, 1, 0])),
    "array after a slice": (slice(None), np.array([0, 0, 3])),
    "arrays apart": (np.array([0, 1, 0]), slice(None), np.array([1, 1, 1])),
    "number and array apart": (0, slice(None), np.array([1, 0, 1])),
    "array and number": (np.array([0, 1, 0]), 2),
    "array and Ellipsis": (..., np.array([1, 1])),
    "array and None": (np.array([1, 1]), None, slice(0, 2)),
    "mask": MASK,
    "full mask": X > 0,
    "mask of one axis": np.array([True, False, True]),
    "mask of another axis": (slice(None), np.array([True, False, True, True])),
    "mask and array": (MASK[0:3, 0], np.array([1] * int(MASK[:, 0].sum()))),
    "True": True,
    "False": False,
    "list of booleans": [True, False, True],
    "np.ix_": np.ix_([0, 2, 0], [1, 3]),
}


def indexed() -> list[Row]:
    rows: list[Row] = []
    for name, index in INDICES.items():
        rows.append(row(f"x[{name}]", lambda x, index=index: x[index], X))
    return rows


ALONG = np.array([[[0, 1]], [[2, 0]], [[2, 2]]])

ROWS = [
    *indexed(),
    row("x[i] of a vector", lambda x: x[2] * x[-1] + x[0], V),
    row("x[i][j]", lambda x: x[1][2][0], X),
    row("x[x > 0]", lambda x: x[x > 0], X, batch=False),
    row("x[..., None] * x", lambda x: x[..., None] * x[:, None], V),
    row("x[1:] - x[:-1]", lambda x: x[1:] - x[:-1], V),
    row("many rows of a long array", lambda x: x[np.arange(1200) % 40], real(40, 3), order=1),
    row("x[()] of a number", lambda x: x[()] * x[...], np.array(0.3)),
    row("number[None]", lambda x: np.sin(x)[None], 0.3),
    row("take", lambda x: (np.take(x, [0, 2, 2]), np.take(x, 1, axis=1), x.take([[0, 1]], axis=-1)), X),
    row("take, axis and array", lambda x: np.take(x, np.array([[1, 1], [0, 2]]), axis=0), X),
    row("take, modes", lambda x: (np.take(x, [7, -9], mode="wrap"), np.take(x, [7, -9], mode="clip")), V),
    row("take_along_axis", lambda x: np.take_along_axis(x, ALONG, axis=1), X),
    row("take_along_axis, flat", lambda x: np.take_along_axis(x, np.array([3, 3, 0]), axis=None), X),
    row("take_along_axis of argmax", lambda x: np.take_along_axis(x, np.argmax(x, axis=1, keepdims=True), axis=1), X),
    row("x[argmax]", lambda x: x[np.argmax(x)], V),
    row("empty array indexed", lambda x: (x[:0], x[[]]), np.zeros((0, 2)), order=1),
]
