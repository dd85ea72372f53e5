"""A choice between two computations: in a Program one equation, whichever of them will run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any, TypeAlias

import attrs
import numpy as np

from tapegrad._core.door import innermost
from tapegrad._core.joint import record_jointly
from tapegrad._core.recorder import Recorded, Recorder
from tapegrad._program.passes.pipeline import optimised
from tapegrad._program.program import Program
from tapegrad._program.source.function import Writer
from tapegrad._program.structured import Structured
from tapegrad._program.trace import body_of
from tapegrad._rules.folding import select
from tapegrad._transforms.batched import Batched, Batching
from tapegrad._transforms.forward import Dual, Forward, jvp
from tapegrad._transforms.vjp import vjp
from tapegrad.typing import override

Branch: TypeAlias = Callable[..., Sequence[Any]]
"""A computation of numbers and arrays: leaves in, leaves out."""


@attrs.frozen
class Choice:
    """Two Programs with the same inputs, and outputs of the same shapes and dtypes."""

    first: Program
    second: Program

    def branches(self) -> tuple[Branch, Branch]:
        """Both, on values of any level."""
        return (lambda *values: self.first.evaluate(values)), (lambda *values: self.second.evaluate(values))


def choose(condition: Any, first: Branch, second: Branch, arguments: Sequence[Any]) -> list[Any]:
    """`first(*arguments)` where the condition holds, else `second(*arguments)`."""
    both, captured = body_of(lambda *values: [*first(*values), *second(*values)], arguments)
    half = len(both.outputs) // 2
    choice = Choice(
        optimised(both.with_outputs(both.outputs[:half])),
        optimised(both.with_outputs(both.outputs[half:])),
    )
    return Chosen.made_of(choice).bound([condition, *arguments, *captured])


def _is_smooth(value: Any) -> bool:
    return np.result_type(value).kind in "fc"


def _recorded(chosen: Chosen, arguments: Sequence[Any], level: Recorder) -> list[Any]:
    """One Node. In reverse, the branch that was taken runs again, and its cotangents are pulled back."""
    condition, *inner = [x.primal if isinstance(x, Recorded) and x.level is level else x for x in arguments]
    mine = [i for i, x in enumerate(arguments[1:]) if isinstance(x, Recorded) and x.level is level]
    outs = chosen.bound([condition, *inner])
    smooth = [i for i, out in enumerate(outs) if _is_smooth(out)]

    def pull(cts: tuple[Any, ...]) -> tuple[Any, ...]:
        def pulled(branch: Branch) -> Branch:
            def backward(*values: Any) -> Sequence[Any]:
                place, towards = list(values[: len(inner)]), values[len(inner) :]

                def moved(*values: Any) -> tuple[Any, ...]:
                    at = list(place)
                    for i, value in zip(mine, values, strict=True):
                        at[i] = value
                    results = branch(*at)
                    return tuple(results[i] for i in smooth)

                return vjp(moved, *(place[i] for i in mine))[1](towards)

            return backward

        first, second = chosen.content.branches()
        return tuple(choose(condition, pulled(first), pulled(second), [*inner, *cts]))

    nodes = [arguments[1 + i].node for i in mine]
    for i, variable in zip(smooth, record_jointly(level, "cond", nodes, [outs[i] for i in smooth], pull), strict=True):
        outs[i] = variable
    return outs


def _pushed(chosen: Chosen, arguments: Sequence[Any], level: Forward) -> list[Any]:
    """The branch that is taken, with its tangents."""
    condition, *inner = [x.primal if isinstance(x, Dual) and x.level is level else x for x in arguments]
    mine = [i for i, x in enumerate(arguments[1:]) if isinstance(x, Dual) and x.level is level]
    tangents = [arguments[1 + i].tangent for i in mine]

    def pushed(branch: Branch) -> Branch:
        def forward(*values: Any) -> Sequence[Any]:
            place = list(values[: len(inner)])

            def moved(*values: Any) -> tuple[Any, ...]:
                at = list(place)
                for i, value in zip(mine, values, strict=True):
                    at[i] = value
                return tuple(branch(*at))

            outs, douts = jvp(moved, tuple(place[i] for i in mine), values[len(inner) :])
            return [*outs, *(douts[i] for i in smooth)]

        return forward

    specs = [chosen.content.first.spec(atom) for atom in chosen.content.first.outputs]
    smooth = [i for i, spec in enumerate(specs) if spec.dtype.kind in "fc"]
    first, second = chosen.content.branches()
    results = choose(condition, pushed(first), pushed(second), [*inner, *tangents])
    outs = results[: len(specs)]
    for i, tangent in zip(smooth, results[len(specs) :], strict=True):
        outs[i] = level.dual(outs[i], tangent)
    return outs


def _batched(chosen: Chosen, arguments: Sequence[Any], level: Batching) -> list[Any]:
    """Where the condition differs within the batch, both branches run; else the one, for the whole batch."""
    first, second = chosen.content.branches()
    condition, *values = arguments
    if isinstance(condition, Batched) and condition.level is level:
        pairs = zip(first(*values), second(*values), strict=True)
        return [select(condition, a, b) for a, b in pairs]
    mine = [isinstance(x, Batched) and x.level is level for x in values]
    inner = [x.primal if own else x for x, own in zip(values, mine, strict=True)]
    size = next(len(x) for x, own in zip(inner, mine, strict=True) if own)

    def whole(branch: Branch) -> Branch:
        def forward(*values: Any) -> Sequence[Any]:
            within = Batching()
            outs = branch(*(within.batched(x) if own else x for x, own in zip(values, mine, strict=True)))
            return [x.primal if within.owns(x) else np.broadcast_to(x, (size, *np.shape(x))) for x in outs]

        return forward

    return [level.batched(out) for out in choose(condition, whole(first), whole(second), inner)]


class Running:
    """What a choice computes: the branch, as generated code."""

    def __init__(self, choice: Choice) -> None:
        self.choice = choice

    @cached_property
    def first(self) -> Callable[..., list[Any]]:
        """The one branch, compiled when it first runs."""
        return Writer(self.choice.first).write().run

    @cached_property
    def second(self) -> Callable[..., list[Any]]:
        """The other one."""
        return Writer(self.choice.second).write().run

    def __call__(self, condition: Any, *arguments: Any) -> Any:
        outs = (self.first if condition else self.second)(*arguments)
        return outs[0] if len(outs) == 1 else tuple(outs)


@attrs.define(eq=False, repr=False)
class Chosen(Structured):
    """A choice as a primitive, of the condition and the arguments."""

    @classmethod
    def made_of(cls, choice: Choice) -> Chosen:
        """The primitive of a choice."""
        return cls.of(choice, "cond", Running(choice), len(choice.first.outputs))

    @override
    def bound(self, arguments: Sequence[Any]) -> list[Any]:
        level = innermost(arguments)
        if isinstance(level, Recorder):
            return _recorded(self, arguments, level)
        if isinstance(level, Forward):
            return _pushed(self, arguments, level)
        return _batched(self, arguments, level) if isinstance(level, Batching) else self.applied(arguments)
