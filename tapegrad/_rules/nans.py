"""Reductions that skip nan. The derivative at a nan is 0."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tapegrad._rules.axes import normalize_axis
from tapegrad._rules.batching import shifted
from tapegrad._rules.dependences import Differential
from tapegrad._rules.folding import (
    enter_reduce,
    fold,
    lined_up,
    masked,
    nonzero_over,
    past_batch,
    reduced_axes,
    select,
    sum_over,
)
from tapegrad._rules.fronts import operand, stands_for
from tapegrad._rules.kinds import declare
from tapegrad._rules.ufuncs import cast, refuse

plain: Any = np
"""NumPy for operands of any type, which its overloads leave without a result."""

no_value: Any = np._NoValue
"""NumPy's own default, which callers pass on."""


def _filled(a: Any, neutral: float, dtype: Any = None) -> Any:
    """Nan replaced by what does not change a sum or product."""
    x = operand(a) if dtype is None else cast(operand(a), dtype)
    return select(np.isnan(x), neutral, x) if x.dtype.kind in "fc" else x


def _present(x: Any, where: Any) -> Any:
    """Which entries count."""
    valid = ~np.isnan(x)
    return valid if where is True or where is no_value else valid & where


def _asked(keepdims: Any) -> bool:
    return keepdims is not no_value and bool(keepdims)


def _given(**keywords: Any) -> dict[str, Any]:
    """The keywords that a caller gave."""
    return {key: value for key, value in keywords.items() if value is not no_value}


@stands_for(np.nansum)
def nansum(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: None = None,
    keepdims: Any = no_value,
    initial: Any = no_value,
    where: Any = no_value,
) -> Any:
    """The sum of those that are not nan."""
    return plain.sum(_filled(a, 0, dtype), axis, out=out, **_given(keepdims=keepdims, initial=initial, where=where))


@stands_for(np.nanprod)
def nanprod(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: None = None,
    keepdims: Any = no_value,
    initial: Any = no_value,
    where: Any = no_value,
) -> Any:
    """The product of those that are not nan."""
    return plain.prod(_filled(a, 1, dtype), axis, out=out, **_given(keepdims=keepdims, initial=initial, where=where))


@stands_for(np.nancumsum)
def nancumsum(a: Any, axis: Any = None, dtype: Any = None, out: None = None) -> Any:
    """Running sums, over nan as over 0."""
    return plain.cumsum(_filled(a, 0, dtype), axis, out=out)


@stands_for(np.nancumprod)
def nancumprod(a: Any, axis: Any = None, dtype: Any = None, out: None = None) -> Any:
    """Running products, over nan as over 1."""
    return plain.cumprod(_filled(a, 1, dtype), axis, out=out)


@stands_for(np.nanmean)
def nanmean(
    a: Any, axis: Any = None, dtype: Any = None, out: None = None, keepdims: Any = no_value, *, where: Any = no_value
) -> Any:
    """The mean of those that are not nan; of none at all, nan."""
    x = operand(a)
    return np.mean(x, axis, dtype, out, keepdims=_asked(keepdims), where=_present(x, where))


def _spread_of(target: Any, a: Any, axis: Any, dtype: Any, ddof: float, where: Any, options: dict[str, Any]) -> Any:
    """The variance or deviation of those that are not nan; nan where they are not more than `ddof`."""
    x = operand(a)
    counted = _present(x, where)
    spread = target(x, axis, dtype, ddof=ddof, where=counted, **options)
    degrees = nonzero_over(counted, reduced_axes(axis, x.ndim), bool(options.get("keepdims"))) - ddof
    return np.where(np.less_equal(degrees, 0), np.nan, spread)


@stands_for(np.nanvar)
def nanvar(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: None = None,
    ddof: float = 0,
    keepdims: Any = no_value,
    *,
    where: Any = no_value,
    mean: Any = no_value,
    correction: Any = no_value,
) -> Any:
    """The variance of those that are not nan."""
    refuse("nanvar", {"out": out})
    ddof = _divisor(ddof, correction)
    return _spread_of(np.var, a, axis, dtype, ddof, where, _given(keepdims=keepdims, mean=mean))


@stands_for(np.nanstd)
def nanstd(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: None = None,
    ddof: float = 0,
    keepdims: Any = no_value,
    *,
    where: Any = no_value,
    mean: Any = no_value,
    correction: Any = no_value,
) -> Any:
    """The standard deviation of those that are not nan."""
    refuse("nanstd", {"out": out})
    ddof = _divisor(ddof, correction)
    return _spread_of(np.std, a, axis, dtype, ddof, where, _given(keepdims=keepdims, mean=mean))


