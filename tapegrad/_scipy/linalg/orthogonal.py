"""Orthogonal and unitary factors: qr, rq, polar.

Each differential is that of the factors' defining equations, solved for what keeps their form: Walter and Lehmann,
"On higher-order derivatives of matrix factorizations in algorithmic differentiation", 2012; Murray, arXiv:1602.07527.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad._rules.dependences import Differential, Transpose
from tapegrad._rules.fronts import operand, stands_for
from tapegrad._rules.linalg.adjoints import adjoint
from tapegrad._scipy.linalg.solving import solution, triangular
from tapegrad._scipy.linalg.stacks import (
    of_matrices,
    precision,
    reciprocal,
    rows_at,
    sla,
    turned,
    widened,
)

# QR: a = Q R, with Q of all columns or as many as R has rows. With k the smaller side, R₁ its leading k columns and
# M = Qᴴ da₁ R₁⁻¹: Qᴴ dQ is skew, and dR R₁⁻¹ = M - Qᴴ dQ is upper triangular with a real diagonal, as R has. So the
# lower part of Qᴴ dQ is that of M; of complex M, the diagonal is i Im M.


def _qr(a: Any, mode: str, pivoting: bool, check: bool) -> Any:
    found = sla.qr(a, mode=mode, pivoting=pivoting, check_finite=check)
    return found if pivoting else (*found, np.arange(a.shape[-1]))


def _qr_tangent(da: Any, pivoting: bool, q: Any, r: Any, order: Any) -> Any:
    k = min(r.shape[-2:])
    da = rows_at(da.mT, order).mT if pivoting else da
    right = triangular(r[..., :k, :k], da[..., :, :k].mT, True, False, False, False).mT
    leading = q[..., :k]
    within = adjoint(leading) @ right
    skew = _skew(within)
    dr = np.triu(adjoint(leading) @ da - skew @ r[..., :k, :])
    if r.shape[-2] > k:
        dr = widened(dr, r.shape[-2] - k, -2)
    return turned(q, skew, right), dr


def _skew(x: Any) -> Any:
    """The skew matrices with the same lower part as `x`, and the same imaginary parts on the diagonal."""
    half = np.tril(x, -1)
    if x.dtype.kind != "c":
        return half - half.mT
    return half - adjoint(half) + 1j * np.imag(x) * np.eye(x.shape[-1], dtype=np.empty(0, x.dtype).real.dtype)


_orthogonal = of_matrices(_qr, {"a": Differential(_qr_tangent)}, outputs=("q", "r"), saves=("order",))


@stands_for(sla.qr)
def qr(
    a: Any,
    overwrite_a: bool = False,
    lwork: Any = None,
    mode: str = "full",
    pivoting: bool = False,
    check_finite: bool = True,
) -> Any:
    """An orthogonal and a triangular factor: a = q @ r."""
    if mode not in ("full", "qr", "r", "economic"):
        raise ValueError("qr: for a differentiated value, mode is 'full', 'economic' or 'r'")
    x = operand(a)
    q, r, order = _orthogonal(x, "economic" if mode in ("economic", "r") else "full", bool(pivoting), check_finite)
    if mode == "r" and x.shape[-2] > x.shape[-1]:
        r = widened(r, x.shape[-2] - x.shape[-1], -2)
    found = (r,) if mode == "r" else (q, r)
    return (*found, order) if pivoting else found


# RQ: a = R Q is the QR of aᴴ with its columns reversed: aᴴ J = (Qᴴ J) (J Rᴴ J), for J the identity reversed.


def _rq(a: Any, mode: str, check: bool) -> Any:
    return sla.rq(a, mode=mode, check_finite=check)


def _rq_tangent(da: Any, r: Any, q: Any) -> Any:
    dq, dr = _qr_tangent(
        adjoint(da)[..., ::-1], False, adjoint(q)[..., ::-1], adjoint(r)[..., ::-1, ::-1], np.arange(0)
    )
    return adjoint(dr[..., ::-1, ::-1]), adjoint(dq[..., ::-1])


_reversed = of_matrices(_rq, {"a": Differential(_rq_tangent)}, outputs=("r", "q"))


@stands_for(sla.rq)
def rq(a: Any, overwrite_a: bool = False, lwork: Any = None, mode: str = "full", check_finite: bool = True) -> Any:
    """A triangular and an orthogonal factor: a = r @ q."""
    found = _reversed(operand(a), "full" if mode == "r" else mode, check_finite)
    return found[0] if mode == "r" else found


# Polar: a = U P, with P = (aᴴ a)^½. X = Uᴴ dU is skew, and Uᴴ da = X P + dP with dP Hermitian: subtract the adjoint,
# X P + P X = Uᴴ da - daᴴ U, a Sylvester equation. Of a tall matrix, dU has a part beyond U's columns too:
# (1 - U Uᴴ) da P⁻¹.


def _anticommutator_solution(p: Any, r: Any) -> Any:
    """The x for which p x + x p is r, of a semidefinite p; the part of r that there is none for counts as 0."""
    w, v = sla.eigh(p, check_finite=False)
    sums = w[:, None] + w
    return v @ (adjoint(v) @ r @ v * reciprocal(sums, sums <= len(w) * precision(w) * w[-1])) @ adjoint(v)


def _anticommutator_back(ct: Any, p: Any) -> Any:
    return _balanced(p.mT, ct)


def _anticommutator_tangent(dp: Any, p: Any, out: Any) -> Any:
    return -_balanced(p, dp @ out + out @ dp)


_balanced = of_matrices(
    _anticommutator_solution,
    {"p": Differential(_anticommutator_tangent), "r": Transpose(_anticommutator_back)},
)


def _polar(a: Any) -> Any:
    return sla.polar(a)[0]


def _polar_tangent(da: Any, a: Any, out: Any) -> Any:
    if a.shape[-2] < a.shape[-1]:
        return adjoint(_polar_tangent(adjoint(da), adjoint(a), adjoint(out)))
    p = adjoint(out) @ a
    p = (p + adjoint(p)) / 2
    within = adjoint(out) @ da
    skew = _balanced(p, within - adjoint(within))
    if a.shape[-2] == a.shape[-1]:
        return out @ skew
    beyond = da - out @ within
    return out @ skew + adjoint(solution(p, adjoint(beyond), None, False))


_unitary = of_matrices(_polar, {"a": Differential(_polar_tangent)})


@stands_for(sla.polar)
def polar(a: Any, side: str = "right") -> Any:
    """A unitary and a Hermitian factor: a = u @ p, or p @ u."""
    if side not in ("right", "left"):
        raise ValueError("`side` must be either 'right' or 'left'")
    x = operand(a)
    u = _unitary(x)
    return u, adjoint(u) @ x if side == "right" else x @ adjoint(u)
