"""The rules for scipy.integrate: integrals of samples, in the samples, in where they were taken and in the spacing."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from scipy import integrate

from tapegrad._rules.axes import normalize_axis
from tapegrad._rules.fronts import operand, plain_value, stands_for

_integrate: Any = integrate


def _samples(y: Any, x: Any, dx: Any, axis: int) -> tuple[Any, Any, int]:
    """The samples, along the last axis; the lengths of the steps between them; and the axis where the samples were."""
    y = operand(y)
    if y.dtype.kind not in "fc":
        y = y.astype(np.float64)
    along = normalize_axis(axis, y.ndim)
    y = np.moveaxis(y, along, -1)
    count = y.shape[-1]
    if x is None:
        steps = np.asarray(dx, y.real.dtype) if type(dx) in (int, float) else operand(dx)
        return y, steps if steps.ndim else np.broadcast_to(steps, (max(count - 1, 0),)), along
    x = operand(x)
    if x.ndim > 1:
        x = np.moveaxis(x, along, -1)
    if x.shape[-1:] != (count,):
        raise ValueError("If given, shape of `x` must be 1-D or the same as `y`.")
    return y, x[..., 1:] - x[..., :-1], along


@stands_for(integrate.trapezoid)
def trapezoid(y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1) -> Any:
    """The integral of samples by the trapezoidal rule."""
    y, steps, _ = _samples(y, x, dx, axis)
    return np.sum(steps * (y[..., 1:] + y[..., :-1]), axis=-1) / 2


def _double(y: Any) -> Any:
    """In the precision in which SciPy computes some of these."""
    y = operand(y)
    return y.astype(np.result_type(y.dtype, np.float64))


def _ratio(x: Any, y: Any) -> Any:
    """The quotient, and 0 where y is 0: samples taken twice at one place."""
    zero = y == 0
    return np.where(zero, 0.0, x / np.where(zero, 1.0, y))


def _first(y: tuple[Any, Any, Any], h: Any, k: Any) -> Any:
    """The integral over the first step of the parabola through three samples, the steps being h and k long.

    With the parabola in Lagrange's form: h (2h + 3k) / 6(h + k) of the first sample, h (h + 3k) / 6k of the second,
    -h³ / 6k(h + k) of the third (K. V. Cartwright, Journal of Mathematical
    Sciences and Mathematics Education 12, 2017).
    """
    left, middle, right = y
    both = 6 * (h + k)
    return (
        left * _ratio(h * (2 * h + 3 * k), both)
        + middle * _ratio(h * (h + 3 * k), 6 * k)
        - right * _ratio(h**3, k * both)
    )


@stands_for(integrate.simpson)
def simpson(y: Any, x: Any = None, *, dx: Any = 1.0, axis: int = -1) -> Any:
    """The integral of samples by Simpson's rule; with an even number of them, a parabola takes in the last step too."""
    count = operand(y).shape[axis]
    if count == 2:
        return trapezoid(y, x, dx, axis)
    y, steps, _ = _samples(y if x is None else _double(y), x, dx, axis)
    odd = count - (count % 2 == 0)
    left, middle, right = y[..., : odd - 2 : 2], y[..., 1 : odd - 1 : 2], y[..., 2:odd:2]
    h, k = steps[..., : odd - 1 : 2], steps[..., 1 : odd - 1 : 2]
    both, ratio = h + k, _ratio(h, k)
    parts = left * (2 - _ratio(1.0, ratio)) + middle * both * _ratio(both, h * k) + right * (2 - ratio)
    total = np.sum(both / 6 * parts, axis=-1)
    if odd == count:
        return total
    return total + _first((y[..., -1], y[..., -2], y[..., -3]), steps[..., -1], steps[..., -2])


def _running(parts: Any, initial: Any, along: int) -> Any:
    """Sums so far of the integrals over each step."""
    sums = np.cumsum(parts, axis=-1)
    if initial is not None:
        first = np.asarray(initial, sums.dtype) if type(initial) in (int, float) else operand(initial)
        first = np.moveaxis(first, along, -1) if first.ndim else first
        first = np.broadcast_to(first, (*sums.shape[:-1], 1))
        sums = np.concatenate([first, sums + first], axis=-1)
    return np.moveaxis(sums, -1, along)


@stands_for(integrate.cumulative_trapezoid)
def cumulative_trapezoid(y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1, initial: Any = None) -> Any:
    """The integral up to each sample, by the trapezoidal rule; from the first sample on if `initial` is 0."""
    if operand(y).shape[axis] == 0:
        raise ValueError("At least one point is required along `axis`.")
    if initial is not None and initial != 0:
        raise ValueError("`initial` must be `None` or `0`.")
    y, steps, along = _samples(y, x, dx, axis)
    return _running(steps * (y[..., 1:] + y[..., :-1]) / 2, initial, along)


@stands_for(integrate.cumulative_simpson)
def cumulative_simpson(y: Any, *, x: Any = None, dx: Any = 1.0, axis: int = -1, initial: Any = None) -> Any:
    """The integral up to each sample, by Simpson's rule: each parabola gives the integrals over its two steps."""
    count = operand(y).shape[axis]
    y, steps, along = _samples(y, x, dx if count < 3 else operand(dx), axis)
    if x is not None and np.any(plain_value(steps) <= 0):
        raise ValueError("Input x must be strictly increasing.")
    if count < 3:
        parts = steps * (y[..., 1:] + y[..., :-1]) / 2
        return _running(parts, initial if initial is None else operand(initial), along)
    steps = np.broadcast_to(steps, (*steps.shape[:-1], count - 1))
    three = y[..., :-2], y[..., 1:-1], y[..., 2:]
    h, k = steps[..., :-1], steps[..., 1:]
    first, second = _first(three, h, k), _first(three[::-1], k, h)
    pairs = np.stack([first[..., ::2], second[..., ::2]], axis=-1)
    parts = np.reshape(pairs, (*pairs.shape[:-2], -1))
    if count % 2 == 0:
        parts = np.concatenate([parts, second[..., -1:]], axis=-1)
    return _running(parts, initial if initial is None else operand(initial), along)


@stands_for(integrate.romb)
def romb(y: Any, dx: Any = 1.0, axis: int = -1, show: bool = False) -> Any:
    """The integral of 2**k + 1 samples by Romberg's rule: trapezoidal sums, extrapolated to steps of no length."""
    if show:
        raise ValueError("romb(show=True) prints a table of plain numbers: call scipy.integrate.romb on x.value.")
    y, steps, _ = _samples(_double(y), None, dx, axis)
    count = y.shape[-1] - 1
    if count < 1 or count & (count - 1):
        raise ValueError("Number of samples must be one plus a non-negative power of 2.")
    strides = [1 << i for i in range(count.bit_length())]
    sums: list[Any] = [
        stride * (np.sum(y[..., ::stride], axis=-1) - (y[..., 0] + y[..., -1]) / 2) for stride in strides
    ]
    factor = 1
    while len(sums) > 1:
        factor *= 4
        sums = [fine + (fine - coarse) / (factor - 1) for fine, coarse in pairwise(sums)]
    return sums[0] * steps[..., 0]
