"""Distributions between two bounds, by their standardised formulas."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import stats

from tapegrad._scipy.special.declaring import special
from tapegrad._scipy.stats.standard import continuous, up_to_one
from tapegrad._scipy.stats.values import INF, settle

LOG_SQRT_2PI = float(np.log(2 * np.pi) / 2)


def bounds(low: Any, high: Any) -> tuple[Any, Any]:
    return low, high


uniform = continuous(
    stats.uniform, lambda z: 0.0 * z, cdf=lambda z: z, sf=lambda z: 1 - z, support=up_to_one, middle=0.5
)
"""Uniform: https://docs.scipy.org/doc/scipy/reference/generated/scipy.stats.uniform.html"""

beta = continuous(
    stats.beta,
    lambda z, a, b: special.xlogy(a - 1, z) + special.xlog1py(b - 1, -z) - special.betaln(a, b),
    cdf=lambda z, a, b: special.betainc(a, b, z),
    sf=lambda z, a, b: special.betaincc(a, b, z),
    support=up_to_one,
    middle=0.5,
)
"""Beta: https://docs.scipy.org/doc/scipy/reference/generated/scipy.stats.beta.html"""

loguniform = continuous(
    stats.loguniform,
    lambda z, a, b: -np.log(z) - np.log(np.log(b / a)),
    cdf=lambda z, a, b: np.log(z / a) / np.log(b / a),
    sf=lambda z, a, b: np.log(b / z) / np.log(b / a),
    support=bounds,
    middle=lambda a, b: a,
    valid=lambda a, b: np.greater(a, 0) & np.greater(b, a),
)
"""Log-uniform: https://docs.scipy.org/doc/scipy/reference/generated/scipy.stats.loguniform.html"""


def _log_complement(x: Any) -> Any:
    """log(1 - exp(x)) for x <= 0, exact at both ends: Mächler, Accurately Computing log(1 - exp(-|a|)) (2012)."""
    close = np.greater(x, -0.6931471805599453)
    near, far = settle(~close, x, -0.5), settle(close, x, -1.0)
    return settle(close, np.log1p(-np.exp(far)), np.log(-np.expm1(near)))


def _log_mass(low: Any, high: Any) -> Any:
    """The logarithm of the normal probability between two numbers.

    An interval on the right is reflected: in the left tail both ends have a logarithm of full precision.
    """
    right = np.greater(low, 0)
    low, high = settle(right, low, -high), settle(right, high, -low)
    lower, upper = special.log_ndtr(low), special.log_ndtr(high)
    gone = np.equal(upper, -INF)
    return settle(gone, upper + _log_complement(settle(gone, lower, -2.0) - settle(gone, upper, -1.0)), -INF)


def _truncnorm_log_part(part: Any, rest: Any, whole: Any) -> Any:
    """The logarithm of a part's share; from that of the rest, where it is nearly all."""
    share, remaining = part - whole, rest - whole
    most = np.greater(share, -0.1)
    return settle(most, share, np.log1p(-np.exp(settle(~most, remaining, -1.0))))


truncnorm = continuous(
    stats.truncnorm,
    lambda z, a, b: -0.5 * np.square(z) - LOG_SQRT_2PI - _log_mass(a, b),
    logcdf=lambda z, a, b: _truncnorm_log_part(_log_mass(a, z), _log_mass(z, b), _log_mass(a, b)),
    logsf=lambda z, a, b: _truncnorm_log_part(_log_mass(z, b), _log_mass(a, z), _log_mass(a, b)),
    support=bounds,
    middle=lambda a, b: np.clip(0.0, a, b),
    valid=np.less,
)
"""Truncated normal: https://docs.scipy.org/doc/scipy/reference/generated/scipy.stats.truncnorm.html"""
