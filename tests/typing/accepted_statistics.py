"""As `accepted`: statistics, reductions past nan, histograms."""

from __future__ import annotations

from typing import Any, TypeAlias, assert_type

import numpy as np
from numpy.typing import NDArray

from tapegrad import Variable, grad, lift
import tapegrad.numpy as tnp
from tests.typing.check import check

F4: TypeAlias = NDArray[np.float32]
F8: TypeAlias = NDArray[np.float64]
C16: TypeAlias = NDArray[np.complex128]
Ints: TypeAlias = NDArray[np.int_]
Places: TypeAlias = NDArray[np.intp]
Row: TypeAlias = np.ndarray[tuple[int], np.dtype[np.float64]]
Table: TypeAlias = np.ndarray[tuple[int, int], np.dtype[np.float64]]

x: F8 = np.array([0.5, 1.0, 2.0])
y: F8 = np.array([2.0, 0.25, 3.0])
f: F4 = np.array([0.5, 1.0, 2.0], np.float32)
z: C16 = np.array([1.0 + 2.0j, 1.0, -1.0j])
i: Ints = np.array([0, 2, 1])
row: Row = np.array([1.0, 2.0])
table: Table = np.array([[2.0, 0.5], [0.5, 1.0]])

check(assert_type(tnp.nansum(x), np.float64), np.float64)
check(assert_type(tnp.nanprod(f), np.float32), np.float32)
check(assert_type(tnp.nanmean(table, axis=0), F8), np.ndarray, np.float64)
check(assert_type(tnp.nanvar(x, ddof=1), np.float64), np.float64)
check(assert_type(tnp.nanstd(f), np.float32), np.float32)
check(assert_type(tnp.amax(i), np.int_), np.int_)
check(assert_type(tnp.nanmin(table, axis=0), F8), np.ndarray, np.float64)
check(assert_type(tnp.nancumsum(table), Row), np.ndarray, np.float64)
check(assert_type(tnp.median(x), np.float64), np.float64)
check(assert_type(tnp.median(f), np.float32), np.float32)
check(assert_type(tnp.median(i), np.float64), np.float64)
check(assert_type(tnp.median(i, axis=0, keepdims=True), F8), np.ndarray, np.float64)
check(assert_type(tnp.median(table, axis=0), F8), np.ndarray, np.float64)
check(assert_type(tnp.nanmedian(table, axis=0, keepdims=True), Table), np.ndarray, np.float64)
check(assert_type(tnp.median([1.0, 2.0]), np.float64), np.float64)
check(assert_type(tnp.quantile(x, 0.5), np.float64), np.float64)
check(assert_type(tnp.percentile(f, 50.0), np.float32), np.float32)
check(assert_type(tnp.quantile(table, 0.5, axis=0, method="lower"), F8), np.ndarray, np.float64)
check(assert_type(tnp.nanquantile(x, [0.25, 0.75]), F8), np.ndarray, np.float64)
check(assert_type(tnp.nanpercentile(f, [25.0, 75.0]), NDArray[np.floating[Any]]), np.ndarray)
check(assert_type(tnp.percentile(i, 50.0), np.float64), np.float64)
check(assert_type(tnp.average(x, weights=y), np.float64), np.float64)
check(assert_type(tnp.average(f), np.float32), np.float32)
check(assert_type(tnp.average(table, axis=0), F8), np.ndarray, np.float64)
check(assert_type(tnp.average(table, 0, row), F8), np.ndarray, np.float64)
check(assert_type(tnp.average(x, weights=y, returned=True), tuple[np.float64, np.float64]), tuple)
check(assert_type(tnp.average(table, 0, returned=True), tuple[F8, F8]), tuple)
check(assert_type(tnp.average([1, 2], weights=[1.0, 3.0]), np.float64), np.float64)
check(assert_type(tnp.cov(x, y), F8), np.ndarray, np.float64)
check(assert_type(tnp.cov(f), F8), np.ndarray, np.float64)
check(assert_type(tnp.cov(z), C16), np.ndarray, np.complex128)
check(assert_type(tnp.corrcoef(x, y), F8), np.ndarray, np.float64)
check(assert_type(tnp.corrcoef(z, z), C16), np.ndarray, np.complex128)
check(assert_type(tnp.bincount(i), Places), np.ndarray, np.intp)
check(assert_type(tnp.bincount(i, x), F8), np.ndarray, np.float64)
check(assert_type(tnp.histogram(x), tuple[Places, NDArray[np.floating[Any]]]), tuple)
check(assert_type(tnp.histogram(x, 4, weights=y)[0], F8), np.ndarray, np.float64)
check(assert_type(tnp.histogram(f, [0.0, 1.0], weights=f)[0], F4), np.ndarray, np.float32)
check(assert_type(tnp.histogram(x, "auto", density=True)[0], F8), np.ndarray, np.float64)
check(assert_type(tnp.histogram2d(x, y, 2)[0], Table), np.ndarray, np.float64)
check(assert_type(tnp.histogramdd(table, 2)[0], F8), np.ndarray, np.float64)
check(assert_type(tnp.histogram_bin_edges(x, 4), F8), np.ndarray, np.float64)
check(assert_type(tnp.histogram_bin_edges(f, 4), F4), np.ndarray, np.float32)
check(assert_type(tnp.histogram_bin_edges(i, 4), F8), np.ndarray, np.float64)


