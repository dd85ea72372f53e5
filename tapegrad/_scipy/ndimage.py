"""The rules for scipy.ndimage's filters: an image continued past its edges, and correlated with weights."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy import ndimage

from tapegrad._place import user_line
from tapegrad._rules.axes import normalize_axes, normalize_axis
from tapegrad._rules.fronts import known_value, operand, stands_for
from tapegrad._scipy.convolution import extended, window
from tapegrad._scipy.images import each, image_of, number
from tapegrad.errors import MissingRuleError

MODES = {
    "reflect": "reflect",
    "grid-mirror": "reflect",
    "constant": "constant",
    "grid-constant": "constant",
    "nearest": "nearest",
    "mirror": "mirror",
    "wrap": "wrap",
    "grid-wrap": "wrap",
}
"""How a filter continues an image past its edges, by all names that SciPy has for it."""


def _correlated(x: Any, weights: Any, modes: Sequence[Any], cval: Any, origins: Sequence[int]) -> Any:
    """The correlation with weights that have as many axes as the image."""
    fill, shape = number(cval, "cval"), x.shape
    if weights.dtype.kind == "c" and x.dtype.kind != "c":
        x = x.astype(np.result_type(x.dtype, weights.dtype))
    for axis, (n, mode, origin) in enumerate(zip(weights.shape, modes, origins, strict=True)):
        before = n // 2 + origin
        if not 0 <= before < n:
            raise ValueError(f"origin={origin} lies outside of a filter of length {n}")
        if mode not in MODES:
            raise RuntimeError("boundary mode not supported")
        x = extended(x, axis, before, n - 1 - before, MODES[mode], fill) if x.shape[axis] else x
    if 0 in shape:
        return x
    turned = weights[(slice(None, None, -1),) * weights.ndim]
    return window(x, turned, tuple(n - 1 for n in weights.shape), shape, True)


def _along(x: Any, weights: Any, axis: int, mode: Any, cval: Any, origin: int = 0) -> Any:
    """The correlation along one axis."""
    shape = [1] * x.ndim
    shape[axis] = weights.shape[0]
    return _correlated(
        x, np.reshape(weights, shape), [mode] * x.ndim, cval, [origin if i == axis else 0 for i in range(x.ndim)]
    )


def _filter(
    name: str, input: Any, weights: Any, output: Any, mode: Any, cval: Any, origin: Any, axes: Any, turned: bool
) -> Any:
    """Correlation, or with the weights turned around convolution."""
    weights = operand(weights)
    x, converted = image_of(name, input, output, weights)
    along = normalize_axes(axes, x.ndim)
    if weights.ndim != len(along):
        raise RuntimeError("filter weights array has incorrect shape.")
    if not weights.size:
        raise RuntimeError("no filter weights given")
    if not isinstance(mode, str):
        raise RuntimeError("A sequence of modes is not supported")
    ordered = tuple(sorted(along))  # SciPy takes the axes of the weights in the image's order, whatever that of `axes`
    origins = dict(zip(along if len(along) < x.ndim else ordered, each(origin, len(along)), strict=True))
    if turned:
        weights = weights[(slice(None, None, -1),) * weights.ndim]
        origins = {axis: -origins[axis] - (n % 2 == 0) for axis, n in zip(ordered, weights.shape, strict=True)}
    elif weights.dtype.kind == "c":
        weights = np.conjugate(weights)
    lengths = dict(zip(ordered, weights.shape, strict=True))
    weights = np.reshape(weights, tuple(lengths.get(axis, 1) for axis in range(x.ndim)))
    return converted(_correlated(x, weights, [mode] * x.ndim, cval, [origins.get(axis, 0) for axis in range(x.ndim)]))


@stands_for(ndimage.correlate)
def correlate(
    input: Any,
    weights: Any,
    output: Any = None,
    mode: Any = "reflect",
    cval: Any = 0.0,
    origin: Any = 0,
    *,
    axes: Any = None,
) -> Any:
    """The correlation of an image with weights."""
    return _filter("correlate", input, weights, output, mode, cval, origin, axes, False)


@stands_for(ndimage.convolve)
def convolve(
    input: Any,
    weights: Any,
    output: Any = None,
    mode: Any = "reflect",
    cval: Any = 0.0,
    origin: Any = 0,
    *,
    axes: Any = None,
) -> Any:
    """The convolution of an image with weights."""
    return _filter("convolve", input, weights, output, mode, cval, origin, axes, True)


@stands_for(ndimage.correlate1d)
def correlate1d(
    input: Any,
    weights: Any,
    axis: int = -1,
    output: Any = None,
    mode: Any = "reflect",
    cval: Any = 0.0,
    origin: int = 0,
) -> Any:
    """The correlation of an image with weights along one axis."""
    return _filter("correlate1d", input, weights, output, mode, cval, origin, axis, False)


@stands_for(ndimage.convolve1d)
def convolve1d(
    input: Any,
    weights: Any,
    axis: int = -1,
    output: Any = None,
    mode: Any = "reflect",
    cval: Any = 0.0,
    origin: int = 0,
) -> Any:
    """The convolution of an image with weights along one axis."""
    return _filter("convolve1d", input, weights, output, mode, cval, origin, axis, True)


def _gaussian(sigma: Any, order: int, radius: int) -> Any:
    """A Gaussian's weights, or those of its derivative: Heₙ(u) / sigmaⁿ times it, at u = x / sigma, turned around."""
    if order < 0:
        raise ValueError("order must be non-negative")
    u = np.arange(-radius, radius + 1) / sigma
    bell = np.exp(-0.5 * u * u)
    bell = bell / np.sum(bell)
    before: Any = 0.0
    polynomial: Any = np.ones(2 * radius + 1)
    for n in range(order):
        before, polynomial = polynomial, u * polynomial - n * before
    return bell * polynomial * (1.0 / sigma) ** order if order else bell


