"""Functions of each element with several results."""

from __future__ import annotations

from typing import Protocol, TypeAlias, overload

import numpy as np
from numpy.typing import NDArray

from tapegrad._core.variable import Variable
from tapegrad.scipy.kinds.elementwise import Double, RealT
from tapegrad.scipy.kinds.parametric import Complex128, Many, One, Parameter
from tapegrad.typing import ArrT, F, Int, S, Shape, T

Shaped: TypeAlias = np.ndarray[Shape, np.dtype[np.float64]]
Quadruple: TypeAlias = tuple[T, T, T, T]


class Airy(Protocol):
    """airy: Ai, its slope, Bi and its slope."""

    @overload
    def __call__(self, z: ArrT, /) -> Quadruple[ArrT]: ...
    @overload
    def __call__(self, z: S, /) -> Quadruple[S]: ...
    @overload
    def __call__(self, z: float, /) -> Quadruple[np.float64]: ...  # pyright: ignore[reportOverlappingOverload]  # a float is a complex to checkers
    @overload
    def __call__(self, z: complex, /) -> Quadruple[np.complex128]: ...
    @overload
    def __call__(self, z: np.ndarray[Shape, np.dtype[Int]], /) -> Quadruple[Shaped[Shape]]: ...
    @overload
    def __call__(self, z: Variable[T], /) -> Quadruple[Variable[T]]: ...


class Pair(Protocol):
    """fresnel, sici, shichi: of the sine and of the cosine."""

    @overload
    def __call__(self, z: ArrT, /) -> tuple[ArrT, ArrT]: ...
    @overload
    def __call__(self, z: S, /) -> tuple[S, S]: ...
    @overload
    def __call__(self, z: float, /) -> tuple[np.float64, np.float64]: ...  # pyright: ignore[reportOverlappingOverload]  # as above
    @overload
    def __call__(self, z: complex, /) -> tuple[np.complex128, np.complex128]: ...
    @overload
    def __call__(self, z: np.ndarray[Shape, np.dtype[Int]], /) -> tuple[Shaped[Shape], Shaped[Shape]]: ...
    @overload
    def __call__(self, z: Variable[T], /) -> tuple[Variable[T], Variable[T]]: ...


class Kelvin(Protocol):
    """kelvin: ber + i bei, ker + i kei, and the slope of each, in complex numbers of the same precision."""

    @overload
    def __call__(
        self, x: np.ndarray[Shape, np.dtype[np.float64 | Int]], /
    ) -> Quadruple[np.ndarray[Shape, np.dtype[np.complex128]]]: ...
    @overload
    def __call__(
        self, x: np.ndarray[Shape, np.dtype[np.floating]], /
    ) -> Quadruple[np.ndarray[Shape, np.dtype[np.complexfloating]]]: ...
    @overload
    def __call__(self, x: float, /) -> Quadruple[np.complex128]: ...
    @overload
    def __call__(self, x: Variable[Double], /) -> Quadruple[Variable[Complex128]]: ...
    @overload
    def __call__(self, x: Variable[NDArray[F]], /) -> Quadruple[Variable[NDArray[np.complexfloating]]]: ...
    @overload
    def __call__(self, x: Variable[float], /) -> Quadruple[Variable[np.complex128]]: ...


class Jacobi(Protocol):
    """ellipj: sn, cn, dn and the amplitude, of the argument and the parameter."""

    @overload
    def __call__(self, u: RealT, m: float, /) -> Quadruple[RealT]: ...
    @overload
    def __call__(self, u: float, m: RealT, /) -> Quadruple[RealT]: ...
    @overload
    def __call__(self, u: NDArray[F], m: NDArray[F], /) -> Quadruple[NDArray[F]]: ...
    @overload
    def __call__(self, u: float, m: float, /) -> Quadruple[np.float64]: ...
    @overload
    def __call__(self, u: Variable[RealT], m: Variable[float] | float, /) -> Quadruple[Variable[RealT]]: ...
    @overload
    def __call__(self, u: Variable[float] | float, m: Variable[RealT], /) -> Quadruple[Variable[RealT]]: ...
    @overload
    def __call__(
        self, u: Variable[NDArray[F]], m: Variable[NDArray[F]] | NDArray[F], /
    ) -> Quadruple[Variable[NDArray[F]]]: ...
    @overload
    def __call__(self, u: NDArray[F], m: Variable[NDArray[F]], /) -> Quadruple[Variable[NDArray[F]]]: ...
    @overload
    def __call__(self, u: Variable[float], m: RealT, /) -> Quadruple[Variable[RealT]]: ...
    @overload
    def __call__(self, u: RealT, m: Variable[float], /) -> Quadruple[Variable[RealT]]: ...
    @overload
    def __call__(self, u: Variable[float], m: Variable[float] | float, /) -> Quadruple[Variable[np.float64]]: ...
    @overload
    def __call__(self, u: float, m: Variable[float], /) -> Quadruple[Variable[np.float64]]: ...


class ParabolicCylinder(Protocol):
    """pbdv, pbvv, pbwa: of an order and a number, the function and its slope."""

    @overload
    def __call__(self, v: One, x: RealT, /) -> tuple[RealT, RealT]: ...
    @overload
    def __call__(self, v: One, x: float, /) -> tuple[np.float64, np.float64]: ...
    @overload
    def __call__(self, v: Many, x: Double | float, /) -> tuple[Double, Double]: ...
    @overload
    def __call__(
        self, v: Parameter, x: Variable[NDArray[F]], /
    ) -> tuple[Variable[NDArray[F]], Variable[NDArray[F]]]: ...
    @overload
    def __call__(self, v: One, x: Variable[float], /) -> tuple[Variable[np.float64], Variable[np.float64]]: ...
