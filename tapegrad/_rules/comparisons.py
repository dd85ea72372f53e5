"""Comparisons and choices: the larger, the clipped, the chosen.

Ties share the derivative evenly. Functions that are flat wherever they have a derivative give plain values: constants.
"""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from tapegrad._rules.dependences import Transpose
from tapegrad._rules.folding import possibly, select
from tapegrad._rules.fronts import as_array, stands_for
from tapegrad._rules.kinds import declare, elementwise
from tapegrad._rules.ufuncs import constant, refuse, ufunc
from tapegrad._spec import ndarray

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
left_shift = constant(np.left_shift)
right_shift = constant(np.right_shift)
for _flat in (
    *(np.logical_and, np.logical_or, np.logical_xor, np.logical_not),
    *(np.isnan, np.isinf, np.isfinite, np.signbit),
    *(np.floor, np.ceil, np.trunc, np.rint),
):
    constant(_flat)


def _shared(chosen: Any, x: Any, y: Any) -> Any:
    """How much of the result is `x`: all where that is chosen, half in a tie, or nothing."""
    ties = np.equal(x, y)
    return select(ties, 0.5, chosen) if possibly(ties) else chosen


def _first_chosen(x: Any, y: Any, out: Any) -> Any:
    return _shared(np.equal(out, x), x, y)


def _second_chosen(x: Any, y: Any, out: Any) -> Any:
    return _first_chosen(y, x, out)


def _first_passed(x: Any, y: Any, out: Any) -> Any:
    """As `_first_chosen`, where a nan passes too."""
    return _shared(np.logical_or(np.equal(out, x), np.isnan(x)), x, y)


def _second_passed(x: Any, y: Any, out: Any) -> Any:
    return _first_passed(y, x, out)


maximum = ufunc(np.maximum, _first_passed, _second_passed)
minimum = ufunc(np.minimum, _first_passed, _second_passed)
fmax = ufunc(np.fmax, _first_chosen, _second_chosen)
fmin = ufunc(np.fmin, _first_chosen, _second_chosen)


# min(max(x, y), z), with the slope of each step.


def _clip(x: Any, y: Any, z: Any) -> Any:
    if type(x) is ndarray and x.dtype.kind == "f":
        return x.clip(y, z)  # in one pass
    out = np.minimum(np.maximum(x, y), z)
    return out if out.dtype == np.result_type(x) else out.astype(np.result_type(x, y, z))


def _inside(x: Any, y: Any, z: Any, out: Any) -> Any:
    larger = np.maximum(x, y)
    return _first_passed(x, y, larger) * _first_passed(larger, z, out)


clipped = elementwise(
    "clip",
    _clip,
    _inside,
    lambda x, y, z, out: _inside(y, x, z, out),
    lambda x, y, z, out: _first_passed(z, np.maximum(x, y), out),
)


def _where(condition: Any, x: Any, y: Any) -> Any:
    return select(condition, x, y)[()]


either = declare(
    "where",
    _where,
    {
        "condition": None,
        "x": Transpose(lambda ct, condition: np.where(condition, ct, 0)),
        "y": Transpose(lambda ct, condition: np.where(condition, 0, ct)),
    },
    parameters=(),
    joint=True,
    elementwise=True,
)


@stands_for(np.where)
def where(condition: Any, x: Any = None, y: Any = None, /) -> Any:
    """X where the condition holds, else y; of the condition alone, the places where it holds."""
    if x is None and y is None:
        return np.nonzero(condition)
    return either(condition, x, y)


@stands_for(np.clip)
def clip(
    a: Any, a_min: Any = None, a_max: Any = None, out: None = None, *, min: Any = None, max: Any = None, **keywords: Any
) -> Any:
    """`a` kept between two bounds, either of which may be None. At a bound, `a` and the bound share the derivative."""
    refuse("clip", {"out": out, **keywords})
    a, low, high = as_array(a), a_min if min is None else min, a_max if max is None else max
    if a.dtype.kind in "iu":  # NumPy drops bounds of Python's that the dtype does not reach
        low = None if type(low) is int and low <= np.iinfo(a.dtype).min else low
        high = None if type(high) is int and high >= np.iinfo(a.dtype).max else high
    if low is not None and high is not None:
        return clipped(a, low, high)
    out = a if low is None else maximum(a, low)
    return out if high is None else minimum(out, high)
