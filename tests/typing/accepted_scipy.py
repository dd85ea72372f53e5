"""As `accepted`: scipy.special and scipy.linalg."""

from __future__ import annotations

from typing import Any, TypeAlias, assert_type

import numpy as np
from numpy.typing import NDArray

from tapegrad import Variable, elementwise_grad, grad, lift
from tapegrad.scipy import linalg, special
from tests.typing.check import check

F4: TypeAlias = NDArray[np.float32]
F8: TypeAlias = NDArray[np.float64]
C8: TypeAlias = NDArray[np.complex64]
C16: TypeAlias = NDArray[np.complex128]
Real: TypeAlias = NDArray[np.floating[Any]]
Inexact: TypeAlias = NDArray[np.inexact[Any]]
Unreal: TypeAlias = NDArray[np.complexfloating[Any, Any]]
Row: TypeAlias = np.ndarray[tuple[int], np.dtype[np.float64]]
Table: TypeAlias = np.ndarray[tuple[int, int], np.dtype[np.float64]]
Stack: TypeAlias = np.ndarray[tuple[int, int, int], np.dtype[np.float64]]

x: F8 = np.array([0.3, 0.4])
row: Row = np.array([0.3, 0.4])
single: F4 = x.astype(np.float32)
unreal: C16 = x.astype(np.complex128)
counts: NDArray[np.int64] = np.array([1, 2])

# Functions of each element
check(assert_type(special.erf(row), Row), np.ndarray)
check(assert_type(special.erf(unreal), C16), np.ndarray, np.complex128)
check(assert_type(special.gammaln(row), Row), np.ndarray)
check(assert_type(special.gammaln(single), F4), np.ndarray, np.float32)
check(assert_type(special.gammaln(0.3), np.float64), np.float64)
check(assert_type(special.gammaln(counts), F8), np.ndarray, np.float64)
check(assert_type(special.expit(x, dtype=np.float64), F8), np.ndarray)
check(assert_type(special.gammasgn(row), Row), np.ndarray)
check(assert_type(special.wofz(x), C16), np.ndarray, np.complex128)
check(assert_type(special.wofz(0.3), np.complex128), np.complex128)
check(assert_type(special.lambertw(x), C16), np.ndarray, np.complex128)
check(assert_type(special.lambertw(0.3, 1), np.complex128), np.complex128)
check(assert_type(special.zeta(2.5), np.float64), np.float64)
check(assert_type(special.zeta(2.5, single), F4), np.ndarray, np.float32)
check(assert_type(special.xlogy(x, x), F8), np.ndarray)
check(assert_type(special.beta(row, 2.0), Row), np.ndarray)
check(assert_type(special.beta(single, single), F4), np.ndarray, np.float32)
check(assert_type(special.beta(counts, x), F8), np.ndarray)
check(assert_type(special.beta(1.5, 2.0), np.float64), np.float64)
check(assert_type(special.betainc(1.5, 2.0, row), Row), np.ndarray)
check(assert_type(special.betainc(x, 2.0, x), F8), np.ndarray)
check(assert_type(special.betainc(1.5, 2.0, 0.3), np.float64), np.float64)
check(assert_type(special.betainc(counts, 2, x), F8), np.ndarray)
check(assert_type(special.elliprf(unreal, 2.0, 1.0), C16), np.ndarray, np.complex128)
check(assert_type(special.elliprf(1.0, 2.0, 3.0), np.float64), np.float64)

# With orders and parameters
check(assert_type(special.jv(1, single), F4), np.ndarray, np.float32)
check(assert_type(special.jv(1.5, unreal), C16), np.ndarray, np.complex128)
check(assert_type(special.jv(counts, 0.3), F8), np.ndarray)
check(assert_type(special.struve(1, row), Row), np.ndarray)
check(assert_type(special.hankel1(1, x), C16), np.ndarray, np.complex128)
check(assert_type(special.hankel1(1, 0.3), np.complex128), np.complex128)
check(assert_type(special.eval_legendre(2, row), Row), np.ndarray)
check(assert_type(special.yn(1, 0.3), np.float64), np.float64)
check(assert_type(special.expn(counts, x), F8), np.ndarray)
check(assert_type(special.hyp1f1(1, 2, row), Row), np.ndarray)
check(assert_type(special.hyp1f1(counts, 2, unreal), C16), np.ndarray, np.complex128)
check(assert_type(special.bdtr(1, 3, x), F8), np.ndarray)
check(assert_type(special.hyp2f1(1, 2, 3, 0.3), np.float64), np.float64)
check(assert_type(special.hyp2f1(1, 2, 3, x), F8), np.ndarray)
check(assert_type(special.spherical_jn(2, row), Row), np.ndarray)
check(assert_type(special.spherical_jn(2, 0.3, True), np.float64), np.float64)
if hasattr(special, "sph_harm_y"):  # SciPy 1.15
    check(assert_type(special.sph_harm_y(2, 1, x, 0.4), C16), np.ndarray, np.complex128)
