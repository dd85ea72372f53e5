"""Where the arrays of an advanced index stand, and where NumPy puts the axes that they give."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final, TypeAlias

import attrs
import numpy as np

from tapegrad._place import user_line
from tapegrad._rules.fronts import is_array
from tapegrad.errors import BatchError

ARRAY: Final = "array"
"""Stands in a layout for an array of positions, or a mask."""

Layout: TypeAlias = tuple[Any, ...]
"""An index with `ARRAY` for each array in it; beside them numbers, bools, slices, None and Ellipsis."""


def is_advanced(entry: Any) -> bool:
    """Whether an entry alone makes NumPy treat the index as advanced."""
    return entry is True or entry is False or isinstance(entry, str)


def mask(position: Any) -> bool:
    """Whether an array in an index is a mask: it says yes or no for each entry of some axes, and gives one axis."""
    return bool(position.dtype == bool)


def filled(layout: Layout, positions: Iterable[Any]) -> tuple[Any, ...]:
    """The index that the layout and its arrays stand for."""
    rest = iter(positions)
    return tuple([next(rest) if isinstance(entry, str) else entry for entry in layout])


@attrs.frozen
class BatchIndex:
    """An index into a whole batch. Of its result, move the axes `found` to `wanted`: then the batch comes first."""

    layout: Layout
    positions: Sequence[Any]
    found: tuple[int, ...]
    wanted: tuple[int, ...]


def in_batch(
    layout: Layout, positions: Sequence[Any], batched: Sequence[bool], ndim: int, length: int | None
) -> BatchIndex:
    """The index that does for a batch what `layout` and `positions` do for each element.

    Args:
        layout: the index of each element.
        positions: its arrays.
        batched: which of them have the batch on axis 0.
        ndim: how many axes each element of what is indexed has.
        length: that of the batch, where what is indexed has it on axis 0; None where it has no batch.

    All arrays of an index, and the numbers beside them, give one group of axes. NumPy puts it where the first of them
    stands, but in front where a slice, None or Ellipsis separates them. Positions in a batch make the batch the first
    axis of the group.
    """
    if any(own and mask(position) for position, own in zip(positions, batched, strict=True)):
        raise BatchError(
            f"a mask at {user_line()} differs from one element of the batch to the next, and so would x[mask] in "
            "length. Keep the shape: write np.where(mask, x, 0), or another neutral value, in place of x[mask], and "
            "np.where(mask, v, x) in place of at(x)[mask].set(v)."
        )
    before = _axes_before(layout, positions, ndim)
    in_front = _separated(layout)
    if any(batched):
        layout, positions, batched = _without_masks(layout, positions, batched)
    ranks = [1 if mask(position) else position.ndim - own for position, own in zip(positions, batched, strict=True)]
    group = max([*ranks, *(1 for entry in layout if entry is True or entry is False)])
    if not any(batched):
        return BatchIndex((slice(None), *layout), positions, (group,) if in_front else (0,), (0,))
    lined_up = [
        np.reshape(position, (position.shape[0], *(1,) * (group - rank), *position.shape[1:])) if own else position
        for position, rank, own in zip(positions, ranks, batched, strict=True)
    ]
    if length is None:
        return BatchIndex(layout, lined_up, (0,) if in_front else (before,), (0,))
    numbers = np.arange(length).reshape(length, *(1,) * group)
    start = 1 if in_front else 1 + before
    found, wanted = tuple(range(1, 1 + group)), tuple(range(start, start + group))
    return BatchIndex((ARRAY, *layout), (numbers, *lined_up), found, wanted)


def _separated(layout: Layout) -> bool:
    """Whether something stands between the arrays and numbers."""
    inside = [i for i, entry in enumerate(layout) if is_advanced(entry) or isinstance(entry, int)]
    return inside[-1] - inside[0] >= len(inside)


def _axes_before(layout: Layout, positions: Sequence[Any], ndim: int) -> int:
    """How many axes of the result come from in front of the first array or number."""
    rest = iter(positions)
    taken = sum(_width(next(rest)) if isinstance(entry, str) else _width(entry) for entry in layout)
    count = 0
    for entry in layout:
        if is_advanced(entry) or isinstance(entry, int):
            break
        count += ndim - taken if entry is Ellipsis else 1
    return count


def _width(entry: Any) -> int:
    """How many axes an entry of an index takes up."""
    if is_array(entry):
        return entry.ndim if mask(entry) else 1
    return int(isinstance(entry, slice) or type(entry) is int)


def _without_masks(
    layout: Layout, positions: Sequence[Any], batched: Sequence[bool]
) -> tuple[Layout, list[Any], list[bool]]:
    """The same index, with the positions where each mask holds in its place: those can be broadcast."""
    arrays = iter(zip(positions, batched, strict=True))
    entries: list[Any] = []
    found: list[tuple[Any, bool]] = []
    for entry in layout:
        position, own = next(arrays) if isinstance(entry, str) else (None, False)
        parts = [position] if position is None or not mask(position) else np.nonzero(position)
        entries.extend([entry] * len(parts))
        found.extend((part, own) for part in parts if part is not None)
    return tuple(entries), [part for part, _ in found], [own for _, own in found]
