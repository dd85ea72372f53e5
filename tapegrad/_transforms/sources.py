"""The differentiated arguments of one call: admitted leaf by leaf, replaced by Variables, and given back their gradients."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import attrs

from tapegrad._leaves import admit, restored
from tapegrad._spec import Value
from tapegrad._transforms.transform import place_of
from tapegrad._tree import flatten, is_leaf, paths, unflatten


@attrs.frozen
class Source:
    """One argument: its leaves as they were given, and the structure that they stand in; None of a single leaf."""

    leaves: list[Any]
    structure: Any

    def rebuilt(self, leaves: Sequence[Any]) -> Any:
        """A tree of the argument's structure."""
        return leaves[0] if self.structure is None else unflatten(self.structure, leaves)

    def gradient(self, values: Sequence[Value]) -> Any:
        """The argument's gradient from those of its leaves."""
        return self.rebuilt([restored(value, leaf) for value, leaf in zip(values, self.leaves, strict=True)])


def open_source(argument: Any, word: str, f: Callable[..., Any], position: int) -> tuple[Source, list[Value]]:
    """An argument as a Source, and the values of its leaves, ready for a level."""
    if is_leaf(argument):
        return Source([argument], None), [admit(argument, lambda: place_of(word, f, position))]
    leaves, structure = flatten(argument)
    values: list[Value] = []
    for i, leaf in enumerate(leaves):
        values.append(admit(leaf, lambda i=i: place_of(word, f, position, paths(structure)[i])))  # type: ignore[misc]
    return Source(leaves, structure), values
