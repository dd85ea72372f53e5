"""Eigenvalues and eigenvectors: eig, eigvals.

Where values repeat, the choice of a basis for their space has no derivative; it is held fixed there, and everything
that does not depend on that choice (the values, projectors) has the right one, of the first order, and stays finite.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad._rules.dependences import Differential
from tapegrad._rules.fronts import stands_for
from tapegrad._rules.linalg.adjoints import adjoint
from tapegrad._rules.ufuncs import refuse
from tapegrad._scipy.linalg.solving import solution
from tapegrad._scipy.linalg.stacks import (
    diagonals,
    inverse_gaps,
    of_matrices,
    phases,
    sla,
    square,
)

# eig: A V = V W. With C = V⁻¹ dA V: dw = diag C, and V⁻¹ dV = C / (w[j] - w[i]) beside the diagonal. On it, what keeps
# LAPACK's normalization: columns of length 1, with a real component of largest size. Of a pencil,
# C = V⁻¹ B⁻¹ (dA V - dB V W).


def _eig(a: Any, left: bool, check: bool) -> Any:
    w, *vl, v = sla.eig(a, left=left, check_finite=check)
    return w, v, vl[0] if left else v[:, :0]


def _eig_tangent(da: Any, left: bool, w: Any, v: Any, vl: Any) -> Any:
    c = solution(v, da @ v, None, False)
    return diagonals(c), _normal(v, v @ (inverse_gaps(w, w)[0] * c)), _left_tangent(da, w, vl) if left else c[..., :0]


def _left_tangent(da: Any, w: Any, vl: Any) -> Any:
    """The change of the eigenvectors of the adjoint."""
    c = solution(vl, adjoint(da) @ vl, None, False)
    return _normal(vl, vl @ (np.conj(inverse_gaps(w, w)[0]) * c))


def _normal(v: Any, dv: Any) -> Any:
    """The change of eigenvectors that stay normalized."""
    dv = dv - v * np.real(np.sum(np.conj(v) * dv, axis=-2, keepdims=True))
    if v.dtype.kind != "c":
        return dv
    at = np.argmax(np.abs(v), axis=-2)[..., None, :]
    return dv - v * phases(np.take_along_axis(v, at, -2), np.take_along_axis(dv, at, -2))


_general = of_matrices(_eig, {"a": Differential(_eig_tangent)}, outputs=("w", "v", "vl"))


def _eig_pencil(a: Any, b: Any, check: bool) -> Any:
    return sla.eig(a, b, check_finite=check)


def _moved(change: Any, b: Any, w: Any, v: Any) -> Any:
    c = solution(b @ v, change, None, False)
    dv = v @ (inverse_gaps(w, w)[0] * c)
    return diagonals(c), dv - v * np.real(np.sum(np.conj(v) * dv, axis=-2, keepdims=True))


_general_pencil = of_matrices(
    _eig_pencil,
    {
        "a": Differential(lambda da, b, w, v: _moved(da @ v, b, w, v)),
        "b": Differential(lambda db, b, w, v: _moved(-(db @ v) * w[..., None, :], b, w, v)),
    },
    outputs=("w", "v"),
)


@stands_for(sla.eig)
def eig(
    a: Any,
    b: Any = None,
    left: bool = False,
    right: bool = True,
    overwrite_a: bool = False,
    overwrite_b: bool = False,
    check_finite: bool = True,
    homogeneous_eigvals: bool = False,
) -> Any:
    """Eigenvalues and eigenvectors of a matrix, or of a pair of matrices."""
    if homogeneous_eigvals:
        refuse("scipy.linalg.eig", {"homogeneous_eigvals": True})
    a = square("eig", a)
    if b is not None:
        if left:
            refuse("scipy.linalg.eig of two matrices", {"left": True})
        w, v = _general_pencil(a, square("eig", b), check_finite)
        return (w, v) if right else w
    w, v, vl = _general(a, bool(left), check_finite)
    found = (w, *((vl,) if left else ()), *((v,) if right else ()))
    return found if left or right else w


@stands_for(sla.eigvals)
def eigvals(
    a: Any, b: Any = None, overwrite_a: bool = False, check_finite: bool = True, homogeneous_eigvals: bool = False
) -> Any:
    """Eigenvalues of a matrix, or of a pair of matrices."""
    return eig(a, b, right=False, check_finite=check_finite, homogeneous_eigvals=homogeneous_eigvals)
