"""Where the values of a Program are put: each in a buffer where one lay that nothing reads any more, if it can be."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import attrs

from tapegrad._program.bodies import Loop
from tapegrad._program.program import Equation, Program, Var
from tapegrad._program.source.arrays import DAMPED, by_ufunc, fills, read_again, ufunc_of
from tapegrad._program.source.groups import Group
from tapegrad._program.source.lifetimes import Kind, Step, allocated
from tapegrad._program.source.memory import Workspace, size
from tapegrad._program.source.spreading import repeated
from tapegrad._program.source.text import Text
from tapegrad._program.structured import Structured

LARGE = 1 << 16
"""Arrays of so many bytes share a thread's memory: to ask the system for new costs more than to compute."""
POOLED = 1 << 20
"""So many bytes of small arrays a Program keeps for itself."""
FEW = 4
"""From so many small values on, it costs less to take a Program's buffers than to make arrays; in a loop, from two."""
FRESH = frozenset(
    {*DAMPED, "where", "power", "place", "place all", "concatenate", "gather", "scatter"}
    | {"contract", "solve", "inv", "cholesky", "det", "slogdet"}
    | {"matmul", "matvec", "vecmat", "vecdot", "mean", "sum", "max", "min", "prod", "count_nonzero", "any", "all"}
)
"""Primitives, beside ufuncs, whose result never lies in the memory of an argument."""


@attrs.frozen
class Written:
    """A step that is a line already, and needs no buffer."""

    line: str
    reads: tuple[Var, ...] = ()
    writes: tuple[Var, ...] = ()


@attrs.frozen
class Buffers:
    """The buffers of a Program, by their numbers."""

    places: dict[Var, int]
    """In which each value is put, of those that are put in any."""
    kinds: Sequence[Kind]
    dead: Sequence[Sequence[Var]]
    """For each step, the large values that nothing reads after it, and that lie in no buffer."""
    mark: str
    """The end of their names."""

    @classmethod
    def of(
        cls,
        program: Program,
        order: Sequence[Equation | Group | Written],
        elsewhere: Collection[Var] = (),
        mark: str = "",
        in_step: bool = False,
    ) -> Buffers:
        """For a Program whose steps run in this order, but for values that are put elsewhere."""
        if not any(spec.shape for spec in program.specs):
            return cls({}, (), [()] * len(order), mark)
        steps = [life(program, step) for step in order]
        without = {*elsewhere}
        for i, step in enumerate(order):
            if isinstance(step, Equation) and isinstance(step.primitive, Structured):
                loop = step.primitive.content
                if isinstance(loop, Loop):  # what it stacks can be put into given arrays
                    without.update(step.outputs[: loop.carry])
                    steps[i] = attrs.evolve(steps[i], fills=True)

        def kind(var: Var) -> Kind | None:
            spec = program.spec(var)
            return (spec.shape, str(spec.dtype)) if spec.shape and var not in without else None

        kept = [atom for atom in program.outputs if isinstance(atom, Var)]
        places, kinds = allocated(steps, kind, kept)
        small = [i for i in places.values() if size(kinds[i]) < LARGE]
        if len(small) < (2 if in_step else FEW) or sum(size(kinds[i]) for i in set(small)) > POOLED:
            places = {var: i for var, i in places.items() if i not in small}
        last = {var: i for i, step in enumerate(steps) for var in (*step.writes, *step.reads)}
        dead: list[list[Var]] = [[] for _ in steps]
        for var, i in last.items():
            whole = kind(var)
            if whole and size(whole) >= LARGE and var not in places and var not in kept and var not in program.inputs:
                dead[i].append(var)
        return cls(places, kinds, dead, mark)

    def named(self) -> dict[Var, str]:
        """What each value is put into."""
        return {var: self._name(i) for var, i in self.places.items()}

    def _name(self, i: int) -> str:
        return f"b{i}{self.mark}"

    def small(self) -> dict[str, Kind]:
        """Those that a Program keeps for itself."""
        return {self._name(i): self.kinds[i] for i in self._used() if size(self.kinds[i]) < LARGE}

    def around(self, text: Text) -> list[str]:
        """The contexts that hold the large ones."""
        large = [i for i in self._used() if size(self.kinds[i]) >= LARGE]
        kinds, names = [self.kinds[i] for i in large], ", ".join(map(self._name, large))
        return [f"{text.object(Workspace, 'Workspace')}({kinds!r}) as [{names}]"] if large else []

    def _used(self) -> list[int]:
        return sorted(set(self.places.values()))


def life(program: Program, step: Equation | Group | Written) -> Step:
    """What a step reads and writes."""
    if isinstance(step, Written):
        return Step(step.reads, step.writes)
    if isinstance(step, Group):
        return Step(tuple(step.reads), step.results, fills=True)
    reads = tuple([atom for atom in step.inputs if isinstance(atom, Var)])
    fresh = ufunc_of(step) is not None or isinstance(step.primitive, Structured) or step.primitive.name in FRESH
    if not fills(program, step):
        return Step(reads, step.outputs, shares=not fresh)
    again = read_again(step)
    shape = program.spec(step.outputs[0]).shape
    over = [var for var in reads if var not in again and program.spec(var).shape == shape]
    if not by_ufunc(step) or repeated(program, step):
        over = []
    return Step(reads, step.outputs, True, tuple(over))
