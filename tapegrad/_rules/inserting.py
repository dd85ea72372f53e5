"""Elements put in and left out: insert, delete, trim_zeros."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad._rules.axes import normalize_axes, normalize_axis
from tapegrad._rules.fronts import holds_variable, operand, stands_for
from tapegrad._rules.placing import scatter
from tapegrad._rules.positions import ARRAY

NUMPYS: Any = np.integer
SLICE: Any = slice


def _check_plain(obj: Any) -> None:
    """The error for places that are differentiated, or others for each element of a batch."""
    if holds_variable((obj,)):
        np.asarray(obj)


@stands_for(np.insert)
def insert(arr: Any, obj: Any, values: Any, axis: int | None = None) -> Any:
    """With `values` before the places `obj` along an axis; axis None: of the flattened array."""
    _check_plain(obj)
    x = np.reshape(operand(arr), -1) if axis is None else operand(arr)
    along = normalize_axis(0 if axis is None else axis, x.ndim)
    new = operand(values)
    new = new if new.dtype == x.dtype else new.astype(x.dtype)
    new = np.reshape(new, (1,) * (x.ndim - new.ndim) + new.shape) if new.ndim < x.ndim else new
    before, length = (slice(None),) * along, x.shape[along]
    if np.ndim(obj) == 0 and not isinstance(obj, SLICE):
        new = np.moveaxis(new, 0, along)
    if (type(obj) is int or isinstance(obj, NUMPYS)) and -length <= obj <= length:
        at = int(obj) % length if obj < 0 else int(obj)
        block = np.broadcast_to(new, (*x.shape[:along], new.shape[along], *x.shape[along + 1 :]))
        return np.concatenate([x[(*before, slice(at))], block, x[(*before, slice(at, None))]], along)
    # Where all go, NumPy says: numbers from 0 on stand for what there is, and those behind for what is new.
    places = np.insert(np.arange(length), obj, -1).size - length
    count = new.shape[along] if places == 1 else places
    order = np.insert(np.arange(length), obj, np.arange(length, length + count))
    block = np.broadcast_to(new, (*x.shape[:along], count, *x.shape[along + 1 :]))
    inserted = order >= length
    block = block[(*before, order[inserted] - length)]
    whole = (*x.shape[:along], order.size, *x.shape[along + 1 :])
    layout = (*before, ARRAY)
    return scatter(x, ~inserted, layout, whole) + scatter(block, inserted, layout, whole)


@stands_for(np.delete)
def delete(arr: Any, obj: Any, axis: int | None = None) -> Any:
    """Without the places `obj` along an axis; axis None: of the flattened array."""
    _check_plain(obj)
    x = np.reshape(operand(arr), -1) if axis is None else operand(arr)
    along = normalize_axis(0 if axis is None else axis, x.ndim)
    kept: Any = np.zeros(x.shape[along], bool)
    kept[np.delete(np.arange(x.shape[along]), obj)] = True
    return x[(*(slice(None),) * along, kept)]


@stands_for(np.trim_zeros)
def trim_zeros(filt: Any, trim: str = "fb", axis: Any = None) -> Any:
    """Without the zeros in front ("f") and at the back ("b"), along axes. There is no derivative of where they end."""
    x = operand(filt)
    ends = set(trim.lower())
    if not ends or not ends <= {"f", "b"}:
        raise ValueError(f"unexpected character(s) in `trim`: {trim!r}")
    places = np.nonzero(x)
    inside = [slice(None)] * x.ndim
    for along in normalize_axes(axis, x.ndim):
        where = places[along]
        first, last = (int(where.min()), int(where.max())) if where.size else (x.shape[along], -1)
        inside[along] = slice(first if "f" in ends else None, last + 1 if "b" in ends else None)
    return x[tuple(inside)]
