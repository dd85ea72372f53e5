"""Histograms. Counts are constants; sums of weights, densities and edges need not be."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, Protocol, TypeAlias, overload

import numpy as np
from numpy.typing import NDArray

from tapegrad._core.variable import Variable
from tapegrad.numpy.kinds.arranging import Table
from tapegrad.typing import F, Int, N, S

Floats: TypeAlias = NDArray[np.float64]
Reals: TypeAlias = NDArray[np.floating[Any]]
Edges: TypeAlias = Variable[Reals]
Rule: TypeAlias = Literal["auto", "fd", "doane", "scott", "stone", "rice", "sturges", "sqrt"]
Bins: TypeAlias = int | Rule | NDArray[Any] | Sequence[float]
Grid: TypeAlias = int | NDArray[Any] | Sequence[int] | Sequence[float] | Sequence[NDArray[Any]]
Span: TypeAlias = tuple[float, float] | None
Spans: TypeAlias = Sequence[tuple[float, float]] | None
Observed: TypeAlias = NDArray[Any] | Sequence[float]


class Histogram(Protocol):
    """histogram: how many values lie in each bin, or the sum of their weights; and the edges."""

    @overload
    def __call__(
        self, a: Observed, bins: Bins = 10, range: Span = None, density: Literal[False] | None = None
    ) -> tuple[NDArray[np.intp], Reals]: ...
    @overload
    def __call__(
        self,
        a: Observed,
        bins: Bins = 10,
        range: Span = None,
        density: Literal[False] | None = None,
        *,
        weights: NDArray[N],
    ) -> tuple[NDArray[N], Reals]: ...
    @overload
    def __call__(
        self,
        a: Observed,
        bins: Bins = 10,
        range: Span = None,
        *,
        density: Literal[True],
        weights: NDArray[Any] | None = None,
    ) -> tuple[Floats, Reals]: ...
    @overload
    def __call__(
        self,
        a: Observed,
        bins: Bins = 10,
        range: Span = None,
        density: bool | None = None,
        *,
        weights: Variable[NDArray[S]],
    ) -> tuple[Variable[NDArray[S]], Reals]: ...
    @overload
    def __call__(
        self, a: Variable[Reals], bins: int | Rule = 10, range: None = None, density: Literal[False] | None = None
    ) -> tuple[NDArray[np.intp], Edges]: ...
    @overload
    def __call__(
        self, a: Variable[Reals], bins: int | Rule = 10, range: None = None, *, density: Literal[True]
    ) -> tuple[Variable[Floats], Edges]: ...


class Histogram2D(Protocol):
    """histogram2d: of points in the plane; and the edges along both axes."""

    @overload
    def __call__(
        self,
        x: Observed,
        y: Observed,
        bins: Grid = 10,
        range: Spans = None,
        density: bool | None = None,
        weights: Reals | None = None,
    ) -> tuple[Table[np.float64], Reals, Reals]: ...
    @overload
    def __call__(
        self,
        x: Observed,
        y: Observed,
        bins: Grid = 10,
        range: Spans = None,
        density: bool | None = None,
        *,
        weights: Variable[Reals],
    ) -> tuple[Variable[Table[np.float64]], Reals, Reals]: ...


class HistogramDD(Protocol):
    """histogramdd: of points, a row for each; and the edges along each dimension."""

    @overload
    def __call__(
        self,
        sample: NDArray[Any],
        bins: Grid = 10,
        range: Spans = None,
        density: bool | None = None,
        weights: Reals | None = None,
    ) -> tuple[Floats, Sequence[Reals]]: ...
    @overload
    def __call__(
        self,
        sample: NDArray[Any],
        bins: Grid = 10,
        range: Spans = None,
        density: bool | None = None,
        *,
        weights: Variable[Reals],
    ) -> tuple[Variable[Floats], Sequence[Reals]]: ...


class BinEdges(Protocol):
    """histogram_bin_edges: the edges that a histogram would have."""

    @overload
    def __call__(self, a: NDArray[F], bins: Bins = 10, range: Span = None) -> NDArray[F]: ...
    @overload
    def __call__(self, a: NDArray[Int], bins: Bins = 10, range: Span = None) -> Floats: ...
    @overload
    def __call__(self, a: Variable[NDArray[F]], bins: int | Rule = 10, range: None = None) -> Variable[NDArray[F]]: ...
