"""What derivatives alone need, left out where code is written: there are no levels where that runs. And powers."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from tapegrad._program.passes.common import with_common_shared
from tapegrad._program.passes.dead import without_dead
from tapegrad._program.passes.powers import as_product, is_product
from tapegrad._program.passes.rewriting import Rewriting, rewritten
from tapegrad._program.program import Atom, Equation, Program
from tapegrad._program.ruled import Ruled
from tapegrad._program.structured import Structured
from tapegrad._rules.kinds import PRIMITIVES

STOP = PRIMITIVES["stop_gradient"]


def lowered(program: Program) -> Program:
    """The Program with values themselves, in place of constants of the derivative and of values with rules.

    Powers by whole numbers are products, which are quicker. This is no pass for a Program that may be differentiated.
    """
    if not any(map(_changes, program.equations)):
        return program
    return without_dead(with_common_shared(rewritten(program, _rewrite)))


def _changes(eq: Equation) -> bool:
    parts = eq.primitive.parts().values() if isinstance(eq.primitive, Structured) else ()
    inside = any(_changes(inner) for part in parts for inner in part.equations)
    return inside or eq.primitive is STOP or isinstance(eq.primitive, Ruled) or is_product(eq)


def _rewrite(work: Rewriting, eq: Equation) -> Equation | Sequence[Atom]:
    primitive = eq.primitive
    if primitive is STOP or isinstance(primitive, Ruled):
        return eq.inputs[: len(eq.outputs)]
    if is_product(eq):
        return as_product(work, eq)
    if not isinstance(primitive, Structured) or not _changes(eq):
        return eq
    inside = attrs.evolve(primitive.content, **{name: lowered(part) for name, part in primitive.parts().items()})
    return attrs.evolve(eq, primitive=Structured.of(inside, primitive.name, primitive.compute, primitive.outputs))
