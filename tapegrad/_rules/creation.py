"""New arrays in the shape of a differentiated one, and NumPy's constructors with `like=`."""

from __future__ import annotations

from collections.abc import Callable
from operator import index
from typing import Any, NoReturn

import numpy as np

from tapegrad._core.tables import FUNCTIONS
from tapegrad._place import user_line
from tapegrad._rules.fronts import holds_variable, operand, plain_value, stands_for
from tapegrad.errors import ConversionError


def _layout(order: str) -> Any:
    """The order in memory for a new array: a Variable has none to be copied."""
    return "C" if order in ("K", "A") else order


def _shape(x: Any, shape: Any) -> Any:
    return x.shape if shape is None else shape


@stands_for(np.zeros_like)
def zeros_like(
    a: Any, dtype: Any = None, order: str = "K", subok: bool = True, shape: Any = None, *, device: Any = None
) -> Any:
    """A plain array of zeros."""
    x = operand(a)
    return np.zeros(_shape(x, shape), x.dtype if dtype is None else dtype, _layout(order), device=device)


@stands_for(np.ones_like)
def ones_like(
    a: Any, dtype: Any = None, order: str = "K", subok: bool = True, shape: Any = None, *, device: Any = None
) -> Any:
    """A plain array of ones."""
    x = operand(a)
    return np.ones(_shape(x, shape), x.dtype if dtype is None else dtype, _layout(order), device=device)


@stands_for(np.empty_like)
def empty_like(
    prototype: Any, /, dtype: Any = None, order: str = "K", subok: bool = True, shape: Any = None, *, device: Any = None
) -> Any:
    """A plain array with any content."""
    x = operand(prototype)
    return np.empty(_shape(x, shape), x.dtype if dtype is None else dtype, _layout(order), device=device)


@stands_for(np.full_like)
def full_like(
    a: Any,
    fill_value: Any,
    dtype: Any = None,
    order: str = "K",
    subok: bool = True,
    shape: Any = None,
    *,
    device: Any = None,
) -> Any:
    """Filled with `fill_value`: a plain array, or differentiable where that is."""
    x = operand(a)
    return full(_shape(x, shape), fill_value, x.dtype if dtype is None else dtype, _layout(order), device=device)


@stands_for(np.full)
def full(
    shape: Any, fill_value: Any, dtype: Any = None, order: Any = "C", *, device: Any = None, like: Any = None
) -> Any:
    """Filled with `fill_value`: a plain array, or differentiable where that is."""
    if not holds_variable((fill_value,)):
        return np.full(shape, fill_value, dtype, order, device=device)
    fill = operand(fill_value)
    return np.broadcast_to(fill if dtype is None or fill.dtype == dtype else fill.astype(dtype), shape)


@stands_for(np.copyto)
def copyto(dst: Any, src: Any, casting: Any = "same_kind", where: Any = True) -> NoReturn:
    """Always an error: NumPy's own `np.full_like(array, value)` comes here too, and no protocol tells it of `value`."""
    raise ConversionError(
        f"np.copyto or np.full_like at {user_line()} was to write a value that is differentiated, batched or "
        "recorded into an existing array, which holds plain numbers only. For an array filled with it, use "
        "np.broadcast_to(value, shape)."
    )


@stands_for(np.array)
def array(
    object: Any,
    dtype: Any = None,
    *,
    copy: bool | None = True,
    order: Any = "K",
    subok: bool = False,
    ndmin: int = 0,
    like: Any = None,
) -> Any:
    """An array of numbers and nested lists; differentiable where some of the numbers are."""
    if not holds_variable((object,)):
        return np.array(object, dtype, copy=copy, order=order, subok=subok, ndmin=ndmin)
    x = operand(object)
    x = x if dtype is None or x.dtype == dtype else x.astype(dtype)
    x = np.copy(x) if x is object and copy else x
    return x if x.ndim >= ndmin else np.reshape(x, (1,) * (ndmin - x.ndim) + x.shape)


def _converter(target: Callable[..., Any]) -> Callable[..., Any]:
    """A constructor that leaves Variables what they are."""

    @stands_for(target)
    def convert(a: Any, dtype: Any = None, order: Any = None, **keywords: Any) -> Any:
        """`a` as an array; a Variable stays one."""
        keywords.pop("like", None)
        return array(a, dtype, copy=False) if holds_variable((a,)) else target(a, dtype, order, **keywords)

    return convert


