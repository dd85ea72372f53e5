"""Choices among arrays, parts picked by a condition, and functions handed to NumPy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Concatenate, Literal, ParamSpec, Protocol, TypeAlias, overload

import numpy as np
from numpy.typing import NDArray

from tapegrad._core.variable import Variable
from tapegrad.numpy.kinds.arranging import Doubles, Either, Lengths, Row, Truths
from tapegrad.typing import AnyT, ArrT, Axis, G, N, S

Wrap: TypeAlias = Literal["raise", "wrap", "clip"]
Choice: TypeAlias = NDArray[np.integer[Any]] | Sequence[int] | int
Condition: TypeAlias = Truths | Sequence[bool]
Conditions: TypeAlias = Truths | Sequence[Truths] | Sequence[bool]
P = ParamSpec("P")


class Choose(Protocol):
    """choose: from each place, the entry of the array whose number stands there."""

    @overload
    def __call__(self, a: Choice, choices: Sequence[NDArray[G]], *, mode: Wrap = "raise") -> NDArray[G]: ...
    @overload
    def __call__(self, a: Choice, choices: NDArray[G], *, mode: Wrap = "raise") -> NDArray[G]: ...
    @overload
    def __call__(self, a: Choice, choices: Doubles, *, mode: Wrap = "raise") -> Variable[NDArray[np.float64]]: ...
    @overload
    def __call__(self, a: Choice, choices: Sequence[Either[S]], *, mode: Wrap = "raise") -> Variable[NDArray[S]]: ...
    @overload
    def __call__(self, a: Choice, choices: Variable[NDArray[S]], *, mode: Wrap = "raise") -> Variable[NDArray[S]]: ...


class Select(Protocol):
    """select: from each place, the entry of the first array whose condition holds there."""

    @overload
    def __call__(
        self, condlist: Sequence[Truths], choicelist: Sequence[NDArray[G]], default: NDArray[G] | float = 0
    ) -> NDArray[G]: ...
    @overload
    def __call__(
        self,
        condlist: Sequence[Truths],
        choicelist: Doubles,
        default: Either[np.float64] | Variable[float] | float = 0,
    ) -> Variable[NDArray[np.float64]]: ...
    @overload
    def __call__(
        self,
        condlist: Sequence[Truths],
        choicelist: Sequence[Either[S]],
        default: Either[S] | Variable[float] | float = 0,
    ) -> Variable[NDArray[S]]: ...


class Compress(Protocol):
    """compress: the entries along an axis where a condition holds."""

    @overload
    def __call__(self, condition: Condition, a: NDArray[G], axis: None = None) -> Row[G]: ...
    @overload
    def __call__(self, condition: Condition, a: AnyT, axis: int) -> AnyT: ...
    @overload
    def __call__(self, condition: Condition, a: Variable[NDArray[S]], axis: None = None) -> Variable[Row[S]]: ...
    @overload
    def __call__(self, condition: Condition, a: Variable[ArrT], axis: int) -> Variable[ArrT]: ...


class Extract(Protocol):
    """extract: the entries where a condition holds, in a row."""

    @overload
    def __call__(self, condition: Truths, arr: NDArray[G]) -> Row[G]: ...
    @overload
    def __call__(self, condition: Truths, arr: Variable[NDArray[S]]) -> Variable[Row[S]]: ...


class Piecewise(Protocol):
    """piecewise: on each piece of the domain a function of its own, or a constant."""

    @overload
    def __call__(
        self,
        x: ArrT,
        condlist: Conditions,
        funclist: Sequence[Callable[[Row[Any]], NDArray[Any] | float] | float],
    ) -> ArrT: ...
    @overload
    def __call__(
        self,
        x: Variable[ArrT],
        condlist: Conditions,
        funclist: Sequence[Callable[[Variable[Row[Any]]], Variable[NDArray[Any]] | float] | float],
    ) -> Variable[ArrT]: ...


class ApplyAlongAxis(Protocol):
    """apply_along_axis: a function of vectors, for each that there is along an axis."""

    @overload
    def __call__(
        self,
        func1d: Callable[Concatenate[Row[G], P], N | NDArray[N]],
        axis: int,
        arr: NDArray[G],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> NDArray[N]: ...
    @overload
    def __call__(
        self,
        func1d: Callable[Concatenate[Row[G], P], float],
        axis: int,
        arr: NDArray[G],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> NDArray[np.float64]: ...
    @overload
    def __call__(
        self,
        func1d: Callable[Concatenate[Variable[Row[S]], P], Variable[N] | Variable[NDArray[N]]],
        axis: int,
        arr: Variable[NDArray[S]],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> Variable[NDArray[N]]: ...


class ApplyOverAxes(Protocol):
    """apply_over_axes: a function of an array and an axis, for each of several axes."""

    @overload
    def __call__(self, func: Callable[[NDArray[N], int], NDArray[N]], a: NDArray[N], axes: Axis) -> NDArray[N]: ...
    @overload
    def __call__(
        self, func: Callable[[Variable[NDArray[S]], int], Variable[NDArray[S]]], a: Variable[NDArray[S]], axes: Axis
    ) -> Variable[NDArray[S]]: ...


class Windows(Protocol):
    """sliding_window_view: all windows of a shape, on new last axes."""

    @overload
    def __call__(self, x: NDArray[G], window_shape: int | Lengths, axis: Axis | None = None) -> NDArray[G]: ...
    @overload
    def __call__(
        self, x: Variable[NDArray[S]], window_shape: int | Lengths, axis: Axis | None = None
    ) -> Variable[NDArray[S]]: ...
