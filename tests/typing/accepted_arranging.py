"""As `accepted`: elements repeated, padded, rolled, taken apart, chosen."""

from __future__ import annotations

from typing import TypeAlias, assert_type

import numpy as np
from numpy.typing import NDArray

from tapegrad import Variable, grad, lift
import tapegrad.numpy as tnp
from tests.typing.check import check

F4: TypeAlias = NDArray[np.float32]
F8: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int_]
Bools: TypeAlias = NDArray[np.bool]
Row: TypeAlias = np.ndarray[tuple[int], np.dtype[np.float64]]
Row4: TypeAlias = np.ndarray[tuple[int], np.dtype[np.float32]]
Table: TypeAlias = np.ndarray[tuple[int, int], np.dtype[np.float64]]

x: F8 = np.array([0.5, 1.0, 2.0])
y: F8 = np.array([2.0, 0.25, 3.0])
f: F4 = np.array([0.5, 1.0, 2.0], np.float32)
i: Ints = np.array([0, 2, 1])
b: Bools = np.array([True, False, True])
table: Table = np.array([[2.0, 0.5], [0.5, 1.0]])


def total(line: F8) -> np.float64:
    return tnp.sum(line)


def scaled(line: F8, by: float) -> F8:
    return line * by


def mean(line: F8) -> float:
    return float(line[0])


def kept(a: F8, axis: int) -> F8:
    return tnp.sum(a, axis=axis, keepdims=True)


def row_total(line: Variable[Row]) -> Variable[np.float64]:
    return tnp.sum(line)


def row_kept(a: Variable[F8], axis: int) -> Variable[F8]:
    return tnp.sum(a, axis=axis, keepdims=True)


