"""A loop that goes on while a condition holds: in a Program one equation, however often it will run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

import attrs
import numpy as np

from tapegrad._core.door import innermost
from tapegrad._core.recorder import Recorder
from tapegrad._core.variable import is_variable
from tapegrad._place import user_line
from tapegrad._program.passes.pipeline import optimised
from tapegrad._program.program import Program
from tapegrad._program.source.function import Writer
from tapegrad._program.structured import Structured
from tapegrad._program.trace import body_of
from tapegrad._transforms.batched import Batched, Batching
from tapegrad._transforms.forward import Dual, Forward, jvp
from tapegrad.errors import ConcretizationError
from tapegrad.typing import override


@attrs.frozen
class While:
    """A condition and a step, both of `(*carry, *constants)`."""

    condition: Program
    step: Program
    carry: int


def repeat(condition: Callable[..., Any], step: Callable[..., Sequence[Any]], carry: Sequence[Any]) -> list[Any]:
    """`carry = step(*carry)` while `condition(*carry)`."""
    both, captured = body_of(lambda *values: [condition(*values), *step(*values)], carry)
    loop = While(
        optimised(both.with_outputs(both.outputs[:1])),
        optimised(both.with_outputs(both.outputs[1:])),
        len(carry),
    )
    return Repeated.made_of(loop).bound([*carry, *captured])


def _unrolled(loop: While, arguments: Sequence[Any]) -> list[Any]:
    """Step by step, where the condition is known."""
    carry, constants = list(arguments[: loop.carry]), arguments[loop.carry :]
    while True:
        (going,) = loop.condition.evaluate([*carry, *constants])
        if is_variable(going):
            raise ConcretizationError(
                f"while_loop at {user_line()}: in a Program it runs an unknown number of times, so that no room can be "
                "set aside for what reverse mode needs of each. Write fori_loop or scan with a bound and np.where, use "
                "forward mode (jvp, jacfwd), or leave the loop outside of compile."
            )
        if not going:
            return carry
        carry = loop.step.evaluate([*carry, *constants])


def _pushed(loop: While, arguments: Sequence[Any], level: Forward) -> list[Any]:
    """Values and tangents side by side."""
    inner = [x.primal if isinstance(x, Dual) and x.level is level else x for x in arguments]
    smooth = [i for i, x in enumerate(inner) if np.result_type(x).kind in "fc"]
    tangents = {i: np.zeros(np.shape(inner[i]), np.result_type(inner[i])) for i in smooth}
    tangents |= {i: x.tangent for i, x in enumerate(arguments) if isinstance(x, Dual) and x.level is level}
    carried = [i for i in smooth if i < loop.carry]

    def forward(*values: Any) -> Sequence[Any]:
        place = [*values[: loop.carry], *inner[loop.carry :]]
        dx = tangents | dict(zip(carried, values[loop.carry :], strict=True))

        def moved(*values: Any) -> tuple[Any, ...]:
            at = list(place)
            for i, value in zip(smooth, values, strict=True):
                at[i] = value
            return tuple(loop.step.evaluate(at))

        outs, douts = jvp(moved, tuple(place[i] for i in smooth), tuple(dx[i] for i in smooth))
        return [*outs, *(douts[i] for i in carried)]

    def condition(*values: Any) -> Any:
        return loop.condition.evaluate([*values[: loop.carry], *inner[loop.carry :]])[0]

    outs = repeat(condition, forward, [*inner[: loop.carry], *(tangents[i] for i in carried)])
    for i, tangent in zip(carried, outs[loop.carry :], strict=True):
        outs[i] = level.dual(outs[i], tangent)
    return outs[: loop.carry]


def _batched(loop: While, arguments: Sequence[Any], level: Batching) -> list[Any]:
    """Until the last element of the batch is done; those that are done before keep their carry."""
    mine = [isinstance(x, Batched) and x.level is level for x in arguments]
    inner = [x.primal if own else x for x, own in zip(arguments, mine, strict=True)]
    size = next(len(x) for x, own in zip(inner, mine, strict=True) if own)
    carry = [
        x if own else np.broadcast_to(x, (size, *np.shape(x)))
        for x, own in zip(inner[: loop.carry], mine, strict=False)
    ]

    def all_of_it(value: Any, within: Batching) -> Any:
        return value.primal if within.owns(value) else np.broadcast_to(value, (size, *np.shape(value)))

    def at(values: Sequence[Any], within: Batching) -> list[Any]:
        flags = [True] * loop.carry + mine[loop.carry :]
        return [within.batched(x) if own else x for x, own in zip([*values, *inner[loop.carry :]], flags, strict=True)]

    def condition(*values: Any) -> Any:
        within = Batching()
        return np.any(all_of_it(loop.condition.evaluate(at(values, within))[0], within))

    def step(*values: Any) -> Sequence[Any]:
        within = Batching()
        place = at(values, within)
        (going,) = loop.condition.evaluate(place)
        outs = zip(loop.step.evaluate(place), place, strict=False)
        return [all_of_it(np.where(going, after, before), within) for after, before in outs]

    return [level.batched(x) for x in repeat(condition, step, carry)]


class Running:
    """What such a loop computes: condition and step as generated code, again and again."""

    def __init__(self, loop: While) -> None:
        self.loop = loop

    @cached_property
    def code(self) -> tuple[Callable[..., list[Any]], Callable[..., list[Any]]]:
        """Condition and step, compiled when the loop first runs."""
        return Writer(self.loop.condition).write().run, Writer(self.loop.step).write().run

    def __call__(self, *arguments: Any) -> Any:
        condition, step = self.code
        carry: Sequence[Any] = arguments[: self.loop.carry]
        constants = arguments[self.loop.carry :]
        while condition(*carry, *constants)[0]:
            carry = step(*carry, *constants)
        return carry[0] if len(carry) == 1 else tuple(carry)


@attrs.define(eq=False, repr=False)
class Repeated(Structured):
    """Such a loop as a primitive, of the carry and the constants."""

    @classmethod
    def made_of(cls, loop: While) -> Repeated:
        """The primitive of a loop."""
        return cls.of(loop, "while", Running(loop), loop.carry)

    @override
    def bound(self, arguments: Sequence[Any]) -> list[Any]:
        level = innermost(arguments)
        if isinstance(level, Recorder):
            return _unrolled(self.content, arguments)
        if isinstance(level, Forward):
            return _pushed(self.content, arguments, level)
        return _batched(self.content, arguments, level) if isinstance(level, Batching) else self.applied(arguments)
