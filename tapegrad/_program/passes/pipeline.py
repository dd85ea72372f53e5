"""The passes in their order, until none finds anything more."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import cycle, islice

import attrs

from tapegrad._program.passes.algebra import simplified
from tapegrad._program.passes.broadcasting import without_broadcasts
from tapegrad._program.passes.common import with_common_shared
from tapegrad._program.passes.contracting import with_transposes_contracted
from tapegrad._program.passes.dead import without_dead
from tapegrad._program.passes.fast import with_fast_math
from tapegrad._program.passes.folding import with_constants_folded
from tapegrad._program.passes.numbering import numbered
from tapegrad._program.passes.placing import with_parts_joined
from tapegrad._program.passes.products import with_stacks_flattened
from tapegrad._program.passes.signs import with_signs_last
from tapegrad._program.passes.stacking import with_stacks_joined
from tapegrad._program.passes.summing import with_sums
from tapegrad._program.passes.views import with_views_joined
from tapegrad._program.program import Equation, Program
from tapegrad._program.structured import Structured
from tapegrad.typing import override

PASSES: Sequence[Callable[[Program], Program]] = (
    without_dead,
    with_constants_folded,
    simplified,
    with_signs_last,
    with_views_joined,
    with_transposes_contracted,
    with_parts_joined,
    with_stacks_joined,
    with_sums,
    with_stacks_flattened,
    without_broadcasts,
    with_common_shared,
    without_dead,
)
ROUNDS = 20
"""So often the passes run at most: each round leaves less, so that this many never are needed."""


@attrs.frozen
class Stage:
    """A Program as a pass left it."""

    name: str
    """What the pass is called."""
    program: Program

    @override
    def __str__(self) -> str:
        return f"{self.name}:\n{self.program}"


def optimised(program: Program, *, fast_math: bool = False) -> Program:
    """A Program for the same results, with fewer or cheaper equations.

    Results are the same bit for bit, but for products of stacks of matrices and of transposed arrays, which BLAS may
    round otherwise; with `fast_math`, nearly, for finite numbers.
    """
    for stage in _stages(program, fast_math):
        program = stage.program
    return program


def stages(program: Program, *, fast_math: bool = False) -> list[Stage]:
    """The Program after each pass of `optimised` that changes something, in their order.

    >>> import numpy as np
    >>> from tapegrad import trace
    >>> for stage in stages(trace(lambda x: -(x * 2.0) + 0 * x[0])(np.ones(3))):
    ...     print(stage)
    simplified:
    x       :  float64[3]  input
    %0      :  float64[3]  multiply x, 2.0
    %1      :  float64[3]  negative %0
    %2      :  float64     slice_of x, 0
    %3      :  float64     multiply 0, %2
    %4      :  float64[3]  subtract %3, %0
    return  :  float64[3]  %4
    without dead:
    x       :  float64[3]  input
    %0      :  float64[3]  multiply x, 2.0
    %1      :  float64     slice_of x, 0
    %2      :  float64     multiply 0, %1
    %3      :  float64[3]  subtract %2, %0
    return  :  float64[3]  %3
    """
    changed: list[Stage] = []
    for stage in _stages(program, fast_math):
        if str(stage.program) != str(program):
            changed.append(stage)
        program = stage.program
    return changed


def _stages(program: Program, fast_math: bool) -> Iterator[Stage]:
    passes = (*PASSES, with_fast_math) if fast_math else PASSES
    idle = 0
    for each in islice(cycle(passes), ROUNDS * len(passes)):
        before, program = program, each(program)
        yield Stage(each.__name__.replace("_", " "), program)
        unchanged = (program.equations, program.outputs) == (before.equations, before.outputs)
        idle = idle + 1 if unchanged else 0
        if idle == len(passes):
            break
    if fast_math:
        program = program.replaced([_fast_inside(eq) for eq in program.equations])
        yield Stage("with fast math inside", program)
    yield Stage("numbered", numbered(without_dead(program)))


def _fast_inside(eq: Equation) -> Equation:
    """The Programs inside of a loop or a choice too. Otherwise they are optimised when they are recorded."""
    primitive = eq.primitive
    if not isinstance(primitive, Structured):
        return eq
    parts = {name: optimised(part, fast_math=True) for name, part in primitive.parts().items()}
    return attrs.evolve(eq, primitive=primitive.again(**parts))
