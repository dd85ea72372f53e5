"""Stacks of small matrices times one matrix: all their rows at once."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

import attrs

from tapegrad._program.constants import Literal
from tapegrad._program.passes.rewriting import Rewriting, has, rewritten
from tapegrad._program.program import Atom, Equation, Program
from tapegrad._rules.kinds import PRIMITIVES

MANY = 16
"""So many matrices are worth two reshapes."""
SMALL = 4_096
"""NumPy calls BLAS for each matrix of a stack: that costs as much as so many multiplications."""


def with_stacks_flattened(program: Program) -> Program:
    """The Program with (..., n, k) @ (k, m) as (... * n, k) @ (k, m), where that is quicker.

    BLAS may add up the terms of a product in another order, and so round it otherwise.
    """
    if not has(program, ("matmul",)):
        return program

    def rewrite(work: Rewriting, eq: Equation) -> Equation | Sequence[Atom]:
        if eq.primitive.name != "matmul":
            return eq
        (x, y), out = eq.inputs, work.spec(eq.outputs[0])
        *stack, n, k = work.spec(x).shape
        small = n == 1 or n * k * out.shape[-1] <= SMALL
        if not stack or work.spec(y).ndim > 2 or prod(stack) < MANY or not small:
            return eq
        rows = prod(stack) * n
        given = attrs.evolve(work.spec(x), shape=(rows, k))
        flat = work.call("reshape", x, spec=given, parameters=[given.shape], aliases=True)
        product = work.call("matmul", flat, y, spec=attrs.evolve(out, shape=(rows, out.shape[-1])))
        shape = (Literal(out.shape),)
        return attrs.evolve(eq, primitive=PRIMITIVES["reshape"], inputs=(product,), parameters=shape, aliases=True)

    return rewritten(program, rewrite)
