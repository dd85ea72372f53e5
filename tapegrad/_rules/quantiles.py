"""Medians, quantiles and percentiles: weighted means of two entries that are neighbours when sorted.

The derivative of an order statistic goes to the entry that stands in its place; of equal entries, to one of them. A
quantile has a derivative in `q` too: the slope between the two neighbours, and at an entry that of the next interval.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np

from tapegrad._rules.folding import count_over, kept_shape, missing, reduced_axes, surely
from tapegrad._rules.fronts import is_variable, operand, stands_for
from tapegrad._rules.kinds import declare, elementwise, stopped
from tapegrad._rules.picking import pick_along, searched_lines
from tapegrad._rules.ufuncs import refuse
from tapegrad._rules.untyped import plain

# Where the quantile q of n entries lies among the sorted ones, counted from 0: Hyndman and Fan, "Sample quantiles in
# statistical packages", The American Statistician 50 (1996), and the four of NumPy's own. Those with jumps have no
# derivative in q.
VIRTUAL: dict[str, Callable[[Any, Any], Any]] = {
    "inverted_cdf": lambda n, q: np.ceil(n * q) - 1,
    "averaged_inverted_cdf": lambda n, q: 0.5 * (np.ceil(n * q) + np.floor(n * q + 1)) - 1,
    "closest_observation": lambda n, q: np.rint(n * q) - 1,
    "interpolated_inverted_cdf": lambda n, q: n * q - 1,
    "hazen": lambda n, q: n * q + 0.5 - 1,
    "weibull": lambda n, q: n * q + q - 1,
    "median_unbiased": lambda n, q: n * q + (1 + q) / 3 - 1,
    "normal_unbiased": lambda n, q: n * q + (0.375 + 0.25 * q) - 1,
    "linear": lambda n, q: (n - 1) * q,
    "lower": lambda n, q: np.floor((n - 1) * q),
    "higher": lambda n, q: np.ceil((n - 1) * q),
    "nearest": lambda n, q: np.rint((n - 1) * q),
    "midpoint": lambda n, q: 0.5 * (np.floor((n - 1) * q) + np.ceil((n - 1) * q)),
}


def _lines(x: Any, axes: tuple[int, ...]) -> Any:
    """`x` with the axes that go in one, behind the others."""
    if x.ndim and axes == (x.ndim - 1,):
        return x
    kept = tuple([i for i in range(x.ndim) if i not in axes])
    return np.reshape(np.transpose(x, kept + axes), (*[x.shape[i] for i in kept], count_over(x.shape, axes)))


def _picked(lines: Any, order: Any, ranks: Any, distinct: bool) -> Any:
    """The entries of these ranks: the same ones of every line, or for each line its own, on the last axis."""
    if is_variable(order) or is_variable(ranks) or ranks.ndim > 1:
        ranks = np.broadcast_to(ranks, (*lines.shape[:-1], ranks.shape[-1]))
        positions = np.take_along_axis(order, ranks, -1)
    else:
        positions = order[..., ranks]
    return pick_along(lines, positions, lines.ndim - 1, distinct or ranks.shape[-1] == 1)


def _between(x: Any, y: Any, z: Any) -> Any:
    gap = y - x
    return plain.where(z < 0.5, x + gap * z, y - gap * (1 - z))  # from the nearer end, as NumPy does


between = elementwise("between", _between, lambda z: 1 - z, lambda z: z, lambda x, y: y - x)
"""From x to y, as far as z says: x where z is 0, y where it is 1."""


def _at(lines: Any, places: Any, length: Any, dtype: np.dtype[Any]) -> Any:
    """What stands at `places`, between entries in proportion. `length` is that of each line, without nan."""
    moving = is_variable(places)
    below = np.floor(stopped(places))
    if moving:  # at the very end, q has its derivative from the left
        below = np.minimum(below, np.maximum(length - 2, 0))
    share = places - below
    apart = moving or bool(np.any(share))
    ranks = [below.astype(np.intp), np.minimum(below + 1, np.maximum(length - 1, 0)).astype(np.intp)][: 1 + apart]
    if is_variable(below) or below.ndim > 1 or moving:
        order = np.argsort(lines, -1)
    else:
        order = np.argpartition(lines, np.concatenate(ranks), -1)
    entries = [_picked(lines, order, rank, False) for rank in ranks]
    return between(*entries, share.astype(dtype)) if apart else entries[0]


def _within(places: Any, length: Any) -> Any:
    """Not before the first entry, nor behind the last."""
    low = np.where(places < 0, 0, places)
    return np.where(low > length - 1, np.maximum(length - 1, 0), low)


def _median(a: Any, axis: Any, keepdims: bool, skip: bool) -> Any:
    x = operand(a)
    axes = reduced_axes(axis, x.ndim)
    lines = _lines(x, axes)
    if lines.size == 0:
        return np.median(np.zeros(x.shape, x.dtype), axis, keepdims=keepdims)
    nans = missing(lines)
    length: Any = lines.shape[-1]
    if skip and nans is not None:
        length = length - plain.count_nonzero(nans, axis=-1, keepdims=True)
    if not skip or nans is None:
        ranks = plain.arange((length - 1) // 2, length // 2 + 1)
        middle = _picked(lines, np.argpartition(lines, ranks, -1), ranks, True)
    else:
        ranks = plain.concatenate([plain.maximum(length - 1, 0) // 2, length // 2], -1)
        middle = _picked(lines, np.argsort(lines, -1), plain.minimum(ranks, lines.shape[-1] - 1), False)
    out = np.mean(middle, -1)
    if nans is not None:
        out = plain.where(length[..., 0] == 0 if skip else plain.any(nans, axis=-1), np.nan, out)
    return np.reshape(out, kept_shape(x.shape, axes)) if keepdims else out


@stands_for(np.median)
def median(a: Any, axis: Any = None, out: None = None, overwrite_input: bool = False, keepdims: bool = False) -> Any:
    """The middle one over axes, or the mean of the two in the middle."""
    refuse("median", {"out": out})
    return _median(a, axis, keepdims, False)


@stands_for(np.nanmedian)
def nanmedian(a: Any, axis: Any = None, out: None = None, overwrite_input: bool = False, keepdims: Any = False) -> Any:
    """The middle one of those that are not nan."""
    refuse("nanmedian", {"out": out})
    return _median(a, axis, bool(keepdims), True)


@lru_cache(maxsize=256)
def _dtype(dtype: np.dtype[Any], q: np.dtype[Any] | None, rank: int, method: Any) -> np.dtype[Any]:
    """That of NumPy's quantile. A `q` that is a Python number has no dtype."""
    at: Any = 0.5 if q is None else np.full((1,) * rank, 0.5, q)
    result: Any = np.quantile(np.zeros(2, dtype), at, method=method)
    found: np.dtype[Any] = result.dtype
    return found


