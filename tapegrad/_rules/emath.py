"""NumPy's `emath`: functions that turn complex where a real argument has no real result.

Whether they do is asked of the values: of a batch there is no one answer.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tapegrad._rules.fronts import operand, stands_for


def _complex_where(outside: Any, x: Any) -> Any:
    """`x`, complex in its own precision if any of it is outside a function's real domain."""
    if x.dtype.kind == "c" or not np.any(outside):
        return x
    return x.astype(np.complex64 if x.dtype in (np.float32, np.float16) else np.complex128)


def _extended(target: Callable[..., Any], plain: Callable[..., Any], outside: Callable[[Any], Any]) -> Any:
    @stands_for(target)
    def front(x: Any) -> Any:
        """As in NumPy, and complex where that needs it."""
        x = operand(x)
        return plain(_complex_where(outside(x) if x.dtype.kind != "c" else False, x))

    return front


def _negative(x: Any) -> Any:
    return np.less(x, 0)


def _beyond_one(x: Any) -> Any:
    return np.greater(np.abs(x), 1)


sqrt = _extended(np.emath.sqrt, np.sqrt, _negative)
log = _extended(np.emath.log, np.log, _negative)
log2 = _extended(np.emath.log2, np.log2, _negative)
log10 = _extended(np.emath.log10, np.log10, _negative)
arccos = _extended(np.emath.arccos, np.arccos, _beyond_one)
arcsin = _extended(np.emath.arcsin, np.arcsin, _beyond_one)
arctanh = _extended(np.emath.arctanh, np.arctanh, _beyond_one)


@stands_for(np.emath.logn)
def logn(n: Any, x: Any) -> Any:
    """The logarithm to base `n`."""
    return log(x) / log(n)


@stands_for(np.emath.power)
def power(x: Any, p: Any) -> Any:
    """The power, complex for negative bases, and reciprocal for negative exponents of integers."""
    x, p = operand(x), operand(p)
    x = _complex_where(np.less(x, 0), x) if x.dtype.kind != "c" else x
    if p.dtype.kind in "iu" and np.any(np.less(p, 0)):
        p = p.astype(np.float64)
    return np.power(x, p)
