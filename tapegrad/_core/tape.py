"""The explicit tape: a context manager that records, and gives gradients of what it recorded."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Self

import numpy as np

from tapegrad._core.listing import table
from tapegrad._core.node import Node
from tapegrad._core.recorder import INSIDE, Recorded, Recorder, not_kept
from tapegrad._core.sweep import sweep
from tapegrad._core.variable import Variable
from tapegrad._leaves import admit, direction
from tapegrad._place import user_line
from tapegrad._spec import Value, generic
from tapegrad._tree import flatten, paths, unflatten
from tapegrad._values import fresh
from tapegrad.errors import DomainError, SealedTapeError
from tapegrad.typing import T, override


class Tape:
    """Records what is done to the values it watches, between `__enter__` and `__exit__`. After that it is sealed.

    >>> import numpy as np
    >>> from tapegrad import Tape
    >>> with Tape() as tape:
    ...     x = tape.watch(np.array(2.0), name="x")
    ...     y = x**2 * 3.0
    >>> tape.gradient(y, x)
    array(12.)
    >>> print(tape)
    name  generation  primitive  parents  shape  dtype
    x     0           watch               ()     float64
    %1    1           power      x        ()     float64
    %2    2           multiply   %1       ()     float64
    """

    __slots__ = ("_boxed", "_recorder", "_sealed")

    def __init__(self) -> None:
        self._recorder: Recorder | None = None
        self._sealed: list[Node] = []  # the Nodes, once the tape has ended
        self._boxed: set[Node] = set()  # leaves that came as arrays with no axes: so do their gradients

    def __enter__(self) -> Self:
        if self._recorder is not None:
            raise SealedTapeError(
                f"a tape records once, and this one was used at {user_line()} again: make a new Tape()."
            )
        self._recorder = Recorder(nodes=[])
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        recorder = self._entered()
        recorder.seal()
        self._sealed = recorder.nodes or []
        recorder.nodes = None  # the Node of a segment refers to the Recorder: there must be no cycle

    def watch(self, x: T, /, name: str = "") -> T:
        """A Variable for a number or an array, or a tree of Variables for a tree: operations on them are recorded.

        To type checkers it is what `x` is; see `Variable` for what it can do. Several leaves are named `name` and
        their place in the tree.

        Raises:
            SealedTapeError: outside of the `with` block.
            TypeError: for a leaf that is no floating or complex number or array.
        """
        recorder = self._entered()
        if not recorder.open:
            raise SealedTapeError(f"tape.watch at {user_line()}: this tape has ended. Watch inside its `with` block.")
        leaves, structure = flatten(x)
        labels = [f"{name}{path}" for path in paths(structure)] if name else [""] * len(leaves)
        variables: list[Recorded] = []
        for leaf, label in zip(leaves, labels, strict=True):
            try:
                variable = recorder.watch(admit(leaf), label)
            except DomainError as error:
                raise DomainError(f"tape.watch at {user_line()}: {label or 'the value'} {error}") from None
            if type(leaf) is np.ndarray and not leaf.ndim:
                self._boxed.add(variable.node)
            variables.append(variable)
        return unflatten(structure, variables)

    def gradient(self, target: Any, sources: T, /, *, seed: Any = None) -> T:
        """The gradient of `target` in each Variable of `sources`, as a tree of the same structure.

        Sources may be watched values or anything computed on the way; a source that the target does not depend on has a
        zero gradient. Call it as often as you like: nothing is used up, and the arrays are fresh each time.

        Args:
            target: a Variable of this tape.
            sources: a Variable of this tape, or a tuple, list, dict, ... of them.
            seed: the cotangent of `target`, of its shape; by default ones, so that a target that is not a number
                is summed.

        Raises:
            TypeError: if the target or a source is not a Variable of this tape.
            SegmentError: if it was computed inside a checkpointed function, and not returned from there.
        """
        self._entered()
        node = self._node(target, "the target")
        leaves, structure = flatten(sources)
        nodes = [self._node(leaf, f"the source{path}") for leaf, path in zip(leaves, paths(structure), strict=True)]
        start = node.spec.ones() if seed is None else direction(seed, node.spec, "tape.gradient: the seed")
        found = sweep([(node, start)], frozenset(nodes))
        return unflatten(structure, [self._handed_out(source, found.get(source)) for source in nodes])

    @property
    def nodes(self) -> tuple[Node, ...]:
        """What has been recorded: one Node for each application of a primitive, generation by generation."""
        recording = self._recorder.nodes if self._recorder else None
        return tuple(sorted(recording or self._sealed, key=lambda node: node.generation))

    @override
    def __str__(self) -> str:
        return table(self.nodes)

    @override
    def __repr__(self) -> str:
        state = "not yet entered" if self._recorder is None else "open" if self._recorder.open else "sealed"
        return f"<Tape: {len(self.nodes)} nodes, {state}>"

    def _entered(self) -> Recorder:
        if self._recorder is None:
            raise SealedTapeError(f"at {user_line()}: this tape has not begun. Use it as `with Tape() as tape:`.")
        return self._recorder

    def _node(self, x: object, what: str) -> Node:
        if isinstance(x, Recorded) and x.level is self._recorder:
            if x.node.primitive is INSIDE:
                raise not_kept()
            return x.node
        if isinstance(x, Variable):
            raise DomainError(f"tape.gradient at {user_line()}: {what} is a Variable of another tape.")
        raise DomainError(
            f"tape.gradient at {user_line()}: {what} is {x!r}, not a Variable of this tape. Start from "
            f"tape.watch(...), and compute "
            "inside the `with` block."
        )

    def _handed_out(self, node: Node, ct: Value | None) -> Any:
        gradient = node.spec.zeros() if ct is None else fresh(ct)
        return np.array(gradient) if node in self._boxed and issubclass(type(gradient), generic) else gradient
