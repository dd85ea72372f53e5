"""Loops and choices in generated code: Python's `for`, `while` and `if` around the lines of the Programs inside."""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Sequence
from contextlib import contextmanager, nullcontext
from functools import cached_property
from typing import Any, Self

import attrs
import numpy as np

from tapegrad._program.bodies import Body, Choice, Loop, While
from tapegrad._program.program import Atom, Equation, Program, Var
from tapegrad._program.source.arrays import fills
from tapegrad._program.source.function import Writer
from tapegrad._program.source.late import check, number_of, touched_by_steps
from tapegrad._program.source.numbers import as_floats, carried_as_floats, is_float
from tapegrad._program.source.results import made_fresh
from tapegrad._program.source.scalars import in_numbers
from tapegrad._program.structured import Structured
from tapegrad._spec import FLOAT64, ndarray
from tapegrad._tree import flatten
from tapegrad._values import fresh
from tapegrad.typing import override


@attrs.define
class ControlWriter(Writer):
    """Writes straight lines, loops and choices. What is inside of them is written by a writer of its own."""

    @override
    def equation(self, eq: Equation) -> None:
        content = eq.primitive.content if isinstance(eq.primitive, Structured) else None
        if isinstance(content, Loop):
            self.loop(eq, content)
        elif isinstance(content, While):
            self.repetition(eq, content)
        elif isinstance(content, Choice):
            self.choice(eq, content)
        else:
            super().equation(eq)

    def loop(self, eq: Equation, loop: Loop) -> None:
        """`for` over the rows. What is stacked is computed in its row of the whole, where that is possible."""
        text, body, start, stop = self.text, self.stepwise(loop.body), loop.carry, loop.constants
        step = self._inside(body, carried_as_floats(body, start), start)
        step.begin(self, eq, start)
        step.take(self, body.inputs[stop:], eq.inputs[stop:])
        used = body.uses()
        along = [
            (step.names[body.inputs[i]], self._rows(eq.inputs[i], loop.counts(i), step.calculates(body.inputs[i])))
            for i in range(start, stop)
            if body.inputs[i] in used
        ]
        index = ""
        stores: list[tuple[str, Atom]] = []
        chained: dict[Atom, str] = {}
        """The carries that lie in the rows where they are stacked, and the next row of each."""
        fillable = {eq.outputs[0] for eq in body.equations if fills(body, eq)}

        def put(atom: Atom, place: str) -> None:
            if isinstance(atom, Var) and atom in fillable and atom not in step.buffers:
                step.buffers[atom] = place
            else:
                stores.append((f"{place}[...]", atom))

        pairs = zip(body.inputs[:start], body.outputs, strict=False)
        after = {var: atom for var, atom in pairs if var != atom}
        for var, y in zip(eq.outputs[start:], body.outputs[start:], strict=True):
            spec, stack = self.program.spec(var), self.stack(var)
            if spec.ndim == 1:
                index = index or text.local("i")
                stores.append((f"{stack}[{index}]", y))
            elif isinstance(y, Var) and y in after and y not in chained and loop.length and self.pool.has_rows(stack):
                rows, chained[y] = self.rows_of(stack), text.local("v")
                text.line(f"{rows}[0][...] = {step.names[y]}")  # then each step computes the carry into the next row
                along += [(step.names[y], rows), (chained[y], self.rows_of(stack, self.row_after(stack)))]
                put(after[y], chained[y])
            else:
                row = text.local("v")
                along.append((row, self.rows_of(stack)))
                put(y, row)
        if index or not along:
            along.insert(0, (index or "_", f"range({loop.length})"))
        names, runs = zip(*along, strict=True)
        over = runs[0] if len(runs) == 1 else f"zip({', '.join(runs)})"
        with step.buffered(), text.block(f"for {', '.join(names)} in {over}:"):
            step.lines()
            for place, y in stores:
                text.line(f"{place} = {step.value(y, is_float(y, step.floats))}")
            step.advance(start, chained)
        for var in body.inputs[:start]:
            if var in chained:
                text.line(f"{step.names[var]} = {text.object(fresh, 'fresh')}({chained[var]})")
        step.end(start, chained, at_least_once=loop.length > 0)
        if step.late:
            outs = [eq.outputs[i] for i in touched_by_steps(step.program, step.late, start)]
            numbers = [number_of(text, self.program.spec(var), self.names[var]) for var in outs]
            text.line(check(text, numbers))

    def repetition(self, eq: Equation, loop: While) -> None:
        """`while`: the condition is computed at the beginning of each step."""
        text, carry = self.text, loop.carry
        body = self.stepwise(loop.step)
        floats = carried_as_floats(body, carry)
        step = self._inside(body, floats)
        others = [b for a, b in zip(body.inputs, loop.condition.inputs, strict=True) if a not in floats]
        condition = self._inside(loop.condition, as_floats(loop.condition, others))
        step.begin(self, eq, carry)
        step.take(self, body.inputs[carry:], eq.inputs[carry:])
        condition.take(self, loop.condition.inputs[carry:], eq.inputs[carry:])
        for var, same in zip(loop.condition.inputs[:carry], body.inputs[:carry], strict=True):
            condition.names[var] = step.names[same]
        with condition.buffered(), step.buffered(), text.block("while True:"):
            condition.lines()
            with text.block(f"if not {condition.array(loop.condition.outputs[0])}:"):
                text.line("break")
            step.lines()
            step.advance(carry)
        step.end(carry, at_least_once=False)

    def choice(self, eq: Equation, choice: Choice) -> None:
        """`if` and `else`, which give the same names to what they compute."""
        text = self.text
        branches = [self._inside(part, as_floats(part)) for part in (choice.first, choice.second)]
        numbers = [
            self.program.spec(var) == FLOAT64 and all(is_float(b.program.outputs[i], b.floats) for b in branches)
            for i, var in enumerate(eq.outputs)
        ]
        names = ", ".join(self.names[var] for var in eq.outputs)
        for head, branch in zip((f"if {self.array(eq.inputs[0])}:", "else:"), branches, strict=True):
            with text.block(head):
                branch.take(self, branch.program.inputs, eq.inputs[1:])
                with branch.buffered():
                    branch.lines()
                    outs = zip(
                        eq.outputs,
                        branch.program.outputs,
                        branch.outputs(),
                        numbers,
                        strict=True,
                    )
                    values = [
                        out if self.program.spec(var).shape or var in self.program.weak else branch.strong(atom, quick)
                        for var, atom, out, quick in outs
                    ]
                    text.line(f"{names} = {', '.join(values)}")
        self.floats.update(var for var, quick in zip(eq.outputs, numbers, strict=True) if quick)

    def stepwise(self, body: Program) -> Program:
        """What a loop runs, as NumPy and Python run it quickest."""
        return in_numbers(body)

    def _inside(self, program: Program, floats: set[Var], steps_of: int | None = None) -> Self:
        """A writer of a Program within this one."""
        inner = type(self)(program, outer=self, steps_of=steps_of)
        inner.floats &= floats
        return inner

    def value(self, atom: Atom, number: bool) -> str:
        """An atom, as Python's float or as NumPy has it."""
        if not number:
            return self.array(atom)
        return self.number(atom) if is_float(atom, self.floats) else f"float({self.array(atom)})"

    def strong(self, atom: Atom, number: bool = False) -> str:
        """The same, NumPy's number where it is one of Python's."""
        if number or not self.program.is_weak(atom):
            return self.value(atom, number)
        dtype = self.program.spec(atom).dtype
        return f"{self.text.object(dtype.type, dtype.name)}({self.array(atom)})"

    def calculates(self, var: Var) -> bool:
        """Whether an input is wanted as Python's float."""
        if var in self.floats and not any(
            var in eq.inputs and eq.outputs[0] in self.floats for eq in self.program.equations
        ):
            self.floats.discard(var)
        return var in self.floats

    def begin(self, outer: ControlWriter, eq: Equation, carry: int) -> None:
        """The carry that the first step is given, under the names of what comes out."""
        for var, atom, out in zip(self.program.inputs[:carry], eq.inputs, eq.outputs, strict=False):
            self.names[var] = outer.names[out]
            form = outer.value if var in self.program.weak else outer.strong
            outer.text.line(f"{self.names[var]} = {form(atom, var in self.floats)}")
            if var in self.floats:
                outer.floats.add(out)

    def take(self, outer: ControlWriter, inputs: Sequence[Var], atoms: Sequence[Atom]) -> None:
        """What is used from outside: under its name there, where it is what is meant here."""
        used = self.program.uses()
        for var, atom in zip(inputs, atoms, strict=True):
            if var in used:
                value = outer.value(atom, self.calculates(var))
                if isinstance(atom, Var) and value == outer.names[atom]:
                    self.names[var] = value
                else:
                    self.text.line(f"{self.names[var]} = {value}")

    def _rows(self, atom: Atom, counts: bool, floats: bool) -> str:
        """What a loop runs over."""
        rows: Any = None if isinstance(atom, Var) else atom.value
        if counts and isinstance(rows, ndarray):
            first, step = int(rows[0]), int(rows[1] - rows[0]) if len(rows) > 1 else 1
            numbers = range(first, first + step * len(rows), step) if step else ()
            if np.array_equal(rows, numbers):
                return repr(numbers)
        if counts or floats:
            return f"{self.array(atom)}.tolist()"
        place = self.buffers.get(atom, self.views.get(atom, "")) if isinstance(atom, Var) else ""
        return self.rows_of(place or self.array(atom))

    def stack(self, var: Var) -> str:
        """The array for what a loop stacks."""
        spec, stack = self.program.spec(var), self.names[var]
        if var in self.buffers:
            self.names[var] = self.buffers[var]
        else:
            self.text.line(f"{stack} = {self.text.object(np.empty, 'empty')}({spec.shape}, {str(spec.dtype)!r})")
        return self.names[var]

    def rows_of(self, name: str, last: str = "") -> str:
        """What a `for` runs over: the rows of an array; or those from the second on, and `last`."""
        return self.pool.rows(name, last, self.text.local) if self.pool.has_rows(name) else name

    def row_after(self, stack: str) -> str:
        """A row that follows the last of an array that is kept."""
        name, (shape, dtype) = self.text.local("last"), self.pool.kinds[stack]
        self.pool.kinds[name] = shape[1:], dtype
        return name

    @contextmanager
    def buffered(self) -> Generator[None]:
        """The lines added inside have the buffers that they need, the same in all steps of a loop."""
        around = self.planned()
        with self.text.block(f"with {', '.join(around)}:") if around else nullcontext():
            yield

    def advance(self, carry: int, others: Collection[Atom] = ()) -> None:
        """The carry of the next step, but for others, which are there already."""
        pairs = zip(self.program.inputs[:carry], self.program.outputs, strict=False)
        moving = [(var, atom) for var, atom in pairs if var not in others]
        forms = [(var, atom, self.value if var in self.program.weak else self.strong) for var, atom in moving]
        after = [(self.names[var], form(atom, var in self.floats)) for var, atom, form in forms if var != atom]
        if after:
            self.text.line(f"{', '.join(name for name, _ in after)} = {', '.join(value for _, value in after)}")
        elif not self.program.equations:
            self.text.line("pass")

    def end(self, carry: int, others: Collection[Atom] = (), *, at_least_once: bool) -> None:
        """The last carry, as arrays that share memory with nothing else, but for others, which are such arrays."""
        last = self.program.outputs[:carry]
        own = made_fresh(self.program) - self.buffers.keys() if at_least_once else set[Var]()
        for var, atom in zip(self.program.inputs[:carry], last, strict=True):
            if self.program.spec(var).shape and var not in others and (atom not in own or last.count(atom) > 1):
                name = self.names[var]
                self.text.line(f"{name} = {self.text.object(fresh, 'fresh')}({name})")


class Running:
    """What a loop or a choice computes by itself: the code of the Program that consists of it alone."""

    def __init__(self, body: Body) -> None:
        self.body = body

    @cached_property
    def run(self) -> Callable[..., list[Any]]:
        """Written when it first runs."""
        taken, given = self.body.taken, self.body.given
        values = tuple([Var(i) for i in range(len(taken) + len(given))])
        inputs, outputs = values[: len(taken)], values[len(taken) :]
        eq = Equation(Structured.of(self.body, "", len, len(given)), inputs, (), outputs)
        alone = Program(
            inputs,
            tuple([f"x{i}" for i in range(len(inputs))]),
            (eq,),
            outputs,
            (*taken, *given),
            flatten([0] * len(outputs))[1],
            frozenset([*(inputs[i] for i in self.body.loose), *(outputs[i] for i in self.body.loosely_given)]),
        )
        return ControlWriter(alone).write().run

    def __call__(self, *arguments: Any) -> Any:
        outs = self.run(*arguments)
        return outs[0] if len(outs) == 1 else tuple(outs)
