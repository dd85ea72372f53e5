"""Verdicts about the elements: which, where, how many, whether. They are constants to every derivative.

Of a batch they are batched: one verdict for each element of the batch.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NoReturn

import numpy as np

from tapegrad._core.primitive import Primitive
from tapegrad._core.tables import UFUNCS
from tapegrad._place import user_line
from tapegrad._rules.axes import normalize_axis
from tapegrad._rules.batching import shifted
from tapegrad._rules.folding import fold, masked, nonzero_over, past_batch, reduced_axes
from tapegrad._rules.fronts import is_variable, operand, stands_for
from tapegrad._rules.kinds import declare, elementwise
from tapegrad._rules.ufuncs import refuse
from tapegrad.errors import BatchError

iscomplex = stands_for(np.iscomplex)(elementwise("iscomplex", np.iscomplex, None))
isreal = stands_for(np.isreal)(elementwise("isreal", np.isreal, None))
isposinf = stands_for(np.isposinf)(elementwise("isposinf", np.isposinf, None))
isneginf = stands_for(np.isneginf)(elementwise("isneginf", np.isneginf, None))


def _isclose(x: Any, y: Any, rtol: Any, atol: Any, equal_nan: bool) -> Any:
    return np.isclose(x, y, rtol=rtol, atol=atol, equal_nan=equal_nan)


close = declare("isclose", _isclose, {"x": None, "y": None, "rtol": None, "atol": None}, elementwise=True)


@stands_for(np.isclose)
def isclose(a: Any, b: Any, rtol: Any = 1e-5, atol: Any = 1e-8, equal_nan: bool = False) -> Any:
    """Where the two agree within a tolerance."""
    return close(operand(a), operand(b), rtol, atol, bool(equal_nan))


@stands_for(np.allclose)
def allclose(a: Any, b: Any, rtol: Any = 1e-5, atol: Any = 1e-8, equal_nan: bool = False) -> Any:
    """Whether the two agree everywhere within a tolerance."""
    return _truth(np.all(isclose(a, b, rtol, atol, equal_nan)))


@stands_for(np.array_equal)
def array_equal(a1: Any, a2: Any, equal_nan: bool = False) -> Any:
    """Whether the two have the same shape and elements."""
    x, y = operand(a1), operand(a2)
    return _truth(np.all(_same(x, y, equal_nan))) if x.shape == y.shape else False


@stands_for(np.array_equiv)
def array_equiv(a1: Any, a2: Any) -> Any:
    """Whether the two, broadcast against one another, have the same elements."""
    x, y = operand(a1), operand(a2)
    try:
        np.broadcast_shapes(x.shape, y.shape)
    except ValueError:
        return False
    return _truth(np.all(np.equal(x, y)))


def _same(x: Any, y: Any, equal_nan: bool) -> Any:
    return np.equal(x, y) | (np.isnan(x) & np.isnan(y)) if equal_nan else np.equal(x, y)


def _truth(answer: Any) -> Any:
    """A plain bool; of a batch, one answer for each."""
    return answer if is_variable(answer) else bool(answer)


def _no_common_shape(primitive: Primitive, args: Sequence[Any], batched: Sequence[bool]) -> NoReturn:
    raise BatchError(
        f"{primitive.name} at {user_line()} would give each element of the batch a result of its own length. "
        "Choose with np.where(condition, x, y), which keeps the shape."
    )


places = declare("nonzero", np.nonzero, {"x": None}, batch=_no_common_shape)


@stands_for(np.nonzero)
def nonzero(a: Any) -> tuple[Any, ...]:
    """The indices of what is not zero, one array for each axis."""
    indices: tuple[Any, ...] = places(operand(a))
    return indices


@stands_for(np.flatnonzero)
def flatnonzero(a: Any) -> Any:
    """The indices of what is not zero, in the flattened array."""
    return nonzero(np.reshape(operand(a), -1))[0]


@stands_for(np.argwhere)
def argwhere(a: Any) -> Any:
    """The indices of what is not zero, one row for each."""
    x = operand(a)
    return np.transpose(nonzero(x)) if x.ndim else np.argwhere(np.reshape(x, 1))[:, :0]


def _position(name: str, target: Callable[..., Any]) -> Callable[..., Any]:
    def compute(x: Any, axis: int) -> Any:
        return target(x, axis)

    return declare(name, compute, {"x": None}, batch=shifted(past_batch))


argmax_along = _position("argmax", np.argmax)
argmin_along = _position("argmin", np.argmin)
nanargmax_along = _position("nanargmax", np.nanargmax)
nanargmin_along = _position("nanargmin", np.nanargmin)


def _find(along: Callable[..., Any], name: str, a: Any, axis: Any, out: Any, keepdims: bool) -> Any:
    refuse(name, {"out": out})
    x = operand(a)
    if axis is None or x.ndim == 0:
        position = along(np.reshape(x, -1), 0)
        return np.reshape(position, (1,) * x.ndim) if keepdims else position
    position = along(x, normalize_axis(axis, x.ndim))
    return np.expand_dims(position, axis) if keepdims else position


@stands_for(np.argmax)
def argmax(a: Any, axis: Any = None, out: None = None, *, keepdims: bool = False) -> Any:
    """The index of the largest along an axis; with axis None, in the flattened array."""
    return _find(argmax_along, "argmax", a, axis, out, keepdims)


@stands_for(np.argmin)
def argmin(a: Any, axis: Any = None, out: None = None, *, keepdims: bool = False) -> Any:
    """The index of the smallest along an axis; with axis None, in the flattened array."""
    return _find(argmin_along, "argmin", a, axis, out, keepdims)


@stands_for(np.nanargmax)
def nanargmax(a: Any, axis: Any = None, out: None = None, *, keepdims: bool = False) -> Any:
    """The index of the largest of those that are not nan."""
    return _find(nanargmax_along, "nanargmax", a, axis, out, keepdims)


@stands_for(np.nanargmin)
def nanargmin(a: Any, axis: Any = None, out: None = None, *, keepdims: bool = False) -> Any:
    """The index of the smallest of those that are not nan."""
    return _find(nanargmin_along, "nanargmin", a, axis, out, keepdims)


any_over = declare("any", fold(np.logical_or), {"x": None}, batch=shifted(past_batch))
all_over = declare("all", fold(np.logical_and), {"x": None}, batch=shifted(past_batch))


@stands_for(np.any)
def any(a: Any, axis: Any = None, out: None = None, keepdims: bool = False, *, where: Any = True) -> Any:
    """Whether some are not zero."""
    refuse("any", {"out": out})
    x = masked(operand(a), where, False)
    return any_over(x, reduced_axes(axis, x.ndim), bool(keepdims))


@stands_for(np.all)
def all(a: Any, axis: Any = None, out: None = None, keepdims: bool = False, *, where: Any = True) -> Any:
    """Whether none is zero."""
    refuse("all", {"out": out})
    x = masked(operand(a), where, True)
    return all_over(x, reduced_axes(axis, x.ndim), bool(keepdims))


@stands_for(np.count_nonzero)
def count_nonzero(a: Any, axis: Any = None, *, keepdims: bool = False) -> Any:
    """How many are not zero."""
    x = operand(a)
    return nonzero_over(x, reduced_axes(axis, x.ndim), bool(keepdims))


def _enter(target: np.ufunc, front: Callable[..., Any]) -> None:
    def reduce(
        x: Any, axis: Any = 0, dtype: Any = None, out: None = None, keepdims: bool = False, where: Any = True
    ) -> Any:
        answer = front(x, axis, out, keepdims, where=where)
        return answer if dtype is None else answer.astype(dtype)

    UFUNCS[target, "reduce"] = reduce


_enter(np.logical_or, any)
_enter(np.logical_and, all)
