"""What derivatives alone need, left out where code is written: there are no levels where that runs."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from tapegrad._program.passes.dead import without_dead
from tapegrad._program.passes.rewriting import Rewriting, rewritten
from tapegrad._program.program import Atom, Equation, Program
from tapegrad._program.ruled import Ruled
from tapegrad._program.structured import Structured
from tapegrad._rules.kinds import PRIMITIVES

STOP = PRIMITIVES["stop_gradient"]


def lowered(program: Program) -> Program:
    """The Program with values themselves, in place of constants of the derivative and of values with rules.

    This is no pass for a Program that may be differentiated.
    """
    if not any(map(_is_for_derivatives, program.equations)):
        return program
    return without_dead(rewritten(program, _rewrite))


def _is_for_derivatives(eq: Equation) -> bool:
    parts = eq.primitive.parts().values() if isinstance(eq.primitive, Structured) else ()
    inside = any(_is_for_derivatives(inner) for part in parts for inner in part.equations)
    return inside or eq.primitive is STOP or isinstance(eq.primitive, Ruled)


def _rewrite(work: Rewriting, eq: Equation) -> Equation | Sequence[Atom]:
    primitive = eq.primitive
    if primitive is STOP or isinstance(primitive, Ruled):
        return eq.inputs[: len(eq.outputs)]
    if not isinstance(primitive, Structured) or not _is_for_derivatives(eq):
        return eq
    inside = attrs.evolve(primitive.content, **{name: lowered(part) for name, part in primitive.parts().items()})
    return attrs.evolve(eq, primitive=Structured.of(inside, primitive.name, primitive.compute, primitive.outputs))
