"""All rows, family by family."""

from __future__ import annotations

from importlib import import_module

from tests.rules.row import Row

FAMILIES = (
    "arithmetic",
    "choosing",
    "comparisons",
    "complexes",
    "contractions",
    "convolving",
    "creation",
    "differences",
    "exponential",
    "fourier",
    "indexing",
    "inserting",
    "interpolation",
    "linalg",
    "nans",
    "padding",
    "polynomials",
    "quantiles",
    "reductions",
    "repeating",
    "scipy_linalg",
    "scipy_others",
    "scipy_special",
    "scipy_special_orders",
    "scipy_stats",
    "series",
    "shapes",
    "sorting",
    "specials",
    "splitting",
    "statistics",
    "trigonometric",
    "windows",
)
ROWS: dict[str, Row] = {}
for _family in FAMILIES:
    for _row in import_module(f"tests.rules.{_family}").ROWS:
        if _row.name in ROWS:
            raise ValueError(f"there are two rows named {_row.name}")
        ROWS[_row.name] = _row
