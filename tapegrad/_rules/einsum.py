"""Sums of products over named axes: einsum, tensordot.

One bilinear primitive, `contract`: two arrays in which no axis is named twice or stands alone, so that its transposes
are of the same form. The fronts bring everything to that form.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from operator import index
from string import ascii_letters
from typing import Any

import attrs
import numpy as np

from tapegrad._core.door import apply
from tapegrad._core.primitive import Primitive
from tapegrad._rules.axes import normalize_axes
from tapegrad._rules.fronts import is_sequence, operand, stands_for
from tapegrad._rules.kinds import bilinear
from tapegrad._rules.matricizing import parts, planned
from tapegrad._rules.ufuncs import cast, refuse

LETTERS = "".join(sorted(ascii_letters))
"""The names of axes, in NumPy's order."""


@lru_cache(maxsize=4096)
def turned(subscripts: str) -> tuple[str, str]:
    """The contractions of the cotangent with y, and of x with the cotangent, that give the cotangents of x and of y."""
    x, y, out = parts(subscripts)
    return f"{out},{y}->{x}", f"{x},{out}->{y}"


def _behind_batch(primitive: Primitive, args: Sequence[Any], batched: Sequence[bool]) -> Any:
    x, y, subscripts = args
    names_x, names_y, out = parts(subscripts)
    batch = next(name for name in LETTERS if name not in subscripts)
    return apply(primitive, x, y, f"{batch * batched[0]}{names_x},{batch * batched[1]}{names_y}->{batch}{out}")


def _left(ct: Any, y: Any, subscripts: str) -> Any:
    return contract(ct, y, turned(subscripts)[0])


def _right(ct: Any, x: Any, subscripts: str) -> Any:
    return contract(x, ct, turned(subscripts)[1])


@bilinear(_behind_batch, x=_left, y=_right)
def contract(x: Any, y: Any, subscripts: str) -> Any:
    """The sum of products over axes that are not in the output. Each name is in two of x, y and output, or in all."""
    plan = planned(subscripts, x.shape, y.shape)
    return np.einsum(subscripts, x, y)[()] if plan is None else plan(x, y)


@stands_for(np.tensordot, np.linalg.tensordot)
def tensordot(a: Any, b: Any, axes: Any = 2) -> Any:
    """The sum of products over the last axes of `a` and the first of `b`, or over the pairs of axes given."""
    x, y = operand(a), operand(b)
    axes_x, axes_y = _pairs(axes, x.ndim, y.ndim)
    if [x.shape[i] for i in axes_x] != [y.shape[i] for i in axes_y]:
        raise ValueError(f"shape-mismatch for sum: axes {axes_x} of {x.shape} and {axes_y} of {y.shape}")
    return contract(x, y, _spelled(x.ndim, axes_x, y.ndim, axes_y))


