"""Weighted means, covariances, correlations."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad._rules.axes import normalize_axes
from tapegrad._rules.folding import possibly, surely
from tapegrad._rules.fronts import operand, stands_for
from tapegrad._rules.kinds import stopped
from tapegrad._rules.ufuncs import cast
from tapegrad._rules.untyped import plain


def _weights(weights: Any, x: Any, axis: Any) -> Any:
    """The weights, so that they broadcast against `x`."""
    w = operand(weights)
    if w.shape == x.shape:
        return w
    if axis is None:
        raise TypeError("Axis must be specified when shapes of a and weights differ.")
    axes = normalize_axes(axis, x.ndim)
    if w.shape != tuple([x.shape[i] for i in axes]):
        raise ValueError("Shape of weights must be consistent with shape of a along specified axis.")
    lengths = tuple([n if i in axes else 1 for i, n in enumerate(x.shape)])
    return np.reshape(np.transpose(w, sorted(range(len(axes)), key=axes.__getitem__)), lengths)


@stands_for(np.average)
def average(a: Any, axis: Any = None, weights: Any = None, returned: bool = False, *, keepdims: Any = False) -> Any:
    """The mean over axes, weighted or not; `returned` says with the sum of the weights."""
    x = operand(a)
    keep = bool(keepdims)
    if weights is None:
        mean = np.mean(x, axis, keepdims=keep)
        if not returned:
            return mean
        return mean, np.full(mean.shape, x.size / max(mean.size, 1), mean.dtype)[()]
    w = _weights(weights, x, axis)
    dtype = np.result_type(x.dtype, w.dtype, *([np.float64] if x.dtype.kind in "iub" else []))
    total = np.sum(w, axis, dtype, keepdims=keep)
    if surely(np.equal(total, 0)):
        raise ZeroDivisionError("Weights sum to zero, can't be normalized")
    mean = np.divide(np.sum(cast(x, dtype) * w, axis, keepdims=keep), total)
    if not returned:
        return mean
    return mean, total if total.shape == mean.shape else np.copy(np.broadcast_to(total, mean.shape))


def _observations(a: Any, turned: bool, dtype: Any) -> Any:
    """A row for each variable."""
    x = operand(a)
    if x.ndim > 2:
        raise ValueError("an argument has more than 2 dimensions")
    x = cast(x, dtype)
    return np.transpose(x) if turned and x.ndim == 2 else np.atleast_2d(x)


def _frequencies(weights: Any, count: int, name: str) -> Any:
    """Weights of the observations, checked as far as their values are there to be seen."""
    w = cast(operand(weights), float)
    if w.ndim > 1:
        raise RuntimeError(f"cannot handle multidimensional {name}")
    if w.shape[0] != count:
        raise RuntimeError(f"incompatible numbers of samples and {name}")
    if surely(np.less(w, 0)):
        raise ValueError(f"{name} cannot be negative")
    return w


@stands_for(np.cov)
def cov(
    m: Any,
    y: Any = None,
    rowvar: bool = True,
    bias: bool = False,
    ddof: int | None = None,
    fweights: Any = None,
    aweights: Any = None,
    *,
    dtype: Any = None,
) -> Any:
    """The covariances of the variables, each a row of `m` (and of `y`), or a column."""
    if ddof is not None and ddof != int(ddof):
        raise ValueError("ddof must be integer")
    parts = [operand(m)] if y is None else [operand(m), operand(y)]
    dtype = np.result_type(*[part.dtype for part in parts], np.float64) if dtype is None else dtype
    rows = [_observations(part, not rowvar and part.shape[:1] != (1,), dtype) for part in parts]
    x = rows[0] if len(rows) == 1 else np.concatenate(rows)
    divisor = ddof if ddof is not None else 0 if bias else 1
    count = x.shape[1]
    w: Any = None
    shares: Any = 1.0
    if fweights is not None:
        w = _frequencies(fweights, count, "fweights")
        if surely(np.not_equal(w, np.rint(w))):
            raise TypeError("fweights must be integer")
    if aweights is not None:
        shares = _frequencies(aweights, count, "aweights")
        w = shares if w is None else w * shares
    total = count if w is None else np.sum(w)
    degrees = total - (divisor if w is None or divisor == 0 else divisor * np.sum(w * shares) / total)
    if surely(np.less_equal(degrees, 0)):
        degrees = 0.0
    centred = x - (np.mean(x, 1, keepdims=True) if w is None else np.sum(x * w, 1, keepdims=True) / total)
    other = np.transpose(centred if w is None else centred * w)
    out = np.dot(centred, np.conjugate(other) if x.dtype.kind == "c" else other)
    return np.squeeze(out * np.true_divide(1, degrees))


@stands_for(np.corrcoef)
def corrcoef(x: Any, y: Any = None, rowvar: bool = True, *, dtype: Any = None) -> Any:
    """The correlations of the variables."""
    c = plain.cov(x, y, rowvar, dtype=dtype)
    if c.ndim == 0:
        return c / c
    scale = plain.sqrt(plain.real(plain.diagonal(c)))
    c = c / plain.reshape(scale, (-1, 1)) / scale
    if c.dtype.kind == "c":
        return _in_bounds(plain.real(c)) + 1j * _in_bounds(plain.imag(c))
    return _in_bounds(c)


def _in_bounds(c: Any) -> Any:
    """Without what rounding has left beyond -1 and 1. The correction changes no derivative."""
    value = stopped(c)
    excess = np.clip(value, -1, 1) - value
    return c + excess if possibly(excess) else c
