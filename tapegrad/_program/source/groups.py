"""Groups: equations that treat each entry of one long first axis by itself, and so can run block by block.

While a block is worked on, all of it is in the cache; and blocks are independent, so that threads can share them.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

import attrs

from tapegrad._program.program import Atom, Equation, Program, Var
from tapegrad._program.source.arrays import ufunc_of

BLOCK = 16_384
"""So many elements may one entry along the first axis have: a few arrays of so many fit in a core's own cache."""
LARGE = 4 * BLOCK
"""From so many elements on, blocks are quicker than whole arrays."""
ELEMENTWISE = frozenset({"damp", "power", "where", "astype"})
"""Elementwise primitives that are no ufuncs."""
REDUCTIONS = frozenset({"sum", "max", "min", "prod", "count_nonzero", "any", "all"})
"""Primitives with the parameters (axes, keepdims)."""


@attrs.frozen
class Group:
    """Equations that run block by block, then sums over the first axis of what they compute."""

    length: int
    """Of the first axis."""
    equations: tuple[Equation, ...]
    totals: tuple[Equation, ...]

    @property
    def inside(self) -> frozenset[Var]:
        """What it computes block by block."""
        return frozenset(eq.outputs[0] for eq in self.equations)

    @property
    def reads(self) -> list[Var]:
        """What it reads, and does not compute."""
        inside = self.inside
        read = (atom for eq in self.equations for atom in eq.inputs)
        return list(dict.fromkeys(atom for atom in read if isinstance(atom, Var) and atom not in inside))


def steps(program: Program) -> list[Equation | Group]:
    """The equations in an order in which they can run, gathered in groups where that pays."""
    done: list[Equation | Group] = []
    rest: Sequence[Equation] = program.equations
    while rest:
        start = next((eq for eq in rest if _opens(program, eq)), None)
        if start is None:
            return [*done, *rest]
        before, group, rest = _gathered(program, rest, program.spec(start.outputs[0]).shape[0])
        done += before
        done += [group] if len(group.equations) + len(group.totals) > 1 else group.equations
    return done


def results_of(program: Program, group: Group) -> list[Var]:
    """What a group computes block by block, and others read."""
    own = {eq.outputs for eq in (*group.equations, *group.totals)}
    later = {atom for eq in program.equations if eq.outputs not in own for atom in eq.inputs}
    later.update(program.outputs)
    return [eq.outputs[0] for eq in group.equations if eq.outputs[0] in later]


def sliced(program: Program, atom: Atom, length: int, ndim: int) -> bool:
    """Whether an operand of a result of `ndim` axes lies along its first axis, rather than being the same for all."""
    spec = program.spec(atom)
    return spec.ndim == ndim and ndim > 0 and spec.shape[0] == length


def _gathered(
    program: Program, equations: Sequence[Equation], length: int
) -> tuple[list[Equation], Group, list[Equation]]:
    """What does not need the group, the group, and what comes after it."""
    before: list[Equation] = []
    members: list[Equation] = []
    totals: list[Equation] = []
    after: list[Equation] = []
    inside: set[Var] = set()
    late: set[Var] = set()
    for eq in equations:
        read = {atom for atom in eq.inputs if isinstance(atom, Var)}
        if read & late:
            after.append(eq)
            late.update(eq.outputs)
        elif (read & inside or _opens(program, eq)) and _by_rows(program, eq, length, inside):
            members.append(eq)
            inside.update(eq.outputs)
        elif read & inside:
            (totals if _is_total(program, eq) else after).append(eq)
            late.update(eq.outputs)
        else:
            before.append(eq)
    return before, Group(length, tuple(members), tuple(totals)), after


def _opens(program: Program, eq: Equation) -> bool:
    """Whether an equation is worth a group."""
    out = program.spec(eq.outputs[0])
    large = out.size >= LARGE and out.shape[0] > 1 and prod(out.shape[1:]) <= BLOCK
    return large and (ufunc_of(eq) is not None or eq.primitive.name == "damp")


def _by_rows(program: Program, eq: Equation, length: int, inside: set[Var]) -> bool:
    """Whether each entry along the first axis of the result depends on that entry of what is computed `inside`."""
    out = program.spec(eq.outputs[0])
    if len(eq.outputs) > 1 or not out.ndim or out.shape[0] != length or prod(out.shape[1:]) > BLOCK:
        return False
    along = all(sliced(program, atom, length, out.ndim) for atom in eq.inputs if atom in inside)
    name, parameters = eq.primitive.name, [literal.value for literal in eq.parameters]
    if ufunc_of(eq) is not None or name in ELEMENTWISE:
        return along
    x = program.spec(eq.inputs[0])
    if not x.ndim or x.shape[0] != length:
        return False
    if name in REDUCTIONS:
        return 0 not in parameters[0]
    if name == "spread":
        _, axes, keepdims = parameters
        return 0 not in axes and x.ndim == out.ndim - (0 if keepdims else len(axes))
    if name == "reshape":
        return True
    if name in ("slice_of", "place"):
        index = parameters[0]
        return isinstance(index, tuple) and index[:1] == (slice(None),)
    return False


def _is_total(program: Program, eq: Equation) -> bool:
    return eq.primitive.name == "sum" and 0 in eq.parameters[0].value and program.spec(eq.outputs[0]).dtype.kind in "fc"
