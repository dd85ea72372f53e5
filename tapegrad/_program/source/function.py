"""A Program as one Python function."""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any

import attrs

from tapegrad._errstate import errstate, ignored
from tapegrad._program.passes.factoring import with_small_slopes_joined
from tapegrad._program.passes.lowering import lowered
from tapegrad._program.program import Atom, Equation, Program, Var
from tapegrad._program.source.arrays import MODES
from tapegrad._program.source.blocks import BlockWriter
from tapegrad._program.source.boxes import with_boxes
from tapegrad._program.source.buffers import Buffers, Written, life
from tapegrad._program.source.calling import add_program
from tapegrad._program.source.damping import FEW
from tapegrad._program.source.donation import donated_places, taking
from tapegrad._program.source.equations import EquationWriter
from tapegrad._program.source.groups import Group, steps
from tapegrad._program.source.late import (
    check,
    checked_at_end,
    checked_in_blocks,
    late_in_steps,
    late_products,
    number_of,
)
from tapegrad._program.source.lifetimes import Kind, Lives
from tapegrad._program.source.numbers import as_floats
from tapegrad._program.source.packing import SMALL, Packing
from tapegrad._program.source.packs import Joined
from tapegrad._program.source.placed import without_negatives
from tapegrad._program.source.results import results
from tapegrad._program.source.returning import tree
from tapegrad._program.source.rows import RowWriter
from tapegrad._program.source.text import Text, local_names
from tapegrad._program.source.tiles import Tiles
from tapegrad._program.source.views import kept_views


@attrs.frozen
class Code:
    """A Program as Python: the source, and the function that it defines: leaves in, the tree of outputs out."""

    source: str
    run: Callable[..., Any]


