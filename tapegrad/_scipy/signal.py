"""The rules for scipy.signal: convolutions, correlations, linear filters, the analytic signal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from scipy import signal

from tapegrad._core.door import apply
from tapegrad._core.primitive import Primitive
from tapegrad._rules.axes import normalize_axes, normalize_axis
from tapegrad._rules.batching import loop
from tapegrad._rules.dependences import Differential, Transpose
from tapegrad._rules.fronts import is_variable, operand, stands_for
from tapegrad._rules.kinds import declare
from tapegrad._scipy.convolution import extended, window

_signal: Any = signal


def _fitting(m: tuple[int, ...], n: tuple[int, ...], mode: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Start and shape of what `mode` names, of the convolution of arrays of shapes m and n."""
    pairs = [*zip(m, n, strict=True)]
    if mode == "full":
        return (0,) * len(m), tuple(i + j - 1 if i and j else 0 for i, j in pairs)
    if mode == "same":
        return tuple((j - 1) // 2 for j in n), m
    if mode != "valid":
        raise ValueError("acceptable mode flags are 'valid', 'same', or 'full'")
    if any(i < j for i, j in pairs) and any(i > j for i, j in pairs):
        raise ValueError("For 'valid' mode, one must be at least as large as the other in every dimension")
    return tuple(min(i, j) - 1 for i, j in pairs), tuple(abs(i - j) + 1 for i, j in pairs)


def _like_ranks(x: Any, y: Any) -> None:
    if x.ndim != y.ndim:
        raise ValueError("in1 and in2 should have the same dimensionality")


def _convolved(x: Any, y: Any, mode: str, direct: bool) -> Any:
    """Over all axes."""
    _like_ranks(x, y)
    return window(x, y, *_fitting(x.shape, y.shape, mode), direct) if x.ndim else np.multiply(x, y)


@stands_for(signal.convolve)
def convolve(in1: Any, in2: Any, mode: str = "full", method: str = "auto") -> Any:
    """The convolution of two arrays over all their axes."""
    x, y = operand(in1), operand(in2)
    _like_ranks(x, y)
    if method == "auto":
        method = _signal.choose_conv_method(_blank(x), _blank(y), mode)
    if method not in ("direct", "fft"):
        raise ValueError("Acceptable method flags are 'auto', 'direct', or 'fft'.")
    return _convolved(x, y, mode, method == "direct")


def _blank(x: Any) -> Any:
    """An array of the shape and dtype of `x`, in next to no memory."""
    return np.broadcast_to(np.zeros((), x.dtype), x.shape)


def _reversed(y: Any) -> Any:
    turned = y[(slice(None, None, -1),) * y.ndim]
    return np.conjugate(turned) if y.dtype.kind == "c" else turned


@stands_for(signal.correlate)
def correlate(in1: Any, in2: Any, mode: str = "full", method: str = "auto") -> Any:
    """The cross-correlation of two arrays over all their axes, the second conjugated."""
    y = operand(in2)
    _like_ranks(operand(in1), y)
    return convolve(in1, _reversed(y), mode, method)


def _by_fourier(in1: Any, in2: Any, mode: str, axes: Any) -> Any:
    """Over some axes; the others broadcast."""
    x, y = operand(in1), operand(in2)
    _like_ranks(x, y)
    along = normalize_axes(axes, x.ndim)
    if not along:
        if axes is None:
            return np.multiply(x, y)
        raise ValueError("when provided, axes cannot be empty")
    along = tuple(sorted(along))
    rest = [axis for axis in range(x.ndim) if axis not in along]
    if any(x.shape[axis] != y.shape[axis] and 1 not in (x.shape[axis], y.shape[axis]) for axis in rest):
        raise ValueError(f"incompatible shapes for in1 and in2: {x.shape} and {y.shape}")
    last = tuple(range(-len(along), 0))
    x, y = (np.moveaxis(z, along, last) if rest else z for z in (x, y))
    m, n = x.shape[-len(along) :], y.shape[-len(along) :]
    out = window(x, y, *_fitting(m, n, mode), False)
    return np.moveaxis(out, last, along) if rest else out


@stands_for(signal.fftconvolve)
def fftconvolve(in1: Any, in2: Any, mode: str = "full", axes: Any = None) -> Any:
    """The convolution over some axes by Fourier transforms; the other axes broadcast."""
    return _by_fourier(in1, in2, mode, axes)


@stands_for(signal.oaconvolve)
def oaconvolve(in1: Any, in2: Any, mode: str = "full", axes: Any = None) -> Any:
    """The same as fftconvolve."""
    return _by_fourier(in1, in2, mode, axes)


_BEYOND = {
    "fill": "constant",
    "pad": "constant",
    "wrap": "wrap",
    "circular": "wrap",
    "symm": "reflect",
    "symmetric": "reflect",
}


def _plane(in1: Any, in2: Any, mode: str, boundary: str, fillvalue: Any, turned: bool) -> Any:
    """The convolution of matrices, or with `turned` the correlation, whose middle of an even length is another."""
    x, y = operand(in1), operand(in2)
    if not x.ndim == y.ndim == 2:
        raise ValueError("convolve2d inputs must both be 2-D arrays")
    if boundary not in _BEYOND:
        raise ValueError("Acceptable boundary flags are 'fill', 'circular' (or 'wrap'), and 'symmetric' (or 'symm').")
    start, shape = _fitting(x.shape, y.shape, mode)
    if turned:
        y = _reversed(y)
        start = tuple(n // 2 for n in y.shape) if mode == "same" else start
    if mode == "valid" or (_BEYOND[boundary] == "constant" and not is_variable(fillvalue) and fillvalue == 0):
        return window(x, y, start, shape, True)
    x = x.astype(np.result_type(x, y))
    for axis, (first, n) in enumerate(zip(start, y.shape, strict=True)):
        x = extended(x, axis, n - 1 - first, shape[axis] + first - x.shape[axis], _BEYOND[boundary], fillvalue)
    return window(x, y, tuple(n - 1 for n in y.shape), shape, True)


@stands_for(signal.convolve2d)
def convolve2d(in1: Any, in2: Any, mode: str = "full", boundary: str = "fill", fillvalue: Any = 0) -> Any:
    """The convolution of two matrices, the first continued past its edges as `boundary` says."""
    return _plane(in1, in2, mode, boundary, fillvalue, False)


@stands_for(signal.correlate2d)
def correlate2d(in1: Any, in2: Any, mode: str = "full", boundary: str = "fill", fillvalue: Any = 0) -> Any:
    """The cross-correlation of two matrices, the second conjugated."""
    return _plane(in1, in2, mode, boundary, fillvalue, True)


# A linear filter: a * y = b * x, where * is convolution in time from rest. Filtering is linear in b and x; its
# transpose is filtering in reversed time. From a * y = b * x follows a * dy = -da * y: another filtering, of y. With
# l = the cotangent through 1/a in reversed time, those of b and a are the sums over n of l[n] x[n - k], -l[n] y[n - k].


def _lfilter(b: Any, a: Any, x: Any, axis: int) -> Any:
    return _signal.lfilter(b, a, x, axis)


def _turned(x: Any, axis: int) -> Any:
    return x[(*(slice(None),) * axis, slice(None, None, -1))]


def _back(b: Any, a: Any, ct: Any, axis: int) -> Any:
    """Filtered in reversed time."""
    return _turned(filtered(b, a, _turned(ct, axis), axis), axis)


def _lagged(ct: Any, x: Any, a: Any, count: int, axis: int) -> Any:
    """Sums of products of the cotangent through 1/a and `x`, delayed by 0, 1, ... steps."""
    through = np.moveaxis(_back(np.ones(1, a.dtype), a, ct, axis), axis, -1)
    length = x.shape[axis]
    return window(through, np.moveaxis(_turned(x, axis), axis, -1), (length - 1,), (count,), True)


def _filter_batch(primitive: Primitive, args: Sequence[Any], batched: Sequence[bool]) -> Any:
    if batched[0] or batched[1]:
        return loop(primitive, args, batched)  # SciPy runs one filter at a time
    b, a, x, axis = args
    return apply(primitive, b, a, x, axis + 1)


filtered: Callable[..., Any] = declare(
    "scipy.lfilter",
    _lfilter,
    {
        "b": Transpose(lambda ct, b, a, x, axis: _lagged(ct, x, a, b.size, axis)),
        "a": Differential(
            lambda da, a, out, axis: -filtered(da, a, out, axis),
            lambda ct, a, out, axis: -_lagged(ct, out, a, a.shape[0], axis),
        ),
        "x": Transpose(lambda ct, b, a, axis: _back(b, a, ct, axis)),
    },
    batch=_filter_batch,
)
"""(b, a, x, axis): filtered along the axis, from rest."""


@stands_for(signal.lfilter)
def lfilter(b: Any, a: Any, x: Any, axis: int = -1, zi: Any = None) -> Any:
    """`x` through the filter with these coefficients; with `zi`, its state, also the state at the end."""
    b, a, x = np.atleast_1d(operand(b)), np.atleast_1d(operand(a)), operand(x)
    if x.ndim == 0 or b.ndim > 1 or a.ndim > 1:
        raise ValueError("object of too small depth for desired array")
    along = normalize_axis(axis, x.ndim)
    out = filtered(b, a, x, along)
    if zi is None:
        return out
    # The state enters the sum a * y at the first steps, scaled as b and a are by a[0]; what is left of that sum past
    # the end, once all of y is used up, is the state there.
    state, count, length = operand(zi), max(b.shape[0], a.shape[0]) - 1, x.shape[along]
    wanted = (*x.shape[:along], count, *x.shape[along + 1 :])
    state = np.broadcast_to(state, wanted)
    zeros = np.zeros((*x.shape[:along], length, *x.shape[along + 1 :]), state.dtype)
    entering = np.concatenate([state, zeros], axis=along)
    now, later = (slice(None),) * along + (slice(length),), (slice(None),) * along + (slice(length, None),)
    out = out + filtered(a[:1], a, entering[now], along)
    left = entering[later] + (_tail(b, x, count, along) - _tail(a, out, count, along)) / a[0]
    return out, left


def _tail(b: Any, x: Any, count: int, axis: int) -> Any:
    """What convolution with `b` gives past the end of `x`."""
    out = window(np.moveaxis(x, axis, -1), b, (x.shape[axis],), (count,), True)
    return np.moveaxis(out, -1, axis)


@stands_for(signal.hilbert)
def hilbert(x: Any, N: int | None = None, axis: int = -1) -> Any:  # noqa: N803  (SciPy's name)
    """The analytic signal of `x`: the same without its negative frequencies."""
    x = operand(x)
    if x.dtype.kind == "c":
        raise ValueError("x must be real.")
    length = x.shape[axis] if N is None else N
    if length <= 0:
        raise ValueError("N must be positive.")
    spectrum: Any = np.fft.fft(x, length, axis)
    inverse: Any = np.fft.ifft
    weights = np.zeros(length, spectrum.real.dtype)
    weights[0] = 1.0
    weights[1 : (length + 1) // 2] = 2.0
    if length % 2 == 0:
        weights[length // 2] = 1.0
    shape = [1] * x.ndim
    shape[axis] = length
    return inverse(spectrum * weights.reshape(shape), axis=axis)
