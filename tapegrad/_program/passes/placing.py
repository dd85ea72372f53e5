"""Parts of one array put together at once: a sum of arrays that are zero but for a slice needs no such arrays."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from tapegrad._program.constants import Literal
from tapegrad._program.passes.rewriting import Rewriting, rewritten
from tapegrad._program.program import Atom, Equation, Program


def with_parts_joined(program: Program) -> Program:
    """The Program with `place all` + `place` as one `place all`.

    It adds its parts in their order, to zeros. So the sum is the same bit for bit: outside of the slice that is placed
    it would add 0 to what is not -0.
    """
    uses = program.uses()

    def rewrite(work: Rewriting, eq: Equation) -> Equation | Sequence[Atom]:
        if eq.primitive.name != "add" or work.spec(eq.outputs[0]).dtype.kind not in "fc":
            return eq
        for whole, part in (eq.inputs, eq.inputs[::-1]):
            first, last = work.maker(whole, "place all"), work.maker(part, "place")
            if first is None or last is None or max(uses[eq.outputs[0]] for eq in (first, last)) > 1:
                continue
            (indices, shape), (index, same) = first.parameters, last.parameters
            if shape != same:
                continue
            together = Literal((*indices.value, index.value))
            return attrs.evolve(
                first, inputs=(*first.inputs, *last.inputs), parameters=(together, shape), outputs=eq.outputs
            )
        return eq

    return rewritten(program, rewrite)
