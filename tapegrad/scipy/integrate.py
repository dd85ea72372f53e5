"""scipy.integrate's integrals of samples, differentiable: its own functions on plain arrays.

>>> import numpy as np
>>> from tapegrad import grad
>>> from tapegrad.scipy.integrate import simpson
>>> grad(simpson)(np.array([1.0, 2.0, 4.0]))
array([0.33333333, 1.33333333, 0.33333333])
"""

from __future__ import annotations

from typing import Any, Final, Literal, Protocol, TypeAlias, overload

import numpy as np
from numpy.typing import NDArray

from tapegrad._core.variable import Variable
from tapegrad._scipy import integrate as rules
from tapegrad.typing import S

__all__ = ["trapezoid", "cumulative_trapezoid", "simpson", "cumulative_simpson", "romb"]

Vector: TypeAlias = np.ndarray[tuple[int], np.dtype[S]]
Places: TypeAlias = NDArray[np.floating[Any]]


class Trapezoid(Protocol):
    """trapezoid: a number from a vector, else an array."""

    @overload
    def __call__(self, y: Vector[S], x: Places | None = None, dx: float = 1.0, axis: int = -1) -> S: ...
    @overload
    def __call__(self, y: NDArray[S], x: Places | None = None, dx: float = 1.0, axis: int = -1) -> S | NDArray[S]: ...
    @overload
    def __call__(
        self, y: Variable[Vector[S]], x: Variable[Places] | Places | None = None, dx: float = 1.0, axis: int = -1
    ) -> Variable[S]: ...
    @overload
    def __call__(
        self, y: Variable[NDArray[S]], x: Variable[Places] | Places | None = None, dx: float = 1.0, axis: int = -1
    ) -> Variable[S] | Variable[NDArray[S]]: ...


class Simpson(Protocol):
    """simpson: a number from a vector, else an array."""

    @overload
    def __call__(self, y: Vector[S], x: Places | None = None, *, dx: float = 1.0, axis: int = -1) -> S: ...
    @overload
    def __call__(
        self, y: NDArray[S], x: Places | None = None, *, dx: float = 1.0, axis: int = -1
    ) -> S | NDArray[S]: ...
    @overload
    def __call__(
        self, y: Variable[Vector[S]], x: Variable[Places] | Places | None = None, *, dx: float = 1.0, axis: int = -1
    ) -> Variable[S]: ...
    @overload
    def __call__(
        self, y: Variable[NDArray[S]], x: Variable[Places] | Places | None = None, *, dx: float = 1.0, axis: int = -1
    ) -> Variable[S] | Variable[NDArray[S]]: ...


class CumulativeTrapezoid(Protocol):
    """cumulative_trapezoid: as many numbers as steps, or with `initial` as samples."""

    @overload
    def __call__(
        self,
        y: NDArray[S],
        x: Places | None = None,
        dx: float = 1.0,
        axis: int = -1,
        initial: Literal[0] | None = None,
    ) -> NDArray[S]: ...
    @overload
    def __call__(
        self,
        y: Variable[NDArray[S]],
        x: Variable[Places] | Places | None = None,
        dx: float = 1.0,
        axis: int = -1,
        initial: Literal[0] | None = None,
    ) -> Variable[NDArray[S]]: ...


class CumulativeSimpson(Protocol):
    """cumulative_simpson: as many numbers as steps, or with `initial` as samples."""

    @overload
    def __call__(
        self,
        y: NDArray[S],
        *,
        x: Places | None = None,
        dx: float = 1.0,
        axis: int = -1,
        initial: float | NDArray[S] | None = None,
    ) -> NDArray[S]: ...
    @overload
    def __call__(
        self,
        y: Variable[NDArray[S]],
        *,
        x: Variable[Places] | Places | None = None,
        dx: float = 1.0,
        axis: int = -1,
        initial: float | Variable[NDArray[S]] | NDArray[S] | None = None,
    ) -> Variable[NDArray[S]]: ...


class Romb(Protocol):
    """romb: a number from a vector, else an array."""

    @overload
    def __call__(self, y: Vector[S], dx: float = 1.0, axis: int = -1, show: bool = False) -> S: ...
    @overload
    def __call__(self, y: NDArray[S], dx: float = 1.0, axis: int = -1, show: bool = False) -> S | NDArray[S]: ...
    @overload
    def __call__(
        self, y: Variable[Vector[S]], dx: float = 1.0, axis: int = -1, show: Literal[False] = False
    ) -> Variable[S]: ...
    @overload
    def __call__(
        self, y: Variable[NDArray[S]], dx: float = 1.0, axis: int = -1, show: Literal[False] = False
    ) -> Variable[S] | Variable[NDArray[S]]: ...


trapezoid: Final[Trapezoid] = rules.trapezoid
cumulative_trapezoid: Final[CumulativeTrapezoid] = rules.cumulative_trapezoid
simpson: Final[Simpson] = rules.simpson
cumulative_simpson: Final[CumulativeSimpson] = rules.cumulative_simpson
romb: Final[Romb] = rules.romb
