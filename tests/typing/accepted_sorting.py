"""As `accepted`: sorting, searching, counting, sets."""

from __future__ import annotations

from typing import Any, TypeAlias, assert_type

import numpy as np
from numpy.typing import NDArray

from tapegrad import Variable, grad, lift
import tapegrad.numpy as tnp
from tests.typing.check import check

F4: TypeAlias = NDArray[np.float32]
F8: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int_]
Places: TypeAlias = NDArray[np.intp]
Bools: TypeAlias = NDArray[np.bool]
Row: TypeAlias = np.ndarray[tuple[int], np.dtype[np.float64]]
Row4: TypeAlias = np.ndarray[tuple[int], np.dtype[np.float32]]
Table: TypeAlias = np.ndarray[tuple[int, int], np.dtype[np.float64]]
RowOfPlaces: TypeAlias = np.ndarray[tuple[int], np.dtype[np.intp]]
TableOfPlaces: TypeAlias = np.ndarray[tuple[int, int], np.dtype[np.intp]]

x: F8 = np.array([0.5, 1.0, 2.0])
y: F8 = np.array([2.0, 0.25, 3.0])
f: F4 = np.array([0.5, 1.0, 2.0], np.float32)
i: Ints = np.array([0, 2, 1])
table: Table = np.array([[2.0, 0.5], [0.5, 1.0]])

check(assert_type(tnp.sort(x), F8), np.ndarray, np.float64)
check(assert_type(tnp.sort(f, kind="stable"), F4), np.ndarray, np.float32)
check(assert_type(tnp.sort(table, axis=0), Table), np.ndarray, np.float64)
check(assert_type(tnp.sort(table, axis=None), Row), np.ndarray, np.float64)
check(assert_type(tnp.argsort(table), TableOfPlaces), np.ndarray, np.intp)
check(assert_type(tnp.argsort(x, axis=None), RowOfPlaces), np.ndarray, np.intp)
check(assert_type(tnp.partition(table, 1), Table), np.ndarray, np.float64)
check(assert_type(tnp.partition(f, [0, 1], axis=None), Row4), np.ndarray, np.float32)
check(assert_type(tnp.argpartition(table, 1), TableOfPlaces), np.ndarray, np.intp)
check(assert_type(tnp.argpartition(x, 1, axis=None), RowOfPlaces), np.ndarray, np.intp)
check(assert_type(tnp.sort_complex(x), NDArray[np.complexfloating[Any, Any]]), np.ndarray)
check(assert_type(tnp.lexsort((x, y)), Places), np.ndarray, np.intp)
check(assert_type(tnp.lexsort(table), Places), np.ndarray, np.intp)
check(assert_type(tnp.searchsorted(x, y), Places), np.ndarray, np.intp)
check(assert_type(tnp.searchsorted(x, 0.75, side="right"), np.intp), np.intp)
check(assert_type(tnp.digitize(x, [0.0, 1.0]), Places), np.ndarray, np.intp)
check(assert_type(tnp.digitize(0.5, x), np.intp), np.intp)
check(assert_type(tnp.nonzero(x), tuple[Places, ...]), tuple)
check(assert_type(tnp.flatnonzero(table), RowOfPlaces), np.ndarray, np.intp)
check(assert_type(tnp.argwhere(x), TableOfPlaces), np.ndarray, np.intp)
check(assert_type(tnp.count_nonzero(x), np.intp), np.intp)
check(assert_type(tnp.count_nonzero(table, axis=0), Places), np.ndarray, np.intp)
check(assert_type(tnp.count_nonzero(table, keepdims=True), Places), np.ndarray, np.intp)
check(assert_type(tnp.argmax(f), np.intp), np.intp)
check(assert_type(tnp.nanargmin(x), np.intp), np.intp)
check(assert_type(tnp.ravel_multi_index((0, 1), (2, 2)), np.intp), np.intp)
check(assert_type(tnp.ravel_multi_index((i, i), (3, 3)), Places), np.ndarray, np.intp)
check(assert_type(tnp.unravel_index(3, (2, 2)), tuple[np.intp, ...]), tuple)
check(assert_type(tnp.unravel_index(i, (2, 2)), tuple[Places, ...]), tuple)
check(assert_type(tnp.tril_indices_from(table), tuple[RowOfPlaces, RowOfPlaces]), tuple)
check(assert_type(tnp.diag_indices_from(table), tuple[RowOfPlaces, ...]), tuple)
check(assert_type(tnp.unique(x), Row), np.ndarray, np.float64)
check(assert_type(tnp.unique(f), Row4), np.ndarray, np.float32)
check(assert_type(tnp.unique(table, axis=0), F8), np.ndarray, np.float64)
values, index, counts = tnp.unique(x, return_index=True, return_counts=True)
check(assert_type(values, F8), np.ndarray, np.float64)
check(assert_type(index, Places), np.ndarray, np.intp)
check(assert_type(counts, Places), np.ndarray, np.intp)
check(assert_type(tnp.unique_values(x), Row), np.ndarray, np.float64)
check(assert_type(tnp.unique_all(f).values, Row4), np.ndarray, np.float32)
check(assert_type(tnp.unique_counts(x).counts, Places), np.ndarray, np.intp)
check(assert_type(tnp.unique_inverse(x).inverse_indices, Places), np.ndarray, np.intp)
check(assert_type(tnp.union1d(f, f), Row4), np.ndarray, np.float32)
check(assert_type(tnp.setdiff1d(x, y), Row), np.ndarray, np.float64)
check(assert_type(tnp.setxor1d(x, y, assume_unique=True), Row), np.ndarray, np.float64)
check(assert_type(tnp.intersect1d(x, y), Row), np.ndarray, np.float64)
check(assert_type(tnp.intersect1d(f, f, return_indices=True), tuple[Row4, RowOfPlaces, RowOfPlaces]), tuple)
check(assert_type(tnp.isin(x, y), Bools), np.ndarray, np.bool)
check(assert_type(tnp.isin(2.0, [1.0, 2.0]), Bools), np.ndarray, np.bool)


