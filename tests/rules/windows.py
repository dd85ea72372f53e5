"""Rows: windows that slide over an array; functions along an axis."""

from __future__ import annotations

from tests.rules.row import Row

ROWS: list[Row] = []
