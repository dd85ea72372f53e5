"""Eigenvalues and eigenvectors of Hermitian matrices: eigh, eigvalsh.

Where values repeat, the choice of a basis for their space has no derivative; it is held fixed there, and everything
that does not depend on that choice (the values, projectors) has the right one, of the first order, and stays finite.
"""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np

from tapegrad._rules.dependences import Differential
from tapegrad._rules.fronts import stands_for
from tapegrad._rules.linalg.adjoints import adjoint
from tapegrad._scipy.linalg.solving import solution
from tapegrad._scipy.linalg.stacks import (
    inverse_gaps,
    mirrored,
    of_matrices,
    phases,
    sla,
    square,
)

# eigh: A V = B V W with Vᴴ B V = 1. With P = Vᴴ dA V, Q = Vᴴ dB V and X = V⁻¹ dV: dw = diag(P - Q w), and beside the
# diagonal X[i, j] = (P[i, j] - Q[i, j] w[j]) / (w[j] - w[i]). On the diagonal, and within an eigenspace, X = -Q/2.
# A subset of the eigenvectors moves along all the others, too. Complex: LAPACK's reduction to a real tridiagonal matrix
# leaves the first (from the upper triangle: the last) component of each vector real.


@attrs.frozen
class Choice:
    """What is read, which of the problems is solved, which of the values are asked for, and by which routine."""

    lower: bool
    kind: int = 1
    subset: tuple[int, int] | None = None
    between: tuple[float, float] | None = None
    driver: str | None = None
    check: bool = False

    def whole(self) -> Choice | None:
        """The choice of all values; None if it is this one."""
        return None if self.subset is self.between is None else Choice(self.lower, self.kind)

    def keywords(self) -> dict[str, Any]:
        """SciPy's names for it."""
        return {
            "lower": self.lower,
            "type": self.kind,
            "subset_by_index": self.subset,
            "subset_by_value": self.between,
            "driver": self.driver,
            "check_finite": self.check,
        }


def _eigh(a: Any, choice: Choice) -> Any:
    return sla.eigh(a, **choice.keywords())


def _eigh_tangent(da: Any, a: Any, choice: Choice, w: Any, v: Any) -> Any:
    whole = choice.whole()
    every, basis = (w, v) if whole is None else _hermitian(a, whole)
    change = da @ v
    dv = basis @ (inverse_gaps(every, w)[0] * (adjoint(basis) @ change))
    if v.dtype.kind == "c":
        at = 0 if choice.lower else -1
        dv = dv - v * phases(v[..., at, :], dv[..., at, :])[..., None, :]
    return _rates(change, v), dv


_hermitian = of_matrices(_eigh, {"a": Differential(_eigh_tangent)}, outputs=("w", "v"))


def _eigh_pencil(a: Any, b: Any, choice: Choice) -> Any:
    return sla.eigh(a, b, **choice.keywords())


def _every(a: Any, b: Any, choice: Choice, w: Any, v: Any) -> Any:
    whole = choice.whole()
    return (w, v) if whole is None else _pencil(a, b, whole)


# The other types are the first: A B v = w v is (B A B) v = w B v, and B A v = w v is A v = w B⁻¹ v; Vᴴ B V = 1 and
# Vᴴ B⁻¹ V = 1 are the norms that LAPACK gives them.


def _pencil_in_a(da: Any, a: Any, b: Any, choice: Choice, w: Any, v: Any) -> Any:
    every, basis = _every(a, b, choice, w, v)
    p = (b @ da @ b if choice.kind == 2 else da) @ v
    return _rates(p, v), basis @ (inverse_gaps(every, w)[0] * (adjoint(basis) @ p))


def _pencil_in_b(db: Any, a: Any, b: Any, choice: Choice, w: Any, v: Any) -> Any:
    every, basis = _every(a, b, choice, w, v)
    inverse, close = inverse_gaps(every, w)
    if choice.kind == 3:
        db = -solution(b, adjoint(solution(b, db, None, False)), None, False)
    q = db @ v
    p = -q * w[..., None, :]
    if choice.kind == 2:
        half = db @ a @ b
        p = p + (half + adjoint(half)) @ v
    within = np.where(close, adjoint(basis) @ q, 0) / 2
    return _rates(p, v), basis @ (inverse * (adjoint(basis) @ p) - within)


def _rates(p: Any, v: Any) -> Any:
    """The change of real eigenvalues."""
    return np.real(np.sum(np.conj(v) * p, axis=-2))


_pencil = of_matrices(
    _eigh_pencil, {"a": Differential(_pencil_in_a), "b": Differential(_pencil_in_b)}, outputs=("w", "v")
)


@stands_for(sla.eigh)
def eigh(
    a: Any,
    b: Any = None,
    *,
    lower: bool = True,
    eigvals_only: bool = False,
    overwrite_a: bool = False,
    overwrite_b: bool = False,
    type: int = 1,
    check_finite: bool = True,
    subset_by_index: Any = None,
    subset_by_value: Any = None,
    driver: str | None = None,
) -> Any:
    """Eigenvalues, in ascending order, and eigenvectors of a Hermitian matrix, or of a pair of them."""
    choice = Choice(bool(lower), type, _bounds(subset_by_index), _bounds(subset_by_value), driver, check_finite)
    a = mirrored(square("eigh", a), lower)
    found = _hermitian(a, choice) if b is None else _pencil(a, mirrored(square("eigh", b), lower), choice)
    return found[0] if eigvals_only else found


def _bounds(bounds: Any) -> Any:
    return None if bounds is None else tuple(bounds)


@stands_for(sla.eigvalsh)
def eigvalsh(
    a: Any,
    b: Any = None,
    *,
    lower: bool = True,
    overwrite_a: bool = False,
    overwrite_b: bool = False,
    type: int = 1,
    check_finite: bool = True,
    subset_by_index: Any = None,
    subset_by_value: Any = None,
    driver: str | None = None,
) -> Any:
    """Eigenvalues of a Hermitian matrix, or of a pair of them, in ascending order."""
    return eigh(
        a,
        b,
        lower=lower,
        eigvals_only=True,
        type=type,
        check_finite=check_finite,
        subset_by_index=subset_by_index,
        subset_by_value=subset_by_value,
        driver=driver,
    )
