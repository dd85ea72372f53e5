"""Triangular factors: cholesky, cho_factor, lu, lu_factor.

Each differential is that of the factors' defining equations, solved for what keeps their form: Walter and Lehmann,
"On higher-order derivatives of matrix factorizations in algorithmic differentiation", 2012; Murray, arXiv:1602.07527.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad._rules.dependences import Differential
from tapegrad._rules.fronts import operand, stands_for
from tapegrad._rules.linalg.adjoints import adjoint
from tapegrad._scipy.linalg.solving import permutation, triangular
from tapegrad._scipy.linalg.stacks import (
    conjugate,
    halved,
    identity,
    mirrored,
    of_matrices,
    rows_at,
    sla,
    square,
    triangle,
    widened,
)

# Cholesky: a = L Lᴴ. From da = dL Lᴴ + L dLᴴ, L⁻¹ da L⁻ᴴ is a lower triangle plus its adjoint: L⁻¹ dL and (L⁻¹ dL)ᴴ.


def _cholesky(a: Any, lower: bool, check: bool) -> Any:
    return sla.cholesky(a, lower, check_finite=check)


def _cholesky_tangent(da: Any, lower: bool, out: Any) -> Any:
    factor = out if lower else adjoint(out)
    half = triangular(factor, da, False, True, False, False)
    tangent = factor @ halved(triangular(factor, adjoint(half), False, True, False, False))
    return tangent if lower else adjoint(tangent)


def _cholesky_pull(ct: Any, lower: bool, out: Any) -> Any:
    factor, ct = (out, ct) if lower else (adjoint(out), adjoint(ct))
    half = triangular(factor, halved(factor.mT @ ct), True, True, False, False)
    return triangular(conjugate(factor), half.mT, True, True, False, False).mT


_factor = of_matrices(_cholesky, {"a": Differential(_cholesky_tangent, _cholesky_pull)})


@stands_for(sla.cholesky)
def cholesky(a: Any, lower: bool = False, overwrite_a: bool = False, check_finite: bool = True) -> Any:
    """The triangular factor of a positive definite matrix."""
    return _factor(mirrored(square("cholesky", a), lower), bool(lower), check_finite)


KEPT = bool(sla.cho_factor(np.full((2, 2), 0.5) + np.eye(2))[0][1, 0])
"""Whether SciPy leaves the entries of the matrix in the triangle that is not the factor's (until 1.17), or zeros."""


@stands_for(sla.cho_factor)
def cho_factor(a: Any, lower: bool = False, overwrite_a: bool = False, check_finite: bool = True) -> Any:
    """The triangular factor, and which one it is. The other triangle is as SciPy leaves it."""
    a = square("cho_factor", a)
    factor = cholesky(a, lower, check_finite=check_finite)
    return factor + triangle(a, not lower, 1) if KEPT else factor, lower


# LU: P a = L U, packed as tril(L, -1) + U. With M = L⁻¹ P da U⁻¹ (of the leading square part), L⁻¹ dL is the strictly
# lower part of M, and dU U⁻¹ the rest; what stands below or beside follows from P da = dL U + L dU.


def _lu_factor(a: Any, check: bool) -> Any:
    lu, pivots = sla.lu_factor(a, check_finite=check)
    return lu, pivots, permutation(pivots, len(a))


def _lu_tangent(da: Any, lu: Any, order: Any) -> Any:
    k = min(lu.shape[-2:])
    moved = rows_at(da, order)
    lower, upper = lu[..., :, :k], lu[..., :k, :]
    left = triangular(lower[..., :k, :], moved[..., :k, :], False, True, True, False)
    both = triangular(upper[..., :, :k], left[..., :, :k].mT, True, False, False, False).mT
    strict, unit = np.tril(both, -1), np.tril(lower, -1) + np.eye(*lower.shape[-2:], dtype=lu.dtype)
    changed_upper = np.triu(left - strict @ np.triu(upper))
    if lu.shape[-2] == k:
        changed_lower = unit @ strict
        if lu.shape[-1] > k:
            changed_lower = widened(changed_lower, lu.shape[-1] - k, -1)
        return np.tril(changed_lower, -1) + changed_upper
    right = triangular(upper[..., :, :k], moved[..., :, :k].mT, True, False, False, False).mT
    return np.tril(right - unit @ np.triu(both), -1) + widened(changed_upper, lu.shape[-2] - k, -2)


def _lu_pull(ct: Any, lu: Any, order: Any) -> Any:
    """The transpose of `_lu_tangent`, without solving for what it is applied to."""
    m, n = lu.shape[-2:]
    k = min(m, n)
    lower, upper = lu[..., :, :k], lu[..., :k, :]
    square_lower, square_upper = lower[..., :k, :], upper[..., :, :k]
    ct_lower, ct_upper = np.tril(ct[..., :, :k], -1), np.triu(ct[..., :k, :])
    unit = np.tril(lower, -1) + np.eye(m, k, dtype=lu.dtype)
    differ = unit.mT @ ct_lower - ct_upper @ np.triu(upper).mT  # what both factors leave to M
    if m <= n:
        inner = triangular(square_upper, np.tril(differ, -1).mT, False, False, False, False).mT
        moved = triangular(square_lower, _added(ct_upper, inner), True, True, True, False)
    else:
        inner = triangular(square_lower, np.triu(-differ), True, True, True, False)
        moved = triangular(square_upper, _added(ct_lower, inner).mT, False, False, False, False).mT
    return rows_at(moved, np.argsort(order))


def _added(whole: Any, part: Any) -> Any:
    """`whole`, with `part` added to its leading square."""
    for axis in (-2, -1):
        extra = whole.shape[axis] - part.shape[axis]
        part = widened(part, extra, axis) if extra else part
    return whole + part


_packed = of_matrices(
    _lu_factor, {"a": Differential(_lu_tangent, _lu_pull)}, outputs=("lu",), saves=("pivots", "order")
)


@stands_for(sla.lu_factor)
def lu_factor(a: Any, overwrite_a: bool = False, check_finite: bool = True) -> Any:
    """Both triangular factors in one matrix, and the interchanges of rows."""
    lu, pivots, _ = _packed(operand(a), check_finite)
    return lu, pivots


@stands_for(sla.lu)
def lu(
    a: Any, permute_l: bool = False, overwrite_a: bool = False, check_finite: bool = True, p_indices: bool = False
) -> Any:
    """A permutation and both triangular factors: a = p @ l @ u."""
    packed, _, order = _packed(operand(a), check_finite)
    k = min(packed.shape[-2:])
    lower = np.tril(packed[..., :, :k], -1) + np.eye(packed.shape[-2], k, dtype=packed.dtype)
    upper = np.triu(packed[..., :k, :])
    back = np.argsort(order)
    if permute_l:
        return rows_at(lower, back), upper
    if p_indices:
        return back.astype(np.int32), lower, upper
    return rows_at(identity(packed.shape[-2], packed.real), back), lower, upper
