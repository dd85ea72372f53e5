"""Inputs that are copied into rows: as each part of them that is read costs a call, and as packs read rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from math import prod

import attrs
import numpy as np

from tapegrad._program.passes.indices import as_numbers
from tapegrad._program.program import Atom, Equation, Program, Var
from tapegrad._program.source.layout import Layout, Run
from tapegrad._spec import Spec

MANY = 3
"""To read so many parts costs more than to copy the whole; and so many readers may be a pack."""


@attrs.frozen
class Load:
    """An input, copied into rows."""

    var: Var
    out: Run


@attrs.define
class Loading:
    """Finds the inputs of which many parts are read, or that many equations read."""

    program: Program
    layout: Layout
    left_out: set[Var] = attrs.field(factory=set[Var], init=False)
    """The parts that are rows by now, and those that are read for these alone."""

    def loads(self, equations: Sequence[Equation], fits: Callable[[Var], bool]) -> Iterator[Load]:
        """The steps that copy them. Which values are put into rows, `fits` says."""
        program, parts = self.program, dict[Var, tuple[Var, tuple[int, ...]]]()
        given = {*program.outputs}  # which are copied from the input itself
        for eq in equations:
            whole = eq.inputs[0] if eq.primitive.name == "slice_of" and eq.outputs[0] not in given else None
            index = as_numbers(eq.parameters[0].value) if isinstance(whole, Var) else None
            if isinstance(whole, Var) and whole in program.inputs and index is not None and fits(eq.outputs[0]):
                parts[eq.outputs[0]] = whole, index
        needed: set[Atom] = {atom for eq in program.equations if eq.outputs[0] not in parts for atom in eq.inputs}
        alike: dict[tuple[Var, Spec], list[Var]] = {}
        for var, (whole, _) in parts.items():
            if var in needed:
                alike.setdefault((whole, program.spec(var)), []).append(var)
        for (whole, spec), values in alike.items():
            lead = leading(program.spec(whole).shape, spec)
            if len(values) >= MANY and prod(lead) <= 2 * len(values):
                run = self.layout.added(spec, prod(lead))
                self.layout.places.update({var: run.places[flat(parts[var][1], lead)] for var in values})
                yield Load(whole, run)
        readers = Counter(
            atom
            for eq in equations
            for atom in {*eq.inputs}
            if program.spec(atom).shape == program.spec(eq.outputs[0]).shape
        )
        for var in program.inputs:
            if readers[var] >= MANY and fits(var):
                yield Load(var, self.layout.put(program.spec(var), [var]))
        for eq in reversed(equations):
            if eq.outputs[0] in parts:
                if eq.outputs[0] in needed and eq.outputs[0] not in self.layout.places:
                    needed.update(eq.inputs)
                else:
                    self.left_out.update(eq.outputs)


def leading(shape: tuple[int, ...], part: Spec) -> tuple[int, ...]:
    """The axes of an array along which its parts stand."""
    return shape[: len(shape) - part.ndim]


def flat(index: tuple[int, ...], lead: tuple[int, ...]) -> int:
    """Where a part stands among all of them."""
    positions = [i % length for i, length in zip(index, lead, strict=True)]
    return int(np.ravel_multi_index(positions, lead)) if positions else 0
