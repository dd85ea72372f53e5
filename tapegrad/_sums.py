"""Sums over axes of large arrays where NumPy's own take long.

NumPy makes a loop for each row of an array: where rows are short, most of the time goes into beginning it.
"""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from tapegrad._spec import Value, ndarray

reduce: Any = np.add.reduce
LARGE = 8192
"""From so many elements on, what it takes to begin a product of matrices or `np.einsum` does not count."""
FEW = range(2, 16)
"""So many columns NumPy adds in one order: from 16 on, those that are 8 apart come first."""
BLOCK = 2**16
"""So many elements are in the cache while columns are read from them, one after the other."""


def add_reduce(x: Value, axes: tuple[int, ...], keepdims: bool) -> Value:
    """`np.add.reduce`, to the bit; over a short last axis in a fraction of the time."""
    large = type(x) is ndarray and x.size >= LARGE
    if not large or axes != (x.ndim - 1,) or x.shape[-1] not in FEW or not _is_regular(x):
        return reduce(x, axis=axes, keepdims=keepdims)
    columns, total = x.reshape(-1, x.shape[-1]).T, np.empty(x.shape[:-1], x.dtype)
    flat, step = total.reshape(-1), BLOCK // len(columns)
    for start in range(0, flat.size, step):
        flat[start : start + step] = _added([*columns[:, start : start + step]])
    return total[..., None] if keepdims else total


def _is_regular(x: Any) -> bool:
    return x.flags.c_contiguous and x.dtype.char in "fd"


def _added(a: list[Any]) -> Any:
    """The sum in the order in which NumPy adds up to 15 numbers."""
    if len(a) < 8:
        total, rest = a[0] + a[1], a[2:]
    else:
        total, rest = ((a[0] + a[1]) + (a[2] + a[3])) + ((a[4] + a[5]) + (a[6] + a[7])), a[8:]
    for column in rest:
        total += column
    total += 0  # what NumPy adds to, so that a sum of -0 is 0
    return total


def sum_down(x: Value, axes: tuple[int, ...]) -> Value:
    """The sum over `axes`, in ascending order, as exact as NumPy's and sooner.

    Where a result adds up entries of many rows, that is a product of ones and the array, which rounds half as much as
    row after row.
    """
    start, stop = axes[0], axes[-1] + 1
    if type(x) is ndarray and x.size >= LARGE and stop - start == len(axes) and _is_regular(x):
        before, rows, after = x.shape[:start], prod(x.shape[start:stop]), x.shape[stop:]
        if rows > 1 < prod(after):
            return (np.ones(rows, x.dtype) @ x.reshape(prod(before), rows, -1)).reshape(before + after)
    return add_reduce(x, axes, False) if type(x) is ndarray else x.sum(axes)
