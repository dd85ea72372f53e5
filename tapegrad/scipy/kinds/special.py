"""Functions of scipy.special that it writes in Python: those that reduce axes, and those of some order."""

from __future__ import annotations

from typing import Any, Literal, Protocol, TypeAlias, overload

import numpy as np
from numpy.typing import NDArray

from tapegrad._core.variable import Variable
from tapegrad.scipy.kinds.elementwise import Double, RealT
from tapegrad.scipy.kinds.parametric import Complex128, One, Parameter
from tapegrad.typing import Axis, F, Int, S, Shape

Real: TypeAlias = NDArray[np.floating[Any] | np.integer[Any]]
Shaped: TypeAlias = np.ndarray[Shape, np.dtype[np.float64]]
ShapedReal: TypeAlias = np.ndarray[Shape, np.dtype[np.floating[Any] | np.integer[Any]]]
Weights: TypeAlias = Variable[NDArray[S]] | NDArray[S] | float | None


class PolyGamma(Protocol):
    """polygamma: an array in double precision, of a number too."""

    @overload
    def __call__(self, n: Parameter, x: Real | float) -> Double: ...
    @overload
    def __call__(self, n: Parameter, x: Variable[NDArray[F]]) -> Variable[Double]: ...
    @overload
    def __call__(self, n: One, x: Variable[float]) -> Variable[np.float64]: ...


class MultiGammaLn(Protocol):
    """multigammaln: in double precision."""

    @overload
    def __call__(self, a: ShapedReal[Shape], d: int) -> Shaped[Shape]: ...
    @overload
    def __call__(self, a: float, d: int) -> np.float64: ...
    @overload
    def __call__(self, a: Variable[NDArray[F]], d: int) -> Variable[Double]: ...
    @overload
    def __call__(self, a: Variable[float], d: int) -> Variable[np.float64]: ...


class SphericalBessel(Protocol):
    """spherical_jn: of an integer order, or its slope, in double precision."""

    @overload
    def __call__(self, n: int, z: ShapedReal[Shape], derivative: bool = False) -> Shaped[Shape]: ...
    @overload
    def __call__(
        self, n: int, z: np.ndarray[Shape, np.dtype[np.complexfloating]], derivative: bool = False
    ) -> np.ndarray[Shape, np.dtype[np.complex128]]: ...
    @overload
    def __call__(self, n: int, z: float, derivative: bool = False) -> np.float64: ...  # pyright: ignore[reportOverlappingOverload]  # as above
    @overload
    def __call__(self, n: int, z: complex, derivative: bool = False) -> np.complex128: ...
    @overload
    def __call__(self, n: NDArray[np.integer[Any]], z: Real | float, derivative: bool = False) -> Double: ...
    @overload
    def __call__(
        self, n: int | NDArray[np.integer[Any]], z: Variable[NDArray[F]], derivative: bool = False
    ) -> Variable[Double]: ...
    @overload
    def __call__(
        self, n: int | NDArray[np.integer[Any]], z: Variable[NDArray[np.complexfloating]], derivative: bool = False
    ) -> Variable[Complex128]: ...
    @overload
    def __call__(self, n: int, z: Variable[float], derivative: bool = False) -> Variable[np.float64]: ...


class SphericalHarmonic(Protocol):
    """sph_harm_y: of degree and order, an array at the polar angle and the azimuth, in double precision."""

    @overload
    def __call__(self, n: Parameter, m: Parameter, theta: Real | float, phi: Real | float) -> Complex128: ...
    @overload
    def __call__(
        self,
        n: Parameter,
        m: Parameter,
        theta: Variable[NDArray[F]],
        phi: Variable[NDArray[F]] | Variable[float] | Real | float,
    ) -> Variable[Complex128]: ...
    @overload
    def __call__(
        self, n: Parameter, m: Parameter, theta: Variable[float] | Real | float, phi: Variable[NDArray[F]]
    ) -> Variable[Complex128]: ...
    @overload
    def __call__(
        self, n: One, m: One, theta: Variable[float], phi: Variable[float] | float
    ) -> Variable[np.complex128]: ...
    @overload
    def __call__(self, n: One, m: One, theta: float, phi: Variable[float]) -> Variable[np.complex128]: ...


