"""Exponentials and logarithms."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad._rules.fronts import operand
from tapegrad._rules.kinds import elementwise
from tapegrad._rules.ufuncs import cast, ufunc

LOG2 = float(np.log(2))
LOG10 = float(np.log(10))

exp = ufunc(np.exp, lambda out: out, singular=True)
exp2 = ufunc(np.exp2, lambda out: LOG2 * out, singular=True)
expm1 = ufunc(np.expm1, lambda out: out + 1, singular=True)
log = ufunc(np.log, lambda x: 1 / x, singular=True)
log2 = ufunc(np.log2, lambda x: 1 / (LOG2 * x), singular=True)
log10 = ufunc(np.log10, lambda x: 1 / (LOG10 * x), singular=True)
log1p = ufunc(np.log1p, lambda x: 1 / (1 + x), singular=True)


def _finite(out: Any) -> Any:
    """The sum's logarithm, to measure its parts by; 0 where all of them are zero."""
    return np.where(np.equal(out, -np.inf), 0, out)


logaddexp = ufunc(np.logaddexp, lambda x, out: np.exp(x - _finite(out)), lambda y, out: np.exp(y - _finite(out)))
logaddexp2 = ufunc(np.logaddexp2, lambda x, out: np.exp2(x - _finite(out)), lambda y, out: np.exp2(y - _finite(out)))


def _sigmoid(x: Any) -> Any:
    return 0.5 * (1 + np.tanh(0.5 * x))


logistic = elementwise("sigmoid", _sigmoid, lambda out: out * (1 - out))


def sigmoid(x: Any, /, *, dtype: Any = None) -> Any:
    """The logistic function 1 / (1 + exp(-x)), element-wise."""
    return logistic(operand(x) if dtype is None else cast(x, dtype))
