"""What generated code returns: the outputs in their tree, written as Python writes it where it can be."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tapegrad._program.source.text import Text
from tapegrad._spec import type_of
from tapegrad._tree import unflatten


def tree(text: Text, structure: Any, parts: Iterable[str]) -> str:
    """An expression for the tree of this structure, given those for its leaves."""
    if _is_displayed(structure):
        return _display(text, unflatten(structure, parts))
    names = text.object(unflatten, "unflatten"), text.object(structure, "structure")
    return f"{names[0]}({names[1]}, [{', '.join(parts)}])"


def _is_displayed(structure: Any) -> bool:
    """Whether there are but tuples, lists and dicts in it."""
    return structure.is_leaf() or (
        structure.type in (tuple, list, dict) and all(map(_is_displayed, structure.children()))
    )


def _display(text: Text, tree: Any) -> str:
    kind = type_of(tree)
    if kind is dict:
        return f"{{{', '.join(f'{text.key(key)}: {_display(text, part)}' for key, part in tree.items())}}}"
    if kind is str:
        return str(tree)
    parts = ", ".join([_display(text, part) for part in tree])
    return f"[{parts}]" if kind is list else f"({parts}{',' * (len(tree) == 1)})"
