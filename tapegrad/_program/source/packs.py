"""Packs, and the other steps that are about rows.

NumPy takes a quarter of a microsecond for a call on a few numbers, whatever it computes. So equations of one kind that
do not wait for each other become one call on rows that follow each other. Where the rows that they read do not, they
are brought together by a `take`, which costs less than a call, and serves all that is read later and is there by then.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import attrs

from tapegrad._program.program import Atom, Equation, Program
from tapegrad._program.source.groups import Group
from tapegrad._program.source.layout import Gathered, Layout, Rows, Run
from tapegrad._program.source.loading import Load
from tapegrad._spec import Spec


@attrs.frozen
class Pack:
    """Equations of one kind as one call, on rows, and on numbers that all of them read."""

    equations: tuple[Equation, ...]
    operands: tuple[Rows | Atom, ...]
    out: Run


@attrs.frozen
class Joined:
    """A result that consists of rows."""

    equation: Equation
    rows: Rows


@attrs.frozen
class Fetch:
    """Rows that are brought together."""

    spec: Spec
    rows: tuple[Gathered, ...]


Step: TypeAlias = Equation | Group | Load | Pack | Joined | Fetch


def rows_of(step: Step) -> Sequence[Rows]:
    """The rows that a step reads."""
    operands = step.operands if isinstance(step, Pack) else (step.rows,) if isinstance(step, Joined) else ()
    return [rows for rows in operands if isinstance(rows, (Run, Gathered))]


def fetched(program: Program, steps: Sequence[Step], layout: Layout) -> list[Step]:
    """The steps, and what brings rows together: at once all that later steps read and that are there by then.

    What results consist of waits for the first of these: then it lies together, and is checked at once.
    """
    written: dict[tuple[Spec, int], int] = {}
    wanted: dict[Gathered, int] = {}
    for i, step in enumerate(steps):
        for run in _writes(program, step, layout):
            written.update({(run.spec, place): i for place in run.places})
        for rows in _gathered(step):
            wanted.setdefault(rows, max(written[rows.spec, place] for place in rows.places))
    sooner = {rows for step in steps if not isinstance(step, Joined) for rows in _gathered(step)}
    found: list[Step] = []
    for i, step in enumerate(steps):
        for rows in _gathered(step):
            if rows in wanted:
                ready = [other for other, last in wanted.items() if last < i and other.spec == rows.spec]
                there = [other for other in ready if isinstance(step, Joined) or other in sooner]
                found.append(Fetch(rows.spec, tuple(there)))
                for other in there:
                    del wanted[other]
        found.append(step)
    return found


def _gathered(step: Step) -> Sequence[Gathered]:
    """The rows that have to be brought together before a step runs."""
    return [rows for rows in rows_of(step) if isinstance(rows, Gathered)]


def _writes(program: Program, step: Step, layout: Layout) -> Sequence[Run]:
    """The rows that a step writes."""
    if isinstance(step, (Pack, Load)):
        return (step.out,)
    places, outs = layout.places, step.outputs if isinstance(step, Equation) else ()
    return [Run(program.spec(var), places[var], 1) for var in outs if var in places]
