"""Reductions that skip nan. The derivative at a nan is 0."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad._rules.folding import count_over, missing, nonzero_over, possibly, reduced_axes, select
from tapegrad._rules.fronts import operand, stands_for
from tapegrad._rules.ufuncs import cast, refuse
from tapegrad._rules.untyped import no_value, plain


def _filled(a: Any, neutral: float, dtype: Any = None) -> Any:
    """Nan replaced by what does not change a sum or product."""
    x = operand(a) if dtype is None else cast(operand(a), dtype)
    holes = missing(x)
    return x if holes is None else select(holes, neutral, x)


def _present(x: Any, where: Any) -> Any:
    """Which entries count, as a mask, or True."""
    where = True if where is no_value else where
    holes = missing(x)
    return where if holes is None else ~holes if where is True else ~holes & where


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
    return plain.sum(_filled(a, 0, dtype), axis, dtype, out, **_given(keepdims=keepdims, initial=initial, where=where))


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
    return plain.prod(_filled(a, 1, dtype), axis, dtype, out, **_given(keepdims=keepdims, initial=initial, where=where))


@stands_for(np.nancumsum)
def nancumsum(a: Any, axis: Any = None, dtype: Any = None, out: None = None) -> Any:
    """Running sums, over nan as over 0."""
    return plain.cumsum(_filled(a, 0, dtype), axis, dtype, out)


@stands_for(np.nancumprod)
def nancumprod(a: Any, axis: Any = None, dtype: Any = None, out: None = None) -> Any:
    """Running products, over nan as over 1."""
    return plain.cumprod(_filled(a, 1, dtype), axis, dtype, out)


@stands_for(np.nanmean)
def nanmean(
    a: Any, axis: Any = None, dtype: Any = None, out: None = None, keepdims: Any = no_value, *, where: Any = no_value
) -> Any:
    """The mean of those that are not nan; of none at all, nan."""
    x = operand(a)
    return plain.mean(x, axis, dtype, out, where=_present(x, where), **_given(keepdims=keepdims))


def _spread_of(target: Any, a: Any, axis: Any, dtype: Any, ddof: float, where: Any, options: dict[str, Any]) -> Any:
    """The variance or deviation of those that are not nan; nan where they are not more than `ddof`."""
    x = operand(a)
    counted = _present(x, where)
    spread = target(x, axis, dtype, ddof=ddof, where=counted, **options)
    axes = reduced_axes(axis, x.ndim)
    if counted is True:
        return spread if count_over(x.shape, axes) > ddof else spread * np.nan
    degrees = nonzero_over(counted, axes, bool(options.get("keepdims"))) - ddof
    few = np.less_equal(degrees, 0)
    return np.where(few, np.nan, spread) if possibly(few) else spread


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
