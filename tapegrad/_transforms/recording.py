"""A run of the user's function on a tape of its own: what all of reverse mode starts from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import islice
from typing import Any

import attrs

from tapegrad._core.node import Node
from tapegrad._core.recorder import Recorded, Recorder
from tapegrad._core.sweep import sweep
from tapegrad._core.variable import still_open
from tapegrad._leaves import restored
from tapegrad._spec import Value
from tapegrad._transforms.sources import opened, rebuilt
from tapegrad._tree import tree_map
from tapegrad._values import fresh


def differentiated(argnums: int | tuple[int, ...] | list[int] | None) -> int | tuple[int, ...] | None:
    """`argnums` as a transform holds it."""
    several = argnums if isinstance(argnums, (tuple, list)) else () if argnums is None else (argnums,)
    if any(isinstance(i, bool) or not isinstance(i, int) for i in several):  # pyright: ignore[reportUnnecessaryIsInstance]  # users without a checker
        raise TypeError(f"argnums is a position or a tuple of positions, not {argnums!r}.")
    if any(i < 0 for i in several) or len(set(several)) < len(several) or argnums in ((), []):
        raise ValueError(f"argnums names positions, counted from 0, each once; it is {argnums!r}.")
    return tuple(argnums) if isinstance(argnums, list) else argnums


def positions_of(argnums: int | tuple[int, ...] | None, args: Sequence[Any], caller: object) -> Sequence[int]:
    """The positional arguments to differentiate."""
    positions = range(len(args)) if argnums is None else (argnums,) if isinstance(argnums, int) else argnums
    if not positions:
        raise TypeError(f"{caller} was called without a positional argument: there is nothing to differentiate in.")
    if max(positions) >= len(args):
        raise TypeError(
            f"{caller} was called with {len(args)} positional arguments, so that number {max(positions)} is "
            "missing. Pass it by position."
        )
    return positions


@attrs.define
class Recording:
    """The differentiated arguments of one run of a function, on a tape of its own."""

    tape: Recorder
    leaves: list[Any]
    """The leaves of all the arguments, as they were given."""
    nodes: list[Node]
    """The Node of each."""
    structures: list[tuple[int, Any]]
    """For each argument, how many of the leaves are its own, and their structure."""

    def watch(self, argument: Any, word: str, f: Callable[..., Any], position: int) -> Any:
        """An argument with Variables for its leaves."""
        leaves, structure, values = opened(argument, word, f, position)
        variables = [self.tape.watch(value) for value in values]
        self.leaves += leaves
        self.nodes += [variable.node for variable in variables]
        self.structures.append((len(leaves), structure))
        return rebuilt(structure, variables)

    def gradients(self, seeds: list[tuple[Node, Value]]) -> list[Any]:
        """The gradient in each argument: fresh, and zero where the output does not depend on it. Empties `seeds`."""
        found = sweep(seeds)
        parts = iter(
            [
                restored(found[node] if node in found else node.spec.zeros(), leaf)
                for node, leaf in zip(self.nodes, self.leaves, strict=True)
            ]
        )
        return [rebuilt(structure, list(islice(parts, count))) for count, structure in self.structures]

    def node(self, leaf: object) -> Node | None:
        """The Node of a Variable on this tape; None of anything else."""
        return leaf.node if isinstance(leaf, Recorded) and leaf.level is self.tape else None

    def plain(self, tree: Any) -> Any:
        """`tree` with fresh values in place of this tape's Variables."""
        return tree_map(
            lambda leaf: still_open(leaf, "the function") if self.node(leaf) is None else fresh(leaf.primal), tree
        )


def record(
    word: str, f: Callable[..., Any], args: Sequence[Any], keywords: dict[str, Any], positions: Sequence[int]
) -> tuple[Recording, Any]:
    """Run `f` with the arguments at `positions` on a tape. Returns what it returned too."""
    run = Recording(Recorder(), [], [], [])
    replaced = list(args)
    for position in positions:
        replaced[position] = run.watch(args[position], word, f, position)
    try:
        return run, f(*replaced, **keywords)
    finally:
        run.tape.seal()
