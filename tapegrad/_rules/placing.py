"""Reading and writing at an index, as primitives.

An index of numbers, slices, None and Ellipsis picks no entry twice, and is a parameter: `slice_of`, with transpose
`place`. One with arrays of positions or masks is a *layout* that says where they stand, and they are arguments:
`gather`, with transpose `scatter`, which adds up what was picked more than once. Under `vmap` each element of the batch
can have positions of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import prod
from typing import Any

import attrs
import numpy as np

from tapegrad._core.door import apply
from tapegrad._core.pieces import Part, Pieces
from tapegrad._core.primitive import Primitive
from tapegrad._rules.batching import spread
from tapegrad._rules.dependences import Operands, Rules
from tapegrad._rules.fronts import is_sequence
from tapegrad._rules.kinds import declare, linear
from tapegrad._rules.positions import ARRAY, Layout, filled, in_batch, mask
from tapegrad._spec import Spec, Value


def _behind_batch(primitive: Primitive, args: Sequence[Any], batched: Sequence[bool]) -> Any:
    x, index, *shape = args
    inner = index if is_sequence(index) else (index,)
    return apply(primitive, x, (slice(None), *inner), *((np.shape(x)[0], *lengths) for lengths in shape))


def _placed_back(ct: Any, x: Spec, index: Any) -> Pieces:
    return Pieces.of(_assembled, x, (index, None), ct)


def _sliced_back(ct: Any, index: Any) -> Any:
    return slice_of(ct, index)


@linear(_behind_batch, x=_placed_back)
def slice_of(x: Any, index: Any) -> Any:
    """x[index], for a basic index."""
    return x[index][()]


@linear(_behind_batch, x=_sliced_back)
def place(x: Any, index: Any, shape: tuple[int, ...]) -> Any:
    """Zeros, with `x` at a basic index."""
    whole = np.zeros(shape, x.dtype)
    whole[index] = x
    return whole[()]


def _slices(primitive: Primitive, args: Sequence[Any], batched: Sequence[bool]) -> Any:
    *_, indices, shape = args
    parts = spread(args[:-2], batched[:-2])
    inner = tuple([(slice(None), *(index if is_sequence(index) else (index,))) for index in indices])
    return apply(primitive, *parts, inner, (np.shape(parts[0])[0], *shape))


def _place_all(*args: Any) -> Any:
    *parts, indices, shape = args
    whole = np.zeros(shape, parts[0].dtype)
    for part, index in zip(parts, indices, strict=True):
        place = whole[index]
        if type(place) is np.ndarray:
            np.add(place, part, place)
        else:
            whole[index] += part
    return whole[()]


def _one_sliced_back(ct: Any, position: int, indices: tuple[Any, ...]) -> Any:
    return slice_of(ct, indices[position])


place_all = declare(
    "place all",
    _place_all,
    {"parts": Operands(_one_sliced_back)},
    batch=_slices,
    joint=True,
    variadic=True,
    parameters=("indices", "shape"),
)
"""(*parts, indices, shape): zeros, with each part added at its basic index."""


@attrs.frozen
class AtPositions:
    """Linear in the first array, by its transpose; the arrays after it say where.

    `transpose` gets the cotangent, the Spec of the first array, the layout and the positions. The first is not kept.
    """

    transpose: Callable[[Any, Spec, Layout, Sequence[Any]], Any]

    def resolve(self, argument: str, places: Mapping[str, int], /) -> Rules:
        transpose = self.transpose

        def pull(ct: Any, kept: Any, spec: Spec) -> Any:
            _, (layout, positions) = kept
            return transpose(ct, spec, layout, positions)

        def gathered(pool: Sequence[Any]) -> Any:
            return pool[1], pool[0][1:]

        def step(primitive: Primitive, i: int, tangent: Any, args: Sequence[Any], pool: Sequence[Any]) -> Any:
            return apply(primitive, tangent, *args[1:])

        return Rules(pull, gathered, frozenset((argument,)), step)


def moved(x: Any, found: tuple[int, ...], wanted: tuple[int, ...]) -> Any:
    """`x` with some axes moved."""
    return x if found == wanted else np.moveaxis(x, found, wanted)


def _gather(x: Any, *arguments: Any) -> Any:
    *positions, layout = arguments
    return x[filled(layout, positions)][()]


def _gather_batch(primitive: Primitive, args: Sequence[Any], batched: Sequence[bool]) -> Any:
    x, *positions, layout = args
    length = np.shape(x)[0] if batched[0] else None
    batch = in_batch(layout, positions, batched[1:-1], np.ndim(x) - batched[0], length)
    return moved(gather(x, *batch.positions, batch.layout), batch.found, batch.wanted)


def _scatter(x: Any, *arguments: Any) -> Any:
    *positions, layout, shape = arguments
    whole = np.zeros(shape, x.dtype)
    add_at(whole, layout, positions, x)
    return whole[()]


def _scatter_batch(primitive: Primitive, args: Sequence[Any], batched: Sequence[bool]) -> Any:
    x, *positions, layout, shape = args
    length = next(int(np.shape(arg)[0]) for arg, own in zip(args, batched, strict=True) if own)
    batch = in_batch(layout, positions, batched[1:-2], len(shape), length)
    x = x if batched[0] else np.broadcast_to(x, (length, *np.shape(x)))
    return scatter(moved(x, batch.wanted, batch.found), *batch.positions, batch.layout, (length, *shape))


def _scattered_back(ct: Any, x: Spec, layout: Layout, positions: Sequence[Any]) -> Pieces:
    return Pieces.of(_assembled, x, (layout, tuple(positions)), ct)


def _gathered_back(ct: Any, x: Spec, layout: Layout, positions: Sequence[Any]) -> Any:
    return gather(ct, *positions, layout)


gather = declare(
    "gather",
    _gather,
    {"x": AtPositions(_scattered_back)},
    batch=_gather_batch,
    variadic=True,
    parameters=("layout",),
)
scatter = declare(
    "scatter",
    _scatter,
    {"x": AtPositions(_gathered_back)},
    batch=_scatter_batch,
    variadic=True,
    parameters=("layout", "shape"),
)


def within(positions: Any, length: int) -> Any:
    """The same positions; `IndexError` if one lies outside of 0 to `length`, also where they are known only later."""
    if positions.dtype.kind == "b":
        return positions
    beyond = np.where(np.less(positions, 0), length, positions)
    return gather(np.arange(length), beyond, (ARRAY,))


def add_at(whole: Any, layout: Layout, positions: Sequence[Any], x: Any) -> None:
    """Add `x` to `whole` at an index; what meets at one place adds up."""
    if not may_meet(positions):
        whole[filled(layout, positions)] = x
        return
    worth = x.size > 1000 and whole.ndim > 1
    flat = flat_positions(whole.shape, layout, positions, x.size) if worth else None
    if flat is None:
        np.add.at(whole, filled(layout, positions), x)
    else:
        np.add.at(whole.reshape(-1), flat, x.reshape(-1))


def may_meet(positions: Sequence[Any]) -> bool:
    """Whether an index with these arrays may pick an element more than once."""
    return not all(mask(position) or position.ndim == 0 for position in positions)


def flat_positions(shape: tuple[int, ...], layout: Layout, positions: Sequence[Any], size: int) -> Any:
    """Where the elements at an index lie in an array made flat, in their order: there `np.add.at` is much faster.

    None where to find that takes much longer than so many elements do: they are few of many, and not whole rows.
    """
    count = len(positions)
    if layout == (ARRAY,) * count and not any(map(mask, positions)):
        width = prod(shape[count:])
        starts = np.ravel_multi_index(tuple(positions), shape[:count], mode="wrap") * width
        return np.add.outer(starts, np.arange(width)).reshape(-1)
    if prod(shape) > 4 * size:
        return None
    return np.arange(prod(shape)).reshape(shape)[filled(layout, positions)].reshape(-1)


def _assembled(spec: Spec, parts: list[Part]) -> Value:
    """The parts together, each at its index, with work in proportion to their size and one array of the whole's."""
    basic = [(index, part) for (index, positions), part in parts if positions is None]
    totals = [_all_placed(spec, basic)] if basic else []
    rows: dict[int, list[tuple[Sequence[Any], Value]]] = {}
    for (layout, positions), part in parts:
        if positions is None:
            continue
        if layout == (ARRAY,) * len(positions) and all(type(at) is np.ndarray and not mask(at) for at in positions):
            rows.setdefault(len(positions), []).append((positions, part))
        else:
            totals.append(scatter(part, *positions, layout, spec.shape))
    totals += [_rows_placed(spec, count, found) for count, found in rows.items()]
    return sum(totals[1:], totals[0])


