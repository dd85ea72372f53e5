"""One array taken apart: split, array_split, hsplit, vsplit, dsplit, unstack."""

from __future__ import annotations

from itertools import pairwise
from operator import index
from typing import Any

import numpy as np

from tapegrad._rules.axes import normalize_axis
from tapegrad._rules.fronts import operand, stands_for


@stands_for(np.array_split)
def array_split(ary: Any, indices_or_sections: Any, axis: int = 0) -> Any:
    """A list: the parts between places along an axis, or a number of parts whose lengths differ by one at most."""
    x = operand(ary)
    length = x.shape[axis]
    before = (slice(None),) * normalize_axis(axis, x.ndim)
    if np.iterable(indices_or_sections):
        ends = [0, *map(index, indices_or_sections), length]
    else:
        count = index(indices_or_sections)
        if count <= 0:
            raise ValueError("number sections must be larger than 0.")
        short, longer = divmod(length, count)
        ends = [i * short + min(i, longer) for i in range(count + 1)]
    return [x[(*before, slice(start, end))] for start, end in pairwise(ends)]


@stands_for(np.split)
def split(ary: Any, indices_or_sections: Any, axis: int = 0) -> Any:
    """A list: the parts between places along an axis, or a number of equal parts."""
    x = operand(ary)
    if not np.iterable(indices_or_sections) and x.shape[axis] % indices_or_sections:
        raise ValueError("array split does not result in an equal division")
    return array_split(x, indices_or_sections, axis)


@stands_for(np.hsplit)
def hsplit(ary: Any, indices_or_sections: Any) -> Any:
    """Split along axis 1, or along the one axis that there is."""
    x = operand(ary)
    if x.ndim == 0:
        raise ValueError("hsplit only works on arrays of 1 or more dimensions")
    return split(x, indices_or_sections, 1 if x.ndim > 1 else 0)


@stands_for(np.vsplit)
def vsplit(ary: Any, indices_or_sections: Any) -> Any:
    """Split along axis 0."""
    x = operand(ary)
    if x.ndim < 2:
        raise ValueError("vsplit only works on arrays of 2 or more dimensions")
    return split(x, indices_or_sections, 0)


@stands_for(np.dsplit)
def dsplit(ary: Any, indices_or_sections: Any) -> Any:
    """Split along axis 2."""
    x = operand(ary)
    if x.ndim < 3:
        raise ValueError("dsplit only works on arrays of 3 or more dimensions")
    return split(x, indices_or_sections, 2)


if hasattr(np, "unstack"):  # NumPy 2.1

    @stands_for(np.unstack)
    def unstack(x: Any, /, *, axis: int = 0) -> tuple[Any, ...]:
        """The layers along an axis, without it."""
        array = operand(x)
        if array.ndim == 0:
            raise ValueError("Input array must be at least 1-d.")
        before = (slice(None),) * normalize_axis(axis, array.ndim)
        return tuple([array[(*before, i)] for i in range(array.shape[len(before)])])
