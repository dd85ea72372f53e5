"""What the families share: stacks of matrices, right-hand sides, triangles, and primitives made of SciPy's routines.

All primitives take stacks of matrices: a batch axis is one more leading axis.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import Any

import numpy as np
from numpy.typing import NDArray
import scipy.linalg

from tapegrad._core.door import apply
from tapegrad._core.primitive import Batch, Primitive
from tapegrad._place import user_line
from tapegrad._rules.batching import aligned
from tapegrad._rules.dependences import Dependence
from tapegrad._rules.fronts import holds_variable, operand
from tapegrad._rules.indexing import take
from tapegrad._rules.kinds import declare
from tapegrad._rules.linalg.adjoints import adjoint
from tapegrad.errors import MissingRuleError
from tapegrad.typing import P

sla: Any = scipy.linalg
"""SciPy's functions, where its stubs ask for literals."""


def each(routine: Callable[..., Any], *ranks: int) -> Callable[..., Any]:
    """A computation on stacks, from a routine for one array of each rank.

    SciPy itself loops over stacks in Python, from version 1.16 on.
    """

    @wraps(routine)
    def compute(*args: Any) -> Any:
        arrays, parameters = args[: len(ranks)], args[len(ranks) :]
        cut = [x.ndim - rank for x, rank in zip(arrays, ranks, strict=True)]
        lengths = np.broadcast_shapes(*(x.shape[:depth] for x, depth in zip(arrays, cut, strict=True)))
        if not lengths:
            return routine(*arrays, *parameters)
        stacks = [np.broadcast_to(x, lengths + x.shape[depth:]) for x, depth in zip(arrays, cut, strict=True)]
        found = [routine(*(x[i] for x in stacks), *parameters) for i in np.ndindex(lengths)]
        if not found:
            raise ValueError(f"`{routine.__name__.strip('_')}` does not support zero-size batches.")
        if not isinstance(found[0], tuple):
            return _stacked(found, lengths)
        return tuple(_stacked(parts, lengths) for parts in zip(*found, strict=True))

    return compute


def _stacked(parts: Sequence[Any], lengths: tuple[int, ...]) -> Any:
    whole = np.stack(parts)
    return whole.reshape((*lengths, *whole.shape[1:]))


def _over(ranks: Sequence[int]) -> Batch:
    """Batches stacks: the batch is the first axis of each."""

    def batch(primitive: Primitive, args: Sequence[Any], batched: Sequence[bool]) -> Any:
        count = len(ranks)
        return apply(primitive, *aligned(args[:count], batched[:count], ranks), *args[count:])

    return batch


def of_matrices(
    routine: Callable[..., Any],
    dependences: Mapping[str, Dependence | None],
    name: str = "",
    *,
    ranks: Sequence[int] | None = None,
    **options: Any,
) -> Callable[..., Any]:
    """A primitive "scipy.<name>" on stacks, from a routine on single matrices (or arrays of other ranks)."""
    ranks = (2,) * len(dependences) if ranks is None else ranks
    name = name or routine.__name__.strip("_")
    return declare(f"scipy.{name}", each(routine, *ranks), dependences, batch=_over(ranks), **options)


def without_rule(target: Callable[P, Any], remedy: str) -> Callable[P, Any]:
    """SciPy's function itself, which refuses Variables aloud."""

    @wraps(target)
    def refused(*args: P.args, **keywords: P.kwargs) -> Any:
        if holds_variable(args) or holds_variable(keywords.values()):
            raise MissingRuleError(f"scipy.linalg.{target.__name__} at {user_line()} has no derivative here: {remedy}")
        return target(*args, **keywords)

    return refused


def square(name: str, a: Any) -> Any:
    """`a` as an array, with square matrices on its last two axes."""
    x = operand(a)
    if x.ndim < 2 or x.shape[-1] != x.shape[-2]:
        raise ValueError(f"{name}: expected a square matrix, or a stack of them, and got shape {x.shape}")
    return x


def as_columns(b: Any) -> tuple[Any, bool]:
    """A right-hand side as columns, and whether it was one vector."""
    x = operand(b)
    return (x[:, None], True) if x.ndim == 1 else (x, False)


