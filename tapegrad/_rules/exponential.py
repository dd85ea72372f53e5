"""Exponentials and logarithms."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tapegrad._rules.fronts import operand
from tapegrad._rules.kinds import elementwise
from tapegrad._rules.ufuncs import cast, ufunc

LOG2 = float(np.log(2))
LOG10 = float(np.log(10))

exp = ufunc(np.exp, lambda out: out)
exp2 = ufunc(np.exp2, lambda out: LOG2 * out)
expm1 = ufunc(np.expm1, lambda x: np.exp(x))  # out + 1 would lose the digits of exp(-50)
log = ufunc(np.log, lambda x: 1 / x)
log2 = ufunc(np.log2, lambda x: 1 / (LOG2 * x))
log10 = ufunc(np.log10, lambda x: 1 / (LOG10 * x))
log1p = ufunc(np.log1p, lambda x: 1 / (1 + x))


def _behind(x: Any, out: Any) -> Any:
    """By how much the logarithm of one part falls behind that of the sum; not at all, where both are infinite."""
    return np.where(np.equal(x, np.inf), 0, x - np.where(np.equal(out, -np.inf), 0, out))


logaddexp = ufunc(np.logaddexp, lambda x, out: np.exp(_behind(x, out)), lambda y, out: np.exp(_behind(y, out)))
logaddexp2 = ufunc(np.logaddexp2, lambda x, out: np.exp2(_behind(x, out)), lambda y, out: np.exp2(_behind(y, out)))


def _sigmoid(x: Any) -> Any:
    x = x if np.result_type(x).kind in "fc" else np.asarray(x, float)
    small = np.exp(-np.abs(x))  # never overflows, and keeps the digits of sigmoid(-40)
    return np.where(x >= 0, 1, small) / (1 + small)


logistic: Callable[[Any], Any] = elementwise(
    "sigmoid", _sigmoid, lambda x, out: out * logistic(-x)
)  # 1 - out would lose digits


def sigmoid(x: Any, /, *, dtype: Any = None) -> Any:
    """The logistic function 1 / (1 + exp(-x)), element-wise."""
    return logistic(operand(x) if dtype is None else cast(x, dtype))
