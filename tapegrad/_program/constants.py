"""Constants of a Program: compared by their type and every bit of their value."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import attrs
import numpy as np

from tapegrad._spec import SEVERAL, Spec, generic, ndarray, type_of
from tapegrad._tree import field_names
from tapegrad.typing import override

NUMERIC: Any = (ndarray, generic, bool, int, float, complex)
PYTHONS = frozenset({bool, int, float, complex})
DECEPTIVE: Any = (bool, int, float, complex, generic, tuple, frozenset)
"""Of these, equal ones may compute otherwise: 1, 1.0 and True, 0.0 and -0.0, and what holds them."""
SHOWN = 8
"""Arrays of so many elements are shown in full."""


@attrs.frozen(eq=False, repr=False)
class Literal:
    """A constant: a number, an array that nobody else can change, or whatever a parameter is.

    Equal are constants that no computation can tell apart: 0.0 and -0.0, 1 and 1.0 and True are different, nan is nan.
    """

    value: Any
    key: Any = attrs.field(init=False, default=attrs.Factory(lambda self: key_of(self.value), takes_self=True))

    @property
    def spec(self) -> Spec:
        """The shape and dtype; of what is no number nor array (a name, a function), that of an object."""
        if not isinstance(self.value, NUMERIC):
            return Spec((), np.dtype(object))
        return Spec(np.shape(self.value), np.result_type(self.value))

    @property
    def weak(self) -> bool:
        """Whether it is one of Python's numbers, which have no dtype of their own beside NumPy's."""
        return type_of(self.value) in PYTHONS

    @override
    def __eq__(self, other: object) -> bool:
        return isinstance(other, Literal) and self.key == other.key

    @override
    def __hash__(self) -> int:
        return hash(self.key)

    @override
    def __str__(self) -> str:
        if isinstance(self.value, ndarray) and self.value.size > SHOWN:
            uniform = f" of {self.value.flat[0]}" if is_uniform(self.value) else ""
            return f"<{shown_spec(self.spec)}{uniform}>"
        return " ".join(repr(self.value).split())

    @override
    def __repr__(self) -> str:
        return str(self)


def shown_spec(spec: Spec) -> str:
    """A Spec in a few letters: `float64[3,4]`."""
    return f"{spec.dtype}[{','.join(map(str, spec.shape))}]" if spec.shape else str(spec.dtype)


def is_uniform(array: Any) -> bool:
    """Whether an array is one number, repeated without taking memory."""
    return array.ndim > 0 and array.size > 0 and not any(array.strides)


def constant(value: Any) -> Literal:
    """A Literal for a value that somebody else may change later: arrays are copied, unless nobody can."""
    if isinstance(value, ndarray):
        return Literal(_compact(value))
    return Literal(np.array(value) if type_of(value) is list else value)


def _compact(array: Any) -> Any:
    """A copy that nobody can change; a view of one element where all are the same (the seeds of sums are ones)."""
    if array.ndim and array.size and array.dtype.kind in "biufc" and _is_same_everywhere(array):
        return np.broadcast_to(array[(0,) * array.ndim].copy(), array.shape)
    if not array.flags.writeable and array.base is None:
        return array
    array = array.copy()
    array.flags.writeable = False
    return array


def _is_same_everywhere(array: Any) -> bool:
    """Whether all elements are the same, bit for bit."""
    if is_uniform(array):
        return True
    first = array[(0,) * array.ndim]
    if array.flat[array.size - 1] != first or not np.all(array == first):
        return False
    parts = ((array.real, first.real), (array.imag, first.imag)) if array.dtype.kind == "c" else ((array, first),)
    return all(one != 0 or not np.any(np.signbit(part)) for part, one in parts)


def _bits(array: Any) -> bytes:
    """The bytes of numbers; of the extended precision of x86, those that mean something."""
    if array.dtype.char not in "gG" or np.finfo(array.dtype).nmant != 63:
        written: bytes = array.tobytes()
        return written
    numbers = np.ravel(array).view(np.longdouble)
    return numbers.view(np.uint8).reshape(len(numbers), numbers.itemsize)[:, :10].tobytes()


def key_of(value: Any) -> Any:
    """Something hashable that tells constants apart as computations do, also the numbers inside of frozen values."""
    kind = type_of(value)
    if kind is ndarray and value.dtype.hasobject:  # whose bytes are addresses
        return ndarray, value.shape, value.dtype, key_of(value.tolist())
    if kind is ndarray:
        elements = value[(0,) * value.ndim] if is_uniform(value) else value
        return ndarray, value.shape, value.dtype, is_uniform(value), _bits(elements)
    if isinstance(value, (generic, float, complex)):
        array = np.asarray(value)
        return kind, array.dtype, _bits(array)
    if kind is slice:
        return slice, key_of(value.start), key_of(value.stop), key_of(value.step)
    if isinstance(value, SEVERAL):
        return kind, tuple([key_of(part) for part in value])
    if kind is frozenset:
        return kind, frozenset([key_of(part) for part in value])
    fields = [getattr(value, name) for name in _compared(kind)]
    return kind, value, *(key_of(part) for part in fields if isinstance(part, DECEPTIVE) or _compared(type_of(part)))


@lru_cache(10_000)
def _compared(kind: type[Any]) -> Sequence[str]:
    """The fields of a class whose values are compared by what they hold."""
    by_identity: Any = object.__hash__
    return () if kind.__hash__ is by_identity else field_names(kind) or ()
