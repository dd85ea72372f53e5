"""Trees: arguments and results of any structure, through optree.

attrs classes and dataclasses are found by themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
import dataclasses
from threading import Lock
from typing import Any

import attrs
import numpy as np
import optree

from tapegrad.typing import T, override

NAMESPACE = "tapegrad"
_registering = Lock()
_registered: set[type[Any]] = set()
_NUMBERS = frozenset({float, int, complex, np.float64, np.ndarray})
"""The commonest leaves, known without asking optree."""


def flatten(tree: T) -> tuple[list[Any], optree.PyTreeSpec[T]]:
    """The leaves of a tree, and its structure. None is a leaf."""
    while True:
        leaves, structure = optree.tree_flatten(tree, none_is_leaf=True, namespace=NAMESPACE)
        classes: set[type[Any]] = set(map(type, leaves))
        unknown = [cls for cls in classes if field_names(cls) is not None]
        if not unknown:
            return leaves, structure
        for cls in unknown:
            _register_fields(cls)


def unflatten(structure: optree.PyTreeSpec[T], leaves: Iterable[Any]) -> T:
    """The tree of this structure with these leaves."""
    return optree.tree_unflatten(structure, leaves)


def is_leaf(tree: object) -> bool:
    """Whether `tree` is known at a glance to be a single number or array."""
    return type(tree) in _NUMBERS


def tree_map(f: Callable[[Any], Any], tree: T) -> T:
    """The same tree, with `f` applied to each leaf."""
    if is_leaf(tree):
        mapped: T = f(tree)
        return mapped
    leaves, structure = flatten(tree)
    return unflatten(structure, map(f, leaves))


def paths(structure: optree.PyTreeSpec[Any]) -> list[str]:
    """Where each leaf stands, as one would write it: `['w'][0]`, `.bias`."""
    return [accessor.codify("") for accessor in structure.accessors()]


def field_names(cls: type[Any]) -> Sequence[str] | None:
    """The names of the fields of an attrs class or dataclass; None of any other, and of what stands for an array."""
    if hasattr(cls, "__array_ufunc__"):
        return None
    if attrs.has(cls):
        return [field.name for field in attrs.fields(cls)]
    if dataclasses.is_dataclass(cls):
        return [field.name for field in dataclasses.fields(cls)]
    return None


@attrs.frozen(eq=False)
class _Rest:
    """What an instance holds beside its fields. No part of the structure: all are equal."""

    state: dict[str, Any]

    @override
    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Rest)

    @override
    def __hash__(self) -> int:
        return 0


def _register_fields(cls: type[Any]) -> None:
    """Every field is a child.

    An instance is rebuilt without calling `__init__`: its converters and validators expect arrays.
    """
    names = tuple(field_names(cls) or ())

    def children(tree: object) -> tuple[tuple[Any, ...], _Rest, tuple[str, ...]]:
        rest = {name: value for name, value in getattr(tree, "__dict__", {}).items() if name not in names}
        return tuple(getattr(tree, name) for name in names), _Rest(rest), names

    def rebuild(rest: _Rest, values: Iterable[Any]) -> Any:
        tree: Any = object.__new__(cls)
        for name, value in rest.state.items():
            object.__setattr__(tree, name, value)
        for name, value in zip(names, values, strict=True):
            object.__setattr__(tree, name, value)
        return tree

    with _registering:
        if cls not in _registered:
            optree.register_pytree_node(
                cls, children, rebuild, path_entry_type=optree.GetAttrEntry, namespace=NAMESPACE
            )
            _registered.add(cls)


def register_tree(
    cls: type[T], flatten: Callable[[T], tuple[Iterable[Any], Any]], unflatten: Callable[[Any, Iterable[Any]], T]
) -> None:
    """Make the instances of a container class trees, so that transforms see the numbers in them.

    attrs classes, dataclasses, tuples, lists, dicts, named tuples, deques and their kin are trees already.

    Args:
        cls: the class.
        flatten: from an instance to its children, and whatever hashable data it takes to put it together again.
        unflatten: from that data and the children to an instance.

    Raises:
        ValueError: if the class is registered already.

    >>> from tapegrad import grad
    >>> from tapegrad.extend import register_tree
    >>> class Line:
    ...     def __init__(self, slope, offset):
    ...         self.slope, self.offset = slope, offset
    >>> register_tree(Line, lambda line: ((line.slope, line.offset), None), lambda _, children: Line(*children))
    >>> gradient = grad(lambda line: line.slope * 3.0 + line.offset)(Line(2.0, 1.0))
    >>> gradient.slope, gradient.offset
    (np.float64(3.0), np.float64(1.0))
    """
    with _registering:
        optree.register_pytree_node(cls, flatten, unflatten, namespace=NAMESPACE)
        _registered.add(cls)
