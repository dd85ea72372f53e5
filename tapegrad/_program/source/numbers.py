"""Arithmetic on single float64 numbers, as Python computes it on its own floats.

Python's float has the arithmetic of IEEE 754, as NumPy's float64 has, at a third of the cost: sums, differences,
products and negations are the same bit for bit. Quotients are too, but by 0, where Python raises and NumPy does not.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np

from tapegrad._program.program import Atom, Equation, Program, Var
from tapegrad._spec import FLOAT64

EXPRESSIONS: dict[str, str] = {
    "add": "{} + {}",
    "subtract": "{} - {}",
    "multiply": "{} * {}",
    "negative": "-{}",
    "positive": "{}",
    "astype": "{}",
    "slice_of": "{}",
    "damp": "{0} * {1} if {0} else {0}",
    "divide": "{0} / {1} if {1} else quotient({0}, {1})",
}


def quotient(x: Any, y: Any) -> Any:
    """The quotient by 0, as NumPy has it: an infinity or nan; Python's number."""
    with np.errstate(all="ignore"):
        return np.divide(x, y).item()


def _is_arithmetic(eq: Equation) -> bool:
    return eq.primitive.name in EXPRESSIONS and (eq.primitive.name != "slice_of" or not eq.parameters[0].value)


def is_float(atom: Atom, floats: Collection[Var]) -> bool:
    """Whether an atom is one of these values, or a constant that can be written as a float."""
    if isinstance(atom, Var):
        return atom in floats
    value = atom.value
    return type(value) in (float, int, np.float64) and bool(abs(value) < 2**53)


def as_floats(program: Program, others: Collection[Var] = ()) -> set[Var]:
    """The values of a Program that are computed as Python's floats; no inputs among the `others` are."""
    floats = {var for var in program.inputs if program.spec(var) == FLOAT64 and var not in others}
    whole = {var for var in program.inputs if var in program.weak and program.spec(var).dtype.kind == "i"}
    for eq in program.equations:
        if _is_arithmetic(eq) and program.spec(eq.outputs[0]) == FLOAT64:
            beside = [atom for atom in eq.inputs if atom not in whole or eq.primitive.name == "damp"]
            if beside and all(is_float(atom, floats) for atom in beside):  # Python's int beside a float is one
                floats.update(eq.outputs)
    return floats


def carried_as_floats(step: Program, carry: int) -> set[Var]:
    """The same of a step that is repeated, whose first outputs become its first inputs: floats again, or none."""
    others: set[Var] = set()
    while True:
        floats = as_floats(step, others)
        pairs = zip(step.inputs[:carry], step.outputs[:carry], strict=True)
        lost = [var for var, after in pairs if var in floats and not is_float(after, floats)]
        if not lost:
            return floats
        others.update(lost)
