"""Recording a whole computation: the level whose Variables stand for any value of their shape and dtype."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextvars import ContextVar
from operator import attrgetter, methodcaller
from typing import Any, ClassVar, NoReturn

import attrs
import numpy as np

from tapegrad._config import CONFIG, alive, next_rank, paused
from tapegrad._core.door import apply
from tapegrad._core.primitive import Primitive
from tapegrad._core.refusals import CHOICES, NUMPYS, REMEDIES, TRUTH, in_library
from tapegrad._core.variable import Variable, ended, is_variable, looks_like_an_array
from tapegrad._place import user_line
from tapegrad._program.constants import constant
from tapegrad._program.examples import Examples, specimen_of
from tapegrad._program.program import Atom, Equation, Var
from tapegrad._program.ruled import Ruled, Tie
from tapegrad._program.specimen import Outcome, outcome
from tapegrad._program.structured import Structured
from tapegrad._rules.casting import boxed
from tapegrad._rules.kinds import PRIMITIVES, stopped
from tapegrad._rules.operators import PYTHONS
from tapegrad._spec import SEVERAL, Spec, generic, ndarray, type_of
from tapegrad._tree import placed
from tapegrad.errors import ConcretizationError, DomainError
from tapegrad.typing import override

STOP, POSITIVE, OR = PRIMITIVES["stop_gradient"], PRIMITIVES["positive"], PRIMITIVES["logical_or"]
PYTHONS_NUMBERS = frozenset({bool, int, float, complex})
SHOWN = "Traced("
"""How a recorded value begins as text."""


@attrs.define(eq=False, init=False, repr=False, weakref_slot=False)
class TracedDraft(Variable[Any]):  # type: ignore[override]  # of __attrs_init__, which nobody calls
    """A Traced while it is being filled."""

    level: Tracing
    symbol: Var


@attrs.frozen(eq=False, init=False, repr=False, weakref_slot=False)  # pyright: ignore[reportGeneralTypeIssues]  # as Node
class Traced(TracedDraft):  # type: ignore[override]  # as above
    """A Variable that stands for whatever value the Program will have there; its primal is a specimen of it."""

    __class__ = looks_like_an_array  # pyright: ignore[reportIncompatibleMethodOverride]  # what isinstance sees
    state: ClassVar[str] = "recorded"
    abstract: ClassVar[bool] = True

    @property
    @override
    def shape(self) -> tuple[int, ...]:
        shape: tuple[int, ...] = np.shape(self.primal)
        return shape

    @property
    @override
    def dtype(self) -> np.dtype[Any]:
        dtype: np.dtype[Any] = self.primal.dtype if isinstance(self.primal, ndarray) else np.result_type(self.primal)
        return dtype  # not that of a result: the order of bytes may be another

    @property
    @override
    def value(self) -> NoReturn:
        raise ConcretizationError(
            f"x.value at {user_line()}: while a Program is recorded, x stands for any value. For a constant of the "
            "derivative, write stop_gradient(x)."
        )

    @override
    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **keywords: Any) -> Any:
        """A function of NumPy's makes NumPy's number of Python's alone, where the operator makes one of Python's."""
        if method == "__call__" and all(is_weak(x) or is_ambiguous(x) for x in inputs):
            inputs = tuple(map(strong, inputs))
        return super().__array_ufunc__(ufunc, method, *inputs, **keywords)

    @override
    def __array_function__(
        self, func: Callable[..., Any], types: Iterable[type], args: tuple[Any, ...], keywords: dict[str, Any], /
    ) -> Any:
        if func is np.result_type:
            _agreed("result_type", [func(*map(_as_pythons, args))], [func(*map(_as_numpys, args))])
        return super().__array_function__(func, types, args, keywords)

    @override
    def __pos__(self) -> Any:
        """A number of Python's is its own, but for a truth value."""
        if not is_weak(self):
            return np.positive(self)
        return self + 0 if self.dtype.kind == "b" else self

    def numpys(self) -> Any:
        """NumPy's number, where this is one of Python's."""
        return strong(self)

    def boxed(self, value: Any) -> Any:
        """A gradient in this: an array, if this is one, also with no axes."""
        return boxed(value) if type(self.primal) is ndarray and not self.primal.ndim else value

    @override
    def seen(self) -> Any:
        return self.level.examples.value(self.symbol)

    @override
    def known(self) -> NoReturn:
        raise self.lost("to decide how the computation goes on", "")

    @override
    def __str__(self) -> str:
        return repr(self)

    @override
    def __format__(self, spec: str, /) -> str:
        return repr(self)

    @override
    def lost(self, what: str, remedy: str) -> ConcretizationError:
        self.level.refusal = ConcretizationError(
            in_library(self.state, "turns its arguments into plain arrays, which no recorded value can become")
            or f"While a Program was recorded, a value that stands for any value was {what} at {user_line()}. "
            f"{REMEDIES.get(what, NUMPYS)} What the program's course depends on (sizes, axes, counts, flags) is passed "
            "as a static argument: compile(f, static_argnums=...)."
        )
        return self.level.refusal

    @override
    def __bool__(self) -> NoReturn:
        raise ConcretizationError(
            f"{TRUTH} need to know a truth value at {user_line()}, but while a Program is recorded it may be either. "
            f"{CHOICES}; for a choice between computations, cond(condition, f, g, x); for a loop, while_loop; for a "
            "choice that is known beforehand, a static argument."
        )

    @override
    def __repr__(self) -> str:
        return f"{SHOWN}{self.dtype}{list(self.shape)})"

    def __round__(self, ndigits: int | None = None) -> NoReturn:
        raise self.lost("to become a rounded Python number", "")


