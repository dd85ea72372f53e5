"""Parts of one array put together at once: a sum of arrays that are zero elsewhere needs no such arrays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import attrs

from tapegrad._program.constants import Literal
from tapegrad._program.passes.indices import as_numbers, entries
from tapegrad._program.passes.rewriting import Rewriting, has, rewritten
from tapegrad._program.program import Atom, Equation, Program
from tapegrad._rules.kinds import PRIMITIVES
from tapegrad._spec import type_of

Parts: TypeAlias = Sequence[tuple[Literal, Atom]]
"""Where each part is placed, and the part."""
ZEROS = ("place", "place all")


def with_parts_joined(program: Program) -> Program:
    """The Program with sums of `place` and `place all`, and those within others, as one `place all`.

    That adds its parts in their order, to zeros, and so never to -0. It is the same bit for bit if what is added later
    is placed at one place, or if all parts lie at the same or at disjoint places: there the parts are added first.
    """
    if not has(program, ZEROS):
        return program
    uses = program.uses()

    def maker(work: Rewriting, atom: Atom) -> Equation | None:
        made = work.maker(atom, *ZEROS)
        return made if made is not None and uses.get(made.outputs[0]) == 1 else None

    def flat(work: Rewriting, eq: Equation) -> Parts | None:
        """The parts of `place` or `place all`, each at a place of its own; None if some overlap in another way.

        In place of a part that is such a sum itself, its own.
        """
        parts: list[tuple[Literal, Atom]] = []
        for place, part in _parts(eq):
            inner, outer = maker(work, part), as_numbers(place.value)
            own = None if inner is None or outer is None else flat(work, inner)
            if own is None or outer is None:
                parts.append((place, part))
            else:
                parts += [(Literal((*outer, *entries(at.value))), each) for at, each in own]
        return _merged(work, parts, eq.parameters[1].value)

    def rewrite(work: Rewriting, eq: Equation) -> Equation | Sequence[Atom]:
        if work.spec(eq.outputs[0]).dtype.kind not in "fc" or eq.primitive.name not in ("add", "place all"):
            return eq
        makers = [eq] if eq.primitive.name == "place all" else [maker(work, atom) for atom in eq.inputs]
        placed = [made for made in makers if made is not None]
        shape = placed[0].parameters[1] if placed else None
        if len(placed) < len(makers) or any(made.parameters[1] != shape for made in placed) or shape is None:
            return eq
        parts: Parts | None = []
        for made in placed:
            own = flat(work, made)
            parts = None if parts is None or own is None else _merged(work, [*parts, *own], shape.value)
        if parts is None and {made.primitive.name for made in placed} == {*ZEROS}:
            placed.sort(key=lambda made: made.primitive.name == "place")  # which is added last
            parts = [part for made in placed for part in _parts(made)]
        if parts is None:
            return eq
        if len(parts) == 1 and eq.primitive.name == "add":  # of two negative zeros is one, and so is what is placed
            ((index, part),) = parts
            return attrs.evolve(eq, primitive=PRIMITIVES["place"], inputs=(part,), parameters=(index, shape))
        indices = Literal(tuple([index.value for index, _ in parts]))
        inputs = tuple([part for _, part in parts])
        return attrs.evolve(
            eq, primitive=PRIMITIVES["place all"], inputs=inputs, parameters=(indices, shape), aliases=False
        )

    return rewritten(program, rewrite)


def _parts(eq: Equation) -> Parts:
    index = eq.parameters[0]
    indices = [index] if eq.primitive.name == "place" else [Literal(each) for each in index.value]
    return list(zip(indices, eq.inputs, strict=True))


def _merged(work: Rewriting, parts: Parts, shape: Sequence[int]) -> Parts | None:
    """The parts, those at one place added; None if some overlap in another way."""
    merged: dict[Literal, Atom] = {}
    if not disjoint([entries(index.value) for index in {index for index, _ in parts}], shape):
        return None
    for index, part in parts:
        if index in merged:
            part = work.call("add", merged[index], part, spec=work.spec(part))
        merged[index] = part
    return list(merged.items())


def disjoint(indices: Sequence[tuple[Any, ...]], shape: Sequence[int]) -> bool:
    """Whether any two of these indices differ in a number at one place, and before that in nothing.

    Those with one number at the first place are compared by the rest; others differ already.
    """
    if len(indices) < 2:
        return True
    if not shape or not all(indices):
        return False
    heads = [index[0] for index in indices]
    if all(type_of(head) is slice and head == heads[0] for head in heads):
        return disjoint([index[1:] for index in indices], shape[1:])
    if not all(isinstance(head, int) for head in heads):
        return False
    alike: dict[int, list[tuple[Any, ...]]] = {}
    for index in indices:
        alike.setdefault(index[0] % shape[0], []).append(index[1:])
    return all(disjoint(rest, shape[1:]) for rest in alike.values())
