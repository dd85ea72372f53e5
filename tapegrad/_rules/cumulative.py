"""Running sums along an axis, and the array standard's names for running sums and products."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tapegrad._core.tables import UFUNCS
from tapegrad._rules.axes import normalize_axis
from tapegrad._rules.batching import past_batch, shifted
from tapegrad._rules.dependences import Transpose
from tapegrad._rules.folding import of_dtype
from tapegrad._rules.fronts import operand, stands_for
from tapegrad._rules.kinds import declare
from tapegrad._rules.ufuncs import cast, refuse


def _cumsum(x: Any, axis: int, backward: bool) -> Any:
    if not backward:
        return np.add.accumulate(x, axis)
    turned = (*(slice(None),) * axis, slice(None, None, -1))
    return np.add.accumulate(x[turned], axis)[turned]


def _turned(ct: Any, axis: int, backward: bool) -> Any:
    return cumsum_along(ct, axis, not backward)


cumsum_along = declare("cumsum", _cumsum, {"x": Transpose(_turned)}, batch=shifted(past_batch))
"""(x, axis, backward): the sums of all that came so far along `axis`, or of all that is still to come."""


@stands_for(np.cumsum)
def cumsum(a: Any, axis: Any = None, dtype: Any = None, out: None = None) -> Any:
    """The sums of all that came so far along an axis; with axis None, of the flattened array."""
    refuse("cumsum", {"out": out})
    x = operand(a) if dtype is None else cast(operand(a), dtype)
    if x.ndim == 0 or (axis is None and x.ndim != 1):
        x = np.reshape(x, -1)
    return of_dtype(cumsum_along(x, normalize_axis(axis or 0, x.ndim), False), dtype)


def _accumulate(x: Any, axis: int = 0, dtype: Any = None, out: None = None) -> Any:
    return cumsum(x, axis, dtype, out)


UFUNCS[np.add, "accumulate"] = _accumulate


def _including(neutral: float, running: Callable[..., Any]) -> Callable[..., Any]:
    """The array standard's form of a running sum or product, which may begin with that of nothing."""

    def cumulative(
        x: Any, /, *, axis: int | None = None, dtype: Any = None, out: None = None, include_initial: bool = False
    ) -> Any:
        x = np.atleast_1d(operand(x))
        if axis is None and x.ndim > 1:
            raise ValueError("an array with more than one axis needs axis=")
        at = normalize_axis(axis or 0, x.ndim)
        results = running(x, at, dtype, out)
        if not include_initial:
            return results
        shape = (*x.shape[:at], 1, *x.shape[at + 1 :])
        return np.concatenate([np.full(shape, neutral, results.dtype), results], at)

    return cumulative


if hasattr(np, "cumulative_sum"):  # from NumPy 2.1 on
    cumulative_sum = stands_for(np.cumulative_sum)(_including(0, np.cumsum))
    cumulative_prod = stands_for(np.cumulative_prod)(_including(1, np.cumprod))
