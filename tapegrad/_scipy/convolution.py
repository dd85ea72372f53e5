"""What SciPy's filters share: windows of a convolution, and arrays continued past their ends.

Every mode of every convolution and correlation is one bilinear primitive, a *window* of the full convolution of the
last axes: from `start` on, of a given shape, zero where it reaches past the ends. Its transposes are windows too:

    out[k] = sum_i x[i] y[start + k - i],  and so, with n = len(y) and r[j] = y[n - 1 - j],
    ct_x[i] = sum_k ct[k] y[start + k - i] = sum_k ct[k] r[(n - 1 - start + i) - k].
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage, signal

from tapegrad._rules.batching import broadcast
from tapegrad._rules.dependences import Transpose
from tapegrad._rules.kinds import declare
from tapegrad._spec import Spec

Lengths = tuple[int, ...]

FEW = 64
"""Up to this many numbers are computed one by one, each as the product of two overlapping arrays."""

MOST = 1024
"""Up to this many weights, SciPy's filters for images are quicker than its own direct convolution."""

_ndimage: Any = ndimage
_signal: Any = signal
_einsum: Any = np.einsum


def _window(x: Any, y: Any, start: Lengths, shape: Lengths, direct: bool) -> Any:
    """Of the convolution of the last axes, as many as `shape` has; those in front broadcast."""
    rank = len(shape)
    m, n = x.shape[-rank:], y.shape[-rank:]
    stack_x, stack_y = x.shape[:-rank], y.shape[:-rank]
    stack = np.broadcast_shapes(stack_x, stack_y)
    if 0 in (*m, *n, *shape, *stack):
        return np.zeros(stack + shape, np.result_type(x, y))
    mode = _mode(m, n, start, shape)
    if direct:
        if prod(shape) <= FEW and prod(shape) < min(prod(m), prod(n)):
            return _one_by_one(x, y, start, shape)
        if (stack or rank > 1) and np.result_type(x, y).char in "fdFD":
            if prod(stack_y) == 1 and prod(n) <= min(prod(m), MOST):
                return _filtered(x, y, start, shape)
            if prod(stack_x) == 1 and prod(m) <= min(prod(n), MOST):
                return _filtered(y, x, start, shape)
    if direct and (mode or max(prod(m), prod(n)) <= 4 * prod(shape)):  # else most of it were for nothing
        if prod(stack_y) == 1:
            whole = mode if mode != "valid" or _covers(m, n) or prod(stack_x) == 1 else None
            return _many(x, y, start, shape, whole)
        if prod(stack_x) == 1:
            return _many(y, x, start, shape, mode if mode == "full" or (mode == "valid" and _covers(n, m)) else None)
        if prod(shape) <= FEW:
            return _one_by_one(x, y, start, shape)
    ndim = len(stack) + rank
    x, y = (np.reshape(z, (1,) * (ndim - z.ndim) + z.shape) for z in (x, y))
    if mode == "same" and x.shape[:-rank] != stack:
        mode = None  # which means the same as all of x
    out = _signal.fftconvolve(x, y, mode or "full", tuple(range(-rank, 0)))
    return out if mode else cut(out, start, shape)


def _covers(m: Lengths, n: Lengths) -> bool:
    """Whether an array of shape m is at least as long as one of shape n along every axis."""
    return all(i >= j for i, j in zip(m, n, strict=True))


