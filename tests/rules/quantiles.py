"""Rows: medians, quantiles, percentiles."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from tests.rules.row import Row, apart, row, unreal
from tests.untyped import plain

X = apart(3, 4)
STACK = apart(2, 3, 2)
HOLES = np.where(np.arange(12).reshape(3, 4) % 5 == 2, np.nan, X)
Q = np.array([0.13, 0.62, 0.31])
WEIGHTS = np.array([0.4, 1.1, 0.7, 0.5])
CONTINUOUS = ("linear", "hazen", "weibull", "median_unbiased", "normal_unbiased", "interpolated_inverted_cdf")
DISCRETE = (
    *("inverted_cdf", "averaged_inverted_cdf", "closest_observation"),
    *("lower", "higher", "midpoint", "nearest"),
)


def with_holes(x: Any) -> Any:
    return np.where(np.isnan(HOLES), np.nan, x)


def in_x(method: str, x: Any) -> Any:
    return plain.quantile(x, 0.3, axis=1, method=method), plain.quantile(x, Q, method=method)


def in_both(method: str, x: Any, q: Any) -> Any:
    return plain.quantile(x, q, axis=1, method=method)


def methods() -> list[Row]:
    return [
        *(Row(f"quantile, {method}", partial(in_x, method), (X,), single=False) for method in (*CONTINUOUS, *DISCRETE)),
        *(Row(f"quantile, {method}, and q", partial(in_both, method), (X, Q)) for method in (*CONTINUOUS, *DISCRETE)),
    ]


ROWS = [
    row("median", lambda x: np.median(x), X),
    row("median, axis", lambda x: (np.median(x, axis=0), np.median(x, axis=1, keepdims=True)), X),
    row("median, axes", lambda x: (np.median(x, axis=(0, -1)), np.median(x, (1, 0), keepdims=True)), STACK),
    row("median of one number", lambda x: np.median(x), 0.7),
    row("median, complex", lambda x: plain.median(x), unreal(5)),
    row("median, positions", lambda x: np.median(x, 0, None, True, True), X),
    *methods(),
    row("quantile, q at entries", lambda x: plain.quantile(x, [0.0, 0.5, 1.0], axis=0), X, single=False),
    row("quantile, axes", lambda x: plain.quantile(x, 0.4, axis=(0, 2), keepdims=True), STACK),
    row("quantile, q of two axes", lambda x: plain.quantile(x, Q[:2].reshape(2, 1), 1, keepdims=True), X, single=False),
    row("quantile, q alone", lambda q: plain.quantile(X, q, axis=0), Q, single=False),
    row("quantile, a number q", lambda x, q: plain.quantile(x, q), X, 0.37),
    row("quantile, weights", lambda x: plain.quantile(x, 0.4, axis=1, weights=WEIGHTS, method="inverted_cdf"), X),
    row(
        "quantile, weights for all",
        lambda x, w: plain.quantile(x, [0.2, 0.5], weights=w, method="inverted_cdf"),
        X,
        np.abs(apart(3, 4)),
        single=False,
    ),
    row("percentile", lambda x: (np.percentile(x, 30), np.percentile(x, 70, axis=0)), X),
    row("percentile, q", lambda x, q: np.percentile(x, q, axis=1), X, 100 * Q),
    row("nanmedian", lambda x: (np.nanmedian(with_holes(x)), np.nanmedian(with_holes(x), 0)), X),
    row("nanmedian, keepdims", lambda x: np.nanmedian(with_holes(x), axis=1, keepdims=True), X),
    row("nanmedian without nan", lambda x: np.nanmedian(x, axis=1), X),
    row("nanquantile", lambda x: plain.nanquantile(with_holes(x), 0.3, axis=1), X),
    row("nanquantile, q", lambda x, q: plain.nanquantile(with_holes(x), q, axis=1), X, Q),
    row("nanquantile, q and axis None", lambda x, q: plain.nanquantile(with_holes(x), q, keepdims=True), X, Q),
    row("nanquantile without nan", lambda x: plain.nanquantile(x, 0.3, axis=0), X),
    row(
        "nanquantile, weights",
        lambda x: plain.nanquantile(with_holes(x), 0.4, axis=1, weights=WEIGHTS + X**2, method="inverted_cdf"),
        X,
    ),
    row("nanpercentile", lambda x: np.nanpercentile(with_holes(x), [20, 70], axis=1, method="hazen"), X, single=False),
]
