"""Equations as statements: what is computed for each element of a box of positions, and where it reads."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Any

import attrs
import numpy as np

from tapegrad._program.constants import Literal
from tapegrad._program.kernels.access import Access, Position, broadcast, view_of, whole
from tapegrad._program.kernels.formulas import DTYPES, Formula, formula_of, reduces
from tapegrad._program.program import Equation, Program, Var

PRODUCTS = {"matmul": (1, 1), "matvec": (1, 0), "vecmat": (0, 1), "vecdot": (0, 0)}
"""Whether the result has the rows of the first operand, and the columns of the second."""
SMALL = 1 << 14
"""So many products of two numbers cost no more than a call of BLAS."""


@attrs.frozen(slots=False)
class Statement:
    """One expression, for each position of a box with sides `shape`; or the sum, say, of all along some axes."""

    out: Var
    shape: tuple[int, ...]
    formula: Formula
    operands: tuple[Access, ...]
    result: tuple[Position, ...]
    """For each axis of the result, the position in the box."""
    reduction: str = ""
    """sum, max or min; nothing where the statement computes each element by itself."""
    divisor: int = 1
    """What the sum is divided by in the end."""

    @cached_property
    def loops(self) -> tuple[int, ...]:
        """The axes that are longer than 1, each of which is a loop."""
        return tuple([axis for axis, n in enumerate(self.shape) if n != 1])

    @cached_property
    def kept(self) -> tuple[int, ...]:
        """The loops whose axes the result has."""
        own = {position.axis for position in self.result}
        return tuple([loop for loop, axis in enumerate(self.loops) if axis in own])

    @property
    def first_reduced(self) -> int:
        """Around how many loops the result is computed."""
        lost = [loop for loop in range(len(self.loops)) if loop not in self.kept]
        return lost[0] if self.reduction and lost else len(self.loops)

    def length(self, loop: int) -> int:
        """How often a loop runs."""
        return self.shape[self.loops[loop]]


def is_view(program: Program, eq: Equation) -> bool:
    """Whether an equation only moves around what kernels can read."""
    return _readable(program, eq) and view_of(program, eq) is not None


def is_work(program: Program, eq: Equation) -> bool:
    """Whether an equation computes something that kernels can."""
    return _readable(program, eq) and (
        reduces(program, eq) or _is_assembly(program, eq) or formula_of(program, eq) is not None
    )


def is_product(program: Program, eq: Equation) -> bool:
    """Whether an equation is a product of real matrices and vectors so small that a call of BLAS costs more."""
    if eq.primitive.name not in PRODUCTS or not _readable(program, eq):
        return False
    out = program.spec(eq.outputs[0])
    size = out.size * program.spec(eq.inputs[0]).shape[-1]
    reads = [program.spec(atom).dtype for atom in eq.inputs]
    return (
        out.dtype.kind == "f"
        and all(each in DTYPES and each.kind != "c" for each in (out.dtype, *reads))
        and size <= SMALL
    )


def _readable(program: Program, eq: Equation) -> bool:
    specs = [program.spec(atom) for atom in (*eq.inputs, *eq.outputs)]
    return all(spec.size and spec.ndim <= 6 for spec in specs)


def _is_assembly(program: Program, eq: Equation) -> bool:
    return eq.primitive.name == "place all" and None not in _parts(program, eq)


def _parts(program: Program, eq: Equation) -> list[Any]:
    """The parts of a whole, each as an equation that places it alone."""
    indices, shape = eq.parameters
    place = [
        attrs.evolve(eq, inputs=(part,), parameters=(Literal(index), shape))
        for part, index in zip(eq.inputs, indices.value, strict=True)
    ]
    return [view_of(program, each, "place") for each in place]


def _product(program: Program, eq: Equation) -> tuple[tuple[int, ...], list[tuple[Position, ...]], list[Position]]:
    """The box of a product, where it reads its operands, and its result.

    The axes are those of the batch, rows, the sum, columns: where there are columns, they are next to each other.
    """
    before, after = PRODUCTS[eq.primitive.name]
    a, b = (program.spec(atom).shape for atom in eq.inputs)
    out = program.spec(eq.outputs[0]).shape
    batch = out[: len(out) - before - after]
    n = len(batch)
    shape = (*batch, *a[len(a) - 1 - before :], *(b[-1:] if after else ()))
    axes = [Position(axis, 1) if length != 1 else Position() for axis, length in enumerate(shape)]
    reads = [
        (*broadcast(a[: len(a) - 1 - before], batch), *axes[n : n + before + 1]),
        (*broadcast(b[: len(b) - 1 - after], batch), *axes[n + before :]),
    ]
    return shape, reads, [*axes[: n + before], *axes[n + before + 1 :]]


def statements(program: Program, equations: Iterable[Equation], kept: set[Var]) -> list[Statement]:
    """The statements of a kernel; `kept` are the values that are read after it."""
    views: dict[Any, Access] = {}
    made: list[Statement] = []

    def access(atom: Any, positions: Any, bounds: Any = ()) -> Access:
        return views.get(atom, Access(atom, whole(program.spec(atom).shape))).seen(positions, bounds)

    def add(
        out: Var, shape: tuple[int, ...], formula: Formula, operands: Iterable[Access], result: Any, *reduction: Any
    ) -> None:
        made.append(Statement(out, shape, formula, tuple(operands), tuple(result), *reduction))

    for eq in equations:
        out = eq.outputs[0]
        spec = program.spec(out)
        own = whole(spec.shape)
        view = view_of(program, eq)
        if view is not None:
            views[out] = access(eq.inputs[0], *view)
            if out in kept:
                copy = Formula("{}", (spec.dtype,), spec.dtype)
                add(out, spec.shape, copy, [views.pop(out)], own)
        elif eq.primitive.name == "place all":
            parts = [access(part, *view) for part, view in zip(eq.inputs, _parts(program, eq), strict=True)]
            total = Formula(" + ".join(["{}"] * len(parts)), (spec.dtype,) * len(parts), spec.dtype)
            add(out, spec.shape, total, parts, own)
        elif reduces(program, eq):
            x = program.spec(eq.inputs[0])
            axes, keepdims = (literal.value for literal in eq.parameters)
            name = eq.primitive.name
            result = [
                Position() if axis in axes else position
                for axis, position in enumerate(whole(x.shape))
                if keepdims or axis not in axes
            ]
            counts = name == "count_nonzero"
            term = Formula("np.int64({})" if counts else "{}", (np.dtype("?") if counts else spec.dtype,), spec.dtype)
            operand = access(eq.inputs[0], whole(x.shape))
            divisor = x.size // spec.size if name == "mean" else 1
            add(out, x.shape, term, [operand], result, name if name in ("max", "min") else "sum", divisor)
        elif eq.primitive.name in PRODUCTS:
            shape, reads, result = _product(program, eq)
            operands = [access(atom, read) for atom, read in zip(eq.inputs, reads, strict=True)]
            add(out, shape, Formula("{} * {}", (spec.dtype,) * 2, spec.dtype), operands, result, "sum")
        else:
            formula = formula_of(program, eq)
            if formula is None:
                raise AssertionError(f"no formula for {eq.primitive.name}")
            operands = [access(atom, broadcast(program.spec(atom).shape, spec.shape)) for atom in eq.inputs]
            add(out, spec.shape, formula, operands, own)
    return made
