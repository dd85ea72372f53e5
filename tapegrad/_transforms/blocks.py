"""The blocks of a Jacobian: for each leaf of the output and each of the arguments, a batch of sweeps, cut up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from typing import Any

import attrs
import numpy as np

from tapegrad._core.sweep import sweep
from tapegrad._core.variable import ARRAYS, is_variable, still_open
from tapegrad._spec import Spec, Value, ndarray, type_of
from tapegrad._transforms.batched import Batching
from tapegrad._transforms.directions import stretches
from tapegrad._transforms.forward import push
from tapegrad._transforms.point import Point
from tapegrad._transforms.recording import Recording
from tapegrad._transforms.reverse import described
from tapegrad._tree import flatten
from tapegrad.errors import DomainError


@attrs.frozen
class Output:
    """The leaves of what a function returned, each a number or an array of numbers."""

    leaves: list[Any]
    structure: Any

    @classmethod
    def of(cls, out: Any, point: Point) -> Output:
        """What `point.call` returned."""
        leaves, structure = flatten(out)
        for i, leaf in enumerate(leaves):
            value = np.asarray(leaf)[()] if isinstance(leaf, (int, float, complex)) else leaf
            if not isinstance(value, ARRAYS) or value.dtype.kind not in "biufc":
                raise DomainError(
                    f"{point.word} needs {point.name} to return numbers, arrays, or trees of them, but output {i} is "
                    f"{described(leaf)}. Leave it out, or return it from another function."
                )
            leaves[i] = value
        return cls(leaves, structure)

    @property
    def size(self) -> int:
        """How many numbers there are."""
        return sum(leaf.size for leaf in self.leaves)

    @property
    def has_complex(self) -> bool:
        """Whether some leaf is."""
        return any(leaf.dtype.kind == "c" for leaf in self.leaves)


def by_rows(point: Point, run: Recording, output: Output, chunk_size: int | None) -> list[list[Any]]:
    """For each leaf of the output, trees of blocks like the arguments: a recorded run, swept back in all directions."""
    nodes = [run.node(leaf) for leaf in output.leaves]
    for leaf, node in zip(output.leaves, nodes, strict=True):
        if node is None:
            still_open(leaf, point.name)
    seeded = [node for node in nodes if node is not None]
    specs = [node.spec for node in seeded]
    found: list[list[Value]] = [[] for _ in run.nodes]
    for stretch in stretches(specs, chunk_size):
        level = Batching()
        seeds = zip(seeded, stretch.basis(specs, level), strict=True)
        try:
            cotangents = sweep([(node, seed) for node, seed in seeds if seed is not None])
        finally:
            level.open = False
        for parts, node in zip(found, run.nodes, strict=True):
            parts.append(stretch.gathered(cotangents.get(node, node.spec), level))
    cuts = [_cut(parts, [0 if node is None else node.spec.size for node in nodes]) for parts in found]
    return [_blocks(point, leaf, map(next, cuts)) for leaf in output.leaves]


def by_columns(point: Point, chunk_size: int | None) -> tuple[Output, list[list[Any]]]:
    """The same by runs with tangents: one run for each stretch of directions of the arguments."""
    specs = point.specs
    output: Output | None = None
    found: list[list[Value]] = []
    for stretch in stretches(specs, chunk_size):
        level = Batching()
        try:
            pushed = push(point.call, point.values, stretch.basis(specs, level))
            output = Output.of(pushed.out, point)
            found.append([stretch.gathered(pushed.tangent(leaf), level) for leaf in output.leaves])
        finally:
            level.open = False
    assert output is not None
    cuts = [_cut(parts, [spec.size for spec in specs]) for parts in zip(*found, strict=True)]
    return output, [
        _blocks(point, leaf, [np.moveaxis(part, 0, -1) for part in cut])
        for leaf, cut in zip(output.leaves, cuts, strict=True)
    ]


def _blocks(point: Point, out: Any, values: Iterable[Value]) -> list[Any]:
    """Trees of blocks like the arguments, for one leaf of the output."""
    given = zip(values, point.specs, point.sources.leaves, strict=True)
    return point.sources.trees([_block(value, out, spec, leaf) for value, spec, leaf in given])


def _cut(parts: Sequence[Value], sizes: Sequence[int]) -> Iterator[Value]:
    """What came out of the sweeps, put together and cut into pieces of these sizes along axis 0."""
    whole: Value = parts[0] if len(parts) == 1 else np.concatenate(parts)
    ends = accumulate(sizes)
    return (whole[end - size : end] for size, end in zip(sizes, ends, strict=True))


def _block(value: Value, out: Any, spec: Spec, leaf: Any) -> Any:
    """One block, of the shape of the output and of the argument, and as the argument's gradient would be."""
    shape = (*out.shape, *spec.shape)
    dtype = np.result_type(spec.dtype, np.complex64) if out.dtype.kind == "c" else spec.dtype
    cast: Any = value.astype(dtype) if is_variable(value) and value.dtype != dtype else value
    block: Value = np.reshape(cast, shape) if cast.size else np.zeros(shape, dtype)
    if not is_variable(block):
        block = np.array(block, dtype, order="C")
    if shape or type_of(leaf) is ndarray:
        return block
    return leaf.boxed(block[()]) if hasattr(leaf, "boxed") else block[()]
