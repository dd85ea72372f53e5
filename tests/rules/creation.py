"""Rows: arrays that are made from others, and sums over segments."""

from __future__ import annotations

import numpy as np

from tests.rules.row import Row, real, row, unreal
from tests.untyped import Function, plain

A, B = real(3, low=1.0, high=2.0), real(2, 3, low=3.0, high=4.0)
SEGMENTS: dict[str, list[int]] = {
    "in order": [0, 2],
    "with a gap before": [1, 4],
    "overlapping": [0, 2, 1],
    "repeated": [1, 3, 3, 0],
    "all": [0, 1, 2, 3, 4, 5],
    "empty": [],
}


def reduceat(ufunc: np.ufunc, segments: str) -> Row:
    """The row of a ufunc's `reduceat` over these segments."""
    indices = SEGMENTS[segments]
    f: Function = lambda x: ufunc.reduceat(x, indices, axis=1)  # noqa: E731
    return row(f"{ufunc.__name__}.reduceat, {segments}", f, real(2, 6, low=0.5))


ROWS: list[Row] = [
    row("linspace", lambda x, y: plain.linspace(x, y, 5), 1.0, 2.0),
    row("linspace of arrays", lambda x, y: plain.linspace(x, y, 4), A, B),
    row("linspace, axis", lambda x, y: plain.linspace(x, y, 4, axis=-1), A, B),
    row("linspace, retstep", lambda x, y: plain.linspace(x, y, 5, endpoint=False, retstep=True), A, B),
    row("linspace, one", lambda x, y: (plain.linspace(x, y, 1), plain.linspace(x, y, 1, endpoint=False)), 1.0, 2.0),
    row("linspace, none", lambda x, y: plain.linspace(x, y, 0), 1.0, 2.0),
    row("linspace, dtype", lambda x, y: plain.linspace(x, y, 3, dtype=complex), A, B, single=False),
    row("logspace", lambda x, y: plain.logspace(x, y, 4), A, B, single=False),
    row("logspace, base", lambda x, y, z: plain.logspace(x, y, 4, base=z, axis=-1), 1.0, 2.0, A, single=False),
    row("geomspace", lambda x, y: plain.geomspace(x, y, 4), A, B),
    row("geomspace, axis", lambda x, y: plain.geomspace(x, y, 4, endpoint=False, axis=-1), A, B),
    row("geomspace of negatives", lambda x, y: plain.geomspace(x, y, 4), -1.0, -8.0),
    row("geomspace, complex", lambda x, y: plain.geomspace(x, y, 4), unreal(2), unreal(2)),
    row("meshgrid", lambda x, y, z: plain.meshgrid(x, y, z), A, B[0, :2], B[1]),
    row("meshgrid, ij", lambda x, y: plain.meshgrid(x, y, indexing="ij"), A, B[0, :2]),
    row("meshgrid, sparse", lambda x, y: plain.meshgrid(x, y, sparse=True), A, B[0, :2]),
    row("meshgrid of one", lambda x: plain.meshgrid(x), A),
    *(reduceat(ufunc, name) for ufunc in (np.add, np.multiply, np.logaddexp) for name in SEGMENTS),
    row("reduceat, dtype", lambda x: np.add.reduceat(x, [0, 1], 0, float), A, single=False),
]
