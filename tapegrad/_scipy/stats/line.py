"""Distributions on the whole line, by their standardised formulas.

Each formula is a function of the standardised variable and of the shape parameters in SciPy's order.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import stats

from tapegrad._rules.dependences import Partial
from tapegrad._rules.kinds import declare
from tapegrad._scipy.special.declaring import special
from tapegrad._scipy.special.shapes import gamma_slope
from tapegrad._scipy.stats.standard import continuous
from tapegrad._scipy.stats.values import settle

LOG_2 = float(np.log(2))
LOG_PI = float(np.log(np.pi))
LOG_SQRT_2PI = float(np.log(2 * np.pi) / 2)


def log_normal(z: Any) -> Any:
    """The logarithm of the standard normal density."""
    return -0.5 * np.square(z) - LOG_SQRT_2PI


norm = continuous(
    stats.norm,
    log_normal,
    cdf=lambda z: special.ndtr(z),
    sf=lambda z: special.ndtr(-z),
    logcdf=lambda z: special.log_ndtr(z),
    logsf=lambda z: special.log_ndtr(-z),
)
"""Normal: https://docs.scipy.org/doc/scipy/reference/generated/scipy.stats.norm.html"""


def _log_student(z: Any, df: Any) -> Any:
    normal = np.isinf(df)
    df = settle(normal, df, 1.0)
    log_constant = np.log(special.poch(0.5 * df, 0.5)) - 0.5 * (np.log(df) + LOG_PI)
    return settle(normal, log_constant - 0.5 * (df + 1) * np.log1p(np.square(z) / df), log_normal(z))


t = continuous(stats.t, _log_student, cdf=lambda z, df: special.stdtr(df, z), sf=lambda z, df: special.stdtr(df, -z))
"""Student's t: https://docs.scipy.org/doc/scipy/reference/generated/scipy.stats.t.html"""


def _halves(z: Any) -> tuple[Any, Any, Any]:
    """Where z > 0; the positive part, the negative part. Each is smooth up to 0 and with it on its own side."""
    right = np.greater(z, 0)
    return right, np.where(right, z, 0.0), np.where(right, 0.0, z)


def _laplace_cdf(z: Any) -> Any:
    right, above, below = _halves(z)
    return settle(right, 0.5 * np.exp(below), 1 - 0.5 * np.exp(-above))


def _laplace_logcdf(z: Any) -> Any:
    right, above, below = _halves(z)
    return settle(right, below - LOG_2, np.log1p(-0.5 * np.exp(-above)))


laplace = continuous(
    stats.laplace,
    lambda z: -np.abs(z) - LOG_2,
    cdf=_laplace_cdf,
    sf=lambda z: _laplace_cdf(-z),
    logcdf=_laplace_logcdf,
    logsf=lambda z: _laplace_logcdf(-z),
)
"""Laplace: https://docs.scipy.org/doc/scipy/reference/generated/scipy.stats.laplace.html"""

logistic = continuous(
    stats.logistic,
    lambda z: special.log_expit(z) + special.log_expit(-z),
    cdf=lambda z: special.expit(z),
    sf=lambda z: special.expit(-z),
    logcdf=lambda z: special.log_expit(z),
    logsf=lambda z: special.log_expit(-z),
)
"""Logistic: https://docs.scipy.org/doc/scipy/reference/generated/scipy.stats.logistic.html"""

cauchy = continuous(
    stats.cauchy,
    lambda z: -LOG_PI - 2 * np.log(np.hypot(1.0, z)),  # z² could overflow
    cdf=lambda z: np.arctan2(1.0, -z) / np.pi,
    sf=lambda z: np.arctan2(1.0, z) / np.pi,
)
"""Cauchy: https://docs.scipy.org/doc/scipy/reference/generated/scipy.stats.cauchy.html"""

gumbel_r = continuous(
    stats.gumbel_r,
    lambda z: -z - np.exp(-z),
    sf=lambda z: -np.expm1(-np.exp(-z)),
    logcdf=lambda z: -np.exp(-z),
)
"""Gumbel, of maxima: https://docs.scipy.org/doc/scipy/reference/generated/scipy.stats.gumbel_r.html"""

gumbel_l = continuous(
    stats.gumbel_l,
    lambda z: z - np.exp(z),
    cdf=lambda z: -np.expm1(-np.exp(z)),
    logsf=lambda z: -np.exp(z),
)
"""Gumbel, of minima: https://docs.scipy.org/doc/scipy/reference/generated/scipy.stats.gumbel_l.html"""


def _by_base(z: Any, beta: Any) -> Any:
    """That is beta z |z|**(beta - 2), and 0 at a cusp."""
    cusp = np.equal(z, 0) & np.less(beta, 2)
    return beta * z * absolute_power(settle(cusp, z, 1.0), beta - 2)


def _absolute_power(z: Any, beta: Any) -> Any:
    return np.abs(z) ** beta


absolute_power = declare(
    "absolute_power",
    _absolute_power,
    {
        "z": Partial(_by_base),
        "beta": Partial(lambda z, out: out * np.log(settle(np.equal(z, 0), np.abs(z), 1.0))),
    },
    parameters=(),
    elementwise=True,
)
"""|z|**beta, with its second derivative at 0 where it has one."""


def _log_gennorm(z: Any, beta: Any) -> Any:
    return np.log(0.5 * beta) - special.gammaln(1 / beta) - absolute_power(z, beta)


