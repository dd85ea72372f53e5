"""One Node for a whole piece of a computation: several inputs, several outputs, one pullback for all of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, TypeAlias

from tapegrad._config import CONFIG
from tapegrad._core.node import Node
from tapegrad._core.primitive import Primitive, Same
from tapegrad._core.recorder import PICK, Recorder, no_rule
from tapegrad._core.variable import Variable
from tapegrad._spec import Spec, Value, several, spec_of

JointPull: TypeAlias = Callable[[tuple[Value, ...]], tuple[Value | None, ...]]
"""(cotangents of all outputs) -> cotangents of all inputs, each of its input's shape; None is zero."""


def _part(cts: tuple[Value, ...], i: int, spec: Any) -> Value:
    return cts[i]


def _pulled(ct: Value, pull: JointPull, spec: Any) -> Value:
    """Of one output or of several at once, to one input or to several at once."""
    found = pull(ct if type(ct) is several else (ct,))
    if type(spec) is several:
        return found
    return spec.zeros() if found[0] is None else found[0]


BUNDLE = Primitive("inputs", no_rule, -1, Same(None), Same(_part), Same(False), no_rule, no_rule)
"""Several values as one: the reverse of `PICK`."""


@lru_cache(1_000)
def _piece(name: str) -> Primitive:
    return Primitive(name, no_rule, 1, (None,), (_pulled,), (False,), no_rule, no_rule)


class Separate(tuple[Spec, ...]):
    """The Specs of outputs of which some may have no cotangent: None, in place of zeros."""


def record_jointly(
    level: Recorder, name: str, inputs: Sequence[Node], outs: Sequence[Value], pull: JointPull, gaps: bool = False
) -> list[Any]:
    """Variables on `level` for the floating and complex values `outs`, which depend on `inputs` by `pull`.

    Where nothing depends on one of several outputs, its cotangent is zeros, or with `gaps`, None.

    The Nodes are: one that takes several inputs together, one for the piece, one for each of several outputs. In the
    first run of a segment there are none, as there are of no operation.
    """
    run = CONFIG.get().run_of(level.rank)
    if run and run.records != level.rank:
        level.touch(run, inputs)
        return [level.inside(out) for out in outs]
    parents = tuple([run.leaves.get(node, node) for node in inputs] if run else inputs)
    listed = run is None
    if any(isinstance(out, Variable) for out in outs):
        level.plain = False
    generation = 1 + max([node.generation for node in parents])
    if len(parents) > 1:
        positions, spread = tuple(range(len(parents))), tuple([node.spec for node in parents])
        bundle = level.record(BUNDLE, parents, generation, positions, None, spread, "", listed).node
        parents, generation = (bundle,), generation + 1
    piece = _piece(name)
    if len(outs) == 1:
        return [level.record(piece, parents, generation, (pull,), outs[0], spec_of(outs[0]), "", listed)]
    specs = (Separate if gaps else tuple)([spec_of(out) for out in outs])
    whole = level.record(piece, parents, generation, (pull,), None, specs, "", listed).node
    return [level.record(PICK, (whole,), generation + 1, (i,), out, specs[i], "", listed) for i, out in enumerate(outs)]
