"""Which equations of a Program become kernels, and which stay NumPy's."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import prod

import attrs

from tapegrad._program.kernels.loops import Loop
from tapegrad._program.kernels.statements import Statement, is_view, is_work
from tapegrad._program.program import Equation, Program, Var
from tapegrad._program.source.groups import BLOCK, LARGE

FEWEST = 3
"""So many equations are worth a kernel: a call costs as much as two of NumPy's small ones."""
MOST = 500
"""So many equations go into one kernel: compiling takes longer than in proportion."""


@attrs.frozen
class Segment:
    """Equations that run as kernels, one after the other."""

    equations: tuple[Equation, ...]


def steps(program: Program) -> list[Equation | Segment]:
    """The equations in an order in which they can run, as many together as can be."""
    done: list[Equation | Segment] = []
    rest: Sequence[Equation] = program.equations
    while any(is_work(program, eq) for eq in rest):
        before, members, after = _split(program, rest)
        done += before
        work = [eq for eq in members if not is_view(program, eq)]
        long = any(program.spec(atom).size >= BLOCK for eq in work for atom in (*eq.inputs, *eq.outputs))
        done += [Segment(tuple(members))] if len(work) >= FEWEST - long else members
        rest = after
    return [*done, *rest]


def _split(program: Program, equations: Sequence[Equation]) -> tuple[list[Equation], list[Equation], list[Equation]]:
    """What does not need the first segment, the segment, and what comes after it.

    A view that nothing in the segment reads is left to NumPy: it costs less than a copy in a kernel.
    """
    possible = [eq for eq in equations if is_view(program, eq) or is_work(program, eq)]
    _, members, _ = _sorted_around(equations, possible)
    read: set[object] = set()
    wanted: list[Equation] = []
    for eq in reversed(members):
        if not is_view(program, eq) or read.intersection(eq.outputs):
            wanted.append(eq)
            read.update(eq.inputs)
    return _sorted_around(equations, wanted)


def _sorted_around(
    equations: Sequence[Equation], possible: Iterable[Equation]
) -> tuple[list[Equation], list[Equation], list[Equation]]:
    """What needs none of the possible equations; those of them that can run next; what comes after."""
    chosen = {eq.outputs for eq in possible}
    before: list[Equation] = []
    members: list[Equation] = []
    after: list[Equation] = []
    inside: set[Var] = set()
    late: set[Var] = set()
    for eq in equations:
        read = {atom for atom in eq.inputs if isinstance(atom, Var)}
        if eq.outputs in chosen and not read & late and len(members) < MOST:
            members.append(eq)
            inside.update(eq.outputs)
        elif read & (late | inside) or eq.outputs in chosen:
            after.append(eq)
            late.update(eq.outputs)
        else:
            before.append(eq)
    return before, members, after


def rows(loop: Loop) -> int:
    """How many of a loop's positions make a block that is worth a thread's while; 0 where the loop is too short."""
    inside = list(loop.statements())
    widest = max(prod(statement.shape) for statement in inside)
    sums = all(s.reduction in ("", "sum") for s in inside if s.first_reduced == 0)
    return max(1, BLOCK * loop.length // widest) if widest >= LARGE and sums else 0


def portions(items: Sequence[Statement | Loop]) -> list[list[Statement | Loop]]:
    """What runs as one function each: a loop that is worth threads, or everything between two such."""
    done: list[list[Statement | Loop]] = []
    together: list[Statement | Loop] | None = None
    for item in items:
        if isinstance(item, Loop) and rows(item):
            done.append([item])
            together = None
        elif together is None:
            together = [item]
            done.append(together)
        else:
            together.append(item)
    return done
