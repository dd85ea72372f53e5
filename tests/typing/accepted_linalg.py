"""As `accepted`: linear algebra and Fourier transforms."""

from __future__ import annotations

from typing import TypeAlias, assert_type

import numpy as np
from numpy.typing import NDArray

from tapegrad import grad
import tapegrad.numpy as tnp
from tests.typing.check import check

F4: TypeAlias = NDArray[np.float32]
F8: TypeAlias = NDArray[np.float64]
C8: TypeAlias = NDArray[np.complex64]
C16: TypeAlias = NDArray[np.complex128]
Table: TypeAlias = np.ndarray[tuple[int, int], np.dtype[np.float64]]
Stack: TypeAlias = np.ndarray[tuple[int, int, int], np.dtype[np.float64]]

a: F8 = np.array([[2.0, 0.5], [0.5, 1.0]])
table: Table = np.array([[2.0, 0.5], [0.5, 1.0]])
stack: Stack = np.array([[[2.0, 0.5], [0.5, 1.0]]])
single: F4 = a.astype(np.float32)
unreal: C16 = a.astype(np.complex128)
x: F8 = np.array([1.0, 2.0])

check(assert_type(tnp.linalg.det(a), np.float64), np.float64)
check(assert_type(tnp.linalg.det(table), np.float64), np.float64)
check(assert_type(tnp.linalg.det(stack), F8), np.ndarray)
check(assert_type(tnp.linalg.inv(table), Table), np.ndarray)
check(assert_type(tnp.linalg.inv(single), F4), np.ndarray, np.float32)
check(assert_type(tnp.linalg.solve(a, x), F8), np.ndarray)
check(assert_type(tnp.linalg.cholesky(table), Table), np.ndarray)
check(assert_type(tnp.linalg.slogdet(a).logabsdet, np.float64), np.float64)
check(assert_type(tnp.linalg.slogdet(a)[1], np.float64), np.float64)
check(assert_type(tnp.linalg.qr(a).R, F8), np.ndarray)
check(assert_type(tnp.linalg.qr(a, "r"), F8), np.ndarray)
check(assert_type(tnp.linalg.svd(unreal).S, F8), np.ndarray, np.float64)
check(assert_type(tnp.linalg.svd(unreal).U, C16), np.ndarray, np.complex128)
check(assert_type(tnp.linalg.svd(a, compute_uv=False), F8), np.ndarray)
check(assert_type(tnp.linalg.svdvals(a), F8), np.ndarray)
w, v = tnp.linalg.eigh(unreal)
check(assert_type(w, F8), np.ndarray, np.float64)
check(assert_type(v, C16), np.ndarray, np.complex128)
check(assert_type(tnp.linalg.eigvalsh(single), F4), np.ndarray, np.float32)
check(assert_type(tnp.linalg.norm(a), np.float64), np.float64)
check(assert_type(tnp.linalg.norm(a, axis=0), F8), np.ndarray)
check(assert_type(tnp.linalg.norm(unreal, "fro"), np.float64), np.float64)
check(assert_type(tnp.linalg.vector_norm(x), np.float64), np.float64)
check(assert_type(tnp.linalg.matrix_norm(stack), F8), np.ndarray)
check(assert_type(tnp.linalg.cond(a), np.float64), np.float64)
check(assert_type(tnp.linalg.matrix_power(table, 3), Table), np.ndarray)
check(assert_type(tnp.linalg.multi_dot([a, a, x]), F8), np.ndarray)
check(assert_type(tnp.linalg.pinv(a), F8), np.ndarray)
check(assert_type(tnp.linalg.lstsq(a, x)[0], F8), np.ndarray)

check(assert_type(tnp.fft.fft(x), C16), np.ndarray, np.complex128)
check(assert_type(tnp.fft.fft(single), C8), np.ndarray, np.complex64)
check(assert_type(tnp.fft.ifft(unreal), C16), np.ndarray, np.complex128)
check(assert_type(tnp.fft.rfft(np.arange(4)), C16), np.ndarray, np.complex128)
check(assert_type(tnp.fft.irfft(tnp.fft.rfft(x)), F8), np.ndarray, np.float64)
check(assert_type(tnp.fft.fft2(a, axes=(0, 1)), C16), np.ndarray, np.complex128)
check(assert_type(tnp.fft.fftshift(table), Table), np.ndarray)


def log_likelihood(cov: F8, residual: F8) -> float:
    return -0.5 * (tnp.linalg.slogdet(cov).logabsdet + tnp.sum(residual * tnp.linalg.solve(cov, residual)))


def power(signal: F8) -> np.float64:
    return tnp.sum(tnp.abs(tnp.fft.rfft(signal)) ** 2)


check(assert_type(grad(log_likelihood)(a, x), tuple[F8, F8]), tuple)
check(assert_type(grad(power)(x), F8), np.ndarray)
