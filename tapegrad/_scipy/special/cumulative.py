"""Incomplete gamma and beta functions, and the distribution functions that are made of them (DLMF 8)."""

from __future__ import annotations

from collections.abc import Callable
from math import pi, sqrt
from typing import Any

import numpy as np

from tapegrad._rules.folding import select
from tapegrad._rules.kinds import elementwise
from tapegrad._scipy.special.declaring import rule, special
from tapegrad._scipy.special.densities import beta_density, gamma_density
from tapegrad._scipy.special.shapes import beta_slope, gamma_slope

Function = Callable[..., Any]
IN_A, IN_B = (1, 0), (0, 1)


def _quotient(x: Any, y: Any) -> Any:
    """X / y, and 0 for 0 / 0: where a quantile does not move."""
    return x / select(np.equal(x, 0) & np.equal(y, 0), 1, y)


# In the inverses, x(a, p) with P(a, x) = p: dx = (dp - P_a da) / P_x.

rule(special.gammainc, lambda x, y: gamma_slope(x, y, IN_A), lambda x, y: gamma_density(x, y))
rule(special.gammaincc, lambda x, y: -gamma_slope(x, y, IN_A), lambda x, y: -gamma_density(x, y))


def _gamma_quantile_in_shape(x: Any, out: Any) -> Any:
    return -_quotient(gamma_slope(x, out, IN_A), gamma_density(x, out))


rule(
    special.gammaincinv,
    lambda x, out: _gamma_quantile_in_shape(x, out),
    lambda x, out: 1 / gamma_density(x, out),
)
rule(
    special.gammainccinv,
    lambda x, out: _gamma_quantile_in_shape(x, out),
    lambda x, out: -1 / gamma_density(x, out),
)
rule(
    special.betainc,
    lambda x, y, z: beta_slope(x, y, z, IN_A),
    lambda x, y, z: beta_slope(x, y, z, IN_B),
    lambda x, y, z: beta_density(x, y, z),
)


def _beta_quantile_in_shape(x: Any, y: Any, out: Any, order: tuple[int, int]) -> Any:
    return -_quotient(beta_slope(x, y, out, order), beta_density(x, y, out))


rule(
    special.betaincinv,
    lambda x, y, out: _beta_quantile_in_shape(x, y, out, IN_A),
    lambda x, y, out: _beta_quantile_in_shape(x, y, out, IN_B),
    lambda x, y, out: 1 / beta_density(x, y, out),
)
if hasattr(special, "betaincc"):  # SciPy 1.11
    rule(
        special.betaincc,
        lambda x, y, z: -beta_slope(x, y, z, IN_A),
        lambda x, y, z: -beta_slope(x, y, z, IN_B),
        lambda x, y, z: -beta_density(x, y, z),
    )
    rule(
        special.betainccinv,
        lambda x, y, out: _beta_quantile_in_shape(x, y, out, IN_A),
        lambda x, y, out: _beta_quantile_in_shape(x, y, out, IN_B),
        lambda x, y, out: -1 / beta_density(x, y, out),
    )

# gdtr(a, b, x) = P(b, a x), with the rate a and the shape b; chdtr(v, x) = P(v / 2, x / 2).

rule(
    special.gdtr,
    lambda x, y, z: z * gamma_density(y, x * z),
    lambda x, y, z: gamma_slope(y, x * z, IN_A),
    lambda x, y, z: x * gamma_density(y, x * z),
)
rule(
    special.gdtrc,
    lambda x, y, z: -z * gamma_density(y, x * z),
    lambda x, y, z: -gamma_slope(y, x * z, IN_A),
    lambda x, y, z: -x * gamma_density(y, x * z),
)
rule(
    special.gdtrix,
    lambda x, out: -out / x,
    lambda x, y, out: _gamma_quantile_in_shape(y, x * out) / x,
    lambda x, y, out: 1 / (x * gamma_density(y, x * out)),
)
rule(
    special.chdtr,
    lambda x, y: 0.5 * gamma_slope(0.5 * x, 0.5 * y, IN_A),
    lambda x, y: 0.5 * gamma_density(0.5 * x, 0.5 * y),
)
rule(
    special.chdtrc,
    lambda x, y: select(y < 0, 0, -0.5 * gamma_slope(0.5 * x, 0.5 * y, IN_A))[()],
    lambda x, y: select(y < 0, 0, -0.5 * gamma_density(0.5 * x, 0.5 * y))[()],
)
rule(
    special.chdtri,
    lambda x, out: _gamma_quantile_in_shape(0.5 * x, 0.5 * out),
    lambda x, out: -2 / gamma_density(0.5 * x, 0.5 * out),
)

# Of discrete distributions, steps in the counts: pdtr(k, m) = Q(⌊k⌋ + 1, m), bdtr(k, n, p) = I_{1-p}(n - ⌊k⌋, ⌊k⌋ + 1),
# nbdtr(k, n, p) = I_p(n, k + 1). All other counts SciPy cuts to whole numbers, towards 0.


def _after(k: Any) -> Any:
    return np.floor(k) + 1


def _chance_density(k: Any, n: Any, p: Any) -> Any:
    """Of the probability p at which more than k of n come true."""
    return beta_density(_after(k), np.trunc(n) - np.floor(k), p)


def _waiting_density(k: Any, n: Any, p: Any) -> Any:
    """Of the probability p at which the n-th success comes after at most k failures."""
    return beta_density(np.trunc(n), np.trunc(k) + 1, p)


