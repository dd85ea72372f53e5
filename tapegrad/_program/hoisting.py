"""What the steps of a loop compute without what is carried: before the loop, for all of them at once.

NumPy computes a thousand rows in one call at the cost of a few. In reverse, where the carry of every step is known,
that is all of a step but what its cotangents meet.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs
import numpy as np

from tapegrad._program.bodies import Loop
from tapegrad._program.leveled import over_batch, reached
from tapegrad._program.program import Equation, Program, Var
from tapegrad._program.source.arrays import ufunc_of
from tapegrad._program.structured import Structured

BATCHED = frozenset(
    {"damp", "damp both", "where", "power", "astype", "sum", "mean", "max", "min", "spread", "slice_of", "transpose"}
    | {"matmul", "matvec", "vecmat", "vecdot", "contract", "reshape", "broadcast_to", "copy", "flip", "stop_gradient"}
    | {"stack", "concatenate", "place", "place all", "gather", "diagonal_of", "place_diagonal", "prod", "var", "cumsum"}
    | {"any", "all", "count_nonzero", "argmax", "argmin", "solve", "inv", "inverse_transpose", "det", "slogdet"}
    | {"cofactors", "cholesky", "triangular_inverse"}
)
"""Primitives, beside ufuncs, that a batch costs one call."""
WIDE = frozenset(map(np.dtype, (bool, int, float, complex)))
"""The dtypes of Python's numbers, when NumPy makes them its own."""
MOST = 1 << 24
"""So many bytes may one value of all steps take."""


def hoisted(loop: Loop, rows: Sequence[Any], constants: Sequence[Any]) -> tuple[Loop, list[Any], list[Any]]:
    """A loop for the same results, its rows and its constants."""
    body, start, stop = loop.body, loop.carry, loop.constants
    along = {body.inputs[i] for i in range(start, stop) if not loop.counts(i)}
    fixed = set(body.inputs[stop:])
    before: list[Equation] = []
    once: list[Equation] = []
    for eq in body.equations:
        read = {atom for atom in eq.inputs if isinstance(atom, Var)}
        if body.weak.intersection(eq.outputs):
            continue
        if read <= fixed:
            once.append(eq)
            fixed.update(eq.outputs)
        elif read <= along | fixed and _is_batched(loop, eq):
            before.append(eq)
            along.update(eq.outputs)
    early = {eq.outputs for eq in (*before, *once)}
    rest = [eq for eq in body.equations if eq.outputs not in early]
    later = {*body.outputs, *(atom for eq in rest for atom in eq.inputs)}
    kept = [var for eq in once for var in eq.outputs if var in later or any(var in each.inputs for each in before)]
    stacked = [var for eq in before for var in eq.outputs if var in later]
    staying = [i for i in range(start, stop) if body.inputs[i] in later]
    outside = [*constants, *_part(body, body.inputs[stop:], once, kept).evaluate(constants)]
    first = _part(body, (*body.inputs[start:stop], *body.inputs[stop:], *kept), before, stacked)
    flags = [not loop.counts(i) for i in range(start, stop)] + [False] * len(outside)
    values: Sequence[Any] = over_batch(first.evaluate, flags, loop.length)([*rows, *outside]) if stacked else ()
    inputs = (*body.inputs[:start], *(body.inputs[i] for i in staying), *stacked, *body.inputs[stop:], *kept)
    core = _part(body, inputs, rest, body.outputs)
    return (
        Loop(core, start, len(staying) + len(stacked), loop.length),
        [*(rows[i - start] for i in staying), *values],
        outside,
    )


def is_batched(loop: Loop) -> bool:
    """Whether all of a loop's steps can be taken at once, where their carries are known."""
    counts = any(loop.counts(i) for i in range(len(loop.body.inputs)))
    return not counts and not weak_carries(loop) and all(_is_batched(loop, eq) for eq in loop.body.equations)


def weak_carries(loop: Loop) -> list[int]:
    """Which carries are Python's numbers; none where NumPy's in their place would leave all dtypes as they are."""
    body = loop.body
    weak = [i for i in loop.loose if i < loop.carry]
    found = reached(body, [i in weak for i in range(len(body.inputs))])
    reading = [eq for eq in body.equations if not found.isdisjoint(eq.inputs) and not body.weak.issuperset(eq.outputs)]
    wide = all(body.spec(var).dtype in WIDE for eq in reading for var in eq.outputs)
    return [] if wide and not any(isinstance(eq.primitive, Structured) for eq in reading) else weak


def _is_batched(loop: Loop, eq: Equation) -> bool:
    sizes = [loop.body.spec(var).size * loop.body.spec(var).dtype.itemsize for var in eq.outputs]
    return (ufunc_of(eq) is not None or eq.primitive.name in BATCHED) and max(sizes) * loop.length <= MOST


def _part(body: Program, inputs: Sequence[Var], equations: Sequence[Equation], outputs: Sequence[Any]) -> Program:
    names = tuple([f"x{i}" for i in range(len(inputs))])
    return attrs.evolve(body.with_outputs(outputs), inputs=tuple(inputs), names=names, equations=tuple(equations))
