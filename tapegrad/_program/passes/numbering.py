"""The values of a Program counted anew, in the order in which they are given: what passes left out leaves no gaps."""

from __future__ import annotations

import attrs

from tapegrad._program.program import Atom, Program, Var


def numbered(program: Program) -> Program:
    """The same Program: equal to every other that differs in the numbers alone."""
    given = [*program.inputs, *(var for eq in program.equations for var in eq.outputs)]
    new: dict[Atom, Var] = {var: Var(i) for i, var in enumerate(given)}

    def renumbered(atoms: tuple[Atom, ...]) -> tuple[Atom, ...]:
        return tuple([new.get(atom, atom) for atom in atoms])

    return program.replaced(
        [
            attrs.evolve(eq, inputs=renumbered(eq.inputs), outputs=tuple([new[var] for var in eq.outputs]))
            for eq in program.equations
        ],
        renumbered(program.outputs),
        inputs=tuple([new[var] for var in program.inputs]),
        specs=tuple([program.spec(var) for var in given]),
        weak=frozenset([new[var] for var in given if var in program.weak]),
    )
