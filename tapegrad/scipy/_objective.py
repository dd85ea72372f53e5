"""A function of trees as SciPy's solvers call it: of vectors, with its derivatives."""

from __future__ import annotations

from collections.abc import Callable
import inspect
from typing import Any, ClassVar, TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import OptimizeResult
from scipy.sparse.linalg import LinearOperator

from tapegrad._core.variable import is_variable
from tapegrad._place import user_line
from tapegrad._program.compiled import Compiled, compile
from tapegrad._ravel import Unravel, raveled
from tapegrad._spec import several
from tapegrad._transforms.hessians import hessian, hvp
from tapegrad._transforms.matrices import jacobian
from tapegrad._transforms.reverse import ValueAndGradient, check_scalar
from tapegrad._tree import flatten, is_leaf, tree_map
from tapegrad.errors import DomainError

Vector: TypeAlias = NDArray[np.float64]
Result: Any = OptimizeResult


@attrs.frozen
class OnVectors:
    """A function of a tree, as one of a vector of all its numbers."""

    word: str
    """What the user called, for messages."""
    f: Callable[..., Any]
    unravel: Unravel[Any]
    args: tuple[Any, ...] = ()
    keywords: dict[str, Any] = attrs.field(factory=dict[str, Any])

    @property
    def __name__(self) -> str:
        return getattr(self.f, "__name__", type(self.f).__name__)

    def __call__(self, vector: Any, /) -> Any:
        return self.f(self.unravel(vector), *self.args, **self.keywords)

    def numbers(self, vector: Vector, /) -> Vector:
        """All that the function returns, as a vector."""
        return raveled(self.word, self(vector))[0]

    def value(self, vector: Vector, /) -> float:
        """The function's value, where it is to be a number."""
        value = constant(self.word, self(vector), f"what {self.__name__} returned")
        check_scalar(value, self.word, self.__name__)
        return float(value)

    def value_and_gradient(self, vector: Vector, /) -> tuple[float, Vector]:
        """Its value and its gradient, from one run."""
        value, gradient = constant(
            self.word, self._derived(_value_and_gradient, vector), f"what {self.__name__} returned"
        )
        return float(value), gradient

    def hessian(self, vector: Vector, /) -> Vector:
        """Its Hessian."""
        matrix: Vector = self._derived(_hessian, vector)
        return matrix

    def product(self, vector: Vector, direction: Vector, /) -> Vector:
        """Its Hessian times a vector."""
        column: Vector = self._derived(_product, vector, direction)
        return column

    def residuals(self, vector: Vector, /) -> Vector:
        """All that the function returns, as plain numbers."""
        plain: Vector = constant(self.word, self.numbers(vector), f"what {self.__name__} returned")
        return plain

    def jacobian(self, vector: Vector, /) -> Vector:
        """The Jacobian of all that the function returns."""
        matrix: Vector = self._derived(_jacobian, vector)
        return matrix

    def curvature(self, vector: Vector, weights: Vector, /) -> LinearOperator:
        """The Hessian of the weighted sum of all that the function returns, by its products."""
        n = vector.size
        return LinearOperator(
            (n, n), matvec=lambda p: self._derived(_curvature, vector, weights, np.ravel(p)), dtype=np.dtype(float)
        )

    def _derived(self, derivative: Callable[..., Any], *vectors: Vector) -> Any:
        """A derivative at these vectors. That of a compiled function is compiled, and kept with it for later calls."""
        f = self.f
        if not isinstance(f, Compiled) or f.static_argnums:
            return derivative(self, *vectors)
        found = f.cache.derived.get((derivative, self.word))
        if found is None:
            function, word = f.f, self.word

            def derived(unravel: Unravel[Any], args: Any, keywords: Any, *vectors: Any) -> Any:
                return derivative(OnVectors(word, function, unravel, args, keywords), *vectors)

            found = compile(derived, static_argnums=0, backend=f.backend, fast_math=f.fast_math)
            f.cache.derived[derivative, word] = found
        return found(self.unravel, self.args, self.keywords, *vectors)


@attrs.frozen(repr=False)
class _Minimized(ValueAndGradient):
    """The value and gradient of an objective, by what the user called."""

    word: ClassVar[str] = "minimize"


