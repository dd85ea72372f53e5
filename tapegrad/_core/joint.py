"""One Node for a whole piece of a computation: several inputs, several outputs, one pullback for all of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from tapegrad._core.node import Node
from tapegrad._core.primitive import Primitive, Same
from tapegrad._core.recorder import PICK, Recorder, no_rule
from tapegrad._core.variable import Variable
from tapegrad._spec import Value, spec_of

JointPull: TypeAlias = Callable[[tuple[Value, ...]], tuple[Value | None, ...]]
"""(cotangents of all outputs) -> cotangents of all inputs, each of its input's shape; None is zero."""


def _part(cts: tuple[Value, ...], i: int, spec: Any) -> Value:
    return cts[i]


def _pulled(cts: tuple[Value, ...], pull: JointPull, specs: Any) -> tuple[Value | None, ...]:
    return pull(cts)


BUNDLE = Primitive("inputs", no_rule, -1, Same(None), Same(_part), Same(False), no_rule, no_rule)
"""Several values as one: the reverse of `PICK`."""


def record_jointly(
    level: Recorder, name: str, inputs: Sequence[Node], outs: Sequence[Value], pull: JointPull
) -> list[Any]:
    """Variables on `level` for the floating and complex values `outs`, which depend on `inputs` by `pull`.

    The Nodes are: one that takes the inputs together, one for the piece, one for each output.
    """
    specs = tuple([spec_of(out) for out in outs])
    if any(isinstance(out, Variable) for out in outs):
        level.plain = False
    generation = 1 + max(node.generation for node in inputs)
    bundle = level.record(
        BUNDLE,
        tuple(inputs),
        generation,
        tuple(range(len(inputs))),
        None,
        tuple([node.spec for node in inputs]),
    ).node
    piece = Primitive(name, no_rule, 1, (None,), (_pulled,), (False,), no_rule, no_rule)
    whole = level.record(piece, (bundle,), generation + 1, (pull,), None, specs).node
    return [level.record(PICK, (whole,), generation + 2, (i,), out, specs[i]) for i, out in enumerate(outs)]
