"""A choice between two computations: in a Program one equation, whichever of them will run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import attrs

from tapegrad._core.variable import ARRAYS
from tapegrad._program.bodies import Choice
from tapegrad._program.leveled import Computation, Leaves, Leveled, Pull, moving, over_batch, picked
from tapegrad._program.passes.pipeline import optimised
from tapegrad._program.source.control import Running
from tapegrad._program.specimen import Outcome
from tapegrad._program.trace import body_of
from tapegrad._rules.folding import select
from tapegrad._transforms.custom.mapped import Batch
from tapegrad._transforms.forward import jvp
from tapegrad._transforms.vjp import vjp
from tapegrad.typing import override


def choose(condition: Any, first: Computation, second: Computation, arguments: Leaves) -> list[Any]:
    """`first(arguments)` where the condition holds, else `second(arguments)`."""
    both, captured = body_of(lambda *values: [*first(values), *second(values)], arguments)
    half = len(both.outputs) // 2
    choice = Choice(
        optimised(both.with_outputs(both.outputs[:half])),
        optimised(both.with_outputs(both.outputs[half:])),
    )
    return Chosen.made_of(choice).bound([condition, *arguments, *captured])


@attrs.define(eq=False, repr=False)
class Chosen(Leveled):
    """A choice as a primitive, of the condition and the arguments."""

    @classmethod
    def made_of(cls, choice: Choice) -> Chosen:
        """The primitive of a choice."""
        return cls.of(choice, "cond", Running(choice), len(choice.first.outputs))

    @override
    def outcome(self) -> Outcome:
        pairs = zip(self.content.first.specimens(), self.content.second.specimens(), strict=True)
        strong = [a if isinstance(a, ARRAYS) else b for a, b in pairs]  # a number of Python's only where both are
        return Outcome(strong, False)

    def other(self, change: Callable[[Computation], Computation], condition: Any, arguments: Leaves) -> list[Any]:
        """The same choice between both computations, changed."""
        return choose(condition, change(self.content.first.evaluate), change(self.content.second.evaluate), arguments)

    @override
    def pulled(self, inner: Leaves, moved: Sequence[int]) -> tuple[list[Any], Pull]:
        """In reverse, the branch that was taken runs again, and its cotangents are pulled back."""
        condition, *rest = inner
        wanted = [i - 1 for i in moved]

        def pull(ct: Mapping[int, Any]) -> Leaves:
            def backward(branch: Computation) -> Computation:
                def run(values: Leaves) -> Leaves:
                    place, cts = values[: len(rest)], tuple(values[len(rest) :])
                    again = moving(lambda at: picked(branch(at), ct), place, wanted)
                    return vjp(again, *(place[i] for i in wanted))[1](cts)

                return run

            return self.other(backward, condition, [*rest, *ct.values()])

        return self.bound(inner), pull

    @override
    def pushed(self, inner: Leaves, tangents: Mapping[int, Any]) -> tuple[list[Any], dict[int, Any]]:
        """The branch that is taken, with its tangents."""
        condition, *rest = inner
        wanted = [i - 1 for i in tangents]
        specs = [self.content.first.spec(atom) for atom in self.content.first.outputs]
        smooth = [i for i, spec in enumerate(specs) if spec.dtype.kind in "fc"]

        def forward(branch: Computation) -> Computation:
            def run(values: Leaves) -> Leaves:
                place, dx = values[: len(rest)], tuple(values[len(rest) :])
                outs, douts = jvp(moving(branch, place, wanted), tuple(place[i] for i in wanted), dx)
                return [*outs, *(douts[i] for i in smooth)]

            return run

        results = self.other(forward, condition, [*rest, *tangents.values()])
        return results[: len(specs)], dict(zip(smooth, results[len(specs) :], strict=True))

    @override
    def batched(self, inner: Leaves, moved: Sequence[int], size: int) -> Leaves:
        """Where the condition differs within the batch, both branches run; else the one, for the whole batch."""
        flags = [i in moved for i in range(len(inner))]
        if not flags[0]:
            return self.other(lambda branch: over_batch(branch, flags[1:], size), inner[0], inner[1:])
        with Batch(size) as batch:
            condition, *rest = batch.enter(inner, flags)
            pairs = zip(self.content.first.evaluate(rest), self.content.second.evaluate(rest), strict=True)
            return [batch.whole(select(condition, a, b)) for a, b in pairs]

    @override
    def unrolled(self, arguments: Leaves) -> list[Any]:
        choice: Choice = self.content
        condition, *rest = arguments
        return (choice.first if condition else choice.second).evaluate(rest)
