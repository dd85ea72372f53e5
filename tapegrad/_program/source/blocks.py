"""The code of a group: a function of one block, and the call that runs it over all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import attrs
import numpy as np

from tapegrad._program.constants import Literal
from tapegrad._program.program import Atom, Equation, Program, Var
from tapegrad._program.source.arrays import expression, ufunc_of
from tapegrad._program.source.groups import REDUCTIONS, Group, sliced
from tapegrad._program.source.running import damped, over_blocks
from tapegrad._program.source.text import Text


@attrs.define
class BlockWriter:
    """Writes the function of one block."""

    text: Text
    program: Program
    group: Group
    names: Mapping[Var, str]
    kept: set[Var]
    """The values that are read after the group."""

    def write(self, name: str, array: Callable[[Atom], str]) -> list[str]:
        """Add the function, called `name`; returns the lines that run it. `array` is how a value is passed."""
        inside = {eq.outputs[0] for eq in self.group.equations}
        read = (atom for eq in self.group.equations for atom in eq.inputs)
        outside = list(dict.fromkeys(atom for atom in read if isinstance(atom, Var) and atom not in inside))
        results = [var for var in inside if var in self.kept]
        results.sort(key=lambda var: var.number)
        places, buffers = self._allocated(set(results))
        body = Text(self.text.reserved)
        body.objects, body.known = self.text.objects, self.text.known
        parameters = [self.names[var] for var in (*outside, *results)]
        with body.block(f"def {name}({', '.join(('start', 'stop', 'buffers', *parameters))}):"):
            if buffers:
                body.line(f"{', '.join(f'b{i}' for i in range(len(buffers)))}{',' * (len(buffers) == 1)} = buffers")
            for var in results:
                body.line(f"{self.names[var]} = {self.names[var]}[start:stop]")
            local = {**self.names, **{var: f"b{i}" for var, i in places.items()}}
            views: set[str] = set()
            for eq in self.group.equations:
                self._line(body, eq, local, views, inside, eq.outputs[0] in places or eq.outputs[0] in results)
            reduce = body.object(np.add.reduce, "add_reduce")
            totals = [
                f"{reduce}({local[_var(eq)]}, {eq.parameters[0].value}, keepdims={eq.parameters[1].value})"
                for eq in self.group.totals
            ]
            body.line(f"return [{', '.join(totals)}]")
        self.text.lines[0:0] = [*body.lines, ""]
        empty = self.text.object(np.empty, "empty")
        made = [
            f"{self.names[var]} = {empty}({self.program.spec(var).shape}, {str(self.program.spec(var).dtype)!r})"
            for var in results
        ]
        left = f"[{', '.join(self.names[eq.outputs[0]] for eq in self.group.totals)}] = " if self.group.totals else ""
        given = ", ".join((*map(array, outside), *(self.names[var] for var in results)))
        run = self.text.object(over_blocks, "over_blocks")
        return [*made, f"{left}{run}({name}, {self.group.length}, {self.group.rows}, {buffers!r}, {given})"]

    def _line(
        self, body: Text, eq: Equation, local: Mapping[Var, str], views: set[str], inside: set[Var], into: bool
    ) -> None:
        ndim = self.program.spec(eq.outputs[0]).ndim

        def read(atom: Atom) -> str:
            along = sliced(
                self.program, atom, self.group.length, ndim if not _reshapes(eq) else self.program.spec(atom).ndim
            )
            if not isinstance(atom, Var):
                return f"{body.literal(atom)}[start:stop]" if along else body.literal(atom)
            if atom in inside or not along:
                return local[atom]
            view = f"{local[atom]}_"
            if view not in views:
                views.add(view)
                body.line(f"{view} = {local[atom]}[start:stop]")
            return view

        arguments = [read(atom) for atom in eq.inputs]
        out, ufunc = local[eq.outputs[0]], ufunc_of(eq)
        if ufunc is not None:
            body.line(f"{body.object(ufunc, ufunc.__name__)}({', '.join(arguments)}, {out})")
        elif eq.primitive.name == "damp":
            body.line(f"{body.object(damped, 'damped')}({', '.join(arguments)}, {out})")
        else:
            body.line(f"{out}{'[...]' * into} = {self._expression(body, eq, arguments)}")

    def _expression(self, body: Text, eq: Equation, arguments: list[str]) -> str:
        """The call for one block: where a parameter is the shape of the result, that of its part."""
        if eq.primitive.name not in ("spread", "reshape", "place"):
            return expression(body, eq, arguments)
        at = 1 if eq.primitive.name == "place" else 0
        shape = f"(stop - start, {''.join(f'{n}, ' for n in eq.parameters[at].value[1:])})"
        given = [shape if i == at else body.literal(literal) for i, literal in enumerate(eq.parameters)]
        compute: Any = eq.primitive.compute
        return f"{body.object(compute, eq.primitive.name)}({', '.join((*arguments, *given))})"

    def _allocated(self, results: set[Var]) -> tuple[dict[Var, int], list[tuple[tuple[int, ...], str]]]:
        """A buffer for every value that a ufunc computes and that stays inside; one that is free again, if there is."""
        root: dict[Var, Var] = {}
        last: dict[Var, int] = {}
        steps = (*self.group.equations, *self.group.totals)
        for i, eq in enumerate(steps):
            for atom in eq.inputs:
                if isinstance(atom, Var):
                    last[root.get(atom, atom)] = i
            if _may_be_view(eq) and isinstance(eq.inputs[0], Var):
                root[eq.outputs[0]] = root.get(eq.inputs[0], eq.inputs[0])
        places: dict[Var, int] = {}
        buffers: list[tuple[tuple[int, ...], str]] = []
        free: dict[tuple[tuple[int, ...], str], list[int]] = {}

        def release(atoms: Iterable[Atom], i: int) -> None:
            for var in {root.get(atom, atom) for atom in atoms if isinstance(atom, Var)}:
                if var in places and last[var] == i:
                    free.setdefault(buffers[places[var]], []).append(places[var])

        for i, eq in enumerate(self.group.equations):
            damps = eq.primitive.name == "damp"  # which reads its first argument once more, after the product
            early = () if damps and eq.inputs[0] == eq.inputs[1] else eq.inputs[1:] if damps else eq.inputs
            if ufunc_of(eq) is None and not damps:
                release(eq.inputs, i)
                continue
            if all(self.program.spec(atom).shape == self.program.spec(eq.outputs[0]).shape for atom in early):
                release(early, i)
                early = ()
            out = eq.outputs[0]
            if out not in results:
                spec = self.program.spec(out)
                kind = (spec.shape[1:], str(spec.dtype))
                if free.get(kind):
                    places[out] = free[kind].pop()
                else:
                    places[out] = len(buffers)
                    buffers.append(kind)
            release((*early, *(eq.inputs[:1] if damps else ())), i)
        return places, buffers


def _var(eq: Equation) -> Var:
    atom = eq.inputs[0]
    if isinstance(atom, Literal):
        raise AssertionError("a group sums only what it computes")
    return atom


def _reshapes(eq: Equation) -> bool:
    """Whether the first argument has other axes than the result, the first one apart."""
    return eq.primitive.name in REDUCTIONS | {"spread", "reshape", "slice_of", "place"}


def _may_be_view(eq: Equation) -> bool:
    return ufunc_of(eq) is None and eq.primitive.name in ("spread", "reshape", "slice_of", "astype")
