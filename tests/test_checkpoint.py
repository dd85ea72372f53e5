"""`checkpoint`: the same gradients in any nesting, from less memory; what is not the same twice is an error."""

from __future__ import annotations

from collections.abc import Callable
import gc
from math import isqrt
import pickle
from threading import Thread
from typing import Any

import attrs
import numpy as np
import pytest

from benchmarks.scaling import peak_bytes
import tapegrad
from tapegrad import Tape, errors, no_grad, using_config
from tapegrad._core.node import Node
from tapegrad.extend import Partial, primitive
from tests.untyped import checkpoint, grad, jvp, value_and_grad, vjp, vmap
from tests.ways import WAYS, Map

X = np.array([0.3, 0.7, 1.1])
W = np.array([[0.5, -0.2, 0.1], [0.3, 0.8, -0.4], [-0.6, 0.2, 0.9]])


def wave(x: Any) -> Any:
    return x * np.sin(x)


@checkpoint
def decorated(x: Any) -> Any:
    """A wave."""
    return wave(x)


SECOND, THIRD = 2 * np.cos(0.7) - 0.7 * np.sin(0.7), -3 * np.sin(0.7) - 0.7 * np.cos(0.7)


@pytest.mark.parametrize("inner", WAYS)
@pytest.mark.parametrize("outer", WAYS)
def test_pairs(outer: Callable[[Map], Map], inner: Callable[[Map], Map]) -> None:
    np.testing.assert_allclose(outer(inner(decorated))(0.7), SECOND, rtol=1e-12)
    np.testing.assert_allclose(outer(checkpoint(inner(wave)))(0.7), SECOND, rtol=1e-12)
    np.testing.assert_allclose(outer(checkpoint(inner(decorated)))(0.7), SECOND, rtol=1e-12)


@pytest.mark.parametrize("middle", WAYS)
@pytest.mark.parametrize("outer", WAYS)
def test_triples(outer: Callable[[Map], Map], middle: Callable[[Map], Map]) -> None:
    np.testing.assert_allclose(outer(middle(grad(decorated)))(0.7), THIRD, rtol=1e-11)
    np.testing.assert_allclose(outer(checkpoint(middle(checkpoint(grad(decorated)))))(0.7), THIRD, rtol=1e-11)


@pytest.mark.parametrize("inner", WAYS)
@pytest.mark.parametrize("outer", WAYS)
def test_no_perturbation_confusion(outer: Callable[[Map], Map], inner: Callable[[Map], Map]) -> None:
    """Values of an outer level come in through closures, and those of an inner level too."""
    sums = outer(lambda x: x * inner(checkpoint(lambda y: x + y))(1.0))(1.0)
    products = outer(lambda x: x * inner(lambda y: checkpoint(lambda z: x * y * z)(1.0))(2.0))(3.0)
    captured = outer(lambda x: inner(lambda y: checkpoint(lambda z: z * z * y)(x))(2.0))(3.0)
    np.testing.assert_allclose(np.array([sums, products, captured]), np.array([1.0, 6.0, 6.0]), rtol=1e-14)


def chain(weights: list[Any], x: Any, wrap: Callable[[Any], Any]) -> Any:
    def apply(w: Any, x: Any) -> Any:
        def layer(carry: Any) -> Any:
            return {"h": np.tanh(w @ carry["h"]), "n": carry["n"]}

        return wrap(layer)({"h": x, "n": 3})["h"]

    for w in weights:
        x = apply(w, x)
    return np.sum(x**2)


def test_closures_and_trees() -> None:
    weights = [W, W.T, W @ W]
    np.testing.assert_allclose(
        grad(lambda w: chain(w, X, checkpoint))(weights), grad(lambda w: chain(w, X, plainly))(weights), rtol=1e-14
    )
    assert checkpoint(lambda x, n: (x, n, None, "s"))(2.0, n=3) == (2.0, 3, None, "s")


def test_keywords_constants_and_what_is_only_passed_on() -> None:
    @tapegrad.checkpoint
    def piece(x: Any, *, scale: Any, other: Any) -> Any:
        return x * scale, other, scale > 0, 5.0

    def f(x: Any, scale: Any) -> Any:
        product, same, positive, constant = piece(x, scale=scale, other=scale)
        assert type(positive) is np.bool
        assert type(constant) is float
        assert same is scale
        return product + same

    assert grad(f)(2.0, 3.0) == (3.0, 3.0)


def test_methods_and_modules() -> None:
    @attrs.frozen
    class Layer:
        w: Any

        @checkpoint
        def __call__(self, x: Any) -> Any:
            return np.tanh(self.w @ x)

    def loss(layer: Layer) -> Any:
        return np.sum(layer(layer(X)))

    expected = grad(lambda w: np.sum(np.tanh(w @ np.tanh(w @ X))))(W)
    np.testing.assert_allclose(grad(loss)(Layer(W)).w, expected, rtol=1e-14)


