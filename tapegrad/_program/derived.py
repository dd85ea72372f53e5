"""What the levels make of a Program: Programs of values and cotangents, of values and tangents, of a whole batch.

Each is recorded by running the Program at a level of its kind, one level within the recording.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs

from tapegrad._core.recorder import Recorder
from tapegrad._core.sweep import sweep
from tapegrad._core.variable import belongs
from tapegrad._program.examples import example
from tapegrad._program.leveled import Leaves
from tapegrad._program.program import Program
from tapegrad._program.structured import Structured
from tapegrad._program.trace import program_of_leaves
from tapegrad._transforms.custom.mapped import Batch
from tapegrad._transforms.forward import push
from tapegrad._tree import placed

FEW = 3
"""A batch of so many elements shows what grows with it."""


@attrs.frozen(eq=False)
class Derived:
    """A Program made of another."""

    program: Program
    """Its first inputs and outputs are those of the other Program; further ones are said below."""
    own: tuple[int, ...]
    """Which of the other Program's outputs belong to the level: there is a derivative, or the axis of the batch."""
    smooth: tuple[int, ...] = ()
    """Which of these outputs have a cotangent among the further inputs."""
    sources: tuple[int, ...] = ()
    """Which of the differentiated inputs have one among the further outputs."""


def with_cotangents(program: Program, inner: Leaves, moved: Sequence[int]) -> Derived:
    """For inputs like `inner`, differentiated at the positions `moved`, and cotangents of the floating outputs."""
    known, own, sources = len(inner), list[int](), list[int]()
    smooth = [i for i, atom in enumerate(program.outputs) if program.spec(atom).dtype.kind in "fc"]

    def both(values: Leaves) -> Leaves:
        tape = Recorder()
        variables = [tape.watch(values[i]) for i in moved]
        try:
            outs = program.evaluate(placed(values[:known], moved, variables))
        finally:
            tape.seal()
        own.extend(i for i, out in enumerate(outs) if belongs(out, tape))
        cts = dict(zip(smooth, values[known:], strict=True))
        found = sweep([(outs[i].node, cts[i]) for i in own])
        sources.extend(i for i, variable in enumerate(variables) if variable.node in found)
        return [*_primals(outs, own), *(found[variables[i].node] for i in sources)]

    examples = [program.spec(program.outputs[i]).ones() for i in smooth]
    return Derived(program_of_leaves(both, [*inner, *examples]), tuple(own), tuple(smooth), tuple(sources))


def with_tangents(program: Program, inner: Leaves, moved: Sequence[int]) -> Derived:
    """For inputs like `inner`, and tangents of those at the positions `moved`; it gives those of its `own` outputs."""
    known, own = len(inner), list[int]()

    def both(values: Leaves) -> Leaves:
        tangents: list[Any] = [None] * known
        pushed = push(program.evaluate, values[:known], placed(tangents, moved, values[known:]))
        own.extend(i for i, out in enumerate(pushed.out) if belongs(out, pushed.level))
        return [*_primals(pushed.out, own), *(pushed.out[i].tangent for i in own)]

    examples = [program.spec(program.inputs[i]).ones() for i in moved]
    return Derived(program_of_leaves(both, [*inner, *examples]), tuple(own))


def for_batch(program: Program, inner: Leaves, moved: Sequence[int]) -> Derived | None:
    """For inputs like `inner`, that have the batch axis at the positions `moved`.

    None where some equation would be many, one for each element of the batch: where three elements take more than two.
    """
    if len(inner[moved[0]]) > FEW:
        few = [placed(inner, moved, [example(inner[i])[:count] for i in moved]) for count in (2, FEW)]
        less, more = (_count(_for_batch(program, values, moved).program) for values in few)
        if less != more:
            return None
    return _for_batch(program, inner, moved)


def _for_batch(program: Program, inner: Leaves, moved: Sequence[int]) -> Derived:
    flags, own = [i in moved for i in range(len(inner))], list[int]()

    def whole(values: Leaves) -> Leaves:
        with Batch(len(inner[moved[0]])) as batch:
            outs = program.evaluate(batch.enter(values, flags))
        own.extend(i for i, out in enumerate(outs) if belongs(out, batch.level))
        return _primals(outs, own)

    return Derived(program_of_leaves(whole, inner), tuple(own))


def _count(program: Program) -> int:
    """How many equations there are, those inside of others too."""
    parts = [eq.primitive.parts().values() for eq in program.equations if isinstance(eq.primitive, Structured)]
    return len(program.equations) + sum(_count(part) for each in parts for part in each)


def _primals(outs: Leaves, own: Sequence[int]) -> list[Any]:
    """The outputs one level out."""
    return placed(outs, own, [outs[i].primal for i in own])
