"""The transforms: nested, mixed, interrupted; what they take, what they hand back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
import copy
import dataclasses
import gc
import inspect
import pickle
import sys
from threading import Barrier
import tracemalloc
from typing import Any, NamedTuple, TypeAlias

import attrs
from hypothesis import given, settings, strategies as st
import numpy as np
import pytest

from tapegrad import Tape, Variable, no_grad, stop_gradient, using_config
from tapegrad._config import CONFIG, DEFAULT
from tapegrad._core.node import Node
from tapegrad._core.recorder import Recorder
from tapegrad.errors import BatchError, DomainError, SealedTapeError
from tapegrad.testing import check_grads
from tests.untyped import elementwise_grad, grad, jvp, value_and_grad, vjp, vmap

Map: TypeAlias = Callable[[Any], Any]
X = np.array([0.3, 0.7, 1.1])


# Nesting. Each transform turns a function of a number into its derivative, so any two give the second.


def by_grad(f: Map) -> Map:
    return lambda x: grad(f)(x)


def by_value_and_grad(f: Map) -> Map:
    return lambda x: value_and_grad(f)(x)[1]


def by_vjp(f: Map) -> Map:
    return lambda x: vjp(f, x)[1](1.0)[0]


def by_jvp(f: Map) -> Map:
    return lambda x: jvp(f, (x,), (1.0,))[1]


def by_elementwise_grad(f: Map) -> Map:
    return lambda x: elementwise_grad(f)(x)


def by_grad_of_vmap(f: Map) -> Map:
    return lambda x: grad(lambda x: np.sum(vmap(f)(x * np.ones(2))))(x) / 2


def by_vmap_of_grad(f: Map) -> Map:
    return lambda x: vmap(grad(f))(np.stack([x, x]))[0]


def by_jvp_of_vmap(f: Map) -> Map:
    return lambda x: jvp(lambda x: vmap(f)(np.stack([x, x]))[1], (x,), (1.0,))[1]


def by_vmap_of_jvp(f: Map) -> Map:
    return lambda x: vmap(lambda dx: jvp(f, (x,), (dx,))[1])(np.array([1.0, 2.0]))[1] / 2


def by_tape(f: Map) -> Map:
    def derivative(x: Any) -> Any:
        with Tape() as tape:
            watched = tape.watch(x)
            out = f(watched)
        return tape.gradient(out, watched)

    return derivative


WAYS = (
    *(by_grad, by_value_and_grad, by_vjp, by_jvp, by_elementwise_grad),
    *(by_grad_of_vmap, by_vmap_of_grad, by_jvp_of_vmap, by_vmap_of_jvp, by_tape),
)
FUNCTIONS: dict[str, tuple[Map, Callable[[float], float], Callable[[float], float]]] = {
    "exp(2 x)": (lambda x: np.exp(2 * x), lambda x: 4 * np.exp(2 * x), lambda x: 8 * np.exp(2 * x)),
    "x sin(x)": (
        lambda x: x * np.sin(x),
        lambda x: 2 * np.cos(x) - x * np.sin(x),
        lambda x: -3 * np.sin(x) - x * np.cos(x),
    ),
}


@pytest.mark.parametrize("inner", WAYS)
@pytest.mark.parametrize("outer", WAYS)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_pairs(outer: Any, inner: Any, name: str) -> None:
    f, second, _ = FUNCTIONS[name]
    np.testing.assert_allclose(outer(inner(f))(0.7), second(0.7), rtol=1e-12)


@pytest.mark.parametrize("middle", WAYS)
@pytest.mark.parametrize("outer", [by_grad, by_jvp, by_vmap_of_grad])
@pytest.mark.parametrize("inner", [by_vjp, by_jvp, by_grad_of_vmap])
def test_triples(outer: Any, middle: Any, inner: Any) -> None:
    f, _, third = FUNCTIONS["x sin(x)"]
    np.testing.assert_allclose(outer(middle(inner(f)))(0.7), third(0.7), rtol=1e-11)


def test_deep_nesting() -> None:
    f: Any = np.sin
    for _ in range(8):
        f = grad(f)
    np.testing.assert_allclose(f(0.7), np.sin(0.7), rtol=1e-12)


@pytest.mark.parametrize("inner", WAYS)
@pytest.mark.parametrize("outer", WAYS)
def test_no_perturbation_confusion(outer: Callable[[Map], Map], inner: Callable[[Map], Map]) -> None:
    """d/dx (x d/dy (x + y)) is 1, and d/dx (x d/dy (x y)) is 2 x: the inner derivative does not see the outer x."""
    np.testing.assert_allclose(outer(lambda x: x * inner(lambda y: x + y)(1.0))(1.0), 1.0, rtol=1e-14)
    np.testing.assert_allclose(outer(lambda x: x * inner(lambda y: x * y)(2.0))(3.0), 6.0, rtol=1e-14)


def test_no_perturbation_confusion_in_a_returned_function() -> None:
    """Manzyuk's example: the derivative of a function that returns a function, applied twice."""

    def derivative(f: Map) -> Map:
        """d/dt of x -> f(x + t) at t = 0."""
        return lambda x: jvp(lambda t: f(x + t), (0.0,), (1.0,))[1]

    np.testing.assert_allclose(derivative(derivative(np.exp))(1.0), np.exp(1.0), rtol=1e-12)


