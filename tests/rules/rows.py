"""All rows."""

from __future__ import annotations

from tests.rules import (
    arithmetic,
    choosing,
    comparisons,
    complexes,
    contractions,
    creation,
    convolving,
    differences,
    exponential,
    fourier,
    indexing,
    inserting,
    interpolation,
    linalg,
    nans,
    padding,
    polynomials,
    quantiles,
    reductions,
    scipy_linalg,
    scipy_others,
    scipy_stats,
    scipy_special,
    scipy_special_orders,
    repeating,
    shapes,
    sorting,
    specials,
    splitting,
    statistics,
    trigonometric,
    windows,
)
from tests.rules.row import Row

ROWS: dict[str, Row] = {}
for _family in (
    arithmetic,
    choosing,
    comparisons,
    complexes,
    contractions,
    creation,
    convolving,
    differences,
    exponential,
    fourier,
    indexing,
    inserting,
    interpolation,
    linalg,
    nans,
    padding,
    polynomials,
    quantiles,
    reductions,
    scipy_linalg,
    scipy_others,
    scipy_stats,
    scipy_special,
    scipy_special_orders,
    repeating,
    shapes,
    sorting,
    specials,
    splitting,
    statistics,
    trigonometric,
    windows,
):
    for _row in _family.ROWS:
        if _row.name in ROWS:
            raise ValueError(f"there are two rows named {_row.name}")
        ROWS[_row.name] = _row
