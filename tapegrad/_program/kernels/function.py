"""A Program as one Python function that calls kernels, and NumPy for the rest."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from typing import Any

import attrs
import numpy as np

from tapegrad._program.constants import Literal
from tapegrad._program.kernels.fallbacks import Listed, Plain
from tapegrad._program.kernels.files import module, require_numba
from tapegrad._program.kernels.loops import Loop, flattened, gathered
from tapegrad._program.kernels.machine import Machine
from tapegrad._program.kernels.segments import Segment, portions, rows, steps
from tapegrad._program.kernels.sources import file_of
from tapegrad._program.kernels.statements import Statement, statements
from tapegrad._program.kernels.whole import body_of, is_whole
from tapegrad._program.kernels.writing import Kernel
from tapegrad._program.program import Atom, Equation, Program, Var
from tapegrad._program.source.buffers import life
from tapegrad._program.source.control import ControlWriter
from tapegrad._program.source.donation import donated_places, taking
from tapegrad._program.source.function import Code, silent
from tapegrad._program.source.lifetimes import Step
from tapegrad._program.source.returning import tree
from tapegrad._program.source.running import over_blocks
from tapegrad._program.source.text import Text
from tapegrad._spec import FLOAT64, ndarray
from tapegrad.typing import override


def blocks(
    kernel: Callable[..., tuple[Any, ...]], length: int, rows: int, outs: Sequence[Any], *arguments: Any
) -> list[Any]:
    """Run a kernel over all of its loop, on all cores; the sums of what it returns."""

    def block(start: int, stop: int, _: Sequence[Any], *given: Any) -> list[Any]:
        return list(kernel(start, stop, *given))

    return over_blocks(block, length, rows, (), *arguments, *outs)


@attrs.define
class KernelWriter(ControlWriter):
    """Writes a Program as calls of kernels, and NumPy where those do not reach."""

    kernels: Text = attrs.field(factory=Text, init=False)
    bare: set[Var] = attrs.field(factory=set[Var], init=False)
    """The single numbers that are Python's, as numba returns them, where NumPy's are meant."""

    @override
    def __attrs_post_init__(self) -> None:
        require_numba()
        super().__attrs_post_init__()
        self.floats = set()
        if isinstance(self.outer, KernelWriter):
            self.kernels = self.outer.kernels

    @override
    def array(self, atom: Atom) -> str:
        if isinstance(atom, Var) and atom in self.bare and atom not in self.program.weak:
            dtype = self.program.spec(atom).dtype
            return f"{self.text.object(dtype.type, dtype.name)}({self.names[atom]})"
        return super().array(atom)

    @override
    def shortened(self, program: Program) -> Program:
        return program

    @override
    def stepwise(self, body: Program) -> Program:
        return body

    def segment(self, equations: tuple[Equation, ...]) -> None:
        """The lines that run some equations as kernels."""
        program = self.program
        inside = set(equations)
        read = {atom for eq in program.equations if eq not in inside for atom in eq.inputs} | set(program.outputs)
        made = {eq.outputs[0] for eq in equations}
        kept = {var for var in made if var in read}
        reaching: list[str] = []
        parts = portions(gathered(statements(program, equations, kept)))
        for part in parts:
            others = {
                access.array
                for other in parts
                if other is not part
                for statement in _inside(other)
                for access in statement.operands
            }
            if far := self.kernel(part, kept | {var for var in made if var in others}):
                reaching.append(far)
        if reaching:
            atoms = dict.fromkeys(atom for eq in equations for atom in eq.inputs if isinstance(atom, Var))
            plain = Plain(equations, tuple(atom for atom in atoms if atom not in made), tuple(kept))
            self._otherwise(" or ".join(reaching), plain, plain.inputs, plain.outputs)

    def _otherwise(self, far: str, plain: Any, inputs: Sequence[Atom], outputs: Sequence[Var]) -> None:
        """The lines that compute by NumPy what is further than the formulas reach."""
        text = self.text
        with text.block(f"if {far}:"):
            call = f"{text.object(plain, 'plain')}({', '.join(map(self.array, inputs))})"
            text.line(f"[{', '.join(self.names[var] for var in outputs)}] = {call}")
            for var in outputs:
                if var in self.buffers:
                    text.line(f"{self.buffers[var]}[...] = {self.names[var]}")

    @override
    def equation(self, eq: Equation) -> None:
        body = body_of(eq)
        if body is None or not is_whole(body):
            super().equation(eq)
            return
        text, names, specs = self.text, self.names, self.program.spec
        function = Machine(self.kernels).function(body)
        for var in eq.outputs:
            if specs(var).shape:
                text.line(f"{names[var]} = {self._empty(var)}")
        given = list(map(self._given, eq.inputs))
        outs = [names[var] for var in eq.outputs if specs(var).shape]
        constants = [text.object(np.array(literal.value), "constant") for literal in function.constants]
        numbers = [var for var in eq.outputs if not specs(var).shape]
        far = text.local("far", 1)
        left = ", ".join([*(names[var] for var in numbers), far])
        text.line(f"{left}{',' * (not numbers)} = {function.name}({', '.join([*given, *outs, *constants])})")
        self.bare.update(numbers)
        self._otherwise(far, Listed(eq.primitive), eq.inputs, eq.outputs)

    def _given(self, atom: Atom) -> str:
        """An argument of a kernel that is a loop: in one piece, as that costs less than the steps gain by it."""
        if self.program.spec(atom).shape:
            return f"{self.text.object(np.ascontiguousarray, 'ascontiguousarray')}({self.array(atom)})"
        if isinstance(atom, Literal):
            return self.text.literal(Literal(atom.value[()] if isinstance(atom.value, ndarray) else atom.value))
        is_pythons = atom in self.bare or atom in self.program.weak
        return self.array(atom) if is_pythons else f"{self.array(atom)}[()]"  # a number, of an array with no axes

    def _empty(self, var: Var) -> str:
        """The array that a kernel fills."""
        spec = self.program.spec(var)
        dtype = self.text.object(spec.dtype, str(spec.dtype), spec.dtype.str)
        return self.buffers.get(var, f"{self.text.object(np.empty, 'empty')}({spec.shape}, {dtype})")

    def _life(self, segment: Segment) -> Step:
        """What the kernels of a segment read, all of it to the end, and make arrays for."""
        made = [eq.outputs[0] for eq in segment.equations]
        read = dict.fromkeys(atom for eq in segment.equations for atom in eq.inputs if isinstance(atom, Var))
        return Step(tuple(var for var in read if var not in made), tuple(made))

    def kernel(self, items: Sequence[Statement | Loop], kept: set[Var]) -> str:
        """The lines that run one kernel; returns the name of what says whether it went too far, if it does."""
        program, text, names = self.program, self.text, self.names
        loop = items[0]
        block = rows(loop) if isinstance(loop, Loop) and len(items) == 1 else 0
        shapes = {access.array: program.spec(access.array).shape for s in _inside(items) for access in s.operands}
        flat = flattened(loop, shapes) if isinstance(loop, Loop) and len(items) == 1 else None
        if flat is not None:
            items, block = [flat], rows(flat)
        name = self.kernels.local("kernel", 1)
        kernel = Kernel(program, name, items, kept, block > 0)
        free = "nogil=True, " * any(isinstance(item, Loop) for item in items)  # which costs more than single numbers do
        self.kernels.line(f'@njit(error_model="numpy", {free}cache=True)')
        kernel.write(self.kernels)
        self.kernels.line("")

        def passed(atom: Atom) -> str:
            written = names[atom] if isinstance(atom, Var) else text.literal(atom)
            return f"{written}.reshape(-1)" if flat is not None and program.spec(atom).shape else written

        for var in kernel.arrays:
            text.line(f"{names[var]} = {self._empty(var)}")
        far = text.local("far", 1) if kernel.reaches else ""
        results = [*(names[var] for var in kernel.results), *([far] if far else [])]
        given, outs = [passed(atom) for atom in kernel.inputs], [passed(var) for var in kernel.arrays]
        if block:
            [only] = items
            length = only.length if isinstance(only, Loop) else 0
            filled = f"[{', '.join(outs)}]"
            call = f"{text.object(blocks, 'blocks')}({', '.join((name, str(length), str(block), filled, *given))})"
        else:
            call = f"{name}({', '.join((*given, *outs))})"
        text.line(f"{', '.join(results)}{',' * (len(results) == 1)} = {call}" if results else call)
        for var in kernel.results:
            self._shaped(var)
        return far

    def _shaped(self, var: Var) -> None:
        """A result of a kernel as an array of its shape; single numbers stay what numba returns."""
        spec, name = self.program.spec(var), self.names[var]
        if not spec.shape:
            self.bare.add(var)
        elif spec.size == 1:
            full = self.text.object(np.full, "full")
            self.text.line(f"{name} = {full}({spec.shape}, {name}, {str(spec.dtype)!r})")
        elif 1 in spec.shape:
            self.text.line(f"{name} = {name}.reshape({spec.shape})")

    @override
    def planned(self) -> list[str]:
        program, self.order = self.program, steps(self.program)
        lives = [self._life(step) if isinstance(step, Segment) else life(program, step) for step in self.order]
        self.given = donated_places(program, self.order, lives, self.donated)
        self.buffers.update({var: self.names[memory] for var, memory in self.given.items()})
        return []

    @override
    def lines(self) -> None:
        for step in self.order:
            if isinstance(step, Segment):
                self.segment(step.equations)
            else:
                self.equation(step)

    @override
    def write(self) -> Code:
        program, text = self.program, self.text
        used = program.uses()
        self.planned()
        with text.block(f"def program({', '.join(self.names[var] for var in program.inputs)}):"):
            for var in program.inputs:
                if var in used and not program.spec(var).shape and var not in program.weak:
                    quick = program.spec(var) == FLOAT64
                    text.line(f"{self.names[var]} = {'float({})' if quick else '{}[()]'}".format(self.names[var]))
                    self.bare |= {var} if quick else set()
            warns = any(isinstance(step, Equation) and self.may_warn(step) for step in self.order)
            text.extend(taking(text, program, self.names, self.donated, {*self.given.values()}))
            with silent(text) if warns else nullcontext():
                self.lines()
                text.line(f"return {tree(text, program.structure, self.outputs())}")
        source = "\n".join(text.lines)
        if self.kernels.lines:
            written = file_of(self.kernels)
            made = module(written)
            text.objects.update({name: getattr(made, name) for name in self.kernels.reserved})
            source = f"{written}\n\n{source}"
        return Code(source, text.function("program"))


def _inside(items: Sequence[Statement | Loop]) -> list[Statement]:
    return [statement for item in items for statement in (item.statements() if isinstance(item, Loop) else (item,))]
