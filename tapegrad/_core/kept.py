"""Results that a checkpointed segment keeps although it runs again: those that cost too much to compute twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import attrs

from tapegrad.errors import SegmentError


@attrs.define(eq=False)
class Kept:
    """The results of some operations on plain values, in the order in which a segment comes to them."""

    names: frozenset[str]
    """Which operations: as primitives are called."""
    results: dict[str, list[Any]] = attrs.field(factory=dict[str, list[Any]])
    handed_out: dict[str, Iterator[Any]] | None = None
    """Where a later run has come to; None in the first, which computes."""

    def again(self) -> Kept:
        """The same for a later run."""
        return Kept(self.names, self.results, {name: iter(results) for name, results in self.results.items()})

    def result(self, name: str, compute: Callable[[], Any]) -> Any:
        """What the operation of this name gives."""
        if self.handed_out is None:
            result = compute()
            self.results.setdefault(name, []).append(result)
            return result
        for result in self.handed_out.get(name, ()):
            return result
        raise SegmentError(
            f"a checkpointed function came to {name} more often than when it ran first, and its policy is to keep the "
            "results of that. It must do the same each time."
        )
