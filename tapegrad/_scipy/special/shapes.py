"""Slopes of the gamma and the beta distribution function in the shape parameters.

The density in u = log t or u = logit t is log-concave, with a cumulant generating function of gammas: for the gamma
distribution p = t^a exp(-t) / Γ(a) du, and for the beta distribution p = t^a (1 - t)^b / B(a, b) du. Its derivatives
in the shape parameters are p times polynomials h in log t (and log(1 - t)): with l_jk the derivatives of log p,
Leibniz's rule gives h_(j+1)k = Σ C(j, i) C(k, m) h_(j-i)(k-m) l_(i+1)m. Only l_10 and l_01 depend on t.

A derivative of the distribution function is the integral of p h from the left end to x, or less the integral from x to
the right end: together they are 0. For the first derivative h changes sign once, where log t is its mean. On the side
of x that does not reach there the integrand has one sign, and nothing cancels. Away from x it falls at least
exponentially: Gauss's rule, over the stretch on which it falls by exp(-40), gives nearly all digits.
"""

from __future__ import annotations

from collections.abc import Callable
from math import comb, factorial
from typing import Any

import numpy as np

from tapegrad._rules.folding import select
from tapegrad._rules.kinds import declare
from tapegrad._scipy.special.declaring import hurwitz_zeta, special
from tapegrad._scipy.special.densities import (
    beta_density,
    beta_peak,
    gamma_density,
    gamma_peak,
    in_double,
    log_within,
)
from tapegrad.extend import Partial

DEPTH = 40.0
BLOCK = 512
STEPS = 16
"""Of Newton's method, for the length of the stretch: it need not be exact."""


def gauss(count: int) -> tuple[Any, Any]:
    """Nodes and weights of Gauss's rule on [0, 1]."""
    nodes, weights = np.polynomial.legendre.leggauss(count)
    return (nodes + 1) / 2, weights / 2


GAMMA_NODES, GAMMA_WEIGHTS = gauss(32)
BETA_NODES, BETA_WEIGHTS = gauss(44)


LogSlope = Callable[[int, int], Any]
"""(j, k) -> the derivative of log p, j times in the one and k times in the other shape parameter."""


def _factor(order: tuple[int, int], log_slope: LogSlope) -> Any:
    """The factor h of that order."""
    j, k = order
    if j:
        terms = [((i + 1, m), (j - 1 - i, k - m), comb(j - 1, i) * comb(k, m)) for i in range(j) for m in range(k + 1)]
    else:
        terms = [((0, m + 1), (0, k - 1 - m), comb(k - 1, m)) for m in range(k)]
    return sum(n * _factor(rest, log_slope) * log_slope(*first) for first, rest, n in terms) if terms else 1.0


def _polygamma(n: int, a: Any) -> Any:
    return (-1) ** (n + 1) * float(factorial(n)) * hurwitz_zeta(n + 1.0, a) if n else special.digamma(a)


def _log_slopes_of_gamma(a: Any, log_t: Any) -> LogSlope:
    return lambda j, k: (log_t if j == 1 else 0.0) - _polygamma(j - 1, a)


def _log_slopes_of_beta(a: Any, b: Any, total: Any, log_t: Any, log_rest: Any) -> LogSlope:
    def log_slope(j: int, k: int) -> Any:
        slope = _polygamma(j + k - 1, total)
        if not k:
            slope = slope - _polygamma(j - 1, a)
        elif not j:
            slope = slope - _polygamma(k - 1, b)
        return slope + log_t if (j, k) == (1, 0) else slope + log_rest if (j, k) == (0, 1) else slope

    return log_slope


def _in_blocks(compute: Callable[..., Any]) -> Callable[..., Any]:
    """The computation, block by block: so the values at all nodes stay in the cache."""

    def computed(*args: Any) -> Any:
        *arrays, order = args
        flat = [array.reshape(-1) for array in arrays]
        blocks = range(0, max(flat[0].size, 1), BLOCK)
        parts = [compute(*(array[i : i + BLOCK] for array in flat), order) for i in blocks]
        return np.concatenate(parts).reshape(arrays[0].shape)

    return in_double(computed)


def _stretch(fall: Callable[[Any], tuple[Any, Any]], far: Any) -> Any:
    """Where a convex function reaches DEPTH, by Newton's method from a place beyond."""
    for _ in range(STEPS):
        value, slope = fall(far)
        far = far - (value - DEPTH) / slope
    return far


def _gamma_slope(a: Any, x: Any, order: tuple[int, int]) -> Any:
    inside = (a > 0) & (x > 0) & np.isfinite(x) & np.isfinite(a)
    otherwise = select((a >= 0) & (x >= 0), 0, np.nan)
    given, x = select(inside, a, 1), select(inside, x, 1)
    # For small a the left end is far off: P(a, x) = P(a + 1, x) + x^a exp(-x) / Γ(a + 1) (DLMF 8.8.5).
    shifted = (given < 1) & (x < 1)
    a = given + shifted
    log_x = np.log(x)
    peak = gamma_peak(a, x)
    left = log_x < special.digamma(a)

    def fall(v: Any) -> tuple[Any, Any]:
        """By how much log p falls from x over v, to the left or to the right; and how steeply."""
        s = select(left, -1, 1)
        return x * np.expm1(s * v) - s * a * v, s * (x * np.exp(s * v) - a)

    lead = np.abs(a - x)
    parabola = (np.sqrt(lead * lead + 4 / 3 * x * DEPTH) - lead) / (2 / 3 * x)
    straight = (DEPTH + x) / a
    beyond = (np.sqrt(lead * lead + 2 * x * DEPTH) + np.maximum(a - x, 0)) / x
    length = _stretch(fall, select(left, select(parabola <= 1, parabola, straight), beyond))
    v = length[..., None] * GAMMA_NODES
    side = select(left, -1, 1)[..., None]
    depth = x[..., None] * np.expm1(side * v) - side * a[..., None] * v
    factor = _factor(order, _log_slopes_of_gamma(a[..., None], log_x[..., None] + side * v))
    total = -side[..., 0] * length * peak * ((np.exp(-depth) * factor) @ GAMMA_WEIGHTS)
    step = select(shifted, peak / x, 0) * _factor(order, _log_slopes_of_gamma(a, log_x))
    return select(inside, total + step, otherwise)


