"""One mode by the rules for the other: these are linear, and a recorded linear function can be transposed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import attrs

from tapegrad._core.node import Node
from tapegrad._core.sweep import sweep
from tapegrad._core.variable import belongs
from tapegrad._spec import Spec, Value, spec_of
from tapegrad._transforms.custom.rules import Flat, Piece, place_of_rule, spec_or_none
from tapegrad._transforms.forward import zero_tangent
from tapegrad._transforms.linear_tape import LinearTape, somewhere
from tapegrad._tree import placed
from tapegrad.typing import T


@attrs.frozen(eq=False)
class Transposed:
    """The transpose of a linear function, which was recorded."""

    tape: LinearTape
    inputs: list[Node]
    points: list[Value]
    """Where it was recorded: anywhere but zero."""
    outputs: list[Node | None]
    values: list[Value | None]
    """Those of the outputs there."""

    def __call__(self, cts: Sequence[Value | None]) -> list[Value]:
        """A cotangent for each input, from one for each output."""
        given = [i for i, ct in enumerate(cts) if ct is not None and self.values[i] is not None]
        found = sweep([(node, cts[i]) for i in given if (node := self.outputs[i]) is not None])
        back = [found.get(node, node.spec.zeros()) for node in self.inputs]
        self.tape.check([(self.values[i], cts[i]) for i in given], list(zip(self.points, back, strict=True)))
        return back


def transpose(
    linear: Callable[[list[Value]], tuple[T, list[Any]]], specs: Sequence[Spec], blame: str, remedy: str
) -> tuple[T, Transposed]:
    """What `linear` returned beside its outputs, and the transpose from those to its inputs, which have these Specs."""
    tape = LinearTape(blame=blame, remedy=remedy)
    points = [somewhere(spec) for spec in specs]
    variables: list[Value] = [tape.watch(point) for point in points]
    try:
        rest, outs = linear(variables)
    finally:
        tape.seal()
    mine = [belongs(out, tape) for out in outs]
    return rest, Transposed(
        tape,
        [variable.node for variable in variables],
        points,
        [out.node if own else None for out, own in zip(outs, mine, strict=True)],
        [out.primal if own else out for out, own in zip(outs, mine, strict=True)],
    )


def transposed_push(piece: Piece, leaves: Sequence[Any], mine: Sequence[bool]) -> tuple[Flat, Transposed]:
    """The outputs, and the pullback to those leaves that are `mine`, by the forward-mode rule."""
    still = [zero_tangent(leaf) for leaf in leaves]
    smooth = [i for i, own in enumerate(mine) if own]
    return transpose(
        lambda tangents: piece.push(leaves, placed(still, smooth, tangents)),
        [spec_of(leaves[i]) for i in smooth],
        f"{place_of_rule(piece.rules.rule, piece.f)}, is not linear in the tangents",
        "In reverse mode it is transposed. Give the function reverse-mode rules too: @custom_vjp(forward, backward).",
    )


def transposed_pull(piece: Piece, residuals: Flat, outs: Sequence[Any]) -> Transposed:
    """From tangents of the arguments' leaves to those of the floating outputs, by the backward rule."""
    specs = [spec_or_none(out) for out in outs]
    smooth = [i for i, spec in enumerate(specs) if spec is not None]
    nothing: list[Value | None] = [None] * len(specs)
    _, transposed = transpose(
        lambda cts: (None, piece.backward(residuals, placed(nothing, smooth, cts))),
        [spec for spec in specs if spec is not None],
        f"{place_of_rule(piece.rules.backward, piece.f)}, is not linear in the cotangent",
        "In forward mode it is transposed. Give the function a forward-mode rule too: @custom_jvp(rule).",
    )
    return transposed
