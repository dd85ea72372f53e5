"""Powers by whole numbers in compiled code."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
import pytest

from tapegrad import compile, grad, trace

Array = NDArray[np.float64]

SPECIAL = np.array([0.0, -0.0, 1.0, -1.0, np.inf, -np.inf, np.nan, 1e200, -1e-200, 3.7, -0.3])


def power(n: float) -> Callable[[Any], Any]:
    return lambda x: x**n


@pytest.mark.parametrize("n", [*range(-16, 17), 3.0, -2.0])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_products(n: float, dtype: Any) -> None:
    compiled = compile(power(n))
    x = np.random.default_rng(0).normal(size=200).astype(dtype)
    assert compiled(x).dtype == dtype
    np.testing.assert_allclose(compiled(x), x**n, rtol=max(1, abs(n) / 2) * np.finfo(dtype).eps)
    assert "**" not in compiled.source(x) or n in (-1, 0, 1)
    with np.errstate(all="ignore"):
        special = SPECIAL.astype(dtype)
        np.testing.assert_allclose(compiled(special), special**n, rtol=8 * np.finfo(dtype).eps)
        np.testing.assert_array_equal(np.signbit(compiled(special)), np.signbit(special**n))


@pytest.mark.parametrize("n", [3, 7, -2])
def test_single_numbers(n: int) -> None:
    compiled, slope = compile(power(n)), compile(grad(power(n)))
    for x in (1.3, -0.7, np.float64(2.5)):
        np.testing.assert_allclose(compiled(x), float(x) ** n, rtol=4e-16 * abs(n))
        np.testing.assert_allclose(slope(x), n * float(x) ** (n - 1), rtol=4e-16 * abs(n))
    with np.errstate(all="ignore"):
        assert compiled(np.float64(0.0)) == np.float64(0.0) ** n


def test_a_program_shows_the_power() -> None:
    assert [eq.primitive.name for eq in trace(power(5))(SPECIAL).equations] == ["power"]


def test_a_value_and_its_slope_share_products() -> None:
    def f(x: Array) -> Any:
        return np.sum(x**4) + np.sum(np.sin(x) * x**3)

    assert compile(grad(f)).source(np.ones(5)).count("square") == 1


@pytest.mark.parametrize("x", [np.arange(4), np.arange(3) * 1j, np.arange(3, dtype=np.float16)], ids=str)
def test_other_dtypes_are_left_to_numpy(x: Array) -> None:
    ours, wanted = compile(power(3))(x), x**3
    assert ours.dtype == wanted.dtype
    np.testing.assert_array_equal(ours, wanted)


@pytest.mark.parametrize("n", [17, 2.5, 1e300, float("inf")])
def test_other_powers_are_left_to_numpy(n: float) -> None:
    x = np.array([0.5, 2.0])
    with np.errstate(all="ignore"):
        np.testing.assert_array_equal(compile(power(n))(x), x**n)
