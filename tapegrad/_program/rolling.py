"""Loops in a Program: one equation, whose body is a Program of its own, however often it runs.

A loop is differentiated as a whole: forward by a loop over values and tangents together, in reverse by a loop in the
other direction, which runs each step again from the carry that it began with.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

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
from tapegrad._transforms.batched import Batched, Batching
from tapegrad._transforms.forward import Dual, Forward, jvp
from tapegrad._transforms.vjp import vjp
from tapegrad.typing import override


@attrs.frozen
class Loop:
    """A step as a Program: `(*carry, *row, *constants) -> (*carry, *y)`, and how many of each there are."""

    body: Program
    carry: int
    rows: int
    length: int

    @property
    def ys(self) -> int:
        """How many arrays the steps' results are stacked in."""
        return len(self.body.outputs) - self.carry

    def step(self, values: Sequence[Any]) -> list[Any]:
        """One step, on values of any level."""
        return self.body.evaluate(values)


def roll(
    f: Callable[..., Sequence[Any]], carry: Sequence[Any], rows: Sequence[Any], length: int
) -> tuple[list[Any], list[Any]]:
    """`(*carry, *y) = f(*carry, *row)` over all rows of the arrays: the last carry, and the y stacked."""
    body, captured = body_of(f, (*carry, *(row[0] for row in rows)))
    loop = Loop(optimised(body), len(carry), len(rows), length)
    outs = Rolled.made_of(loop).bound([*carry, *rows, *captured])
    return outs[: len(carry)], outs[len(carry) :]


def _is_smooth(value: Any) -> bool:
    return np.result_type(value).kind in "fc"


def _recorded(loop: Loop, arguments: Sequence[Any], level: Recorder) -> list[Any]:
    """One Node for the loop. Its carries are kept; in reverse, each step runs again from its own."""
    inner = [x.primal if isinstance(x, Recorded) and x.level is level else x for x in arguments]
    mine = [i for i, x in enumerate(arguments) if isinstance(x, Recorded) and x.level is level]
    start, stop = loop.carry, loop.carry + loop.rows

    def forward(*values: Any) -> Sequence[Any]:
        return [*loop.step([*values, *inner[stop:]]), *values[:start]]

    carry, kept = roll(forward, inner[:start], inner[start:stop], loop.length)
    ys, carries = kept[: loop.ys], kept[loop.ys :]
    outs = [*carry, *ys]
    smooth = [i for i, out in enumerate(outs) if _is_smooth(out)]

    def pull(cts: tuple[Any, ...]) -> tuple[Any, ...]:
        ct = dict(zip(smooth, cts, strict=True))
        carried = [i for i in smooth if i < start]
        towards_rows = [i for i in mine if start <= i < stop]
        towards_constants = [i for i in mine if i >= stop]
        zeros = [np.zeros(np.shape(inner[i]), np.result_type(inner[i])) for i in towards_constants]
        stacked = [i for i in smooth if i >= start]

        def backward(*values: Any) -> Sequence[Any]:
            parts = iter(values)
            ct_carry = [next(parts) for _ in carried]
            sums = [next(parts) for _ in towards_constants]
            place: list[Any] = [next(parts) for _ in range(stop)] + list(inner[stop:])
            ct_ys = [next(parts) for _ in stacked]
            wanted = [*carried, *towards_rows, *towards_constants]

            def step(*values: Any) -> tuple[Any, ...]:
                at = list(place)
                for i, value in zip(wanted, values, strict=True):
                    at[i] = value
                results = loop.step(at)
                return tuple(results[i] for i in smooth)

            _, pulled = vjp(step, *(place[i] for i in wanted))
            found = list(pulled((*ct_carry, *ct_ys)))
            to_rows = len(carried) + len(towards_rows)
            added = [total + part for total, part in zip(sums, found[to_rows:], strict=True)]
            return [*found[: len(carried)], *added, *found[len(carried) : to_rows]]

        backwards = [x[::-1] for x in (*carries, *inner[start:stop], *(ct[i] for i in stacked))]
        last, to_rows = roll(backward, [*(ct[i] for i in carried), *zeros], backwards, loop.length)
        found = dict(zip([*carried, *towards_constants], last, strict=True))
        found.update(zip(towards_rows, (x[::-1] for x in to_rows), strict=True))
        return tuple(found.get(i) for i in mine)

    recorded = record_jointly(level, "scan", [arguments[i].node for i in mine], [outs[i] for i in smooth], pull)
    for i, variable in zip(smooth, recorded, strict=True):
        outs[i] = variable
    return outs


