"""Padding, in every mode of NumPy.

Axis after axis, what comes before and after the array is made from the array as it is by then: the padding of a later
axis sees, and extends, that of the earlier ones. Modes that repeat entries of the array are one primitive, with its
transpose: what flows back from a margin is added to the entries that it repeats. In the others the margins are made
with NumPy's functions, and joined to the array.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from operator import index
from typing import Any, TypeAlias

import numpy as np

from tapegrad._place import user_line
from tapegrad._rules.axes import normalize_axis
from tapegrad._rules.batching import shifted
from tapegrad._rules.fronts import operand, stands_for
from tapegrad._rules.kinds import linear
from tapegrad._rules.placing import place
from tapegrad.errors import MissingRuleError

Width: TypeAlias = tuple[int, int]
Widths: TypeAlias = tuple[Width, ...]
NAMED: Any = dict


@stands_for(np.pad)
def pad(array: Any, pad_width: Any, mode: Any = "constant", **kwargs: Any) -> Any:
    """The array with more before and after it, on each axis."""
    x = operand(array)
    widths = _widths(pad_width, x.ndim)
    if callable(mode):
        raise MissingRuleError(
            f"np.pad at {user_line()} has no rule for a function as its mode, which writes into an array. Make the "
            "margins with NumPy's functions, and join them: np.concatenate([before, x, after])."
        )
    option = _OPTIONS.get(mode)
    if option is None:
        raise ValueError(f"mode '{mode}' is not supported")
    unknown = set(kwargs) - {option}
    if unknown:
        raise ValueError(f"unsupported keyword arguments for mode '{mode}': {unknown}")
    if mode in _REPEATING and kwargs.get("reflect_type", "even") == "even":
        return padded(x, widths, mode)
    if mode == "empty" or (mode == "constant" and _is_zero(kwargs.get("constant_values", 0))):
        return _embedded(x, widths)
    margins = _MARGINS[mode](x, **kwargs)
    for axis, width in enumerate(widths):
        if not any(width):
            continue
        if not x.shape[axis] and mode != "constant":
            raise ValueError(f"can't extend empty axis {axis} using modes other than 'constant' or 'empty'")
        before, after = margins(x, axis, width)
        x = np.concatenate([*before, x, *after], axis)
    return x


def _is_zero(value: Any) -> bool:
    return isinstance(value, (int, float)) and value == 0


def _widths(pad_width: Any, ndim: int) -> Widths:
    """How much comes before and after, for each axis."""
    if isinstance(pad_width, NAMED):
        named = {normalize_axis(axis, ndim): _widths(width, 1)[0] for axis, width in pad_width.items()}
        return tuple([named.get(axis, (0, 0)) for axis in range(ndim)])
    given = np.asarray(pad_width)
    if given.dtype.kind != "i":
        raise TypeError("`pad_width` must be of integral type.")
    if given.size and given.min() < 0:
        raise ValueError("index can't contain negative values")
    return tuple([(int(before), int(after)) for before, after in np.broadcast_to(given, (ndim, 2))])


def _embedded(x: Any, widths: Widths) -> Any:
    """`x` among zeros."""
    whole = tuple([before + n + after for n, (before, after) in zip(x.shape, widths, strict=True)])
    inside = tuple([slice(before, before + n) for n, (before, _) in zip(x.shape, widths, strict=True)])
    return place(x, inside, whole)


def _part(x: Any, axis: int, *bounds: int | None) -> Any:
    return x[(*(slice(None),) * axis, slice(*bounds))]


def _blocks(start: int, end: int, length: int, mode: str) -> Iterator[tuple[int, slice, int]]:
    """From place `start` to `end` of an array continued on either side: block for block its number, entries and place.

    A block is a period long: the entries but the last where that is the first of the next one's ("reflect"), else all
    of them. In the modes that mirror, every other block has them in reverse.
    """
    period = length - 1 if mode == "reflect" else length
    for number in range(start // period, -(-end // period)):
        low, high = max(start - number * period, 0), min(end - number * period, period)
        first, last = length - 1 - low, length - 1 - high
        in_reverse = mode != "wrap" and number % 2
        yield (
            number,
            slice(first, last if last >= 0 else None, -1) if in_reverse else slice(low, high),
            number * period + low,
        )


def _sources(length: int, width: Width, mode: str) -> Iterator[tuple[slice, slice]]:
    """Slices of the margins, and the entries of the array that they repeat: as many, or one for all."""
    before, after = width
    if mode == "edge" or (length == 1 and mode != "wrap"):
        yield slice(before), slice(1)
        yield slice(before + length, None), slice(length - 1, length)
        return
    for start, end in ((-before, 0), (length, length + after)):
        for _, entries, at in _blocks(start, end, length, mode):
            count = len(range(*entries.indices(length)))
            yield slice(before + at, before + at + count), entries


def _behind_batch(length: int, widths: Widths, mode: Any) -> tuple[Any, ...]:
    return ((0, 0), *widths), mode


def _padded_back(ct: Any, widths: Widths, mode: Any) -> Any:
    return folded(ct, widths, mode)


def _folded_back(ct: Any, widths: Widths, mode: Any) -> Any:
    return padded(ct, widths, mode)


@linear(shifted(_behind_batch), x=_padded_back)
def padded(x: Any, widths: Widths, mode: Any) -> Any:
    """With margins that repeat entries of the array."""
    return np.pad(x, widths, mode)[()]


@linear(shifted(_behind_batch), x=_folded_back)
def folded(x: Any, widths: Widths, mode: Any) -> Any:
    """Without the margins, which are added to the entries that they repeat: the last axis first."""
    mine = False
    for axis, (before, after) in reversed([*enumerate(widths)]):
        if not before and not after:
            continue
        length = x.shape[axis] - before - after
        inside = _part(x, axis, before, before + length)
        inside, mine = inside if mine else inside.copy(), True
        for margin, entries in _sources(length, (before, after), mode):
            part, whole = _part(x, axis, margin.start, margin.stop), inside[(*(slice(None),) * axis, entries)]
            whole += part if part.shape == whole.shape else part.sum(axis, keepdims=True)
        x = inside
    return x


Parts: TypeAlias = list[Any]
Margins: TypeAlias = Callable[[Any, int, Width], tuple[Parts, Parts]]
"""(array, axis, width) -> what comes before it, and what after."""


def _filled(value: Any, x: Any, axis: int, width: int) -> Parts:
    """`value`, of length 1 along the axis or a number, `width` times."""
    shape = (*x.shape[:axis], width, *x.shape[axis + 1 :])
    return [np.broadcast_to(value if value.dtype == x.dtype else value.astype(x.dtype), shape)] if width else []


def _pairs(values: Any, ndim: int) -> Any:
    """A number before and one after, for each axis."""
    return np.broadcast_to(operand(values), (ndim, 2))


def _ends(x: Any, axis: int) -> tuple[Any, Any]:
    """The first and the last entries along an axis."""
    return _part(x, axis, 1), _part(x, axis, -1, None)


def _constant(x: Any, constant_values: Any) -> Margins:
    values = _pairs(constant_values, x.ndim)

    def margins(x: Any, axis: int, width: Width) -> tuple[Parts, Parts]:
        before, after = (_filled(values[axis, i], x, axis, width[i]) for i in (0, 1))
        return before, after

    return margins


def _linear_ramp(x: Any, end_values: Any = 0) -> Margins:
    values = _pairs(end_values, x.ndim)

    def ramp(x: Any, axis: int, width: int, end: Any, edge: Any) -> Any:
        dtype = x.dtype if x.dtype.kind in "fc" else np.dtype(float)
        steps = np.arange(width).astype(dtype).reshape((-1, *(1,) * (x.ndim - 1 - axis)))
        end, edge = (part if part.dtype == dtype else part.astype(dtype) for part in (end, edge))
        slope = end + steps * ((edge - end) / width)
        slope = np.floor(slope) if x.dtype.kind in "iu" else slope
        return slope if dtype == x.dtype else slope.astype(x.dtype)

    def margins(x: Any, axis: int, width: Width) -> tuple[Parts, Parts]:
        first, last = _ends(x, axis)
        before = [ramp(x, axis, width[0], values[axis, 0], first)] if width[0] else []
        after = [np.flip(ramp(x, axis, width[1], values[axis, 1], last), axis)] if width[1] else []
        return before, after

    return margins


def _statistic(target: Callable[..., Any]) -> Callable[..., Margins]:
    """A statistic of the first and of the last `stat_length` entries."""

    def made(x: Any, stat_length: Any = None) -> Margins:
        lengths = [(None, None)] * x.ndim if stat_length is None else _lengths(stat_length, x.ndim)
        if target in (np.max, np.min) and any(0 in pair for pair in lengths):
            raise ValueError("stat_length of 0 yields no value for padding")

        def margins(x: Any, axis: int, width: Width) -> tuple[Parts, Parts]:
            length = x.shape[axis]
            first, last = (length if n is None else min(n, length) for n in lengths[axis])
            before = target(_part(x, axis, first), axis=axis, keepdims=True)
            whole = first == last == length
            after = before if whole else target(_part(x, axis, length - last, None), axis=axis, keepdims=True)
            if x.dtype.kind in "iu":  # in a batch; NumPy rounds
                before, after = np.rint(before), np.rint(after)
            return _filled(before, x, axis, width[0]), _filled(after, x, axis, width[1])

        return margins

    return made


def _lengths(stat_length: Any, ndim: int) -> list[Any]:
    return [tuple([None if n is None else index(n) for n in pair]) for pair in np.broadcast_to(stat_length, (ndim, 2))]


# Mirrored "odd", the array is turned about its end points: f(-t) = 2 first - f(t) and, from the last place on,
# f(t) = 2 last - f(-t). Both together: two blocks on it is larger by 2 (last - first).


def _turned(mode: str) -> Callable[..., Margins]:
    def made(x: Any, reflect_type: str) -> Margins:
        if reflect_type != "odd":
            raise ValueError(f"reflect_type is 'even' or 'odd', not {reflect_type!r}")
        return margins

    def margins(x: Any, axis: int, width: Width) -> tuple[Parts, Parts]:
        length = x.shape[axis]
        first, last = _ends(x, axis)
        if length == 1:
            return _filled(first, x, axis, width[0]), _filled(last, x, axis, width[1])

        def parts(start: int, end: int) -> Iterator[Any]:
            for number, entries, _ in _blocks(start, end, length, mode):
                turns, in_reverse = divmod(number, 2)
                part = x[(*(slice(None),) * axis, entries)]
                part = 2 * last - part if in_reverse else part
                yield part + 2 * turns * (last - first) if turns else part

        return list(parts(-width[0], 0)), list(parts(length, length + width[1]))

    return made


_REPEATING = frozenset({"edge", "reflect", "symmetric", "wrap"})
_MARGINS: dict[str, Callable[..., Margins]] = {
    "constant": _constant,
    "linear_ramp": _linear_ramp,
    "maximum": _statistic(np.max),
    "mean": _statistic(np.mean),
    "median": _statistic(np.median),
    "minimum": _statistic(np.min),
    "reflect": _turned("reflect"),
    "symmetric": _turned("symmetric"),
}
_OPTIONS = {
    "constant": "constant_values",
    "linear_ramp": "end_values",
    **dict.fromkeys(("maximum", "mean", "median", "minimum"), "stat_length"),
    **dict.fromkeys(("reflect", "symmetric"), "reflect_type"),
    **dict.fromkeys(("edge", "empty", "wrap"), ""),
}
"""Each mode, with the keyword that it takes."""
