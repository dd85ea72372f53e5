"""Whole Programs in machine code, loops and choices among them: no step of a loop comes back to Python."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import attrs

from tapegrad._program.bodies import Body, Choice, Loop, While
from tapegrad._program.constants import Literal
from tapegrad._program.kernels.formulas import spelled
from tapegrad._program.kernels.loops import gathered
from tapegrad._program.kernels.statements import statements
from tapegrad._program.kernels.whole import body_of, kept_of, parts_of
from tapegrad._program.kernels.writing import Kernel
from tapegrad._program.program import Atom, Program, Var
from tapegrad._program.source.text import Text
from tapegrad._spec import Spec

DECORATOR = '@njit(error_model="numpy", nogil=True, cache=True)'


@attrs.frozen
class Function:
    """A function in machine code: `name(*inputs, *outs, *constants)`.

    The `outs` are arrays to be filled, one for each result that has axes. It returns a tuple: the results that have
    none, and last, whether it went further than its formulas reach.
    """

    name: str
    constants: tuple[Literal, ...]


@attrs.define
class Machine:
    """Writes such functions, each after those that it calls."""

    text: Text

    def function(self, body: Body) -> Function:
        """A loop or a choice."""
        if isinstance(body, Choice):
            return self._choice(body)
        return self._loop(body) if isinstance(body, Loop) else self._repetition(body)

    def _loop(self, loop: Loop) -> Function:
        step = self.program(loop.body)
        frame = Frame(self.text, loop, loop.carry)
        given = [f"x{i}[i]" if loop.carry <= i < loop.constants else frame.now[i] for i in range(len(loop.taken))]
        stacks = {i: f"out{i}[i]" for i in range(loop.carry, len(loop.given))}
        frame.lines.append(f"for i in range({loop.length}):")
        frame.step(step, given, stacks)
        return frame.written()

    def _repetition(self, loop: While) -> Function:
        condition, step = self.program(loop.condition), self.program(loop.step)
        frame = Frame(self.text, loop, loop.carry)
        frame.lines.append("while True:")
        called = ", ".join([*frame.now, *map(frame.constant, condition.constants)])
        frame.lines += [
            f"    going, gone = {condition.name}({called})",
            "    far += gone",
            "    if far > 0.0 or not going:",
            "        break",
        ]
        frame.step(step, frame.now, {})
        return frame.written()

    def _choice(self, choice: Choice) -> Function:
        branches = [self.program(choice.first), self.program(choice.second)]
        frame = Frame(self.text, choice, 0)
        outs = [f"out{i}" for i, spec in enumerate(choice.given) if spec.shape]
        for head, branch in zip(("if x0:", "else:"), branches, strict=True):
            call = ", ".join([*frame.now[1:], *outs, *map(frame.constant, branch.constants)])
            frame.lines += [head, f"    return {branch.name}({call})"]
        return frame.written(returns=False)

    def program(self, program: Program) -> Function:
        """A Program, as calls of kernels and such functions."""
        text = self.text
        names = {var: f"x{i}" for i, var in enumerate(program.inputs)}
        constants: dict[Literal, str] = {}
        places: dict[Var, str] = {}
        lines = ["far = 0.0"]
        for i, atom in enumerate(program.outputs):
            if isinstance(atom, Var) and atom not in names and program.spec(atom).shape:
                places.setdefault(atom, f"out{i}")

        def passed(atom: Atom) -> str:
            if isinstance(atom, Var):
                return names[atom]
            if not atom.spec.shape:
                return spelled(atom.value, atom.spec.dtype)
            return constants.setdefault(atom, f"k{len(constants)}")

        def filled(var: Var) -> str:
            if var not in places:
                places[var] = f"v{var.number}"
                lines.append(f"v{var.number} = {_empty(program.spec(var))}")
            names[var] = places[var]
            return places[var]

        def call(
            name: str,
            inputs: Iterable[Atom],
            arrays: Iterable[Var],
            more: Iterable[Literal],
            numbers: Sequence[Var],
            far: bool,
        ) -> None:
            given = [*map(passed, inputs), *map(filled, arrays), *map(passed, more)]
            got = "".join(f"n{var.number}, " for var in numbers) + "gone, " * far
            lines.append(f"{f'({got}) = ' if got else ''}{name}({', '.join(given)})")
            lines.extend(["far += gone"] * far)
            for var in numbers:
                spec = program.spec(var)
                names[var] = f"n{var.number}"
                if spec.shape:
                    lines.append(f"{filled(var)}[...] = n{var.number}")

        for part in parts_of(program):
            body = body_of(part[0])
            if body is not None:
                function = self.function(body)
                outs = part[0].outputs
                arrays = [var for var in outs if program.spec(var).shape]
                call(
                    function.name,
                    part[0].inputs,
                    arrays,
                    function.constants,
                    [var for var in outs if not program.spec(var).shape],
                    True,
                )
                continue
            kept = kept_of(program, part)
            items = gathered(statements(program, part, kept))
            if items:
                kernel = Kernel(program, text.local("kernel", 1), items, kept)
                text.line(DECORATOR)
                kernel.write(text)
                text.line("")
                call(kernel.name, kernel.inputs, kernel.arrays, (), kernel.results, kernel.reaches)
        for i, atom in enumerate(program.outputs):
            if program.spec(atom).shape and not (isinstance(atom, Var) and names[atom] == f"out{i}"):
                lines.append(f"out{i}[...] = {passed(atom)}")
        numbers = [passed(atom) for atom in program.outputs if not program.spec(atom).shape]
        lines.append(f"return ({''.join(f'{name}, ' for name in numbers)}far,)")
        filling = [f"out{i}" for i, atom in enumerate(program.outputs) if program.spec(atom).shape]
        name = text.local("function", 1)
        _write(text, name, [*(names[var] for var in program.inputs), *filling, *constants.values()], lines)
        return Function(name, tuple(constants))


@attrs.define
class Frame:
    """A function that calls others: the carry in two sets of arrays, from one into the other at each step."""

    text: Text
    body: Body
    carry: int
    lines: list[str] = attrs.field(factory=list[str], init=False)
    now: list[str] = attrs.field(init=False)
    """What the first arguments of a step are called."""
    constants: dict[Literal, str] = attrs.field(factory=dict[Literal, str], init=False)

    def __attrs_post_init__(self) -> None:
        self.now = [f"x{i}" for i in range(len(self.body.taken))]
        for i in range(self.carry):
            spec = self.body.taken[i]
            self.now[i] = f"c{i}"
            self.lines.append(f"c{i} = x{i}{'.copy()' if spec.shape else ''}")
            if spec.shape:
                self.lines.append(f"d{i} = {_empty(spec)}")
        self.lines.append("far = 0.0")

    def constant(self, literal: Literal) -> str:
        """The parameter that passes a constant array on."""
        return self.constants.setdefault(literal, f"k{len(self.constants)}")

    def step(self, step: Function, given: Sequence[str], stacks: dict[int, str]) -> None:
        """The lines of one step."""
        specs = self.body.given
        outs = [stacks.get(i, f"d{i}") for i, spec in enumerate(specs) if spec.ndim > (i in stacks)]
        numbers = [i for i, spec in enumerate(specs) if spec.ndim == (i in stacks)]
        call = ", ".join([*given, *outs, *map(self.constant, step.constants)])
        self.lines.append(f"    ({''.join(f'n{i}, ' for i in numbers)}gone,) = {step.name}({call})")
        self.lines.append("    far += gone")
        self.lines += [f"    {stacks.get(i, f'c{i}')} = n{i}" for i in numbers]
        self.lines += [f"    c{i}, d{i} = d{i}, c{i}" for i in range(self.carry) if specs[i].shape]

    def written(self, returns: bool = True) -> Function:
        """The function, complete."""
        specs = self.body.given
        if returns:
            self.lines += [f"out{i}[...] = c{i}" for i in range(self.carry) if specs[i].shape]
            numbers = [f"c{i}, " for i in range(self.carry) if not specs[i].shape]
            self.lines.append(f"return ({''.join(numbers)}far,)")
        given = [f"x{i}" for i in range(len(self.body.taken))]
        outs = [f"out{i}" for i, spec in enumerate(specs) if spec.shape]
        name = self.text.local("function", 1)
        _write(self.text, name, [*given, *outs, *self.constants.values()], self.lines)
        return Function(name, tuple(self.constants))


def _empty(spec: Spec) -> str:
    return f"np.empty({spec.shape}, np.{'bool_' if spec.dtype.kind == 'b' else spec.dtype.name})"


def _write(text: Text, name: str, parameters: Sequence[str], lines: Sequence[str]) -> None:
    text.line(DECORATOR)
    with text.block(f"def {name}({', '.join(parameters)}):"):
        for line in lines:
            text.line(line)
    text.line("")
