"""The pattern of a linear operation, seen from what it makes of a few arguments."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

import attrs
import numpy as np

from tapegrad._core.pieces import Pieces
from tapegrad._core.primitive import Primitive
from tapegrad._sparse.lanes import Kept, along, coordinates
from tapegrad._sparse.pattern import Indices, Pattern
from tapegrad._sparse.probes import Probes
from tapegrad._spec import Spec
from tapegrad._values import fit

WIDTHS = (3, 7, 17, 37)
"""Elements that far apart are looked at together: banded maps come out exactly where the band is no wider."""

WORK = 2**26
"""So many elements may be looked at to find the exact pattern of one operation; past it, a larger one does."""


@attrs.frozen
class Linear:
    """One application of a primitive, as a linear map of some of its arrays, which are laid end to end."""

    primitive: Primitive
    args: Sequence[Any]
    """Plain values: those of the arrays in question do not matter."""
    which: Sequence[int]
    """The positions of these arrays."""
    specs: Sequence[Spec]
    """Their Specs."""
    result: Spec

    @property
    def size(self) -> int:
        """How many elements the arguments have."""
        return sum(spec.size for spec in self.specs)

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of a single array; several have one axis."""
        return self.specs[0].shape if len(self.specs) == 1 else (self.size,)

    @property
    def dtype(self) -> np.dtype[Any]:
        """Complex where some argument is."""
        return np.result_type(*[spec.dtype for spec in self.specs])

    def apply(self, v: Any) -> Any:
        """The map."""
        tangents: list[Any] = [None] * self.primitive.width(self.args)
        start = 0
        for i, spec in zip(self.which, self.specs, strict=True):
            tangents[i] = np.reshape(v[start : start + spec.size], spec.shape)[()]
            start += spec.size
        with np.errstate(all="ignore"):
            return np.ravel(self.primitive.push(self.primitive, self.args, tangents, ()))

    def transposed(self, ct: Any) -> Any:
        """Its transpose."""
        primitive = self.primitive
        pool = primitive.pool(self.args, self.result.zeros())
        ct = np.reshape(ct, self.result.shape)[()]
        terms: list[Any] = []
        with np.errstate(all="ignore"):
            for i, spec in zip(self.which, self.specs, strict=True):
                gather, pull = primitive.gathers[i], primitive.pulls[i]
                kept = gather and gather(pool)
                term = pull and pull(ct, (i, kept) if primitive.arity < 0 else kept, spec)
                terms.append(np.ravel(fit(term.whole() if isinstance(term, Pieces) else term, spec)))
        return np.concatenate(terms)


def through(linear: Linear, pattern: Pattern, probes: Probes) -> Pattern:
    """The pattern of the results, given that of the arguments.

    Tried in this order: each result comes from one element (indexing, reshaping); each element goes to one result
    (sums); each result comes from elements that are not far apart (differences, convolutions); and at last, which axes
    go along unmixed, and how the others are mixed.
    """
    size, results, dtype = linear.size, linear.result.size, linear.dtype
    if not size or not results:
        return Pattern.empty(results, pattern.columns)
    source = probes.sources(linear.apply, size, dtype)
    if source is not None:
        return pattern.picked(source)
    to = probes.sources(linear.transposed, results, linear.result.dtype)
    if to is not None:
        return pattern.added(to, results)
    pairs = _banded(linear, probes)
    if pairs is None:
        kept = _kept(linear, probes)
        pairs = _mixed(linear, kept, probes)
        if pairs is None:
            return along(pattern, linear.shape, linear.result.shape, kept)
    return pattern.through(*pairs, results)


def _banded(linear: Linear, probes: Probes) -> tuple[Indices, Indices] | None:
    """Results and the elements they come from, where these are not far apart."""
    for width in WIDTHS:
        if 4 * width * (linear.size + linear.result.size) > WORK or width >= linear.size:
            return None
        pairs = _at_distance(linear, probes, width)
        if pairs:
            return pairs
    return None


def _at_distance(linear: Linear, probes: Probes, width: int) -> tuple[Indices, Indices] | None:
    number = np.arange(linear.size) % width
    found: list[tuple[Indices, Indices]] = []
    for k in range(width):
        source = probes.sources(linear.apply, linear.size, linear.dtype, number == k)
        if source is None:
            return None
        to = np.flatnonzero(source >= 0)
        found.append((to, source[to]))
    to, source = map(np.concatenate, zip(*found, strict=True))
    return to, source


def _kept(linear: Linear, probes: Probes) -> Kept:
    """Axes of the argument that the map does not mix, and where they are in the results."""
    shape, results = linear.shape, linear.result.shape
    found = [(i, probes.follows(linear.apply, shape, i, results, linear.dtype)) for i in range(len(shape))]
    return [(i, j) for i, j in found if j >= 0]


def _mixed(linear: Linear, kept: Kept, probes: Probes) -> tuple[Indices, Indices] | None:
    """Results and the elements they come from, at each place along the mixed axes; None where that is too much work."""
    shape, results = linear.shape, linear.result.shape
    mixed = [i for i in range(len(shape)) if i not in dict(kept)]
    if prod([shape[i] for i in mixed]) * (linear.size + linear.result.size) > WORK:
        return None
    place, lane = coordinates(shape, mixed), coordinates(shape, [i for i, _ in kept])
    lane_of_result = coordinates(results, [j for _, j in kept])
    weights = probes.arguments_of(linear.size, linear.dtype)[0]
    found: list[tuple[Indices, Indices]] = []
    for k in range(prod([shape[i] for i in mixed])):
        chosen = place == k
        element = np.empty(linear.size, np.int64)
        element[lane[chosen]] = np.flatnonzero(chosen)
        to = np.flatnonzero(linear.apply(weights * chosen))
        found.append((to, element[lane_of_result[to]]))
    to, source = map(np.concatenate, zip(*found, strict=True))
    return to, source
