"""The largest and the smallest over axes, of all or of those that are not nan. Ties share the derivative evenly."""

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
from tapegrad._rules.ufuncs import cast, refuse
from tapegrad._rules.untyped import no_value
from tapegrad._spec import generic, ndarray

PLAIN: Any = (ndarray, generic)


def _chosen(x: Any, out: Any, axes: tuple[int, ...], keepdims: bool) -> Any:
    """Where `x` is the extremum: booleans, and so constants to every derivative."""
    return np.equal(x, lined_up(out, x.shape, axes, keepdims))


def _where_chosen(share: Any, chosen: Any) -> Any:
    """The product share * chosen: few are chosen, and to fill in those alone is quickest."""
    if type(chosen) is not ndarray or not issubclass(type(share), PLAIN) or not np.isfinite(share).all():
        return share * chosen
    whole = np.zeros(chosen.shape, share.dtype)
    np.copyto(whole, share, where=chosen)
    return whole


def _alone(chosen: Any, out: Any) -> bool:
    """Whether each extremum is surely that of one element alone: none is nan, and so many are chosen as there are."""
    if type(chosen) is not ndarray or np.count_nonzero(chosen) != out.size:
        return False
    return bool(np.equal(out, out).all())


def _extremum(name: str, pair: np.ufunc, fewest: int) -> Callable[..., Any]:
    """A primitive (x, axes, keepdims). Where none is chosen, as nan equals nothing, the share is that of `fewest`."""

    def weight(chosen: Any, axes: tuple[int, ...], keepdims: bool, dtype: Any) -> Any:
        count = nonzero_over(chosen, axes, keepdims)
        return np.divide(1, (np.maximum(count, fewest) if fewest else count).astype(dtype))

    def push(dx: Any, x: Any, out: Any, axes: tuple[int, ...], keepdims: bool) -> Any:
        chosen = _chosen(x, out, axes, keepdims)
        return damp(sum_over(_where_chosen(dx, chosen), axes, keepdims), weight(chosen, axes, keepdims, x.dtype))

    def pull(ct: Any, x: Any, out: Any, axes: tuple[int, ...], keepdims: bool) -> Any:
        chosen = _chosen(x, out, axes, keepdims)
        share = ct if _alone(chosen, out) else damp(ct, weight(chosen, axes, keepdims, x.dtype))
        return _where_chosen(lined_up(share, x.shape, axes, keepdims), chosen)

    return declare(name, fold(pair), {"x": Differential(push, pull=pull)}, batch=shifted(past_batch))


max_over = _extremum("max", np.maximum, 0)  # of nan, an infinite share: the gradient is nan
min_over = _extremum("min", np.minimum, 0)
nanmax_over = _extremum("nanmax", np.fmax, 1)
nanmin_over = _extremum("nanmin", np.fmin, 1)


def _bounded(
    over: Callable[..., Any], pair: np.ufunc, worst: float, a: Any, axis: Any, keepdims: Any, initial: Any, where: Any
) -> Any:
    """The extremum of what the mask lets through, and of `initial`."""
    x = operand(a)
    axes, keep = reduced_axes(axis, x.ndim), keepdims is not no_value and bool(keepdims)
    where = True if where is no_value else where
    if initial is None or initial is no_value:
        if where is not True:
            raise ValueError(f"{pair.__name__} has no identity: where= needs initial=")
        return over(x, axes, keep)
    initial = cast(operand(initial), x.dtype)
    if count_over(x.shape, axes) == 0:
        kept = kept_shape(x.shape, axes) if keep else tuple([n for i, n in enumerate(x.shape) if i not in axes])
        return np.broadcast_to(initial, kept)
    neutral = worst if x.dtype.kind in "fc" else initial
    return pair(over(masked(x, where, neutral), axes, keep), initial)


@stands_for(np.max, np.amax)
def max(
    a: Any, axis: Any = None, out: None = None, keepdims: Any = False, initial: Any = None, where: Any = True
) -> Any:
    """The largest over axes."""
    refuse("max", {"out": out})
    return _bounded(max_over, np.maximum, -np.inf, a, axis, keepdims, initial, where)


@stands_for(np.min, np.amin)
def min(
    a: Any, axis: Any = None, out: None = None, keepdims: Any = False, initial: Any = None, where: Any = True
) -> Any:
    """The smallest over axes."""
    refuse("min", {"out": out})
    return _bounded(min_over, np.minimum, np.inf, a, axis, keepdims, initial, where)


@stands_for(np.nanmax)
def nanmax(
    a: Any, axis: Any = None, out: None = None, keepdims: Any = False, initial: Any = None, where: Any = True
) -> Any:
    """The largest of those that are not nan."""
    refuse("nanmax", {"out": out})
    return _bounded(nanmax_over, np.fmax, np.nan, a, axis, keepdims, initial, where)


@stands_for(np.nanmin)
def nanmin(
    a: Any, axis: Any = None, out: None = None, keepdims: Any = False, initial: Any = None, where: Any = True
) -> Any:
    """The smallest of those that are not nan."""
    refuse("nanmin", {"out": out})
    return _bounded(nanmin_over, np.fmin, np.nan, a, axis, keepdims, initial, where)


@stands_for(np.ptp)
def ptp(a: Any, axis: Any = None, out: None = None, keepdims: bool = False) -> Any:
    """The largest less the smallest."""
    refuse("ptp", {"out": out})
    return max(a, axis, keepdims=keepdims) - min(a, axis, keepdims=keepdims)


for _pair, _front in ((np.maximum, max), (np.minimum, min), (np.fmax, nanmax), (np.fmin, nanmin)):
    enter_reduce(_pair, _front)
