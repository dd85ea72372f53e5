"""One Node for a whole piece of a computation: several inputs, several outputs, one pullback for all of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from tapegrad._config import CONFIG
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

    The Nodes are: one that takes the inputs together, one for the piece, one for each output. In the first run of a
    segment there are none, as there are of no operation.
    """
    run = CONFIG.get().run_of(level.rank)
    if run and run.records != level.rank:
        level.touch(run, inputs)
        return [level.inside(out) for out in outs]
    parents = tuple([run.leaves.get(node, node) for node in inputs] if run else inputs)
    listed = run is None
    if any(isinstance(out, Variable) for out in outs):
        level.plain = False
    specs = tuple([spec_of(out) for out in outs])
    generation = 1 + max(node.generation for node in parents)
    positions = tuple(range(len(parents)))
    spread = tuple([node.spec for node in parents])
    bundle = level.record(BUNDLE, parents, generation, positions, None, spread, "", listed).node
    piece = Primitive(name, no_rule, 1, (None,), (_pulled,), (False,), no_rule, no_rule)
    whole = level.record(piece, (bundle,), generation + 1, (pull,), None, specs, "", listed).node
    return [level.record(PICK, (whole,), generation + 2, (i,), out, specs[i], "", listed) for i, out in enumerate(outs)]
