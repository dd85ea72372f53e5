"""Small values of one shape and dtype as the rows of one array, so that several can be read and written at once."""

from __future__ import annotations

from collections.abc import Sequence
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
    """Which value lies in which row of the array for its shape and dtype, or in several. None is written twice."""

    places: dict[Var, int] = attrs.field(factory=dict[Var, int], init=False)
    copies: dict[Var, list[int]] = attrs.field(factory=dict[Var, list[int]], init=False)
    """All rows of the values that are computed into some."""
    counts: dict[Spec, int] = attrs.field(factory=dict[Spec, int], init=False)
    """How many rows there are."""
    gathered: set[Gathered] = attrs.field(factory=set[Gathered], init=False)

    def added(self, spec: Spec, count: int) -> Run:
        """So many new rows."""
        start = self.counts.get(spec, 0)
        self.counts[spec] = start + count
        return Run(spec, start, count)

    def put(self, spec: Spec, values: Sequence[Var]) -> Run:
        """New rows for values, of which some may come more than once."""
        run = self.added(spec, len(values))
        for value, place in zip(values, run.places, strict=True):
            self.places.setdefault(value, place)
            self.copies.setdefault(value, []).append(place)
        return run

    def scatters(self, spec: Spec, values: Sequence[Var]) -> bool:
        """Whether the rows of these values would have to be brought together."""
        if self.places.keys().isdisjoint(values):
            return len({*values}) < len(values)
        if not self.places.keys() >= {*values}:
            return True
        return self._start(values) is None and Gathered(spec, self._places(values)) not in self.gathered

    def together(self, spec: Spec, values: Sequence[Var]) -> Rows:
        """The rows of these values; new ones for those that have none yet."""
        self.put(spec, [value for value in dict.fromkeys(values) if value not in self.places])
        start = self._start(values)
        if start is not None:
            return Run(spec, start, len(values))
        rows = Gathered(spec, self._places(values))
        self.gathered.add(rows)
        return rows

    def _places(self, values: Sequence[Var]) -> tuple[int, ...]:
        return tuple([self.places[value] for value in values])

    def _start(self, values: Sequence[Var]) -> int | None:
        """The first of rows that follow each other and hold these values."""
        rows = [self.copies.get(value) or [self.places[value]] for value in values]
        return next((start for start in rows[0] if all(start + i in each for i, each in enumerate(rows))), None)


def size(rows: Rows) -> int:
    """The bytes of some rows."""
    return len(rows.places) * rows.spec.size * rows.spec.dtype.itemsize
