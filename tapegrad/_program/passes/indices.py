"""Indices as they stand in Programs."""

from __future__ import annotations

from typing import Any

from tapegrad._spec import type_of


def entries(index: Any) -> tuple[Any, ...]:
    """What an index says of each axis."""
    return index if type_of(index) is tuple else (index,)


def as_numbers(index: Any) -> tuple[int, ...] | None:
    """An index of numbers alone."""
    each = entries(index)
    return each if all(isinstance(entry, int) for entry in each) else None
