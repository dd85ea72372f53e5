"""What a program may ask of an array before it computes: shape and dtype. The answers are Python's and NumPy's own."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

import numpy as np

from tapegrad._core.variable import Variable, shown_value
from tapegrad._rules.axes import normalize_axes
from tapegrad._rules.fronts import is_variable, operand, pythons, stands_for


@stands_for(np.shape)
def shape(a: Any) -> tuple[int, ...]:
    """The length of each axis."""
    lengths: tuple[int, ...] = operand(a).shape
    return lengths


@stands_for(np.ndim)
def ndim(a: Any) -> int:
    """The number of axes."""
    axes: int = operand(a).ndim
    return axes


@stands_for(np.size)
def size(a: Any, axis: Any = None) -> int:
    """The number of elements, in all or along axes."""
    x = operand(a)
    return prod([x.shape[i] for i in normalize_axes(axis, x.ndim)])


def _as_type(x: Any) -> Any:
    return x.dtype if isinstance(x, Variable) else x


@stands_for(np.result_type)
def result_type(*arrays_and_dtypes: Any) -> np.dtype[Any]:
    """The dtype in which these would be computed together; of Python's numbers, what stands for them."""
    weak = map(pythons, arrays_and_dtypes)
    types = [_as_type(x) if own is None else own for x, own in zip(arrays_and_dtypes, weak, strict=True)]
    dtype: np.dtype[Any] = np.result_type(*types)
    return dtype


@stands_for(np.can_cast)
def can_cast(from_: Any, to: Any, casting: Any = "safe") -> bool:
    """Whether the conversion is allowed."""
    return np.can_cast(_as_type(from_), to, casting)


@stands_for(np.common_type)
def common_type(*arrays: Any) -> Any:
    """The floating type that holds all of them."""
    return np.common_type(*(np.empty(0, operand(x).dtype) for x in arrays))


@stands_for(np.min_scalar_type)
def min_scalar_type(a: Any, /) -> np.dtype[Any]:
    """The dtype of an array."""
    dtype: np.dtype[Any] = operand(a).dtype
    return dtype


@stands_for(np.iscomplexobj)
def iscomplexobj(x: Any) -> bool:
    """Whether the dtype is complex."""
    return bool(operand(x).dtype.kind == "c")


@stands_for(np.isrealobj)
def isrealobj(x: Any) -> bool:
    """Whether the dtype is not complex."""
    return not iscomplexobj(x)


def _shown(target: Callable[..., str]) -> None:
    """A function that shows an array, as a Variable's value; what stands for any value has none to be shown."""

    @stands_for(target)
    def shown(arr: Any, *args: Any, **keywords: Any) -> str:
        value = shown_value(arr)
        return repr(value) if is_variable(value) else target(value, *args, **keywords)


for _shows in (np.array2string, np.array_repr, np.array_str):
    _shown(_shows)
