"""What a Variable meets in an operation: constants of any type and precision, and whoever changes them later."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import partial
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray
import pytest

from tapegrad.errors import ConversionError, DomainError, MissingRuleError
from tests.untyped import Function, grad, jvp, plain, vjp, vmap

X = np.array([1.01, 0.7, 1.2])
BINARY: dict[str, Function] = {
    "+": lambda x, y: x + y,
    "*": lambda x, y: x * y,
    "/": lambda x, y: x / y,
    "**": lambda x, y: x**y,
    "%": lambda x, y: x % y,
    "arctan2": lambda x, y: np.arctan2(x, y),
    "hypot": lambda x, y: np.hypot(x, y),
    "float_power": lambda x, y: np.float_power(x, y),
    "fmod": lambda x, y: np.fmod(x, y),
    "maximum": lambda x, y: np.maximum(x, y),
    "copysign": lambda x, y: np.copysign(x, y),
    "logaddexp": lambda x, y: np.logaddexp(x, y),
    "where": lambda x, y: plain.where([True, False, True], x, y) ** 2,
    "concatenate": lambda x, y: np.concatenate([plain.atleast_1d(x), plain.atleast_1d(y)]) ** 2,
    "einsum": lambda x, y: plain.einsum("...,...->...", x, y) * x,
    "dot": lambda x, y: np.dot(x, y) * x,
}
LOW: list[NDArray[Any]] = [
    np.array([True, True, True]),
    np.array([1, 2, 100], np.int8),
    np.array([3, 200, 255], np.uint8),
    np.array([3, 1, 300], np.int16),
    np.array([300, 0.1, 3], np.float16),
    np.array([3, 0.1, 300], np.float32),
]
"""Their squares, reciprocals and logarithms do not fit their own precision."""


def swapped(f: Callable[[Any, Any], Any], x: Any, y: Any) -> Any:
    return f(y, x)


def derivatives(f: Function, x: Any) -> list[Any]:
    """The value and its derivatives of order one and two, in both modes, and of a batch."""
    one = np.ones_like(x)

    def pulled(x: Any) -> Any:
        out, pull = vjp(f, x)
        return pull(np.ones(out.shape, out.dtype))[0]

    def pushed(x: Any) -> Any:
        return jvp(f, (x,), (one,))[1]

    return [
        vjp(f, x)[0],
        pulled(x),
        pushed(x),
        jvp(pulled, (x,), (one,))[1],
        jvp(pushed, (x,), (one,))[1],
        vmap(pulled)(np.stack([x, x])),
        vmap(pushed)(np.stack([x, x])),
    ]


def assert_same_derivatives(f: Function, g: Function, x: Any, rtol: float = 1e-14) -> None:
    for found, wanted in zip(derivatives(f, x), derivatives(g, x), strict=True):
        assert found.dtype == wanted.dtype
        np.testing.assert_allclose(found, wanted, rtol=rtol, atol=0)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("constant", LOW, ids=lambda constant: str(constant.dtype))
@pytest.mark.parametrize("f", BINARY.values(), ids=BINARY)
def test_constants_of_low_precision(f: Callable[..., Any], constant: NDArray[Any]) -> None:
    """A derivative has the precision of the result."""
    for low in (constant, constant[2], constant[2:].reshape(())):
        high = np.asarray(low).astype(float)[()]
        assert_same_derivatives(lambda x, c=low: f(x, c), lambda x, c=high: f(x, c), X)
        assert_same_derivatives(lambda x, c=low: f(c, x), lambda x, c=high: f(c, x), X)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("low", LOW, ids=lambda low: str(low.dtype))
@pytest.mark.parametrize("name", ["*", "/", "**", "arctan2", "hypot", "logaddexp"])
def test_low_precision_beside(name: str, low: NDArray[Any]) -> None:
    """Neither a batched integer nor a differentiated argument of low precision spoils the derivative in the other."""
    f: Callable[..., Any] = BINARY[name]
    high = low.astype(float)
    for g in (f, partial(swapped, f)):
        wanted = vmap(grad(g, argnums=0))(X, high)
        np.testing.assert_allclose(vmap(grad(g, argnums=0))(X, low), wanted, rtol=1e-14)
        if low.dtype.kind == "f":
            found, other = grad(lambda x, y, g=g: np.sum(g(x, y)))(X, low)
            np.testing.assert_allclose(found, wanted, rtol=1e-14)
            assert other.dtype == low.dtype


def test_small_integers_do_not_overflow() -> None:
    assert grad(lambda x: np.arctan2(x, np.int8(100)))(1.0) == pytest.approx(100 / 10001)
    assert grad(lambda x: x ** np.uint8(0))(100.0) == 0.0
    assert grad(lambda x: x ** np.int8(-128))(1.01) == pytest.approx(-128 * 1.01**-129)
    found = grad(lambda x: np.sum(x ** np.array([0, 1, 2], np.uint8)))(np.full(3, 100.0))
    np.testing.assert_array_equal(found, [0.0, 1.0, 200.0])


SEQUENCES: dict[str, Sequence[Any]] = {
    "list": [0.3, 2.0, 1.5],
    "tuple": (0.3, 2.0, 1.5),
    "range": range(1, 4),
    "list of integers": [1, 2, 3],
    "rows": ([0.3, 2.0, 1.5], (1.0, 2.0, 3.0)),
    "array.array": array("d", [0.3, 2.0, 1.5]),
}


@pytest.mark.parametrize("constant", SEQUENCES.values(), ids=SEQUENCES)
@pytest.mark.parametrize("name", ["+", "*", "/", "**", "arctan2", "hypot", "float_power", "where"])
def test_sequences(name: str, constant: Any) -> None:
    """They are the arrays that NumPy makes of them."""
    f: Callable[..., Any] = BINARY[name]
    same = np.array(constant)
    assert_same_derivatives(lambda x: f(x, constant), lambda x: f(x, same), X)
    assert_same_derivatives(lambda x: f(constant, x), lambda x: f(same, x), X)


def assert_same_slopes(f: Callable[[Any], Any], g: Callable[[Any], Any]) -> None:
    """At one place, given as any kind of number."""
    for part in (plain.real, plain.imag):
        for x in (1.5, np.float64(1.5), np.array(1.5)):
            wanted = grad(lambda x, part=part: part(g(x)))(x)
            np.testing.assert_allclose(grad(lambda x, part=part: part(f(x)))(x), wanted, rtol=1e-14)
            tangent = jvp(lambda x, part=part: part(f(x)), (x,), (np.ones_like(x),))[1]
            np.testing.assert_allclose(tangent, wanted, rtol=1e-14)


@pytest.mark.parametrize("name", ["+", "*", "/", "**"])
def test_complex_numbers_and_fractions(name: str) -> None:
    """Python's own arithmetic would take over where a number stands on the left of a number."""
    f: Callable[..., Any] = BINARY[name]
    numbers: list[tuple[Any, Any]] = [(0.5 + 2j, np.complex128(0.5 + 2j)), (Fraction(3, 4), np.float64(0.75))]
    for number, same in numbers:
        assert_same_slopes(partial(f, number), partial(f, same))
        assert_same_slopes(partial(swapped, f, number), partial(swapped, f, same))
    np.testing.assert_allclose(grad(lambda x: np.abs(np.exp(1j * x) + 1))(0.5), -np.sin(0.25), rtol=1e-14)


