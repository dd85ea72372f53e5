"""Discrete Fourier transforms: `np.fft`.

Three primitives along one axis; transforms over several axes apply them one after the other, as NumPy does.
`inverse` changes the sign in the exponent and the meaning of `norm`; with m inputs used, and s the scale of `norm`,

    fourier        y_k = s Σ_j x_j w^jk,  0 <= j < m, 0 <= k < n             w = exp(∓2πi / n)
    real_to_half   the same of real x, only for 0 <= k <= n // 2             rfft, and inverse ihfft
    half_to_real   y_j = s Re Σ_k u_k x_k w^jk,  0 <= k <= n // 2            hfft, and inverse irfft

where u_k is 1 at the ends k = 0 and (n even) k = n / 2, which are their own conjugates, and 2 between them. w^jk is
symmetric in j and k, so that the first is its own transpose. That of `real_to_half` is s Re Σ_k ct_k w^jk, which is
`half_to_real` of ct / u; that of `half_to_real` with a real ct is u_k s Σ_j ct_j w^jk, which is u `real_to_half` of ct.
At the ends this is real, as it must be: their imaginary parts are not read. All that `n` cuts off or adds is cut off
and added as zeros.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import index
from typing import Any, Literal, TypeAlias

import numpy as np

from tapegrad._rules.axes import normalize_axes, normalize_axis
from tapegrad._rules.batching import shifted
from tapegrad._rules.fronts import operand, stands_for
from tapegrad._rules.kinds import linear
from tapegrad._rules.placing import place
from tapegrad._rules.ufuncs import refuse
from tapegrad._spec import Spec

Transform: TypeAlias = Callable[..., Any]
Norm: TypeAlias = Literal["backward", "ortho", "forward"] | None


def _behind_batch(length: int, n: int, axis: int, norm: Norm, inverse: bool) -> tuple[Any, ...]:
    return n, axis + 1, norm, inverse


def _fitted(x: Any, length: int, axis: int) -> Any:
    """`x`, cut off or followed by zeros."""
    own = x.shape[axis]
    before = (slice(None),) * axis
    if length < own:
        return x[(*before, slice(length))]
    return x if length == own else place(x, (*before, slice(own)), (*x.shape[:axis], length, *x.shape[axis + 1 :]))


def _multiplicity(x: Any, n: int, axis: int) -> Any:
    """u_k for a half spectrum, in the precision of `x`."""
    count = np.full(n // 2 + 1, 2, np.finfo(x.dtype).dtype)
    count[0] = 1
    if n % 2 == 0:
        count[-1] = 1
    return count.reshape((-1, *(1,) * (x.ndim - 1 - axis)))


def _fourier_back(ct: Any, x: Spec, n: int, axis: int, norm: Norm, inverse: bool) -> Any:
    return _fitted(fourier(ct, n, axis, norm, inverse), x.shape[axis], axis)


def _half_back(ct: Any, x: Spec, n: int, axis: int, norm: Norm, inverse: bool) -> Any:
    return _fitted(half_to_real(ct / _multiplicity(ct, n, axis), n, axis, norm, inverse), x.shape[axis], axis)


def _real_back(ct: Any, x: Spec, n: int, axis: int, norm: Norm, inverse: bool) -> Any:
    half = real_to_half(ct, n, axis, norm, inverse)
    return _fitted(half * _multiplicity(half, n, axis), x.shape[axis], axis)


@linear(shifted(_behind_batch), x=_fourier_back)
def fourier(x: Any, n: int, axis: int, norm: Norm, inverse: bool) -> Any:
    """From n numbers to n."""
    return (np.fft.ifft if inverse else np.fft.fft)(x, n, axis, norm)


@linear(shifted(_behind_batch), x=_half_back)
def real_to_half(x: Any, n: int, axis: int, norm: Norm, inverse: bool) -> Any:
    """From n real numbers to the half of their spectrum that determines the other."""
    return (np.fft.ihfft if inverse else np.fft.rfft)(x, n, axis, norm)


@linear(shifted(_behind_batch), x=_real_back)
def half_to_real(x: Any, n: int, axis: int, norm: Norm, inverse: bool) -> Any:
    """From half a spectrum to the n real numbers that have it."""
    return (np.fft.irfft if inverse else np.fft.hfft)(x, n, axis, norm)


def _along(x: Any, transform: Transform, n: Any, axis: int, norm: Any, inverse: bool) -> Any:
    """One transform along one axis, of the default length where `n` is None."""
    along = normalize_axis(axis, x.ndim)
    own = x.shape[along]
    default = 2 * (own - 1) if transform is half_to_real else own
    return transform(x, default if n is None else index(n), along, norm, inverse)


def _line(target: Callable[..., Any], transform: Transform, inverse: bool) -> Transform:
    """The front of a transform along one axis."""

    def front(a: Any, n: int | None = None, axis: int = -1, norm: Any = None, out: None = None) -> Any:
        refuse(target.__name__, {"out": out})
        return _along(operand(a), transform, n, axis, norm, inverse)

    return _entered(front, target, f"{_WORDS[transform]} along one axis.")


def _grid(target: Callable[..., Any], transform: Transform, inverse: bool, axes: Any) -> Transform:
    """The front of a transform over several axes. Only the last of these has the length of half a spectrum."""

    def front(a: Any, s: Any = None, axes: Any = axes, norm: Any = None, out: None = None) -> Any:
        refuse(target.__name__, {"out": out})
        x = operand(a)
        steps = _steps(x, s, axes)
        if transform is fourier:
            return _each(x, steps[::-1], norm, inverse)
        n, axis = steps[-1]
        if transform is real_to_half:
            return _each(_along(x, transform, n, axis, norm, inverse), steps[-2::-1], norm, inverse)
        return _along(_each(x, steps[:-1], norm, inverse), transform, n if s else None, axis, norm, inverse)

    return _entered(front, target, f"{_WORDS[transform]} over several axes.")


def _entered(front: Transform, target: Callable[..., Any], doc: str) -> Transform:
    front.__name__ = front.__qualname__ = target.__name__
    front.__doc__ = doc
    return stands_for(target)(front)


def _each(x: Any, steps: list[tuple[Any, int]], norm: Any, inverse: bool) -> Any:
    """The full transform along each axis, in this order."""
    for n, axis in steps:
        x = _along(x, fourier, n, axis, norm, inverse)
    return x


def _steps(x: Any, s: Any, axes: Any) -> list[tuple[Any, int]]:
    """The length and the axis of each transform; -1 stands for the array's own length. An axis may come twice."""
    count = x.ndim if s is None else len(s)
    places = [normalize_axis(axis, x.ndim) for axis in (range(x.ndim - count, x.ndim) if axes is None else axes)]
    lengths = [-1] * len(places) if s is None else list(s)
    if len(lengths) != len(places):
        raise ValueError("Shape and axes have different lengths.")
    return [(x.shape[axis] if n == -1 else n, axis) for n, axis in zip(lengths, places, strict=True)]


