"""Rows: sorting, looking up, sets."""

from __future__ import annotations

import numpy as np

from tests.rules.row import apart, row, unreal
from tests.untyped import plain

X, V, Y = apart(3, 4), apart(6), apart(5) + 0.037
KEYS = np.array([2, 1, 2, 1, 1, 2])
Z = unreal(5)
SHARED = np.concatenate([V[:3], Y])

ROWS = [
    row("sort", lambda x: np.sort(x), X),
    row("sort, axis", lambda x: (np.sort(x, axis=0), np.sort(x, 1), np.sort(x, axis=None)), X),
    row("sort, a stack", lambda x: np.sort(x, axis=1), apart(2, 3, 2)),
    row("sort, kind", lambda x: (np.sort(x, kind="heapsort"), plain.sort(x, stable=True)), V),
    row("sort, complex", lambda x: plain.sort(x), Z),
    row("sort of empty", lambda x: np.sort(x, axis=0), np.zeros((0, 2)), order=1),
    row("sort of a product", lambda x, y: np.sort(x * y, axis=0) * x, X, apart(3, 4)),
    row("sort_complex", lambda x: plain.sort_complex(x), Z),
    row("sort_complex of real", lambda x: plain.sort_complex(x), X),
    row("partition", lambda x: np.sort(np.partition(x, 2)[..., :2], axis=-1), X),
    row("partition, kth", lambda x: np.partition(x, (1, -2), axis=0)[1], X),
    row("partition, axis None", lambda x: np.partition(x, 3, axis=None)[3], X),
    row(
        "argsort",
        lambda x: (np.argsort(x), np.argsort(x, 0), np.argsort(x, None, stable=True), np.argsort(x, kind="stable")),
        X,
        order=0,
    ),
    row("argsort as an index", lambda x: x[np.argsort(x)] * np.argsort(x), V),
    row("argpartition", lambda x: np.take(x, np.argpartition(x, 2)[..., 2]), X),
    row(
        "searchsorted",
        lambda x, v: (
            np.searchsorted(np.sort(x), v),
            np.searchsorted(np.sort(x), v, "right"),
            np.searchsorted(np.sort(x), 0.1),
        ),
        V,
        X,
        order=0,
    ),
    row("searchsorted, sorter", lambda x, v: plain.searchsorted(x, v, sorter=plain.argsort(x)), V, X, order=0),
    row("digitize", lambda x: plain.digitize(x, [-0.5, 0.0, 0.5]) * x, X),
    row("digitize, bins", lambda x, b: plain.digitize(x, plain.sort(b), right=True), X, V, order=0),
    row("lexsort", lambda x: x[plain.lexsort((x, KEYS))], V),
    row("lexsort, rows", lambda x: np.lexsort(x, axis=0), X, order=0),
    row("unique", lambda x: np.unique(x), X, batch=False),
    row("unique, everything", lambda x: np.unique(np.tile(x, 2), True, True, True), V, batch=False),
    row("unique, axis", lambda x: np.unique(x, axis=1), X, batch=False),
    row("unique_values", lambda x: plain.unique_values(x), X, batch=False),
    row(
        "unique_counts",
        lambda x: (plain.unique_counts(x), plain.unique_inverse(x), plain.unique_all(x)),
        X,
        batch=False,
    ),
    row("union1d", lambda x, y: plain.union1d(x, y), V, Y, batch=False),
    row(
        "intersect1d",
        lambda x: plain.intersect1d(x, SHARED, return_indices=True),
        V,
        batch=False,
        order=0,
        single=False,
    ),
    row("intersect1d, itself", lambda x: plain.intersect1d(x, x[:4]), V, batch=False),
    row("setdiff1d", lambda x, y: plain.setdiff1d(x, y), V, Y, batch=False),
    row("setdiff1d, assume_unique", lambda x, y: plain.setdiff1d(x, y, assume_unique=True), V, Y, batch=False),
    row("setxor1d", lambda x, y: plain.setxor1d(x, y), V, Y, batch=False),
    row("isin", lambda x, y: (np.isin(x, y, invert=True), np.isin(x[:1], x)), V, SHARED, order=0),
]
if "sorted" in plain.unique.__wrapped__.__code__.co_varnames:  # NumPy 2.3
    # The order is that of a hash table: any change of the numbers changes it.
    ROWS.append(
        row(
            "unique, not sorted",
            lambda x: (plain.unique(x, sorted=False), plain.unique_values(x)),
            unreal(9),
            order=0,
            batch=False,
            single=False,
        )
    )