class Softmax(Protocol):
    """softmax, log_softmax: over all axes, or some."""

    @overload
    def __call__(self, x: RealT, axis: Axis | None = None) -> RealT: ...
    @overload
    def __call__(self, x: np.ndarray[Shape, np.dtype[Int]], axis: Axis | None = None) -> Shaped[Shape]: ...
    @overload
    def __call__(self, x: Variable[RealT], axis: Axis | None = None) -> Variable[RealT]: ...


class LogSumExp(Protocol):
    """logsumexp: over all axes a number, over some an array; with the sign of the sum, if that is asked for."""

    @overload
    def __call__(
        self,
        a: NDArray[S],
        axis: None = None,
        b: NDArray[S] | float | None = None,
        keepdims: Literal[False] = False,
        return_sign: Literal[False] = False,
    ) -> S: ...
    @overload
    def __call__(
        self,
        a: NDArray[S],
        axis: Axis,
        b: NDArray[S] | float | None = None,
        keepdims: bool = False,
        return_sign: Literal[False] = False,
    ) -> NDArray[S]: ...
    @overload
    def __call__(
        self,
        a: NDArray[S],
        axis: None = None,
        b: NDArray[S] | float | None = None,
        *,
        keepdims: Literal[True],
        return_sign: Literal[False] = False,
    ) -> NDArray[S]: ...
    @overload
    def __call__(
        self,
        a: NDArray[F],
        axis: None = None,
        b: NDArray[F] | float | None = None,
        keepdims: Literal[False] = False,
        *,
        return_sign: Literal[True],
    ) -> tuple[F, F]: ...
    @overload
    def __call__(
        self,
        a: NDArray[F],
        axis: Axis,
        b: NDArray[F] | float | None = None,
        keepdims: bool = False,
        *,
        return_sign: Literal[True],
    ) -> tuple[NDArray[F], NDArray[F]]: ...
    @overload
    def __call__(
        self,
        a: Variable[NDArray[S]],
        axis: None = None,
        b: Weights[S] = None,
        keepdims: Literal[False] = False,
        return_sign: Literal[False] = False,
    ) -> Variable[S]: ...
    @overload
    def __call__(
        self,
        a: Variable[NDArray[S]],
        axis: Axis,
        b: Weights[S] = None,
        keepdims: bool = False,
        return_sign: Literal[False] = False,
    ) -> Variable[NDArray[S]]: ...
    @overload
    def __call__(
        self,
        a: Variable[NDArray[S]],
        axis: None = None,
        b: Weights[S] = None,
        *,
        keepdims: Literal[True],
        return_sign: Literal[False] = False,
    ) -> Variable[NDArray[S]]: ...
    @overload
    def __call__(
        self,
        a: NDArray[S],
        axis: None = None,
        *,
        b: Variable[NDArray[S]],
        keepdims: Literal[False] = False,
        return_sign: Literal[False] = False,
    ) -> Variable[S]: ...
    @overload
    def __call__(
        self,
        a: NDArray[S],
        axis: Axis,
        b: Variable[NDArray[S]],
        keepdims: bool = False,
        return_sign: Literal[False] = False,
    ) -> Variable[NDArray[S]]: ...
    @overload
    def __call__(
        self,
        a: Variable[NDArray[F]],
        axis: None = None,
        b: Weights[F] = None,
        keepdims: Literal[False] = False,
        *,
        return_sign: Literal[True],
    ) -> tuple[Variable[F], Variable[F]]: ...
    @overload
    def __call__(
        self,
        a: Variable[NDArray[F]],
        axis: Axis,
        b: Weights[F] = None,
        keepdims: bool = False,
        *,
        return_sign: Literal[True],
    ) -> tuple[Variable[NDArray[F]], Variable[NDArray[F]]]: ...