def test_perturbation_of_the_tangent() -> None:
    """A tangent may belong to an outer level, and so may a cotangent."""
    assert grad(lambda t: jvp(lambda x: x * x, (3.0,), (t,))[1])(5.0) == 6.0
    assert grad(lambda ct: vjp(lambda x: x * x, 3.0)[1](ct)[0])(5.0) == 6.0
    assert jvp(lambda ct: vjp(lambda x: x * x, 3.0)[1](ct)[0], (5.0,), (1.0,))[1] == 6.0


def test_gradient_descent_is_differentiable() -> None:
    def descend(rate: Any) -> Any:
        x: Any = np.array([1.0, -2.0])
        for _ in range(3):
            x = x - rate * grad(lambda x: np.sum(x**2))(x)
        return np.sum(x)

    np.testing.assert_allclose(grad(descend)(0.1), -1.0 * 3 * 0.8**2 * -2, rtol=1e-12)
    check_grads(descend, (0.1,))


def test_hessian_by_rows() -> None:
    def f(x: Any) -> Any:
        return np.sum(x**3) * x[0]

    hessian = vmap(lambda t: jvp(grad(f), (X,), (t,))[1])(np.eye(3))
    wanted = np.diag(6 * X * X[0])
    wanted[0] += 3 * X**2
    wanted[:, 0] += 3 * X**2
    np.testing.assert_allclose(hessian, wanted, rtol=1e-12)


def test_vmap_in_vmap() -> None:
    table = vmap(lambda x: vmap(lambda y: x * y + x)(X))(X)
    np.testing.assert_allclose(table, np.outer(X, X) + X[:, None])


def test_vmap_axes() -> None:
    matrix = np.arange(6.0).reshape(2, 3)
    np.testing.assert_array_equal(vmap(lambda c: c * 2, in_axes=1)(matrix), matrix.T * 2)
    np.testing.assert_array_equal(vmap(lambda c: c * 2, in_axes=-1, out_axes=1)(matrix), matrix * 2)
    np.testing.assert_array_equal(vmap(lambda c, k: c * k, in_axes=(1, None))(matrix, 3.0), matrix.T * 3)
    np.testing.assert_array_equal(vmap(lambda x: 7.0)(X), [7.0, 7.0, 7.0])
    np.testing.assert_array_equal(vmap(lambda p: p["a"] * p["b"])({"a": X, "b": X}), X * X)
    out = vmap(lambda x: {"twice": 2 * x, "two": (x, 1.0)})(X)
    np.testing.assert_array_equal(out["twice"], 2 * X)
    np.testing.assert_array_equal(out["two"][1], np.ones(3))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: vmap(lambda x, y: x + y)(X, np.ones(2)), "differ in length"),
        (lambda: vmap(lambda x: x, in_axes=1)(X), "cannot be mapped over axis 1"),
        (lambda: vmap(lambda x: x, in_axes=(0, 0))(X), "names axes of 2 arguments"),
        (lambda: vmap(lambda x: x, in_axes=(None,))(X), "needs an argument to map over"),
        (lambda: vmap(lambda x: x)(1.0), "argument 0"),
        (lambda: vmap(lambda x: x[x > 0])(np.ones((2, 3))), "mask"),
    ],
)
def test_vmap_errors(call: Callable[[], Any], message: str) -> None:
    with pytest.raises(BatchError, match=message):
        call()


# Threads, tasks, exceptions, pauses.


@pytest.fixture
def hurry() -> Iterator[None]:
    """Threads take turns as often as they can."""
    held = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(held)