def _gennorm_by_beta(z: Any, beta: Any) -> Any:
    """The derivative of the cdf in beta.

    It is F = 1/2 + sign(z)/2 P(1/beta, w) with the regularised incomplete gamma function P and w = |z|**beta. There
    dw/dbeta = w log|z|, while dw/dz = beta w/z gives the density: the part through w is z log|z|/beta times that.
    """
    w = absolute_power(z, beta)
    by_shape = gamma_slope(1 / beta, w, (1, 0)) / -np.square(beta)
    through_w = np.sign(z) * special.xlogy(np.abs(z), np.abs(z)) / beta * np.exp(_log_gennorm(z, beta))
    return 0.5 * np.sign(z) * by_shape + through_w


def _gennorm_cdf(z: Any, beta: Any) -> Any:
    half = 0.5 * np.sign(z)
    return (0.5 + half) - half * special.gammaincc(1 / beta, np.abs(z) ** beta)


gennorm_cdf = declare(
    "gennorm_cdf",
    _gennorm_cdf,
    {"z": Partial(lambda z, beta: np.exp(_log_gennorm(z, beta))), "beta": Partial(_gennorm_by_beta)},
    parameters=(),
)
gennorm = continuous(stats.gennorm, _log_gennorm, cdf=gennorm_cdf, sf=lambda z, beta: gennorm_cdf(-z, beta))
"""Generalised normal: https://docs.scipy.org/doc/scipy/reference/generated/scipy.stats.gennorm.html"""


def _log_skewnorm(z: Any, a: Any) -> Any:
    return LOG_2 + log_normal(z) + special.log_ndtr(a * z)


skewnorm_cdf = declare(
    "skewnorm_cdf",
    stats.skewnorm.cdf,
    {
        "z": Partial(lambda z, a: np.exp(_log_skewnorm(z, a))),
        # F = ndtr(z) - 2 T(z, a) with Owen's T, and dT/da = exp(-z² (1 + a²)/2) / (2 π (1 + a²))
        "a": Partial(lambda z, a: np.exp(-0.5 * np.square(z) * (1 + a * a)) / (-np.pi * (1 + a * a))),
    },
    parameters=(),
)
skewnorm = continuous(
    stats.skewnorm,
    _log_skewnorm,
    cdf=skewnorm_cdf,
    sf=lambda z, a: skewnorm_cdf(-z, -a),
    valid=np.isfinite,
    closed=False,  # at infinity 0 z would be nan
)
"""Skew normal: https://docs.scipy.org/doc/scipy/reference/generated/scipy.stats.skewnorm.html"""


def _log_i0e(kappa: Any) -> Any:
    return np.log(special.i0e(kappa))


log_i0e = declare(
    "log_i0e",
    _log_i0e,
    {"kappa": Partial(lambda kappa: special.i1e(kappa) / special.i0e(kappa) - 1)},
    parameters=(),
    elementwise=True,
)
"""log(I0(kappa)) - kappa with its derivative from the right at 0, where i0e has a kink."""


def _log_vonmises(z: Any, kappa: Any) -> Any:
    return kappa * special.cosm1(z) - 2 * LOG_SQRT_2PI - log_i0e(kappa)


def _not_negative(kappa: Any) -> Any:
    return np.greater_equal(kappa, 0)


NODES, WEIGHTS = np.polynomial.legendre.leggauss(64)


def _vonmises_by_kappa(z: Any, kappa: Any) -> Any:
    """The derivative of von Mises's cdf in kappa.

    The density f has the derivative (cos t - A) f with A = I1(kappa)/I0(kappa), and F(0) = 1/2 for every kappa. So it
    is the integral of that from 0 to z, taken by Gauss and Legendre where f has not yet vanished: its width is
    1/sqrt(kappa). It has the period 2 pi in z.
    """
    reach = np.minimum(np.pi, 10 / np.sqrt(np.maximum(kappa, 1.0)))
    end = np.clip(np.remainder(z + np.pi, 2 * np.pi) - np.pi, -reach, reach)
    nodes = 0.5 * np.expand_dims(end, -1) * (1 + NODES)
    kappa = np.expand_dims(kappa, -1)
    drift = special.cosm1(nodes) + (1 - special.i1e(kappa) / special.i0e(kappa))
    return 0.5 * end * np.sum(WEIGHTS * drift * np.exp(_log_vonmises(nodes, kappa)), axis=-1)


vonmises_cdf = declare(
    "vonmises_cdf",
    stats.vonmises.cdf,
    {"z": Partial(lambda z, kappa: np.exp(_log_vonmises(z, kappa))), "kappa": Partial(_vonmises_by_kappa)},
    parameters=(),
)
vonmises = continuous(stats.vonmises, _log_vonmises, cdf=vonmises_cdf, valid=_not_negative)
"""Von Mises: https://docs.scipy.org/doc/scipy/reference/generated/scipy.stats.vonmises.html"""


def _exponnorm_part(z: Any, k: Any) -> Any:
    """The logarithm of exp((1/k - 2 z)/2 k) ndtr(z - 1/k)."""
    return (0.5 / k - z) / k + special.log_ndtr(z - 1 / k)


exponnorm = continuous(
    stats.exponnorm,
    lambda z, k: _exponnorm_part(z, k) - np.log(k),
    cdf=lambda z, k: special.ndtr(z) - np.exp(_exponnorm_part(z, k)),
    sf=lambda z, k: special.ndtr(-z) + np.exp(_exponnorm_part(z, k)),
    closed=False,  # at -infinity the logarithm would be inf - inf
)
"""Exponentially modified normal: https://docs.scipy.org/doc/scipy/reference/generated/scipy.stats.exponnorm.html"""
