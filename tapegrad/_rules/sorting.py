"""Sorting, and looking up among what is sorted.

A sort picks entries at positions that are constants. Where entries are equal it is stable: the first of them comes
first, and takes the derivative of the first place.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from operator import index
from typing import Any

import numpy as np

from tapegrad._core.door import apply
from tapegrad._core.primitive import Primitive
from tapegrad._rules.axes import normalize_axis
from tapegrad._rules.batching import ndim, past_batch, shifted, spread
from tapegrad._rules.folding import surely
from tapegrad._rules.fronts import operand, stands_for
from tapegrad._rules.kinds import declare
from tapegrad._rules.picking import pick_along, searched_lines
from tapegrad._rules.untyped import plain


def _argsort(x: Any, axis: int, kind: Any) -> Any:
    return np.argsort(x, axis, kind)


def _argpartition(x: Any, axis: int, kth: tuple[int, ...]) -> Any:
    return np.argpartition(x, kth, axis)


order_along = declare("argsort", _argsort, {"x": None}, batch=shifted(past_batch))
"""(x, axis, kind): where the entries stand, from the smallest to the largest; nan last."""

partition_along = declare("argpartition", _argpartition, {"x": None}, batch=shifted(past_batch))
"""(x, axis, kth): the same, in order only as far as the places `kth` ask for."""


def _line(a: Any, axis: Any, order: Any) -> tuple[Any, int]:
    """The array to be sorted and the axis; of axis None, all in one line."""
    if order is not None:
        raise ValueError("Cannot specify order when the array has no fields.")
    x = operand(a)
    if axis is None:
        return np.reshape(x, -1), 0
    return x, normalize_axis(axis, x.ndim)


def _kind(kind: Any, stable: Any) -> Any:
    if kind is not None and stable is not None:
        raise ValueError("`kind` and keyword parameters can't be provided at the same time. Use only one of them.")
    return "stable" if stable else kind


@stands_for(np.sort)
def sort(a: Any, axis: Any = -1, kind: Any = None, order: Any = None, *, stable: Any = None) -> Any:
    """In ascending order along an axis, nan last."""
    x, along = _line(a, axis, order)
    _kind(kind, stable)
    return pick_along(x, order_along(x, along, "stable"), along, True)


@stands_for(np.argsort)
def argsort(a: Any, axis: Any = -1, kind: Any = None, order: Any = None, *, stable: Any = None) -> Any:
    """The positions that sort an axis."""
    x, along = _line(a, axis, order)
    return order_along(x, along, _kind(kind, stable))


def _places(kth: Any, length: int) -> tuple[int, ...]:
    """The places asked for, counted from the front."""
    places = [index(k) for k in (np.ravel(kth) if np.ndim(kth) else (kth,))]
    if any(not -length <= k < length for k in places):
        raise ValueError(f"kth(={kth}) out of bounds ({length})")
    return tuple([k % length for k in places])


@stands_for(np.partition)
def partition(a: Any, kth: Any, axis: Any = -1, kind: str = "introselect", order: Any = None) -> Any:
    """The entries at the places `kth` as if sorted, the smaller ones before and the larger ones behind."""
    x, along = _line(a, axis, order)
    return pick_along(x, partition_along(x, along, _places(kth, x.shape[along])), along, True)


@stands_for(np.argpartition)
def argpartition(a: Any, kth: Any, axis: Any = -1, kind: str = "introselect", order: Any = None) -> Any:
    """The positions that partition an axis."""
    x, along = _line(a, axis, order)
    return partition_along(x, along, _places(kth, x.shape[along]))


@stands_for(np.sort_complex)
def sort_complex(a: Any) -> Any:
    """Sorted along the last axis, as complex numbers: by real part, and by imaginary part where those are equal."""
    x = sort(a)
    return x if x.dtype.kind == "c" else x.astype(np.complex128)


def _lexsort(*args: Any) -> Any:
    *keys, axis = args
    return np.lexsort(keys, axis)


lexsorted = declare("lexsort", _lexsort, {"keys": None}, batch=shifted(past_batch), variadic=True, parameters=("axis",))


@stands_for(np.lexsort)
def lexsort(keys: Any, axis: int = -1) -> Any:
    """The positions that sort by the last key, and where that is equal by the one before, and so on."""
    parts = [operand(key) for key in keys]
    return lexsorted(*parts, normalize_axis(axis, parts[0].ndim))


# Where values lie among sorted ones: constants.


def _searchsorted(line: Any, x: Any, side: Any) -> Any:
    return plain.searchsorted(line, x, side)


def _digitize(line: Any, x: Any, right: bool) -> Any:
    return plain.digitize(x, line, right)


def _in_own_lines(lines: Any, x: Any, side: Any) -> Any:
    """Each element of a batch looked up in a line of its own."""
    return np.reshape(searched_lines(lines, np.reshape(x, (x.shape[0], prod(x.shape[1:]))), side), x.shape)


def _search_batch(primitive: Primitive, args: Sequence[Any], batched: Sequence[bool]) -> Any:
    if not batched[0]:
        return apply(primitive, *args)
    lines, x = spread(args[:2], batched[:2])
    return _in_own_lines(lines, x, args[2])


def _digitize_batch(primitive: Primitive, args: Sequence[Any], batched: Sequence[bool]) -> Any:
    if not batched[0]:
        return apply(primitive, *args)
    lines, x = spread(args[:2], batched[:2])
    side = "left" if args[2] else "right"
    steps = np.diff(lines, axis=-1)
    falls = np.any(steps < 0, axis=-1)
    if surely(falls & np.any(steps > 0, axis=-1)):
        raise ValueError("bins must be monotonically increasing or decreasing")
    down = lines.shape[-1] - _in_own_lines(np.flip(lines, -1), x, side)
    falls = np.reshape(falls, (falls.shape[0], *(1,) * (ndim(x) - 1)))
    return plain.where(falls, down, _in_own_lines(lines, x, side))


searched = declare("searchsorted", _searchsorted, {"line": None, "x": None}, batch=_search_batch)
"""(line, x, side): before which entry of the sorted line each of `x` belongs."""

binned = declare("digitize", _digitize, {"line": None, "x": None}, batch=_digitize_batch)


@stands_for(np.searchsorted)
def searchsorted(a: Any, v: Any, side: str = "left", sorter: Any = None) -> Any:
    """Before which entry of the sorted `a` each of `v` belongs: constants."""
    line = operand(a) if sorter is None else pick_along(operand(a), operand(sorter), 0, True)
    return searched(line, operand(v), side)


@stands_for(np.digitize)
def digitize(x: Any, bins: Any, right: bool = False) -> Any:
    """In which of the bins each value lies: constants."""
    return binned(operand(bins), operand(x), bool(right))
