"""The differentiated arguments of a call, leaf by leaf."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from tapegrad._leaves import admit
from tapegrad._spec import Value
from tapegrad._transforms.transform import place_of
from tapegrad._tree import flatten, is_leaf, paths, unflatten
from tapegrad.errors import DomainError


def opened(argument: Any, word: str, f: Callable[..., Any], position: int) -> tuple[list[Any], Any, list[Value]]:
    """The leaves of an argument as they were given, their structure, and their values, ready for a level.

    A single leaf has no structure: None.
    """
    leaves, structure = ([argument], None) if is_leaf(argument) else flatten(argument)
    values: list[Value] = []
    for leaf in leaves:
        try:
            values.append(admit(leaf))
        except DomainError as error:
            path = "" if structure is None else paths(structure)[len(values)]
            raise DomainError(f"{place_of(word, f, position, path)} {error}") from None
    return leaves, structure, values


def rebuilt(structure: Any, leaves: Sequence[Any]) -> Any:
    """The tree of this structure with these leaves."""
    return leaves[0] if structure is None else unflatten(structure, leaves)