@pytest.mark.usefixtures("hurry")
def test_threads_do_not_disturb_each_other() -> None:
    barrier = Barrier(8)

    def work(n: int) -> list[float]:
        barrier.wait()
        found: list[float] = []
        for i in range(30):
            x = 0.1 * n + 0.01 * i
            found.append(float(grad(grad(lambda x: x**3 * n))(x) - 6 * x * n))
            with no_grad():
                found.append(float(grad(lambda x: np.sin(n * x))(x) - n * np.cos(n * x)))
            with Tape() as tape:
                y = tape.watch(x)
                z = np.exp(n * y) * y
            found.append(float(tape.gradient(z, y) / np.exp(n * x) - (1 + n * x)))
            found.append(float(np.max(np.abs(vmap(grad(lambda v: np.sum(v**2)))(np.full((2, 3), x)) - 2 * x))))
        return found

    with ThreadPoolExecutor(8) as pool:
        for errors in pool.map(work, range(1, 9)):
            np.testing.assert_allclose(errors, 0, atol=1e-9)


def test_tasks_do_not_disturb_each_other() -> None:
    """Tapes and pauses that are open at the same time, each in a task of its own, and closed in any order."""

    async def work(n: int) -> float:
        with Tape() as tape:
            x = tape.watch(float(n))
            y = x * x
            await asyncio.sleep(0)
            with using_config(recording=n % 2 == 0):
                await asyncio.sleep(0.001 * (5 - n))
                z = y * n
            await asyncio.sleep(0)
            total = y + z
        return float(tape.gradient(total, x))

    async def main() -> list[float]:
        return list(await asyncio.gather(*(work(n) for n in range(5))))

    assert asyncio.run(main()) == [2 * n * (1 + n * (n % 2 == 0)) for n in range(5)]
    assert CONFIG.get() is DEFAULT


class UnexpectedError(Exception):
    pass


def fail(x: Any) -> Any:
    raise UnexpectedError


@pytest.mark.parametrize("way", WAYS)
def test_an_exception_leaves_nothing_behind(way: Callable[[Map], Map]) -> None:
    for _ in range(3):
        with pytest.raises(UnexpectedError):
            way(lambda x: x * way(fail)(x))(1.0)
    assert CONFIG.get() is DEFAULT
    np.testing.assert_allclose(way(lambda x: x * x)(3.0), 6.0, rtol=1e-14)


def test_an_exception_ends_a_pause() -> None:
    with pytest.raises(UnexpectedError), no_grad():
        raise UnexpectedError
    assert CONFIG.get() is DEFAULT
    assert grad(lambda x: x * x)(3.0) == 6.0


def test_an_exception_that_is_caught_inside() -> None:
    def f(x: Any) -> Any:
        try:
            grad(fail)(x)
        except UnexpectedError:
            return x * x

    assert grad(f)(3.0) == 6.0


def test_no_grad() -> None:
    def f(x: Any) -> Any:
        with no_grad():
            held = x * x
            assert not isinstance(held, Variable)
            assert grad(lambda y: y * y)(2.0) == 4.0  # opened inside the pause
        return held * x

    assert grad(f)(3.0) == 9.0
    assert jvp(f, (3.0,), (1.0,))[1] == 9.0
    with no_grad():
        assert grad(f)(3.0) == 9.0
        with using_config(recording=True):
            assert grad(lambda x: x * x)(3.0) == 6.0


def test_recording_resumes_inside_a_pause() -> None:
    def f(x: Any) -> Any:
        with no_grad(), using_config(recording=True):
            y = x * x
        return y * x

    assert grad(f)(3.0) == 27.0


def test_check_finite() -> None:
    with using_config(check_finite=True), np.errstate(all="ignore"):
        assert grad(lambda x: np.log(x))(2.0) == 0.5
        with pytest.raises(FloatingPointError, match=r"log .*test_transforms.py:\d+"):
            grad(lambda x: np.log(x) * 0)(0.0)


def test_stop_gradient() -> None:
    assert grad(lambda x: stop_gradient(x) * x)(3.0) == 3.0
    assert jvp(lambda x: stop_gradient(x) * x, (3.0,), (1.0,))[1] == 3.0
    assert grad(lambda p: stop_gradient(p)["a"] * p["a"])({"a": 3.0}) == {"a": 3.0}
    assert grad(grad(lambda x: stop_gradient(x) * x**2))(3.0) == 6.0
    np.testing.assert_array_equal(vmap(lambda x: stop_gradient(x) * x)(X), X * X)


