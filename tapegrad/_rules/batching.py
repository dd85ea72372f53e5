"""How a batch axis passes through a primitive. The batch is always on axis 0."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np

from tapegrad._core.door import apply
from tapegrad._core.primitive import Batch, Primitive

NUMBERS: Final = (float, int, bool, complex)
"""Python's own: they have no `ndim`."""


def ndim(x: Any) -> int:
    """The number of axes; `np.ndim` without its dispatch."""
    axes: int = x.ndim if hasattr(x, "ndim") else 0 if type(x) in NUMBERS else np.ndim(x)
    return axes


def aligned(args: Sequence[Any], batched: Sequence[bool], ranks: Sequence[int] = ()) -> Sequence[Any]:
    """The arguments with the axes of each element lined up, so that they broadcast behind the batch axis.

    With `ranks`, they are stacks of vectors (rank 1) or matrices (rank 2), and the axes of the stacks are lined up.
    """
    depths = [ndim(x) - own for x, own in zip(args, batched, strict=True)]
    if ranks:
        depths = [depth - rank for depth, rank in zip(depths, ranks, strict=True)]
    deepest = max(depths)
    if depths.count(deepest) == len(depths):
        return args
    return [
        x.reshape(x.shape[0], *(1,) * (deepest - depth), *x.shape[1:]) if own and depth < deepest else x
        for x, own, depth in zip(args, batched, depths, strict=True)
    ]


def broadcast(primitive: Primitive, args: Sequence[Any], batched: Sequence[bool]) -> Any:
    """One more leading axis: for elementwise functions, and for stacks of matrices."""
    width = primitive.arity
    if width == 1:
        return apply(primitive, *args)
    if width == len(args):
        return apply(primitive, *aligned(args, batched))
    width = primitive.width(args)
    return apply(primitive, *aligned(args[:width], batched[:width]), *args[width:])


def size(args: Sequence[Any], batched: Sequence[bool]) -> int:
    """The length of the batch."""
    return next(int(x.shape[0]) for x, own in zip(args, batched, strict=True) if own)


def spread(args: Sequence[Any], batched: Sequence[bool]) -> list[Any]:
    """The arguments, each with the batch axis."""
    length = size(args, batched)
    return [x if own else np.broadcast_to(x, (length, *np.shape(x))) for x, own in zip(args, batched, strict=True)]


def shifted(shift: Callable[..., tuple[Any, ...]]) -> Batch:
    """The same primitive with other parameters.

    `shift(length, *parameters)` says which, past a batch axis of that length, which all arrays get first.
    """

    def batch(primitive: Primitive, args: Sequence[Any], batched: Sequence[bool]) -> Any:
        if primitive.arity == 1:
            x, *parameters = args
            return apply(primitive, x, *shift(x.shape[0], *parameters))
        width = primitive.width(args)
        arrays = spread(args[:width], batched[:width])
        return apply(primitive, *arrays, *shift(arrays[0].shape[0], *args[width:]))

    return batch


def past_batch(length: int, axes: Any, *rest: Any) -> tuple[Any, ...]:
    """For `shifted`: the axis or axes that come first among the parameters, behind the batch axis."""
    return axes + 1 if isinstance(axes, int) else tuple([axis + 1 for axis in axes]), *rest


def unchanged(length: int, *parameters: Any) -> tuple[Any, ...]:
    """For `shifted`: no parameter speaks of axes."""
    return parameters


def loop(primitive: Primitive, args: Sequence[Any], batched: Sequence[bool]) -> Any:
    """Always right, never fast: one application for each element of the batch."""
    length = size(args, batched)
    if not length:  # an element of ones shows the shapes
        args = [np.ones((1, *x.shape[1:]), x.dtype) if own else x for x, own in zip(args, batched, strict=True)]
    rows = [
        apply(primitive, *(x[i] if own else x for x, own in zip(args, batched, strict=True)))
        for i in range(max(length, 1))
    ]
    if primitive.results == 1:
        return np.stack(rows)[:length]
    return tuple([np.stack(column)[:length] for column in zip(*rows, strict=True)])
