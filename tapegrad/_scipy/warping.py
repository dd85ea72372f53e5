"""The rules for scipy.ndimage's splines: images sampled at any coordinates, shifted, scaled, turned."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy import ndimage

from tapegrad._rules.axes import normalize_axes, normalize_axis
from tapegrad._rules.folding import select
from tapegrad._rules.fronts import operand, plain_value, stands_for
from tapegrad._scipy.convolution import extended
from tapegrad._scipy.images import each, image_of, number
from tapegrad._scipy.sampling import sampled, way
from tapegrad._scipy.splines import CONTINUED, MARGIN, Spline, prefilter


def _degree(order: Any) -> int:
    if not 0 <= order <= 5:
        raise RuntimeError("spline order not supported")
    return int(order)


@stands_for(ndimage.spline_filter1d)
def spline_filter1d(input: Any, order: int = 3, axis: int = -1, output: Any = np.float64, mode: str = "mirror") -> Any:
    """The coefficients of the spline through an image's values along one axis."""
    x, converted = image_of("spline_filter1d", input, output)
    if order in (0, 1):
        return converted(x)
    return converted(prefilter(x, _degree(order), normalize_axis(axis, x.ndim), mode))


@stands_for(ndimage.spline_filter)
def spline_filter(input: Any, order: int = 3, output: Any = np.float64, mode: str = "mirror") -> Any:
    """The coefficients of the spline through an image's values."""
    if order < 2 or order > 5:
        raise RuntimeError("spline order not supported")
    x, converted = image_of("spline_filter", input, output)
    for axis in range(x.ndim):
        x = prefilter(x, int(order), axis, mode)
    return converted(x)


def _spline(x: Any, coordinates: Any, order: Any, mode: str, cval: Any, prefiltered: bool) -> Any:
    """An image at coordinates, one for each of its first axes."""
    degree, cval, ndim = _degree(order), number(cval, "cval"), coordinates.shape[0]
    if mode not in CONTINUED:
        raise RuntimeError("boundary mode not supported")
    where, lengths = coordinates, x.shape[:ndim]
    if mode == "grid-constant" and cval != 0:
        x = x - cval
    if degree > 1 and prefiltered:
        x = x.astype(np.result_type(x.dtype, np.float64))
        if mode in ("nearest", "grid-constant"):
            for axis in range(ndim):
                x = extended(x, axis, MARGIN, MARGIN, "nearest" if mode == "nearest" else "constant")
            where = where + MARGIN
        for axis in range(ndim):
            x = prefilter(x, degree, axis, mode)
    out = sampled(x, where, way(Spline(degree, mode, x.shape[:ndim]), ndim))
    if mode == "grid-constant" and cval != 0:
        return out + cval
    if mode == "constant" and cval != 0:
        outside: Any = False
        for axis, n in enumerate(lengths):
            outside = outside | (coordinates[axis] < 0) | (coordinates[axis] > n - 1)
        return select(np.reshape(outside, outside.shape + (1,) * (out.ndim - outside.ndim)), cval, out)
    return out


@stands_for(ndimage.map_coordinates)
def map_coordinates(
    input: Any,
    coordinates: Any,
    output: Any = None,
    order: int = 3,
    mode: str = "constant",
    cval: Any = 0.0,
    prefilter: bool = True,
) -> Any:
    """An image at coordinates, by a spline: differentiable in both."""
    x, converted = image_of("map_coordinates", input, output)
    where = operand(coordinates)
    if where.dtype.kind == "c":
        raise TypeError("Complex type not supported")
    if where.ndim < 1 or where.shape[0] != x.ndim:
        raise RuntimeError("invalid shape for coordinate array")
    return converted(_spline(x, where.astype(np.float64), order, mode, cval, prefilter))


def _warped(x: Any, shape: Sequence[int], matrix: Any, offset: Any, *options: Any) -> Any:
    """An image at coordinates that depend linearly on the place in an image of another shape."""
    places = np.stack(np.meshgrid(*(np.arange(float(n)) for n in shape), indexing="ij"))
    beside = (slice(None), *(None,) * len(shape))
    turned = np.tensordot(matrix, places, 1) if matrix.ndim == 2 else matrix[beside] * places
    return _spline(x, turned + offset[beside], *options)


