"""Rows: norms of vectors and matrices, condition numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.rules.row import Row, apart, real, row, unreal
from tests.untyped import Function, plain

VECTOR_ORDERS: dict[str, Any] = {
    "None": None,
    "0": 0,
    "1": 1,
    "-1": -1,
    "2": 2,
    "-2": -2,
    "3": 3,
    "2.5": 2.5,
    "0.5": 0.5,
    "inf": np.inf,
    "-inf": -np.inf,
}
MATRIX_ORDERS: dict[str, Any] = {
    "None": None,
    "fro": "fro",
    "nuc": "nuc",
    "1": 1,
    "-1": -1,
    "2": 2,
    "-2": -2,
    "inf": np.inf,
    "-inf": -np.inf,
}
X, V = apart(2, 3, 2), apart(4)
Z = unreal(2, 3)
SQUARE = np.array(
    [[[2.0, 0.3, -0.5], [0.4, 3.0, 0.7], [0.1, -0.6, 1.2]], [[1.5, 0.2, 0.9], [0.3, -2.0, 0.1], [0.5, 0.8, 3]]]
)
COMPLEX_SQUARE = unreal(2, 2) + 2 * np.eye(2)


def of_vectors() -> list[Row]:
    rows: list[Row] = []
    for name, order in VECTOR_ORDERS.items():
        f: Function = lambda x, order=order: plain.linalg.norm(x, order)  # noqa: E731
        along: Function = lambda x, order=order: (  # noqa: E731
            plain.linalg.norm(x, order, axis=1),
            plain.linalg.norm(x, ord=order, axis=-1, keepdims=True),
        )
        rows += [
            row(f"norm {name}", f, V),
            row(f"norm {name}, complex", f, Z[0]),
            row(f"norm {name}, axis", along, X),
        ]
        if order is not None:
            over: Function = lambda x, order=order: (  # noqa: E731
                plain.linalg.vector_norm(x, ord=order),
                plain.linalg.vector_norm(x, axis=(0, -1), keepdims=True, ord=order),
                plain.linalg.vector_norm(x, axis=1, ord=order),
            )
            rows.append(row(f"vector_norm {name}", over, X))
    return rows


def of_matrices() -> list[Row]:
    rows: list[Row] = []
    for name, order in MATRIX_ORDERS.items():
        f: Function = lambda x, order=order: (  # noqa: E731
            plain.linalg.norm(x, order, axis=(0, 1)),
            plain.linalg.norm(x, order, axis=(2, 0), keepdims=True),
        )
        rows += [
            row(f"norm {name} of matrices", f, X),
            row(f"norm {name} of a matrix", lambda x, order=order: plain.linalg.norm(x, order), X[0]),
            row(f"norm {name} of a complex matrix", lambda x, order=order: plain.linalg.norm(x, order), Z),
        ]
        if order is not None:
            last: Function = lambda x, order=order: (  # noqa: E731
                plain.linalg.matrix_norm(x, ord=order),
                plain.linalg.matrix_norm(x, ord=order, keepdims=True),
            )
            rows.append(row(f"matrix_norm {name}", last, X))
    return rows


ROWS = [
    *of_vectors(),
    *of_matrices(),
    *(row(f"cond {name}", lambda x, p=p: plain.linalg.cond(x, p), SQUARE) for name, p in MATRIX_ORDERS.items()),
    row("cond of a tall matrix", lambda x: plain.linalg.cond(x), real(3, 2)),
    row("cond, complex", lambda x: plain.linalg.cond(x), COMPLEX_SQUARE),
    row("norm of all", lambda x: (plain.linalg.norm(x), plain.linalg.norm(x, keepdims=True)), X),
    row("norm of no axes", lambda x: plain.linalg.norm(x), np.array(0.7)),
    row("norm of a number", lambda x: plain.linalg.norm(x), -0.7),
    row("norm of empty", lambda x: (plain.linalg.norm(x), plain.linalg.norm(x, 1, axis=0)), np.zeros((0, 2)), order=1),
    row("norm, squared", lambda x: plain.linalg.norm(x) ** 2, V),
]
if not np.iscomplexobj(plain.linalg.cond(1j * np.eye(2), 1)):  # as it is in NumPy 2.0
    ROWS.append(row("cond 1, complex", lambda x: plain.linalg.cond(x, 1), COMPLEX_SQUARE))
