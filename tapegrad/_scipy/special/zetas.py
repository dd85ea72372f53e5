"""The zeta functions of Riemann and Hurwitz (DLMF 25), in the argument and in the exponent."""

from __future__ import annotations

from math import factorial, log, pi
from typing import Any

import numpy as np

from tapegrad._place import user_line
from tapegrad._rules.folding import select
from tapegrad._scipy.special.declaring import hurwitz_zeta, riemann_zeta, rule, special
from tapegrad._scipy.special.densities import BERNOULLI
from tapegrad.errors import MissingRuleError

TERMS = 12
"""So many terms of the series are added one by one before the Euler-Maclaurin formula takes over."""


def _slope_in_exponent(s: Any, q: Any) -> Any:
    """The derivative of ζ(s, q) in s, by differentiating the Euler-Maclaurin formula (DLMF 2.10.1), with a = q + 12.

    ζ(s, q) = Σ_{n < 12} (q + n)^-s + a^(1-s) / (s - 1) + a^-s / 2 + Σ_k B_2k / (2k)! (s)_{2k-1} a^(1-s-2k).
    """
    if np.iscomplexobj(s):
        raise MissingRuleError(f"zeta at {user_line()} has no derivative for a complex exponent.")
    total: Any = 0.0
    for n in range(TERMS):
        total = total - np.log(q + n) * np.power(q + n, -s)
    a = q + TERMS
    depth, power = np.log(a), np.power(a, -s)
    total = total - a * power * (depth + 1 / (s - 1)) / (s - 1) - 0.5 * depth * power
    rising, slope = s, 1.0  # (s)_m and its derivative, for m = 1, 3, 5 ...
    for k, b in enumerate(BERNOULLI, 1):
        scale = b / factorial(2 * k) * power * np.power(a, 1 - 2 * k)
        total = total + scale * (slope - depth * rising)
        for j in (2 * k - 1, 2 * k):
            rising, slope = rising * (s + j), slope * (s + j) + rising
    return total


def _slope_of_riemann(x: Any) -> Any:
    """On the left of 0 by reflection: ζ(s) = 2 (2π)^(s-1) sin(πs/2) Γ(1-s) ζ(1-s) (DLMF 25.4.1)."""
    if np.iscomplexobj(x):
        raise MissingRuleError(f"zeta at {user_line()} has no derivative for a complex exponent.")
    left = x < -0.5
    direct = _slope_in_exponent(select(left, 2, x), 1.0)
    s = select(left, x, -1)
    mirrored, angle = 1 - s, 0.5 * pi * s
    value = riemann_zeta(mirrored)
    change = (log(2 * pi) - special.digamma(mirrored)) * value - _slope_in_exponent(mirrored, 1.0)
    scale = 2 * np.power(2 * pi, s - 1) * special.gamma(mirrored)
    return select(left, scale * (np.sin(angle) * change + 0.5 * pi * np.cos(angle) * value), direct)[()]


rule(riemann_zeta, _slope_of_riemann)
rule(hurwitz_zeta, lambda x, y: _slope_in_exponent(x, y), lambda x, y: -x * hurwitz_zeta(x + 1, y))
rule(special.zetac, _slope_of_riemann)
