"""Rows: complex numbers."""

from __future__ import annotations

import numpy as np

from tests.rules.row import apart, real, row, unreal
from tests.untyped import plain

Z = unreal(2, 3)

ROWS = [
    row("absolute", lambda x: np.absolute(x), apart(2, 3), elementwise=True),
    row("absolute, complex", lambda z: np.absolute(z), Z, elementwise=True),
    row("abs(z)", lambda z: abs(z), Z),
    row("fabs", lambda x: np.fabs(x), apart(2, 3), elementwise=True),
    row("conjugate", lambda z: np.conjugate(z), Z, elementwise=True),
    row("conjugate of a real", lambda x: np.conjugate(x), real(3), elementwise=True),
    row("z.conj", lambda z: z.conj() * z.conjugate(), Z),
    row("real", lambda z: np.real(z), Z),
    row("imag", lambda z: np.imag(z), Z),
    row("z.real, z.imag", lambda z: z.real * z.imag, Z),
    row("real and imag of a real", lambda x: (np.real(x), np.imag(x), x.real, x.imag), real(3)),
    row("angle", lambda z: np.angle(z), Z),
    row("angle in degrees", lambda z: np.angle(z, deg=True), Z),
    row("angle of a real", lambda x: np.angle(x), apart(3)),
    row("sign, complex", lambda z: np.sign(z), Z, elementwise=True),
    row("|z|**2", lambda z: np.real(z * np.conjugate(z)), Z),
    row("real to complex", lambda x, y: np.exp(1j * x) + 2 * y, real(3), real(3)),
    row("real to complex to real", lambda x: np.abs(np.exp(1j * x) - 2), real(3)),
    row("neither analytic nor real", lambda z: z * z.conj() * z + z.real, Z),
    row("sum of complex", lambda z: np.sum(z, axis=0), Z),
    row("mean of complex", lambda z: np.mean(z, axis=1, keepdims=True), Z),
    row("prod of complex", lambda z: np.prod(z, axis=1), Z),
    row("var of complex", lambda z: np.var(z, axis=1), Z),
    row("std of complex", lambda z: np.std(z), Z),
    row("cumsum of complex", lambda z: np.cumsum(z, axis=1), Z),
    row("cumprod of complex", lambda z: plain.cumprod(z, axis=1), Z),
    row("matmul of complex", lambda x, y: x @ y, Z, unreal(3, 2)),
    row("matmul of complex and real", lambda x, y: x @ y, Z, real(3)),
    row("vdot of complex", lambda x, y: plain.vdot(x, y), unreal(3), unreal(3)),
    row("vecdot of complex", lambda x, y: np.vecdot(x, y), unreal(2, 3), unreal(3)),
    row("einsum of complex and real", lambda x, y: np.einsum("ij,jk->ik", x, y), Z, real(3, 2)),
    row("where of complex and real", lambda z, x: plain.where([True, False, True], z, x), Z, real(3)),
    row("index of complex", lambda z: z[1, [0, 0, 2]], Z),
    row("concatenate complex and real", lambda z, x: np.concatenate([z, x]), Z, real(1, 3)),
    row("stack complex and real", lambda z, x: np.stack([z, x]), Z, real(2, 3)),
    row("astype complex", lambda x: x.astype(complex) * 1j, real(3), single=False),
    row("iscomplexobj, isreal", lambda z: (np.iscomplexobj(z), np.isreal(z), np.iscomplex(z)), Z, batch=False),
    row("complex exponent array", lambda z, w: z**w, Z, unreal(3)),
]
