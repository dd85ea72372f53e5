"""What a linear rule may know of an array: its shape and dtype, not its values."""

from __future__ import annotations

from math import prod
from typing import Any, TypeAlias

import attrs
import numpy as np

Value: TypeAlias = Any
"""What a level computes on: an ndarray, a NumPy scalar, or a Variable of a level further out."""


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


FLOAT64 = Spec((), np.dtype(np.float64))
"""The Spec of every `np.float64`: shared, so that the commonest case is recognised by identity."""


def spec_of(value: Value) -> Spec:
    """The Spec of a floating or complex value. Anything else has no derivative: `TypeError`."""
    if type(value) is np.float64:
        return FLOAT64
    dtype = value.dtype
    if dtype.kind not in "fc":
        raise TypeError(f"a value of dtype {dtype} cannot be differentiated: convert it with .astype(float)")
    return FLOAT64 if dtype == FLOAT64.dtype and value.shape == () else Spec(value.shape, dtype)