def _pairs(axes: Any, ndim_x: int, ndim_y: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The axes to sum over, in pairs, counted from the front."""
    if not np.iterable(axes):
        count = index(axes)
        if not 0 <= count <= min(ndim_x, ndim_y):
            raise ValueError(f"shape-mismatch for sum: {count} axes of arrays with {ndim_x} and {ndim_y}")
        return tuple(range(ndim_x - count, ndim_x)), tuple(range(count))
    first, second = axes
    pairs = normalize_axes(_several(first), ndim_x), normalize_axes(_several(second), ndim_y)
    if len(pairs[0]) != len(pairs[1]):
        raise ValueError("shape-mismatch for sum: axes= names more axes of one array than of the other")
    return pairs


def _several(axes: Any) -> tuple[int, ...]:
    return tuple(axes) if np.iterable(axes) else (axes,)


@lru_cache(maxsize=4096)
def _spelled(ndim_x: int, axes_x: tuple[int, ...], ndim_y: int, axes_y: tuple[int, ...]) -> str:
    names_x = LETTERS[:ndim_x]
    free = iter(LETTERS[ndim_x:])
    names_y = "".join([names_x[axes_x[axes_y.index(i)]] if i in axes_y else next(free) for i in range(ndim_y)])
    out = [name for name in names_x if name not in names_y] + [name for name in names_y if name not in names_x]
    return f"{names_x},{names_y}->{''.join(out)}"


@stands_for(np.einsum)
def einsum(
    *operands: Any, out: None = None, optimize: Any = False, dtype: Any = None, order: str = "K", casting: Any = "safe"
) -> Any:
    """Einstein's sum. More than two arrays are contracted in pairs, in the order of `optimize`; False is "greedy"."""
    refuse("einsum", {"out": out, "order": order})
    subscripts, *given = operands if isinstance(operands[0], str) else _from_lists(operands)
    arrays = [operand(x) for x in given]
    common = np.dtype(dtype) if dtype is not None else np.result_type(*[x.dtype for x in arrays])
    for x in arrays:
        if not np.can_cast(x.dtype, common, casting):
            raise TypeError(f"einsum: cannot cast from {x.dtype} to {common} according to the rule '{casting}'")
    arrays = [x if x.dtype == common else cast(x, common) for x in arrays]
    route = tuple(optimize) if is_sequence(optimize) else optimize
    reading = read(subscripts, tuple([x.shape for x in arrays]), route)
    pending = [_named_once(x, names) for x, names in zip(arrays, reading.names, strict=True)]
    for group in reading.path:
        chosen = [pending.pop(i) for i in sorted(group, reverse=True)]
        while len(chosen) > 1:
            first, second = chosen.pop(), chosen.pop()
            chosen.append(_pair(first, second, reading.out, [names for _, names in pending + chosen]))
        pending.extend(chosen)
    ((x, names),) = pending
    x, names = _summed(x, names, reading.out)
    return x if names == reading.out else np.transpose(x, [names.index(name) for name in reading.out])


def _from_lists(operands: Sequence[Any]) -> list[Any]:
    """The call with a list of numbers behind each array, as one with subscripts."""
    spelled = ",".join(map(_letters, operands[1::2]))
    if len(operands) % 2:
        return [f"{spelled}->{_letters(operands[-1])}", *operands[:-1:2]]
    return [spelled, *operands[::2]]


def _letters(names: Sequence[Any]) -> str:
    """A list of numbers as subscripts."""
    spelled = ["..." if name is Ellipsis else LETTERS[index(name) :][:1] for name in names]
    if "" in spelled or any(name is not Ellipsis and name < 0 for name in names):
        raise ValueError(f"einsum: axes are named by numbers from 0 to {len(LETTERS) - 1}, not by {list(names)}")
    return "".join(spelled)


@attrs.frozen
class Reading:
    """Subscripts, read for arrays of certain shapes."""

    names: tuple[str, ...]
    """Of each array's axes, with letters for the ellipsis too."""
    out: str
    path: tuple[tuple[int, ...], ...]
    """Which arrays to contract, one group after the other; a result joins the end of the line."""


@lru_cache(maxsize=1024)
def read(subscripts: str, shapes: tuple[tuple[int, ...], ...], optimize: Any) -> Reading:
    """Read `subscripts`, and check that they fit."""
    np.einsum(subscripts, *[np.zeros((1,) * len(shape)) for shape in shapes])  # NumPy finds what is misspelt
    left, arrow, out = subscripts.replace(" ", "").partition("->")
    terms = left.split(",")
    bare = [len(term.replace("...", "")) for term in terms]
    hidden = [len(shape) - count for count, shape in zip(bare, shapes, strict=True)]
    dots = "".join([name for name in LETTERS if name not in subscripts][: max(hidden)])
    names = tuple([term.replace("...", dots[len(dots) - count :]) for term, count in zip(terms, hidden, strict=True)])
    if not arrow:
        out = "..." + "".join([name for name in LETTERS if left.count(name) == 1])
    _check_lengths(names, shapes)
    path: list[tuple[int, ...]] = [tuple(range(len(names)))]
    if len(names) > 2 or not (optimize is None or isinstance(optimize, bool)):
        dummies = [np.broadcast_to(0.0, shape) for shape in shapes]
        _, *path = np.einsum_path(subscripts, *dummies, optimize=_route(optimize))[0]
    return Reading(names, out.replace("...", dots), tuple(path))


def _route(optimize: Any) -> Any:
    """The order of contraction as `np.einsum_path` takes it."""
    if optimize is False or optimize is None:
        return "greedy"
    return list(optimize) if is_sequence(optimize) and optimize[0] == "einsum_path" else optimize


def _check_lengths(names: Sequence[str], shapes: Sequence[tuple[int, ...]]) -> None:
    lengths: dict[str, int] = {}
    for term, shape in zip(names, shapes, strict=True):
        own: dict[str, int] = {}
        for name, length in zip(term, shape, strict=True):
            if own.setdefault(name, length) != length or (1 != length != lengths.get(name, 1) != 1):
                raise ValueError(f"einsum: axes named {name!r} differ in length, in arrays of the shapes {shapes}")
            if length != 1:
                lengths[name] = length


def _named_once(x: Any, names: str) -> tuple[Any, str]:
    """The diagonal of the axes that share a name."""
    for name in names:
        while names.count(name) > 1:
            first, second = names.index(name), names.rindex(name)
            x = np.diagonal(x, 0, first, second)
            names = names[:first] + names[first + 1 : second] + names[second + 1 :] + name
    return x, names


def _summed(x: Any, names: str, needed: str) -> tuple[Any, str]:
    """The sum over the axes that nothing else needs."""
    alone = tuple([i for i, name in enumerate(names) if name not in needed])
    if alone:
        x = np.sum(x, axis=alone, dtype=x.dtype) if x.dtype.kind in "iub" else np.sum(x, axis=alone)
    return x, "".join([name for name in names if name in needed])


def _stretched(x: Any, names: str, y: Any, others: str) -> tuple[Any, str]:
    """`x` without its axes of length 1 that are longer in `y`."""
    longer = {name for name, length in zip(others, y.shape, strict=True) if length != 1}
    kept = [i for i, name in enumerate(names) if x.shape[i] != 1 or name not in longer]
    if len(kept) < len(names):
        x = np.reshape(x, [x.shape[i] for i in kept])
    return x, "".join([names[i] for i in kept])


def _pair(first: tuple[Any, str], second: tuple[Any, str], out: str, waiting: Sequence[str]) -> tuple[Any, str]:
    """Two arrays contracted, as far as the output and those still waiting allow."""
    needed = "".join((out, *waiting))
    x, names_x = _stretched(*first, *second)
    y, names_y = _stretched(*second, x, names_x)
    x, names_x = _summed(x, names_x, names_y + needed)
    y, names_y = _summed(y, names_y, names_x + needed)
    made = "".join(dict.fromkeys(name for name in (names_x + names_y if waiting else out) if name in needed))
    return contract(x, y, f"{names_x},{names_y}->{made}"), made
