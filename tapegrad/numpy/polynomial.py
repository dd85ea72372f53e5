"""Values of polynomial series, in the point and in the coefficients.

NumPy's own functions, `np.polynomial.chebyshev.chebval` and its kin, turn the coefficients into a plain array. These
take the same arguments and give the same values.

>>> import numpy as np
>>> from tapegrad import grad
>>> from tapegrad.numpy.polynomial import chebval
>>> grad(chebval)(0.5, np.array([1.0, 2.0, 3.0]))  # of 1 + 2 x + 3 (2 x**2 - 1), in x and in the coefficients
(np.float64(8.0), array([ 1. ,  0.5, -0.5]))
"""

from __future__ import annotations

from typing import Final, Protocol, overload

from numpy.typing import NDArray

from tapegrad._core.variable import Variable
from tapegrad._rules import series
from tapegrad.typing import ArrT, S


class Series(Protocol):
    """polyval, chebval: the sum at each `x`; with more than one axis, `c` has a series in each column."""

    @overload
    def __call__(self, x: ArrT, c: NDArray[S], tensor: bool = True) -> ArrT: ...
    @overload
    def __call__(self, x: float, c: NDArray[S], tensor: bool = True) -> S: ...
    @overload
    def __call__(
        self, x: Variable[ArrT], c: Variable[NDArray[S]] | NDArray[S], tensor: bool = True
    ) -> Variable[ArrT]: ...
    @overload
    def __call__(self, x: ArrT, c: Variable[NDArray[S]], tensor: bool = True) -> Variable[ArrT]: ...
    @overload
    def __call__(self, x: float, c: Variable[NDArray[S]], tensor: bool = True) -> Variable[S]: ...


polyval: Final[Series] = series.polyval
chebval: Final[Series] = series.chebval
legval: Final[Series] = series.legval
hermval: Final[Series] = series.hermval
hermeval: Final[Series] = series.hermeval
lagval: Final[Series] = series.lagval

__all__ = ["polyval", "chebval", "legval", "hermval", "hermeval", "lagval"]
