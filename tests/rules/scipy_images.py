"""Rows: scipy.ndimage and scipy.interpolate."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy

from tapegrad.scipy import interpolate, ndimage
from tests.rules.row import Row, real, row, unreal

_ndimage: Any = ndimage
_interpolate: Any = interpolate

MODES = ("reflect", "constant", "nearest", "mirror", "wrap")
GRID_MODES = ("grid-mirror", "grid-constant", "grid-wrap")
FILTERS = ("convolve", "correlate")

AWAY = np.array([[0.3, 1.2, 2.6, -0.3, 3.4], [1.7, 0.4, 2.2, 3.6, -0.7]])
"""Coordinates in an image of 4 by 5, not halfway between places; the last two lie outside."""
INSIDE = np.array([[0.3, 1.2, 2.6], [1.7, 0.4, 2.2]])

FILTERING = [
    *(
        row(
            f"ndimage.{name}, {mode}",
            lambda x, w, f=f, mode=mode: f(x, w, mode=mode, cval=0.5, origin=(0, -1)),
            real(3, 4),
            real(3, 2),
        )
        for name in FILTERS
        for f in (getattr(_ndimage, name),)
        for mode in (*MODES, *GRID_MODES)
    ),
    *(
        row(
            f"ndimage.{name}1d, {mode}",
            lambda x, w, f=f, mode=mode: f(x, w, 0, mode=mode, cval=0.5, origin=1),
            real(3, 2),
            real(4),
        )
        for name in FILTERS
        for f in (getattr(_ndimage, f"{name}1d"),)
        for mode in MODES
    ),
    row("ndimage.convolve, complex", lambda x, w: _ndimage.convolve(x, w), unreal(3, 3), unreal(2, 3)),
    row("ndimage.correlate, complex", lambda x, w: _ndimage.correlate(x, w), unreal(3, 3), unreal(2, 3)),
    row("ndimage.correlate1d, complex weights", lambda x, w: _ndimage.correlate1d(x, w), real(3, 3), unreal(3)),
    row("ndimage.convolve, a wide filter", lambda x, w: _ndimage.convolve1d(x, w, mode="mirror"), real(3), real(11)),
    *(
        row(
            f"gaussian_filter, {mode}",
            lambda x, mode=mode: _ndimage.gaussian_filter(x, 0.7, mode=mode, cval=0.5, truncate=2.0),
            real(3, 4),
        )
        for mode in MODES
    ),
    *(
        row(
            f"gaussian_filter1d, order {order}, sigma",
            lambda x, sigma, order=order: _ndimage.gaussian_filter1d(x, sigma, 0, order, radius=2),
            real(4, 2),
            0.8,
        )
        for order in (0, 1, 2, 3)
    ),
    row(
        "gaussian_filter, sigmas",
        lambda x, s: _ndimage.gaussian_filter(x, [s, 0.0], order=(1, 0)),
        real(4, 2),
        0.8,
        batch=False,
    ),  # the filter's length follows from sigma
    row("gaussian_filter, axes", lambda x: _ndimage.gaussian_filter(x, 0.5, axes=(2, 0), radius=(1, 2)), real(2, 2, 3)),
    row("uniform_filter", lambda x: _ndimage.uniform_filter(x, (2, 3), mode="wrap", origin=(-1, 1)), real(3, 4)),
    row("uniform_filter1d", lambda x: _ndimage.uniform_filter1d(x, 4, 0), real(3, 2)),
    row("sobel", lambda x: (_ndimage.sobel(x), _ndimage.sobel(x, 0, mode="constant")), real(3, 4)),
    row("prewitt", lambda x: _ndimage.prewitt(x, mode=("nearest", "wrap")), real(3, 4)),
    row("laplace", lambda x: (_ndimage.laplace(x), _ndimage.laplace(x, mode="mirror")), real(3, 4)),
]

SAMPLING = [
    *(
        row(
            f"map_coordinates, order {order}, {mode}",
            lambda x, c, order=order, mode=mode: _ndimage.map_coordinates(x, c, order=order, mode=mode, cval=0.5),
            real(4, 5),
            AWAY + 0.01,
            order=2 if order else 1,
        )
        for order in range(6)
        for mode in ((*MODES, *GRID_MODES) if order in (1, 3) else ("constant", "reflect"))
    ),
    row(
        "map_coordinates, no prefilter",
        lambda x, c: _ndimage.map_coordinates(x, c, prefilter=False, mode="nearest"),
        real(4, 5),
        AWAY,
    ),
    row("map_coordinates, complex", lambda x, c: _ndimage.map_coordinates(x, c, order=2), unreal(4, 5), INSIDE),
    row("map_coordinates, one axis", lambda x, c: _ndimage.map_coordinates(x, [c]), real(5), INSIDE),
    row("spline_filter", lambda x: _ndimage.spline_filter(x, 4, None, "reflect"), real(3, 4)),
    row("spline_filter1d", lambda x: _ndimage.spline_filter1d(x, 3, 0, output=None, mode="grid-wrap"), real(4, 2)),
    row(
        "spline_filter1d, long", lambda x: _ndimage.spline_filter1d(x, 5, output=None), real(70), order=1, batch=False
    ),  # slow
    row(
        "spline_filter1d, long and reflected",
        lambda x: _ndimage.spline_filter1d(x, 5, output=None, mode="reflect"),
        real(70),
        order=1,
    ),
    row("shift", lambda x, d: _ndimage.shift(x, d, mode="nearest"), real(3, 4), np.array([0.3, -1.2])),
    row("shift by one number", lambda x, d: _ndimage.shift(x, d, order=1, cval=0.2), real(3, 4), 0.4),
    row("zoom", lambda x: _ndimage.zoom(x, (1.6, 0.7), mode="reflect"), real(3, 4)),
    row("zoom, grid_mode", lambda x: _ndimage.zoom(x, 2, order=1, mode="grid-constant", grid_mode=True), real(2, 3)),
    row(
        "affine_transform",
        lambda x, m, d: _ndimage.affine_transform(x, m, d, (2, 3), order=2, mode="mirror"),
        real(3, 4),
        np.array([[0.9, 0.2], [-0.1, 1.1]]),
        np.array([0.23, -0.31]),
    ),
    row(
        "affine_transform, homogeneous",
        lambda x, m: _ndimage.affine_transform(x, m, order=3, mode="reflect"),
        real(3, 4),
        np.array([[0.9, 0.2, 0.23], [-0.1, 1.1, -0.31]]),
    ),
    row(
        "affine_transform, diagonal",
        lambda x, m: _ndimage.affine_transform(x, m, 0.13, order=1, mode="nearest"),
        real(3, 4),
        np.array([0.9, 1.07]),
    ),
    row("rotate", lambda x: _ndimage.rotate(x, 33.0), real(3, 4)),
    row(
        "rotate, angle",
        lambda x, angle: _ndimage.rotate(x, angle, (0, 2), reshape=False, mode="mirror"),
        real(3, 2, 4),
        21.0,
    ),
]

GRID = (np.array([0.0, 1.0, 2.5, 3.0]), np.array([3.0, 2.0, 0.5]))
POINTS = np.array([[[0.4, 0.9], [1.7, 2.3]], [[2.8, 1.4], [0.2, 2.7]]])


def _interpolated(values: Any, x: Any, **options: Any) -> Any:
    return _interpolate.RegularGridInterpolator(GRID, values, **options)(x)


INTERPOLATING = [
    row("RegularGridInterpolator", lambda v, x: _interpolated(v, x), real(4, 3), POINTS),
    row("RegularGridInterpolator, nearest", lambda v, x: _interpolated(v, x, method="nearest"), real(4, 3), POINTS),
    row("RegularGridInterpolator, values with axes", lambda v, x: _interpolated(v, x), real(4, 3, 2), POINTS),
    row("RegularGridInterpolator, complex", lambda v, x: _interpolated(v, x), unreal(4, 3), POINTS, single=False),
    row(
        "RegularGridInterpolator, outside",
        lambda v, x: (
            _interpolated(v, x, bounds_error=False, fill_value=None),
            _interpolated(v, x, bounds_error=False, fill_value=2.0),
        ),
        real(4, 3),
        1.5 * POINTS + 0.03,
    ),
    row(
        "RegularGridInterpolator of a line",
        lambda v, x: _interpolate.RegularGridInterpolator(GRID[:1], v)(x),
        real(4),
        POINTS[0, :, 0],
    ),
    row(
        "RegularGridInterpolator, one coordinate after another",
        lambda v, x, y: _interpolated(v, (x, y)),
        real(4, 3),
        POINTS[..., 0],
        POINTS[0, :, 1],
    ),
    row("RegularGridInterpolator at one point", lambda v, x: _interpolated(v, x), real(4, 3), POINTS[0, 0]),
    row("interpn", lambda v, x: _interpolate.interpn(GRID, v, x), real(4, 3), POINTS),
]

ROWS: list[Row] = [*FILTERING, *SAMPLING, *INTERPOLATING]
if np.lib.NumpyVersion(scipy.__version__) >= "1.16.0":
    ROWS.extend(
        [
            row("ndimage.convolve, axes", lambda x, w: _ndimage.convolve(x, w, axes=(2, 0)), real(2, 2, 3), real(2, 3)),
            row("laplace, axes", lambda x: _ndimage.laplace(x, mode="mirror", axes=(0,)), real(3, 4)),
        ]
    )
