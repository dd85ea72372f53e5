"""Small arrays that consist of parts, each of which is computed where it belongs, or copied there.

So the cotangents of an LSTM's gates are computed into the array that is multiplied with its weights.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

import attrs
import numpy as np

from tapegrad._program.constants import Literal
from tapegrad._program.program import Atom, Equation, Program, Var
from tapegrad._program.source.arrays import fills
from tapegrad._program.source.blas import RANKS
from tapegrad._program.source.lifetimes import Kind
from tapegrad._program.source.memory import Part
from tapegrad._program.source.placed import is_assembly
from tapegrad._program.source.text import Text

SMALL = 1 << 13
"""So many elements at most: beside what larger arrays take, what is saved is little."""


def is_tiled(program: Program, eq: Equation) -> bool:
    """Whether an equation puts a small array together of parts that leave out nothing and do not meet."""
    if not is_assembly(program, eq) or not 0 < program.spec(eq.outputs[0]).size <= SMALL:
        return False
    indices, shape = (literal.value for literal in eq.parameters)
    count = np.zeros(shape, np.intp)
    for index in indices:
        count[index] += 1
    return bool(np.all(count == 1))


@attrs.define
class Tiles:
    """Where such arrays lie, and their parts: each array in memory of its own, which is written once in a step."""

    text: Text
    program: Program
    taken: Mapping[Var, Collection[int]]
    """Which parts are taken off, by their numbers."""
    kinds: dict[str, Kind] = attrs.field(factory=dict[str, Kind], init=False)
    parts: dict[str, Part] = attrs.field(factory=dict[str, Part], init=False)
    names: dict[Var, str] = attrs.field(factory=dict[Var, str], init=False)
    """Of the arrays, and of the parts that are computed in their places."""
    places: dict[Var, Sequence[str]] = attrs.field(factory=dict[Var, Sequence[str]], init=False)
    """For each array, those of its parts."""

    def lay(self, steps: Sequence[object], elsewhere: Collection[Var], escaping: Collection[Var], mark: str) -> None:
        """Find room for what these steps put together, but for values that lie elsewhere or outlive the call.

        Names end with `mark`.
        """
        equations = [step for step in steps if isinstance(step, Equation)]
        free = {eq.outputs[0] for eq in equations if fills(self.program, eq)}.difference(elsewhere, escaping)
        for eq in equations:
            out = eq.outputs[0]
            if out in elsewhere or out in escaping or not is_tiled(self.program, eq):
                continue
            spec = self.program.spec(out)
            whole = self.names[out] = f"{self.text.local('whole')}{mark}"
            self.kinds[whole] = spec.shape, str(spec.dtype)
            self.places[out] = [
                self._place(whole, i, index, np.empty(spec.shape, spec.dtype)[index], mark)
                for i, index in enumerate(eq.parameters[0].value)
            ]
            for i, (atom, name) in enumerate(zip(eq.inputs, self.places[out], strict=True)):
                if i in self.taken.get(out, ()):
                    continue
                if isinstance(atom, Var) and atom in free and atom not in self.names and self._holds(name, atom):
                    self.names[atom] = name

    def _place(self, whole: str, i: int, index: object, view: Any, mark: str) -> str:
        """Where a part belongs: an array of its own if its elements follow each other, as NumPy writes to quickly."""
        if view.ndim and view.flags.c_contiguous:
            name = f"{whole.removesuffix(mark)}part{i}{mark}"
            self.parts[name] = Part(whole, index, view.shape)
            return name
        return f"{whole}[{self.text.object(index, 'index', Literal(index))}]"

    def _holds(self, name: str, var: Var) -> bool:
        """Whether a value can be computed in a part."""
        part, spec = self.parts.get(name), self.program.spec(var)
        return part is not None and (part.shape, self.kinds[part.buffer][1]) == (spec.shape, str(spec.dtype))

    def lines(self, eq: Equation, array: Callable[[Atom], str]) -> Iterator[str]:
        """The lines that put such an array together."""
        taken = self.taken.get(eq.outputs[0], ())
        whole, zero = self.names[eq.outputs[0]], np.zeros((), self.program.spec(eq.outputs[0]).dtype)
        for i, (atom, place) in enumerate(zip(eq.inputs, self.places[eq.outputs[0]], strict=True)):
            negative = "-" * (i in taken)
            if negative or array(atom) != place:
                yield f"{place}{'[...]' * (place in self.parts)} = {negative}{array(atom)}"
        if not self._is_multiplied(eq.outputs[0]):  # a zero of theirs has a sign, unlike one that was added to zeros
            yield f"{self.text.object(np.add, 'add')}({whole}, {self.text.object(zero, 'zero', zero.dtype)}, {whole})"

    def _is_multiplied(self, var: Var) -> bool:
        """Whether nothing but products of matrices reads a value."""
        return all(eq.primitive.name in RANKS for eq in self.program.equations if var in eq.inputs)
