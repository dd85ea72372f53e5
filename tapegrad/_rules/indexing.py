"""Indexing: `x[index]` in every form that NumPy has.

An index of numbers, slices, None and Ellipsis picks no entry twice, and is a parameter: `slice_of`, with transpose
`place`. One with arrays of positions or masks is a *layout* that says where they stand, and they are arguments:
`gather`, with transpose `scatter`, which adds up what was picked more than once. Under `vmap` each element of the batch
can have positions of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import prod
from operator import index as as_index
from typing import Any, Final

import attrs
import numpy as np

from tapegrad._core.door import apply
from tapegrad._core.primitive import Primitive
from tapegrad._place import user_line
from tapegrad._rules.axes import normalize_axis
from tapegrad._rules.dependences import Rules
from tapegrad._rules.fronts import holds_variable, is_array, is_sequence, is_variable, operand, stands_for
from tapegrad._rules.kinds import declare, linear
from tapegrad._rules.positions import ARRAY, Layout, filled, in_batch, is_advanced, mask
from tapegrad._rules.ufuncs import refuse
from tapegrad._spec import Spec

BASIC: Final = frozenset({int, slice, type(None), type(Ellipsis)})


def _behind_batch(primitive: Primitive, args: Sequence[Any], batched: Sequence[bool]) -> Any:
    x, index, *shape = args
    inner = index if is_sequence(index) else (index,)
    return apply(primitive, x, (slice(None), *inner), *((np.shape(x)[0], *lengths) for lengths in shape))


def _placed_back(ct: Any, x: Spec, index: Any) -> Any:
    return place(ct, index, x.shape)


def _sliced_back(ct: Any, index: Any) -> Any:
    return slice_of(ct, index)


@linear(_behind_batch, x=_placed_back)
def slice_of(x: Any, index: Any) -> Any:
    """x[index], for a basic index."""
    return x[index][()]


@linear(_behind_batch, x=_sliced_back)
def place(x: Any, index: Any, shape: tuple[int, ...]) -> Any:
    """Zeros, with `x` at a basic index."""
    whole = np.zeros(shape, x.dtype)
    whole[index] = x
    return whole[()]


@attrs.frozen
class AtPositions:
    """Linear in the first array, by its transpose; the arrays after it say where.

    `transpose` gets the cotangent, the Spec of the first array, the layout and the positions. The first is not kept.
    """

    transpose: Callable[[Any, Spec, Layout, Sequence[Any]], Any]

    def resolve(self, argument: str, places: Mapping[str, int], /) -> Rules:
        transpose = self.transpose

        def pull(ct: Any, kept: Any, spec: Spec) -> Any:
            _, (layout, positions) = kept
            return transpose(ct, spec, layout, positions)

        def gathered(pool: Sequence[Any]) -> Any:
            return pool[1], pool[0][1:]

        def step(primitive: Primitive, i: int, tangent: Any, args: Sequence[Any], pool: Sequence[Any]) -> Any:
            return apply(primitive, tangent, *args[1:])

        return Rules(pull, gathered, frozenset((argument,)), step)


def moved(x: Any, found: tuple[int, ...], wanted: tuple[int, ...]) -> Any:
    """`x` with some axes moved."""
    return x if found == wanted else np.moveaxis(x, found, wanted)


def _gather(x: Any, *arguments: Any) -> Any:
    *positions, layout = arguments
    return x[filled(layout, positions)][()]


def _gather_batch(primitive: Primitive, args: Sequence[Any], batched: Sequence[bool]) -> Any:
    x, *positions, layout = args
    length = np.shape(x)[0] if batched[0] else None
    batch = in_batch(layout, positions, batched[1:-1], np.ndim(x) - batched[0], length)
    return moved(gather(x, *batch.positions, batch.layout), batch.found, batch.wanted)


def _scatter(x: Any, *arguments: Any) -> Any:
    *positions, layout, shape = arguments
    whole = np.zeros(shape, x.dtype)
    add_at(whole, layout, positions, x)
    return whole[()]


def _scatter_batch(primitive: Primitive, args: Sequence[Any], batched: Sequence[bool]) -> Any:
    x, *positions, layout, shape = args
    length = next(int(np.shape(arg)[0]) for arg, own in zip(args, batched, strict=True) if own)
    batch = in_batch(layout, positions, batched[1:-2], len(shape), length)
    x = x if batched[0] else np.broadcast_to(x, (length, *np.shape(x)))
    return scatter(moved(x, batch.wanted, batch.found), *batch.positions, batch.layout, (length, *shape))


def _scattered_back(ct: Any, x: Spec, layout: Layout, positions: Sequence[Any]) -> Any:
    return scatter(ct, *positions, layout, x.shape)


def _gathered_back(ct: Any, x: Spec, layout: Layout, positions: Sequence[Any]) -> Any:
    return gather(ct, *positions, layout)


gather = declare(
    "gather",
    _gather,
    {"x": AtPositions(_scattered_back)},
    batch=_gather_batch,
    variadic=True,
    parameters=("layout",),
)
scatter = declare(
    "scatter",
    _scatter,
    {"x": AtPositions(_gathered_back)},
    batch=_scatter_batch,
    variadic=True,
    parameters=("layout", "shape"),
)


def add_at(whole: Any, layout: Layout, positions: Sequence[Any], x: Any) -> None:
    """Add `x` to `whole` at an index; what meets at one place adds up."""
    if all(mask(position) or position.ndim == 0 for position in positions):
        whole[filled(layout, positions)] = x  # nothing meets
        return
    rows = len(positions)
    width = prod(whole.shape[rows:])
    masked = any(map(mask, positions))
    if x.size > 1000 and width > 1 and layout == (ARRAY,) * rows and not masked:
        # Whole rows. np.add.at is several times faster where both arrays have one axis.
        starts = np.ravel_multi_index(tuple(positions), whole.shape[:rows], mode="wrap") * width
        np.add.at(whole.reshape(-1), np.add.outer(starts, np.arange(width)).reshape(-1), x.reshape(-1))
        return
    np.add.at(whole, filled(layout, positions), x)


def getitem(x: Any, index: Any) -> Any:
    """The entries of `x` at an index of any form: `x[index]`."""
    kind = index.__class__
    if kind in BASIC or (kind is tuple and BASIC.issuperset(map(type, index))):
        return slice_of(x, index)
    layout: list[Any] = []
    positions: list[Any] = []
    for entry in index if kind is tuple else (index,):
        static = _read(entry)
        if is_array(static):
            positions.append(static)
            layout.append(ARRAY)
        else:
            layout.append(static)
    return gather(x, *positions, tuple(layout)) if any(map(is_advanced, layout)) else slice_of(x, tuple(layout))


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
