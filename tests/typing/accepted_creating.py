"""As `accepted`: new arrays."""

from __future__ import annotations

from typing import TypeAlias, assert_type

import numpy as np
from numpy.typing import NDArray

from tapegrad import Variable, grad, lift
import tapegrad.numpy as tnp
from tests.typing.check import check

F4: TypeAlias = NDArray[np.float32]
F8: TypeAlias = NDArray[np.float64]
C16: TypeAlias = NDArray[np.complex128]
Ints: TypeAlias = NDArray[np.int_]
Bools: TypeAlias = NDArray[np.bool]
Row: TypeAlias = np.ndarray[tuple[int], np.dtype[np.float64]]
Row4: TypeAlias = np.ndarray[tuple[int], np.dtype[np.float32]]
Table: TypeAlias = np.ndarray[tuple[int, int], np.dtype[np.float64]]
Table4: TypeAlias = np.ndarray[tuple[int, int], np.dtype[np.float32]]

x: F8 = np.array([0.5, 1.0, 2.0])
y: F8 = np.array([2.0, 0.25, 3.0])
f: F4 = np.array([0.5, 1.0, 2.0], np.float32)
table: Table = np.array([[2.0, 0.5], [0.5, 1.0]])

check(assert_type(tnp.array(x), F8), np.ndarray, np.float64)
check(assert_type(tnp.array(f), F4), np.ndarray, np.float32)
check(assert_type(tnp.array(table), Table), np.ndarray, np.float64)
check(assert_type(tnp.array(table, np.float32), Table4), np.ndarray, np.float32)
check(assert_type(tnp.array([x, x]), F8), np.ndarray, np.float64)
check(assert_type(tnp.array(True), Bools), np.ndarray, np.bool)
check(assert_type(tnp.array([1, 2]), Ints), np.ndarray, np.int_)
check(assert_type(tnp.array([1.0, 2.0]), F8), np.ndarray, np.float64)
check(assert_type(tnp.array([[1.0, 2.0], [3.0, 4.0]]), F8), np.ndarray, np.float64)
check(assert_type(tnp.array([1.0, 2.0j]), C16), np.ndarray, np.complex128)
check(assert_type(tnp.array([1, 2], np.float32), F4), np.ndarray, np.float32)
check(assert_type(tnp.array(x, ndmin=2), F8), np.ndarray, np.float64)
check(assert_type(tnp.asarray(table), Table), np.ndarray, np.float64)
check(assert_type(tnp.asarray(table, np.float32), Table4), np.ndarray, np.float32)
check(assert_type(tnp.asarray([x, x]), F8), np.ndarray, np.float64)
check(assert_type(tnp.asarray([True]), Bools), np.ndarray, np.bool)
check(assert_type(tnp.asanyarray(2), Ints), np.ndarray, np.int_)
check(assert_type(tnp.ascontiguousarray([1.0]), F8), np.ndarray, np.float64)
check(assert_type(tnp.asfortranarray([[1j]]), C16), np.ndarray, np.complex128)
check(assert_type(tnp.asarray([1], np.float32), F4), np.ndarray, np.float32)
check(assert_type(tnp.empty_like(table), Table), np.ndarray, np.float64)
check(assert_type(tnp.empty_like(table, np.float32), Table4), np.ndarray, np.float32)
check(assert_type(tnp.zeros_like(f), F4), np.ndarray, np.float32)
check(assert_type(tnp.full(3, f), F4), np.ndarray, np.float32)
check(assert_type(tnp.full((2, 2), 2), Ints), np.ndarray, np.int_)
check(assert_type(tnp.full(3, 2.0), F8), np.ndarray, np.float64)
check(assert_type(tnp.full(3, 2j), C16), np.ndarray, np.complex128)
check(assert_type(tnp.full(3, 2.0, np.float32), F4), np.ndarray, np.float32)
check(assert_type(tnp.linspace(0.0, 1.0, 3), Row), np.ndarray, np.float64)
check(assert_type(tnp.linspace(x, 3.0, 4), F8), np.ndarray, np.float64)
check(assert_type(tnp.linspace(f, f, 4), F4), np.ndarray, np.float32)
check(assert_type(tnp.linspace(0.0, x), F8), np.ndarray, np.float64)
check(assert_type(tnp.linspace(0.0, 1.0, retstep=True), tuple[Row, np.float64]), tuple)
check(assert_type(tnp.linspace(0.0, 1.0, dtype=np.float32), F4), np.ndarray, np.float32)
check(assert_type(tnp.logspace(0.0, 1.0, 3, base=2.0), Row), np.ndarray, np.float64)
check(assert_type(tnp.logspace(x, 1.0), F8), np.ndarray, np.float64)
check(assert_type(tnp.logspace(0.0, x), F8), np.ndarray, np.float64)
check(assert_type(tnp.geomspace(1.0, 2.0), Row), np.ndarray, np.float64)
check(assert_type(tnp.geomspace(x, 2.0), F8), np.ndarray, np.float64)
check(assert_type(tnp.geomspace(1.0, x), F8), np.ndarray, np.float64)
check(assert_type(tnp.meshgrid(x, y), tuple[F8, ...]), tuple)
check(assert_type(tnp.diagflat(x), Table), np.ndarray, np.float64)
check(assert_type(tnp.diagflat(f), Table4), np.ndarray, np.float32)
check(assert_type(tnp.vander(x), Table), np.ndarray, np.float64)
check(assert_type(tnp.zeros(3), Row), np.ndarray, np.float64)
check(assert_type(tnp.ones((2, 2)), Table), np.ndarray, np.float64)
check(assert_type(tnp.empty(3, np.float32), Row4), np.ndarray, np.float32)
check(assert_type(tnp.eye(2), Table), np.ndarray, np.float64)
check(assert_type(tnp.arange(3), np.ndarray[tuple[int], np.dtype[np.int_]]), np.ndarray, np.int_)