check(assert_type(special.polygamma(1, 0.3), F8), np.ndarray)
check(assert_type(special.multigammaln(2.5, 2), np.float64), np.float64)

# Several results
check(assert_type(special.fresnel(row)[1], Row), np.ndarray)
check(assert_type(special.airy(unreal)[3], C16), np.ndarray, np.complex128)
check(assert_type(special.kelvin(x)[0], C16), np.ndarray, np.complex128)
check(assert_type(special.ellipj(x, 0.4)[3], F8), np.ndarray)
check(assert_type(special.pbdv(1.5, 0.4)[0], np.float64), np.float64)

# Counting; over axes
check(assert_type(special.comb(5, 2), np.float64), np.float64)
check(assert_type(special.comb(5, 2, exact=True), int), int)
check(assert_type(special.perm(counts, 1), F8), np.ndarray)
check(assert_type(special.factorial(x), F8), np.ndarray)
check(assert_type(special.factorial(5, exact=True), int), int)
check(assert_type(special.softmax(single), F4), np.ndarray, np.float32)
check(assert_type(special.log_softmax(row, axis=0), Row), np.ndarray)
check(assert_type(special.logsumexp(single), np.float32), np.float32)
check(assert_type(special.logsumexp(x, keepdims=True), F8), np.ndarray)
check(assert_type(special.logsumexp(x, b=x, return_sign=True)[1], np.float64), np.float64)


def log_likelihood(a: F8, b: float) -> np.float64:
    return special.logsumexp(special.betaln(a, b) + special.gammainc(b, a))


check(assert_type(grad(log_likelihood)(x, 2.0), tuple[F8, float]), tuple)
check(assert_type(elementwise_grad(special.j0)(x), F8), np.ndarray)

# Matrices
a: F8 = np.array([[2.0, 0.5], [0.5, 1.0]])
table: Table = np.array([[2.0, 0.5], [0.5, 1.0]])
stack: Stack = np.array([[[2.0, 0.5], [0.5, 1.0]]])
single_matrix: F4 = a.astype(np.float32)
whole_numbers: NDArray[np.int64] = np.array([[2, 1], [1, 1]])
unreal_matrix: C16 = a.astype(np.complex128)
band: F8 = np.array([[0.0, 0.5], [2.0, 1.0]])
tridiagonal: F8 = np.array([[0.0, 0.5], [2.0, 1.0], [0.5, 0.0]])

# Solutions
check(assert_type(linalg.solve(a, x, assume_a="pos"), F8), np.ndarray)
check(assert_type(linalg.solve_triangular(a, x, lower=True), F8), np.ndarray)
check(assert_type(linalg.cho_solve(linalg.cho_factor(a), x), F8), np.ndarray)
check(assert_type(linalg.cho_solve_banded((linalg.cholesky_banded(band), False), x), F8), np.ndarray)
check(assert_type(linalg.lu_solve(linalg.lu_factor(a), x), F8), np.ndarray)
check(assert_type(linalg.solve_banded((1, 1), tridiagonal, x), F8), np.ndarray)
check(assert_type(linalg.solveh_banded(band, x), F8), np.ndarray)
check(assert_type(linalg.solve_toeplitz((x, x), x), F8), np.ndarray)
check(assert_type(linalg.solve_circulant(x, x), F8), np.ndarray)
check(assert_type(linalg.matmul_toeplitz(x, a), F8), np.ndarray)
check(assert_type(linalg.solve_sylvester(a, a, a), F8), np.ndarray)
check(assert_type(linalg.solve_continuous_lyapunov(a, a), F8), np.ndarray)
check(assert_type(linalg.solve_discrete_lyapunov(a, a), F8), np.ndarray)
check(assert_type(linalg.lstsq(a, x)[0], F8), np.ndarray)
check(assert_type(linalg.lstsq(a, x)[3], F8), np.ndarray)

# Factors, eigenvalues, singular values
check(assert_type(linalg.cholesky(table, True), Table), np.ndarray)
check(assert_type(linalg.lu(single_matrix)[1], F4), np.ndarray, np.float32)
check(assert_type(linalg.lu(a, True), tuple[F8, F8]), tuple)
check(assert_type(linalg.qr(a)[1], F8), np.ndarray)
check(assert_type(linalg.qr(a, mode="r"), tuple[F8]), tuple)
check(assert_type(linalg.qr(a, pivoting=True)[2], NDArray[np.integer[Any]]), np.ndarray)
check(assert_type(linalg.rq(a, mode="r"), F8), np.ndarray)
check(assert_type(linalg.polar(table)[0], Table), np.ndarray)
check(assert_type(linalg.schur(a, "complex")[0], C16), np.ndarray, np.complex128)
check(assert_type(linalg.schur(a)[0], F8), np.ndarray)
check(assert_type(linalg.schur(a, sort="lhp")[2], int), int)
check(assert_type(linalg.svd(unreal_matrix, full_matrices=False)[1], F8), np.ndarray, np.float64)
check(assert_type(linalg.svd(a, compute_uv=False), F8), np.ndarray)
check(assert_type(linalg.svdvals(single_matrix), F4), np.ndarray, np.float32)
check(assert_type(linalg.eig(a)[0], Unreal), np.ndarray, np.complex128)
check(assert_type(linalg.eig(a, right=False), Unreal), np.ndarray, np.complex128)
check(assert_type(linalg.eigvals(a), Unreal), np.ndarray, np.complex128)
check(assert_type(linalg.eigh(unreal_matrix)[0], F8), np.ndarray, np.float64)
check(assert_type(linalg.eigh(a, a, eigvals_only=True), F8), np.ndarray)
check(assert_type(linalg.eigvalsh(a, subset_by_index=(0, 0)), F8), np.ndarray)

