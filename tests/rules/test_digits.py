"""Derivatives that are small keep their digits: nothing is subtracted that is nearly equal."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tapegrad import elementwise_grad, vjp
from tapegrad.numpy import sigmoid

CASES: tuple[tuple[Callable[[Any], Any], float, float], ...] = (
    (np.expm1, -50.0, 1.9287498479639178e-22),
    (np.arctanh, 1 - 2.0**-30, 2.0**29 / (1 - 2.0**-31)),
    (sigmoid, 40.0, 4.248354255291589e-18),
    (sigmoid, -40.0, 4.248354255291589e-18),
    (np.log1p, -1 + 2.0**-40, 2.0**40),
    (np.arcsinh, 1e200, 1e-200),
)


@pytest.mark.parametrize(("f", "x", "expected"), CASES)
def test_digits(f: Callable[[Any], Any], x: float, expected: float) -> None:
    found = elementwise_grad(f)(np.array([x, x]))
    np.testing.assert_allclose(found, [expected, expected], rtol=1e-14)
    np.testing.assert_allclose(elementwise_grad(f)(x), expected, rtol=1e-14)


@pytest.mark.parametrize("scale", [1e-200, 1.0, 1e200])
def test_arctan2_at_any_scale(scale: float) -> None:
    x, y = np.array([3.0, 0.0]) * scale, np.array([4.0, -5.0]) * scale
    dx, dy = vjp(np.arctan2, x, y)[1](np.ones(2))
    np.testing.assert_allclose(dx * scale, np.array([0.16, -0.2]), rtol=1e-15)
    np.testing.assert_allclose(dy * scale, np.array([-0.12, 0.0]), rtol=1e-15)
