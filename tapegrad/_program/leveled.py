"""How loops and choices meet the levels: each makes of one another one, one level out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, ClassVar, TypeAlias

import attrs
import numpy as np

from tapegrad._config import paused
from tapegrad._core.door import open_level
from tapegrad._core.joint import record_jointly
from tapegrad._core.recorder import Recorder
from tapegrad._core.variable import belongs
from tapegrad._program.program import Atom, Program
from tapegrad._program.structured import Structured
from tapegrad._program.traced import is_weak
from tapegrad._program.tracing import Tracing
from tapegrad._transforms.batched import Batching
from tapegrad._transforms.custom.mapped import Batch
from tapegrad._transforms.forward import Forward
from tapegrad._tree import placed
from tapegrad.typing import override

Leaves: TypeAlias = Sequence[Any]
"""Numbers and arrays."""
Computation: TypeAlias = Callable[[Leaves], Leaves]
Pull: TypeAlias = Callable[[Mapping[int, Any]], Leaves]
"""(cotangents of the floating outputs, by their positions) -> cotangents of the arguments that are moved."""


@attrs.define(eq=False, repr=False)
class Leveled(Structured):
    """A loop or a choice. What is moved are the positions of the arguments that belong to the level."""

    reversible: ClassVar[bool] = True
    """Whether a tape can record it whole."""

    @override
    def bound(self, arguments: Leaves) -> list[Any]:
        level = open_level(arguments, self.name)
        if level is None or isinstance(level, Tracing):
            return self.applied(arguments)
        moved = [i for i, x in enumerate(arguments) if belongs(x, level)]
        inner = placed(arguments, moved, [arguments[i].primal for i in moved])
        if isinstance(level, Batching):
            outs, own = self.batched(inner, moved, np.shape(inner[moved[0]])[0])
            return [level.batched(out) if flag else out for out, flag in zip(outs, own, strict=True)]
        if isinstance(level, (Recorder, Forward)) and paused(level):
            return self.bound(inner)
        if isinstance(level, Forward):
            outs, tangents = self.pushed(inner, {i: arguments[i].tangent for i in moved})
            return placed(outs, [*tangents], [level.dual(outs[i], tangent) for i, tangent in tangents.items()])
        if isinstance(level, Recorder) and self.reversible:
            outs, pull = self.pulled(inner, moved)
            smooth = smooth_ones(outs)
            nodes = [arguments[i].node for i in moved]
            recorded = record_jointly(
                level,
                self.name,
                nodes,
                [outs[i] for i in smooth],
                lambda cts: tuple(pull(dict(zip(smooth, cts, strict=True)))),
            )
            return placed(outs, smooth, recorded)
        return self.unrolled(arguments)

    def pulled(self, inner: Leaves, moved: Sequence[int]) -> tuple[list[Any], Pull]:
        """The outputs, and the pullback to the arguments that are moved."""
        raise NotImplementedError

    def pushed(self, inner: Leaves, tangents: Mapping[int, Any]) -> tuple[list[Any], dict[int, Any]]:
        """The outputs, and the tangents of those that move, for such tangents of the arguments."""
        raise NotImplementedError

    def batched(self, inner: Leaves, moved: Sequence[int], size: int) -> tuple[Leaves, Sequence[bool]]:
        """The outputs for the whole batch, of this size, and which of them have its axis, which comes first."""
        raise NotImplementedError

    def unrolled(self, arguments: Leaves) -> list[Any]:
        """The outputs, operation by operation: for levels that know nothing of loops and choices."""
        raise NotImplementedError


def smooth_ones(values: Leaves) -> list[int]:
    """The positions of floating and complex values. A number that is still Python's was not differentiated."""
    return [i for i, value in enumerate(values) if np.result_type(value).kind in "fc" and not is_weak(value)]


def picked(values: Leaves, places: Iterable[int]) -> Leaves:
    """The values at these positions."""
    return [values[i] for i in places]


def moving(f: Computation, place: Leaves, moved: Sequence[int]) -> Callable[..., tuple[Any, ...]]:
    """`f` as a function of its values at these positions alone, the others as they are in `place`."""
    return lambda *values: tuple(f(placed(place, moved, values)))


def over_batch(f: Computation, flags: Sequence[bool], size: int, own: Sequence[bool] | None = None) -> Computation:
    """`f` over a batch: which values have its axis first is said by `flags`, and by `own` which results, or all."""

    def whole(values: Leaves) -> Leaves:
        with Batch(size) as batch:
            outs = f(batch.enter(values, flags))
            return [batch.whole(out) if own is None or own[i] else out for i, out in enumerate(outs)]

    return whole


def reached(program: Program, flags: Sequence[bool]) -> set[Atom]:
    """The values that depend on the inputs that are flagged, and these."""
    found: set[Atom] = {var for var, flag in zip(program.inputs, flags, strict=True) if flag}
    for eq in program.equations:
        if not found.isdisjoint(eq.inputs):
            found.update(eq.outputs)
    return found


def dependent(program: Program, flags: Sequence[bool]) -> list[bool]:
    """Which outputs do."""
    found = reached(program, flags)
    return [atom in found for atom in program.outputs]


def in_every_step(step: Program, flags: Sequence[bool], carry: int) -> list[bool]:
    """Which inputs of a step depend on those that are flagged, in one step or another of a loop."""
    while True:
        after = dependent(step, flags)[:carry]
        found = [flag or (i < carry and after[i]) for i, flag in enumerate(flags)]
        if found == flags:
            return found
        flags = found


def spread_over(values: Leaves, flags: Sequence[bool], moved: Sequence[int], size: int) -> list[Any]:
    """The values, with the axis of the batch where they are flagged; those at the positions `moved` have it."""
    return [
        np.broadcast_to(x, (size, *np.shape(x))) if flag and i not in moved else x
        for i, (x, flag) in enumerate(zip(values, flags, strict=False))
    ]
