"""The same elements in another shape: reshaped, permuted, flipped, repeated by broadcasting.

The memory layout is no part of a Variable's value: `copy` means nothing to it, and orders that ask for the layout are
refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from operator import index
from typing import Any

import numpy as np

from tapegrad._core.door import apply
from tapegrad._core.primitive import Primitive
from tapegrad._place import user_line
from tapegrad._rules.axes import normalize_axes, normalize_axis
from tapegrad._rules.batching import past_batch, shifted
from tapegrad._rules.dependences import Transpose
from tapegrad._rules.fronts import operand, stands_for
from tapegrad._rules.kinds import declare
from tapegrad._spec import Spec
from tapegrad.errors import MissingRuleError


def _reshape(x: Any, shape: tuple[int, ...]) -> Any:
    return x.reshape(shape) if shape else x.reshape(())[()]


def _reshape_back(ct: Any, x: Spec, shape: tuple[int, ...]) -> Any:
    return reshaped(ct, x.shape)


def _with_batch(length: int, shape: tuple[int, ...]) -> tuple[tuple[int, ...]]:
    return ((length, *shape),)


def _permute(x: Any, axes: tuple[int, ...]) -> Any:
    return x.transpose(axes)


def _permute_back(ct: Any, axes: tuple[int, ...]) -> Any:
    return permuted(ct, tuple(sorted(range(len(axes)), key=axes.__getitem__)))


def _permuted_past_batch(length: int, axes: tuple[int, ...]) -> tuple[tuple[int, ...]]:
    return ((0, *[axis + 1 for axis in axes]),)


def _flip(x: Any, axes: tuple[int, ...]) -> Any:
    return x[tuple([slice(None, None, -1 if i in axes else 1) for i in range(x.ndim)])]


def _flip_back(ct: Any, axes: tuple[int, ...]) -> Any:
    return flipped(ct, axes)


def _as_it_is(ct: Any) -> Any:
    """The sweep sums a cotangent down to its argument's shape by itself."""
    return ct


def _broadcast(x: Any, shape: tuple[int, ...]) -> Any:
    return np.broadcast_to(x, shape)[()]


def _broadcast_batch(primitive: Primitive, args: Sequence[Any], batched: Sequence[bool]) -> Any:
    x, shape = args
    length, *own = x.shape
    return apply(primitive, reshaped(x, (length, *(1,) * (len(shape) - len(own)), *own)), (length, *shape))


reshaped = declare("reshape", _reshape, {"x": Transpose(_reshape_back)}, batch=shifted(_with_batch))
"""(x, shape), in C order; the shape is complete."""
permuted = declare("transpose", _permute, {"x": Transpose(_permute_back)}, batch=shifted(_permuted_past_batch))
flipped = declare("flip", _flip, {"x": Transpose(_flip_back)}, batch=shifted(past_batch))
broadcasted = declare("broadcast_to", _broadcast, {"x": Transpose(_as_it_is)}, batch=_broadcast_batch)


