"""Conversions between dtypes, and copies."""

from __future__ import annotations

from operator import methodcaller
from typing import Any

import numpy as np

from tapegrad._rules.batching import shifted, unchanged
from tapegrad._rules.dependences import Partial, Transpose
from tapegrad._rules.fronts import operand, stands_for
from tapegrad._rules.kinds import declare


def _convert(x: Any, dtype: np.dtype[Any]) -> Any:
    return x.astype(dtype)


def _itself(x: Any) -> Any:
    return x


converted = declare("astype", _convert, {"x": Transpose(_itself)}, batch=shifted(unchanged), elementwise=True)
"""(x, dtype), to a floating or complex dtype."""
truncated = declare("astype_constant", _convert, {"x": None}, batch=shifted(unchanged), elementwise=True)
"""(x, dtype), to a dtype that has no derivatives."""
copied = declare("copy", _itself, {"x": Transpose(_itself)}, batch=shifted(unchanged), elementwise=True)
"""A Variable of its own. The values need no copy: nothing can change them."""
boxed = declare("array", np.asarray, {"x": Partial(1)}, parameters=())
"""An array with no axes for a number."""

number = declare("python's number", methodcaller("item"), {"x": None}, parameters=(), elementwise=True)
"""Python's own number for NumPy's."""


def astype_method(
    x: Any, dtype: Any, order: str = "K", casting: Any = "unsafe", subok: bool = True, copy: bool = True
) -> Any:
    """x.astype(dtype), a constant if that is integer or boolean. `order`, `subok` and `copy` mean nothing here."""
    target = np.dtype(dtype)
    if casting != "unsafe" and not np.can_cast(x.dtype, target, casting):
        raise TypeError(f"astype: cannot cast from {x.dtype} to {target} according to the rule '{casting}'")
    return converted(x, target) if target.kind in "fc" else truncated(x, target)


@stands_for(np.astype)
def astype(x: Any, dtype: Any, /, *, copy: bool = True, device: Any = None) -> Any:
    """In another dtype; integers and booleans are constants."""
    if device not in (None, "cpu"):
        raise ValueError(f"astype: there is no device {device!r}, only 'cpu'")
    return astype_method(operand(x), dtype)


@stands_for(np.copy)
def copy(a: Any, order: str = "K", subok: bool = False) -> Any:
    """A Variable of its own, with the same value; also the method x.copy()."""
    return copied(operand(a))
