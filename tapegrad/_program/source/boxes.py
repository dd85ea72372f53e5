"""Single numbers that meet arrays, each in an array of its own: NumPy takes 0.2 µs to make one of a number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tapegrad._program.program import Atom, Equation, Program, Var
from tapegrad._program.source.arrays import in_float64
from tapegrad._program.source.buffers import Written
from tapegrad._program.source.packs import Pack, Step
from tapegrad._program.source.text import Text
from tapegrad._spec import FLOAT64


def with_boxes(
    text: Text, program: Program, steps: Sequence[Step], names: Mapping[Var, str], mark: str
) -> tuple[list[Step | Written], dict[Atom, str]]:
    """The steps, with each number put into its box before the first that reads it, and what the boxes are called."""
    boxes: dict[Atom, str] = {}
    found: list[Step | Written] = []
    for step in steps:
        eq = step.equations[0] if isinstance(step, Pack) else step
        reads = step.operands if isinstance(step, Pack) else step.inputs if isinstance(step, Equation) else ()
        for atom in reads if isinstance(eq, Equation) and in_float64(eq, program.spec(eq.outputs[0])) else ():
            if isinstance(atom, Var) and atom not in boxes and program.spec(atom) == FLOAT64:
                boxes[atom] = f"{text.local('n')}{mark}"
                found.append(Written(f"{boxes[atom]}[()] = {names[atom]}", reads=(atom,)))
        found.append(step)
    return found, boxes
