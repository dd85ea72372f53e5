"""scipy.interpolate's functions on a rectangular grid, differentiable: its own functions on plain arrays.

>>> import numpy as np
>>> from tapegrad import grad
>>> from tapegrad.scipy.interpolate import RegularGridInterpolator
>>> f = RegularGridInterpolator((np.array([0.0, 1.0, 3.0]),), np.array([0.0, 2.0, 3.0]))
>>> grad(lambda x: np.sum(f(x)))(np.array([0.5, 2.0]))
array([2. , 0.5])
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Literal, Protocol, TypeAlias, overload

import numpy as np
from numpy.typing import NDArray

from tapegrad._core.variable import Variable
from tapegrad._scipy import interpolate as rules

__all__ = ["RegularGridInterpolator", "interpn"]

Inexact: TypeAlias = NDArray[np.inexact[Any]]
Places: TypeAlias = NDArray[np.floating[Any]]
Points: TypeAlias = Places | Sequence[Places | float] | float
Method: TypeAlias = Literal["linear", "nearest", "slinear", "cubic", "quintic", "pchip"]


class Interpolator(Protocol):
    """A RegularGridInterpolator."""

    grid: tuple[NDArray[np.float64], ...]
    method: str
    bounds_error: bool
    fill_value: Any

    @property
    def values(self) -> Any:
        """The values on the grid."""
        ...

    @overload
    def __call__(self, xi: Points, method: Method | None = None, *, nu: Sequence[int] | None = None) -> Inexact: ...
    @overload
    def __call__(
        self, xi: Variable[Places], method: Method | None = None, *, nu: Sequence[int] | None = None
    ) -> Variable[Inexact]: ...


class MakeInterpolator(Protocol):
    """RegularGridInterpolator: the function on a grid that interpolates these values."""

    def __call__(
        self,
        points: Sequence[Places | Sequence[float]],
        values: Variable[Inexact] | NDArray[np.number[Any]],
        method: Method = "linear",
        bounds_error: bool = True,
        fill_value: complex | Variable[Any] | None = np.nan,
        *,
        solver: Any = None,
        solver_args: dict[str, Any] | None = None,
    ) -> Interpolator: ...


class Interpn(Protocol):
    """interpn: all in one call."""

    @overload
    def __call__(
        self,
        points: Sequence[Places | Sequence[float]],
        values: NDArray[np.number[Any]],
        xi: Points,
        method: Method | Literal["splinef2d"] = "linear",
        bounds_error: bool = True,
        fill_value: complex | None = np.nan,
    ) -> Inexact: ...
    @overload
    def __call__(
        self,
        points: Sequence[Places | Sequence[float]],
        values: Variable[Inexact],
        xi: Variable[Places] | Points,
        method: Method = "linear",
        bounds_error: bool = True,
        fill_value: complex | None = np.nan,
    ) -> Variable[Inexact]: ...
    @overload
    def __call__(
        self,
        points: Sequence[Places | Sequence[float]],
        values: NDArray[np.number[Any]],
        xi: Variable[Places],
        method: Method = "linear",
        bounds_error: bool = True,
        fill_value: complex | None = np.nan,
    ) -> Variable[Inexact]: ...


RegularGridInterpolator: Final[MakeInterpolator] = rules.RegularGridInterpolator
interpn: Final[Interpn] = rules.interpn