def of_variables(v: Variable[F8], s: Variable[float], m: Variable[Table]) -> Variable[np.float64]:
    check(assert_type(tnp.array(v), Variable[F8]), Variable)
    check(assert_type(tnp.array(m), Variable[Table]), Variable)
    check(assert_type(tnp.array(s), Variable[F8]), Variable)
    check(assert_type(tnp.array([v, x]), Variable[F8]), Variable)
    check(assert_type(tnp.array([s, 1.0]), Variable[F8]), Variable)
    check(assert_type(tnp.array([[s, 1.0], [s, s]]), Variable[F8]), Variable)
    check(assert_type(tnp.asarray(v), Variable[F8]), Variable)
    check(assert_type(tnp.asarray([x, v]), Variable[F8]), Variable)
    check(assert_type(tnp.asarray([s, 2.0 * s]), Variable[F8]), Variable)
    check(assert_type(tnp.empty_like(m), Table), np.ndarray, np.float64)
    check(assert_type(tnp.empty_like(m, dtype=np.float32), Table4), np.ndarray, np.float32)
    check(assert_type(tnp.full(3, v), Variable[F8]), Variable)
    check(assert_type(tnp.full((2, 2), s), Variable[F8]), Variable)
    check(assert_type(tnp.linspace(v, 3.0, 4), Variable[F8]), Variable)
    check(assert_type(tnp.linspace(0.0, v), Variable[F8]), Variable)
    check(assert_type(tnp.linspace(s, 3.0), Variable[Row]), Variable)
    check(assert_type(tnp.linspace(0.0, s), Variable[Row]), Variable)
    check(assert_type(tnp.linspace(s, 1.0, retstep=True), tuple[Variable[Row], Variable[np.float64]]), tuple)
    check(assert_type(tnp.linspace(0.0, s, retstep=True)[1], Variable[np.float64]), Variable)
    check(assert_type(tnp.logspace(v, x, base=s), Variable[F8]), Variable)
    check(assert_type(tnp.logspace(s, 1.0), Variable[Row]), Variable)
    check(assert_type(tnp.logspace(0.0, s), Variable[Row]), Variable)
    check(assert_type(tnp.geomspace(s, 3.0), Variable[Row]), Variable)
    check(assert_type(tnp.geomspace(1.0, v), Variable[F8]), Variable)
    check(assert_type(tnp.meshgrid(v, x), tuple[Variable[F8] | F8, ...]), tuple)
    check(assert_type(tnp.diagflat(v), Variable[Table]), Variable)
    check(assert_type(tnp.vander(v), Variable[Table]), Variable)
    return tnp.sum(v) * s + tnp.sum(m)


check(grad(lift(of_variables))(x, 2.0, table), tuple)
