"""The reverse sweep: cotangents flow from the outputs to the inputs, one generation after the other."""

from __future__ import annotations

from collections.abc import Set
from typing import Any

import numpy as np

from tapegrad._core.node import Node
from tapegrad._spec import FLOAT64, Value
from tapegrad._values import fit

float64 = np.float64


def sweep(seeds: list[tuple[Node, Value]], wanted: Set[Node] = frozenset()) -> dict[Node, Value]:
    """The cotangent of every leaf behind `seeds`, and of every Node in `wanted`.

    Nodes are replayed in reverse generation order. All that depends on a Node has a larger generation, so that its cotangent is
    complete when its turn comes. It is dropped as soon as it is passed on; so is the Node, where nothing else refers to it:
    `seeds` is emptied for that reason.
    """
    pending: dict[Node, Value] = {}
    generations: dict[int, list[Node]] = {}
    found: dict[Node, Value] = {}
    while seeds:
        node, seed = seeds.pop()
        if node in pending:
            pending[node] = add_cotangents(pending[node], seed)
        else:
            pending[node] = seed
            generations.setdefault(node.generation, []).append(node)
    with np.errstate(all="ignore"):  # 1 / 0 in a rule either meets a zero cotangent or shows in the result
        for current in range(max(generations, default=0), 0, -1):
            for node in generations.pop(current, ()):
                ct = pending.pop(node)
                if node in wanted:
                    found[node] = ct
                if type(ct) is tuple:
                    ct = tuple([spec.zeros() if part is None else part for part, spec in zip(ct, node.spec, strict=True)])
                for parent, pull, kept in zip(node.parents, node.primitive.pulls, node.residuals, strict=False):
                    if parent is None or pull is None:
                        continue
                    term = pull(ct, kept, parent.spec)
                    if type(term) is float64:
                        if parent.spec is not FLOAT64:
                            term = fit(term, parent.spec)
                    elif type(term) is not tuple and (term.shape != parent.spec.shape or term.dtype != parent.spec.dtype):
                        term = fit(term, parent.spec)
                    if parent in pending:
                        pending[parent] = add_cotangents(pending[parent], term)
                    else:
                        pending[parent] = term
                        if parent.generation in generations:
                            generations[parent.generation].append(parent)
                        else:
                            generations[parent.generation] = [parent]
    return found | pending


def add_cotangents(a: Value, b: Value) -> Value:
    """The sum of two cotangents. Of several outputs at once they are tuples, with None for zero."""
    if type(a) is tuple:
        return tuple([y if x is None else x if y is None else x + y for x, y in zip(a, b, strict=True)])
    return a + b
