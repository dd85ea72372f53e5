"""The differentiated arguments of a call, leaf by leaf."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import islice
import re
from typing import Any

import attrs

from tapegrad._leaves import admit
from tapegrad._spec import Value
from tapegrad._transforms.places import Place
from tapegrad._transforms.transform import place_of
from tapegrad._tree import flatten, paths, unflatten
from tapegrad.errors import DomainError


@attrs.define(eq=False)
class Sources:
    """The differentiated arguments of a call, taken apart."""

    leaves: list[Any]
    """The leaves of all of them, as they were given."""
    structures: list[tuple[int, Any]]
    """For each argument, how many of the leaves are its own, and their structure."""

    def trees(self, leaves: Iterable[Any]) -> list[Any]:
        """A tree like each of the arguments, with these for the leaves of all."""
        if len(self.structures) == 1:
            return [unflatten(self.structures[0][1], leaves)]
        parts = iter(leaves)
        return [unflatten(structure, islice(parts, count)) for count, structure in self.structures]


def opened(argument: Any, word: str, f: Callable[..., Any], place: Place) -> tuple[list[Any], Any, list[Value]]:
    """The leaves of an argument as they were given, their structure, and their values, ready for a level.

    `place` is where the argument stands, for messages.
    """
    leaves, structure = flatten(argument)
    values: list[Value] = []
    for leaf in leaves:
        try:
            values.append(admit(leaf))
        except DomainError as error:
            path = paths(structure)[len(values)]
            raise DomainError(f"{place_of(word, f, place, path)} {error}{_advice(path)}") from None
    return leaves, structure, values


def _advice(path: str) -> str:
    """What else to do about a leaf that is the field of a class."""
    field = re.search(r"\.(\w+)$", path)
    return f" If {field[1]} is configuration, make it a static field: metadata=tapegrad.static." if field else ""
