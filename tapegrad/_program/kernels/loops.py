"""Statements gathered in nests of loops: as many as can share a loop share it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import prod

import attrs

from tapegrad._program.kernels.access import Access, Position, whole
from tapegrad._program.kernels.statements import Statement
from tapegrad._program.program import Atom, Var


@attrs.frozen(eq=False)
class Loop:
    """What is computed for each position along one axis, in order."""

    length: int
    body: tuple[Statement | Loop, ...]

    def statements(self) -> Iterator[Statement]:
        """All inside, in order."""
        for item in self.body:
            if isinstance(item, Loop):
                yield from item.statements()
            else:
                yield item


def gathered(statements: Sequence[Statement], depth: int = 0) -> list[Statement | Loop]:
    """The statements, which share so many loops, in further ones: each in the first that it can be in.

    What reads a value at the same position can share the loop in which that is computed. Anything else comes after.
    """
    lengths: list[int | None] = []
    members: list[list[Statement]] = []
    found: dict[Var, tuple[int, Statement]] = {}
    for statement in statements:
        length = statement.length(depth) if depth < len(statement.loops) else None
        lowest = 0
        for access in statement.operands:
            if isinstance(access.array, Var) and access.array in found:
                at, source = found[access.array]
                together = length == lengths[at] and (length is None or _aligned(source, statement, access, depth))
                lowest = max(lowest, at if together else at + 1)
        at = next((i for i in range(lowest, len(lengths)) if lengths[i] == length), len(lengths))
        if at == len(lengths):
            lengths.append(length)
            members.append([])
        members[at].append(statement)
        found[statement.out] = at, statement
    _postpone(lengths, members, depth)
    items: list[Statement | Loop] = []
    for length, inside in zip(lengths, members, strict=True):
        if length is None:
            items += inside
        elif inside:
            items.append(Loop(length, tuple(gathered(inside, depth + 1))))
    return items


def _postpone(lengths: Sequence[int | None], members: list[list[Statement]], depth: int) -> None:
    """Join each loop with the next that can share it, where nothing in between needs its values."""
    for at, inside in enumerate(members):
        sources = {statement.out: statement for statement in inside}
        for later in range(at + 1, len(members)):
            reads = [
                (sources[access.array], statement, access)
                for statement in members[later]
                for access in statement.operands
                if isinstance(access.array, Var) and access.array in sources
            ]
            together = lengths[at] is not None and lengths[at] == lengths[later]
            if together and all(_aligned(*read, depth) for read in reads):
                members[later][:0] = inside
                members[at] = []
                break
            if reads:
                break


def _aligned(source: Statement, reader: Statement, access: Access, depth: int) -> bool:
    """Whether a value is read where the loop at this depth stands when it is computed."""
    here = Position(reader.loops[depth], 1)
    return any(
        own.axis == source.loops[depth] and read == here
        for own, read in zip(source.result, access.positions, strict=True)
    )


def flattened(loop: Loop, shapes: Mapping[Atom, tuple[int, ...]]) -> Loop | None:
    """One loop over all elements, where the arrays in a nest have one shape and are read in step; None elsewhere."""
    inside = list(loop.statements())
    shape = inside[0].shape
    size = prod(shape)
    made = {statement.out for statement in inside}
    flat: list[Statement] = []
    for statement in inside:
        total = bool(statement.reduction)
        results = () if total else (Position(0, 1),)
        if statement.shape != shape or (statement.kept if total else statement.result != whole(shape)):
            return None
        operands: list[Access] = []
        for access in statement.operands:
            along = access.positions == whole(shape) and (access.array in made or shapes[access.array] == shape)
            if access.bounds or not (along or all(position == Position() for position in access.positions)):
                return None
            single = (Position(),) if access.positions else ()
            operands.append(attrs.evolve(access, positions=(Position(0, 1),) if along else single))
        flat.append(attrs.evolve(statement, shape=(size,), operands=tuple(operands), result=results))
    return Loop(size, tuple(flat)) if len(shape) > 1 else None
