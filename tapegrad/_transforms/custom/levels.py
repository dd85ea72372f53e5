"""What each level does with a computation that has rules of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import attrs
import numpy as np

from tapegrad._config import alive, paused
from tapegrad._core.door import open_level
from tapegrad._core.joint import record_jointly
from tapegrad._core.recorder import Recorder
from tapegrad._core.variable import belongs, is_variable
from tapegrad._place import user_line
from tapegrad._spec import Value
from tapegrad._transforms.batched import Batching
from tapegrad._transforms.custom.mapped import Mapped
from tapegrad._transforms.custom.rules import Flat, Piece, place_of_rule, spec_or_none
from tapegrad._transforms.custom.transposing import transposed_pull, transposed_push
from tapegrad._transforms.forward import Forward, zero_tangent
from tapegrad._transforms.transform import name_of
from tapegrad._tree import placed
from tapegrad._values import held
from tapegrad.errors import DomainError, SealedTapeError


def call(piece: Piece, leaves: Sequence[Any]) -> Flat:
    """The outputs: by the rules at the innermost level among the leaves, by the function itself where there is none.

    A level that is none of these sees the operations of the function itself.
    """
    level = open_level(leaves, name_of(piece.f))
    for kind, interpret in LEVELS.items():
        if isinstance(level, kind):
            return interpret(piece, level, leaves, [belongs(leaf, level) for leaf in leaves])
    if not hasattr(level, "tied"):
        return piece.value(leaves)
    flat = piece.value(level.constants(leaves))  # a Program has the operations, and the rules for levels further out
    return Flat(level.tied(name_of(piece.f), flat.leaves, Again(piece), leaves), flat.rest)


@attrs.frozen(eq=False)
class Again:
    """The computation of a piece, at any level."""

    piece: Piece

    def __call__(self, leaves: Sequence[Any]) -> Sequence[Any]:
        return call(self.piece, leaves).leaves


def _record(piece: Piece, level: Recorder, leaves: Sequence[Any], mine: Sequence[bool]) -> Flat:
    """One Node for the whole of it."""
    inner = [leaf.primal if own else held(leaf) for leaf, own in zip(leaves, mine, strict=True)]
    if paused(level):
        return call(piece, inner)
    outs, pull = _pulled(piece, level, inner, mine)
    smooth = [i for i, leaf in enumerate(outs.leaves) if spec_or_none(leaf) is not None]
    if not smooth:
        return outs
    blank: list[Value | None] = [None] * len(outs.leaves)
    rank = level.rank  # the pullback refers to no tape, so that a tape is freed with the last reference to it

    def joint(cts: tuple[Value, ...]) -> tuple[Value | None, ...]:
        rule = piece.rules.backward or piece.rules.rule
        try:
            found = pull(placed(blank, smooth, cts))
        except SealedTapeError as error:
            raise _stray(piece, rule, str(error)) from error
        for ct in found:
            if is_variable(ct) and (ct.level.rank == rank or not alive(ct.level)):
                raise _stray(piece, rule, f"{ct!r} was returned.")
        return tuple(found)

    nodes = [leaf.node for leaf, own in zip(leaves, mine, strict=True) if own]
    recorded = record_jointly(level, name_of(piece.f), nodes, [outs.leaves[i] for i in smooth], joint)
    return Flat(placed(outs.leaves, smooth, recorded), outs.rest)


def _pulled(
    piece: Piece, level: Recorder, inner: Sequence[Any], mine: Sequence[bool]
) -> tuple[Flat, Callable[[Sequence[Value | None]], list[Value | None]]]:
    """The outputs, and the pullback to the leaves of this level."""
    if piece.rules.backward is None:
        outs, transposed = transposed_push(piece, inner, mine)
        _refuse_strays(piece, piece.rules.rule, level, (*outs.leaves, *transposed.values))
        return outs, transposed
    outs, residuals = piece.forward(inner)
    _refuse_strays(piece, piece.rules.forward, level, (*outs.leaves, *residuals.leaves))
    return outs, lambda cts: [ct for ct, own in zip(piece.backward(residuals, cts), mine, strict=True) if own]


def _push(piece: Piece, level: Forward, leaves: Sequence[Any], mine: Sequence[bool]) -> Flat:
    """The outputs with their tangents."""
    inner = [leaf.primal if own else leaf for leaf, own in zip(leaves, mine, strict=True)]
    if paused(level):
        return call(piece, inner)
    if piece.rules.rule is None:
        outs, residuals = piece.forward(inner)
        _refuse_strays(piece, piece.rules.forward, level, (*outs.leaves, *residuals.leaves))
        smooth = [i for i, leaf in enumerate(outs.leaves) if spec_or_none(leaf) is not None]
        if not smooth:
            return outs
        transposed = transposed_pull(piece, residuals, outs.leaves)
        _refuse_strays(piece, piece.rules.backward, level, transposed.values)
        tangents = [leaf.tangent if own else None for leaf, own in zip(leaves, mine, strict=True)]
        pushed = placed([None] * len(outs.leaves), smooth, transposed(tangents))
    else:
        tangents = [leaf.tangent if own else zero_tangent(leaf) for leaf, own in zip(leaves, mine, strict=True)]
        outs, pushed = piece.push(inner, tangents)
        _refuse_strays(piece, piece.rules.rule, level, (*outs.leaves, *pushed))
    duals = [
        out if tangent is None else level.dual(out, tangent) for out, tangent in zip(outs.leaves, pushed, strict=True)
    ]
    return Flat(duals, outs.rest)


def _batch(piece: Piece, level: Batching, leaves: Sequence[Any], mine: Sequence[bool]) -> Flat:
    """The whole batch at once, one level out."""
    inner = [leaf.primal if own else leaf for leaf, own in zip(leaves, mine, strict=True)]
    outs = call(Mapped(piece, mine, np.shape(inner[mine.index(True)])[0]), inner)
    _refuse_strays(piece, piece.f, level, outs.leaves)
    flags, rest = outs.rest
    return Flat([level.batched(leaf) if own else leaf for leaf, own in zip(outs.leaves, flags, strict=True)], rest)


LEVELS: dict[type[Any], Callable[[Piece, Any, Sequence[Any], Sequence[bool]], Flat]] = {
    Recorder: _record,
    Forward: _push,
    Batching: _batch,
}


def _refuse_strays(piece: Piece, rule: Callable[..., Any] | None, level: Any, leaves: Iterable[Any]) -> None:
    """Raise where a rule used a Variable of `level`, or of one further in, that it was not given.

    It was given values one level out; what comes from a Variable of `level` is one itself.
    """
    for leaf in leaves:
        if is_variable(leaf) and leaf.level.rank >= level.rank:
            raise _stray(piece, rule, f"at {user_line()} {leaf!r} was returned.")


def _stray(piece: Piece, rule: Callable[..., Any] | None, detail: str) -> DomainError:
    name = name_of(piece.f)
    return DomainError(
        f"{name if rule is piece.f else place_of_rule(rule, piece.f)}: a differentiated or batched value is used that "
        f"is no argument of {name}, so that its derivative would be lost. Pass it to {name} as an argument: {detail}"
    )