# Functions of matrices; matrices of vectors
check(assert_type(linalg.inv(table), Table), np.ndarray)
check(assert_type(linalg.pinv(a), F8), np.ndarray)
check(assert_type(linalg.pinvh(a, return_rank=True)[0], F8), np.ndarray)
check(assert_type(linalg.det(single_matrix), np.float64), np.float64)
check(assert_type(linalg.det(unreal_matrix), np.complex128), np.complex128)
check(assert_type(linalg.det(stack), F8), np.ndarray)
check(assert_type(linalg.det(whole_numbers), np.float64), np.float64)
check(assert_type(linalg.norm(a, 1), float), float)
check(assert_type(linalg.norm(unreal_matrix), float), float)
check(assert_type(linalg.norm(unreal_matrix, axis=0), F8), np.ndarray, np.float64)
check(assert_type(linalg.expm(table), Table), np.ndarray)
check(assert_type(linalg.logm(unreal_matrix), C16), np.ndarray, np.complex128)
check(assert_type(linalg.sqrtm(a), Inexact), np.ndarray)
check(assert_type(linalg.fractional_matrix_power(a, 0.5), Inexact), np.ndarray)
check(assert_type(linalg.expm_frechet(a, a)[1], F8), np.ndarray)
check(assert_type(linalg.block_diag(a, a), F8), np.ndarray)
check(assert_type(linalg.toeplitz(counts), NDArray[np.int64]), np.ndarray, np.int64)
check(assert_type(linalg.circulant(x), F8), np.ndarray)
check(assert_type(linalg.companion(x), F8), np.ndarray)
check(assert_type(linalg.khatri_rao(a, a), F8), np.ndarray)


def misfit(cov: F8, residual: F8) -> float:
    factor = linalg.cho_factor(cov)
    return linalg.det(cov) + np.sum(residual * linalg.cho_solve(factor, residual))


check(assert_type(grad(misfit)(a, x), tuple[F8, F8]), tuple)


# Variables by their own name


def elements(v: Variable[F8], s: Variable[float], u: Variable[C16]) -> Variable[np.float64]:
    assert_type(special.erf(u), Variable[C16])
    assert_type(special.gammaln(s), Variable[np.float64])
    assert_type(special.gammasgn(v), F8)
    assert_type(special.wofz(v), Variable[C16])
    assert_type(special.beta(v, s), Variable[F8])
    assert_type(special.beta(x, v), Variable[F8])
    assert_type(special.betainc(s, 2.0, x), Variable[F8])
    assert_type(special.betainc(v, x, s), Variable[F8])
    assert_type(special.betainc(1.5, s, 0.3), Variable[np.float64])
    assert_type(special.elliprf(u, s, 1.0), Variable[C16])
    assert_type(special.zeta(s, v), Variable[F8])
    assert_type(special.jv(1, u), Variable[C16])
    assert_type(special.eval_legendre(counts, v), Variable[F8])
    assert_type(special.hyp2f1(1, 2, 3, s), Variable[np.float64])
    assert_type(special.ellipj(s, v)[0], Variable[F8])
    assert_type(special.comb(v, 2), Variable[F8])
    assert_type(special.logsumexp(v, axis=0), Variable[F8])
    assert_type(special.logsumexp(x, b=v), Variable[np.float64])
    return special.logsumexp(v)


def matrices(m: Variable[F8], v: Variable[F8]) -> Variable[np.float64]:
    assert_type(linalg.solve(m, v), Variable[F8])
    assert_type(linalg.cho_solve(linalg.cho_factor(m), x), Variable[F8])
    assert_type(linalg.lu_solve(linalg.lu_factor(a), v), Variable[F8])
    assert_type(linalg.solve_toeplitz((x, v), x), Variable[F8])
    assert_type(linalg.solve_sylvester(a, a, m), Variable[F8])
    assert_type(linalg.lu(m)[0], Real)
    assert_type(linalg.svd(m)[1], Variable[Real])
    assert_type(linalg.eigh(a, m)[1], Variable[F8])
    assert_type(linalg.expm(m), Variable[F8])
    assert_type(linalg.block_diag(a, m), Variable[F8])
    return linalg.det(m)


check(grad(lift(elements))(x, 2.5, unreal), tuple)
check(grad(lift(matrices))(a, x), tuple)
