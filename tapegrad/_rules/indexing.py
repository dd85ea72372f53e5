"""Indexing: `x[index]` in every form that NumPy has, and the functions that come to the same."""

from __future__ import annotations

from collections.abc import Sequence
from operator import index as as_index
from typing import Any, Final

import numpy as np

from tapegrad._place import user_line
from tapegrad._rules.axes import normalize_axis
from tapegrad._rules.fronts import holds_variable, is_array, is_sequence, is_variable, operand, stands_for
from tapegrad._rules.placing import gather, slice_of
from tapegrad._rules.positions import ARRAY, is_advanced
from tapegrad._rules.ufuncs import refuse
from tapegrad._spec import type_of

BASIC: Final = frozenset({int, slice, type(None), type(Ellipsis)})


def getitem(x: Any, index: Any) -> Any:
    """The entries of `x` at an index of any form: `x[index]`."""
    layout, positions = parsed(index)
    return slice_of(x, layout) if positions is None else gather(x, *positions, layout)


def parsed(index: Any) -> tuple[Any, Sequence[Any] | None]:
    """A basic index and None; or the layout of an advanced one and its arrays."""
    kind = type_of(index)
    if kind in BASIC or (kind is tuple and BASIC.issuperset(map(type, index))):
        return index, None
    layout: list[Any] = []
    positions: list[Any] = []
    for entry in index if kind is tuple else (index,):
        static = _read(entry)
        if is_array(static):
            positions.append(static)
            layout.append(ARRAY)
        else:
            layout.append(static)
    return tuple(layout), positions if any(map(is_advanced, layout)) else None


def _read(entry: Any) -> Any:
    """One entry of an index: an array of positions or a mask, or a number, bool, slice, None or Ellipsis."""
    if type(entry) in BASIC or isinstance(entry, bool):
        return entry
    if is_sequence(entry):
        entry = operand(entry) if holds_variable(entry) else np.array(entry, None if len(entry) else np.intp)
    if is_variable(entry):
        if entry.dtype.kind in "iub":
            return entry
        raise TypeError(
            f"an index at {user_line()} is a differentiated value of dtype {entry.dtype}: {entry!r}. "
            "Positions have no derivative. Make it an integer that is held constant: write x[int(i.value)], "
            "or x[i.value.astype(int)] for an array i."
        )
    if not is_array(entry) and hasattr(entry, "__index__"):
        return as_index(entry)
    array: Any = np.asarray(entry)
    return array if array.ndim or array.dtype.kind not in "iub" else array.item()


@stands_for(np.take)
def take(a: Any, indices: Any, axis: Any = None, out: None = None, mode: str = "raise") -> Any:
    """The entries at `indices` along an axis, or of the flattened array."""
    refuse("take", {"out": out})
    x = np.reshape(operand(a), -1) if axis is None else operand(a)
    positions = operand(indices)
    along = normalize_axis(0 if axis is None else axis, x.ndim)
    length = x.shape[along]
    if positions.dtype.kind == "b" or (positions.size == 0 and is_sequence(indices)):
        positions = positions.astype(np.intp)
    if length == 0 < positions.size:
        raise IndexError("cannot do a non-empty take from an empty axes.")
    if mode == "wrap":
        positions = np.remainder(positions, length) if length else positions
    elif mode == "clip":
        positions = np.minimum(np.maximum(positions, 0), length - 1)
    elif mode != "raise":
        raise ValueError(f"clipmode must be one of 'clip', 'raise', or 'wrap' (got {mode!r})")
    return getitem(x, (*(slice(None),) * along, positions))


@stands_for(np.take_along_axis)
def take_along_axis(arr: Any, indices: Any, axis: Any = -1) -> Any:
    """The entries at `indices` along an axis, with positions for each place along the other axes."""
    x = np.reshape(operand(arr), -1) if axis is None else operand(arr)
    positions = operand(indices)
    if positions.dtype.kind not in "iuf":
        raise IndexError("`indices` must be an integer array")
    if positions.ndim != x.ndim:
        raise ValueError("`indices` and `arr` must have the same number of dimensions")
    along = normalize_axis(0 if axis is None else axis, x.ndim)
    return getitem(x, tuple([positions if i == along else _along(i, n, x.ndim) for i, n in enumerate(x.shape)]))


def _along(axis: int, length: int, ndim: int) -> Any:
    """The positions of that axis itself, shaped to broadcast against the others."""
    return np.arange(length).reshape((*(1,) * axis, length, *(1,) * (ndim - 1 - axis)))
