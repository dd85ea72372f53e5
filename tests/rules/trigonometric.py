"""Rows: trigonometric and hyperbolic functions."""

from __future__ import annotations

import numpy as np

from tests.rules.row import binary, real, row, unary

ROWS = [
    *unary(np.sin, complex=True),
    *unary(np.cos, complex=True),
    *unary(np.tan, complex=True),
    *unary(np.arcsin, -0.8, 0.8, complex=True),
    *unary(np.arccos, -0.8, 0.8, complex=True),
    *unary(np.arctan, complex=True),
    *unary(np.sinh, complex=True),
    *unary(np.cosh, complex=True),
    *unary(np.tanh, complex=True),
    *unary(np.arcsinh, complex=True),
    *unary(np.arccosh, 1.2, 2.0, complex=True),
    *unary(np.arctanh, -0.8, 0.8, complex=True),
    *unary(np.degrees),
    *unary(np.radians),
    *unary(np.rad2deg),
    *unary(np.deg2rad),
    *binary(np.arctan2, (0.2, 1.0), (-1.0, -0.2)),
    row("arctan2 in all quadrants", lambda x, y: np.arctan2(x, y), np.array([1.0, 1.0, -1.0, -1.0]), real(4)),
    row("arctan2.accumulate", lambda x: np.arctan2.accumulate(x), real(3, 2, low=0.5)),
]
