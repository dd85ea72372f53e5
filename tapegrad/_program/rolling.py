"""Loops in a Program: one equation, whose body is a Program of its own, however often it runs.

A loop is differentiated as a whole: forward by a loop over values and tangents together, in reverse by a loop in the
other direction, which runs each step again from the carry that it began with.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import attrs
import numpy as np

from tapegrad._program.bodies import Loop
from tapegrad._program.hoisting import hoisted, is_batched
from tapegrad._program.leveled import Leaves, Leveled, Pull, moving, over_batch, picked, smooth_ones
from tapegrad._program.passes.pipeline import optimised
from tapegrad._program.source.control import Running
from tapegrad._program.specimen import Outcome, stretched
from tapegrad._program.trace import body_of
from tapegrad._transforms.forward import jvp, zero_tangent
from tapegrad._transforms.vjp import vjp
from tapegrad.typing import override


def roll(
    f: Callable[..., Sequence[Any]], carry: Sequence[Any], rows: Sequence[Any], length: int
) -> tuple[list[Any], list[Any]]:
    """`(*carry, *y) = f(*carry, *row)` over all rows: the last carry, and the y stacked.

    Rows are those of an array, or Python's own numbers in a list or a range.
    """
    body, captured = body_of(f, (*carry, *(row[0] for row in rows)))
    if not body.outputs:
        return [], []
    whole = Loop(optimised(body), len(carry), len(rows), length)
    loop, along, constants = hoisted(whole, list(map(_as_array, rows)), captured)
    loop = attrs.evolve(loop, body=optimised(loop.body))
    outs = Rolled.made_of(loop).bound([*carry, *along, *constants])
    return outs[: len(carry)], outs[len(carry) :]


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
        step = loop.body.specimens()
        carry, ys = step[: loop.carry], step[loop.carry :]
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

        together = is_batched(loop)
        in_turn = [] if together else to_rows, [] if together else to_constants

        def pull(ct: Mapping[int, Any]) -> Leaves:
            carried, stacked = [i for i in ct if i < start], [i for i in ct if i >= start]

            def backward(*values: Any) -> Sequence[Any]:
                parts = iter(values)
                ct_carry = [next(parts) for _ in carried]
                sums = [next(parts) for _ in in_turn[1]]
                place = [next(parts) for _ in range(stop)]
                wanted = [*carried, *in_turn[0], *in_turn[1]]
                place += inner[stop:]
                again = moving(lambda at: picked(step(at), ct), place, wanted)
                found = list(vjp(again, *(place[i] for i in wanted))[1]((*ct_carry, *parts)))
                ends = len(carried), len(carried) + len(in_turn[0])
                added = [total + part for total, part in zip(sums, found[ends[1] :], strict=True)]
                return [*found[: ends[0]], *added, *found[ends[0] : ends[1]], *(ct_carry if together else ())]

            cts = [*(ct[i] for i in carried), *(zero_tangent(inner[i]) for i in in_turn[1])]
            backwards = [x[::-1] for x in (*carries, *_rows(loop, inner), *(ct[i] for i in stacked))]
            turns = cts or in_turn[0]  # a carry of integers alone sends nothing back
            last, rows = roll(backward, cts, backwards, loop.length) if turns else ([], [])
            found = dict(zip([*carried, *in_turn[1]], last, strict=True))
            forwards = [x[::-1] for x in rows]
            wanted = [*to_rows, *to_constants]
            if together and wanted:  # theirs by one pullback of all steps
                place = [*carries, *inner[start:]]
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
    def batched(self, inner: Leaves, moved: Sequence[int], size: int) -> Leaves:
        """The carry has the batch on axis 0; rows, and the y, on axis 1."""
        loop: Loop = self.content
        start, stop = loop.carry, loop.constants
        carry = [x if i in moved else np.broadcast_to(x, (size, *np.shape(x))) for i, x in enumerate(inner[:start])]
        rows = [np.swapaxes(x, 0, 1) if i in moved else x for i, x in enumerate(_rows(loop, inner), start)]
        step = over_batch(loop.body.evaluate, [i < start or i in moved for i in range(len(inner))], size)
        last, ys = roll(lambda *values: step([*values, *inner[stop:]]), carry, rows, loop.length)
        return [*last, *(np.swapaxes(y, 0, 1) for y in ys)]

    @override
    def unrolled(self, arguments: Leaves) -> list[Any]:
        loop: Loop = self.content
        carry, rows = arguments[: loop.carry], _rows(loop, arguments)
        steps: list[Leaves] = []
        for i in range(loop.length):
            outs = loop.body.evaluate([*carry, *(row[i] for row in rows), *arguments[loop.constants :]])
            carry = outs[: loop.carry]
            steps.append(outs[loop.carry :])
        return [*carry, *(np.stack(column) for column in zip(*steps, strict=True))]