def is_weak(value: Any) -> bool:
    """Whether `value` is a number of Python's, or stands for one."""
    return value.symbol in value.level.weak if isinstance(value, Traced) else type_of(value) in PYTHONS_NUMBERS


def strong(value: Any) -> Any:
    """NumPy's number, where `value` stands for one of Python's, or may do so."""
    if not isinstance(value, Traced) or not (is_weak(value) or is_ambiguous(value)):
        return value
    primitive, others = (OR, (False,)) if value.dtype.kind == "b" else (POSITIVE, ())
    return value.level.interpret(primitive, (value, *others))


def is_ambiguous(value: Any) -> bool:
    """Whether `value` stands for a number that is Python's in some runs of the Program, and NumPy's in others."""
    value = _innermost(value)
    return isinstance(value, Traced) and value.symbol in value.level.ambiguous


def doubt(values: Sequence[Any], places: Iterable[int]) -> None:
    """Note that the numbers at these places are ambiguous; those of a batch are NumPy's."""
    for value in (_innermost(values[i]) for i in places):
        if isinstance(value, Traced) and not value.shape:
            value.level.ambiguous.add(value.symbol)


def _as_numpys(value: Any) -> Any:
    """A specimen of what `value` stands for, or itself."""
    inner = _innermost(value)
    return inner.primal if isinstance(inner, Traced) else value


def _as_pythons(value: Any) -> Any:
    """The same, Python's number where `value` is ambiguous."""
    found = _as_numpys(value)
    return found.item() if is_ambiguous(value) else found


def _leaves_reals(primitive: Primitive, args: Sequence[Any]) -> bool:
    """Whether Python's power may be complex, where NumPy's is nan."""
    exponent = args[1] if primitive.name in ("power", "general_power") else 1
    return not (type(exponent) in (int, float) and float(exponent).is_integer())


def _agreed(name: str, pythons: Sequence[Any], numpys: Sequence[Any]) -> None:
    """`TypeError` where results differ in dtype, as an ambiguous number is Python's or NumPy's."""
    for dtypes in zip(map(np.result_type, pythons), map(np.result_type, numpys), strict=True):
        if dtypes[0] != dtypes[1]:
            raise TypeError(
                f"{name} at {user_line()} would give {dtypes[0]} or {dtypes[1]}, as it meets a number that is "
                "sometimes Python's, which has no dtype beside an array, and sometimes NumPy's: a carry that a step of "
                "the loop, or a result that one branch of cond, makes NumPy's. A Program has one dtype for all runs. "
                "Begin with NumPy's number, and give it in both branches: np.float32(0) or np.float64(0)."
            )


def _innermost(value: Any) -> Any:
    """What a Variable of other levels stands for in the Program."""
    while is_variable(value) and not isinstance(value, Traced):
        value = value.primal
    return value


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
        inner = list(map(_as_pythons, args))
        alone = all(map(is_weak, inner[: primitive.width(args)]))
        found = outcome(PYTHONS.get(primitive, primitive) if alone else primitive, inner)
        if found is None:
            return []
        _agreed(primitive.name, [1j] if alone and _leaves_reals(primitive, args) else found.results, made.results)
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
