"""The rules for scipy.fft: Fourier transforms by way of NumPy's, cosine and sine transforms, and a backend.

SciPy's `overwrite_x` and `workers` say how, not what, it computes: they make no difference here. A `plan` it refuses.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import numpy as np
from scipy import fft

from tapegrad._rules.axes import normalize_axes, normalize_axis
from tapegrad._rules.fronts import holds_variable, operand, stands_for
from tapegrad._scipy.cosines import INVERSE, transform

_fft: Any = fft
Front = Callable[..., Any]
FRONTS: dict[str, Front] = {}
"""The functions of scipy.fft that have a rule here, by name."""

_SWAPPED = {None: "forward", "backward": "forward", "forward": "backward", "ortho": "ortho"}


def _norm(norm: Any) -> str:
    if norm not in _SWAPPED:
        raise ValueError(f'Invalid norm value {norm!r}, should be "backward", "ortho" or "forward"')
    return norm or "backward"


def _enter(name: str, front: Front) -> Front:
    """`front`, standing for SciPy's function of this name."""
    front.__name__ = front.__qualname__ = name
    front.__doc__ = f"scipy.fft.{name}, differentiable."
    FRONTS[name] = stands_for(getattr(_fft, name))(front)
    return FRONTS[name]


def _no_plan(name: str, plan: Any) -> None:
    if plan is not None:
        raise NotImplementedError(f"Passing a precomputed plan is not yet supported by scipy.fft functions: {name}")


def _places(x: Any, s: Any, axes: Any) -> tuple[tuple[int, ...] | None, tuple[int, ...]]:
    """The lengths asked for, if any, and the axes: without `axes`, the last ones, as many as there are lengths."""
    lengths = None if s is None else tuple(np.atleast_1d(s).tolist())
    if axes is None:
        along = tuple(range(x.ndim)) if lengths is None else tuple(range(x.ndim - len(lengths), x.ndim))
        if along and along[0] < 0:
            raise ValueError("shape requires more axes than are present")
    else:
        named = tuple(np.atleast_1d(axes).tolist())
        if len({axis % x.ndim for axis in named}) < len(named):
            raise ValueError("all axes must be unique")
        along = normalize_axes(named, x.ndim)
    if lengths is None:
        return None, along
    if len(lengths) != len(along):
        raise ValueError("when given, axes and shape arguments have to be of the same length")
    return tuple(x.shape[axis] if n == -1 else n for n, axis in zip(lengths, along, strict=True)), along


def _line(name: str) -> Front:
    """A Fourier transform along one axis: NumPy's."""

    def front(
        x: Any,
        n: int | None = None,
        axis: int = -1,
        norm: Any = None,
        overwrite_x: bool = False,
        workers: int | None = None,
        *,
        plan: None = None,
    ) -> Any:
        _no_plan(name, plan)
        x = operand(x)
        if name in ("rfft", "ihfft"):
            _real(x)
        return getattr(np.fft, name)(x, n, axis, norm)

    return _enter(name, front)


def _real(x: Any) -> None:
    if x.dtype.kind == "c":
        raise TypeError("x must be a real sequence")


def _fftn(x: Any, s: Any, axes: Any, norm: Any) -> Any:
    return np.fft.fftn(x, s, axes, norm)


def _ifftn(x: Any, s: Any, axes: Any, norm: Any) -> Any:
    return np.fft.ifftn(x, s, axes, norm)


def _rfftn(x: Any, s: Any, axes: Any, norm: Any) -> Any:
    _real(x)
    return np.fft.rfftn(x, s, axes, norm)


def _irfftn(x: Any, s: Any, axes: Any, norm: Any) -> Any:
    return np.fft.irfftn(x, s, axes, norm)


def _hfftn(x: Any, s: Any, axes: Any, norm: Any) -> Any:
    return _irfftn(np.conjugate(x), s, axes, _SWAPPED[norm])


def _ihfftn(x: Any, s: Any, axes: Any, norm: Any) -> Any:
    return np.conjugate(_rfftn(x, s, axes, _SWAPPED[norm]))


SPACES: dict[str, Front] = {
    "fft": _fftn,
    "ifft": _ifftn,
    "rfft": _rfftn,
    "irfft": _irfftn,
    "hfft": _hfftn,
    "ihfft": _ihfftn,
}
"""The transforms over several axes; NumPy has the first four."""


