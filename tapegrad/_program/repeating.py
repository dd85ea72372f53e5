"""A loop that goes on while a condition holds: in a Program one equation, however often it will run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

import attrs
import numpy as np

from tapegrad._core.door import innermost
from tapegrad._core.variable import is_variable
from tapegrad._place import user_line
from tapegrad._program.bodies import While
from tapegrad._program.carrying import carried
from tapegrad._program.leveled import (
    Leaves,
    Leveled,
    dependent,
    in_every_step,
    moving,
    over_batch,
    smooth_ones,
    spread_over,
)
from tapegrad._program.passes.pipeline import optimised
from tapegrad._program.source.control import Running
from tapegrad._program.specimen import Outcome
from tapegrad._program.traced import doubt
from tapegrad._rules.folding import select
from tapegrad._transforms.forward import jvp, zero_tangent
from tapegrad.errors import ConcretizationError
from tapegrad.typing import override


def repeat(condition: Callable[..., Any], step: Callable[..., Sequence[Any]], carry: Sequence[Any]) -> list[Any]:
    """`carry = step(*carry)` while `condition(*carry)`."""
    both, first, ambiguous = carried(lambda *values: [*step(*values), condition(*values)], carry)
    outputs = both.program.outputs
    loop = While(
        optimised(both.program.with_outputs(outputs[-1:])),
        optimised(both.program.with_outputs(outputs[:-1])),
        len(carry),
    )
    outs = Repeated.made_of(loop).bound([*first, *both.captured])
    if ambiguous and innermost(outs) is None:  # of constants alone, it can run here
        while condition(*carry):
            carry = step(*carry)
        return list(carry)
    doubt(outs, ambiguous)
    return outs


@attrs.define(eq=False, repr=False)
class Repeated(Leveled):
    """Such a loop as a primitive, of the carry and the constants."""

    reversible: ClassVar[bool] = False

    @classmethod
    def made_of(cls, loop: While) -> Repeated:
        """The primitive of a loop."""
        return cls.of(loop, "while", Running(loop), loop.carry)

    @override
    def outcome(self) -> Outcome:
        loop: While = self.content
        return Outcome(list(map(loop.step.specimen, loop.step.inputs[: loop.carry])), False)

    @override
    def pushed(self, inner: Leaves, tangents: Mapping[int, Any]) -> tuple[list[Any], dict[int, Any]]:
        """Values and tangents side by side."""
        loop: While = self.content
        constants = inner[loop.carry :]
        smooth = [i for i in smooth_ones(inner) if i < loop.carry or i in tangents]
        moving_all = {i: tangents[i] if i in tangents else zero_tangent(inner[i]) for i in smooth}
        carried = [i for i in smooth if i < loop.carry]

        def forward(*values: Any) -> Sequence[Any]:
            place = [*values[: loop.carry], *constants]
            dx = moving_all | dict(zip(carried, values[loop.carry :], strict=True))
            step = moving(loop.step.evaluate, place, smooth)
            outs, douts = jvp(step, tuple(place[i] for i in smooth), tuple(dx[i] for i in smooth))
            return [*outs, *(douts[i] for i in carried)]

        def condition(*values: Any) -> Any:
            return loop.condition.evaluate([*values[: loop.carry], *constants])[0]

        outs = repeat(condition, forward, [*inner[: loop.carry], *(moving_all[i] for i in carried)])
        return outs[: loop.carry], dict(zip(carried, outs[loop.carry :], strict=True))

    @override
    def batched(self, inner: Leaves, moved: Sequence[int], size: int) -> tuple[Leaves, Sequence[bool]]:
        """Until the last element of the batch is done; those that are done before keep their carry."""
        loop: While = self.content
        constants = inner[loop.carry :]
        flags = in_every_step(loop.step, [i in moved for i in range(len(inner))], loop.carry)
        differs = dependent(loop.condition, flags)[0]
        flags = [flag or (differs and i < loop.carry) for i, flag in enumerate(flags)]
        own = flags[: loop.carry]
        carry = spread_over(inner[: loop.carry], own, moved, size)

        def held(values: Leaves) -> Leaves:
            (going,) = loop.condition.evaluate(values)
            return [
                select(going, after, before) for after, before in zip(loop.step.evaluate(values), values, strict=False)
            ]

        going = over_batch(loop.condition.evaluate, flags, size, [differs])
        step = over_batch(held if differs else loop.step.evaluate, flags, size, own)
        outs = repeat(
            lambda *values: np.any(going([*values, *constants])[0]), lambda *values: step([*values, *constants]), carry
        )
        return outs, own

    @override
    def unrolled(self, arguments: Leaves) -> list[Any]:
        """Step by step, where the condition is known."""
        loop: While = self.content
        carry, constants = list(arguments[: loop.carry]), arguments[loop.carry :]
        while True:
            (going,) = loop.condition.evaluate([*carry, *constants])
            if is_variable(going):
                raise ConcretizationError(
                    f"while_loop at {user_line()}: in a Program it runs an unknown number of times, so that no room "
                    "can be set aside for what reverse mode needs of each. Use forward mode (jvp, jacfwd); or write "
                    "fori_loop or scan with a bound, and np.where for the steps after the last; or, where the loop "
                    "looks for a root or a fixed point, tapegrad.implicit.custom_root or custom_fixed_point, which "
                    "need none of its steps; or leave the loop outside of compile."
                )
            if not going:
                return carry
            carry = loop.step.evaluate([*carry, *constants])
