"""What numpy.linalg says of products, diagonals and transposes; chains of products; the cross product."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
import warnings

import numpy as np

from tapegrad._rules.axes import normalize_axis
from tapegrad._rules.dependences import Transpose
from tapegrad._rules.fronts import operand, stands_for
from tapegrad._rules.kinds import declare
from tapegrad._rules.ufuncs import refuse

TAKES_PLANE_VECTORS = np.lib.NumpyVersion(np.__version__) < "2.5.0"
products_of_vectors: Any = np.vecdot
"""Without its stubs, which know no `axis`."""


def _cross(x: Any, y: Any) -> Any:
    return np.cross(x, y)


def _cross_left(ct: Any, y: Any) -> Any:
    return cross_product(y, ct)


def _cross_right(ct: Any, x: Any) -> Any:
    return cross_product(ct, x)


cross_product = declare("cross", _cross, {"x": Transpose(_cross_left), "y": Transpose(_cross_right)})
"""Of vectors of three along the last axis. A product ct · (x × y) stays the same when all three move on by one."""


@stands_for(np.cross)
def cross(a: Any, b: Any, axisa: int = -1, axisb: int = -1, axisc: int = -1, axis: int | None = None) -> Any:
    """The cross product of vectors along an axis."""
    if axis is not None:
        axisa, axisb, axisc = axis, axis, axis
    x, y = operand(a), operand(b)
    if x.ndim < 1 or y.ndim < 1:
        raise ValueError("At least one array has zero dimension")
    x, y = (np.moveaxis(z, normalize_axis(place, z.ndim), -1) for z, place in ((x, axisa), (y, axisb)))
    lengths = x.shape[-1], y.shape[-1]
    if not set(lengths) <= {2, 3}:
        raise ValueError("incompatible dimensions for cross product\n(dimension must be 2 or 3)")
    if 2 in lengths:
        _deprecate(lengths)
    out = cross_product(_in_space(x), _in_space(y))
    return out[..., 2] if lengths == (2, 2) else np.moveaxis(out, -1, axisc)


def _deprecate(lengths: tuple[int, ...]) -> None:
    """Speak of vectors in the plane as this NumPy does."""
    if not TAKES_PLANE_VECTORS:
        raise ValueError(
            "Both input arrays must be (arrays of) 3-dimensional vectors, but they are "
            f"{lengths[0]} and {lengths[1]} dimensional instead."
        )
    warnings.warn(
        "Arrays of 2-dimensional vectors are deprecated. Use arrays of 3-dimensional vectors instead. (deprecated in "
        "NumPy 2.0)",
        DeprecationWarning,
        stacklevel=5,
    )


def _in_space(x: Any) -> Any:
    """Vectors of two as vectors of three."""
    return x if x.shape[-1] == 3 else np.concatenate([x, np.zeros((*x.shape[:-1], 1), x.dtype)], axis=-1)


@stands_for(np.linalg.cross)
def linalg_cross(x1: Any, x2: Any, /, *, axis: int = -1) -> Any:
    """The cross product of vectors of three along an axis."""
    x, y = operand(x1), operand(x2)
    if x.shape[axis] != 3 or y.shape[axis] != 3:
        raise ValueError(
            "Both input arrays must be (arrays of) 3-dimensional vectors, but they are "
            f"{x.shape[axis]} and {y.shape[axis]} dimensional instead."
        )
    return cross(x, y, axis=axis)


@stands_for(np.linalg.outer)
def outer(x1: Any, x2: Any, /) -> Any:
    """All products of an entry of one vector and one of another."""
    x, y = operand(x1), operand(x2)
    if x.ndim != 1 or y.ndim != 1:
        raise ValueError(f"Input arrays must be one-dimensional, but they are x1.ndim={x.ndim} and x2.ndim={y.ndim}.")
    return np.outer(x, y)


@stands_for(np.linalg.vecdot)
def vecdot(x1: Any, x2: Any, /, *, axis: int = -1) -> Any:
    """The products of vectors along an axis, the first conjugated."""
    return products_of_vectors(x1, x2, axis=axis)


@stands_for(np.linalg.diagonal)
def diagonal(x: Any, /, *, offset: int = 0) -> Any:
    """The diagonals of the matrices in the last two axes."""
    return np.diagonal(x, offset, axis1=-2, axis2=-1)


@stands_for(np.linalg.trace)
def trace(x: Any, /, *, offset: int = 0, dtype: Any = None) -> Any:
    """The sums of the diagonals of the matrices in the last two axes."""
    return np.trace(x, offset, axis1=-2, axis2=-1, dtype=dtype)


@stands_for(np.linalg.matrix_transpose)
def matrix_transpose(x: Any, /) -> Any:
    """The last two axes swapped."""
    return np.matrix_transpose(x)


@stands_for(np.linalg.multi_dot)
def multi_dot(arrays: Sequence[Any], *, out: None = None) -> Any:
    """The product of several matrices, in the cheapest order; the first and the last may be vectors."""
    refuse("multi_dot", {"out": out})
    factors = [operand(x) for x in arrays]
    if len(factors) < 2:
        raise ValueError("Expecting at least two arrays.")
    if len(factors) == 2:
        return np.dot(factors[0], factors[1])
    first, *_, last = factors
    if first.ndim == 1:
        factors[0] = np.reshape(first, (1, -1))
    if last.ndim == 1:
        factors[-1] = np.reshape(last, (-1, 1))
    for x in factors:
        if x.ndim != 2:
            raise np.linalg.LinAlgError(f"{x.ndim}-dimensional array given. Array must be two-dimensional")
    product = _chain(factors, _splits([factors[0].shape[0], *(x.shape[1] for x in factors)]), 0, len(factors) - 1)
    ends = (*(product.shape[:1] if first.ndim == 2 else ()), *(product.shape[1:] if last.ndim == 2 else ()))
    return np.reshape(product, ends)


def _splits(lengths: Sequence[int]) -> dict[tuple[int, int], int]:
    """For each part of a chain of matrices of these numbers of rows and columns, behind which to multiply last."""
    count = len(lengths) - 1
    costs = {(i, i): 0 for i in range(count)}
    best: dict[tuple[int, int], int] = {}
    for width in range(1, count):
        for i in range(count - width):
            j = i + width
            costs[i, j], best[i, j] = min(
                (costs[i, k] + costs[k + 1, j] + lengths[i] * lengths[k + 1] * lengths[j + 1], k) for k in range(i, j)
            )
    return best


def _chain(factors: Sequence[Any], splits: dict[tuple[int, int], int], i: int, j: int) -> Any:
    if i == j:
        return factors[i]
    k = splits[i, j]
    return _chain(factors, splits, i, k) @ _chain(factors, splits, k + 1, j)
