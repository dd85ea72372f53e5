"""What a Program costs: operations, memory traffic and peak memory, estimated; and where its time goes, measured."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from time import perf_counter
from typing import Any

import attrs
import numpy as np

from tapegrad._core.listing import aligned
from tapegrad._program.program import Equation, Program, Var
from tapegrad._program.structured import bind
from tapegrad._spec import Spec
from tapegrad.typing import override

PRODUCTS = frozenset({"matmul", "matrix_product", "dot"})


@attrs.frozen
class Cost:
    """Of one equation, or of all: floating-point operations, and bytes read and written."""

    flops: int
    bytes: int

    def __add__(self, other: Cost) -> Cost:
        return Cost(self.flops + other.flops, self.bytes + other.bytes)


@attrs.frozen(repr=False)
class Costs:
    """The estimate for a Program: printed, a table."""

    program: Program
    each: tuple[Cost, ...]
    """For every equation."""
    peak: int
    """The most bytes that inputs, outputs and intermediate values take at any moment, run one by one."""

    @property
    def total(self) -> Cost:
        """All equations together."""
        return sum(self.each, Cost(0, 0))

    @override
    def __str__(self) -> str:
        lines = str(self.program).splitlines()[len(self.program.inputs) :]
        rows = [("flops", "bytes", "equation")]
        rows += [(f"{cost.flops:,}", f"{cost.bytes:,}", line) for cost, line in zip(self.each, lines, strict=False)]
        rows.append((f"{self.total.flops:,}", f"{self.total.bytes:,}", f"in all; at most {self.peak:,} bytes at once"))
        return aligned(rows)

    @override
    def __repr__(self) -> str:
        total = self.total
        return f"<Costs: {total.flops:,} flops, {total.bytes:,} bytes, at most {self.peak:,} bytes at once>"


def costs(program: Program) -> Costs:
    """An estimate, from the shapes alone.

    An elementwise function counts as one operation for each element, a matrix product as two for each pair of numbers
    that meet, anything else as one for each element of what it reads and writes.

    >>> import numpy as np
    >>> from tapegrad import trace
    >>> from tapegrad.program import costs
    >>> print(costs(trace(lambda a, b: np.sin(a @ b))(np.ones((4, 3)), np.ones((3, 5)))))
    flops  bytes  equation
    120    376    %0      :  float64[4,5]  matmul a, b
    20     320    %1      :  float64[4,5]  sin %0
    140    696    in all; at most 536 bytes at once
    """
    each = tuple([_cost(program, eq) for eq in program.equations])
    last = {atom: i for i, eq in enumerate(program.equations) for atom in eq.inputs if isinstance(atom, Var)}
    kept = {*program.inputs, *program.outputs}
    held = sum(_bytes(program.spec(var)) for var in program.inputs)
    peak = held
    for i, eq in enumerate(program.equations):
        held += 0 if eq.aliases else sum(_bytes(program.spec(var)) for var in eq.outputs)
        peak = max(peak, held)
        read = {atom for atom in eq.inputs if isinstance(atom, Var)}
        held -= sum(_bytes(program.spec(var)) for var in read - kept if last[var] == i)
    return Costs(program, each, peak)


def _bytes(spec: Spec) -> int:
    return spec.size * spec.dtype.itemsize


def _cost(program: Program, eq: Equation) -> Cost:
    read = [program.spec(atom) for atom in eq.inputs]
    written = [program.spec(var) for var in eq.outputs]
    if eq.primitive.name in PRODUCTS and read[0].shape:
        flops = 2 * written[0].size * read[0].shape[-1]
    else:
        flops = max((spec.size for spec in (*read, *written)), default=0) * (not eq.aliases)
    return Cost(flops, 0 if eq.aliases else sum(map(_bytes, (*read, *written))))


@attrs.frozen(repr=False)
class Profile:
    """How long each equation took, in seconds, run one by one: printed, a table with the slowest first."""

    program: Program
    seconds: tuple[float, ...]

    @override
    def __str__(self) -> str:
        lines = str(self.program).splitlines()[len(self.program.inputs) :]
        total = sum(self.seconds) or 1.0
        order = sorted(range(len(self.seconds)), key=lambda i: -self.seconds[i])
        rows = [(f"{self.seconds[i] * 1e6:.1f} µs", f"{self.seconds[i] / total:.0%}", lines[i]) for i in order]
        return aligned([("time", "share", "equation"), *rows])

    @override
    def __repr__(self) -> str:
        return f"<Profile: {len(self.seconds)} equations, {sum(self.seconds) * 1e6:.1f} µs>"


def profile(program: Program, inputs: Sequence[Any], rounds: int = 5) -> Profile:
    """Run a Program equation by equation, and time each: the median of some rounds."""
    times: list[list[float]] = []

    def timed(*call: Any) -> Any:
        start = perf_counter()
        out = bind(*call)
        times[-1].append(perf_counter() - start)
        return out

    for _ in range(rounds):
        times.append([])
        with np.errstate(all="ignore"):
            program.evaluate(inputs, timed)
    return Profile(program, tuple(_medians(times)))


def _medians(rounds: Sequence[Sequence[float]]) -> Iterable[float]:
    return (float(np.median(column)) for column in zip(*rounds, strict=True))
