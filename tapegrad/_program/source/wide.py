"""Blocks of arrays that have few long rows: each lies at one place along the leading axes but the last."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product
from typing import Any

import numpy as np

from tapegrad._program.source.lifetimes import Order
from tapegrad._program.source.running import over_blocks


def over_places(
    block: Callable[..., list[Any]],
    along: tuple[int, ...],
    rows: int,
    buffers: Sequence[tuple[tuple[int, ...], str]],
    *arguments: Any,
    order: Order = "C",
    loop: int = 0,
) -> list[Any]:
    """Run `block(at, start, stop, buffers, *arguments)` over all rows at each place, on all cores.

    What it returns is summed at each place, and these sums are stacked along the leading axes.
    """
    *outer, length = along
    places = list(product(*map(range, outer)))
    count = -(-length // rows)

    def run(number: int, _: int, scratch: Sequence[Any], *given: Any) -> list[Any]:
        place, nth = divmod(number, count)
        start, stop = nth * rows, min((nth + 1) * rows, length)
        free = [buffer[0, : stop - start] for buffer in scratch]
        parts = block(places[place], start, stop, free, *given)
        return [[(place, part)] for part in parts]  # lists, which `over_blocks` joins

    kinds = [((rows, *shape), dtype) for shape, dtype in buffers]
    found = over_blocks(run, len(places) * count, 1, kinds, *arguments, order=order, loop=loop)
    return [_stacked(parts, outer) for parts in found]


def _stacked(parts: Sequence[tuple[int, Any]], outer: Sequence[int]) -> Any:
    """The sum of the parts at each place."""
    sums: dict[int, Any] = {}
    for place, part in parts:
        sums[place] = sums[place] + part if place in sums else part
    return np.reshape([sums[place] for place in range(len(sums))], (*outer, *np.shape(parts[0][1])))