def test_a_variable_that_escaped() -> None:
    kept: list[Any] = []

    def f(x: Any) -> Any:
        kept.append(x)
        return x

    grad(f)(2.0)
    with pytest.raises(SealedTapeError, match=r"x\.value"):
        np.sin(kept[0])
    assert kept[0].value == 2.0


# Arguments.


def weigh(x: Any, y: Any, z: Any, *, scale: float = 1.0) -> Any:
    """The test function."""
    return scale * (x * y**2 + z**3)


def test_argnums() -> None:
    everything = (9.0, 12.0, 48.0)
    assert grad(weigh)(2.0, 3.0, 4.0) == everything
    assert grad(weigh, argnums=1)(2.0, 3.0, 4.0) == 12.0
    assert grad(weigh, argnums=(1,))(2.0, 3.0, 4.0) == (12.0,)
    assert grad(weigh, argnums=(2, 0))(2.0, 3.0, 4.0) == (48.0, 9.0)
    assert grad(weigh, argnums=[0, 1])(2.0, 3.0, 4.0) == (9.0, 12.0)
    assert grad(weigh)(2.0, 3.0, 4.0, scale=2.0) == (18.0, 24.0, 96.0)
    assert value_and_grad(weigh, argnums=0)(2.0, 3.0, 4.0, scale=2.0) == (164.0, 18.0)
    assert grad(lambda x: x * x)(3.0) == 6.0

    def product(*xs: Any) -> Any:
        return xs[0] * xs[1]

    assert grad(product)(3.0, 4.0) == (4.0, 3.0)


@pytest.mark.parametrize(
    ("argnums", "error"),
    [(-1, ValueError), ((0, 0), ValueError), ((), ValueError), ("x", TypeError), (True, TypeError), (1.0, TypeError)],
)
def test_argnums_that_name_nothing(argnums: Any, error: type[Exception]) -> None:
    with pytest.raises(error, match="argnums"):
        grad(weigh, argnums=argnums)


def test_missing_arguments() -> None:
    with pytest.raises(TypeError, match="number 3 is missing"):
        grad(weigh, argnums=3)(1.0, 2.0, 3.0)
    with pytest.raises(TypeError, match="nothing to differentiate"):
        grad(lambda x=1.0: x)()


def test_what_is_not_asked_for_may_be_anything() -> None:
    """It is passed on as it is."""

    def f(x: Any, mode: Any, table: Any, *, flag: Any = None) -> Any:
        assert mode == "twice"
        assert table is None
        assert flag is flags
        return 2 * x

    flags = object()
    assert grad(f, argnums=0)(1.0, "twice", None, flag=flags) == 2.0


def test_has_aux() -> None:
    def f(x: Any, y: Any) -> Any:
        return x * y, {"sum": x + y, "name": "f", "x": x}

    gradient, aux = grad(f, has_aux=True)(2.0, 3.0)
    assert gradient == (3.0, 2.0)
    assert aux == {"sum": 5.0, "name": "f", "x": 2.0}
    assert not isinstance(aux["sum"], Variable)
    (value, aux), gradient = value_and_grad(f, argnums=0, has_aux=True)(2.0, 3.0)
    assert (value, aux["sum"], gradient) == (6.0, 5.0, 3.0)
    out, pull, aux = vjp(f, 2.0, 3.0, has_aux=True)
    assert (out, pull(1.0), aux["sum"]) == (6.0, (3.0, 2.0), 5.0)
    with pytest.raises(TypeError, match="pair"):
        grad(lambda x: x, has_aux=True)(1.0)


def test_aux_of_an_outer_level() -> None:
    def f(x: Any) -> Any:
        _, aux = grad(lambda y: (y * x, y * x * x), has_aux=True)(2.0)
        return aux

    assert grad(f)(3.0) == 12.0


@attrs.frozen
class Layer:
    weights: Any
    bias: Any


@dataclasses.dataclass(frozen=True)
class Line:
    slope: Any
    offset: Any


class Pair(NamedTuple):
    first: Any
    second: Any


class Doubling:
    """A callable object, and a bound method."""

    def __call__(self, x: Any) -> Any:
        return 2 * x

    def squared(self, x: Any) -> Any:
        """x squared."""
        return x**2


TREES: dict[str, tuple[Any, Callable[[Any], list[Any]]]] = {
    "tuple": ((2.0, X), list),
    "list": ([2.0, X], list),
    "dict": ({"b": 2.0, "a": X}, lambda t: [t["b"], t["a"]]),
    "attrs": (Layer(2.0, X), lambda t: [t.weights, t.bias]),
    "dataclass": (Line(2.0, X), lambda t: [t.slope, t.offset]),
    "namedtuple": (Pair(2.0, X), list),
    "nested": ({"p": [Layer(2.0, Pair(X, ()))], "q": {}}, lambda t: [t["p"][0].weights, t["p"][0].bias.first]),
}


