"""Colours: columns, or rows, that one sweep can look at together.

Colours are greedy: the smallest that no conflict forbids. Those that a row already has are the bits of a Python
integer, so that a column is compared with all of its rows' other columns at once.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

import numpy as np

from tapegrad._sparse.pattern import Indices, Pattern


def _neighbours(pattern: Pattern) -> list[list[int]]:
    """The columns of each row."""
    row, column = pattern.pairs
    ends = np.cumsum(np.bincount(row, minlength=pattern.rows)).tolist()
    columns = column.tolist()
    return [columns[start:end] for start, end in pairwise([0, *ends])]


def _numbers(bits: Iterable[int]) -> Indices:
    return np.array([bit.bit_length() - 1 for bit in bits], np.int64)


def row_colors(pattern: Pattern) -> Indices:
    """A colour for each row: no two rows of one colour have a column in common."""
    columns = np.bincount(pattern.pairs[1], minlength=pattern.columns)
    rows = _neighbours(pattern)
    fewest = int(columns.max(initial=0))
    natural = _distinct_in_columns(rows, range(pattern.rows), pattern.columns)
    if natural.max(initial=-1) < max(fewest, 1):
        return natural
    crowd = np.bincount(pattern.pairs[0], columns[pattern.pairs[1]], pattern.rows)
    other = _distinct_in_columns(rows, np.argsort(-crowd, kind="stable").tolist(), pattern.columns)
    return min(natural, other, key=lambda colors: int(colors.max(initial=-1)))


def _distinct_in_columns(rows: list[list[int]], order: Iterable[int], columns: int) -> Indices:
    taken = [0] * columns
    bits = [1] * len(rows)
    for i in order:
        forbidden = 0
        for j in rows[i]:
            forbidden |= taken[j]
        bits[i] = bit = ~forbidden & (forbidden + 1)
        for j in rows[i]:
            taken[j] |= bit
    return _numbers(bits)


def star_colors(pattern: Pattern) -> Indices:
    """A colour for each row of a symmetric pattern, by which each of its entries can be read off.

    Neighbours differ, and so do the ends of each path of three vertices, unless its middle has the smaller colour
    (Powell and Toint's condition): then a path of four vertices has at least three colours, and of two neighbours one
    is the only one of its colour beside the other. Vertices with many neighbours come first: they are the middles.
    """
    neighbours = [[j for j in row if j != i] for i, row in enumerate(_neighbours(pattern))]
    natural = _stars(neighbours, range(pattern.rows))
    order = sorted(range(pattern.rows), key=lambda i: -len(neighbours[i]))
    other = _stars(neighbours, order)
    return min(natural, other, key=lambda colors: int(colors.max(initial=-1)))


def _stars(neighbours: list[list[int]], order: Iterable[int]) -> Indices:
    bits = [0] * len(neighbours)  # 0 for a vertex without a colour yet
    near = [0] * len(neighbours)  # the colours of its neighbours
    for i in order:
        forbidden = 0
        for j in neighbours[i]:
            own = bits[j]
            forbidden |= own | (near[j] & (own - 1) if own else near[j])
        bits[i] = bit = ~forbidden & (forbidden + 1)
        for j in neighbours[i]:
            near[j] |= bit
    return _numbers(bits)
