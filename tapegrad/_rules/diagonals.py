"""Diagonals and triangles: diagonal, diag, diagflat, trace, tril, triu."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad._rules.axes import normalize_axis
from tapegrad._rules.batching import shifted
from tapegrad._rules.fronts import operand, stands_for
from tapegrad._rules.kinds import linear
from tapegrad._rules.ufuncs import refuse
from tapegrad._spec import Spec


def _behind_batch(length: int, offset: int, axis1: int, axis2: int, *shape: tuple[int, ...]) -> tuple[Any, ...]:
    return offset, axis1 + 1, axis2 + 1, *((length, *lengths) for lengths in shape)


def _placed_back(ct: Any, x: Spec, offset: int, axis1: int, axis2: int) -> Any:
    return place_diagonal(ct, offset, axis1, axis2, x.shape)


def _taken_back(ct: Any, offset: int, axis1: int, axis2: int) -> Any:
    return diagonal_of(ct, offset, axis1, axis2)


@linear(shifted(_behind_batch), x=_placed_back)
def diagonal_of(x: Any, offset: int, axis1: int, axis2: int) -> Any:
    """The entries at (i, i + offset) of two axes, on a new last axis."""
    return x.diagonal(offset, axis1, axis2)


@linear(shifted(_behind_batch), x=_taken_back)
def place_diagonal(x: Any, offset: int, axis1: int, axis2: int, shape: tuple[int, ...]) -> Any:
    """Zeros, with `x` as that diagonal."""
    whole = np.zeros(shape, x.dtype)
    diagonal = whole.diagonal(offset, axis1, axis2)
    diagonal.flags.writeable = True
    diagonal[...] = x
    return whole


@stands_for(np.diagonal)
def diagonal(a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    """The diagonal of two axes, on a new last axis."""
    x = operand(a)
    if x.ndim < 2:
        raise ValueError("diag requires an array of at least two dimensions")
    first, second = normalize_axis(axis1, x.ndim), normalize_axis(axis2, x.ndim)
    if first == second:
        raise ValueError("axis1 and axis2 cannot be the same")
    return diagonal_of(x, offset, first, second)


@stands_for(np.trace)
def trace(a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1, dtype: Any = None, out: None = None) -> Any:
    """The sum of the diagonal of two axes."""
    refuse("trace", {"out": out})
    return np.sum(diagonal(a, offset, axis1, axis2), axis=-1, dtype=dtype)


@stands_for(np.diag)
def diag(v: Any, k: int = 0) -> Any:
    """The diagonal of a matrix; of a vector, the matrix with that diagonal."""
    x = operand(v)
    if x.ndim == 1:
        length = x.shape[0] + abs(k)
        return place_diagonal(x, k, 0, 1, (length, length))
    if x.ndim != 2:
        raise ValueError("Input must be 1- or 2-d.")
    return diagonal_of(x, k, 0, 1)


@stands_for(np.diagflat)
def diagflat(v: Any, k: int = 0) -> Any:
    """The matrix with that diagonal."""
    return diag(np.reshape(operand(v), -1), k)


def _below(lengths: tuple[int, ...], k: int) -> Any:
    return np.tri(lengths[0], lengths[-1], k, dtype=bool)


@stands_for(np.tril)
def tril(m: Any, k: int = 0) -> Any:
    """The entries on and below the diagonal; zero above it."""
    x = operand(m)
    return np.where(_below(x.shape[-2:], k), x, np.zeros(1, x.dtype))


@stands_for(np.triu)
def triu(m: Any, k: int = 0) -> Any:
    """The entries on and above the diagonal; zero below it."""
    x = operand(m)
    return np.where(_below(x.shape[-2:], k - 1), np.zeros(1, x.dtype), x)