def _divisor(ddof: float, correction: Any) -> float:
    if correction is no_value:
        return ddof
    if ddof != 0:
        raise ValueError("ddof and correction can't be provided simultaneously.")
    given: float = correction
    return given


# The extrema: a nan equals nothing, and so is never chosen.


def _weight(x: Any, out: Any, axes: tuple[int, ...], keepdims: bool) -> Any:
    """Ties share evenly: one over their number at each of them."""
    chosen = np.equal(x, lined_up(out, x.shape, axes, keepdims))
    ties = np.maximum(nonzero_over(chosen, axes, True), 1)
    return np.divide(chosen, ties, dtype=x.real.dtype)


def _push(dx: Any, x: Any, out: Any, axes: tuple[int, ...], keepdims: bool) -> Any:
    return sum_over(dx * _weight(x, out, axes, keepdims), axes, keepdims)


def _pull(ct: Any, x: Any, out: Any, axes: tuple[int, ...], keepdims: bool) -> Any:
    return lined_up(ct, x.shape, axes, keepdims) * _weight(x, out, axes, keepdims)


nanmax_over = declare("nanmax", fold(np.fmax), {"x": Differential(_push, pull=_pull)}, batch=shifted(past_batch))
nanmin_over = declare("nanmin", fold(np.fmin), {"x": Differential(_push, pull=_pull)}, batch=shifted(past_batch))


def _extremum(
    pair: np.ufunc, over: Callable[..., Any], a: Any, axis: Any, keepdims: Any, initial: Any, where: Any
) -> Any:
    x = operand(a)
    bounded = initial is not no_value and initial is not None
    if where is not True and where is not no_value:
        if not bounded:
            raise ValueError(f"{pair.__name__} has no identity: where= needs initial=")
        x = masked(x, where, np.nan)
    axes = reduced_axes(axis, x.ndim)
    if bounded and x.size == 0:
        return plain.max(x, axes, keepdims=_asked(keepdims), initial=initial)
    found = over(x, axes, _asked(keepdims))
    return pair(found, initial) if bounded else found


@stands_for(np.nanmax)
def nanmax(
    a: Any,
    axis: Any = None,
    out: None = None,
    keepdims: Any = no_value,
    initial: Any = no_value,
    where: Any = no_value,
) -> Any:
    """The largest of those that are not nan."""
    refuse("nanmax", {"out": out})
    return _extremum(np.fmax, nanmax_over, a, axis, keepdims, initial, where)


@stands_for(np.nanmin)
def nanmin(
    a: Any,
    axis: Any = None,
    out: None = None,
    keepdims: Any = no_value,
    initial: Any = no_value,
    where: Any = no_value,
) -> Any:
    """The smallest of those that are not nan."""
    refuse("nanmin", {"out": out})
    return _extremum(np.fmin, nanmin_over, a, axis, keepdims, initial, where)


enter_reduce(np.fmax, nanmax)
enter_reduce(np.fmin, nanmin)


def _one_past_batch(length: int, axis: int) -> tuple[int]:
    return (axis + 1,)


def _position(name: str, target: Callable[..., Any]) -> Callable[..., Any]:
    def compute(x: Any, axis: int) -> Any:
        return target(x, axis)

    return declare(name, compute, {"x": None}, batch=shifted(_one_past_batch))


def _find(along: Callable[..., Any], a: Any, axis: Any, out: Any, keepdims: Any) -> Any:
    refuse("nanargmax", {"out": out})
    x = operand(a)
    flat = axis is None or x.ndim == 0
    position = along(np.reshape(x, -1) if flat else x, 0 if flat else normalize_axis(axis, x.ndim))
    if not _asked(keepdims):
        return position
    return plain.reshape(position, (1,) * x.ndim) if flat else plain.expand_dims(position, axis)


nanargmax_along = _position("nanargmax", np.nanargmax)
nanargmin_along = _position("nanargmin", np.nanargmin)


@stands_for(np.nanargmax)
def nanargmax(a: Any, axis: Any = None, out: None = None, *, keepdims: Any = no_value) -> Any:
    """The index of the largest of those that are not nan: a constant."""
    return _find(nanargmax_along, a, axis, out, keepdims)


@stands_for(np.nanargmin)
def nanargmin(a: Any, axis: Any = None, out: None = None, *, keepdims: Any = no_value) -> Any:
    """The index of the smallest of those that are not nan: a constant."""
    return _find(nanargmin_along, a, axis, out, keepdims)
