"""What tapegrad uses of optree, typed so that a tree keeps its type.

optree's own annotations take a nominal class ``PyTree[T]``: no dict, tuple or attrs
class is assignable to it, so that every call is an error to mypy and to pyright.
"""

from collections.abc import Callable, Iterable
from enum import IntEnum
from typing import Any, Generic, TypeVar

from typing_extensions import override

_T = TypeVar("_T")
_T_co = TypeVar("_T_co", covariant=True)
_Leaf = TypeVar("_Leaf")

class PyTreeAccessor:
    def codify(self, /, root: str = "*") -> str: ...

class GetAttrEntry: ...

class PyTreeKind(IntEnum):
    TUPLE = ...
    LIST = ...
    DICT = ...
    NAMEDTUPLE = ...
    CUSTOM = ...

class PyTreeSpec(Generic[_T_co]):  # generic to checkers only: the tree's own type
    num_leaves: int
    namespace: str
    type: type[Any] | None
    kind: PyTreeKind
    def is_leaf(self, /) -> bool: ...
    def children(self, /) -> list[PyTreeSpec[Any]]: ...
    def entries(self, /) -> list[Any]: ...
    def accessors(self, /) -> list[PyTreeAccessor]: ...
    def unflatten(self, leaves: Iterable[Any], /) -> _T_co: ...
    @override
    def __hash__(self) -> int: ...

def tree_flatten(
    tree: _T, /, is_leaf: Callable[[Any], bool] | None = None, *, none_is_leaf: bool = False, namespace: str = ""
) -> tuple[list[Any], PyTreeSpec[_T]]: ...
def tree_leaves(
    tree: object, /, is_leaf: Callable[[Any], bool] | None = None, *, none_is_leaf: bool = False, namespace: str = ""
) -> list[Any]: ...
def tree_structure(
    tree: _T, /, is_leaf: Callable[[Any], bool] | None = None, *, none_is_leaf: bool = False, namespace: str = ""
) -> PyTreeSpec[_T]: ...
def tree_unflatten(treespec: PyTreeSpec[_T], leaves: Iterable[Any]) -> _T: ...
def tree_map(
    func: Callable[..., Any],
    tree: _T,
    /,
    *rests: _T,
    is_leaf: Callable[[Any], bool] | None = None,
    none_is_leaf: bool = False,
    namespace: str = "",
) -> _T: ...
def register_pytree_node(
    cls: type[_T],
    /,
    flatten_func: Callable[[_T], tuple[Iterable[Any], Any] | tuple[Iterable[Any], Any, Iterable[Any]]],
    unflatten_func: Callable[[Any, Iterable[Any]], _T],
    *,
    path_entry_type: type[object] = ...,
    namespace: str,
) -> type[_T]: ...
