"""The Cholesky factor of a band matrix: cholesky_banded."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad._rules.dependences import Differential, Transpose
from tapegrad._rules.fronts import operand, stands_for
from tapegrad._scipy.linalg.banded import inside, lower_form, taken, upper_form
from tapegrad._scipy.linalg.stacks import conjugate, of_matrices, sla

# A = L Lᴴ, all in lower form: x[d, j] is the entry (j + d, j). dL solves X Lᴴ + L Xᴴ = dA. Outside of the band both
# sides are 0, but L⁻¹ dA L⁻ᴴ, which gives the factor of a full matrix, is full. So this follows the factorization,
# column by column. With s the diagonal entry of what is left of A, v the column below it and W the rest:
#     L[0] = √s, l = v / L[0], W ← W - l lᴴ, whence
#     dL[0] = ds / 2 L[0], dl = (dv - l dL[0]) / L[0], dW ← dW - dl lᴴ - l dlᴴ.


def _change(factor: Any, a: Any, transposed: bool) -> Any:
    """The X for which X Lᴴ + L Xᴴ is `a`; or the transpose of that map, of `a`."""
    u, n = factor.shape[0] - 1, factor.shape[1]
    left = np.zeros((n + u, u + 1), np.result_type(factor, a))  # a column in each row; further ones in place of corners
    left[:n] = a.T
    flat = left.reshape(-1)
    row, column = np.tril_indices(u)
    window = row + column * u + u + 1  # where the entries of W stand, counted from that of s
    for j in range(n - 1, -1, -1) if transposed else range(n):
        size, below = factor[0, j].real, factor[1:, j]
        places = window + j * (u + 1)
        mine = left[j]
        if transposed:
            rest = np.zeros((u, u), left.dtype)
            rest[row, column] = flat[places]
            mine[1:] = (mine[1:] - rest @ below.conj() - (rest.T @ below).conj()) / size
            mine[0] = (mine[0] - below @ mine[1:]).real / (2 * size)
        else:
            mine[0] = mine[0].real / (2 * size)
            mine[1:] = (mine[1:] - below * mine[0]) / size
            flat[places] -= mine[1:][row] * below.conj()[column] + below[row] * mine[1:].conj()[column]
    band = left[:n].T
    band[~inside(u + 1, n, True)] = 0
    return band


def _product(x: Any, y: Any) -> Any:
    """The lower form of X Yᴴ + Y Xᴴ."""
    u, n = x.shape[-2] - 1, x.shape[-1]
    d, e, j = np.ogrid[: u + 1, : u + 1, :n]
    rows, columns = d + e, j - e
    flat = np.broadcast_to(e[0], (u + 1, n)), columns[0]
    return np.einsum("...dej,...ej->...dj", taken(x, rows, columns), conjugate(taken(y, *flat))) + np.einsum(
        "...dej,...ej->...dj", taken(y, rows, columns), conjugate(taken(x, *flat))
    )


def _product_back(ct: Any, y: Any) -> Any:
    """The transpose of `_product` in x."""
    u, n = ct.shape[-2] - 1, ct.shape[-1]
    f, e, k = np.ogrid[: u + 1, : u + 1, :n]
    first = np.einsum("...fek,...ek->...fk", taken(ct, f - e, k + e), conjugate(y))
    return first + conjugate(np.einsum("...efk,...efk->...fk", *_against(ct, y)))


def _against(ct: Any, y: Any) -> tuple[Any, Any]:
    u, n = ct.shape[-2] - 1, ct.shape[-1]
    d, f, k = np.ogrid[: u + 1, : u + 1, :n]
    return taken(ct, d + 0 * f, k + f), taken(y, d + f, k + 0 * d)


def _change_tangent(dfactor: Any, factor: Any, transposed: bool, out: Any) -> Any:
    product = _product_back(out, dfactor) if transposed else _product(out, dfactor)
    return -_changed(factor, product, transposed)


def _change_back(ct: Any, factor: Any, transposed: bool) -> Any:
    return _changed(factor, ct, not transposed)


_changed = of_matrices(
    _change,
    {"factor": Differential(_change_tangent), "a": Transpose(_change_back)},
    "cholesky_banded_change",
)


def _cholesky_banded(ab: Any, check: bool) -> Any:
    return sla.cholesky_banded(ab, lower=True, check_finite=check)


_factor = of_matrices(
    _cholesky_banded,
    {"ab": Differential(lambda dab, out: _changed(out, dab, False), lambda ct, out: _changed(out, ct, True))},
)


@stands_for(sla.cholesky_banded)
def cholesky_banded(ab: Any, overwrite_ab: bool = False, lower: bool = False, check_finite: bool = True) -> Any:
    """The triangular factor of a positive definite band matrix. Its corners are those of `ab`."""
    x = operand(ab)
    half = _factor(lower_form(x, lower), check_finite)
    factor = half if lower else upper_form(half)
    return factor + np.where(inside(x.shape[-2], x.shape[-1], lower), np.zeros(1, x.dtype), x)
