"""Rows: eigenvalues, singular values, and their vectors."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.rules.row import Row, real, row
from tests.untyped import plain

SHAPES = {"square": (3, 3), "tall": (4, 2), "wide": (2, 4), "stack": (2, 3, 2), "one column": (3, 1)}


def spread_out(*shape: int) -> NDArray[np.float64]:
    """Random matrices whose eigenvalues and singular values lie apart."""
    m, n = shape[-2:]
    return np.eye(m, n) * (1.0 + np.arange(n)) + 0.4 * real(*shape)


def unreal_spread_out(*shape: int) -> NDArray[np.complex128]:
    """The same, complex."""
    return spread_out(*shape) + 0.4j * real(*shape)


def symmetric(x: Any) -> Any:
    """The Hermitian matrix, or stack of them, x + xᴴ."""
    return x + np.conj(plain.matrix_transpose(x))


def projections(u: Any, s: Any, vh: Any) -> tuple[Any, ...]:
    """What does not depend on the phases of vectors, nor on the basis of those that the matrix does not determine."""
    k = s.shape[-1]
    one, other = u[..., :, :1], vh[..., :1, :]
    rest, others = u[..., :, k:], vh[..., k:, :]
    return (
        s,
        one @ np.conj(plain.matrix_transpose(one)),
        one @ other,
        rest @ np.conj(plain.matrix_transpose(rest)),
        np.conj(plain.matrix_transpose(others)) @ others,
    )


def power(x: Any, exponent: float) -> Any:
    """A power of a symmetric matrix, by its eigenvalues."""
    w, v = plain.linalg.eigh(x)
    return (v * w**exponent) @ np.conj(plain.matrix_transpose(v))


def eigenvalues() -> list[Row]:
    rows: list[Row] = []
    for triangle in ("L", "U"):
        for name, x in {"": spread_out(2, 3, 3), ", complex": unreal_spread_out(3, 3)}.items():
            rows += [
                row(f"eigh, {triangle}{name}", lambda x, uplo=triangle: plain.linalg.eigh(symmetric(x), uplo), x),
                row(
                    f"eigvalsh, {triangle}{name}", lambda x, uplo=triangle: plain.linalg.eigvalsh(symmetric(x), uplo), x
                ),
            ]
    turning = np.array([[0.3, 1.1, 0.2], [-1.0, 0.2, 0.4], [0.1, 0.3, 2.0]])
    return [
        *rows,
        row("eigh, power", lambda x: power(symmetric(x), 1.5), 2 * np.eye(3) + spread_out(3, 3)),
        row("eigh of one", lambda x: plain.linalg.eigh(x), real(1, 1)),
        row("eigh of empty", lambda x: plain.linalg.eigh(x), np.zeros((0, 0))),
        row("eigvalsh, largest", lambda x: plain.linalg.eigvalsh(symmetric(x))[-1], spread_out(3, 3)),
        row("eig", lambda x: plain.linalg.eig(x), spread_out(3, 3)),
        row("eig, complex pairs", lambda x: plain.linalg.eig(x), turning),
        row("eig of a stack", lambda x: plain.linalg.eig(x), spread_out(2, 2, 2)),
        row("eig of complex", lambda x: plain.linalg.eig(x), unreal_spread_out(3, 3)),
        row("eigvals", lambda x: plain.linalg.eigvals(x), spread_out(2, 3, 3)),
        row("eigvals, complex pairs", lambda x: plain.linalg.eigvals(x), turning),
        row("eigvals, moduli", lambda x: np.max(np.abs(plain.linalg.eigvals(x))), turning),
        row("eigvals of complex", lambda x: plain.linalg.eigvals(x), unreal_spread_out(3, 3)),
    ]


def singular_values() -> list[Row]:
    rows: list[Row] = []
    for name, shape in SHAPES.items():
        x, z = spread_out(*shape), unreal_spread_out(*shape)
        rows += [
            row(f"svd, {name}", lambda x: projections(*plain.linalg.svd(x)), x),
            row(f"svd, reduced, {name}", lambda x: plain.linalg.svd(x, full_matrices=False), x),
            row(f"svd, values, {name}", lambda x: plain.linalg.svd(x, compute_uv=False), x),
            row(f"svdvals, {name}", lambda x: plain.linalg.svdvals(x), x),
            row(f"svd, complex, {name}", lambda x: projections(*plain.linalg.svd(x)), z),
            row(f"svd, complex, reduced, {name}", lambda x: projections(*plain.linalg.svd(x, False)), z),
            row(f"svdvals, complex, {name}", lambda x: plain.linalg.svdvals(x), z),
        ]
    return [
        *rows,
        row("svd, square, vectors", lambda x: plain.linalg.svd(x), spread_out(3, 3)),
        row("svd, square, vectors, complex", lambda x: plain.linalg.svd(x), unreal_spread_out(3, 3)),
        row("svd, one row more", lambda x: plain.linalg.svd(x), spread_out(3, 2)),
        row(
            "svd, hermitian",
            lambda x: plain.linalg.svd(symmetric(x) - np.eye(3), hermitian=True),
            real(3, 3),
            single=False,
        ),
        row(
            "svd, hermitian, values",
            lambda x: plain.linalg.svd(symmetric(x), compute_uv=False, hermitian=True),
            unreal_spread_out(3, 3),
        ),
        row("svd of empty", lambda x: plain.linalg.svd(x, full_matrices=False), np.zeros((0, 3))),
    ]


ROWS = [*eigenvalues(), *singular_values()]
