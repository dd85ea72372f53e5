"""Sparsity, colouring, and sparse Jacobians and Hessians."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
import pickle
import subprocess
import sys
from typing import Any, TypeAlias, cast

import numpy as np
from numpy.typing import NDArray
import pytest
from scipy import sparse as sp

import tapegrad
from tapegrad import no_grad, sparse, stop_gradient
from tapegrad.errors import BatchError, ConversionError, DomainError, SealedTapeError
from tapegrad.extend import Differential, Partial, Transpose, primitive
from tests.untyped import Untyped, grad, jvp, plain, vjp, vmap

Map: TypeAlias = Callable[[Any], Any]

jacobian_sparsity: Untyped = cast("Any", sparse.jacobian_sparsity)
hessian_sparsity: Untyped = cast("Any", sparse.hessian_sparsity)
sparse_jacobian: Untyped = cast("Any", sparse.sparse_jacobian)
sparse_hessian: Untyped = cast("Any", sparse.sparse_hessian)
custom_vjp: Callable[[Map, Callable[[Any, Any], Any]], Callable[[Map], Map]] = cast("Any", tapegrad.custom_vjp)
custom_jvp: Callable[[Callable[[Any, Any], Any]], Callable[[Map], Map]] = cast("Any", tapegrad.custom_jvp)

rng = np.random.default_rng(1)


def neighbours(x: Any) -> Any:
    """A tridiagonal Jacobian."""
    zero = np.zeros(1, x.dtype)
    return np.concatenate([zero, x[:-1]]) - 2 * np.sin(x) + np.concatenate([x[1:] ** 2, zero])


def rosenbrock(x: Any) -> Any:
    return np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


def rosenbrock_by_elements(x: Any) -> Any:
    total = 0.0
    for i in range(len(x) - 1):
        total = total + 100 * (x[i + 1] - x[i] ** 2) ** 2 + (1 - x[i]) ** 2
    return total


def laplacian(u: Any) -> Any:
    """The five-point stencil on a square, with zeros around."""
    v = np.pad(u, 1)
    return v[2:, 1:-1] + v[:-2, 1:-1] + v[1:-1, 2:] + v[1:-1, :-2] - 4 * v[1:-1, 1:-1] + u**3


def arrow(x: Any) -> Any:
    """All depends on the first variable, and nothing else on one another."""
    return np.sum(np.sin(x[0] * x[1:])) + x[0] ** 2


def dense_jacobian(f: Callable[[Any], Any], x: NDArray[Any]) -> NDArray[Any]:
    """One column after the other."""
    columns = [np.ravel(jvp(f, (x,), (seed.reshape(x.shape),))[1]) for seed in np.eye(x.size, dtype=x.dtype)]
    return np.stack(columns, axis=1)


CONVOLVED = rng.normal(size=5)
MATRIX = np.where(rng.uniform(size=(6, 8)) < 0.3, rng.normal(size=(6, 8)), 0.0)
BLOCKS = rng.normal(size=(4, 3, 3))

JACOBIANS: dict[str, tuple[Map, tuple[int, ...], NDArray[Any]]] = {
    "elementwise": (lambda x: np.exp(x) * x, (6,), np.eye(6)),
    "tridiagonal": (neighbours, (6,), np.tri(6, k=1) * np.tri(6, k=1).T),
    "a slice": (lambda x: x[::2] ** 2, (6,), np.eye(6)[::2]),
    "reversed": (lambda x: x[::-1] * 2, (6,), np.eye(6)[::-1]),
    "positions": (lambda x: x[np.array([3, 3, 0])], (6,), np.eye(6)[[3, 3, 0]]),
    "rolled": (lambda x: np.roll(x, 2), (6,), np.roll(np.eye(6), 2, 0)),
    "transposed": (lambda x: x.T, (2, 3), np.eye(6).reshape(2, 3, 6).transpose(1, 0, 2).reshape(6, 6)),
    "repeated": (lambda x: np.repeat(x, 2), (3,), np.repeat(np.eye(3), 2, 0)),
    "outer": (lambda x: np.outer(x, x), (2,), np.array([[1, 0], [1, 1], [1, 1], [0, 1]])),
    "sum of rows": (lambda x: np.sum(x, axis=1), (2, 3), np.kron(np.eye(2), np.ones(3))),
    "mean of columns": (lambda x: np.mean(x, axis=0), (2, 3), np.kron(np.ones(2), np.eye(3))),
    "max of rows": (lambda x: np.max(x, axis=1), (2, 3), np.kron(np.eye(2), np.ones(3))),
    "sorted rows": (lambda x: np.sort(x, axis=1), (2, 3), np.kron(np.eye(2), np.ones((3, 3)))),
    "a scalar": (lambda x: np.sum(x[1:3]), (4,), np.array([[0, 1, 1, 0]])),
    "cumsum": (lambda x: np.cumsum(x), (5,), np.tri(5)),
    "cumsum of columns": (lambda x: np.cumsum(x, axis=0), (3, 2), np.kron(np.tri(3), np.eye(2))),
    "cumsum along the middle": (
        lambda x: np.cumsum(x, axis=1),
        (2, 3, 2),
        np.kron(np.eye(2), np.kron(np.tri(3), np.eye(2))),
    ),
    "variances along the middle": (
        lambda x: np.var(x, axis=1),
        (2, 3, 2),
        np.kron(np.eye(2), np.kron(np.ones((1, 3)), np.eye(2))),
    ),
    "second differences": (lambda x: np.diff(x, n=2), (6,), (np.tri(4, 6, 2) - np.tri(4, 6, -1))),
    "convolved": (lambda x: np.convolve(x, CONVOLVED, "valid"), (9,), np.tri(5, 9, 4) - np.tri(5, 9, -1)),
    "a constant matrix": (lambda x: MATRIX @ x, (8,), MATRIX != 0),
    "a banded matrix": (lambda x: (np.eye(200) + np.eye(200, k=9)) @ x, (200,), np.eye(200) + np.eye(200, k=9)),
    "blocks": (lambda x: BLOCKS @ x, (4, 3, 1), np.kron(np.eye(4), np.ones((3, 3)))),
    "blocks squared": (
        lambda x: x @ x,
        (2, 2, 2),
        np.kron(np.eye(2), np.array([[1, 1, 1, 0], [1, 1, 0, 1], [1, 0, 1, 1], [0, 1, 1, 1]])),
    ),
    "einsum of blocks": (
        lambda x: plain.einsum("bij,bjk->bik", BLOCKS, x),
        (4, 3, 2),
        np.kron(np.eye(4), np.kron(np.ones((3, 3)), np.eye(2))),
    ),
    "determinants": (lambda x: np.linalg.det(x), (3, 2, 2), np.kron(np.eye(3), np.ones(4))),
    "one matrix for a stack of sides": (
        lambda x: plain.linalg.solve(x.reshape(1, 2, 2), np.ones((3, 2, 1))),
        (4,),
        np.ones((6, 4)),
    ),
    "inverses": (lambda x: plain.linalg.inv(x), (2, 2, 2), np.kron(np.eye(2), np.ones((4, 4)))),
    "both branches": (lambda x: plain.where(x[:2] > 9, x[:2], x[2:]), (4,), np.tile(np.eye(2), 2)),
    "by a zero": (lambda x: x[:2] * (x[2:] - x[2:]), (4,), np.tile(np.eye(2), 2)),
    "a constant": (lambda x: np.ones(2), (3,), np.zeros((2, 3))),
    "stopped": (lambda x: stop_gradient(x) * x[0], (3,), np.array([[1, 0, 0]] * 3)),
    "Fourier, in rows": (lambda x: np.fft.fft(x), (2, 4), np.kron(np.eye(2), np.ones((4, 4)))),
    "imaginary part": (lambda x: np.imag(1j * x), (3,), np.eye(3)),
    "squares under vmap": (lambda x: vmap(lambda y: y[0] * y)(x), (2, 2), np.kron(np.eye(2), [[1, 0], [1, 1]])),
    "jvp": (lambda x: jvp(lambda y: y[1:] * y[:-1] ** 2, (x,), (x,))[1], (4,), np.tri(3, 4, 1) - np.tri(3, 4, -1)),
}


@pytest.mark.parametrize("name", JACOBIANS)
def test_the_sparsity_of_a_jacobian(name: str) -> None:
    f, shape, wanted = JACOBIANS[name]
    x = rng.uniform(1, 2, shape)
    found = jacobian_sparsity(f)(x)
    assert type(found) is sp.csr_array
    assert found.dtype == bool
    np.testing.assert_array_equal(found.toarray(), np.asarray(wanted) != 0)


@pytest.mark.parametrize("name", JACOBIANS)
def test_the_entries_of_a_jacobian(name: str) -> None:
    f, shape, _ = JACOBIANS[name]
    x = rng.uniform(1, 2, shape)
    found = sparse_jacobian(f)(x)
    given = sparse_jacobian(f, jacobian_sparsity(f)(x))(x)
    np.testing.assert_allclose(found.toarray(), dense_jacobian(f, x), rtol=1e-12, atol=1e-12)
    np.testing.assert_array_equal(given.toarray(), found.toarray())


HESSIANS: dict[str, tuple[Map, tuple[int, ...], int]] = {
    "rosenbrock": (rosenbrock, (7,), 3),
    "rosenbrock by elements": (rosenbrock_by_elements, (7,), 3),
    "arrow": (arrow, (9,), 2),
    "a mesh": (lambda u: np.sum(laplacian(u) * u), (4, 5), 5),
    "products of blocks": (lambda x: np.sum(np.prod(x, axis=1)), (3, 4), 4),
    "determinants": (lambda x: np.sum(np.linalg.det(x)), (3, 2, 2), 4),
    "linear": (lambda x: np.sum(x), (3,), 1),
    "x at positions": (lambda x: np.sum(x[np.array([0, 2, 2])] ** 3), (4,), 1),
}


@pytest.mark.parametrize("name", HESSIANS)
def test_a_hessian(name: str) -> None:
    f, shape, sweeps = HESSIANS[name]
    x = rng.uniform(1, 2, shape)
    wanted = dense_jacobian(grad(f), x)
    pattern = hessian_sparsity(f)(x)
    hessian = sparse_hessian(f, pattern)
    found = hessian(x).toarray()
    assert not np.any((np.abs(wanted) > 1e-12) & ~pattern.toarray())
    np.testing.assert_allclose(found, wanted, rtol=1e-12, atol=1e-11)
    np.testing.assert_array_equal(found, found.T)
    np.testing.assert_array_equal(sparse_hessian(f)(x).toarray(), found)
    assert hessian.sweeps == sweeps


def test_one_triangle_of_a_hessian_is_enough() -> None:
    x = rng.uniform(1, 2, 5)
    lower = np.tril(hessian_sparsity(rosenbrock)(x).toarray())
    np.testing.assert_array_equal(
        sparse_hessian(rosenbrock, lower)(x).toarray(), sparse_hessian(rosenbrock)(x).toarray()
    )


def test_a_large_tridiagonal_jacobian_takes_three_sweeps() -> None:
    n = 10_000
    swept: list[int] = []

    def f(x: Any) -> Any:
        if hasattr(x, "tangent"):
            swept.append(x.tangent.primal.shape[0])
        return neighbours(x)

    x = rng.uniform(1, 2, n)
    jac = sparse_jacobian(f)(x)
    assert swept == [4], "with one to check them"
    assert jac.shape == (n, n)
    for k, wanted in ((-1, np.ones(n - 1)), (0, -2 * np.cos(x)), (1, 2 * x[1:])):
        np.testing.assert_allclose(jac.diagonal(k), wanted, rtol=1e-12)
    assert jac.nnz == 3 * n - 2
    pattern = jacobian_sparsity(f)(x)
    assert sparse_jacobian(f, pattern).sweeps == 3
    sparse_jacobian(f, pattern)(x)
    sparse_jacobian(f, pattern, check=False)(x)
    assert swept == [4, 4, 3]


def test_rows_are_swept_where_they_take_fewer_sweeps() -> None:
    def f(x: Any) -> Any:
        return np.stack([np.sum(x**2), x[0] * x[1]])

    x = rng.uniform(1, 2, 50)
    jac = sparse_jacobian(f, jacobian_sparsity(f)(x))
    assert jac.sweeps == 2
    assert not jac.sparsity.forward
    np.testing.assert_allclose(jac(x).toarray(), dense_jacobian(f, x))


def test_a_complex_output() -> None:
    def f(x: Any) -> Any:
        return np.stack([np.sum(x * 1j), x[0] * (2 + 1j)])

    x = rng.uniform(1, 2, 5)
    wanted = dense_jacobian(f, x)
    np.testing.assert_allclose(sparse_jacobian(f)(x).toarray(), wanted)
    by_rows = sparse_jacobian(f, jacobian_sparsity(f)(x))
    assert not by_rows.sparsity.forward
    np.testing.assert_allclose(by_rows(x).toarray(), wanted)


def test_colours_are_no_more_than_needed() -> None:
    def conflicts(pattern: Any, colors: Any) -> bool:
        rows = [colors[pattern.indices[start:end]] for start, end in pairwise(pattern.indptr)]
        return any(len(set(row)) < len(row) for row in rows)

    pattern = sp.csr_array(rng.uniform(size=(60, 80)) < 0.05)
    plan = sparse_jacobian(neighbours, pattern, check=False).sparsity
    assert not conflicts(pattern if plan.forward else sp.csr_array(pattern.T), plan.colors)
    assert plan.sweeps <= 2 * np.max(pattern.sum(axis=1 if plan.forward else 0))


def test_every_symmetric_pattern_is_read_off() -> None:
    for density in (0.02, 0.1, 0.3, 1.0):
        entries = np.where(rng.uniform(size=(40, 40)) < density, rng.normal(size=(40, 40)), 0.0)
        matrix = entries + entries.T
        found = sparse_hessian(lambda x, a=matrix: x @ a @ x / 2, sp.csr_array(matrix))(rng.normal(size=40))
        np.testing.assert_allclose(found.toarray(), matrix, atol=1e-12)


def test_other_arguments_are_passed_on() -> None:
    def f(x: Any, scale: float, *, power: int = 1) -> Any:
        return scale * x[1:] ** power

    x = rng.uniform(1, 2, 4)
    assert jacobian_sparsity(f)(x, 2.0, power=3).nnz == 3
    np.testing.assert_allclose(sparse_jacobian(f)(x, 2.0, power=3).data, 6 * x[1:] ** 2)
    np.testing.assert_allclose(sparse_hessian(lambda x, c: c * rosenbrock(x))(x, 0.0).data, np.zeros(10))


def test_single_precision_stays() -> None:
    x = np.linspace(1, 2, 5, dtype=np.float32)
    pattern = jacobian_sparsity(neighbours)(x)
    assert pattern.nnz == 13
    assert sparse_jacobian(neighbours)(x).dtype == np.float32
    assert sparse_jacobian(neighbours, pattern)(x).dtype == np.float32
    assert sparse_hessian(rosenbrock)(x).dtype == np.float32


def test_numbers_and_empty_arrays() -> None:
    assert sparse_jacobian(lambda x: x**2)(3.0).toarray() == 6.0
    assert sparse_hessian(lambda x: x**3)(2.0).toarray() == 12.0
    for check in (True, False):
        assert sparse_jacobian(lambda x: x**2, check=check)(np.zeros(0)).shape == (0, 0)
    assert sparse_jacobian(lambda x: x[:0])(np.ones(3)).shape == (0, 3)
    assert sparse_jacobian(lambda x: np.ones(2))(np.ones(3)).shape == (2, 3)


def test_a_dense_sparsity() -> None:
    x = rng.uniform(1, 2, 5)
    pattern = jacobian_sparsity(neighbours)(x).toarray()
    np.testing.assert_array_equal(
        sparse_jacobian(neighbours, pattern)(x).toarray(), sparse_jacobian(neighbours)(x).toarray()
    )


def test_what_a_sparsity_stores_counts() -> None:
    """A Jacobian that happens to have a zero is a sparsity all the same."""
    at_zero = sparse_jacobian(lambda x: x**2)(np.zeros(3))
    np.testing.assert_array_equal(sparse_jacobian(lambda x: x**2, at_zero)(np.ones(3)).data, [2, 2, 2])


def test_entries_are_differentiable() -> None:
    x = rng.uniform(1, 2, 5)
    for sparsity in (None, np.eye(5)[1:]):
        entries = sparse_jacobian(lambda x: x[1:] ** 3, sparsity).entries
        np.testing.assert_allclose(grad(lambda x, entries=entries: np.sum(entries(x)))(x), 6 * np.array([0, *x[1:]]))
        np.testing.assert_allclose(jvp(entries, (x,), (np.ones(5),))[1], 6 * x[1:])
    np.testing.assert_allclose(grad(lambda w: np.sum(sparse_jacobian(lambda x: w * x).entries(x)))(2.0), 5)
    hessian = sparse_hessian(rosenbrock, hessian_sparsity(rosenbrock)(x))
    np.testing.assert_allclose(vmap(hessian.entries)(np.stack([x, 2 * x]))[1], hessian(2 * x).data)


def test_a_sparsity_under_other_transforms() -> None:
    """The pattern is a constant; what is outside of it goes on."""

    def f(x: Any) -> Any:
        pattern = jacobian_sparsity(lambda y: y[1:] * x[0])(x)
        return np.sum(x) * pattern.nnz

    np.testing.assert_array_equal(grad(f)(np.ones(3)), [2, 2, 2])


def test_a_sparsity_that_lacks_entries_is_found_out() -> None:
    x = rng.uniform(1, 2, 6)
    too_little = sp.eye_array(6, format="csr")
    with pytest.raises(ValueError, match="lacks entries"):
        sparse_jacobian(neighbours, too_little)(x)
    with pytest.raises(ValueError, match="lacks entries"):
        sparse_hessian(rosenbrock, too_little)(x)
    with pytest.raises(ValueError, match="lacks entries"):
        sparse_jacobian(lambda x: np.stack([np.sum(x), x[0]]), np.eye(2, 6))(x)
    sparse_jacobian(neighbours, too_little, check=False)(x)


def test_the_check_takes_no_offence_at_nan() -> None:
    jac = sparse_jacobian(lambda x: np.sqrt(x), np.eye(3))
    with np.errstate(invalid="ignore"):
        found = jac(np.array([1.0, -1.0, 4.0])).diagonal()
    np.testing.assert_array_equal(found, [0.5, np.nan, 0.25])


def test_errors_teach() -> None:
    x = np.ones(4)
    with pytest.raises(ValueError, match=r"shape \(3, 3\), but neighbours is called with 4 inputs"):
        sparse_jacobian(neighbours, np.eye(3))(x)
    with pytest.raises(ValueError, match=r"shape \(3, 4\), but neighbours returned 4 outputs"):
        sparse_jacobian(neighbours, np.eye(3, 4))(x)
    with pytest.raises(ValueError, match="returned 4 outputs"):
        sparse_jacobian(neighbours, np.ones((1, 4)))(x)
    with pytest.raises(DomainError, match=r"np\.stack"):
        jacobian_sparsity(lambda x: [x[0], x[1]])(x)
    with pytest.raises(DomainError, match="is a tree"):
        jacobian_sparsity(lambda x: x[0])((x, x))
    with pytest.raises(DomainError, match="dtype int64"):
        sparse_jacobian(neighbours)(np.arange(3))
    with pytest.raises(DomainError, match="is complex"):
        sparse_jacobian(neighbours)(x * 1j)
    with pytest.raises(DomainError, match="real scalar"):
        sparse_hessian(neighbours)(x)
    with pytest.raises(TypeError, match="what jacobian_sparsity"):
        sparse_jacobian(neighbours, "tridiagonal")
    with pytest.raises(TypeError, match="without a positional argument"):
        sparse_jacobian(neighbours)(x=x)
    with pytest.raises(DomainError, match=r"\.entries\(x\)"):
        grad(lambda x: sparse_jacobian(neighbours)(x).sum())(x)
    with pytest.raises(BatchError, match="pass it as sparsity="):
        vmap(jacobian_sparsity(neighbours))(np.ones((2, 4)))


def test_a_pattern_that_is_not_sparse_is_an_error() -> None:
    with pytest.raises(MemoryError, match="not sparse"):
        jacobian_sparsity(lambda x: x - plain.mean(x))(np.zeros(20_000))


def test_they_are_values() -> None:
    x = rng.uniform(1, 2, 5)
    pattern = jacobian_sparsity(neighbours)(x)
    jac = sparse_jacobian(neighbours, pattern)
    assert jac == sparse_jacobian(neighbours, pattern.toarray())
    assert hash(jac) == hash(sparse_jacobian(neighbours, pattern))
    assert jac != sparse_jacobian(neighbours)
    assert repr(jac) == "sparse_jacobian(neighbours, sparsity=<5 x 5, 13 entries, 3 sweeps>)"
    assert jac.__name__ == "neighbours"
    for made in (jac, jacobian_sparsity(neighbours), sparse_hessian(rosenbrock)):
        again = pickle.loads(pickle.dumps(made))
        assert again == made
        np.testing.assert_array_equal(again(x).toarray(), made(x).toarray())


def test_a_result_shares_nothing_with_the_sparsity() -> None:
    x = rng.uniform(1, 2, 5)
    jac = sparse_jacobian(neighbours, jacobian_sparsity(neighbours)(x))
    wanted = jac(x).toarray()
    spoiled = jac(x)
    spoiled.indices[:] = spoiled.indptr[:] = spoiled.data[:] = 0
    np.testing.assert_array_equal(jac(x).toarray(), wanted)


def test_a_pullback_of_a_jacobian_vector_product() -> None:
    """Levels inside and outside of the one that finds patterns."""
    x = rng.uniform(1, 2, 5)
    np.testing.assert_array_equal(
        jacobian_sparsity(lambda x: vjp(neighbours, x)[1](x)[0])(x).toarray(),
        np.tri(5, k=1) * np.tri(5, k=1).T != 0,
    )


SCRIPT = """
import sys
import tapegrad
assert not [name for name in sys.modules if name.partition(".")[0] == "scipy"]
import importlib.util as util
found = util.find_spec
util.find_spec = lambda name, *args: None if name == "scipy" else found(name, *args)
try:
    import tapegrad.sparse
