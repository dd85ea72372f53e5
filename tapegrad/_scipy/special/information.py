"""Logarithms times their weight, entropies, divergences; robust losses."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad._rules.folding import select
from tapegrad._scipy.special.declaring import rule, special

# 0 log(0) is 0 by definition. There the gradient is taken as 0 too, in both arguments. The derivative of -x log(x) at
# 0, and that of x log(x / y) in x at 0 < y, are what they are: infinite.


def _nothing(x: Any, y: Any) -> Any:
    return np.equal(x, 0) & np.equal(y, 0)


def _over(x: Any, y: Any) -> Any:
    """X / y, and 0 for 0 / 0."""
    return x / select(_nothing(x, y), 1, y)


def _log_over(x: Any, y: Any) -> Any:
    """Log(x / y), and 0 for 0 / 0."""
    nothing = _nothing(x, y)
    return np.log(select(nothing, 1, x) / select(nothing, 1, y))


rule(special.xlogy, lambda x, y: np.log(select(_nothing(x, y), 1, y)), lambda x, y: _over(x, y))
rule(
    special.xlog1py,
    lambda x, y: np.log1p(select(_nothing(x, 1 + y), 0, y)),
    lambda x, y: _over(x, 1 + y),
)
rule(special.entr, lambda x: -1 - np.log(x))
rule(
    special.rel_entr,
    lambda x, y: select(_nothing(x, y), 0, _log_over(x, y) + 1)[()],
    lambda x, y: -_over(x, y),
)
rule(special.kl_div, lambda x, y: _log_over(x, y), lambda x, y: 1 - _over(x, y))

# huber(δ, r), quadratic up to |r| = δ, is inf for δ < 0.
rule(
    special.huber,
    lambda x, y: select(np.abs(y) <= x, 0, np.abs(y) - x) * np.greater_equal(x, 0),
    lambda x, y: select(np.abs(y) <= x, y, x * np.sign(y)) * np.greater_equal(x, 0),
)


def _hypotenuse(x: Any, y: Any) -> Any:
    """Sqrt(δ² + r²), and 1 where both are 0."""
    return select(_nothing(x, y), 1, np.hypot(select(_nothing(x, y), 1, x), y))


def _slope_in_width(x: Any, y: Any) -> Any:
    """With h = sqrt(δ² + r²): 2 (h - δ) - r² / h = r⁴ / (h (δ + h)²), which does not cancel."""
    h = _hypotenuse(x, y)
    share = y / (x + h)
    return share * share * (y / h) * y


# pseudo_huber(δ, r) = δ (h - δ), and inf for δ < 0.
rule(
    special.pseudo_huber,
    lambda x, y: _slope_in_width(x, y) * np.greater_equal(x, 0),
    lambda x, y: x * y / _hypotenuse(x, y) * np.greater_equal(x, 0),
)
