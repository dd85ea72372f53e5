"""Products of a cotangent with one slope after another: slopes that are there before it are multiplied with each other.

It is another rounding of the same product.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from tapegrad._program.passes.dead import without_dead
from tapegrad._program.passes.rewriting import Rewriting, renamed, rewritten
from tapegrad._program.program import Atom, Equation, Program, Var
from tapegrad._spec import Spec


def with_small_slopes_joined(program: Program, most: int) -> Program:
    """The Program with damp(damp(c, a), b) of arrays of up to so many bytes as damp(c, damp(a, b)).

    There b is known before damp(c, a) is: then nothing waits for longer, and fewer calls wait for each other.
    """
    if not any(eq.primitive.name == "damp" and program.spec(eq.outputs[0]).shape for eq in program.equations):
        return program
    depths: dict[Atom, int] = {}
    for eq in program.equations:
        depths.update(dict.fromkeys(eq.outputs, 1 + max((depths.get(atom, 0) for atom in eq.inputs), default=0)))

    def joins(eq: Equation) -> bool:
        out, (ct, slope) = program.spec(eq.outputs[0]), eq.inputs
        small = bool(out.shape) and out.size * out.dtype.itemsize <= most
        return small and program.spec(slope) == out and depths.get(slope, 0) < depths.get(ct, 0)

    return joined(program, {eq.outputs[0] for eq in filter(joins, real_products(program))})


def joined(program: Program, products: Collection[Var]) -> Program:
    """With some products of products as one, of slopes multiplied with each other.

    It is 0 for the same zeros: where c is, and where a is before b is infinite. A product is joined with all that reads
    it, or left: then it is gone.
    """
    others = {atom for eq in program.equations if eq.outputs[0] not in products for atom in eq.inputs}
    others.update(eq.inputs[1] for eq in program.equations if eq.outputs[0] in products)
    between = {*products}.difference(others, program.outputs)

    def rewrite(work: Rewriting, eq: Equation) -> Equation:
        if eq.outputs[0] not in products or eq.inputs[0] not in between:
            return eq
        (ct, first), second = work.makers[eq.inputs[0]].inputs, eq.inputs[1]
        shape = np.broadcast_shapes(work.spec(first).shape, work.spec(second).shape)
        slope = work.call("damp", first, second, spec=Spec(shape, work.spec(first).dtype))
        return renamed(eq, "damp", ct, slope)

    return without_dead(rewritten(program, rewrite))


def real_products(program: Program) -> list[Equation]:
    """The damped products of floating numbers of one dtype, that are not Python's."""
    found = [eq for eq in program.equations if eq.primitive.name == "damp"]
    dtypes = [{program.spec(atom).dtype for atom in (*eq.inputs, *eq.outputs)} for eq in found]
    return [
        eq
        for eq, own in zip(found, dtypes, strict=True)
        if len(own) == 1 and own.pop().kind == "f" and not any(map(program.is_weak, eq.inputs))
    ]