def _beta_slope(a: Any, b: Any, x: Any, order: tuple[int, int]) -> Any:
    inside = (a > 0) & (b > 0) & (x > 0) & (x < 1) & np.isfinite(a) & np.isfinite(b)
    otherwise = select((a >= 0) & (b >= 0) & (x >= 0) & (x <= 1), 0, np.nan)
    a, b, x = select(inside, a, 1), select(inside, b, 1), select(inside, x, 0.5)
    y, log_x, log_y = 1 - x, np.log(x), np.log1p(-x)
    # For small a or b that end is far off: I_x(a, b) = I_x(a + 1, b) + x^a (1 - x)^b / (a B(a, b)), and so in b, with
    # the other sign (DLMF 8.17.20-21).
    shifted, other = (a < 1) & (x < 0.5), (b < 1) & (x >= 0.5)
    total, peak = a + b, beta_peak(a, b, x)
    step = select(shifted, peak / a, select(other, -peak / b, 0))
    peak = peak * select(shifted, x * total / a, select(other, y * total / b, 1))
    a, b = a + shifted, b + other
    step = step * _factor(order, _log_slopes_of_beta(a, b, total, log_x, log_y))
    total = a + b
    mean = special.digamma(total)
    left = log_x < special.digamma(a) - mean if order[0] else log_y > special.digamma(b) - mean
    near, start, end = select(left, a, b), select(left, x, y), select(left, y, x)

    def log_rest(v: Any, start: Any, end: Any) -> tuple[Any, Any]:
        """Of what is beyond, after v towards the near end, relative to its value at x; and the fraction this side."""
        drop, fraction = start * np.expm1(-v), start * np.exp(-v)
        return select(drop > -0.5, np.log1p(drop), np.log(end + fraction)), fraction / (end + fraction)

    def fall(v: Any) -> tuple[Any, Any]:
        """By how much log p falls over v towards the near end; and how steeply."""
        log_scale, fraction = log_rest(v, start, end)
        return near * v + total * log_scale, near - total * fraction

    length = _stretch(fall, (DEPTH - total * np.log(end)) / near)
    v = length[..., None] * BETA_NODES
    log_scale, _ = log_rest(v, start[..., None], end[..., None])
    depth = near[..., None] * v + total[..., None] * log_scale
    here, beyond = (
        select(left, log_x, log_y)[..., None] - v - log_scale,
        select(left, log_y, log_x)[..., None] - log_scale,
    )
    side = left[..., None]
    slopes = _log_slopes_of_beta(
        a[..., None], b[..., None], total[..., None], select(side, here, beyond), select(side, beyond, here)
    )
    integral = select(left, 1, -1) * length * peak * ((np.exp(-depth) * _factor(order, slopes)) @ BETA_WEIGHTS)
    return select(inside, integral + step, otherwise)


def _slope_of_gamma_slope(a: Any, x: Any, order: tuple[int, int]) -> Any:
    density = gamma_density(a, x)
    return density * _factor(order, _log_slopes_of_gamma(a, log_within(x, density)))


def _slope_of_beta_slope(a: Any, b: Any, x: Any, order: tuple[int, int]) -> Any:
    density = beta_density(a, b, x)
    logs = log_within(x, density), log_within(1 - x, density)
    return density * _factor(order, _log_slopes_of_beta(a, b, a + b, *logs))


def _next(order: tuple[int, int], i: int) -> tuple[int, int]:
    return (order[0] + 1, order[1]) if i == 0 else (order[0], order[1] + 1)


gamma_slope: Callable[..., Any] = declare(
    "special.gamma_slope",
    _in_blocks(_gamma_slope),
    {
        "a": Partial(lambda a, x, order: gamma_slope(a, x, _next(order, 0))),
        "x": Partial(_slope_of_gamma_slope),
    },
    parameters=("order",),
)
"""(a, x, (j, 0)): the derivative of gammainc(a, x), j times in a."""

beta_slope: Callable[..., Any] = declare(
    "special.beta_slope",
    _in_blocks(_beta_slope),
    {
        "a": Partial(lambda a, b, x, order: beta_slope(a, b, x, _next(order, 0))),
        "b": Partial(lambda a, b, x, order: beta_slope(a, b, x, _next(order, 1))),
        "x": Partial(_slope_of_beta_slope),
    },
    parameters=("order",),
)
"""(a, b, x, (j, k)): the derivative of betainc(a, b, x), j times in a and k times in b."""
