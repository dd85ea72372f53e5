"""Matrices built of others: block_diag, toeplitz, circulant, hankel, companion, khatri_rao; equations in them."""

from __future__ import annotations

from itertools import accumulate
from typing import Any

import numpy as np

from tapegrad._rules.dependences import Differential, Operands, Transpose
from tapegrad._rules.fronts import operand, stands_for
from tapegrad._rules.kinds import declare
from tapegrad._scipy.linalg.stacks import as_columns, conjugate, of_matrices, sla
from tapegrad._spec import several


def _block_diag(*args: Any) -> Any:
    *blocks, corners = args
    lengths = np.broadcast_shapes(*(x.shape[:-2] for x in blocks))
    whole = np.zeros((*lengths, corners[-1][0], corners[-1][1]), np.result_type(*blocks))
    for x, (row, column) in zip(blocks, corners, strict=False):
        whole[..., row : row + x.shape[-2], column : column + x.shape[-1]] = x
    return whole


def _block(ct: Any, position: int, corners: tuple[tuple[int, int], ...]) -> Any:
    (top, left), (bottom, right) = corners[position : position + 2]
    return ct[..., top:bottom, left:right]


_blocks = declare(
    "scipy.block_diag",
    _block_diag,
    {"blocks": Operands(_block)},
    joint=True,
    variadic=True,
    parameters=("corners",),
)
"""(*blocks, corners): block i goes from corners[i] to corners[i + 1]."""


@stands_for(sla.block_diag)
def block_diag(*arrs: Any) -> Any:
    """The matrix with these along its diagonal, and zeros elsewhere."""
    blocks = [np.atleast_2d(operand(x)) for x in arrs]
    rows, columns = (accumulate([x.shape[axis] for x in blocks], initial=0) for axis in (-2, -1))
    return _blocks(*blocks, tuple(zip(rows, columns, strict=True)))


def _differences(m: int, n: int) -> Any:
    """The differences i - j, for all rows i and columns j."""
    return np.arange(m)[:, None] - np.arange(n)


@stands_for(sla.toeplitz)
def toeplitz(c: Any, r: Any = None) -> Any:
    """The matrix with first column `c` and first row `r`, and constant diagonals."""
    column = np.atleast_1d(operand(c))
    row = conjugate(column) if r is None else np.atleast_1d(operand(r))
    m, n = column.shape[-1], row.shape[-1]
    return _joined(column[..., ::-1], row[..., 1:])[..., m - 1 - _differences(m, n)]


def _joined(x: Any, y: Any) -> Any:
    lengths = np.broadcast_shapes(x.shape[:-1], y.shape[:-1])
    parts = [z if z.shape[:-1] == lengths else np.broadcast_to(z, (*lengths, z.shape[-1])) for z in (x, y)]
    return np.concatenate(parts, axis=-1)


@stands_for(sla.circulant)
def circulant(c: Any) -> Any:
    """The matrix with first column `c`, of which every further one is the last, rotated."""
    column = np.atleast_1d(operand(c))
    n = column.shape[-1]
    return column[..., _differences(n, n) % max(n, 1)]


@stands_for(sla.hankel)
def hankel(c: Any, r: Any = None) -> Any:
    """The matrix with first column `c` and last row `r`, and constant antidiagonals."""
    column = operand(c)
    row = np.zeros_like(column) if r is None else operand(r)
    if column.ndim > 1 or row.ndim > 1:
        raise ValueError("hankel: of a differentiated value, c and r are vectors")
    m, n = column.shape[-1], row.shape[-1]
    return np.concatenate([column, row[1:]])[np.arange(m)[:, None] + np.arange(n)]


@stands_for(sla.companion)
def companion(a: Any) -> Any:
    """The matrix whose characteristic polynomial has these coefficients."""
    x = operand(a)
    if x.shape[-1] < 2:
        raise ValueError("companion: there are at least two coefficients")
    row = -x[..., 1:] / x[..., :1]
    n = row.shape[-1]
    below = np.broadcast_to(np.eye(n - 1, n, dtype=row.dtype), (*row.shape[:-1], n - 1, n))
    return np.concatenate([row[..., None, :], below], axis=-2)


@stands_for(sla.khatri_rao)
def khatri_rao(a: Any, b: Any) -> Any:
    """The Kronecker products of each column of `a` with the same one of `b`."""
    x, y = operand(a), operand(b)
    if min(x.ndim, y.ndim) < 2 or x.shape[-1] != y.shape[-1]:
        raise ValueError("khatri_rao: both are matrices, with the same number of columns")
    products = x[..., :, None, :] * y[..., None, :, :]
    return np.reshape(products, (*products.shape[:-3], x.shape[-2] * y.shape[-2], x.shape[-1]))


