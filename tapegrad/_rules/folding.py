"""What all reductions share: the axes that go, the mask, summing down, and the way back up."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

import numpy as np

from tapegrad._core.tables import UFUNCS, Function
from tapegrad._rules.axes import normalize_axes
from tapegrad._rules.batching import past_batch as past_batch, shifted
from tapegrad._rules.dependences import Transpose
from tapegrad._rules.fronts import is_variable, operand
from tapegrad._rules.kinds import declare
from tapegrad._rules.ufuncs import cast
from tapegrad._spec import Spec
from tapegrad._sums import add_reduce

select: Callable[[Any, Any, Any], Any] = np.where
"""`np.where` for operands of any type, which its overloads leave without a result."""

SMALL = 8192
"""Up to this many elements, filling a new array is quicker than `np.broadcast_to`, which makes no copy."""


def reduced_axes(axis: Any, ndim: int) -> tuple[int, ...]:
    """The axes that `axis` names. NumPy lets a 0-d array be reduced over its axis 0, which it does not have."""
    if type(axis) is int and -ndim <= axis < ndim:
        return (axis % ndim,)
    return () if ndim == 0 and axis in (0, -1) else normalize_axes(axis, ndim)


def kept_shape(shape: tuple[int, ...], axes: tuple[int, ...]) -> tuple[int, ...]:
    """`shape` with length 1 along `axes`."""
    return tuple([1 if i in axes else n for i, n in enumerate(shape)])


def lined_up(x: Any, shape: tuple[int, ...], axes: tuple[int, ...], keepdims: bool) -> Any:
    """The result of a reduction, so that it broadcasts against what was reduced, an array of this shape."""
    return x if keepdims or x.ndim == 0 or not axes else x.reshape(kept_shape(shape, axes))


def count_over(shape: tuple[int, ...], axes: tuple[int, ...]) -> int:
    """How many elements of an array of this shape go into one result."""
    return prod([shape[axis] for axis in axes])


def masked(x: Any, where: Any, neutral: Any) -> Any:
    """`x` with what a reduction is not to see replaced by what does not change it."""
    if where is True:
        return x
    if np.broadcast_shapes(x.shape, np.shape(where)) != x.shape:
        raise ValueError(
            f"where= has shape {np.shape(where)}, which does not broadcast to that of the array, {x.shape}"
        )
    return select(where, x, neutral)


def surely(verdict: Any) -> bool:
    """Whether a condition is known to hold somewhere. Of a batch it cannot be asked."""
    return not is_variable(verdict) and bool(np.logical_or.reduce(verdict, axis=None))


def possibly(verdict: Any) -> bool:
    """Whether a condition may hold somewhere."""
    return is_variable(verdict) or bool(np.logical_or.reduce(verdict, axis=None))


def missing(x: Any) -> Any:
    """Where there is nan; None where there is none at all."""
    found = np.isnan(x) if x.dtype.kind in "fc" else False
    return found if possibly(found) else None


def of_dtype(x: Any, dtype: Any) -> Any:
    """A result in the dtype in which NumPy computes it; None is that which it has."""
    return x if dtype is None or x.dtype == dtype else x.astype(dtype)


def squared(x: Any) -> Any:
    """|x|²."""
    return np.real(x * np.conjugate(x)) if x.dtype.kind == "c" else x * x


FOLDED: dict[Callable[..., Any], np.ufunc] = {add_reduce: np.add}
"""The ufuncs whose `reduce` primitives compute, by what computes it, from (x, axes, keepdims)."""


def fold(target: Any) -> Callable[[Any, tuple[int, ...], bool], Any]:
    """A ufunc's `reduce` in the form in which primitives compute."""
    reduce = target.reduce

    def compute(x: Any, axes: tuple[int, ...], keepdims: bool) -> Any:
        return reduce(x, axis=axes, keepdims=keepdims)

    FOLDED[compute] = target
    return compute


def _spread_to(ct: Any, x: Spec, axes: tuple[int, ...], keepdims: bool) -> Any:
    return spread_over(ct, x.shape, axes, keepdims)


def _spread(x: Any, shape: tuple[int, ...], axes: tuple[int, ...], keepdims: bool) -> Any:
    if not shape:
        return x
    x = lined_up(x, shape, axes, keepdims)
    if prod(shape) > SMALL:
        return np.broadcast_to(x, shape)
    out = np.empty(shape, x.dtype)
    out[...] = x
    return out


def _sum_back(ct: Any, axes: tuple[int, ...], keepdims: bool) -> Any:
    return sum_over(ct, axes, keepdims)


def _spread_past_batch(length: int, shape: tuple[int, ...], axes: tuple[int, ...], keepdims: bool) -> tuple[Any, ...]:
    return (length, *shape), *past_batch(length, axes, keepdims)


sum_over = declare("sum", add_reduce, {"x": Transpose(_spread_to)}, batch=shifted(past_batch))
"""(x, axes, keepdims): the sum over `axes`."""

spread_over = declare("spread", _spread, {"x": Transpose(_sum_back)}, batch=shifted(_spread_past_batch))
"""(x, shape, axes, keepdims): the transpose of `sum_over`. What lost `axes`, or has length 1 there, is repeated."""


def _count(x: Any, axes: tuple[int, ...], keepdims: bool) -> Any:
    if len(axes) == x.ndim and not keepdims:
        return np.intp(np.count_nonzero(x))
    return np.count_nonzero(x, axis=axes, keepdims=keepdims)


nonzero_over = declare("count_nonzero", _count, {"x": None}, batch=shifted(past_batch))
"""(x, axes, keepdims): how many are not zero."""


def enter_reduce(target: np.ufunc, front: Function) -> None:
    """Let a front stand in for `target.reduce` as well: its first axis by default."""

    def reduce(
        x: Any,
        axis: Any = 0,
        dtype: Any = None,
        out: None = None,
        keepdims: bool = False,
        initial: Any = None,
        where: Any = True,
    ) -> Any:
        x = operand(x) if dtype is None else cast(x, dtype)
        return of_dtype(front(x, axis=axis, out=out, keepdims=keepdims, initial=initial, where=where), dtype)

    UFUNCS[target, "reduce"] = reduce
