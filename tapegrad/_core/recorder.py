"""The level that records: what `Tape` and the reverse transforms run on."""

from __future__ import annotations

from collections.abc import Iterable
import gc
from typing import Any

import attrs
import numpy as np

from tapegrad._config import CONFIG, Run, next_rank
from tapegrad._core.door import apply
from tapegrad._core.node import Node, NodeDraft
from tapegrad._core.primitive import Primitive
from tapegrad._core.variable import Variable, ended, looks_like_an_array
from tapegrad._place import user_line
from tapegrad._spec import Spec, Value, spec_of
from tapegrad.errors import SegmentError
from tapegrad.typing import override

MANY = 30_000
"""So many Nodes make a tape long."""
FROZEN_AT_START = gc.get_freeze_count()
"""What the interpreter itself told the garbage collector to pass over: Python 3.12 does."""


class Label(str):
    """The last parameter of a call that gives its Node a name."""

    __slots__ = ()


@attrs.define(eq=False, init=False, repr=False, weakref_slot=False)
class RecordedDraft(Variable[Any]):  # type: ignore[override]  # of __attrs_init__, which nobody calls
    """A Recorded while it is being filled."""

    level: Recorder
    node: Node


@attrs.frozen(eq=False, init=False, repr=False, weakref_slot=False)  # pyright: ignore[reportGeneralTypeIssues]  # as Node
class Recorded(RecordedDraft):  # type: ignore[override]  # as above
    """A Variable on a tape. Made as a draft and then frozen, as a `Node` is."""

    __class__ = looks_like_an_array  # pyright: ignore[reportIncompatibleMethodOverride]  # what isinstance sees

    @property
    @override
    def name(self) -> str:
        return self.node.name


