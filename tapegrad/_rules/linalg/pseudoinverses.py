"""Matrices that have no inverse: pinv, lstsq, matrix_rank."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from tapegrad._core.door import apply
from tapegrad._core.primitive import Primitive
from tapegrad._place import user_line
from tapegrad._rules.batching import spread
from tapegrad._rules.dependences import Differential
from tapegrad._rules.folding import squared
from tapegrad._rules.fronts import inexact, is_variable, operand, stands_for
from tapegrad._rules.kinds import declare
from tapegrad._rules.linalg.adjoints import adjoint
from tapegrad._rules.untyped import linalg
from tapegrad.errors import MissingRuleError

# p = a⁺. dp = -p da p + p pᴴ daᴴ (1 - a p) + (1 - p a) daᴴ pᴴ p, wherever the rank stays what it is. (G. H. Golub and
# V. Pereyra, The differentiation of pseudo-inverses and nonlinear least squares problems whose variables separate, SIAM
# Journal on Numerical Analysis 10, 1973, equation 4.12.) With g = p pᴴ daᴴ that is g + f p,
# f = (1 - p a) daᴴ pᴴ - g a - p da. Of a matrix with more rows than columns nothing here is larger than itself.


def _pseudoinverse(a: Any, cutoff: Any, hermitian: bool) -> Any:
    if 0 in a.shape[-2:]:
        return np.empty((*a.shape[:-2], a.shape[-1], a.shape[-2]), a.dtype)
    u, s, vh = linalg.svd(a, full_matrices=False, hermitian=hermitian)
    kept = s > np.asarray(cutoff)[..., None] * np.max(s, axis=-1, keepdims=True)
    _refuse_truncation("pinv", s, kept)
    inverse = np.where(kept, 1 / np.where(kept, s, 1), 0).astype(s.dtype)
    return adjoint(vh) @ (inverse[..., None] * adjoint(u))


def _refuse_truncation(name: str, s: Any, kept: Any) -> None:
    """Raise where singular values were left out that are no rounding errors: the formulas take them for 0."""
    if np.any(~kept & (s > np.sqrt(np.finfo(s.dtype).eps) * np.max(s, axis=-1, keepdims=True, initial=0))):
        raise MissingRuleError(
            f"{name} at {user_line()} was told to leave out singular values that are not small, and has no rule for "
            "that. Give a smaller cutoff; or choose among the parts of np.linalg.svd yourself."
        )


def _push_pseudoinverse(da: Any, a: Any, out: Any) -> Any:
    back = adjoint(da)
    g = (out @ adjoint(out)) @ back
    turned = back @ adjoint(out)
    return g + (turned - (out @ a) @ turned - g @ a - out @ da) @ out


def _pull_pseudoinverse(ct: Any, a: Any, out: Any) -> Any:
    of_f = ct @ out.mT
    conjugate = np.conjugate(out)
    of_back = (conjugate @ out.mT) @ (ct - of_f @ a.mT) + (of_f - (out @ a).mT @ of_f) @ conjugate
    return adjoint(of_back) - out.mT @ of_f


pseudoinverse = declare(
    "pinv", _pseudoinverse, {"a": Differential(_push_pseudoinverse, pull=_pull_pseudoinverse), "cutoff": None}
)
"""(a, cutoff, hermitian): singular values up to `cutoff` times the largest are taken for 0."""
_given: Any = object()


@stands_for(np.linalg.pinv)
def pinv(a: Any, rcond: Any = None, hermitian: bool = False, *, rtol: Any = _given) -> Any:
    """The pseudoinverse; its derivative is that among matrices of the same rank."""
    x = operand(a)
    if rcond is not None and rtol is not _given:
        raise ValueError("`rtol` and `rcond` can't be both set.")
    cutoff = rcond if rtol is _given else rtol
    if cutoff is None:
        cutoff = 1e-15 if rtol is _given else max(x.shape[-2:]) * float(np.finfo(x.dtype).eps)
    if x.shape[-2] < x.shape[-1]:
        return adjoint(pseudoinverse(adjoint(x), cutoff, bool(hermitian)))
    return pseudoinverse(x, cutoff, bool(hermitian))


# x = a⁺ b, with r = b - a x: dx = p (db - da x) + p pᴴ daᴴ r + (1 - p a) daᴴ pᴴ x, by the same formula.


def _least_squares(a: Any, b: Any, cutoff: float) -> tuple[Any, Any, Any]:
    if a.ndim > 2 or b.ndim > 2:  # a batch, of which NumPy takes none
        s = linalg.svdvals(a)
        return linalg.pinv(a, cutoff) @ b, s, np.sum(s > cutoff * s[..., :1], axis=-1)
    x, _, rank, s = linalg.lstsq(a, b, cutoff)
    _refuse_truncation("lstsq", s, np.arange(s.size) < rank)
    return x, s, int(rank)


def _push_least_squares(da: Any, a: Any, b: Any, x: Any, s: Any, cutoff: float) -> tuple[Any, Any]:
    p = linalg.pinv(a, cutoff)
    back, conjugate = adjoint(da), adjoint(p)
    beside = back @ (conjugate @ x)
    dx = p @ (conjugate @ (back @ (b - a @ x)) - da @ x) + beside - p @ (a @ beside)
    u, _, vh = linalg.svd(a, False)
    return dx, np.real(np.sum(np.conjugate(u) * (da @ adjoint(vh)), axis=-2)) * np.greater(s, 0)


def _pull_least_squares(ct: Any, a: Any, b: Any, x: Any, s: Any, cutoff: float) -> Any:
    of_x, of_s = ct
    p = linalg.pinv(a, cutoff)
    from_x = p.mT @ of_x
    beside = np.conjugate(adjoint(p) @ x) @ adjoint(of_x - a.mT @ from_x)
    found = np.conjugate(b - a @ x) @ adjoint(np.conjugate(p) @ from_x) - from_x @ x.mT + beside
    if type(of_s) is np.ndarray and not np.any(of_s):
        return found
    u, _, vh = linalg.svd(a, False)
    return found + np.conjugate(u) @ ((of_s * np.greater(s, 0))[..., :, None] * np.conjugate(vh))


def _push_right_side(db: Any, a: Any, s: Any, cutoff: float) -> tuple[Any, Any]:
    return linalg.pinv(a, cutoff) @ db, np.zeros_like(s)


def _pull_to_right_side(ct: Any, a: Any, cutoff: float) -> Any:
    return linalg.pinv(a, cutoff).mT @ ct[0]


def _batch(primitive: Primitive, args: Sequence[Any], batched: Sequence[bool]) -> Any:
    """Right-hand sides alone are so many more columns."""
    a, b, cutoff = args
    if batched[0]:
        return apply(primitive, *spread(args[:2], batched[:2]), cutoff)
    columns = np.moveaxis(b, 0, -1)
    x, *rest = apply(primitive, a, np.reshape(columns, (*columns.shape[:-2], -1)), cutoff)
    apart = np.reshape(x, (*x.shape[:-1], *columns.shape[-2:]))
    return np.moveaxis(apart, -1, 0), *(np.broadcast_to(y, (b.shape[0], *np.shape(y))) for y in rest)


least_squares = declare(
    "lstsq",
    _least_squares,
    {
        "a": Differential(_push_least_squares, pull=_pull_least_squares),
        "b": Differential(_push_right_side, pull=_pull_to_right_side),
    },
    batch=_batch,
    outputs=("x", "s"),
    saves=("rank",),
)


@stands_for(np.linalg.lstsq)
def lstsq(a: Any, b: Any, rcond: Any = None) -> tuple[Any, Any, Any, Any]:
    """The x of the least |a @ x - b|² (and of those the smallest), that sum of squares, the rank, singular values."""
    a, b = inexact(a), inexact(b)
    right = np.expand_dims(b, -1) if b.ndim == 1 else b
    for x in (a, right):
        if x.ndim != 2:
            raise np.linalg.LinAlgError(f"{x.ndim}-dimensional array given. Array must be two-dimensional")
    rows, columns = a.shape
    if rows != right.shape[0]:
        raise np.linalg.LinAlgError("Incompatible dimensions")
    dtype = np.result_type(a.dtype, right.dtype)
    cutoff = float(np.finfo(dtype).eps) * max(rows, columns) if rcond is None else float(rcond)
    x, s, rank = least_squares(a, right, cutoff)
    if rows > columns and (is_variable(rank) or rank == columns):
        rest = right - a @ x
        squares: Any = np.sum(squared(rest), axis=0)
    else:
        squares = np.zeros(0, s.dtype)
    return x[..., 0] if b.ndim == 1 else x, squares, rank, s


def _matrix_rank(a: Any, tol: Any, rtol: Any, hermitian: bool) -> Any:
    return linalg.matrix_rank(a, tol, hermitian, rtol=rtol)


rank_of_matrix = declare("matrix_rank", _matrix_rank, {"a": None, "tol": None, "rtol": None})


@stands_for(np.linalg.matrix_rank)
def matrix_rank(A: Any, tol: Any = None, hermitian: bool = False, *, rtol: Any = None) -> Any:  # noqa: N803  (NumPy's)
    """The number of singular values that are not small: an integer, and a constant."""
    if tol is not None and rtol is not None:
        raise ValueError("`tol` and `rtol` can't be both set.")
    x = operand(A)
    if x.ndim > 1:
        return rank_of_matrix(x, tol, rtol, bool(hermitian))
    some = np.any(np.not_equal(x, 0))
    return some.astype(int) if is_variable(some) else int(some)
