"""Where the arrays of an advanced index stand, and where NumPy puts the axes that they give."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final, TypeAlias

import attrs
import numpy as np

from tapegrad._place import user_line
from tapegrad.errors import BatchError

ARRAY: Final = "array"
"""Stands in a layout for an array of positions, or a mask."""

Layout: TypeAlias = tuple[Any, ...]
"""An index with `ARRAY` for each array in it; beside them numbers, bools, slices, None and Ellipsis."""


def is_advanced(entry: Any) -> bool:
    """Whether an entry alone makes NumPy treat the index as advanced."""
    return entry is True or entry is False or isinstance(entry, str)


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


def in_batch(layout: Layout, positions: Sequence[Any], batched: Sequence[bool], ndim: int, length: int | None) -> BatchIndex:
    """The index that does for a batch what `layout` and `positions` do for each element, which has `ndim` axes.

    Args:
        batched: which positions have the batch on their axis 0.
        length: that of the batch, where the array to index has it on its axis 0; None where it has no batch.

    All arrays of an index, and the numbers beside them, give one group of axes. NumPy puts it where the first of them stands, but
    in front where a slice, None or Ellipsis separates them. A batch of positions adds the batch as the group's first axis.
    """
    if any(own and position.dtype == bool for position, own in zip(positions, batched, strict=True)):
        raise BatchError(
            f"a mask at {user_line()} differs from one element of the batch to the next, so that x[mask] would differ in length. "
            "Keep the shape: write np.where(mask, x, 0), or another neutral value, in place of x[mask]."
        )
    before = _axes_before(layout, positions, ndim)
    in_front = _separated(layout)
    if any(batched):
        layout, positions, batched = _without_masks(layout, positions, batched)
    group = max([position.ndim - own for position, own in zip(positions, batched, strict=True)] + [_mask_axes(layout, positions)])
    if not any(batched):
        return BatchIndex((slice(None), *layout), positions, (group,) if in_front else (0,), (0,))
    lined_up = [
        np.reshape(position, (np.shape(position)[0], *(1,) * (group + 1 - position.ndim), *np.shape(position)[1:])) if own else position
        for position, own in zip(positions, batched, strict=True)
    ]
    if length is None:
        return BatchIndex(layout, lined_up, (0,) if in_front else (before,), (0,))
    numbers = np.arange(length).reshape(length, *(1,) * group)
    start = 1 if in_front else 1 + before
    return BatchIndex((ARRAY, *layout), (numbers, *lined_up), tuple(range(1, 1 + group)), tuple(range(start, start + group)))


def _separated(layout: Layout) -> bool:
    """Whether something stands between the arrays and numbers."""
    inside = [i for i, entry in enumerate(layout) if is_advanced(entry) or isinstance(entry, int)]
    return inside[-1] - inside[0] >= len(inside)


def _axes_before(layout: Layout, positions: Sequence[Any], ndim: int) -> int:
    """How many axes of the result come from in front of the first array or number."""
    rest = iter(positions)
    widths = [_width(next(rest)) if isinstance(entry, str) else isinstance(entry, slice) or type(entry) is int for entry in layout]
    count = 0
    for entry in layout:
        if is_advanced(entry) or isinstance(entry, int):
            break
        count += ndim - sum(widths) if entry is Ellipsis else 1
    return count


def _width(position: Any) -> int:
    """How many axes an array in an index takes up."""
    return position.ndim if position.dtype == bool else 1


def _mask_axes(layout: Layout, positions: Sequence[Any]) -> int:
    """1 where the index has a mask, which gives one axis; else 0."""
    return int(any(entry is True or entry is False for entry in layout) or any(position.dtype == bool for position in positions))


def _without_masks(layout: Layout, positions: Sequence[Any], batched: Sequence[bool]) -> tuple[Layout, list[Any], list[bool]]:
    """The same index, with the positions where each mask holds in its place: those can be broadcast."""
    arrays = iter(zip(positions, batched, strict=True))
    entries: list[Any] = []
    found: list[tuple[Any, bool]] = []
    for entry in layout:
        position, own = next(arrays) if isinstance(entry, str) else (None, False)
        parts = [position] if position is None or position.dtype != bool else np.nonzero(position)
        entries.extend([entry] * len(parts))
        found.extend((part, own) for part in parts if part is not None)
    return tuple(entries), [part for part, _ in found], [own for _, own in found]
