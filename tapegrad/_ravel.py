"""A tree as one vector, and back: `ravel_tree`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic

import attrs
import numpy as np
from numpy.typing import NDArray

from tapegrad._core.variable import is_variable
from tapegrad._spec import is_strange
from tapegrad._tree import flatten, paths, unflatten
from tapegrad.errors import DomainError
from tapegrad.typing import T, override

_PYTHONS: Any = (float, int, complex)


@attrs.frozen
class Piece:
    """A leaf's place in the vector, and what it was like."""

    start: int
    stop: int
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    is_array: bool
    """And no scalar: told apart where there are no axes."""

    def of(self, vector: Any) -> Any:
        """The leaf in `vector`: a copy."""
        part = vector[self.start : self.stop]
        if part.dtype.kind == "c" != self.dtype.kind:
            part = np.real(part)
        leaf = part.astype(self.dtype).reshape(self.shape)
        return leaf if self.shape or self.is_array else leaf[()]


@attrs.frozen(repr=False)
class Unravel(Generic[T]):
    """From a vector to the tree, as `ravel_tree` returns it. It pickles where the tree's containers do."""

    structure: Any
    pieces: tuple[Piece, ...]
    dtype: np.dtype[Any]

    @property
    def size(self) -> int:
        """How many numbers there are."""
        return self.pieces[-1].stop if self.pieces else 0

    @property
    def is_leaf(self) -> bool:
        """Whether the tree is a single number or array."""
        return len(self.pieces) == 1 and not paths(self.structure)[0]

    def __call__(self, vector: NDArray[Any], /) -> T:
        given: Any = vector if is_variable(vector) else np.asarray(vector)
        if given.shape != (self.size,):
            raise ValueError(f"unravel takes a vector of {self.size} numbers, not an array of shape {given.shape}.")
        if given.dtype.kind == "c" != self.dtype.kind:
            raise DomainError("unravel got a complex vector for a real tree: imaginary parts would be lost.")
        tree: T = unflatten(self.structure, [piece.of(given) for piece in self.pieces])
        return tree

    @override
    def __repr__(self) -> str:
        return f"unravel({unflatten(self.structure, [_Shown(piece) for piece in self.pieces])!r})"

    @override
    def __reduce__(self) -> tuple[Any, ...]:
        """As a tree of numbers: so that the containers are known, and registered, where it is loaded."""
        return _loaded, (unflatten(self.structure, range(len(self.pieces))), self.pieces, self.dtype)


@attrs.frozen(repr=False)
class _Shown:
    """A leaf as `unravel` shows it."""

    piece: Piece

    @override
    def __repr__(self) -> str:
        return f"{self.piece.dtype}{list(self.piece.shape) if self.piece.shape else ''}"


def _loaded(tree: Any, pieces: tuple[Piece, ...], dtype: np.dtype[Any]) -> Unravel[Any]:
    return Unravel(flatten(tree)[1], pieces, dtype)


def ravel_tree(tree: T, /) -> tuple[NDArray[Any], Callable[[NDArray[Any]], T]]:
    """All numbers of a tree as one vector, and the function that makes a tree of such a vector: `(vector, unravel)`.

    The vector is a copy, of the dtype that the leaves promote to together. `unravel` gives each leaf its own shape
    and dtype back (a real leaf beside complex ones takes the real part; a Python number becomes a NumPy scalar). Both
    are differentiable, and work on batches under `vmap`; `unravel` pickles wherever the tree does.

    Raises:
        TypeError: if a leaf is no floating or complex number or array; if `unravel` gets a complex vector for a real
            tree.
        ValueError: if `unravel` gets anything but a vector of the right size.

    >>> import numpy as np
    >>> from tapegrad import ravel_tree
    >>> vector, unravel = ravel_tree({"w": np.array([[1.0, 2.0]]), "b": 3.0})
    >>> vector
    array([3., 1., 2.])
    >>> unravel(2 * vector)
    {'w': array([[2., 4.]]), 'b': np.float64(6.0)}
    """
    return raveled("ravel_tree", tree)


def raveled(word: str, tree: T) -> tuple[NDArray[Any], Unravel[T]]:
    """What `ravel_tree` does; `word` is what the user called."""
    leaves, structure = flatten(tree)
    values = [leaf if hasattr(leaf, "dtype") else _number(leaf) for leaf in leaves]
    pieces: list[Piece] = []
    for i, value in enumerate(values):
        if getattr(value, "dtype", np.dtype(object)).kind not in "fc" or is_strange(value):
            raise DomainError(f"{word}: {paths(structure)[i] or 'the tree'} is {_described(value)}")
        start = pieces[-1].stop if pieces else 0
        pieces.append(Piece(start, start + value.size, value.shape, value.dtype, type(value) is np.ndarray))
    vector: Any = np.concatenate([np.reshape(value, -1) for value in values]) if values else np.zeros(0)
    unravel: Unravel[T] = Unravel(structure, tuple(pieces), vector.dtype)
    return vector, unravel


def _number(leaf: Any) -> Any:
    """A Python number as NumPy's; anything else as it is."""
    if isinstance(leaf, _PYTHONS) and not isinstance(leaf, bool):
        return np.complex128(leaf) if isinstance(leaf, complex) else np.float64(leaf)
    return leaf


def _described(leaf: Any) -> str:
    """What is wrong with a leaf, and what to do."""
    if hasattr(leaf, "dtype"):
        kind = f"an array of dtype {leaf.dtype}" if leaf.dtype.kind not in "fc" else f"a {type(leaf).__name__}"
        return f"{kind}: convert it by np.asarray(x, float), or keep it out of the tree."
    kind = "None" if leaf is None else f"a {type(leaf).__name__}"
    return f"{kind}, no number: keep it out of the tree, as a static field (metadata=tapegrad.static) for instance."
