"""Leaves on their way into a transform and out of it: the caller's numbers and arrays, gradients."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad._spec import Spec, Value, generic, ndarray, type_of
from tapegrad._values import project, scalar_or_array
from tapegrad.errors import DomainError

_KINDS = {
    "b": "boolean",
    "i": "integer",
    "u": "integer",
    "O": "object",
    "U": "string",
    "S": "bytes",
    "M": "datetime",
    "m": "timedelta",
    "V": "structured",
}


def admit(leaf: Any) -> Value:
    """What a level computes on for a leaf that is to be differentiated: a copy that the caller cannot change.

    Raises `DomainError` for what is not a floating or complex number or array; its message goes on from the leaf's
    name.
    """
    kind = type_of(leaf)
    if kind is np.ndarray and leaf.dtype.kind in "fc":
        return leaf.copy("K") if leaf.ndim else leaf[()]
    if kind is float or kind is int:
        return np.float64(leaf)
    if kind is np.float64:
        return leaf
    if kind is complex:
        return np.complex128(leaf)
    if isinstance(leaf, (np.ma.MaskedArray, np.matrix)):
        raise DomainError(
            f"is a {kind.__name__}, whose arithmetic is not an array's. Pass a plain array: np.asarray(x)."
        )
    if hasattr(leaf, "primal"):
        leaf = _as_number(leaf)
    dtype = getattr(leaf, "dtype", None)
    if not isinstance(dtype, np.dtype):
        raise DomainError(f"is {_described(leaf)}, which has no derivative. {_REMEDY}{_CONTAINER}.")
    if dtype.kind not in "fc":
        raise DomainError(
            f"has dtype {dtype}: {_KINDS[dtype.kind]} values have no derivative. {_REMEDY}, or convert it: "
            f"x.astype(float)."
        )
    if issubclass(type(leaf), ndarray):
        return np.array(leaf)[()]
    return leaf


def _as_number(variable: Any) -> Any:
    """A Variable that stands for the caller's own leaf, as NumPy's number where that is Python's or has no axes."""
    if type(variable.primal) in (float, int, complex):
        return np.positive(variable).astype(np.result_type(variable.primal, np.float64))
    return variable[()] if type(variable.primal) is ndarray and not variable.ndim else variable


_CONTAINER = "; a container of numbers becomes a tree by tapegrad.extend.register_tree"
_REMEDY = "Differentiate the other arguments only (argnums=), or pass it by keyword"


def _described(leaf: Any) -> str:
    return "None" if leaf is None else f"a {type(leaf).__name__}"


_PLAIN = frozenset({ndarray, float, int, complex, np.float64})
"""The commonest leaves: an attribute that they lack takes longer to look up than they do to restore."""


def restored(value: Value, leaf: Any) -> Any:
    """A gradient as the caller's leaf is: an array for an array, also with no axes, else a NumPy scalar; fresh."""
    if type(leaf) not in _PLAIN and hasattr(leaf, "boxed"):
        return leaf.boxed(value)
    if issubclass(type(value), ndarray) or (issubclass(type(leaf), ndarray) and issubclass(type(value), generic)):
        return np.array(value, leaf.dtype)
    return value


def direction(leaf: Any, spec: Spec, what: str) -> Value:
    """A tangent, cotangent or seed that the caller gave for something of this Spec; `what` names it in messages."""
    value: Any = leaf if hasattr(leaf, "primal") else scalar_or_array(leaf)
    if not hasattr(value, "dtype") or value.dtype.kind not in "biufc":
        raise DomainError(f"{what} is a number or an array of numbers, not {_described(leaf)}.")
    if value.shape != spec.shape:
        raise ValueError(f"{what} has shape {value.shape}, but must have shape {spec.shape}.")
    if value.dtype.kind == "c" and spec.dtype.kind != "c":
        raise DomainError(f"{what} is complex, but what it belongs to is real: its imaginary part would be lost.")
    return project(value, spec)
