"""Eigenvalues and singular values, with their vectors.

Three conventions, where the derivative is a choice:

- *Repeated values.* The vectors turn within their common space, however little the matrix changes: they have no
  derivative. Its infinite part, 1 / (w_j - w_i), is left out where two values are equal to rounding. So the values
  themselves have the right derivatives (a repeated one that of the vector at hand), and all are finite. What is left
  out may matter: f(a) written as v f(w) vᴴ has the right derivative at distinct values alone, and so has the second
  derivative of a function of the values. (Of svd only the symmetric part is left out: the
  derivative of u @ vh is right there too.)
- *Phases and bases.* A vector may be multiplied by any number of modulus 1, and LAPACK picks one. Where it shows which
  (a component of each vector is real, and always the same one), the derivative keeps that component real, as LAPACK
  does; else, and in the space of the vectors that `full_matrices` adds, vectors are carried along without turning. A
  function that does not depend on such picks, which is what has a meaning, is indifferent to all this.
- *Hermitian matrices.* `eigh` reads one triangle, and means the Hermitian matrix that it stands for. The gradient is
  that of the Hermitian part of the argument: itself Hermitian (symmetric, where real).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad._rules.dependences import Differential
from tapegrad._rules.fronts import operand, stands_for
from tapegrad._rules.kinds import declare, stopped
from tapegrad._rules.linalg.adjoints import adjoint, hermitian_part
from tapegrad._rules.untyped import linalg


def _diagonal(x: Any) -> Any:
    return np.diagonal(x, axis1=-2, axis2=-1)


def _inverse(x: Any, w: Any) -> Any:
    """1 / x, and 0 where x is 0 to the rounding of the values `w`."""
    largest = np.max(np.abs(stopped(w)), axis=-1, initial=0, keepdims=True)
    tolerance = w.shape[-1] * float(np.finfo(w.dtype).eps) * largest
    nothing = np.abs(stopped(x)) <= (tolerance if x.ndim == w.ndim else tolerance[..., None])
    return np.where(nothing, 0, 1 / np.where(nothing, 1, x))


def _inverse_gaps(w: Any) -> Any:
    """1 / (w_j - w_i), and 0 where the two are equal."""
    return _inverse(w[..., None, :] - w[..., :, None], w)


def _turning(row: Any, change: Any) -> Any:
    """By how much to turn back each vector, of which `row` is a component that LAPACK makes real, as it `change`s."""
    component = np.real(row)
    nothing = np.equal(component, 0)
    return np.imag(change) * np.where(nothing, 0, 1 / np.where(nothing, 1, component))


def _known_zero(ct: Any) -> bool:
    """Whether a cotangent is plainly zero, as those of vectors are where only values were asked for."""
    return type(ct) is np.ndarray and not np.any(ct)


# a v = v w for Hermitian a. With e = vᴴ da v: dw = diag(e), dv = v (f ∘ e), f_ij = 1 / (w_j - w_i) off the diagonal.


def _eigh(a: Any, triangle: str) -> tuple[Any, Any]:
    w, v = linalg.eigh(a, triangle)
    return w, v


def _real_row(triangle: str) -> int:
    """The row of complex eigenvectors that LAPACK makes real."""
    return 0 if triangle == "L" else -1


def _push_eigh(da: Any, w: Any, v: Any, triangle: str) -> tuple[Any, Any]:
    e = adjoint(v) @ hermitian_part(da) @ v
    dv = v @ (_inverse_gaps(w) * e)
    if v.dtype.kind == "c" and v.size:
        row = _real_row(triangle)
        dv = dv - 1j * v * _turning(v[..., row, :], dv[..., row, :])[..., None, :]
    return np.real(_diagonal(e)), dv


def _pull_eigh(ct: Any, w: Any, v: Any, triangle: str) -> Any:
    of_w, of_v = ct
    if _known_zero(of_v):
        return (np.conjugate(v) * of_w[..., None, :]) @ v.mT
    if v.dtype.kind == "c" and v.size:
        row = _real_row(triangle)
        back = _turning(v[..., row, :], np.sum(v * of_v, axis=-2))
        of_v = of_v - 1j * np.eye(v.shape[-1], dtype=w.dtype)[:, row, None] * back[..., None, :]
    inner = _inverse_gaps(w) * (v.mT @ of_v) + np.eye(w.shape[-1], dtype=w.dtype) * of_w[..., None, :]
    return hermitian_part(np.conjugate(v) @ inner @ v.mT)


hermitian_spectrum = declare("eigh", _eigh, {"a": Differential(_push_eigh, pull=_pull_eigh)}, outputs=("w", "v"))
EighResult = type(np.linalg.eigh(np.eye(1)))


@stands_for(np.linalg.eigh)
def eigh(a: Any, UPLO: str = "L") -> Any:  # noqa: N803  (NumPy's name)
    """The eigenvalues and eigenvectors of a Hermitian matrix, read off one triangle."""
    triangle = UPLO.upper()
    if triangle not in ("L", "U"):
        raise ValueError("UPLO argument must be 'L' or 'U'")
    return EighResult(*hermitian_spectrum(operand(a), triangle))


@stands_for(np.linalg.eigvalsh)
def eigvalsh(a: Any, UPLO: str = "L") -> Any:  # noqa: N803  (NumPy's name)
    """The eigenvalues of a Hermitian matrix, in ascending order."""
    return eigh(a, UPLO)[0]


# For any other matrix: e = v⁻¹ da v, and the same formulas. Then each vector has length 1 (what dv does along v is
# taken off it), and its largest component is real.


def _eig(a: Any) -> tuple[Any, Any]:
    w, v = linalg.eig(a)
    return w, v


def _largest_real(v: Any) -> Any:
    """The row in which each vector has its largest component that is real."""
    known = stopped(v)
    return np.argmax(np.abs(known) * np.equal(known.imag, 0), axis=-2, keepdims=True)


def _push_eig(da: Any, w: Any, v: Any) -> tuple[Any, Any]:
    e = linalg.solve(v, da @ v)
    dv = v @ (_inverse_gaps(w) * e)
    along = np.real(np.sum(np.conjugate(v) * dv, axis=-2, keepdims=True))
    if v.dtype.kind == "c" and v.size:
        rows = _largest_real(v)
        along = along + 1j * _turning(np.take_along_axis(v, rows, -2), np.take_along_axis(dv, rows, -2))
    return _diagonal(e), dv - v * along


def _pull_eig(ct: Any, w: Any, v: Any) -> Any:
    of_w, of_v = ct
    if _known_zero(of_v):
        return linalg.solve(v.mT, of_w[..., :, None] * v.mT)
    along = np.sum(v * of_v, axis=-2, keepdims=True)
    of_v = of_v - np.conjugate(v) * np.real(along)
    if v.dtype.kind == "c" and v.size:
        rows = _largest_real(v)
        size: int = v.shape[-1]
        place = np.equal(np.arange(size)[:, None], rows)
        of_v = of_v - 1j * place * _turning(np.take_along_axis(v, rows, -2), along)
    inner = _inverse_gaps(w) * (v.mT @ of_v) + np.eye(w.shape[-1], dtype=w.real.dtype) * of_w[..., None, :]
    return linalg.solve(v.mT, inner @ v.mT)


spectrum = declare("eig", _eig, {"a": Differential(_push_eig, pull=_pull_eig)}, outputs=("w", "v"))
EigResult = type(np.linalg.eig(np.eye(1)))


@stands_for(np.linalg.eig)
def eig(a: Any) -> Any:
    """The eigenvalues and eigenvectors of a square matrix; complex, unless all are real."""
    return EigResult(*spectrum(operand(a)))


@stands_for(np.linalg.eigvals)
def eigvals(a: Any) -> Any:
    """The eigenvalues of a square matrix; complex, unless all are real."""
    return eig(a)[0]


# a = u s vᴴ. With e = uᴴ da v: ds = Re diag(e). du = u x, dv = v y with skew-Hermitian x and y, x s - s y = e - ds.
# With the Hermitian and the skew-Hermitian part of e, h and k, and for i, j both on and off the diagonal,
#     x, y = h / (s_j - s_i) ± k / (s_j + s_i).
# So at equal values only h is left out; and a common turn of both vectors, about which the equation says nothing. What
# da does outside of the spaces spanned turns u and v out of them: (1 - u uᴴ) da v / s, and (1 - v vᴴ) daᴴ u / s. The
# columns that `full_matrices` adds turn against that.
# (J. Townsend, Differentiating the singular value decomposition, 2016.)


def _svd(a: Any, full: bool) -> tuple[Any, Any, Any]:
    u, s, vh = linalg.svd(a, full_matrices=full)
    return u, s, vh


def _push_svd(da: Any, u: Any, s: Any, vh: Any) -> tuple[Any, Any, Any]:
    k = s.shape[-1]
    v = adjoint(vh)
    e = adjoint(u) @ da @ v
    inner = e[..., :k, :k]
    other = adjoint(inner)
    along = (inner + other) / 2 * _inverse_gaps(s)
    against = (inner - other) / 2 * _inverse(s[..., None, :] + s[..., :, None], s)
    du, dv = u[..., :k] @ (along + against), v[..., :k] @ (along - against)
    inverse = _inverse(s, s)[..., None, :]
    if u.shape[-2] > k:
        du = du + (da @ v[..., :k] - u[..., :k] @ inner) * inverse
    if v.shape[-2] > k:
        dv = dv + (adjoint(da) @ u[..., :k] - v[..., :k] @ other) * inverse
    if e.dtype.kind == "c" and s.size:
        of_u, of_v = (u[..., 0, :k], du[..., 0, :]), (v[..., 0, :k], dv[..., 0, :])
        row, change = of_u if u.shape[-2] < v.shape[-2] else of_v
        common = (_turning(row, change) * _kept_real(row))[..., None, :]
        du, dv = du - 1j * u[..., :k] * common, dv - 1j * v[..., :k] * common
    if u.shape[-1] > k:
        du = np.concatenate([du, -u[..., :k] @ adjoint(e[..., k:, :k] * inverse)], axis=-1)
    if v.shape[-1] > k:
        dv = np.concatenate([dv, -v[..., :k] @ (inverse.mT * e[..., :k, k:])], axis=-1)
    return du, np.real(_diagonal(inner)) * np.greater(s, 0), adjoint(dv)


def _kept_real(row: Any) -> Any:
    """Whether LAPACK makes this component of all vectors real, to rounding."""
    size = np.abs(stopped(row).imag)
    return np.all(size <= 8 * float(np.finfo(row.dtype).eps), axis=-1, keepdims=True)


def _pull_svd(ct: Any, u: Any, s: Any, vh: Any) -> Any:
    """The same, transposed, from the last line to the first."""
    of_u, of_s, of_vh = ct
    k = s.shape[-1]
    v, of_v = adjoint(vh), adjoint(of_vh)
    left, right = np.conjugate(u[..., :k]), v[..., :k].mT
    values = np.where(np.greater(s, 0), of_s, 0)
    if _known_zero(of_u) and _known_zero(of_v):
        return (left * values[..., None, :]) @ right
    inverse = _inverse(s, s)[..., None, :]
    beside: Any = 0
    if u.shape[-1] > k:
        beside = np.conjugate(u[..., k:]) @ -(adjoint(u[..., :k].mT @ of_u[..., k:]) * inverse) @ right
    if v.shape[-1] > k:
        beside = beside - left @ (inverse.mT * (right @ of_v[..., k:])) @ v[..., k:].mT
    of_u, of_v = of_u[..., :k], of_v[..., :k]
    if left.dtype.kind == "c" and s.size:
        turned = np.sum(u[..., :k] * of_u, axis=-2) + np.sum(v[..., :k] * of_v, axis=-2)
        row = u[..., 0, :k] if u.shape[-2] < v.shape[-2] else v[..., 0, :k]
        back = 1j * (_turning(row, turned) * _kept_real(row))[..., None, :]
        if u.shape[-2] < v.shape[-2]:
            of_u = of_u - np.eye(u.shape[-2], 1, dtype=s.dtype) * back
        else:
            of_v = of_v - np.eye(v.shape[-2], 1, dtype=s.dtype) * back
    from_u, from_v = u[..., :k].mT @ of_u, right @ of_v
    along = (from_u + from_v) * _inverse_gaps(s)
    against = (from_u - from_v) * _inverse(s[..., None, :] + s[..., :, None], s)
    inner = hermitian_part(along) + (against - adjoint(against)) / 2 + np.eye(k, dtype=s.dtype) * values[..., None, :]
    if u.shape[-2] > k:
        inner = inner - from_u * inverse
        beside = beside + (of_u * inverse) @ right
    if v.shape[-2] > k:
        inner = inner - adjoint(from_v * inverse)
        beside = beside + left @ adjoint(of_v * inverse)
    return left @ inner @ right + beside


singular_spectrum = declare("svd", _svd, {"a": Differential(_push_svd, pull=_pull_svd)}, outputs=("u", "s", "vh"))
SVDResult = type(np.linalg.svd(np.eye(1)))


@stands_for(np.linalg.svd)
def svd(a: Any, full_matrices: bool = True, compute_uv: bool = True, hermitian: bool = False) -> Any:
    """The singular values, largest first, with their vectors: u @ diag(s) @ vh is the matrix."""
    x = operand(a)
    u, s, vh = _hermitian_svd(x) if hermitian else singular_spectrum(x, bool(full_matrices and compute_uv))
    return SVDResult(u, s, vh) if compute_uv else s


def _hermitian_svd(x: Any) -> tuple[Any, Any, Any]:
    """The moduli of the eigenvalues, in order; their signs go to the right vectors."""
    w, v = eigh(x)
    order = np.argsort(np.abs(w), axis=-1)[..., ::-1]
    sorted_w, u = np.take_along_axis(w, order, -1), np.take_along_axis(v, order[..., None, :], -1)
    return u, np.abs(sorted_w), adjoint(u * np.sign(sorted_w)[..., None, :])


@stands_for(np.linalg.svdvals)
def svdvals(x: Any, /) -> Any:
    """The singular values, largest first."""
    return svd(x, compute_uv=False)
