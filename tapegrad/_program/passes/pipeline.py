"""The passes in their order, until none finds anything more."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import attrs

from tapegrad._program.passes.algebra import simplified
from tapegrad._program.passes.broadcasting import without_broadcasts
from tapegrad._program.passes.common import with_common_shared
from tapegrad._program.passes.dead import without_dead
from tapegrad._program.passes.fast import with_fast_math
from tapegrad._program.passes.folding import with_constants_folded
from tapegrad._program.passes.numbering import numbered
from tapegrad._program.passes.placing import with_parts_joined
from tapegrad._program.passes.products import with_stacks_flattened
from tapegrad._program.passes.signs import with_signs_last
from tapegrad._program.passes.summing import with_sums
from tapegrad._program.passes.views import with_views_joined
from tapegrad._program.program import Equation, Program
from tapegrad._program.structured import Structured

PASSES: Sequence[Callable[[Program], Program]] = (
    without_dead,
    with_constants_folded,
    simplified,
    with_signs_last,
    with_views_joined,
    with_parts_joined,
    with_sums,
    with_stacks_flattened,
    without_broadcasts,
    with_common_shared,
    without_dead,
)
ROUNDS = 20
"""So often the passes run at most: each round leaves less, so that this many never are needed."""


def optimised(program: Program, *, fast_math: bool = False) -> Program:
    """A Program for the same results, with fewer or cheaper equations.

    Results are the same bit for bit, but for products of stacks of matrices, which BLAS may round otherwise; with
    `fast_math`, nearly, for finite numbers.
    """
    passes = (*PASSES, with_fast_math) if fast_math else PASSES
    for _ in range(ROUNDS):
        before = program.equations
        for each in passes:
            program = each(program)
        if program.equations == before:
            break
    if fast_math:
        program = program.replaced([_fast_inside(eq) for eq in program.equations])
    return numbered(without_dead(program))


def _fast_inside(eq: Equation) -> Equation:
    """The Programs inside of a loop or a choice too. Otherwise they are optimised when they are recorded."""
    primitive = eq.primitive
    if not isinstance(primitive, Structured):
        return eq
    parts = {name: optimised(part, fast_math=True) for name, part in primitive.parts().items()}
    return attrs.evolve(eq, primitive=primitive.again(**parts))
