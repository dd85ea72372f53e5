"""A Program as one Python function."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import nullcontext
from typing import Any

import attrs
import numpy as np

from tapegrad._program.program import Atom, Equation, Program, Var
from tapegrad._program.source.arrays import FRESH, as_array, expression, fills, into, ufunc_of
from tapegrad._program.source.blocks import BlockWriter
from tapegrad._program.source.groups import Group, steps
from tapegrad._program.source.lifetimes import Kind, Step, allocated
from tapegrad._program.source.numbers import EXPRESSIONS, as_floats, quotient
from tapegrad._program.source.running import Workspace
from tapegrad._program.source.text import Text, local_names
from tapegrad._spec import generic, ndarray
from tapegrad._values import fresh

LARGE = 1 << 16
"""Arrays of so many bytes are put where others lay: to ask the system for new memory costs more than to compute."""


@attrs.frozen
class Code:
    """A Program as Python: the source, and the function that it defines: leaves in, list of leaves out."""

    source: str
    run: Callable[..., Any]


@attrs.define
class Writer:
    """Writes a Program's equations as lines, in order."""

    program: Program
    text: Text = attrs.field(init=False)
    names: dict[Var, str] = attrs.field(init=False)
    floats: set[Var] = attrs.field(init=False)
    buffers: dict[Var, str] = attrs.field(factory=dict[Var, str], init=False)
    """What large values are put into."""
    groups: int = attrs.field(default=0, init=False)

    def __attrs_post_init__(self) -> None:
        self.names = local_names(self.program)
        self.text = Text(frozenset(self.names.values()) | {"program"})
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
        """The line of one equation."""
        left = ", ".join(self.names[var] for var in eq.outputs)
        if eq.outputs[0] in self.floats:
            right = EXPRESSIONS[eq.primitive.name].format(*map(self.number, eq.inputs))
            if eq.primitive.name == "divide":
                self.text.object(quotient, "quotient")
        else:
            spec = self.program.spec(eq.outputs[0])
            arguments = [as_array(self.text, eq, atom, spec) or self.array(atom) for atom in eq.inputs]
            buffer = self.buffers.get(eq.outputs[0])
            right = expression(self.text, eq, arguments) if buffer is None else into(self.text, eq, arguments, buffer)
        self.text.line(f"{left} = {right}")

    def group(self, group: Group) -> None:
        """The lines that run a group."""
        self.groups += 1
        writer = BlockWriter(self.text, self.program, group, self.names, self._results(group))
        for line in writer.write(f"block{self.groups}", self.array, self.buffers):
            self.text.line(line)

    def _results(self, group: Group) -> list[Var]:
        """What a group computes block by block, and others read."""
        own = {eq.outputs for eq in (*group.equations, *group.totals)}
        later = {atom for eq in self.program.equations if eq.outputs not in own for atom in eq.inputs}
        later.update(self.program.outputs)
        return [eq.outputs[0] for eq in group.equations if eq.outputs[0] in later]

    def write(self) -> Code:
        """The whole function."""
        program, text = self.program, self.text
        used = program.uses()
        order = steps(program)
        with text.block(f"def program({', '.join(self.names[var] for var in program.inputs)}):"):
            for var in program.inputs:
                if var in used and not program.spec(var).shape:
                    conversion = "float({0})" if var in self.floats else "{0}[()]" if var not in program.weak else ""
                    if conversion:
                        text.line(f"{self.names[var]} = {conversion.format(self.names[var])}")
            silent = all(var in self.floats for eq in program.equations for var in eq.outputs)
            around = [] if silent else [f"{text.object(np.errstate, 'errstate')}(all='ignore')"]
            lives = [self._step(step) for step in order]
            around += self._workspace(lives)
            with text.block(f"with {', '.join(around)}:") if around else nullcontext():
                for step, dead in zip(order, self._dead(lives), strict=True):
                    if isinstance(step, Group):
                        self.group(step)
                    else:
                        self.equation(step)
                    if dead:
                        text.line(f"del {', '.join(self.names[var] for var in dead)}")
                text.line(f"return [{', '.join(self.outputs())}]")
        return Code("\n".join(text.lines), text.function("program"))

    def _large(self, var: Var) -> Kind | None:
        spec = self.program.spec(var)
        return (spec.shape, str(spec.dtype)) if spec.size * spec.dtype.itemsize >= LARGE else None

    def _dead(self, order: list[Step]) -> list[list[Var]]:
        """For each step, the large values that nothing reads after it, and that lie in no buffer."""
        last = {var: i for i, step in enumerate(order) for var in (*step.writes, *step.reads)}
        staying = {*self.program.inputs, *self.program.outputs, *self.buffers}
        dead: list[list[Var]] = [[] for _ in order]
        for var, i in last.items():
            if var not in staying and self._large(var):
                dead[i].append(var)
        return dead

    def _workspace(self, order: list[Step]) -> list[str]:
        """The buffers for large values, as a context."""
        kept = [atom for atom in self.program.outputs if isinstance(atom, Var)]
        places, buffers = allocated(order, self._large, kept)
        self.buffers = {var: f"b{i}" for var, i in places.items()}
        if not buffers:
            return []
        names = ", ".join(f"b{i}" for i in range(len(buffers)))
        return [f"{self.text.object(Workspace, 'Workspace')}({buffers!r}) as [{names}]"]

    def _step(self, step: Equation | Group) -> Step:
        if isinstance(step, Group):
            return Step(tuple(step.reads), tuple(self._results(step)), fills=True)
        reads = tuple([atom for atom in step.inputs if isinstance(atom, Var)])
        shares = ufunc_of(step) is None and step.primitive.name not in FRESH
        if not fills(self.program, step):
            return Step(reads, step.outputs, shares=shares)
        again = step.inputs[:1] if step.primitive.name == "damp" else ()  # read once more, after the product
        shape = self.program.spec(step.outputs[0]).shape
        over = [var for var in reads if var not in again and self.program.spec(var).shape == shape]
        return Step(reads, step.outputs, True, tuple(over) if step.primitive.name != "matmul" else ())

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
