"""Donated arguments: results are put into their memory, once nothing reads them any more.

Each donated array either takes one of the results, and before that whatever is dead by then, or it is left as it is. So
a caller who reads it afterwards sees a result or what was there, and no scraps of the computation.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, TypeAlias

import attrs
import numpy as np

from tapegrad._place import user_line
from tapegrad._program.program import Atom, Program, Var
from tapegrad._program.source.arrays import ufunc_of
from tapegrad._program.source.blocks import VIEWS
from tapegrad._program.source.dots import dots
from tapegrad._program.source.groups import Group
from tapegrad._program.source.lifetimes import Lives, Step
from tapegrad._program.source.text import Text
from tapegrad._program.source.within import RESHAPING
from tapegrad._spec import Spec, ndarray, type_of

LARGE = 1 << 16
"""Arrays of so many bytes are worth it: to put a result into a given array costs no less than to make a small one."""

Over: TypeAlias = Callable[[Var, Var], bool]


@attrs.frozen
class Stay:
    """A value in donated memory, from the step that writes it to the last that reads it, or its memory."""

    var: Var
    first: int
    last: int

    def before(self, other: Stay, over: Over) -> bool:
        """Whether another value can be put where this one lay; `over` says so where one step reads and writes them."""
        return self.last < other.first or (self.last == other.first and over(self.var, other.var))


def donated_places(
    program: Program, order: Sequence[object], steps: Sequence[Step], donated: Collection[Var]
) -> dict[Var, Var]:
    """The values that are put into donated memory, and the input whose memory it is."""
    if not donated:
        return {}
    kept = [atom for atom in program.outputs if isinstance(atom, Var)]
    lives = Lives.of(steps, kept)
    written = {var: i for i, step in enumerate(steps) if step.fills for var in step.writes}

    def over(read: Var, out: Var) -> bool:
        step, life = order[written[out]], steps[written[out]]
        if lives.shares_memory(read, life.reads):
            return False
        return _over_in_blocks(program, step, read, out) if isinstance(step, Group) else read in life.overwrites

    def stay(var: Var) -> Stay:
        return Stay(var, written.get(var, -1), len(steps) if var in kept else lives.last.get(var, -1))

    stays: dict[Var, list[Stay]] = {}
    free = [var for var in program.inputs if var in donated and var not in lives.escaping and _large(program.spec(var))]
    for result in (var for var in written if var in kept):
        fitting = [var for var in free if program.spec(var) == program.spec(result)]
        fitting = [var for var in fitting if stay(var).before(stay(result), over)]
        if fitting:
            best = min(fitting, key=lambda var: stay(var).last != stay(result).first)  # in place of what it replaces
            free.remove(best)
            stays[best] = [stay(best), stay(result)]
    for value in (var for var in written if var not in lives.escaping):
        for var, held in stays.items():
            fits = program.spec(var) == program.spec(value)
            if fits and held[-2].before(stay(value), over) and stay(value).before(held[-1], over):
                held.insert(-1, stay(value))
                break
    return {each.var: var for var, held in stays.items() for each in held[1:]}


def _large(spec: Spec) -> bool:
    return bool(spec.shape) and spec.size * spec.dtype.itemsize >= LARGE


def _over_in_blocks(program: Program, group: Group, read: Var, out: Var) -> bool:
    """Whether a group can put a result, block by block, over a value of the same shape that it reads.

    Each block must read no more than its own part, for the last time before it writes that.
    """
    late = {var for each in dots(program, group, ()).values() for var in each.replaced}
    equations = sorted((*group.equations, *group.totals), key=lambda eq: eq in group.totals or eq.outputs[0] in late)
    index = next(i for i, eq in enumerate(equations) if out in eq.outputs)
    views: set[Atom] = {read}
    for i, eq in enumerate(equations):
        if not views.intersection(eq.inputs):
            continue
        axes = program.spec(eq.inputs[0] if eq.primitive.name in RESHAPING else eq.outputs[0]).ndim
        if read in eq.inputs and program.spec(read).ndim != axes:
            return False
        if i > index or (i == index and (ufunc_of(eq) is None or views.intersection(eq.inputs) != {read})):
            return False
        if eq.primitive.name in VIEWS:
            views.update(eq.outputs)
    return True


def taking(
    text: Text, program: Program, names: Mapping[Var, str], donated: Collection[Var], used: Collection[Var]
) -> list[str]:
    """The lines that take the donated arrays, and say which are left as they are."""
    arrays = [var for var in program.inputs if program.spec(var).shape]
    lines: list[str] = []
    left = [names[var] for var in arrays if var in donated and var not in used]
    if left:
        lines.append(f"# donated, but no result is put there: {', '.join(left)}")
    if used:
        called = dict(zip(program.inputs, program.names, strict=True))
        taken = ", ".join(names[var] for var in arrays if var in used)
        given = ", ".join(f"{called[var]!r}: {names[var]}" for var in arrays if var in used)
        others = ", ".join(names[var] for var in arrays if var not in used)
        lines.append(f"[{taken}] = {text.object(given_up, 'given_up')}({{{given}}}, [{others}])")
    return lines


def given_up(arrays: Mapping[str, Any], others: Sequence[Any]) -> list[Any]:
    """Arrays of one's own to write to: those that were donated; copies where other arrays may lie in their memory."""
    every = (*arrays.values(), *others)
    passed = [id(x) for x in every]
    views = [x for x in every if not x.flags.owndata]
    owned: list[Any] = []
    for name, x in arrays.items():
        if not x.flags.writeable:
            raise ValueError(
                f"{name} was donated to a compiled function at {user_line()}, but it is read-only, so that nothing can "
                "be put into its memory. Donate a copy (x.copy()), or leave the argument out of donate=."
            )
        alone = passed.count(id(x)) == 1 and not any(np.may_share_memory(x, view) for view in views)
        owned.append(x if alone and type_of(x) is ndarray and x.flags.carray else np.array(x, order="C"))
    return owned
