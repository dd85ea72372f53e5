"""Small values of one shape and dtype as the rows of one array, so that several can be read and written at once."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TypeAlias

import attrs

from tapegrad._program.program import Var
from tapegrad._spec import Spec


@attrs.frozen
class Run:
    """Rows that follow each other."""

    spec: Spec
    """Of each."""
    start: int
    count: int

    @property
    def places(self) -> range:
        """Where each stands."""
        return range(self.start, self.start + self.count)


@attrs.frozen
class Gathered:
    """Rows that are brought together before they are read."""

    spec: Spec
    places: tuple[int, ...]


Rows: TypeAlias = Run | Gathered


@attrs.define
class Layout:
    """Which value lies in which row of the array for its shape and dtype. In a call, none is written twice."""

    places: dict[Var, int] = attrs.field(factory=dict[Var, int], init=False)
    counts: dict[Spec, int] = attrs.field(factory=dict[Spec, int], init=False)
    """How many rows there are."""
    gathered: set[Gathered] = attrs.field(factory=set[Gathered], init=False)

    def added(self, spec: Spec, count: int) -> Run:
        """So many new rows."""
        start = self.counts.get(spec, 0)
        self.counts[spec] = start + count
        return Run(spec, start, count)

    def put(self, spec: Spec, values: Sequence[Var]) -> Run:
        """New rows for values."""
        run = self.added(spec, len(values))
        self.places.update(zip(values, run.places, strict=True))
        return run

    def scatters(self, spec: Spec, values: Sequence[Var]) -> bool:
        """Whether the rows of these values would have to be brought together."""
        places = [self.places.get(value, -1) for value in values]
        if max(places) < 0:
            return len({*values}) < len(values)
        return not _follow(places) and Gathered(spec, tuple(places)) not in self.gathered

    def together(self, spec: Spec, values: Sequence[Var]) -> Rows:
        """The rows of these values; new ones for those that have none yet."""
        self.put(spec, [value for value in dict.fromkeys(values) if value not in self.places])
        places = tuple([self.places[value] for value in values])
        if _follow(places):
            return Run(spec, places[0], len(places))
        rows = Gathered(spec, places)
        self.gathered.add(rows)
        return rows


def _follow(places: Sequence[int]) -> bool:
    return places[0] >= 0 and all(after == before + 1 for before, after in pairwise(places))


def size(rows: Rows) -> int:
    """The bytes of some rows."""
    return len(rows.places) * rows.spec.size * rows.spec.dtype.itemsize
