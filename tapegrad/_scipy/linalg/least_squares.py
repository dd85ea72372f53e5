"""Least squares, pseudo-inverses, determinant and norm: lstsq, pinv, pinvh, det, norm."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad._rules.dependences import Differential, Transpose
from tapegrad._rules.fronts import is_variable, operand, stands_for
from tapegrad._rules.kinds import declare
from tapegrad._rules.linalg.adjoints import adjoint
from tapegrad._scipy.linalg.singular import svdvals
from tapegrad._scipy.linalg.stacks import as_columns, mirrored, of_matrices, precision, sla, square

# While the rank stays the same, d(A⁺) = -A⁺ dA A⁺ + A⁺ A⁺ᴴ dAᴴ (1 - A A⁺) + (1 - A⁺ A) dAᴴ A⁺ᴴ A⁺
# (Golub and Pereyra, 1973).


def _pinv(a: Any, atol: float | None, rtol: float | None, check: bool) -> Any:
    inverse, rank = sla.pinv(a, atol=atol, rtol=rtol, return_rank=True, check_finite=check)
    return inverse, np.int64(rank)


def _pinvh(a: Any, atol: float | None, rtol: float | None, check: bool) -> Any:
    inverse, rank = sla.pinvh(a, atol, rtol, return_rank=True, check_finite=check)
    return inverse, np.int64(rank)


def _pseudo_tangent(da: Any, a: Any, out: Any) -> Any:
    turned, mirror = adjoint(da), adjoint(out)
    beyond = turned - turned @ a @ out
    within = turned - out @ (a @ turned)
    return -out @ da @ out + out @ (mirror @ beyond) + within @ mirror @ out


_pseudo = of_matrices(_pinv, {"a": Differential(_pseudo_tangent)}, saves=("rank",))
_pseudo_hermitian = of_matrices(_pinvh, {"a": Differential(_pseudo_tangent)}, saves=("rank",))


@stands_for(sla.pinv)
def pinv(
    a: Any,
    *,
    atol: float | None = None,
    rtol: float | None = None,
    return_rank: bool = False,
    check_finite: bool = True,
) -> Any:
    """The pseudo-inverse."""
    found = _pseudo(operand(a), atol, rtol, check_finite)
    return found if return_rank else found[0]


@stands_for(sla.pinvh)
def pinvh(
    a: Any,
    atol: float | None = None,
    rtol: float | None = None,
    lower: bool = True,
    return_rank: bool = False,
    check_finite: bool = True,
) -> Any:
    """The pseudo-inverse of a Hermitian matrix."""
    found = _pseudo_hermitian(mirrored(square("pinvh", a), lower), atol, rtol, check_finite)
    return found if return_rank else found[0]


# lstsq: x = A⁺ b, by the same differential.


def _lstsq(a: Any, b: Any, cond: float, driver: str | None, check: bool) -> Any:
    x, _, rank, _ = sla.lstsq(a, b, cond, lapack_driver=driver, check_finite=check)
    return x, np.int64(rank)


def _lstsq_tangent(da: Any, a: Any, b: Any, cond: float, out: Any) -> Any:
    inverse = pinv(a, rtol=cond, check_finite=False)
    mirror, turned = adjoint(inverse), adjoint(da)
    half = turned @ (mirror @ out)
    return inverse @ (mirror @ (turned @ (b - a @ out))) - inverse @ (da @ out) + half - inverse @ (a @ half)


def _lstsq_along(db: Any, a: Any, cond: float, driver: str | None) -> Any:
    return _least(a, db, cond, driver, False)[0]


def _lstsq_back(ct: Any, a: Any, cond: float) -> Any:
    return pinv(a, rtol=cond, check_finite=False).mT @ ct


_least = of_matrices(
    _lstsq, {"a": Differential(_lstsq_tangent), "b": Differential(_lstsq_along, _lstsq_back)}, saves=("rank",)
)


@stands_for(sla.lstsq)
def lstsq(
    a: Any,
    b: Any,
    cond: float | None = None,
    overwrite_a: bool = False,
    overwrite_b: bool = False,
    check_finite: bool = True,
    lapack_driver: str | None = None,
) -> Any:
    """The shortest of the solutions x that make a @ x - b shortest; squared residuals, rank, singular values."""
    a, (b, vector) = operand(a), as_columns(b)
    cond = precision(np.empty(0, np.result_type(a, b, np.float32))) if cond is None else cond
    x, rank = _least(a, b, cond, lapack_driver, check_finite)
    m, n = a.shape[-2:]
    residues: Any = np.empty(0, x.dtype)  # but under vmap, full rank is taken for granted
    if m > n and lapack_driver != "gelsy" and (is_variable(rank) or np.all(rank == n)):
        residues = np.sum(np.square(np.abs(b - a @ x)), axis=-2)
        residues = residues[..., 0] if vector else residues
    x = x[..., 0] if vector else x
    return x, residues, rank, None if lapack_driver == "gelsy" else svdvals(a, check_finite=False)


def _check_finite(x: Any) -> Any:
    return np.asarray_chkfinite(x)[()]


_finite = declare("scipy.finite", _check_finite, {"x": Transpose(lambda ct: ct)})
"""An array without infinities and nans."""


@stands_for(sla.det)
def det(a: Any, overwrite_a: bool = False, check_finite: bool = True) -> Any:
    """The determinant, in double precision."""
    x = square("det", a)
    x = _finite(x) if check_finite else x
    return np.linalg.det(x.astype(np.complex128 if x.dtype.kind == "c" else np.float64))


@stands_for(sla.norm)
def norm(a: Any, ord: Any = None, axis: Any = None, keepdims: bool = False, check_finite: bool = True) -> Any:
    """A norm of a vector or matrix."""
    x = operand(a)
    return np.linalg.norm(_finite(x) if check_finite else x, ord, axis, keepdims)
