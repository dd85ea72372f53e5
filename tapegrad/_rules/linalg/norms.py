"""Norms of vectors and matrices, and the condition number. At 0 a norm has the derivative 0; ties share evenly."""

from __future__ import annotations

from operator import index
from typing import Any, TypeAlias

import numpy as np

from tapegrad._rules.axes import normalize_axes
from tapegrad._rules.batching import shifted
from tapegrad._rules.dependences import Differential
from tapegrad._rules.folding import count_over, fold, lined_up, past_batch, sum_over
from tapegrad._rules.fronts import inexact, operand, stands_for
from tapegrad._rules.kinds import declare, stopped
from tapegrad._rules.untyped import linalg
from tapegrad._spec import generic

Axes: TypeAlias = tuple[int, ...]
_sum = fold(np.add)


def _euclidean(x: Any, axes: Axes, keepdims: bool) -> Any:
    if len(axes) == x.ndim:
        return linalg.norm(x, axis=None, keepdims=keepdims)
    if 0 < len(axes) < 3:
        return linalg.norm(x, axis=axes, keepdims=keepdims)
    return np.sqrt(_sum(np.real(np.conjugate(x) * x), axes, keepdims))


def _direction(x: Any, out: Any, axes: Axes, keepdims: bool) -> Any:
    """The derivative, conj(x) / |x|; 0 at 0."""
    inverse = lined_up(_reciprocal(out), x.shape, axes, keepdims)
    return np.conjugate(x) * inverse if x.dtype.kind == "c" else x * inverse


def _reciprocal(x: Any) -> Any:
    if isinstance(x, generic):
        return 1 / x if x else x
    zero = np.equal(x, 0)
    return np.where(zero, 0, 1 / np.where(zero, 1, x))


def _push_euclidean(dx: Any, x: Any, out: Any, axes: Axes, keepdims: bool) -> Any:
    return sum_over(_direction(x, out, axes, keepdims) * dx, axes, keepdims)


def _pull_euclidean(ct: Any, x: Any, out: Any, axes: Axes, keepdims: bool) -> Any:
    return lined_up(ct, x.shape, axes, keepdims) * _direction(x, out, axes, keepdims)


euclidean = declare(
    "norm", _euclidean, {"x": Differential(_push_euclidean, pull=_pull_euclidean)}, batch=shifted(past_batch)
)
"""(x, axes, keepdims): the square root of the sum of |x|²."""


# (Σ |x|ᵖ)^(1/p): the derivative in x is (|x| / norm)^(p - 1) times that of |x|, which is 0 at 0.


def _power_mean(x: Any, axes: Axes, keepdims: bool, p: float) -> Any:
    return _sum(np.abs(x) ** p, axes, keepdims) ** (1 / p)


def _slope(x: Any, out: Any, axes: Axes, keepdims: bool, p: float) -> Any:
    whole = lined_up(out, x.shape, axes, keepdims)
    nothing = np.equal(x, 0) | np.equal(whole, 0)
    ratio = np.where(nothing, 1, np.abs(x)) / np.where(nothing, 1, whole)
    sign = np.conjugate(np.sign(x)) if x.dtype.kind == "c" else np.sign(x)
    return np.where(nothing, 0, ratio ** (p - 1)) * sign


def _push_power(dx: Any, x: Any, out: Any, axes: Axes, keepdims: bool, p: float) -> Any:
    return sum_over(_slope(x, out, axes, keepdims, p) * dx, axes, keepdims)


def _pull_power(ct: Any, x: Any, out: Any, axes: Axes, keepdims: bool, p: float) -> Any:
    return lined_up(ct, x.shape, axes, keepdims) * _slope(x, out, axes, keepdims, p)


power_norm = declare(
    "norm_of_order", _power_mean, {"x": Differential(_push_power, pull=_pull_power)}, batch=shifted(past_batch)
)
"""(x, axes, keepdims, p)."""


def _of_vectors(x: Any, order: Any, axes: Axes, keepdims: bool) -> Any:
    """The norms of vectors, each of which lies along all of `axes`."""
    if order is None or order == 2:
        return euclidean(x, axes, keepdims)
    if isinstance(order, str):
        raise ValueError(f"Invalid norm order '{order}' for vectors")
    if order == np.inf:
        return _largest(np.abs(x), axes, keepdims)
    if order == -np.inf:
        return np.min(np.abs(x), axis=axes, keepdims=keepdims)
    if order == 0:
        return np.sum(np.not_equal(x, 0).astype(x.real.dtype), axis=axes, keepdims=keepdims)
    if order == 1:
        return np.sum(np.abs(x), axis=axes, keepdims=keepdims)
    return power_norm(x, axes, keepdims, float(order))


