"""Sums, means and variances over axes."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad._rules.batching import shifted
from tapegrad._rules.damping import damp
from tapegrad._rules.dependences import Differential, Transpose
from tapegrad._rules.folding import (
    count_over,
    enter_reduce,
    lined_up,
    masked,
    nonzero_over,
    of_dtype,
    past_batch,
    possibly,
    reduced_axes,
    spread_over,
    squared,
    sum_over,
)
from tapegrad._rules.fronts import inexact, operand, stands_for
from tapegrad._rules.kinds import declare, elementwise, stopped
from tapegrad._rules.ufuncs import cast, refuse
from tapegrad._spec import Spec
from tapegrad._sums import add_reduce


@stands_for(np.sum)
def sum(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: None = None,
    keepdims: bool = False,
    initial: Any = None,
    where: Any = True,
) -> Any:
    """The sum over axes."""
    refuse("sum", {"out": out})
    x = masked(operand(a) if dtype is None else cast(operand(a), dtype), where, 0)
    total = of_dtype(sum_over(x, reduced_axes(axis, x.ndim), bool(keepdims)), dtype)
    return total if initial is None else total + cast(initial, total.dtype)


enter_reduce(np.add, sum)


def _mean(x: Any, axes: tuple[int, ...], keepdims: bool) -> Any:
    return add_reduce(x, axes, keepdims) / count_over(x.shape, axes)


def _share_evenly(ct: Any, x: Spec, axes: tuple[int, ...], keepdims: bool) -> Any:
    return spread_over(ct / count_over(x.shape, axes), x.shape, axes, keepdims)


mean_over = declare("mean", _mean, {"x": Transpose(_share_evenly)}, batch=shifted(past_batch))


def _whole(dtype: Any) -> dict[str, Any]:
    """The keyword dtype where it asks for a mean in whole numbers: NumPy rounds what it sums, and the quotient."""
    return {"dtype": dtype} if dtype is not None and np.dtype(dtype).kind in "iub" else {}


def _summed(a: Any, dtype: Any) -> Any:
    """The array that a mean sums: in float64, as NumPy does, where the sum of whole numbers might wrap around."""
    x = operand(a) if dtype is None else cast(operand(a), dtype)
    return cast(x, np.float64) if x.dtype.kind in "iu" else x


@stands_for(np.mean)
def mean(
    a: Any, axis: Any = None, dtype: Any = None, out: None = None, keepdims: bool = False, *, where: Any = True
) -> Any:
    """The mean over axes."""
    refuse("mean", {"out": out, **_whole(dtype)})
    x = _summed(a, dtype)
    if dtype is None and x.dtype == np.float16:  # as NumPy does: summed with more digits
        return mean(x.astype(np.float32), axis, keepdims=keepdims, where=where).astype(np.float16)
    axes = reduced_axes(axis, x.ndim)
    if where is True:
        return mean_over(x, axes, bool(keepdims))
    total = sum_over(masked(x, where, 0), axes, bool(keepdims))
    return total / _chosen(x.shape, where, axes, bool(keepdims)).astype(total.dtype)


def _chosen(shape: tuple[int, ...], where: Any, axes: tuple[int, ...], keepdims: bool) -> Any:
    """How many elements the mask lets through."""
    return nonzero_over(np.broadcast_to(where, shape), axes, keepdims)


# var = Σ |x - m|² / (n - c) with the mean m. As Σ (x - m) = 0, the change of m itself cancels:
# d var = Σ Re((x - m)* dx) * 2 / (n - c).


def _centred(x: Any, axes: tuple[int, ...]) -> Any:
    centred = x - mean_over(x, axes, True)
    return np.conjugate(centred) if x.dtype.kind == "c" else centred


def _scale(x: Any, axes: tuple[int, ...], correction: float) -> float:
    degrees = count_over(x.shape, axes) - correction
    return 2 / degrees if degrees > 0 else np.nan


def _push_var(dx: Any, x: Any, axes: tuple[int, ...], keepdims: bool, correction: float) -> Any:
    return sum_over(damp(dx, _centred(x, axes)), axes, keepdims) * _scale(x, axes, correction)


def _pull_var(ct: Any, x: Any, axes: tuple[int, ...], keepdims: bool, correction: float) -> Any:
    return damp(lined_up(ct * _scale(x, axes, correction), x.shape, axes, keepdims), _centred(x, axes))


def _var(x: Any, axes: tuple[int, ...], keepdims: bool, correction: float) -> Any:
    centred = x - _mean(x, axes, True)
    if type(centred) is np.ndarray and centred.dtype.kind == "f":
        centred *= centred
    else:
        centred = squared(centred)
    return add_reduce(centred, axes, keepdims) / max(count_over(x.shape, axes) - correction, 0)


var_over = declare("var", _var, {"x": Differential(_push_var, pull=_pull_var)}, batch=shifted(past_batch))


def _root_slope(out: Any) -> Any:
    return 0.5 / (out + (out == 0)) * (out != 0)


root = elementwise("root", np.sqrt, _root_slope)
"""The square root of a variance: flat at 0, where the deviation has its smallest value."""


@stands_for(np.var)
def var(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: None = None,
    ddof: float = 0,
    keepdims: bool = False,
    *,
    where: Any = True,
    mean: Any = None,
    correction: float | None = None,
) -> Any:
    """The variance over axes, with the divisor n - ddof (or n - correction)."""
    refuse("var", {"out": out, **_whole(dtype)})
    if correction is not None and ddof != 0:
        raise ValueError("ddof and correction can't be provided simultaneously.")
    given = ddof if correction is None else correction
    correction = given if type(given) is int else float(given)
    x = _summed(a, dtype)
    axes = reduced_axes(axis, x.ndim)
    if where is True and mean is None:
        return var_over(x, axes, bool(keepdims), correction)
    centre = np.mean(x, axis=axes, keepdims=True, where=where) if mean is None else mean
    total = sum_over(squared(masked(x - centre, where, 0)), axes, bool(keepdims))
    if where is True:
        return total / max(count_over(x.shape, axes) - correction, 0)
    return total / np.maximum(_chosen(x.shape, where, axes, bool(keepdims)).astype(total.dtype) - correction, 0)


@stands_for(np.std)
def std(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: None = None,
    ddof: float = 0,
    keepdims: bool = False,
    *,
    where: Any = True,
    mean: Any = None,
    correction: float | None = None,
) -> Any:
    """The standard deviation over axes. Where all elements are equal the gradient is 0, whatever rounding leaves."""
    variance = var(a, axis, dtype, out, ddof, keepdims, where=where, mean=mean, correction=correction)
    if mean is not None:
        return root(variance)
    x = stopped(inexact(a))
    highest = np.max(x, axis=axis, keepdims=keepdims, where=where, initial=-np.inf)
    lowest = np.min(x, axis=axis, keepdims=keepdims, where=where, initial=np.inf)
    uniform = np.equal(highest, lowest)
    return root(np.where(uniform, stopped(variance), variance) if possibly(uniform) else variance)
