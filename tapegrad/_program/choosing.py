"""A choice between two computations: in a Program one equation, whichever of them will run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import attrs

from tapegrad._core.variable import ARRAYS
from tapegrad._program.bodies import Choice
from tapegrad._program.leveled import Computation, Leaves, Leveled, Pull, dependent, moving, over_batch, picked
from tapegrad._program.passes.pipeline import optimised
from tapegrad._program.source.control import Running
from tapegrad._program.specimen import Outcome
from tapegrad._program.trace import body_of
from tapegrad._program.traced import doubt
from tapegrad._rules.folding import select
from tapegrad._transforms.custom.mapped import Batch
from tapegrad._transforms.forward import jvp
from tapegrad._transforms.vjp import vjp
from tapegrad.typing import override


def choose(condition: Any, first: Computation, second: Computation, arguments: Leaves) -> list[Any]:
    """`first(arguments)` where the condition holds, else `second(arguments)`."""
    inner = body_of(lambda *values: [*first(values), *second(values)], arguments)
    both = inner.program
    half = len(both.outputs) // 2
    choice = Choice(
        optimised(both.with_outputs(both.outputs[:half])),
        optimised(both.with_outputs(both.outputs[half:])),
    )
    outs = Chosen.made_of(choice).bound([condition, *arguments, *inner.captured])
    pairs = zip(choice.first.outputs, choice.second.outputs, strict=True)
    differ = {i for i, (a, b) in enumerate(pairs) if choice.first.is_weak(a) != choice.second.is_weak(b)}
    doubt(outs, differ.union(i % half for i in inner.ambiguous))
    return outs


@attrs.define(eq=False, repr=False)
class Chosen(Leveled):
    """A choice as a primitive, of the condition and the arguments."""

    @classmethod
    def made_of(cls, choice: Choice) -> Chosen:
        """The primitive of a choice."""
        return cls.of(choice, "cond", Running(choice), len(choice.first.outputs))

    @override
    def outcome(self) -> Outcome:
        first, second = ([part.specimen(atom) for atom in part.outputs] for part in self.parts().values())
        pairs = zip(first, second, strict=True)
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
        specs, loose = self.content.given, self.content.loosely_given
        smooth = [i for i, spec in enumerate(specs) if spec.dtype.kind in "fc" and i not in loose]

        def forward(branch: Computation) -> Computation:
            def run(values: Leaves) -> Leaves:
                place, dx = values[: len(rest)], tuple(values[len(rest) :])
                outs, douts = jvp(moving(branch, place, wanted), tuple(place[i] for i in wanted), dx)
                return [*outs, *(douts[i] for i in smooth)]

            return run

        results = self.other(forward, condition, [*rest, *tangents.values()])
        return results[: len(specs)], dict(zip(smooth, results[len(specs) :], strict=True))

    @override
    def batched(self, inner: Leaves, moved: Sequence[int], size: int) -> tuple[Leaves, Sequence[bool]]:
        """Where the condition differs within the batch, both branches run; else the one, for the whole batch."""
        flags = [i in moved for i in range(len(inner))]
        if not flags[0]:
            either = [dependent(part, flags[1:]) for part in self.parts().values()]
            own = [first or second for first, second in zip(*either, strict=True)]
            return self.other(lambda branch: over_batch(branch, flags[1:], size, own), inner[0], inner[1:]), own
        with Batch(size) as batch:
            condition, *rest = batch.enter(inner, flags)
            pairs = zip(self.content.first.evaluate(rest), self.content.second.evaluate(rest), strict=True)
            outs = [batch.whole(select(condition, a, b)) for a, b in pairs]
        return outs, [True] * len(outs)

    @override
    def unrolled(self, arguments: Leaves) -> list[Any]:
        choice: Choice = self.content
        condition, *rest = arguments
        return (choice.first if condition else choice.second).evaluate(rest)