@attrs.define
class Holder:
    """Stands for an array, as other libraries' arrays do."""

    values: NDArray[Any]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        return self.values


def overwrite(values: Any) -> None:
    """Whatever holds numbers, lists in lists included."""
    for i, value in enumerate(values):
        if isinstance(value, list):
            overwrite(value)
        else:
            values[i] = 100.0


MUTABLE: dict[str, Callable[[], tuple[Any, Any]]] = {
    "array": lambda: _twice(np.array([2.0, 3.0, 4.0])),
    "strided array": lambda: _twice(np.array([2.0, 0.0, 3.0, 0.0, 4.0])[::2]),
    "float32 array": lambda: _twice(np.array([2.0, 3.0, 4.0], np.float32)),
    "list": lambda: _twice([2.0, 3.0, 4.0]),
    "lists in a list": lambda: _twice([[2.0, 3.0, 4.0]]),
    "list in a tuple": lambda: _twice(([2.0, 3.0, 4.0],)),
    "array.array": lambda: _twice(array("d", [2.0, 3.0, 4.0])),
    "memoryview": lambda: _twice(memoryview(array("d", [2.0, 3.0, 4.0]))),
    "object with __array__": lambda: _held(np.array([2.0, 3.0, 4.0])),
    "read-only view": lambda: _viewed(np.array([2.0, 3.0, 4.0])),
}
"""A constant, and what holds its numbers."""


def _twice(values: Any) -> tuple[Any, Any]:
    return values, values


def _held(values: NDArray[Any]) -> tuple[Any, Any]:
    return Holder(values), values


def _viewed(values: NDArray[Any]) -> tuple[Any, Any]:
    view = values.view()
    view.flags.writeable = False
    return view, values


@pytest.mark.parametrize("make", MUTABLE.values(), ids=MUTABLE)
@pytest.mark.parametrize("name", ["*", "/", "**", "arctan2", "hypot", "maximum", "einsum", "dot"])
def test_what_happens_to_a_constant_later(name: str, make: Callable[[], tuple[Any, Any]]) -> None:
    """A pullback computes with the numbers of its run."""
    f: Callable[..., Any] = BINARY[name]
    for first in (True, False):
        constant, values = make()
        if name == "dot" and np.ndim(constant) == 2:
            continue
        out, pull = vjp(lambda x, c=constant, first=first: f(c, x) if first else f(x, c), X)
        ct = np.ones_like(out)
        wanted = pull(ct)[0]
        overwrite(values)
        np.testing.assert_array_equal(pull(ct)[0], wanted)


STRANGE: dict[str, Callable[[], Any]] = {
    "masked array": lambda: plain.ma.masked_array(np.ones((3, 3)), np.eye(3, dtype=bool)),
    "matrix": lambda: plain.asmatrix(np.arange(9.0).reshape(3, 3)),
}
MEETINGS: dict[str, Function] = {
    "x * c": lambda x, c: x * c,
    "c * x": lambda x, c: c * x,
    "x + c": lambda x, c: x + c,
    "c / x": lambda x, c: c / x,
    "multiply": lambda x, c: np.multiply(x, c),
    "x @ c": lambda x, c: x @ c,
}


@pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")
@pytest.mark.parametrize("make", STRANGE.values(), ids=STRANGE)
@pytest.mark.parametrize("f", MEETINGS.values(), ids=MEETINGS)
def test_arrays_whose_arithmetic_is_another(f: Callable[..., Any], make: Callable[[], Any]) -> None:
    """A masked array hides entries, and `*` of matrices is their product: the derivatives are not an array's."""
    constant, x = make(), np.ones((3, 3))
    with pytest.raises((DomainError, ConversionError, MissingRuleError)):
        grad(lambda x: np.sum(f(x, constant)))(x)
    with pytest.raises((DomainError, ConversionError, MissingRuleError)):
        jvp(lambda x: f(x, constant), (x,), (x,))
