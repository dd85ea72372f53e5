"""Factorizations: cholesky and qr."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad._place import user_line
from tapegrad._rules.dependences import Differential
from tapegrad._rules.fronts import operand, stands_for
from tapegrad._rules.kinds import declare
from tapegrad._rules.linalg.adjoints import adjoint, hermitian_part
from tapegrad._rules.untyped import linalg
from tapegrad.errors import MissingRuleError

SMALL = 48
"""Up to this many rows, a triangular matrix is inverted as any other is."""


def _inverse(x: Any) -> Any:
    """The inverse of a lower triangular matrix: block by block, so that most of the work is multiplication."""
    n = x.shape[-1]
    if n <= SMALL:
        return np.tril(linalg.inv(x))
    half = n // 2
    first, last = _inverse(x[..., :half, :half]), _inverse(x[..., half:, half:])
    out = np.zeros(x.shape, x.dtype)
    out[..., :half, :half], out[..., half:, half:] = first, last
    out[..., half:, :half] = -(last @ (x[..., half:, :half] @ first))
    return out


def _push_inverse(dx: Any, out: Any) -> Any:
    return -(out @ np.tril(dx) @ out)


def _pull_inverse(ct: Any, out: Any) -> Any:
    return -np.tril(out.mT @ ct @ out.mT)


triangular_inverse = declare("triangular_inverse", _inverse, {"x": Differential(_push_inverse, pull=_pull_inverse)})
"""Of lower triangular matrices, of which nothing above the diagonal is read."""


# a = l lᴴ: l⁻¹ da l⁻ᴴ = l⁻¹ dl + (l⁻¹ dl)ᴴ, the first lower triangular with a real diagonal, so that it is the lower
# triangle of the left-hand side, its diagonal halved. (I. Murray, Differentiation of the Cholesky decomposition, 2016.)
# Only one triangle of `a` is read, and stands for a Hermitian matrix: the derivative is that in its Hermitian part.


def _cholesky(a: Any) -> Any:
    return linalg.cholesky(a)


def _lower_half(x: Any) -> Any:
    n = x.shape[-1]
    return x * np.tril(np.ones((n, n), x.real.dtype) - np.eye(n, dtype=x.real.dtype) / 2)


def _push_cholesky(da: Any, out: Any) -> Any:
    inverse = triangular_inverse(out)
    return out @ _lower_half(inverse @ hermitian_part(da) @ adjoint(inverse))


def _pull_cholesky(ct: Any, out: Any) -> Any:
    inverse = triangular_inverse(out)
    return hermitian_part(inverse.mT @ _lower_half(out.mT @ ct) @ np.conjugate(inverse))


lower_factor = declare("cholesky", _cholesky, {"a": Differential(_push_cholesky, pull=_pull_cholesky)})


@stands_for(np.linalg.cholesky)
def cholesky(a: Any, /, *, upper: bool = False) -> Any:
    """The lower triangular l with l @ lᴴ the matrix, read off its lower triangle; `upper` its like with lᴴ @ l."""
    x = operand(a)
    return adjoint(lower_factor(adjoint(x))) if upper else lower_factor(x)


# a = q r. With m = qᴴ da r⁻¹ = qᴴ dq + dr r⁻¹, the first skew-Hermitian, the second upper triangular with a real
# diagonal, as that of LAPACK's r is: below the diagonal qᴴ dq is m, and on it i Im(m). Of a wide matrix the first
# columns make q, and r follows. What is outside of q's columns turns them there: (1 - q qᴴ) da r⁻¹.
#
# `complete` adds columns q₂ to those, q₁, of a tall matrix. They are not free either: q is a product of reflections, so
# that 1 - q = v t vᴴ with a trapezoidal v. With the first columns known that leaves q₂ = e₂ - (e₁ - q₁) kᴴ,
# k = -q₂₁ (1 - q₁₁)⁻¹, where q₁₁ and q₂₁ are the upper and lower part of q₁, and e₁, e₂ columns of the unit matrix.


def _qr(a: Any) -> tuple[Any, Any]:
    q, r = linalg.qr(a)
    return q, r


def _qr_complete(a: Any) -> tuple[Any, Any]:
    q, r = linalg.qr(a, "complete")
    return q, r


def _turns(m: Any) -> Any:
    """QᴴdQ, from m."""
    below = np.tril(m, -1)
    turned = below - adjoint(below)
    return turned + 1j * np.eye(m.shape[-1], dtype=m.real.dtype) * np.imag(m) if m.dtype.kind == "c" else turned


def _push_qr(da: Any, q: Any, r: Any) -> tuple[Any, Any]:
    k = q.shape[-1]
    change = da[..., :k] @ triangular_inverse(r[..., :k].mT).mT
    m = adjoint(q) @ change
    turned = _turns(m)
    return change - q @ (m - turned), np.triu(adjoint(q) @ da - turned @ r)


def _pull_qr(ct: Any, q: Any, r: Any) -> Any:
    of_q, of_r = ct[0], np.triu(ct[1])
    k = q.shape[-1]
    from_q = q.mT @ of_q
    of_turns = from_q - of_r @ r.mT
    of_m = np.tril(of_turns - adjoint(of_turns), -1) - from_q
    if q.dtype.kind == "c":
        of_m = of_m + 1j * np.eye(k, dtype=r.real.dtype) * np.imag(of_turns)
    of_first = (of_q + np.conjugate(q) @ of_m) @ triangular_inverse(r[..., :k].mT)
    beside = np.conjugate(q) @ of_r
    if r.shape[-1] == k:
        return beside + of_first
    return np.concatenate([beside[..., :k] + of_first, beside[..., k:]], axis=-1)


def _push_qr_complete(da: Any, q: Any, r: Any) -> tuple[Any, Any]:
    k = r.shape[-1]
    dq, dr = _push_qr(da, q[..., :k], r[..., :k, :])
    added = _push_completion(dq, q, k)
    return np.concatenate([dq, added], axis=-1), np.concatenate([dr, np.zeros_like(r[..., k:, :])], axis=-2)


def _push_completion(dq: Any, q: Any, k: int) -> Any:
    """The change of the columns that complete an orthonormal basis, by that of the first k."""
    unit = np.eye(q.shape[-2], k, dtype=q.real.dtype)
    inverse = linalg.inv(unit[:k] - q[..., :k, :k])
    ratio = -(q[..., k:, :k] @ inverse)
    d_ratio = (ratio @ dq[..., :k, :] - dq[..., k:, :]) @ inverse
    return dq @ adjoint(ratio) - (unit - q[..., :k]) @ adjoint(d_ratio)


orthogonal_factors = declare("qr", _qr, {"a": Differential(_push_qr, pull=_pull_qr)}, outputs=("q", "r"))
complete_factors = declare("qr_complete", _qr_complete, {"a": Differential(_push_qr_complete)}, outputs=("q", "r"))
QRResult = type(np.linalg.qr(np.eye(1)))


@stands_for(np.linalg.qr)
def qr(a: Any, mode: str = "reduced") -> Any:
    """The factors q, with orthonormal columns, and r, upper triangular; `mode` 'r' is r alone."""
    x = operand(a)
    if mode not in ("reduced", "complete", "r", "raw"):
        raise ValueError(f"Unrecognized mode '{mode}'")
    if mode == "raw":
        raise MissingRuleError(
            f"qr(mode='raw') at {user_line()} gives LAPACK's own packing, which has no rule. Write mode='reduced' or "
            "'complete'."
        )
    square = x.ndim < 2 or x.shape[-2] <= x.shape[-1]
    result = QRResult(*(complete_factors(x) if mode == "complete" and not square else orthogonal_factors(x)))
    return result.R if mode == "r" else result