@pytest.mark.parametrize(("tree", "leaves"), TREES.values(), ids=TREES)
def test_trees(tree: Any, leaves: Callable[[Any], list[Any]]) -> None:
    """A gradient has the structure of its argument, in every transform."""

    def f(tree: Any) -> Any:
        number, array = leaves(tree)
        return number**2 * np.sum(array**2)

    def check(gradient: Any) -> None:
        assert type(gradient) is type(tree)
        number, array = leaves(gradient)
        assert type(number) is np.float64
        np.testing.assert_allclose(number, 4 * np.sum(X**2))
        np.testing.assert_allclose(array, 8 * X)

    check(grad(f)(tree))
    check(value_and_grad(f)(tree)[1])
    out, pull = vjp(f, tree)
    check(pull(np.ones_like(out))[0])
    same, back = vjp(lambda tree: tree, tree)
    assert type(same) is type(tree)
    assert type(back(same)[0]) is type(tree)
    _, tangent = jvp(lambda tree: tree, (tree,), (tree,))
    np.testing.assert_array_equal(leaves(tangent)[1], X)
    check(jvp(grad(f), (tree,), (tree,))[0])
    check_grads(f, (tree,))


def test_structure_of_tangents_and_cotangents() -> None:
    with pytest.raises(TypeError, match="structure"):
        jvp(lambda t: t["a"], ({"a": 1.0},), ({"b": 1.0},))
    with pytest.raises(TypeError, match="tangent for each primal"):
        jvp(lambda x: x, (1.0,), ())
    with pytest.raises(ValueError, match="shape"):
        jvp(np.sin, (X,), (np.ones(2),))
    with pytest.raises(ValueError, match="shape"):
        vjp(np.sin, X)[1](np.ones(2))
    with pytest.raises(TypeError, match="structure"):
        vjp(lambda x: (x, x), X)[1](X)


INADMISSIBLE: dict[str, tuple[Any, str]] = {
    "int array": (np.array([1, 2]), "int64.*astype"),
    "bool array": (np.array([True]), "bool.*astype"),
    "str": ("x", "str"),
    "None": (None, "None"),
    "bool": (True, "bool"),
    "object array": (np.array([1.0, None]), "object"),
    "object": (object(), "object"),
    "int scalar": (np.int64(1), "int64"),
    "string array": (np.array(["a"]), "string"),
    "dates": (np.array(["2020-01-01"], "M8[D]"), "datetime"),
    "masked array": (np.ma.masked_array([1.0], [True]), "MaskedArray"),
    "in a tree": ({"w": [1.0, "x"]}, r"weights\['w'\]\[1\]"),
}


@pytest.mark.parametrize(("value", "message"), INADMISSIBLE.values(), ids=INADMISSIBLE)
def test_inadmissible_arguments(value: Any, message: str) -> None:
    """The message names the function, the argument and its position, and the remedy."""

    def model(x: Any, weights: Any) -> Any:
        return x

    for call in (
        lambda: grad(model)(1.0, value),
        lambda: vjp(model, 1.0, value),
        lambda: jvp(model, (1.0, value), (1.0, value)),
        lambda: check_grads(model, (1.0, value)),
    ):
        with pytest.raises(DomainError, match=r"argument 1 \(weights.* of model") as caught:
            call()
        assert isinstance(caught.value, TypeError)
        caught.match(f"(?s){message}")
    with pytest.raises(DomainError, match="argnums="):
        grad(model)(1.0, "x")


@pytest.mark.parametrize("out", [np.ones(2), 1j, "x", None, (1.0, 2.0), np.complex128(1)])
def test_inadmissible_outputs(out: Any) -> None:
    def constant(x: Any) -> Any:
        return out

    with pytest.raises(DomainError, match="grad needs constant to return a real scalar") as caught:
        grad(constant)(1.0)
    caught.match("vjp")


def test_output_shapes() -> None:
    with pytest.raises(DomainError, match=r"shape \(3,\)"):
        grad(np.sin)(X)
    with pytest.raises(DomainError, match="elementwise_grad"):
        elementwise_grad(np.sum)(X)
    assert grad(lambda x: np.sum(x, keepdims=True).reshape(()))(X).shape == (3,)


