"""In which order the rows of packs are written, so that those that are read together follow each other."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from tapegrad._program.program import Atom, Equation

COPIES = 8
"""At most so many rows are written for each that is needed."""


def sequences(bundles: Sequence[Sequence[Equation]], in_rows: Collection[Atom]) -> list[list[Equation] | None]:
    """For each bundle, its equations in the order in which the first that reads several of them does; None without one.

    An equation that is read more than once there is computed as often: a row more costs next to nothing, to bring rows
    together as much as a call. Orders are found from the last bundle to the first, as each decides on what it reads.
    """
    outs = ((i, out) for i, bundle in enumerate(bundles) for eq in bundle for out in eq.outputs)
    homes: dict[Atom, int] = {out: i for i, out in outs if out in in_rows}
    wanted: dict[int, Sequence[Atom]] = {}
    found: list[list[Equation] | None] = []
    for i, bundle in reversed([*enumerate(bundles)]):
        order: list[Equation] | None = None
        if i in wanted:
            makers: dict[Atom, Equation] = {eq.outputs[0]: eq for eq in bundle}
            first, needed = [makers[atom] for atom in wanted[i]], {*wanted[i]}
            order = first + [eq for atom, eq in makers.items() if atom not in needed]
        found.append(order)
        for column in reversed([*zip(*(eq.inputs for eq in order or bundle), strict=True)]):
            home = {homes.get(atom, -1) for atom in column}
            if len(column) > 1 and len(home) == 1 and -1 not in home:
                (j,) = home
                if len(column) <= COPIES * len(bundles[j]):
                    wanted[j] = column
    return found[::-1]
