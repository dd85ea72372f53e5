"""Linear equations: solve, inv, solve_triangular, lu_solve, cho_solve.

Of a structured matrix only those entries are read, and have a derivative, that SciPy reads.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad._rules.dependences import Differential, Transpose
from tapegrad._rules.fronts import operand, stands_for
from tapegrad._rules.kinds import declare
from tapegrad._scipy.linalg.stacks import (
    as_columns,
    conjugate,
    diagonal_part,
    mirrored,
    of_matrices,
    rows_at,
    sla,
    square,
    triangle,
)

TRANSPOSED = {"upper triangular": "lower triangular", "lower triangular": "upper triangular"}
SYMMETRIC = {"sym", "symmetric", "her", "hermitian", "pos", "positive definite"}


def _solve(a: Any, b: Any, structure: str | None, check: bool) -> Any:
    keywords = {} if structure is None else {"assume_a": structure}
    return sla.solve(a, b, check_finite=check, **keywords)


def _solve_back(ct: Any, a: Any, structure: str | None) -> Any:
    return solution(a.mT, ct, TRANSPOSED.get(structure or "", structure), False)


def _solve_tangent(da: Any, a: Any, structure: str | None, out: Any) -> Any:
    return -solution(a, da @ out, structure, False)


def _solve_pull(ct: Any, a: Any, structure: str | None, out: Any) -> Any:
    return -_solve_back(ct, a, structure) @ out.mT


solution = of_matrices(_solve, {"a": Differential(_solve_tangent, _solve_pull), "b": Transpose(_solve_back)})
"""(a, b, structure, check): the solution x of a @ x = b, where all entries of `a` count."""


@stands_for(sla.solve)
def solve(
    a: Any,
    b: Any,
    lower: bool = False,
    overwrite_a: bool = False,
    overwrite_b: bool = False,
    check_finite: bool = True,
    assume_a: str | None = None,
    transposed: bool = False,
) -> Any:
    """The solution x of a @ x = b."""
    a, (b, vector) = square("solve", np.atleast_2d(operand(a))), as_columns(b)
    if a.shape[-1] == 1 != b.shape[-2]:  # SciPy takes a matrix of one entry for a number
        return (b / a)[..., 0] if vector else b / a
    if transposed and a.dtype.kind == "c":
        raise NotImplementedError("scipy.linalg.solve can currently not solve a^T x = b for complex matrices.")
    a = _read(a, assume_a, lower)
    if transposed:
        a, assume_a = a.mT, TRANSPOSED.get(assume_a or "", assume_a)
    out = solution(a, b, assume_a, check_finite)
    return out[..., 0] if vector else out


def _read(a: Any, structure: str | None, lower: bool) -> Any:
    """The matrix that SciPy solves with: of some structures, it reads a part only."""
    if structure in SYMMETRIC:
        return mirrored(a, lower, structure not in ("sym", "symmetric"))
    if structure in ("lower triangular", "upper triangular"):
        return triangle(a, structure == "lower triangular")
    if structure == "diagonal":
        return diagonal_part(a)
    return np.triu(np.tril(a, 1), -1) if structure == "tridiagonal" else a


def _inv(a: Any, structure: str | None, check: bool) -> Any:
    keywords = {} if structure is None else {"assume_a": structure}
    return sla.inv(a, check_finite=check, **keywords)


def _inverse_tangent(da: Any, out: Any) -> Any:
    return -out @ da @ out


def _inverse_pull(ct: Any, out: Any) -> Any:
    return -out.mT @ ct @ out.mT


_inverse = of_matrices(_inv, {"a": Differential(_inverse_tangent, _inverse_pull)})


@stands_for(sla.inv)
def inv(
    a: Any, overwrite_a: bool = False, check_finite: bool = True, *, assume_a: str | None = None, lower: bool = False
) -> Any:
    """The inverse."""
    return _inverse(_read(square("inv", a), assume_a, lower), assume_a, check_finite)


def _solve_triangular(a: Any, b: Any, transposed: bool, lower: bool, unit: bool, check: bool) -> Any:
    return sla.solve_triangular(a, b, int(transposed), lower, unit, check_finite=check)


def _triangular_back(ct: Any, a: Any, transposed: bool, lower: bool, unit: bool) -> Any:
    return triangular(a, ct, not transposed, lower, unit, False)


def _triangular_tangent(da: Any, a: Any, transposed: bool, lower: bool, unit: bool, out: Any) -> Any:
    change = triangle(da, lower, int(unit))
    return -triangular(a, (change.mT if transposed else change) @ out, transposed, lower, unit, False)


def _triangular_pull(ct: Any, a: Any, transposed: bool, lower: bool, unit: bool, out: Any) -> Any:
    back = _triangular_back(ct, a, transposed, lower, unit)
    return -triangle(out @ back.mT if transposed else back @ out.mT, lower, int(unit))


triangular = of_matrices(
    _solve_triangular,
    {"a": Differential(_triangular_tangent, _triangular_pull), "b": Transpose(_triangular_back)},
)
"""(a, b, transposed, lower, unit diagonal, check): the solution x of a @ x = b, or of a.T @ x = b."""


@stands_for(sla.solve_triangular)
def solve_triangular(
    a: Any,
    b: Any,
    trans: Any = 0,
    lower: bool = False,
    unit_diagonal: bool = False,
    overwrite_b: bool = False,
    check_finite: bool = True,
) -> Any:
    """The solution x of a @ x = b, for a triangular `a`; with `trans`, of its transpose or adjoint."""
    a, (b, vector) = square("solve_triangular", a), as_columns(b)
    way = {"N": 0, "T": 1, "C": 2}.get(trans, trans)
    if way not in (0, 1, 2):
        raise ValueError(f"solve_triangular: trans is 0, 1, 2, 'N', 'T' or 'C', not {trans!r}")
    out = triangular(conjugate(a) if way == 2 else a, b, way > 0, lower, unit_diagonal, check_finite)
    return out[..., 0] if vector else out


@stands_for(sla.cho_solve)
def cho_solve(c_and_lower: Any, b: Any, overwrite_b: bool = False, check_finite: bool = True) -> Any:
    """The solution x of a @ x = b, from the Cholesky factor of `a`."""
    c, lower = c_and_lower
    way = 0 if lower else "C"
    half = solve_triangular(c, b, way, bool(lower), check_finite=check_finite)
    return solve_triangular(c, half, "C" if way == 0 else 0, bool(lower), check_finite=False)


def _permutation(pivots: Any, length: int) -> Any:
    order = np.broadcast_to(np.arange(length), (*pivots.shape[:-1], length)).copy()
    for i in range(pivots.shape[-1]):
        there = pivots[..., i : i + 1]
        moved = np.take_along_axis(order, there, -1)
        np.put_along_axis(order, there, order[..., i : i + 1].copy(), -1)
        order[..., i : i + 1] = moved
    return order


permutation = declare("scipy.permutation", _permutation, {"pivots": None})
"""The order of so many rows after LAPACK's interchanges: row i and row pivots[i], for each i in turn.

Of integers only, so that it stands on no tape.
"""


@stands_for(sla.lu_solve)
def lu_solve(lu_and_piv: Any, b: Any, trans: int = 0, overwrite_b: bool = False, check_finite: bool = True) -> Any:
    """The solution x of a @ x = b, from the factors of `a`; with `trans`, of its transpose or adjoint."""
    lu, piv = lu_and_piv
    lu, (b, vector) = square("lu_solve", lu), as_columns(b)
    order = permutation(operand(piv), lu.shape[-1])
    if trans == 0:
        half = triangular(lu, rows_at(b, order), False, True, True, check_finite)
        out = triangular(lu, half, False, False, False, False)
    elif trans in (1, 2):
        lu = conjugate(lu) if trans == 2 else lu
        half = triangular(lu, b, True, False, False, check_finite)
        out = rows_at(triangular(lu, half, True, True, True, False), np.argsort(order))
    else:
        raise ValueError(f"lu_solve: trans is 0, 1 or 2, not {trans!r}")
    return out[..., 0] if vector else out
