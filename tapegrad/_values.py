"""Values on their way in and out of a level: what is admitted, what is kept, what is handed over."""

from __future__ import annotations

from collections.abc import Iterable
from numbers import Real
from typing import Any

import numpy as np

from tapegrad._place import user_line
from tapegrad._spec import Spec, Value, generic, is_strange, ndarray
from tapegrad._sums import sum_down
from tapegrad.errors import DomainError

PYTHONS: Any = (float, int, complex)
ARRAYS: Any = (np.ndarray, list)


def operand(value: Any) -> Value:
    """A constant as operations take it: Python's numbers and NumPy's own; anything else of numbers as an array."""
    if is_strange(value):
        refuse_strange((value,))
    if issubclass(type(value), (ndarray, generic, PYTHONS)) or value is None or isinstance(value, str):
        return value
    if isinstance(value, Real):
        return float(value)
    return np.array(value)[()]


def refuse_strange(args: Iterable[Any]) -> None:
    """`DomainError` for a masked array or a matrix, which would be computed with as if it were an array."""
    for arg in args:
        if is_strange(arg):
            raise DomainError(
                f"an operation at {user_line()} met a {type(arg).__name__}, whose arithmetic is not an array's. Use a "
                "plain array, np.asarray(x); what is masked is left out by np.where(mask, 0, x) or where=~mask."
            )


def owned(value: Value, dtype: np.dtype[Any] | None = None) -> Value:
    """A constant as a rule may read it later: a copy that the caller cannot change, in the precision of `dtype`.

    Rules must not compute in the constant's own precision: `y - 1` of an unsigned 0 is 255. Python's numbers have none.
    An array that owns its memory and is read-only is kept as it is: so the caller can save the copy.
    """
    if issubclass(type(value), PYTHONS) and not issubclass(type(value), generic):
        return value
    if dtype is not None:
        dtype = in_precision(value.dtype, dtype)
    if issubclass(type(value), ndarray) and (dtype is None or value.dtype == dtype):
        return value if value.base is None and not value.flags.writeable else value.copy()
    if issubclass(type(value), generic) and (dtype is None or value.dtype == dtype):
        return value
    return np.array(value, dtype)[()]


def in_precision(dtype: np.dtype[Any], wanted: np.dtype[Any]) -> np.dtype[Any]:
    """The dtype of numbers of this one in the precision of another: what is real stays real."""
    return np.dtype(f"f{wanted.itemsize // 2}") if wanted.kind == "c" != dtype.kind else wanted


def held(value: Value) -> Value:
    """An argument of which there is no derivative (a mask, positions), as a rule may read it later."""
    return owned(value) if issubclass(type(value), ARRAYS) else value


def read_only(value: Value) -> Value:
    """A view of an array that cannot be written through; any other value as it is."""
    if not issubclass(type(value), ndarray):
        return value
    view = value.view()
    view.flags.writeable = False
    return view


def scalar_or_array(value: Value) -> Value:
    """`value` as NumPy computes with it fastest: a scalar where there are no axes."""
    return np.asarray(value)[()]


def project(value: Value, spec: Spec) -> Value:
    """`value` in the dtype of `spec`; of a complex one where that is real, the real part."""
    if value.dtype.kind == "c" and spec.dtype.kind != "c":
        value = value.real
    return value if value.dtype == spec.dtype else value.astype(spec.dtype)


def fit(value: Value, spec: Spec) -> Value:
    """`value` summed down to the shape of `spec` and projected to its dtype: broadcasting and casting, transposed."""
    if issubclass(type(value), PYTHONS):
        value = scalar_or_array(value)
    shape = value.shape
    if shape != spec.shape:
        extra = len(shape) - len(spec.shape)
        if extra < 0 or any(n not in (1, shape[i]) for i, n in enumerate(spec.shape, extra)):
            raise DomainError(
                f"a reverse rule gave a cotangent of shape {shape} for an argument of shape {spec.shape}. It has the "
                "argument's shape, or one that this broadcasts to."
            )
        stretched = [i for i, n in enumerate(spec.shape, extra) if n == 1 != shape[i]]
        value = sum_down(value, (*range(extra), *stretched))
        if stretched:
            value = value.reshape(spec.shape)
    return project(value, spec)


def spread(value: Value, spec: Spec) -> Value:
    """`value` broadcast to the shape of `spec`, and projected to its dtype."""
    if issubclass(type(value), PYTHONS):
        value = scalar_or_array(value)
    if value is None:
        raise DomainError("a forward rule gave None for a tangent: it must return one")
    return project(value if value.shape == spec.shape else np.broadcast_to(value, spec.shape), spec)


def fresh(value: Value) -> Value:
    """An array that shares memory with no other, to hand over to the caller."""
    return value.copy() if issubclass(type(value), ndarray) else value
