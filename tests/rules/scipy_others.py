"""Rows: SciPy, other modules."""

from __future__ import annotations

from tests.rules.row import Row

ROWS: list[Row] = []
