"""NumPy's ufuncs as primitives: the call with its keywords, `reduce`, `accumulate`, `reduceat` and `outer`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from math import prod
from typing import Any, Final

import numpy as np

from tapegrad._core.tables import CALLS, UFUNCS
from tapegrad._core.variable import Variable
from tapegrad._place import user_line
from tapegrad._rules.axes import normalize_axes
from tapegrad._rules.dependences import Dependence, Rule
from tapegrad._rules.kinds import elementwise
from tapegrad.errors import ConversionError, MissingRuleError


def ufunc(
    target: np.ufunc,
    *partials: Rule | float | Dependence | None,
    compute: Callable[..., Any] | None = None,
    name: str = "",
    arguments: Sequence[str] = "xyz",
    by_itself: Callable[[Any], Any] | None = None,
) -> Callable[..., Any]:
    """A ufunc by its partial derivatives, which read its `arguments` by name.

    `compute` is a faster way to the same result where one argument is NumPy's own; `by_itself` one where both
    arguments are the same Variable, or gives None.
    """
    apply = elementwise(name or target.__name__, compute or target, *partials, arguments=arguments, by_itself=by_itself)
    enter(target, apply)
    return apply


def constant(target: np.ufunc, compute: Callable[..., Any] | None = None) -> Callable[..., Any]:
    """A ufunc without a derivative (comparisons) or with a zero one (floor, sign): it gives plain values."""
    return ufunc(target, *(None,) * target.nin, compute=compute)


def enter(target: np.ufunc, apply: Callable[..., Any]) -> None:
    """Let `apply` stand in for `target`, under all the names by which NumPy reaches it."""

    def call(*inputs: Any, dtype: Any = None, **keywords: Any) -> Any:
        refuse(target.__name__, keywords)
        return apply(*(inputs if dtype is None else _converted(target, inputs, dtype)))

    CALLS[target] = apply
    UFUNCS[target, "__call__"] = call
    UFUNCS[target, "at"] = partial(_at, target)
    if target.nin == 2 and target.nout == 1:
        UFUNCS[target, "outer"] = partial(_outer, call)
        # A family with a closed form may have come first.
        UFUNCS.setdefault((target, "accumulate"), partial(_accumulate, target, apply))
        if target not in OVERWRITING:
            UFUNCS.setdefault((target, "reduce"), partial(_reduce, target, apply))
            UFUNCS.setdefault((target, "reduceat"), partial(_reduceat, target))


OVERWRITING: Final = frozenset((np.power, np.arctan2))
"""NumPy reduces with these wrongly, in some layouts: of (a, b, c) it gives power(a, c). Nothing to differentiate."""

FROM_ZERO: Final = frozenset((np.hypot, np.gcd))
"""NumPy reduces with these from 0 on: even of a single number they give the absolute value."""


def _outer(call: Callable[..., Any], x: Any, y: Any, /, **keywords: Any) -> Any:
    """Of every element of `x` with every one of `y`. A Python number counts as an array of its dtype here."""
    x, y = (z if hasattr(z, "dtype") else np.asarray(z)[()] for z in (x, y))
    return call(np.reshape(x, (*np.shape(x), *(1,) * np.ndim(y))), y, **keywords)


def _converted(target: np.ufunc, inputs: Sequence[Any], dtype: Any) -> list[Any]:
    """The inputs of a call that was asked for in `dtype`."""
    wanted = np.dtype(dtype)
    smooth = wanted.kind in "fc" and not all(signature.endswith("?") for signature in target.types)
    if not smooth or not all(np.can_cast(np.result_type(x), wanted, "same_kind") for x in inputs):
        raise MissingRuleError(
            f"{target.__name__} at {user_line()} has no rule for dtype={wanted} with these arguments. Convert the "
            f"result: "
            f"{target.__name__}(...).astype({wanted})."
        )
    return [cast(x, wanted) for x in inputs]


def cast(x: Any, dtype: Any) -> Any:
    """`x` as it enters an operation that was asked for in `dtype`."""
    return x.astype(dtype) if isinstance(x, Variable) else np.asarray(x, dtype)


_DEFAULTS: dict[str, Any] = {
    "out": None,
    "where": True,
    "casting": "same_kind",
    "order": "K",
    "subok": True,
    "signature": None,
    "sig": None,
}


def refuse(name: str, keywords: dict[str, Any]) -> None:
    """Raise for a keyword that is not at its default: none is ignored."""
    for key, value in keywords.items():
        if value is _DEFAULTS.get(key, keywords) or (isinstance(value, (bool, str)) and value == _DEFAULTS.get(key)):
            continue
        if key == "out":
            raise ConversionError(
                f"{name} at {user_line()} was to write a value that is differentiated, batched or recorded into an "
                "existing array (out= or an in-place operator such as a += x), which holds plain numbers only. Use the "
                "returned value instead: a = a + x."
            )
        if key == "where":
            raise ConversionError(
                f"{name}(where=) at {user_line()} leaves the other entries undefined. Say what they are: "
                f"np.where(mask, {name}(x), other)."
            )
        raise MissingRuleError(
            f"{name} at {user_line()} has no rule for the keyword {key}={value!r}. Leave it out, or convert with "
            ".astype."
        )


def _reduce(
    target: np.ufunc,
    apply: Callable[..., Any],
    x: Any,
    /,
    axis: Any = 0,
    dtype: Any = None,
    out: None = None,
    keepdims: bool = False,
    initial: Any = None,
    where: Any = True,
) -> Any:
    """Any binary ufunc, folded over its axes row by row. Families with a closed form enter a faster one."""
    refuse(f"{target.__name__}.reduce", {"out": out})
    x = x if dtype is None else cast(x, dtype)
    axes = normalize_axes(axis, np.ndim(x))
    total: Any = target.identity if initial is None and (where is not True or target in FROM_ZERO) else initial
    if where is not True and total is None:
        raise ValueError(f"{target.__name__}.reduce(where=) needs initial=: it has no identity")
    rows, chosen = _rows(x, axes), _rows(np.broadcast_to(where, np.shape(x)), axes)
    for row, mask in zip(rows, chosen, strict=True):
        after = row if total is None else apply(total, row)
        total = after if where is True else np.where(mask, after, total)
    if total is None:
        if target.identity is None:
            raise ValueError(f"zero-size array to reduction operation {target.__name__} which has no identity")
        total = target.identity
    rest = tuple(n for i, n in enumerate(np.shape(x)) if i not in axes)
    total = _of_loop(target.reduce, x, total if np.shape(total) == rest else np.broadcast_to(total, rest))
    return np.expand_dims(total, axes) if keepdims else total


def _accumulate(
    target: np.ufunc, apply: Callable[..., Any], x: Any, /, axis: int = 0, dtype: Any = None, out: None = None
) -> Any:
    """Any binary ufunc, accumulated along an axis row by row. Families with a closed form enter a faster one."""
    refuse(f"{target.__name__}.accumulate", {"out": out})
    x = x if dtype is None else cast(x, dtype)
    totals: list[Any] = []
    for row in _rows(x, normalize_axes(axis, np.ndim(x))):
        totals.append(apply(totals[-1], row) if totals else row)
    return np.stack([_of_loop(target.accumulate, x, total) for total in totals], axis=axis) if totals else x


def _of_loop(method: Any, x: Any, total: Any) -> Any:
    """What a ufunc's method makes of `x`, in the dtype of its loop: that of a single row is not computed."""
    dtype = method(np.ones(1, x.dtype)).dtype
    return total if hasattr(total, "dtype") and total.dtype == dtype else cast(total, dtype)


