"""`linearize`, `linear_transpose` and pullbacks: linear maps that are kept, called again, pickled and nested."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
import gc
from multiprocessing import get_context
import pickle
from typing import Any
import weakref

import numpy as np
import pytest

import tapegrad
from tapegrad import value_of
from tapegrad._tree import flatten, tree_map
from tapegrad.errors import SealedTapeError
from tests.untyped import (
    Function,
    custom_jvp,
    grad,
    hvp,
    jacobian,
    jvp,
    linear_transpose,
    linearize,
    plain,
    vjp,
    vmap,
)

RNG = np.random.default_rng(1)
A = RNG.standard_normal((4, 3))
X = np.array([0.3, -0.7, 1.1])
V = np.array([1.0, 2.0, -0.5])
Z = np.array([1.0 + 2.0j, 0.5 - 1.0j])


def model(x: Any) -> Any:
    return np.tanh(A @ x) * x[0]


def tree(p: Any, s: Any) -> Any:
    return {"line": p["w"] * s + p["b"], "size": np.linalg.norm(p["w"]), "constant": 3, "label": None}


def product(x: Any) -> Any:
    return A @ x


@custom_jvp(lambda primals, tangents: (np.sin(primals[0]), np.cos(primals[0]) * tangents[0]))
def sine(x: Any) -> Any:
    return np.sin(x)


FUNCTIONS: dict[str, tuple[Function, tuple[Any, ...], tuple[Any, ...]]] = {
    "model": (model, (X,), (V,)),
    "identity": (lambda x: x, (X,), (V,)),
    "twice": (lambda x: (x, x), (X,), (V,)),
    "number": (lambda x, y: x / y, (2.0, 3.0), (1.0, -1.0)),
    "tree": (tree, ({"w": X, "b": 2.0}, 3.0), ({"w": V, "b": 1.0}, 0.5)),
    "constant": (lambda x: np.ones(2), (X,), (V,)),
    "rows": (lambda x: np.stack([x[i] * x for i in range(3)]), (X,), (V,)),
    "solve": (lambda x: plain.linalg.solve(plain.diag(x) + 1.0, x), (X,), (V,)),
    "sort": (np.sort, (X,), (V,)),
    "piecewise": (lambda x: np.where(x > 0, np.sqrt(np.abs(x)), 0.0), (X,), (V,)),
    "single": (np.sin, (X.astype(np.float32),), (V,)),
    "complex": (lambda z: z * np.conj(z) * z + np.real(z) + np.abs(z), (Z,), (Z * 1j,)),
    "real to complex": (lambda x: np.exp(1j * x), (X,), (V,)),
    "complex to real": (lambda z: np.abs(z) ** 2, (Z,), (Z * 1j,)),
    "empty": (lambda x: x[:0], (X,), (V,)),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_it_is_jvp(name: str) -> None:
    f, primals, tangents = FUNCTIONS[name]
    out, linear = linearize(f, *primals)
    value, expected = jvp(f, primals, tangents)
    for found, wanted in ((out, value), (linear(*tangents), expected), (linear(*tangents), expected)):
        _assert_alike(found, wanted)


def _assert_alike(found: Any, wanted: Any) -> None:
    leaves, structure = flatten(found)
    expected, same = flatten(wanted)
    assert structure == same
    for one, other in zip(leaves, expected, strict=True):
        _assert_same(one, other)


def _assert_same(found: Any, wanted: Any) -> None:
    if wanted is None:
        assert found is None
    else:
        np.testing.assert_allclose(found, wanted, rtol=1e-6 if np.result_type(wanted) == np.float32 else 1e-12)
        assert np.result_type(found) == np.result_type(wanted)
        assert type(found) is type(wanted)


def test_the_function_runs_once() -> None:
    runs: list[int] = []

    def f(x: Any) -> Any:
        runs.append(1)
        return np.sin(x)

    _, linear = linearize(f, X)
    for _ in range(3):
        linear(V)
    assert len(runs) == 1


def test_nesting() -> None:
    _, linear = linearize(model, X)
    expected = jacobian(model)(X)
    np.testing.assert_allclose(vmap(linear)(np.eye(3)).T, expected)
    np.testing.assert_allclose(jacobian(linear)(V), expected)
    np.testing.assert_allclose(grad(lambda v: np.sum(linear(v) ** 2))(V), 2 * expected.T @ expected @ V)
    np.testing.assert_allclose(jvp(linear, (V,), (X,))[1], expected @ X)
    np.testing.assert_allclose(
        grad(lambda x: np.sum(linearize(model, x)[1](V)))(X), hvp(lambda x: np.sum(model(x)), X, V), atol=1e-12
    )
    np.testing.assert_allclose(vmap(lambda x: linearize(np.sin, x)[1](x))(X), np.cos(X) * X)
    np.testing.assert_allclose(linearize(grad(lambda x: np.sum(x**3)), X)[1](V), 6 * X * V)
    np.testing.assert_allclose(
        linearize(lambda x: linearize(np.sin, x)[1](x), X)[1](V), (np.cos(X) - X * np.sin(X)) * V
    )
    np.testing.assert_allclose(vjp(linear, V)[1](np.ones(4))[0], expected.T @ np.ones(4))


def test_results_are_fresh() -> None:
    _, linear = linearize(lambda x: x, X)
    tangent = V.copy()
    out = linear(tangent)
    assert not np.shares_memory(out, tangent)
    point = X.copy()
    _, linear = linearize(lambda x: x * x, point)
    point[:] = 0
    np.testing.assert_array_equal(linear(V), 2 * X * V)


def test_the_first_tape_is_freed() -> None:
    gc.disable()
    try:
        _, linear = linearize(model, X)
        alive = weakref.ref(linear.point)
        del linear
        assert alive() is None
    finally:
        gc.enable()


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: linearize(np.sin, X)[1](V, V), TypeError, "needs 1 tangent"),
        (lambda: linearize(np.sin, X)[1](V[:2]), ValueError, r"linearize: argument 0.*shape \(2,\)"),
        (lambda: linearize(np.sin, X)[1]((V,)), TypeError, "structure"),
        (lambda: linearize(np.sin, X)[1](1j * V), TypeError, "complex"),
        (lambda: linearize(lambda: 1.0), TypeError, "without a positional argument"),
        (lambda: linearize(np.sin, np.arange(3)), TypeError, "integer"),
    ],
)
def test_errors(call: Callable[[], Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call()


LINEAR: dict[str, tuple[Function, tuple[Any, ...]]] = {
    "matrix": (product, (X,)),
    "two": (lambda x, y: 2.0 * x - np.cumsum(y), (X, V)),
    "parts": (lambda x: np.concatenate([x[1:], x[:1] / 3.0, -x]), (X,)),
    "contraction": (lambda x: np.einsum("ij,j->i", A, x), (X,)),
    "fourier": (lambda x: np.fft.irfft(np.fft.rfft(x), 4), (X,)),
    "chosen": (lambda x: plain.where(V > 0, x, 2.0 * x), (X,)),
    "solved": (lambda x: plain.linalg.solve(plain.eye(3) + 0.1, x), (X,)),
    "sums": (lambda x: plain.sum(x) + plain.mean(x) + x @ V, (X,)),
    "zeros beside": (lambda x: x + np.zeros_like(x), (X,)),
    "loop": (lambda x: sum(x[i] * float(i) for i in range(3)), (X,)),
    "tree": (lambda p: {"a": p["u"] * 2.0, "b": np.flip(p["v"])}, ({"u": X, "v": V},)),
}


@pytest.mark.parametrize("name", LINEAR)
def test_linear_transpose(name: str) -> None:
    f, primals = LINEAR[name]
    _, pull = vjp(f, *primals)
    out = f(*primals)
    ct = tree_map(lambda leaf: RNG.standard_normal(np.shape(leaf))[()], out)
    _assert_alike(linear_transpose(f, *primals)(ct), pull(ct))


NOT_LINEAR: list[tuple[Function, str]] = [
    (lambda x: x * x, r"square at test_linearize.py:\d+.*depends on its value"),
    (lambda x: x + 1.0, "does not give 0 for 0"),
    (lambda x: np.ones(2), "does not give 0 for 0"),
    (lambda x: {"a": x, "b": 2}, "does not give 0 for 0"),
    (np.abs, "absolute"),
    (np.sin, "sin"),
    (lambda x: np.where(x > 0, x, 0), "greater"),
    (lambda x: np.maximum(x, 0), "maximum"),
    (np.sort, "sort"),
    (np.floor, "floor"),
    (tapegrad.stop_gradient, "stop_gradient"),
    (lambda x: np.einsum("i,i->", x, x), "contract"),
    (lambda x: x @ x, "dot"),
    (lambda x: x if x[0] > 0 else 2 * x, "greater"),
    (lambda x: x * (1.0 + np.sum(value_of(x))), "cut off"),
    (lambda x: (x, value_of(x)), "cut off"),
    (sine, "cut off"),
]


@pytest.mark.parametrize(("f", "message"), NOT_LINEAR)
def test_what_is_not_linear(f: Function, message: str) -> None:
    with pytest.raises(TypeError, match=f"linear_transpose: .* is not linear.*{message}"):
        linear_transpose(f, X)


def test_transposes_nest() -> None:
    transpose = linear_transpose(product, X)
    ct = RNG.standard_normal(4)
    np.testing.assert_allclose(vmap(transpose)(np.eye(4))[0], A)
    np.testing.assert_allclose(grad(lambda ct: np.sum(transpose(ct)[0] ** 2))(ct), 2 * A @ A.T @ ct)
    (back,) = linear_transpose(lambda ct: transpose(ct)[0], ct)(X)
    np.testing.assert_allclose(back, A @ X)
    found = grad(lambda s: np.sum(linear_transpose(lambda x: product(x) * s, X)(ct)[0]))(2.0)
    np.testing.assert_allclose(found, np.sum(A.T @ ct))
    _, linear = linearize(model, X)
    np.testing.assert_allclose(linear_transpose(linear, V)(ct)[0], vjp(model, X)[1](ct)[0])


MAPS: dict[str, Callable[[], Any]] = {
    "pullback": lambda: vjp(model, X)[1],
    "pullback with aux": lambda: vjp(partial(_with_aux, 2.0), X, has_aux=True)[1],
    "linearized": lambda: linearize(np.sin, np.ones(4))[1],
    "transpose": lambda: linear_transpose(product, X),
}


def _with_aux(s: float, x: Any) -> Any:
    return model(x) * s, "aux"


@pytest.mark.parametrize("name", MAPS)
def test_pickling(name: str) -> None:
    kept = MAPS[name]()
    loaded = pickle.loads(pickle.dumps(kept))
    _assert_alike(loaded(np.ones(4)), kept(np.ones(4)))
    assert repr(loaded) == repr(kept)


def test_pickling_keeps_the_point_of_the_run() -> None:
    point, boxed = X.copy(), np.array(2.0)
    _, pull = vjp(np.multiply, point, boxed)
    point[:], boxed[()] = 0, 0
    dx, dy = pickle.loads(pickle.dumps(pull))(np.ones(3))
    np.testing.assert_array_equal(dx, [2.0, 2.0, 2.0])
    np.testing.assert_allclose(dy, X.sum())
    assert type(dy) is np.ndarray


def test_a_map_in_another_process() -> None:
    with get_context("spawn").Pool(1) as pool:
        (found,) = pool.map(vjp(model, X)[1], [np.ones(4)])
        (pushed,) = pool.map(linearize(model, X)[1], [V])
    _assert_alike(found, vjp(model, X)[1](np.ones(4)))
    np.testing.assert_allclose(pushed, linearize(model, X)[1](V))


def test_a_map_inside_a_transform_is_not_pickled() -> None:
    with pytest.raises(TypeError, match="pickled"):
        grad(lambda x: len(pickle.dumps(vjp(np.sin, x)[1])) * x)(1.0)


def test_a_map_that_escaped_is_refused() -> None:
    kept: list[Any] = []

    def f(x: Any) -> Any:
        kept.append(linearize(lambda y: x * y, 1.0)[1])
        return x

    grad(f)(2.0)
    with pytest.raises(SealedTapeError):
        np.sin(kept[0](1.0))


def test_repr() -> None:
    assert repr(vjp(model, X)[1]) == "<pullback of model>"
    assert repr(linearize(model, X)[1]) == "<derivative of model at a point>"
    assert repr(linear_transpose(product, X)) == "<pullback of product>"
