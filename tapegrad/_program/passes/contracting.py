"""Contractions of transposed arrays, and transposed contractions: contractions with their axes named otherwise."""

from __future__ import annotations

import attrs

from tapegrad._program.constants import Literal
from tapegrad._program.passes.rewriting import Rewriting, by_rules, has
from tapegrad._program.program import Equation, Program
from tapegrad._rules.matricizing import parts
from tapegrad._spec import Spec


def with_transposes_contracted(program: Program) -> Program:
    """The Program with the transposes beside contractions in their subscripts.

    The terms of a product may be added up in another order then.
    """
    if not has(program, ("contract",)):
        return program
    uses = program.uses()

    def transposed(work: Rewriting, eq: Equation, out: Spec) -> Equation | None:
        inner = work.maker(eq.inputs[0], "contract")
        if inner is None or uses.get(inner.outputs[0], 1) > 1:
            return None
        arrays, made = inner.parameters[0].value.split("->")
        subscripts = f"{arrays}->{''.join([made[i] for i in eq.parameters[0].value])}"
        return attrs.evolve(inner, outputs=eq.outputs, parameters=(Literal(subscripts),))

    return by_rules(program, {"contract": _of_transposed, "transpose": transposed})


def _of_transposed(work: Rewriting, eq: Equation, out: Spec) -> Equation | None:
    """The contraction of what was transposed."""
    *names, made = parts(eq.parameters[0].value)
    inputs = [*eq.inputs]
    for i, atom in enumerate(eq.inputs):
        if (inner := work.maker(atom, "transpose")) is not None:
            (inputs[i],), order = inner.inputs, inner.parameters[0].value
            names[i] = "".join([names[i][order.index(axis)] for axis in range(len(order))])
    if inputs == [*eq.inputs]:
        return None
    return attrs.evolve(eq, inputs=tuple(inputs), parameters=(Literal(f"{','.join(names)}->{made}"),))
