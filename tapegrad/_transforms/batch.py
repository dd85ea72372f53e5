"""Batching: the level whose Variables stand for every element of a batch at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, NoReturn, Protocol, overload

import attrs
import numpy as np
from numpy.typing import NDArray

from tapegrad._config import next_rank
from tapegrad._core.primitive import Primitive
from tapegrad._core.variable import Variable, ended, is_variable, looks_like_an_array, still_open
from tapegrad._place import user_line
from tapegrad._spec import SEVERAL
from tapegrad._transforms.transform import Transform, place_of
from tapegrad._tree import tree_map
from tapegrad._values import fresh
from tapegrad.errors import BatchError
from tapegrad.typing import R_, As, F, P, Ts, override


class BlockFunction(Protocol[*As]):
    """A callable whose result has no precise static type.

    A class and not a `Callable`, on purpose: where several overloads fit (a lambda), mypy falls back to `Any` if one
    of them returns a class, but to an untyped function, an error to call under `--strict`, if all return callables.
    """

    def __call__(self, *args: *As) -> Any: ...


@attrs.define(eq=False, init=False, repr=False, weakref_slot=False)
class BatchedDraft(Variable[Any]):
    """A Batched while it is being filled."""

    level: Batching


@attrs.frozen(eq=False, init=False, repr=False, weakref_slot=False)  # pyright: ignore[reportGeneralTypeIssues]  # as Node
class Batched(BatchedDraft):
    """A Variable that stands for a batch: its primal has the batch on axis 0, its shape is that of one element."""

    __class__ = looks_like_an_array  # pyright: ignore[reportIncompatibleMethodOverride]  # what isinstance sees

    @property
    @override
    def shape(self) -> tuple[int, ...]:
        shape: tuple[int, ...] = np.shape(self.primal)
        return shape[1:]

    @property
    @override
    def value(self) -> NoReturn:
        raise BatchError(
            f"x.value at {user_line()}: under vmap, x stands for a whole batch and has no single value. For a "
            f"constant, write stop_gradient(x)."
        )

    @override
    def lost(self, what: str, remedy: str) -> BatchError:
        return BatchError(
            f"Under vmap, a value that stands for a whole batch was {what} at {user_line()}. Use NumPy's functions, "
            "which work on all of it; to index a plain array by a batched number, tapegrad.numpy.take(array, i, 0)."
        )

    @override
    def __bool__(self) -> NoReturn:
        raise BatchError(
            f"Python's if, while, and, or, not at {user_line()} need one truth value, but under vmap there is one "
            f"for each element of the "
            "batch. Write np.where(condition, a, b), or (a) & (b), and so on."
        )


@attrs.define(eq=False)
class Batching:
    """Carries a batch axis, always axis 0, through every primitive by its batch rule."""

    rank: int = attrs.field(factory=next_rank, init=False)
    open: bool = attrs.field(default=True, init=False)

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
        if not self.open:
            raise ended(primitive, args, self, "whose vmap has returned")
        mine = [isinstance(arg, Batched) and arg.level is self for arg in args]
        if primitive.parameters:
            primitive.refuse_parameters(mine, args)
        inner = [arg.primal if own else arg for arg, own in zip(args, mine, strict=True)]
        result = primitive.batch(primitive, inner, mine)
        return self.batched(result) if primitive.results == 1 else tuple(self.batched(part) for part in result)


def _axes(axes: Any) -> Any:
    """`in_axes` as a frozen value; `TypeError` for what names no axes."""
    several: Any = tuple(axes) if isinstance(axes, SEVERAL) else (axes,)
    if any(axis is not None and type(axis) is not int for axis in several):
        raise TypeError(f"vmap: in_axes is an axis, or an axis or None for each positional argument, not {axes!r}.")
    return several if isinstance(axes, SEVERAL) else axes


@attrs.frozen(repr=False)
class Vmap(Transform):
    """What `vmap` makes."""

    word: ClassVar[str] = "vmap"
    in_axes: int | tuple[int | None, ...] = attrs.field(default=0, converter=_axes)
    out_axes: int = attrs.field(default=0, validator=attrs.validators.instance_of(int))

    @override
    def __call__(self, *args: Any, **keywords: Any) -> Any:
        axes = self.in_axes if isinstance(self.in_axes, tuple) else (self.in_axes,) * len(args)
        if len(axes) != len(args):
            raise BatchError(f"{self!r} names axes of {len(axes)} arguments, but was called with {len(args)}.")
        level = Batching()
        sizes: dict[int, str] = {}
        mapped = [
            arg if axis is None else self._mapped(arg, axis, i, level, sizes)
            for i, (arg, axis) in enumerate(zip(args, axes, strict=True))
        ]
        if not sizes:
            raise BatchError(f"{self!r} needs an argument to map over: no array stands where in_axes names an axis.")
        if len(sizes) > 1:
            lengths = ", ".join(f"{place} has {n}" for n, place in sizes.items())
            raise BatchError(f"{self!r}: the mapped axes differ in length: {lengths}.")
        try:
            out = self.f(*mapped, **keywords)
        finally:
            level.open = False
        return tree_map(lambda leaf: self._collected(leaf, level, *sizes), out)

    def _mapped(self, arg: Any, axis: int, position: int, level: Batching, sizes: dict[int, str]) -> Any:
        def batched(leaf: Any) -> Batched:
            value: Any = leaf if is_variable(leaf) else np.asarray(leaf)
            if not -value.ndim <= axis < value.ndim or value.dtype.kind not in "biufc":
                raise BatchError(
                    f"{place_of('vmap', self.f, position)} cannot be mapped over axis {axis}: it has shape "
                    f"{value.shape} and dtype {value.dtype}. "
                    "To pass it on whole, give None for it in in_axes."
                )
            front = np.moveaxis(value, axis, 0) if axis else value
            sizes.setdefault(front.shape[0], place_of("vmap", self.f, position))
            return level.batched(front)

        return tree_map(batched, arg)

    def _collected(self, leaf: Any, level: Batching, size: int) -> Any:
        """An output of the whole batch; one that does not depend on the mapped arguments is repeated."""
        mine = level.owns(leaf)
        if leaf is None:
            return None
        if not mine:
            still_open(leaf, self.__name__)
        if not mine and (isinstance(leaf, str) or np.result_type(leaf).kind not in "biufc"):
            raise BatchError(f"{self!r}: an output is a {type(leaf).__name__}, and no batch can be made of that.")
        value: Any = leaf.primal if mine else np.broadcast_to(leaf, (size, *np.shape(leaf)))
        out = np.moveaxis(value, 0, self.out_axes) if self.out_axes else value
        return fresh(out)


@overload
def vmap(fun: Callable[[float], float], /) -> Callable[[NDArray[np.float64]], NDArray[np.float64]]: ...
@overload
def vmap(
    fun: Callable[[float, float], float], /
) -> Callable[[NDArray[np.float64], NDArray[np.float64]], NDArray[np.float64]]: ...
@overload
def vmap(fun: Callable[[NDArray[F]], np.floating[Any]], /) -> Callable[[NDArray[F]], NDArray[F]]: ...
@overload
def vmap(fun: Callable[P, NDArray[F]], /) -> Callable[P, NDArray[F]]: ...
@overload
def vmap(fun: Callable[[*Ts], R_], /) -> BlockFunction[*Ts]: ...
@overload
def vmap(
    fun: Callable[[*Ts], R_], /, in_axes: int | tuple[int | None, ...], out_axes: int = 0
) -> BlockFunction[*Ts]: ...
def vmap(
    fun: Callable[..., Any], /, in_axes: int | tuple[int | None, ...] = 0, out_axes: int = 0
) -> Callable[..., Any]:
    """`fun`, written for one element, applied to a whole batch at once: one run, with a batch axis carried through.

    Args:
        fun: a function of arrays or trees of arrays.
        in_axes: the axis of each positional argument (of each leaf, where it is a tree) along which the batch lies;
            None passes an argument on whole. One int is for all arguments. Keyword arguments are passed on whole.
        out_axes: where the batch axis goes in the outputs.

    Raises:
        BatchError: at the call, if the batch axes differ in length; inside `fun`, where a Python `if` or an index
            needs one element's value while it has the whole batch's.

    >>> import numpy as np
    >>> from tapegrad import grad, vmap
    >>> vmap(grad(lambda x: x**3))(np.array([1.0, 2.0, 3.0]))
    array([ 3., 12., 27.])
    """
    return Vmap(fun, in_axes, out_axes)
