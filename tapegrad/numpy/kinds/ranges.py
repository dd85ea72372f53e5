"""Numbers between two ends, and over a grid."""

from __future__ import annotations

from typing import Any, Literal, Protocol, TypeAlias, overload

import numpy as np
from numpy.typing import NDArray

from tapegrad._core.variable import Variable
from tapegrad.numpy.kinds.arranging import Either, Row
from tapegrad.typing import G, N, S

Number: TypeAlias = Variable[float] | float


class Linspace(Protocol):
    """linspace: evenly spaced between two ends; with `retstep`, the distance too."""

    @overload
    def __call__(
        self,
        start: float,
        stop: float,
        num: int = 50,
        endpoint: bool = True,
        retstep: Literal[False] = False,
        dtype: None = None,
        axis: int = 0,
    ) -> Row[np.float64]: ...
    @overload
    def __call__(
        self,
        start: NDArray[S],
        stop: NDArray[S] | float,
        num: int = 50,
        endpoint: bool = True,
        retstep: Literal[False] = False,
        dtype: None = None,
        axis: int = 0,
    ) -> NDArray[S]: ...
    @overload
    def __call__(
        self,
        start: float,
        stop: NDArray[S],
        num: int = 50,
        endpoint: bool = True,
        retstep: Literal[False] = False,
        dtype: None = None,
        axis: int = 0,
    ) -> NDArray[S]: ...
    @overload
    def __call__(
        self, start: float, stop: float, num: int = 50, endpoint: bool = True, *, retstep: Literal[True], axis: int = 0
    ) -> tuple[Row[np.float64], np.float64]: ...
    @overload
    def __call__(
        self,
        start: float | NDArray[Any],
        stop: float | NDArray[Any],
        num: int = 50,
        endpoint: bool = True,
        *,
        dtype: type[N],
        axis: int = 0,
    ) -> NDArray[N]: ...
    @overload
    def __call__(
        self,
        start: Variable[NDArray[S]],
        stop: Either[S] | Number,
        num: int = 50,
        endpoint: bool = True,
        retstep: Literal[False] = False,
        dtype: None = None,
        axis: int = 0,
    ) -> Variable[NDArray[S]]: ...
    @overload
    def __call__(
        self,
        start: NDArray[S] | Number,
        stop: Variable[NDArray[S]],
        num: int = 50,
        endpoint: bool = True,
        retstep: Literal[False] = False,
        dtype: None = None,
        axis: int = 0,
    ) -> Variable[NDArray[S]]: ...
    @overload
    def __call__(
        self,
        start: Variable[float],
        stop: Number,
        num: int = 50,
        endpoint: bool = True,
        retstep: Literal[False] = False,
        dtype: None = None,
        axis: int = 0,
    ) -> Variable[Row[np.float64]]: ...
    @overload
    def __call__(
        self,
        start: float,
        stop: Variable[float],
        num: int = 50,
        endpoint: bool = True,
        retstep: Literal[False] = False,
        dtype: None = None,
        axis: int = 0,
    ) -> Variable[Row[np.float64]]: ...
    @overload
    def __call__(
        self,
        start: Variable[float],
        stop: Number,
        num: int = 50,
        endpoint: bool = True,
        *,
        retstep: Literal[True],
        axis: int = 0,
    ) -> tuple[Variable[Row[np.float64]], Variable[np.float64]]: ...
    @overload
    def __call__(
        self,
        start: float,
        stop: Variable[float],
        num: int = 50,
        endpoint: bool = True,
        *,
        retstep: Literal[True],
        axis: int = 0,
    ) -> tuple[Variable[Row[np.float64]], Variable[np.float64]]: ...


