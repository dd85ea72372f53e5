"""Rows: differences, gradients on a grid, sums of trapezoids, unwrapped phases."""

from __future__ import annotations

from tests.rules.row import Row

ROWS: list[Row] = []
