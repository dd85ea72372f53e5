"""A run of the user's function on a tape of its own: what all of reverse mode starts from."""

from __future__ import annotations

from typing import Any

import attrs

from tapegrad._core.node import Node
from tapegrad._core.recorder import Recorded, Recorder
from tapegrad._core.sweep import sweep
from tapegrad._core.variable import still_open
from tapegrad._leaves import restored
from tapegrad._spec import Value
from tapegrad._transforms.sources import Sources
from tapegrad._tree import tree_map
from tapegrad._values import fresh


@attrs.define(eq=False)
class Recording:
    """The differentiated arguments of a function that was run, and where they stand on its tape."""

    tape: Recorder
    sources: Sources
    nodes: list[Node]
    """The Node of each of their leaves."""

    def gradients(self, seeds: list[tuple[Node, Value]]) -> list[Any]:
        """The gradient in each argument: fresh, and zero where the output does not depend on it. Empties `seeds`."""
        found = sweep(seeds)
        return self.sources.trees(
            [
                restored(found[node] if node in found else node.spec.zeros(), leaf)
                for node, leaf in zip(self.nodes, self.sources.leaves, strict=True)
            ]
        )

    def node(self, leaf: object) -> Node | None:
        """The Node of a Variable on this tape; None of anything else."""
        return leaf.node if isinstance(leaf, Recorded) and leaf.level is self.tape else None

    def plain(self, tree: Any) -> Any:
        """`tree` with fresh values in place of this tape's Variables."""
        return tree_map(
            lambda leaf: still_open(leaf, "the function") if self.node(leaf) is None else fresh(leaf.primal), tree
        )
