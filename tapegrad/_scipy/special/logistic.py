"""The logistic function and its inverse; exponentials over their sum."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad._place import user_line
from tapegrad._rules.batching import shifted
from tapegrad._rules.damping import damp
from tapegrad._rules.folding import lined_up, past_batch, reduced_axes, select, sum_over
from tapegrad._rules.fronts import inexact
from tapegrad._rules.kinds import declare
from tapegrad._scipy.special.declaring import rule, special
from tapegrad._spec import type_of
from tapegrad.errors import MissingRuleError
from tapegrad.extend import Differential, stands_for

# 1 - expit(x) is expit(-x), without loss of digits.
rule(special.expit, lambda x, out: out * special.expit(-x))
rule(special.log_expit, lambda x: special.expit(-x))
rule(special.logit, lambda x: 1 / (x * (1 - x)))


# d log|Σ b exp(a)| = Σ exp(a - out) (b da + db) / sign. Where all of a is -inf the gradient is 0, as that of logaddexp.


def _share(a: Any, out: Any, axes: tuple[int, ...], keepdims: bool) -> Any:
    """Exp(a - out), with 0 where both are -inf and 1 where both are inf."""
    total = lined_up(out, a.shape, axes, keepdims)
    part_of_total: Any = np.real(total)
    part: Any = np.real(a)
    return np.exp(select(np.equal(part, np.inf), 0, a - select(np.equal(part_of_total, -np.inf), 0, total)))


def _push(dx: Any, x: Any, out: Any, axes: tuple[int, ...], keepdims: bool) -> Any:
    return sum_over(damp(dx, _share(x, out, axes, keepdims)), axes, keepdims)


def _pull(ct: Any, x: Any, out: Any, axes: tuple[int, ...], keepdims: bool) -> Any:
    return damp(lined_up(ct, x.shape, axes, keepdims), _share(x, out, axes, keepdims))


def _logsumexp(x: Any, axes: tuple[int, ...], keepdims: bool) -> Any:
    if not np.size(x):  # SciPy takes no several axes of nothing
        with np.errstate(divide="ignore"):
            return np.log(np.sum(np.exp(x), axes, keepdims=keepdims))
    if type_of(x) is np.ndarray and x.dtype.char in "fd":
        return _of_real(x, axes, keepdims)
    return special.logsumexp(x, axis=axes if np.ndim(x) else None, keepdims=keepdims)


def _of_real(x: Any, axes: tuple[int, ...], keepdims: bool) -> Any:
    """As SciPy computes it, to the bit, in a third of the time: terms equal to the largest are counted, not added."""
    with np.errstate(all="ignore"):
        highest = x.max(axes, keepdims=True)
        largest = x == highest
        count = largest.sum(axes, x.dtype, keepdims=True)
        others = np.exp(np.where(largest, -np.inf, x) - highest).sum(axes, keepdims=True)
        out = np.log1p(others / count) + np.log(count) + highest
    found = select(np.isfinite(highest), out, highest)
    return found if keepdims else found.squeeze(axes)[()]


log_of_sum = declare(
    "special.logsumexp",
    _logsumexp,
    {"x": Differential(_push, pull=_pull)},
    batch=shifted(past_batch),
    parameters=("axes", "keepdims"),
)


def _signed_share(x: Any, out: Any, sign: Any, axes: tuple[int, ...]) -> Any:
    return _share(x, out, axes, True) * sign


def _push_of_weighted(dx: Any, x: Any, w: Any, out: Any, sign: Any, axes: tuple[int, ...]) -> Any:
    return sum_over(damp(dx, w * _signed_share(x, out, sign, axes)), axes, True)


def _pull_of_weighted(ct: Any, x: Any, w: Any, out: Any, sign: Any, axes: tuple[int, ...]) -> Any:
    return damp(ct, w * _signed_share(x, out, sign, axes))


def _push_of_weight(dw: Any, x: Any, out: Any, sign: Any, axes: tuple[int, ...]) -> Any:
    return sum_over(damp(dw, _signed_share(x, out, sign, axes)), axes, True)


def _pull_of_weight(ct: Any, x: Any, out: Any, sign: Any, axes: tuple[int, ...]) -> Any:
    return damp(ct, _signed_share(x, out, sign, axes))


def _weighted_logsumexp(x: Any, w: Any, axes: tuple[int, ...], signed: bool) -> tuple[Any, Any]:
    """The axes are kept: the front removes them."""
    found = special.logsumexp(x, axis=axes if np.ndim(x) else None, b=w, keepdims=True, return_sign=signed)
    out, sign = found if signed else (found, np.ones_like(found))
    return (out, sign) if np.ndim(x) else (out[0], sign[0])


log_of_weighted_sum = declare(
    "special.logsumexp_weighted",
    _weighted_logsumexp,
    {
        "x": Differential(_push_of_weighted, pull=_pull_of_weighted),
        "w": Differential(_push_of_weight, pull=_pull_of_weight),
    },
    batch=shifted(past_batch),
    saves=("sign",),
)


@stands_for(special.logsumexp)
def logsumexp(a: Any, axis: Any = None, b: Any = None, keepdims: bool = False, return_sign: bool = False) -> Any:
    """The logarithm of the sum of exponentials, weighted by b, over axes."""
    x = inexact(a)
    if b is None and not return_sign:
        return log_of_sum(x, reduced_axes(axis, x.ndim), bool(keepdims))
    w = inexact(1.0 if b is None else b)
    if return_sign and "c" in (x.dtype.kind, w.dtype.kind):
        raise MissingRuleError(
            f"logsumexp at {user_line()} has no rule for return_sign=True of complex numbers. Take the logarithm of "
            "the sum, which is complex: its real part is that of the modulus, its imaginary part the angle."
        )
    shape, dtype = np.broadcast_shapes(x.shape, w.shape), np.result_type(x.dtype, w.dtype)
    x, w = (v if v.shape == shape else np.broadcast_to(v, shape) for v in (x, w))
    x, w = (v if v.dtype == dtype else v.astype(dtype) for v in (x, w))
    axes = reduced_axes(axis, x.ndim)
    found = log_of_weighted_sum(x, w, axes, bool(return_sign))
    if not keepdims:
        rest = tuple([n for i, n in enumerate(shape) if i not in axes])
        found = [np.reshape(v, rest)[()] for v in found]
    return tuple(found) if return_sign else found[0]


def _push_of_softmax(dx: Any, out: Any, axes: tuple[int, ...]) -> Any:
    share = out * dx
    return share - out * sum_over(share, axes, True)


def _softmax(x: Any, axes: tuple[int, ...]) -> Any:
    return special.softmax(x, axis=axes)


softmax_over = declare(
    "special.softmax", _softmax, {"x": Differential(_push_of_softmax, pull=_push_of_softmax)}, batch=shifted(past_batch)
)


def _push_of_log_softmax(dx: Any, out: Any, axes: tuple[int, ...]) -> Any:
    return dx - sum_over(np.exp(out) * dx, axes, True)


def _pull_of_log_softmax(ct: Any, out: Any, axes: tuple[int, ...]) -> Any:
    return ct - np.exp(out) * sum_over(ct, axes, True)


def _log_softmax(x: Any, axes: tuple[int, ...]) -> Any:
    return special.log_softmax(x, axis=axes)


log_softmax_over = declare(
    "special.log_softmax",
    _log_softmax,
    {"x": Differential(_push_of_log_softmax, pull=_pull_of_log_softmax)},
    batch=shifted(past_batch),
)


@stands_for(special.softmax)
def softmax(x: Any, axis: Any = None) -> Any:
    """Exponentials over their sum, along axes."""
    x = inexact(x)
    return softmax_over(x, reduced_axes(axis, x.ndim))


@stands_for(special.log_softmax)
def log_softmax(x: Any, axis: Any = None) -> Any:
    """The logarithm of softmax, along axes."""
    x = inexact(x)
    return log_softmax_over(x, reduced_axes(axis, x.ndim))
