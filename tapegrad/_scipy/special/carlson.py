"""Elliptic integrals of Carlson's form, the arithmetic-geometric mean (DLMF 19.18)."""

from __future__ import annotations

from math import pi
from typing import Any

import numpy as np

from tapegrad._rules.folding import select
from tapegrad._scipy.special.declaring import rule, special


def _of_first(x: Any, y: Any, z: Any) -> Any:
    """∂R_F/∂z (DLMF 19.18.1)."""
    return special.elliprd(x, y, z) / -6


def _of_second(x: Any, y: Any, z: Any, out: Any) -> Any:
    """∂R_D/∂x = (R_D(y, z, x) - R_D(x, y, z)) / (2 (x - z)): the partial fractions of 1 / ((t + x) (t + z))."""
    return (special.elliprd(y, z, x) - out) / (2 * (x - z))


def _of_second_in_last(x: Any, y: Any, z: Any, out: Any) -> Any:
    """R_D is homogeneous of degree -3/2. At x = 0 its derivative is infinite, and x times that is 0."""
    return -(1.5 * out + _share(x, y, z, out) + _share(y, x, z, out)) / z


def _share(x: Any, y: Any, z: Any, out: Any) -> Any:
    zero = np.equal(x, 0)
    return select(zero, 0, x * _of_second(select(zero, 2 * z, x), y, z, out))


rule(
    special.elliprf,
    lambda x, y, z: _of_first(y, z, x),
    lambda x, y, z: _of_first(x, z, y),
    lambda x, y, z: _of_first(x, y, z),
)
rule(special.elliprd, _of_second, lambda x, y, z, out: _of_second(y, x, z, out), _of_second_in_last)


def _of_circular_in_second(x: Any, y: Any, out: Any) -> Any:
    """R_C(x, y) = R_F(x, y, y) is homogeneous of degree -1/2."""
    return (select(np.equal(x, 0), 0, x * special.elliprd(y, y, x) / 6) - 0.5 * out) / y


rule(special.elliprc, lambda x, y: special.elliprd(y, y, x) / -6, _of_circular_in_second)


def _of_area(x: Any, y: Any, z: Any) -> Any:
    """∂R_G/∂z = (R_F - z R_D / 3) / 4, by differentiating its integral (DLMF 19.16.2-3)."""
    return 0.25 * (special.elliprf(x, y, z) - z * special.elliprd(x, y, z) / 3)


rule(
    special.elliprg,
    lambda x, y, z: _of_area(y, z, x),
    lambda x, y, z: _of_area(x, z, y),
    lambda x, y, z: _of_area(x, y, z),
)


def _of_mean(x: Any, y: Any, out: Any) -> Any:
    """The derivative in x, from 1 / agm(x, y) = 2/π R_F(0, x², y²) (DLMF 19.8.5).

    Where x and y are close, from agm(x, y) = (x + y) / (2 F(1/2, 1/2; 1; h)) with h = (x - y)² / (x + y)², whose
    derivatives have no 0 / 0 at x = y.
    """
    close = np.abs(x - y) < 0.5 * np.abs(x + y)
    half, ratio = 0.5 * (x + y), (x - y) / select(close, x + y, 1)
    half = select(close, half, 1)
    second = special.hyp2f1(1.5, 1.5, 2.0, select(close, ratio * ratio, 0))
    near = 0.5 * out / half * (1 - out / half * 0.5 * y / half * ratio * second)
    square = select(close, 4 * y * y, x * x)
    far = 2 / (3 * pi) * np.abs(x) * out * out * special.elliprd(0.0, y * y, square)
    return select(close, near, far)[()]


rule(special.agm, lambda x, y, out: _of_mean(x, y, out), lambda x, y, out: _of_mean(y, x, out))
