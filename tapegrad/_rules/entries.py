"""Entries of an unknown number: the level that lets a function compute each from itself alone."""

from __future__ import annotations

from collections.abc import Callable
import sys
from typing import Any, ClassVar, NoReturn

import attrs
import numpy as np

from tapegrad._config import alive, next_rank
from tapegrad._core.door import apply
from tapegrad._core.primitive import Primitive, is_elementwise
from tapegrad._core.variable import Variable, ended, is_variable, looks_like_an_array
from tapegrad._place import user_line
from tapegrad._spec import SEVERAL
from tapegrad.errors import ConcretizationError
from tapegrad.typing import override

ASK_FOR_OTHERS = frozenset(
    f"tapegrad.{name}" for name in ("_core.variable", "_rules.fronts", "_rules.queries", "_spec", "_values")
)
"""Modules that ask for a shape because somebody else did."""
NOT_FOR_A_SIZE = ("tapegrad._rules", "tapegrad._core", "tapegrad._transforms", "tapegrad._scipy")
"""Packages that compute the same, entry by entry, whatever the shape. A Program is recorded for its size."""


@attrs.frozen(eq=False, repr=False, weakref_slot=False)  # pyright: ignore[reportGeneralTypeIssues]  # as Node
class Entry(Variable[Any]):
    """Any one of the entries; its primal is all of them, along the first axis."""

    level: Entrywise
    __class__ = looks_like_an_array  # pyright: ignore[reportIncompatibleMethodOverride]  # what isinstance sees
    state: ClassVar[str] = "recorded or batched"
    abstract: ClassVar[bool] = True

    @property
    @override
    def shape(self) -> tuple[int, ...]:
        frame = sys._getframe(1)
        while frame.f_back is not None and frame.f_globals.get("__name__") in ASK_FOR_OTHERS:
            frame = frame.f_back
        if not str(frame.f_globals.get("__name__")).startswith(NOT_FOR_A_SIZE):
            raise self.level.refused("asks for their number (a shape or length; loops and compiled functions do)")
        shape: tuple[int, ...] = self.primal.shape
        return shape

    @property
    @override
    def ndim(self) -> int:
        axes: int = self.primal.ndim
        return axes

    @property
    @override
    def value(self) -> NoReturn:
        raise self.level.refused("takes their values out (x.value)")

    @override
    def known(self) -> NoReturn:
        raise self.level.refused("goes on as their values say")

    @override
    def __bool__(self) -> NoReturn:
        raise self.level.refused("asks for a truth value of theirs")

    @override
    def lost(self, what: str, remedy: str) -> ConcretizationError:
        return self.level.refused(f"wants them {what}")

    @override
    def __repr__(self) -> str:
        return f"Entry({self.dtype})"


@attrs.define(eq=False)
class Entrywise:
    """Applies elementwise primitives, one level out, and refuses all else."""

    axis: int
    """That of the entries, counted from the end: arrays are broadcast from there."""
    caller: str
    """What needs this, and where: it begins the message."""
    rank: int = attrs.field(factory=next_rank, init=False)
    open: bool = attrs.field(default=True, init=False)
    refusal: ConcretizationError | None = attrs.field(default=None, init=False)
    """What has to be raised, also if the function goes on."""

    def results(self, f: Callable[[Any], Any], entries: Any) -> Any:
        """What `f` makes of all entries, one level out; else the refusal."""
        try:
            out = f(Entry(entries, self))
        except ConcretizationError:
            raise
        except Exception as error:
            if self.refusal is None:
                raise
            raise self.refusal from error
        finally:
            self.open = False
        own = self.owns(out)
        if not own and not self._is_same_for_all(out, len(entries)):
            self.refused("gives an array that is not computed from them")
        if self.refusal is not None:
            raise self.refusal
        return out.primal if own else out

    def owns(self, value: object) -> bool:
        """Whether `value` is a Variable of this level."""
        return isinstance(value, Entry) and value.level is self

    def interpret(self, primitive: Primitive, args: tuple[Any, ...], /) -> Any:
        """Apply `primitive` one level out."""
        if not alive(self):
            raise ended(primitive, args, self, "whose function has returned")
        mine = [self.owns(arg) for arg in args]
        width = primitive.width(args)
        primitive.refuse_parameters(mine, args)
        if not is_elementwise(primitive):
            raise self.refused(f"applies {primitive.name}, which is not elementwise")
        count = next(arg.primal.shape[self.axis] for arg, own in zip(args, mine, strict=True) if own)
        if not all(own or self._is_same_for_all(arg, count) for arg, own in zip(args[:width], mine, strict=False)):
            raise self.refused(f"applies {primitive.name} to them and an array that is as long as all of them")
        result = apply(primitive, *[arg.primal if own else arg for arg, own in zip(args, mine, strict=True)])
        return Entry(result, self) if primitive.results == 1 else tuple([Entry(part, self) for part in result])

    def constants(self, leaves: Any) -> NoReturn:
        """Functions with derivative rules of their own ask for these: the rules may see the entries together."""
        raise self.refused("applies a function with a derivative rule of its own")

    tied = constants

    def refused(self, what: str) -> ConcretizationError:
        """The error for a function that does such a thing to the entries."""
        self.refusal = ConcretizationError(
            f"{self.caller}: while a Program is recorded, it is not known which entries of x are in a piece. Its "
            "function is given all of them, and has to compute each result from one entry alone. This one "
            f"{what}, at {user_line()}. Write np.where(condition, a, b) instead, with a and b computed from the whole "
            "of x (sums over np.where(condition, x, 0)); or call np.piecewise outside of what is compiled."
        )
        return self.refusal

    def _is_same_for_all(self, value: Any, count: int) -> bool:
        """Whether an operand or a result, whatever their number were, would be the same for each entry.

        What is computed of the entries' shape (`np.ones_like(v)`) is as long as they are, and all alike.
        """
        value = np.asarray(value) if isinstance(value, SEVERAL) else value
        shape: tuple[int, ...] = np.shape(value)
        if len(shape) < -self.axis or shape[self.axis] == 1:
            return True
        if shape[self.axis] != count or is_variable(value):
            return False
        first = np.take(value, [0], self.axis)
        return bool(np.all((value == first) | ((value != value) & (first != first))))
