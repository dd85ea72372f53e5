"""Loops in a Program: one equation, whose body is a Program of its own, however often it runs.

A loop is differentiated as a whole: forward by a loop over values and tangents together, in reverse by a loop in the
other direction, which runs each step again from the carry that it began with.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import attrs
import numpy as np

from tapegrad._core.door import innermost
from tapegrad._program.bodies import Loop
from tapegrad._program.carrying import carried
from tapegrad._program.choosing import choose
from tapegrad._program.factoring import with_slopes_joined
from tapegrad._program.hoisting import hoisted, is_batched, weak_carries
from tapegrad._program.leveled import (
    Leaves,
    Leveled,
    Pull,
    dependent,
    in_every_step,
    moving,
    over_batch,
    picked,
    smooth_ones,
    spread_over,
)
from tapegrad._program.passes.pipeline import optimised
from tapegrad._program.slopes import by_slopes, pays
from tapegrad._program.source.control import Running
from tapegrad._program.specimen import Outcome, stretched
from tapegrad._program.traced import doubt
from tapegrad._program.tracing import Tracing, calling, recording
from tapegrad._rules.casting import number as weakened
from tapegrad._transforms.forward import jvp, zero_tangent
from tapegrad._transforms.vjp import vjp
from tapegrad._tree import placed
from tapegrad.typing import override


def roll(
    f: Callable[..., Sequence[Any]],
    carry: Sequence[Any],
    rows: Sequence[Any],
    length: int,
    backwards: bool = False,
) -> tuple[list[Any], list[Any]]:
    """`(*carry, *y) = f(*carry, *row)` over all rows: the last carry, and the y stacked.

    Rows are those of an array, or Python's own numbers in a list or a range. A loop may go through them backwards: so
    what it computes of them beforehand is the same as in a loop that goes forwards.
    """
    step, first, ambiguous = carried(f, carry, [row[0] for row in rows])
    if not step.program.outputs:
        return [], []
    body, along = optimised(step.program), list(map(_as_array, rows))
    if calling.get() and isinstance(innermost([*first, *along, *step.captured]), Tracing):  # else it is differentiated
        body = with_slopes_joined(body, len(carry))
    loop, along, constants = hoisted(Loop(body, len(carry), len(rows), length), along, step.captured)
    loop = attrs.evolve(loop, body=optimised(loop.body))
    along = [x[::-1] for x in along] if backwards else along
    outs = Rolled.made_of(loop).bound([*first, *along, *constants])
    unsure = [i for i in ambiguous if i in step.ambiguous or step.program.is_weak(step.program.outputs[i])]
    if unsure and innermost(outs) is None:  # of constants alone, it can run here
        return _run(f, carry, [row[::-1] for row in rows] if backwards else rows, length)
    doubt(outs, unsure)
    return outs[: len(carry)], outs[len(carry) :]


def _run(
    f: Callable[..., Sequence[Any]], carry: Sequence[Any], rows: Sequence[Any], length: int
) -> tuple[list[Any], list[Any]]:
    """The same, step by step."""
    steps: list[Sequence[Any]] = []
    for i in range(length):
        outs = f(*carry, *(row[i] for row in rows))
        carry = outs[: len(carry)]
        steps.append(outs[len(carry) :])
    return list(carry), [np.stack(column) for column in zip(*steps, strict=True)]


def _as_array(rows: Any) -> Any:
    return np.array(rows) if isinstance(rows, (list, range)) else rows


def _rows(loop: Loop, arguments: Leaves) -> list[Any]:
    """The rows among the arguments, as `roll` takes them."""
    return [arguments[i].tolist() if loop.counts(i) else arguments[i] for i in range(loop.carry, loop.constants)]


@attrs.define(eq=False, repr=False)
class Rolled(Leveled):
    """A loop as a primitive, of the carry, the rows and the constants."""

    @classmethod
    def made_of(cls, loop: Loop) -> Rolled:
        """The primitive of a loop."""
        return cls.of(loop, "scan", Running(loop), len(loop.body.outputs))

    @override
    def outcome(self) -> Outcome:
        loop: Loop = self.content
        body, start = loop.body, loop.carry
        carry = list(map(body.specimen, body.inputs[:start]))
        ys = list(map(body.specimen, body.outputs[start:]))
        stacks = [stretched((loop.length, *np.shape(y)), np.result_type(y)) for y in ys]
        return Outcome([*carry, *stacks], False)

    @override
    def pulled(self, inner: Leaves, moved: Sequence[int]) -> tuple[list[Any], Pull]:
        """The carries are kept; in reverse, each step runs again from its own."""
        loop: Loop = self.content
        step = loop.body.evaluate
        start, stop = loop.carry, loop.constants

        def forward(*values: Any) -> Sequence[Any]:
            return [*step([*values, *inner[stop:]]), *values[:start]]

        carry, kept = roll(forward, inner[:start], _rows(loop, inner), loop.length)
        outs, carries = [*carry, *kept[: loop.ys]], kept[loop.ys :]
        to_rows = [i for i in moved if start <= i < stop]
        to_constants = [i for i in moved if i >= stop]

        weak, together = weak_carries(loop), is_batched(loop)
        in_turn = [] if together else to_rows, [] if together else to_constants

        def pull(ct: Mapping[int, Any]) -> Leaves:
            carried, stacked = [i for i in ct if i < start], [i for i in ct if i >= start]

            def backward(*values: Any) -> Sequence[Any]:
                parts = iter(values)
                ct_carry = [next(parts) for _ in carried]
                sums = [next(parts) for _ in in_turn[1]]
                place = [next(parts) for _ in range(stop)]
                place = placed(place, weak, [weakened(place[i]) for i in weak])
                wanted = [*carried, *in_turn[0], *in_turn[1]]
                place += inner[stop:]
                again = moving(lambda at: picked(step(at), ct), place, wanted)
                found = list(vjp(again, *(place[i] for i in wanted))[1]((*ct_carry, *parts)))
                ends = len(carried), len(carried) + len(in_turn[0])
                added = [total + part for total, part in zip(sums, found[ends[1] :], strict=True)]
                return [*found[: ends[0]], *added, *found[ends[0] : ends[1]], *(ct_carry if together else ())]

            cts = [*(ct[i] for i in carried), *(zero_tangent(inner[i]) for i in in_turn[1])]
            given = [*carries, *_rows(loop, inner), *(ct[i] for i in stacked)]
            turns = cts or in_turn[0]  # a carry of integers alone sends nothing back

            def one_by_one(values: Leaves) -> list[Any]:
                last, rows = roll(backward, values[: len(cts)], values[len(cts) :], loop.length, backwards=True)
                return [*last, *rows]

            place = [*carries, *inner[start:]]
            done: list[Any] = []
            if together and carried and recording.get() and calling.get() and pays(loop, carried):
                quick = by_slopes(loop, place, ct, roll)
                settled = np.isfinite(sum(map(np.sum, quick)))  # else a zero cotangent may have met an infinite slope
                done = choose(
                    settled,
                    lambda values: values[: len(quick)],
                    lambda values: one_by_one(values[len(quick) :]),
                    [*quick, *cts, *given],
                )
            elif turns:
                done = one_by_one([*cts, *given])
            last, rows = done[: len(cts)], done[len(cts) :]
            found = dict(zip([*carried, *in_turn[1]], last, strict=True))
            forwards = [x[::-1] for x in rows]
            wanted = [*to_rows, *to_constants]
            if together and wanted:  # theirs by one pullback of all steps
                steps = over_batch(step, [i < stop for i in range(len(inner))], loop.length)
                again = moving(lambda at: picked(steps(at), ct), place, wanted)
                parts = vjp(again, *(place[i] for i in wanted))[1]((*forwards, *(ct[i] for i in stacked)))
                found.update(zip(wanted, parts, strict=True))
            elif wanted:
                found.update(zip(to_rows, forwards, strict=True))
            return [found.get(i) for i in moved]

        return outs, pull

    @override
    def pushed(self, inner: Leaves, tangents: Mapping[int, Any]) -> tuple[list[Any], dict[int, Any]]:
        """Values and tangents side by side."""
        loop: Loop = self.content
        start, stop = loop.carry, loop.constants
        smooth = [i for i in smooth_ones(inner) if i < start or i in tangents]
        moving_all = {i: tangents[i] if i in tangents else zero_tangent(inner[i]) for i in smooth}
        carried, along = [i for i in smooth if i < start], [i for i in smooth if start <= i < stop]
        specs = [loop.body.spec(atom) for atom in loop.body.outputs]
        ys = [i for i in range(start, len(specs)) if specs[i].dtype.kind in "fc"]

        def forward(*values: Any) -> Sequence[Any]:
            parts = iter(values)
            place = [next(parts) for _ in range(start)]
            dx = moving_all | {i: next(parts) for i in carried}
            place += [next(parts) for _ in range(stop - start)]
            dx |= {i: next(parts) for i in along}
            place += inner[stop:]
            step = moving(loop.body.evaluate, place, smooth)
            outs, douts = jvp(step, tuple(place[i] for i in smooth), tuple(dx[i] for i in smooth))
            return [*outs[:start], *(douts[i] for i in carried), *outs[start:], *(douts[i] for i in ys)]

        last, stacked = roll(
            forward,
            [*inner[:start], *(moving_all[i] for i in carried)],
            [*_rows(loop, inner), *(moving_all[i] for i in along)],
            loop.length,
        )
        found = dict(zip([*carried, *ys], [*last[start:], *stacked[loop.ys :]], strict=True))
        return [*last[:start], *stacked[: loop.ys]], found

    @override
    def batched(self, inner: Leaves, moved: Sequence[int], size: int) -> tuple[Leaves, Sequence[bool]]:
        """The carry has the batch on axis 0; rows, and the y, on axis 1."""
        loop: Loop = self.content
        start, stop = loop.carry, loop.constants
        flags = in_every_step(loop.body, [i in moved for i in range(len(inner))], start)
        own = [*flags[:start], *dependent(loop.body, flags)[start:]]
        carry = spread_over(inner[:start], flags, moved, size)
        rows = [np.swapaxes(x, 0, 1) if i in moved else x for i, x in enumerate(_rows(loop, inner), start)]
        step = over_batch(loop.body.evaluate, flags, size, own)
        last, ys = roll(lambda *values: step([*values, *inner[stop:]]), carry, rows, loop.length)
        return [*last, *(np.swapaxes(y, 0, 1) if flag else y for y, flag in zip(ys, own[start:], strict=True))], own

    @override
    def unrolled(self, arguments: Leaves) -> list[Any]:
        loop: Loop = self.content
        start, stop = loop.carry, loop.constants

        def step(*values: Any) -> Sequence[Any]:
            return loop.body.evaluate([*values, *arguments[stop:]])

        carry, ys = _run(step, arguments[:start], _rows(loop, arguments), loop.length)
        return [*carry, *ys]
