"""Products over axes and along an axis. Their derivatives are exact where there are zeros, at every order.

The way round zeros is to multiply what is left instead of dividing. On plain arrays without zeros, division is quicker.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad._core.tables import UFUNCS
from tapegrad._rules.axes import normalize_axis
from tapegrad._rules.batching import shifted
from tapegrad._rules.damping import damp
from tapegrad._rules.dependences import Differential
from tapegrad._rules.folding import (
    count_over,
    enter_reduce,
    fold,
    lined_up,
    masked,
    of_dtype,
    past_batch,
    reduced_axes,
    sum_over,
)
from tapegrad._rules.fronts import is_variable, operand, stands_for
from tapegrad._rules.kinds import declare
from tapegrad._rules.ufuncs import cast, refuse


def _others(x: Any, axes: tuple[int, ...]) -> Any:
    """At each place, the product of all the others over `axes`."""
    if not is_variable(x):
        out = np.multiply.reduce(x, axis=axes, keepdims=True)
        if np.all(np.isfinite(out) & (np.abs(out) > np.finfo(x.dtype).tiny)):
            return out / x
    kept = tuple([i for i in range(x.ndim) if i not in axes])
    order = kept + axes
    permuted = np.transpose(x, order)
    rows = np.reshape(permuted, (*(x.shape[i] for i in kept), count_over(x.shape, axes)))
    return np.transpose(np.reshape(_others_in_row(rows), permuted.shape), sorted(range(x.ndim), key=order.__getitem__))


def _others_in_row(x: Any) -> Any:
    """The product of the others along the last axis: of all before, and of all behind."""
    return _before(x) * np.flip(_before(np.flip(x, -1)), -1)


def _push_prod(dx: Any, x: Any, axes: tuple[int, ...], keepdims: bool) -> Any:
    return sum_over(damp(dx, _others(x, axes)), axes, keepdims)


def _pull_prod(ct: Any, x: Any, axes: tuple[int, ...], keepdims: bool) -> Any:
    return damp(lined_up(ct, x.shape, axes, keepdims), _others(x, axes))


prod_over = declare(
    "prod", fold(np.multiply), {"x": Differential(_push_prod, pull=_pull_prod)}, batch=shifted(past_batch)
)


@stands_for(np.prod)
def prod(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: None = None,
    keepdims: bool = False,
    initial: Any = None,
    where: Any = True,
) -> Any:
    """The product over axes."""
    refuse("prod", {"out": out})
    x = masked(operand(a) if dtype is None else cast(operand(a), dtype), where, 1)
    product = of_dtype(prod_over(x, reduced_axes(axis, x.ndim), bool(keepdims)), dtype)
    return product if initial is None else product * cast(initial, product.dtype)


enter_reduce(np.multiply, prod)


# out_k = x_k out_{k-1}, so d out_k = x_k d out_{k-1} + out_{k-1} dx_k; and backwards c_k = ct_k + x_{k+1} c_{k+1},
# where the cotangent of x_k is c_k out_{k-1}: two linear recurrences.


def _recurrence(addend: Any, factor: Any) -> Any:
    """s_k = addend_k + factor_k s_{k-1} along the last axis, in log n passes: each reaches twice as far back."""
    reach, length = 1, addend.shape[-1]
    while reach < length:
        carried = addend[..., reach:] + factor[..., reach:] * addend[..., :-reach]
        addend = np.concatenate([addend[..., :reach], carried], axis=-1)
        factor = np.concatenate([factor[..., :reach], factor[..., reach:] * factor[..., :-reach]], axis=-1)
        reach *= 2
    return addend


def _before(x: Any) -> Any:
    """The product of all that comes before, along the last axis."""
    if not x.shape[-1]:
        return x
    products = cumprod_along(x[..., :-1], x.ndim - 1)
    return np.concatenate([np.ones_like(x[..., :1]), products], axis=-1)


def _cumprod(x: Any, axis: int) -> Any:
    return np.multiply.accumulate(x, axis)


def _push_cumprod(dx: Any, x: Any, axis: int) -> Any:
    row = np.moveaxis(x, axis, -1)
    return np.moveaxis(_recurrence(np.moveaxis(dx, axis, -1) * _before(row), row), -1, axis)


def _pull_cumprod(ct: Any, x: Any, axis: int) -> Any:
    if not is_variable(x):
        out = np.multiply.accumulate(x, axis)
        if np.all(np.abs(out) > np.finfo(x.dtype).tiny):
            backwards = (*(slice(None),) * axis, slice(None, None, -1))
            return np.cumsum((ct * out)[backwards], axis)[backwards] / x
    row, cts = np.moveaxis(x, axis, -1), np.moveaxis(ct, axis, -1)
    factor = np.concatenate([np.ones_like(row[..., :1]), row[..., :0:-1]], axis=-1)
    return np.moveaxis(_before(row) * np.flip(_recurrence(np.flip(cts, -1), factor), -1), -1, axis)


cumprod_along = declare(
    "cumprod", _cumprod, {"x": Differential(_push_cumprod, pull=_pull_cumprod)}, batch=shifted(past_batch)
)


@stands_for(np.cumprod)
def cumprod(a: Any, axis: Any = None, dtype: Any = None, out: None = None) -> Any:
    """The products of all that came so far along an axis; with axis None, of the flattened array."""
    refuse("cumprod", {"out": out})
    x = operand(a) if dtype is None else cast(operand(a), dtype)
    if x.ndim == 0 or (axis is None and x.ndim != 1):
        x = np.reshape(x, -1)
    return of_dtype(cumprod_along(x, normalize_axis(axis or 0, x.ndim)), dtype)


def _accumulate(x: Any, axis: int = 0, dtype: Any = None, out: None = None) -> Any:
    return cumprod(x, axis, dtype, out)


UFUNCS[np.multiply, "accumulate"] = _accumulate
