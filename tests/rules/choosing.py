"""Rows: choosing among arrays by positions and conditions."""

from __future__ import annotations

from tests.rules.row import Row

ROWS: list[Row] = []
