"""Rows: products of vectors, matrices and stacks of them."""

from __future__ import annotations

from functools import partial

import numpy as np

from tests.rules.row import Row, real, row
from tests.untyped import plain

RANKS: dict[str, tuple[tuple[int, ...], tuple[int, ...]]] = {
    "1, 1": ((3,), (3,)),
    "1, 2": ((3,), (3, 2)),
    "2, 1": ((2, 3), (3,)),
    "2, 2": ((2, 3), (3, 4)),
    "1, 3": ((3,), (2, 3, 2)),
    "3, 1": ((2, 2, 3), (3,)),
    "2, 3": ((2, 3), (2, 3, 2)),
    "3, 2": ((2, 2, 3), (3, 2)),
    "3, 3": ((2, 2, 3), (2, 3, 2)),
    "3, 3 stretched": ((1, 2, 3), (2, 3, 2)),
    "4, 3": ((2, 1, 2, 3), (2, 3, 2)),
    "empty": ((2, 0), (0, 3)),
}
EINSUMS: dict[str, tuple[tuple[int, ...], ...]] = {
    "ij,jk->ik": ((2, 3), (3, 2)),
    "ij,jk": ((2, 3), (3, 2)),
    "ij,ij->": ((2, 3), (2, 3)),
    "ij,ij->ij": ((2, 3), (2, 3)),
    "i,j->ij": ((2,), (3,)),
    "i,i": ((3,), (3,)),
    "ij->ji": ((2, 3),),
    "ij->": ((2, 3),),
    "ij->i": ((2, 3),),
    "ii": ((3, 3),),
    "ii->i": ((3, 3),),
    "iij->j": ((2, 2, 3),),
    "iji->ij": ((2, 3, 2),),
    "ij": ((2, 3),),
    "ba": ((2, 3),),
    "bij,bjk->bik": ((2, 2, 3), (2, 3, 2)),
    "...ij,...jk->...ik": ((2, 2, 3), (3, 2)),
    "...i,i": ((2, 3), (3,)),
    "i...->...": ((2, 3),),
    "...,...->...": ((3,), (2, 3)),
    "ij,jk,kl->il": ((2, 3), (3, 2), (2, 2)),
    "i,ij,j->": ((2,), (2, 3), (3,)),
    "ij,k->j": ((2, 3), (4,)),
    ",ij->ij": ((), (2, 3)),
    "ij,ij,ij->i": ((2, 3), (2, 3), (2, 3)),
    "ii,ij->j": ((2, 2), (2, 3)),
    "ab,ba->": ((2, 3), (3, 2)),
    "ij,j->i ": ((2, 3), (3,)),
    "ij,jk->": ((2, 3), (3, 2)),
    "ab,bc->abc": ((2, 3), (3, 2)),
    "ij,ij->j": ((1, 3), (2, 3)),
}


def products() -> list[Row]:
    rows: list[Row] = []
    for name, (x, y) in RANKS.items():
        rows.append(row(f"matmul {name}", lambda x, y: x @ y, real(*x), real(*y)))
        if "stretched" not in name and "4" not in name:
            rows.append(row(f"dot {name}", lambda x, y: np.dot(x, y), real(*x), real(*y)))
        z = (*y[:-2], y[-1], y[-2]) if len(y) > 1 else y
        rows.append(row(f"inner {name}", lambda x, y: np.inner(x, y), real(*x), real(*z)))
    for subscripts, shapes in EINSUMS.items():
        arrays = [real(*shape) for shape in shapes]
        f = partial(np.einsum, subscripts)
        rows.append(Row(f"einsum {subscripts}", f, tuple(arrays), order=2 if len(arrays) < 3 else 1))
    return rows


A, B, V = real(2, 3), real(3, 2), real(3)
CONSTANT = real(3, 3)

ROWS = [
    *products(),
    row("matmul, itself", lambda x: x @ x @ x, real(2, 2)),
    row("matmul, constant", lambda x: CONSTANT @ x @ CONSTANT, real(3, 3), single=False),
    row("x.dot", lambda x, y: x.dot(y), A, B, batch=False),
    row("dot of numbers", lambda x, y: (np.dot(x, y), np.inner(y, x)), np.array(0.3), A),
    row("np.matmul, keywords", lambda x, y: np.matmul(x, y, axes=[(1, 0), (1, 0), (0, 1)]), B.T.copy().T, real(2, 3)),
    row("np.matmul, dtype", lambda x, y: np.matmul(x, y, dtype=np.float64), A, B, single=False),
    row("np.linalg.matmul", lambda x, y: np.linalg.matmul(x, y), A, B),
    row("outer", lambda x, y: np.outer(x, y), A, V),
    row("vdot", lambda x, y: plain.vdot(x, y), A, real(2, 3)),
    row("vecdot", lambda x, y: np.vecdot(x, y), A, V),
    row("vecdot, axis", lambda x, y: plain.vecdot(x, y, axis=0), B, real(3, 2)),
    row("vecdot, keepdims", lambda x, y: plain.vecdot(x, y, keepdims=True), A, real(2, 3)),
    row("vecdot of stacks", lambda x, y: np.vecdot(x, y), real(2, 1, 3), real(2, 3)),
    row("kron", lambda x, y: plain.kron(x, y), A, real(2, 2)),
    row("kron of vectors", lambda x, y: plain.kron(x, y), V, real(2)),
    row("kron, uneven", lambda x, y: plain.kron(x, y), V, A),
    row("tensordot", lambda x, y: np.tensordot(x, y), real(2, 3, 2), real(3, 2, 2)),
    row("tensordot, 1", lambda x, y: np.tensordot(x, y, 1), real(2, 3), real(3, 2)),
    row("tensordot, 0", lambda x, y: np.tensordot(x, y, axes=0), real(2), real(2, 2)),
    row("tensordot, axes", lambda x, y: np.tensordot(x, y, ([0, 2], [1, 0])), real(2, 3, 2), real(2, 2, 3)),
    row("tensordot, one axis", lambda x, y: np.tensordot(x, y, (0, -1)), real(2, 3), real(3, 2)),
    row("np.linalg.tensordot", lambda x, y: np.linalg.tensordot(x, y, axes=1), A, B),
    row("einsum of lists", lambda x, y: np.einsum(x, [0, 1], y, [1, 2], [2, 0]), A, B),
    row("einsum of lists, no output", lambda x, y: np.einsum(x, [0, 1], y, [1, 2]), A, B),
    row("einsum, optimize", lambda x, y, z: np.einsum("ij,jk,k->i", x, y, z, optimize=True), A, B, real(2), order=1),
    row(
        "einsum, path",
        lambda x, y, z: np.einsum("ij,jk,k->i", x, y, z, optimize=["einsum_path", (1, 2), (0, 1)]),
        A,
        B,
        real(2),
    ),
    row("einsum, x twice", lambda x: np.einsum("ij,kj->ik", x, x), A),
]
if hasattr(np, "matvec"):  # NumPy 2.2
    ROWS.extend(
        [
            row("matvec", lambda x, y: plain.matvec(x, y), real(2, 2, 3), real(2, 3)),
            row("matvec, stretched", lambda x, y: plain.matvec(x, y), A, real(2, 3)),
            row("vecmat", lambda x, y: plain.vecmat(x, y), real(2, 3), real(2, 3, 2)),
            row("vecmat, stretched", lambda x, y: plain.vecmat(x, y), real(2, 3), B),
        ]
    )
