"""What sorting and order statistics share: entries picked along an axis, at positions that are constants."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from tapegrad._rules.batching import past_batch, shifted
from tapegrad._rules.dependences import Transpose
from tapegrad._rules.kinds import declare
from tapegrad._spec import Spec


def _pick(x: Any, positions: Any, axis: int, distinct: bool) -> Any:
    return np.take_along_axis(x, positions, axis) if x.ndim > 1 else x[positions]


def _put(x: Any, positions: Any, axis: int, distinct: bool, length: int) -> Any:
    shape = (*x.shape[:axis], length, *x.shape[axis + 1 :])
    if distinct:
        whole = np.zeros(shape, x.dtype)
        np.put_along_axis(whole, positions, x, axis)
        return whole
    places = positions
    if x.ndim > 1:
        along: list[Any] = [_upright(n, x.ndim - 1 - i) for i, n in enumerate(x.shape)]
        along[axis] = positions
        places = np.ravel_multi_index(tuple(along), shape)
    return _sums(x.reshape(-1), places.reshape(-1), prod(shape)).reshape(shape).astype(x.dtype, copy=False)


def _upright(length: int, behind: int) -> Any:
    """The positions along one axis, with so many axes behind."""
    return np.reshape(np.arange(length), (length, *(1,) * behind))


def _sums(x: Any, places: Any, length: int) -> Any:
    """What stands at each place, added up; several times faster than `np.add.at`."""
    if x.dtype.kind == "c":
        return _sums(x.real, places, length) + 1j * _sums(x.imag, places, length)
    return np.bincount(places, x, length)


def _pick_back(ct: Any, x: Spec, positions: Any, axis: int, distinct: bool) -> Any:
    return put_along(ct, positions, axis, distinct, x.shape[axis])


def _put_back(ct: Any, positions: Any, axis: int, distinct: bool) -> Any:
    return pick_along(ct, positions, axis, distinct)


pick_along = declare("pick_along", _pick, {"x": Transpose(_pick_back), "positions": None}, batch=shifted(past_batch))
"""(x, positions, axis, distinct): the entries at `positions` along `axis`, none of them twice if `distinct`."""

put_along = declare("put_along", _put, {"x": Transpose(_put_back), "positions": None}, batch=shifted(past_batch))
"""(x, positions, axis, distinct, length): the transpose of `pick_along`, into zeros of that length."""


def searched_lines(lines: Any, x: Any, side: Any) -> Any:
    """`np.searchsorted` along the last axis: each line of `x` in the sorted line beside it.

    Both are sorted together. How many entries of the sorted line then stand before one of `x` is the answer; where
    they are equal, what comes first in the joined line stays first.
    """
    count = x.shape[-1] if side == "left" else lines.shape[-1]
    order = np.argsort(np.concatenate((x, lines) if side == "left" else (lines, x), axis=-1), axis=-1, kind="stable")
    before = np.cumsum(order >= count if side == "left" else order < count, axis=-1)
    places = np.argsort(order, axis=-1)
    return np.take_along_axis(before, places[..., :count] if side == "left" else places[..., count:], -1)
