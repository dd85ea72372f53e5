"""Which values share a buffer: each is put where one lay that nothing reads any more."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TypeAlias

import attrs

from tapegrad._program.program import Var

Kind: TypeAlias = tuple[tuple[int, ...], str]
"""The shape and dtype of a buffer."""


@attrs.frozen
class Step:
    """What one line, or one group of them, reads and writes."""

    reads: tuple[Var, ...]
    writes: tuple[Var, ...] = ()
    fills: bool = False
    """Whether what it writes can be put into a given buffer."""
    overwrites: tuple[Var, ...] = ()
    """What it reads element by element, each once and before it writes that element."""
    shares: bool = False
    """Whether what it writes may lie in the memory of what it reads."""


def allocated(
    steps: Sequence[Step], kind: Callable[[Var], Kind | None], kept: Collection[Var]
) -> tuple[dict[Var, int], list[Kind]]:
    """The buffer of each value that gets one, and the buffers; `kind` says which a value needs, None for none.

    What is `kept`, and whatever that may lie in the memory of, gets none.
    """
    owners: dict[Var, frozenset[Var]] = {}
    last: dict[Var, int] = {}
    for i, step in enumerate(steps):
        for var in step.reads:
            last.update(dict.fromkeys(owners.setdefault(var, frozenset((var,))), i))
        shared = frozenset[Var]().union(*(owners[var] for var in step.reads))
        for var in step.writes:
            owners[var] = shared if step.shares else frozenset((var,))
            last.setdefault(var, i)
    escaping = frozenset[Var]().union(*(owners.get(var, {var}) for var in kept))
    places: dict[Var, int] = {}
    buffers: list[Kind] = []
    free: dict[Kind, list[int]] = {}
    for i, step in enumerate(steps):
        dying = {owner for var in (*step.reads, *step.writes) for owner in owners[var] if last[owner] == i}
        early = {var for var in step.overwrites if not _shared(var, step.reads, owners)}
        if step.fills:
            _release(dying & early, places, buffers, free)
            for var in step.writes:
                wanted = None if var in escaping else kind(var)
                if wanted is not None:
                    if not free.get(wanted):
                        free.setdefault(wanted, []).append(len(buffers))
                        buffers.append(wanted)
                    places[var] = free[wanted].pop()
            dying -= early
        _release(dying, places, buffers, free)
    return places, buffers


def _shared(var: Var, reads: Sequence[Var], owners: Mapping[Var, frozenset[Var]]) -> bool:
    """Whether a value lies in the memory of another, or others that are read lie in its own."""
    return owners[var] != frozenset({var}) or any(var in owners[other] for other in reads if other != var)


def _release(owners: Collection[Var], places: dict[Var, int], buffers: list[Kind], free: dict[Kind, list[int]]) -> None:
    for owner in sorted(owners, key=lambda var: var.number):
        if owner in places:
            free[buffers[places[owner]]].append(places[owner])
