"""A loop that goes on while a condition holds: in a Program one equation, however often it will run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

import attrs
import numpy as np

from tapegrad._core.variable import is_variable
from tapegrad._place import user_line
from tapegrad._program.bodies import While
from tapegrad._program.leveled import Leaves, Leveled, moving, over_batch, smooth_ones
from tapegrad._program.passes.pipeline import optimised
from tapegrad._program.source.control import Running
from tapegrad._program.specimen import Outcome
from tapegrad._program.trace import body_of
from tapegrad._rules.folding import select
from tapegrad._transforms.forward import jvp, zero_tangent
from tapegrad.errors import ConcretizationError
from tapegrad.typing import override


def repeat(condition: Callable[..., Any], step: Callable[..., Sequence[Any]], carry: Sequence[Any]) -> list[Any]:
    """`carry = step(*carry)` while `condition(*carry)`."""
    both, captured = body_of(lambda *values: [condition(*values), *step(*values)], carry)
    loop = While(
        optimised(both.with_outputs(both.outputs[:1])),
        optimised(both.with_outputs(both.outputs[1:])),
        len(carry),
    )
    return Repeated.made_of(loop).bound([*carry, *captured])


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
        return Outcome(loop.step.specimens(), False)

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
    def batched(self, inner: Leaves, moved: Sequence[int], size: int) -> Leaves:
        """Until the last element of the batch is done; those that are done before keep their carry."""
        loop: While = self.content
        constants = inner[loop.carry :]
        carry = [
            x if i in moved else np.broadcast_to(x, (size, *np.shape(x))) for i, x in enumerate(inner[: loop.carry])
        ]
        flags = [i < loop.carry or i in moved for i in range(len(inner))]

        def held(values: Leaves) -> Leaves:
            (going,) = loop.condition.evaluate(values)
            return [
                select(going, after, before) for after, before in zip(loop.step.evaluate(values), values, strict=False)
            ]

        going, step = over_batch(loop.condition.evaluate, flags, size), over_batch(held, flags, size)
        return repeat(
            lambda *values: np.any(going([*values, *constants])[0]), lambda *values: step([*values, *constants]), carry
        )

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
