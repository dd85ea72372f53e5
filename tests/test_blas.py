"""Products, systems and determinants of single matrices in compiled code."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.untyped import compile, grad, plain, scan

RNG: Any = np.random.default_rng(0)


def regular(n: int, dtype: Any = float) -> Any:
    return (RNG.normal(size=(n, n)) + n * np.eye(n)).astype(dtype)


PRODUCTS = [((3, 4), (4, 5)), ((3, 4), (4,)), ((3,), (3, 4)), ((1, 1), (1, 1)), ((5, 1), (1, 5)), ((1, 3), (3, 1))]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shapes", PRODUCTS, ids=str)
def test_products_of_single_matrices_are_dots_with_the_bits_of_at(shapes: Any, dtype: Any) -> None:
    x: Any = RNG.normal(size=shapes[0]).astype(dtype)
    y: Any = RNG.normal(size=shapes[1]).astype(dtype)
    f: Any = compile(lambda x, y: (x @ y) * 2)
    assert ".dot(" in f.source(x, y)
    for a in (x, np.asfortranarray(x)):
        for b in (y, np.asfortranarray(y)):
            found = f(a, b)
            assert np.array_equal(found, (a @ b) * 2)
            assert found.dtype == dtype


def test_a_product_of_vectors_is_a_number() -> None:
    x, y = RNG.normal(size=(2, 7))
    f: Any = compile(lambda x, y: x @ y)
    assert ".dot(" in f.source(x, y)
    assert type(f(x, y)) is np.float64
    assert f(x, y) == x @ y


@pytest.mark.parametrize(
    ("x", "y"),
    [
        (np.ones((2, 3), complex), np.ones((3, 2), complex)),
        (np.ones((2, 3), int), np.ones((3, 2), int)),
        (np.ones((2, 3), np.float32), np.ones((3, 2))),
        (np.ones((2, 0)), np.ones((0, 2))),
        (np.ones((4, 2, 3)), np.ones((4, 3, 2))),
    ],
    ids=["complex", "integers", "two dtypes", "empty", "stacks"],
)
def test_other_products_are_numpys_own(x: Any, y: Any) -> None:
    f: Any = compile(lambda x, y: x @ y)
    assert ".dot(" not in f.source(x, y)
    assert np.array_equal(f(x, y), x @ y)
    assert f(x, y).dtype == (x @ y).dtype


def test_a_product_of_what_blas_cannot_read() -> None:
    x, y = RNG.normal(size=(6, 8))[::2, ::-2], RNG.normal(size=(4, 9))[::-1, ::3]
    f: Any = compile(lambda x, y: np.tanh(x @ y))
    np.testing.assert_allclose(f(x, y), np.tanh(x @ y), rtol=1e-12)


def of_columns(a: Any) -> Any:
    return plain.linalg.solve(a, a[:, :1])


def of_a_vector(a: Any) -> Any:
    return plain.linalg.solve(a, a[0])


def logarithm(a: Any) -> Any:
    return np.linalg.slogdet(a)[1].real


def determinant(a: Any) -> Any:
    return np.linalg.det(a).real


def factor(a: Any) -> Any:
    return plain.linalg.cholesky(a @ a.T.conj())


FUNCTIONS: dict[str, Any] = {
    "solve": of_columns,
    "solve, a vector": of_a_vector,
    "inv": np.linalg.inv,
    "det": np.linalg.det,
    "slogdet": logarithm,
    "cholesky": factor,
    "gradient of slogdet": grad(logarithm),
    "gradient of det": grad(determinant),
}


@pytest.mark.parametrize("dtype", [np.float32, np.float64, complex])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_what_lapack_computes_is_what_numpy_computes(name: str, dtype: Any) -> None:
    f, a = FUNCTIONS[name], regular(3, dtype)
    found = compile(f)(a)
    assert np.array_equal(found, f(a))
    assert found.dtype == f(a).dtype


@pytest.mark.parametrize("name", ["solve", "solve, a vector", "inv"])
def test_a_singular_matrix_raises_as_it_does_eagerly(name: str) -> None:
    f: Any = compile(FUNCTIONS[name])
    np.testing.assert_allclose(f(np.eye(2)), FUNCTIONS[name](np.eye(2)), rtol=1e-12)
    with pytest.raises(np.linalg.LinAlgError, match="Singular matrix"):
        f(np.ones((2, 2)))
    np.testing.assert_allclose(f(np.eye(2)), FUNCTIONS[name](np.eye(2)), rtol=1e-12)


def test_a_matrix_that_is_not_positive_definite_raises_as_it_does_eagerly() -> None:
    f: Any = compile(np.linalg.cholesky)
    with pytest.raises(np.linalg.LinAlgError, match="not positive definite"):
        f(-np.eye(2))


@pytest.mark.parametrize("value", [np.inf, np.nan, 1e200])
def test_what_is_not_finite_is_as_it_is_eagerly(value: float) -> None:
    a, b = np.eye(2), np.array([[value], [1.0]])
    f: Any = compile(np.linalg.solve)
    assert np.array_equal(f(a, b), np.linalg.solve(a, b), equal_nan=True)


def test_slogdet_of_a_singular_matrix() -> None:
    f: Any = compile(lambda a: tuple(np.linalg.slogdet(a)))
    assert f(np.ones((2, 2))) == (0, -np.inf)
    slope: Any = compile(FUNCTIONS["gradient of slogdet"])
    assert np.array_equal(slope(np.ones((2, 2))), FUNCTIONS["gradient of slogdet"](np.ones((2, 2))))


def test_a_loop_of_products_and_systems() -> None:
    def f(a: Any, rows: Any) -> Any:
        def step(carry: Any, row: Any) -> Any:
            x, p = carry
            p = a @ p @ a.T + np.eye(3)
            return (np.linalg.solve(p, x) + row, p), np.linalg.slogdet(p)[1] + row @ x

        (x, _), ys = scan(step, (np.ones(3), np.eye(3)), rows)
        return np.sum(x) + np.sum(ys)

    a, rows = regular(3) / 5, RNG.normal(size=(6, 3))
    assert compile(f)(a, rows) == f(a, rows)
    for found, expected in zip(
        compile(grad(f, argnums=(0, 1)))(a, rows), grad(f, argnums=(0, 1))(a, rows), strict=True
    ):
        np.testing.assert_allclose(found, expected, rtol=1e-12)