@attrs.frozen
class _Weighted:
    """A weighted sum of all that a function returns."""

    f: OnVectors
    weights: Vector

    def __call__(self, vector: Any, /) -> Any:
        return self.weights @ self.f.numbers(vector)


def _value_and_gradient(f: OnVectors, x: Vector) -> Any:
    return _Minimized(f)(x)


def _hessian(f: OnVectors, x: Vector) -> Any:
    return hessian(f)(x)


def _product(f: OnVectors, x: Vector, direction: Vector) -> Any:
    return hvp(f, x, direction)


def _jacobian(f: OnVectors, x: Vector) -> Any:
    return jacobian(f.numbers)(x)


def _curvature(f: OnVectors, x: Vector, weights: Vector, direction: Vector) -> Any:
    return hvp(_Weighted(f, weights), x, direction)


def arguments(args: Any) -> tuple[Any, ...]:
    """`args` as SciPy takes it: a tuple, or a single argument that is none."""
    return args if isinstance(args, several) else (args,)


def start(word: str, x0: Any, *others: Any) -> tuple[Vector, Unravel[Any]]:
    """The starting point as a vector, and the way back. Whole numbers become floats, as in SciPy."""
    constant(word, (x0, others), "an argument")
    vector, unravel = raveled(word, tree_map(_floating, x0))
    if vector.dtype.kind == "c":
        raise DomainError(
            f"{word}: x0 is complex, and SciPy's solvers move real numbers. Pass the real and the imaginary part as "
            "two leaves, and put them together in the function: x + 1j * y."
        )
    return vector.astype(np.float64), unravel


def _floating(leaf: Any) -> Any:
    return leaf.astype(np.float64) if getattr(leaf, "dtype", None) is not None and leaf.dtype.kind in "iu" else leaf


def constant(word: str, tree: Any, what: str) -> Any:
    """`tree`, if none of its leaves is a Variable."""
    for leaf in filter(is_variable, flatten(tree)[0]):
        condition = "custom_root" if word == "root" else "custom_minimum"
        raise DomainError(
            f"{word} at {user_line()}: {what} is a {leaf.state} value, and SciPy's solvers compute with plain numbers. "
            f"For derivatives of the solution, tapegrad.implicit.{condition}; for a constant, stop_gradient(x); under "
            "vmap, solve before it, one by one; in a compiled function, solve outside of it."
        )
    return tree


def bound(word: str, bounds: Any, unravel: Unravel[Any], i: int) -> Vector:
    """One of a pair of bounds, lower or upper, as a vector: given as a number, or as a tree like the variables."""
    given = bounds[i]
    if is_leaf(given) and np.ndim(given) == 0:
        return np.full(unravel.size, given, np.float64)
    leaves, structure = flatten(given)
    if structure != unravel.structure:
        raise TypeError(
            f"{word}: bounds is a pair (lower, upper), each a number or a tree like x0, {unravel!r}; not {given!r}."
        )
    parts = [
        np.broadcast_to(np.asarray((-np.inf, np.inf)[i] if leaf is None else leaf, np.float64), piece.shape).ravel()
        for leaf, piece in zip(leaves, unravel.pieces, strict=True)
    ]
    return np.concatenate(parts) if parts else np.zeros(0)


@attrs.frozen
class _Told:
    """A callback that is told of points as trees."""

    callback: Callable[..., Any]
    unravel: Unravel[Any]

    def __call__(self, x: Vector, *rest: Any) -> Any:
        return self.callback(
            self.unravel(x), *(told(self.unravel, part) if isinstance(part, Result) else part for part in rest)
        )


@attrs.frozen
class _ToldResult:
    """A callback that is told of intermediate results, which SciPy recognises by the name of the parameter."""

    callback: Callable[..., Any]
    unravel: Unravel[Any]

    def __call__(self, intermediate_result: Any) -> Any:
        return self.callback(intermediate_result=told(self.unravel, intermediate_result))


def told(unravel: Unravel[Any], result: Any, kind: Any = Result) -> Any:
    """A result with a tree for its point."""
    return kind({**result, "x": unravel(result["x"])})


def listening(callback: Callable[..., Any] | None, unravel: Unravel[Any]) -> Callable[..., Any] | None:
    """The user's callback as SciPy calls it."""
    if callback is None:
        return None
    wants_result = set(inspect.signature(callback).parameters) == {"intermediate_result"}
    return (_ToldResult if wants_result else _Told)(callback, unravel)
