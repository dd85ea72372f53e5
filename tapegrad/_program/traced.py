"""Recorded values: Variables that stand for any value of their shape and dtype; and which are numbers of Python's."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, ClassVar, NoReturn

import attrs
import numpy as np

from tapegrad._core.refusals import CHOICES, NUMPYS, REMEDIES, TRUTH, in_library
from tapegrad._core.variable import Variable, is_variable, looks_like_an_array
from tapegrad._place import user_line
from tapegrad._program.program import Var
from tapegrad._rules.casting import boxed
from tapegrad._rules.kinds import PRIMITIVES
from tapegrad._spec import ndarray, type_of
from tapegrad.errors import ConcretizationError
from tapegrad.typing import override

POSITIVE, OR = PRIMITIVES["positive"], PRIMITIVES["logical_or"]
PYTHONS_NUMBERS = frozenset({bool, int, float, complex})
SHOWN = "Traced("
"""How a recorded value begins as text."""


@attrs.define(eq=False, init=False, repr=False, weakref_slot=False)
class TracedDraft(Variable[Any]):  # type: ignore[override]  # of __attrs_init__, which nobody calls
    """A Traced while it is being filled."""

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
            agreed("result_type", [func(*map(as_pythons, args))], [func(*map(_as_numpys, args))])
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
        refusal = ConcretizationError(
            in_library(self.state, "turns its arguments into plain arrays, which no recorded value can become")
            or f"While a Program was recorded, a value that stands for any value was {what} at {user_line()}. "
            f"{REMEDIES.get(what, NUMPYS)} What the program's course depends on (sizes, axes, counts, flags) is passed "
            "as a static argument: compile(f, static_argnums=...)."
        )
        self.level.refusal = refusal
        return refusal

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


def as_pythons(value: Any) -> Any:
    """The same, Python's number where `value` is ambiguous."""
    found = _as_numpys(value)
    return found.item() if is_ambiguous(value) else found


def agreed(name: str, pythons: Sequence[Any], numpys: Sequence[Any]) -> None:
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