def test_dtypes() -> None:
    narrow = X.astype(np.float32)
    gradient = grad(lambda x: np.sum(decorated(x)))(narrow)
    assert gradient.dtype == np.float32
    np.testing.assert_allclose(gradient, grad(lambda x: np.sum(wave(x)))(narrow), rtol=1e-6)
    z = X + 0.5j * X
    gradients = [grad(lambda z, f=f: np.sum(np.abs(f(z)) ** 2))(z) for f in (decorated, wave)]
    np.testing.assert_allclose(gradients[0], gradients[1], rtol=1e-14)


def test_a_pullback_runs_any_number_of_times_and_in_threads() -> None:
    _, pull = vjp(decorated, X)
    expected = vjp(wave, X)[1](X)[0]
    found: list[Any] = []
    threads = [Thread(target=lambda: found.append(pull(X)[0])) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    np.testing.assert_array_equal(found, [expected] * 4)
    np.testing.assert_array_equal(vmap(lambda ct: pull(ct)[0])(np.diag(X)), np.diag(expected))
    np.testing.assert_allclose(grad(lambda ct: np.sum(pull(ct)[0]))(X), vjp(wave, X)[1](np.ones(3))[0], rtol=1e-14)


def test_configuration_is_that_of_the_call() -> None:
    def half(x: Any) -> Any:
        with no_grad():
            scale = x * 3.0
        return scale * x

    _, pull = vjp(checkpoint(half), 2.0)
    with no_grad():
        assert pull(1.0) == (6.0,)
        assert grad(checkpoint(half))(2.0) == 6.0
    assert grad(lambda x: no_grad_call(checkpoint(half), x) * x)(2.0) == 12.0

    with using_config(check_finite=True), pytest.raises(FloatingPointError), np.errstate(all="ignore"):
        grad(checkpoint(lambda x: np.log(x)))(-1.0)


def no_grad_call(f: Map, x: Any) -> Any:
    with no_grad():
        return f(x)


def test_an_outer_pause_holds_in_the_second_run() -> None:
    """The gradient taken in the pause is a constant of the outer level, with and without a checkpoint."""

    def outer(wrap: Map) -> Any:
        def loss(w: Any) -> Any:
            def f(x: Any) -> Any:
                return x**2 * w

            _, pull = vjp(wrap(f), 2.0)
            with no_grad():
                (gradient,) = pull(1.0)
            return gradient * w

        return grad(loss)(3.0)

    assert outer(plainly) == outer(checkpoint) == 12.0


def test_arrays_of_the_caller_may_change() -> None:
    data = X.copy()
    _, pull = vjp(lambda x: checkpoint(lambda x, d: np.sum(x * x * d))(x, data), X)
    data[:] = 0
    np.testing.assert_array_equal(pull(1.0)[0], 2 * X * X)
    start = X.copy()
    _, pull = vjp(lambda x: np.sum(decorated(x)), start)
    start[:] = 0
    np.testing.assert_array_equal(pull(1.0)[0], grad(lambda x: np.sum(wave(x)))(X))


@pytest.mark.parametrize("change", ["values", "order", "shape", "structure", "constant"])
def test_a_function_that_does_something_else_is_an_error(change: str) -> None:
    random = np.random.default_rng(0)
    calls: list[int] = []

    @checkpoint
    def f(x: Any) -> Any:
        calls.append(1)
        again = len(calls) > 1
        if change == "values":
            return x * random.normal(size=3)
        if change == "order":
            return x[random.permutation(3)]
        if change == "shape":
            return x[1:] if again else x * 1.0
        if change == "structure":
            return (x * 1.0, x) if again else x * 1.0
        return X if again else x * 1.0

    with pytest.raises(errors.SegmentError, match=r"checkpoint\(f\) was run again .* draw random numbers outside"):
        grad(lambda x: np.sum(f(x) ** 2 if calls or change != "structure" else f(x)))(X)


def test_reading_other_values_is_an_error() -> None:
    calls: list[int] = []

    def loss(x: Any, y: Any) -> Any:
        def f() -> Any:
            calls.append(1)
            return x * 2.0 if len(calls) == 1 else x * 1.0 + y

        return checkpoint(f)()

    with pytest.raises(errors.SegmentError, match="had not read before"):
        grad(loss)(2.0, 2.0)


def test_arrays_in_a_closure_that_change_are_an_error() -> None:
    data = X.copy()
    _, pull = vjp(checkpoint(lambda x: x * data), X)
    data[0] = 5.0
    with pytest.raises(errors.SegmentError, match="do not write into arrays"):
        pull(X)


def test_values_that_leave_on_a_side_way_are_an_error() -> None:
    kept: list[Any] = []

    @checkpoint
    def leaking(x: Any) -> Any:
        kept.append(x * 2.0)
        return kept[-1] * x

    with pytest.raises(errors.SegmentError, match="return the value from the function"):
        grad(lambda x: leaking(x) * kept[0])(3.0)
    with Tape() as tape:
        x = tape.watch(3.0)
        y = leaking(x)
    with pytest.raises(errors.SegmentError, match=r"test_checkpoint.py"):
        tape.gradient(y, kept[-1])


def test_what_is_mutable_inside_is_as_without() -> None:
    """Values inside are no plain arrays in the first run either: the two runs cannot differ by that."""

    def f(x: Any) -> Any:
        y = np.sin(x)
        z = y
        y += 1.0
        return z * y

    np.testing.assert_array_equal(vjp(checkpoint(f), X)[0], vjp(f, X)[0])
    with pytest.raises(errors.ConversionError):
        grad(checkpoint(lambda x: float(x * 2.0)))(1.0)


def test_tapes() -> None:
    with Tape() as tape:
        x = tape.watch(2.0, name="x")
        y = decorated(x)
        before = tape.gradient(y, x)
        assert len(tape.nodes) == 2
    assert str(tape).splitlines()[2].split()[2] == "checkpoint(decorated)"
    assert tape.gradient(y, x) == before == grad(wave)(2.0)
    assert len(tape.nodes) == 2
    with pytest.raises(errors.SealedTapeError):
        decorated(x)


def test_transform() -> None:
    f = checkpoint(wave, policy=("multiply",))
    assert repr(f) == "checkpoint(wave, policy=('multiply',))"
    assert f == tapegrad.checkpoint(policy=["multiply"])(wave) == pickle.loads(pickle.dumps(f))
    assert hash(f) == hash(checkpoint(wave, policy={"multiply"}))
    assert f != checkpoint(wave)
    assert (decorated.__name__, decorated.__doc__) == ("decorated", "A wave.")
    with pytest.raises(TypeError, match=r"\('sin',\)"):
        checkpoint(wave, policy="sin")


def test_policy() -> None:
    calls = [0]

    @primitive(x=Partial(lambda x: 3 * x**2))
    def cube(x: Any) -> Any:
        calls[0] += 1
        return x**3

    def f(x: Any) -> Any:
        return np.sum(np.sin(cube(np.cos(cube(x)))))

    expected, second = grad(f)(X), grad(lambda x: np.sum(grad(f)(x)))(X)
    for policy, runs in ((None, 4), (("cube",), 2)):
        kept = checkpoint(f, policy=policy)
        calls[0] = 0
        np.testing.assert_array_equal(grad(kept)(X), expected)
        assert calls[0] == runs
        np.testing.assert_allclose(grad(lambda x, kept=kept: np.sum(grad(kept)(x)))(X), second, rtol=1e-13)
        np.testing.assert_allclose(jvp(grad(kept), (X,), (X * 0 + 1,))[1], second, rtol=1e-13)
        np.testing.assert_array_equal(vmap(grad(kept))(np.stack([X, X])), [expected] * 2)


def test_policy_notices_other_operations() -> None:
    calls: list[int] = []

    def f(x: Any) -> Any:
        calls.append(1)
        return np.sin(x) if len(calls) == 1 else np.sin(np.sin(x))

    with pytest.raises(errors.SegmentError, match="sin more often"):
        grad(checkpoint(f, policy=["sin"]))(1.0)


def layer(h: Any) -> Any:
    return np.sin(h) * np.cos(h) + h


def in_pieces(n: int, size: int, wrap: Callable[[Any], Any]) -> Any:
    def stretch(h: Any) -> Any:
        for _ in range(size):
            h = layer(h)
        return h

    piece = wrap(stretch)

    def loss(x: Any) -> Any:
        for _ in range(n // size):
            x = piece(x)
        return np.sum(x)

    return loss


def plainly(f: Any) -> Any:
    return f


def peak(run: Callable[[Any], Any], x: Any) -> int:
    run(x[:2])
    return peak_bytes(lambda: run(x))


def test_memory_of_a_chain_grows_with_the_root() -> None:
    """Four times the steps need four times the memory, and twice with checkpoints, also for second derivatives."""
    x = np.linspace(0.0, 1.0, 10_000)
    steps = (36, 144)
    whole = [peak(grad(in_pieces(n, 6, plainly)), x) for n in steps]
    parts = [peak(grad(in_pieces(n, isqrt(n), checkpoint)), x) for n in steps]
    assert whole[1] / whole[0] > 3.5
    assert parts[1] / parts[0] < 2.2
    assert parts[1] < whole[1] / 6

    def second(wrap: Any) -> int:
        return peak(grad(lambda x: np.sum(grad(in_pieces(64, 8, wrap))(x) ** 2)), x)

    assert second(checkpoint) < second(plainly) / 2.5


def test_nodes() -> None:
    """Between the runs, there are the nodes of the whole and none of its inside; and nothing is left behind."""

    def nodes() -> int:
        return sum(isinstance(thing, Node) for thing in gc.get_objects())

    gc.collect()
    gc.disable()
    try:
        before = nodes()
        out, pull = vjp(in_pieces(64, 16, checkpoint), X)
        assert nodes() - before == 1 + 4 + 1
        pull(1.0)
        assert nodes() - before == 1 + 4 + 1
        with Tape() as tape:
            y = in_pieces(64, 16, checkpoint)(tape.watch(X))
        del out, pull, tape, y
        value_and_grad(in_pieces(64, 16, checkpoint))(X)
        assert nodes() == before
    finally:
        gc.enable()
