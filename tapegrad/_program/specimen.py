"""Specimens: what stands for values while a Program is recorded, and what primitives make of it, at hardly any cost.

A specimen has the type, shape and dtype of a value. All its elements are one and the same, and lie at one place:
however many there are, they take no memory.

What a primitive makes of specimens is found in one of three ways. Views (a slice, a transpose) cost nothing, and are
taken. Where the shape of the result follows from those of the arguments, all else (type, dtype, whether it shares
memory) is read off what the primitive makes of arrays with at most one entry along each axis. For any other primitive
there is no way but to apply it to real values.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import attrs
import numpy as np

from tapegrad._core.door import numpys
from tapegrad._core.primitive import Primitive, is_elementwise
from tapegrad._program.shapes import SHAPES, VIEWS, ZEROS, Shape, broadcast, gathered
from tapegrad._spec import SEVERAL, generic, ndarray, type_of

PYTHONS: Mapping[str, Any] = {
    "divide": np.divide,
    "power": np.float_power,
    "general_power": np.float_power,
    "python's floor_divide": np.floor_divide,
    "python's remainder": np.remainder,
    "python's left_shift": np.left_shift,
    "python's right_shift": np.right_shift,
}
"""What NumPy has for a quotient, power or shift of Python's numbers, where theirs raises or leaves the reals."""


@attrs.frozen
class Outcome:
    """What a primitive makes."""

    results: Sequence[Any]
    """A specimen of each."""
    aliases: bool
    """Whether one of them may share memory with an argument."""

    @classmethod
    def of(cls, results: Sequence[Any], args: Sequence[Any]) -> Outcome:
        """Of results, made of such arguments."""
        aliases = any(
            isinstance(out, ndarray)
            and any(out is arg or np.may_share_memory(out, arg) for arg in args if isinstance(arg, ndarray))
            for out in results
        )
        return cls([specimen(out) for out in results], aliases)


def stretched(shape: Shape, dtype: np.dtype[Any]) -> Any:
    """The specimen of an array: of zeros, where it may be one of positions, which 0 is within; else of ones."""
    return _stretched(shape, dtype, dtype.char)


@lru_cache(10_000)
def _stretched(shape: Shape, dtype: np.dtype[Any], char: str) -> Any:
    """The same; by the character too, as int64 and longlong are equal, and of different types."""
    return np.broadcast_to(np.asarray(dtype.kind not in "iu", dtype), shape)


def spread_out(shape: Shape, dtype: np.dtype[Any]) -> Any:
    """The same for what is a number of NumPy's where there are no axes."""
    return stretched(shape, dtype) if shape else stretched((), dtype)[()]


def specimen(value: Any) -> Any:
    """That of a value. A number of Python's is its own."""
    if isinstance(value, ndarray):
        return stretched(value.shape, value.dtype)
    return spread_out((), value.dtype) if isinstance(value, generic) else value


def outcome(primitive: Primitive, args: Sequence[Any]) -> Outcome | None:
    """What a primitive makes of specimens and constants; None where it takes values to know.

    What does not fit together raises as it does eagerly.
    """
    width = primitive.width(args)
    arrays: list[Any] = [np.array(x) if isinstance(x, SEVERAL) else x for x in args[:width]]
    parameters = args[width:]
    shape: Shape | None
    if primitive.name in ZEROS:
        return Outcome([spread_out(parameters[-1], arrays[0].dtype)], False)
    if primitive.name in VIEWS:
        return _of_values(primitive, args)
    if primitive.name == "gather":
        x, *positions = arrays
        shape = gathered(x.shape, positions, *parameters)
        return _of_values(primitive, args) if shape is None else Outcome([spread_out(shape, x.dtype)], False)
    rule = broadcast if is_elementwise(primitive) else SHAPES.get(primitive.name)
    if rule is None:
        return None
    shape = rule([np.shape(x) for x in arrays], parameters)
    if shape is None:
        return _of_values(primitive, args)
    few = _of_few(primitive, *map(_kind, (*arrays, *parameters)))
    if any(np.ndim(out) != len(shape) for out in few.results):
        return None
    return Outcome([stretched(shape, x.dtype) if isinstance(x, ndarray) else x for x in few.results], few.aliases)


def _kind(value: Any) -> Any:
    """What the type of a result may depend on: of an array, where it is empty, and its dtype; of a constant, it."""
    if isinstance(value, ndarray):
        return ndarray, (tuple([min(n, 1) for n in value.shape]), value.dtype, value.dtype.char)
    return type_of(value), None if isinstance(value, generic) else value


def _of_kind(kind: Any, value: Any) -> Any:
    if kind is ndarray:
        return _stretched(*value)
    return kind(1) if issubclass(kind, generic) else value


@lru_cache(10_000)
def _of_few(primitive: Primitive, *kinds: Any) -> Outcome:
    """What a primitive makes of arrays with at most one entry along each axis."""
    with np.errstate(all="ignore"):
        return _of_values(primitive, [_of_kind(*kind) for kind in kinds])


def applied(primitive: Primitive, args: Sequence[Any]) -> Sequence[Any]:
    """What a primitive makes of values, as a sequence."""
    try:
        result = primitive.compute(*args)
    except (ZeroDivisionError, OverflowError, ValueError):
        if primitive.name not in PYTHONS:
            raise
        result = PYTHONS[primitive.name](*args).item()
    if type_of(result) is complex and not any(np.iscomplexobj(x) for x in args):
        result = PYTHONS[primitive.name](*args).item()
    result = numpys(result, args)
    return (result,) if primitive.results == 1 else result


def _of_values(primitive: Primitive, args: Sequence[Any]) -> Outcome:
    return Outcome.of(applied(primitive, args), args)
