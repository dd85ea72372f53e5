"""What passes share: one walk through the equations, in which values may be replaced by others."""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from typing import Any, Self, TypeAlias

import attrs

from tapegrad._program.constants import Literal
from tapegrad._program.program import Atom, Equation, Program, Var
from tapegrad._rules.kinds import PRIMITIVES
from tapegrad._spec import Spec


@attrs.define
class Rewriting:
    """A Program while its equations are rewritten, in their order."""

    specs: list[Spec]
    weak: frozenset[Var]
    equations: list[Equation] = attrs.field(factory=list[Equation], init=False)
    makers: dict[Atom, Equation] = attrs.field(factory=dict[Atom, Equation], init=False)
    """The equations so far, by what they give."""

    @classmethod
    def of(cls, program: Program) -> Self:
        """With no equations yet."""
        return cls(list(program.specs), program.weak)

    def spec(self, atom: Atom) -> Spec:
        """The shape and dtype of an atom."""
        return self.specs[atom.number] if isinstance(atom, Var) else atom.spec

    def is_weak(self, atom: Atom) -> bool:
        """Whether an atom is one of Python's numbers."""
        return atom in self.weak if isinstance(atom, Var) else atom.weak

    def alike(self, x: Atom, y: Atom) -> bool:
        """Whether one atom can stand for another: of one shape, one dtype, and as weak."""
        return self.spec(x) == self.spec(y) and self.is_weak(x) == self.is_weak(y)

    def maker(self, atom: Atom, *names: str) -> Equation | None:
        """The equation that gives this value, if its primitive has one of these names."""
        eq = self.makers.get(atom)
        return eq if eq is not None and eq.primitive.name in names else None

    def add(self, eq: Equation) -> None:
        """The next equation."""
        self.equations.append(eq)
        for var in eq.outputs:
            self.makers[var] = eq

    def call(self, name: str, *inputs: Atom, spec: Spec, parameters: Sequence[Any] = (), aliases: bool = False) -> Var:
        """A new value, given by a new equation."""
        out = Var(len(self.specs))
        self.specs.append(spec)
        literals = tuple([Literal(parameter) for parameter in parameters])
        self.add(Equation(PRIMITIVES[name], inputs, literals, (out,), aliases))
        return out


Rewrite: TypeAlias = Callable[[Rewriting, Equation], Equation | Sequence[Atom]]
"""An equation, its inputs replaced already -> an equation for the same outputs, or what its outputs are."""


def rewritten(program: Program, rewrite: Rewrite) -> Program:
    """The Program with each equation rewritten in turn."""
    work = Rewriting.of(program)
    known: dict[Atom, Atom] = {}
    for eq in program.equations:
        if known and not known.keys().isdisjoint(eq.inputs):
            eq = attrs.evolve(eq, inputs=tuple([known.get(atom, atom) for atom in eq.inputs]))
        new = rewrite(work, eq)
        if isinstance(new, Equation):
            work.add(new)
        else:
            known.update(zip(eq.outputs, new, strict=True))
    outputs = [known.get(atom, atom) if isinstance(atom, Var) else atom for atom in program.outputs]
    return program.replaced(work.equations, outputs, specs=tuple(work.specs))


Rule: TypeAlias = Callable[[Rewriting, Equation, Spec], Atom | Equation | None]
"""(the walk, an equation, the Spec of its output) -> what the output is, an equation for it, or None: as it is."""


def has(program: Program, names: Container[str]) -> bool:
    """Whether there is a primitive with one of these names: else a pass that is about them has nothing to do."""
    return any(eq.primitive.name in names for eq in program.equations)


def by_rules(program: Program, rules: dict[str, Rule]) -> Program:
    """The Program rewritten by a rule for each of some primitives, wherever shape, dtype and weakness remain."""
    if not has(program, rules):
        return program

    def rewrite(work: Rewriting, eq: Equation) -> Equation | Sequence[Atom]:
        rule = rules.get(eq.primitive.name)
        if rule is None:
            return eq
        out = work.spec(eq.outputs[0])
        new = rule(work, eq, out)
        if isinstance(new, (Var, Literal)):
            return [new] if work.alike(new, eq.outputs[0]) else eq
        return eq if new is None else new

    return rewritten(program, rewrite)


def renamed(eq: Equation, name: str, *inputs: Atom) -> Equation:
    """An equation for the same output, that applies an elementwise primitive without parameters."""
    return attrs.evolve(eq, primitive=PRIMITIVES[name], inputs=inputs, parameters=(), aliases=False)
