"""Choosing among arrays, by positions and by conditions; and what would write into an array, refused."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NoReturn

import numpy as np

from tapegrad._core.door import apply
from tapegrad._core.primitive import Primitive
from tapegrad._place import user_line
from tapegrad._rules.dependences import Transpose
from tapegrad._rules.entries import Entrywise
from tapegrad._rules.folding import surely
from tapegrad._rules.fronts import is_sequence, is_variable, known_value, operand, stands_for
from tapegrad._rules.kinds import declare
from tapegrad._rules.picking import pick_along
from tapegrad._rules.placing import within
from tapegrad._rules.ufuncs import refuse
from tapegrad._rules.untyped import plain
from tapegrad.errors import ConcretizationError, ConversionError


def _chosen_positions(a: Any, count: int, mode: str) -> Any:
    """Which choice, as a number from 0 up."""
    positions = operand(a)
    if positions.dtype.kind not in "iub":
        raise TypeError(
            f"Cannot cast array data from {positions.dtype!r} to dtype('int64') according to the rule 'safe'"
        )
    if mode == "wrap":
        return np.remainder(positions, count)
    if mode == "clip":
        return np.minimum(np.maximum(positions, 0), count - 1)
    if mode != "raise":
        raise ValueError(f"clipmode must be one of 'clip', 'raise', or 'wrap' (got {mode!r})")
    if surely((positions < 0) | (positions >= count)):
        raise ValueError("invalid entry in choice array")
    return within(positions, count) if is_variable(positions) else positions


@stands_for(np.choose)
def choose(a: Any, choices: Any, out: None = None, mode: str = "raise") -> Any:
    """From each place, the entry of the array whose number stands there in `a`."""
    refuse("choose", {"out": out})
    arrays = [operand(choice) for choice in choices]
    positions = _chosen_positions(a, len(arrays), mode)
    dtype = np.result_type(*[x if not is_sequence(x) else operand(x) for x in choices])
    shape = np.broadcast_shapes(positions.shape, *[x.shape for x in arrays])
    chosen: Any = np.broadcast_to(arrays[-1], shape)
    for i, x in enumerate(arrays[:-1]):
        chosen = plain.where(positions == i, x, chosen)
    return chosen if chosen.dtype == dtype else chosen.astype(dtype)


@stands_for(np.select)
def select(condlist: Any, choicelist: Any, default: Any = 0) -> Any:
    """From each place, the entry of the first array whose condition holds there."""
    if len(condlist) != len(choicelist):
        raise ValueError("list of cases must be same length as list of conditions")
    if not len(condlist):
        raise ValueError("select with an empty condition list is not possible")
    conditions = [operand(condition) for condition in condlist]
    for i, condition in enumerate(conditions):
        if condition.dtype != bool:
            raise TypeError(f"invalid entry {i} in condlist: should be boolean ndarray")
    dtype = np.result_type(*[x if not is_sequence(x) else operand(x) for x in (*choicelist, default)])
    shape = np.broadcast_shapes(
        np.broadcast_shapes(*[condition.shape for condition in conditions]),
        *[np.shape(x) for x in (*choicelist, default)],
    )
    chosen: Any = np.broadcast_to(operand(default).astype(dtype), shape)
    for condition, x in zip(reversed(conditions), reversed(list(choicelist)), strict=True):
        chosen = plain.where(condition, operand(x), chosen)
    return chosen if chosen.dtype == dtype else chosen.astype(dtype)


@stands_for(np.compress)
def compress(condition: Any, a: Any, axis: Any = None, out: None = None) -> Any:
    """The entries along an axis where the condition holds."""
    refuse("compress", {"out": out})
    mask = operand(condition)
    if mask.ndim != 1:
        raise ValueError("condition must be a 1-d array")
    return np.take(operand(a), np.flatnonzero(mask), axis)


@stands_for(np.extract)
def extract(condition: Any, arr: Any) -> Any:
    """The entries where the condition holds, along one axis."""
    return np.take(np.reshape(operand(arr), -1), np.flatnonzero(operand(condition)))


def _filled(x: Any, mask: Any) -> Any:
    whole = np.zeros((*x.shape[:-1], *mask.shape), x.dtype)
    whole[..., mask] = x
    return whole[()]


def _read(ct: Any, mask: Any) -> Any:
    return ct[..., mask]


def _every_row(primitive: Primitive, args: Sequence[Any], batched: Sequence[bool]) -> Any:
    return apply(primitive, *args)  # the mask is the same for all


fill = declare("fill", _filled, {"x": Transpose(_read), "mask": None}, batch=_every_row)
"""(x, mask): zeros, with each row of `x` where the mask holds, in its order."""


@stands_for(np.piecewise)
def piecewise(x: Any, condlist: Any, funclist: Any, *args: Any, **kw: Any) -> Any:
    """On each piece of the domain a function of its own, or a constant.

    A function gets the entries of its piece. Where these differ from one run to the next, it gets all entries, once,
    and those of its piece are taken from the result; `Entrywise` sees that this is the same. Where it is not, under
    `vmap`, the function gets its entries once for each number of them; in a Program there is an error.
    """
    x = operand(x)
    functions = list(funclist)
    several = is_sequence(condlist) or np.ndim(condlist) > 0
    if several and x.ndim:  # a single condition, not in a list
        several = is_sequence(condlist[0]) or np.ndim(condlist[0]) > 0
    conditions = [_mask(condition) for condition in (condlist if several else [condlist])]
    if len(functions) == len(conditions) + 1:
        held = conditions[0]
        for condition in conditions[1:]:
            held = np.logical_or(held, condition)
        conditions.append(np.logical_not(held))
    elif len(functions) != len(conditions):
        count = len(conditions)
        raise ValueError(f"with {count} condition(s), either {count} or {count + 1} functions are expected")
    out: Any = np.zeros(x.shape, x.dtype)[()]
    for mask, f in zip(conditions, functions, strict=True):
        if mask.shape != x.shape[: mask.ndim]:
            raise IndexError(f"a condition of shape {mask.shape} does not match the first axes of shape {x.shape}")
        whole = mask if mask.ndim == x.ndim else np.reshape(mask, mask.shape + (1,) * (x.ndim - mask.ndim))
        value = _piece(x, mask, whole, partial(f, *args, **kw) if callable(f) else operand(f))
        out = plain.where(whole, value if value.dtype == x.dtype else value.astype(x.dtype), out)
    return out


def _mask(condition: Any) -> Any:
    mask = operand(condition)
    return mask if mask.dtype == bool else mask.astype(bool)


def _piece(x: Any, mask: Any, whole: Any, f: Any) -> Any:
    """What stands on one piece, of a function or a constant; on the others, anything."""
    if not callable(f) and f.size == 1:
        return np.reshape(f, ())
    if is_variable(mask):
        if mask.ndim == 1:
            return _on_rows(x, mask, f)
        rows = np.reshape(x, (mask.size, *x.shape[mask.ndim :]))
        return np.reshape(_on_rows(rows, np.reshape(mask, -1), f), x.shape)
    entries = x[mask]
    if callable(f) and not entries.size:
        return np.zeros((), x.dtype)[()]
    return fill(np.reshape(_for_each(_made(f, entries), entries), -1), np.broadcast_to(whole, x.shape))


def _made(f: Any, entries: Any) -> Any:
    return operand(f(entries)) if callable(f) else f


def _for_each(value: Any, entries: Any) -> Any:
    return value if value.shape == entries.shape else np.broadcast_to(value, entries.shape)


def _on_rows(rows: Any, mask: Any, f: Any) -> Any:
    """The same, where the mask is not the same in every run or for all elements of a batch."""
    if not rows.size:
        return rows
    if len(rows) == 1:  # in the piece or not
        return _for_each(_made(f, rows), rows)
    level = Entrywise(-rows.ndim, f"np.piecewise at {user_line()}")
    try:
        return _for_each(level.results(partial(_made, f), rows), rows)
    except ConcretizationError as error:
        refusal = error
    try:
        counts = np.count_nonzero(mask)
        known = np.unique(known_value(counts))
    except ConcretizationError:
        raise refusal from None
    order, places = np.argsort(~mask, kind="stable"), np.cumsum(mask) - 1
    out: Any = np.zeros(rows.shape, rows.dtype)
    for count in map(int, known[known > 0]):
        entries = _picked(rows, order[:count])
        spread = _picked(_for_each(_made(f, entries), entries), np.clip(places, 0, count - 1))
        out = plain.where(counts == count, spread, out)
    return out


def _picked(rows: Any, positions: Any) -> Any:
    """The rows at these positions."""
    shape = (*positions.shape, *rows.shape[1:])
    upright = np.reshape(positions, (-1, *(1,) * (rows.ndim - 1)))
    return pick_along(rows, np.broadcast_to(upright, shape), 0, False)


def _refused(target: Callable[..., Any], remedy: str) -> Callable[..., NoReturn]:
    @stands_for(target)
    def front(a: Any, *args: Any, **keywords: Any) -> NoReturn:
        """Always an error: a Variable cannot be written into, nor its values be lost in a plain array."""
        what = "change a Variable" if is_variable(a) else "write a Variable into an existing array"
        raise ConversionError(f"np.{target.__name__} at {user_line()} was to {what}. Make a new array: {remedy}.")

    return front


put = _refused(np.put, "at(a.reshape(-1))[indices].set(values)")
place = _refused(np.place, "np.where(mask, values, a)")
putmask = _refused(np.putmask, "np.where(mask, values, a)")
put_along_axis = _refused(
    np.put_along_axis, "at(a)[index].set(values), or np.where(mask, values, a) where the shapes agree"
)
fill_diagonal = _refused(np.fill_diagonal, "np.where(np.eye(*a.shape, dtype=bool), value, a)")