# Gradients.


def test_types_of_gradients() -> None:
    def f(x: Any) -> Any:
        return np.sum(x * 2.0)

    assert type(grad(f)(1)) is np.float64
    assert type(grad(f)(1.0)) is np.float64
    assert type(grad(f)(np.float64(1))) is np.float64
    assert type(grad(f)(np.float32(1))) is np.float32
    assert type(grad(f)(np.array(1.0))) is np.ndarray
    assert grad(f)(np.array(1.0)).shape == ()
    assert grad(f)(np.array(1.0, np.float32)).dtype == np.float32
    assert isinstance(grad(f)(1.0), float)


def test_independent_arguments_have_zero_gradients() -> None:
    x, y = np.ones((2, 3), np.float32), {"a": np.array(1.0), "b": 2.0}
    dx, dy = grad(lambda x, y: 3.0)(x, y)
    np.testing.assert_array_equal(dx, np.zeros((2, 3), np.float32), strict=True)
    np.testing.assert_array_equal(dy["a"], np.array(0.0), strict=True)
    assert dy["b"] == 0.0
    assert grad(lambda x, y: x * x)(3.0, 4.0) == (6.0, 0.0)
    assert jvp(lambda x: 3.0, (1.0,), (1.0,)) == (3.0, 0.0)
    np.testing.assert_array_equal(vjp(lambda x: X, X)[1](X)[0], np.zeros(3))
    assert grad(lambda x: float(x.value))(2.0) == 0.0
    np.testing.assert_array_equal(elementwise_grad(lambda x: np.floor(x))(X), np.zeros(3))


FRESH: dict[str, Callable[[Any], Any]] = {
    "sum": np.sum,
    "identity": lambda x: x[0],
    "x + x": lambda x: np.sum(x + x),
    "reshape": lambda x: np.sum(np.reshape(x, (3, 1)).T * 1.0),
    "mean": np.mean,
    "times a constant": lambda x: np.sum(x * X),
    "dot": lambda x: x @ X,
    "constant": lambda x: 1.0,
    "broadcast": lambda x: np.sum(np.broadcast_to(x, (2, 3))),
}


@pytest.mark.parametrize("f", FRESH.values(), ids=FRESH)
def test_gradients_are_fresh(f: Callable[..., Any]) -> None:
    """Writable, owned, and sharing memory with no argument, no captured array, and no other gradient."""
    x = X.copy()
    held = X.copy()
    gradients = [grad(f)(x), grad(f)(x), *vjp(lambda x: (f(x), f(x)), x)[1]((1.0, 1.0)), value_and_grad(f)(x)[1]]
    gradients += list(grad(lambda x, y: f(x) + f(y))(x, x))
    for i, gradient in enumerate(gradients):
        assert gradient.flags.writeable
        assert gradient.flags.owndata
        assert not any(np.shares_memory(gradient, other) for other in (x, X, *gradients[:i]))
        gradient += 1.0
    np.testing.assert_array_equal(x, held)
    np.testing.assert_array_equal(X, held)


def test_outputs_are_fresh() -> None:
    x = X.copy()
    out, _ = vjp(lambda x: x, x)
    primal, tangent = jvp(lambda x: x, (x,), (x,))
    mapped: Any = vmap(lambda x: x)(x)
    ct = X.copy()
    (gradient,) = vjp(lambda x: x, x)[1](ct)
    for value in (out, primal, tangent, mapped, gradient):
        assert value.flags.writeable
        assert not np.shares_memory(value, x)
        assert not np.shares_memory(value, ct)


def test_mutating_afterwards_changes_no_gradient() -> None:
    """The argument, a captured array, an index and a mask, the cotangent: all may be overwritten after the run."""
    x, weights, index, mask = X.copy(), np.array([1.0, 2.0, 3.0]), np.array([0, 1, 1]), np.array([True, False, True])
    ct = np.ones(3)

    def f(x: Any) -> Any:
        y = x * weights + np.where(mask, x**2, 0.0) + x[index] * x
        return y + np.power(x, weights) + np.divide(weights, x) + np.dot(weights, x)

    _, pull = vjp(f, x)
    wanted = pull(ct)[0].copy()
    first = pull(ct)[0]
    x[:], weights[:], index[:], mask[:], ct[:] = 9.0, 9.0, 2, False, 9.0
    np.testing.assert_array_equal(first, wanted)
    np.testing.assert_array_equal(pull(np.ones(3))[0], wanted)


