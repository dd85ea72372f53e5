"""Entries by position: take, take_along_axis."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad._rules.axes import normalize_axis
from tapegrad._rules.fronts import operand, stands_for
from tapegrad._rules.ufuncs import refuse


@stands_for(np.take)
def take(a: Any, indices: Any, axis: Any = None, out: None = None, mode: str = "raise") -> Any:
    """The entries at `indices` along an axis, or of the flattened array."""
    refuse("take", {"out": out})
    x = np.reshape(operand(a), -1) if axis is None else operand(a)
    positions = operand(indices)
    along = normalize_axis(0 if axis is None else axis, x.ndim)
    length = x.shape[along]
    if positions.dtype.kind == "b" or (positions.size == 0 and isinstance(indices, (list, tuple))):
        positions = positions.astype(np.intp)
    if length == 0 < positions.size:
        raise IndexError("cannot do a non-empty take from an empty axes.")
    if mode == "wrap":
        positions = np.remainder(positions, length) if length else positions
    elif mode == "clip":
        positions = np.minimum(np.maximum(positions, 0), length - 1)
    elif mode != "raise":
        raise ValueError(f"clipmode must be one of 'clip', 'raise', or 'wrap' (got {mode!r})")
    return x[(*(slice(None),) * along, positions)]


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
    return x[tuple([positions if i == along else _along(i, n, x.ndim) for i, n in enumerate(x.shape)])]


def _along(axis: int, length: int, ndim: int) -> Any:
    """The positions of that axis itself, shaped to broadcast against the others."""
    return np.arange(length).reshape((*(1,) * axis, length, *(1,) * (ndim - 1 - axis)))
