"""The densities of the gamma and the beta distribution, in all digits for large shape parameters too."""

from __future__ import annotations

from collections.abc import Callable
from math import pi
from typing import Any

import numpy as np

from tapegrad._rules.folding import select
from tapegrad._rules.kinds import declare
from tapegrad._scipy.special.declaring import special
from tapegrad.extend import Partial

BERNOULLI = (1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510, 43867 / 798, -174611 / 330)
"""B₂, B₄, ..."""


def in_double(compute: Callable[..., Any]) -> Callable[..., Any]:
    """The computation on arrays of double precision, its result in the precision of the arguments."""

    def computed(*args: Any) -> Any:
        arrays = [arg for arg in args if not isinstance(arg, tuple)]
        dtype = np.result_type(*arrays)
        doubled = [np.asarray(arg, float) for arg in arrays]
        with np.errstate(all="ignore"):
            out = compute(*np.broadcast_arrays(*doubled), *args[len(arrays) :])
        return out.astype(dtype if dtype.kind == "f" else float)[()]

    return computed


def _stirling(a: Any) -> Any:
    """By how much log Γ(a) exceeds (a - 1/2) log a - a + log(2π) / 2, for a >= 10 (DLMF 5.11.1)."""
    square = 1 / (a * a)
    series: Any = 0.0
    for k in range(7, 0, -1):
        series = BERNOULLI[k - 1] / (2 * k * (2 * k - 1)) + square * series
    return series / a


def _log_excess(r: Any, exact: Any) -> Any:
    """Log(1 + r) - r; `exact` is 1 + r, which keeps its digits where r is close to -1."""
    near = np.abs(r) < 0.5
    return select(near, np.log1p(select(near, r, 0)), np.log(select(near, 1, exact))) - r


def gamma_peak(a: Any, x: Any) -> Any:
    """x^a exp(-x) / Γ(a), without the cancellation of large terms."""
    large = a >= 10
    scale = select(large, a, 10)
    centred = scale * _log_excess((x - scale) / scale, x / scale) + 0.5 * np.log(scale / (2 * pi)) - _stirling(scale)
    plain = special.xlogy(a, x) - x - special.gammaln(select(large, 1, a))
    return select(np.isinf(x), 0, np.exp(select(large, centred, plain)))


def beta_peak(a: Any, b: Any, x: Any) -> Any:
    """x^a (1 - x)^b / B(a, b), without the cancellation of large terms."""
    large = (a >= 10) & (b >= 10)
    a_large, b_large, y = select(large, a, 10), select(large, b, 10), 1 - x
    total = a_large + b_large
    p, q = a_large / total, b_large / total
    far = a_large * _log_excess((x - p) / p, x / p) + b_large * _log_excess((p - x) / q, y / q)
    height = 0.5 * np.log(a_large * q / (2 * pi)) - _stirling(a_large) - _stirling(b_large) + _stirling(total)
    plain = special.xlogy(a, x) + special.xlog1py(b, -x) - special.betaln(select(large, 1, a), select(large, 1, b))
    return np.exp(select(large, far + height, plain))


def _density_at_start(a: Any) -> Any:
    """Of the gamma distribution."""
    return select(a == 1, 1, select((a > 1) | (a == 0), 0, np.inf))


@in_double
def _gamma_density(a: Any, x: Any) -> Any:
    start = x == 0
    density = select(start, _density_at_start(a), gamma_peak(a, x) / select(start, 1, x))
    return select(a < 0, np.nan, density)


@in_double
def _beta_density(a: Any, b: Any, x: Any) -> Any:
    first, last = x == 0, x == 1
    ends = select(first, _density_at_start(a) * select(a == 1, b, 1), _density_at_start(b) * select(b == 1, a, 1))
    inner = select(first | last, 0.5, x)
    density = select(first | last, ends, beta_peak(a, b, inner) / (inner * (1 - inner)))
    return select((a < 0) | (b < 0), np.nan, density)


def _slope_at_start(a: Any, rise: Any) -> Any:
    """Of a density that rises by this much for a = 2."""
    return select(np.equal(a, 2), rise, select(np.greater(a, 2), 0, select(np.greater(a, 1), np.inf, -np.inf)))


def _slope_of_gamma_density(a: Any, x: Any, out: Any) -> Any:
    start = np.equal(x, 0)
    slope = out * ((a - 1) / select(start, 1, x) - 1)
    return select(start, select(np.equal(a, 1), -1, _slope_at_start(a, 1)), slope)[()]


def _slope_of_beta_density(a: Any, b: Any, x: Any, out: Any) -> Any:
    first, last = np.equal(x, 0), np.equal(x, 1)
    inner = select(first | last, 0.5, x)
    rise = select(np.equal(a, 1), -b * (b - 1), _slope_at_start(a, b * (b + 1)))
    fall = select(np.equal(b, 1), a * (a - 1), -_slope_at_start(b, a * (a + 1)))
    return select(first, rise, select(last, fall, out * ((a - 1) / inner - (b - 1) / (1 - inner))))[()]


def log_within(x: Any, out: Any) -> Any:
    """Log(x), where the density is not 0."""
    return np.log(select(np.equal(out, 0), 1, x))


gamma_density = declare(
    "special.gamma_density",
    _gamma_density,
    {
        "a": Partial(lambda a, x, out: out * (log_within(x, out) - special.digamma(a))),
        "x": Partial(_slope_of_gamma_density),
    },
    parameters=(),
    elementwise=True,
)
"""(a, x): x^(a - 1) exp(-x) / Γ(a)."""

beta_density = declare(
    "special.beta_density",
    _beta_density,
    {
        "a": Partial(lambda a, b, x, out: out * (log_within(x, out) - special.digamma(a) + special.digamma(a + b))),
        "b": Partial(lambda a, b, x, out: out * (log_within(1 - x, out) - special.digamma(b) + special.digamma(a + b))),
        "x": Partial(_slope_of_beta_density),
    },
    parameters=(),
    elementwise=True,
)
"""(a, b, x): x^(a - 1) (1 - x)^(b - 1) / B(a, b)."""