@attrs.define(eq=False, repr=False)
class Recorder:
    """Records what is done to its Variables, as Nodes that refer to one another.

    With `keep`, `nodes` lists them in the order of recording. Without, a Node lives as long as something still refers
    to it: what does not lead to the output is freed on the way.
    """

    nodes: list[Node] | None = None
    rank: int = attrs.field(factory=next_rank, init=False)
    open: bool = attrs.field(default=True, init=False)
    plain: bool = attrs.field(default=True, init=False)
    """Open, and all values on it are NumPy's own: none belongs to a level further out."""
    count: int = attrs.field(default=0, init=False)
    """How many Nodes were recorded."""
    set_aside: int = attrs.field(default=0, init=False)
    """How many of them the garbage collector was told to pass over."""

    def seal(self) -> None:
        """Record no more."""
        self.open = self.plain = False
        if self.set_aside:
            gc.unfreeze()

    def _set_aside(self) -> None:
        """Let the cyclic garbage collector pass over what there is, until the tape is sealed.

        Nodes form no cycles; looking for some in all of them, again and again as their number grows, would take
        longer than to record them. Left alone where the program freezes objects itself.
        """
        if self.set_aside or gc.get_freeze_count() <= FROZEN_AT_START:
            gc.freeze()
            self.set_aside = self.count

    def watch(self, value: Value, name: str = "") -> Recorded:
        """A new leaf."""
        if isinstance(value, Variable):
            self.plain = False
        return self.record(WATCH, (), 0, (), value, spec_of(value), name)

    def record(
        self,
        primitive: Primitive,
        parents: tuple[Node | None, ...],
        generation: int,
        residuals: tuple[Any, ...],
        value: Value,
        spec: Any,
        name: str = "",
        listed: bool = True,
    ) -> Recorded:
        """A Node for one application, and the Variable that stands for its output. Only if `listed`, it is counted."""
        node: Any = NodeDraft()
        node.primitive = primitive
        node.parents = parents
        node.generation = generation
        node.residuals = residuals
        node.spec = spec
        node.name = name
        node.__class__ = Node
        if listed:
            if self.nodes is not None:
                self.nodes.append(node)
            self.count += 1
            if not self.count % MANY:
                self._set_aside()
        variable: Any = RecordedDraft()
        variable.primal = value
        variable.level = self
        variable.node = node
        variable.__class__ = Recorded
        recorded: Recorded = variable
        return recorded

    def interpret(self, primitive: Primitive, args: tuple[Any, ...], /) -> Any:
        """Apply `primitive` one level out, and record it where it depends on a Variable of this level."""
        config = CONFIG.get()
        if not self.open and not config.revives(self.rank):
            raise ended(primitive, args, self, "whose tape has ended")
        inner, width, pulls = list(args), primitive.width(args), primitive.pulls
        nodes: list[Node | None] = [None] * len(args)
        linked: list[Node | None] = [None] * width
        generation = 0
        for i, arg in enumerate(args):
            if type(arg) is Recorded and arg.level is self:
                inner[i] = arg.primal
                nodes[i] = node = arg.node
                if i >= width:
                    primitive.refuse_parameters(nodes, args)
                elif pulls[i] is not None:
                    linked[i] = node
                    generation = max(generation, node.generation + 1)
        result = apply(primitive, *primitive.operands(inner))
        if not generation or self.rank < config.paused_at:
            return result
        parents = tuple(linked)
        run = config.run and config.run_of(self.rank)
        if run:
            if run.records != self.rank:
                self.touch(run, parents)
                return self._unrecorded(primitive, result)
            parents = tuple([node and run.leaves.get(node, node) for node in parents])
            generation = 1 + max(node.generation for node in parents if node is not None)
        listed = run is None
        pool = primitive.pool(primitive.settled(inner, nodes, result), result)
        residuals = tuple(
            [gather and node and gather(pool) for node, gather in zip(parents, primitive.gathers, strict=False)]
        )
        if primitive.arity < 0:
            residuals = tuple(enumerate(residuals))
        if any(isinstance(arg, Variable) for arg in inner):
            self.plain = False
        if primitive.results == 1:
            name = args[-1] if type(args[-1]) is Label else ""
            return self.record(primitive, parents, generation, residuals, result, spec_of(result), name, listed)
        outs, saved = result[: primitive.outputs], result[primitive.outputs :]
        if primitive.outputs == 1:
            return self.record(primitive, parents, generation, residuals, outs[0], spec_of(outs[0]), "", listed), *saved
        specs = tuple([spec_of(out) for out in outs])
        whole = self.record(primitive, parents, generation, residuals, None, specs, "", listed).node
        picked = [
            self.record(PICK, (whole,), generation + 1, (i,), out, specs[i], "", listed) for i, out in enumerate(outs)
        ]
        return *picked, *saved

    def touch(self, run: Run, nodes: Iterable[Node | None]) -> None:
        """Note that the first run of a segment read these."""
        read = [node for node in nodes if node is not None and node.primitive is not INSIDE]
        if read:
            run.touched.setdefault(self, {}).update(dict.fromkeys(read))

    def inside(self, value: Value) -> Recorded:
        """A Variable for what the first run of a segment computes: nothing is kept of how."""
        return self.record(INSIDE, (ORIGIN,), 1, (None,), value, spec_of(value), "", False)

    def _unrecorded(self, primitive: Primitive, result: Any) -> Any:
        """The result of an operation in the first run of a segment."""
        if primitive.results == 1:
            return self.inside(result)
        outs, saved = result[: primitive.outputs], result[primitive.outputs :]
        return *(self.inside(out) for out in outs), *saved


def _pick(ct: Value, i: int, specs: tuple[Spec, ...]) -> tuple[Value | None, ...]:
    return tuple([ct if i == j else None for j in range(len(specs))])


def no_rule(*args: Any) -> Any:
    """Stands where a rule would, of what only a tape makes."""
    raise AssertionError("only a tape makes these nodes")


def not_kept() -> SegmentError:
    """The error for a gradient through what the first run of a segment computed."""
    return SegmentError(
        f"at {user_line()}: a value that was computed inside a checkpointed function was used outside of it, or a "
        "tape's gradient was asked for inside. Nothing is kept of what leads to it: return the value from the "
        "function, and take gradients outside of it."
    )


def _left(ct: Value, residual: None, spec: Spec) -> Value:
    raise not_kept()


WATCH = Primitive("watch", no_rule, 0, (), (), (), no_rule, no_rule)
"""Stands where a leaf's primitive would."""
PICK = Primitive("output", no_rule, 1, (None,), (_pick,), (False,), no_rule, no_rule)
"""Takes one output of an application that has several."""
INSIDE = Primitive("inside", no_rule, 1, (None,), (_left,), (False,), no_rule, no_rule)
"""Stands for all that the first run of a segment did."""
ORIGIN = Recorder().watch(np.float64(0.0)).node
"""What values inside of a segment's first run descend from."""
