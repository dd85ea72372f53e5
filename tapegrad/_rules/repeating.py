"""The same elements over again or further on: roll, rollaxis, rot90, tile, repeat, resize."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from operator import index
from typing import Any

import numpy as np

from tapegrad._core.door import apply
from tapegrad._core.primitive import Primitive
from tapegrad._rules.axes import normalize_axes, normalize_axis
from tapegrad._rules.batching import shifted
from tapegrad._rules.dependences import Transpose
from tapegrad._rules.fronts import operand, stands_for
from tapegrad._rules.kinds import declare, linear
from tapegrad._spec import Spec

MANY = 32
"""Runs longer than this are summed one after the other; shorter ones all at once, their first elements, their second...
"""


def _behind_batch(length: int, shifts: tuple[int, ...], axes: tuple[int, ...]) -> tuple[Any, ...]:
    return shifts, tuple([axis + 1 for axis in axes])


def _rolled_back(ct: Any, shifts: tuple[int, ...], axes: tuple[int, ...]) -> Any:
    return rolled(ct, tuple([-shift for shift in shifts]), axes)


@linear(shifted(_behind_batch), x=_rolled_back)
def rolled(x: Any, shifts: tuple[int, ...], axes: tuple[int, ...]) -> Any:
    """Each element further on along axes, and those that fall off the end at the start. An axis may occur twice."""
    if len(axes) != 1 or not x.size:
        return np.roll(x, shifts, axes)
    ((shift,), (axis,)) = shifts, axes
    before, cut = (slice(None),) * axis, -shift % x.shape[axis]
    parts = x[(*before, slice(cut, None))], x[(*before, slice(cut))]
    return np.concatenate(parts, axis)  # in a third of the time that np.roll takes for small arrays


@stands_for(np.roll)
def roll(a: Any, shift: Any, axis: Any = None) -> Any:
    """Each element further on along axes, and those that fall off the end at the start; axis None: of all in a row."""
    x = operand(a)
    if axis is None:
        return roll(x, shift, 0) if x.ndim == 1 else np.reshape(roll(np.reshape(x, -1), shift, 0), x.shape)
    pairs = np.broadcast(np.asarray(shift), axis)
    if pairs.ndim > 1:
        raise ValueError("'shift' and 'axis' should be scalars or 1D sequences")
    steps = [(int(n), normalize_axis(place, x.ndim)) for n, place in pairs]
    return rolled(x, tuple([n for n, _ in steps]), tuple([place for _, place in steps]))


@stands_for(np.rollaxis)
def rollaxis(a: Any, axis: int, start: int = 0) -> Any:
    """An axis moved back, until it stands before what was axis `start`."""
    x = operand(a)
    along = normalize_axis(axis, x.ndim)
    before = start + x.ndim if start < 0 else start
    if not 0 <= before <= x.ndim:
        raise np.exceptions.AxisError(
            f"'start' arg requires {-x.ndim} <= start < {x.ndim + 1}, but {start} was passed in"
        )
    return np.moveaxis(x, along, before - (along < before))


@stands_for(np.rot90)
def rot90(m: Any, k: int = 1, axes: Any = (0, 1)) -> Any:
    """Turned by `k` right angles, from the first of two axes to the second."""
    x = operand(m)
    plane = tuple(axes)
    if len(plane) != 2:
        raise ValueError("len(axes) must be 2.")
    try:
        first, second = normalize_axes(plane, x.ndim)
    except np.exceptions.AxisError:
        raise ValueError(f"Axes={plane} out of range for array of ndim={x.ndim}.") from None
    turns = k % 4
    if turns in (1, 2):
        x = np.flip(x, second)
    if turns % 2:
        x = np.swapaxes(x, first, second)
    if turns in (2, 3):
        x = np.flip(x, first if turns == 2 else second)
    return x


@stands_for(np.tile)
def tile(A: Any, reps: Any) -> Any:  # noqa: N803  (NumPy's name)
    """The whole array over and over along its axes, and along new axes in front."""
    x = operand(A)
    times = tuple([index(n) for n in (reps if np.iterable(reps) else (reps,))])
    ndim = max(x.ndim, len(times))
    times = (1,) * (ndim - len(times)) + times
    lengths = (1,) * (ndim - x.ndim) + x.shape
    apart = [k for n in lengths for k in (1, n)]
    spread = [k for pair in zip(times, lengths, strict=True) for k in pair]
    whole = tuple([n * count for n, count in zip(lengths, times, strict=True)])
    return np.reshape(np.broadcast_to(np.reshape(x, apart), spread), whole)


def _repeat_batch(primitive: Primitive, args: Sequence[Any], batched: Sequence[bool]) -> Any:
    x, counts, axis = args
    return apply(primitive, x, counts, axis + 1)  # the counts are plain: the front sees to that


def _repeated_back(ct: Any, counts: Any, axis: int) -> Any:
    return runs_summed(ct, counts, axis)


def _runs_summed_back(ct: Any, counts: Any, axis: int) -> Any:
    return repeated(ct, counts, axis)


def _runs_summed(x: Any, counts: Any, axis: int) -> Any:
    before, after = (slice(None),) * axis, x.shape[axis + 1 :]
    out = np.zeros((*x.shape[:axis], counts.size, *after), x.dtype)
    starts = np.cumsum(counts) - counts
    longest = counts.max(initial=0)
    if longest > MANY or not after:
        chosen = counts > 0  # an empty run has no place where it begins
        if chosen.any():
            out[(*before, chosen)] = np.add.reduceat(x, starts[chosen], axis)
        return out
    for i in range(longest):  # several times faster than reduceat where rows are added
        chosen = counts > i
        out[(*before, chosen)] += x[(*before, starts[chosen] + i)]
    return out


def _several_behind_batch(length: int, count: int, axis: int) -> tuple[int, int]:
    return count, axis + 1


def _several_back(ct: Any, x: Spec, count: int, axis: int) -> Any:
    if type(ct) is np.ndarray and axis == ct.ndim - 1 and 0 < count <= MANY:  # np.sum is slow over a short last axis
        return sum((ct[..., i::count] for i in range(1, count)), ct[..., ::count])
    return np.sum(np.reshape(ct, (*x.shape[: axis + 1], count, *x.shape[axis + 1 :])), axis + 1)


@linear(shifted(_several_behind_batch), x=_several_back)
def several(x: Any, count: int, axis: int) -> Any:
    """Each element so many times along an axis."""
    return np.repeat(x, count, axis)


repeated = declare(
    "repeat", np.repeat, {"x": Transpose(_repeated_back), "counts": None}, batch=_repeat_batch, parameters=("axis",)
)
"""(x, counts, axis): each element its own number of times."""
runs_summed = declare(
    "sum of runs", _runs_summed, {"x": Transpose(_runs_summed_back), "counts": None}, batch=_repeat_batch
)
"""(x, counts, axis): the sum of each run of so many elements."""


@stands_for(np.repeat)
def repeat(a: Any, repeats: Any, axis: int | None = None) -> Any:
    """Each element several times along an axis; axis None: of all in a row."""
    x = np.reshape(operand(a), -1) if axis is None else operand(a)
    along = normalize_axis(0 if axis is None else axis, x.ndim)
    counts: Any = np.asarray(repeats)  # an error for a differentiated one; what else is wrong, NumPy says
    if counts.size != 1:
        return repeated(x, counts if counts.size else counts.astype(int), along)
    return several(x, np.repeat(0, repeats).size, along)


@stands_for(np.resize)
def resize(a: Any, new_shape: Any) -> Any:
    """In another shape: its elements in a row, over and over, as many as that takes."""
    x = np.reshape(operand(a), -1)
    shape = tuple([index(n) for n in new_shape]) if np.iterable(new_shape) else (index(new_shape),)
    if any(n < 0 for n in shape):
        raise ValueError("all elements of `new_shape` must be non-negative")
    size = prod(shape)
    if x.size == 0 or size == 0:
        return np.zeros_like(x, shape=shape)
    times = -(-size // x.size)
    return np.reshape((x if times == 1 else tile(x, times))[:size], shape)
