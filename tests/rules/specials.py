"""Rows: odds and ends."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.rules.row import apart, real, row, unreal
from tests.untyped import plain, vmap

X = apart(2, 3)
BEYOND = np.array([-2.5, -1.4, -0.6, 0.3, 1.3, 2.2])


def largest_and_last(x: Any) -> Any:
    """What stands at a batched position, read in C order and in F order."""
    at = plain.argmax(x)
    return x[plain.unravel_index(at, (3,))] * plain.unravel_index(at, (1, 3), order="F")[1]


def flat_largest(x: Any) -> Any:
    column = plain.argmax(x[0])
    return plain.reshape(x, -1)[plain.ravel_multi_index((column * 0 + 1, column), (2, 3))]


ROWS = [
    row("sinc", lambda x: np.sinc(x), X, elementwise=True, order=3),
    row("sinc, far", lambda x: np.sinc(x), real(5, low=-9.0, high=9.0), order=3),
    row("sinc at 0", lambda x: np.sinc(x), np.array([0.0, 1e-9, -1e-5, 1e-3]), order=3),
    row("sinc, complex", lambda x: np.sinc(x), unreal(2, 2)),
    row("i0", lambda x: np.i0(x), X, order=3),
    row("i0, far", lambda x: np.i0(x), real(5, low=-20.0, high=20.0)),
    row("nan_to_num", lambda x: (np.nan_to_num(x), np.nan_to_num(x, nan=1.5, posinf=2, neginf=3)), X),
    row("nan_to_num, complex", lambda x: np.nan_to_num(x), unreal(2, 2)),
    row("real_if_close", lambda x: (np.real_if_close(x), np.real_if_close(x * (1 + 1j))), X, batch=False),
    row("round", lambda x: (np.round(x) * x, plain.around(x, 1) + x), X),
    row("fix", lambda x: plain.fix(x) * x, 3 * X),
    row("modf", lambda x: np.modf(x), 3 * X),
    row("modf of a number", lambda x: (np.modf(x), np.frexp(x)), 2.7),
    row("frexp", lambda x: np.frexp(x), 3 * X),
    row("ldexp", lambda x: np.ldexp(x, 3), X, elementwise=True),
    row("ldexp, numbers", lambda x: np.ldexp(x, np.array([1, -2, 0])), X),
    row("gcd, lcm", lambda x: np.gcd(np.argsort(x), 6) * np.lcm(np.argsort(x), 2) * x, X),
    row("shifts", lambda x: np.right_shift(np.left_shift(np.argsort(x), 2), 1) * x, X),
    row("indices of triangles", lambda x: (x[np.tril_indices_from(x)], x[np.triu_indices_from(x, 1)]), real(3, 3)),
    row("indices of the diagonal", lambda x: x[np.diag_indices_from(x)], real(3, 3)),
    row("unravel_index", lambda x: vmap(largest_and_last)(x), X),
    row("ravel_multi_index", lambda x: vmap(flat_largest)(x), real(2, 2, 3)),
    row("emath.sqrt", lambda x: (np.emath.sqrt(np.abs(x)), np.emath.sqrt(x)), X, batch=False),
    row("emath.log", lambda x: (np.emath.log(x), np.emath.log2(x), np.emath.log10(x)), X, batch=False),
    row("emath.logn", lambda n, x: np.emath.logn(n, x), real(2, 3, low=2.0, high=3.0), X, batch=False),
    row("emath.power", lambda x, p: np.emath.power(x, p), X, apart(2, 3), batch=False),
    row("emath.power, integers", lambda x: np.emath.power(x, [-1, 2, 3]), X, batch=False),
    row("emath.arccos", lambda x: (np.emath.arccos(x), np.emath.arcsin(x)), BEYOND, batch=False),
    row("emath.arctanh", lambda x: np.emath.arctanh(x), BEYOND, batch=False),
    row("emath, complex", lambda x: np.emath.sqrt(x) * np.emath.log(x), unreal(2, 2)),
]
