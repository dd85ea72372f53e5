"""A compiled Program at any level: what a level makes of it is another Program, which is compiled in turn.

A tape records one Node for it. Its forward run gives the outputs and what the sweep will read, its pullback is a
Program of that and of the cotangents. Forward mode makes a Program of values and tangents, `vmap` one of a whole batch.
As these can be called at any level themselves, transforms nest as ever. Code is written for those that run on plain
values, when they first do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from threading import Lock
from typing import Any, Self, TypeAlias

import attrs

from tapegrad._config import CONFIG, paused
from tapegrad._core.door import open_level
from tapegrad._core.joint import record_jointly
from tapegrad._core.recorder import Recorder
from tapegrad._core.variable import Variable
from tapegrad._program.backends import Backend, code_of
from tapegrad._program.derived import Derived, for_batch, with_cotangents, with_tangents
from tapegrad._program.leveled import Leaves
from tapegrad._program.passes.pipeline import optimised
from tapegrad._program.program import Program
from tapegrad._program.splitting import Halves, narrowed, split
from tapegrad._program.tracing import calling
from tapegrad._spec import type_of
from tapegrad._transforms.batched import Batching
from tapegrad._transforms.forward import Forward
from tapegrad._tree import placed
from tapegrad._values import held
from tapegrad.errors import ConcretizationError

Made: TypeAlias = Callable[[Any, Leaves, Leaves], list[Any]]
"""(the level, the leaves, the same one level out) -> the outputs at the level."""
MOST = 64
"""So many other Programs are kept; the oldest goes first."""


@attrs.frozen(eq=False, slots=False)
class AnyLevel:
    """A Program to be called with values of any level."""

    program: Program
    """Its outputs are a list."""
    name: str
    """What tapes show."""
    backend: Backend
    fast_math: bool
    made: dict[Any, Made] = attrs.field(factory=dict[Any, "Made"], init=False)
    """What levels make of it."""
    lock: Any = attrs.field(factory=Lock, init=False)

    @cached_property
    def run(self) -> Callable[..., list[Any]]:
        """Its code, for plain values."""
        return code_of(self.program, self.backend).run

    def __call__(self, *leaves: Any) -> list[Any]:
        level = open_level(leaves, self.name)
        if level is None:
            return self.run(*leaves)
        inner, moved = list(leaves), list[int]()
        for i, leaf in enumerate(leaves):
            if isinstance(leaf, Variable) and leaf.level is level:
                inner[i] = leaf.primal
                moved.append(i)
        if isinstance(level, (Recorder, Forward)) and paused(level):
            return self(*inner)
        return self._made(type_of(level), inner, tuple(moved))(level, leaves, inner)

    def _made(self, kind: type[Any], inner: Leaves, moved: tuple[int, ...]) -> Made:
        """What a level of this kind makes of it, for arguments like `inner`, of which those at `moved` are its own."""
        config = CONFIG.get()
        if kind not in MAKERS or config.check_finite or (config.run is not None and config.run.kept is not None):
            return self._each  # the level, or what is configured, is about the operations themselves
        key = kind, moved, inner[moved[0]].shape[:1] if kind is Batching else ()
        return self.made.get(key) or self._make(key, inner)

    def _make(self, key: Any, inner: Leaves) -> Made:
        kind, moved, _ = key
        token = calling.set(self.backend == "numpy")
        try:
            made = MAKERS[kind](self, inner, moved) or self._each
        except ConcretizationError:  # of a rule that asks for values, or a `while_loop` in reverse
            made = self._each
        finally:
            calling.reset(token)
        with self.lock:
            self.made[key] = made
            while len(self.made) > MOST:
                del self.made[next(iter(self.made))]
        return made

    def _each(self, level: Any, leaves: Leaves, inner: Leaves) -> list[Any]:
        """The level applies each equation by itself."""
        return self.program.evaluate(leaves)

    def other(self, program: Program, name: str) -> AnyLevel:
        """Another Program, under the same options."""
        return AnyLevel(optimised(program, fast_math=self.fast_math), name, self.backend, self.fast_math)


@attrs.frozen(eq=False)
class Taped:
    """What a tape makes of it: a forward run and a pullback."""

    moved: Sequence[int]
    derived: Derived
    halves: Halves
    forward: AnyLevel
    """The arguments -> the outputs, and what else the pullback reads."""
    outputs: int
    """How many are outputs."""
    held: Sequence[int]
    """Which constants the pullback reads: the caller may write to them."""
    pullbacks: dict[tuple[bool, ...], tuple[AnyLevel, list[int]]] = attrs.field(factory=dict[Any, Any], init=False)
    """By which outputs have a cotangent: the pullback, and which of the `moved` it is about."""

    @classmethod
    def of(cls, whole: AnyLevel, inner: Leaves, moved: Sequence[int]) -> Self:
        known, early = len(inner), len(whole.program.outputs)
        derived = with_cotangents(whole.program, inner, moved)
        joint = optimised(derived.program, fast_math=whole.fast_math)
        halves = split(joint, known, early, derived.own)
        constants = [i for i in halves.kept if i < known and i not in moved]
        return cls(moved, derived, halves, whole.other(halves.before, whole.name), early, constants)

    def __call__(self, level: Recorder, leaves: Leaves, inner: Leaves) -> list[Any]:
        given, own = self.forward(*inner), self.derived.own
        outs = given[: self.outputs]
        if not own:
            return outs
        there = [*inner, *given]
        for i in self.held:
            there[i] = held(there[i])
        kept = [there[i] for i in self.halves.kept]
        nodes, smooth = [leaves[i].node for i in self.moved], [outs[i] for i in own]
        recorded = record_jointly(level, self.forward.name, nodes, smooth, lambda cts: self.pull(kept, cts), gaps=True)
        return placed(outs, own, recorded)

    def pull(self, kept: Leaves, cts: Sequence[Any]) -> tuple[Any, ...]:
        """The cotangents of the differentiated arguments, from those of its own outputs; None for zeros."""
        given = tuple([ct is not None for ct in cts])
        pullback, targets = self.pullbacks.get(given) or self._pullback(given)
        found = pullback(*kept, *(ct for ct in cts if ct is not None))
        if len(found) < len(self.moved):
            found = placed([None] * len(self.moved), targets, found)
        return tuple(found)

    def _pullback(self, given: tuple[bool, ...]) -> tuple[AnyLevel, list[int]]:
        derived, halves = self.derived, self.halves
        there = [derived.smooth.index(i) for i, flag in zip(derived.own, given, strict=True) if flag]
        program, live = narrowed(halves.after, len(halves.kept), there)
        pullback = self.forward.other(program, f"pull of {self.forward.name}")
        return self.pullbacks.setdefault(given, (pullback, [derived.sources[i] for i in live]))


@attrs.frozen(eq=False)
class Pushed:
    """What forward mode makes of it."""

    moved: Sequence[int]
    own: Sequence[int]
    forward: AnyLevel
    """The arguments, and tangents of those that are `moved` -> the outputs, and tangents of those that are `own`."""

    @classmethod
    def of(cls, whole: AnyLevel, inner: Leaves, moved: Sequence[int]) -> Self:
        derived = with_tangents(whole.program, inner, moved)
        return cls(moved, derived.own, whole.other(derived.program, f"push of {whole.name}"))

    def __call__(self, level: Forward, leaves: Leaves, inner: Leaves) -> list[Any]:
        given = self.forward(*inner, *(leaves[i].tangent for i in self.moved))
        outs = given[: len(given) - len(self.own)]
        tangents = given[len(outs) :]
        return placed(outs, self.own, [level.dual(outs[i], dx) for i, dx in zip(self.own, tangents, strict=True)])


@attrs.frozen(eq=False)
class Mapped:
    """What `vmap` makes of it, for batches of one size."""

    own: Sequence[int]
    batch: AnyLevel

    @classmethod
    def of(cls, whole: AnyLevel, inner: Leaves, moved: Sequence[int]) -> Self | None:
        derived = for_batch(whole.program, inner, moved)
        return None if derived is None else cls(derived.own, whole.other(derived.program, f"batch of {whole.name}"))

    def __call__(self, level: Batching, leaves: Leaves, inner: Leaves) -> list[Any]:
        outs = self.batch(*inner)
        return placed(outs, self.own, [level.batched(outs[i]) for i in self.own])


Maker: TypeAlias = Callable[[AnyLevel, Leaves, Sequence[int]], Made | None]
"""(a Program, arguments one level out, which of them are the level's) -> what it makes of the Program, if anything."""
MAKERS: Mapping[type[Any], Maker] = {Recorder: Taped.of, Forward: Pushed.of, Batching: Mapped.of}
"""Other levels, which find sparsity or check that a function is linear, apply each equation by itself."""