@stands_for(ndimage.affine_transform)
def affine_transform(
    input: Any,
    matrix: Any,
    offset: Any = 0.0,
    output_shape: Any = None,
    output: Any = None,
    order: int = 3,
    mode: str = "constant",
    cval: Any = 0.0,
    prefilter: bool = True,
) -> Any:
    """An image under an affine map of its coordinates: differentiable in the map too."""
    x, converted = image_of("affine_transform", input, output)
    matrix, offset = operand(matrix), operand(offset)
    ndim = x.ndim
    if ndim < 1:
        raise RuntimeError("input and output rank must be > 0")
    if matrix.ndim not in (1, 2) or matrix.shape[0] not in (ndim, ndim + 1):
        raise RuntimeError("no proper affine matrix provided")
    if matrix.ndim == 2 and matrix.shape[1] == ndim + 1:
        if matrix.shape[0] == ndim + 1 and np.any(plain_value(matrix)[..., -1, :] != np.eye(ndim + 1)[-1]):
            raise ValueError(f"the last row of a homogeneous matrix is {np.eye(ndim + 1)[-1].tolist()}")
        matrix, offset = matrix[:ndim, :ndim], matrix[:ndim, ndim]
    if matrix.shape != (ndim,) * matrix.ndim:
        raise RuntimeError("affine matrix has wrong number of rows")
    offset = np.broadcast_to(offset, (ndim,))
    shape = x.shape if output_shape is None else tuple(output_shape)
    return converted(_warped(x, shape, matrix, offset, order, mode, cval, prefilter))


@stands_for(ndimage.shift)
def shift(
    input: Any,
    shift: Any,
    output: Any = None,
    order: int = 3,
    mode: str = "constant",
    cval: Any = 0.0,
    prefilter: bool = True,
) -> Any:
    """An image moved along its axes: differentiable in how far, too."""
    x, converted = image_of("shift", input, output)
    offset = -np.broadcast_to(operand(shift), (x.ndim,))
    return converted(_warped(x, x.shape, np.ones(x.ndim), offset, order, mode, cval, prefilter))


@stands_for(ndimage.zoom)
def zoom(
    input: Any,
    zoom: Any,
    output: Any = None,
    order: int = 3,
    mode: str = "constant",
    cval: Any = 0.0,
    prefilter: bool = True,
    *,
    grid_mode: bool = False,
) -> Any:
    """An image scaled along its axes."""
    x, converted = image_of("zoom", input, output)
    factors = [number(factor, "zoom") for factor in each(zoom, x.ndim)]
    shape = [round(n * factor) for n, factor in zip(x.shape, factors, strict=True)]
    pairs = [*zip(x.shape, shape, strict=True)]
    scale = np.array([n / m if grid_mode else (n - 1) / (m - 1) if m > 1 else 1.0 for n, m in pairs])
    offset = (scale - 1) / 2 if grid_mode else np.zeros(x.ndim)
    return converted(_warped(x, shape, scale, offset, order, mode, cval, prefilter))


@stands_for(ndimage.rotate)
def rotate(
    input: Any,
    angle: Any,
    axes: tuple[int, int] = (1, 0),
    reshape: bool = True,
    output: Any = None,
    order: int = 3,
    mode: str = "constant",
    cval: Any = 0.0,
    prefilter: bool = True,
) -> Any:
    """An image turned in the plane of two axes, by degrees: differentiable in the angle too with reshape=False."""
    x, converted = image_of("rotate", input, output)
    plane = tuple(sorted(normalize_axes(axes, x.ndim)))
    x = np.moveaxis(x, plane, (0, 1))
    radians = operand(angle) * (np.pi / 180)
    c, s = np.cos(radians), np.sin(radians)
    lengths = x.shape[:2]
    if reshape:
        c, s = number(c, "angle"), s
        height, width = lengths
        ends = np.array([[c, s], [-s, c]]) @ np.array([[0, 0, height, height], [0, width, 0, width]])
        lengths = tuple((np.ptp(ends, axis=1) + 0.5).astype(int).tolist())
    turn = np.stack([np.stack([c, s]), np.stack([-s, c])])
    offset = (np.array(x.shape[:2]) - 1) / 2 - turn @ ((np.array(lengths) - 1) / 2)
    out = _warped(x, lengths, turn, offset, order, mode, cval, prefilter)
    return converted(np.moveaxis(out, (0, 1), plane))
