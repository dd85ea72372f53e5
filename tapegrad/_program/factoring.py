"""In reverse through a loop, slopes are multiplied with each other before the loop, for all steps at once."""

from __future__ import annotations

from tapegrad._program.leveled import reached
from tapegrad._program.passes.factoring import joined, real_products
from tapegrad._program.passes.rewriting import has
from tapegrad._program.program import Program


def with_slopes_joined(step: Program, carry: int) -> Program:
    """A step with damp(damp(c, a), b) as damp(c, damp(a, b)), where a and b are known without the carry, c is not."""
    if not has(step, ("damp",)):
        return step
    unknown = reached(step, [i < carry for i in range(len(step.inputs))])
    products = (eq for eq in real_products(step) if eq.inputs[0] in unknown and eq.inputs[1] not in unknown)
    return joined(step, {eq.outputs[0] for eq in products})
