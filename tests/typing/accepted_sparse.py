"""As `accepted`: sparse derivatives."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias, assert_type

import numpy as np
from numpy.typing import NDArray

from tapegrad.sparse import hessian_sparsity, jacobian_sparsity, sparse_hessian, sparse_jacobian
from tests.typing.check import check

if TYPE_CHECKING:
    from scipy.sparse import csr_array

    Matrix: TypeAlias = csr_array[np.float64, tuple[int, int]]
    Pattern: TypeAlias = csr_array[np.bool, tuple[int, int]]

F4: TypeAlias = NDArray[np.float32]
F8: TypeAlias = NDArray[np.float64]
C16: TypeAlias = NDArray[np.complex128]

x: F8 = np.array([0.3, 0.4])


def residuals(x: F8) -> F8:
    return x[1:] - x[:-1]


def scaled(x: F8, scale: float, *, power: int = 1) -> F8:
    return scale * x**power


def single(x: F4) -> F4:
    return x * x


def turned(x: F8) -> C16:
    return x.astype(np.complex128)


def energy(x: F8) -> np.float64:
    return np.sum(x**2)


def weighted(x: F8, weight: float) -> float:
    return float(weight) * np.sum(x**2)


jac = sparse_jacobian(residuals)
check(assert_type(jac(x).nnz, int), int)
check(assert_type(jac.entries(x), F8), np.ndarray, np.float64)
assert_type(jac.sweeps, int | None)
pattern = jacobian_sparsity(residuals)(x)
check(
    assert_type(sparse_jacobian(residuals, pattern)(x).toarray(), "np.ndarray[tuple[int, int], np.dtype[np.float64]]"),
    np.ndarray,
)
check(assert_type(sparse_jacobian(scaled)(x, 2.0, power=2).nnz, int), int)
check(assert_type(sparse_jacobian(single, check=False).entries(x.astype(np.float32)), F4), np.ndarray, np.float32)
check(assert_type(sparse_jacobian(turned).entries(x), C16), np.ndarray, np.complex128)
check(assert_type(sparse_jacobian(energy).entries(x), F8), np.ndarray)
hessian = sparse_hessian(energy, hessian_sparsity(energy)(x))
check(assert_type(hessian.entries(x), F8), np.ndarray)
check(assert_type(sparse_hessian(weighted).entries(x, 2.0), F8), np.ndarray)

if TYPE_CHECKING:
    assert_type(jac(x), Matrix)
    assert_type(pattern, Pattern)
    assert_type(hessian(x), Matrix)