check(assert_type(tnp.pad(x, 1), F8), np.ndarray, np.float64)
check(assert_type(tnp.copy(table), Table), np.ndarray, np.float64)
check(assert_type(tnp.copy(f), F4), np.ndarray, np.float32)
check(assert_type(tnp.diag(x), F8), np.ndarray, np.float64)
check(assert_type(tnp.diag(f, 1), F4), np.ndarray, np.float32)
check(assert_type(tnp.swapaxes(table, 0, 1), Table), np.ndarray, np.float64)
check(assert_type(tnp.matrix_transpose(table), Table), np.ndarray, np.float64)
check(assert_type(tnp.atleast_1d(f), F4), np.ndarray, np.float32)
check(assert_type(tnp.atleast_2d(1.0), F8), np.ndarray, np.float64)
check(assert_type(tnp.atleast_1d(x, y), tuple[F8, ...]), tuple)
check(assert_type(tnp.broadcast_arrays(x, y), tuple[F8, ...]), tuple)
check(assert_type(tnp.squeeze(f), F4), np.ndarray, np.float32)
check(assert_type(tnp.flip(table), Table), np.ndarray, np.float64)
check(assert_type(tnp.fliplr(table), Table), np.ndarray, np.float64)
check(assert_type(tnp.take_along_axis(f, i, 0), F4), np.ndarray, np.float32)
check(assert_type(tnp.pad(table, ((1, 0), (0, 1)), constant_values=2.0), Table), np.ndarray, np.float64)
check(assert_type(tnp.pad(f, 1, "reflect", reflect_type="odd"), F4), np.ndarray, np.float32)
check(assert_type(tnp.roll(table, 1, axis=0), Table), np.ndarray, np.float64)
check(assert_type(tnp.roll(f, 1), F4), np.ndarray, np.float32)
check(assert_type(tnp.rollaxis(table, 1), Table), np.ndarray, np.float64)
check(assert_type(tnp.rot90(table, 2), Table), np.ndarray, np.float64)
check(assert_type(tnp.tile(x, 2), F8), np.ndarray, np.float64)
check(assert_type(tnp.tile(f, (2, 1)), F4), np.ndarray, np.float32)
check(assert_type(tnp.tile(1.0, 3), F8), np.ndarray, np.float64)
check(assert_type(tnp.repeat(table, 2), Row), np.ndarray, np.float64)
check(assert_type(tnp.repeat(table, 2, axis=0), Table), np.ndarray, np.float64)
check(assert_type(tnp.repeat(f, [1, 2, 0]), Row4), np.ndarray, np.float32)
check(assert_type(tnp.repeat(1.0, 3), Row), np.ndarray, np.float64)
check(assert_type(tnp.resize(f, (2, 2)), F4), np.ndarray, np.float32)
check(assert_type(tnp.trim_zeros(x, "f"), F8), np.ndarray, np.float64)
check(assert_type(tnp.append(x, y), F8), np.ndarray, np.float64)
check(assert_type(tnp.append(f, f), F4), np.ndarray, np.float32)
check(assert_type(tnp.append(x, 1.0), F8), np.ndarray, np.float64)
check(assert_type(tnp.insert(f, 0, 2.0), F4), np.ndarray, np.float32)
check(assert_type(tnp.insert(x, [0, 1], y[:2]), F8), np.ndarray, np.float64)
check(assert_type(tnp.delete(x, 0), F8), np.ndarray, np.float64)
check(assert_type(tnp.delete(f, slice(0, 2)), F4), np.ndarray, np.float32)
check(assert_type(tnp.split(x, 3), list[F8]), list)
check(assert_type(tnp.array_split(f, 2), list[F4]), list)
check(assert_type(tnp.vsplit(table, 2), list[F8]), list)
check(assert_type(tnp.hsplit(f, [1]), list[F4]), list)
check(assert_type(tnp.unstack(table), tuple[F8, ...]), tuple)
check(assert_type(tnp.block([[table, table]]), F8), np.ndarray, np.float64)
check(assert_type(tnp.block([f, f]), F4), np.ndarray, np.float32)
check(assert_type(tnp.choose([0, 1, 0], [x, y]), F8), np.ndarray, np.float64)
check(assert_type(tnp.choose(i % 2, [f, f]), F4), np.ndarray, np.float32)
check(assert_type(tnp.select([b], [x], default=2.0), F8), np.ndarray, np.float64)
check(assert_type(tnp.select([b, ~b], [f, f]), F4), np.ndarray, np.float32)
check(assert_type(tnp.compress([True, False], table), Row), np.ndarray, np.float64)
check(assert_type(tnp.compress([True, False], table, axis=0), Table), np.ndarray, np.float64)
check(assert_type(tnp.compress(b, f), Row4), np.ndarray, np.float32)
check(assert_type(tnp.extract(b, x), Row), np.ndarray, np.float64)
check(assert_type(tnp.piecewise(x, [b], [np.square, 0.0]), F8), np.ndarray, np.float64)
check(assert_type(tnp.piecewise(table, [table > 1.0], [lambda part: part * 2.0, 0.0]), Table), np.ndarray, np.float64)
check(assert_type(tnp.apply_along_axis(total, 0, table), F8), np.ndarray, np.float64)
check(assert_type(tnp.apply_along_axis(scaled, 1, table, 2.0), F8), np.ndarray, np.float64)
check(assert_type(tnp.apply_along_axis(mean, 1, table), F8), np.ndarray, np.float64)
check(assert_type(tnp.apply_over_axes(kept, x, 0), F8), np.ndarray, np.float64)
check(assert_type(tnp.sliding_window_view(x, 2), F8), np.ndarray, np.float64)
check(assert_type(tnp.sliding_window_view(f, (2,), axis=(0,)), F4), np.ndarray, np.float32)
check(assert_type(tnp.at(x)[0].set(1.0), F8), np.ndarray, np.float64)


