"""Rows: sorting: sort, partition, argsort and their kin."""

from __future__ import annotations

from tests.rules.row import Row

ROWS: list[Row] = []
