"""Equations, one by one, as lines."""

from __future__ import annotations

from collections.abc import Mapping

import attrs
import numpy as np

from tapegrad._program.constants import Literal
from tapegrad._program.program import Atom, Equation, Program, Var
from tapegrad._program.source.arrays import as_array, expression, into, is_stack, power, stacked
from tapegrad._program.source.blas import may_fail
from tapegrad._program.source.late import are_finite, number_of
from tapegrad._program.source.memory import Pool
from tapegrad._program.source.numbers import COMPLEX128, is_float, python_of
from tapegrad._program.source.placed import assembled, is_assembly
from tapegrad._program.source.spreading import assigned, repeated
from tapegrad._program.source.text import Text
from tapegrad._program.source.tiles import Tiles
from tapegrad._spec import FLOAT64, generic, type_of


@attrs.define
class EquationWriter:
    """Writes equations of a Program."""

    program: Program
    text: Text = attrs.field(init=False)
    pool: Pool = attrs.field(factory=Pool, init=False)
    """The buffers that the function keeps."""
    names: dict[Var, str] = attrs.field(init=False)
    floats: set[Var] = attrs.field(init=False)
    buffers: dict[Var, str] = attrs.field(factory=dict[Var, str], init=False)
    """What values are put into."""
    late: Mapping[Var, str] = attrs.field(factory=dict[Var, str], init=False)
    """The damped products that are checked at the end, and the names of what computes them."""
    boxes: Mapping[Atom, str] = attrs.field(factory=dict[Atom, str], init=False)
    """The arrays that single numbers are put into, where those meet arrays."""
    taken: Mapping[Var, frozenset[int]] = attrs.field(factory=dict[Var, frozenset[int]], init=False)
    """Which parts are taken off an array that consists of parts."""
    tiles: Tiles = attrs.field(init=False)
    """Where such arrays lie, if they are small."""

    def number(self, atom: Atom) -> str:
        """An atom in an expression of Python's numbers."""
        if isinstance(atom, Var):
            return self.names[atom]
        value = atom.value.item() if isinstance(atom.value, generic) else atom.value
        return repr(value) if type_of(value) is not complex else self.text.object(value, "z", Literal(value))

    def array(self, atom: Atom) -> str:
        """An atom as NumPy meets it outside of a Program."""
        if not isinstance(atom, Var):
            return self.text.literal(atom)
        if atom in self.floats and atom not in self.program.weak:
            kind = self.program.spec(atom).dtype.type
            return f"{self.text.object(kind, kind.__name__)}({self.names[atom]})"
        return self.names[atom]

    def equation(self, eq: Equation) -> None:
        """The lines of one equation."""
        if is_assembly(self.program, eq):
            self._assembly(eq)
        elif is_stack(self.program, eq):
            self._stack(eq)
        else:
            left, buffer = ", ".join(self.names[var] for var in eq.outputs), self.buffers.get(eq.outputs[0])
            right = self._right(eq, buffer)
            self.text.line(right if left == buffer else f"{left} = {right}")
            if may_fail(self.program, eq):
                self._check(eq, left)

    def _assembly(self, eq: Equation) -> None:
        """The lines that put an array together."""
        out = eq.outputs[0]
        if out in self.tiles.places:
            self.text.extend(self.tiles.lines(eq, self.array))
        else:
            taken = self.taken.get(out, frozenset())
            self.text.extend(assembled(self.text, self.program, eq, taken, self.names[out], self.array))

    def _stack(self, eq: Equation) -> None:
        """The lines that put numbers into an array."""
        text, out = self.text, eq.outputs[0]
        spec, name = self.program.spec(out), self.names[out]
        kind = "" if spec.dtype == np.float64 else f", {text.object(spec.dtype, str(spec.dtype), spec.dtype.str)}"
        place = self.buffers.get(out) or f"{text.object(np.empty, 'empty')}({spec.size}{kind})"
        if place != name:
            text.line(f"{name} = {place}")
        values = [self.number(atom) if is_float(atom, self.floats) else self.array(atom) for atom in eq.inputs]
        text.line(stacked(name, values))

    def _right(self, eq: Equation, buffer: str | None) -> str:
        """The expression for the result, which puts it into the buffer, if there is one."""
        text, program, out = self.text, self.program, eq.outputs[0]
        pythons, weak, spec = out in self.floats, out in program.weak, program.spec(out)
        if pythons or (eq.primitive.name == "divide" and weak):
            return python_of(text, eq, self.number if pythons else self.array, program.spec)
        arguments = [as_array(text, eq, atom, spec, self.boxes) or self._argument(eq, atom) for atom in eq.inputs]
        if buffer is not None and (operands := repeated(program, eq)):
            like = spec.shape, str(spec.dtype)
            assigned(text, eq, operands, arguments, buffer, lambda i: self.pool.scratch(like, i, text.local))
        if out in self.late:
            return f"{self.late[out]}({', '.join(arguments if buffer is None else [*arguments, buffer])})"
        if weak and "power" in eq.primitive.name:
            arguments += [*map(text.literal, eq.parameters), repr(spec.dtype.kind)]
            return f"{text.object(power, 'power')}({', '.join(arguments)})"
        if buffer is not None:
            return into(text, program, eq, arguments, buffer)
        right = expression(text, program, eq, arguments)
        if spec == COMPLEX128 and program.is_weak(eq.inputs[0]) and not weak:  # Python's, beside a float64
            return f"{text.object(np.complex128, 'complex128')}({right})"
        return right

    def _check(self, eq: Equation, name: str) -> None:
        """The lines that run a function that knows what to do, or raises, where the quick one has failed."""
        text, compute = self.text, self.text.object(eq.primitive.compute, eq.primitive.name, eq.primitive)
        with text.block(f"if not {are_finite(text, [number_of(text, self.program.spec(eq.outputs[0]), name)])}:"):
            text.line(f"{name} = {compute}({', '.join(map(self.array, eq.inputs))})")

    def _argument(self, eq: Equation, atom: Atom) -> str:
        """An argument of NumPy's function, which makes the same array of Python's float as of NumPy's."""
        boxed = eq.primitive.name == "array" and isinstance(atom, Var) and self.program.spec(atom) == FLOAT64
        return self.names[atom] if boxed and isinstance(atom, Var) else self.array(atom)

    def may_warn(self, eq: Equation) -> bool:
        """Whether NumPy computes an equation, and may have something to say of it."""
        return eq.primitive.name != "array" and any(var not in self.floats for var in eq.outputs)
