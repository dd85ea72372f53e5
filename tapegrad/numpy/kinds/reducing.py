"""Functions over axes: sums, extrema, positions, and what runs along an axis.

With an axis named, the result is typed as an array: whether any axis is left depends on the argument's number of axes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, Protocol, TypeAlias, overload

import numpy as np
from numpy.typing import NDArray

from tapegrad._core.variable import Variable
from tapegrad.typing import ArrT, Axis, F, Int, N, NumT, S

Mask: TypeAlias = NDArray[np.bool] | bool


class Total(Protocol):
    """sum, prod: over all axes or some, of what a mask lets through."""

    @overload
    def __call__(
        self,
        a: NDArray[S],
        axis: None = None,
        *,
        keepdims: Literal[False] = False,
        initial: float = ...,
        where: Mask = True,
    ) -> S: ...
    @overload
    def __call__(
        self, a: NDArray[S], axis: Axis, *, keepdims: Literal[False] = False, initial: float = ..., where: Mask = True
    ) -> NDArray[S]: ...
    @overload
    def __call__(
        self, a: ArrT, axis: Axis | None = None, *, keepdims: Literal[True], initial: float = ..., where: Mask = True
    ) -> ArrT: ...
    @overload
    def __call__(
        self,
        a: NDArray[Int],
        axis: None = None,
        *,
        keepdims: Literal[False] = False,
        initial: int = ...,
        where: Mask = True,
    ) -> np.integer[Any]: ...
    @overload
    def __call__(
        self, a: NDArray[Int], axis: Axis, *, keepdims: bool = False, initial: int = ..., where: Mask = True
    ) -> NDArray[np.integer[Any]]: ...
    @overload
    def __call__(self, a: float | Sequence[float], axis: None = None) -> np.float64: ...
    @overload
    def __call__(
        self,
        a: Variable[NDArray[S]],
        axis: None = None,
        *,
        keepdims: Literal[False] = False,
        initial: float = ...,
        where: Mask = True,
    ) -> Variable[S]: ...
    @overload
    def __call__(
        self,
        a: Variable[NDArray[S]],
        axis: Axis,
        *,
        keepdims: Literal[False] = False,
        initial: float = ...,
        where: Mask = True,
    ) -> Variable[NDArray[S]]: ...
    @overload
    def __call__(
        self,
        a: Variable[ArrT],
        axis: Axis | None = None,
        *,
        keepdims: Literal[True],
        initial: float = ...,
        where: Mask = True,
    ) -> Variable[ArrT]: ...
    @overload
    def __call__(
        self, a: NDArray[Any], axis: None = None, *, dtype: type[N], keepdims: Literal[False] = False
    ) -> N: ...
    @overload
    def __call__(self, a: NDArray[Any], axis: Axis, *, dtype: type[N], keepdims: bool = False) -> NDArray[N]: ...


class Mean(Protocol):
    """mean: over all axes or some; integers become floats."""

    @overload
    def __call__(
        self, a: NDArray[S], axis: None = None, *, keepdims: Literal[False] = False, where: Mask = True
    ) -> S: ...
    @overload
    def __call__(
        self, a: NDArray[S], axis: Axis, *, keepdims: Literal[False] = False, where: Mask = True
    ) -> NDArray[S]: ...
    @overload
    def __call__(self, a: ArrT, axis: Axis | None = None, *, keepdims: Literal[True], where: Mask = True) -> ArrT: ...
    @overload
    def __call__(
        self,
        a: NDArray[Int] | float | Sequence[float],
        axis: None = None,
        *,
        keepdims: Literal[False] = False,
        where: Mask = True,
    ) -> np.float64: ...
    @overload
    def __call__(
        self, a: NDArray[Int], axis: Axis, *, keepdims: bool = False, where: Mask = True
    ) -> NDArray[np.float64]: ...
    @overload
    def __call__(
        self, a: Variable[NDArray[S]], axis: None = None, *, keepdims: Literal[False] = False, where: Mask = True
    ) -> Variable[S]: ...
    @overload
    def __call__(
        self, a: Variable[NDArray[S]], axis: Axis, *, keepdims: Literal[False] = False, where: Mask = True
    ) -> Variable[NDArray[S]]: ...
    @overload
    def __call__(
        self, a: Variable[ArrT], axis: Axis | None = None, *, keepdims: Literal[True], where: Mask = True
    ) -> Variable[ArrT]: ...


class Deviation(Protocol):
    """var, std: over all axes or some, with the divisor n - ddof (or n - correction); real for complex numbers too."""

    @overload
    def __call__(
        self,
        a: NDArray[F],
        axis: None = None,
        *,
        ddof: float = 0,
        keepdims: Literal[False] = False,
        where: Mask = True,
        correction: float = ...,
    ) -> F: ...
    @overload
    def __call__(
        self,
        a: NDArray[F],
        axis: Axis,
        *,
        ddof: float = 0,
        keepdims: bool = False,
        where: Mask = True,
        correction: float = ...,
    ) -> NDArray[F]: ...
    @overload
    def __call__(
        self,
        a: NDArray[F],
        axis: Axis | None = None,
        *,
        ddof: float = 0,
        keepdims: Literal[True],
        where: Mask = True,
        correction: float = ...,
    ) -> NDArray[F]: ...
    @overload
    def __call__(
        self,
        a: NDArray[np.number[Any]] | Sequence[float],
        axis: None = None,
        *,
        ddof: float = 0,
        where: Mask = True,
        correction: float = ...,
    ) -> np.floating[Any]: ...
    @overload
    def __call__(
        self,
        a: NDArray[np.number[Any]],
        axis: Axis,
        *,
        ddof: float = 0,
        keepdims: bool = False,
        where: Mask = True,
        correction: float = ...,
    ) -> NDArray[np.floating[Any]]: ...
    @overload
    def __call__(
        self,
        a: Variable[NDArray[F]],
        axis: None = None,
        *,
        ddof: float = 0,
        keepdims: Literal[False] = False,
        where: Mask = True,
        correction: float = ...,
    ) -> Variable[F]: ...
    @overload
    def __call__(
        self,
        a: Variable[NDArray[F]],
        axis: Axis,
        *,
        ddof: float = 0,
        keepdims: bool = False,
        where: Mask = True,
        correction: float = ...,
    ) -> Variable[NDArray[F]]: ...


class Extremum(Protocol):
    """max, min: over all axes or some; the dtype is kept."""

    @overload
    def __call__(
        self,
        a: NDArray[N],
        axis: None = None,
        *,
        keepdims: Literal[False] = False,
        initial: float = ...,
        where: Mask = True,
    ) -> N: ...
    @overload
    def __call__(
        self, a: NDArray[N], axis: Axis, *, keepdims: Literal[False] = False, initial: float = ..., where: Mask = True
    ) -> NDArray[N]: ...
    @overload
    def __call__(
        self, a: NumT, axis: Axis | None = None, *, keepdims: Literal[True], initial: float = ..., where: Mask = True
    ) -> NumT: ...
    @overload
    def __call__(self, a: float | Sequence[float], axis: None = None) -> np.float64: ...
    @overload
    def __call__(
        self,
        a: Variable[NDArray[S]],
        axis: None = None,
        *,
        keepdims: Literal[False] = False,
        initial: float = ...,
        where: Mask = True,
    ) -> Variable[S]: ...
    @overload
    def __call__(
        self,
        a: Variable[NDArray[S]],
        axis: Axis,
        *,
        keepdims: Literal[False] = False,
        initial: float = ...,
        where: Mask = True,
    ) -> Variable[NDArray[S]]: ...
    @overload
    def __call__(
        self,
        a: Variable[ArrT],
        axis: Axis | None = None,
        *,
        keepdims: Literal[True],
        initial: float = ...,
        where: Mask = True,
    ) -> Variable[ArrT]: ...


class Range(Protocol):
    """ptp: the largest less the smallest."""

    @overload
    def __call__(self, a: NDArray[N], axis: None = None, *, keepdims: Literal[False] = False) -> N: ...
    @overload
    def __call__(self, a: NDArray[N], axis: Axis, *, keepdims: Literal[False] = False) -> NDArray[N]: ...
    @overload
    def __call__(self, a: NumT, axis: Axis | None = None, *, keepdims: Literal[True]) -> NumT: ...
    @overload
    def __call__(
        self, a: Variable[NDArray[S]], axis: None = None, *, keepdims: Literal[False] = False
    ) -> Variable[S]: ...
    @overload
    def __call__(self, a: Variable[NDArray[S]], axis: Axis, *, keepdims: bool = False) -> Variable[NDArray[S]]: ...


class Running(Protocol):
    """cumsum, cumprod: along an axis; with axis None, of the flattened array."""

    @overload
    def __call__(self, a: NDArray[S], axis: None = None) -> np.ndarray[tuple[int], np.dtype[S]]: ...
    @overload
    def __call__(self, a: ArrT, axis: int) -> ArrT: ...
    @overload
    def __call__(self, a: NDArray[Int], axis: int | None = None) -> NDArray[np.integer[Any]]: ...
    @overload
    def __call__(self, a: Variable[NDArray[S]], axis: None = None) -> Variable[np.ndarray[tuple[int], np.dtype[S]]]: ...
    @overload
    def __call__(self, a: Variable[ArrT], axis: int) -> Variable[ArrT]: ...
    @overload
    def __call__(self, a: NDArray[Any], axis: int | None = None, *, dtype: type[N]) -> NDArray[N]: ...


class Position(Protocol):
    """argmax, argmin: an index, a constant; with axis None, in the flattened array."""

    @overload
    def __call__(
        self, a: NDArray[Any] | Variable[NDArray[Any]], axis: None = None, *, keepdims: Literal[False] = False
    ) -> np.intp: ...
    @overload
    def __call__(
        self, a: NDArray[Any] | Variable[NDArray[Any]], axis: int, *, keepdims: bool = False
    ) -> NDArray[np.intp]: ...
    @overload
    def __call__(
        self, a: NDArray[Any] | Variable[NDArray[Any]], axis: int | None = None, *, keepdims: Literal[True]
    ) -> NDArray[np.intp]: ...


class Truth(Protocol):
    """any, all: whether some or all are not zero, a constant."""

    @overload
    def __call__(
        self,
        a: NDArray[Any] | Variable[NDArray[Any]],
        axis: None = None,
        *,
        keepdims: Literal[False] = False,
        where: Mask = True,
    ) -> np.bool: ...
    @overload
    def __call__(
        self, a: NDArray[Any] | Variable[NDArray[Any]], axis: Axis, *, keepdims: bool = False, where: Mask = True
    ) -> NDArray[np.bool]: ...
    @overload
    def __call__(
        self,
        a: NDArray[Any] | Variable[NDArray[Any]],
        axis: Axis | None = None,
        *,
        keepdims: Literal[True],
        where: Mask = True,
    ) -> NDArray[np.bool]: ...
