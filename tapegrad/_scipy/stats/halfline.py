"""Distributions on a half-line, by their standardised formulas."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import stats

from tapegrad._scipy.special.declaring import special
from tapegrad._scipy.stats.standard import continuous, from_zero
from tapegrad._scipy.stats.values import INF

LOG_2 = float(np.log(2))
LOG_PI = float(np.log(np.pi))
SQRT_2 = float(np.sqrt(2))


def from_one(*shapes: Any) -> tuple[Any, Any]:
    return 1.0, INF


def up_to_zero(*shapes: Any) -> tuple[Any, Any]:
    return -INF, 0.0


gamma = continuous(
    stats.gamma,
    lambda z, a: special.xlogy(a - 1, z) - z - special.gammaln(a),
    cdf=lambda z, a: special.gammainc(a, z),
    sf=lambda z, a: special.gammaincc(a, z),
    support=from_zero,
    middle=1.0,
)
"""Gamma: https://docs.scipy.org/doc/scipy/reference/generated/scipy.stats.gamma.html"""

chi2 = continuous(
    stats.chi2,
    lambda z, df: special.xlogy(0.5 * df - 1, z) - 0.5 * z - special.gammaln(0.5 * df) - 0.5 * LOG_2 * df,
    cdf=lambda z, df: special.gammainc(0.5 * df, 0.5 * z),
    sf=lambda z, df: special.gammaincc(0.5 * df, 0.5 * z),
    support=from_zero,
    middle=1.0,
)
"""Chi-squared: https://docs.scipy.org/doc/scipy/reference/generated/scipy.stats.chi2.html"""

invgamma = continuous(
    stats.invgamma,
    lambda z, a: -(a + 1) * np.log(z) - special.gammaln(a) - 1 / z,
    cdf=lambda z, a: special.gammaincc(a, 1 / z),
    sf=lambda z, a: special.gammainc(a, 1 / z),
    support=from_zero,
    middle=1.0,
    closed=False,
)
"""Inverse gamma: https://docs.scipy.org/doc/scipy/reference/generated/scipy.stats.invgamma.html"""

expon = continuous(
    stats.expon,
    lambda z: -z,
    cdf=lambda z: -np.expm1(-z),
    logsf=lambda z: -z,
    support=from_zero,
    middle=1.0,
)
"""Exponential: https://docs.scipy.org/doc/scipy/reference/generated/scipy.stats.expon.html"""

lognorm = continuous(
    stats.lognorm,
    lambda z, s: -0.5 * np.square(np.log(z) / s) - np.log(s * z) - 0.5 * (LOG_2 + LOG_PI),
    cdf=lambda z, s: special.ndtr(np.log(z) / s),
    sf=lambda z, s: special.ndtr(-np.log(z) / s),
    logcdf=lambda z, s: special.log_ndtr(np.log(z) / s),
    logsf=lambda z, s: special.log_ndtr(-np.log(z) / s),
    support=from_zero,
    middle=1.0,
    closed=False,
)
"""Log-normal: https://docs.scipy.org/doc/scipy/reference/generated/scipy.stats.lognorm.html"""

pareto = continuous(
    stats.pareto,
    lambda z, b: np.log(b) - (b + 1) * np.log(z),
    cdf=lambda z, b: -np.expm1(-b * np.log(z)),
    logsf=lambda z, b: -b * np.log(z),
    support=from_one,
    middle=2.0,
)
"""Pareto: https://docs.scipy.org/doc/scipy/reference/generated/scipy.stats.pareto.html"""

weibull_min = continuous(
    stats.weibull_min,
    lambda z, c: np.log(c) + special.xlogy(c - 1, z) - z**c,
    cdf=lambda z, c: -np.expm1(-(z**c)),
    logsf=lambda z, c: -(z**c),
    support=from_zero,
    middle=1.0,
)
"""Weibull, of minima: https://docs.scipy.org/doc/scipy/reference/generated/scipy.stats.weibull_min.html"""

