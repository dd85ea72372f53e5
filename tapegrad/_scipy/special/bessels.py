"""Bessel functions of integer and real order and their modifications, in the argument (DLMF 10, 11)."""

from __future__ import annotations

from collections.abc import Callable
from math import pi, sqrt
from typing import Any

import numpy as np

from tapegrad._scipy.special.declaring import Unknown, rule, special

ORDER = Unknown("the order v")

# The derivative is half the difference (J, Y, H) or sum (I, K) of the functions of neighbouring orders (DLMF 10.6.1,
# 10.29.1): unlike the shorter forms with v / x it is right at 0 too, with all its derivatives.


def _half_difference(f: Callable[..., Any]) -> Callable[[Any, Any], Any]:
    return lambda x, y: 0.5 * (f(x - 1, y) - f(x + 1, y))


def _half_sum(f: Callable[..., Any]) -> Callable[[Any, Any], Any]:
    return lambda x, y: 0.5 * (f(x - 1, y) + f(x + 1, y))


rule(special.j0, lambda x: -special.j1(x))
rule(special.j1, lambda x: 0.5 * (special.j0(x) - special.jv(2.0, x)))
rule(special.y0, lambda x: -special.y1(x))
rule(special.y1, lambda x: 0.5 * (special.y0(x) - special.yv(2.0, x)))
rule(special.i0, lambda x: special.i1(x))
rule(special.i1, lambda x: 0.5 * (special.i0(x) + special.iv(2.0, x)))
rule(special.k0, lambda x: -special.k1(x))
rule(special.k1, lambda x: -0.5 * (special.k0(x) + special.kv(2.0, x)))
rule(special.jv, ORDER, _half_difference(special.jv))
rule(special.yv, ORDER, _half_difference(special.yv))
rule(special.yn, None, _half_difference(special.yn))
rule(special.iv, ORDER, _half_sum(special.iv))
rule(special.kv, ORDER, lambda x, y: -0.5 * (special.kv(x - 1, y) + special.kv(x + 1, y)))
rule(special.kn, None, lambda x, y: -0.5 * (special.kn(x - 1, y) + special.kn(x + 1, y)))
rule(special.hankel1, ORDER, _half_difference(special.hankel1))
rule(special.hankel2, ORDER, _half_difference(special.hankel2))

# H and L: DLMF 11.4.23 with 11.4.25, and 11.4.27 with 11.4.29.


def _surplus(x: Any, y: Any) -> Any:
    """(y / 2)^v / (√π Γ(v + 3/2))."""
    return np.power(0.5 * y, x) * special.rgamma(x + 1.5) / sqrt(pi)


rule(
    special.struve,
    ORDER,
    lambda x, y: 0.5 * (special.struve(x - 1, y) - special.struve(x + 1, y) + _surplus(x, y)),
)
rule(
    special.modstruve,
    ORDER,
    lambda x, y: 0.5 * (special.modstruve(x - 1, y) + special.modstruve(x + 1, y) + _surplus(x, y)),
)
