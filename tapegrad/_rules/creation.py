"""New arrays in the shape of a differentiated one, and NumPy's constructors with `like=`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

import numpy as np

from tapegrad._core.tables import FUNCTIONS
from tapegrad._place import user_line
from tapegrad._rules.fronts import holds_variable, operand, stands_for
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
        f"np.copyto or np.full_like at {user_line()} was to write a differentiated value into an existing array, "
        "where its gradient would be lost. For an array filled with it, use np.broadcast_to(value, shape)."
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