_WORDS = {
    fourier: "The transform",
    real_to_half: "Half the transform of real numbers",
    half_to_real: "From half a spectrum back to real numbers",
}

fft = _line(np.fft.fft, fourier, False)
ifft = _line(np.fft.ifft, fourier, True)
rfft = _line(np.fft.rfft, real_to_half, False)
irfft = _line(np.fft.irfft, half_to_real, True)
hfft = _line(np.fft.hfft, half_to_real, False)
ihfft = _line(np.fft.ihfft, real_to_half, True)
fft2 = _grid(np.fft.fft2, fourier, False, (-2, -1))
ifft2 = _grid(np.fft.ifft2, fourier, True, (-2, -1))
rfft2 = _grid(np.fft.rfft2, real_to_half, False, (-2, -1))
irfft2 = _grid(np.fft.irfft2, half_to_real, True, (-2, -1))
fftn = _grid(np.fft.fftn, fourier, False, None)
ifftn = _grid(np.fft.ifftn, fourier, True, None)
rfftn = _grid(np.fft.rfftn, real_to_half, False, None)
irfftn = _grid(np.fft.irfftn, half_to_real, True, None)


def _centre(x: Any, axes: Any, *, back: bool) -> Any:
    places = normalize_axes(axes, x.ndim)
    return np.roll(x, tuple([-(x.shape[i] // 2) if back else x.shape[i] // 2 for i in places]), places)


@stands_for(np.fft.fftshift)
def fftshift(x: Any, axes: Any = None) -> Any:
    """The zero frequency moved to the middle."""
    return _centre(operand(x), axes, back=False)


@stands_for(np.fft.ifftshift)
def ifftshift(x: Any, axes: Any = None) -> Any:
    """The zero frequency moved back from the middle."""
    return _centre(operand(x), axes, back=True)
