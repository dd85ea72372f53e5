"""Rows: weighted means, covariances, histograms."""

from __future__ import annotations

import numpy as np

from tests.rules.row import apart, real, row, unreal
from tests.untyped import plain

X, Y = real(3, 5), real(3, 5)
V = apart(7)
WEIGHTS = real(3, 5, low=0.2, high=1.0)
COUNTS = np.array([1, 2, 1, 3, 1])
SHARES = real(5, low=0.2, high=1.0)
PLACES = np.array([0, 2, 2, 5, 0, 2, 1])
EDGES = np.array([-0.7, -0.25, 0.05, 0.55])

ROWS = [
    row("average", lambda x: (np.average(x), np.average(x, 0), np.average(x, axis=1, keepdims=True)), X),
    row("average, weights", lambda x, w: (np.average(x, weights=w), np.average(x, 0, w)), X, WEIGHTS),
    row("average, weights of one axis", lambda x, w: np.average(x, axis=1, weights=w), X, SHARES),
    row(
        "average, weights of two axes",
        lambda x, w: plain.average(x, (2, 0), w),
        real(2, 3, 4),
        WEIGHTS[:2, :4].T.copy(),
    ),
    row("average, returned", lambda x, w: np.average(x, axis=1, weights=w, returned=True, keepdims=True), X, SHARES),
    row("average, returned without weights", lambda x: np.average(x, axis=1, returned=True), X),
    row("average, complex", lambda x, w: plain.average(x, 0, w), unreal(2, 3), SHARES[:2].copy()),
    row("cov", lambda x: np.cov(x), X, single=False),
    row("cov of two", lambda x, y: plain.cov(x, y, bias=True), X, Y, single=False),
    row("cov, columns", lambda x, y: plain.cov(x, y, rowvar=False, ddof=0), X, Y, single=False),
    row("cov, weights", lambda x, w: np.cov(x, aweights=w), X, SHARES, single=False),
    row("cov, both weights", lambda x, w: np.cov(x, fweights=COUNTS, aweights=w), X, SHARES, single=False),
    row("cov, counts", lambda x: np.cov(x, fweights=COUNTS), X, single=False),
    row("cov of one variable", lambda x: (plain.cov(x), plain.cov(x, rowvar=False)), X[0].copy(), single=False),
    row("cov, dtype", lambda x: plain.cov(x, dtype=np.float64), X, single=False),
    row("cov, complex", lambda x: plain.cov(x), unreal(2, 4), single=False),
    row("corrcoef", lambda x: np.corrcoef(x), X, single=False),
    row(
        "corrcoef of two", lambda x, y: np.corrcoef(x, y, rowvar=False), X[:, :1].copy(), Y[:, :1].copy(), single=False
    ),
    row("corrcoef, complex", lambda x: plain.corrcoef(x), unreal(2, 4), single=False),
    row("corrcoef of one variable", lambda x: plain.corrcoef(x), X[0].copy(), single=False, order=0),
    row("bincount", lambda w: np.bincount(PLACES, w), V, single=False),
    row("bincount, minlength", lambda w: np.bincount(PLACES, weights=w, minlength=9), V, single=False),
    row("histogram", lambda w: np.histogram(V, EDGES, weights=w), V, order=1),
    row("histogram, density", lambda w: np.histogram(V, 4, density=True, weights=w)[0], np.abs(V), single=False),
    row("histogram, range", lambda w: np.histogram(V, 4, (-0.5, 0.7), weights=w)[0], np.abs(V)),
    row("histogram of values", lambda x: np.histogram(x, 4), V, single=False),
    row("histogram of values, edges", lambda x: np.histogram(x, EDGES, density=True)[0] * x[:3], V, single=False),
    row("histogram, complex weights", lambda w: plain.histogram(V[:4], EDGES, weights=w)[0], unreal(4)),
    row("histogram_bin_edges", lambda x: plain.histogram_bin_edges(x, 3), V, single=False),
    row("histogram_bin_edges, auto", lambda x: plain.histogram_bin_edges(x, "sqrt"), V, batch=False, single=False),
    row("histogram2d", lambda w: plain.histogram2d(V, V[::-1], 3, weights=w)[0], V, single=False),
    row(
        "histogram2d, density",
        lambda w: plain.histogram2d(V, V[::-1], [2, EDGES], density=True, weights=w),
        np.abs(V),
        single=False,
    ),
    row("histogram2d of values", lambda x: plain.histogram2d(x, V[::-1], EDGES)[0] * x[:3], V, single=False),
    row("histogramdd", lambda w: plain.histogramdd([V, V[::-1], V], 2, weights=w)[0], V, single=False),
    row(
        "histogramdd of points",
        lambda x: plain.histogramdd(x, (2, 3), density=True),
        apart(6, 2),
        single=False,
    ),
]
