"""Values on their way in and out of a level: what is admitted, what is kept, what is handed over."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad._spec import Spec, Value, ndarray

_list: Any = list


def owned(value: Value) -> Value:
    """`value`, or a copy of it where the caller could change it later."""
    if isinstance(value, ndarray):
        return value if value.base is None and not value.flags.writeable else value.copy()
    return np.array(value) if isinstance(value, _list) else value


def read_only(value: Value) -> Value:
    """A view of an array that cannot be written through; any other value as it is."""
    if not isinstance(value, ndarray):
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
    if isinstance(value, (int, float, complex)):
        value = scalar_or_array(value)
    shape = value.shape
    extra = len(shape) - len(spec.shape)
    if shape != spec.shape and extra >= 0:
        stretched = [i for i, n in enumerate(spec.shape, extra) if n == 1 != shape[i]]
        value = value.sum((*range(extra), *stretched))
        if stretched:
            value = value.reshape(spec.shape)
    return spread(value, spec)  # a rule may leave it to us to repeat a cotangent


def spread(value: Value, spec: Spec) -> Value:
    """`value` broadcast to the shape of `spec`, and projected to its dtype."""
    if isinstance(value, (int, float, complex)):
        value = scalar_or_array(value)
    return project(value if value.shape == spec.shape else np.broadcast_to(value, spec.shape), spec)


def fresh(value: Value) -> Value:
    """An array that shares memory with no other, to hand over to the caller."""
    return value.copy() if isinstance(value, ndarray) else value
