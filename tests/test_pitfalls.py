"""What one runs into first: it works, or an error says what to write instead."""

from __future__ import annotations

from collections.abc import Callable
import dataclasses
from functools import cache, cached_property
from typing import Any, TypeAlias

import numpy as np
import pytest

from tapegrad._program.reading import UNKNOWN
from tapegrad.implicit import custom_root
from tests.untyped import Function, compile, custom_vjp, fori_loop, grad, plain, scan, vmap

Plain: TypeAlias = Callable[[Any], Any]
X = np.array([1.0, 2.0, 3.0])


@dataclasses.dataclass
class Model:
    weights: Any

    def __post_init__(self) -> None:
        self.training = True
        self.history: list[float] = []

    @cached_property
    def total(self) -> Any:
        return np.sum(self.weights)


def scaled(model: Model, x: Any) -> Any:
    return model.total * x * (2.0 if model.training else 1.0)


def test_a_compiled_function_sees_attributes_that_are_no_fields() -> None:
    model, compiled = Model(X), compile(scaled)
    assert compiled(model, 1.0) == 12.0
    model.training = False
    assert compiled(model, 1.0) == scaled(model, 1.0) == 6.0
    assert compiled.stats.programs == 2
    other = Model(2 * X)
    other.training = False
    assert compiled(other, 1.0) == 12.0
    assert compiled.stats.programs == 2


def test_an_attribute_that_is_no_field_is_seen_when_it_comes_later() -> None:
    @dataclasses.dataclass
    class Scale:
        factor: float

    compiled = compile(lambda scale, x: x * scale.factor * getattr(scale, "again", 1.0))
    scale: Any = Scale(3.0)
    assert compiled(scale, 1.0) == 3.0
    (read,) = compiled.cache.readers
    assert read((scale, 1.0), {}) == 3.0
    scale.again = 2.0
    assert compiled(scale, 1.0) == 6.0


def test_a_compiled_function_computes_cached_properties_anew() -> None:
    @dataclasses.dataclass
    class Summed:
        weights: Any

        @cached_property
        def total(self) -> Any:
            return np.sum(self.weights)

    compiled, used = compile(lambda summed: summed.total), Summed(X)
    assert used.total == compiled(used) == 6.0
    assert compiled(Summed(2 * X)) == 12.0
    (read,) = compiled.cache.readers
    assert read((used,), {}) is not UNKNOWN  # what it has cached does not keep it from the quick way


@pytest.mark.parametrize("wrapper", [staticmethod, classmethod, property])
@pytest.mark.parametrize("transform", [compile, grad, vmap])
def test_wrappers_of_methods_stand_above(transform: Any, wrapper: Any) -> None:
    with pytest.raises(TypeError, match=rf"test_pitfalls.* {wrapper.__name__}.*@{wrapper.__name__} stands above"):
        transform(wrapper(scaled))


def rotation(t: Any) -> Any:
    return np.array([[np.cos(t), -np.sin(t)], [np.sin(t), np.cos(t)]])


PLAIN_ARRAYS: dict[str, Plain] = {
    "rows": lambda x: rotation(x[0])[0, 0],
    "a list of values": lambda x: plain.maximum([x[0], x[1]], 0.0),
    "a buffer": lambda x: plain.sum(filled(x)),
}


def filled(x: Any) -> Any:
    out = np.zeros(3)
    out[:] = x
    return out


def on_a_batch(f: Function) -> Plain:
    return lambda x: vmap(f)(np.stack([x, x]))


@pytest.mark.parametrize("name", PLAIN_ARRAYS)
@pytest.mark.parametrize("transform", [compile, grad, on_a_batch])
def test_what_becomes_a_plain_array_is_told_how_arrays_are_made(transform: Any, name: str) -> None:
    with pytest.raises(TypeError, match=r"test_pitfalls.*np\.stack.*tapegrad\.numpy\.array\(.*at\(array\)\[i\]\.set"):
        transform(PLAIN_ARRAYS[name])(X)


