"""Indices as constants: of triangles and diagonals, and of the flattened array."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad._rules.folding import surely
from tapegrad._rules.fronts import is_sequence, is_variable, operand, stands_for
from tapegrad._rules.placing import within
from tapegrad._rules.ufuncs import refuse


def _shape_of(a: Any) -> Any:
    """An array of the same shape, that takes no memory."""
    return np.broadcast_to(np.zeros(()), operand(a).shape)


@stands_for(np.tril_indices_from)
def tril_indices_from(arr: Any, k: int = 0) -> tuple[Any, Any]:
    """The indices of the lower triangle."""
    return np.tril_indices_from(_shape_of(arr), k)


@stands_for(np.triu_indices_from)
def triu_indices_from(arr: Any, k: int = 0) -> tuple[Any, Any]:
    """The indices of the upper triangle."""
    return np.triu_indices_from(_shape_of(arr), k)


@stands_for(np.diag_indices_from)
def diag_indices_from(arr: Any) -> tuple[Any, ...]:
    """The indices of the diagonal."""
    return np.diag_indices_from(_shape_of(arr))


@stands_for(np.unravel_index)
def unravel_index(indices: Any, shape: Any, order: str = "C") -> tuple[Any, ...]:
    """The indices along each axis of what has these indices in the flattened array."""
    lengths = tuple(shape) if is_sequence(shape) else (shape,)
    rest = operand(indices)
    parts: list[Any] = []
    for n in reversed(lengths) if order == "C" else lengths:
        parts.append(rest % n)
        rest = rest // n
    if surely(rest):
        raise ValueError(f"an index is out of bounds for an array of shape {lengths}")
    if is_variable(rest):
        parts[-1] = parts[-1] + within(rest, 1)
    return tuple(reversed(parts)) if order == "C" else tuple(parts)


@stands_for(np.ravel_multi_index)
def ravel_multi_index(multi_index: Any, dims: Any, mode: str = "raise", order: str = "C") -> Any:
    """The indices in the flattened array of what has these along each axis."""
    if mode != "raise":
        refuse("ravel_multi_index", {"mode": mode})
    index: Any = 0
    pairs = [(operand(part), n) for part, n in zip(multi_index, dims, strict=True)]
    for part, n in pairs if order == "C" else reversed(pairs):
        if surely((part < 0) | (part >= n)):
            raise ValueError("invalid entry in coordinates array")
        index = index * n + (within(part, n) if is_variable(part) else part)
    return index
