"""Exponentials, powers and angles, and what they make where their plain form loses digits."""

from __future__ import annotations

from math import log, pi
from typing import Any

import numpy as np

from tapegrad._rules.folding import select
from tapegrad._scipy.special.declaring import rule, special

DEGREE = pi / 180

rule(special.exp2, lambda out: log(2) * out)
rule(special.exp10, lambda out: log(10) * out)
rule(special.expm1, lambda x: np.exp(x))
rule(special.log1p, lambda x: 1 / (1 + x))
rule(special.cbrt, lambda out: 1 / (3 * out * out))
rule(special.cosm1, lambda x: -np.sin(x))
rule(special.sindg, lambda x: DEGREE * special.cosdg(x))
rule(special.cosdg, lambda x: -DEGREE * special.sindg(x))
rule(special.tandg, lambda out: DEGREE * (1 + out * out))
rule(special.cotdg, lambda out: -DEGREE * (1 + out * out))
rule(special.radian, DEGREE, DEGREE / 60, DEGREE / 3600)
rule(special.round, None)
rule(special.powm1, lambda x, y: y * x ** (y - 1), lambda x, out: special.xlogy(1 + out, x))


def _slope_of_exprel(x: Any) -> Any:
    """The derivative of (exp(x) - 1) / x = M(1, 2, x), exact at 0 and near it too (DLMF 13.3.15)."""
    near = x < 800  # beyond, where it overflows, SciPy's M may never return
    return select(near, 0.5 * special.hyp1f1(2.0, 3.0, select(near, x, 0)), np.exp(x))[()]


def _slope_of_log1prel(x: Any) -> Any:
    """The derivative of log(1 + x) / x = F(1, 1; 2; -x), exact at 0 and near it too (DLMF 15.4.1, 15.5.1)."""
    near = np.abs(x) < 0.5
    far = select(near, 1, x)
    direct = (far / (1 + far) - np.log1p(far)) / (far * far)
    return select(near, -0.5 * special.hyp2f1(2.0, 2.0, 3.0, -select(near, x, 0)), direct)[()]


rule(special.exprel, _slope_of_exprel)

# boxcox(x, λ) = (x^λ - 1) / λ = log(x) exprel(λ log(x)); inv_boxcox(x, λ) = (1 + λ x)^(1 / λ) = exp(x log1prel(λ x)).
# Written so, all their derivatives hold at λ = 0, where these are the logarithm and the exponential function.


def _slope_in_power(log_x: Any, y: Any, out: Any) -> Any:
    """Of boxcox, in λ; -1 / λ at x = 0."""
    start = np.equal(log_x, -np.inf)
    finite = select(start, 0, log_x)
    return select(start, -out / select(start, y, 1), finite * finite * _slope_of_exprel(y * finite))[()]


rule(
    special.boxcox,
    lambda x, y: np.power(x, y - 1),
    lambda x, y, out: _slope_in_power(np.log(x), y, out),
)
rule(
    special.boxcox1p,
    lambda x, y: np.exp((y - 1) * np.log1p(x)),
    lambda x, y, out: _slope_in_power(np.log1p(x), y, out),
)
rule(
    special.inv_boxcox,
    lambda x, y, out: out / (1 + x * y),
    lambda x, y, out: out * x * x * _slope_of_log1prel(x * y),
)
rule(
    special.inv_boxcox1p,
    lambda x, y, out: (1 + out) / (1 + x * y),
    lambda x, y, out: (1 + out) * x * x * _slope_of_log1prel(x * y),
)


def _density(out: Any, y: Any) -> Any:
    """Of Tukey's lambda distribution, whose quantiles are boxcox(p, λ) - boxcox(1 - p, λ)."""
    return 1 / (np.power(out, y - 1) + np.power(1 - out, y - 1))


def _slope_in_shape(out: Any, y: Any) -> Any:
    left, right = np.log(out), np.log1p(-out)
    rise = left * left * _slope_of_exprel(y * left) - right * right * _slope_of_exprel(y * right)
    return -rise * _density(out, y)


rule(special.tklmbda, lambda y, out: _density(out, y), lambda y, out: _slope_in_shape(out, y))
