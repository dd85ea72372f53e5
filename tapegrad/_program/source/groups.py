"""Groups: equations that treat each entry along some leading axes by itself, and so can run block by block.

While a block is worked on, all of it is in the cache; and blocks are independent, so that threads can share them. A
block is some entries of the last of these axes, at one place along the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

import attrs

from tapegrad._program.program import Equation, Program, Var
from tapegrad._program.source.arrays import ufunc_of

BLOCK = 16_384
"""So many elements may one entry have: a few arrays of so many fit in a core's own cache."""
LARGE = 4 * BLOCK
"""From so many elements on, blocks are quicker than whole arrays."""
ELEMENTWISE = frozenset({"damp", "power", "where", "astype"})
"""Elementwise primitives that are no ufuncs."""
REDUCTIONS = frozenset({"sum", "max", "min", "prod", "count_nonzero", "any", "all"})
"""Primitives with the parameters (axes, keepdims)."""


@attrs.frozen
class Group:
    """Equations that run block by block, then sums over blocks of what they compute."""

    along: tuple[int, ...]
    """The leading axes, the last of which is cut into blocks."""
    equations: tuple[Equation, ...]
    totals: tuple[Equation, ...]

    @property
    def depth(self) -> int:
        """How many leading axes there are."""
        return len(self.along)

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
    return _grouped(program, program.equations)


def _grouped(program: Program, equations: Sequence[Equation]) -> list[Equation | Group]:
    done: list[Equation | Group] = []
    while (start := next((eq for eq in equations if _opens(program, eq)), None)) is not None:
        before, group, after = _gathered(program, equations, _leading(program.spec(start.outputs[0]).shape))
        if not group.equations:
            break
        done += _grouped(program, before)
        done += [group] if len(group.equations) + len(group.totals) > 1 else group.equations
        equations = after
    return [*done, *equations]


def results_of(program: Program, group: Group) -> list[Var]:
    """What a group computes block by block, and others read."""
    own = {eq.outputs for eq in (*group.equations, *group.totals)}
    later = {atom for eq in program.equations if eq.outputs not in own for atom in eq.inputs}
    later.update(program.outputs)
    return [eq.outputs[0] for eq in group.equations if eq.outputs[0] in later]


def _leading(shape: tuple[int, ...]) -> tuple[int, ...]:
    """As few leading axes as leave small entries."""
    return next(shape[:depth] for depth in range(1, len(shape) + 1) if prod(shape[depth:]) <= BLOCK)


def _gathered(
    program: Program, equations: Sequence[Equation], along: tuple[int, ...]
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
        elif (read & inside or _opens(program, eq)) and _by_entries(program, eq, along, inside):
            members.append(eq)
            inside.update(eq.outputs)
        elif read & inside:
            (totals if _is_total(program, eq, len(along)) else after).append(eq)
            late.update(eq.outputs)
        else:
            before.append(eq)
    return before, Group(along, tuple(members), tuple(totals)), after


def _opens(program: Program, eq: Equation) -> bool:
    """Whether an equation is worth a group."""
    return program.spec(eq.outputs[0]).size >= LARGE and (ufunc_of(eq) is not None or eq.primitive.name == "damp")


def _by_entries(program: Program, eq: Equation, along: tuple[int, ...], inside: set[Var]) -> bool:
    """Whether each entry of the result depends on that entry of what is computed `inside`."""
    out, depth = program.spec(eq.outputs[0]), len(along)
    if len(eq.outputs) > 1 or out.shape[:depth] != along or prod(out.shape[depth:]) > BLOCK:
        return False
    name, parameters = eq.primitive.name, [literal.value for literal in eq.parameters]
    if ufunc_of(eq) is not None or name in ELEMENTWISE:
        return all(program.spec(atom).ndim == out.ndim for atom in eq.inputs if atom in inside)
    x = program.spec(eq.inputs[0])
    if x.shape[:depth] != along:
        return False
    if name in REDUCTIONS:
        return all(axis >= depth for axis in parameters[0])
    if name == "spread":
        _, axes, keepdims = parameters
        return all(axis >= depth for axis in axes) and x.ndim == out.ndim - (0 if keepdims else len(axes))
    if name == "reshape":
        return True
    if name in ("slice_of", "place"):
        index = parameters[0]
        return isinstance(index, tuple) and index[:depth] == (slice(None),) * depth
    return False


def _is_total(program: Program, eq: Equation, depth: int) -> bool:
    """Whether an equation sums over blocks."""
    summed = eq.primitive.name == "sum" and depth - 1 in eq.parameters[0].value
    return summed and program.spec(eq.outputs[0]).dtype.kind in "fc"
