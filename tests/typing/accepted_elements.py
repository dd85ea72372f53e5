"""As `accepted`: functions of each element beside the ufuncs of calculus, verdicts, and `emath`."""

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
Bools: TypeAlias = NDArray[np.bool]
Open: TypeAlias = NDArray[np.inexact[Any]]
Row: TypeAlias = np.ndarray[tuple[int], np.dtype[np.float64]]
Table: TypeAlias = np.ndarray[tuple[int, int], np.dtype[np.float64]]
TableOfBools: TypeAlias = np.ndarray[tuple[int, int], np.dtype[np.bool]]

x: F8 = np.array([0.5, 1.0, 2.0])
y: F8 = np.array([2.0, 0.25, 3.0])
f: F4 = np.array([0.5, 1.0, 2.0], np.float32)
z: C16 = np.array([1.0 + 2.0j, 1.0, -1.0j])
i: Ints = np.array([0, 2, 1])
b: Bools = np.array([True, False, True])
table: Table = np.array([[2.0, 0.5], [0.5, 1.0]])

check(assert_type(tnp.sinc(table), Table), np.ndarray, np.float64)
check(assert_type(tnp.sinc(f), F4), np.ndarray, np.float32)
check(assert_type(tnp.sinc(np.float32(1)), np.float32), np.float32)
check(assert_type(tnp.sinc(0.5), np.float64), np.float64)
check(assert_type(tnp.sinc(np.arange(3)), Row), np.ndarray, np.float64)
check(assert_type(tnp.i0(table), Table), np.ndarray, np.float64)
check(assert_type(tnp.i0(f), F4), np.ndarray, np.float32)
check(assert_type(tnp.i0(0.5), F8), np.ndarray, np.float64)
check(assert_type(tnp.i0(np.arange(3)), Row), np.ndarray, np.float64)
check(assert_type(tnp.round(table, 1), Table), np.ndarray, np.float64)
check(assert_type(tnp.around(f), F4), np.ndarray, np.float32)
check(assert_type(tnp.round(np.float32(0.5)), np.float32), np.float32)
check(assert_type(tnp.round(2.5), np.float64), np.float64)
check(assert_type(tnp.fix(x), F8), np.ndarray, np.float64)
check(assert_type(tnp.nan_to_num(table, nan=1.0), Table), np.ndarray, np.float64)
check(assert_type(tnp.nan_to_num(f), F4), np.ndarray, np.float32)
check(assert_type(tnp.nan_to_num(np.nan), np.float64), np.float64)
check(assert_type(tnp.real_if_close(table), Table), np.ndarray, np.float64)
check(assert_type(tnp.real_if_close(z), Open), np.ndarray)
check(assert_type(tnp.modf(table), tuple[Table, Table]), tuple)
check(assert_type(tnp.modf(f)[1], F4), np.ndarray, np.float32)
check(assert_type(tnp.modf(np.float32(1.5)), tuple[np.float32, np.float32]), tuple)
check(assert_type(tnp.modf(1.5), tuple[np.float64, np.float64]), tuple)
check(assert_type(tnp.frexp(f)[0], F4), np.ndarray, np.float32)
check(assert_type(tnp.frexp(x)[1], NDArray[np.intc]), np.ndarray, np.intc)
check(assert_type(tnp.frexp(1.5), tuple[np.float64, np.intc]), tuple)
check(assert_type(tnp.ldexp(table, 2), Table), np.ndarray, np.float64)
check(assert_type(tnp.ldexp(f, i), F4), np.ndarray, np.float32)
check(assert_type(tnp.ldexp(0.5, i), F8), np.ndarray, np.float64)
check(assert_type(tnp.ldexp(0.5, 2), np.float64), np.float64)
check(assert_type(tnp.bitwise_and(i, 1), Ints), np.ndarray, np.int_)
check(assert_type(tnp.left_shift(1, i), Ints), np.ndarray, np.int_)
check(assert_type(tnp.bitwise_or(b, b), Bools), np.ndarray, np.bool)
check(assert_type(tnp.gcd(4, 6), np.integer[Any]), np.integer)
check(assert_type(tnp.invert(i), Ints), np.ndarray, np.int_)
check(assert_type(tnp.invert(1), np.integer[Any]), np.integer)
check(assert_type(tnp.bitwise_count(i), NDArray[np.uint8]), np.ndarray, np.uint8)
check(assert_type(tnp.bitwise_count(3), np.uint8), np.uint8)
check(assert_type(tnp.isclose(x, y), Bools), np.ndarray, np.bool)
check(assert_type(tnp.isclose(1.0, x), Bools), np.ndarray, np.bool)
check(assert_type(tnp.isclose(1.0, 1.0), np.bool), np.bool)
check(assert_type(tnp.allclose(x, y, rtol=1e-3), bool), bool)
check(assert_type(tnp.allclose(1.0, 1.0), bool), bool)
check(assert_type(tnp.array_equal(x, y), bool), bool)
check(assert_type(tnp.array_equal(1.0, x), bool), bool)
check(assert_type(tnp.array_equiv(x, 1.0), bool), bool)
check(assert_type(tnp.array_equiv(1.0, x), bool), bool)
check(assert_type(tnp.isreal(table), TableOfBools), np.ndarray, np.bool)
check(assert_type(tnp.isneginf(x), Bools), np.ndarray, np.bool)
check(assert_type(tnp.iscomplex(table), TableOfBools), np.ndarray, np.bool)
check(assert_type(tnp.isreal(1.0), np.bool | bool), bool)
check(assert_type(tnp.iscomplexobj(z), bool), bool)
check(assert_type(tnp.isrealobj(1.0), bool), bool)
check(assert_type(tnp.ndim(x), int), int)
check(assert_type(tnp.ndim(1.0), int), int)
check(assert_type(tnp.shape(table), tuple[int, int]), tuple)
check(assert_type(tnp.shape(1.0), tuple[()]), tuple)
check(assert_type(tnp.size(table, 0), int), int)
check(assert_type(tnp.size(1.0), int), int)
check(assert_type(tnp.emath.sqrt(z), C16), np.ndarray, np.complex128)
check(assert_type(tnp.emath.log(x), Open), np.ndarray)
check(assert_type(tnp.emath.arccos(2.0), np.float64 | np.complex128), np.complex128)
check(assert_type(tnp.emath.log2(-2j), np.complex128), np.complex128)
check(assert_type(tnp.emath.power(x, 2), NDArray[np.number[Any]]), np.ndarray)
check(assert_type(tnp.emath.power(2.0, x), NDArray[np.number[Any]]), np.ndarray)
check(assert_type(tnp.emath.power(-2.0, 0.5), np.float64 | np.complex128), np.complex128)
check(assert_type(tnp.emath.logn(2.0, x), Open), np.ndarray)
check(assert_type(tnp.emath.logn(y, z), Open), np.ndarray)
check(assert_type(tnp.emath.logn(2.0, 4.0), np.float64 | np.complex128), np.float64)