def _ranked(lines: Any, weights: Any, q: Any) -> Any:
    """Where in each line, as sorted, the weights reach the shares `q` of their sum: positions in the line itself."""
    shape = np.broadcast_shapes(lines.shape[:-1], weights.shape[:-1], q.shape[:-1])
    lines, weights, q = (np.broadcast_to(x, (*shape, x.shape[-1])) for x in (lines, weights, q))
    order = np.argsort(lines, -1, "stable")
    reached = np.cumsum(np.take_along_axis(weights, order, -1), -1, np.float64)
    reached = (reached / reached[..., -1:]).astype(q.dtype if q.dtype.kind == "f" else np.float64)
    if np.isnan(reached).any():
        raise ValueError("Weights included NaN, inf or were all zero.")
    reached[reached == 0] = -1  # or the share 0 would be reached by an entry without weight
    places = np.minimum(searched_lines(reached, q, "left"), lines.shape[-1] - 1)
    return np.take_along_axis(order, places, -1)


weighted_ranks = declare("weighted_ranks", _ranked, {"lines": None, "weights": None, "q": None})


def _weighted(x: Any, lines: Any, axes: tuple[int, ...], weights: Any, q: Any, nans: Any) -> Any:
    """The smallest entry up to which the weights reach the share `q` of their sum."""
    w = operand(weights)
    if w.shape != x.shape:
        if len(axes) == x.ndim > 1:
            raise TypeError("Axis must be specified when shapes of a and weights differ.")
        if w.shape != tuple([x.shape[i] for i in axes]):
            raise ValueError("Shape of weights must be consistent with shape of a along specified axis.")
        lengths = tuple([n if i in axes else 1 for i, n in enumerate(x.shape)])
        w = np.broadcast_to(np.reshape(np.transpose(w, np.argsort(axes)), lengths), x.shape)
    w = _lines(stopped(w), axes)
    if surely(np.less(w, 0)):
        raise ValueError("Weights must be non-negative.")
    if nans is not None:
        w = np.where(nans & ~np.all(nans, axis=-1, keepdims=True), 0, w)
    return pick_along(lines, weighted_ranks(lines, w, stopped(q)), lines.ndim - 1, q.size == 1)


