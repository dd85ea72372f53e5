"""The axes on which a batch lies, for each leaf of the arguments or outputs: given as a prefix of the tree."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from operator import index
from typing import Any, TypeAlias

import attrs

from tapegrad._tree import flatten
from tapegrad.errors import BatchError
from tapegrad.typing import override

AxisTree: TypeAlias = "int | tuple[AxisTree, ...] | list[Any] | Mapping[Any, AxisTree] | None"
"""An axis for all leaves of a tree, None for leaves that have no batch, or such a thing for each child of the tree."""


@attrs.frozen(repr=False)
class AxesOfChildren:
    """What is said of each child of a node, by the child's name: a position, a key, a field."""

    names: tuple[Any, ...]
    axes: tuple[Axes, ...]

    @override
    def __repr__(self) -> str:
        if self.names != tuple(range(len(self.names))):
            return repr(dict(zip(self.names, self.axes, strict=True)))
        return f"({', '.join(map(repr, self.axes))}{',' * (len(self.axes) == 1)})"


Axes: TypeAlias = int | AxesOfChildren | None
"""An AxisTree as it is kept: it can be compared, hashed and pickled."""


def in_axes_of(axes: Any) -> Axes:
    """What `vmap` keeps of its `in_axes`; `TypeError` for what names no axes."""
    return _kept(axes, "in_axes is an axis, or an axis or None for each positional argument (or a tree of them)")


def out_axes_of(axes: Any) -> Axes:
    """What `vmap` keeps of its `out_axes`; `TypeError` for what names no axes."""
    return _kept(axes, "out_axes is an axis, or None for an output that has no batch, or a tree of them")


def _kept(axes: Any, rule: str) -> Axes:
    if axes is None or type(axes) is int or isinstance(axes, AxesOfChildren):
        return axes
    leaves, structure = flatten(axes)
    try:
        if any(isinstance(leaf, bool) for leaf in leaves):
            raise TypeError
        numbers = iter([None if leaf is None else index(leaf) for leaf in leaves])
    except TypeError:
        raise TypeError(f"vmap: {rule}, not {axes!r}.") from None
    return _grown(structure, numbers)


def _grown(structure: Any, numbers: Iterator[int | None]) -> Axes:
    if structure.is_leaf():
        return next(numbers)
    return AxesOfChildren(tuple(structure.entries()), tuple([_grown(child, numbers) for child in structure.children()]))


def axes_of_leaves(axes: Axes, structure: Any, what: Callable[[], str], path: str = "") -> list[int | None]:
    """The axis for each leaf of a tree of this structure, which messages call `what()`."""
    if not isinstance(axes, AxesOfChildren):
        return [axes] * structure.num_leaves
    children = {} if structure.is_leaf() else dict(zip(structure.entries(), structure.children(), strict=True))
    if set(children) != set(axes.names):
        there = ", ".join(map(repr, children))
        raise BatchError(
            f"{what()}{path} has {f'the children {there}' if there else 'no children'}, which the axes {axes!r} do not "
            "fit."
        )
    named = dict(zip(axes.names, axes.axes, strict=True))
    return [
        axis
        for name, child in children.items()
        for axis in axes_of_leaves(named[name], child, what, f"{path}[{name!r}]")
    ]
