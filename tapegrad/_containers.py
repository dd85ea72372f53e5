"""Containers of the user's own as trees: `register_tree`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any, Protocol, TypeVar, overload

from tapegrad._tree import register, register_fields
from tapegrad.typing import T


class Container(Protocol):
    """A class that says itself how it is taken apart, as JAX's `register_pytree_node_class` has it."""

    def tree_flatten(self) -> tuple[Iterable[Any], Any]:
        """The children, and what else it takes to put them together again."""
        ...

    @classmethod
    def tree_unflatten(cls, data: Any, children: Iterable[Any], /) -> Any:
        """An instance of that data and those children."""
        ...


ContainerT = TypeVar("ContainerT", bound=Container)


@overload
def register_tree(cls: type[ContainerT], /) -> type[ContainerT]: ...
@overload
def register_tree(cls: type[T], /, *, fields: Sequence[str], static: Sequence[str] = ()) -> type[T]: ...
@overload
def register_tree(*, fields: Sequence[str], static: Sequence[str] = ()) -> Callable[[type[T]], type[T]]: ...
@overload
def register_tree(
    cls: type[T], flatten: Callable[[T], tuple[Iterable[Any], Any]], unflatten: Callable[[Any, Iterable[Any]], T]
) -> type[T]: ...
def register_tree(
    cls: type[Any] | None = None,
    flatten: Callable[[Any], tuple[Iterable[Any], Any]] | None = None,
    unflatten: Callable[[Any, Iterable[Any]], Any] | None = None,
    *,
    fields: Sequence[str] | None = None,
    static: Sequence[str] = (),
) -> Any:
    """Make the instances of a container class trees, so that transforms see the numbers in them.

    attrs classes, dataclasses, tuples, lists, dicts, named tuples, deques and their kin are trees already. Any other
    class becomes one by the names of its attributes, `register_tree(cls, fields=("slope", "offset"))`; by methods
    `tree_flatten` and `tree_unflatten` of its own, `register_tree(cls)`; or by two functions. The first two decorate
    a class as well.

    Args:
        cls: the class.
        flatten: from an instance to its children, and whatever data it takes to put it together again, compared by ==.
        unflatten: from that data and the children to an instance.
        fields: the attributes that are children. An instance is rebuilt from them without calling `__init__`; what
            else it holds comes along.
        static: the attributes that are configuration: no children, but part of the structure, compared by ==.

    Returns:
        The class.

    Raises:
        TypeError: if it is not said how an instance is taken apart.
        ValueError: if the class is a tree already.

    >>> from tapegrad import grad
    >>> from tapegrad.extend import register_tree
    >>> @register_tree(fields=("slope", "offset"), static=("name",))
    ... class Line:
    ...     def __init__(self, slope, offset, name):
    ...         self.slope, self.offset, self.name = slope, offset, name
    >>> gradient = grad(lambda line: line.slope * 3.0 + line.offset)(Line(2.0, 1.0, "fit"))
    >>> gradient.slope, gradient.offset, gradient.name
    (np.float64(3.0), np.float64(1.0), 'fit')

    >>> class Point:
    ...     def __init__(self, x, y):
    ...         self.x, self.y = x, y
    >>> _ = register_tree(Point, lambda point: ((point.x, point.y), None), lambda _, children: Point(*children))
    >>> grad(lambda point: point.x * point.y)(Point(2.0, 3.0)).x
    np.float64(3.0)
    """
    if cls is None and fields is not None:
        return partial(register_tree, fields=fields, static=static)
    if not isinstance(cls, type):
        raise TypeError(f"register_tree takes a class, not {cls!r}: @register_tree, or @register_tree(fields=...).")
    if flatten is not None and unflatten is not None:
        new = register(cls, flatten, unflatten)
    elif fields is not None:
        new = register_fields(cls, fields, static)
    elif hasattr(cls, "tree_flatten") and hasattr(cls, "tree_unflatten"):
        own: Any = cls
        new = register(cls, own.tree_flatten, own.tree_unflatten)
    else:
        raise TypeError(
            f"register_tree({cls.__name__}): name its children (fields=), give functions that take an instance apart "
            "and put it together, or write methods tree_flatten and tree_unflatten."
        )
    if not new:
        raise ValueError(f"{cls.__name__} is a tree already: a class is registered once, before it is first used.")
    return cls
