"""Band matrices: solve_banded, solveh_banded, cho_solve_banded, cholesky_banded.

A band with l diagonals below and u above the main one is stored as its diagonals: ab[u + i - j, j] is the entry (i, j).
The corners, which stand for no entry, are not read. Nothing here is ever as large as the whole matrix.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tapegrad._rules.dependences import Differential, Transpose
from tapegrad._rules.fronts import operand, stands_for
from tapegrad._scipy.linalg.stacks import as_columns, conjugate, of_matrices, sla


def taken(x: Any, rows: Any, columns: Any) -> Any:
    """The entries at these rows and columns of matrices, and 0 where they lie outside."""
    m, n = x.shape[-2:]
    valid = (rows >= 0) & (rows < m) & (columns >= 0) & (columns < n)
    return np.where(valid, x[..., np.clip(rows, 0, m - 1), np.clip(columns, 0, n - 1)], np.zeros(1, x.dtype))


def rows_taken(x: Any, rows: Any) -> Any:
    """The rows of matrices, and 0 where they lie outside."""
    n = x.shape[-2]
    valid = (rows >= 0) & (rows < n)
    return np.where(valid[..., None], x[..., np.clip(rows, 0, n - 1), :], np.zeros(1, x.dtype))


def places(count: int, n: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The numbers of the diagonals, and those of the columns."""
    return np.arange(count)[:, None], np.arange(n)


def inside(count: int, n: int, lower: bool) -> NDArray[np.bool]:
    """Which places in the lower or upper form of a band stand for entries of the matrix."""
    d, j = places(count, n)
    found: NDArray[np.bool] = d + j < n if lower else d + j >= count - 1
    return found


def _transposed(ab: Any, below: int, above: int) -> Any:
    """The band of the transpose: `above` diagonals below, and `below` above."""
    d, j = places(below + above + 1, ab.shape[-1])
    return taken(ab, below + above - d, j + d - below)


def _times(ab: Any, x: Any, above: int) -> Any:
    """The product of the band and a matrix."""
    d, i = places(ab.shape[-2], ab.shape[-1])
    column = i + above - d
    return np.einsum("...di,...dik->...ik", taken(ab, d, column), rows_taken(x, column))


def _band_of_product(x: Any, y: Any, below: int, above: int) -> Any:
    """The band of x @ y.T."""
    d, j = places(below + above + 1, x.shape[-2])
    return np.einsum("...djk,...jk->...dj", rows_taken(x, j + d - above), y)


def _solve_band(ab: Any, b: Any, below: int, above: int, definite: bool, check: bool) -> Any:
    if definite:
        return sla.solveh_banded(ab[: above + 1], b, check_finite=check)
    return sla.solve_banded((below, above), ab, b, check_finite=check)


def _band_back(ct: Any, ab: Any, below: int, above: int, definite: bool) -> Any:
    return _band_solution(_transposed(ab, below, above), ct, above, below, definite, False)


def _band_tangent(dab: Any, ab: Any, below: int, above: int, definite: bool, out: Any) -> Any:
    return -_band_solution(ab, _times(dab, out, above), below, above, definite, False)


def _band_pull(ct: Any, ab: Any, below: int, above: int, definite: bool, out: Any) -> Any:
    return -_band_of_product(_band_back(ct, ab, below, above, definite), out, below, above)


_band_solution = of_matrices(
    _solve_band, {"ab": Differential(_band_tangent, _band_pull), "b": Transpose(_band_back)}, "solve_banded"
)


@stands_for(sla.solve_banded)
def solve_banded(
    l_and_u: Any,
    ab: Any,
    b: Any,
    overwrite_ab: bool = False,
    overwrite_b: bool = False,
    check_finite: bool = True,
) -> Any:
    """The solution x of a @ x = b, for the diagonals of a band matrix."""
    below, above = map(int, l_and_u)
    right, vector = as_columns(b)
    out = _band_solution(operand(ab), right, below, above, False, check_finite)
    return out[..., 0] if vector else out


def lower_form(ab: Any, lower: bool) -> Any:
    """The lower triangle of a Hermitian band, of which the lower or the upper one is given. Its corners are 0."""
    u = ab.shape[-2] - 1
    d, j = places(u + 1, ab.shape[-1])
    if lower:
        return np.where(inside(u + 1, ab.shape[-1], True), ab, np.zeros(1, ab.dtype))
    return conjugate(taken(ab, u - d, j + d))


def upper_form(ab: Any) -> Any:
    """The adjoint of a lower triangular band."""
    u = ab.shape[-2] - 1
    d, j = places(u + 1, ab.shape[-1])
    return conjugate(taken(ab, u - d, j + d - u))


@stands_for(sla.solveh_banded)
def solveh_banded(
    ab: Any,
    b: Any,
    overwrite_ab: bool = False,
    overwrite_b: bool = False,
    lower: bool = False,
    check_finite: bool = True,
) -> Any:
    """The solution x of a @ x = b, for the diagonals of a positive definite band matrix."""
    right, vector = as_columns(b)
    half = lower_form(operand(ab), lower)
    u = half.shape[-2] - 1
    band = np.concatenate([upper_form(half)[..., :u, :], np.real(half[..., :1, :]), half[..., 1:, :]], axis=-2)
    out = _band_solution(band, right, u, u, True, check_finite)
    return out[..., 0] if vector else out


@stands_for(sla.cho_solve_banded)
def cho_solve_banded(cb_and_lower: Any, b: Any, overwrite_b: bool = False, check_finite: bool = True) -> Any:
    """The solution x of a @ x = b, from the Cholesky factor of a band matrix."""
    cb, lower = cb_and_lower
    right, vector = as_columns(b)
    factor = lower_form(operand(cb), lower)
    u = factor.shape[-2] - 1
    half = _band_solution(factor, right, u, 0, False, check_finite)
    out = _band_solution(upper_form(factor), half, 0, u, False, False)
    return out[..., 0] if vector else out