def _largest(x: Any, axes: Axes, keepdims: bool) -> Any:
    if count_over(x.shape, axes):
        return np.max(x, axis=axes, keepdims=keepdims)
    return np.sum(x, axis=axes, keepdims=keepdims)  # of nothing: 0


def _of_matrices(x: Any, order: Any, axes: Axes, keepdims: bool) -> Any:
    """The norms of matrices, whose rows and columns are counted along the two `axes`."""
    if order in (None, "fro", "f"):
        return euclidean(x, axes, keepdims)
    first, second = axes
    if order in (1, -1):
        return _extreme(order, np.sum(np.abs(x), axis=first, keepdims=True), axes, keepdims)
    if order in (np.inf, -np.inf):
        return _extreme(order, np.sum(np.abs(x), axis=second, keepdims=True), axes, keepdims)
    if order not in (2, -2, "nuc"):
        raise ValueError("Invalid norm order for matrices.")
    values = linalg.svdvals(np.moveaxis(x, axes, (-2, -1)))
    if order == "nuc":
        found = np.sum(values, axis=-1)
    else:
        found = np.min(values, axis=-1) if order < 0 else _largest(values, (values.ndim - 1,), False)
    return np.expand_dims(found, axes) if keepdims else found


def _extreme(order: float, sums: Any, axes: Axes, keepdims: bool) -> Any:
    return np.min(sums, axis=axes, keepdims=keepdims) if order < 0 else _largest(sums, axes, keepdims)


@stands_for(np.linalg.norm)
def norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
    """The norm of a vector or matrix, or of those that lie along `axis`; by default of all elements as one vector."""
    x = inexact(x)
    if axis is None and ord is None:
        return euclidean(x, tuple(range(x.ndim)), bool(keepdims))
    if axis is None:
        axes = tuple(range(x.ndim))
    elif isinstance(axis, tuple):
        axes = normalize_axes(axis, x.ndim)
    else:
        axes = normalize_axes(_number(axis), x.ndim)
    if len(axes) == 1:
        return _of_vectors(x, ord, axes, bool(keepdims))
    if len(axes) == 2:
        return _of_matrices(x, ord, axes, bool(keepdims))
    raise ValueError("Improper number of dimensions to norm.")


def _number(axis: Any) -> int:
    try:
        return index(axis)
    except TypeError as error:
        raise TypeError("'axis' must be None, an integer or a tuple of integers") from error


@stands_for(np.linalg.vector_norm)
def vector_norm(x: Any, /, *, axis: Any = None, keepdims: bool = False, ord: Any = 2) -> Any:
    """The norm of a vector that lies along any number of axes."""
    x = inexact(x)
    return _of_vectors(x, ord, normalize_axes(axis, x.ndim), bool(keepdims))


@stands_for(np.linalg.matrix_norm)
def matrix_norm(x: Any, /, *, keepdims: bool = False, ord: Any = "fro") -> Any:
    """The norm of the matrices in the last two axes."""
    x = inexact(x)
    return _of_matrices(x, ord, normalize_axes((-2, -1), x.ndim), bool(keepdims))


@stands_for(np.linalg.cond)
def cond(x: Any, p: Any = None) -> Any:
    """The condition number: the norm of the matrix times that of its inverse; infinite where it has none."""
    x = operand(x)
    if x.ndim > 1 and x.size == 0 and 0 in x.shape[-2:]:
        raise np.linalg.LinAlgError("cond is not defined on empty arrays")
    if p is None or p in (2, -2):
        values = linalg.svdvals(x)
        first, last = values[..., 0], values[..., -1]
        return _ratio(last, first) if p == -2 else _ratio(first, last)
    singular = np.equal(linalg.slogdet(stopped(x))[0], 0)
    regular = np.where(singular[..., None, None], np.eye(x.shape[-1], dtype=x.dtype), x)
    size = _of_matrices(x, p, (x.ndim - 2, x.ndim - 1), False)
    return np.where(singular, np.inf, size * _of_matrices(linalg.inv(regular), p, (x.ndim - 2, x.ndim - 1), False))[()]


def _ratio(x: Any, y: Any) -> Any:
    """X / y, infinite for any x where y is 0."""
    zero = np.equal(y, 0)
    return np.where(zero, np.inf, x / np.where(zero, 1, y))[()]
