"""Stacks of stacks of numbers, as a matrix is written: one stack, of all numbers."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from tapegrad._program.constants import Literal
from tapegrad._program.passes.rewriting import Rewriting, by_rules, has
from tapegrad._program.program import Atom, Equation, Program
from tapegrad._rules.kinds import PRIMITIVES
from tapegrad._spec import Spec


def with_stacks_joined(program: Program) -> Program:
    """The Program with stacks of numbers in stacks of them, which nothing else reads, as one, reshaped."""
    if not has(program, ("stack",)):
        return program
    uses = program.uses()

    def numbers(work: Rewriting, atom: Atom, out: Spec) -> Sequence[Atom] | None:
        """What an array of this dtype is stacked of."""
        eq = work.maker(atom, "stack", "reshape")
        if eq is None or uses.get(eq.outputs[0], 1) > 1 or work.spec(atom).dtype != out.dtype:
            return None
        if eq.primitive.name == "reshape":
            return numbers(work, eq.inputs[0], out)
        return None if work.spec(eq.inputs[0]).shape else eq.inputs

    def joined(work: Rewriting, eq: Equation, out: Spec) -> Equation | None:
        if out.ndim < 2 or eq.parameters[0].value != 0:
            return None
        parts = [part for atom in eq.inputs if (part := numbers(work, atom, out)) is not None]
        if len(parts) < len(eq.inputs):
            return None
        every = tuple([atom for part in parts for atom in part])
        flat = work.call("stack", *every, spec=attrs.evolve(out, shape=(out.size,)), parameters=[0])
        shape = (Literal(out.shape),)
        return attrs.evolve(eq, primitive=PRIMITIVES["reshape"], inputs=(flat,), parameters=shape, aliases=True)

    return by_rules(program, {"stack": joined})