weibull_max = continuous(
    stats.weibull_max,
    lambda z, c: np.log(c) + special.xlogy(c - 1, -z) - (-z) ** c,
    sf=lambda z, c: -np.expm1(-((-z) ** c)),
    logcdf=lambda z, c: -((-z) ** c),
    support=up_to_zero,
    middle=-1.0,
)
"""Weibull, of maxima: https://docs.scipy.org/doc/scipy/reference/generated/scipy.stats.weibull_max.html"""


def _log_f(z: Any, n: Any, m: Any) -> Any:
    power = 0.5 * n * np.log(n / m) + special.xlogy(0.5 * n - 1, z)
    return power - 0.5 * (n + m) * np.log1p(n / m * z) - special.betaln(0.5 * n, 0.5 * m)


f = continuous(
    stats.f,
    _log_f,
    cdf=lambda z, n, m: special.fdtr(n, m, z),
    sf=lambda z, n, m: special.fdtrc(n, m, z),
    support=from_zero,
    middle=1.0,
)
"""F: https://docs.scipy.org/doc/scipy/reference/generated/scipy.stats.f.html"""

halfnorm = continuous(
    stats.halfnorm,
    lambda z: 0.5 * (LOG_2 - LOG_PI) - 0.5 * np.square(z),
    cdf=lambda z: special.erf(z / SQRT_2),
    logsf=lambda z: LOG_2 + special.log_ndtr(-z),
    support=from_zero,
    middle=1.0,
)
"""Half normal: https://docs.scipy.org/doc/scipy/reference/generated/scipy.stats.halfnorm.html"""

halfcauchy = continuous(
    stats.halfcauchy,
    lambda z: LOG_2 - LOG_PI - 2 * np.log(np.hypot(1.0, z)),
    cdf=lambda z: 2 / np.pi * np.arctan(z),
    sf=lambda z: 2 / np.pi * np.arctan2(1.0, z),
    support=from_zero,
    middle=1.0,
)
"""Half Cauchy: https://docs.scipy.org/doc/scipy/reference/generated/scipy.stats.halfcauchy.html"""

rayleigh = continuous(
    stats.rayleigh,
    lambda z: np.log(z) - 0.5 * np.square(z),
    cdf=lambda z: -np.expm1(-0.5 * np.square(z)),
    logsf=lambda z: -0.5 * np.square(z),
    support=from_zero,
    middle=1.0,
    closed=False,
)
"""Rayleigh: https://docs.scipy.org/doc/scipy/reference/generated/scipy.stats.rayleigh.html"""


def _invgauss_parts(z: Any, mu: Any) -> tuple[Any, Any, Any]:
    """Arguments of normal cdfs, and the logarithm of the second term.

    The cdf is ndtr(u) + exp(2/mu) ndtr(v): Giner and Smyth, statmod: Probability Calculations for the Inverse Gaussian
    Distribution, The R Journal 8/1 (2016).
    """
    root = np.sqrt(z)
    u, v = (z / mu - 1) / root, -(z / mu + 1) / root
    return u, v, 2 / mu + special.log_ndtr(v)


def _invgauss_logcdf(z: Any, mu: Any) -> Any:
    u, _, second = _invgauss_parts(z, mu)
    first = special.log_ndtr(u)
    return first + np.log1p(np.exp(second - first))


def _invgauss_logsf(z: Any, mu: Any) -> Any:
    u, _, second = _invgauss_parts(z, mu)
    first = special.log_ndtr(-u)
    return first + np.log1p(-np.exp(second - first))


invgauss = continuous(
    stats.invgauss,
    lambda z, mu: -0.5 * (LOG_2 + LOG_PI) - 1.5 * np.log(z) - np.square(z / mu - 1) / (2 * z),
    logcdf=_invgauss_logcdf,
    logsf=_invgauss_logsf,
    support=from_zero,
    middle=1.0,
    closed=False,
)
"""Inverse Gaussian: https://docs.scipy.org/doc/scipy/reference/generated/scipy.stats.invgauss.html"""
