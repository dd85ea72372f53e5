"""Rows: functions with corners of their own: sinc, nan_to_num, modf, ldexp, ..."""

from __future__ import annotations

from tests.rules.row import Row

ROWS: list[Row] = []