def _all_placed(spec: Spec, parts: list[tuple[Any, Value]]) -> Value:
    if len(parts) == 1:
        [(index, part)] = parts
        return place(part, index, spec.shape)
    indices, values = zip(*parts, strict=True)
    return place_all(*values, indices, spec.shape)


def _rows_placed(spec: Spec, count: int, parts: list[tuple[Sequence[Any], Value]]) -> Value:
    """Parts at positions along the first `count` axes: all positions in one list, all parts in one array.

    Parts at the same positions are added first: a sum of arrays costs a tenth of adding up entries by their positions.
    """
    if len(parts) > 1:
        together: dict[Any, tuple[Sequence[Any], Value]] = {}
        for positions, part in parts:
            key = tuple([(at.shape, at.dtype, at.tobytes()) for at in positions])
            together[key] = positions, together[key][1] + part if key in together else part
        parts = list(together.values())
    if len(parts) == 1:
        [(positions, part)] = parts
        return scatter(part, *positions, (ARRAY,) * count, spec.shape)
    columns = [np.broadcast_arrays(*positions) for positions, _ in parts]
    joined = [np.concatenate([column[i].reshape(-1) for column in columns]) for i in range(count)]
    values = np.concatenate([np.reshape(part, (-1, *spec.shape[count:])) for _, part in parts])
    return scatter(values, *joined, (ARRAY,) * count, spec.shape)
