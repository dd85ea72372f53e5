"""Loops in reverse whose carry is small: the slopes of all steps at once, and a product for each step.

The cotangents of what a step is given are those of what it hands on, c, times its slope J, plus a part g that comes
from what it stacks: c J + g. Once every carry is known, so can be J and g of all steps, as two batches; then the loop
does nothing but multiply and add. That is the sum over the same paths, associated otherwise: it is rounded otherwise,
and has the same bound on its error.

J has n columns for each of n numbers in the carry, so that it costs n times what a step does, but without the calls.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate, pairwise
from typing import Any

import numpy as np

from tapegrad._program.bodies import Loop
from tapegrad._program.hoisting import MOST
from tapegrad._program.leveled import Leaves, moving, over_batch, picked
from tapegrad._program.program import Equation, Program
from tapegrad._program.source.blas import BENEATH, RANKS, REAL
from tapegrad._transforms.vjp import vjp

CALL, NUMBER, FLOP, MATRIX = 300.0, 1.0, 0.1, 50.0
"""What it costs to call NumPy in the loop; and at once, to compute a number, and to multiply, or to have one matrix
more in a stack: in ns, but it is their ratios that count."""
FEW = 8
"""So few steps are not worth it, and neither are steps of so few equations."""


def pays(loop: Loop, carried: Sequence[int]) -> bool:
    """Whether slopes, in the carried values at these positions, cost less than to pull each step back in turn."""
    body = loop.body
    specs = [body.spec(body.inputs[i]) for i in carried]
    dtypes = {spec.dtype for spec in specs}
    real = len(dtypes) == 1 and dtypes <= {*REAL}  # a complex step may be linear in its real and imaginary parts alone
    if not real or min(loop.length, len(body.equations)) < FEW:
        return False
    size = sum(spec.size for spec in specs)
    sizes = [body.spec(var).size for eq in body.equations for var in eq.outputs]
    most = loop.length * size * max(size, *sizes) * specs[0].dtype.itemsize
    work = NUMBER * sum(sizes) + sum(_of_matrices(body, eq) for eq in body.equations)
    return most <= MOST and size * work < CALL * len(body.equations)


def _of_matrices(body: Program, eq: Equation) -> float:
    """What it costs for one step that an equation works on matrices."""
    if eq.primitive.name not in RANKS and eq.primitive.name not in BENEATH:
        return 0.0
    work = FLOP * body.spec(eq.outputs[0]).size * body.spec(eq.inputs[0]).shape[-1]
    return work if min(RANKS.get(eq.primitive.name, (2,))) < 2 else work + MATRIX


def by_slopes(loop: Loop, place: Leaves, ct: Mapping[int, Any], roll: Callable[..., Any]) -> list[Any]:
    """The cotangents of the first carry, and for all steps, the last first, those of the carry that it hands on.

    `place` is what all steps are given, and `ct` the cotangents of the last carry and of what is stacked.
    """
    step, start, stop, length = loop.body.evaluate, loop.carry, loop.constants, loop.length
    carried, stacked = [i for i in ct if i < start], [i for i in ct if i >= start]
    shapes = [np.shape(ct[i]) for i in carried]
    ends = [0, *accumulate(int(np.prod(shape)) for shape in shapes)]
    dtype = np.result_type(ct[carried[0]])
    units = np.eye(ends[-1], dtype=dtype)
    flags = [i < stop for i in range(len(place))]

    def slope(at: Leaves) -> Leaves:
        back = vjp(moving(lambda each: picked(step(each), carried), at, carried), *picked(at, carried))[1]
        each_unit = over_batch(lambda cts: back(tuple(cts)), [True] * len(carried), ends[-1])
        return [joined(each_unit(parted(units)), 1)]

    def joined(values: Leaves, axes: int) -> Any:
        flat = [np.reshape(x, (*np.shape(x)[:axes], -1)) for x in values]
        return flat[0] if len(flat) == 1 else np.concatenate(flat, axis=axes)

    def parted(values: Any) -> list[Any]:
        lead = np.shape(values)[:-1]
        return [
            np.reshape(values[..., begin:end], (*lead, *shape))
            for (begin, end), shape in zip(pairwise(ends), shapes, strict=True)
        ]

    (slopes,) = over_batch(slope, flags, length)(place)
    rows = [slopes[::-1]]
    if stacked:
        steps = over_batch(step, flags, length)
        back = vjp(moving(lambda each: picked(steps(each), stacked), place, carried), *picked(place, carried))[1]
        rows.append(joined(back(tuple([ct[i] for i in stacked])), 1)[::-1])

    def backward(after: Any, slope: Any, *part: Any) -> Sequence[Any]:
        before = after @ slope
        return [before + part[0] if part else before, after]

    (first,), (after,) = roll(backward, [joined([ct[i] for i in carried], 0)], rows, length)
    return [*parted(first), *parted(after)]
