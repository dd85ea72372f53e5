"""Gradients in arguments by name, however they are passed."""

from __future__ import annotations

import functools
import pickle
from typing import Any

import numpy as np
import pytest

import tapegrad
from tapegrad.errors import DomainError
from tests.untyped import jvp, vmap

grad: Any = tapegrad.grad
value_and_grad: Any = tapegrad.value_and_grad

W = np.array([1.0, 2.0])


def loss(w: Any, b: Any, /, x: Any = 3.0, *data: Any, scale: Any = 1.0, **more: Any) -> Any:
    """One parameter of every kind."""
    return scale * (np.sum(w) * b**2 + x**3) + sum(data) + more.get("extra", 0.0) ** 2


CALLS: list[tuple[Any, tuple[Any, ...], dict[str, Any], Any]] = [
    ("b", (W, 2.0), {}, 12.0),
    ("x", (W, 2.0, 4.0), {}, 48.0),
    ("x", (W, 2.0), {"x": 4.0, "scale": 2.0}, 96.0),
    ("scale", (W, 2.0, 4.0), {"scale": 5.0}, 76.0),
    ("extra", (W, 2.0), {"extra": 5.0}, 10.0),
    (("b",), (W, 2.0), {}, {"b": 12.0}),
    (
        ("scale", "b", "extra"),
        (W, 2.0, 1.0, 7.0),
        {"scale": 1.0, "extra": 3.0},
        {"scale": 13.0, "b": 12.0, "extra": 6.0},
    ),
    (["x", "b"], (W, 2.0), {"x": 2.0}, {"x": 12.0, "b": 12.0}),
]


@pytest.mark.parametrize(("argnames", "args", "keywords", "expected"), CALLS)
def test_by_name(argnames: Any, args: Any, keywords: Any, expected: Any) -> None:
    assert grad(loss, argnames=argnames)(*args, **keywords) == expected
    value, gradient = value_and_grad(loss, argnames=argnames)(*args, **keywords)
    assert (value, gradient) == (loss(*args, **keywords), expected)
    if isinstance(expected, dict):
        assert list(gradient) == list(argnames)


def test_an_array_and_a_tree() -> None:
    np.testing.assert_array_equal(grad(loss, argnames="w")(W, 2.0), [4.0, 4.0])

    def affine(x: Any, *, params: Any) -> Any:
        return np.sum(params["w"] * x) + params["b"]

    gradient = grad(affine, argnames="params")(W, params={"w": W, "b": 1.0})
    np.testing.assert_array_equal(gradient["w"], W)
    assert gradient["b"] == 1.0


def test_what_is_not_named_may_be_anything() -> None:
    def f(mode: Any, x: Any, *, table: Any = None) -> Any:
        assert (mode, table) == ("twice", None)
        return 2 * x

    assert grad(f, argnames="x")("twice", 1.0) == 2.0
    assert grad(f, argnames="x")(mode="twice", x=1.0, table=None) == 2.0


def test_has_aux() -> None:
    def f(x: Any, *, y: Any) -> Any:
        return x * y, {"sum": x + y}

    assert grad(f, argnames="y", has_aux=True)(2.0, y=3.0) == (2.0, {"sum": 5.0})
    assert value_and_grad(f, argnames=("y",), has_aux=True)(2.0, y=3.0) == ((6.0, {"sum": 5.0}), {"y": 2.0})


def test_nesting() -> None:
    def f(x: Any, y: Any, *, z: Any) -> Any:
        return x**2 * y**3 * z

    assert grad(grad(f, argnames="y"), argnames="y")(2.0, 3.0, z=5.0) == 6 * 3.0 * 4.0 * 5.0
    assert grad(grad(f, argnames="y"), argnames="z")(2.0, y=3.0, z=5.0) == 108.0
    assert grad(grad(f, argnums=0), argnames="z")(2.0, 3.0, z=5.0) == 108.0
    assert jvp(lambda z: grad(f, argnames="x")(2.0, 3.0, z=z), (5.0,), (1.0,)) == (540.0, 108.0)
    np.testing.assert_array_equal(vmap(lambda z: grad(f, argnames="z")(2.0, 3.0, z=z))(W), [108.0, 108.0])
    np.testing.assert_array_equal(vmap(grad(f, argnames="y"), in_axes=(0, None))(W, 3.0, z=1.0), 27 * W**2)


