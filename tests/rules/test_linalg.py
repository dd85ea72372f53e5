"""Linear algebra where the laws cannot look: singular points, repeated values, NumPy's errors, what is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tapegrad._rules.linalg.products import TAKES_PLANE_VECTORS
from tapegrad.errors import ConversionError, MissingRuleError
from tests.untyped import grad, jvp, plain, vjp, vmap

linalg: Any = np.linalg
INF = np.inf
A = np.array([[2.0, 1.0], [0.5, 3.0]])
E = np.array([[0.3, -1.2], [0.7, 0.4]])


@pytest.mark.filterwarnings("ignore:divide by zero")  # NumPy's own, for negative orders
@pytest.mark.parametrize("order", [None, 1, -1, 2, -2, 3, 0.5, INF, -INF, 0])
def test_the_norm_of_a_zero_vector_is_flat(order: Any) -> None:
    np.testing.assert_array_equal(grad(lambda x: linalg.norm(x, order))(np.zeros(3)), np.zeros(3))
    np.testing.assert_array_equal(grad(lambda x: linalg.vector_norm(x * 1j, ord=order or 2))(np.zeros(3)), np.zeros(3))
    assert jvp(lambda x: linalg.norm(x, order), (np.zeros(3),), (np.ones(3),))[1] == 0


@pytest.mark.parametrize("order", [None, "fro", "nuc", 1, -1, 2, -2, INF, -INF])
def test_the_norm_of_a_zero_matrix_is_flat(order: Any) -> None:
    np.testing.assert_array_equal(grad(lambda x: linalg.norm(x, order))(np.zeros((2, 2))), np.zeros((2, 2)))


@pytest.mark.filterwarnings("ignore:divide by zero")
def test_norms_at_some_zeros() -> None:
    x = np.array([[0.0, 0.0], [3.0, 4.0]])
    found = grad(lambda x: np.sum(linalg.norm(x, axis=1)))(x)
    np.testing.assert_allclose(found, [[0.0, 0.0], [0.6, 0.8]], rtol=1e-15)
    np.testing.assert_allclose(grad(lambda x: linalg.norm(x, 3))(np.array([0.0, 2.0])), [0.0, 1.0], rtol=1e-15)
    np.testing.assert_allclose(grad(lambda x: linalg.norm(x, -1))(np.array([0.0, 2.0])), [0.0, 0.0])


def test_the_largest_of_nothing_is_0() -> None:
    out, pull = vjp(lambda x: linalg.vector_norm(x, ord=INF, axis=0), np.zeros((0, 2)))
    np.testing.assert_array_equal(out, [0.0, 0.0])
    np.testing.assert_array_equal(pull(np.ones(2))[0], np.zeros((0, 2)))


def test_ties_in_norms_share_evenly() -> None:
    np.testing.assert_array_equal(grad(lambda x: linalg.norm(x, INF))(np.array([2.0, -2.0, 1.0])), [0.5, -0.5, 0])
    np.testing.assert_array_equal(grad(lambda x: linalg.norm(x, -INF))(np.array([2.0, -1.0, 1.0])), [0, -0.5, 0.5])
    np.testing.assert_array_equal(grad(lambda x: linalg.norm(x, 1))(np.ones((2, 2))), np.full((2, 2), 0.5))
    np.testing.assert_allclose(grad(lambda x: linalg.norm(x, 2))(np.eye(2)), np.eye(2) / 2, atol=1e-15)


def test_the_determinant_of_a_singular_matrix() -> None:
    """Its gradient are the cofactors, its second derivative of two rows and columns a constant."""
    x = np.array([[1.0, 2.0], [2.0, 4.0]])
    np.testing.assert_allclose(grad(linalg.det)(x), [[4.0, -2.0], [-2.0, 1.0]], rtol=1e-14)
    for start in (x, np.zeros((2, 2)), A):
        found = jvp(grad(linalg.det), (start,), (E,))[1]
        np.testing.assert_allclose(found, [[E[1, 1], -E[1, 0]], [-E[0, 1], E[0, 0]]], atol=1e-15)
    tiny = np.diag([1.0, 1e-200, 1.0])
    np.testing.assert_allclose(grad(linalg.det)(tiny), np.diag([1e-200, 1.0, 1e-200]), rtol=1e-12)


def test_a_badly_conditioned_determinant() -> None:
    """The inverse is off by far; the cofactors are not."""
    x = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]])
    wanted = [[-3.0, 6.0, -3.0], [6.0, -12.0, 6.0], [-3.0, 6.0, -3.0]]
    np.testing.assert_allclose(grad(linalg.det)(x), wanted, rtol=1e-13)


def test_slogdet_of_a_singular_matrix() -> None:
    x = np.array([[1.0, 2.0], [2.0, 4.0]])
    (sign, log), pull = vjp(lambda x: tuple(linalg.slogdet(x)), x)
    assert (sign, log) == (0, -INF)
    assert np.all(np.isinf(pull((0.0, 1.0))[0]))
    assert np.all(pull((1.0, 0.0))[0] == 0)
    stacked = np.stack([x, A])
    found = grad(lambda x: np.sum(np.where(linalg.det(x) == 0, 0.0, linalg.slogdet(x)[1])))(stacked)
    np.testing.assert_allclose(found, [np.zeros((2, 2)), np.linalg.inv(A).T], rtol=1e-14)


def test_repeated_eigenvalues() -> None:
    """The values have the right derivatives; those of the vectors are finite."""
    np.testing.assert_allclose(grad(lambda x: np.sum(linalg.eigvalsh(x) ** 2))(np.eye(3)), 2 * np.eye(3), atol=1e-15)
    np.testing.assert_allclose(
        grad(lambda x: np.real(np.sum(linalg.eigvals(x) ** 2)))(np.eye(3)), 2 * np.eye(3), atol=1e-15
    )
    x = np.ones((3, 3))
    np.testing.assert_allclose(grad(lambda x: linalg.eigvalsh(x)[-1])(x), x / 3, rtol=1e-14)

    def vectors(x: Any) -> Any:
        return sum(np.sum(np.real(part) ** 3) for part in (*linalg.eigh(x), *linalg.svd(x), *linalg.eig(x)))

    for start in (np.eye(3), x, np.zeros((3, 3))):
        assert np.all(np.isfinite(grad(vectors)(start)))
        assert np.all(np.isfinite(jvp(grad(vectors), (start,), (np.arange(9.0).reshape(3, 3),))[1]))


def test_repeated_singular_values() -> None:
    np.testing.assert_allclose(grad(lambda x: np.sum(linalg.svdvals(x)))(np.eye(3)), np.eye(3), atol=1e-15)
    u, s, vh = np.linalg.svd(E)

    def nearest_rotation(x: Any) -> Any:
        u, _, vh = linalg.svd(x)
        return u @ vh

    np.testing.assert_allclose(jvp(nearest_rotation, (np.eye(2),), (E,))[1], (E - E.T) / 2, atol=1e-15)
    assert np.all(np.isfinite(grad(lambda x: np.sum(linalg.svd(x)[0] ** 3))(u @ np.diag([1.0, 0.0]) @ vh * s[0])))


def test_singular_values_at_zero_are_flat() -> None:
    np.testing.assert_array_equal(grad(lambda x: np.sum(linalg.svdvals(x)))(np.diag([2.0, 0.0])), np.diag([1.0, 0.0]))


def test_hermitian_functions_have_hermitian_gradients() -> None:
    """That is: the gradient among symmetric matrices, half of it on either side of the diagonal."""
    x = A @ A.T
    functions: list[Callable[[Any], Any]] = [
        linalg.cholesky,
        linalg.eigvalsh,
        lambda x: linalg.cholesky(x, upper=True),
        lambda x: linalg.eigh(x)[1],
    ]
    for f in functions:
        found = grad(lambda x, f=f: np.sum(f(x) * [1.0, 2.0]))(x)
        np.testing.assert_array_equal(found, found.T)
        step = 1e-6 * np.array([[0.0, 1.0], [1.0, 0.0]])
        slope = (np.sum(f(x + step) * [1.0, 2.0]) - np.sum(f(x - step) * [1.0, 2.0])) / 2e-6
        np.testing.assert_allclose(2 * found[0, 1], slope, rtol=1e-7)


def test_large_triangles_are_inverted_in_blocks() -> None:
    x = np.random.default_rng(0).normal(size=(2, 101, 101)) / 10
    x = x @ np.matrix_transpose(x) + np.eye(101)

    def halves(x: Any) -> Any:
        return np.sum(np.log(np.diagonal(linalg.cholesky(x), axis1=1, axis2=2)))

    np.testing.assert_allclose(grad(halves)(x), np.linalg.inv(x) / 2, atol=1e-13)
    np.testing.assert_allclose(jvp(halves, (x,), (x,))[1], 101, rtol=1e-13)


def test_only_a_vector_is_solved_for_as_one() -> None:
    """Of two axes, `b` is a matrix, also where it has as many rows as the stack has matrices."""
    stack, b = np.stack([A, A + E, A - E])[:2], np.array([[1.0, 2.0], [3.0, 4.0]])
    out, pull = vjp(lambda a, b: linalg.solve(a, b), stack, b)
    np.testing.assert_array_equal(out, linalg.solve(stack, b))
    np.testing.assert_allclose(
        pull(np.ones_like(out))[1], np.sum(np.linalg.inv(stack), axis=(0, 1))[:, None] * np.ones(2)
    )


def test_the_pseudoinverse_of_a_singular_matrix() -> None:
    """Among matrices of rank 1, [[x, y], [z, y z / x]]."""

    def f(x: Any, y: Any, z: Any) -> Any:
        return linalg.pinv(np.stack([np.stack([x, y]), np.stack([z, y * z / x])]), 1e-10)[0]

    step = 1e-6
    for i in range(3):
        dx = np.eye(3)[i]
        ahead, behind = (f(*(np.array([1.0, 0.5, -2.0]) + side * step * dx)) for side in (1, -1))
        found = jvp(f, (1.0, 0.5, -2.0), tuple(dx))[1]
        np.testing.assert_allclose(found, (ahead - behind) / (2 * step), atol=1e-8)


def test_condition_of_a_singular_matrix() -> None:
    x = np.ones((2, 2))
    for p in (1, -1, INF, -INF, "fro", "nuc"):
        assert np.isinf(vjp(lambda x, p=p: linalg.cond(x, p), x)[0])
    assert np.isinf(vjp(linalg.cond, np.zeros((2, 2)))[0])
    assert np.isinf(vjp(lambda x: linalg.cond(x, -2), np.zeros((2, 2)))[0])


def test_ranks_are_integers() -> None:
    assert jvp(lambda x: (linalg.matrix_rank(x), x)[1], (A,), (E,))[1] is not None
    ranks: list[Any] = []

    def noted(x: Any) -> Any:
        ranks.extend([linalg.matrix_rank(x), linalg.matrix_rank(x[0]), linalg.lstsq(x, x[0])[2]])
        return np.sum(x)

    grad(noted)(A)
    assert ranks == [2, 1, 2]
    assert not any(hasattr(rank, "primal") for rank in ranks)
    np.testing.assert_array_equal(vmap(linalg.matrix_rank)(np.stack([A, np.ones((2, 2)), 0 * A])), [2, 1, 0])
    np.testing.assert_array_equal(vmap(linalg.matrix_rank)(np.array([[0.0, 0.0], [0.0, 1.0]])), [0, 1])
    np.testing.assert_array_equal(vmap(lambda x: linalg.lstsq(x, x[0])[2])(np.stack([A, np.ones((2, 2))])), [2, 1])


def test_least_squares_without_residuals() -> None:
    low = np.outer([1.0, 2.0, 3.0], [1.0, 2.0])
    for a, b in ((low, np.ones(3)), (A, np.ones(2))):
        for found, wanted in zip(vjp(lambda a, b: linalg.lstsq(a, b), a, b)[0], linalg.lstsq(a, b), strict=True):
            np.testing.assert_allclose(found, wanted, atol=1e-14)


@pytest.mark.filterwarnings("error")
def test_cross_products_in_the_plane() -> None:
    x, y, z = A[0], A[1], np.array([1.0, -2.0, 0.5])
    for a, b in ((x, y), (x, z), (z, x)):
        if not TAKES_PLANE_VECTORS:
            with pytest.raises(ValueError, match="3-dimensional vectors"):
                plain.cross(a, b)
            with pytest.raises(ValueError, match="3-dimensional vectors"):
                vjp(plain.cross, a, b)
            continue
        with pytest.warns(DeprecationWarning, match="2-dimensional vectors"):
            out, pull = vjp(lambda a, b: plain.cross(a, b), a, b)
        with pytest.warns(DeprecationWarning, match="2-dimensional vectors"):
            np.testing.assert_array_equal(out, plain.cross(a, b))
        # bilinear: a · (its cotangent) is the cotangent times the value
        for gradient, argument in zip(pull(np.ones_like(out)), (a, b), strict=True):
            np.testing.assert_allclose(gradient @ argument, np.sum(out), rtol=1e-13)


@pytest.mark.parametrize(
    "f", [linalg.eigh, linalg.eig, linalg.svd, linalg.qr, linalg.slogdet], ids=lambda f: str(f.__name__)
)
def test_results_are_numpys_named_tuples(f: Callable[..., Any]) -> None:
    assert type(vjp(f, A)[0]) is type(f(A))
    assert type(vmap(f)(np.stack([A, A]))) is type(f(A))


STACK = np.stack([A, A])
WRONG: dict[str, tuple[Callable[[Any], Any], type[Exception], str]] = {
    "solve, no square": (lambda a: linalg.solve(a[:, :1], a), np.linalg.LinAlgError, "square"),
    "solve, a vector": (lambda a: linalg.solve(a[0], a), np.linalg.LinAlgError, "two-dimensional"),
    "solve for a number": (lambda a: linalg.solve(a, 1.0), ValueError, "no axes"),
    "solve, lengths": (lambda a: linalg.solve(a, np.ones(3)), ValueError, "mismatch"),
    "solve, singular": (lambda a: linalg.solve(a * 0, a), np.linalg.LinAlgError, "Singular"),
    "inv, no square": (lambda a: linalg.inv(a[:1]), np.linalg.LinAlgError, "square"),
    "det, no square": (lambda a: linalg.det(a[:1]), np.linalg.LinAlgError, "square"),
    "tensorsolve, shapes": (lambda a: linalg.tensorsolve(a, np.ones((2, 2))), np.linalg.LinAlgError, "requirement"),
    "tensorinv, ind": (lambda a: linalg.tensorinv(a, ind=0), ValueError, "Invalid ind"),
    "matrix_power, exponent": (lambda a: linalg.matrix_power(a, 1.5), TypeError, "exponent must be an integer"),
    "cholesky, not positive": (lambda a: linalg.cholesky(-a), np.linalg.LinAlgError, "positive definite"),
    "qr, raw": (lambda a: linalg.qr(a, "raw"), MissingRuleError, "'complete'"),
    "qr, mode": (lambda a: linalg.qr(a, mode="thin"), ValueError, "Unrecognized mode 'thin'"),
    "eigh, UPLO": (lambda a: linalg.eigh(a, "M"), ValueError, "UPLO argument must be 'L' or 'U'"),
    "pinv, two cutoffs": (lambda a: linalg.pinv(a, 0.1, rtol=0.1), ValueError, "can't be both set"),
    "pinv, truncated": (lambda a: linalg.pinv(a, 0.9), MissingRuleError, "leave out singular values"),
    "lstsq, truncated": (lambda a: linalg.lstsq(a, a, 0.9), MissingRuleError, "leave out singular values"),
    "lstsq, lengths": (lambda a: linalg.lstsq(a, np.ones(3)), np.linalg.LinAlgError, "Incompatible dimensions"),
    "lstsq, stack": (lambda a: linalg.lstsq(a * STACK, a), np.linalg.LinAlgError, "two-dimensional"),
    "matrix_rank, two cutoffs": (lambda a: linalg.matrix_rank(a, 0.1, rtol=0.1), ValueError, "can't be both set"),
    "multi_dot of one": (lambda a: linalg.multi_dot([a]), ValueError, "at least two"),
    "multi_dot, out": (lambda a: linalg.multi_dot([a, a], out=np.ones((2, 2))), ConversionError, "out="),
    "multi_dot, axes": (lambda a: linalg.multi_dot([a, a * STACK, a]), np.linalg.LinAlgError, "two-dimensional"),
    "norm, axes": (lambda a: linalg.norm(a * STACK, axis=(0, 1, 2)), ValueError, "Improper number of dimensions"),
    "norm, twice an axis": (lambda a: linalg.norm(a, axis=(0, 0)), ValueError, "axes|axis"),
    "norm, axis": (lambda a: linalg.norm(a, axis="rows"), TypeError, "'axis' must be None, an integer or a tuple"),
    "norm, no such axis": (lambda a: linalg.norm(a, axis=2), np.exceptions.AxisError, "out of bounds"),
    "norm, order of a vector": (lambda a: linalg.norm(a[0], "fro"), ValueError, "Invalid norm order 'fro' for vectors"),
    "norm, order of a matrix": (lambda a: linalg.norm(a, 3), ValueError, "Invalid norm order for matrices"),
    "norm of a stack": (lambda a: linalg.norm(a * STACK, 2), ValueError, "Improper number of dimensions"),
    "cond of empty": (lambda a: linalg.cond(a[:0]), np.linalg.LinAlgError, "empty"),
    "cond, no square": (lambda a: linalg.cond(a[:1], 1), np.linalg.LinAlgError, "square"),
    "cross, lengths": (lambda a: plain.cross(a[:, :1], a), ValueError, "incompatible dimensions"),
    "np.linalg.cross, lengths": (lambda a: linalg.cross(a, a), ValueError, "3-dimensional vectors"),
    "outer of matrices": (lambda a: linalg.outer(a, a), ValueError, "one-dimensional"),
}


@pytest.mark.parametrize(("f", "error", "message"), WRONG.values(), ids=WRONG)
def test_wrong_use_is_an_error(f: Callable[[Any], Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        vjp(f, A)
    if not issubclass(error, (ConversionError, MissingRuleError)):
        with pytest.raises(error):
            f(A)
