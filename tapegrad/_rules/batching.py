"""How a batch axis passes through a primitive. The batch is always on axis 0."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from tapegrad._core.door import apply
from tapegrad._core.primitive import Batch, Primitive
from tapegrad.errors import BatchError


def aligned(args: Sequence[Any], batched: Sequence[bool]) -> list[Any]:
    """The arguments with the axes of each element lined up, so that they broadcast behind the batch axis."""
    rank = max(np.ndim(x) - own for x, own in zip(args, batched, strict=True))
    return [
        np.reshape(x, (np.shape(x)[0], *(1,) * (rank + 1 - np.ndim(x)), *np.shape(x)[1:]))
        if own and np.ndim(x) <= rank
        else x
        for x, own in zip(args, batched, strict=True)
    ]


def broadcast(primitive: Primitive, args: Sequence[Any], batched: Sequence[bool]) -> Any:
    """One more leading axis: for elementwise functions, and for stacks of matrices."""
    width = primitive.width(args)
    return apply(primitive, *aligned(args[:width], batched[:width]), *args[width:])


def size(args: Sequence[Any], batched: Sequence[bool]) -> int:
    """The length of the batch."""
    return next(int(np.shape(x)[0]) for x, own in zip(args, batched, strict=True) if own)


def spread(args: Sequence[Any], batched: Sequence[bool]) -> list[Any]:
    """The arguments, each with the batch axis."""
    length = size(args, batched)
    return [x if own else np.broadcast_to(x, (length, *np.shape(x))) for x, own in zip(args, batched, strict=True)]


def shifted(shift: Callable[..., tuple[Any, ...]]) -> Batch:
    """The same primitive with other parameters.

    `shift(length, *parameters)` says which, past a batch axis of that length, which all arrays get first.
    """

    def batch(primitive: Primitive, args: Sequence[Any], batched: Sequence[bool]) -> Any:
        width = primitive.width(args)
        arrays = spread(args[:width], batched[:width])
        return apply(primitive, *arrays, *shift(np.shape(arrays[0])[0], *args[width:]))

    return batch


def past_batch(length: int, axes: Any, *rest: Any) -> tuple[Any, ...]:
    """For `shifted`: the axis or axes that come first among the parameters, behind the batch axis."""
    return axes + 1 if isinstance(axes, int) else tuple([axis + 1 for axis in axes]), *rest


def unchanged(length: int, *parameters: Any) -> tuple[Any, ...]:
    """For `shifted`: no parameter speaks of axes."""
    return parameters


def loop(primitive: Primitive, args: Sequence[Any], batched: Sequence[bool]) -> Any:
    """Always right, never fast: one application for each element of the batch."""
    if not size(args, batched):
        raise BatchError(f"{primitive.name} is batched by a loop, and an empty batch shows no shapes to it.")
    rows = [
        apply(primitive, *(x[i] if own else x for x, own in zip(args, batched, strict=True)))
        for i in range(size(args, batched))
    ]
    return np.stack(rows) if primitive.results == 1 else tuple(np.stack(column) for column in zip(*rows, strict=True))
