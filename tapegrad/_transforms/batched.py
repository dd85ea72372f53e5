"""Batching: the level whose Variables stand for every element of a batch at once."""

from __future__ import annotations

from typing import Any, ClassVar, Final, NoReturn

import attrs

from tapegrad._config import CONFIG, DEFAULT, alive, next_rank
from tapegrad._core.primitive import Primitive
from tapegrad._core.refusals import CHOICES, NUMPYS, REMEDIES, TRUTH, in_library
from tapegrad._core.variable import Variable, ended, looks_like_an_array
from tapegrad._place import user_line
from tapegrad._rules.batching import broadcast
from tapegrad._spec import ndarray
from tapegrad._values import refuse_strange
from tapegrad.errors import BatchError
from tapegrad.typing import override

WHOLE: Final = (
    "What has to be one number for all (a length, a bound of range() or of a slice, a seed) is passed whole: None for "
    "it in in_axes, or by keyword."
)


@attrs.define(eq=False, init=False, repr=False, weakref_slot=False)
class BatchedDraft(Variable[Any]):
    """A Batched while it is being filled."""

    level: Batching


@attrs.frozen(eq=False, init=False, repr=False, weakref_slot=False)  # pyright: ignore[reportGeneralTypeIssues]  # as Node
class Batched(BatchedDraft):
    """A Variable that stands for a batch: its primal has the batch on axis 0, its shape is that of one element."""

    __class__ = looks_like_an_array  # pyright: ignore[reportIncompatibleMethodOverride]  # what isinstance sees
    state: ClassVar[str] = "batched"

    @property
    @override
    def shape(self) -> tuple[int, ...]:
        shape: tuple[int, ...] = self.primal.shape
        return shape[1:]

    @property
    @override
    def ndim(self) -> int:
        axes: int = self.primal.ndim
        return axes - 1

    @property
    @override
    def value(self) -> NoReturn:
        raise BatchError(
            f"x.value at {user_line()}: under vmap, x stands for a whole batch and has no single value. For a "
            "constant, write stop_gradient(x)."
        )

    @override
    def lost(self, what: str, remedy: str) -> BatchError:
        self.level.refusal = BatchError(
            in_library(self.state, "turns its arguments into plain arrays, which no batch can become")
            or f"Under vmap, a value that stands for a whole batch was {what} at {user_line()}. "
            f"{REMEDIES.get(what, NUMPYS)} {WHOLE}"
        )
        return self.level.refusal

    @override
    def __bool__(self) -> NoReturn:
        raise BatchError(
            f"{TRUTH} need one truth value at {user_line()}, but under vmap there is one for each element of the "
            f"batch. {CHOICES}; for a loop, tapegrad.while_loop."
        )

    @override
    def __format__(self, spec: str, /) -> str:
        return str(self)  # all elements, which no format of a number is for

    @override
    def __repr__(self) -> str:
        return f"{super().__repr__()[:-1]}, batch={len(self.primal)})"

    def __round__(self, ndigits: int | None = None) -> NoReturn:
        raise self.lost("to become a rounded Python number", "np.round(x)")


@attrs.define(eq=False)
class Batching:
    """Carries a batch axis, always axis 0, through every primitive by its batch rule."""

    rank: int = attrs.field(factory=next_rank, init=False)
    open: bool = attrs.field(default=True, init=False)
    refusal: BatchError | None = attrs.field(default=None, init=False)
    """The last error that asked for a value."""

    def batched(self, value: Any) -> Batched:
        """The Variable for a value whose axis 0 is the batch."""
        batched: Any = BatchedDraft()
        batched.primal = value
        batched.level = self
        batched.__class__ = Batched
        made: Batched = batched
        return made

    def owns(self, value: object) -> bool:
        """Whether `value` is a Variable of this level."""
        return isinstance(value, Batched) and value.level is self

    def interpret(self, primitive: Primitive, args: tuple[Any, ...], /) -> Any:
        """Apply `primitive` to the whole batch, one level out."""
        if not self.open and not alive(self):
            raise ended(primitive, args, self, "whose vmap has returned")
        if len(args) == primitive.arity == 2 and primitive.batch is broadcast and CONFIG.get() is DEFAULT:
            x, y = args  # the commonest case, unrolled: two plain arrays that line up as they are
            own_x, own_y = type(x) is Batched and x.level is self, type(y) is Batched and y.level is self
            a, b = x.primal if own_x else x, y.primal if own_y else y
            if type(a) is ndarray and type(b) is ndarray and primitive.results == 1:
                deeper = (a.ndim - own_x) - (b.ndim - own_y)
                if not deeper or not (own_y if deeper > 0 else own_x):
                    return self.batched(primitive.compute(a, b))
        refuse_strange(args)
        mine = [type(arg) is Batched and arg.level is self for arg in args]
        if primitive.parameters:
            primitive.refuse_parameters(mine, args)
        inner = [arg.primal if own else arg for arg, own in zip(args, mine, strict=True)]
        result = primitive.batch(primitive, inner, mine)
        return self.batched(result) if primitive.results == 1 else tuple([self.batched(part) for part in result])