rule(special.pdtr, None, lambda x, y: -gamma_density(_after(x), y))
rule(special.pdtrc, None, lambda x, y: gamma_density(_after(x), y))
rule(special.pdtri, None, lambda x, out: -1 / gamma_density(np.trunc(x) + 1, out))
rule(special.bdtr, None, None, lambda x, y, z: -_chance_density(x, y, z))
rule(special.bdtrc, None, None, lambda x, y, z: _chance_density(np.maximum(x, -1), y, z))
rule(special.bdtri, None, None, lambda x, y, out: -1 / _chance_density(x, y, out))
rule(special.nbdtr, None, None, lambda x, y, z: _waiting_density(x, y, z))
rule(special.nbdtrc, None, None, lambda x, y, z: -_waiting_density(x, y, z))
rule(special.nbdtri, None, None, lambda x, y, out: 1 / _waiting_density(x, y, out))

# fdtr(m, n, x) = I_w(m / 2, n / 2) with w = m x / (n + m x).


def _ratio(x: Any, y: Any, z: Any) -> Any:
    return x * z / (y + x * z)


def _f_density(x: Any, y: Any, z: Any) -> Any:
    """Of log(m x / n)."""
    w = _ratio(x, y, z)
    return w * (1 - w) * beta_density(0.5 * x, 0.5 * y, w)


def _f_in_first(x: Any, y: Any, z: Any) -> Any:
    return 0.5 * beta_slope(0.5 * x, 0.5 * y, _ratio(x, y, z), IN_A) + _f_density(x, y, z) / x


def _f_in_second(x: Any, y: Any, z: Any) -> Any:
    return 0.5 * beta_slope(0.5 * x, 0.5 * y, _ratio(x, y, z), IN_B) - _f_density(x, y, z) / y


def _f_in_value(x: Any, y: Any, z: Any) -> Any:
    """With the factor w (1 - w) / x written so that it holds at 0."""
    share = y + x * z
    return x * y / (share * share) * beta_density(0.5 * x, 0.5 * y, _ratio(x, y, z))


rule(special.fdtr, _f_in_first, _f_in_second, _f_in_value)
rule(
    special.fdtrc,
    lambda x, y, z: -_f_in_first(x, y, z),
    lambda x, y, z: -_f_in_second(x, y, z),
    lambda x, y, z: -_f_in_value(x, y, z),
)
rule(
    special.fdtri,
    lambda x, y, out: -_quotient(_f_in_first(x, y, out), _f_in_value(x, y, out)),
    lambda x, y, out: -_quotient(_f_in_second(x, y, out), _f_in_value(x, y, out)),
    lambda x, y, out: 1 / _f_in_value(x, y, out),
)

# stdtr(n, t), Student's: 1 - I_z(n / 2, 1 / 2) / 2 for t >= 0 with z = n / (n + t²), and symmetric. With its density f,
# F_n = -sign(t) (dI/da)(n / 2, 1 / 2, z) / 4 - t f / (2n), as z depends on t² / n alone. For an infinite n it is the
# normal distribution function, and flat in n.


def _of_finite(
    function: Callable[..., Any], otherwise: Callable[..., Any] = np.zeros_like
) -> Callable[[Any, Any], Any]:
    """A function of n and t; for an infinite n another, of t alone."""

    def whole(x: Any, y: Any) -> Any:
        infinite = np.isinf(x)
        return select(infinite, otherwise(y), function(select(infinite, 1, x), y))[()]

    return whole


def _density(x: Any, y: Any) -> Any:
    return special.poch(0.5 * x, 0.5) / np.sqrt(pi * x) * np.exp(-0.5 * (x + 1) * np.log1p(y * y / x))


def _density_slope(x: Any, y: Any) -> Any:
    shape = 0.5 * (special.digamma(0.5 * x + 0.5) - special.digamma(0.5 * x) - 1 / x - np.log1p(y * y / x))
    return _density(x, y) * (shape + 0.5 * (x + 1) * y * y / (x * (x + y * y)))


def _t_part(x: Any, y: Any, order: int) -> Any:
    return np.sign(y) * beta_slope(0.5 * x, 0.5, x / (x + y * y), (order, 0))


def _bend(x: Any, y: Any) -> Any:
    """F_nn."""
    share = y * _density(x, y) / x
    level = np.log(x / (x + y * y)) - special.digamma(0.5 * x) + special.digamma(0.5 * x + 0.5)
    return -0.125 * _t_part(x, y, 2) - 0.25 * share * level + 0.5 * share / x - 0.5 * y / x * _density_slope(x, y)


def _slope(x: Any, y: Any) -> Any:
    return -0.25 * _t_part(x, y, 1) - 0.5 * y / x * _density(x, y)


def _normal_density(y: Any) -> Any:
    return np.exp(-0.5 * y * y) / sqrt(2 * pi)


t_density = _of_finite(_density, _normal_density)
t_slope = elementwise("special.stdtr_slope", _of_finite(_slope), _of_finite(_bend), _of_finite(_density_slope))
"""(n, t): the derivative of stdtr in the degrees of freedom."""

rule(special.stdtr, lambda x, y: t_slope(x, y), t_density)
rule(
    special.stdtrit,
    lambda x, out: -t_slope(x, out) / t_density(x, out),
    lambda x, out: 1 / t_density(x, out),
)
