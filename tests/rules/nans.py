"""Rows: the nan- variants of reductions and running totals."""

from __future__ import annotations

from tests.rules.row import Row

ROWS: list[Row] = []
