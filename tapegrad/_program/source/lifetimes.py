"""Which values share a buffer: each is put where one lay that nothing reads any more."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Literal, TypeAlias

import attrs

from tapegrad._program.program import Var

Kind: TypeAlias = tuple[tuple[int, ...], str]
"""The shape and dtype of a buffer."""
Order: TypeAlias = Literal["C", "F"]
"""The order of its elements in memory, as NumPy has it: of the last axis or of the first, those lie closest."""


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


@attrs.frozen
class Lives:
    """Until when the memory of each value is read."""

    owners: Mapping[Var, frozenset[Var]]
    """The values in whose memory each may lie, itself or others."""
    last: Mapping[Var, int]
    """The last step that reads its memory."""
    escaping: frozenset[Var]
    """The values whose memory outlives all steps."""

    @classmethod
    def of(cls, steps: Sequence[Step], kept: Collection[Var]) -> Lives:
        """For steps in this order, after which some values are kept."""
        owners: dict[Var, frozenset[Var]] = {}
        last: dict[Var, int] = {}
        for i, step in enumerate(steps):
            for var in step.reads:
                last.update(dict.fromkeys(owners.setdefault(var, frozenset((var,))), i))
            shared = frozenset[Var]().union(*(owners[var] for var in step.reads))
            for var in step.writes:
                owners[var] = shared if step.shares else frozenset((var,))
                last.setdefault(var, i)
        return cls(owners, last, frozenset[Var]().union(*(owners.get(var, {var}) for var in kept)))

    def shares_memory(self, var: Var, reads: Sequence[Var]) -> bool:
        """Whether a value lies in the memory of another, or others that are read lie in its own."""
        return self.owners[var] != frozenset({var}) or any(var in self.owners[x] for x in reads if x != var)


def allocated(
    steps: Sequence[Step], kind: Callable[[Var], Kind | None], kept: Collection[Var]
) -> tuple[dict[Var, int], list[Kind]]:
    """The buffer of each value that gets one, and the buffers; `kind` says which a value needs, None for none.

    What is `kept`, and whatever that may lie in the memory of, gets none.
    """
    lives = Lives.of(steps, kept)
    owners, last = lives.owners, lives.last
    places: dict[Var, int] = {}
    buffers: list[Kind] = []
    free: dict[Kind, list[int]] = {}
    for i, step in enumerate(steps):
        dying = {owner for var in (*step.reads, *step.writes) for owner in owners[var] if last[owner] == i}
        early = {var for var in step.overwrites if not lives.shares_memory(var, step.reads)}
        if step.fills:
            _release(dying & early, places, buffers, free)
            for var in step.writes:
                wanted = None if var in lives.escaping else kind(var)
                if wanted is not None:
                    if not free.get(wanted):
                        free.setdefault(wanted, []).append(len(buffers))
                        buffers.append(wanted)
                    places[var] = free[wanted].pop()
            dying -= early
        _release(dying, places, buffers, free)
    return places, buffers


def _release(owners: Collection[Var], places: dict[Var, int], buffers: list[Kind], free: dict[Kind, list[int]]) -> None:
    for owner in sorted(owners, key=lambda var: var.number):
        if owner in places:
            free[buffers[places[owner]]].append(places[owner])
