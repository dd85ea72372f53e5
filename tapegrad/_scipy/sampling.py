"""Values on a grid, sampled between its places: what interpolation in all of SciPy comes down to.

A *basis* gives, for a coordinate along one axis, the places that take part and their weights, or the derivatives of
these of any order. Then there are two primitives, each the other's transpose in the values, and each with the other's
and its own derivatives in the coordinates: so they are differentiable as often as the basis is.

    sampled(v, x) = sum over places p of w_p(x) v[p]            d sampled / dx = sum of w'_p(x) v[p]
    placed(u, x)[p] = sum over samples of w_p(x) u
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import product
from math import prod
from typing import Any, Protocol

import attrs
import numpy as np
from numpy.typing import NDArray

from tapegrad._core.door import apply
from tapegrad._core.primitive import Primitive
from tapegrad._rules.batching import size
from tapegrad._rules.dependences import Differential, Transpose
from tapegrad._rules.kinds import declare

Taps = Sequence[tuple[NDArray[np.intp], NDArray[np.float64]]]
"""Places along one axis, and their weights."""


class Basis(Protocol):
    """How values at the places of a grid give one between them. It is immutable."""

    @property
    def degree(self) -> int:
        """The highest derivative that is not zero."""
        ...

    def taps(self, axis: int, x: NDArray[np.float64], order: int, /) -> Taps:
        """For coordinates along an axis: the places that take part, and the weights' derivatives of this order."""
        ...

    def direct(self, values: Any, x: Any, /) -> Any:
        """A faster way to the samples, where there is one; else None."""
        ...


@attrs.frozen
class Way:
    """How to sample."""

    basis: Basis
    orders: tuple[int, ...]
    """How often to differentiate in the coordinate along each axis of the grid."""
    stack: int = 0
    """How many axes come in front, which values and samples share."""

    @property
    def rank(self) -> int:
        """How many axes of the values come before those that only they have."""
        return self.stack + len(self.orders)

    def raised(self, axis: int) -> Way | None:
        """The derivative in the coordinate along an axis; None where that is zero."""
        if self.orders[axis] >= self.basis.degree:
            return None
        return attrs.evolve(self, orders=tuple(order + (i == axis) for i, order in enumerate(self.orders)))

    def corners(self, x: Any, shape: tuple[int, ...]) -> Iterator[tuple[NDArray[np.intp], NDArray[np.float64]]]:
        """The places in the flattened grid, and their weights, of which each sample is the sum."""
        x = np.real(x).astype(np.float64, copy=False)  # beside complex values, coordinates come as complex numbers too
        first: Any = 0
        for i in range(self.stack):
            first = first * shape[i] + np.arange(shape[i]).reshape(-1, *(1,) * (x.ndim - 2 - i))
        for taps in product(*(self.basis.taps(axis, x[axis], order) for axis, order in enumerate(self.orders))):
            place, weight = first, np.ones(())
            for length, (at, factor) in zip(shape[self.stack : self.rank], taps, strict=True):
                place, weight = place * length + at, weight * factor
            yield place, weight


def way(basis: Basis, ndim: int) -> Way:
    """The values themselves, on a grid with so many axes."""
    return Way(basis, (0,) * ndim)


def _trailing(weight: Any, count: int) -> Any:
    """A weight of each sample, for values with further axes."""
    return weight.reshape(weight.shape + (1,) * count)


def _sampled(values: Any, x: Any, how: Way) -> Any:
    rest = values.shape[how.rank :]
    if not any(how.orders) and not how.stack and not rest:
        found = how.basis.direct(values, x)
        if found is not None:
            return found
    flat = values.reshape(prod(values.shape[: how.rank]), *rest)
    total = np.zeros(x.shape[1:] + rest, np.result_type(values, np.float32))
    for place, weight in how.corners(x, values.shape):
        total += _trailing(weight, len(rest)) * flat[place]
    return total[()]


def _placed(parts: Any, x: Any, how: Way, shape: tuple[int, ...]) -> Any:
    rest = shape[how.rank :]
    width = prod(rest)
    total = np.zeros(prod(shape), parts.dtype)
    for place, weight in how.corners(x, shape):
        places = place if not rest else place[..., None] * width + np.arange(width)
        terms = np.broadcast_to(_trailing(weight, len(rest)) * parts, x.shape[1:] + rest).astype(
            parts.dtype, copy=False
        )
        np.add.at(total, places.ravel(), terms.ravel())
    return total.reshape(shape)


def _beside(x: Any, part: Any) -> Any:
    """`x`, one number for each sample, with axes of length 1 for those that only the values have."""
    return np.reshape(x, x.shape + (1,) * (part.ndim - x.ndim))


def _pull_coordinates(ct: Any, values: Any, x: Any, how: Way) -> Any:
    """Each coordinate's cotangent: the derivative in it, times the sample's."""
    shape = x.shape[1:]
    parts: list[Any] = []
    for axis in range(len(how.orders)):
        raised = how.raised(axis)
        part = np.zeros(shape) if raised is None else ct * sampled(values, x, raised)
        parts.append(np.sum(part, axis=tuple(range(len(shape), part.ndim))) if part.ndim > len(shape) else part)
    return np.stack(parts)


def _push_sampled(dx: Any, values: Any, x: Any, how: Way) -> Any:
    total: Any = 0.0
    for axis in range(len(how.orders)):
        raised = how.raised(axis)
        if raised is not None:
            rate = sampled(values, x, raised)
            total = total + _beside(dx[axis], rate) * rate
    return total


def _push_placed(dx: Any, parts: Any, x: Any, how: Way, shape: tuple[int, ...]) -> Any:
    total: Any = 0.0
    for axis in range(len(how.orders)):
        raised = how.raised(axis)
        if raised is not None:
            total = total + placed(parts * _beside(dx[axis], parts), x, raised, shape)
    return total


def _batch(primitive: Primitive, args: Sequence[Any], batched: Sequence[bool]) -> Any:
    """Values alone get the batch as their last axis; coordinates alone, as one more of samples; both, as a stack."""
    values, x, how, *shape = args
    length = size(args, batched)
    if not batched[1]:
        out = apply(primitive, np.moveaxis(values, 0, -1), x, how, *((*s, length) for s in shape))
        return np.moveaxis(out, -1, 0)
    x = np.moveaxis(x, 0, 1)
    if not batched[0]:
        if not shape and not how.stack:
            return apply(primitive, values, x, how)
        values = np.broadcast_to(values, (length, *np.shape(values)))
    return apply(primitive, values, x, attrs.evolve(how, stack=how.stack + 1), *((length, *s) for s in shape))


sampled = declare(
    "scipy.sampled",
    _sampled,
    {
        "values": Transpose(lambda ct, values, x, how: placed(ct, x, how, values.shape)),
        "x": Differential(_push_sampled, _pull_coordinates),
    },
    batch=_batch,
)
"""(values, x, how): values[*stack, *grid, *rest] at the coordinates x[axis, *stack, ...], as [*stack, ..., *rest]."""

placed: Callable[..., Any] = declare(
    "scipy.placed",
    _placed,
    {
        "parts": Transpose(lambda ct, x, how: sampled(ct, x, how)),
        "x": Differential(_push_placed, lambda ct, parts, x, how: _pull_coordinates(parts, ct, x, how)),
    },
    batch=_batch,
)
"""(parts, x, how, shape): the parts of each sample added up on the grid, of values of this shape."""