def of_variables(v: Variable[F8], s: Variable[float], m: Variable[Table]) -> Variable[np.float64]:
    check(assert_type(tnp.copy(m), Variable[Table]), Variable)
    check(assert_type(tnp.diag(v), Variable[F8]), Variable)
    check(assert_type(tnp.swapaxes(m, 0, 1), Variable[Table]), Variable)
    check(assert_type(tnp.matrix_transpose(m), Variable[Table]), Variable)
    check(assert_type(tnp.atleast_2d(v), Variable[F8]), Variable)
    check(assert_type(tnp.broadcast_arrays(v, x), tuple[F8 | Variable[F8], ...]), tuple)
    check(assert_type(tnp.squeeze(v), Variable[F8]), Variable)
    check(assert_type(tnp.flip(m), Variable[Table]), Variable)
    check(assert_type(tnp.flipud(m), Variable[Table]), Variable)
    check(assert_type(tnp.take_along_axis(v, i, 0), Variable[F8]), Variable)
    check(assert_type(tnp.concatenate([v, x]), Variable[F8]), Variable)
    check(assert_type(tnp.stack([x, v]), Variable[F8]), Variable)
    check(assert_type(tnp.hstack([v, x]), Variable[F8]), Variable)
    check(assert_type(tnp.pad(v, 1, constant_values=s), Variable[F8]), Variable)
    check(assert_type(tnp.pad(m, 1, "edge"), Variable[Table]), Variable)
    check(assert_type(tnp.roll(m, (1, 1), (0, 1)), Variable[Table]), Variable)
    check(assert_type(tnp.rollaxis(m, 1), Variable[Table]), Variable)
    check(assert_type(tnp.rot90(m), Variable[Table]), Variable)
    check(assert_type(tnp.tile(v, 2), Variable[F8]), Variable)
    check(assert_type(tnp.tile(s, 2), Variable[F8]), Variable)
    check(assert_type(tnp.repeat(v, 2), Variable[Row]), Variable)
    check(assert_type(tnp.repeat(m, 2, axis=1), Variable[Table]), Variable)
    check(assert_type(tnp.repeat(s, 3), Variable[Row]), Variable)
    check(assert_type(tnp.resize(v, (2, 2)), Variable[F8]), Variable)
    check(assert_type(tnp.trim_zeros(v), Variable[F8]), Variable)
    check(assert_type(tnp.append(v, x), Variable[F8]), Variable)
    check(assert_type(tnp.append(x, v), Variable[F8]), Variable)
    check(assert_type(tnp.append(v, s), Variable[F8]), Variable)
    check(assert_type(tnp.append(x, s), Variable[F8]), Variable)
    check(assert_type(tnp.insert(v, 0, s), Variable[F8]), Variable)
    check(assert_type(tnp.insert(x, 0, s), Variable[F8]), Variable)
    check(assert_type(tnp.delete(v, [0]), Variable[F8]), Variable)
    check(assert_type(tnp.split(v, 3), list[Variable[F8]]), list)
    check(assert_type(tnp.hsplit(m, 2), list[Variable[F8]]), list)
    check(assert_type(tnp.unstack(m), tuple[Variable[F8], ...]), tuple)
    check(assert_type(tnp.block([[m, table], [table, m]]), Variable[F8]), Variable)
    check(assert_type(tnp.choose([0, 1, 0], [v, x]), Variable[F8]), Variable)
    check(assert_type(tnp.select([b], [v], default=s), Variable[F8]), Variable)
    check(assert_type(tnp.compress(b, v), Variable[Row]), Variable)
    check(assert_type(tnp.compress([True, False], m, axis=1), Variable[Table]), Variable)
    check(assert_type(tnp.extract(b, v), Variable[Row]), Variable)
    check(assert_type(tnp.piecewise(v, [b], [lambda part: part * part, 0.0]), Variable[F8]), Variable)
    check(assert_type(tnp.apply_along_axis(row_total, 0, m), Variable[F8]), Variable)
    check(assert_type(tnp.apply_over_axes(row_kept, v, 0), Variable[F8]), Variable)
    check(assert_type(tnp.sliding_window_view(v, 2), Variable[F8]), Variable)
    check(assert_type(tnp.at(v)[0].set(s), Variable[F8]), Variable)
    return tnp.sum(v) * s + tnp.sum(m)


check(grad(lift(of_variables))(x, 2.0, table), tuple)
