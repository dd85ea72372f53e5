"""The gamma function and its kin (DLMF 5)."""

from __future__ import annotations

from math import pi
from typing import Any

import numpy as np

from tapegrad._rules.folding import select
from tapegrad._scipy.special.declaring import hurwitz_zeta, rule, special
from tapegrad._scipy.special.densities import BERNOULLI


def _is_complex(x: Any) -> bool:
    return bool(np.iscomplexobj(x))


def trigamma(x: Any) -> Any:
    """The derivative of the digamma function, on the left by reflection (DLMF 5.15.6)."""
    if _is_complex(x):
        return _trigamma_of_complex(x)
    left = x < 0
    sine = np.sin(pi * select(left, x - np.floor(x), 0.5))
    found = hurwitz_zeta(2.0, select(left, 1 - x, x))
    return select(left, (pi / sine) ** 2 - found, found)[()]


def _trigamma_of_complex(z: Any) -> Any:
    """By reflection to the right half plane, twelve steps to the right, and the asymptotic series (DLMF 5.15.5-8)."""
    part: Any = np.real(z)
    left = part < 0.5
    w = select(left, 1 - z, z)
    total: Any = 0.0
    for _ in range(12):
        total = total + 1 / (w * w)
        w = w + 1
    inverse = 1 / (w * w)
    series: Any = 0.0
    for b in reversed(BERNOULLI):
        series = b + inverse * series
    total = total + 1 / w + 0.5 * inverse + inverse / w * series
    sine = np.sin(pi * select(left, z - np.round(part), 0.5))
    return select(left, (pi / sine) ** 2 - total, total)[()]


rule(special.gamma, lambda x, out: out * special.digamma(x))
rule(special.gammaln, lambda x: special.digamma(x))
rule(special.loggamma, lambda x: special.digamma(x))
rule(special.digamma, trigamma)
rule(special.gammasgn, None)


def _slope_of_rgamma(x: Any, out: Any) -> Any:
    """By reflection on the left, where 1 / Γ has zeros and the digamma function poles (DLMF 5.5.3)."""
    left = np.real(x) < 0.5
    mirrored = select(left, 1 - x, 1)
    angle = pi * select(left, x, 0)
    slope = special.gamma(mirrored) * (np.cos(angle) - special.digamma(mirrored) * np.sin(angle) / pi)
    return select(left, slope, -out * special.digamma(select(left, 1, x)))[()]


rule(special.rgamma, _slope_of_rgamma)
rule(
    special.betaln,
    lambda x, y: special.digamma(x) - special.digamma(x + y),
    lambda x, y: special.digamma(y) - special.digamma(x + y),
)


# Products of Γ and 1 / Γ: away from the poles their logarithmic derivative is a sum of digammas. Where 1 / Γ is 0, the
# product is differentiated as it stands; where two poles cancel, ψ(1 - x) + π cot(π x) stands for ψ(x), and the
# cotangents cancel (DLMF 5.5.4).


def _is_pole(x: Any) -> Any:
    return np.less_equal(x, 0) & np.equal(x, np.floor(x))


def _reciprocal(x: Any) -> tuple[Any, Any]:
    """1 / Γ and its derivative."""
    value = special.rgamma(x)
    return value, _slope_of_rgamma(x, value)


def _away(x: Any) -> Any:
    """X, and 1 - x for a pole of the digamma function."""
    return select(_is_pole(x), 1 - x, x)


def _slope_in_start(x: Any, y: Any, out: Any) -> Any:
    """Of poch(x, y) = Γ(x + y) / Γ(x), in x."""
    vanishing = _is_pole(x) & ~_is_pole(x + y)
    top = select(vanishing, x + y, 1)
    value, slope = _reciprocal(select(vanishing, x, 1))
    product = special.gamma(top) * (special.digamma(top) * value + slope)
    return select(vanishing, product, out * (special.digamma(_away(x + y)) - special.digamma(_away(x))))[()]


rule(special.poch, _slope_in_start, lambda x, y, out: out * special.digamma(_away(x + y)))


def _slope_of_beta(x: Any, y: Any, out: Any) -> Any:
    """Of Γ(x) Γ(y) / Γ(x + y), in x."""
    vanishing = _is_pole(x + y) & ~_is_pole(x) & ~_is_pole(y)
    first, second = (select(vanishing, v, 1) for v in (x, y))
    value, slope = _reciprocal(first + second)
    product = special.gamma(first) * special.gamma(second) * (special.digamma(first) * value + slope)
    return select(vanishing, product, out * (special.digamma(x) - special.digamma(x + y)))[()]


rule(special.beta, _slope_of_beta, lambda x, y, out: _slope_of_beta(y, x, out))


def _factors(x: Any, y: Any) -> tuple[Any, ...]:
    """Of binom(n, k) = Γ(n + 1) / Γ(k + 1) / Γ(n - k + 1): where it vanishes; there the factors, and their slopes."""
    vanishing = (_is_pole(y + 1) | _is_pole(x - y + 1)) & ~_is_pole(x + 1)
    top = select(vanishing, x + 1, 1)
    left, right = (_reciprocal(select(vanishing, v, 1)) for v in (y + 1, x - y + 1))
    return vanishing, special.gamma(top), special.digamma(top), *left, *right


def _slope_in_total(x: Any, y: Any, out: Any) -> Any:
    vanishing, top, psi, left, _, right, right_slope = _factors(x, y)
    regular = out * (special.digamma(_away(x + 1)) - special.digamma(_away(x - y + 1)))
    return select(vanishing, top * left * (psi * right + right_slope), regular)[()]


def _slope_in_chosen(x: Any, y: Any, out: Any) -> Any:
    vanishing, top, _, left, left_slope, right, right_slope = _factors(x, y)
    regular = out * (special.digamma(_away(x - y + 1)) - special.digamma(_away(y + 1)))
    return select(vanishing, top * (left_slope * right - left * right_slope), regular)[()]


rule(special.binom, _slope_in_total, _slope_in_chosen)
