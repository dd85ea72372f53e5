"""Equations that compute the same, computed once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tapegrad._program.passes.rewriting import Rewriting, rewritten
from tapegrad._program.program import Atom, Equation, Program


def with_common_shared(program: Program) -> Program:
    """One equation for all that apply the same primitive to the same values."""
    seen: dict[Any, Sequence[Atom]] = {}

    def rewrite(work: Rewriting, eq: Equation) -> Equation | Sequence[Atom]:
        key = (eq.primitive, eq.inputs, eq.parameters)
        if key in seen:
            return seen[key]
        seen[key] = eq.outputs
        return eq

    return rewritten(program, rewrite)