@attrs.define
class Writer(EquationWriter):
    """Writes a Program's equations as lines, in order."""

    donated: frozenset[Var] = frozenset()
    """The inputs whose memory may be written to."""
    outer: Writer | None = None
    """What writes the function, where the Program is a part of it: the body of a loop, say."""
    steps_of: int | None = None
    """How many values each step hands on, where the Program is the body of a `for`."""
    waits: bool = attrs.field(default=False, init=False)
    """Whether there are any, in loops inside too: then all may have to run again."""
    unsettled: Collection[Atom] = attrs.field(factory=set[Atom], init=False)
    """What they may have made nan, and blocks check."""
    order: Sequence[Any] = attrs.field(factory=list[Any], init=False)
    """Equations, and groups of them, as they will run."""
    checked: Sequence[str] = attrs.field(factory=list[str], init=False)
    """Expressions for numbers that are finite if no damped product has gone wrong."""
    dead: Sequence[Sequence[Var]] = attrs.field(factory=list[Any], init=False)
    """For each of them, the large values that nothing reads after it."""
    given: Mapping[Var, Var] = attrs.field(factory=dict[Var, Var], init=False)
    """The values that are put into donated memory, and the input whose memory it is."""
    views: Mapping[Var, str] = attrs.field(factory=dict[Var, str], init=False)
    """The values that are views of buffers, and kept with these."""

    def __attrs_post_init__(self) -> None:
        self.program = lowered(self.program)
        if self.outer is None:
            self.program = self.shortened(self.program)
            self.names = local_names(self.program)
            self.text = Text({*self.names.values(), "program", "equations", "run", "outputs", "before", "flat", *MODES})
        else:
            self.text, self.pool = self.outer.text, self.outer.pool
            values = (*self.program.inputs, *(var for eq in self.program.equations for var in eq.outputs))
            self.names = {var: self.text.local("v") for var in values}
        self.floats = as_floats(self.program)
        self.tiles = Tiles(self.text, self.program, {})

    def shortened(self, program: Program) -> Program:
        """A Program that makes fewer calls one after the other."""
        return with_small_slopes_joined(program, SMALL)

    def group(self, group: Group) -> None:
        """The lines that run a group."""
        writer = BlockWriter(self.text, self.program, group, self.names, self.late, self.unsettled)
        for line in writer.write(self.text.local("block", 1), self.array, self.buffers):
            self.text.line(line)

    def write(self) -> Code:
        """The whole function."""
        program, text = self.program, self.text
        around = self.planned()
        names = [self.names[var] for var in program.inputs]
        head = f"def program({', '.join(names)}):"
        with text.block(head):
            self._inputs()
            text.extend(taking(text, program, self.names, self.donated, {*self.given.values()}))
            warns = any(self.may_warn(eq) for eq in program.equations)
            inside = text.block(f"with {', '.join(around)}:") if around else nullcontext()
            with silent(text) if warns else nullcontext(), inside:
                self.lines()
                if self.checked:
                    text.line(check(text, self.checked))
                text.line(f"return {tree(text, program.structure, self.outputs())}")
        if self.waits or self.pool.kinds:  # known by now: those of loops are there too
            modes = MODES if self.waits else ()
            text.lines[text.lines.index(head)] = f"def equations({', '.join((*names, *modes))}):"
            add_program(text, self.pool, names, self.waits)
        return Code("\n".join(text.lines), text.function("program"))

    def planned(self) -> list[str]:
        """Settle in which order all runs, and where it is put; the contexts that hold large buffers."""
        program, text = self.program, self.text
        order, self.taken = without_negatives(program, steps(program))
        lives = [life(program, step) for step in order]
        self.given = donated_places(program, order, lives, self.donated)
        self.buffers.update({var: self.names[memory] for var, memory in self.given.items()})
        if self.outer is None and not self.given:  # else a second run finds results in place of what it reads
            self.late = late_products(program, order, self.floats)
            self.unsettled = checked_in_blocks(program, self.late)
        elif self.steps_of is not None and not self.outermost().given:
            self.late = late_in_steps(program, order, self.floats, self.steps_of)
        self.outermost().waits |= bool(self.late)
        mark = text.local("of", 1) if self.outer else ""
        kept = [atom for atom in program.outputs if isinstance(atom, Var)]
        packing = Packing(program, self.late, {*self.buffers}, Lives.of(lives, kept).escaping)
        packed = packing.steps(order)
        boxed, self.boxes = with_boxes(text, program, packed, self.names, mark)
        rows = RowWriter(text, program, packing.layout, self.late, self.array, self.boxes, mark)
        in_rows = rows.named(packed)
        self.names.update(in_rows)
        self.buffers.update(in_rows)
        self.tiles = Tiles(text, program, self.taken)
        self.tiles.lay(packed, {*self.buffers}, packing.escaping, mark)
        self.names.update(self.tiles.names)
        self.buffers.update(self.tiles.names)
        self.order = rows.write(boxed)
        if self.outer is None:
            self.checked = self._numbers(checked_at_end(program, self.order, self.late), packed, rows)
        buffers = Buffers.of(program, self.order, self.buffers, mark, in_step=self.outer is not None)
        self.buffers.update(buffers.named())
        boxes: dict[str, Kind] = dict.fromkeys(self.boxes.values(), ((), "float64"))
        self.pool.kinds.update({**rows.arrays, **self.tiles.kinds, **boxes, **buffers.small()})
        self.pool.parts.update({**rows.parts, **self.tiles.parts})
        self.views = kept_views(text, program, self.order, self.buffers, self.pool, mark)
        self.names.update(self.views)
        self.dead = [[var for var in each if var not in self.views] for each in buffers.dead]
        return buffers.around(text)

    def _numbers(self, checked: Sequence[Atom], steps: Sequence[object], rows: RowWriter) -> list[str]:
        """Expressions for numbers that are finite only if all that is checked is."""
        specs = {atom: self.program.spec(atom) for atom in checked}
        joined = {
            out: step
            for step in steps
            if isinstance(step, Joined) and (out := step.equation.outputs[0]) in specs
            if specs[out].dtype.kind == "f" and specs[out].size <= FEW
        }
        others = [number_of(self.text, spec, self.array(atom)) for atom, spec in specs.items() if atom not in joined]
        return [f"{flat}.dot({flat})" for flat in rows.flat([*joined.values()])] + others

    def outermost(self) -> Writer:
        """What writes the function."""
        return self if self.outer is None else self.outer.outermost()

    def outputs(self) -> Iterator[str]:
        """The outputs, as arrays that share memory with nothing else."""
        return results(self.text, self.program, self.buffers, self.array)

    def lines(self) -> None:
        """The lines that run all equations."""
        for step, dead in zip(self.order, self.dead, strict=True):
            if isinstance(step, Equation) and step.outputs[0] in self.views:
                continue
            if isinstance(step, Group):
                self.group(step)
            elif isinstance(step, Written):
                self.text.line(step.line)
            else:
                self.equation(step)
            if dead:
                self.text.line(f"del {', '.join(self.names[var] for var in dead)}")

    def _inputs(self) -> None:
        """The lines that make Python's or NumPy's numbers of inputs with no axes."""
        program, used = self.program, self.program.uses()
        for var in program.inputs:
            if var in used and not program.spec(var).shape:
                conversion = "float({0})" if var in self.floats else "{0}[()]" if var not in program.weak else ""
                if conversion:
                    self.text.line(f"{self.names[var]} = {conversion.format(self.names[var])}")


@contextmanager
def silent(text: Text) -> Generator[None]:
    """The lines added inside run without NumPy's warnings."""
    variable, value = text.object(errstate, "errstate"), text.object(ignored, "ignored")
    text.line(f"before = {variable}.set({value})")
    with text.block("try:"):
        yield
    with text.block("finally:"):
        text.line(f"{variable}.reset(before)")
