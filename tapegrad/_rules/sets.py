"""Arrays as sets: the values that there are, each once.

The values are entries of the arrays, and differentiable: of equal ones, the first. Positions, numbers and verdicts are
constants.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from inspect import signature
from math import prod
from typing import Any, NoReturn

import numpy as np

from tapegrad._core.door import apply
from tapegrad._core.primitive import Primitive
from tapegrad._place import user_line
from tapegrad._rules.axes import normalize_axis
from tapegrad._rules.batching import spread
from tapegrad._rules.fronts import operand, stands_for
from tapegrad._rules.kinds import declare
from tapegrad._rules.picking import searched_lines
from tapegrad._rules.untyped import plain
from tapegrad.errors import BatchError


def _no_common_shape(primitive: Primitive, args: Sequence[Any], batched: Sequence[bool]) -> NoReturn:
    raise BatchError(
        f"{primitive.name} at {user_line()} would give each element of the batch a result of its own length. Sort "
        "with np.sort(x), which keeps the shape."
    )


def _found(x: Any, axis: int | None, equal_nan: bool, unsorted: bool) -> tuple[Any, Any, Any]:
    _, index, inverse, counts = np.unique(x, True, True, True, axis, equal_nan=equal_nan)
    if unsorted:  # in the order in which NumPy comes upon them
        values = plain.unique(x, equal_nan=equal_nan, sorted=False)
        place = np.empty_like(index)
        place[np.argsort(values, kind="stable")] = index
        index = place
    return index, inverse, counts


unique_places = declare("unique", _found, {"x": None}, outputs=("index", "inverse", "counts"), batch=_no_common_shape)


def _unique(a: Any, axis: int | None, equal_nan: bool, unsorted: bool) -> tuple[Any, Any, Any, Any]:
    x = operand(a)
    along = None if axis is None else normalize_axis(axis, x.ndim)
    index, inverse, counts = unique_places(x, along, equal_nan, unsorted)
    return np.take(x, index, along), index, inverse, counts


@stands_for(np.unique)
def unique(
    ar: Any,
    return_index: bool = False,
    return_inverse: bool = False,
    return_counts: bool = False,
    axis: int | None = None,
    *,
    equal_nan: bool = True,
    sorted: bool = True,
) -> Any:
    """The different values, sorted."""
    wanted = (True, bool(return_index), bool(return_inverse), bool(return_counts))
    found = _unique(ar, axis, bool(equal_nan), not sorted and wanted.count(True) == 1 and axis is None)
    parts = [part for part, want in zip(found, wanted, strict=True) if want]
    return parts[0] if len(parts) == 1 else tuple(parts)


def _type(target: Callable[..., Any]) -> Callable[..., Any]:
    """The named tuple that a function returns."""
    result: Callable[..., Any] = target(np.zeros(1)).__class__
    return result


def _standard(target: Callable[..., Any], *parts: int) -> Callable[..., Any]:
    """One of the array standard's forms: a named tuple, nan different from nan."""
    result = _type(target)

    @stands_for(target)
    def front(x: Any) -> Any:
        """The different values, and where they stand."""
        found = _unique(x, None, False, False)
        return result(*(found[part] for part in parts))

    return front


unique_all = _standard(np.unique_all, 0, 1, 2, 3)
unique_counts = _standard(np.unique_counts, 0, 3)
unique_inverse = _standard(np.unique_inverse, 0, 2)
_UNSORTED = "sorted" in signature(np.unique).parameters
"""Whether NumPy gives them in no order: from 2.3 on."""


@stands_for(np.unique_values)
def unique_values(x: Any) -> Any:
    """The different values."""
    return _unique(x, None, False, _UNSORTED)[0]


@stands_for(np.union1d)
def union1d(ar1: Any, ar2: Any) -> Any:
    """The values in one or the other."""
    return unique(np.concatenate([operand(ar1), operand(ar2)], axis=None))


def _shared(x: Any, y: Any, assume_unique: bool) -> tuple[Any, Any]:
    _, first, second = np.intersect1d(x, y, assume_unique, return_indices=True)
    return first, second


shared_places = declare(
    "intersect1d", _shared, {"x": None, "y": None}, outputs=("first", "second"), batch=_no_common_shape
)


@stands_for(np.intersect1d)
def intersect1d(ar1: Any, ar2: Any, assume_unique: bool = False, return_indices: bool = False) -> Any:
    """The values in both: entries of the first."""
    x, y = operand(ar1), operand(ar2)
    first, second = shared_places(x, y, bool(assume_unique))
    values = np.take(x, first)
    dtype = np.result_type(x.dtype, y.dtype)
    values = values if values.dtype == dtype else values.astype(dtype)
    return (values, first, second) if return_indices else values


def _is_in(x: Any, values: Any, assume_unique: bool, invert: bool, kind: str | None) -> Any:
    return plain.isin(x, values, assume_unique, invert, kind=kind)


def _is_in_batch(primitive: Primitive, args: Sequence[Any], batched: Sequence[bool]) -> Any:
    """Each element of a batch among values of its own: is the first that is not smaller the same?"""
    if not batched[1]:
        return apply(primitive, *args)
    x, values = spread(args[:2], batched[:2])
    lines, values = (np.reshape(part, (part.shape[0], prod(part.shape[1:]))) for part in (x, values))
    found: Any = np.zeros(x.shape, bool)
    if values.shape[1]:
        values = np.sort(values, axis=-1)
        places = np.minimum(searched_lines(values, lines, "left"), values.shape[1] - 1)
        found = np.reshape(np.equal(np.take_along_axis(values, places, -1), lines), x.shape)
    return ~found if args[3] else found


is_in = declare("isin", _is_in, {"x": None, "values": None}, batch=_is_in_batch)


@stands_for(np.isin)
def isin(
    element: Any, test_elements: Any, assume_unique: bool = False, invert: bool = False, *, kind: str | None = None
) -> Any:
    """Which entries are among others."""
    return is_in(operand(element), operand(test_elements), bool(assume_unique), bool(invert), kind)


@stands_for(np.setdiff1d)
def setdiff1d(ar1: Any, ar2: Any, assume_unique: bool = False) -> Any:
    """The values of the first that are not in the second."""
    x = np.reshape(operand(ar1), -1) if assume_unique else unique(ar1)
    return x[isin(x, ar2, invert=True)]


@stands_for(np.setxor1d)
def setxor1d(ar1: Any, ar2: Any, assume_unique: bool = False) -> Any:
    """The values in one of them alone."""
    return np.sort(np.concatenate([setdiff1d(ar1, ar2, assume_unique), setdiff1d(ar2, ar1, assume_unique)]))
