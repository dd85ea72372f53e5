"""Windows over an array, and functions applied along its axes."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from operator import index
from typing import Any

import numpy as np

from tapegrad._rules.axes import normalize_axis
from tapegrad._rules.batching import past_batch, shifted
from tapegrad._rules.fronts import operand, stands_for
from tapegrad._rules.kinds import linear
from tapegrad._rules.ufuncs import refuse


def _windowed_behind_batch(length: int, width: int, axis: int) -> tuple[int, int]:
    return width, axis + 1


def _windowed_back(ct: Any, axis: int) -> Any:
    return overlapped(ct, axis)


def _overlapped_back(ct: Any, x: Any, axis: int) -> Any:
    return windowed(ct, x.shape[-1], axis)


@linear(shifted(_windowed_behind_batch), x=_windowed_back)
def windowed(x: Any, width: int, axis: int) -> Any:
    """At each place along an axis, what begins there, on a new last axis."""
    return np.lib.stride_tricks.sliding_window_view(x, width, axis)


@linear(shifted(past_batch), x=_overlapped_back)
def overlapped(x: Any, axis: int) -> Any:
    """What the last axis holds for each place along `axis`, laid down there and added up where it overlaps."""
    count, width = x.shape[axis], x.shape[-1]
    out = np.zeros((*x.shape[:axis], count + width - 1, *x.shape[axis + 1 : -1]), x.dtype)
    before = (slice(None),) * axis
    if width <= count:
        for i in range(width):
            out[(*before, slice(i, i + count))] += x[..., i]
    else:
        rows = np.moveaxis(x, -1, axis + 1)
        for i in range(count):
            out[(*before, slice(i, i + width))] += rows[(*before, i)]
    return out


@stands_for(np.lib.stride_tricks.sliding_window_view)
def sliding_window_view(
    x: Any, window_shape: Any, axis: Any = None, *, subok: bool = False, writeable: bool = False
) -> Any:
    """All windows of a shape, on new last axes."""
    if writeable:
        refuse("sliding_window_view", {"writeable": writeable})
    windows = operand(x)
    widths = [index(n) for n in (window_shape if np.iterable(window_shape) else (window_shape,))]
    if any(n < 0 for n in widths):
        raise ValueError("`window_shape` cannot contain negative values")
    places = range(windows.ndim) if axis is None else axis if np.iterable(axis) else (axis,)
    axes = [normalize_axis(i, windows.ndim) for i in places]
    if len(axes) != len(widths):
        raise ValueError(f"window_shape has {len(widths)} lengths for {len(axes)} axes")
    for width, along in zip(widths, axes, strict=True):
        windows = windowed(windows, width, along)
    return windows


@stands_for(np.apply_along_axis)
def apply_along_axis(func1d: Callable[..., Any], axis: int, arr: Any, *args: Any, **kwargs: Any) -> Any:
    """A function of vectors, applied to each that there is along an axis."""
    x = operand(arr)
    along = normalize_axis(axis, x.ndim)
    rest = (*x.shape[:along], *x.shape[along + 1 :])
    if prod(rest) == 0:
        raise ValueError("Cannot apply_along_axis when any iteration dimensions are 0")
    rows = np.reshape(np.moveaxis(x, along, -1), (prod(rest), x.shape[along]))
    results = [operand(func1d(rows[i], *args, **kwargs)) for i in range(prod(rest))]
    dtype = results[0].dtype
    whole = np.stack([result if result.dtype == dtype else result.astype(dtype) for result in results])
    rank = whole.ndim - 1
    spread = np.reshape(whole, (*rest, *whole.shape[1:]))
    return np.moveaxis(spread, tuple(range(len(rest), spread.ndim)), tuple(range(along, along + rank)))


@stands_for(np.apply_over_axes)
def apply_over_axes(func: Callable[[Any, int], Any], a: Any, axes: Any) -> Any:
    """A function of an array and an axis, applied for each of several axes; those that it removes are kept."""
    x = operand(a)
    for axis in [index(i) for i in (axes if np.iterable(axes) else (axes,))]:
        along = axis + x.ndim if axis < 0 else axis
        reduced = func(x, along)
        kept = reduced if np.ndim(reduced) == x.ndim else np.expand_dims(reduced, along)
        if np.ndim(kept) != x.ndim:
            raise ValueError("function is not returning an array of the correct shape")
        x = kept
    return x
