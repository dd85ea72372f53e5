"""scipy.fft, differentiable: its own functions on plain arrays.

SciPy lets one choose a backend for these. With this one, its own functions take differentiated values too:

>>> import numpy as np
>>> import scipy.fft
>>> from tapegrad import grad
>>> import tapegrad.scipy.fft
>>> def f(x):
...     return np.sum(scipy.fft.dct(x) ** 2)
>>> with scipy.fft.set_backend(tapegrad.scipy.fft.backend):
...     grad(f)(np.array([1.0, 2.0]))
array([20., 28.])

Plain arrays it leaves to SciPy. For a whole program:
`scipy.fft.register_backend("scipy"); scipy.fft.set_global_backend(tapegrad.scipy.fft.backend)`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, Literal, Protocol, TypeAlias, overload

import numpy as np
from numpy.typing import NDArray
from scipy.fft import fftfreq as fftfreq, next_fast_len as next_fast_len, rfftfreq as rfftfreq

from tapegrad._core.variable import Variable
from tapegrad._scipy import fft as rules
from tapegrad.typing import AnyT, ArrT, P

__all__ = [
    "fft",
    "ifft",
    "fft2",
    "ifft2",
    "fftn",
    "ifftn",
    "rfft",
    "irfft",
    "rfft2",
    "irfft2",
    "rfftn",
    "irfftn",
    "hfft",
    "ihfft",
    "hfft2",
    "ihfft2",
    "hfftn",
    "ihfftn",
    "dct",
    "idct",
    "dctn",
    "idctn",
    "dst",
    "idst",
    "dstn",
    "idstn",
    "fftshift",
    "ifftshift",
    "fftfreq",
    "rfftfreq",
    "next_fast_len",
    "backend",
]

Norm: TypeAlias = Literal["backward", "ortho", "forward"] | None
Axes: TypeAlias = int | Sequence[int] | None
Type: TypeAlias = Literal[1, 2, 3, 4]
Double: TypeAlias = NDArray[np.complex128 | np.float64]
Plain: TypeAlias = NDArray[np.complex128 | np.float64 | np.integer[Any] | np.bool]
Inexact: TypeAlias = NDArray[np.inexact[Any]]
Complex: TypeAlias = NDArray[np.complexfloating[Any, Any]]
Complex128: TypeAlias = NDArray[np.complex128]
Real: TypeAlias = NDArray[np.floating[Any]]
Float64: TypeAlias = NDArray[np.float64]


class ComplexTransform(Protocol[P]):
    """Complex numbers of the same precision."""

    @overload
    def __call__(self, x: Plain, *args: P.args, **keywords: P.kwargs) -> Complex128: ...
    @overload
    def __call__(self, x: Inexact, *args: P.args, **keywords: P.kwargs) -> Complex: ...
    @overload
    def __call__(self, x: Variable[Double], *args: P.args, **keywords: P.kwargs) -> Variable[Complex128]: ...
    @overload
    def __call__(self, x: Variable[Inexact], *args: P.args, **keywords: P.kwargs) -> Variable[Complex]: ...


class RealTransform(Protocol[P]):
    """Real numbers of the same precision."""

    @overload
    def __call__(self, x: Plain, *args: P.args, **keywords: P.kwargs) -> Float64: ...
    @overload
    def __call__(self, x: Inexact, *args: P.args, **keywords: P.kwargs) -> Real: ...
    @overload
    def __call__(self, x: Variable[Double], *args: P.args, **keywords: P.kwargs) -> Variable[Float64]: ...
    @overload
    def __call__(self, x: Variable[Inexact], *args: P.args, **keywords: P.kwargs) -> Variable[Real]: ...


class SameTransform(Protocol[P]):
    """Numbers of the same kind and precision."""

    @overload
    def __call__(self, x: ArrT, *args: P.args, **keywords: P.kwargs) -> ArrT: ...
    @overload
    def __call__(self, x: Variable[ArrT], *args: P.args, **keywords: P.kwargs) -> Variable[ArrT]: ...


class Shift(Protocol):
    """fftshift, ifftshift."""

    @overload
    def __call__(self, x: AnyT, axes: Axes = None) -> AnyT: ...
    @overload
    def __call__(self, x: Variable[ArrT], axes: Axes = None) -> Variable[ArrT]: ...


# What may follow the array, for checkers to read.


def _line(
    n: int | None = None,
    axis: int = -1,
    norm: Norm = None,
    overwrite_x: bool = False,
    workers: int | None = None,
    *,
    plan: None = None,
) -> None: ...


def _plane(
    s: Axes = None,
    axes: Axes = (-2, -1),
    norm: Norm = None,
    overwrite_x: bool = False,
    workers: int | None = None,
    *,
    plan: None = None,
) -> None: ...


def _space(
    s: Axes = None,
    axes: Axes = None,
    norm: Norm = None,
    overwrite_x: bool = False,
    workers: int | None = None,
    *,
    plan: None = None,
) -> None: ...


def _wave_line(
    type: Type = 2,
    n: int | None = None,
    axis: int = -1,
    norm: Norm = None,
    overwrite_x: bool = False,
    workers: int | None = None,
    orthogonalize: bool | None = None,
) -> None: ...


def _wave_space(
    type: Type = 2,
    s: Axes = None,
    axes: Axes = None,
    norm: Norm = None,
    overwrite_x: bool = False,
    workers: int | None = None,
    orthogonalize: bool | None = None,
) -> None: ...


def _complex(name: str, follows: Callable[P, None]) -> ComplexTransform[P]:
    return rules.FRONTS[name]


def _real(name: str, follows: Callable[P, None]) -> RealTransform[P]:
    return rules.FRONTS[name]


def _same(name: str, follows: Callable[P, None]) -> SameTransform[P]:
    return rules.FRONTS[name]


fft: Final = _complex("fft", _line)
ifft: Final = _complex("ifft", _line)
rfft: Final = _complex("rfft", _line)
irfft: Final = _real("irfft", _line)
hfft: Final = _real("hfft", _line)
ihfft: Final = _complex("ihfft", _line)
fft2: Final = _complex("fft2", _plane)
ifft2: Final = _complex("ifft2", _plane)
rfft2: Final = _complex("rfft2", _plane)
irfft2: Final = _real("irfft2", _plane)
hfft2: Final = _real("hfft2", _plane)
ihfft2: Final = _complex("ihfft2", _plane)
fftn: Final = _complex("fftn", _space)
ifftn: Final = _complex("ifftn", _space)
rfftn: Final = _complex("rfftn", _space)
irfftn: Final = _real("irfftn", _space)
hfftn: Final = _real("hfftn", _space)
ihfftn: Final = _complex("ihfftn", _space)
dct: Final = _same("dct", _wave_line)
idct: Final = _same("idct", _wave_line)
dst: Final = _same("dst", _wave_line)
idst: Final = _same("idst", _wave_line)
dctn: Final = _same("dctn", _wave_space)
idctn: Final = _same("idctn", _wave_space)
dstn: Final = _same("dstn", _wave_space)
idstn: Final = _same("idstn", _wave_space)
fftshift: Final[Shift] = rules.fftshift
ifftshift: Final[Shift] = rules.ifftshift
backend: Final = rules.backend
