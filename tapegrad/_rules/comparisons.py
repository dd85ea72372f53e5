"""Comparisons and choices: the larger, the clipped, the chosen.

Ties share the derivative evenly. Functions that are flat wherever they have a derivative give plain values: constants.
"""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from tapegrad._rules.dependences import Transpose
from tapegrad._rules.fronts import stands_for
from tapegrad._rules.kinds import declare
from tapegrad._rules.ufuncs import constant, refuse, ufunc

equal = constant(np.equal, operator.eq)
not_equal = constant(np.not_equal, operator.ne)
less = constant(np.less, operator.lt)
less_equal = constant(np.less_equal, operator.le)
greater = constant(np.greater, operator.gt)
greater_equal = constant(np.greater_equal, operator.ge)
bitwise_and = constant(np.bitwise_and)
bitwise_or = constant(np.bitwise_or)
bitwise_xor = constant(np.bitwise_xor)
invert = constant(np.invert)
for _flat in (
    *(np.logical_and, np.logical_or, np.logical_xor, np.logical_not),
    *(np.isnan, np.isinf, np.isfinite, np.signbit),
    *(np.floor, np.ceil, np.trunc, np.rint),
):
    constant(_flat)


def _first_chosen(x: Any, y: Any, out: Any) -> Any:
    """How much of `out` is `x`: all, half in a tie, or nothing."""
    return np.where(x == y, 0.5, out == x)


def _second_chosen(x: Any, y: Any, out: Any) -> Any:
    return _first_chosen(y, x, out)


def _first_passed(x: Any, y: Any, out: Any) -> Any:
    """As `_first_chosen`, where a nan passes too."""
    return np.where(x == y, 0.5, np.logical_or(out == x, np.isnan(x)))


def _second_passed(x: Any, y: Any, out: Any) -> Any:
    return _first_passed(y, x, out)


maximum = ufunc(np.maximum, _first_passed, _second_passed)
minimum = ufunc(np.minimum, _first_passed, _second_passed)
fmax = ufunc(np.fmax, _first_chosen, _second_chosen)
fmin = ufunc(np.fmin, _first_chosen, _second_chosen)


def _where(condition: Any, x: Any, y: Any) -> Any:
    return np.where(condition, x, y)[()]


choose = declare(
    "where",
    _where,
    {
        "condition": None,
        "x": Transpose(lambda ct, condition: np.where(condition, ct, 0)),
        "y": Transpose(lambda ct, condition: np.where(condition, 0, ct)),
    },
    parameters=(),
    joint=True,
)


@stands_for(np.where)
def where(condition: Any, x: Any = None, y: Any = None, /) -> Any:
    """X where the condition holds, else y; of the condition alone, the places where it holds."""
    if x is None and y is None:
        return np.nonzero(condition)
    return choose(condition, x, y)


@stands_for(np.clip)
def clip(
    a: Any, a_min: Any = None, a_max: Any = None, out: None = None, *, min: Any = None, max: Any = None, **keywords: Any
) -> Any:
    """`a` kept between two bounds, either of which may be None. At a bound, `a` and the bound share the derivative."""
    refuse("clip", {"out": out, **keywords})
    low, high = a_min if min is None else min, a_max if max is None else max
    out = a if low is None else maximum(a, low)
    return out if high is None else minimum(out, high)
