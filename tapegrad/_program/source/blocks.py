"""The code of a group: a function of one block, and the call that runs it over all of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import attrs
import numpy as np

from tapegrad._program.constants import Literal
from tapegrad._program.program import Atom, Equation, Program, Var
from tapegrad._program.source.arrays import DAMPED, MODES, expression, into, read_again, ufunc_of
from tapegrad._program.source.damping import whole
from tapegrad._program.source.dots import Dot, dot, dot_of_columns, dots, vecdot
from tapegrad._program.source.groups import Group
from tapegrad._program.source.late import check
from tapegrad._program.source.lifetimes import Kind, Order, Step, allocated
from tapegrad._program.source.order import cut, length_of, loop_of, order_of
from tapegrad._program.source.running import over_blocks
from tapegrad._program.source.text import Text
from tapegrad._program.source.wide import over_places
from tapegrad._program.source.within import RESHAPING, index, shape_at, without_outer

VIEWS = frozenset({"spread", "reshape", "slice_of", "astype"})
"""Primitives of a group whose result may lie in the memory of their argument."""
SHORT = 64
"""Over a last axis of up to so many entries, `einsum` sums quicker than `sum` does."""
ADD = np.add.reduce


@attrs.define
class BlockWriter:
    """Writes the function of one block."""

    text: Text
    program: Program
    group: Group
    names: Mapping[Var, str]
    late: Mapping[Var, str]
    """The damped products whose check may wait for the end of the block, and the names of what computes them."""
    unsettled: Collection[Atom]
    """What such products, of this block or earlier ones, may have made nan, and blocks check."""
    order: Order = attrs.field(init=False)
    """That of the block's arrays in memory."""
    results: Sequence[Var] = attrs.field(init=False)
    """What the group computes, and others read."""
    body: Text = attrs.field(init=False)
    local: dict[Var, str] = attrs.field(init=False)
    """What each value is called inside."""
    inside: frozenset[Var] = attrs.field(init=False)
    dots: Mapping[Var, Dot] = attrs.field(init=False)
    """The sums of products."""
    equations: Sequence[Equation] = attrs.field(init=False)
    """What is left to compute for each entry."""
    seen: dict[tuple[Var, str], str] = attrs.field(factory=dict[tuple[Var, str], str], init=False)
    """The parts of arrays that have names so far."""

    def __attrs_post_init__(self) -> None:
        self.body = Text(self.text.reserved)
        self.body.objects, self.body.known = self.text.objects, self.text.known
        self.inside = self.group.inside
        self.order = order_of(self.program, self.group)
        self.results = self.group.results
        self.dots = dots(self.program, self.group, self.late)
        replaced = {var for each in self.dots.values() for var in each.replaced}
        self.equations = [eq for eq in self.group.equations if eq.outputs[0] not in replaced]

    def write(self, name: str, array: Callable[[Atom], str], made: Mapping[Var, str]) -> list[str]:
        """Add the function, called `name`; returns the lines that run it.

        `array` is how a value is passed, `made` the array that a result is put into.
        """
        body, results, totals = self.body, self.results, self.group.totals
        places, buffers = self._allocated()
        met = (*self.group.reads, *(var for eq in (*self.group.equations, *totals) for var in eq.outputs))
        parts = {var: f"{self.names[var]}_" for var in results}
        self.local = {**{var: self.names[var] for var in met}, **parts, **{var: f"b{i}" for var, i in places.items()}}
        modes = self._modes()
        wide = self.group.depth > 1
        parameters = ["at"] * wide + ["start", "stop", "buffers"]
        parameters += [*(self.names[var] for var in (*self.group.reads, *results)), *modes]
        with body.block(f"def {name}({', '.join(parameters)}):"):
            if buffers:
                body.line(f"{', '.join(f'b{i}' for i in range(len(buffers)))}{',' * (len(buffers) == 1)} = buffers")
            for var in results:
                shape = self.program.spec(var).shape
                body.line(f"{parts[var]} = {self.names[var]}{index(shape, len(shape), self.group.along)}")
            for eq in self.equations:
                self._line(eq, put=eq.outputs[0] in places or eq.outputs[0] in results)
            for eq in totals:
                total = self._sum(eq)
                if self._turned(eq.outputs[0]):
                    total = f"{body.object(np.ascontiguousarray, 'ascontiguousarray')}({total})"
                body.line(f"{self.names[eq.outputs[0]]} = {total}")
            sums = ", ".join(self.names[eq.outputs[0]] for eq in totals)
            if numbers := [f"{body.object(whole, 'whole')}({self.local[var]})" for var in self._unsettled()]:
                body.line(check(body, numbers))
            for var in (var for var in results if var in places):
                body.line(f"{parts[var]}[...] = {self.local[var]}")
            body.line(f"return [{sums}]")
        self.text.lines[0:0] = [*body.lines, ""]
        empty = self.text.object(np.empty, "empty")
        lines = [
            f"{self.names[var]} = "
            + made.get(var, f"{empty}({self.program.spec(var).shape}, {str(self.program.spec(var).dtype)!r})")
            for var in results
        ]
        left = f"[{', '.join(self.names[eq.outputs[0]] for eq in totals)}] = " if totals else ""
        reads = [
            array(var) if cut(self.program, self.group, var) else self._ordered(var, array(var))
            for var in self.group.reads
        ]
        given = ", ".join((*reads, *(self.names[var] for var in results), *modes))
        run = self.text.object(over_places if wide else over_blocks, "over_places" if wide else "over_blocks")
        length = self.group.along if wide else self.group.along[0]
        rows = length_of(self.program, self.group, self.order, buffers)
        loop = loop_of(self.program, self.group, self.order, rows)
        given += f", order={self.order!r}" * (self.order != "C") + f", loop={loop}" * (loop > 0)
        lines.append(f"{left}{run}({name}, {length}, {rows}, {buffers!r}, {given})")
        return lines + [self._summed(eq) for eq in totals if wide]

    def _summed(self, eq: Equation) -> str:
        """The line that sums a total over places, where it is given for each of them."""
        name, shape = self.names[eq.outputs[0]], self.program.spec(eq.outputs[0]).shape
        axes = tuple(axis for axis in eq.parameters[0].value if axis < self.group.depth - 1)
        total = f"{self.text.object(ADD, 'add_reduce')}({name}, {axes})"
        return f"{name} = {total}.reshape({shape})" if shape else f"{name} = {total}"

    def _sum(self, eq: Equation) -> str:
        """A total over one block, or a sum of products within its entries."""
        body, sum_of = self.body, self.dots.get(eq.outputs[0])
        if sum_of is None:
            axes, keepdims = without_outer(eq, self.group.depth - 1).parameters
            return f"{body.object(ADD, 'add_reduce')}({self.local[self._total(eq)]}, {axes}, keepdims={keepdims})"
        ndim = self.program.spec(self._total(eq)).ndim
        columns = self.order == "F" and sum_of.of_columns
        function: Any = (dot_of_columns if columns else dot) if sum_of.damped else vecdot if columns else np.einsum
        given = ["product"] * sum_of.damped + [repr(sum_of.subscripts)] * (not columns)
        given += [self._read(atom, ndim) for atom in sum_of.operands]
        given += ["axis=0"] * (function is vecdot)
        return "0.0 - " * sum_of.negative + f"{body.object(function, function.__name__)}({', '.join(given)})"

    def _read(self, atom: Atom, ndim: int) -> str:
        """What a block reads of an operand of a result of `ndim` axes."""
        part = index(self.program.spec(atom).shape, ndim, self.group.along)
        if not isinstance(atom, Var):
            return self._ordered(atom, self.body.literal(atom) + part)
        if atom in self.inside or not part:
            return self.local[atom]
        if (atom, part) not in self.seen:
            self.seen[atom, part] = self.names[atom] + "_" * (1 + sum(var == atom for var, _ in self.seen))
            self.body.line(f"{self.seen[atom, part]} = {self._ordered(atom, self.names[atom] + part)}")
        return self.seen[atom, part]

    def _ordered(self, atom: Atom, array: str) -> str:
        """An operand, or a block's part of it, in the order of the block's arrays."""
        return f"{self.body.object(np.asfortranarray, 'asfortranarray')}({array})" if self._turned(atom) else array

    def _turned(self, atom: Atom) -> bool:
        """Whether the order in memory of an array from outside, or for it, is another one than the block's."""
        return self.order == "F" and sum(n > 1 for n in self.program.spec(atom).shape[self.group.depth - 1 :]) > 1

    def _line(self, eq: Equation, put: bool) -> None:
        """One equation."""
        body, out, ufunc = self.body, self.local[eq.outputs[0]], ufunc_of(eq)
        axes = self.program.spec(eq.inputs[0] if eq.primitive.name in RESHAPING else eq.outputs[0]).ndim
        if eq.outputs[0] in self.dots:
            body.line(f"{out}{'[...]' * put} = {self._sum(eq)}")
            return
        arguments = [self._read(atom, axes) for atom in eq.inputs]
        if eq.outputs[0] in self.late:
            body.line(f"{self.late[eq.outputs[0]]}({', '.join(arguments)}, {out})")
        elif ufunc is not None or eq.primitive.name in DAMPED:
            body.line(into(body, self.program, eq, arguments, out))
        else:
            body.line(f"{out}{'[...]' * put} = {self._expression(eq, arguments)}")

    def _expression(self, eq: Equation, arguments: list[str]) -> str:
        """The call for one block: where a parameter is the shape of the result, that of its part."""
        body, name, x = self.body, eq.primitive.name, self.program.spec(eq.inputs[0])
        last = name == "sum" and x.dtype.kind == "f" and eq.parameters[0].value == (x.ndim - 1,)
        if last and x.shape[-1] <= SHORT and self.order == "C":
            total = f"{body.object(np.einsum, 'einsum')}('...i->...', {arguments[0]})"  # quicker than `sum`
            return f"{total}[..., None]" if eq.parameters[1].value else total
        eq = without_outer(eq, self.group.depth - 1)
        if name not in ("spread", "reshape", "place"):
            return expression(body, self.program, eq, arguments)
        at = shape_at(name)
        shape = f"(stop - start, {''.join(f'{n}, ' for n in eq.parameters[at].value[1:])})"
        given = [shape if i == at else body.literal(literal) for i, literal in enumerate(eq.parameters)]
        compute: Any = eq.primitive.compute
        return f"{body.object(compute, name)}({', '.join((*arguments, *given))})"

    def _allocated(self) -> tuple[dict[Var, int], list[Kind]]:
        """A buffer for every value that a ufunc computes and that stays inside, or is copied to another order."""

        def step(eq: Equation) -> Step:
            name, out = eq.primitive.name, eq.outputs[0]
            inputs = self.dots[out].operands if out in self.dots else eq.inputs
            reads = tuple(atom for atom in inputs if isinstance(atom, Var))
            fills = ufunc_of(eq) is not None or name in DAMPED
            again = read_again(eq)
            shape = self.program.spec(out).shape
            over = [var for var in reads if var not in again and self.program.spec(var).shape == shape]
            return Step(
                reads, eq.outputs, fills, tuple(over) if fills else (), name in VIEWS and out not in self.results
            )

        def kind(var: Var) -> Kind | None:
            spec = self.program.spec(var)
            return (spec.shape[self.group.depth :], str(spec.dtype)) if var in self.inside else None

        made = [(self.dots.get(eq.outputs[0]), eq) for eq in self.group.totals]
        ends = [eq.inputs if sum_of is None else sum_of.operands for sum_of, eq in made]
        last = [Step(tuple([atom for atom in atoms if isinstance(atom, Var)])) for atoms in ends]
        kept = [var for var in self.results if not self._turned(var)]
        copied = [Step((var,)) for var in self.results if self._turned(var)]
        return allocated([*map(step, self.equations), *last, *copied], kind, kept)

    def _modes(self) -> list[str]:
        """What differs between the first run and a careful one."""
        used = {self.late[eq.outputs[0]] for eq in self.group.equations if eq.outputs[0] in self.late}
        return [mode for mode in MODES if mode in used or (mode == "settle" and self._unsettled())]

    def _unsettled(self) -> list[Var]:
        """What the group gives, and blocks check."""
        return [var for var in (*self.results, *(eq.outputs[0] for eq in self.group.totals)) if var in self.unsettled]

    def _total(self, eq: Equation) -> Var:
        (atom,) = eq.inputs
        if isinstance(atom, Literal):
            raise AssertionError("a group sums only what it computes")
        return atom
