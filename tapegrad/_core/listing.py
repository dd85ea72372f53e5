"""A tape as a table that a person can read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tapegrad._core.node import Node

HEADER = ("name", "generation", "primitive", "parents", "shape", "dtype")


def node_names(nodes: Iterable[Node]) -> dict[Node, str]:
    """A name for each node: its own, or its number."""
    names: dict[Node, str] = {}
    taken: set[str] = set()
    for i, node in enumerate(nodes):
        name = node.name if node.name and node.name not in taken else f"{node.name}%{i}"
        names[node] = name
        taken.add(name)
    return names


def table(nodes: Sequence[Node]) -> str:
    """One line for each node, in aligned columns."""
    names = node_names(nodes)
    return aligned([HEADER, *(_row(node, names) for node in nodes)])


def _row(node: Node, names: dict[Node, str]) -> tuple[str, ...]:
    several = isinstance(node.spec, tuple)
    specs = node.spec if several else (node.spec,)
    shapes, dtypes = (" ".join(map(str, column)) for column in ([s.shape for s in specs], [s.dtype for s in specs]))
    parents = ", ".join(names[parent] for parent in node.parents if parent is not None)
    return names[node], str(node.generation), node.primitive.name, parents, shapes, dtypes


def aligned(rows: Sequence[Sequence[str]]) -> str:
    """Rows of text in columns, each as wide as its longest cell."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )
