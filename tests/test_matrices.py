"""Jacobians and Hessians: blocks, modes, kinds of numbers, chunks, nesting, errors."""

from __future__ import annotations

from collections.abc import Callable
import pickle
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray
import pytest

import tapegrad
from tapegrad._core import sweep as sweeping
from tests.untyped import Untyped, ggnvp, grad, hessian, hvp, jacfwd, jacobian, jacrev, jvp, plain, vmap

RNG = np.random.default_rng(0)
A = RNG.standard_normal((4, 3))
X = np.array([0.3, -0.7, 1.1])
V = np.array([1.0, 2.0, -0.5])
Z = np.array([1.0 + 2.0j, 0.5 - 1.0j])
MODES = [jacobian, jacfwd, jacrev]
by_mode = pytest.mark.parametrize("jac", MODES, ids=["jacobian", "jacfwd", "jacrev"])


@attrs.frozen
class Params:
    w: Any
    b: Any


def model(x: Any) -> Any:
    return np.tanh(A @ x) * x[0]


def model_jacobian(x: NDArray[np.float64]) -> NDArray[np.float64]:
    t = np.tanh(A @ x)
    jacobian: NDArray[np.float64] = (1 - t**2)[:, None] * A * x[0]
    jacobian[:, 0] += t
    return jacobian


def rosenbrock(x: Any) -> Any:
    return np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


def rosenbrock_hessian(x: NDArray[np.float64]) -> NDArray[np.float64]:
    diagonal = np.zeros_like(x)
    diagonal[:-1] += 1200 * x[:-1] ** 2 - 400 * x[1:] + 2
    diagonal[1:] += 200
    return np.diag(diagonal) + np.diag(-400 * x[:-1], 1) + np.diag(-400 * x[:-1], -1)


@by_mode
@pytest.mark.parametrize("chunk_size", [None, 1, 2, 3, 50])
def test_closed_form(jac: Untyped, chunk_size: int | None) -> None:
    found = jac(model, chunk_size=chunk_size)(X)
    np.testing.assert_allclose(found, model_jacobian(X), rtol=1e-13)
    assert found.flags.c_contiguous
    assert found.flags.owndata
    assert found.flags.writeable


@by_mode
def test_a_matrix_in_and_a_matrix_out(jac: Untyped) -> None:
    x = RNG.standard_normal((3, 2))
    found = jac(lambda x: A @ x)(x)
    assert found.shape == (4, 2, 3, 2)
    np.testing.assert_allclose(found, np.einsum("ik,jl->ijkl", A, np.eye(2)))


@by_mode
def test_numbers(jac: Untyped) -> None:
    assert jac(lambda x: x**3)(2.0) == 12.0
    assert type(jac(lambda x: x**3)(2.0)) is np.float64
    boxed = jac(lambda x: x**3)(np.array(2.0))
    assert type(boxed) is np.ndarray
    assert boxed.shape == ()
    np.testing.assert_array_equal(jac(lambda x: x * X)(2.0), X)
    np.testing.assert_array_equal(jac(lambda x: np.sum(x * x))(X), 2 * X)


@by_mode
def test_several_arguments_and_trees(jac: Untyped) -> None:
    def f(p: Any, s: Any) -> Any:
        return {"line": p.w * s + p.b, "sum": (np.sum(p.w), 3)}

    found = jac(f)(Params(X, 2.0), 5.0)
    wp, ws = found["line"]
    np.testing.assert_array_equal(wp.w, 5 * np.eye(3))
    np.testing.assert_array_equal(wp.b, np.ones(3))
    np.testing.assert_array_equal(ws, X)
    (total, zero) = found["sum"]
    np.testing.assert_array_equal(total[0].w, np.ones(3))
    assert total[1] == 0.0
    np.testing.assert_array_equal(zero[0].w, np.zeros(3))
    assert isinstance(zero[0], Params)


@by_mode
def test_argnums_and_keywords(jac: Untyped) -> None:
    def f(x: Any, label: str, y: Any, k: float = 1.0) -> Any:
        return x * y * k

    np.testing.assert_array_equal(jac(f, argnums=0)(X, "a", 2.0, k=3.0), 6 * np.eye(3))
    dx, dy = jac(f, argnums=(0, 2))(X, "a", 2.0, k=3.0)
    np.testing.assert_array_equal(dx, 6 * np.eye(3))
    np.testing.assert_array_equal(dy, 3 * X)
    (only,) = jac(f, argnums=[2])(X, "a", 2.0, k=3.0)
    np.testing.assert_array_equal(only, 3 * X)


@by_mode
def test_what_does_not_depend(jac: Untyped) -> None:
    np.testing.assert_array_equal(jac(lambda x: np.ones(2))(X), np.zeros((2, 3)))
    np.testing.assert_array_equal(jac(lambda x: 1.0)(X), np.zeros(3))
    np.testing.assert_array_equal(jac(lambda x: np.argsort(x))(X), np.zeros((3, 3)))
    np.testing.assert_array_equal(jac(lambda x: x > 0)(X), np.zeros((3, 3)))
    dx, dy = jac(lambda x, y: np.sin(x))(X, V)
    np.testing.assert_allclose(dx, np.diag(np.cos(X)))
    np.testing.assert_array_equal(dy, np.zeros((3, 3)))


@by_mode
def test_empty(jac: Untyped) -> None:
    assert jac(lambda x: x * 2)(np.zeros(0)).shape == (0, 0)
    assert jac(lambda x: x[:0])(X).shape == (0, 3)
    assert jac(lambda x: np.ones(2) * np.sum(x))(np.zeros((0, 2))).shape == (2, 0, 2)
    assert jac(lambda x: {})(X) == {}
    first, second, third = jac(lambda x: (x[:2], x[:0], x[2:]))(X)
    assert (first.shape, second.shape, third.shape) == ((2, 3), (0, 3), (1, 3))
    dx, dy = jac(lambda x, y: x[:0])(X, X)
    assert dx.shape == dy.shape == (0, 3)


@by_mode
def test_the_dtype_is_that_of_the_argument(jac: Untyped) -> None:
    assert jac(model)(X.astype(np.float32)).dtype == np.float32
    assert jac(np.sin)(X.astype(np.float32)).dtype == np.float32
    assert jac(np.sin)(np.longdouble(1)).dtype == np.longdouble
    dx, dy = jac(lambda x, y: x * y)(X.astype(np.float32), X)
    assert (dx.dtype, dy.dtype) == (np.float32, np.float64)


@by_mode
def test_the_same_leaf_twice(jac: Untyped) -> None:
    first, second = jac(lambda x: (x, x))(X)
    np.testing.assert_array_equal(first, np.eye(3))
    np.testing.assert_array_equal(second, np.eye(3))
    assert not np.shares_memory(first, second)


@by_mode
def test_holomorphic(jac: Untyped) -> None:
    found = jac(lambda z: z**2 * (1 + 1j), holomorphic=True)(Z)
    np.testing.assert_allclose(found, np.diag(2 * Z * (1 + 1j)))


def test_complex_outputs_of_real_arguments_go_forward() -> None:
    expected = np.diag(1j * np.exp(1j * X))
    for jac in (jacobian, jacfwd):
        np.testing.assert_allclose(jac(lambda x: np.exp(1j * x))(X), expected)
    tall = jacobian(lambda x: np.exp(1j * x)[:1])(X.astype(np.float32))
    assert tall.dtype == np.complex64
    assert jacfwd(lambda x: np.exp(1j * x))(X.astype(np.float16)).dtype == np.complex64


def test_real_outputs_of_complex_arguments_are_gradients() -> None:
    for jac in (jacobian, jacrev):
        rows = jac(lambda z: plain.stack([np.sum(np.abs(z) ** 2), np.sum(plain.real(z)), np.sum(plain.imag(z))]))(Z)
        np.testing.assert_allclose(rows[0], grad(lambda z: np.sum(np.abs(z) ** 2))(Z))
        np.testing.assert_array_equal(rows[1:], [[1, 1], [-1j, -1j]])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: jacfwd(np.abs)(Z), "jacfwd of absolute: an argument is complex.*holomorphic=True.*jacrev"),
        (lambda: jacrev(lambda x: x * 1j)(X), "an output is complex.*jacfwd"),
        (lambda: jacrev(np.conj)(Z), "an output is complex, and an argument is too.*holomorphic=True"),
        (lambda: jacobian(np.conj)(Z), "holomorphic=True"),
        (lambda: jacobian(np.sin, holomorphic=True)(X), "holomorphic.*complex"),
        (lambda: jacrev(np.abs, holomorphic=True)(Z), "not complex"),
        (lambda: jacfwd(np.abs, holomorphic=True)(Z), "not complex"),
        (lambda: jacobian(lambda x: "text")(X), "output 0 is a str"),
        (lambda: jacrev(lambda x: (x, None))(X), "output 1 is None"),
        (lambda: jacfwd(lambda x: np.array(["a"]))(X), "return numbers"),
        (lambda: jacobian(np.sin)(np.arange(3)), r"jacobian: argument 0.*integer"),
        (lambda: jacobian(lambda: 1.0)(), "without a positional argument"),
        (lambda: jacobian(np.sin, argnums=1)(X), "number 1 is missing"),
        (lambda: jacobian(np.sin, chunk_size=0), "chunk_size"),
        (lambda: jacobian(np.sin, chunk_size=True), "chunk_size"),
        (lambda: hessian(np.sum)(Z), "hessian of sum: an argument is complex"),
        (lambda: hessian(np.sin)(X), "hessian needs sin to return a real scalar"),
        (lambda: hvp(np.sum, X, (V,)), "structure"),
        (lambda: hvp(lambda x, y: np.sum(x * y), (X, X), (V,)), "tangent for each primal"),
    ],
)
def test_errors(call: Callable[[], Any], message: str) -> None:
    with pytest.raises(TypeError, match=message):
        call()


