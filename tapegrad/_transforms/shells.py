"""Trees that go through loops and choices of a Program: their numbers do, and what else they hold stays outside."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs

from tapegrad._place import user_line
from tapegrad._transforms.steps import described, shape_and_dtype
from tapegrad._tree import flatten, paths, placed, unflatten


@attrs.frozen(eq=False)
class Shell:
    """A tree whose numbers can be replaced."""

    structure: Any
    leaves: Sequence[Any]
    places: Sequence[int]
    """Where the numbers stand among the leaves."""

    @classmethod
    def of(cls, tree: Any) -> tuple[Shell, list[Any]]:
        """That of a tree, and its numbers."""
        leaves, structure = flatten(tree)
        places = [i for i, leaf in enumerate(leaves) if shape_and_dtype(leaf) is not None]
        return cls(structure, leaves, places), [leaves[i] for i in places]

    def filled(self, numbers: Sequence[Any]) -> Any:
        """The tree with these numbers."""
        return unflatten(self.structure, placed(self.leaves, self.places, numbers))

    def difference(self, other: Shell) -> tuple[str, str, str] | None:
        """The first place where another tree differs in more than the values of its numbers, and both there."""
        if self.structure != other.structure:
            return "", f"a {self.structure}", f"a {other.structure}"
        for path, mine, theirs in zip(paths(self.structure), self.leaves, other.leaves, strict=True):
            form = shape_and_dtype(mine)
            if form != shape_and_dtype(theirs) or not (form or mine is theirs or mine == theirs):
                return path, described(mine), described(theirs)
        return None

    def numbers_of(self, after: Any, what: str) -> list[Any]:
        """The numbers of a carry after a step, which in a Program is one for all."""
        made, numbers = Shell.of(after)
        if (difference := self.difference(made)) is not None:
            place, old, new = difference
            raise TypeError(
                f"{what} at {user_line()}: the carry{place} began as {old}, and after a step it is {new}. While a "
                "Program is recorded, a step changes numbers alone."
            )
        return numbers
