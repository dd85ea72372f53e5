"""Rows: scipy.stats."""

from __future__ import annotations

from tests.rules.row import Row

ROWS: list[Row] = []
