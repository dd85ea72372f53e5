"""Sums over segments of an axis: `np.add.reduceat`."""

from __future__ import annotations

from itertools import accumulate
from typing import Any

import numpy as np

from tapegrad._core.tables import UFUNCS
from tapegrad._rules.axes import normalize_axis
from tapegrad._rules.batching import shifted
from tapegrad._rules.fronts import operand
from tapegrad._rules.kinds import linear
from tapegrad._rules.ufuncs import cast, refuse, segments
from tapegrad._spec import Spec


def _past_batch(length: int, lengths: tuple[int, ...], axis: int) -> tuple[Any, ...]:
    return lengths, axis + 1


def _repeated(ct: Any, x: Spec, lengths: tuple[int, ...], axis: int) -> Any:
    return np.repeat(ct, lengths, axis)


@linear(shifted(_past_batch), x=_repeated)
def segment_sum(x: Any, lengths: tuple[int, ...], axis: int) -> Any:
    """Sums over adjacent segments of these lengths, all positive, which together are the whole axis."""
    return np.add.reduceat(x, [0, *accumulate(lengths[:-1])], axis)


def _reduceat(x: Any, indices: Any, /, axis: int = 0, dtype: Any = None, out: None = None) -> Any:
    refuse("add.reduceat", {"out": out})
    x = operand(x) if dtype is None else cast(x, dtype)
    axis = normalize_axis(axis, x.ndim)
    spans = segments(indices, x.shape[axis])
    if not spans:
        return x[(*(slice(None),) * axis, slice(0))]
    # Segments may overlap and leave gaps: laid out one after the other, they do not.
    positions = np.concatenate([np.arange(start, stop) for start, stop in spans])
    if positions.size != x.shape[axis] or (positions[1:] <= positions[:-1]).any():
        x = np.take(x, positions, axis)
    return segment_sum(x, tuple([stop - start for start, stop in spans]), axis)


UFUNCS[np.add, "reduceat"] = _reduceat
