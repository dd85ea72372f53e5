"""How the entries of a sparse derivative are read off a few sweeps."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from tapegrad._sparse.coloring import row_colors, star_colors
from tapegrad._sparse.pattern import Indices, Pattern, union
from tapegrad.typing import override


@attrs.frozen(repr=False)
class Plan:
    """A pattern, and the sweep and the place in its result where each entry is found.

    A sweep is a product with the sum of all columns (or rows) of one colour.
    """

    pattern: Pattern
    forward: bool
    """Whether sweeps are products with columns; else with rows."""
    colors: Indices = attrs.field(eq=False)
    """The sweep that each column, or row, takes part in."""
    sweep: Indices = attrs.field(eq=False)
    """For each entry, its sweep."""
    place: Indices = attrs.field(eq=False)
    """For each entry, its place in the result of that sweep."""

    @classmethod
    def by_columns(cls, pattern: Pattern) -> Plan:
        """By products with sums of columns."""
        row, column = pattern.pairs
        colors = row_colors(pattern.transposed())
        return cls(pattern, True, colors, colors[column], row)

    @classmethod
    def by_rows(cls, pattern: Pattern) -> Plan:
        """By products with sums of rows."""
        row, column = pattern.pairs
        colors = row_colors(pattern)
        return cls(pattern, False, colors, colors[row], column)

    @classmethod
    def of_jacobian(cls, pattern: Pattern) -> Plan:
        """By columns or by rows, whichever takes fewer sweeps."""
        return min(cls.by_columns(pattern), cls.by_rows(pattern), key=lambda plan: plan.sweeps)

    @classmethod
    def of_hessian(cls, pattern: Pattern) -> Plan:
        """By columns of a symmetric matrix, each pair of entries read off once: where the larger colour is."""
        pattern = union([pattern, pattern.transposed()])
        colors = star_colors(pattern)
        row, column = pattern.pairs
        smaller = colors[row] < colors[column]
        seed, place = np.where(smaller, row, column), np.where(smaller, column, row)
        return cls(pattern, True, colors, colors[seed], place)

    @property
    def sweeps(self) -> int:
        """How many sweeps it takes."""
        return int(self.colors.max(initial=-1)) + 1

    def seeds(self, dtype: np.dtype[Any]) -> NDArray[Any]:
        """What the sweeps start from, one a row."""
        seeds: NDArray[Any] = np.equal(self.colors, np.arange(self.sweeps)[:, None]).astype(dtype)
        return seeds

    @override
    def __repr__(self) -> str:
        entries, columns = self.pattern.entries.size, self.pattern.columns
        return f"<{self.pattern.rows} x {columns}, {entries} entries, {self.sweeps} sweeps>"
