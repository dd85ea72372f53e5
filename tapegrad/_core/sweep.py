"""The reverse sweep: cotangents flow from the outputs to the inputs, one generation after the other."""

from __future__ import annotations

from collections.abc import Sequence, Set
from typing import Any

import numpy as np

from tapegrad._core.node import Node
from tapegrad._core.pieces import Pieces
from tapegrad._core.primitive import ByPosition
from tapegrad._errstate import errstate, ignored
from tapegrad._spec import FLOAT64, Value, ndarray, several
from tapegrad._values import fit

float64: Any = np.float64
pieces: Any = Pieces


def sweep(seeds: list[tuple[Node, Value]], wanted: Set[Node] = frozenset()) -> dict[Node, Value]:
    """The cotangent of every leaf behind `seeds`, and of every Node in `wanted`.

    Nodes are replayed in reverse generation order. All that depends on a Node has a larger generation, so that its
    cotangent is complete when its turn comes. It is dropped as soon as it is passed on; so is the Node, where nothing
    else refers to it: `seeds` is emptied for that reason.
    """
    pending: dict[Node, Value] = {}
    generations: dict[int, list[Node]] = {}
    found: dict[Node, Value] = {}
    while seeds:
        node, seed = seeds.pop()
        if node in pending:
            pending[node] = pending[node] + seed
        else:
            pending[node] = seed
            generations.setdefault(node.generation, []).append(node)
    before = errstate.set(ignored)  # 1 / 0 in a rule either meets a zero cotangent or shows in the result
    try:
        for current in range(max(generations, default=0), 0, -1):
            for node in generations.pop(current, ()):
                ct = pending.pop(node)
                if type(ct) is pieces:
                    ct = ct.whole()
                if wanted and node in wanted:
                    found[node] = ct
                if type(ct) is several and type(node.spec) is several:
                    ct = tuple(
                        [spec.zeros() if part is None else part for part, spec in zip(ct, node.spec, strict=True)]
                    )
                pulls: ByPosition[Any] = node.primitive.pulls
                residuals = node.residuals
                for i, parent in enumerate(node.parents):
                    if parent is None:
                        continue
                    spec = parent.spec
                    term = pulls[i](ct, residuals[i], spec)
                    if type(term) is float64:
                        if spec is not FLOAT64:
                            term = fit(term, spec)
                    elif type(term) is ndarray:
                        if term.shape != spec.shape or term.dtype is not spec.dtype:
                            term = fit(term, spec)
                        elif not term.shape:
                            term = term[()]
                    elif type(term) is not several and type(term) is not pieces:
                        term = fit(term, spec)
                    if parent in pending:
                        if type(term) is ndarray and type(pending[parent]) is ndarray:
                            term = pending.pop(parent) + term  # NumPy adds in place where nothing else refers to it
                        else:
                            term = added(pending[parent], term)
                        pending[parent] = term
                    else:
                        pending[parent] = term
                        generation = parent.generation
                        if generation in generations:
                            generations[generation].append(parent)
                        else:
                            generations[generation] = [parent]
    finally:
        errstate.reset(before)
    return found | {node: ct.whole() if type(ct) is pieces else ct for node, ct in pending.items()}


def added(a: Any, b: Any) -> Any:
    """The sum of two cotangents, in whatever form they are."""
    if type(b) is pieces:
        return b.join(a)
    if type(a) is pieces:
        return a.join(b)
    return add_parts(a, b) if type(b) is several else a + b


def add_parts(a: Sequence[Value | None], b: Sequence[Value | None]) -> tuple[Value | None, ...]:
    """The sum of two cotangents of several outputs at once, in which None is zero."""
    return tuple([y if x is None else x if y is None else x + y for x, y in zip(a, b, strict=True)])
