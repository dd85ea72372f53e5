"""Discrete Fourier transforms: real numbers become complex ones of the same precision, and back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, Protocol, TypeAlias, overload

import numpy as np
from numpy.typing import NDArray

from tapegrad._core.variable import Variable
from tapegrad.typing import AnyT, ArrT, Axis, Int, K, S

Norm: TypeAlias = Literal["backward", "ortho", "forward"] | None
Complexes: TypeAlias = NDArray[np.complexfloating[Any, Any]]
Reals: TypeAlias = NDArray[np.floating[Any]]


class Fourier(Protocol):
    """fft, ifft: complex numbers along an axis."""

    @overload
    def __call__(self, a: NDArray[K], n: int | None = None, axis: int = -1, norm: Norm = None) -> NDArray[K]: ...
    @overload
    def __call__(  # type: ignore[overload-overlap]  # no dtype is both
        self, a: NDArray[np.float32], n: int | None = None, axis: int = -1, norm: Norm = None
    ) -> NDArray[np.complex64]: ...
    @overload
    def __call__(
        self, a: NDArray[np.float64], n: int | None = None, axis: int = -1, norm: Norm = None
    ) -> NDArray[np.complex128]: ...
    @overload
    def __call__(
        self, a: NDArray[Int], n: int | None = None, axis: int = -1, norm: Norm = None
    ) -> NDArray[np.complex128]: ...
    @overload
    def __call__(
        self, a: Variable[NDArray[S]], n: int | None = None, axis: int = -1, norm: Norm = None
    ) -> Variable[Complexes]: ...


class FourierSeveral(Protocol):
    """fft2, fftn and their inverses: along several axes."""

    @overload
    def __call__(
        self, a: NDArray[K], s: Sequence[int] | None = None, axes: Sequence[int] | None = ..., norm: Norm = None
    ) -> NDArray[K]: ...
    @overload
    def __call__(  # type: ignore[overload-overlap]  # no dtype is both
        self,
        a: NDArray[np.float32],
        s: Sequence[int] | None = None,
        axes: Sequence[int] | None = ...,
        norm: Norm = None,
    ) -> NDArray[np.complex64]: ...
    @overload
    def __call__(
        self,
        a: NDArray[np.float64],
        s: Sequence[int] | None = None,
        axes: Sequence[int] | None = ...,
        norm: Norm = None,
    ) -> NDArray[np.complex128]: ...
    @overload
    def __call__(
        self, a: NDArray[Int], s: Sequence[int] | None = None, axes: Sequence[int] | None = ..., norm: Norm = None
    ) -> NDArray[np.complex128]: ...
    @overload
    def __call__(
        self,
        a: Variable[NDArray[S]],
        s: Sequence[int] | None = None,
        axes: Sequence[int] | None = ...,
        norm: Norm = None,
    ) -> Variable[Complexes]: ...


class HalfFourier(Protocol):
    """rfft, ihfft: of real numbers, the half of the spectrum that determines the other."""

    @overload
    def __call__(  # type: ignore[overload-overlap]  # no dtype is both
        self, a: NDArray[np.float32], n: int | None = None, axis: int = -1, norm: Norm = None
    ) -> NDArray[np.complex64]: ...
    @overload
    def __call__(
        self, a: NDArray[np.float64], n: int | None = None, axis: int = -1, norm: Norm = None
    ) -> NDArray[np.complex128]: ...
    @overload
    def __call__(
        self, a: NDArray[Int], n: int | None = None, axis: int = -1, norm: Norm = None
    ) -> NDArray[np.complex128]: ...
    @overload
    def __call__(
        self, a: Variable[NDArray[S]], n: int | None = None, axis: int = -1, norm: Norm = None
    ) -> Variable[Complexes]: ...


class HalfFourierSeveral(Protocol):
    """rfft2, rfftn: along several axes, of which the last is halved."""

    @overload
    def __call__(  # type: ignore[overload-overlap]  # no dtype is both
        self,
        a: NDArray[np.float32],
        s: Sequence[int] | None = None,
        axes: Sequence[int] | None = ...,
        norm: Norm = None,
    ) -> NDArray[np.complex64]: ...
    @overload
    def __call__(
        self,
        a: NDArray[np.float64],
        s: Sequence[int] | None = None,
        axes: Sequence[int] | None = ...,
        norm: Norm = None,
    ) -> NDArray[np.complex128]: ...
    @overload
    def __call__(
        self, a: NDArray[Int], s: Sequence[int] | None = None, axes: Sequence[int] | None = ..., norm: Norm = None
    ) -> NDArray[np.complex128]: ...
    @overload
    def __call__(
        self,
        a: Variable[NDArray[S]],
        s: Sequence[int] | None = None,
        axes: Sequence[int] | None = ...,
        norm: Norm = None,
    ) -> Variable[Complexes]: ...


class Real(Protocol):
    """irfft, hfft: real numbers from half a spectrum."""

    @overload
    def __call__(  # type: ignore[overload-overlap]  # no dtype is both
        self, a: NDArray[np.complex64] | NDArray[np.float32], n: int | None = None, axis: int = -1, norm: Norm = None
    ) -> NDArray[np.float32]: ...
    @overload
    def __call__(
        self, a: NDArray[np.complex128] | NDArray[np.float64], n: int | None = None, axis: int = -1, norm: Norm = None
    ) -> NDArray[np.float64]: ...
    @overload
    def __call__(
        self, a: NDArray[Int], n: int | None = None, axis: int = -1, norm: Norm = None
    ) -> NDArray[np.float64]: ...
    @overload
    def __call__(
        self, a: Variable[NDArray[S]], n: int | None = None, axis: int = -1, norm: Norm = None
    ) -> Variable[Reals]: ...


class RealSeveral(Protocol):
    """irfft2, irfftn: along several axes."""

    @overload
    def __call__(  # type: ignore[overload-overlap]  # no dtype is both
        self,
        a: NDArray[np.complex64] | NDArray[np.float32],
        s: Sequence[int] | None = None,
        axes: Sequence[int] | None = ...,
        norm: Norm = None,
    ) -> NDArray[np.float32]: ...
    @overload
    def __call__(
        self,
        a: NDArray[np.complex128] | NDArray[np.float64],
        s: Sequence[int] | None = None,
        axes: Sequence[int] | None = ...,
        norm: Norm = None,
    ) -> NDArray[np.float64]: ...
    @overload
    def __call__(
        self,
        a: NDArray[Int],
        s: Sequence[int] | None = None,
        axes: Sequence[int] | None = ...,
        norm: Norm = None,
    ) -> NDArray[np.float64]: ...
    @overload
    def __call__(
        self,
        a: Variable[NDArray[S]],
        s: Sequence[int] | None = None,
        axes: Sequence[int] | None = ...,
        norm: Norm = None,
    ) -> Variable[Reals]: ...


class Shift(Protocol):
    """fftshift, ifftshift: the zero frequency in the middle, or back at the start."""

    @overload
    def __call__(self, x: AnyT, axes: Axis | None = None) -> AnyT: ...
    @overload
    def __call__(self, x: Variable[ArrT], axes: Axis | None = None) -> Variable[ArrT]: ...
