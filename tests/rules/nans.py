"""Rows: reductions that skip nan."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.rules.row import apart, row, unreal
from tests.untyped import plain

X = apart(3, 4)
ABSENT = np.arange(12).reshape(3, 4) % 5 == 2
CHOSEN = np.arange(12).reshape(3, 4) % 3 != 1


def holes(x: Any) -> Any:
    return np.where(ABSENT, np.nan, x)


ROWS = [
    row("nansum", lambda x: (np.nansum(holes(x)), np.nansum(holes(x), 0), np.nansum(holes(x), 1, keepdims=True)), X),
    row("nansum, where, initial", lambda x: np.nansum(holes(x), axis=1, where=CHOSEN, initial=2.0), X),
    row("nansum, dtype", lambda x: np.nansum(holes(x), 0, np.float64), X, single=False),
    row("nansum, complex", lambda x: plain.nansum(x), unreal(2, 2)),
    row("nanprod", lambda x: (np.nanprod(holes(x), axis=1), np.nanprod(holes(x), 0, where=CHOSEN, initial=2.0)), X),
    row("nancumsum", lambda x: (np.nancumsum(holes(x)), np.nancumsum(holes(x), axis=1)), X),
    row("nancumprod", lambda x: (plain.nancumprod(holes(x)), np.nancumprod(holes(x), axis=0)), X),
    row(
        "nanmean", lambda x: (np.nanmean(holes(x)), np.nanmean(holes(x), 0), np.nanmean(holes(x), 1, keepdims=True)), X
    ),
    row("nanmean, where", lambda x: np.nanmean(holes(x), axis=1, where=CHOSEN), X),
    row("nanmean, dtype", lambda x: np.nanmean(holes(x), 0, np.float64), X, single=False),
    row("nanvar", lambda x: (np.nanvar(holes(x)), np.nanvar(holes(x), 0), np.nanvar(holes(x), 1, keepdims=True)), X),
    row("nanvar, ddof", lambda x: (np.nanvar(holes(x), ddof=1, axis=1), np.nanvar(holes(x), correction=0.5)), X),
    row("nanvar, where", lambda x: np.nanvar(holes(x), axis=1, where=CHOSEN), X),
    row("nanvar, mean", lambda x: np.nanvar(holes(x), axis=1, mean=np.nanmean(holes(x), axis=1, keepdims=True)), X),
    row("nanvar, complex", lambda x: plain.nanvar(x), unreal(2, 2)),
    row("nanstd", lambda x: (np.nanstd(holes(x)), np.nanstd(holes(x), 0), np.nanstd(holes(x), 1, keepdims=True)), X),
    row("nanstd, ddof", lambda x: np.nanstd(holes(x), axis=1, ddof=1), X),
    row("nanmax", lambda x: (np.nanmax(holes(x)), np.nanmax(holes(x), 0), np.nanmax(holes(x), 1, keepdims=True)), X),
    row("nanmin", lambda x: (np.nanmin(holes(x)), np.nanmin(holes(x), 0), np.nanmin(holes(x), 1, keepdims=True)), X),
    row("nanmax, where", lambda x: np.nanmax(holes(x), axis=1, where=CHOSEN, initial=-0.15), X),
    row("nanmin, initial", lambda x: np.nanmin(holes(x), axis=0, initial=0.15), X),
    row("nanmax as fmax.reduce", lambda x: (np.fmax.reduce(holes(x)), np.fmin.reduce(holes(x), axis=1)), X),
    row(
        "nansum and its like, without nan",
        lambda x: (np.nansum(x, 0), np.nanprod(x, 1), np.nanmean(x), np.nanmean(x, 1, where=CHOSEN), np.nancumsum(x)),
        X,
    ),
    row(
        "nanvar, without nan",
        lambda x: (np.nanvar(x), np.nanvar(x, 0, ddof=1), np.nanstd(x, 1), np.nanvar(x, 1, where=CHOSEN)),
        X,
    ),
    row("nanmax, without nan", lambda x: (np.nanmax(x), np.nanmax(x, 0), np.nanmin(x, 1, keepdims=True)), X),
    row("nanargmax", lambda x: (np.nanargmax(holes(x)), np.nanargmax(holes(x), axis=1, keepdims=True)), X, order=0),
    row("nanargmin", lambda x: (np.nanargmin(holes(x)), np.nanargmin(holes(x), axis=0)), X, order=0),
]
