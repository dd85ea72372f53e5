"""Trees: arguments and results of any structure, through optree.

attrs classes and dataclasses are found by themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
import dataclasses
from enum import Enum
from functools import cached_property
from threading import Lock
from typing import Any, Final, overload

import attrs
import numpy as np
import optree

from tapegrad.typing import T, override

NAMESPACE = "tapegrad"


@attrs.frozen
class Fields:
    """The attributes of a class that are its children, and those that are part of its structure."""

    children: tuple[str, ...]
    static: tuple[str, ...]
    known: frozenset[str]
    """Both, and the cached properties: these are computed from the children, and of new ones they are others."""

    def others(self, tree: object) -> dict[str, Any]:
        """What an instance holds beside."""
        return {name: value for name, value in getattr(tree, "__dict__", {}).items() if name not in self.known}


_registering = Lock()
_registered: set[type[Any]] = set()
_declared: dict[type[Any], Fields] = {}
_NUMBERS = frozenset({float, int, complex, np.float64, np.ndarray})
"""The commonest leaves, known without asking optree."""

_PLAIN: Any = (bool, int, float, complex, str, bytes, Enum, np.generic, np.ndarray, type(None))
"""Classes of values without parts."""

LEAF: Final[Any] = optree.tree_structure(0.0, none_is_leaf=True, namespace=NAMESPACE)
"""The structure of what is a single number or array."""

_STATIC = "tapegrad.static"


class StaticField(Mapping[str, bool]):
    """The metadata of a field that is configuration: part of a tree's structure, and no leaf.

    A function, a name, a size: `metadata=static` in `attrs.field` or `dataclasses.field`. Transforms pass it on as it
    is. Trees have the same structure if their static fields are equal (==).

    >>> from collections.abc import Callable
    >>> import attrs
    >>> import numpy as np
    >>> from tapegrad import grad, static
    >>> @attrs.frozen
    ... class Layer:
    ...     weights: np.ndarray
    ...     activation: Callable = attrs.field(default=np.tanh, metadata=static)
    ...
    ...     def __call__(self, x):
    ...         return self.activation(self.weights @ x)
    >>> grad(lambda layer: layer(np.array([1.0, 2.0])))(Layer(np.zeros(2), np.sin))
    Layer(weights=array([1., 2.]), activation=<ufunc 'sin'>)
    """

    @override
    def __getitem__(self, key: str, /) -> bool:
        return {_STATIC: True}[key]

    @override
    def __iter__(self) -> Iterator[str]:
        return iter((_STATIC,))

    @override
    def __len__(self) -> int:
        return 1

    @override
    def __repr__(self) -> str:
        return "static"


static: Final = StaticField()


def flatten(tree: T) -> tuple[list[Any], optree.PyTreeSpec[T]]:
    """The leaves of a tree, and its structure. None is a leaf."""
    if is_leaf(tree):
        return [tree], LEAF
    while True:
        leaves, structure = optree.tree_flatten(tree, none_is_leaf=True, namespace=NAMESPACE)
        classes: set[type[Any]] = {*map(type, leaves)} - _NUMBERS
        unknown = [cls for cls in classes if field_names(cls) is not None]
        if not unknown:
            return leaves, structure
        for cls in unknown:
            register_fields(cls, *_fields(cls))


def unflatten(structure: optree.PyTreeSpec[T], leaves: Iterable[Any]) -> T:
    """The tree of this structure with these leaves."""
    if structure is LEAF:
        tree: T
        (tree,) = leaves
        return tree
    return optree.tree_unflatten(structure, leaves)


def is_leaf(tree: object) -> bool:
    """Whether `tree` is known at a glance to be a single number or array."""
    kind: type[Any] = type(tree)
    return kind in _NUMBERS or (isinstance(tree, np.ndarray) and kind not in _registered)


@overload
def tree_map(f: Callable[[Any], Any], tree: T, /) -> T: ...
@overload
def tree_map(f: Callable[[Any, Any], Any], tree: T, other: Any, /) -> T: ...
@overload
def tree_map(f: Callable[[Any, Any, Any], Any], tree: T, other: Any, another: Any, /) -> T: ...
def tree_map(f: Callable[..., Any], tree: T, /, *others: Any) -> T:
    """The same tree, with `f` applied to each leaf; to the leaves of several trees of one structure, side by side.

    Trees are tuples, lists, dicts, named tuples, attrs classes and dataclasses, and what `register_tree` makes one.
    Everything else is a leaf, None too; static fields are none, and come along.

    Raises:
        TypeError: if the structures differ.

    >>> import numpy as np
    >>> from tapegrad import grad, tree_map
    >>> params = {"w": np.array([1.0, 2.0]), "b": 3.0}
    >>> slopes = grad(lambda p: np.sum(p["w"] ** 2) * p["b"])(params)
    >>> tree_map(lambda p, slope: p - 0.1 * slope, params, slopes)
    {'w': array([0.4, 0.8]), 'b': np.float64(2.5)}
    """
    if is_leaf(tree) and all(map(is_leaf, others)):
        mapped: T = f(tree, *others)
        return mapped
    leaves, structure = flatten(tree)
    columns = [leaves]
    for other in others:
        column, shape = flatten(other)
        if shape != structure:
            raise TypeError(f"trees of one structure are needed, not {structure} and {shape}.")
        columns.append(column)
    return unflatten(structure, map(f, *columns))


def placed(leaves: Sequence[Any], positions: Sequence[int], values: Sequence[Any]) -> list[Any]:
    """`leaves`, with these values at these positions."""
    out = list(leaves)
    for i, value in zip(positions, values, strict=True):
        out[i] = value
    return out


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


def _fields(cls: type[Any]) -> tuple[list[str], list[str]]:
    """The names of the fields that hold children, and of those that are static."""
    fields: Any = attrs.fields(cls) if attrs.has(cls) else dataclasses.fields(cls)
    names: tuple[list[str], list[str]] = [], []
    for field in fields:
        names[bool(field.metadata.get(_STATIC))].append(field.name)
    return names


@attrs.frozen(eq=False, repr=False)
class _Kept:
    """What an instance holds beside its children. Of that, the static fields are part of the structure."""

    static: dict[str, Any]
    rest: dict[str, Any]

    @override
    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Kept) and all(_same(value, other.static[name]) for name, value in self.static.items())

    @override
    def __hash__(self) -> int:
        return hash(tuple(self.static.values()))

    @override
    def __repr__(self) -> str:
        return ", ".join(f"{name}={value!r}" for name, value in self.static.items())


def _same(value: Any, other: Any) -> bool:
    """Whether two static fields are equal; of arrays too."""
    if value is other:
        return True
    return np.array_equal(value, other) if type(other) is np.ndarray else bool(value == other)


def register_fields(cls: type[Any], names: Sequence[str], statics: Sequence[str] = ()) -> bool:
    """Make a class a tree, unless it is one: by the names of its children, and of what is part of its structure.

    An instance is rebuilt without calling `__init__`: its converters and validators expect arrays. What else it holds
    comes along, but for the values of cached properties.
    """
    entries = tuple(names)
    cached = [name for base in cls.__mro__ for name, value in vars(base).items() if isinstance(value, cached_property)]
    fields = Fields(entries, tuple(statics), frozenset((*names, *statics, *cached)))
    nothing = _Kept({}, {})

    def children(tree: object) -> tuple[list[Any], _Kept, tuple[str, ...]]:
        rest = fields.others(tree)
        static = {name: getattr(tree, name) for name in statics}
        kept = _Kept(static, rest) if static or rest else nothing
        return [getattr(tree, name) for name in entries], kept, entries

    def rebuild(kept: _Kept, values: Iterable[Any]) -> Any:
        tree: Any = object.__new__(cls)
        for name, value in zip(entries, values, strict=True):
            object.__setattr__(tree, name, value)
        for name, value in (*kept.static.items(), *kept.rest.items()):
            object.__setattr__(tree, name, value)
        return tree

    new = register(cls, children, rebuild, path_entry_type=optree.GetAttrEntry)
    if new:
        _declared[cls] = fields
    return new


def declared_fields(cls: type[Any]) -> Fields | None:
    """How instances of a class are taken apart, where that is by attributes."""
    return _declared.get(cls)


def statics(tree: Any) -> list[Any]:
    """The static fields of all nodes, and other attributes with plain values.

    A structure tells static fields apart by `==`, to which 1 and 1.0 are the same, and knows no other attributes.
    """
    found: list[Any] = []

    def look(node: object) -> bool:
        fields = _declared.get(type(node))
        if fields is not None:
            found.extend(getattr(node, name) for name in fields.static)
            found.extend(each for each in sorted(fields.others(node).items()) if issubclass(type(each[1]), _PLAIN))
        return False

    optree.tree_flatten(tree, is_leaf=look, none_is_leaf=True, namespace=NAMESPACE)
    return found


def register(cls: type[Any], flatten: Callable[..., Any], unflatten: Callable[..., Any], **options: Any) -> bool:
    """Make a class a tree, unless it is one: whether it was made."""
    with _registering:
        new = cls not in _registered
        if new:
            optree.register_pytree_node(cls, flatten, unflatten, namespace=NAMESPACE, **options)
            _registered.add(cls)
    return new
