"""A Program that pulls cotangents back, in two: what can be computed before they are known, and the rest.

What the second part reads of the first is kept from the forward run to the sweep. Values that cost little are computed
again in its place, where what they are computed from is kept anyway, or takes no more memory: views, what is broadcast,
sums and products of arguments.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import attrs
import numpy as np

from tapegrad._program.constants import Literal
from tapegrad._program.leveled import reached
from tapegrad._program.program import Atom, Equation, Program, Var
from tapegrad._program.source.arrays import ufunc_of
from tapegrad._spec import Spec

QUICK: Collection[object] = frozenset(
    {np.add, np.subtract, np.multiply, np.divide, np.negative, np.square, np.absolute, np.maximum, np.minimum, np.sign}
    | {np.equal, np.not_equal, np.less, np.less_equal, np.greater, np.greater_equal}
    | {np.logical_and, np.logical_or, np.logical_not}
)
"""Functions that take hardly longer than to write their results, and to read them."""
QUICK_TOO = frozenset({"where", "astype", "spread"})
"""Other primitives of which that is true, beside views."""


@attrs.frozen
class Halves:
    """A Program in two parts."""

    before: Program
    """The known inputs -> the early outputs, then what else is kept."""
    after: Program
    """What is kept, then the other inputs -> the other outputs."""
    kept: tuple[int, ...]
    """Where what is kept stands, among the known inputs and what `before` gives."""


def split(program: Program, known: int, early: int, own: Collection[int]) -> Halves:
    """The parts of a Program, of whose inputs and outputs the first are known and early: so many of each.

    Of the early outputs, those that are `own` can be kept as they are: nobody changes them.
    """
    late = reached(program, [i >= known for i in range(len(program.inputs))])
    first = [eq for eq in program.equations if late.isdisjoint(eq.outputs)]
    rest = [eq for eq in program.equations if not late.isdisjoint(eq.outputs)]
    given, outs, others = program.inputs[:known], program.outputs[:early], program.outputs[early:]
    there = [*given, *(atom if i in own and isinstance(atom, Var) else None for i, atom in enumerate(outs))]
    free = {*there}
    needed, again = _read(rest, others) - late - free, list[Equation]()
    for eq in reversed(first):
        if _is_quick(eq) and eq.outputs[0] in needed:
            further = _read([eq]) - needed - free
            if sum(_bytes(program, var) for var in further) <= _bytes(program, eq.outputs[0]):
                needed.update(further)
                needed.difference_update(eq.outputs)
                again.append(eq)
    rest = [*reversed(again), *rest]
    there += sorted(needed)
    reads = _read(rest, others)
    places = {atom: i for i, atom in reversed([*enumerate(there)])}
    kept = tuple(sorted(i for atom, i in places.items() if atom in reads))
    return Halves(
        _part(program, given, first, [*outs, *sorted(needed)]),
        _part(program, [there[i] for i in kept] + [*program.inputs[known:]], rest, others),
        kept,
    )


def _read(equations: Sequence[Equation], outputs: Sequence[Atom] = ()) -> set[Var]:
    """The values that are read by equations, or given."""
    return {atom for atom in (*outputs, *(x for eq in equations for x in eq.inputs)) if isinstance(atom, Var)}


def _is_quick(eq: Equation) -> bool:
    return eq.aliases or eq.primitive.name in QUICK_TOO or ufunc_of(eq) in QUICK


def _bytes(program: Program, atom: Var) -> int:
    spec = program.spec(atom)
    return spec.size * spec.dtype.itemsize


def _part(program: Program, inputs: Sequence[Any], equations: Sequence[Equation], outputs: Sequence[Atom]) -> Program:
    names = tuple([f"x{i}" for i in range(len(inputs))])
    return attrs.evolve(program.with_outputs(outputs), inputs=tuple(inputs), names=names, equations=tuple(equations))


def narrowed(after: Program, kept: int, there: Collection[int]) -> tuple[Program, list[int]]:
    """A second part for those of its inputs, behind what is kept, that stand at these places; and which outputs it has.

    The other inputs are zero. It is linear in all of them together: an equation that reads zeros of them, and nothing
    else of them, gives zeros.
    """
    places = [i - kept for i in range(len(after.inputs))]
    zero = reached(after, [i >= 0 for i in places]) - reached(after, [i in there for i in places])
    known: dict[Atom, Atom] = {var: _zero(after.spec(var)) for var in zero}
    equations: list[Equation] = []
    for eq in after.equations:
        if eq.outputs[0] in zero:
            continue
        others = [atom for atom in eq.inputs if atom not in zero]
        if eq.primitive.name == "add" and len(others) == 1 and after.spec(others[0]) == after.spec(eq.outputs[0]):
            known[eq.outputs[0]] = known.get(others[0], others[0])
        else:
            equations.append(attrs.evolve(eq, inputs=tuple([known.get(atom, atom) for atom in eq.inputs])))
    inputs = [var for var, i in zip(after.inputs, places, strict=True) if i < 0 or i in there]
    live = [i for i, atom in enumerate(after.outputs) if atom not in zero]
    outputs = [known.get(after.outputs[i], after.outputs[i]) for i in live]
    return _part(after, inputs, equations, outputs), live


def _zero(spec: Spec) -> Literal:
    return Literal(np.broadcast_to(spec.dtype.type(0), spec.shape)[()])
