"""A Program as one Python function."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from typing import Any

import attrs
import numpy as np

from tapegrad._program.constants import Literal
from tapegrad._program.program import Atom, Equation, Program, Var
from tapegrad._program.source.arrays import MODES, as_array, expression, into, ufunc_of
from tapegrad._program.source.blocks import BlockWriter
from tapegrad._program.source.buffers import Buffers, life
from tapegrad._program.source.damping import UnsettledError, accept, damp, damp_both, settle
from tapegrad._program.source.donation import donated_places, taking
from tapegrad._program.source.groups import Group, steps
from tapegrad._program.source.late import checked_at_end, late_products, number_of
from tapegrad._program.source.numbers import EXPRESSIONS, as_floats, quotient
from tapegrad._program.source.text import Text, local_names
from tapegrad._spec import generic, ndarray
from tapegrad._values import fresh


@attrs.frozen
class Code:
    """A Program as Python: the source, and the function that it defines: leaves in, list of leaves out."""

    source: str
    run: Callable[..., Any]


@attrs.define
class Writer:
    """Writes a Program's equations as lines, in order."""

    program: Program
    donated: frozenset[Var] = frozenset()
    """The inputs whose memory may be written to."""
    text: Text = attrs.field(init=False)
    names: dict[Var, str] = attrs.field(init=False)
    floats: set[Var] = attrs.field(init=False)
    buffers: Mapping[Var, str] = attrs.field(factory=dict[Var, str], init=False)
    """What values are put into."""
    late: Mapping[Var, str] = attrs.field(factory=dict[Var, str], init=False)
    """The damped products that are checked at the end, and the names of what computes them."""
    groups: int = attrs.field(default=0, init=False)

    def __attrs_post_init__(self) -> None:
        self.names = local_names(self.program)
        self.text = Text(frozenset(self.names.values()) | {"program", "equations", "part", *MODES})
        self.floats = as_floats(self.program)

    def number(self, atom: Atom) -> str:
        """An atom in an expression of Python floats."""
        if isinstance(atom, Var):
            return self.names[atom]
        return repr(atom.value.item() if isinstance(atom.value, generic) else atom.value)

    def array(self, atom: Atom) -> str:
        """An atom as NumPy meets it outside of a Program."""
        if not isinstance(atom, Var):
            return self.text.literal(atom)
        if atom in self.floats and atom not in self.program.weak:
            return f"{self.text.object(np.float64, 'float64')}({self.names[atom]})"
        return self.names[atom]

    def equation(self, eq: Equation) -> None:
        """The lines of one equation."""
        if eq.primitive.name == "place all" and self.program.spec(eq.outputs[0]).shape:
            self._placed(eq)
            return
        left = ", ".join(self.names[var] for var in eq.outputs)
        if eq.outputs[0] in self.floats:
            right = EXPRESSIONS[eq.primitive.name].format(*map(self.number, eq.inputs))
            if eq.primitive.name == "divide":
                self.text.object(quotient, "quotient")
        else:
            spec = self.program.spec(eq.outputs[0])
            arguments = [as_array(self.text, eq, atom, spec) or self.array(atom) for atom in eq.inputs]
            buffer = self.buffers.get(eq.outputs[0])
            if eq.outputs[0] in self.late:
                given = arguments if buffer is None else [*arguments, buffer]
                right = f"{self.late[eq.outputs[0]]}({', '.join(given)})"
            elif buffer is None:
                right = expression(self.text, eq, arguments)
            else:
                right = into(self.text, eq, arguments, buffer)
        self.text.line(f"{left} = {right}")

    def _placed(self, eq: Equation) -> None:
        """Zeros, to which each part is added in its place."""
        text, whole, (indices, shape) = self.text, self.names[eq.outputs[0]], eq.parameters
        dtype = self.program.spec(eq.outputs[0]).dtype
        zeros, add = text.object(np.zeros, "zeros"), text.object(np.add, "add")
        text.line(f"{whole} = {zeros}({text.literal(shape)}, {text.object(dtype, str(dtype), dtype.str)})")
        for part, index in zip(eq.inputs, indices.value, strict=True):
            at = f"{whole}[{text.object(index, 'index', Literal(index))}]"
            if self.program.spec(part).shape:
                text.line(f"part = {at}")
                text.line(f"{add}(part, {self.array(part)}, part)")
            else:
                text.line(f"{at} += {self.array(part)}")

    def group(self, group: Group) -> None:
        """The lines that run a group."""
        self.groups += 1
        writer = BlockWriter(self.text, self.program, group, self.names, self.late)
        for line in writer.write(f"block{self.groups}", self.array, self.buffers):
            self.text.line(line)

    def write(self) -> Code:
        """The whole function."""
        program, text = self.program, self.text
        order = steps(program)
        given = donated_places(program, order, [life(program, step) for step in order], self.donated)
        if not given:  # else a second run finds results in place of what it reads
            self.late = late_products(program, order, self.floats)
        buffers = Buffers.of(program, order, given)
        self.buffers = {**buffers.named(), **{var: self.names[memory] for var, memory in given.items()}}
        take, around, give_back = buffers.taken(text)
        if any(var not in self.floats for eq in program.equations for var in eq.outputs):
            around.insert(0, f"{text.object(np.errstate, 'errstate')}(all='ignore')")
        names = [self.names[var] for var in program.inputs]
        modes = MODES if self.late else ()
        with text.block(f"def {'equations' if modes else 'program'}({', '.join((*names, *modes))}):"):
            self._inputs()
            text.extend(taking(text, program, self.names, self.donated, {*given.values()}))
            text.extend(take)
            with text.block(f"with {', '.join(around)}:") if around else nullcontext():
                for step, dead in zip(order, buffers.dead, strict=True):
                    if isinstance(step, Group):
                        self.group(step)
                    else:
                        self.equation(step)
                    if dead:
                        text.line(f"del {', '.join(self.names[var] for var in dead)}")
                if checked := checked_at_end(program, order, self.late):
                    numbers = [number_of(text, program.spec(atom), self.array(atom)) for atom in checked]
                    text.line(f"settle({', '.join(numbers)})")
                text.extend(give_back)
                text.line(f"return [{', '.join(self.outputs())}]")
        if modes:
            self._twice(names)
        return Code("\n".join(text.lines), text.function("program"))

    def _inputs(self) -> None:
        """The lines that make Python's or NumPy's numbers of inputs with no axes."""
        program, used = self.program, self.program.uses()
        for var in program.inputs:
            if var in used and not program.spec(var).shape:
                conversion = "float({0})" if var in self.floats else "{0}[()]" if var not in program.weak else ""
                if conversion:
                    self.text.line(f"{self.names[var]} = {conversion.format(self.names[var])}")

    def _twice(self, given: Sequence[str]) -> None:
        """The function that runs the equations with plain products and, where they do not settle, with damped ones."""
        text = self.text
        quick = [text.object(np.multiply, "multiply")] * 2 + [text.object(settle, "settle_all")]
        careful = [text.object(each, each.__name__) for each in (damp, damp_both, accept)]
        text.line("")
        with text.block(f"def program({', '.join(given)}):"):
            with text.block("try:"):
                text.line(f"return equations({', '.join((*given, *quick))})")
            with text.block(f"except {text.object(UnsettledError, 'UnsettledError')}:"):
                text.line(f"return equations({', '.join((*given, *careful))})")

    def outputs(self) -> Iterator[str]:
        """The outputs, as arrays that share memory with nothing else."""
        made_fresh = {
            var
            for eq in self.program.equations
            for var in eq.outputs
            if not eq.aliases and (ufunc_of(eq) is not None or eq.primitive.name in OWNING)
        }
        aliased = {var for eq in self.program.equations if eq.aliases for var in eq.outputs}
        given: set[Atom] = set()
        for atom in self.program.outputs:
            expression = self.array(atom)
            if not self.program.spec(atom).shape and atom not in self.program.inputs:
                yield expression
            elif atom in given or atom in aliased or not isinstance(atom, Var) or atom in self.program.inputs:
                yield f"{self.text.object(fresh, 'fresh')}({expression})"
            else:
                yield expression if atom in made_fresh else f"{self.text.object(owned, 'owned')}({expression})"
            given.add(atom)


OWNING = frozenset({"damp", "damp both", "matmul", "sum", "where", "power", "place", "place all"})
"""Primitives, beside ufuncs, whose result is always an array of its own."""


def owned(value: Any) -> Any:
    """A result that shares memory with nothing else: copied if it is a view."""
    return value.copy() if isinstance(value, ndarray) and value.base is not None else value
