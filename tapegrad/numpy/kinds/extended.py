"""The functions of `emath`: where a real argument has no real result, a complex one."""

from __future__ import annotations

from typing import Any, Protocol, TypeAlias, overload

import numpy as np
from numpy.typing import NDArray

from tapegrad._core.variable import Variable
from tapegrad.typing import Int, K, S

Open: TypeAlias = NDArray[np.inexact[Any]]
Some: TypeAlias = np.float64 | np.complex128
Real: TypeAlias = NDArray[np.floating[Any] | Int]
Number: TypeAlias = Variable[float] | float


class Extended(Protocol):
    """sqrt, log, arccos: real or complex, as the values are."""

    @overload
    def __call__(self, x: NDArray[K]) -> NDArray[K]: ...
    @overload
    def __call__(self, x: Real) -> Open: ...
    @overload
    def __call__(self, x: float) -> Some: ...  # pyright: ignore[reportOverlappingOverload]  # a float is a complex to checkers
    @overload
    def __call__(self, x: complex) -> np.complex128: ...
    @overload
    def __call__(self, x: Variable[NDArray[S]]) -> Variable[Open]: ...
    @overload
    def __call__(self, x: Variable[float]) -> Variable[Some]: ...


class ExtendedPower(Protocol):
    """power: complex for negative bases."""

    @overload
    def __call__(self, x: Open | Real, p: Open | Real | float) -> NDArray[np.number[Any]]: ...
    @overload
    def __call__(self, x: float, p: Open | Real) -> NDArray[np.number[Any]]: ...
    @overload
    def __call__(self, x: float, p: float) -> Some: ...
    @overload
    def __call__(self, x: Variable[NDArray[S]], p: Variable[NDArray[S]] | NDArray[S] | Number) -> Variable[Open]: ...
    @overload
    def __call__(self, x: NDArray[S] | float, p: Variable[NDArray[S]]) -> Variable[Open]: ...
    @overload
    def __call__(self, x: Variable[float], p: Number) -> Variable[Some]: ...
    @overload
    def __call__(self, x: float, p: Variable[float]) -> Variable[Some]: ...


class ExtendedLogarithm(Protocol):
    """logn: to a base that comes first."""

    @overload
    def __call__(self, n: float, x: Real) -> Open: ...
    @overload
    def __call__(self, n: Open | Real, x: Open | Real) -> Open: ...
    @overload
    def __call__(self, n: float, x: float) -> Some: ...
    @overload
    def __call__(self, n: Number, x: Variable[NDArray[S]]) -> Variable[Open]: ...
    @overload
    def __call__(self, n: Number, x: Variable[float]) -> Variable[Some]: ...
    @overload
    def __call__(self, n: Variable[float], x: float) -> Variable[Some]: ...
