"""The largest and the smallest over axes. Ties share the derivative evenly."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tapegrad._rules.batching import shifted
from tapegrad._rules.damping import damp
from tapegrad._rules.dependences import Differential
from tapegrad._rules.folding import (
    count_over,
    enter_reduce,
    fold,
    kept_shape,
    lined_up,
    masked,
    nonzero_over,
    past_batch,
    reduced_axes,
    sum_over,
)
from tapegrad._rules.fronts import operand, stands_for
from tapegrad._rules.kinds import declare
from tapegrad._rules.ufuncs import refuse


def _chosen(x: Any, out: Any, axes: tuple[int, ...], keepdims: bool) -> Any:
    """Where `x` is the extremum: booleans, and so constants to every derivative."""
    return np.equal(x, lined_up(out, x.shape, axes, keepdims))


def _weight(chosen: Any, axes: tuple[int, ...], keepdims: bool, dtype: Any) -> Any:
    """One over the number of those that tie; infinite for nan, which equals nothing."""
    return np.divide(1, nonzero_over(chosen, axes, keepdims).astype(dtype))


def _push(dx: Any, x: Any, out: Any, axes: tuple[int, ...], keepdims: bool) -> Any:
    chosen = _chosen(x, out, axes, keepdims)
    return damp(sum_over(dx * chosen, axes, keepdims), _weight(chosen, axes, keepdims, x.dtype))


def _pull(ct: Any, x: Any, out: Any, axes: tuple[int, ...], keepdims: bool) -> Any:
    chosen = _chosen(x, out, axes, keepdims)
    return chosen * lined_up(damp(ct, _weight(chosen, axes, keepdims, x.dtype)), x.shape, axes, keepdims)


max_over = declare("max", fold(np.maximum), {"x": Differential(_push, pull=_pull)}, batch=shifted(past_batch))
min_over = declare("min", fold(np.minimum), {"x": Differential(_push, pull=_pull)}, batch=shifted(past_batch))


def _bounded(
    over: Callable[..., Any], pair: np.ufunc, worst: float, a: Any, axis: Any, keepdims: bool, initial: Any, where: Any
) -> Any:
    """The extremum of what the mask lets through, and of `initial`."""
    x = operand(a)
    axes = reduced_axes(axis, x.ndim)
    if initial is None:
        if where is not True:
            raise ValueError(f"{pair.__name__} has no identity: where= needs initial=")
        return over(x, axes, bool(keepdims))
    if count_over(x.shape, axes) == 0:
        kept = kept_shape(x.shape, axes) if keepdims else tuple([n for i, n in enumerate(x.shape) if i not in axes])
        return np.broadcast_to(operand(initial).astype(x.dtype), kept)
    neutral = worst if x.dtype.kind in "fc" else initial
    return pair(over(masked(x, where, neutral), axes, bool(keepdims)), initial)


@stands_for(np.max, np.amax)
def max(
    a: Any, axis: Any = None, out: None = None, keepdims: bool = False, initial: Any = None, where: Any = True
) -> Any:
    """The largest over axes."""
    refuse("max", {"out": out})
    return _bounded(max_over, np.maximum, -np.inf, a, axis, keepdims, initial, where)


@stands_for(np.min, np.amin)
def min(
    a: Any, axis: Any = None, out: None = None, keepdims: bool = False, initial: Any = None, where: Any = True
) -> Any:
    """The smallest over axes."""
    refuse("min", {"out": out})
    return _bounded(min_over, np.minimum, np.inf, a, axis, keepdims, initial, where)


@stands_for(np.ptp)
def ptp(a: Any, axis: Any = None, out: None = None, keepdims: bool = False) -> Any:
    """The largest less the smallest."""
    refuse("ptp", {"out": out})
    return max(a, axis, keepdims=keepdims) - min(a, axis, keepdims=keepdims)


enter_reduce(np.maximum, max)
enter_reduce(np.minimum, min)
