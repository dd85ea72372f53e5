"""The shapes of what primitives make: from the shapes of their arrays, and from their parameters."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import starmap
from typing import Any, Final, TypeAlias

import numpy as np

from tapegrad._program.constants import is_uniform
from tapegrad._rules.folding import kept_shape
from tapegrad._rules.matricizing import parts
from tapegrad._rules.positions import ARRAY, Layout, mask

Shape: TypeAlias = tuple[int, ...]
Rule: TypeAlias = Callable[[Sequence[Shape], Sequence[Any]], Shape | None]
"""(shapes of the arrays, parameters) -> the shape of all outputs; None where the arrays do not fit one another."""

VIEWS: Final = frozenset(
    {"reshape", "transpose", "flip", "slice_of", "broadcast_to", "spread", "diagonal_of", "array", "copy"}
)
"""Primitives that only look at an array in another way, or write one that is small."""
ZEROS: Final = frozenset({"place", "place all", "scatter"})
"""Primitives that write their first array into zeros, whose shape is the last parameter."""


def broadcast(shapes: Sequence[Shape], parameters: Sequence[Any]) -> Shape | None:
    """Of elementwise primitives: the common one."""
    distinct = {shape for shape in shapes if shape}
    if len(distinct) < 2:
        return distinct.pop() if distinct else ()
    try:
        return np.broadcast_shapes(*distinct)
    except ValueError:
        return None


def _first(shapes: Sequence[Shape], parameters: Sequence[Any]) -> Shape:
    return shapes[0]


def _reduced(shapes: Sequence[Shape], parameters: Sequence[Any]) -> Shape:
    """With the parameters (axes, keepdims), and what may follow."""
    axes, keepdims, *_ = parameters
    kept = kept_shape(shapes[0], axes)
    return kept if keepdims else _without(kept, axes)


def _without(shape: Shape, axes: Sequence[int]) -> Shape:
    return tuple([n for i, n in enumerate(shape) if i not in axes])


def _found(shapes: Sequence[Shape], parameters: Sequence[Any]) -> Shape:
    """Of positions along one axis."""
    return _without(shapes[0], parameters)


def _longer(by: int) -> Rule:
    """Along one axis."""

    def rule(shapes: Sequence[Shape], parameters: Sequence[Any]) -> Shape:
        (axis,) = parameters
        return tuple([max(n + by, 0) if i == axis else n for i, n in enumerate(shapes[0])])

    return rule


def _product(rank_x: int, rank_y: int) -> Rule:
    """Of stacks of vectors (rank 1) and matrices (rank 2)."""

    def rule(shapes: Sequence[Shape], parameters: Sequence[Any]) -> Shape | None:
        x, y = shapes
        stack = broadcast((x[:-rank_x], y[:-rank_y]), ())
        if x[-1] != y[-rank_y] or stack is None:
            return None
        return (*stack, *x[-rank_x:-1], *y[len(y) - rank_y + 1 :])

    return rule


def _contracted(shapes: Sequence[Shape], parameters: Sequence[Any]) -> Shape | None:
    *names, out = parts(parameters[0])
    lengths: dict[str, int] = {}
    for axes, shape in zip(names, shapes, strict=True):
        if len(axes) != len(shape) or any(
            lengths.setdefault(*pair) != pair[1] for pair in zip(axes, shape, strict=True)
        ):
            return None
    return tuple([lengths[axis] for axis in out])


def _joined(shapes: Sequence[Shape], parameters: Sequence[Any]) -> Shape | None:
    axis, ends = parameters
    shape, *others = [_without(shape, (axis,)) for shape in shapes]
    return (*shape[:axis], ends[-1], *shape[axis:]) if all(other == shape for other in others) else None


def _stacked(shapes: Sequence[Shape], parameters: Sequence[Any]) -> Shape:
    (axis,) = parameters
    return (*shapes[0][:axis], len(shapes), *shapes[0][axis:])


SHAPES: Final[Mapping[str, Rule]] = {
    **dict.fromkeys(("cumsum", "cumprod", "argsort", "rolled"), _first),
    **dict.fromkeys(("special.softmax", "special.log_softmax"), _first),
    **dict.fromkeys(("sum", "mean", "var", "prod", "max", "min", "nanmax", "nanmin", "any", "all"), _reduced),
    **dict.fromkeys(("count_nonzero", "norm", "norm_of_order", "special.logsumexp"), _reduced),
    **dict.fromkeys(("argmax", "argmin", "nanargmax", "nanargmin"), _found),
    "difference": _longer(-1),
    "received": _longer(1),
    "matmul": _product(2, 2),
    "matvec": _product(2, 1),
    "vecmat": _product(1, 2),
    "vecdot": _product(1, 1),
    "contract": _contracted,
    "concatenate": _joined,
    "stack": _stacked,
}
"""By the names of primitives. What these make of arrays with at most one entry along each axis has the type, the dtype
and the number of axes of what they make of whole arrays."""


def gathered(shape: Shape, positions: Sequence[Any], layout: Layout) -> Shape | None:
    """Of the rows at arrays of positions; None for any other index, and where a position is out of bounds."""
    rows = len(positions)
    if layout != (ARRAY,) * rows or rows > len(shape) or any(map(mask, positions)):
        return None
    if not all(starmap(_in_bounds, zip(positions, shape, strict=False))):
        return None
    group = broadcast([position.shape for position in positions], ())
    return None if group is None else (*group, *shape[rows:])


def _in_bounds(position: Any, length: int) -> bool:
    found = position[(0,) * position.ndim] if is_uniform(position) else position
    return not found.size or bool(-length <= found.min() and found.max() < length)
