"""Histograms and counts, differentiable in the weights; and the edges, where they follow from the data.

In which bin a value lies is a constant.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any, NoReturn

import numpy as np

from tapegrad._core.primitive import Primitive
from tapegrad._place import user_line
from tapegrad._rules.folding import surely
from tapegrad._rules.fronts import is_sequence, is_variable, operand, stands_for
from tapegrad._rules.kinds import declare, stopped
from tapegrad._rules.picking import put_along
from tapegrad._rules.ufuncs import cast
from tapegrad._rules.untyped import plain
from tapegrad.errors import BatchError


def _added_up(weights: Any, places: Any, length: int) -> Any:
    """At each number, the sum of the weights that stand at it, in double precision."""
    return put_along(cast(weights, np.result_type(weights.dtype, np.float64)), places, 0, False, length)


@stands_for(np.bincount)
def bincount(x: Any, /, weights: Any = None, minlength: int = 0) -> Any:
    """How often each number from 0 up is there, or the sum of the weights that go with it."""
    places, w = operand(x), operand(1.0 if weights is None else weights)
    if places.ndim != 1 or w.ndim > 1:
        raise ValueError("object too deep for desired array")
    if weights is not None and w.shape != places.shape:
        raise ValueError("The weights and list don't have the same length.")
    if places.dtype.kind not in "iub":
        raise TypeError(f"Cannot cast array data from {places.dtype!r} to dtype('int64') according to the rule 'safe'")
    length = max(int(np.max(places)) + 1, minlength) if places.size else minlength
    sums = _added_up(np.broadcast_to(w, places.shape), places, length)
    return sums.astype(np.intp) if weights is None else sums


def _count(x: Any, rule: str, range: Any) -> Any:
    return np.intp(len(np.histogram_bin_edges(x, rule, range)) - 1)


def _no_common_count(primitive: Primitive, args: Sequence[Any], batched: Sequence[bool]) -> NoReturn:
    raise BatchError(
        f"histogram(bins={args[1]!r}) at {user_line()} has as many bins as the data ask for: under vmap, say how many."
    )


bin_count = declare("bin_count", _count, {"x": None}, batch=_no_common_count)


def _edges(a: Any, bins: Any, range: Any, weights: Any) -> Any:
    """The edges of the bins. With neither edges nor a range given they span the data, and move with it."""
    if np.ndim(bins) == 1:
        edges = operand(bins)
        if surely(edges[:-1] > edges[1:]):
            raise ValueError("`bins` must increase monotonically, when an array")
        return edges
    data = operand(a)
    x = stopped(data)
    if isinstance(bins, str):
        if weights is not None:
            raise TypeError("Automated estimation of the number of bins is not supported for weighted data")
        bins = int(bin_count(x, bins, None if range is None else tuple(range)))
    if range is not None or not is_variable(data) or data.size == 0:
        return np.histogram_bin_edges(np.zeros(1) if is_variable(x) else x, bins, range)
    count = int(bins)
    if count < 1:
        raise ValueError("`bins` must be positive, when an integer")
    low, high = np.min(data), np.max(data)
    margin = np.where(np.equal(low, high), 0.5, 0.0)
    share = np.arange(count + 1) / count
    return (low - margin) * (1 - share) + (high + margin) * share


@stands_for(np.histogram_bin_edges)
def histogram_bin_edges(a: Any, bins: Any = 10, range: Any = None, weights: Any = None) -> Any:
    """The edges that a histogram would have."""
    return _edges(a, bins, range, weights)


def _places(x: Any, edges: Any) -> Any:
    """The number of the bin that each lies in; that of a bin too many, where in none."""
    x, edges = stopped(x), stopped(edges)
    count = edges.shape[0] - 1
    places = plain.searchsorted(edges, x, "right") - 1
    last = edges[-1]
    return plain.where(
        plain.equal(x, last), count - 1, plain.where((places < 0) | (x > last) | plain.isnan(x), count, places)
    )


@stands_for(np.histogram)
def histogram(a: Any, bins: Any = 10, range: Any = None, density: Any = None, weights: Any = None) -> Any:
    """How many values lie in each bin, or the sum of their weights; and the edges."""
    x = operand(a)
    w = operand(1.0 if weights is None else weights)
    if weights is not None and w.shape != x.shape:
        raise ValueError("weights should have the same shape as a.")
    edges = _edges(x, bins, range, weights)
    places = _places(np.reshape(x, -1), edges)
    count = edges.shape[0] - 1
    lined_up = np.broadcast_to(w, x.shape)
    sums = _added_up(np.reshape(lined_up, -1), places, count + 1)[:count]
    sums = sums.astype(np.intp if weights is None else w.dtype)
    if not density:
        return sums, edges
    return sums / (edges[1:] - edges[:-1]) / np.sum(sums), edges


def _each(value: Any, count: int, what: str) -> list[Any]:
    """`value` for each dimension, where one stands for all."""
    values = list(value)
    if len(values) != count:
        raise ValueError(f"The dimension of {what} must be equal to the dimension of the sample x.")
    return values


@stands_for(np.histogramdd)
def histogramdd(sample: Any, bins: Any = 10, range: Any = None, density: Any = None, weights: Any = None) -> Any:
    """The histogram of points, and the edges along each dimension."""
    points = operand(sample)
    points = np.transpose(np.atleast_2d(points)) if is_sequence(sample) or points.ndim != 2 else points
    number, dimensions = points.shape
    bins = [bins] * dimensions if not is_sequence(bins) and np.ndim(bins) == 0 else _each(bins, dimensions, "bins")
    ranges = [None] * dimensions if range is None else _each(range, dimensions, "range")
    w = operand(1.0 if weights is None else weights)
    if weights is not None and w.shape != (number,):
        raise ValueError("The weights and list don't have the same length.")
    columns = list(np.transpose(points))
    edges = [_edges(x, b, r, None) for x, b, r in zip(columns, bins, ranges, strict=True)]
    lengths = [edge.shape[0] for edge in edges]
    place: Any = 0
    for x, edge in zip(columns, edges, strict=True):
        place = place * edge.shape[0] + _places(x, edge)
    sums = _added_up(np.broadcast_to(w, (number,)), place, prod(lengths))
    sums = np.reshape(sums, lengths)[tuple([slice(-1)] * dimensions)]
    if density:
        total = np.sum(sums)
        for i, edge in enumerate(edges):
            sums = sums / np.reshape(edge[1:] - edge[:-1], (-1, *(1,) * (dimensions - 1 - i)))
        sums = sums / total
    return sums, edges


@stands_for(np.histogram2d)
def histogram2d(
    x: Any, y: Any, bins: Any = 10, range: Any = None, density: Any = None, weights: Any = None
) -> tuple[Any, Any, Any]:
    """The histogram of points in the plane, and the edges along both axes."""
    columns = [cast(operand(x), float), cast(operand(y), float)]
    if columns[0].shape != columns[1].shape:
        raise ValueError("x and y must have the same length.")
    if is_sequence(bins) or np.ndim(bins) > 0:
        bins = bins if len(bins) in (1, 2) else [operand(bins)] * 2
    sums, edges = histogramdd(np.stack(columns, 1), bins, range, density, weights)
    return sums, edges[0], edges[1]