def test_wrong_shapes() -> None:
    with pytest.raises(ValueError, match=r"hvp: argument 0.*shape \(2,\)"):
        hvp(lambda x: np.sum(x**2), X, V[:2])


def test_the_mode_is_chosen_by_the_sizes() -> None:
    runs: list[str] = []

    def f(n: int) -> Callable[[Any], Any]:
        def repeated(x: Any) -> Any:
            runs.append(type(x).__name__)
            return np.concatenate([x] * n) if n else np.sum(x)

        return repeated

    jacobian(f(0))(X)
    jacobian(f(1))(X)
    assert runs == ["Recorded", "Recorded"]
    runs.clear()
    jacobian(f(2))(X)
    assert runs == ["Recorded", "Dual"]
    runs.clear()
    jacobian(f(2))(X[:1])
    assert runs == ["Dual"]


def test_one_sweep_for_all_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    sweeps: list[int] = []
    original = sweeping.sweep

    def counted(seeds: Any, *rest: Any) -> Any:
        sweeps.append(len(seeds))
        return original(seeds, *rest)

    monkeypatch.setattr("tapegrad._transforms.blocks.sweep", counted)
    jacrev(lambda x: [x[i] * x[0] for i in range(3)])(X)
    assert sweeps == [3]
    sweeps.clear()
    jacrev(lambda x: [x[i] * x[0] for i in range(3)], chunk_size=2)(X)
    assert sweeps == [2, 1]


def test_a_chunk_bounds_the_batch() -> None:
    largest: list[int] = []

    def f(x: Any) -> Any:
        y = np.sin(x)
        largest.append(y.tangent.primal.shape[0])
        return y

    jacfwd(f, chunk_size=2)(np.ones(5))
    assert largest == [2, 2, 1]


@by_mode
@pytest.mark.parametrize("outer", MODES)
def test_jacobians_of_jacobians(jac: Untyped, outer: Untyped) -> None:
    found = outer(jac(np.sin))(X)
    expected = np.zeros((3, 3, 3))
    expected[range(3), range(3), range(3)] = -np.sin(X)
    np.testing.assert_allclose(found, expected, atol=1e-15)


@by_mode
def test_nesting(jac: Untyped) -> None:
    def size(x: Any) -> Any:
        return np.sum(jac(model)(x) ** 2)

    step = 1e-6
    numeric = [(size(X + step * e) - size(X - step * e)) / (2 * step) for e in np.eye(3)]
    np.testing.assert_allclose(grad(size)(X), numeric, rtol=1e-7)
    np.testing.assert_allclose(jvp(size, (X,), (V,))[1], grad(size)(X) @ V)
    batch = np.stack([X, V, X + V])
    np.testing.assert_allclose(vmap(jac(model))(batch), [model_jacobian(x) for x in batch])
    np.testing.assert_allclose(jac(vmap(np.sum))(batch), np.einsum("ij,k->ijk", np.eye(3), np.ones(3)))
    np.testing.assert_allclose(
        jac(lambda s: vmap(jac(lambda x: x * x * s))(batch))(2.0), [2 * np.diag(x) for x in batch]
    )
    np.testing.assert_allclose(jac(jac(lambda x: x**3, chunk_size=1), chunk_size=2)(2.0), 12.0)


def test_hessian() -> None:
    x = RNG.standard_normal(7)
    for chunk_size in (None, 1, 3):
        np.testing.assert_allclose(hessian(rosenbrock, chunk_size=chunk_size)(x), rosenbrock_hessian(x), atol=1e-12)
    assert type(hessian(lambda x: x**3)(2.0)) is np.float64
    assert hessian(lambda x: x**3)(2.0) == 12.0
    assert hessian(rosenbrock)(x.astype(np.float32)).dtype == np.float32
    assert hessian(rosenbrock)(np.zeros(0)).shape == (0, 0)
    assert hessian(np.sum)(np.ones((2, 3))).shape == (2, 3, 2, 3)
    np.testing.assert_allclose(vmap(hessian(rosenbrock))(np.stack([x, -x]))[1], rosenbrock_hessian(-x), atol=1e-12)