# Products with a Toeplitz matrix are convolutions: by Fourier transforms of twice its length.


@stands_for(sla.matmul_toeplitz)
def matmul_toeplitz(c_or_cr: Any, x: Any, check_finite: bool = False, workers: Any = None) -> Any:
    """The product of a Toeplitz matrix, given by its first column and row, and a matrix or vector."""
    column, row = _column_and_row(c_or_cr)
    right, vector = as_columns(x)
    out = _product(column, row, right)
    return out[..., 0] if vector else out


def _column_and_row(c_or_cr: Any) -> tuple[Any, Any]:
    if isinstance(c_or_cr, several):
        c, r = c_or_cr
        return np.ravel(operand(c)), np.ravel(operand(r))
    c = np.ravel(operand(c_or_cr))
    return c, conjugate(c)


def _product(column: Any, row: Any, x: Any) -> Any:
    m, n = column.shape[-1], row.shape[-1]
    around = np.concatenate([column, row[..., :0:-1]], axis=-1)
    fft: Any = np.fft
    if np.result_type(column, row, x).kind == "c":
        there, back = fft.fft, fft.ifft
    else:
        there, back = fft.rfft, fft.irfft
    length = m + n - 1
    return back(there(around, length, -1)[..., None] * there(x, length, -2), length, -2)[..., :m, :]


# With T the matrix of c and r, dx = -T⁻¹ dT x, and its transpose is the matrix of r and c. Of r, the first is not read.


def _solve_toeplitz(c: Any, r: Any, b: Any, check: bool) -> Any:
    return sla.solve_toeplitz((c, r), np.array(b), check_finite=check)  # SciPy may want to write into b


def _solve_toeplitz_back(ct: Any, c: Any, r: Any) -> Any:
    return _toeplitz_solution(np.concatenate([c[..., :1], r[..., 1:]], axis=-1), c, ct, False)


def _along_column(dc: Any, c: Any, r: Any, out: Any) -> Any:
    return -_toeplitz_solution(c, r, _product(dc, np.zeros_like(dc), out), False)


def _along_row(dr: Any, c: Any, r: Any, out: Any) -> Any:
    return -_toeplitz_solution(c, r, _product(np.zeros_like(dr), dr, out), False)


_toeplitz_solution = of_matrices(
    _solve_toeplitz,
    {"c": Differential(_along_column), "r": Differential(_along_row), "b": Transpose(_solve_toeplitz_back)},
    ranks=(1, 1, 2),
)


@stands_for(sla.solve_toeplitz)
def solve_toeplitz(c_or_cr: Any, b: Any, check_finite: bool = True) -> Any:
    """The solution x of toeplitz(c, r) @ x = b."""
    c, r = c_or_cr if isinstance(c_or_cr, several) else (c_or_cr, conjugate(operand(c_or_cr)))
    right, vector = as_columns(b)
    out = _toeplitz_solution(operand(c), operand(r), right, check_finite)
    return out[..., 0] if vector else out


def _nonzero(near: Any) -> Any:
    if np.any(near):
        raise np.linalg.LinAlgError("near singular circulant matrix.")
    return near


_checked = declare("scipy.nonsingular", _nonzero, {"near": None})
"""A mask, nowhere true."""


@stands_for(sla.solve_circulant)
def solve_circulant(
    c: Any, b: Any, singular: str = "raise", tol: Any = None, caxis: int = -1, baxis: int = 0, outaxis: int = 0
) -> Any:
    """The solution x of circulant(c) @ x = b."""
    x, y = np.atleast_1d(operand(c)), np.atleast_1d(operand(b))
    x, y = np.moveaxis(x, caxis, -1), np.moveaxis(y, baxis, -1)
    n = x.shape[-1]
    if n != y.shape[-1]:
        raise ValueError(f"Shapes of c {x.shape} and b {y.shape} are incompatible")
    spectrum = np.fft.fft(x, axis=-1)
    sizes = np.abs(spectrum)
    if tol is None:
        tol = np.max(sizes, axis=-1, keepdims=True) * (n * float(np.finfo(np.float64).eps))
    near = np.less_equal(sizes, tol)
    near = _checked(near) if singular == "raise" else near
    quotients = np.fft.fft(y, axis=-1) / np.where(near, 1, spectrum)
    out = np.fft.ifft(np.where(near, 0, quotients), axis=-1)
    real = x.dtype.kind != "c" and y.dtype.kind != "c"
    return np.moveaxis(np.real(out) if real else out, -1, outaxis)
