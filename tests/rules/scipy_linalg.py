"""Rows: scipy.linalg, equations and factorizations."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.rules import scipy_linalg_structured
from tests.rules.row import Row, real, row
from tests.rules.scipy_linalg_inputs import (
    C_TALL,
    C_WIDE,
    HERMITIAN,
    PAIR,
    POSITIVE,
    SPLIT,
    TALL,
    WIDE,
    A,
    B,
    V,
    Z,
    recent,
    sizes,
    sla,
    spaces,
    transposed,
)


def solutions(matrices: dict[str, Any]) -> list[Row]:
    """Of each structure."""
    return [
        row(f"scipy solve, {structure}", lambda a, b, s=structure: sla.solve(a, b, assume_a=s), matrix, B)
        for structure, matrix in matrices.items()
    ]


OTHERS = ("general", "diagonal", "tridiagonal", "banded", "upper triangular", "lower triangular")
ROWS: list[Row] = [
    *solutions({"sym": A, "her": A, "pos": POSITIVE}),
    row("scipy solve", lambda a, b: sla.solve(a, b), A, B),
    row("scipy solve, vector", lambda a, b: sla.solve(a, b), A, V),
    row("scipy solve, transposed", lambda a, b: transposed(a, b), A, V),
    row("scipy solve, lower", lambda a, b: sla.solve(a, b, assume_a="pos", lower=True), POSITIVE, V),
    row("scipy solve, complex", lambda a, b: sla.solve(a, b), Z, B + 1j),
    row("scipy solve, complex and real", lambda a, b: sla.solve(a, b), Z, V),
    row("scipy solve, complex sym", lambda a, b: sla.solve(a, b, assume_a="sym"), Z, V),
    row("scipy solve, complex her", lambda a, b: sla.solve(a, b, assume_a="her"), HERMITIAN, V),
    row("scipy solve, complex pos", lambda a, b: sla.solve(a, b, assume_a="pos", lower=True), HERMITIAN, V),
    row("scipy inv", lambda a: sla.inv(a), A),
    row("scipy inv, complex", lambda a: sla.inv(a), Z),
    row("scipy solve_triangular", lambda a, b: sla.solve_triangular(a, b), A, B),
    row("scipy solve_triangular, lower", lambda a, b: sla.solve_triangular(a, b, lower=True), A, V),
    row("scipy solve_triangular, trans", lambda a, b: sla.solve_triangular(a, b, trans="T", lower=True), A, V),
    row("scipy solve_triangular, unit", lambda a, b: sla.solve_triangular(a, b, 1, unit_diagonal=True), A, B),
    row("scipy solve_triangular, adjoint", lambda a, b: sla.solve_triangular(a, b, trans=2), Z, V),
    row("scipy cholesky", lambda a: sla.cholesky(a), POSITIVE),
    row("scipy cholesky, lower", lambda a: sla.cholesky(a, lower=True), POSITIVE),
    row("scipy cholesky, complex", lambda a: sla.cholesky(a), HERMITIAN),
    row("scipy cholesky, complex lower", lambda a: sla.cholesky(a, lower=True), HERMITIAN),
    row("scipy cho_factor", lambda a: sla.cho_factor(a)[0], POSITIVE),
    row("scipy cho_solve", lambda a, b: sla.cho_solve(sla.cho_factor(a, True), b), POSITIVE, V),
    row("scipy cho_solve, upper", lambda a, b: sla.cho_solve(sla.cho_factor(a), b), HERMITIAN, B),
    row("scipy lu", lambda a: sla.lu(a)[1:], A),
    row("scipy lu, permuted", lambda a: sla.lu(a, permute_l=True), A[::-1]),
    row("scipy lu, p_indices", lambda a: sla.lu(a, p_indices=True), A[::-1]),
    row("scipy lu, tall", lambda a: sla.lu(a), TALL[::-1]),
    row("scipy lu, wide", lambda a: sla.lu(a), WIDE[::-1]),
    row("scipy lu, stack", lambda a: sla.lu(a)[1:], PAIR),
    row("scipy lu, complex", lambda a: sla.lu(a), Z),
    row("scipy lu_factor", lambda a: sla.lu_factor(a)[0], A),
    row("scipy lu_solve", lambda a, b: sla.lu_solve(sla.lu_factor(a), b), A[::-1], V),
    row("scipy lu_solve, transposed", lambda a, b: sla.lu_solve(sla.lu_factor(a), b, trans=1), A[::-1], B),
    row("scipy lu_solve, adjoint", lambda a, b: sla.lu_solve(sla.lu_factor(a), b, trans=2), Z, B),
    row("scipy qr", lambda a: sla.qr(a), A),
    row("scipy qr, tall", lambda a: sla.qr(a, mode="economic"), TALL),
    row("scipy qr, wide", lambda a: sla.qr(a), WIDE),
    row("scipy qr, r", lambda a: sla.qr(a, mode="r"), TALL),
    row("scipy qr, all columns", lambda a: spaces(*sla.qr(a)), TALL),
    row("scipy qr, pivoting", lambda a: sla.qr(a, pivoting=True, mode="economic")[:2], A),
    row("scipy qr, complex", lambda a: sla.qr(a, mode="economic"), C_TALL),
    row("scipy qr, complex square", lambda a: sla.qr(a), Z),
    row("scipy qr, complex wide", lambda a: sla.qr(a), C_WIDE),
    row("scipy rq", lambda a: sla.rq(a), A),
    row("scipy rq, economic", lambda a: sla.rq(a, mode="economic"), WIDE),
    row("scipy rq, tall", lambda a: sla.rq(a), TALL),
    row("scipy rq, r", lambda a: sla.rq(a, mode="r"), WIDE),
    row("scipy rq, complex", lambda a: sla.rq(a, mode="economic"), C_WIDE),
    row("scipy polar", lambda a: sla.polar(a), A),
    row("scipy polar, left", lambda a: sla.polar(a, "left"), A),
    row("scipy polar, tall", lambda a: sla.polar(a), TALL),
    row("scipy polar, wide", lambda a: sla.polar(a), WIDE),
    row("scipy polar, complex", lambda a: sla.polar(a), C_TALL),
    row("scipy svd", lambda a: sla.svd(a), A),
    row("scipy svd, tall", lambda a: sla.svd(a, full_matrices=False), TALL),
    row("scipy svd, wide", lambda a: sla.svd(a, False), WIDE),
    row(
        "scipy svd, all columns",
        lambda a: spaces(*sla.svd(a)),
        TALL,
    ),
    row("scipy svd, complex", lambda a: sla.svd(a, full_matrices=False), C_TALL),
    row("scipy svd, complex wide", lambda a: sla.svd(a, full_matrices=False), C_WIDE),
    row("scipy svdvals", lambda a: sla.svdvals(a), A),
    row("scipy eigh", lambda a: sizes(sla.eigh(a)), POSITIVE),  # its default driver's signs vary
    row("scipy eigh, evd", lambda a: sla.eigh(a, driver="evd"), POSITIVE),
    row("scipy eigh, upper", lambda a: sla.eigh(a, lower=False, driver="evd"), A),
    row("scipy eigh, complex", lambda a: sla.eigh(a, driver="ev"), HERMITIAN),
    row("scipy eigh, complex upper", lambda a: sla.eigh(a, lower=False, driver="evd"), HERMITIAN),
    row("scipy eigh, subset", lambda a: sla.eigh(a, subset_by_index=[1, 2]), A),
    row("scipy eigh, subset by value", lambda a: sla.eigh(a, subset_by_value=(0.0, 2.5)), A),
    row("scipy eigh of a pair", lambda a, b: sla.eigh(a, b), A, POSITIVE),
    row("scipy eigh of a pair, type 2", lambda a, b: sla.eigh(a, b, type=2), A, POSITIVE),
    row("scipy eigh of a pair, type 3", lambda a, b: sla.eigh(a, b, type=3), A, POSITIVE),
    row("scipy eigh of a pair, subset", lambda a, b: sla.eigh(a, b, subset_by_index=[0, 1]), A, POSITIVE),
    row("scipy eigh of a complex pair", lambda a, b: sizes(sla.eigh(a, b)), Z, HERMITIAN),
    row("scipy eigvalsh", lambda a: sla.eigvalsh(a), A),
    row("scipy eigvalsh of a pair", lambda a, b: sla.eigvalsh(a, b), A, POSITIVE),
    row("scipy eig", lambda a: sla.eig(a), A, single=False),  # single precision chooses other signs
    row("scipy eig, without signs", lambda a: abs(sla.eig(a)[1]), A),
    row("scipy eig, complex values", lambda a: sla.eig(a), SPLIT),
    row("scipy eig, complex", lambda a: sla.eig(a), Z),
    row("scipy eig, left", lambda a: sla.eig(a, left=True), SPLIT),
    row("scipy eig, left only", lambda a: sla.eig(a, left=True, right=False), A, single=False),
    row("scipy eig of a pair", lambda a, b: sizes(sla.eig(a, b)), A, POSITIVE),
    row("scipy eigvals", lambda a: sla.eigvals(a), SPLIT),
    row("scipy eigvals of a pair", lambda a, b: sla.eigvals(a, b), SPLIT, POSITIVE),
    row("scipy schur", lambda a: sla.schur(a), A, single=False),
    row("scipy schur, blocks", lambda a: sla.schur(a), SPLIT),
    row("scipy schur, complex output", lambda a: sizes(sla.schur(a, "complex")), SPLIT),
    row("scipy schur, complex", lambda a: sizes(sla.schur(a)), Z),
    row(
        "scipy schur, sorted", lambda a: sla.schur(a, sort="rhp")[:2], A - 2 * np.eye(3), single=False
    ),  # rounding may turn the vectors
    *recent(
        *solutions(dict.fromkeys(OTHERS, A)),
        row("scipy solve, stack", lambda a, b: sla.solve(a, b), PAIR, real(2, 2, 1)),
        row("scipy solve, stack and vector", lambda a, b: sla.solve(a, b), PAIR, real(2)),
        row("scipy solve, stack of right-hand sides", lambda a, b: sla.solve(a, b), A, real(2, 3, 1)),
        row("scipy solve, transposed triangle", lambda a, b: transposed(a, b, "lower triangular"), A, B),
        row("scipy inv, stack", lambda a: sla.inv(a), PAIR),
        row("scipy inv, pos", lambda a: sla.inv(a, assume_a="pos", lower=True), POSITIVE),
        row("scipy inv, triangular", lambda a: sla.inv(a, assume_a="upper triangular"), A),
        row("scipy solve_triangular, stack", lambda a, b: sla.solve_triangular(a, b), PAIR, real(2)),
        row("scipy cholesky, stack", lambda a: sla.cholesky(a @ a.mT + np.eye(2, dtype=a.dtype)), PAIR),
        row("scipy qr, stack", lambda a: tuple(sla.qr(a)), PAIR),
        row("scipy svdvals, stack", lambda a: sla.svdvals(a), PAIR),
        row("scipy eigh, stack", lambda a: tuple(sla.eigh(a)), PAIR),
    ),
    *scipy_linalg_structured.ROWS,
]
