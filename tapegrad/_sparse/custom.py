"""Functions with rules of the user's own: a derivative depends on what the rules say, not the function."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs
import numpy as np

from tapegrad._config import paused
from tapegrad._sparse.level import Dependences
from tapegrad._sparse.pattern import Indices, Pattern, stacked
from tapegrad._transforms.custom.levels import LEVELS, call
from tapegrad._transforms.custom.rules import Flat, Piece, spec_or_none
from tapegrad._transforms.forward import zero_tangent
from tapegrad._tree import placed
from tapegrad.errors import TapegradError


@attrs.frozen
class Blocks:
    """Several arrays laid end to end; some leave theirs out."""

    sizes: Sequence[int]

    @property
    def size(self) -> int:
        """How many elements there are."""
        return sum(self.sizes)

    def variables(self, level: Dependences, values: Sequence[Any]) -> list[Any]:
        """Tangents or cotangents like these values, each element of which is an input of its own."""
        starts = np.cumsum([0, *self.sizes]).tolist()
        return [
            level.dependent(np.ones(np.shape(value), value.dtype)[()], Pattern.unit(size, self.size, start))
            for value, size, start in zip(values, self.sizes, starts, strict=False)
        ]

    def pattern(self, level: Dependences, found: Sequence[Any], columns: int) -> Pattern:
        """The pattern of all of these results of a rule; an empty one where they depend on no input."""
        return stacked(
            [
                leaf.pattern if level.owns(leaf) else Pattern.empty(size, columns)
                for leaf, size in zip(found, self.sizes, strict=True)
            ]
        )


def _depend(piece: Piece, level: Dependences, leaves: Sequence[Any], mine: Sequence[bool]) -> Flat:
    """The outputs, with the patterns that their derivatives have by the rules."""
    inner = [leaf.primal if own else leaf for leaf, own in zip(leaves, mine, strict=True)]
    outs = call(piece, inner)
    smooth = [i for i, leaf in enumerate(outs.leaves) if spec_or_none(leaf) is not None]
    if paused(level) or not smooth:
        return outs
    values = [outs.leaves[i] for i in smooth]
    blocks = Blocks([np.size(value) for value in values])
    try:
        to, source = _pairs(piece, inner, mine, outs, smooth, blocks)
    except TapegradError:  # a rule that leaves NumPy cannot be followed
        return Flat(placed(outs.leaves, smooth, level.on_all(values, leaves)), outs.rest)
    whole = stacked([leaf.pattern for leaf in leaves if level.owns(leaf)]).through(to, source, blocks.size)
    rows = np.split(np.arange(blocks.size), np.cumsum(blocks.sizes)[:-1])
    found = [level.dependent(value, whole.picked(part)) for value, part in zip(values, rows, strict=True)]
    return Flat(placed(outs.leaves, smooth, found), outs.rest)


def _pairs(
    piece: Piece, inner: Sequence[Any], mine: Sequence[bool], outs: Flat, smooth: Sequence[int], results: Blocks
) -> tuple[Indices, Indices]:
    """Elements of the outputs and of this level's arguments between which a rule makes a connection.

    The rules are run on tangents or cotangents of which each element is an input; the arguments, and what a rule makes
    of them alone, are no inputs, but may be any numbers.
    """
    level = Dependences()
    own = [leaf for leaf, is_mine in zip(inner, mine, strict=True) if is_mine]
    arguments = Blocks([np.size(leaf) for leaf in own])
    places = [i for i, is_mine in enumerate(mine) if is_mine]
    pairs: list[tuple[Indices, Indices]] = []

    def varied(columns: int) -> list[Any]:
        return placed(inner, places, [level.dependent(leaf, Pattern.empty(np.size(leaf), columns)) for leaf in own])

    try:
        with np.errstate(all="ignore"):
            if piece.rules.rule:
                tangents = placed([zero_tangent(leaf) for leaf in inner], places, arguments.variables(level, own))
                _, pushed = piece.push(varied(arguments.size), tangents)
                pairs.append(results.pattern(level, [pushed[i] for i in smooth], arguments.size).pairs)
            if piece.rules.backward:
                _, residuals = piece.forward(varied(results.size))
                blank: list[Any] = [None] * len(outs.leaves)
                cts = placed(blank, smooth, results.variables(level, [outs.leaves[i] for i in smooth]))
                pulled = piece.backward(residuals, cts)
                source, to = arguments.pattern(level, [pulled[i] for i in places], results.size).pairs
                pairs.append((to, source))
    finally:
        level.open = False
    to, source = map(np.concatenate, zip(*pairs, strict=True))
    return to, source


LEVELS[Dependences] = _depend