def _radius(sigma: Any, truncate: float, radius: Any) -> Any:
    if radius is None:
        plain = known_value(sigma)
        if np.ndim(plain):
            raise MissingRuleError(
                f"gaussian_filter at {user_line()}: the filter's length follows from sigma, and cannot differ within a "
                "batch. Give radius=."
            )
        return int(truncate * float(plain) + 0.5)
    if int(radius) != radius or radius < 0:
        raise ValueError("Radius must be a nonnegative integer.")
    return radius


@stands_for(ndimage.gaussian_filter1d)
def gaussian_filter1d(
    input: Any,
    sigma: Any,
    axis: int = -1,
    order: int = 0,
    output: Any = None,
    mode: Any = "reflect",
    cval: Any = 0.0,
    truncate: float = 4.0,
    *,
    radius: int | None = None,
) -> Any:
    """An image blurred along one axis, or the blurred image's derivative; sigma too may be differentiated."""
    return gaussian_filter(input, sigma, order, output, mode, cval, truncate, radius=radius, axes=axis)


@stands_for(ndimage.gaussian_filter)
def gaussian_filter(
    input: Any,
    sigma: Any,
    order: Any = 0,
    output: Any = None,
    mode: Any = "reflect",
    cval: Any = 0.0,
    truncate: float = 4.0,
    *,
    radius: Any = None,
    axes: Any = None,
) -> Any:
    """An image blurred along its axes, or the blurred image's derivatives; sigma too may be differentiated."""
    x, converted = image_of("gaussian_filter", input, output)
    along = normalize_axes(axes, x.ndim)
    options = [each(value, len(along)) for value in (sigma, order, mode, radius)]
    for axis, width, n, way, reach in zip(along, *options, strict=True):
        if np.any(known_value(width) > 1e-15):
            x = _along(x, _gaussian(width, n, _radius(width, truncate, reach)), axis, way, cval)
    return converted(x)


@stands_for(ndimage.uniform_filter1d)
def uniform_filter1d(
    input: Any, size: int, axis: int = -1, output: Any = None, mode: Any = "reflect", cval: Any = 0.0, origin: int = 0
) -> Any:
    """Means of neighbours along one axis."""
    x, converted = image_of("uniform_filter1d", input, output)
    if size < 1:
        raise RuntimeError("incorrect filter size")
    return converted(_along(x, np.full(size, 1 / size), normalize_axis(axis, x.ndim), mode, cval, origin))


@stands_for(ndimage.uniform_filter)
def uniform_filter(
    input: Any,
    size: Any = 3,
    output: Any = None,
    mode: Any = "reflect",
    cval: Any = 0.0,
    origin: Any = 0,
    *,
    axes: Any = None,
) -> Any:
    """Means of neighbours."""
    x, converted = image_of("uniform_filter", input, output)
    along = normalize_axes(axes, x.ndim)
    for axis, n, way, place in zip(along, *(each(value, len(along)) for value in (size, mode, origin)), strict=True):
        x = _along(x, np.full(int(n), 1 / n), axis, way, cval, place) if n > 1 else x
    return converted(x)


def _edges(name: str, smooth: Sequence[float], input: Any, axis: int, output: Any, mode: Any, cval: Any) -> Any:
    """Differences along one axis, smoothed along the others."""
    x, converted = image_of(name, input, output)
    along, modes = normalize_axis(axis, x.ndim), each(mode, x.ndim)
    for i in (along, *(i for i in range(x.ndim) if i != along)):
        x = _along(x, np.array([-1.0, 0.0, 1.0] if i == along else smooth), i, modes[i], cval)
    return converted(x)


@stands_for(ndimage.sobel)
def sobel(input: Any, axis: int = -1, output: Any = None, mode: Any = "reflect", cval: Any = 0.0) -> Any:
    """Sobel's filter: differences along one axis, smoothed along the others."""
    return _edges("sobel", (1.0, 2.0, 1.0), input, axis, output, mode, cval)


@stands_for(ndimage.prewitt)
def prewitt(input: Any, axis: int = -1, output: Any = None, mode: Any = "reflect", cval: Any = 0.0) -> Any:
    """Prewitt's filter: differences along one axis, summed along the others."""
    return _edges("prewitt", (1.0, 1.0, 1.0), input, axis, output, mode, cval)


@stands_for(ndimage.laplace)
def laplace(input: Any, output: Any = None, mode: Any = "reflect", cval: Any = 0.0, *, axes: Any = None) -> Any:
    """The sum of second differences."""
    x, converted = image_of("laplace", input, output)
    along = normalize_axes(axes, x.ndim)
    weights = np.array([1.0, -2.0, 1.0])
    parts = [_along(x, weights, axis, way, cval) for axis, way in zip(along, each(mode, len(along)), strict=True)]
    return converted(sum(parts[1:], parts[0]))