asarray = _converter(np.asarray)
asanyarray = _converter(np.asanyarray)
ascontiguousarray = _converter(np.ascontiguousarray)
asfortranarray = _converter(np.asfortranarray)


@stands_for(np.linspace)
def linspace(
    start: Any,
    stop: Any,
    num: Any = 50,
    endpoint: bool = True,
    retstep: bool = False,
    dtype: Any = None,
    axis: int = 0,
    *,
    device: Any = None,
) -> Any:
    """Evenly spaced numbers between two ends, which may be arrays; with `retstep`, the distance between them too."""
    first, last = (float(end) if type(end) in (int, float) else operand(end) * 1.0 for end in (start, stop))
    count = index(num)
    if count < 0:
        raise ValueError(f"Number of samples, {count}, must be non-negative.")
    steps = count - 1 if endpoint else count
    share: Any = (np.arange(count) / max(steps, 1)).astype(np.result_type(first, last))
    share = share.reshape(-1, *(1,) * max(np.ndim(first), np.ndim(last)))
    # Weights at both ends, so that each end comes out exactly.
    points = first * (1 - share) + last * share
    points = points if axis == 0 else np.moveaxis(points, 0, axis)
    points = points if dtype is None or points.dtype == dtype else points.astype(dtype)
    return (points, (last - first) / steps if steps > 0 else np.nan) if retstep else points


@stands_for(np.logspace)
def logspace(
    start: Any, stop: Any, num: Any = 50, endpoint: bool = True, base: Any = 10.0, dtype: Any = None, axis: int = 0
) -> Any:
    """Powers of a base, whose exponents are evenly spaced."""
    base = operand(base)
    rank = max(np.ndim(start), np.ndim(stop), np.ndim(base))
    first, last = (np.reshape(end, (*(1,) * (rank - np.ndim(end)), *np.shape(end))) for end in (start, stop))
    exponents = linspace(first, last, num=num, endpoint=endpoint, axis=axis)
    powers = np.power(base if base.ndim == 0 else np.expand_dims(base, axis), exponents)
    return powers if dtype is None or powers.dtype == dtype else powers.astype(dtype)


@stands_for(np.geomspace)
def geomspace(start: Any, stop: Any, num: Any = 50, endpoint: bool = True, dtype: Any = None, axis: int = 0) -> Any:
    """Numbers between two ends, each the same multiple of the one before."""
    first, last = operand(start) * np.float64(1), operand(stop) * np.float64(1)
    if np.any(plain_value(first) == 0) or np.any(plain_value(last) == 0):
        raise ValueError("Geometric sequence cannot include zero")
    ratio = last / first
    if ratio.dtype.kind != "c" and np.any(plain_value(ratio) < 0):
        raise ValueError("a geometric sequence between numbers of different signs is complex: give complex ends")
    points = linspace(np.zeros_like(ratio), np.log(ratio), num=num, endpoint=endpoint)
    points = first * np.exp(points)
    points = points if axis == 0 else np.moveaxis(points, 0, axis)
    return points if dtype is None or points.dtype == dtype else points.astype(dtype)


@stands_for(np.meshgrid)
def meshgrid(*xi: Any, copy: bool = True, sparse: bool = False, indexing: Any = "xy") -> Any:
    """Vectors spread over a grid, each along an axis of its own."""
    if indexing not in ("xy", "ij"):
        raise ValueError("Valid values for `indexing` are 'xy' and 'ij'.")
    vectors = [np.reshape(operand(x), -1) for x in xi]
    order = [1, 0, *range(2, len(xi))] if indexing == "xy" and len(xi) > 1 else list(range(len(xi)))
    grids = [
        x.reshape(tuple([-1 if i == axis else 1 for i in range(len(xi))]))
        for x, axis in zip(vectors, order, strict=True)
    ]
    return tuple(grids) if sparse else np.broadcast_arrays(*grids)


for _target in (
    np.zeros,
    np.ones,
    np.empty,
    np.arange,
    np.eye,
    np.identity,
    np.tri,
    np.fromiter,
    np.frombuffer,
    np.fromstring,
):
    FUNCTIONS[_target] = _target  # reached by `like=` alone: a plain array works together with Variables as it is