def test_hessian_of_several_arguments() -> None:
    (xx, xy), (yx, yy) = hessian(lambda x, y: np.sum(x**2) * y**3)(X, 2.0)
    np.testing.assert_allclose(xx, 16 * np.eye(3))
    np.testing.assert_allclose(xy, 24 * X)
    np.testing.assert_allclose(yx, 24 * X)
    np.testing.assert_allclose(yy, 12 * np.sum(X**2))
    np.testing.assert_allclose(hessian(lambda x, y: np.sum(x**2) * y**3, argnums=1)(X, 2.0), yy)
    ((only,),) = hessian(lambda x, y: np.sum(x**2) * y**3, argnums=(0,))(X, 2.0)
    np.testing.assert_allclose(only, xx)


def test_hessian_of_a_tree() -> None:
    found = hessian(lambda p: p["w"] @ p["w"] * p["b"])({"w": X, "b": 3.0})
    np.testing.assert_allclose(found["w"]["w"], 6 * np.eye(3))
    np.testing.assert_allclose(found["b"]["w"], 2 * X)
    assert found["b"]["b"] == 0.0


def test_hvp() -> None:
    x, v = RNG.standard_normal(6), RNG.standard_normal(6)
    np.testing.assert_allclose(hvp(rosenbrock, x, v), rosenbrock_hessian(x) @ v)
    (product,) = hvp(rosenbrock, (x,), (v,))
    np.testing.assert_allclose(product, rosenbrock_hessian(x) @ v)
    dx, dy = hvp(lambda x, y: np.sum(x**2) * y**3, (X, 2.0), (V, 1.0))
    np.testing.assert_allclose(dx, 16 * V + 24 * X)
    np.testing.assert_allclose(dy, 24 * X @ V + 12 * X @ X)
    tree = hvp(lambda p: np.sum(p["w"] ** 3), {"w": X}, {"w": V})
    np.testing.assert_allclose(tree["w"], 6 * X * V)
    np.testing.assert_allclose(grad(lambda x: np.sum(hvp(lambda y: np.sum(y**4), x, V)))(X), 24 * X * V)
    np.testing.assert_allclose(vmap(lambda v: hvp(rosenbrock, x, v))(np.eye(6)), rosenbrock_hessian(x), atol=1e-12)


def test_ggnvp() -> None:
    def loss(r: Any) -> Any:
        return np.sum(np.exp(r))

    matrix = model_jacobian(X).T @ np.diag(np.exp(model(X))) @ model_jacobian(X)
    np.testing.assert_allclose(ggnvp(model, loss, X, V), matrix @ V)
    (product,) = ggnvp(model, loss, (X,), (V,))
    np.testing.assert_allclose(product, matrix @ V)

    def squares(out: Any) -> Any:
        return 0.5 * np.sum(out["r"] ** 2)

    dx, dy = ggnvp(lambda x, y: {"r": x * y}, squares, (X, 2.0), (V, 1.0))
    np.testing.assert_allclose(dx, 2 * (2 * V + X))
    np.testing.assert_allclose(dy, X @ (2 * V + X))


def test_transforms_are_values() -> None:
    for make in (*MODES, hessian):
        f = make(rosenbrock, argnums=0, chunk_size=3)
        assert f == make(rosenbrock, argnums=0, chunk_size=3) != make(rosenbrock)
        assert hash(f) == hash(make(rosenbrock, argnums=0, chunk_size=3))
        loaded = pickle.loads(pickle.dumps(f))
        assert loaded == f
        np.testing.assert_array_equal(loaded(X), f(X))
    assert repr(hessian(rosenbrock, chunk_size=3)) == "hessian(rosenbrock, chunk_size=3)"
    assert repr(jacobian(grad(rosenbrock), holomorphic=True)) == "jacobian(grad(rosenbrock), holomorphic=True)"


def test_what_escaped_is_refused() -> None:
    kept: list[Any] = []

    def f(x: Any) -> Any:
        kept.append(x * x)
        return x

    grad(f)(2.0)
    for jac in MODES:
        with pytest.raises(tapegrad.errors.SealedTapeError):
            jac(lambda x: kept[0])(2.0)


def test_the_function_may_keep_arguments_of_its_own() -> None:
    x = X.copy()
    found = jacobian(lambda y: y * x)(x)
    x[:] = 0
    np.testing.assert_array_equal(found, np.diag(X))
