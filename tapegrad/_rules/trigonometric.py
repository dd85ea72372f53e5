"""Trigonometric and hyperbolic functions, and their inverses."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad._rules.ufuncs import ufunc

DEGREE = float(np.pi / 180)

sin = ufunc(np.sin, lambda x: np.cos(x))
cos = ufunc(np.cos, lambda x: -np.sin(x))
tan = ufunc(np.tan, lambda out: 1 + out * out)


def _cosine(x: Any) -> Any:
    """cos(arcsin(x)) = sqrt(1 - x²), precise near 1, and on the right side of a complex branch cut."""
    return np.sqrt(-((x - 1) * (x + 1))) if x.dtype.kind == "c" else np.sqrt((1 - x) * (1 + x))


arcsin = ufunc(np.arcsin, lambda x: 1 / _cosine(x))
arccos = ufunc(np.arccos, lambda x: -1 / _cosine(x))
arctan = ufunc(np.arctan, lambda x: 1 / (1 + x * x))


def _radius(x: Any, y: Any) -> Any:
    """The distance from the origin; 1 there, where the angle's gradient is taken as 0."""
    distance = np.hypot(x, y)
    return np.where(distance == 0, 1, distance)


arctan2 = ufunc(
    np.arctan2, lambda x, y: y / _radius(x, y) / _radius(x, y), lambda x, y: -x / _radius(x, y) / _radius(x, y)
)
sinh = ufunc(np.sinh, lambda x: np.cosh(x))
cosh = ufunc(np.cosh, lambda x: np.sinh(x))
tanh = ufunc(np.tanh, lambda out: 1 - out * out)


def _leg(x: Any) -> Any:
    """sqrt(1 + x²), without overflow for a real x."""
    return np.sqrt(1 + x * x) if x.dtype.kind == "c" else np.hypot(1, x)


arcsinh = ufunc(np.arcsinh, lambda x: 1 / _leg(x))
arccosh = ufunc(np.arccosh, lambda x: 1 / (np.sqrt(x - 1) * np.sqrt(x + 1)))
arctanh = ufunc(np.arctanh, lambda x: 1 / (1 - x * x))
degrees = ufunc(np.degrees, 1 / DEGREE)
radians = ufunc(np.radians, DEGREE)
rad2deg = ufunc(np.rad2deg, 1 / DEGREE)
deg2rad = ufunc(np.deg2rad, DEGREE)
