"""Products of vectors, matrices and stacks of them: matmul, dot, inner, outer, vdot, vecdot, matvec, vecmat, kron.

Four primitives, bilinear and broadcasting over stacks, one for each pair of ranks. A cotangent that sums over a whole
stack is a `tensordot`: one large matrix product.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from tapegrad._core.door import apply
from tapegrad._core.primitive import Batch, Primitive
from tapegrad._core.tables import CALLS, UFUNCS
from tapegrad._rules.axes import normalize_axis
from tapegrad._rules.batching import aligned
from tapegrad._rules.dependences import Transpose
from tapegrad._rules.fronts import as_array, is_array, operand, stands_for
from tapegrad._rules.kinds import declare
from tapegrad._rules.ufuncs import cast, refuse
from tapegrad._spec import Spec


def stacked(*ranks: int) -> Batch:
    """Batches stacks of vectors (rank 1) and matrices (rank 2): the batch is the stacks' first axis."""

    def batch(primitive: Primitive, args: Sequence[Any], batched: Sequence[bool]) -> Any:
        return apply(primitive, *aligned(args, batched, ranks))

    return batch


def _column(x: Any) -> Any:
    """Each number of `x` as an array of one, to multiply a vector."""
    return x[..., None] if x.ndim else x


def _outer(x: Any, y: Any) -> Any:
    """The matrices x yᵀ, of two stacks of vectors."""
    return x[..., None] * (y if y.ndim == 1 else y[..., None, :])


def _summed_outer(x: Any, y: Any) -> Any:
    """The sum over a stack of the matrices x yᵀ."""
    stack = tuple(range(x.ndim - 1))
    return np.tensordot(x, y, (stack, stack))


def _matrix_product(x: Any, y: Any) -> Any:
    return x @ y


def _matrix_left(ct: Any, x: Spec, y: Any) -> Any:
    if x.ndim == 2 < ct.ndim:
        summed = (*range(ct.ndim - 2), ct.ndim - 1)
        return np.tensordot(ct, y, (summed, summed))
    return ct @ y.mT


def _matrix_right(ct: Any, x: Any, y: Spec) -> Any:
    if y.ndim == 2 < ct.ndim:
        summed = tuple(range(ct.ndim - 1))
        return np.tensordot(x, ct, (summed, summed))
    return x.mT @ ct


def _matrix_vector(x: Any, y: Any) -> Any:
    if y.ndim == 1:
        return x @ y
    return y @ x.T if x.ndim == 2 else (x @ y[..., None])[..., 0]


def _matrix_vector_left(ct: Any, x: Spec, y: Any) -> Any:
    return _summed_outer(ct, y) if x.ndim == 2 < ct.ndim + 1 else _outer(ct, y)


def _matrix_vector_right(ct: Any, x: Any, y: Spec) -> Any:
    if ct.ndim == 1:
        return ct @ x
    return vector_matrix(ct, x) if y.ndim > 1 else np.tensordot(ct, x, ct.ndim)


def _vector_matrix(x: Any, y: Any) -> Any:
    return x @ y if x.ndim == 1 or y.ndim == 2 else (x[..., None, :] @ y)[..., 0, :]


def _vector_matrix_left(ct: Any, x: Spec, y: Any) -> Any:
    if ct.ndim == 1:
        return y @ ct
    if x.ndim > 1:
        return matrix_vector(y, ct)
    return np.tensordot(y, ct, ((*range(y.ndim - 2), y.ndim - 1), tuple(range(ct.ndim))))


def _vector_matrix_right(ct: Any, x: Any, y: Spec) -> Any:
    return _summed_outer(x, ct) if y.ndim == 2 < ct.ndim + 1 else _outer(x, ct)


def _vector_dot(x: Any, y: Any) -> Any:
    if y.ndim == 1:
        return x @ y
    return y @ x if x.ndim == 1 else np.einsum("...i,...i->...", x, y)[()]


def _vector_dot_left(ct: Any, x: Spec, y: Any) -> Any:
    return np.tensordot(ct, y, ct.ndim) if x.ndim == 1 <= ct.ndim else _column(ct) * y


def _vector_dot_right(ct: Any, x: Any, y: Spec) -> Any:
    return _vector_dot_left(ct, y, x)


matrix_product = declare(
    "matmul", _matrix_product, {"x": Transpose(_matrix_left), "y": Transpose(_matrix_right)}, batch=stacked(2, 2)
)
matrix_vector = declare(
    "matvec",
    _matrix_vector,
    {"x": Transpose(_matrix_vector_left), "y": Transpose(_matrix_vector_right)},
    batch=stacked(2, 1),
)
vector_matrix = declare(
    "vecmat",
    _vector_matrix,
    {"x": Transpose(_vector_matrix_left), "y": Transpose(_vector_matrix_right)},
    batch=stacked(1, 2),
)
vector_dot = declare(
    "vecdot", _vector_dot, {"x": Transpose(_vector_dot_left), "y": Transpose(_vector_dot_right)}, batch=stacked(1, 1)
)


def _least(name: str, x: Any, rank: int) -> Any:
    """`x` as an array, with at least so many axes."""
    x = operand(x)
    if x.ndim < rank:
        raise ValueError(f"{name}: an operand has {x.ndim} axes, and needs at least {rank}")
    return x


