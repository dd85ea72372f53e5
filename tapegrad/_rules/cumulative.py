"""Running sums along an axis."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad._core.tables import UFUNCS
from tapegrad._rules.axes import normalize_axis
from tapegrad._rules.batching import shifted
from tapegrad._rules.fronts import operand, stands_for
from tapegrad._rules.kinds import Transpose, declare
from tapegrad._rules.ufuncs import cast, refuse


def _cumsum(x: Any, axis: int, backward: bool) -> Any:
    if not backward:
        return np.add.accumulate(x, axis)
    turned = (*(slice(None),) * axis, slice(None, None, -1))
    return np.add.accumulate(x[turned], axis)[turned]


def _turned(ct: Any, axis: int, backward: bool) -> Any:
    return cumsum_along(ct, axis, not backward)


def _past_batch(length: int, axis: int, backward: bool) -> tuple[Any, ...]:
    return axis + 1, backward


cumsum_along = declare("cumsum", _cumsum, {"x": Transpose(_turned)}, batch=shifted(_past_batch))
"""(x, axis, backward): the sums of all that came so far along `axis`, or of all that is still to come."""


@stands_for(np.cumsum)
def cumsum(a: Any, axis: Any = None, dtype: Any = None, out: None = None) -> Any:
    """The sums of all that came so far along an axis; with axis None, of the flattened array."""
    refuse("cumsum", {"out": out})
    x = operand(a) if dtype is None else cast(operand(a), dtype)
    if axis is None or x.ndim == 0:
        x, axis = np.reshape(x, -1), 0
    return cumsum_along(x, normalize_axis(axis, x.ndim), False)


def _accumulate(x: Any, axis: int = 0, dtype: Any = None, out: None = None) -> Any:
    return cumsum(x, axis, dtype, out)


UFUNCS[np.add, "accumulate"] = _accumulate