def test_a_keyword_stays_a_keyword() -> None:
    """Passed by position, it would mean something else to the transform inside."""

    def f(x: Any, y: Any) -> Any:
        return np.sum(x) * np.sum(y)

    def total(x: Any, y: Any) -> Any:
        return np.sum(vmap(f)(x, y=y))

    np.testing.assert_array_equal(grad(total, argnames="y")(W, y=np.ones(3)), [3.0] * 3)


def test_methods_partials_and_callables() -> None:
    class Model:
        def loss(self, x: Any, *, rate: Any = 1.0) -> Any:
            return x * rate**2

        def __call__(self, x: Any, rate: Any) -> Any:
            return x * rate**2

    class Fitted:
        @functools.partial(grad, argnames="y")
        def slope(self, x: Any, y: Any) -> Any:
            return x * y**2

    @functools.wraps(strict)
    def wrapped(*args: Any, **keywords: Any) -> Any:
        return strict(*args, **keywords)

    fitted: Any = Fitted()
    assert fitted.slope(3.0, 2.0) == 12.0
    assert grad(wrapped, argnames=("bias", "rate"))(2.0, 3.0, rate=5.0) == {"bias": 10.0, "rate": 6.0}
    assert grad(Model().loss, argnames="rate")(3.0, rate=2.0) == 12.0
    assert grad(Model(), argnames="rate")(3.0, 2.0) == 12.0
    assert grad(functools.partial(Model(), 3.0), argnames="rate")(2.0) == 12.0
    assert grad(functools.partial(Model(), rate=5.0), argnames="rate")(3.0, rate=2.0) == 12.0


def test_a_transform_by_name_is_a_value() -> None:
    transform = grad(loss, argnames=["b", "x"])
    assert repr(transform) == "grad(loss, argnames=('b', 'x'))"
    assert transform == grad(loss, argnames=("b", "x"))
    assert hash(transform) == hash(grad(loss, argnames=("b", "x")))
    assert transform != grad(loss, argnames="b")
    assert pickle.loads(pickle.dumps(transform))(W, 2.0, 1.0) == {"b": 12.0, "x": 3.0}


def strict(weights: Any, bias: Any, *, rate: Any = 1.0) -> Any:
    return weights * bias * rate


WRONG: dict[str, tuple[Any, type[Exception], str]] = {
    "unknown": ("wieghts", TypeError, "strict has no argument 'wieghts'.*weights, bias, rate.*Did you mean 'weights'"),
    "far off": (("q",), TypeError, "no argument 'q'"),
    "no name": (0, TypeError, "a name or a tuple of names"),
    "mixed": (("bias", 1), TypeError, "a name or a tuple of names"),
    "twice": (("bias", "bias"), ValueError, "each once"),
    "none": ((), ValueError, "each once"),
}


@pytest.mark.parametrize(("argnames", "error", "message"), WRONG.values(), ids=WRONG)
def test_names_that_name_nothing(argnames: Any, error: type[Exception], message: str) -> None:
    for transform in (grad, value_and_grad):
        with pytest.raises(error, match=message):
            transform(strict, argnames=argnames)


def test_names_of_several_arguments() -> None:
    with pytest.raises(TypeError, match=r"\*data of loss gathers several arguments.*argnums"):
        grad(loss, argnames="data")
    with pytest.raises(TypeError, match=r"\*\*more of loss gathers several arguments"):
        grad(loss, argnames="more")
    with pytest.raises(TypeError, match="not both"):
        grad(loss, argnums=0, argnames="b")


def test_a_name_that_was_not_passed() -> None:
    with pytest.raises(TypeError, match=r"strict was called without rate, whose default 1.0 is a constant"):
        grad(strict, argnames="rate")(1.0, 2.0)
    with pytest.raises(TypeError, match=r"without bias: pass it"):
        grad(strict, argnames="bias")(1.0)
    with pytest.raises(TypeError, match=r"without extra: pass it"):
        grad(loss, argnames="extra")(W, 1.0)


def test_the_message_names_a_keyword() -> None:
    with pytest.raises(DomainError, match=r"grad: argument rate\['x'\] of strict is a str"):
        grad(strict, argnames="rate")(1.0, 2.0, rate={"x": "fast"})
    with pytest.raises(DomainError, match=r"grad: argument 1 \(bias\) of strict has dtype int64"):
        grad(strict, argnames="bias")(1.0, np.array([1, 2]))


def test_a_function_without_a_signature() -> None:
    """What Python does not know of it is taken as it is passed."""
    assert grad(max, argnames="default")([], default=2.0) == 1.0
    with pytest.raises(TypeError, match="without x: pass it"):
        grad(max, argnames="x")(2.0, 1.0)