def test_mutating_during_the_run_changes_no_gradient() -> None:
    weights = np.array([1.0, 2.0, 3.0])

    def f(x: Any) -> Any:
        y = np.sum(x * weights)
        weights[:] = 0.0
        return y

    np.testing.assert_array_equal(grad(f)(X), [1.0, 2.0, 3.0])


def test_mutating_the_argument_of_a_tape() -> None:
    x = X.copy()
    with Tape() as tape:
        v = tape.watch(x)
        x[:] = 9.0
        y = np.sum(v * v)
    np.testing.assert_allclose(tape.gradient(y, v), 2 * X)


def test_a_pullback_can_be_called_again() -> None:
    _, pull = vjp(lambda x: np.sin(x) * x, X)
    one, two = pull(np.ones(3))[0], pull(2 * np.ones(3))[0]
    np.testing.assert_allclose(two, 2 * one)
    np.testing.assert_allclose(vmap(pull)(np.eye(3))[0], np.diag(one))


def test_complex_convention() -> None:
    """As in autograd and JAX: of f(x + iy) = u + iv, grad is du/dx - i du/dy; of an analytic f, vjp is f'."""
    z = 0.3 + 0.8j

    def u(z: Any) -> Any:
        return np.real(z) ** 3 * np.imag(z)

    np.testing.assert_allclose(grad(u)(z), 3 * 0.3**2 * 0.8 - 1j * 0.3**3)
    np.testing.assert_allclose(vjp(np.exp, z)[1](1.0 + 0j)[0], np.exp(z))
    np.testing.assert_allclose(jvp(np.exp, (z,), (1j,))[1], 1j * np.exp(z))
    np.testing.assert_allclose(vjp(np.conjugate, z)[1](1j)[0], -1j)
    zs = np.array([[z, 1j], [2.0, -z]])
    np.testing.assert_allclose(grad(lambda z: np.sum(np.abs(z) ** 2))(zs), 2 * np.conj(zs))
    step = zs - 0.5 * np.conj(grad(lambda z: np.sum(np.abs(z) ** 2))(zs))
    np.testing.assert_allclose(step, 0, atol=1e-15)
    check_grads(lambda z: z @ np.conj(z).T * np.abs(z), (zs,))


# What transforms are.


def cube(x: float, *, scale: float = 1.0) -> float:
    """The third power."""
    return scale * x**3


TRANSFORMED = [grad(cube), value_and_grad(cube), elementwise_grad(cube), vmap(cube), grad(weigh, argnums=(0, 2))]


@pytest.mark.parametrize("transformed", TRANSFORMED, ids=str)
def test_transforms_are_values(transformed: Any) -> None:
    assert transformed.__name__ == transformed.f.__name__
    assert transformed.__doc__ == transformed.f.__doc__
    assert inspect.signature(transformed) == inspect.signature(transformed.f)
    assert inspect.unwrap(transformed) is transformed.f
    twin = copy.copy(transformed)
    assert twin == transformed
    assert hash(twin) == hash(transformed)
    assert len({transformed, twin}) == 1
    assert pickle.loads(pickle.dumps(transformed)) == transformed
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        transformed.f = cube


def test_repr_of_transforms() -> None:
    assert repr(grad(cube)) == "grad(cube)"
    assert repr(grad(weigh, argnums=(0, 2))) == "grad(weigh, argnums=(0, 2))"
    assert repr(value_and_grad(cube, has_aux=True)) == "value_and_grad(cube, has_aux=True)"
    assert repr(vmap(cube, in_axes=1)) == "vmap(cube, in_axes=1)"
    assert repr(vmap(grad(cube))) == "vmap(grad(cube))"


def test_equality_of_transforms() -> None:
    assert grad(cube) == grad(cube)
    assert grad(cube) != value_and_grad(cube)
    assert grad(weigh, argnums=0) != grad(weigh, argnums=1)
    assert grad(weigh, argnums=[0, 1]) == grad(weigh, argnums=(0, 1))
    assert grad(grad(cube)) == grad(grad(cube))
    assert pickle.loads(pickle.dumps(grad(grad(cube))))(2.0) == 12.0


def test_transforms_of_methods_and_objects() -> None:
    doubling = Doubling()
    assert grad(doubling)(3.0) == 2.0
    assert grad(doubling.squared)(3.0) == 6.0
    assert grad(doubling.squared).__doc__ == "x squared."
    assert grad(doubling).__name__ == "Doubling"
    number: Any = 3.0
    with pytest.raises(TypeError, match="callable"):
        grad(number)

    class Model:
        factor = 5.0
        slope = grad(lambda self, x: self.factor * x**2, argnums=1)

        @staticmethod
        @grad
        def square(x: Any) -> Any:
            return x**2

    model: Any = Model()
    assert model.slope(3.0) == 30.0
    assert Model.square(3.0) == 6.0