def _matmul(x: Any, y: Any, /) -> Any:
    """The product of two matrices or vectors, or of stacks of matrices: `x @ y`."""
    x, y = x if is_array(x) else operand(x), y if is_array(y) else operand(y)
    if x.ndim > 1:
        return matrix_product(x, y) if y.ndim > 1 else matrix_vector(x, _least("matmul", y, 1))
    if y.ndim > 1:
        return vector_matrix(_least("matmul", x, 1), y)
    return vector_dot(_least("matmul", x, 1), _least("matmul", y, 1))


matmul = stands_for(np.matmul, np.linalg.matmul)(_matmul)


def _matvec(x: Any, y: Any, /) -> Any:
    return matrix_vector(_least("matvec", x, 2), _least("matvec", y, 1))


def _vecmat(x: Any, y: Any, /) -> Any:
    return vector_matrix(_conjugated(_least("vecmat", x, 1)), _least("vecmat", y, 2))


def _vecdot(x: Any, y: Any, /) -> Any:
    return vector_dot(_conjugated(_least("vecdot", x, 1)), _least("vecdot", y, 1))


def _conjugated(x: Any) -> Any:
    return np.conjugate(x) if x.dtype.kind == "c" else x


def _enter(target: np.ufunc, product: Callable[[Any, Any], Any]) -> None:
    """Let `product` stand in for a ufunc on vectors and matrices, with its keywords for the axes on which those lie."""

    def call(
        x: Any,
        y: Any,
        /,
        *,
        axes: Any = None,
        axis: Any = None,
        keepdims: bool = False,
        dtype: Any = None,
        **keywords: Any,
    ) -> Any:
        refuse(target.__name__, keywords)
        if dtype is not None:
            x, y = cast(x, dtype), cast(y, dtype)
        if axis is not None:
            if axes is not None or target is not np.vecdot:
                raise TypeError(f"{target.__name__}: axis= is for one shared axis, and not for use beside axes=")
            axes = [axis, axis, ()]
        if axes is not None:
            x, y = _at_end(x, axes[0]), _at_end(y, axes[1])
        out = product(x, y)
        if keepdims:
            if target is not np.vecdot:
                raise TypeError(f"{target.__name__} does not support keepdims=")
            return np.expand_dims(out, -1 if axes is None else normalize_axis(_several(axes[0])[0], out.ndim + 1))
        if axes is not None and len(axes) == 3:
            wanted = _several(axes[2])
            out = np.moveaxis(out, tuple(range(-len(wanted), 0)), wanted) if wanted else out
        return out

    CALLS[target] = product
    UFUNCS[target, "__call__"] = call


def _several(axes: Any) -> tuple[int, ...]:
    return tuple(axes) if np.ndim(axes) else (axes,)


def _at_end(x: Any, axes: Any) -> Any:
    """`x` with the named axes last."""
    named = _several(axes)
    return np.moveaxis(operand(x), named, tuple(range(-len(named), 0)))


_enter(np.matmul, _matmul)
_enter(np.vecdot, _vecdot)
if hasattr(np, "matvec"):
    _enter(np.matvec, _matvec)
    _enter(np.vecmat, _vecmat)


@stands_for(np.dot)
def dot(a: Any, b: Any, out: None = None) -> Any:
    """The product, or the sum of products over the last axis of `a` and the last but one of `b`."""
    refuse("dot", {"out": out})
    x, y = as_array(a), as_array(b)
    if x.ndim == 0 or y.ndim == 0:
        return np.multiply(x, y)
    return np.tensordot(x, y, (x.ndim - 1, y.ndim - 2)) if x.ndim > 1 and y.ndim > 2 else _matmul(x, y)


@stands_for(np.inner)
def inner(a: Any, b: Any, /) -> Any:
    """The sum of products over the last axis of both."""
    x, y = as_array(a), as_array(b)
    if x.ndim == 0 or y.ndim == 0:
        return np.multiply(x, y)
    if x.ndim == 1 or y.ndim == 1:
        return _matmul(x, y) if y.ndim == 1 else matrix_vector(y, x)
    return np.tensordot(x, y, (-1, -1))


@stands_for(np.outer)
def outer(a: Any, b: Any, out: None = None) -> Any:
    """All products of an entry of `a` and one of `b`, both flattened."""
    refuse("outer", {"out": out})
    return np.multiply(np.reshape(operand(a), (-1, 1)), np.reshape(operand(b), (1, -1)))


@stands_for(np.vdot)
def vdot(a: Any, b: Any, /) -> Any:
    """The sum of all products, both flattened and the first conjugated."""
    return _matmul(np.reshape(_conjugated(operand(a)), -1), np.reshape(operand(b), -1))


@stands_for(np.kron)
def kron(a: Any, b: Any) -> Any:
    """The matrix of blocks a[i, j] * b, and its like for any number of axes."""
    x, y = operand(a), operand(b)
    ndim = max(x.ndim, y.ndim)
    m, n = ((1,) * (ndim - z.ndim) + z.shape for z in (x, y))
    spread_x, spread_y = [k for length in m for k in (length, 1)], [k for length in n for k in (1, length)]
    blocks = np.reshape(x, spread_x) * np.reshape(y, spread_y)
    return np.reshape(blocks, [i * j for i, j in zip(m, n, strict=True)])
