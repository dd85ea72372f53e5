"""scipy.linalg: closed forms, singular points, what is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
import pytest

from tapegrad._core.tables import FUNCTIONS
from tapegrad._scipy.linalg import (
    band_factors,
    banded,
    building,
    eigen,
    equations,
    factors,
    hermitian,
    least_squares,
    matrix_functions,
    orthogonal,
    refused,
    schurs,
    singular,
    solving,
    stacks,
)
from tapegrad.errors import MissingRuleError
from tests.rules.row import real
from tests.rules.scipy_linalg_inputs import PAIR, POSITIVE, RECENT, A, V, band, sla
from tests.untyped import grad, jvp, plain, vjp, vmap

Of: TypeAlias = Callable[[Any], Any]
ONE, E = np.eye(3), real(3, 3)
MODULES = (
    band_factors,
    banded,
    building,
    eigen,
    equations,
    factors,
    hermitian,
    least_squares,
    matrix_functions,
    orthogonal,
    schurs,
    singular,
    solving,
)


def test_fronts_are_scipys_on_plain_arrays() -> None:
    fronts = {name: f for module in MODULES for name, f in vars(module).items() if hasattr(f, "__wrapped__")}
    for target, front in FUNCTIONS.items():
        if getattr(target, "__module__", "").startswith("scipy.linalg"):
            assert fronts[target.__name__].__wrapped__ is front, target
    np.testing.assert_array_equal(solving.solve(A, V), stacks.sla.solve(A, V))
    np.testing.assert_array_equal(orthogonal.qr(A, mode="economic")[1], stacks.sla.qr(A, mode="economic")[1])


CLOSED_FORMS: list[tuple[Of, Any, Any]] = [
    (lambda a: sla.expm(a), 0 * ONE, E),
    (lambda a: sla.logm(a), ONE, E),
    (lambda a: sla.sqrtm(a), ONE, E / 2),
    (lambda a: sla.sqrtm(a), 4 * ONE, E / 4),
    (lambda a: sla.signm(a), 2 * ONE, 0 * E),
    (lambda a: sla.sinm(a), 0 * ONE, E),
    (lambda a: sla.cosm(a), 0 * ONE, 0 * E),
    (lambda a: sla.tanm(a), 0 * ONE, E),
    (lambda a: sla.fractional_matrix_power(a, 0.3), ONE, 0.3 * E),
    (lambda a: sla.polar(a)[0], ONE, (E - E.T) / 2),
    (lambda a: sla.polar(a)[1], ONE, (E + E.T) / 2),
    (lambda a: sla.cholesky(a, lower=True), ONE, np.tril(E) - np.diag(np.diag(E)) / 2),
    (lambda a: sla.inv(a), ONE, -E),
    (lambda a: sla.pinv(a), ONE, -E),
    (lambda a: sla.svdvals(a), ONE, None),
    (lambda a: sla.eigvalsh(a), ONE, None),
    (lambda a: sla.qr(a)[0] @ sla.qr(a)[1], ONE, E),
]


@pytest.mark.parametrize(("f", "at", "wanted"), CLOSED_FORMS)
def test_closed_forms(f: Of, at: Any, wanted: Any) -> None:
    """At points where many eigenvalues or singular values are one."""
    out, tangent = jvp(f, (at,), (E,))
    ct = real(*np.shape(out))
    (gradient,) = vjp(f, at)[1](ct)
    np.testing.assert_allclose(np.sum(gradient * E), np.sum(ct * tangent), rtol=1e-10)
    if wanted is not None:
        np.testing.assert_allclose(tangent, wanted, atol=1e-10)


DECOMPOSITIONS: list[Of] = [lambda a: sla.eigh(a), lambda a: sla.svd(a), lambda a: sla.eigh(a, ONE)]


class TestRepeatedValues:
    """What does not depend on the basis of an eigenspace has its derivative there, too."""

    @pytest.mark.parametrize("basis", [ONE, np.linalg.qr(E)[0]])
    def test_functions_of_the_spectrum(self, basis: Any) -> None:
        a = basis @ np.diag([2.0, 2.0, 3.0]) @ basis.T
        np.testing.assert_allclose(grad(lambda a: np.sum(sla.eigvalsh(a) ** 2))(a), np.tril(2 * a) + np.tril(2 * a, -1))
        np.testing.assert_allclose(grad(lambda a: np.sum(sla.svdvals(a) ** 3))(a), 3 * a @ a, rtol=1e-10)
        np.testing.assert_allclose(grad(lambda a: np.sum(sla.eigvals(a).real ** 2))(a), 2 * a.T, rtol=1e-8, atol=1e-8)
        np.testing.assert_allclose(grad(lambda a: np.sum(sla.svd(a)[1]))(a), ONE, atol=1e-10)

    @pytest.mark.parametrize("f", DECOMPOSITIONS)
    @pytest.mark.parametrize("at", [ONE, 0 * ONE, np.diag([1.0, 1.0, 0.0]), np.diag([1.0, 1 + 1e-16, 2])])
    def test_everything_stays_finite(self, f: Of, at: Any) -> None:
        outs, pull = vjp(f, at)
        assert np.all(np.isfinite(pull(tuple(map(np.ones_like, outs)))[0]))
        assert all(np.all(np.isfinite(tangent)) for tangent in jvp(f, (at,), (E,))[1])

    def test_projector(self) -> None:
        """On the eigenspace of the two equal values: dP = sum of (vᵀ dA w) (v wᵀ + w vᵀ) / (their gap)."""

        def projector(a: Any) -> Any:
            v = sla.eigh(a)[1][:, :2]
            return v @ v.T

        a, da = np.diag([1.0, 1.0, 3.0]), E + E.T
        wanted = np.zeros((3, 3))
        wanted[:2, 2] = wanted[2, :2] = da[:2, 2] / (1 - 3)
        np.testing.assert_allclose(jvp(projector, (a,), (da,))[1], wanted, atol=1e-12)


def test_det_of_singular_matrices() -> None:
    rank_two = np.diag([2.0, 3.0, 0.0])
    np.testing.assert_allclose(grad(lambda a: sla.det(a))(rank_two), np.diag([0.0, 0.0, 6.0]), atol=1e-12)
    np.testing.assert_allclose(grad(lambda a: sla.det(a))(0 * ONE), 0 * ONE, atol=1e-12)


def test_what_is_not_read_has_no_derivative() -> None:
    lower, upper = np.tril(np.ones((3, 3), bool)), np.triu(np.ones((3, 3), bool))

    def read(f: Of) -> Any:
        return grad(lambda a: np.sum(f(a)))(POSITIVE) != 0

    np.testing.assert_array_equal(read(lambda a: sla.cholesky(a)), upper)
    np.testing.assert_array_equal(read(lambda a: sla.eigvalsh(a) ** 2), lower)
    np.testing.assert_array_equal(read(lambda a: sla.solve(a, V, assume_a="pos", lower=True)), lower)
    np.testing.assert_array_equal(read(lambda a: sla.solve_triangular(a, V)), upper)
    np.testing.assert_array_equal(
        read(lambda a: sla.solve_triangular(a, V, unit_diagonal=True)), upper & ~np.eye(3, dtype=bool)
    )
    other = grad(lambda a: np.sum(np.tril(sla.cho_factor(a)[0], -1)))(POSITIVE)
    np.testing.assert_array_equal(other, np.tril(np.full((3, 3), float(factors.KEPT)), -1))


def test_overwriting_is_harmless() -> None:
    a, b = A.copy(order="F"), V.copy()
    out, pull = vjp(lambda a, b: sla.solve(a, b, overwrite_a=True, overwrite_b=True), a, b)
    np.testing.assert_array_equal((a, b)[0], A)
    wanted = stacks.sla.solve(A.T, np.ones(3))
    for gradient, expected in zip(pull(np.ones(3)), (-np.outer(wanted, out), wanted), strict=True):
        np.testing.assert_allclose(gradient, expected)


def test_long_bands() -> None:
    """In memory of the order of the band, not of the matrix."""
    n = 20_000
    ab, b = band(n, 0, 0, 9), real(n)
    gradient = grad(lambda ab: b @ sla.solveh_banded(ab, b))(ab)
    x = stacks.sla.solveh_banded(ab, b)
    np.testing.assert_allclose(gradient[2], -x * x)
    np.testing.assert_allclose(gradient[1, 1:], -2 * x[1:] * x[:-1])
    factor = grad(lambda ab: 2 * np.sum(np.log(sla.cholesky_banded(ab)[-1])))(ab[:, :300])
    inverse = plain.linalg.inv(
        np.diag(ab[2, :300]) + sum(np.diag(ab[2 - k, k:300], s * k) for k in (1, 2) for s in (1, -1))
    )
    assert plain.allclose(factor[2], plain.diag(inverse))


def test_vmap_of_everything() -> None:
    solved = vmap(lambda a: sla.lstsq(a, np.ones(2)))(PAIR)
    np.testing.assert_allclose(solved[0], plain.linalg.solve(PAIR, np.ones((2, 2, 1)))[..., 0])
    assert solved[2].tolist() == [2, 2]


ERRORS: list[tuple[Of, type[Exception]]] = [
    (lambda a: sla.solve(0 * a, V), np.linalg.LinAlgError),
    (lambda a: sla.solve(a, np.ones(2)), ValueError),
    (lambda a: sla.solve(a[:2], np.ones(2)), ValueError),
    (lambda a: sla.solve(a * 1j, V, transposed=True), NotImplementedError),
    (lambda a: sla.solve(a, V, assume_a="nonsense"), ValueError),
    (lambda a: sla.solve(a * np.nan, V), ValueError),
    (lambda a: sla.solve_triangular(a, V, trans=3), ValueError),
    (lambda a: sla.inv(0 * a), np.linalg.LinAlgError),
    (lambda a: sla.cholesky(-a), np.linalg.LinAlgError),
    (lambda a: sla.qr(a, mode="raw"), ValueError),
    (lambda a: sla.polar(a, "middle"), ValueError),
    (lambda a: sla.det(a * np.nan), ValueError),
    (lambda a: sla.norm(a * np.nan), ValueError),
    (lambda a: sla.lu_solve((a, np.arange(3)), V, trans=3), ValueError),
    (lambda a: sla.hankel(a), ValueError),
    (lambda a: sla.khatri_rao(a, np.ones((2, 2))), ValueError),
    (lambda a: sla.companion(a[0, :1]), ValueError),
    (lambda a: sla.solve_circulant(a[0] * 0, V), np.linalg.LinAlgError),
    (lambda a: sla.solve_circulant(a[0], np.ones(2)), ValueError),
    (lambda a: sla.eig(a, homogeneous_eigvals=True), MissingRuleError),
    (lambda a: sla.eig(a, ONE, left=True), MissingRuleError),
    (lambda a: sla.logm(a, disp=False), MissingRuleError),
    (lambda a: refused.null_space(a), MissingRuleError),
    (lambda a: refused.orth(a), MissingRuleError),
    (lambda a: refused.funm(a, np.exp), MissingRuleError),
    (lambda a: refused.subspace_angles(ONE, B=a), MissingRuleError),
]


@pytest.mark.parametrize(("f", "error"), ERRORS)
def test_errors(f: Of, error: type[Exception]) -> None:
    with pytest.raises(error):
        vjp(f, A)


def test_a_number_for_a_matrix() -> None:
    for a in (np.array(2.0), np.array([[2.0]])):
        out, pull = vjp(lambda a, b: sla.solve(a, b), a, V)
        np.testing.assert_allclose(out, V / 2)
        wanted = np.full(a.shape, -np.sum(V) / 4), np.full(3, 0.5)
        for gradient, expected in zip(pull(np.ones(3)), wanted, strict=True):
            np.testing.assert_allclose(gradient, expected)


WITHOUT_ROWS: list[Of] = [
    lambda a: sla.solve(a, a),
    lambda a: sla.inv(a),
    lambda a: sla.expm(a),
    lambda a: sla.svd(a),
    lambda a: sla.qr(a),
    lambda a: sla.eigh(a),
    lambda a: sla.det(a),
    lambda a: sla.cholesky(a),
    lambda a: sla.lu_factor(a)[0],
]


@pytest.mark.skipif(not RECENT, reason="SciPy took no empty matrices then")
@pytest.mark.parametrize("f", WITHOUT_ROWS)
def test_no_rows(f: Of) -> None:
    out, pull = vjp(f, np.empty((0, 0)))
    assert pull(out)[0].shape == (0, 0)


def test_near_zeros_of_a_circulant() -> None:
    c, b = np.array([1.0, 1.0, 1.0]), np.array([1.0, 2.0, 4.0])
    out, pull = vjp(lambda b: sla.solve_circulant(c, b, singular="lstsq"), b)
    np.testing.assert_allclose(out, stacks.sla.solve_circulant(c, b, singular="lstsq"))
    np.testing.assert_allclose(pull(np.ones(3))[0], np.full(3, 1 / 3))


def test_not_square_and_batched_shapes() -> None:
    with pytest.raises(MissingRuleError, match="null_space"):
        vmap(refused.null_space)(PAIR)
    np.testing.assert_array_equal(refused.orth(A), stacks.sla.orth(A))
