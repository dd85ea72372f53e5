"""The error function and its kin, the normal distribution, and profiles made of them (DLMF 7)."""

from __future__ import annotations

from math import pi, sqrt
from typing import Any

import numpy as np

from tapegrad._rules.folding import select
from tapegrad._scipy.special.declaring import rule, special

ROOT_PI = sqrt(pi)
ROOT_TWO = sqrt(2)
ROOT_TWO_PI = sqrt(2 * pi)
FAR = 10.0
"""From here on a derivative that is a small difference is taken from its asymptotic series."""


def _series(t: Any) -> Any:
    """Σ (2k - 1)!! t^k over k = 1 ... 16. For t = 1 / (2z²) it is what √π z w(z) / i exceeds 1 by (DLMF 7.12.1)."""
    total = 1.0
    for odd in range(31, 1, -2):
        total = 1 + odd * t * total
    return t * total


def _inverse_square(z: Any, far: Any) -> Any:
    safe = select(far, z, FAR)
    return 0.5 / (safe * safe)


def _slope_of_erfcx(x: Any, out: Any) -> Any:
    far = (np.abs(x) > FAR) & (np.real(x) >= 0)
    near = 2 * x * out - 2 / ROOT_PI
    return select(far, 2 / ROOT_PI * _series(-_inverse_square(x, far)), near)[()]


def _slope_of_dawsn(x: Any, out: Any) -> Any:
    far = (np.abs(x) > FAR) & np.isrealobj(x)
    near = 1 - 2 * x * out
    return select(far, -_series(_inverse_square(x, far)), near)[()]


def _slope_of_wofz(x: Any, out: Any) -> Any:
    far = (np.abs(x) > FAR) & (np.imag(x) >= 0)
    near = 2j / ROOT_PI - 2 * x * out
    return select(far, -2j / ROOT_PI * _series(_inverse_square(x, far)), near)[()]


rule(special.erf, lambda x: 2 / ROOT_PI * np.exp(-x * x))
rule(special.erfc, lambda x: -2 / ROOT_PI * np.exp(-x * x))
rule(special.erfcx, _slope_of_erfcx)
rule(special.erfi, lambda x: 2 / ROOT_PI * np.exp(x * x))
rule(special.dawsn, _slope_of_dawsn)
rule(special.wofz, _slope_of_wofz)
rule(special.erfinv, lambda out: 0.5 * ROOT_PI * np.exp(out * out))
rule(special.erfcinv, lambda out: -0.5 * ROOT_PI * np.exp(out * out))

# The density over the distribution function is √(2/π) / erfcx(-x / √2): neither underflows on the left.
rule(special.ndtr, lambda x: np.exp(-0.5 * x * x) / ROOT_TWO_PI)
rule(special.log_ndtr, lambda x: sqrt(2 / pi) / special.erfcx(-x / ROOT_TWO))
rule(special.ndtri, lambda out: ROOT_TWO_PI * np.exp(0.5 * out * out))
rule(special.ndtri_exp, lambda out: sqrt(pi / 2) * special.erfcx(-out / ROOT_TWO))

# T(h, a): Owen 1956, by differentiating its integral in a and in h.
rule(
    special.owens_t,
    lambda x, y: -np.exp(-0.5 * x * x) * special.erf(x * y / ROOT_TWO) / (2 * ROOT_TWO_PI),
    lambda x, y: np.exp(-0.5 * x * x * (1 + y * y)) / (2 * pi * (1 + y * y)),
)

# V(x, σ, γ) = Re w(z) / (σ √2π) with z = (x + iγ) / (σ √2) (DLMF 7.19.1). At σ = 0 it is γ / (π (x² + γ²)).


def _point(x: Any, y: Any, z: Any) -> tuple[Any, Any, Any]:
    """Z, the width with 1 in place of 0, and where that is."""
    flat = np.equal(y, 0)
    width = select(flat, 1, y)
    return (x + 1j * z) / (width * ROOT_TWO), width, flat


def _slope_in_position(x: Any, y: Any, z: Any) -> Any:
    at, width, flat = _point(x, y, z)
    slope = np.real(_slope_of_wofz(at, special.wofz(at))) / (2 * ROOT_PI * width * width)
    square = select(flat, x * x + z * z, 1)
    return select(flat, -2 * x * z / (pi * square * square), slope)[()]


def _slope_in_gaussian_width(x: Any, y: Any, z: Any, out: Any) -> Any:
    at, width, flat = _point(x, y, z)
    slope = np.real(at * _slope_of_wofz(at, special.wofz(at))) / (ROOT_TWO_PI * width)
    return select(flat, 0, -(out + slope) / width)[()]


def _slope_in_lorentzian_width(x: Any, y: Any, z: Any) -> Any:
    at, width, flat = _point(x, y, z)
    slope = -np.imag(_slope_of_wofz(at, special.wofz(at))) / (2 * ROOT_PI * width * width)
    square = select(flat, x * x + z * z, 1)
    return select(flat, (x * x - z * z) / (pi * square * square), slope)[()]


rule(special.voigt_profile, _slope_in_position, _slope_in_gaussian_width, _slope_in_lorentzian_width)
