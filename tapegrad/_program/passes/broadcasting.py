"""Broadcasts put off: an operand is not repeated first where the others give the result its shape.

So a number meets an array as a number, and what is computed from numbers that are repeated later is computed once.
"""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import numpy as np

from tapegrad._program.constants import Literal
from tapegrad._program.passes.rewriting import Rewriting, rewritten
from tapegrad._program.program import Atom, Equation, Program
from tapegrad._rules.folding import kept_shape
from tapegrad._spec import ndarray

EXACT = frozenset(
    {"add", "subtract", "multiply", "divide", "negative", "damp", "where", "maximum", "minimum"}
    | {"equal", "not_equal", "less", "less_equal", "greater", "greater_equal"}
)
"""Elementwise primitives that give the same bits for an operand however it lies in memory."""
BROADCASTS = ("spread", "broadcast_to")


def without_broadcasts(program: Program) -> Program:
    """The Program with broadcast operands of elementwise functions replaced by what was broadcast."""
    if not any(spec.shape for spec in program.specs):
        return program

    def rewrite(work: Rewriting, eq: Equation) -> Equation | Sequence[Atom]:
        out = work.spec(eq.outputs[0])
        if eq.primitive.name not in EXACT or not out.shape or out.dtype.kind == "c":
            return eq
        inputs = list(eq.inputs)
        for i in range(len(inputs)):
            rest = [work.spec(atom).shape for j, atom in enumerate(inputs) if j != i]
            found = _before_broadcast(work, inputs[i])
            if found is not None and _broadcast(*rest, found[1]) == out.shape:
                inputs[i] = _reshaped(work, *found)
        if tuple(inputs) != eq.inputs:
            return attrs.evolve(eq, inputs=tuple(inputs))
        return _put_off(work, eq)

    return rewritten(program, rewrite)


def _broadcast(*shapes: tuple[int, ...]) -> tuple[int, ...]:
    return np.broadcast_shapes(*shapes)


def _before_broadcast(work: Rewriting, atom: Atom) -> tuple[Atom, tuple[int, ...]] | None:
    """What an operand repeats, as strong as it is, and the shape in which that broadcasts to the same by itself."""
    if isinstance(atom, Literal):
        value = atom.value
        uniform = isinstance(value, ndarray) and value.ndim and value.size and not any(value.strides)
        return (Literal(value[(0,) * value.ndim]), ()) if uniform else None
    eq = work.maker(atom, *BROADCASTS)
    if eq is None or work.is_weak(eq.inputs[0]):
        return None
    small = work.spec(eq.inputs[0]).shape
    if eq.primitive.name == "broadcast_to" or not small:
        return eq.inputs[0], small
    shape, axes, keepdims = (literal.value for literal in eq.parameters)
    leading = axes == tuple(range(len(axes)))
    return eq.inputs[0], small if keepdims or leading else kept_shape(shape, axes)


def _reshaped(work: Rewriting, atom: Atom, shape: tuple[int, ...]) -> Atom:
    spec = attrs.evolve(work.spec(atom), shape=shape)
    return atom if work.spec(atom) == spec else work.call("reshape", atom, spec=spec, parameters=[shape], aliases=True)


def _put_off(work: Rewriting, eq: Equation) -> Equation | Sequence[Atom]:
    """The broadcast of the result for the result of broadcasts: where all operands are, in the same way, or numbers."""
    makers = [work.maker(atom, *BROADCASTS) for atom in eq.inputs]
    small = [atom if maker is None else maker.inputs[0] for maker, atom in zip(makers, eq.inputs, strict=True)]
    ways = {(maker.primitive, maker.parameters) for maker in makers if maker is not None}
    fits = all(maker is not None or not work.spec(atom).shape for maker, atom in zip(makers, small, strict=True))
    repeated = [atom for maker, atom in zip(makers, small, strict=True) if maker is not None]
    shapes = {work.spec(atom).shape for atom in repeated}
    if not fits or len(ways) != 1 or len(shapes) != 1 or any(map(work.is_weak, repeated)):
        return eq
    ((primitive, parameters),), (shape,) = ways, shapes
    spec = attrs.evolve(work.spec(eq.outputs[0]), shape=shape)
    result = work.call(eq.primitive.name, *small, spec=spec)
    return Equation(primitive, (result,), parameters, eq.outputs, aliases=True)
