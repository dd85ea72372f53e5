"""What generated code gives: arrays that share memory with nothing else."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Any

from tapegrad._program.program import Atom, Program, Var
from tapegrad._program.source.arrays import ufunc_of
from tapegrad._program.source.text import Text
from tapegrad._program.structured import Structured
from tapegrad._spec import ndarray
from tapegrad._values import fresh

OWNING = frozenset({"damp", "damp both", "matmul", "sum", "where", "power", "place", "place all", "scatter"})
"""Primitives, beside ufuncs, whose result is always an array of its own."""


def made_fresh(program: Program) -> set[Var]:
    """The values that share memory with nothing else."""
    owning = [
        eq
        for eq in program.equations
        if ufunc_of(eq) is not None or eq.primitive.name in OWNING or isinstance(eq.primitive, Structured)
    ]
    return {var for eq in owning if not eq.aliases for var in eq.outputs}


def results(text: Text, program: Program, buffers: Collection[Var], array: Callable[[Atom], str]) -> Iterator[str]:
    """Expressions for the outputs, copied where they may share memory. What lies in `buffers` is used again."""
    uses, alone = program.uses(), made_fresh(program)
    for eq in program.equations:
        whole = eq.inputs[0] if eq.primitive.name in ("transpose", "reshape") else None
        if isinstance(whole, Var) and uses[whole] == 1 and whole in alone and whole not in buffers:
            alone.update(eq.outputs)
    aliased = {var for eq in program.equations if eq.aliases for var in eq.outputs} - alone
    given: set[Atom] = set()
    for atom in program.outputs:
        expression = array(atom)
        if atom in given or atom in aliased or not isinstance(atom, Var) or atom in program.inputs:
            yield f"{text.object(fresh, 'fresh')}({expression})"
        elif atom in alone or not program.spec(atom).shape:
            yield expression
        else:
            yield f"{text.object(owned, 'owned')}({expression})"
        given.add(atom)


def owned(value: Any) -> Any:
    """A result that shares memory with nothing else: copied if it is a view."""
    return value.copy() if isinstance(value, ndarray) and value.base is not None else value
