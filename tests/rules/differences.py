"""Rows: differences, and what is made of them."""

from __future__ import annotations

import numpy as np

from tests.rules.row import Row, apart, real, row, unreal
from tests.untyped import plain

X, V = real(3, 4), real(4)
POINTS = np.cumsum(0.2 + real(4, low=0.0))
ROWS_OF_POINTS = np.cumsum(0.2 + real(3, 4, low=0.0), axis=1)
ANGLES = np.array([[0.1, 2.9, -2.8, 2.7], [5.0, -1.0, 0.3, 9.0]])

ROWS: list[Row] = [
    row("diff", lambda x: (np.diff(x), np.diff(x, axis=0)), X),
    row("diff, n", lambda x: (np.diff(x, 2), np.diff(x, 3, 1), np.diff(x, n=5, axis=0), np.diff(x, 0)), X),
    row("diff, complex", lambda x: np.diff(x, 2, prepend=1j), unreal(4)),
    row("diff, prepend", lambda x, a: np.diff(x, prepend=a), X, real(3, 2)),
    row("diff, append", lambda x, b: np.diff(x, axis=0, append=b), X, real(1, 4)),
    row(
        "diff, a number on either side", lambda x, a, b: plain.diff(x, 2, 0, a, b), X, 0.3, np.array(0.2), single=False
    ),
    row("diff between others", lambda a, b: plain.diff(V, prepend=a, append=b), real(1), real(2), single=False),
    row("diff of empty", lambda x: np.diff(x, axis=0), np.zeros((0, 2)), order=1),
    row("ediff1d", lambda x: plain.ediff1d(x), X),
    row("ediff1d, ends", lambda x, a, b: plain.ediff1d(x, a, b), X, real(2, 2), 0.4, single=False),
    row("ediff1d, constant end", lambda x: plain.ediff1d(x, to_begin=[1, 2]), X),
    row("ediff1d of one", lambda x: plain.ediff1d(x), real(1), order=1),
    row("gradient", lambda x: np.gradient(x), X),
    row("gradient, edge_order", lambda x: np.gradient(x, edge_order=2), X),
    row("gradient, one axis", lambda x: (np.gradient(x, axis=1), np.gradient(x, 0.3, axis=-2, edge_order=2)), X),
    row("gradient of complex", lambda x: np.gradient(x, 2.0), unreal(3, 3)),
    row("gradient, spacing", lambda x, h: np.gradient(x, h), X, 0.7, single=False),
    row("gradient, spacings", lambda x, h, k: np.gradient(x, h, k, edge_order=2), X, 0.7, np.array(0.3), single=False),
    row("gradient, coordinates", lambda x, t: np.gradient(x, t, axis=1), X, POINTS),
    row("gradient, coordinates and edge_order", lambda x, t: np.gradient(x, t, axis=1, edge_order=2), X, POINTS),
    row("gradient, coordinates and spacing", lambda x, t: plain.gradient(x, 0.5, t, axis=(0, 1)), X, POINTS),
    row("gradient, axes", lambda x: np.gradient(x, [0, 1, 4, 6], 2, axis=(1, 0)), X),
    row("gradient of a constant", lambda t: np.gradient(V, t), POINTS, single=False),
    row("trapezoid", lambda y: (plain.trapezoid(y), plain.trapezoid(y, axis=0), plain.trapezoid(y, dx=0.3)), X),
    row("trapezoid, points", lambda y, x: plain.trapezoid(y, x), X, POINTS),
    row("trapezoid, points along axis 0", lambda y, x: plain.trapezoid(y, x, axis=0), X, POINTS[:3]),
    row("trapezoid, rows of points", lambda y, x: plain.trapezoid(y, x, axis=1), X, ROWS_OF_POINTS),
    row("trapezoid, dx", lambda y, h: plain.trapezoid(y, dx=h), X, 0.3, single=False),
    row("trapezoid, dx of each", lambda y, h: plain.trapezoid(y, None, h), X, real(3)),
    row("trapezoid of a constant", lambda h: plain.trapezoid(V, dx=h), 0.3, single=False, batch=False),
    row("trapezoid of complex", lambda y: plain.trapezoid(y, [0, 1, 3]), unreal(3)),
    row("trapezoid over constant points", lambda x: plain.trapezoid(V, x), POINTS, single=False),
    row("unwrap", lambda p: (plain.unwrap(p), plain.unwrap(p, axis=0), plain.unwrap(p, 4.5)), ANGLES),
    row("unwrap, period", lambda p, t: plain.unwrap(p, axis=1, period=t), ANGLES, 2.1, single=False, batch=False),
    row("unwrap, period and discont", lambda p: plain.unwrap(p, 2.5, period=4), apart(7)),
]
