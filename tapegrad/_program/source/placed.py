"""Arrays that are put together of parts: zeros, to which each is added in its place, or from which it is taken."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from math import prod
from typing import Any, TypeAlias

import attrs
import numpy as np

from tapegrad._program.constants import Literal
from tapegrad._program.passes.indices import as_numbers
from tapegrad._program.program import Atom, Equation, Program, Var
from tapegrad._program.source.groups import Group
from tapegrad._program.source.text import Text

Step: TypeAlias = Equation | Group


def is_assembly(program: Program, eq: Equation) -> bool:
    """Whether an equation puts an array together."""
    return eq.primitive.name == "place all" and bool(program.spec(eq.outputs[0]).shape)


def without_negatives(program: Program, steps: Sequence[Step]) -> tuple[list[Step], Mapping[Var, frozenset[int]]]:
    """The steps without negatives that are parts of an array and nothing else; which parts of which are taken off it.

    To add -x and to subtract x is the same, also for zeros of either sign. What may consist of rows, each at its
    number, is left to packs. All that is planned by the order of reads comes after: x is read later than before.
    """
    uses, plain = program.uses(), dict[Atom, Atom]()
    for step in steps:
        for eq in step.equations if isinstance(step, Group) else (step,):
            if eq.primitive.name == "negative" and uses[eq.outputs[0]] == 1:
                plain[eq.outputs[0]] = eq.inputs[0]
    assemblies = [
        step
        for step in steps
        if isinstance(step, Equation) and is_assembly(program, step)
        if None in map(as_numbers, step.parameters[0].value)
    ]
    taken = {
        eq.outputs[0]: parts
        for eq in assemblies
        if (parts := frozenset(i for i, atom in enumerate(eq.inputs) if atom in plain))
    }
    gone = frozenset(eq.inputs[i] for eq in assemblies for i in taken.get(eq.outputs[0], ()))
    found = [_without(step, gone, plain) for step in steps]
    return [step for step in found if step is not None], taken


def _without(step: Step, gone: frozenset[Atom], plain: Mapping[Atom, Atom]) -> Step | None:
    """A step without the negatives that are `gone`, in whose place it reads, or gives, what they negated."""
    if isinstance(step, Group) and not gone.isdisjoint(step.inside):
        equations = tuple([eq for eq in step.equations if eq.outputs[0] not in gone])
        inside = {eq.outputs[0] for eq in equations}
        results = dict.fromkeys([plain[var] if var in gone else var for var in step.results])
        kept = tuple([atom for atom in results if isinstance(atom, Var) and atom in inside])
        return attrs.evolve(step, equations=equations, results=kept) if equations else None
    if isinstance(step, Group) or gone.isdisjoint((*step.inputs, *step.outputs)):
        return step
    if step.outputs[0] in gone:
        return None
    return attrs.evolve(step, inputs=tuple([plain[atom] if atom in gone else atom for atom in step.inputs]))


def assembled(
    text: Text, program: Program, eq: Equation, taken: frozenset[int], whole: str, array: Callable[[Atom], str]
) -> Iterator[str]:
    """The lines that put an array together, of which some parts are `taken` off."""
    indices, shape = eq.parameters
    dtype = program.spec(eq.outputs[0]).dtype
    places = [numbers for index in indices.value if len(numbers := as_numbers(index) or ()) == len(shape.value)]
    if len({*places}) == len(eq.inputs) == prod(shape.value) and min(map(min, places)) >= 0:  # each element once
        empty = text.object(np.empty, "empty")
        yield f"{whole} = {empty}({text.literal(shape)}, {text.object(dtype, str(dtype), dtype.str)})"
        targets = [f"{whole}[{', '.join(map(str, index))}]" for index in places]
        yield f"{', '.join(targets)} = {', '.join([f'0 + {array(part)}' for part in eq.inputs])}"
        return
    parts = [(part, index, i in taken) for i, (part, index) in enumerate(zip(eq.inputs, indices.value, strict=True))]
    part, index, _ = parts[0]
    if isinstance(part, Literal):
        first: Any = eq.primitive.compute(part.value, (index,), shape.value)
        yield f"{whole} = {text.object(first, 'first')}.copy()"
        del parts[0]
    else:
        zeros = text.object(np.zeros, "zeros")
        yield f"{whole} = {zeros}({text.literal(shape)}, {text.object(dtype, str(dtype), dtype.str)})"
    names: dict[Literal, str] = {}
    for part, index, less in parts:
        place = f"{whole}[{text.object(index, 'index', Literal(index))}]"
        if not program.spec(part).shape:
            yield f"{place} {'-' if less else '+'}= {array(part)}"
            continue
        if Literal(index) not in names:
            names[Literal(index)] = text.local("part", 1)
            yield f"{names[Literal(index)]} = {place}"
        name, change = names[Literal(index)], np.subtract if less else np.add
        yield f"{text.object(change, change.__name__)}({name}, {array(part)}, {name})"
