"""A sparsity pattern: which inputs each element of an array depends on."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray

from tapegrad._place import user_line
from tapegrad.typing import override

Indices: TypeAlias = NDArray[np.int64]

MOST = 2**28
"""A pattern with more entries would take more than 2 GB, and as much again for its values."""


@attrs.frozen(eq=False)
class Pattern:
    """The entries of a boolean matrix, as sorted numbers `row * columns + column`.

    Beside compressed rows, a union is then one merge of sorted arrays, which counts where a program works on numbers.
    """

    rows: int
    columns: int
    entries: Indices

    @classmethod
    def unit(cls, rows: int, columns: int, start: int = 0) -> Pattern:
        """Each row depends on a column of its own, from `start` on."""
        return cls(rows, columns, np.arange(rows) * (columns + 1) + start)

    @classmethod
    def empty(cls, rows: int, columns: int) -> Pattern:
        """No row depends on anything."""
        return cls(rows, columns, np.empty(0, np.int64))

    @classmethod
    def of(cls, rows: int, columns: int, entries: Indices) -> Pattern:
        """From entries in any order, which may occur twice."""
        return cls(rows, columns, distinct(entries))

    @property
    def pairs(self) -> tuple[Indices, Indices]:
        """The row and the column of each entry."""
        if not self.entries.size:
            return self.entries, self.entries
        row, column = np.divmod(self.entries, self.columns)
        return row, column

    def transposed(self) -> Pattern:
        """Rows and columns exchanged."""
        row, column = self.pairs
        return Pattern.of(self.columns, self.rows, column * self.rows + row)

    def through(self, to: Indices, source: Indices, rows: int) -> Pattern:
        """A pattern of so many rows, in which row `to[i]` has all that row `source[i]` has here, for each i."""
        first = np.searchsorted(self.entries, source * self.columns)
        lengths = np.searchsorted(self.entries, (source + 1) * self.columns) - first
        ends = np.cumsum(lengths)
        total = int(ends[-1]) if ends.size else 0
        if total > MOST:
            raise MemoryError(
                f"the operation at {user_line()} makes {rows} values depend on so many inputs that their sparsity "
                f"pattern would have {total} entries: this derivative is not sparse. Use tapegrad.jacobian or products "
                "with it (jvp, vjp, hvp)."
            )
        places = np.arange(total) + np.repeat(first - (ends - lengths), lengths)
        return Pattern.of(rows, self.columns, self.entries[places] + np.repeat((to - source) * self.columns, lengths))

    def picked(self, source: Indices) -> Pattern:
        """The rows `source`; an empty one for each -1."""
        to = np.flatnonzero(source >= 0)
        return self.through(to, source[to], source.size)

    def added(self, to: Indices, rows: int) -> Pattern:
        """A pattern of so many rows, in which row i here adds to row `to[i]`; to none, where that is -1."""
        source = np.flatnonzero(to >= 0)
        return self.through(to[source], source, rows)

    @override
    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Pattern):
            return NotImplemented
        return (self.rows, self.columns) == (other.rows, other.columns) and np.array_equal(self.entries, other.entries)

    @override
    def __hash__(self) -> int:
        return hash((self.rows, self.columns, self.entries.tobytes()))


def distinct(entries: Indices) -> Indices:
    """The entries in ascending order, each once."""
    if entries.size < 2:
        return entries
    entries = np.sort(entries, kind="stable")  # which merges runs that are sorted already
    fresh = np.empty(entries.size, bool)
    fresh[0] = True
    np.not_equal(entries[1:], entries[:-1], out=fresh[1:])
    return entries if fresh.all() else entries[fresh]


def union(patterns: Sequence[Pattern]) -> Pattern:
    """All entries of patterns of one size."""
    first = patterns[0]
    if all(pattern is first for pattern in patterns):
        return first
    return Pattern.of(first.rows, first.columns, np.concatenate([pattern.entries for pattern in patterns]))


def stacked(patterns: Collection[Pattern]) -> Pattern:
    """The rows of all, one pattern after the other."""
    first = next(iter(patterns))
    if len(patterns) == 1:
        return first
    columns = first.columns
    starts = np.cumsum([0, *(pattern.rows for pattern in patterns)])
    entries = [pattern.entries + start * columns for pattern, start in zip(patterns, starts[:-1].tolist(), strict=True)]
    return Pattern(int(starts[-1]), columns, np.concatenate(entries))
