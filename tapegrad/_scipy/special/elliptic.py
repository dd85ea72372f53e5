"""Elliptic integrals of Legendre's form in amplitude and parameter; Jacobi's functions (DLMF 19, 22)."""

from __future__ import annotations

from math import pi
from typing import Any

import numpy as np

from tapegrad._rules.folding import select
from tapegrad._rules.kinds import elementwise
from tapegrad._scipy.special.declaring import rule, rule_of_several, special
from tapegrad._scipy.special.shapes import gauss

# Complete: K = π/2 F(1/2, 1/2; 1; m), E = π/2 F(-1/2, 1/2; 1; m) (DLMF 19.5.1-2). So written their derivatives have no
# 0 / 0 at m = 0, at any order (DLMF 15.5.1).


def _slope_of_first(m: Any) -> Any:
    return pi / 8 * special.hyp2f1(1.5, 1.5, 2.0, m)


def _slope_of_second(m: Any) -> Any:
    return -pi / 8 * special.hyp2f1(0.5, 1.5, 2.0, m)


rule(special.ellipk, lambda x: _slope_of_first(x))


def _slope_at_1(x: Any) -> Any:
    """K'(m) = R_D(0, 1, 1 - m) / 6, which keeps the digits of 1 - m."""
    return special.elliprd(0.0, 1.0, x) / -6


slope_at_1 = elementwise(
    "special.ellipkm1_slope",
    _slope_at_1,
    lambda x: pi * 9 / 64 * special.hyp2f1(2.5, 2.5, 3.0, 1 - x),
)
rule(special.ellipkm1, lambda x: slope_at_1(x))
rule(special.ellipe, lambda x: _slope_of_second(x))

# Incomplete: with Δ² = 1 - m sin²θ, dF/dm = 1/2 ∫ sin²θ/Δ³ dθ and dE/dm = -1/2 ∫ sin²θ/Δ dθ from 0 to φ. As F is
# s R_F(c², 1 - m s², 1) with s = sin φ, c = cos φ, and ∂R_F/∂y = -R_D(x, z, y) / 6 (DLMF 19.25.5, 19.18.1), the first
# is s³ R_D(c², 1, 1 - m s²) / 6, the second -s³ R_D(c², 1 - m s², 1) / 6 for |φ| <= π/2; at each further half turn
# twice the complete one is added.


def _halfway(x: Any) -> tuple[Any, Any]:
    """The amplitude past the nearest multiple of π, and which multiple."""
    turns = np.floor(x / pi + 0.5)
    return x - pi * turns, turns


def _first(x: Any, y: Any) -> Any:
    rest, turns = _halfway(x)
    s, c = np.sin(rest), np.cos(rest)
    return (s**3 * special.elliprd(c * c, 1.0, 1 - y * s * s) / 6 + 2 * turns * _slope_of_first(y))[()]


def _second(x: Any, y: Any) -> Any:
    rest, turns = _halfway(x)
    s, c = np.sin(rest), np.cos(rest)
    return (s**3 * special.elliprd(c * c, 1 - y * s * s, 1.0) / -6 + 2 * turns * _slope_of_second(y))[()]


NODES = [*zip(*(numbers.tolist() for numbers in gauss(20)), strict=True)]
"""With their weights; Python's own numbers leave single precision as it is."""


def _small(x: Any, y: Any) -> Any:
    return np.abs(y * np.sin(x) ** 2) < 0.5


def _by_gauss(x: Any, y: Any, power: float) -> Any:
    """∫ sin⁴θ (1 - m sin²θ)^power dθ from 0 to φ, where m sin²φ is small; 0 elsewhere."""
    near = _small(x, y)
    rest, turns = _halfway(x)
    rest, m = select(near, rest, 0), select(near, y, 0)
    total: Any = 0.0
    for t, w in NODES:
        square = np.sin(t * rest) ** 2
        total = total + w * square * square * np.power(1 - m * square, power)
    return rest * total + turns * (3 * pi / 8) * special.hyp2f1(-power, 2.5, 3.0, m)


def _bend_of_first(x: Any, y: Any, out: Any) -> Any:
    """d²F/dm² = 3/4 ∫ sin⁴/Δ⁵; else by m (1 - m) F'' + (1 - 2m) F' - F / 4 = -s c / (4 Δ³) (DLMF 19.4.8)."""
    near = _small(x, y)
    s, m = np.sin(x), select(near, 0.5, y)
    square = select(near, 0, m * s * s)
    rest = special.ellipkinc(x, m) - s * np.cos(x) / np.power(1 - square, 1.5)
    return select(near, 0.75 * _by_gauss(x, y, -2.5), (0.25 * rest - (1 - 2 * m) * out) / (m * (1 - m)))[()]


def _bend_of_second(x: Any, y: Any, out: Any) -> Any:
    """d²E/dm² = -1/4 ∫ sin⁴/Δ³; else by differentiating E' = (E - F) / (2m) (DLMF 19.4.6)."""
    near = _small(x, y)
    m = select(near, 1, y)
    return select(near, -0.25 * _by_gauss(x, y, -1.5), -0.5 * (out + slope_of_first(x, y)) / m)[()]


def _cubed(x: Any, y: Any) -> Any:
    s = np.sin(x)
    return s * s / np.power(1 - y * s * s, 1.5)


def _square_over_delta(x: Any, y: Any) -> Any:
    s = np.sin(x)
    return s * s / np.sqrt(1 - y * s * s)


slope_of_first = elementwise(
    "special.ellipkinc_slope", _first, lambda x, y: 0.5 * _cubed(x, y), lambda x, y, out: _bend_of_first(x, y, out)
)
slope_of_second = elementwise(
    "special.ellipeinc_slope",
    _second,
    lambda x, y: -0.5 * _square_over_delta(x, y),
    lambda x, y, out: _bend_of_second(x, y, out),
)
rule(special.ellipkinc, lambda x, y: 1 / np.sqrt(1 - y * np.sin(x) ** 2), lambda x, y: slope_of_first(x, y))
rule(special.ellipeinc, lambda x, y: np.sqrt(1 - y * np.sin(x) ** 2), lambda x, y: slope_of_second(x, y))

# Jacobi: u = F(φ, m), and sn = sin φ, cn = cos φ, dn = sqrt(1 - m sn²) (DLMF 22.13.1-3). From 0 = dn^-1 dφ + F_m dm the
# change of the amplitude with m at a fixed u is -dn F_m.


def _slopes_in_parameter(y: Any, sn: Any, cn: Any, dn: Any, ph: Any) -> tuple[Any, ...]:
    change = -dn * slope_of_first(ph, y)
    return cn * change, -sn * change, -(0.5 * sn * sn + y * sn * cn * change) / dn, change


rule_of_several(
    special.ellipj,
    "sn cn dn ph",
    x=lambda y, sn, cn, dn: (cn * dn, -sn * dn, -y * sn * cn, dn),
    y=_slopes_in_parameter,
)
