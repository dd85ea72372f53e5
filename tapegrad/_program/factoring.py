"""Products of a cotangent with one slope after another, in reverse through a loop.

Slopes that do not depend on what is carried are multiplied with each other: that can be done before the loop, for all
steps at once. It is another rounding of the same product.
"""

from __future__ import annotations

import numpy as np

from tapegrad._program.leveled import reached
from tapegrad._program.passes.dead import without_dead
from tapegrad._program.passes.rewriting import Rewriting, has, renamed, rewritten
from tapegrad._program.program import Atom, Equation, Program
from tapegrad._spec import Spec


def with_slopes_joined(step: Program, carry: int) -> Program:
    """A step with damp(damp(c, a), b) as damp(c, damp(a, b)), where a and b are known without the carry, c is not.

    It is 0 for the same zeros: where c is, and where a is before b is infinite. Such a product is joined only if that
    leaves nothing else to read it, so that a step has fewer.
    """
    if not has(step, ("damp",)):
        return step
    unknown = reached(step, [i < carry for i in range(len(step.inputs))])
    pulling = {eq.outputs[0] for eq in step.equations if _pulls(step, eq, unknown)}
    others = {atom for eq in step.equations if eq.outputs[0] not in pulling for atom in eq.inputs}
    between = pulling.difference(others, step.outputs)

    def rewrite(work: Rewriting, eq: Equation) -> Equation:
        if eq.outputs[0] not in pulling or eq.inputs[0] not in between:
            return eq
        (ct, first), second = work.makers[eq.inputs[0]].inputs, eq.inputs[1]
        shape = np.broadcast_shapes(work.spec(first).shape, work.spec(second).shape)
        slope = work.call("damp", first, second, spec=Spec(shape, work.spec(first).dtype))
        return renamed(eq, "damp", ct, slope)

    return without_dead(rewritten(step, rewrite))


def _pulls(step: Program, eq: Equation, unknown: set[Atom]) -> bool:
    """Whether an equation multiplies a real cotangent that depends on the carry by a slope that does not."""
    if eq.primitive.name != "damp" or eq.inputs[0] not in unknown or eq.inputs[1] in unknown:
        return False
    dtypes = {step.spec(atom).dtype for atom in (*eq.inputs, *eq.outputs)}
    return len(dtypes) == 1 and dtypes.pop().kind == "f" and not any(map(step.is_weak, eq.inputs))
