"""Singular values and vectors: svd, svdvals.

Where values repeat, the choice of a basis for their space has no derivative; it is held fixed there, and everything
that does not depend on that choice (the values, projectors) has the right one, of the first order, and stays finite.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad._rules.dependences import Differential
from tapegrad._rules.fronts import operand, stands_for
from tapegrad._rules.linalg.adjoints import adjoint
from tapegrad._scipy.linalg.stacks import (
    diagonal_part,
    diagonals,
    inverse_gaps,
    of_matrices,
    phases,
    precision,
    reciprocal,
    sla,
    turned,
)

# svd: A = U S Vᴴ. With P = Uᴴ dA V, X = Uᴴ dU and Y = Vᴴ dV (both skew): P = X S + dS - S Y, so that dS = Re diag P
# and, beside the diagonal, X = (P S + S Pᴴ) / (s[j]² - s[i]²), Y = (S P + Pᴴ S) / (s[j]² - s[i]²). Out of their space,
# U and V change by dA V / S and dAᴴ U / S. Complex: the bidiagonal that LAPACK reduces to is real, and leaves the first
# component of every column of the shorter of U, V real.


def _svd(a: Any, full: bool, driver: str, check: bool) -> Any:
    return sla.svd(a, full_matrices=full, lapack_driver=driver, check_finite=check)


def _svd_tangent(da: Any, u: Any, s: Any, vh: Any) -> Any:
    k, v = s.shape[-1], adjoint(vh)
    left, right = u[..., :k], v[..., :k]
    forth, back = da @ right, adjoint(da) @ left
    p = adjoint(left) @ forth
    sums = s[..., None, :] + s[..., :, None]
    inverse = inverse_gaps(s, s)[0] * reciprocal(sums, np.equal(sums, 0))
    row, column = s[..., None, :], s[..., :, None]
    x = inverse * (p * row + column * adjoint(p))
    y = inverse * (column * p + adjoint(p) * row)
    inverse = reciprocal(s, np.less_equal(s, 8 * max(da.shape[-2:]) * precision(s) * s[..., :1]))[..., None, :]
    if p.dtype.kind == "c":
        x = x + 1j * diagonal_part(np.imag(p)) * inverse
    du, dv = turned(u, x, forth * inverse), turned(v, y, back * inverse)
    if p.dtype.kind == "c":
        reference, change = (v, dv) if u.shape[-2] >= v.shape[-2] else (u, du)
        phase = phases(reference[..., 0, :k], change[..., 0, :k])[..., None, :]
        du, dv = _rotated(du, left * phase), _rotated(dv, right * phase)
    return du, np.real(diagonals(p)), adjoint(dv)


def _rotated(change: Any, rotation: Any) -> Any:
    """`change`, without a rotation of the leading columns."""
    k = rotation.shape[-1]
    if change.shape[-1] == k:
        return change - rotation
    return np.concatenate([change[..., :k] - rotation, change[..., k:]], axis=-1)


_singular = of_matrices(_svd, {"a": Differential(_svd_tangent)}, outputs=("u", "s", "vh"))


@stands_for(sla.svd)
def svd(
    a: Any,
    full_matrices: bool = True,
    compute_uv: bool = True,
    overwrite_a: bool = False,
    check_finite: bool = True,
    lapack_driver: str = "gesdd",
) -> Any:
    """Singular vectors and values: a = u @ diag(s) @ vh."""
    found = _singular(operand(a), bool(full_matrices and compute_uv), lapack_driver, check_finite)
    return found if compute_uv else found[1]


@stands_for(sla.svdvals)
def svdvals(a: Any, overwrite_a: bool = False, check_finite: bool = True) -> Any:
    """Singular values, in descending order."""
    return svd(a, compute_uv=False, check_finite=check_finite)
