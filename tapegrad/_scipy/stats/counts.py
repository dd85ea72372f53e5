"""Discrete distributions, by their formulas. The variable and counts of trials are constants."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import stats

from tapegrad._rules.fronts import known_value
from tapegrad._scipy.special.declaring import special
from tapegrad._scipy.stats.standard import discrete
from tapegrad._scipy.stats.values import INF


def up_to_count(n: Any, *shapes: Any) -> tuple[Any, Any]:
    return 0.0, n


def from_one(*shapes: Any) -> tuple[Any, Any]:
    return 1.0, INF


def _whole(n: Any) -> Any:
    return np.greater_equal(n, 0) & np.equal(np.floor(n), n)


def _chance(p: Any) -> Any:
    return np.greater_equal(p, 0) & np.less_equal(p, 1)


def _positive_chance(p: Any) -> Any:
    return np.greater(p, 0) & np.less_equal(p, 1)


def _log_choices(n: Any, k: Any) -> Any:
    """The logarithm of the binomial coefficient."""
    return -np.log(n + 1) - special.betaln(n - k + 1, k + 1)


poisson = discrete(
    stats.poisson,
    lambda k, mu: special.xlogy(k, mu) - special.gammaln(k + 1) - mu,
    cdf=lambda k, mu: special.gammaincc(k + 1, mu),
    sf=lambda k, mu: special.gammainc(k + 1, mu),
    valid=lambda mu: np.greater_equal(mu, 0),
)
"""Poisson: https://docs.scipy.org/doc/scipy/reference/generated/scipy.stats.poisson.html"""

binom = discrete(
    stats.binom,
    lambda k, n, p: _log_choices(n, k) + special.xlogy(k, p) + special.xlog1py(n - k, -p),
    cdf=lambda k, n, p: special.betainc(n - k, k + 1, 1 - p),
    sf=lambda k, n, p: special.betainc(k + 1, n - k, p),
    support=up_to_count,
    valid=lambda n, p: _whole(n) & _chance(p),
    counts=(0,),
)
"""Binomial: https://docs.scipy.org/doc/scipy/reference/generated/scipy.stats.binom.html"""

bernoulli = discrete(
    stats.bernoulli,
    lambda k, p: special.xlogy(k, p) + special.xlog1py(1 - k, -p),
    cdf=lambda k, p: 1 - p + 0 * k,
    sf=lambda k, p: p + 0 * k,
    support=lambda p: (0.0, 1.0),
    valid=_chance,
)
"""Bernoulli: https://docs.scipy.org/doc/scipy/reference/generated/scipy.stats.bernoulli.html"""

nbinom = discrete(
    stats.nbinom,
    lambda k, n, p: (
        special.gammaln(n + k) - special.gammaln(k + 1) - special.gammaln(n) + n * np.log(p) + special.xlog1py(k, -p)
    ),
    cdf=lambda k, n, p: special.betainc(n, k + 1, p),
    sf=lambda k, n, p: special.betainc(k + 1, n, 1 - p),
    valid=lambda n, p: np.greater(n, 0) & _positive_chance(p),
)
"""Negative binomial: https://docs.scipy.org/doc/scipy/reference/generated/scipy.stats.nbinom.html"""

geom = discrete(
    stats.geom,
    lambda k, p: special.xlog1py(k - 1, -p) + np.log(p),
    cdf=lambda k, p: -np.expm1(k * np.log1p(-p)),
    logsf=lambda k, p: k * np.log1p(-p),
    support=from_one,
    middle=1.0,
    valid=_positive_chance,
)
"""Geometric: https://docs.scipy.org/doc/scipy/reference/generated/scipy.stats.geom.html"""


def _log_betabinom(k: Any, n: Any, a: Any, b: Any) -> Any:
    return _log_choices(n, k) + special.betaln(k + a, n - k + b) - special.betaln(a, b)


def _betabinom_cdf(k: Any, n: Any, a: Any, b: Any) -> Any:
    """The sum, for all `k` at once: along an axis as long as the largest of them."""
    largest = known_value(k)  # a constant to derivatives: only the whole batch can be below
    steps = np.arange(float(np.max(np.nan_to_num(largest, nan=0.0), initial=0.0)) + 1)
    n, a, b = (np.expand_dims(v, -1) for v in (n, a, b))
    within = np.less_equal(steps, np.expand_dims(k, -1))
    terms = np.exp(_log_betabinom(np.where(within, steps, 0.0), n, a, b))
    return np.sum(np.where(within, terms, 0.0), axis=-1) + 0 * k


betabinom = discrete(
    stats.betabinom,
    _log_betabinom,
    cdf=_betabinom_cdf,
    support=up_to_count,
    valid=lambda n, a, b: _whole(n) & np.greater(a, 0) & np.greater(b, 0),
    counts=(0,),
)
"""Beta-binomial: https://docs.scipy.org/doc/scipy/reference/generated/scipy.stats.betabinom.html"""