def of_variables(v: Variable[F8], s: Variable[float], m: Variable[Table]) -> Variable[np.float64]:
    check(assert_type(tnp.nansum(v), Variable[np.float64]), Variable)
    check(assert_type(tnp.nanmean(m, axis=0), Variable[F8]), Variable)
    check(assert_type(tnp.nanstd(v), Variable[np.float64]), Variable)
    check(assert_type(tnp.nanmax(m, axis=0, keepdims=True), Variable[Table]), Variable)
    check(assert_type(tnp.nancumprod(m, axis=0), Variable[Table]), Variable)
    check(assert_type(tnp.median(v), Variable[np.float64]), Variable)
    check(assert_type(tnp.median(m, axis=0), Variable[F8]), Variable)
    check(assert_type(tnp.nanmedian(m, axis=0, keepdims=True), Variable[Table]), Variable)
    check(assert_type(tnp.quantile(v, 0.5), Variable[np.float64]), Variable)
    check(assert_type(tnp.quantile(v, s / 4.0), Variable[np.float64]), Variable)
    check(assert_type(tnp.percentile(m, 50.0, axis=0), Variable[F8]), Variable)
    check(assert_type(tnp.quantile(v, [0.25, 0.5]), Variable[F8]), Variable)
    check(assert_type(tnp.average(v, weights=x), Variable[np.float64]), Variable)
    check(assert_type(tnp.average(m, axis=0), Variable[F8]), Variable)
    check(assert_type(tnp.average(x, weights=v), Variable[np.float64]), Variable)
    check(assert_type(tnp.average(table, 0, m), Variable[F8]), Variable)
    check(assert_type(tnp.cov(v, x), Variable[F8]), Variable)
    check(assert_type(tnp.cov(x, v), Variable[F8]), Variable)
    check(assert_type(tnp.cov(x, aweights=v), Variable[F8]), Variable)
    check(assert_type(tnp.corrcoef(v, x), Variable[F8]), Variable)
    check(assert_type(tnp.corrcoef(x, v), Variable[F8]), Variable)
    check(assert_type(tnp.bincount(i, v), Variable[F8]), Variable)
    check(assert_type(tnp.histogram(x, 4, weights=v)[0], Variable[F8]), Variable)
    check(assert_type(tnp.histogram(v, 4)[0], Places), np.ndarray, np.intp)
    check(assert_type(tnp.histogram(v, 4, density=True)[0], Variable[F8]), Variable)
    check(assert_type(tnp.histogram2d(x, y, 2, weights=v)[0], Variable[Table]), Variable)
    check(assert_type(tnp.histogramdd(table, 2, weights=v[:2])[0], Variable[F8]), Variable)
    check(assert_type(tnp.histogram_bin_edges(v, 4), Variable[F8]), Variable)
    return tnp.sum(v) * s + tnp.sum(m)


check(grad(lift(of_variables))(x, 2.0, table), tuple)
