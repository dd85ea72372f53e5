"""Equations whose inputs are all constants, computed now."""

from __future__ import annotations

from collections.abc import Sequence

from tapegrad._program.constants import constant
from tapegrad._program.passes.rewriting import Rewriting, rewritten
from tapegrad._program.program import Atom, Equation, Program, Var
from tapegrad._program.structured import bind


def with_constants_folded(program: Program) -> Program:
    """Constants in place of what is computed from constants alone."""

    def rewrite(work: Rewriting, eq: Equation) -> Equation | Sequence[Atom]:
        values = [atom.value for atom in eq.inputs if not isinstance(atom, Var)]
        if len(values) < len(eq.inputs):
            return eq
        result = bind(eq.primitive, *values, *(parameter.value for parameter in eq.parameters))
        return [constant(out) for out in ((result,) if eq.primitive.results == 1 else result)]

    return rewritten(program, rewrite)