def conjugate(x: Any) -> Any:
    """The complex conjugates."""
    return np.conj(x) if x.dtype.kind == "c" else x


def identity(n: int, like: Any) -> NDArray[Any]:
    """The unit matrix, in the precision of `like`."""
    return np.eye(n, dtype=like.dtype)


def triangle(x: Any, lower: bool, k: int = 0) -> Any:
    """The lower or upper triangles, from the k-th diagonal on (counted away from the main one)."""
    return np.tril(x, -k) if lower else np.triu(x, k)


def diagonal_part(x: Any) -> Any:
    """The matrices with everything off their diagonals set to zero."""
    return np.where(np.eye(*x.shape[-2:], dtype=np.bool), x, np.zeros(1, x.dtype))


def diagonals(x: Any) -> Any:
    """The diagonals, as vectors."""
    return np.diagonal(x, 0, -2, -1)


def mirrored(a: Any, lower: bool, hermitian: bool = True) -> Any:
    """The Hermitian (or symmetric) matrices of which only one triangle is read. The diagonal of the former is real."""
    half = triangle(a, lower, 1)
    if a.dtype.kind != "c" or not hermitian:
        return half + half.mT + diagonal_part(a)
    return half + adjoint(half) + diagonal_part(np.real(a))


def halved(x: Any) -> Any:
    """The lower triangles, with half of the diagonal: `halved(x) + adjoint(halved(x))` is a Hermitian `x`."""
    n = x.shape[-1]
    return x * (np.tri(n) - 0.5 * np.eye(n)).astype(np.empty(0, x.dtype).real.dtype)


def widened(x: Any, count: int, axis: int) -> Any:
    """`x`, with so many zero rows or columns behind it."""
    shape = list(x.shape)
    shape[axis] = count
    return np.concatenate([x, np.zeros(shape, x.dtype)], axis=axis)


def rows_at(x: Any, order: Any) -> Any:
    """The rows of matrices in the order given for each of them."""
    if order.ndim == 1:
        return take(x, order, -2)  # also of a plain array, in an order that is batched
    if x.ndim <= order.ndim:
        x = np.broadcast_to(x, (*order.shape[:-1], *x.shape[-2:]))
    return np.take_along_axis(x, order.reshape((*(1,) * (x.ndim - order.ndim - 1), *order.shape, 1)), -2)


def inverse_gaps(w: Any, v: Any) -> tuple[Any, Any]:
    """1 / (v[j] - w[i]), but 0 where the two are equal up to rounding; and where they are.

    For eigenvalues: those of one eigenspace count as one. Rules meet these entries only in the choice of a basis of it.
    """
    gaps = v[..., None, :] - w[..., :, None]
    size = np.max(np.abs(w), axis=-1, keepdims=True, initial=0)[..., None]
    close = np.less_equal(np.abs(gaps), 8 * w.shape[-1] * precision(w) * size)
    return reciprocal(gaps, close), close


def reciprocal(x: Any, excluded: Any) -> Any:
    """1 / x, and 0 where that is excluded."""
    return np.where(excluded, np.zeros(1, x.dtype), 1 / np.where(excluded, np.ones(1, x.dtype), x))


def precision(x: Any) -> float:
    """The distance from 1 to the next number of the same dtype."""
    return float(np.finfo(x.dtype).eps)


def turned(basis: Any, inner: Any, change: Any) -> Any:
    """The change of orthonormal columns.

    The leading k of them change by `inner` (k by k and skew) within their space, and by `change` (a column for each)
    out of it. Where there are more columns, those turn along, and not among themselves.
    """
    k = inner.shape[-1]
    if basis.shape[-1] > k:
        leading, rest = basis[..., :k], basis[..., k:]
        beyond = adjoint(rest) @ change
        return np.concatenate([leading @ inner + rest @ beyond, -leading @ adjoint(beyond)], axis=-1)
    within = basis @ inner
    return within if basis.shape[-2] == k else within + change - basis @ (adjoint(basis) @ change)


def phases(reference: Any, reference_change: Any) -> Any:
    """The phases (imaginary factors) by which columns turn, if one entry of each, the reference, is to stay real."""
    tiny = np.less(np.abs(reference), precision(reference) ** 0.5)
    return 1j * np.imag(reference_change * reciprocal(reference, tiny))
