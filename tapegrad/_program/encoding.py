"""Constants of a Program as JSON, and back: every bit of a number, arrays by their place in a list."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
import math
from typing import Any

import attrs
import numpy as np

from tapegrad._program.constants import is_uniform
from tapegrad._spec import generic, ndarray, type_of

RECORDS: Mapping[str, str] = {
    "Choice": "tapegrad._scipy.linalg.hermitian",
    "Rectangular": "tapegrad._scipy.interpolate",
    "Spline": "tapegrad._scipy.splines",
    "Way": "tapegrad._scipy.sampling",
}
"""The classes that parameters of the library's primitives have, and where they are found."""


def encoded(value: Any, arrays: list[Any]) -> Any:
    """A constant as JSON. Arrays are added to `arrays`."""
    kind = type_of(value)
    if value is None or kind in (bool, int, str) or (kind is float and math.isfinite(value)):
        return value
    if kind in (float, complex):
        return {"python": _bits(np.asarray(value))}
    if isinstance(value, generic) and value.dtype.kind in "biufc":
        return {"number": _bits(value)}
    if kind is ndarray and value.dtype.kind in "biufc":
        if is_uniform(value):
            return {"uniform": [list(value.shape), _bits(value[(0,) * value.ndim])]}
        arrays.append(value)
        return {"array": len(arrays) - 1}
    if issubclass(kind, np.dtype) and value.kind in "biufc":
        return {"dtype": value.str}
    if kind is slice:
        return {"slice": [encoded(part, arrays) for part in (value.start, value.stop, value.step)]}
    if value is Ellipsis:
        return {"ellipsis": None}
    if kind in (tuple, list):
        return {kind.__name__: [encoded(part, arrays) for part in value]}
    if RECORDS.get(kind.__name__) == kind.__module__:
        fields = {field.name: encoded(getattr(value, field.name), arrays) for field in attrs.fields(type_of(value))}
        return {"record": [kind.__name__, fields]}
    raise TypeError(f"a Program with a {kind.__name__} in it cannot be saved as JSON: pickle it")


def decoded(value: Any, arrays: Sequence[Any]) -> Any:
    """The constant that JSON stands for."""
    if type_of(value) is not dict:
        return value
    ((kind, content),) = value.items()
    return DECODERS[kind](content, arrays)


def _bits(number: Any) -> list[str]:
    return [number.dtype.str, number.tobytes().hex()]


def _number(bits: Any) -> Any:
    return np.frombuffer(bytes.fromhex(bits[1]), bits[0])[0]


def _uniform(content: Any, arrays: Sequence[Any]) -> Any:
    return np.broadcast_to(_number(content[1]), content[0])


def _slice(parts: Any, arrays: Sequence[Any]) -> slice:
    start, stop, step = (decoded(part, arrays) for part in parts)
    return slice(start, stop, step)


def _record(content: Any, arrays: Sequence[Any]) -> Any:
    name, fields = content
    cls = getattr(import_module(RECORDS[name]), name)
    return cls(**{key: decoded(value, arrays) for key, value in fields.items()})


DECODERS: Mapping[str, Callable[[Any, Sequence[Any]], Any]] = {
    "python": lambda bits, arrays: _number(bits).item(),
    "number": lambda bits, arrays: _number(bits),
    "uniform": _uniform,
    "array": lambda i, arrays: arrays[i],
    "dtype": lambda name, arrays: np.dtype(name),
    "slice": _slice,
    "ellipsis": lambda nothing, arrays: Ellipsis,
    "tuple": lambda parts, arrays: tuple([decoded(part, arrays) for part in parts]),
    "list": lambda parts, arrays: [decoded(part, arrays) for part in parts],
    "record": _record,
}
