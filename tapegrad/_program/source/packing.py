"""Which equations become packs, and in which rows all lies that they read and write."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from functools import partial
from itertools import groupby
from math import prod
from operator import itemgetter

import attrs
import numpy as np

from tapegrad._program.constants import Literal
from tapegrad._program.passes.indices import as_numbers
from tapegrad._program.program import Atom, Equation, Program, Var
from tapegrad._program.source.arrays import by_ufunc, fills
from tapegrad._program.source.groups import Group
from tapegrad._program.source.layout import Layout, Rows, Run, size
from tapegrad._program.source.loading import Load, Loading, flat, leading
from tapegrad._program.source.ordering import sequences
from tapegrad._program.source.packs import Fetch, Joined, Pack, Step, fetched, rows_of
from tapegrad._program.source.scheduling import bundles
from tapegrad._program.structured import Structured

CALL, TAKE, BYTE = 225.0, 90.0, 0.03
"""What a call costs, a share in a `take`, and each byte that this copies: in ns, but it is their ratios that count."""
SMALL = 1 << 11
"""Values of up to so many bytes are put into rows: for others a call costs little beside what it computes."""
LARGE = 1 << 16
"""What reads or makes arrays of more bytes is not moved: on the order depends how many of them live at once."""
MOST = 1 << 22
"""So many bytes of rows a Program may have."""


@attrs.define
class Packing:
    """Finds the packs of a Program, and lays out in rows what they read and write."""

    program: Program
    late: Mapping[Var, str]
    """The damped products that are checked at the end, and what computes them: the same in each pack."""
    elsewhere: Collection[Var]
    """The values that are put into given memory: at that step, and no sooner, nothing else lies there."""
    escaping: Collection[Var]
    """The values whose memory outlives the call."""
    layout: Layout = attrs.field(factory=Layout, init=False)
    movable: Collection[Var] = attrs.field(factory=set[Var], init=False)
    """The values that can be put into rows."""
    saved: float = attrs.field(default=0.0, init=False)

    def steps(self, order: Sequence[Equation | Group]) -> Sequence[Step]:
        """The steps with packs; as they were, where those save nothing."""
        plain = [step for step in order if isinstance(step, Equation) and not isinstance(step.primitive, Structured)]
        self.movable = {eq.outputs[0] for eq in plain if self._fits(eq.outputs[0]) and fills(self.program, eq)}
        if len(self.movable) < 2:
            return order
        loading = Loading(self.program, self.layout)
        found: list[Step] = [*loading.loads(plain, self._fits)]
        for apart, steps in groupby(order, self._stands_apart):
            alone = [step for step in steps if isinstance(step, Group) or step.outputs[0] not in loading.left_out]
            found += alone if apart else self._packed([step for step in alone if isinstance(step, Equation)])
        used = [step for step in found if not isinstance(step, Load) or self._is_of_use(step, found)]
        found = fetched(self.program, used, self.layout)
        rows: list[Rows] = [Run(spec, 0, count) for spec, count in self.layout.counts.items()]
        rows += [each for step in found if isinstance(step, Fetch) for each in step.rows]
        if self.saved < CALL or sum(size(each) for each in rows) > MOST:
            self.layout = Layout()
            return order
        return found

    def _is_of_use(self, load: Load, steps: Sequence[Step]) -> bool:
        """Whether parts of an input are read, or a pack reads all of it."""
        operands = [rows for step in steps for rows in rows_of(step) if rows.spec == load.out.spec]
        parts = load.out.spec != self.program.spec(load.var)
        return parts or any(load.out.start in rows.places for rows in operands)

    def _fits(self, var: Var) -> bool:
        if var in self.elsewhere or var in self.escaping:
            return False
        spec = self.program.spec(var)
        return bool(spec.shape) and 0 < size(Run(spec, 0, 1)) <= SMALL

    def _stands_apart(self, step: Equation | Group) -> bool:
        """Whether other steps stay on their side of this one: of loops, large arrays, what is put into given memory."""
        if isinstance(step, Group) or isinstance(step.primitive, Structured):
            return True
        if any(var in self.elsewhere for var in step.outputs):
            return True
        return any(size(Run(self.program.spec(atom), 0, 1)) > LARGE for atom in (*step.inputs, *step.outputs))

    def _packed(self, equations: Sequence[Equation]) -> Iterator[Step]:
        """Equations, as packs where that is cheaper."""
        kinds = {eq.outputs[0]: self._kind(eq) for eq in equations}
        found = bundles(equations, lambda eq: kinds[eq.outputs[0]])
        readers: dict[Atom, list[int]] = {}
        for i, bundle in enumerate(found):
            for atom in {atom for eq in bundle for atom in eq.inputs}:
                readers.setdefault(atom, []).append(i)
        wanted = sequences(found, {var for var, kind in kinds.items() if kind is not None})
        for bundle, sequence in zip(found, wanted, strict=True):
            orders = [sorted(bundle, key=lambda eq: readers.get(eq.outputs[0], []))]
            orders += [sorted(bundle, key=partial(self._row_of, i)) for i in range(len(bundle[0].inputs))]
            costs = [CALL if len(bundle) == 1 else self._cost(order) for order in orders]
            if sequence is not None:
                orders.append(sequence)
                costs.append(self._cost(sequence) - self._of_take(bundle[0].outputs[0], len(bundle)))  # which it saves
            cost, order = min(zip(costs, orders, strict=True), key=itemgetter(0))
            if len(order) == 1:
                yield self._joined(order[0]) or order[0]
            elif cost < CALL * len(bundle):
                self.saved += CALL * len(bundle) - cost
                yield self._pack(order)
            else:
                self.layout.put(self.program.spec(bundle[0].outputs[0]), [eq.outputs[0] for eq in bundle])
                yield from bundle

    def _row_of(self, operand: int, eq: Equation) -> int:
        """Where an operand of an equation lies."""
        atom = eq.inputs[operand]
        return self.layout.places.get(atom, -1) if isinstance(atom, Var) else -1

    def _pack(self, equations: Sequence[Equation]) -> Pack:
        """Equations of one kind as a pack, into rows that follow each other in this order."""
        operands = tuple([self._operand(atoms) for atoms in _columns(equations)])
        outs = [eq.outputs[0] for eq in equations]
        return Pack(tuple(equations), operands, self.layout.put(self.program.spec(outs[0]), outs))

    def _kind(self, eq: Equation) -> Hashable:
        """What equations of a pack have in common; None where no pack is possible."""
        out = eq.outputs[0]
        if out not in self.movable or not by_ufunc(eq):
            return None
        operands = tuple([self._kind_of(atom, self.program.spec(out).shape) for atom in eq.inputs])
        return None if None in operands else (eq.primitive, self.late.get(out), self.program.spec(out), operands)

    def _kind_of(self, atom: Atom, shape: tuple[int, ...]) -> Hashable:
        spec = self.program.spec(atom)
        if not spec.shape:
            return atom
        if spec.shape != shape or not (isinstance(atom, Literal) or self._in_row(atom)):
            return None
        return isinstance(atom, Literal), spec

    def _in_row(self, atom: Atom) -> bool:
        """Whether a value is, or can be put, in a row."""
        return atom in self.movable or atom in self.layout.places

    def _cost(self, equations: Sequence[Equation]) -> float:
        """Of these equations as a pack."""
        cost = CALL
        for atoms in _columns(equations):
            spec, values = self.program.spec(atoms[0]), _values(atoms)
            if spec.shape and values and self.layout.scatters(spec, values):
                cost += self._of_take(atoms[0], len(values))
        return cost

    def _of_take(self, atom: Atom, count: int) -> float:
        """What it costs to bring so many rows together."""
        return TAKE + BYTE * size(Run(self.program.spec(atom), 0, count))

    def _operand(self, atoms: Sequence[Atom]) -> Rows | Atom:
        """One operand of a pack."""
        spec, values = self.program.spec(atoms[0]), _values(atoms)
        if not spec.shape:
            return atoms[0]
        if values:
            return self.layout.together(spec, values)
        return Literal(np.stack([atom.value for atom in atoms if isinstance(atom, Literal)]))

    def _joined(self, eq: Equation) -> Joined | None:
        """A result of which each part is a row, and that consists of these."""
        if eq.primitive.name != "place all" or not all(map(self._in_row, eq.inputs)):
            return None
        spec = self.program.spec(eq.inputs[0])
        if any(self.program.spec(atom) != spec for atom in eq.inputs):
            return None
        lead = leading(self.program.spec(eq.outputs[0]).shape, spec)
        indices = [as_numbers(index) for index in eq.parameters[0].value]
        parts = {flat(i, lead): atom for i, atom in zip(indices, eq.inputs, strict=True) if i is not None}
        if not len(parts) == len(indices) == prod(lead):  # else some part is missing, or several add up
            return None
        self.saved += CALL * (len(parts) - 1)
        return Joined(eq, self.layout.together(spec, _values([parts[i] for i in range(prod(lead))])))


def _columns(equations: Sequence[Equation]) -> list[tuple[Atom, ...]]:
    """What equations of one kind read, operand by operand."""
    return list(zip(*(eq.inputs for eq in equations), strict=True))


def _values(atoms: Sequence[Atom]) -> list[Var]:
    return [atom for atom in atoms if isinstance(atom, Var)]