def complete(shape: Any, own: tuple[int, ...]) -> tuple[int, ...]:
    """`shape` as a tuple, with -1 worked out for an array that has its `own`."""
    lengths = tuple([index(n) for n in shape]) if np.iterable(shape) else (index(shape),)
    if -1 in lengths and lengths.count(-1) == 1:
        size, rest = prod(own), -prod(lengths)
        if rest == 0 or size % rest:
            raise ValueError(f"cannot reshape array of size {size} into shape {lengths}")
        return tuple([size // rest if n == -1 else n for n in lengths])
    return lengths


def in_order(x: Any, shape: tuple[int, ...], order: str) -> Any:
    """`x` in another shape, read and filled in C order (the last axis fastest) or F order (the first)."""
    if order == "C":
        return reshaped(x, shape)
    if order != "F":
        raise MissingRuleError(
            f"order={order!r} at {user_line()} asks for a layout in memory; a Variable has none. Write 'C' or 'F'."
        )
    return T(reshaped(T(x), shape[::-1]))


@stands_for(np.reshape)
def reshape(a: Any, /, shape: Any = None, order: str = "C", *, newshape: Any = None, copy: bool | None = None) -> Any:
    """The same elements in another shape."""
    x = operand(a)
    target = newshape if shape is None else shape
    if target is None:
        raise TypeError("reshape() missing 1 required positional argument: 'shape'")
    return in_order(x, complete(target, x.shape), order)


def reshape_method(x: Any, *shape: Any, order: str = "C", copy: bool | None = None) -> Any:
    """x.reshape(2, 3) or x.reshape((2, 3))."""
    return in_order(x, complete(shape[0] if len(shape) == 1 else shape, x.shape), order)


@stands_for(np.ravel)
def ravel(a: Any, order: str = "C") -> Any:
    """All elements along one axis."""
    x = operand(a)
    return in_order(x, (prod(x.shape),), order)


def flatten(x: Any, order: str = "C") -> Any:
    """The method x.flatten()."""
    return in_order(x, (prod(x.shape),), order)


@stands_for(np.transpose)
def transpose(a: Any, axes: Any = None) -> Any:
    """The axes in another order: reversed, or as `axes` says."""
    x = operand(a)
    if axes is None:
        return T(x)
    order = normalize_axes(axes, x.ndim)
    if len(order) != x.ndim:
        raise ValueError("axes don't match array")
    return permuted(x, order)


def transpose_method(x: Any, *axes: Any) -> Any:
    """x.transpose(), x.transpose(1, 0) or x.transpose((1, 0))."""
    return transpose(x, axes[0] if len(axes) == 1 and not isinstance(axes[0], int) else axes or None)


def T(x: Any) -> Any:  # noqa: N802  (NumPy's name)
    """The property x.T: the axes reversed."""
    return permuted(x, tuple(range(x.ndim - 1, -1, -1)))


@stands_for(np.matrix_transpose)
def matrix_transpose(x: Any, /) -> Any:
    """The last two axes swapped; also the property x.mT."""
    x = operand(x)
    if x.ndim < 2:
        raise ValueError(f"matrix transpose needs at least two axes, and there are {x.ndim}")
    return swapaxes(x, -1, -2)


mT = matrix_transpose  # noqa: N816  (NumPy's name)


@stands_for(np.swapaxes)
def swapaxes(a: Any, axis1: int, axis2: int) -> Any:
    """Two axes swapped."""
    x = operand(a)
    order = list(range(x.ndim))
    one, two = normalize_axis(axis1, x.ndim), normalize_axis(axis2, x.ndim)
    order[one], order[two] = two, one
    return permuted(x, tuple(order))


@stands_for(np.moveaxis)
def moveaxis(a: Any, source: Any, destination: Any) -> Any:
    """Axes moved to new places; the others stay in their order."""
    x = operand(a)
    sources, destinations = normalize_axes(source, x.ndim), normalize_axes(destination, x.ndim)
    if len(sources) != len(destinations):
        raise ValueError("`source` and `destination` arguments must have the same number of elements")
    order = [axis for axis in range(x.ndim) if axis not in sources]
    for to, axis in sorted(zip(destinations, sources, strict=True)):
        order.insert(to, axis)
    return permuted(x, tuple(order))


@stands_for(np.expand_dims)
def expand_dims(a: Any, axis: Any) -> Any:
    """New axes of length 1, at these places of the result."""
    x = operand(a)
    ndim = x.ndim + np.size(axis)
    axes = normalize_axes(axis, ndim)
    lengths = iter(x.shape)
    return reshaped(x, tuple([1 if i in axes else next(lengths) for i in range(ndim)]))


@stands_for(np.squeeze)
def squeeze(a: Any, axis: Any = None) -> Any:
    """Without the axes of length 1: all of them, or those named."""
    x = operand(a)
    axes = [i for i, n in enumerate(x.shape) if n == 1] if axis is None else normalize_axes(axis, x.ndim)
    if any(x.shape[i] != 1 for i in axes):
        raise ValueError("cannot select an axis to squeeze out which has size not equal to one")
    return reshaped(x, tuple([n for i, n in enumerate(x.shape) if i not in axes]))


@stands_for(np.broadcast_to)
def broadcast_to(array: Any, shape: Any, subok: bool = False) -> Any:
    """Repeated along axes of length 1, and along new axes in front, to this shape."""
    return broadcasted(operand(array), complete(shape, ()))


@stands_for(np.broadcast_arrays)
def broadcast_arrays(*args: Any, subok: bool = False) -> tuple[Any, ...]:
    """All of them broadcast against one another."""
    arrays = [operand(x) for x in args]
    shape = np.broadcast_shapes(*(x.shape for x in arrays))
    return tuple([x if x.shape == shape else broadcasted(x, shape) for x in arrays])


@stands_for(np.atleast_1d)
def atleast_1d(*arys: Any) -> Any:
    """With at least one axis; of several arrays, a tuple."""
    return _each([x if x.ndim else reshaped(x, (1,)) for x in map(operand, arys)])


@stands_for(np.atleast_2d)
def atleast_2d(*arys: Any) -> Any:
    """With at least two axes, new ones in front; of several arrays, a tuple."""
    return _each([x if x.ndim > 1 else reshaped(x, (1, x.size)) for x in map(operand, arys)])


@stands_for(np.atleast_3d)
def atleast_3d(*arys: Any) -> Any:
    """With at least three axes, added behind, and of a single one on both sides; of several arrays, a tuple."""
    return _each(
        [x if x.ndim > 2 else reshaped(x, (*x.shape, 1) if x.ndim == 2 else (1, x.size, 1)) for x in map(operand, arys)]
    )


def _each(arrays: list[Any]) -> Any:
    return arrays[0] if len(arrays) == 1 else tuple(arrays)


@stands_for(np.flip)
def flip(m: Any, axis: Any = None) -> Any:
    """In reverse order along axes."""
    x = operand(m)
    return flipped(x, normalize_axes(axis, x.ndim))


@stands_for(np.fliplr)
def fliplr(m: Any) -> Any:
    """In reverse order along axis 1."""
    return flip(m, 1)


@stands_for(np.flipud)
def flipud(m: Any) -> Any:
    """In reverse order along axis 0."""
    return flip(m, 0)
