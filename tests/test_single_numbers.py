"""Functions of single numbers in compiled code are Python's; what they have no value for is NumPy's."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any
import warnings

import numpy as np
import pytest

from tapegrad import compile, fori_loop, grad
from tapegrad._program.source.numbers import EXPRESSIONS, FUNCTIONS

One = Callable[[Any], Any]
Two = Callable[[Any, Any], Any]
POINTS = [0.0, -0.0, 0.3, -0.3, 1.0, -1.0, 2.5, -7.0, 1e-320, 1e200, -1e200, 710.0, np.inf, -np.inf, np.nan]
COMPUTED = FUNCTIONS.keys() | EXPRESSIONS.keys()
UNARY = sorted(name for name in COMPUTED if isinstance(f := getattr(np, name, None), np.ufunc) and f.nin == 1)
BINARY = ["add", "subtract", "multiply", "divide", "maximum", "minimum", "power", "arctan2", "hypot"]


def assert_close(ours: Any, wanted: Any) -> None:
    assert type(ours) is np.float64
    np.testing.assert_allclose(ours, wanted, rtol=1e-15, atol=5e-324)


@pytest.mark.parametrize("name", UNARY)
def test_of_one(name: str) -> None:
    target: One = getattr(np, name)
    compiled = compile(target)
    for x in POINTS:
        with np.errstate(all="ignore"):
            wanted = target(np.float64(x))
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            ours = compiled(np.float64(x))
        assert_close(ours, wanted)
        assert np.isnan(wanted) or np.signbit(ours) == np.signbit(wanted)
    assert "np." not in compiled.source(np.float64(1.0))


@pytest.mark.parametrize("name", BINARY)
def test_of_two(name: str) -> None:
    target: Two = getattr(np, name)
    compiled = compile(target)
    for x, y in product(map(np.float64, POINTS), repeat=2):
        with np.errstate(all="ignore"):
            assert_close(compiled(x, y), target(x, y))


SLOPES: list[Two] = [
    lambda x, y: np.exp(-x * y) * np.sin(y) / np.sqrt(1 + x * x),
    lambda x, y: np.log1p(np.exp(x)) + np.arctan2(y, x) + np.hypot(x, y),
    lambda x, y: np.tanh(x) ** 2.5 * np.abs(y) ** x + np.maximum(x, y) * np.minimum(x, 2.0),
    lambda x, y: np.abs(x) * np.square(y) + np.reciprocal(x) * np.log(y),
]


@pytest.mark.parametrize("f", SLOPES)
def test_slopes(f: Two) -> None:
    compiled = compile(grad(f, argnums=(0, 1)))
    for x, y in ((0.3, 1.7), (1.2, 0.4), (2.0, 2.5)):
        np.testing.assert_allclose(compiled(x, y), grad(f, argnums=(0, 1))(x, y), rtol=1e-14)
    assert "errstate" not in compiled.source(0.3, 1.7)


RAISING: list[One] = [np.exp, np.log, np.sqrt, np.arcsin, lambda x: np.log(x) * np.exp(-x)]


@pytest.mark.parametrize("f", RAISING)
@pytest.mark.parametrize("x", [0.0, -1.0, 800.0, np.inf])
def test_slopes_where_python_raises(f: One, x: float) -> None:
    with np.errstate(all="ignore"):
        np.testing.assert_allclose(compile(grad(f))(x), grad(f)(x), rtol=1e-15)


def test_in_loops() -> None:
    def step(i: Any, y: Any) -> Any:
        return np.sin(y) + np.exp(-y * y)

    def f(x: Any) -> Any:
        return fori_loop(0, 20, step, x)

    np.testing.assert_allclose(compile(grad(f))(0.4), grad(f)(0.4), rtol=1e-13)
    assert "float64" not in compile(f).source(np.float64(0.4)).partition("for ")[2].partition("return")[0]


def test_elements_of_arrays() -> None:
    """What is computed with parameters that an array holds is computed by Python, too."""

    def f(p: Any) -> Any:
        return np.exp(-p[0, 1]) * np.sin(p[1, -1]) + p[0, 0] ** 3

    compiled, p = compile(grad(f)), np.array([[0.3, 1.2], [0.5, -0.7]])
    assert "p.item(1, -1)" in compiled.source(p)
    np.testing.assert_allclose(compiled(p), grad(f)(p), rtol=1e-15)
    functions: list[One] = [lambda p: p[0, 1] * 2.0, lambda p: p[0, 1]]
    for each in functions:
        assert type(compile(each)(p)) is np.float64


def test_an_argument_may_be_called_as_what_is_called() -> None:
    def f(quotient: Any, exp: Any, bool: Any) -> Any:
        return np.exp(quotient) / exp + np.maximum(bool, exp)

    with np.errstate(all="ignore"):
        assert compile(f)(1.0, 0.0, 2.0) == f(np.float64(1.0), np.float64(0.0), np.float64(2.0)) == np.inf


def test_of_complex_numbers() -> None:
    """As NumPy computes them, infinities and signs of zeros included."""

    def f(z: Any) -> Any:
        a, b = z[0], z[1]
        product = a * b * (2 - 0.5j) - (a + np.conj(b)) * np.real(b) - (-a)
        return np.real(product), np.imag(product), product, np.real(a) * np.imag(b)

    compiled = compile(f)
    numbers = [complex(x, y) for x, y in product([0.0, -0.0, 1.5, -2.0, 1e200, np.inf, np.nan], repeat=2)]
    for a, b in product(numbers, repeat=2):
        z = np.array([a, b])
        with np.errstate(all="ignore"):
            wanted = f(z)
        for ours, own in zip(compiled(z), wanted, strict=True):
            np.testing.assert_array_equal(ours, own, strict=True)
            for part in (np.real, np.imag):
                one, other = part(ours), part(own)
                assert np.isnan(one) or np.signbit(one) == np.signbit(other)
    source = compiled.source(np.ones(2, complex))
    assert "z[" not in source
    assert "multiply" not in source


def test_numbers_beside_a_complex_one_are_compared_by_numpy() -> None:
    def f(x: Any) -> Any:
        return x <= 0.5 - 1j, x == 0.5 + 0j

    for x in (0.5, 1.0):
        assert compile(f)(np.float64(x)) == f(np.float64(x))


CHOICES: list[One] = [
    lambda x: np.where(x > 0, x, 0),
    lambda x: np.where(x > 0, 1, x),
    lambda x: np.maximum(x, 0) * 3.0,
    lambda x: np.minimum(2, x),
    lambda x: np.abs(x) * (x > 1),
]


@pytest.mark.parametrize("f", CHOICES)
@pytest.mark.parametrize("x", [-1.5, 0.5, 3.0])
def test_what_is_chosen_is_a_float(f: One, x: float) -> None:
    variants: list[One] = [grad(f), lambda x: -f(x), lambda x: 1 / -f(x)]
    for each in variants:
        with np.errstate(all="ignore"):
            wanted, ours = each(np.array(x)), compile(each)(np.array(x))
        assert wanted.dtype == ours.dtype == np.float64
        assert (ours, np.signbit(ours)) == (wanted, np.signbit(wanted))
