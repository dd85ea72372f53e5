"""What a linear rule may know of an array: its shape and dtype, not its values."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any, TypeAlias

import attrs
import numpy as np

from tapegrad._place import user_line
from tapegrad.errors import DomainError

Value: TypeAlias = Any
"""What a level computes on: an ndarray, a NumPy scalar, or a Variable of a level further out."""

ndarray: Any = np.ndarray
generic: Any = np.generic
several: Any = tuple
SEVERAL: Any = (tuple, list)
type_of: Callable[[Any], Any] = type
"""Classes to recognise a Value by.

They are Any, so that it stays a Value to checkers: else it became an array of unknown type.
"""


@attrs.frozen
class Spec:
    """The shape and dtype of an array."""

    shape: tuple[int, ...]
    dtype: np.dtype[Any]

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """The number of elements."""
        return prod(self.shape)

    def zeros(self) -> Value:
        """A new zero array of this shape and dtype; a NumPy scalar where there are no axes."""
        return np.zeros(self.shape, self.dtype) if self.shape else self.dtype.type(0)

    def ones(self) -> Value:
        """A new array of ones of this shape and dtype; a NumPy scalar where there are no axes."""
        return np.ones(self.shape, self.dtype) if self.shape else self.dtype.type(1)


def is_strange(value: Any) -> bool:
    """Whether this is an array whose arithmetic is not an array's."""
    cls = type_of(value)
    if cls is ndarray or not issubclass(cls, ndarray):
        return False
    return issubclass(cls, (np.ma.MaskedArray, np.matrix))  # np.ma takes time to import: hardly anyone comes here


FLOAT64 = Spec((), np.dtype(np.float64))
"""The Spec of every `np.float64`, recognised by identity."""

_known: dict[tuple[tuple[int, ...], np.dtype[Any]], Spec] = {((), FLOAT64.dtype): FLOAT64}
_MOST = 10_000


def spec_of(value: Value) -> Spec:
    """The Spec of a floating or complex value. Anything else has no derivative: `DomainError`.

    Specs are shared: finding one costs a quarter of making one.
    """
    if type(value) is not ndarray and is_strange(value):
        raise DomainError(
            f"an operation at {user_line()} gave a {type(value).__name__}, whose arithmetic is not an array's."
        )
    key = (value.shape, value.dtype)
    spec = _known.get(key)
    return _new_spec(*key) if spec is None else spec


def _new_spec(shape: tuple[int, ...], dtype: np.dtype[Any]) -> Spec:
    if dtype.kind not in "fc":
        raise DomainError(
            f"a value of dtype {dtype} at {user_line()} has no derivative: convert it with .astype(float)"
        )
    if len(_known) >= _MOST:  # a program that meets ever new shapes
        _known.clear()
        _known[(), FLOAT64.dtype] = FLOAT64
    return _known.setdefault((shape, dtype), Spec(shape, dtype))
