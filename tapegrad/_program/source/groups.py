"""Groups: equations that treat each entry along some leading axes by itself, and so can run block by block.

While a block is worked on, all of it is in the cache; and blocks are independent, so that threads can share them. A
block is some entries of the last of these axes, at one place along the others.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from math import prod

import attrs

from tapegrad._program.program import Atom, Equation, Program, Var
from tapegrad._program.source.arrays import ufunc_of

BLOCK = 16_384
"""So many elements may one entry have: a few arrays of so many fit in a core's own cache."""
LARGE = 4 * BLOCK
"""From so many elements on, blocks are quicker than whole arrays."""
ELEMENTWISE = frozenset({"damp", "power", "where", "astype"})
"""Elementwise primitives that are no ufuncs."""
REDUCTIONS = frozenset({"sum", "max", "min", "prod", "count_nonzero", "any", "all"})
"""Primitives with the parameters (axes, keepdims)."""


@attrs.frozen
class Group:
    """Equations that run block by block, then sums over blocks of what they compute."""

    along: tuple[int, ...]
    """The leading axes, the last of which is cut into blocks."""
    equations: tuple[Equation, ...]
    totals: tuple[Equation, ...]
    results: tuple[Var, ...] = ()
    """What it computes block by block, and others read."""

    @property
    def depth(self) -> int:
        """How many leading axes there are."""
        return len(self.along)

    @property
    def inside(self) -> frozenset[Var]:
        """What it computes block by block."""
        return frozenset(eq.outputs[0] for eq in self.equations)

    @property
    def reads(self) -> list[Var]:
        """What it reads, and does not compute."""
        inside = self.inside
        read = (atom for eq in self.equations for atom in eq.inputs)
        return list(dict.fromkeys(atom for atom in read if isinstance(atom, Var) and atom not in inside))

    def uses(self) -> Counter[Atom]:
        """How often it reads each value."""
        return Counter([atom for eq in (*self.equations, *self.totals) for atom in eq.inputs if isinstance(atom, Var)])


@attrs.define(eq=False)
class _Stretch:
    """A group while it is gathered, and what runs between it and the next. The first has no group."""

    position: int
    along: tuple[int, ...] = ()
    older: _Stretch | None = None
    """The first of those that run later and were there before."""
    members: list[Equation] = attrs.field(factory=list[Equation])
    inside: set[Var] = attrs.field(factory=set[Var])
    totals: list[Equation] = attrs.field(factory=list[Equation])
    after: list[Equation] = attrs.field(factory=list[Equation])

    def take(self, eq: Equation) -> None:
        """One more equation that runs block by block."""
        self.members.append(eq)
        self.inside.update(eq.outputs)

    def steps(self, uses: Mapping[Var, int]) -> list[Equation | Group]:
        """The group, if it is one, and what runs after it."""
        own = (*self.members, *self.totals)
        if len(own) < 2:
            return [*own, *self.after]
        group = Group(self.along, tuple(self.members), tuple(self.totals))
        inner = group.uses()
        results = [var for eq in self.members for var in eq.outputs if uses.get(var, 0) > inner[var]]
        return [attrs.evolve(group, results=tuple(results)), *self.after]


def steps(program: Program) -> list[Equation | Group]:
    """The equations in an order in which they can run, gathered in groups where that pays.

    As if the first equation that is worth a group gathered it from all others, what can run before the group were then
    gathered likewise, and so what cannot: but in one walk.
    """
    stretches = [_Stretch(0)]
    homes: dict[Atom, _Stretch] = {}
    """Where each value is computed."""
    for eq in program.equations:
        home = max((homes[atom] for atom in eq.inputs if atom in homes), key=_position, default=stretches[0])
        reads = [atom for atom in eq.inputs if homes.get(atom) is home]
        follows = bool(reads) and home.inside.issuperset(reads)
        if _opens(program, eq):
            home = _joined(program, eq, stretches, home, follows)
            home.take(eq)
        elif follows and _by_entries(program, eq, home.along, home.inside):
            home.take(eq)
        elif follows and _is_total(program, eq, len(home.along)):
            home.totals.append(eq)
        else:
            home.after.append(eq)
        homes.update(dict.fromkeys(eq.outputs, home))
    uses = program.uses()
    return [step for stretch in stretches for step in stretch.steps(uses)]


def _position(stretch: _Stretch) -> int:
    return stretch.position


def _joined(program: Program, eq: Equation, stretches: list[_Stretch], home: _Stretch, follows: bool) -> _Stretch:
    """The group of an equation that is worth one: that of what it reads last, one that runs later, or a new one."""
    later = next(iter(stretches[home.position + 1 : home.position + 2]), None)
    found = (_oldest(program, eq, home) if follows else None) or _oldest(program, eq, later)
    if found is None:
        found = _Stretch(home.position + 1, _leading(program.spec(eq.outputs[0]).shape), later)
        stretches.insert(found.position, found)
        for each in stretches[found.position + 1 :]:
            each.position += 1
    return found


def _oldest(program: Program, eq: Equation, stretch: _Stretch | None) -> _Stretch | None:
    """The oldest group that an equation can join, of this one and those that would have gathered it before."""
    found = None
    while stretch is not None:
        found = stretch if _by_entries(program, eq, stretch.along, stretch.inside) else found
        stretch = stretch.older
    return found


def _leading(shape: tuple[int, ...]) -> tuple[int, ...]:
    """As few leading axes as leave small entries."""
    return next(shape[:depth] for depth in range(1, len(shape) + 1) if prod(shape[depth:]) <= BLOCK)


def _opens(program: Program, eq: Equation) -> bool:
    """Whether an equation is worth a group."""
    return program.spec(eq.outputs[0]).size >= LARGE and (ufunc_of(eq) is not None or eq.primitive.name == "damp")


def _by_entries(program: Program, eq: Equation, along: tuple[int, ...], inside: set[Var]) -> bool:
    """Whether each entry of the result depends on that entry of what is computed `inside`."""
    out, depth = program.spec(eq.outputs[0]), len(along)
    if len(eq.outputs) > 1 or out.shape[:depth] != along or prod(out.shape[depth:]) > BLOCK:
        return False
    name, parameters = eq.primitive.name, [literal.value for literal in eq.parameters]
    if ufunc_of(eq) is not None or name in ELEMENTWISE:
        return all(program.spec(atom).ndim == out.ndim for atom in eq.inputs if atom in inside)
    x = program.spec(eq.inputs[0])
    if x.shape[:depth] != along:
        return False
    if name in REDUCTIONS:
        return all(axis >= depth for axis in parameters[0])
    if name == "spread":
        _, axes, keepdims = parameters
        return all(axis >= depth for axis in axes) and x.ndim == out.ndim - (0 if keepdims else len(axes))
    if name == "reshape":
        return True
    if name in ("slice_of", "place"):
        index = parameters[0]
        return isinstance(index, tuple) and index[:depth] == (slice(None),) * depth
    return False


def _is_total(program: Program, eq: Equation, depth: int) -> bool:
    """Whether an equation sums over blocks."""
    summed = eq.primitive.name == "sum" and depth - 1 in eq.parameters[0].value
    return summed and program.spec(eq.outputs[0]).dtype.kind in "fc"
