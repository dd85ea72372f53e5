"""The lines of steps that are about rows, and the names of these."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import attrs
import numpy as np

from tapegrad._program.program import Atom, Equation, Program, Var
from tapegrad._program.source.arrays import as_array, into
from tapegrad._program.source.buffers import Written
from tapegrad._program.source.groups import Group
from tapegrad._program.source.layout import Gathered, Layout, Rows, Run
from tapegrad._program.source.lifetimes import Kind
from tapegrad._program.source.loading import Load
from tapegrad._program.source.memory import Part
from tapegrad._program.source.packs import Fetch, Joined, Pack, Step
from tapegrad._program.source.text import Text
from tapegrad._spec import Spec


@attrs.define
class RowWriter:
    """Writes these steps."""

    text: Text
    program: Program
    layout: Layout
    late: Mapping[Var, str]
    array: Callable[[Atom], str]
    """What other values are called."""
    boxes: Mapping[Atom, str]
    """The arrays that numbers are put into."""
    mark: str
    """The end of the names."""
    arrays: dict[str, Kind] = attrs.field(factory=dict[str, Kind], init=False)
    """The arrays of rows, and those for rows that are brought together."""
    parts: dict[str, Part] = attrs.field(factory=dict[str, Part], init=False)
    """The parts of them that have names."""
    fetched: dict[Gathered, tuple[str, int]] = attrs.field(factory=dict[Gathered, tuple[str, int]], init=False)
    """Where rows are brought together: in which array, and from which of its rows on."""

    def __attrs_post_init__(self) -> None:
        for spec, count in self.layout.counts.items():
            self.arrays[self._array_of(spec)] = (count, *spec.shape), str(spec.dtype)

    def write(self, steps: Sequence[Step | Written]) -> list[Equation | Group | Written]:
        """The steps, those about rows as their lines."""
        return [step if isinstance(step, (Equation, Group, Written)) else self._written(step) for step in steps]

    def named(self, steps: Sequence[Step]) -> dict[Var, str]:
        """What values in rows are called, of those that other steps are about."""
        others = [eq for step in steps for eq in _equations(step)]
        seen = {atom for eq in others for atom in (*eq.inputs, *eq.outputs)}.difference(self.program.inputs)
        places = self.layout.places.items()
        return {var: self._name(Run(self.program.spec(var), place, 1)) for var, place in places if var in seen}

    def _written(self, step: Load | Fetch | Pack | Joined) -> Written:
        if isinstance(step, Load):
            rows = self._name(step.out, self.program.spec(step.var).shape)
            return Written(f"{rows}[...] = {self.array(step.var)}", reads=(step.var,))
        if isinstance(step, Fetch):
            return Written(self._fetch(step))
        if isinstance(step, Pack):
            return Written(self._pack(step))
        out, spec = step.equation.outputs[0], step.rows.spec
        zero = self.text.object(np.zeros((), spec.dtype), "zero", spec.dtype)
        rows = self._name(step.rows, self.program.spec(out).shape)
        return Written(f"{self.array(out)} = {self.text.object(np.add, 'add')}({rows}, {zero})", writes=(out,))

    def _fetch(self, step: Fetch) -> str:
        name, places = f"g{len(self.arrays)}{self.mark}", list[int]()
        for rows in step.rows:
            self.fetched[rows] = name, len(places)
            places += rows.places
        self.arrays[name] = (len(places), *step.spec.shape), str(step.spec.dtype)
        index = self.text.object(np.array(places, np.intp), "places", tuple(places))
        return f"{self._array_of(step.spec)}.take({index}, 0, {name}, 'clip')"

    def _pack(self, step: Pack) -> str:
        eq, out = step.equations[0], self._name(step.out)
        spec, late = self.program.spec(eq.outputs[0]), self.late.get(eq.outputs[0])
        arguments = [
            self._name(operand)
            if isinstance(operand, (Run, Gathered))
            else as_array(self.text, eq, operand, spec, self.boxes) or self.array(operand)
            for operand in step.operands
        ]
        return f"{late}({', '.join((*arguments, out))})" if late else into(self.text, self.program, eq, arguments, out)

    def flat(self, results: Sequence[Joined]) -> Iterator[str]:
        """The rows that results consist of, those that follow each other as one array with one axis."""
        found = {(*self._place(joined.rows), joined.rows.spec) for joined in results}
        stretches: list[tuple[str, int, int, Spec]] = []
        for array, start, count, spec in sorted(found, key=lambda each: each[:2]):
            before, begin, length, _ = stretches[-1] if stretches else ("", 0, 0, spec)
            if before == array and start <= begin + length:
                stretches[-1] = array, begin, max(length, start + count - begin), spec
            else:
                stretches.append((array, start, count, spec))
        for array, start, count, spec in stretches:
            yield self._part(array, start, count, (count * spec.size,))

    def _name(self, rows: Rows, shape: tuple[int, ...] | None = None) -> str:
        """Of rows that are together; as an array of another shape than theirs, if one is given."""
        array, start, count = self._place(rows)
        own = rows.spec.shape if count == 1 else (count, *rows.spec.shape)
        return self._part(array, start, count, own if shape is None else shape, own)

    def _place(self, rows: Rows) -> tuple[str, int, int]:
        """In which array rows are together, from which row on, and how many."""
        if isinstance(rows, Run):
            return self._array_of(rows.spec), rows.start, rows.count
        return *self.fetched[rows], len(rows.places)

    def _part(self, array: str, start: int, count: int, shape: tuple[int, ...], own: Any = None) -> str:
        """Some rows of an array, as an array of a shape; it shows in the name if it is not their `own`."""
        if shape == self.arrays[array][0]:
            return array
        name = f"{array.removesuffix(self.mark)}at{start}" + f"to{start + count - 1}" * (count > 1)
        name += ("" if shape == own else f"as{'x'.join(map(str, shape))}") + self.mark
        self.parts[name] = Part(array, slice(start, start + count), shape)
        return name

    def _array_of(self, spec: Spec) -> str:
        return f"r{[*self.layout.counts].index(spec)}{self.mark}"


def _equations(step: Step) -> Sequence[Equation]:
    """What works on values by their names."""
    if isinstance(step, Group):
        return (*step.equations, *step.totals)
    return (step,) if isinstance(step, Equation) else ()
