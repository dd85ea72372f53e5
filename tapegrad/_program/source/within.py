"""Operands and equations as they are within a block: at one place along the outer axes, and a part of the next one."""

from __future__ import annotations

import attrs

from tapegrad._program.constants import Literal
from tapegrad._program.program import Equation
from tapegrad._program.source.groups import REDUCTIONS

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