def _space(name: str, default: Any) -> Front:
    """A Fourier transform over several axes."""
    compute, complex = SPACES[name[:-1]], name in ("fftn", "ifftn", "fft2", "ifft2")

    def front(
        x: Any,
        s: Any = None,
        axes: Any = default,
        norm: Any = None,
        overwrite_x: bool = False,
        workers: int | None = None,
        *,
        plan: None = None,
    ) -> Any:
        _no_plan(name, plan)
        x = operand(x)
        lengths, along = _places(x, s, axes)
        if not along:
            if not complex:
                raise ValueError("at least 1 axis must be transformed")
            return x.astype(np.result_type(x.dtype, np.complex64))
        return compute(x, lengths, along, _norm(norm))

    return _enter(name, front)


for _name in SPACES:
    _line(_name)
    _space(f"{_name}2", (-2, -1))
    _space(f"{_name}n", None)


def _wave(x: Any, name: str, type: int, lengths: Any, axes: tuple[int, ...], norm: Any, orthogonalize: Any) -> Any:
    if type not in INVERSE:
        raise ValueError(f"invalid {'DST' if 's' in name else 'DCT'} type")
    for n, axis in zip(lengths or (), axes, strict=bool(lengths)):
        x = _resized(x, n, axis)
    norm = _norm(norm)
    # complex numbers SciPy transforms as if it were not given
    orthogonal = norm == "ortho" if orthogonalize is None or x.dtype.kind == "c" else bool(orthogonalize)
    if not axes:
        return x
    if name.startswith("i"):
        type, norm = INVERSE[type], _SWAPPED[norm]
    return transform(x, "s" in name, type, axes, norm, orthogonal)


def _resized(x: Any, n: int, axis: int) -> Any:
    """Cut short along the axis, or filled up with zeros."""
    if n < 1:
        raise ValueError(f"invalid number of data points ({n}) specified")
    length = x.shape[axis]
    if n <= length:
        return x[(*(slice(None),) * axis, slice(n))] if n < length else x
    zeros = np.zeros((*x.shape[:axis], n - length, *x.shape[axis + 1 :]), x.dtype)
    return np.concatenate([x, zeros], axis=axis)


def _wave_line(name: str) -> Front:
    """A cosine or sine transform along one axis."""

    def front(
        x: Any,
        type: int = 2,
        n: int | None = None,
        axis: int = -1,
        norm: Any = None,
        overwrite_x: bool = False,
        workers: int | None = None,
        orthogonalize: bool | None = None,
    ) -> Any:
        x = operand(x)
        along = (normalize_axis(axis, x.ndim),)
        return _wave(x, name, type, None if n is None else (n,), along, norm, orthogonalize)

    return _enter(name, front)


def _wave_space(name: str) -> Front:
    """A cosine or sine transform over several axes."""

    def front(
        x: Any,
        type: int = 2,
        s: Any = None,
        axes: Any = None,
        norm: Any = None,
        overwrite_x: bool = False,
        workers: int | None = None,
        orthogonalize: bool | None = None,
    ) -> Any:
        x = operand(x)
        return _wave(x, name, type, *_places(x, s, axes), norm, orthogonalize)

    return _enter(name, front)


for _name in ("dct", "idct", "dst", "idst"):
    _wave_line(_name)
    _wave_space(f"{_name}n")


@stands_for(fft.fftshift)
def fftshift(x: Any, axes: Any = None) -> Any:
    """Rolled so that the zero frequency comes to the middle."""
    return np.fft.fftshift(x, axes)


@stands_for(fft.ifftshift)
def ifftshift(x: Any, axes: Any = None) -> Any:
    """Rolled back from `fftshift`."""
    return np.fft.ifftshift(x, axes)


class Backend:
    """Lets SciPy's own functions take differentiated values: `with scipy.fft.set_backend(backend): ...`.

    Plain arrays it leaves to whatever backend comes next. SciPy keeps a cache on the object: so it is not frozen.
    """

    __ua_domain__: Final = "numpy.scipy.fft"

    def __ua_function__(self, method: Any, args: Sequence[Any], keywords: Mapping[str, Any], /) -> Any:
        front = FRONTS.get(method.__name__)
        if front is None or not holds_variable((*args, *keywords.values())):
            return NotImplemented
        return front(*args, **keywords)


backend: Final = Backend()
"""For `scipy.fft.set_backend`."""
