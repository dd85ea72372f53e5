"""A cotangent in pieces: what the reads of parts of one array send back, put together once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import attrs

from tapegrad._spec import Spec, Value

Part: TypeAlias = tuple[Any, Value]
"""Where a piece belongs, and the piece."""


@attrs.define(eq=False)
class Pieces:
    """Zeros of a Spec but for some parts.

    A loop over the rows of an array reads each row once. Were each cotangent made as large as the array, the sweep
    would cost rows times size; in pieces it costs what the rows do.
    """

    assemble: Callable[[Spec, list[Part]], Value]
    """Puts parts together; parts at the same place add up."""
    spec: Spec
    parts: list[Part]
    rest: Value | None = None
    """What came whole."""
    weight: int = 0
    """How many elements the parts have."""

    @classmethod
    def of(cls, assemble: Callable[[Spec, list[Part]], Value], spec: Spec, place: Any, value: Value) -> Pieces:
        """One piece."""
        return cls(assemble, spec, [(place, value)], None, value.size)

    def join(self, other: Pieces | Value) -> Pieces:
        """The sum of both, kept in this one."""
        if type(other) is Pieces:
            self.parts += other.parts
            self.weight += other.weight
            other = other.rest
        if other is not None:
            self.rest = other if self.rest is None else self.rest + other
        if self.weight > self.spec.size:  # parts take more memory than the whole does
            self.rest, self.parts, self.weight = self.whole(), [], 0
        return self

    def whole(self) -> Value:
        """The sum as an array."""
        if not self.parts:
            return self.rest
        total = self.assemble(self.spec, self.parts)
        return total if self.rest is None else self.rest + total
