"""Axes along which an operation works in lanes, none of which reaches into another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import prod
from typing import TypeAlias

import numpy as np

from tapegrad._sparse.pattern import Indices, Pattern

Kept: TypeAlias = Sequence[tuple[int, int]]
"""Axes of an argument, each with the axis of the results that it becomes."""


def coordinates(shape: tuple[int, ...], axes: Iterable[int]) -> Indices:
    """For each element of an array, its place along these axes, as one number."""
    places: Indices = np.zeros(shape, np.int64)
    for axis in axes:
        length = shape[axis]
        places = places * length + np.arange(length).reshape(-1, *(1,) * (len(shape) - axis - 1))
    return places.reshape(-1)


def along(pattern: Pattern, shape: tuple[int, ...], results: tuple[int, ...], kept: Kept) -> Pattern:
    """The pattern of results that depend on all of their lane; where no axis is kept, on everything."""
    lanes = prod([shape[i] for i, _ in kept])
    joined = pattern.added(coordinates(shape, [i for i, _ in kept]), lanes)
    return joined.picked(coordinates(results, [j for _, j in kept]))


def broadcast(pattern: Pattern, shape: tuple[int, ...], results: tuple[int, ...]) -> Pattern:
    """The pattern of an array of that shape, stretched to the shape of the results."""
    if shape == results:
        return pattern
    return pattern.picked(np.broadcast_to(np.arange(pattern.rows).reshape(shape), results).reshape(-1))
