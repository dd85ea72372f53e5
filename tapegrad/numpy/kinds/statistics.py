"""Statistics: quantiles, weighted means, covariances. Counts are constants, weights need not be."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, Protocol, TypeAlias, overload

import numpy as np
from numpy.typing import NDArray

from tapegrad._core.variable import Variable
from tapegrad.numpy.kinds.arranging import Either
from tapegrad.typing import ArrT, Axis, F, Int, K, S

Floats: TypeAlias = NDArray[np.float64]
Reals: TypeAlias = NDArray[np.floating[Any]]
Whole: TypeAlias = NDArray[Int]
Number: TypeAlias = Variable[float] | float
Inverted: TypeAlias = Literal[
    "inverted_cdf", "averaged_inverted_cdf", "closest_observation", "interpolated_inverted_cdf"
]
Straight: TypeAlias = Literal["linear", "lower", "higher", "midpoint", "nearest", "hazen", "weibull"]
Method: TypeAlias = Inverted | Straight | Literal["median_unbiased", "normal_unbiased"]


class Median(Protocol):
    """median, nanmedian: over all axes or some; integers become floats."""

    @overload
    def __call__(self, a: NDArray[S], axis: None = None, *, keepdims: Literal[False] = False) -> S: ...
    @overload
    def __call__(self, a: NDArray[S], axis: Axis, *, keepdims: Literal[False] = False) -> NDArray[S]: ...
    @overload
    def __call__(self, a: ArrT, axis: Axis | None = None, *, keepdims: Literal[True]) -> ArrT: ...
    @overload
    def __call__(
        self, a: Whole | Sequence[float], axis: None = None, *, keepdims: Literal[False] = False
    ) -> np.float64: ...
    @overload
    def __call__(self, a: Whole, axis: Axis, *, keepdims: bool = False) -> Floats: ...
    @overload
    def __call__(
        self, a: Variable[NDArray[S]], axis: None = None, *, keepdims: Literal[False] = False
    ) -> Variable[S]: ...
    @overload
    def __call__(
        self, a: Variable[NDArray[S]], axis: Axis, *, keepdims: Literal[False] = False
    ) -> Variable[NDArray[S]]: ...
    @overload
    def __call__(self, a: Variable[ArrT], axis: Axis | None = None, *, keepdims: Literal[True]) -> Variable[ArrT]: ...


class Quantile(Protocol):
    """quantile, percentile and those past nan: of one share a number, of several an array."""

    @overload
    def __call__(
        self,
        a: NDArray[F],
        q: float,
        axis: None = None,
        *,
        method: Method = "linear",
        keepdims: Literal[False] = False,
        weights: Reals | None = None,
    ) -> F: ...
    @overload
    def __call__(
        self,
        a: NDArray[F],
        q: float,
        axis: Axis,
        *,
        method: Method = "linear",
        keepdims: bool = False,
        weights: Reals | None = None,
    ) -> NDArray[F]: ...
    @overload
    def __call__(
        self,
        a: Whole | Sequence[float],
        q: float,
        axis: None = None,
        *,
        method: Method = "linear",
        keepdims: Literal[False] = False,
    ) -> np.float64: ...
    @overload
    def __call__(
        self,
        a: NDArray[np.float64 | Int],
        q: Floats | Sequence[float],
        axis: Axis | None = None,
        *,
        method: Method = "linear",
        keepdims: bool = False,
        weights: Reals | None = None,
    ) -> Floats: ...
    @overload
    def __call__(
        self,
        a: Reals,
        q: Reals | Sequence[float],
        axis: Axis | None = None,
        *,
        method: Method = "linear",
        keepdims: bool = False,
        weights: Reals | None = None,
    ) -> Reals: ...
    @overload
    def __call__(
        self,
        a: Variable[NDArray[F]],
        q: Number,
        axis: None = None,
        *,
        method: Method = "linear",
        keepdims: Literal[False] = False,
        weights: Reals | Variable[Reals] | None = None,
    ) -> Variable[F]: ...
    @overload
    def __call__(
        self,
        a: Variable[NDArray[F]],
        q: Number,
        axis: Axis,
        *,
        method: Method = "linear",
        keepdims: bool = False,
        weights: Reals | Variable[Reals] | None = None,
    ) -> Variable[NDArray[F]]: ...
    @overload
    def __call__(
        self,
        a: Variable[NDArray[F]],
        q: Reals | Variable[Reals] | Sequence[float],
        axis: Axis | None = None,
        *,
        method: Method = "linear",
        keepdims: bool = False,
        weights: Reals | Variable[Reals] | None = None,
    ) -> Variable[NDArray[F]]: ...


class Average(Protocol):
    """average: the mean, weighted or not; with `returned`, the sum of the weights too."""

    @overload
    def __call__(
        self,
        a: NDArray[S],
        axis: None = None,
        weights: NDArray[S] | None = None,
        returned: Literal[False] = False,
        *,
        keepdims: Literal[False] = False,
    ) -> S: ...
    @overload
    def __call__(
        self,
        a: NDArray[S],
        axis: Axis,
        weights: NDArray[S] | None = None,
        returned: Literal[False] = False,
        *,
        keepdims: bool = False,
    ) -> NDArray[S]: ...
    @overload
    def __call__(
        self, a: NDArray[S], axis: None = None, weights: NDArray[S] | None = None, *, returned: Literal[True]
    ) -> tuple[S, S]: ...
    @overload
    def __call__(
        self, a: NDArray[S], axis: Axis, weights: NDArray[S] | None = None, *, returned: Literal[True]
    ) -> tuple[NDArray[S], NDArray[S]]: ...
    @overload
    def __call__(
        self,
        a: NDArray[np.float64] | Whole | Sequence[float],
        axis: None = None,
        weights: NDArray[np.float64] | Whole | Sequence[float] | None = None,
    ) -> np.float64: ...
    @overload
    def __call__(
        self,
        a: Variable[NDArray[S]],
        axis: None = None,
        weights: Either[S] | None = None,
        *,
        keepdims: Literal[False] = False,
    ) -> Variable[S]: ...
    @overload
    def __call__(
        self, a: Variable[NDArray[S]], axis: Axis, weights: Either[S] | None = None, *, keepdims: bool = False
    ) -> Variable[NDArray[S]]: ...
    @overload
    def __call__(
        self, a: NDArray[S], axis: None = None, *, weights: Variable[NDArray[S]], keepdims: Literal[False] = False
    ) -> Variable[S]: ...
    @overload
    def __call__(
        self, a: NDArray[S], axis: Axis, weights: Variable[NDArray[S]], *, keepdims: bool = False
    ) -> Variable[NDArray[S]]: ...


class Covariance(Protocol):
    """cov: in double precision at least."""

    @overload
    def __call__(
        self,
        m: Reals | Whole,
        y: Reals | Whole | None = None,
        rowvar: bool = True,
        bias: bool = False,
        ddof: int | None = None,
        fweights: Whole | None = None,
        aweights: Reals | None = None,
    ) -> Floats: ...
    @overload
    def __call__(
        self,
        m: NDArray[K],
        y: NDArray[np.inexact[Any]] | None = None,
        rowvar: bool = True,
        bias: bool = False,
        ddof: int | None = None,
        fweights: Whole | None = None,
        aweights: Reals | None = None,
    ) -> NDArray[np.complex128]: ...
    @overload
    def __call__(
        self,
        m: Variable[NDArray[S]],
        y: Either[S] | None = None,
        rowvar: bool = True,
        bias: bool = False,
        ddof: int | None = None,
        fweights: Whole | None = None,
        aweights: Reals | Variable[Reals] | None = None,
    ) -> Variable[NDArray[S]]: ...
    @overload
    def __call__(
        self,
        m: NDArray[S],
        y: Variable[NDArray[S]],
        rowvar: bool = True,
        bias: bool = False,
        ddof: int | None = None,
        fweights: Whole | None = None,
        aweights: Reals | Variable[Reals] | None = None,
    ) -> Variable[NDArray[S]]: ...
    @overload
    def __call__(
        self,
        m: NDArray[S],
        y: NDArray[S] | None = None,
        rowvar: bool = True,
        bias: bool = False,
        ddof: int | None = None,
        fweights: Whole | None = None,
        *,
        aweights: Variable[Reals],
    ) -> Variable[NDArray[S]]: ...


class Correlation(Protocol):
    """corrcoef: in double precision at least."""

    @overload
    def __call__(self, x: Reals | Whole, y: Reals | Whole | None = None, rowvar: bool = True) -> Floats: ...
    @overload
    def __call__(
        self, x: NDArray[K], y: NDArray[np.inexact[Any]] | None = None, rowvar: bool = True
    ) -> NDArray[np.complex128]: ...
    @overload
    def __call__(
        self, x: Variable[NDArray[S]], y: Either[S] | None = None, rowvar: bool = True
    ) -> Variable[NDArray[S]]: ...
    @overload
    def __call__(self, x: NDArray[S], y: Variable[NDArray[S]], rowvar: bool = True) -> Variable[NDArray[S]]: ...


class BinCount(Protocol):
    """bincount: how often each number from 0 up is there, or the sum of its weights."""

    @overload
    def __call__(self, x: Whole | Sequence[int], /, weights: None = None, minlength: int = 0) -> NDArray[np.intp]: ...
    @overload
    def __call__(self, x: Whole | Sequence[int], /, weights: Reals | Sequence[float], minlength: int = 0) -> Floats: ...
    @overload
    def __call__(
        self, x: Whole | Sequence[int], /, weights: Variable[Reals], minlength: int = 0
    ) -> Variable[Floats]: ...
