"""Taylor coefficients at 0, where factors vanish: derivatives up to the fourth, in each order of the modes."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any, TypeAlias

import numpy as np
import pytest

from tests.untyped import grad, jvp, plain

ONES = np.ones(2)
Map: TypeAlias = Callable[[Any], Any]


def forward(f: Map) -> Map:
    return lambda x: jvp(f, (x,), (1.0,))[1]


def reverse(f: Map) -> Map:
    return lambda x: grad(f)(x)


MODES: tuple[Callable[[Map], Map], ...] = (forward, reverse)
SERIES: dict[str, tuple[Map, tuple[float, ...]]] = {
    "x * x * x": (lambda x: x * x * x, (0, 0, 0, 6, 0)),
    "x**3": (lambda x: x**3, (0, 0, 0, 6, 0)),
    "exp(x) * x": (lambda x: np.exp(x) * x, (0, 1, 2, 3, 4)),
    "x * x * exp(x)": (lambda x: x * x * np.exp(x), (0, 0, 2, 6, 12)),
    "x * log1p(x)": (lambda x: x * np.log1p(x), (0, 0, 2, -3, 8)),
    "sin(x) ** 2": (lambda x: np.square(np.sin(x)), (0, 0, 2, 0, -8)),
    "1 / (1 + x * x)": (lambda x: 1 / (1 + x * x), (1, 0, -2, 0, 24)),
    "sqrt(1 + x * x)": (lambda x: np.sqrt(1 + x * x), (1, 0, 1, 0, -3)),
    "exp(-x * x)": (lambda x: np.exp(-x * x), (1, 0, -2, 0, 12)),
    "x * x / exp(x)": (lambda x: x * x / np.exp(x), (0, 0, 2, -6, 12)),
    "arctan2(x, 1) * x": (lambda x: plain.arctan2(x, 1.0) * x, (0, 0, 2, 0, -8)),
    "prod": (lambda x: np.prod(np.stack([x, x * np.exp(x)])), (0, 0, 2, 6, 12)),
    "dot": (lambda x: plain.dot(x * ONES, np.exp(x) * x * ONES), (0, 0, 4, 12, 24)),
    "einsum": (lambda x: plain.einsum("i,i,i->", x * ONES, x * ONES, np.exp(x) * ONES), (0, 0, 4, 12, 24)),
    "masked log": (lambda x: plain.where(x > 0, np.log(np.abs(x)), x * x * x), (0, 0, 0, 6, 0)),
}


@pytest.mark.filterwarnings("ignore:divide by zero", "ignore:invalid value")
@pytest.mark.parametrize("name", SERIES)
def test_derivatives_at_zero(name: str) -> None:
    f, derivatives = SERIES[name]
    for order, wanted in enumerate(derivatives):
        for modes in product(MODES, repeat=order):
            g: Map = f
            for mode in modes:
                g = mode(g)
            np.testing.assert_allclose(g(0.0), wanted, rtol=1e-12, atol=1e-12, err_msg=f"{order}: {modes}")
