"""Differences along an axis, and what is made of them: diff, ediff1d, gradient, trapezoid, unwrap."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from tapegrad._core.door import apply
from tapegrad._core.primitive import Primitive
from tapegrad._rules.axes import normalize_axes, normalize_axis
from tapegrad._rules.batching import loop, past_batch, shifted, spread
from tapegrad._rules.dependences import Partial
from tapegrad._rules.fronts import is_sequence, operand, stands_for
from tapegrad._rules.kinds import declare, linear

_MISSING: Any = object()


def _difference_back(ct: Any, axis: int) -> Any:
    return np.negative(received(ct, axis))


def _received_back(ct: Any, axis: int) -> Any:
    return np.negative(difference(ct, axis))


@linear(shifted(past_batch), x=_difference_back)
def difference(x: Any, axis: int) -> Any:
    """Each element less the one before it."""
    return np.diff(x, axis=axis)


@linear(shifted(past_batch), x=_received_back)
def received(x: Any, axis: int) -> Any:
    """The differences with a zero on either side: minus the transpose of `difference`."""
    before = (slice(None),) * axis
    out = np.zeros((*x.shape[:axis], x.shape[axis] + 1, *x.shape[axis + 1 :]), x.dtype)
    out[(*before, slice(-1))] = x
    out[(*before, slice(1, None))] -= x
    return out


def _entries(axis: int, *bounds: int | None) -> tuple[slice, ...]:
    return (*(slice(None),) * axis, slice(*bounds))


@stands_for(np.diff)
def diff(a: Any, n: int = 1, axis: int = -1, prepend: Any = _MISSING, append: Any = _MISSING) -> Any:
    """Each element less the one before it, `n` times over."""
    x = operand(a)
    if n == 0:
        return a
    if n < 0:
        raise ValueError(f"order must be non-negative but got {n!r}")
    if x.ndim == 0:
        raise ValueError("diff requires input that is at least one dimensional")
    along = normalize_axis(axis, x.ndim)
    edge = (*x.shape[:along], 1, *x.shape[along + 1 :])
    parts = [
        part if part is x or part.ndim else np.broadcast_to(part, edge)
        for part in (operand(part) for part in (prepend, x, append) if not _is_missing(part))
    ]
    x = np.concatenate(parts, along) if len(parts) > 1 else x
    for _ in range(min(n, x.shape[along])):
        x = difference(x, along)
    return x


def _is_missing(x: Any) -> bool:
    return x is _MISSING or x is np._NoValue


@stands_for(np.ediff1d)
def ediff1d(ary: Any, to_end: Any = None, to_begin: Any = None) -> Any:
    """The differences of all elements in a row, between what is to come before and after them."""
    x = np.reshape(operand(ary), -1)
    steps = difference(x, 0) if x.size else x
    parts = [
        _ending(part, x.dtype, name) if name else part
        for part, name in ((to_begin, "to_begin"), (steps, ""), (to_end, "to_end"))
        if part is not None
    ]
    return np.concatenate(parts) if len(parts) > 1 else steps


def _ending(values: Any, dtype: np.dtype[Any], name: str) -> Any:
    part = np.reshape(operand(values), -1)
    if not np.can_cast(part.dtype, dtype, "same_kind"):
        raise TypeError(f"dtype of `{name}` must be compatible with input `ary` under the `same_kind` rule.")
    return part if part.dtype == dtype else part.astype(dtype)


# The derivative at a point is that of the parabola through it and its neighbours. With slopes s before and t after it,
# over steps h and k, that is their mean, the nearer one counting more: (k s + h t) / (h + k). At an end it is the slope
# there (edge_order 1) or that of the parabola (edge_order 2), whose derivative is linear: over the first step its mean
# is s, and so its value at the first point is 2 s less that at the second.


@stands_for(np.gradient)
def gradient(f: Any, *varargs: Any, axis: Any = None, edge_order: int = 1) -> Any:
    """The derivative along each axis, by central differences; with several axes, a tuple of arrays."""
    x = operand(f)
    axes = normalize_axes(axis, x.ndim)
    spacings = [_spacing(spacing) for spacing in varargs] or [1.0]
    if len(spacings) == 1 and np.ndim(spacings[0]) == 0:
        spacings *= len(axes)
    if len(spacings) != len(axes):
        raise TypeError("invalid number of arguments")
    if edge_order > 2:
        raise ValueError("'edge_order' greater than 2 not supported")
    x = x if x.dtype.kind in "fc" else x.astype(float)
    slopes = tuple([_gradient(x, h, along, edge_order) for along, h in zip(axes, spacings, strict=True)])
    return slopes[0] if len(slopes) == 1 else slopes


def _spacing(h: Any) -> Any:
    """A number, or coordinates whose differences do not overflow."""
    if isinstance(h, (int, float)):
        return h
    x = operand(h)
    return x.astype(float) if x.dtype.kind in "iub" else x


def _gradient(x: Any, spacing: Any, axis: int, edge_order: int) -> Any:
    """Along one axis, with one spacing or the coordinates of the points."""
    length = x.shape[axis]
    if length < edge_order + 1:
        raise ValueError(
            "Shape of array too small to calculate a numerical gradient, at least (edge_order + 1) elements are "
            "required."
        )
    rank = np.ndim(spacing)
    if rank > 1:
        raise ValueError("distances must be either scalars or 1d")
    if rank and spacing.shape[0] != length:
        raise ValueError("when 1d, distances must match the length of the corresponding dimension")
    first, last = _entries(axis, 1), _entries(axis, -1, None)
    steps = np.reshape(difference(spacing, 0), (-1, *(1,) * (x.ndim - 1 - axis))) if rank else spacing
    slopes = difference(x, axis) / steps
    if rank:
        before, after = slopes[_entries(axis, -1)], slopes[_entries(axis, 1, None)]
        h, k = steps[:-1], steps[1:]
        inner = (k * before + h * after) / (h + k)
    else:
        inner = (x[_entries(axis, 2, None)] - x[_entries(axis, -2)]) / (2 * steps)
    start, end = slopes[first], slopes[last]
    if edge_order == 2:
        start, end = 2 * start - inner[first], 2 * end - inner[last]
    whole = np.concatenate([start, inner, end], axis)
    return whole if whole.dtype == x.dtype else whole.astype(x.dtype)


@stands_for(np.trapezoid)
def trapezoid(y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1) -> Any:
    """The integral along an axis by the trapezoidal rule, at points `x` or a distance `dx` apart."""
    heights = operand(y)
    along = normalize_axis(axis, heights.ndim)
    if x is None:
        widths = operand(dx) if is_sequence(dx) else dx
    else:
        points = operand(x)
        if points.ndim == 1:
            widths = np.reshape(difference(points, 0), (-1, *(1,) * (heights.ndim - 1 - along)))
        else:
            widths = difference(points, normalize_axis(axis, points.ndim))
    sums = heights[_entries(along, 1, None)] + heights[_entries(along, -1)]
    return np.sum(widths / 2.0 * sums, axis=axis)


# Unwrapping adds whole periods, of which the number does not change with p where there is a derivative.


def _unwrap(p: Any, period: Any, discont: Any, axis: int) -> Any:
    return np.unwrap(p, discont, axis, period=period)


def _unwrap_batch(primitive: Primitive, args: Sequence[Any], batched: Sequence[bool]) -> Any:
    p, period, discont, axis = args
    if not batched[1]:
        return apply(primitive, p, period, discont, axis + 1)
    if period.dtype.kind != "f" and p.dtype.kind != "f":
        return loop(primitive, args, batched)  # in whole numbers, NumPy takes one period for all
    p, period = spread(args[:2], batched[:2])
    return apply(primitive, p, np.reshape(period, (-1, *(1,) * (p.ndim - 1))), discont, axis + 1)


unwrapped = declare(
    "unwrap",
    _unwrap,
    {"p": Partial(1), "period": Partial(lambda p, out, period: np.rint((out - p) / period))},
    batch=_unwrap_batch,
)


@stands_for(np.unwrap)
def unwrap(p: Any, discont: Any = None, axis: int = -1, *, period: Any = 2 * np.pi) -> Any:
    """With whole periods added, so that no step along an axis is larger than half of one."""
    x = operand(p)
    return unwrapped(x, period, discont, normalize_axis(axis, x.ndim))