def _mode(m: Lengths, n: Lengths, start: Lengths, shape: Lengths) -> str | None:
    """SciPy's name for this window of the convolution of arrays of shapes m and n."""
    pairs = [*zip(m, n, strict=True)]
    inside = _covers(m, n) or _covers(n, m)
    if inside and start == tuple(min(pair) - 1 for pair in pairs) and shape == tuple(abs(i - j) + 1 for i, j in pairs):
        return "valid"
    if shape == m and start == tuple((j - 1) // 2 for j in n):
        return "same"
    return "full" if not any(start) and shape == tuple(i + j - 1 for i, j in pairs) else None


def _filtered(x: Any, y: Any, start: Lengths, shape: Lengths) -> Any:
    """A stack of `x` with a single small `y`: SciPy's filter for images, of `x` cut or filled up to fit."""
    rank, stack = len(shape), x.ndim - len(shape)
    n = y.shape[-rank:]
    lengths = tuple(i + j - 1 for i, j in zip(shape, n, strict=True))
    reached = cut(x, tuple(i - j + 1 for i, j in zip(start, n, strict=True)), lengths)
    reached = reached.astype(np.result_type(x, y), copy=False)
    weights = np.reshape(y, n)[(slice(None, None, -1),) * rank].conj()  # as SciPy conjugates them again
    at = int(np.argmax(n))
    if n[at] == weights.size:
        out = _ndimage.correlate1d(reached, weights.ravel(), stack + at, mode="constant")
    else:
        out = _ndimage.correlate(reached, weights.reshape((1,) * stack + n), mode="constant")
    out = cut(out, tuple(j // 2 for j in n), shape)
    return np.reshape(out, np.broadcast_shapes(x.shape[:stack], y.shape[:-rank]) + shape)


def _many(x: Any, y: Any, start: Lengths, shape: Lengths, mode: str | None) -> Any:
    """A stack of `x` beside a single `y`, as SciPy computes directly: the stack is one more axis, of length 1 in y."""
    rank = len(shape)
    stack = np.broadcast_shapes(x.shape[:-rank], y.shape[:-rank])
    if not stack:
        out = _signal.convolve(x, y, mode or "full", "direct")
        return out if mode else cut(out, start, shape)
    rows, single = np.reshape(x, (-1, *x.shape[-rank:])), np.reshape(y, (1, *y.shape[-rank:]))
    out = _signal.convolve(rows, single, mode or "full", "direct")
    out = out if mode else cut(out, start, shape)
    return np.reshape(out, stack + shape)


def _one_by_one(x: Any, y: Any, start: Lengths, shape: Lengths) -> Any:
    """Each number of the window as a sum of products."""
    rank = len(shape)
    axes: Any = [..., *range(rank)]
    turned: Any = np.ascontiguousarray(_turned(y, rank))
    columns: list[Any] = []
    for offset in np.ndindex(shape):
        left: list[slice] = []
        right: list[slice] = []
        for k, first, m, n in zip(offset, start, x.shape[-rank:], y.shape[-rank:], strict=True):
            low, high = max(0, first + k - n + 1), min(m - 1, first + k)
            before = n - 1 - first - k  # what meets the first of x
            left.append(slice(low, high + 1))
            right.append(slice(low + before, max(high + before + 1, 0)))
        part: Any = x[(..., *left)]
        other: Any = turned[(..., *right)]
        columns.append(part @ other if part.ndim == other.ndim == 1 else _einsum(part, axes, other, axes, [...]))
    out = np.stack(columns, axis=-1)
    return np.reshape(out, out.shape[:-1] + shape)


def cut(x: Any, start: Lengths, shape: Lengths) -> Any:
    """The part of the last axes of `x` from `start` on, of this shape, with zeros past the ends."""
    rank = len(shape)
    ends = [(first, first + k, m) for first, k, m in zip(start, shape, x.shape[-rank:], strict=True)]
    inner = x[(..., *(slice(max(first, 0), max(last, 0)) for first, last, _ in ends))]
    if all(first >= 0 and last <= m for first, last, m in ends):
        return inner
    out = np.zeros(x.shape[:-rank] + shape, x.dtype)
    places: Any = [
        slice(max(-first, 0), max(-first, 0) + k) for (first, _, _), k in zip(ends, inner.shape[-rank:], strict=True)
    ]
    out[(..., *places)] = inner
    return out


def _turned(y: Any, rank: int) -> Any:
    return y[(..., *(slice(None, None, -1),) * rank)]


def _from_x(ct: Any, x: Spec, y: Any, start: Lengths, shape: Lengths, direct: bool) -> Any:
    rank = len(shape)
    first = tuple(n - 1 - i for n, i in zip(y.shape[-rank:], start, strict=True))
    return window(ct, _turned(y, rank), first, x.shape[-rank:], direct)


def _from_y(ct: Any, x: Any, y: Spec, start: Lengths, shape: Lengths, direct: bool) -> Any:
    return _from_x(ct, y, x, start, shape, direct)


window = declare("scipy.convolve", _window, {"x": Transpose(_from_x), "y": Transpose(_from_y)}, batch=broadcast)
"""(x, y, start, shape, direct): part of a convolution; directly, or by Fourier transforms."""


def folded(k: NDArray[np.intp], n: int, mode: str) -> NDArray[np.intp]:
    """The places in an array of length n whose numbers continue it at the places `k`, which may lie outside.

    The modes are those of scipy.ndimage: nearest a|abc|c, mirror cb|abc|ba, reflect ba|abc|cb, wrap bc|abc|ab.
    """
    if mode == "nearest" or n == 1:
        return np.clip(k, 0, n - 1)
    if mode == "mirror":
        return n - 1 - np.abs(n - 1 - k % (2 * n - 2))
    if mode == "reflect":
        k = k % (2 * n)
        return np.minimum(k, 2 * n - 1 - k)
    return k % n


def extended(x: Any, axis: int, before: int, after: int, mode: str, fill: Any = 0.0) -> Any:
    """`x` continued past both ends of an axis; in mode constant by the number `fill`."""
    n = x.shape[axis]

    def part(places: Any) -> Any:
        if mode == "constant":
            return np.full((*x.shape[:axis], places.size, *x.shape[axis + 1 :]), fill, x.dtype)
        return np.take(x, folded(places, n, mode), axis=axis)

    left = [part(np.arange(-before, 0))] if before else []
    right = [part(np.arange(n, n + after))] if after else []
    return np.concatenate([*left, x, *right], axis=axis) if left or right else x


def valid(x: Any, weights: Any, axes: Sequence[int]) -> Any:
    """The correlation of `x` with `weights` where these lie wholly inside, over all its axes."""
    start = tuple(n - 1 for n in weights.shape)
    shape = tuple(m - n + 1 for m, n in zip(x.shape, weights.shape, strict=True))
    return window(x, _turned(weights, weights.ndim), start, shape, True)
