"""scipy.signal's convolutions and filters, differentiable: its own functions on plain arrays.

>>> import numpy as np
>>> from tapegrad import grad
>>> from tapegrad.scipy.signal import lfilter
>>> impulse = np.array([1.0, 0.0, 0.0])
>>> grad(lambda a: np.sum(lfilter(np.array([1.0]), a, impulse)))(np.array([1.0, -0.5]))
array([-2.75, -2.  ])
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Literal, Protocol, TypeAlias, overload

import numpy as np
from numpy.typing import NDArray

from tapegrad._core.variable import Variable
from tapegrad._scipy import signal as rules
from tapegrad.typing import Number, S

__all__ = [
    "convolve",
    "fftconvolve",
    "oaconvolve",
    "correlate",
    "convolve2d",
    "correlate2d",
    "lfilter",
    "hilbert",
]

Mode: TypeAlias = Literal["full", "valid", "same"]
Method: TypeAlias = Literal["auto", "direct", "fft"]
Boundary: TypeAlias = Literal["fill", "wrap", "symm"]
Inexact: TypeAlias = NDArray[np.inexact[Any]]
Coefficients: TypeAlias = NDArray[S] | Sequence[float]
Taken: TypeAlias = Variable[NDArray[S]] | NDArray[S] | Sequence[float]
State: TypeAlias = Variable[NDArray[S]] | NDArray[S]


class Convolve(Protocol):
    """convolve, correlate: over all axes."""

    @overload
    def __call__(
        self, in1: NDArray[S], in2: NDArray[S], mode: Mode = "full", method: Method = "auto"
    ) -> NDArray[S]: ...
    @overload
    def __call__(self, in1: Number, in2: Number, mode: Mode = "full", method: Method = "auto") -> Inexact: ...
    @overload
    def __call__(
        self,
        in1: Variable[NDArray[S]],
        in2: Variable[NDArray[S]] | NDArray[S],
        mode: Mode = "full",
        method: Method = "auto",
    ) -> Variable[NDArray[S]]: ...
    @overload
    def __call__(
        self, in1: NDArray[S], in2: Variable[NDArray[S]], mode: Mode = "full", method: Method = "auto"
    ) -> Variable[NDArray[S]]: ...


class FourierConvolve(Protocol):
    """fftconvolve, oaconvolve: over some axes."""

    @overload
    def __call__(
        self, in1: NDArray[S], in2: NDArray[S], mode: Mode = "full", axes: int | Sequence[int] | None = None
    ) -> NDArray[S]: ...
    @overload
    def __call__(
        self, in1: Number, in2: Number, mode: Mode = "full", axes: int | Sequence[int] | None = None
    ) -> Inexact: ...
    @overload
    def __call__(
        self,
        in1: Variable[NDArray[S]],
        in2: Variable[NDArray[S]] | NDArray[S],
        mode: Mode = "full",
        axes: int | Sequence[int] | None = None,
    ) -> Variable[NDArray[S]]: ...
    @overload
    def __call__(
        self,
        in1: NDArray[S],
        in2: Variable[NDArray[S]],
        mode: Mode = "full",
        axes: int | Sequence[int] | None = None,
    ) -> Variable[NDArray[S]]: ...


class ConvolvePlane(Protocol):
    """convolve2d, correlate2d: of two matrices."""

    @overload
    def __call__(
        self,
        in1: NDArray[S],
        in2: NDArray[S],
        mode: Mode = "full",
        boundary: Boundary = "fill",
        fillvalue: complex = 0,
    ) -> NDArray[S]: ...
    @overload
    def __call__(
        self, in1: Number, in2: Number, mode: Mode = "full", boundary: Boundary = "fill", fillvalue: complex = 0
    ) -> Inexact: ...
    @overload
    def __call__(
        self,
        in1: Variable[NDArray[S]],
        in2: Variable[NDArray[S]] | NDArray[S],
        mode: Mode = "full",
        boundary: Boundary = "fill",
        fillvalue: complex = 0,
    ) -> Variable[NDArray[S]]: ...
    @overload
    def __call__(
        self,
        in1: NDArray[S],
        in2: Variable[NDArray[S]],
        mode: Mode = "full",
        boundary: Boundary = "fill",
        fillvalue: complex = 0,
    ) -> Variable[NDArray[S]]: ...


class Filter(Protocol):
    """lfilter: with a state, the state at the end too."""

    @overload
    def __call__(
        self, b: Coefficients[S], a: Coefficients[S], x: NDArray[S], axis: int = -1, zi: None = None
    ) -> NDArray[S]: ...
    @overload
    def __call__(
        self, b: Coefficients[S], a: Coefficients[S], x: NDArray[S], axis: int = -1, *, zi: NDArray[S]
    ) -> tuple[NDArray[S], NDArray[S]]: ...
    @overload
    def __call__(
        self, b: Taken[S], a: Taken[S], x: Variable[NDArray[S]], axis: int = -1, zi: None = None
    ) -> Variable[NDArray[S]]: ...
    @overload
    def __call__(
        self, b: Taken[S], a: Taken[S], x: Variable[NDArray[S]], axis: int = -1, *, zi: State[S]
    ) -> tuple[Variable[NDArray[S]], Variable[NDArray[S]]]: ...
    @overload
    def __call__(
        self, b: Taken[S], a: Variable[NDArray[S]], x: NDArray[S], axis: int = -1, zi: None = None
    ) -> Variable[NDArray[S]]: ...
    @overload
    def __call__(
        self, b: Taken[S], a: Variable[NDArray[S]], x: NDArray[S], axis: int = -1, *, zi: State[S]
    ) -> tuple[Variable[NDArray[S]], Variable[NDArray[S]]]: ...
    @overload
    def __call__(
        self, b: Variable[NDArray[S]], a: Coefficients[S], x: NDArray[S], axis: int = -1, zi: None = None
    ) -> Variable[NDArray[S]]: ...
    @overload
    def __call__(
        self, b: Variable[NDArray[S]], a: Coefficients[S], x: NDArray[S], axis: int = -1, *, zi: State[S]
    ) -> tuple[Variable[NDArray[S]], Variable[NDArray[S]]]: ...


class Hilbert(Protocol):
    """hilbert: of real numbers, complex ones of the same precision."""

    @overload
    def __call__(
        self,
        x: NDArray[np.float64 | np.integer[Any]],
        N: int | None = None,  # noqa: N803  (SciPy's name)
        axis: int = -1,
    ) -> NDArray[np.complex128]: ...
    @overload
    def __call__(
        self,
        x: NDArray[np.floating[Any]],
        N: int | None = None,  # noqa: N803  (SciPy's name)
        axis: int = -1,
    ) -> NDArray[np.complexfloating[Any, Any]]: ...
    @overload
    def __call__(
        self,
        x: Variable[NDArray[np.float64]],
        N: int | None = None,  # noqa: N803  (SciPy's name)
        axis: int = -1,
    ) -> Variable[NDArray[np.complex128]]: ...
    @overload
    def __call__(
        self,
        x: Variable[NDArray[np.floating[Any]]],
        N: int | None = None,  # noqa: N803  (SciPy's name)
        axis: int = -1,
    ) -> Variable[NDArray[np.complexfloating[Any, Any]]]: ...


convolve: Final[Convolve] = rules.convolve
fftconvolve: Final[FourierConvolve] = rules.fftconvolve
oaconvolve: Final[FourierConvolve] = rules.oaconvolve
correlate: Final[Convolve] = rules.correlate
convolve2d: Final[ConvolvePlane] = rules.convolve2d
correlate2d: Final[ConvolvePlane] = rules.correlate2d
lfilter: Final[Filter] = rules.lfilter
hilbert: Final[Hilbert] = rules.hilbert
