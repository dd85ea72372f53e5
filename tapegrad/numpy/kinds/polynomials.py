"""Polynomials as rows of coefficients, that of the highest power first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, Protocol, TypeAlias, overload

import numpy as np
from numpy.typing import NDArray

from tapegrad._core.variable import Variable
from tapegrad.numpy.kinds.arranging import Either, Table
from tapegrad.typing import ArrT, F, N, S

Floats: TypeAlias = NDArray[np.float64]
Real: TypeAlias = NDArray[np.floating[Any] | np.integer[Any]]
Number: TypeAlias = Variable[float] | float
Fit: TypeAlias = tuple[Floats, Floats, np.int32, Floats, float]


class PolyPair(Protocol):
    """polyadd, polysub, polymul: of two polynomials."""

    @overload
    def __call__(self, a1: NDArray[N], a2: NDArray[N]) -> NDArray[N]: ...
    @overload
    def __call__(self, a1: Variable[NDArray[S]], a2: Either[S]) -> Variable[NDArray[S]]: ...
    @overload
    def __call__(self, a1: NDArray[S], a2: Variable[NDArray[S]]) -> Variable[NDArray[S]]: ...


class PolyDiv(Protocol):
    """polydiv: the quotient and the remainder."""

    @overload
    def __call__(self, u: NDArray[S], v: NDArray[S]) -> tuple[NDArray[S], NDArray[S]]: ...
    @overload
    def __call__(self, u: Variable[NDArray[S]], v: Either[S]) -> tuple[Variable[NDArray[S]], Variable[NDArray[S]]]: ...
    @overload
    def __call__(self, u: NDArray[S], v: Variable[NDArray[S]]) -> tuple[Variable[NDArray[S]], Variable[NDArray[S]]]: ...


class PolyDer(Protocol):
    """polyder: the derivative; of integers an array of integers, of other real ones in double precision."""

    @overload
    def __call__(self, p: NDArray[np.floating[Any]], m: int = 1) -> Floats: ...
    @overload
    def __call__(self, p: NDArray[N], m: int = 1) -> NDArray[N]: ...
    @overload
    def __call__(self, p: Variable[NDArray[S]], m: int = 1) -> Variable[NDArray[S]]: ...


class PolyInt(Protocol):
    """polyint: the antiderivative, with the constants given."""

    @overload
    def __call__(self, p: Real, m: int = 1, k: Real | Sequence[float] | float | None = None) -> Floats: ...
    @overload
    def __call__(
        self, p: Variable[NDArray[S]], m: int = 1, k: Either[S] | Sequence[float] | Number | None = None
    ) -> Variable[NDArray[S]]: ...


class PolyVal(Protocol):
    """polyval: a polynomial at points."""

    @overload
    def __call__(self, p: NDArray[N], x: NDArray[N]) -> NDArray[N]: ...
    @overload
    def __call__(self, p: Sequence[float], x: ArrT) -> ArrT: ...
    @overload
    def __call__(self, p: NDArray[S], x: float) -> S: ...
    @overload
    def __call__(self, p: Variable[NDArray[S]], x: Either[S]) -> Variable[NDArray[S]]: ...
    @overload
    def __call__(self, p: NDArray[S] | Sequence[float], x: Variable[NDArray[S]]) -> Variable[NDArray[S]]: ...
    @overload
    def __call__(self, p: Variable[NDArray[S]], x: Number) -> Variable[S]: ...
    @overload
    def __call__(self, p: NDArray[S], x: Variable[float]) -> Variable[S]: ...
    @overload
    def __call__(self, p: Sequence[float], x: Variable[float]) -> Variable[np.float64]: ...


class PolyFit(Protocol):
    """polyfit: the best fit by least squares; with its covariance, or with all that there is to know."""

    @overload
    def __call__(
        self,
        x: Real,
        y: Real,
        deg: int,
        rcond: float | None = None,
        full: Literal[False] = False,
        w: Real | None = None,
        cov: Literal[False] = False,
    ) -> Floats: ...
    @overload
    def __call__(
        self,
        x: Real,
        y: Real,
        deg: int,
        rcond: float | None = None,
        full: Literal[False] = False,
        w: Real | None = None,
        *,
        cov: Literal[True, "unscaled"],
    ) -> tuple[Floats, Floats]: ...
    @overload
    def __call__(
        self, x: Real, y: Real, deg: int, rcond: float | None = None, *, full: Literal[True], w: Real | None = None
    ) -> Fit: ...
    @overload
    def __call__(
        self,
        x: Variable[NDArray[F]],
        y: Either[F],
        deg: int,
        rcond: float | None = None,
        full: Literal[False] = False,
        w: Either[F] | None = None,
        cov: Literal[False] = False,
    ) -> Variable[NDArray[F]]: ...
    @overload
    def __call__(
        self,
        x: Variable[NDArray[F]],
        y: Either[F],
        deg: int,
        rcond: float | None = None,
        full: Literal[False] = False,
        w: Either[F] | None = None,
        *,
        cov: Literal[True, "unscaled"],
    ) -> tuple[Variable[NDArray[F]], Variable[NDArray[F]]]: ...
    @overload
    def __call__(
        self,
        x: NDArray[F],
        y: Variable[NDArray[F]],
        deg: int,
        rcond: float | None = None,
        full: Literal[False] = False,
        w: Either[F] | None = None,
        cov: Literal[False] = False,
    ) -> Variable[NDArray[F]]: ...
    @overload
    def __call__(
        self,
        x: NDArray[F],
        y: Variable[NDArray[F]],
        deg: int,
        rcond: float | None = None,
        full: Literal[False] = False,
        w: Either[F] | None = None,
        *,
        cov: Literal[True, "unscaled"],
    ) -> tuple[Variable[NDArray[F]], Variable[NDArray[F]]]: ...


class PolyRoots(Protocol):
    """poly, roots: from zeros to coefficients and back, complex where they are not real."""

    @overload
    def __call__(self, p: NDArray[Any] | Sequence[float], /) -> NDArray[np.inexact[Any]]: ...
    @overload
    def __call__(self, p: Variable[NDArray[S]], /) -> Variable[NDArray[np.inexact[Any]]]: ...


class Vander(Protocol):
    """vander: a column for each power; real ones in double precision."""

    @overload
    def __call__(
        self,
        x: Real,
        N: int | None = None,  # noqa: N803  (NumPy's)
        increasing: bool = False,
    ) -> Table[np.float64]: ...
    @overload
    def __call__(
        self,
        x: Variable[NDArray[S]],
        N: int | None = None,  # noqa: N803  (NumPy's)
        increasing: bool = False,
    ) -> Variable[Table[S]]: ...
