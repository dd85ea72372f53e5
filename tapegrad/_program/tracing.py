"""Recording a whole computation: the level whose Variables stand for any value of their shape and dtype."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextvars import ContextVar
from operator import attrgetter, methodcaller
from typing import Any

import attrs
import numpy as np

from tapegrad._config import CONFIG, alive, next_rank, paused
from tapegrad._core.door import apply
from tapegrad._core.primitive import Primitive
from tapegrad._core.variable import ended, is_variable
from tapegrad._place import user_line
from tapegrad._program.constants import constant
from tapegrad._program.examples import Examples, specimen_of
from tapegrad._program.program import Atom, Equation, Var
from tapegrad._program.ruled import Ruled, Tie
from tapegrad._program.specimen import Outcome, outcome
from tapegrad._program.structured import Structured
from tapegrad._program.traced import Traced, TracedDraft, agreed, as_pythons, doubt, is_ambiguous, is_weak, strong
from tapegrad._rules.kinds import PRIMITIVES, stopped
from tapegrad._rules.operators import PYTHONS
from tapegrad._spec import SEVERAL, Spec, generic
from tapegrad._tree import placed
from tapegrad._values import refuse_strange
from tapegrad.errors import ConcretizationError, DomainError

STOP = PRIMITIVES["stop_gradient"]
recording: ContextVar[bool] = ContextVar("tapegrad.recording", default=False)
"""Whether a Program is being recorded."""
calling: ContextVar[bool] = ContextVar("tapegrad.calling", default=True)
"""Whether the steps of loops will be calls of NumPy, which cost more than what they compute on a few numbers."""

TAKE_NUMBERS = (np.ufunc, type(len), attrgetter, methodcaller)
"""Computations that take Python's numbers."""
WEAK_TOO = frozenset({"where", "clip"})
"""Primitives of our own in which a Python number has no dtype of its own, as in NumPy's functions."""


def _takes_numbers(primitive: Primitive) -> bool:
    """Whether Python's numbers reach the computation as such: what has Programs inside was recorded with them."""
    return (
        isinstance(primitive, Structured) or isinstance(primitive.compute, TAKE_NUMBERS) or primitive.name in WEAK_TOO
    )


OF_UNKNOWN_SIZE = frozenset({"nonzero", "unique", "intersect1d", "roots"})
"""Primitives that give as many results as the values of their arguments say."""


def _leaves_reals(primitive: Primitive, args: Sequence[Any]) -> bool:
    """Whether Python's power may be complex, where NumPy's is nan."""
    exponent = args[1] if primitive.name in ("power", "general_power") else 1
    return not (type(exponent) in (int, float) and float(exponent).is_integer())