WITH_LISTS: dict[str, Plain] = {
    "max": lambda x: np.max([x[0], x[1]]),
    "full": lambda x: np.full(2, x[0]),
    "polyval": lambda x: np.polyval([x[0], 1.0], 2.0),
    "linalg.norm": lambda x: np.linalg.norm([x[0], x[1]]),
}


@pytest.mark.parametrize("name", WITH_LISTS)
@pytest.mark.parametrize("transform", [compile, grad, on_a_batch])
def test_a_function_of_numpys_that_a_list_comes_to_has_a_counterpart(transform: Any, name: str) -> None:
    with pytest.raises(TypeError, match=rf"numpy\.{name} at .*test_pitfalls.*Call tapegrad\.numpy\.{name}: "):
        transform(WITH_LISTS[name])(X)


def waves(x: Any) -> Any:
    return plain.sum(plain.sin(x))


@pytest.mark.parametrize("transform", [compile, grad])
def test_a_list_of_numbers_is_no_array(transform: Any) -> None:
    with pytest.raises(TypeError, match=r"list of numbers, pass an array"):
        transform(waves)([1.0, 2.0])


NUMBERS: list[Plain] = [lambda x: [plain.sum(x)], lambda x: (plain.sum(x), 1), lambda x: {"loss": plain.sum(x)}]


@pytest.mark.parametrize("f", NUMBERS)
def test_a_number_alone_has_a_gradient(f: Function) -> None:
    with pytest.raises(TypeError, match=r"returned a (list|tuple|dict).*number alone.*has_aux"):
        grad(f)(X)


CONCRETE: dict[str, tuple[Plain, str]] = {
    "item": (lambda x: plain.sum(x).item(), r"Leave it as it is"),
    "tolist": (lambda x: x.tolist(), r"list\(x\)"),
    "int": (lambda x: x[int(plain.argmax(x))], r"Leave it as it is, an index too"),
    "out=": (lambda x: plain.multiply(x, 2.0, out=np.zeros(3)), r"recorded into an existing array"),
}


@pytest.mark.parametrize("name", CONCRETE)
def test_what_is_asked_of_a_recorded_value(name: str) -> None:
    f, message = CONCRETE[name]
    with pytest.raises(TypeError, match=message):
        compile(f)(X)


def factorised(matrix: Any) -> Any:
    try:
        return plain.linalg.cholesky(matrix)
    except np.linalg.LinAlgError:
        return plain.linalg.cholesky(matrix + np.eye(2))


def test_a_failure_that_is_caught_while_a_program_is_recorded() -> None:
    regular, singular = np.eye(2), np.zeros((2, 2))
    with pytest.raises(TypeError, match=r"cholesky at test_pitfalls.*was caught.*as an argument"):
        compile(factorised)(singular)
    with pytest.raises(TypeError, match=r"cholesky at .*was caught"):
        compile(lambda x: fori_loop(0, 2, lambda i, x: factorised(x), x))(singular)
    compiled = compile(factorised)
    np.testing.assert_array_equal(compiled(regular), regular)
    for failing in (compiled, compile(plain.linalg.cholesky)):
        with pytest.raises(np.linalg.LinAlgError):
            failing(singular)


class Result:
    def __init__(self, value: Any) -> None:
        self.value = value

    def show(self) -> None:
        print(self.value)


class SlottedResult:
    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value


OPAQUE: dict[str, Plain] = {
    "an object": Result,
    "a slot": SlottedResult,
    "a list in an object": lambda x: Result([x]),
    "a closure": lambda x: lambda: x,
    "values of a dict": lambda x: dict[str, Any](a=x).values(),
    "a method": lambda x: Result(x).show,
}


@pytest.mark.parametrize("name", OPAQUE)
def test_what_is_returned_is_a_tree(name: str) -> None:
    with pytest.raises(TypeError, match=r"returned a \w+ that holds a recorded value.*register_tree"):
        compile(OPAQUE[name])(2.0)


LEFT_OVER: list[Any] = []


