"""Axes as users write them, and as primitives take them: a tuple of numbers from 0 up."""

from __future__ import annotations

from operator import index
from typing import Any

import numpy as np

from tapegrad._spec import SEVERAL


def normalize_axis(axis: Any, ndim: int) -> int:
    """One axis, counted from the front."""
    position = index(axis)
    if not -ndim <= position < ndim:
        raise np.exceptions.AxisError(position, ndim)
    return position % ndim


def normalize_axes(axis: Any, ndim: int) -> tuple[int, ...]:
    """The axes named by None (all), a number or several, counted from the front, in the order given."""
    if axis is None:
        return tuple(range(ndim))
    axes = tuple(normalize_axis(a, ndim) for a in (axis if isinstance(axis, SEVERAL) else (axis,)))
    if len(set(axes)) != len(axes):
        raise ValueError("repeated axis")
    return axes
