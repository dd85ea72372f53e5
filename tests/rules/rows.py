"""All rows."""

from __future__ import annotations

from tests.rules import (
    arithmetic,
    comparisons,
    complexes,
    contractions,
    exponential,
    indexing,
    reductions,
    shapes,
    trigonometric,
)
from tests.rules.row import Row

ROWS: dict[str, Row] = {}
for _family in (
    arithmetic,
    exponential,
    trigonometric,
    comparisons,
    complexes,
    reductions,
    shapes,
    indexing,
    contractions,
):
    for _row in _family.ROWS:
        if _row.name in ROWS:
            raise ValueError(f"there are two rows named {_row.name}")
        ROWS[_row.name] = _row
