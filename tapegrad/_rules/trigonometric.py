"""Trigonometric and hyperbolic functions, and their inverses."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad._rules.ufuncs import ufunc

DEGREE = float(np.pi / 180)

sin = ufunc(np.sin, lambda x: np.cos(x))
cos = ufunc(np.cos, lambda x: -np.sin(x))
tan = ufunc(np.tan, lambda out: 1 + out * out)


def _in_range(square: Any) -> bool:
    """Whether squares in a plain array are neither too large nor too small for their dtype."""
    if type(square) is not np.ndarray:
        return False
    limits = np.finfo(square.dtype)
    return bool(square.min(initial=1) >= limits.tiny and square.max(initial=1) <= limits.max)


def _cosine(x: Any) -> Any:
    """cos(arcsin(x)) = sqrt(1 - x²), precise near 1, and on the right side of a complex branch cut."""
    return np.sqrt(-((x - 1) * (x + 1))) if x.dtype.kind == "c" else np.sqrt((1 - x) * (1 + x))


arcsin = ufunc(np.arcsin, lambda x: 1 / _cosine(x))
arccos = ufunc(np.arccos, lambda x: -1 / _cosine(x))
arctan = ufunc(np.arctan, lambda x: 1 / (1 + x * x))


def _over_square(z: Any, x: Any, y: Any) -> Any:
    """The quotient z / (x² + y²); 0 at the origin, where z is 0 too."""
    square = x * x + y * y
    if _in_range(square):
        return z / square
    distance = np.hypot(x, y)
    distance = np.where(distance == 0, 1, distance)
    return z / distance / distance


arctan2 = ufunc(np.arctan2, lambda x, y: _over_square(y, x, y), lambda x, y: _over_square(-x, x, y))
sinh = ufunc(np.sinh, lambda x: np.cosh(x))
cosh = ufunc(np.cosh, lambda x: np.sinh(x))
tanh = ufunc(np.tanh, lambda out: 1 - out * out)  # 1 / cosh² would keep more digits of next to nothing, and keep x


def _leg(x: Any) -> Any:
    """sqrt(1 + x²), without overflow for a real x."""
    square = 1 + x * x
    return np.sqrt(square) if x.dtype.kind == "c" or _in_range(square) else np.hypot(1, x)


arcsinh = ufunc(np.arcsinh, lambda x: 1 / _leg(x))
arccosh = ufunc(np.arccosh, lambda x: 1 / (np.sqrt(x - 1) * np.sqrt(x + 1)))
arctanh = ufunc(np.arctanh, lambda x: 1 / ((1 - x) * (1 + x)))
degrees = ufunc(np.degrees, 1 / DEGREE)
radians = ufunc(np.radians, DEGREE)
rad2deg = ufunc(np.rad2deg, 1 / DEGREE)
deg2rad = ufunc(np.deg2rad, DEGREE)
