"""Arrays of very few numbers as these numbers: a call of NumPy takes ten times as long as Python does for one of them.

A step of a loop that takes its array apart and stacks what it makes of the numbers, as the right side of an ordinary
differential equation does, so becomes arithmetic on Python's floats, which has the same bits.
"""

from __future__ import annotations

from collections.abc import Sequence

from tapegrad._program.constants import Literal
from tapegrad._program.passes.dead import without_dead
from tapegrad._program.passes.rewriting import Rewriting, rewritten
from tapegrad._program.program import Atom, Equation, Program
from tapegrad._program.source.arrays import is_few, is_stack
from tapegrad._program.source.numbers import element, is_float
from tapegrad._rules.kinds import PRIMITIVES
from tapegrad._spec import FLOAT64

ARITHMETIC = frozenset({"add", "subtract", "multiply", "divide", "negative", "square", "absolute", "damp"})
"""What Python computes as NumPy does."""


def in_numbers(program: Program) -> Program:
    """The Program with arithmetic on such arrays as arithmetic on numbers, where the arrays are made of numbers.

    So are inputs of which numbers are read.
    """
    numbers: dict[Atom, Sequence[Atom]] = {}
    read = {eq.inputs[0] for eq in program.equations if element(eq, program.spec)}
    split = [var for var in program.inputs if var in read and is_few(program.spec(var))]

    def parts(work: Rewriting, atom: Atom, count: int) -> Sequence[Atom] | None:
        """The numbers that an operand consists of, or the one that stands for all."""
        if not work.spec(atom).shape:
            whole = work.is_weak(atom) and work.spec(atom).dtype.kind == "i"
            return [atom] * count if whole or work.spec(atom) == FLOAT64 or is_float(atom, ()) else None
        if isinstance(atom, Literal) and is_few(atom.spec):
            return [Literal(x) for x in atom.value]
        if atom in split and atom not in numbers:
            numbers[atom] = [work.call("slice_of", atom, spec=FLOAT64, parameters=[i]) for i in range(count)]
        return numbers.get(atom)

    def rewrite(work: Rewriting, eq: Equation) -> Equation | Sequence[Atom]:
        out = eq.outputs[0]
        spec = work.spec(out)
        if index := element(eq, work.spec):
            own = parts(work, eq.inputs[0], work.spec(eq.inputs[0]).size)
            return eq if own is None else [own[index[0]]]
        if is_stack(program, eq):
            numbers[out] = eq.inputs
        elif eq.primitive.name in ARITHMETIC and is_few(spec) and not eq.parameters:
            columns = [parts(work, atom, spec.size) for atom in eq.inputs]
            known = [column for column in columns if column is not None and len(column) == spec.size]
            if len(known) == len(columns):
                numbers[out] = [work.call(eq.primitive.name, *each, spec=FLOAT64) for each in zip(*known, strict=True)]
                return Equation(PRIMITIVES["stack"], tuple(numbers[out]), (Literal(0),), (out,))
        return eq

    return without_dead(rewritten(program, rewrite))
