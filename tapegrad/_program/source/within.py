"""Operands and equations as they are within a block: at one place along the outer axes, and a part of the next one."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

import attrs
import numpy as np

from tapegrad._program.constants import Literal
from tapegrad._program.program import Equation
from tapegrad._program.source.groups import REDUCTIONS

FEW = 16
"""To start one of NumPy's loops costs as much as to copy so many elements."""
RESHAPING = REDUCTIONS | {"spread", "reshape", "slice_of", "place"}
"""Primitives whose result has other axes than their argument, the leading ones apart."""


def index(shape: tuple[int, ...], ndim: int, along: tuple[int, ...]) -> str:
    """What a block reads of an operand, of a result with `ndim` axes, in brackets; "" where that is all of it."""
    parts: list[str] = []
    for axis, length in enumerate(shape, ndim - len(shape)):
        if axis < len(along) - 1:
            parts.append(f"at[{axis}]" if length > 1 else "0")
        elif axis == len(along) - 1 and length == along[axis]:
            parts.append("start:stop")
    return f"[{', '.join(parts)}]" if parts else ""


def repeated(shapes: Sequence[tuple[int, ...]], depth: int) -> dict[int, tuple[int, int]]:
    """Which operands of an elementwise equation to repeat first, so often along which axis (counted from the last).

    NumPy's loops run over the last axes, as far as each operand either has all of them or is repeated along them. Where
    that is a few elements, to start the loops costs more than to compute; and more than to fill an array.
    """
    out = np.broadcast_shapes(*shapes)
    padded = [(*(1,) * (len(out) - len(shape)), *shape) for shape in shapes]
    ways = [[shape[axis] == 1 for shape in padded] for axis in range(len(out))]
    axes = [axis for axis in range(depth - 1, len(out)) if out[axis] > 1]
    split = next((axis for axis in reversed(axes) if ways[axis] != ways[axes[-1]]), None)
    if split is None or prod(out[split + 1 :]) > FEW:
        return {}
    found: dict[int, tuple[int, int]] = {}
    for i, shape in enumerate(shapes):
        along = [axis - len(out) for axis in axes if axis >= depth and ways[axis][i]]
        if ways[split][i] != ways[axes[-1]][i] and len(along) == 1 and -along[0] <= len(shape):
            found[i] = out[along[0]], along[0]
    return found


def without_outer(eq: Equation, outer: int) -> Equation:
    """An equation for arrays that lack so many leading axes, of which it treats each entry by itself, or sums them."""
    name, values = eq.primitive.name, [literal.value for literal in eq.parameters]
    if name in ("slice_of", "place"):
        values[0] = values[0][outer:]
    if name in ("spread", "reshape", "place"):
        values[shape_at(name)] = values[shape_at(name)][outer:]
    if name == "spread" or name in REDUCTIONS:
        values[-2] = tuple([axis - outer for axis in values[-2] if axis >= outer])
    return attrs.evolve(eq, parameters=tuple(map(Literal, values)))


def shape_at(name: str) -> int:
    """Which parameter is a shape."""
    return 1 if name == "place" else 0