def of_variables(v: Variable[F8], s: Variable[float], m: Variable[Table]) -> Variable[np.float64]:
    check(assert_type(tnp.sinc(m), Variable[Table]), Variable)
    check(assert_type(tnp.i0(v), Variable[F8]), Variable)
    check(assert_type(tnp.round(v), F8), np.ndarray, np.float64)
    check(assert_type(tnp.fix(m), Table), np.ndarray, np.float64)
    check(assert_type(tnp.nan_to_num(v, nan=2.0), Variable[F8]), Variable)
    check(assert_type(tnp.nan_to_num(s), Variable[float]), Variable)
    check(assert_type(tnp.real_if_close(v), Variable[Open]), Variable)
    check(assert_type(tnp.modf(m), tuple[Variable[Table], Table]), tuple)
    check(assert_type(tnp.frexp(v)[0], Variable[F8]), Variable)
    check(assert_type(tnp.frexp(s), tuple[Variable[np.float64], np.intc]), tuple)
    check(assert_type(tnp.ldexp(v, 2), Variable[F8]), Variable)
    check(assert_type(tnp.ldexp(v, i), Variable[F8]), Variable)
    check(assert_type(tnp.isclose(v, x), Bools), np.ndarray, np.bool)
    check(assert_type(tnp.isclose(s, v), Bools), np.ndarray, np.bool)
    check(assert_type(tnp.isclose(s, 1.0), np.bool), np.bool)
    check(assert_type(tnp.allclose(v, x), bool), bool)
    check(assert_type(tnp.array_equal(x, v), bool), bool)
    check(assert_type(tnp.array_equiv(s, v), bool), bool)
    check(assert_type(tnp.isreal(m), TableOfBools), np.ndarray, np.bool)
    check(assert_type(tnp.iscomplexobj(v), bool), bool)
    check(assert_type(tnp.ndim(m), int), int)
    check(assert_type(tnp.shape(m), tuple[int, int]), tuple)
    check(assert_type(tnp.size(v), int), int)
    check(assert_type(tnp.emath.sqrt(v), Variable[Open]), Variable)
    check(assert_type(tnp.emath.sqrt(s), Variable[np.float64 | np.complex128]), Variable)
    check(assert_type(tnp.emath.power(v, 2), Variable[Open]), Variable)
    check(assert_type(tnp.emath.power(x, v), Variable[Open]), Variable)
    check(assert_type(tnp.emath.power(s, 2), Variable[np.float64 | np.complex128]), Variable)
    check(assert_type(tnp.emath.power(2.0, s), Variable[np.float64 | np.complex128]), Variable)
    check(assert_type(tnp.emath.logn(2.0, v), Variable[Open]), Variable)
    check(assert_type(tnp.emath.logn(2.0, s), Variable[np.float64 | np.complex128]), Variable)
    check(assert_type(tnp.emath.logn(s, 2.0), Variable[np.float64 | np.complex128]), Variable)
    return tnp.sum(v) * s + tnp.sum(m)


check(grad(lift(of_variables))(x, 2.0, table), tuple)
