"""A computation with rules of its own, for a whole batch: the function and every rule, each mapped over the batch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import attrs
import numpy as np

from tapegrad._spec import Value
from tapegrad._transforms.batched import Batching
from tapegrad._transforms.custom.rules import Flat, Piece, Rules, spec_or_none


@attrs.frozen(eq=False)
class Mapped:
    """`piece` for a whole batch. So its rules survive `vmap`.

    Floating outputs and their tangents always have the batch axis, on axis 0; other outputs and residuals have it where
    they depend on the batch.
    """

    piece: Piece
    batched: Sequence[bool]
    """Which leaves of the arguments have the batch axis."""
    size: int
    """The length of the batch."""

    @property
    def f(self) -> Callable[..., Any]:
        return self.piece.f

    @property
    def rules(self) -> Rules:
        return self.piece.rules

    def value(self, leaves: Sequence[Any], /) -> Flat:
        with Batch(self.size) as batch:
            return batch.outputs(self.piece.value(batch.enter(leaves, self.batched)))

    def forward(self, leaves: Sequence[Any], /) -> tuple[Flat, Flat]:
        with Batch(self.size) as batch:
            outs, residuals = self.piece.forward(batch.enter(leaves, self.batched))
            return batch.outputs(outs), batch.leave(residuals)

    def backward(self, residuals: Flat, cts: Sequence[Value | None], /) -> list[Value | None]:
        flags, rest = residuals.rest
        with Batch(self.size) as batch:
            kept = Flat(batch.enter(residuals.leaves, flags), rest)
            found = self.piece.backward(kept, batch.enter(cts, [True] * len(cts)))
            return [
                None if ct is None else batch.whole(ct) if own else batch.total(ct)
                for ct, own in zip(found, self.batched, strict=True)
            ]

    def push(self, leaves: Sequence[Any], tangents: Sequence[Value | None], /) -> tuple[Flat, list[Value | None]]:
        with Batch(self.size) as batch:
            outs, found = self.piece.push(batch.enter(leaves, self.batched), batch.enter(tangents, self.batched))
            return batch.outputs(outs), [None if tangent is None else batch.whole(tangent) for tangent in found]


@attrs.frozen(eq=False)
class Batch:
    """A level of its own, for one run over the batch."""

    size: int
    level: Batching = attrs.field(factory=Batching, init=False)

    def __enter__(self) -> Batch:
        return self

    def __exit__(self, *error: object) -> None:
        self.level.open = False

    def enter(self, values: Sequence[Any], batched: Sequence[bool]) -> list[Any]:
        """The values, as Variables where they have the batch axis."""
        return [
            self.level.batched(value) if own and value is not None else value
            for value, own in zip(values, batched, strict=True)
        ]

    def leave(self, flat: Flat) -> Flat:
        """The leaves one level out, and which have the batch axis."""
        mine = [self.level.owns(leaf) for leaf in flat.leaves]
        leaves = [leaf.primal if own else leaf for leaf, own in zip(flat.leaves, mine, strict=True)]
        return Flat(leaves, (mine, flat.rest))

    def outputs(self, flat: Flat) -> Flat:
        """The same for outputs."""
        smooth = [spec_or_none(leaf) is not None for leaf in flat.leaves]
        leaves = [
            self.level.batched(self.whole(leaf)) if own else leaf for leaf, own in zip(flat.leaves, smooth, strict=True)
        ]
        return self.leave(Flat(leaves, flat.rest))

    def whole(self, value: Value) -> Value:
        """What a value is for all the batch."""
        return value.primal if self.level.owns(value) else np.broadcast_to(value, (self.size, *np.shape(value)))

    def total(self, value: Value) -> Value:
        """The sum of a value over the batch."""
        return np.sum(value.primal, 0) if self.level.owns(value) else value * self.size