except ImportError as error:
    assert "pip install 'tapegrad[scipy]'" in str(error)
else:
    raise AssertionError("it needs SciPy")
"""


def test_scipy_is_asked_for_only_when_it_is_needed() -> None:
    subprocess.run([sys.executable, "-c", SCRIPT], check=True)


@primitive(x=Partial(lambda x: 2 * x))
def squared(x: Any) -> Any:
    return x * x


@primitive(x=Transpose(lambda ct: ct + 1e-30 * np.roll(ct, -1)))
def hardly_mixed(x: Any) -> Any:
    """Linear, where all but a hair comes from one element."""
    return x + 1e-30 * np.roll(x, 1)


@primitive(x=Differential(lambda dx, x: 2 * x[::-1] * dx[::-1]))
def reversed_squares(x: Any) -> Any:
    return x[::-1] ** 2


def test_primitives_of_the_users_own() -> None:
    x = rng.uniform(1, 2, 5)
    np.testing.assert_array_equal(jacobian_sparsity(squared)(x).toarray(), np.eye(5) != 0)
    np.testing.assert_array_equal(
        jacobian_sparsity(hardly_mixed)(x).toarray(), np.eye(5) + np.roll(np.eye(5), 1, 0) != 0
    )
    assert jacobian_sparsity(reversed_squares)(x).toarray().all(), "of a Differential nothing is known"
    np.testing.assert_allclose(sparse_jacobian(reversed_squares)(x).toarray(), dense_jacobian(reversed_squares, x))


def in_one_go(x: Any) -> Any:
    """A function of which tapegrad sees nothing."""
    return np.array([float(v) for v in x]) ** 2


CUSTOM: dict[str, Map] = {
    "straight through": custom_vjp(lambda x: (np.round(x), None), lambda kept, ct: (ct,))(lambda x: plain.round(x)),
    "a reverse rule": custom_vjp(lambda x: (x * x, x), lambda x, ct: (2 * x * ct,))(lambda x: x * x),
    "a forward rule": custom_jvp(lambda p, t: (p[0] ** 3, 3 * p[0] ** 2 * t[0]))(lambda x: x**3),
    "out of sight": lambda x: seen_by_its_rule(x[:2]),
    "mapped": lambda x: vmap(halves)(x.reshape(2, 2))[0],
}

halves: Map = custom_jvp(lambda p, t: ((p[0][0], p[0][1]), (t[0][0], t[0][1])))(lambda x: (x[0], x[1]))
seen_by_its_rule: Map = custom_vjp(lambda x: (in_one_go(x), x), lambda x, ct: (2 * np.asarray(x) * ct,))(in_one_go)


@pytest.mark.parametrize("name", CUSTOM)
def test_rules_of_the_users_own(name: str) -> None:
    """The rule counts, which may say another thing than the function."""
    wanted = {"out of sight": np.eye(2, 4) + np.eye(2, 4)[::-1], "mapped": np.eye(4)[::2]}.get(name, np.eye(4))
    x = rng.uniform(1, 2, 4)
    np.testing.assert_array_equal(jacobian_sparsity(CUSTOM[name])(x).toarray(), wanted != 0)
    np.testing.assert_allclose(sparse_jacobian(CUSTOM[name])(x).toarray(), dense_jacobian(CUSTOM[name], x), atol=1e-14)
    if name != "out of sight":
        hessian = sparse_hessian(lambda x: plain.sum(CUSTOM[name](x) ** 2))(x)
        np.testing.assert_allclose(
            hessian.toarray(), dense_jacobian(grad(lambda x: plain.sum(CUSTOM[name](x) ** 2)), x)
        )


def test_a_paused_level_sees_constants() -> None:
    def f(x: Any) -> Any:
        with no_grad():
            scale = np.sum(x)
        return scale * x

    np.testing.assert_array_equal(jacobian_sparsity(f)(np.ones(3)).toarray(), np.eye(3) != 0)


def test_a_factor_of_an_outer_transform_is_any_number() -> None:
    def f(w: Any) -> Any:
        return jacobian_sparsity(lambda x: (w * np.eye(3)) @ x)(np.ones(3)).nnz * w

    assert grad(f)(2.0) == 9


def test_values_at_an_outer_batch() -> None:
    def f(i: Any) -> Any:
        return jacobian_sparsity(lambda x: x[i])(np.ones(3)).nnz

    with pytest.raises(BatchError, match="belong to an enclosing vmap"):
        vmap(f)(np.array([0, 1]))


def test_a_variable_of_a_pattern_ends_with_it() -> None:
    kept: list[Any] = []

    def keeping(x: Any) -> Any:
        kept.append(x)
        return x

    jacobian_sparsity(keeping)(np.ones(3))
    with pytest.raises(SealedTapeError, match="whose sparsity has been found"):
        np.sin(kept[0])
    with pytest.raises(ConversionError):
        jacobian_sparsity(lambda x: np.array([float(x[0])]))(np.ones(3))
