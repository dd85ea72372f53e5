"""What a tape records: one frozen Node for each application of a primitive."""

from __future__ import annotations

from typing import Any

import attrs

from tapegrad._core.primitive import Primitive
from tapegrad.typing import override


@attrs.define(eq=False, init=False, repr=False, weakref_slot=False)
class NodeDraft:
    """A Node while it is being filled."""

    primitive: Primitive
    """What was applied; for a watched value, `WATCH`."""
    parents: tuple[Node | None, ...]
    """The Node of each array argument; None where that was a constant."""
    generation: int
    """1 + the largest generation among the parents; 0 for a watched value."""
    residuals: tuple[Any, ...]
    """For each parent, what the primitive's rule will read, and nothing else."""
    spec: Any
    """The Spec of the output; of a Node that stands for several outputs at once, a tuple of Specs."""
    name: str
    """The name given to `watch`, or an empty string."""


@attrs.frozen(eq=False, init=False, repr=False, weakref_slot=False)  # pyright: ignore[reportGeneralTypeIssues]  # frozen from a draft: see below
class Node(NodeDraft):
    """One application of one primitive. Frozen; it refers to no tape, and to no Variable of its own tape.

    The `__init__` of a frozen attrs class costs about 100 ns a field. So an instance is filled as a draft, whose
    fields are plain slots, and then frozen by switching its class: a quarter of the cost, and as immutable from then
    on.
    """

    @override
    def __repr__(self) -> str:
        return f"<node {self.name or self.primitive.name}, generation {self.generation}>"
