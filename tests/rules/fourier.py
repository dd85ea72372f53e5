"""Rows: discrete Fourier transforms."""

from __future__ import annotations

from tests.rules.row import Row

ROWS: list[Row] = []
