"""Where a kernel reads a value: positions in an array as functions of positions in what is computed.

Slices, transposes, broadcasts, and zeros around a part are no work of their own in a kernel: they say where to read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import attrs

from tapegrad._program.program import Atom, Equation, Program
from tapegrad._rules.fronts import is_sequence


@attrs.frozen
class Position:
    """A position along one axis: `offset`, and `step` times that along an axis of what is computed, if any."""

    axis: int | None = None
    step: int = 0
    offset: int = 0

    def of(self, positions: Sequence[Position]) -> Position:
        """This position, where those of the axes are themselves functions of others."""
        if self.axis is None:
            return self
        inner = positions[self.axis]
        return Position(inner.axis, self.step * inner.step, self.offset + self.step * inner.offset)


@attrs.frozen
class Access:
    """The entries of an array that make up a value: one position for each axis of the array.

    Outside of the `bounds` the value is 0: (position, start, stop), start <= position < stop.
    """

    array: Atom
    positions: tuple[Position, ...]
    bounds: tuple[tuple[Position, int, int], ...] = ()

    def seen(self, positions: Sequence[Position], bounds: Sequence[tuple[Position, int, int]] = ()) -> Access:
        """What is seen of the value at such positions, within bounds."""
        moved = [(position.of(positions), start, stop) for position, start, stop in self.bounds]
        return Access(self.array, tuple([position.of(positions) for position in self.positions]), (*moved, *bounds))


def whole(shape: Sequence[int]) -> tuple[Position, ...]:
    """Each entry at its own place."""
    return tuple([Position(axis, 1) if n != 1 else Position() for axis, n in enumerate(shape)])


def broadcast(shape: Sequence[int], out: Sequence[int]) -> tuple[Position, ...]:
    """An array of one shape, beside others in what has the shape `out`."""
    ahead = len(out) - len(shape)
    return tuple([Position(ahead + axis, 1) if n != 1 else Position() for axis, n in enumerate(shape)])


View = tuple[Sequence[Position], Sequence[tuple[Position, int, int]]]


def view_of(program: Program, eq: Equation, name: str | None = None) -> View | None:
    """How an equation that only moves values around reads its one argument; None where it does anything else."""
    look = VIEWS.get(name or eq.primitive.name)
    if look is None or len(eq.inputs) != 1 or len(eq.outputs) != 1:
        return None
    shape, out = program.spec(eq.inputs[0]).shape, program.spec(eq.outputs[0]).shape
    return look(shape, out, *(literal.value for literal in eq.parameters))


def _spread(shape: Sequence[int], out: Sequence[int], _: Any, axes: Sequence[int], keepdims: bool) -> View:
    kept = range(len(out)) if keepdims or len(shape) == len(out) else [i for i in range(len(out)) if i not in axes]
    return [Position(kept[axis], 1) if n != 1 else Position() for axis, n in enumerate(shape)], ()


def _broadcast(shape: Sequence[int], out: Sequence[int], _: Any) -> View:
    return broadcast(shape, out), ()


def _transpose(shape: Sequence[int], out: Sequence[int], axes: Sequence[int]) -> View:
    places = {axis: place for place, axis in enumerate(axes)}
    return [Position(places[axis], 1) if n != 1 else Position() for axis, n in enumerate(shape)], ()


def _flip(shape: Sequence[int], out: Sequence[int], axes: Sequence[int]) -> View:
    backwards = [Position(axis, -1, n - 1) if axis in axes else Position(axis, 1) for axis, n in enumerate(shape)]
    return [position if n != 1 else Position() for position, n in zip(backwards, shape, strict=True)], ()


def _reshape(shape: Sequence[int], out: Sequence[int], _: Any) -> View | None:
    """Only such as put in axes of length 1, or take them out."""
    if [n for n in shape if n != 1] != [n for n in out if n != 1]:
        return None
    long = iter([axis for axis, n in enumerate(out) if n != 1])
    return [Position(next(long), 1) if n != 1 else Position() for n in shape], ()


def _slice(shape: Sequence[int], out: Sequence[int], index: Any) -> View | None:
    parts = _parsed(index, shape)
    return None if parts is None else ([_thin(position, out) for position in parts], ())


def _place(shape: Sequence[int], out: Sequence[int], index: Any, _: Any) -> View | None:
    """Zeros with the argument at an index: read where the index says, 0 elsewhere."""
    parts = _parsed(index, out)
    if parts is None or any(part.axis is not None and part.step != 1 for part in parts):
        return None
    positions = [Position()] * len(shape)
    bounds: list[tuple[Position, int, int]] = []
    for axis, part in enumerate(parts):
        here = Position(axis, 1) if out[axis] != 1 else Position()
        length = 1 if part.axis is None else shape[part.axis]
        if part.axis is not None and length != 1:
            positions[part.axis] = Position(axis, 1, -part.offset)
        if length != out[axis]:
            bounds.append((here, part.offset, part.offset + length))
    return positions, bounds


def _thin(position: Position, out: Sequence[int]) -> Position:
    """With no axis where that has length 1."""
    return Position(offset=position.offset) if position.axis is not None and out[position.axis] == 1 else position


def _parsed(index: Any, shape: Sequence[int]) -> list[Position] | None:
    """For each axis of an array, its position as a function of the axes of what a basic index gives."""
    parts: list[Any] = list(index if is_sequence(index) else (index,))
    if not all(part is None or part is Ellipsis or type(part) in (int, slice) for part in parts):
        return None
    used = sum(part is not None and part is not Ellipsis for part in parts)
    if Ellipsis not in parts:
        parts.append(Ellipsis)
    at = next(i for i, part in enumerate(parts) if part is Ellipsis)
    parts[at : at + 1] = [slice(None)] * (len(shape) - used)
    positions: list[Position] = []
    axis = 0
    for part in parts:
        if part is not None:
            n = shape[len(positions)]
            if isinstance(part, slice):
                start, _, step = part.indices(n)
                positions.append(Position(axis, step, start))
            else:
                positions.append(Position(offset=part % n))
        axis += not isinstance(part, int)
    return positions


VIEWS: Mapping[str, Callable[..., View | None]] = {
    "slice_of": _slice,
    "place": _place,
    "spread": _spread,
    "broadcast_to": _broadcast,
    "transpose": _transpose,
    "flip": _flip,
    "reshape": _reshape,
}
"""Primitives that only move values around."""