def _pushed(loop: Loop, arguments: Sequence[Any], level: Forward) -> list[Any]:
    """Values and tangents side by side."""
    inner = [x.primal if isinstance(x, Dual) and x.level is level else x for x in arguments]
    start, stop = loop.carry, loop.carry + loop.rows
    smooth = [i for i, x in enumerate(inner) if _is_smooth(x)]
    tangents = {
        i: arguments[i].tangent
        if isinstance(arguments[i], Dual) and arguments[i].level is level
        else np.zeros(np.shape(inner[i]), np.result_type(inner[i]))
        for i in smooth
    }
    carried, along = [i for i in smooth if i < start], [i for i in smooth if start <= i < stop]
    fixed = [i for i in smooth if i >= stop]
    moving_ys = [start + j for j in range(loop.ys) if loop.body.spec(loop.body.outputs[start + j]).dtype.kind in "fc"]

    def forward(*values: Any) -> Sequence[Any]:
        parts = iter(values)
        place = [next(parts) for _ in range(start)]
        dx = {i: next(parts) for i in carried}
        place += [next(parts) for _ in range(stop - start)]
        dx.update({i: next(parts) for i in along})
        place += inner[stop:]
        dx.update({i: tangents[i] for i in fixed})

        def step(*values: Any) -> tuple[Any, ...]:
            at = list(place)
            for i, value in zip(smooth, values, strict=True):
                at[i] = value
            return tuple(loop.step(at))

        outs, douts = jvp(step, tuple(place[i] for i in smooth), tuple(dx[i] for i in smooth))
        return [*outs[:start], *(douts[i] for i in carried), *outs[start:], *(douts[i] for i in moving_ys)]

    last, ys = roll(
        forward,
        [*inner[:start], *(tangents[i] for i in carried)],
        [*inner[start:stop], *(tangents[i] for i in along)],
        loop.length,
    )
    outs = [*last[:start], *ys[: loop.ys]]
    for i, tangent in zip([*carried, *moving_ys], [*last[start:], *ys[loop.ys :]], strict=True):
        outs[i] = level.dual(outs[i], tangent)
    return outs


def _batched(loop: Loop, arguments: Sequence[Any], level: Batching) -> list[Any]:
    """Every step for the whole batch. The carry has the batch on axis 0; rows, and the y, on axis 1."""
    mine = [isinstance(x, Batched) and x.level is level for x in arguments]
    inner = [x.primal if own else x for x, own in zip(arguments, mine, strict=True)]
    size = next(len(x) for x, own in zip(inner, mine, strict=True) if own)
    start, stop = loop.carry, loop.carry + loop.rows
    carry = [
        x if own else np.broadcast_to(x, (size, *np.shape(x)))
        for x, own in zip(inner[:start], mine[:start], strict=True)
    ]
    rows = [np.swapaxes(x, 0, 1) if own else x for x, own in zip(inner[start:stop], mine[start:stop], strict=True)]
    flags = [True] * start + mine[start:]

    def step(*values: Any) -> Sequence[Any]:
        within = Batching()
        at = [within.batched(x) if own else x for x, own in zip([*values, *inner[stop:]], flags, strict=True)]
        outs = loop.step(at)
        return [x.primal if within.owns(x) else np.broadcast_to(x, (size, *np.shape(x))) for x in outs]

    last, ys = roll(step, carry, rows, loop.length)
    return [level.batched(x) for x in last] + [level.batched(np.swapaxes(y, 0, 1)) for y in ys]


class Running:
    """What a loop computes: its step as generated code, again and again."""

    def __init__(self, loop: Loop) -> None:
        self.loop = loop

    @cached_property
    def step(self) -> Callable[..., list[Any]]:
        """One step, compiled when the loop first runs."""
        return Writer(self.loop.body).write().run

    def __call__(self, *arguments: Any) -> Any:
        loop, step = self.loop, self.step
        rows, constants = arguments[loop.carry : loop.carry + loop.rows], arguments[loop.carry + loop.rows :]
        specs = [loop.body.spec(atom) for atom in loop.body.outputs[loop.carry :]]
        stacked = [np.empty((loop.length, *spec.shape), spec.dtype) for spec in specs]
        carry: Sequence[Any] = arguments[: loop.carry]
        for i in range(loop.length):
            outs = step(*carry, *[row[i] for row in rows], *constants)
            carry = outs[: loop.carry]
            for array, y in zip(stacked, outs[loop.carry :], strict=True):
                array[i] = y
        results = [*carry, *stacked]
        return results[0] if len(results) == 1 else tuple(results)


@attrs.define(eq=False, repr=False)
class Rolled(Structured):
    """A loop as a primitive, of the carry, the rows and the constants."""

    @classmethod
    def made_of(cls, loop: Loop) -> Rolled:
        """The primitive of a loop."""
        return cls.of(loop, "scan", Running(loop), len(loop.body.outputs))

    @override
    def bound(self, arguments: Sequence[Any]) -> list[Any]:
        level = innermost(arguments)
        if isinstance(level, Recorder):
            return _recorded(self.content, arguments, level)
        if isinstance(level, Forward):
            return _pushed(self.content, arguments, level)
        return _batched(self.content, arguments, level) if isinstance(level, Batching) else self.applied(arguments)
