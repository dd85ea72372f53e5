"""Equations that no output depends on, left out."""

from __future__ import annotations

from tapegrad._program.program import Equation, Program, Var


def without_dead(program: Program) -> Program:
    """The equations that some output depends on."""
    needed = {atom for atom in program.outputs if isinstance(atom, Var)}
    kept: list[Equation] = []
    for eq in reversed(program.equations):
        if not needed.isdisjoint(eq.outputs):
            kept.append(eq)
            needed.update(atom for atom in eq.inputs if isinstance(atom, Var))
    return program.replaced(reversed(kept))