# Memory and depth.


def living() -> int:
    """How many of the objects that a gradient makes are alive."""
    return sum(isinstance(thing, (Node, Variable, Recorder)) for thing in gc.get_objects())


def test_gradients_leave_no_memory_behind() -> None:
    """With the cyclic garbage collector off: reference counting alone frees what a gradient held."""

    def loss(w: Any) -> Any:
        hidden = np.tanh(X @ w)
        return np.sum(hidden[1:] ** 2) + np.max(hidden) + np.sum(np.concatenate([hidden, w[0]]))

    weights = np.ones((3, 400))
    batch = np.ones((2, 3, 400))

    def work(n: int) -> None:
        for _ in range(n):
            grad(loss)(weights)
            jvp(grad(loss), (weights,), (weights,))
            vjp(loss, weights)[1](1.0)
            vmap(grad(loss))(batch)
            with Tape() as tape:
                w = tape.watch(weights)
                out = loss(w)
            tape.gradient(out, w)

    gc.collect()
    gc.disable()
    tracemalloc.start()
    try:
        work(5)  # fills caches
        alive, before = living(), tracemalloc.get_traced_memory()[0]
        work(200)
        after = tracemalloc.get_traced_memory()[0]
        assert living() == alive
    finally:
        tracemalloc.stop()
        gc.enable()
    assert after - before < 20 * weights.nbytes, "CPython's free tuples are less than 20 arrays"


def test_peak_memory_of_a_chain_of_additions() -> None:
    """Additions keep no arrays: five at most are alive at any time."""
    x = np.zeros(1_000_000)

    def chain(x: Any) -> Any:
        y = x
        for i in range(100):
            y = y + float(i)
        return np.sum(y)

    tracemalloc.start()
    try:
        gradient = grad(chain)(x)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    np.testing.assert_array_equal(gradient[:2], 1.0)
    assert peak <= 5 * x.nbytes


def test_a_long_chain_needs_no_recursion() -> None:
    with Tape() as tape:
        x = tape.watch(0.5)
        y = x
        for _ in range(50_000):
            y = y * 1.0 + 0.0
    assert len(tape.nodes) == 100_001
    assert tape.nodes[-1].generation == 100_000
    assert tape.gradient(y, x) == 1.0
    del tape, x, y

    def chain(x: Any) -> Any:
        for _ in range(100_000):
            x = x + 1.0
        return x

    assert grad(chain)(0.5) == 1.0
    out, pull = vjp(chain, 0.5)
    assert (out, pull(2.0)) == (100_000.5, (2.0,))


# Programs found at random: forward, reverse and differences agree.

UNARY: list[Callable[[Any], Any]] = [
    np.sin,
    np.tanh,
    lambda x: x * x,
    lambda x: np.exp(-x * x),
    lambda x: x[::-1],
    lambda x: x.cumsum(),
    lambda x: x / (1 + x * x),
    lambda x: x - x.mean(),
    lambda x: np.sum(x) * x,
    lambda x: np.concatenate([x[1:], x[:1]]),
    lambda x: x * (x @ x),
]
BINARY: list[Callable[[Any, Any], Any]] = [
    np.add,
    np.multiply,
    lambda x, y: x - y * 0.5,
    lambda x, y: (x @ y) * x,
    np.arctan2,
]


@settings(max_examples=40, deadline=None, derandomize=True)
@given(
    steps=st.lists(
        st.tuples(st.integers(0, len(UNARY) + len(BINARY) - 1), st.integers(0, 9), st.integers(0, 9)),
        min_size=1,
        max_size=8,
    ),
    start=st.lists(st.floats(0.25, 1.0), min_size=3, max_size=3),
)
def test_random_programs(steps: list[tuple[int, int, int]], start: list[float]) -> None:
    """Values are used again at will: each step takes its arguments from all that came before."""

    def program(x: Any) -> Any:
        values = [x, 0.5 + x]
        for which, i, j in steps:
            first, second = values[i % len(values)], values[j % len(values)]
            values.append(UNARY[which](first) if which < len(UNARY) else BINARY[which - len(UNARY)](first, second))
        return sum(np.sum(np.tanh(value)) for value in values)

    check_grads(program, (np.array(start),), order=2)