def test_what_holds_no_recorded_value_is_returned() -> None:
    compile(lambda x: LEFT_OVER.append(x))(1.0)
    constants: list[Any] = [np.tanh, factorised, Result(2.0), Result, "name", None, np, range(3)]
    for constant in constants:
        assert compile(lambda x, out: (x, out), static_argnums=1)(1.0, constant)[1] is constant


def test_what_changed_elsewhere_is_found_when_asked() -> None:
    weights, sizes, settings = np.ones(3), [1], {"rate": 1.0}
    rng = np.random.default_rng(0)
    impure: dict[str, tuple[Plain, Callable[[], Any]]] = {
        "an array": (lambda x: plain.sum(weights * x), lambda: weights.__setitem__(0, 5.0)),
        "a list": (lambda x: x * len(sizes), lambda: sizes.append(2)),
        "a dict": (lambda x: x * settings["rate"], lambda: settings.update(rate=2.0)),
        "a loop": (lambda x: fori_loop(0, 3, lambda i, c: c * settings["rate"], x), lambda: settings.update(rate=3.0)),
    }
    for f, change in impure.values():
        compiled = compile(f)
        compiled(X)
        compiled.check(X)
        change()
        with pytest.raises(TypeError, match=r"recorded again at test_pitfalls.*became.*as an argument"):
            compiled.check(X)
    with pytest.raises(TypeError, match="became"):
        compile(lambda x: x * rng.normal()).check(X)


def test_what_has_not_changed_is_recorded_the_same() -> None:
    pure: list[Plain] = [
        waves,
        lambda x: scan(lambda c, row: (c + row * plain.sin(c), c), 0.0, x)[0],
        lambda x: grad(stretched)(x),
        lambda x: square_root(1.0, x[0]),
        lambda x: plain.linalg.cholesky(plain.outer(x, x) + np.eye(3)),
    ]
    for f in pure:
        compiled = compile(f)
        compiled(X)
        compiled.check(X)

    class Holder:
        factor = 2.0

        @compile
        def times(self, x: Any) -> Any:
            return self.factor * x

    holder: Any = Holder()
    holder.times.check(X)
    holder.factor = 3.0
    with pytest.raises(TypeError, match="became"):
        holder.times.check(X)


def stretched_forward(x: Any) -> Any:
    return plain.sum(2 * x), None


@custom_vjp(stretched_forward, lambda residuals, ct: (2 * ct * np.ones(3),))
def stretched(x: Any) -> Any:
    return plain.sum(2 * x)


def equation(x: Any, a: Any) -> Any:
    return x**2 - a


@custom_root(equation)
def square_root(start: Any, a: Any) -> Any:
    return fori_loop(0, 20, lambda i, x: (x + a / x) / 2, start)


MASKED = np.ma.array(X, mask=[False, True, False])
STRANGE: dict[str, Plain] = {
    "masked": lambda x: plain.sum(x * MASKED),
    "a mask of it": lambda x: plain.where(plain.greater(MASKED, x), x, 0.0),
    "a matrix": lambda x: x @ np.matrix(np.eye(3)),
    "returned": lambda x: MASKED,
}


@pytest.mark.filterwarnings("ignore:the matrix subclass:PendingDeprecationWarning")
@pytest.mark.parametrize("name", STRANGE)
@pytest.mark.parametrize("transform", [compile, on_a_batch])
def test_masked_arrays_and_matrices_are_refused(transform: Any, name: str) -> None:
    with pytest.raises(TypeError, match=r"(test_pitfalls|returned|output).*(MaskedArray|matrix)"):
        transform(STRANGE[name])(X)


SQUARE: Any = cache(plain.square)


def square(x: Any) -> Any:
    return SQUARE(x)[0]


@pytest.mark.parametrize("transform", [compile, grad, on_a_batch])
def test_cached_functions_take_no_values(transform: Any) -> None:
    with pytest.raises(TypeError, match=r"test_pitfalls.*functools\.cache"):
        transform(square)(X)