def of_variables(v: Variable[F8], s: Variable[float], m: Variable[Table]) -> Variable[np.float64]:
    check(assert_type(tnp.sort(v), Variable[F8]), Variable)
    check(assert_type(tnp.sort(m, axis=0), Variable[Table]), Variable)
    check(assert_type(tnp.sort(m, axis=None), Variable[Row]), Variable)
    check(assert_type(tnp.argsort(m), TableOfPlaces), np.ndarray, np.intp)
    check(assert_type(tnp.argsort(v, axis=None), RowOfPlaces), np.ndarray, np.intp)
    check(assert_type(tnp.partition(m, 1), Variable[Table]), Variable)
    check(assert_type(tnp.partition(v, 1, axis=None), Variable[Row]), Variable)
    check(assert_type(tnp.argpartition(m, 1), TableOfPlaces), np.ndarray, np.intp)
    check(assert_type(tnp.sort_complex(v), Variable[NDArray[np.complexfloating[Any, Any]]]), Variable)
    check(assert_type(tnp.lexsort((v, x)), Places), np.ndarray, np.intp)
    check(assert_type(tnp.searchsorted(x, v), Places), np.ndarray, np.intp)
    check(assert_type(tnp.searchsorted(v, s), np.intp), np.intp)
    check(assert_type(tnp.digitize(v, x), Places), np.ndarray, np.intp)
    check(assert_type(tnp.digitize(s, x), np.intp), np.intp)
    check(assert_type(tnp.nonzero(v), tuple[Places, ...]), tuple)
    check(assert_type(tnp.flatnonzero(v), RowOfPlaces), np.ndarray, np.intp)
    check(assert_type(tnp.argwhere(v), TableOfPlaces), np.ndarray, np.intp)
    check(assert_type(tnp.count_nonzero(v), np.intp), np.intp)
    check(assert_type(tnp.count_nonzero(m, axis=0), Places), np.ndarray, np.intp)
    check(assert_type(tnp.nanargmax(v), np.intp), np.intp)
    check(assert_type(tnp.triu_indices_from(m), tuple[RowOfPlaces, RowOfPlaces]), tuple)
    check(assert_type(tnp.diag_indices_from(m), tuple[RowOfPlaces, ...]), tuple)
    check(assert_type(tnp.unique(v), Variable[F8]), Variable)
    check(assert_type(tnp.unique(v, return_counts=True)[0], Variable[F8]), Variable)
    check(assert_type(tnp.unique_values(v), Variable[Row]), Variable)
    check(assert_type(tnp.unique_all(v).values, Variable[Row]), Variable)
    check(assert_type(tnp.unique_counts(v).values, Variable[Row]), Variable)
    check(assert_type(tnp.unique_inverse(v).values, Variable[Row]), Variable)
    check(assert_type(tnp.union1d(v, x), Variable[Row]), Variable)
    check(assert_type(tnp.union1d(x, v), Variable[Row]), Variable)
    check(assert_type(tnp.setdiff1d(v, y), Variable[Row]), Variable)
    check(assert_type(tnp.setxor1d(x, v), Variable[Row]), Variable)
    check(assert_type(tnp.intersect1d(v, x), Variable[Row]), Variable)
    check(assert_type(tnp.intersect1d(x, v), Row), np.ndarray, np.float64)
    check(assert_type(tnp.setdiff1d(x, v), Row), np.ndarray, np.float64)
    check(assert_type(tnp.intersect1d(v, x, return_indices=True)[0], Variable[Row]), Variable)
    check(assert_type(tnp.isin(v, x), Bools), np.ndarray, np.bool)
    check(assert_type(tnp.isin(s, x), Bools), np.ndarray, np.bool)
    return tnp.sum(v) * s + tnp.sum(m)


check(grad(lift(of_variables))(x, 2.0, table), tuple)
