"""scipy.ndimage's filters and splines, differentiable: its own functions on plain arrays.

>>> import numpy as np
>>> from tapegrad import grad
>>> from tapegrad.scipy.ndimage import map_coordinates
>>> image = np.array([0.0, 1.0, 4.0, 9.0])
>>> grad(lambda x: np.sum(map_coordinates(image, x, order=1)))(np.array([[0.5, 2.25]]))
array([[1., 5.]])
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, Literal, Protocol, TypeAlias, overload

import numpy as np
from numpy.typing import DTypeLike, NDArray

from tapegrad._core.variable import Variable
from tapegrad._scipy import ndimage as filters, warping
from tapegrad.typing import ArrT, P

__all__ = [
    "convolve",
    "convolve1d",
    "correlate",
    "correlate1d",
    "gaussian_filter",
    "gaussian_filter1d",
    "laplace",
    "prewitt",
    "sobel",
    "uniform_filter",
    "uniform_filter1d",
    "affine_transform",
    "map_coordinates",
    "rotate",
    "shift",
    "spline_filter",
    "spline_filter1d",
    "zoom",
]

Mode: TypeAlias = Literal[
    "reflect", "grid-mirror", "constant", "grid-constant", "nearest", "mirror", "wrap", "grid-wrap"
]
Modes: TypeAlias = Mode | Sequence[Mode]
Axes: TypeAlias = int | Sequence[int] | None
Real: TypeAlias = NDArray[np.floating[Any]]
Weights: TypeAlias = NDArray[np.number[Any]]
Line: TypeAlias = NDArray[np.number[Any]] | Sequence[float]
Numbers: TypeAlias = float | Sequence[float] | Real


class ImageFunction(Protocol[P]):
    """An image of the same kind of numbers."""

    @overload
    def __call__(self, input: ArrT, *args: P.args, **keywords: P.kwargs) -> ArrT: ...
    @overload
    def __call__(self, input: Variable[ArrT], *args: P.args, **keywords: P.kwargs) -> Variable[ArrT]: ...


class Sample(Protocol):
    """map_coordinates: an image at coordinates."""

    @overload
    def __call__(
        self,
        input: ArrT,
        coordinates: Real | Sequence[Real | Sequence[float]],
        output: DTypeLike | None = None,
        order: int = 3,
        mode: Mode = "constant",
        cval: float = 0.0,
        prefilter: bool = True,
    ) -> ArrT: ...
    @overload
    def __call__(
        self,
        input: Variable[ArrT],
        coordinates: Variable[Real] | Real | Sequence[Real | Sequence[float]],
        output: DTypeLike | None = None,
        order: int = 3,
        mode: Mode = "constant",
        cval: float = 0.0,
        prefilter: bool = True,
    ) -> Variable[ArrT]: ...
    @overload
    def __call__(
        self,
        input: ArrT,
        coordinates: Variable[Real],
        output: DTypeLike | None = None,
        order: int = 3,
        mode: Mode = "constant",
        cval: float = 0.0,
        prefilter: bool = True,
    ) -> Variable[ArrT]: ...


# What may follow the image, for checkers to read.


def _weights(
    weights: Weights,
    output: DTypeLike | None = None,
    mode: Mode = "reflect",
    cval: float = 0.0,
    origin: int | Sequence[int] = 0,
    *,
    axes: Axes = None,
) -> None: ...


def _line(
    weights: Line,
    axis: int = -1,
    output: DTypeLike | None = None,
    mode: Mode = "reflect",
    cval: float = 0.0,
    origin: int = 0,
) -> None: ...


def _gaussian(
    sigma: Numbers,
    order: int | Sequence[int] = 0,
    output: DTypeLike | None = None,
    mode: Modes = "reflect",
    cval: float = 0.0,
    truncate: float = 4.0,
    *,
    radius: int | Sequence[int] | None = None,
    axes: Axes = None,
) -> None: ...


def _gaussian_line(
    sigma: float,
    axis: int = -1,
    order: int = 0,
    output: DTypeLike | None = None,
    mode: Mode = "reflect",
    cval: float = 0.0,
    truncate: float = 4.0,
    *,
    radius: int | None = None,
) -> None: ...


def _uniform(
    size: int | Sequence[int] = 3,
    output: DTypeLike | None = None,
    mode: Modes = "reflect",
    cval: float = 0.0,
    origin: int | Sequence[int] = 0,
    *,
    axes: Axes = None,
) -> None: ...


def _uniform_line(
    size: int,
    axis: int = -1,
    output: DTypeLike | None = None,
    mode: Mode = "reflect",
    cval: float = 0.0,
    origin: int = 0,
) -> None: ...


def _edges(
    axis: int = -1,
    output: DTypeLike | None = None,
    mode: Modes = "reflect",
    cval: float = 0.0,
) -> None: ...


def _laplace(
    output: DTypeLike | None = None,
    mode: Modes = "reflect",
    cval: float = 0.0,
    *,
    axes: Axes = None,
) -> None: ...


def _spline(
    order: int = 3,
    output: DTypeLike | None = np.float64,
    mode: Mode = "mirror",
) -> None: ...


def _spline_line(
    order: int = 3,
    axis: int = -1,
    output: DTypeLike | None = np.float64,
    mode: Mode = "mirror",
) -> None: ...


def _affine(
    matrix: Real,
    offset: Numbers = 0.0,
    output_shape: tuple[int, ...] | None = None,
    output: DTypeLike | None = None,
    order: int = 3,
    mode: Mode = "constant",
    cval: float = 0.0,
    prefilter: bool = True,
) -> None: ...


def _shift(
    shift: Numbers,
    output: DTypeLike | None = None,
    order: int = 3,
    mode: Mode = "constant",
    cval: float = 0.0,
    prefilter: bool = True,
) -> None: ...


def _zoom(
    zoom: Numbers,
    output: DTypeLike | None = None,
    order: int = 3,
    mode: Mode = "constant",
    cval: float = 0.0,
    prefilter: bool = True,
    *,
    grid_mode: bool = False,
) -> None: ...


def _rotate(
    angle: float,
    axes: tuple[int, int] = (1, 0),
    reshape: bool = True,
    output: DTypeLike | None = None,
    order: int = 3,
    mode: Mode = "constant",
    cval: float = 0.0,
    prefilter: bool = True,
) -> None: ...


def _typed(function: Callable[..., Any], follows: Callable[P, None]) -> ImageFunction[P]:
    return function


convolve: Final = _typed(filters.convolve, _weights)
correlate: Final = _typed(filters.correlate, _weights)
convolve1d: Final = _typed(filters.convolve1d, _line)
correlate1d: Final = _typed(filters.correlate1d, _line)
gaussian_filter: Final = _typed(filters.gaussian_filter, _gaussian)
gaussian_filter1d: Final = _typed(filters.gaussian_filter1d, _gaussian_line)
uniform_filter: Final = _typed(filters.uniform_filter, _uniform)
uniform_filter1d: Final = _typed(filters.uniform_filter1d, _uniform_line)
sobel: Final = _typed(filters.sobel, _edges)
prewitt: Final = _typed(filters.prewitt, _edges)
laplace: Final = _typed(filters.laplace, _laplace)
spline_filter: Final = _typed(warping.spline_filter, _spline)
spline_filter1d: Final = _typed(warping.spline_filter1d, _spline_line)
affine_transform: Final = _typed(warping.affine_transform, _affine)
shift: Final = _typed(warping.shift, _shift)
zoom: Final = _typed(warping.zoom, _zoom)
rotate: Final = _typed(warping.rotate, _rotate)
map_coordinates: Final[Sample] = warping.map_coordinates