def _quantile(a: Any, q: Any, axis: Any, method: str, keepdims: bool, weights: Any, *, weak: bool, skip: bool) -> Any:
    x = operand(a)
    if x.dtype.kind == "c":
        raise TypeError("a must be an array of real numbers")
    if method not in VIRTUAL:
        raise ValueError(f"{method!r} is not a valid method. Use one of: {VIRTUAL.keys()}")
    if weights is not None and method != "inverted_cdf":
        raise ValueError(f"Only method 'inverted_cdf' supports weights. Got: {method}.")
    axes = reduced_axes(axis, x.ndim)
    lines = _lines(x, axes)
    if lines.size == 0:
        return plain.quantile(np.zeros(x.shape, x.dtype), stopped(q), axis, keepdims=keepdims)
    nans = missing(lines)
    length: Any = lines.shape[-1]
    if skip and nans is not None:
        length = length - plain.count_nonzero(nans, axis=-1, keepdims=True)
    flat = np.reshape(q, -1)
    dtype = _dtype(x.dtype, None if weak else q.dtype, len(q.shape), method)
    if weights is None:
        places = _within(VIRTUAL[method](length, flat), length)
        out = _at(lines, places, length, dtype)
    else:
        out = _weighted(x, lines, axes, weights, flat, nans if skip else None)
    if nans is not None:
        out = plain.where(length == 0 if skip else plain.any(nans, axis=-1, keepdims=True), np.nan, out)
    kept = kept_shape(x.shape, axes) if keepdims else out.shape[:-1]
    if q.size != 1:
        out = np.moveaxis(out, -1, 0)
    out = np.reshape(out, (*q.shape, *kept))
    return out if out.dtype == dtype else out.astype(dtype)


def _front(target: Callable[..., Any], whole: int, *, skip: bool) -> Callable[..., Any]:
    """One of the four: shares or per cent, of all entries or of those that are not nan."""

    @stands_for(target)
    def front(
        a: Any,
        q: Any,
        axis: Any = None,
        out: None = None,
        overwrite_input: bool = False,
        method: str = "linear",
        keepdims: Any = False,
        *,
        weights: Any = None,
    ) -> Any:
        """The values below which lie the shares `q` of the entries."""
        refuse(target.__name__, {"out": out})
        share = operand(q) if whole == 1 else np.divide(operand(q), whole)
        if surely(~((share >= 0) & (share <= 1))):
            raise ValueError(f"{'Quantiles' if whole == 1 else 'Percentiles'} must be in the range [0, {whole}]")
        return _quantile(a, share, axis, method, bool(keepdims), weights, weak=type(q) in (int, float), skip=skip)

    return front


quantile = _front(np.quantile, 1, skip=False)
percentile = _front(np.percentile, 100, skip=False)
nanquantile = _front(np.nanquantile, 1, skip=True)
nanpercentile = _front(np.nanpercentile, 100, skip=True)
