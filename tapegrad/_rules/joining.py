"""Several arrays joined into one. Each gets its part of the cotangent: in all, the work of one copy."""

from __future__ import annotations

from itertools import accumulate
from typing import Any

import numpy as np

from tapegrad._rules.axes import normalize_axis
from tapegrad._rules.batching import past_batch, shifted
from tapegrad._rules.dependences import Operands
from tapegrad._rules.fronts import is_sequence, is_variable, operand, stands_for
from tapegrad._rules.kinds import declare
from tapegrad._rules.ufuncs import cast, refuse


def _join(*args: Any) -> Any:
    *arrays, axis, _ = args
    return np.concatenate(arrays, axis)


def _part(ct: Any, position: int, axis: int, ends: tuple[int, ...]) -> Any:
    return ct[(*(slice(None),) * axis, slice(ends[position], ends[position + 1]))]


def _stack(*args: Any) -> Any:
    *arrays, axis = args
    return np.stack(arrays, axis) if axis else np.array(arrays)  # which takes a fifth of the time


def _layer(ct: Any, position: int, axis: int) -> Any:
    return ct[(*(slice(None),) * axis, position)]


joined = declare(
    "concatenate",
    _join,
    {"arrays": Operands(_part)},
    batch=shifted(past_batch),
    joint=True,
    variadic=True,
    parameters=("axis", "ends"),
)
"""(*arrays, axis, ends): array i goes from ends[i] to ends[i + 1]."""

stacked = declare(
    "stack",
    _stack,
    {"arrays": Operands(_layer)},
    batch=shifted(past_batch),
    joint=True,
    variadic=True,
    parameters=("axis",),
)
"""(*arrays, axis)"""


def _operands(name: str, arrays: Any, dtype: Any, casting: Any) -> list[Any]:
    """The arrays, in the dtype that was asked for."""
    operands = [operand(x) for x in arrays]
    if dtype is None:
        return operands
    for x in operands:
        if not np.can_cast(x.dtype, dtype, casting):
            raise TypeError(
                f"{name}: cannot cast from {x.dtype} to {np.dtype(dtype)} according to the rule '{casting}'"
            )
    return [cast(x, dtype) for x in operands]


@stands_for(np.concatenate)
def concatenate(
    arrays: Any, /, axis: int | None = 0, out: None = None, *, dtype: Any = None, casting: str = "same_kind"
) -> Any:
    """Joined along an axis that they have; with axis None, flattened and joined."""
    refuse("concatenate", {"out": out})
    if is_variable(arrays) and dtype is None:
        return _merged(arrays, axis)
    parts = _operands("concatenate", arrays, dtype, casting)
    if axis is None:
        parts, axis = [np.reshape(x, -1) for x in parts], 0
    ranks = [len(x.shape) for x in parts]
    if not parts or 0 in ranks:
        missing = (
            "zero-dimensional arrays cannot be concatenated" if parts else "need at least one array to concatenate"
        )
        raise ValueError(missing)
    axis = normalize_axis(axis, ranks[0])
    if len(set(ranks)) > 1:
        raise ValueError(f"concatenate needs arrays with the same number of axes, and there are {ranks}")
    return joined(*parts, axis, (0, *accumulate([x.shape[axis] for x in parts])))


def _merged(x: Any, axis: int | None) -> Any:
    """The rows of one array, joined: its first axis moves before `axis` of the rows, and the two become one."""
    if axis is None:
        return np.reshape(x, -1)
    count, *lengths = x.shape
    axis = normalize_axis(axis, len(lengths))
    lengths[axis] *= count
    return np.reshape(np.moveaxis(x, 0, axis), tuple(lengths))


@stands_for(np.stack)
def stack(arrays: Any, axis: int = 0, out: None = None, *, dtype: Any = None, casting: str = "same_kind") -> Any:
    """Joined along a new axis."""
    refuse("stack", {"out": out})
    if is_variable(arrays) and dtype is None:
        return np.moveaxis(arrays, 0, normalize_axis(axis, arrays.ndim))
    parts = _operands("stack", arrays, dtype, casting)
    if not parts:
        raise ValueError("need at least one array to stack")
    if len({x.shape for x in parts}) > 1:
        raise ValueError("all input arrays must have the same shape")
    return stacked(*parts, normalize_axis(axis, parts[0].ndim + 1))


@stands_for(np.vstack)
def vstack(tup: Any, *, dtype: Any = None, casting: str = "same_kind") -> Any:
    """Joined along axis 0, rows made of what has one axis."""
    return concatenate([np.atleast_2d(operand(x)) for x in tup], 0, dtype=dtype, casting=casting)


@stands_for(np.hstack)
def hstack(tup: Any, *, dtype: Any = None, casting: str = "same_kind") -> Any:
    """Joined along axis 1, or along the one axis that they have."""
    parts = [np.atleast_1d(operand(x)) for x in tup]
    return concatenate(parts, 0 if parts and parts[0].ndim == 1 else 1, dtype=dtype, casting=casting)


@stands_for(np.dstack)
def dstack(tup: Any) -> Any:
    """Joined along axis 2."""
    return concatenate([np.atleast_3d(operand(x)) for x in tup], 2)


@stands_for(np.column_stack)
def column_stack(tup: Any) -> Any:
    """Joined along axis 1, columns made of what has one axis."""
    parts = [operand(x) for x in tup]
    return concatenate([x if x.ndim > 1 else np.reshape(x, (-1, 1)) for x in parts], 1)


@stands_for(np.append)
def append(arr: Any, values: Any, axis: int | None = None) -> Any:
    """`values` at the end of `arr`; with axis None, both flattened."""
    return concatenate([operand(arr), operand(values)], axis)


@stands_for(np.block)
def block(arrays: Any) -> Any:
    """Assembled from nested lists of blocks: the innermost lists along the last axis, the next along the one before."""
    depth, ndim = _nesting(arrays)
    return _assemble(arrays, depth, max(depth, ndim))


def _nesting(arrays: Any) -> tuple[int, int]:
    """How deep the lists go, and the largest number of axes of a block."""
    if not is_sequence(arrays):
        return 0, operand(arrays).ndim
    if not arrays:
        raise ValueError("a list in np.block is empty")
    depths, ranks = zip(*map(_nesting, arrays), strict=True)
    if len(set(depths)) > 1:
        raise ValueError("the lists in np.block are not all nested equally deep")
    return depths[0] + 1, max(ranks)


def _assemble(arrays: Any, depth: int, ndim: int) -> Any:
    if depth == 0:
        x = operand(arrays)
        return np.reshape(x, (1,) * (ndim - x.ndim) + x.shape)
    return concatenate([_assemble(part, depth - 1, ndim) for part in arrays], ndim - depth)