class Logspace(Protocol):
    """logspace: powers of a base, with evenly spaced exponents."""

    @overload
    def __call__(
        self,
        start: float,
        stop: float,
        num: int = 50,
        endpoint: bool = True,
        base: float = 10.0,
        dtype: None = None,
        axis: int = 0,
    ) -> Row[np.float64]: ...
    @overload
    def __call__(
        self,
        start: NDArray[S],
        stop: NDArray[S] | float,
        num: int = 50,
        endpoint: bool = True,
        base: float = 10.0,
        dtype: None = None,
        axis: int = 0,
    ) -> NDArray[S]: ...
    @overload
    def __call__(
        self,
        start: float,
        stop: NDArray[S],
        num: int = 50,
        endpoint: bool = True,
        base: float = 10.0,
        dtype: None = None,
        axis: int = 0,
    ) -> NDArray[S]: ...
    @overload
    def __call__(
        self,
        start: Variable[NDArray[S]],
        stop: Either[S] | Number,
        num: int = 50,
        endpoint: bool = True,
        base: Number = 10.0,
        dtype: None = None,
        axis: int = 0,
    ) -> Variable[NDArray[S]]: ...
    @overload
    def __call__(
        self,
        start: NDArray[S] | Number,
        stop: Variable[NDArray[S]],
        num: int = 50,
        endpoint: bool = True,
        base: Number = 10.0,
        dtype: None = None,
        axis: int = 0,
    ) -> Variable[NDArray[S]]: ...
    @overload
    def __call__(
        self,
        start: Variable[float],
        stop: Number,
        num: int = 50,
        endpoint: bool = True,
        base: Number = 10.0,
        dtype: None = None,
        axis: int = 0,
    ) -> Variable[Row[np.float64]]: ...
    @overload
    def __call__(
        self,
        start: float,
        stop: Variable[float],
        num: int = 50,
        endpoint: bool = True,
        base: Number = 10.0,
        dtype: None = None,
        axis: int = 0,
    ) -> Variable[Row[np.float64]]: ...


class Geomspace(Protocol):
    """geomspace: between two ends, each the same multiple of the one before."""

    @overload
    def __call__(
        self, start: float, stop: float, num: int = 50, endpoint: bool = True, dtype: None = None, axis: int = 0
    ) -> Row[np.float64]: ...
    @overload
    def __call__(
        self,
        start: NDArray[S],
        stop: NDArray[S] | float,
        num: int = 50,
        endpoint: bool = True,
        dtype: None = None,
        axis: int = 0,
    ) -> NDArray[S]: ...
    @overload
    def __call__(
        self, start: float, stop: NDArray[S], num: int = 50, endpoint: bool = True, dtype: None = None, axis: int = 0
    ) -> NDArray[S]: ...
    @overload
    def __call__(
        self,
        start: Variable[NDArray[S]],
        stop: Either[S] | Number,
        num: int = 50,
        endpoint: bool = True,
        dtype: None = None,
        axis: int = 0,
    ) -> Variable[NDArray[S]]: ...
    @overload
    def __call__(
        self,
        start: NDArray[S] | Number,
        stop: Variable[NDArray[S]],
        num: int = 50,
        endpoint: bool = True,
        dtype: None = None,
        axis: int = 0,
    ) -> Variable[NDArray[S]]: ...
    @overload
    def __call__(
        self,
        start: Variable[float],
        stop: Number,
        num: int = 50,
        endpoint: bool = True,
        dtype: None = None,
        axis: int = 0,
    ) -> Variable[Row[np.float64]]: ...
    @overload
    def __call__(
        self,
        start: float,
        stop: Variable[float],
        num: int = 50,
        endpoint: bool = True,
        dtype: None = None,
        axis: int = 0,
    ) -> Variable[Row[np.float64]]: ...


class Meshgrid(Protocol):
    """meshgrid: vectors over a grid, each along an axis of its own."""

    @overload
    def __call__(
        self, *xi: NDArray[G], copy: bool = True, sparse: bool = False, indexing: Literal["xy", "ij"] = "xy"
    ) -> tuple[NDArray[G], ...]: ...
    @overload
    def __call__(
        self, *xi: Either[S], copy: bool = True, sparse: bool = False, indexing: Literal["xy", "ij"] = "xy"
    ) -> tuple[Either[S], ...]: ...
