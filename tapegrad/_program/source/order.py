"""In which order the elements of a block's arrays lie in memory, and how long a block is.

NumPy's innermost loop runs over the axes that lie closest, as far as each operand either has all of them or is repeated
along them. Where entries are small, that is a few elements, and to start the loops costs more than to compute. In
Fortran's order the entries of a block lie closest instead, so that every loop runs over all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

import numpy as np

from tapegrad._program.program import Atom, Equation, Program
from tapegrad._program.source.arrays import ufunc_of
from tapegrad._program.source.groups import ELEMENTWISE, REDUCTIONS, Group
from tapegrad._program.source.lifetimes import Kind, Order

CACHE = 1 << 20
"""So many bytes of a core's own cache one block may fill."""
LONG = 512
"""To start one of NumPy's loops takes no time beside that for so many elements."""
ARRAY = 1 << 19
"""So many elements may an array of a block have: a few of them fit in the cache that all cores share."""
START = 10
"""To start a loop costs as much as to compute so many elements."""
LOOP = 320
"""A loop of so many elements is quicker than to copy what is repeated, for a longer one."""
BUFFER = 8_192
"""The length of NumPy's buffers; a dot product of so many elements runs on one thread."""
TURN = 4
"""To copy an array from one order to the other costs as much as so many elementwise functions of it."""


def order_of(program: Program, group: Group) -> Order:
    """The order that a block's arrays had better have."""
    saved = 0.0
    for eq in group.equations:
        loop = stretch(program, group, eq)
        if 2 * loop <= entries(program, group):
            size = max(program.spec(atom).size for atom in (*eq.inputs, *eq.outputs))
            saved += size * (1 + START / loop)
    passed = [var for var in (*group.reads, *group.results) if cut(program, group, var)]
    return "F" if saved > TURN * sum(program.spec(var).size for var in passed) else "C"


def length_of(program: Program, group: Group, order: Order, buffers: Sequence[Kind]) -> int:
    """How many entries make a block: what is read and written for it fits in a core's own cache, or loops are long."""
    passed = [program.spec(var) for var in (*group.reads, *group.results) if cut(program, group, var)]
    kinds = [*buffers, *((spec.shape[group.depth :], str(spec.dtype)) for spec in passed)]
    most = max(1, CACHE // max(1, sum(prod(shape) * np.dtype(dtype).itemsize for shape, dtype in kinds)))
    if order == "C":
        return min(group.along[-1], most)
    length, most = group.along[-1], max(most, entries(program, group))
    return -(-length // max(round(length / most), -(-length // BUFFER)))  # blocks of the same length


def loop_of(program: Program, group: Group, order: Order, rows: int) -> int:
    """How long all innermost loops of a block are, in multiples of 16; 0 if some are short, or all very long."""
    loop = rows if order == "F" else min(stretch(program, group, eq) for eq in group.equations)
    return loop // 16 * 16 if LOOP <= loop < BUFFER else 0


def entries(program: Program, group: Group) -> int:
    """How many entries make the loops of a block in Fortran's order long, or as long as can be."""
    largest = max(prod(program.spec(var).shape[group.depth :]) for var in group.inside)
    return min(group.along[-1], LONG, max(1, ARRAY // max(1, largest)))


def cut(program: Program, group: Group, atom: Atom) -> bool:
    """Whether each block has its own part of an array."""
    return program.spec(atom).shape[: group.depth] == group.along


def stretch(program: Program, group: Group, eq: Equation) -> int:
    """Over so many elements runs the innermost loop of an equation, in C order, at least."""
    out = program.spec(eq.outputs[0]).shape
    if eq.primitive.name in REDUCTIONS:
        whole, axes = program.spec(eq.inputs[0]).shape, eq.parameters[0].value
        shapes = [whole, tuple([1 if axis in axes else n for axis, n in enumerate(whole)])]
    elif ufunc_of(eq) is not None or eq.primitive.name in ELEMENTWISE:
        shapes = [program.spec(atom).shape for atom in eq.inputs]
    else:
        return max(1, prod(out))
    return max(1, _stretch(shapes, group.depth))


def _stretch(shapes: Sequence[tuple[int, ...]], depth: int) -> int:
    """The product of the last axes along which each array either is whole or is repeated."""
    out = np.broadcast_shapes(*shapes)
    padded = [(*(1,) * (len(out) - len(shape)), *shape) for shape in shapes if prod(shape) > 1]
    ways = [[shape[axis] == 1 for shape in padded] for axis in range(len(out))]
    axes = [axis for axis in range(depth - 1, len(out)) if out[axis] > 1]
    split = next((axis for axis in reversed(axes) if ways[axis] != ways[axes[-1]]), -1)
    return max(1, prod(out[split + 1 :]))