@attrs.define(eq=False)
class Tracing:
    """Records every application of a primitive to its Variables, with or without a derivative."""

    captures: bool = False
    """Whether Variables of levels further out become inputs; else they are refused."""
    rank: int = attrs.field(factory=next_rank, init=False)
    open: bool = attrs.field(default=True, init=False)
    equations: list[Equation] = attrs.field(factory=list[Equation], init=False)
    specs: list[Spec] = attrs.field(factory=list[Spec], init=False)
    weak: set[Var] = attrs.field(factory=set[Var], init=False)
    ambiguous: set[Var] = attrs.field(factory=set[Var], init=False)
    """The numbers that are NumPy's here, where eagerly they are Python's in some runs: one branch gives them so."""
    captured: dict[int, tuple[Any, Traced]] = attrs.field(factory=dict[int, "tuple[Any, Traced]"], init=False)
    """By identity, the Variables from outside, and what stands for them."""
    examples: Examples = attrs.field(factory=Examples, init=False)
    refusal: ConcretizationError | None = attrs.field(default=None, init=False)
    """The last error that asked for a value."""
    failure: ConcretizationError | None = attrs.field(default=None, init=False)
    """What to raise if the function goes on after an operation has failed, as only the values of this call make it."""

    def input(self, leaf: Any, ambiguous: bool = False) -> Traced:
        """A new Variable for an input of the Program, which in this call is `leaf`."""
        traced = self.traced(specimen_of(leaf))
        self.examples.values[traced.symbol] = leaf
        if ambiguous or is_ambiguous(leaf):
            self.ambiguous.add(traced.symbol)
        return traced

    def traced(self, value: Any) -> Traced:
        """A new Variable; `value` is its specimen."""
        traced: Any = TracedDraft()
        traced.primal = value
        traced.level = self
        traced.symbol = Var(len(self.specs))
        traced.__class__ = Traced
        if isinstance(value, (bool, int, float, complex)) and not isinstance(value, generic):
            self.weak.add(traced.symbol)
        self.specs.append(Spec(traced.shape, traced.dtype))
        made: Traced = traced
        return made

    def standing(self, value: Any) -> Any:
        """What stands here for a Variable from further out; any other value as it is."""
        if not self.captures or not is_variable(value) or self.owns(value):
            return value
        if id(value) not in self.captured:
            self.captured[id(value)] = value, self.input(value)
        return self.captured[id(value)][1]

    def owns(self, value: object) -> bool:
        """Whether `value` is a Variable of this level."""
        return isinstance(value, Traced) and value.level is self

    def atom(self, value: Any) -> Atom:
        """What stands for `value` in an equation."""
        if isinstance(value, Traced) and value.level is self:
            return value.symbol
        return constant(np.array(value) if isinstance(value, SEVERAL) else value)

    def constants(self, leaves: Sequence[Any]) -> list[Any]:
        """The same values, through which no level further out sees a derivative."""
        return [stopped(leaf) if self.owns(leaf) else leaf for leaf in leaves]

    def tied(
        self, name: str, outs: Sequence[Any], again: Callable[[Sequence[Any]], Sequence[Any]], leaves: Sequence[Any]
    ) -> list[Any]:
        """`outs`, computed from the constants of `leaves`, with the derivative that `again(leaves)` has further out."""
        places = [i for i, out in enumerate(outs) if self.owns(out)]
        if not places:
            return list(outs)
        values = [outs[i] for i in places]
        specs = tuple([Spec(value.shape, value.dtype) for value in values])
        tie = Tie(name, again, tuple(places), specs, tuple(map(is_weak, values)))
        return placed(outs, places, Ruled.made_of(tie).applied([*values, *leaves]))

    def interpret(self, primitive: Primitive, args: tuple[Any, ...], /) -> Any:
        """Apply `primitive` to the examples, and record it."""
        if not alive(self):
            raise ended(primitive, args, self, "whose Program is recorded")
        refuse_strange(args)
        if self.captures:
            args = tuple([self.standing(arg) for arg in args])
        if primitive in PYTHONS and all(map(is_weak, args)):
            primitive = PYTHONS[primitive]
        if primitive is not STOP:
            if paused(self):
                args = tuple(self.constants(args))
            if not _takes_numbers(primitive):
                args = tuple([strong(arg) for arg in args])
        mine = [self.owns(arg) for arg in args]
        width = primitive.width(args)
        if any(mine[width:]):
            raise ConcretizationError(
                f"{primitive.name} at {user_line()} was given a value that is not known while a Program is recorded, "
                "for a parameter that shapes the computation. Pass it to the function as a static argument."
            )
        if primitive.name in OF_UNKNOWN_SIZE or (
            primitive.name == "gather" and any(self.owns(arg) and arg.dtype.kind == "b" for arg in args[1:])
        ):
            raise ConcretizationError(
                f"{primitive.name} at {user_line()} gives as many results as its argument's values say (a mask as an "
                "index, np.nonzero, np.unique), which a Program cannot know. Use np.where(mask, x, other), "
                "np.where(mask, v, x) for at(x)[mask].set(v), or sums weighted by the mask."
            )
        made, values = self._outcome(primitive, args, mine)
        outs = tuple([self.traced(out) for out in made.results])
        if self.ambiguous and not self.ambiguous.isdisjoint([arg.symbol for arg in args if self.owns(arg)]):
            doubt(outs, self._doubtful(primitive, args, made))
        eq = Equation(
            primitive,
            tuple([self.atom(arg) for arg in args[:width]]),
            tuple([constant(arg) for arg in args[width:]]),
            tuple([out.symbol for out in outs]),
            made.aliases,
        )
        self.equations.append(eq)
        for symbol in eq.outputs:
            self.examples.makers[symbol] = eq
        self.examples.values.update(zip(eq.outputs, values, strict=False))
        return outs[0] if primitive.results == 1 else outs

    def _doubtful(self, primitive: Primitive, args: Sequence[Any], made: Outcome) -> list[int]:
        """Which results are Python's where the ambiguous numbers are. `TypeError` where a dtype depends on that."""
        if primitive is STOP:
            return [0]
        if isinstance(primitive, Structured) or not _takes_numbers(primitive):
            return []
        inner = list(map(as_pythons, args))
        alone = all(map(is_weak, inner[: primitive.width(args)]))
        found = outcome(PYTHONS.get(primitive, primitive) if alone else primitive, inner)
        if found is None:
            return []
        agreed(primitive.name, [1j] if alone and _leaves_reals(primitive, args) else found.results, made.results)
        return [i for i, one in enumerate(found.results) if is_weak(one)]

    def _outcome(
        self, primitive: Primitive, args: Sequence[Any], mine: Sequence[bool]
    ) -> tuple[Outcome, Sequence[Any]]:
        """What a primitive makes, and the values, where they had to be computed."""
        inner = [arg.primal if own else arg for arg, own in zip(args, mine, strict=True)]
        if any(map(is_variable, inner)):
            raise DomainError(
                f"While a Program was recorded, an operation at {user_line()} met a value that is differentiated or "
                "batched outside of it, and was not passed to the function as an argument. Pass it as one."
            )
        if isinstance(primitive, Structured):
            return primitive.outcome(), ()
        found = None if CONFIG.get().check_finite else outcome(primitive, inner)
        if found is not None:
            return found, ()
        values = [arg.seen() if own else arg for arg, own in zip(args, mine, strict=True)]
        try:
            results = apply(primitive, *values)
        except np.linalg.LinAlgError as error:
            self.failure = ConcretizationError(
                f"{primitive.name} at {user_line()} failed ({error}) while a Program was recorded, and was caught: the "
                "Program would go the same way whether it fails or not. Find out before what makes it succeed, and "
                "pass that as an argument; or compare values, and choose by np.where or cond."
            )
            raise
        results = (results,) if primitive.results == 1 else results
        return Outcome.of(results, values), results