def _reduceat(target: np.ufunc, x: Any, indices: Any, /, axis: int = 0, dtype: Any = None, out: None = None) -> Any:
    """Any binary ufunc, folded over each segment by itself. Families with a closed form enter a faster one."""
    refuse(f"{target.__name__}.reduceat", {"out": out})
    x = x if dtype is None else cast(x, dtype)
    rows = np.moveaxis(x, axis, 0)
    folded = [
        target.reduce(rows[start:stop]) if stop > start + 1 else _of_loop(target.reduce, x, rows[start])
        for start, stop in segments(indices, len(rows))
    ]
    return np.moveaxis(np.stack(folded) if folded else rows[:0], 0, axis)


def segments(indices: Any, length: int) -> list[tuple[int, int]]:
    """What `reduceat` folds: from each index to the next, or one entry if that is lower; from the last to the end."""
    starts: list[int] = np.asarray(indices).tolist()
    if not all(0 <= start < length for start in starts):
        raise IndexError(f"an index of reduceat is out of bounds: {starts}, for an axis of length {length}")
    return [(start, max(stop, start + 1)) for start, stop in zip(starts, (*starts[1:], length), strict=False)]


def _at(target: np.ufunc, *inputs: Any) -> Any:
    """Always an error: it would change its first argument."""
    name = _CHANGES.get(target.__name__)
    arguments = "x[i]" if target.nin == 1 else "x[i], v"
    remedy = f"tapegrad.at(x)[i].{name}(v)" if name else f"tapegrad.at(x)[i].set(np.{target.__name__}({arguments}))"
    raise ConversionError(
        f"{target.__name__}.at at {user_line()} would change an array in place, where the gradient of a "
        f"differentiated value would be lost. Make a new one: {remedy}."
    )


_CHANGES: dict[str, str] = {
    "minimum": "min",
    "maximum": "max",
    **{name: name for name in ("add", "subtract", "multiply", "divide", "power")},
}
"""ufunc -> the change of `at(x)[i]` that does the same."""


def _rows(x: Any, axes: tuple[int, ...]) -> Iterator[Any]:
    """What is left of `x` at each place along `axes`, in order."""
    rest = tuple(i for i in range(np.ndim(x)) if i not in axes)
    count = prod(np.shape(x)[i] for i in axes)
    lined_up = np.reshape(np.transpose(x, axes + rest), (count, *(np.shape(x)[i] for i in rest)))
    return iter(lined_up)
