"""Rows: linear algebra."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tapegrad._rules.linalg.determinants import cofactors
from tests.rules import linalg_norms, linalg_spectra
from tests.rules.row import Row, real, row, unreal
from tests.untyped import Function, plain


def invertible(*shape: int) -> NDArray[np.float64]:
    """Random matrices, far from singular."""
    return real(*shape) + 2 * np.eye(shape[-1])


def unreal_invertible(*shape: int) -> NDArray[np.complex128]:
    """Complex random matrices, far from singular."""
    return unreal(*shape) + (2 + 1j) * np.eye(shape[-1])


def of_rank(rank: int, rows: int, columns: int) -> NDArray[np.float64]:
    """A random matrix of a given rank."""
    return invertible(rows, rows)[:, :rank] @ invertible(columns, columns)[:rank]


def symmetric(x: Any) -> Any:
    """The Hermitian matrix, or stack of them, x + xᴴ."""
    return x + np.conj(plain.matrix_transpose(x))


def positive(x: Any) -> Any:
    """A positive definite Hermitian matrix, or stack of them."""
    return x @ np.conj(plain.matrix_transpose(x)) + np.eye(x.shape[-1], dtype=np.float32)


def fit(a: Any, b: Any, rcond: Any = None) -> tuple[Any, Any, Any]:
    """What lstsq gives, without the rank."""
    x, residuals, _, s = plain.linalg.lstsq(a, b, rcond)
    return x, residuals, s


SYSTEMS: dict[str, tuple[tuple[int, ...], tuple[int, ...]]] = {
    "vector": ((3, 3), (3,)),
    "matrix": ((3, 3), (3, 2)),
    "square matrix": ((3, 3), (3, 3)),
    "stack": ((2, 2, 2), (2, 2, 1)),
    "stack and vector": ((2, 3, 3), (3,)),
    "stack and matrix": ((2, 2, 2), (2, 3)),
    "matrix and stack": ((2, 2), (3, 2, 2)),
    "stretched": ((2, 1, 2, 2), (3, 2, 1)),
    "of one": ((1, 1), (1,)),
    "empty": ((0, 0), (0,)),
}
SHAPES = {"square": (3, 3), "tall": (4, 2), "wide": (2, 4), "stack": (2, 3, 2)}
A, B, V = invertible(3, 3), real(3, 2), real(3)


def systems() -> list[Row]:
    rows = [
        row(f"solve, {name}", lambda a, b: plain.linalg.solve(a, b), invertible(*a), real(*b))
        for name, (a, b) in SYSTEMS.items()
    ]
    return [
        *rows,
        row("solve, complex", lambda a, b: plain.linalg.solve(a, b), unreal_invertible(3, 3), unreal(3, 2)),
        row("solve, real and complex", lambda a, b: plain.linalg.solve(a, b), invertible(3, 3), unreal(3)),
        row("solve, complex and real", lambda a, b: plain.linalg.solve(a, b), unreal_invertible(3, 3), real(3)),
        row("solve, constant matrix", lambda b: plain.linalg.solve(A, b), V, single=False),
        row("solve, constant right side", lambda a: plain.linalg.solve(a, B), A, single=False),
        row("solve of integers", lambda b: plain.linalg.solve(np.array([[2, 1], [1, 3]]), b), real(2), single=False),
        row("inv", lambda a: plain.linalg.inv(a), invertible(2, 3, 3)),
        row("inv, complex", lambda a: plain.linalg.inv(a), unreal_invertible(2, 2)),
        row("tensorsolve", lambda a, b: plain.linalg.tensorsolve(a, b), invertible(6, 6).reshape(2, 3, 6), real(2, 3)),
        row(
            "tensorsolve, axes",
            lambda a, b: plain.linalg.tensorsolve(a, b, axes=(0, 2)),
            invertible(4, 4).reshape(2, 2, 2, 2).transpose(2, 0, 3, 1),
            real(2, 2),
        ),
        row("tensorinv", lambda a: plain.linalg.tensorinv(a), invertible(4, 4).reshape(2, 2, 4)),
        row("tensorinv, ind", lambda a: plain.linalg.tensorinv(a, ind=1), invertible(6, 6).reshape(6, 2, 3)),
        *(
            row(f"matrix_power {n}", lambda a, n=n: plain.linalg.matrix_power(a, n), invertible(2, 2, 2))
            for n in (-3, -1, 0, 1, 2, 3, 6)
        ),
        row("matrix_power, complex", lambda a: plain.linalg.matrix_power(a, -2), unreal_invertible(2, 2)),
    ]


def determinants() -> list[Row]:
    zeros = np.zeros((3, 3))
    return [
        row("det", lambda a: plain.linalg.det(a), invertible(3, 3), order=3),
        row("det of a stack", lambda a: plain.linalg.det(a), invertible(2, 2, 2)),
        row("det, complex", lambda a: plain.linalg.det(a), unreal_invertible(3, 3)),
        row("det of one", lambda a: plain.linalg.det(a), real(1, 1)),
        row("det of empty", lambda a: plain.linalg.det(a), zeros[:0, :0]),
        row("det, rank n - 1", lambda a: plain.linalg.det(a), of_rank(2, 3, 3)),
        row("det, rank n - 2", lambda a: plain.linalg.det(a), of_rank(2, 4, 4)),
        row("det, rank 0", lambda a: plain.linalg.det(a), zeros),
        row(
            "det, zero rows",
            lambda a: plain.linalg.det(a),
            np.array([[1.0, 2.0, 3.0], [0.0, 0.0, 0.0], [3.0, 1.0, 2.0]]),
        ),
        row("det, some singular", lambda a: plain.linalg.det(a), np.stack([A, zeros, of_rank(1, 3, 3)])),
        row("det, complex and singular", lambda a: plain.linalg.det(a), np.diag([1j, 0, 2])),
        row("det, cofactors", lambda a: cofactors(a), invertible(3, 3)),
        row("det, cofactors, some singular", lambda a: cofactors(a), np.stack([A, zeros, of_rank(1, 3, 3)]), order=1),
        row("slogdet", lambda a: plain.linalg.slogdet(a), invertible(2, 3, 3)),
        row("slogdet, complex", lambda a: plain.linalg.slogdet(a), unreal_invertible(2, 2, 2)),
        row("slogdet of empty", lambda a: plain.linalg.slogdet(a)[1], zeros[:0, :0]),
    ]


def factors() -> list[Row]:
    rows = [
        row("cholesky", lambda x: plain.linalg.cholesky(positive(x)), real(2, 3, 3)),
        row("cholesky, complex", lambda x: plain.linalg.cholesky(positive(x)), unreal(3, 3)),
        row("cholesky, upper", lambda x: plain.linalg.cholesky(positive(x), upper=True), real(3, 3)),
        row("cholesky, upper, complex", lambda x: plain.linalg.cholesky(positive(x), upper=True), unreal(3, 3)),
    ]
    for name, shape in {**SHAPES, "very tall": (5, 2), "one column": (3, 1)}.items():
        x = np.eye(shape[-2], shape[-1]) + 0.5 * real(*shape)
        rows += [
            row(f"qr, {mode}, {name}", lambda x, mode=mode: plain.linalg.qr(x, mode), x)
            for mode in ("reduced", "complete", "r")
        ]
    z = np.eye(4, 3) + 0.5 * unreal(4, 3)
    return [
        *rows,
        row("qr, complex", lambda x: plain.linalg.qr(x), z),
        row("qr, complex, complete", lambda x: plain.linalg.qr(x, "complete"), z[:, :2]),
        row("qr, complex, wide", lambda x: plain.linalg.qr(x), z[:2]),
    ]


def pseudoinverses() -> list[Row]:
    rows: list[Row] = []
    for name, shape in SHAPES.items():
        x = np.eye(shape[-2], shape[-1]) + 0.5 * real(*shape)
        rows.append(row(f"pinv, {name}", lambda x: plain.linalg.pinv(x), x))
        if len(shape) == 2:
            rows.append(row(f"lstsq, {name}", lambda a, b: fit(a, b), x, real(shape[0], 2)))
    z = np.eye(3, 2) + 0.5 * unreal(3, 2)
    low: Function = lambda x, y, b: fit(x @ y, b, 1e-3)[0]  # noqa: E731
    return [
        *rows,
        row("pinv, complex", lambda x: plain.linalg.pinv(x), z),
        row("pinv, rcond", lambda x: plain.linalg.pinv(x, 1e-3), z.real),
        row("pinv, rcond of each", lambda x: plain.linalg.pinv(x, rcond=np.array([1e-3, 1e-4])), real(2, 2, 3)),
        row("pinv, rtol", lambda x: plain.linalg.pinv(x, rtol=None), z.real),
        row("pinv, hermitian", lambda x: plain.linalg.pinv(symmetric(x), hermitian=True), invertible(3, 3)),
        row(
            "pinv of lower rank",
            lambda x, y: plain.linalg.pinv(x @ y, 1e-3),
            np.eye(3, 2) + real(3, 2) / 2,
            2 * np.eye(2, 4),
        ),
        row("pinv of equal singular values", lambda x: plain.linalg.pinv(x), np.eye(3, 2)),
        row("pinv of empty", lambda x: plain.linalg.pinv(x), np.zeros((0, 2))),
        row("lstsq, vector", lambda a, b: fit(a, b), z.real, V),
        row("lstsq, complex", lambda a, b: fit(a, b), z, unreal(3, 2)),
        row("lstsq, constant matrix", lambda b: fit(z.real, b)[0], V, single=False),
        row("lstsq, constant right side", lambda a: fit(a, V), z.real, single=False),
        row("lstsq of lower rank", low, np.eye(4, 2) + real(4, 2) / 2, np.eye(2, 3) + real(2, 3) / 2, real(4)),
        row("matrix_rank", lambda a: plain.linalg.matrix_rank(a) * a, real(3, 4), single=False),
        row(
            "matrix_rank, tol",
            lambda a: (plain.linalg.matrix_rank(a, tol=0.1), plain.linalg.matrix_rank(a[0, 0])),
            real(2, 3, 3),
        ),
        row("matrix_rank, rtol", lambda a: plain.linalg.matrix_rank(a, rtol=1e-3, hermitian=True), real(2, 3, 3)),
    ]


def products() -> list[Row]:
    return [
        row("cross", lambda x, y: plain.cross(x, y), real(2, 3), real(3)),
        row("cross, complex", lambda x, y: plain.cross(x, y), unreal(3), unreal(2, 3)),
        row("cross, axes", lambda x, y: plain.cross(x, y, axisa=0, axisb=1, axisc=0), real(3, 2), real(2, 3)),
        row("cross, axis", lambda x, y: plain.cross(x, y, axis=0), real(3, 2), real(3, 2)),
        row("np.linalg.cross", lambda x, y: plain.linalg.cross(x, y, axis=0), real(3, 2), real(3, 2)),
        row("np.linalg.outer", lambda x, y: plain.linalg.outer(x, y), V, real(2)),
        row("np.linalg.vecdot", lambda x, y: plain.linalg.vecdot(x, y, axis=0), unreal(3, 2), unreal(3, 2)),
        row("np.linalg.trace", lambda x: (plain.linalg.trace(x), plain.linalg.trace(x, offset=1)), real(2, 3, 3)),
        row(
            "np.linalg.diagonal",
            lambda x: (plain.linalg.diagonal(x), plain.linalg.diagonal(x, offset=-1)),
            real(2, 3, 4),
        ),
        row("np.linalg.matrix_transpose", lambda x: plain.linalg.matrix_transpose(x), real(2, 3, 4)),
        row("multi_dot of 2", lambda x, y: plain.linalg.multi_dot([x, y]), B, real(2, 3)),
        row("multi_dot of 3", lambda x, y, z: plain.linalg.multi_dot([x, y, z]), B, real(2, 3), real(3, 4)),
        row("multi_dot, vectors", lambda x, y, z: plain.linalg.multi_dot([x, y, z]), V, B, real(2)),
        row("multi_dot, vector first", lambda x, y, z: plain.linalg.multi_dot((x, y, z)), V, B, real(2, 2)),
        Row(
            "multi_dot of 5",
            lambda *xs: plain.linalg.multi_dot(xs),
            (V, B, real(2, 4), real(4, 1), real(1, 2)),
            order=1,
        ),
        row("multi_dot, x twice", lambda x: plain.linalg.multi_dot([x, CONSTANT, x]), real(3, 3), single=False),
    ]


CONSTANT = real(3, 3)
ROWS = [
    *systems(),
    *determinants(),
    *factors(),
    *pseudoinverses(),
    *products(),
    *linalg_spectra.ROWS,
    *linalg_norms.ROWS,
]
