"""Forward mode: the level whose Variables carry a tangent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import attrs
import numpy as np

from tapegrad._config import alive, next_rank, paused
from tapegrad._core.door import apply
from tapegrad._core.primitive import Primitive
from tapegrad._core.variable import NUMBERS, Variable, ended, looks_like_an_array, still_open
from tapegrad._errstate import errstate, ignored
from tapegrad._spec import SEVERAL, Value, spec_of
from tapegrad._transforms.point import Point
from tapegrad._tree import tree_map
from tapegrad._values import fresh, in_precision, spread
from tapegrad.typing import R_, Ts


@attrs.define(eq=False, init=False, repr=False, weakref_slot=False)
class DualDraft(Variable[Any]):  # type: ignore[override]  # of __attrs_init__, which nobody calls
    """A Dual while it is being filled."""

    level: Forward
    tangent: Any


@attrs.frozen(eq=False, init=False, repr=False, weakref_slot=False)  # pyright: ignore[reportGeneralTypeIssues]  # as Node
class Dual(DualDraft):  # type: ignore[override]  # as above
    """A Variable that carries its tangent."""

    __class__ = looks_like_an_array  # pyright: ignore[reportIncompatibleMethodOverride]  # what isinstance sees


@attrs.define(eq=False)
class Forward:
    """Pushes tangents through every primitive, beside the values."""

    rank: int = attrs.field(factory=next_rank, init=False)
    open: bool = attrs.field(default=True, init=False)

    def dual(self, value: Any, tangent: Any) -> Dual:
        """`value`, with a tangent that is brought to its shape and dtype."""
        dual: Any = DualDraft()
        dual.primal = value
        dual.level = self
        spec = spec_of(value)
        alike = getattr(tangent, "dtype", None) is spec.dtype and tangent.shape == spec.shape
        dual.tangent = tangent if alike else spread(tangent, spec)
        dual.__class__ = Dual
        made: Dual = dual
        return made

    def interpret(self, primitive: Primitive, args: tuple[Any, ...], /) -> Any:
        """Apply `primitive` one level out, and push the tangents of this level's Variables."""
        if not self.open and not alive(self):
            raise ended(primitive, args, self, "whose jvp has returned")
        inner, width, pulls = list(args), primitive.width(args), primitive.pulls
        tangents: list[Any] = [None] * width
        moves = False
        for i, arg in enumerate(args):
            if type(arg) is Dual and arg.level is self:
                inner[i] = arg.primal
                if i >= width:
                    primitive.refuse_parameters([True] * len(args), args)
                elif pulls[i] is not None:
                    tangents[i] = arg.tangent
                    moves = True
        result = apply(primitive, *primitive.operands(inner))
        if not moves or paused(self):
            return result
        pool = primitive.pool(_readable(primitive, inner, result), result)
        before = errstate.set(ignored)  # 1 / 0 in a rule either meets a zero tangent or shows in the result
        try:
            tangent = primitive.push(primitive, inner, tangents, pool)
        finally:
            errstate.reset(before)
        if primitive.results == 1:
            return self.dual(result, tangent)
        outs, saved = result[: primitive.outputs], result[primitive.outputs :]
        pushed = (tangent,) if primitive.outputs == 1 else tangent
        return *(self.dual(out, t) for out, t in zip(outs, pushed, strict=True)), *saved


def _readable(primitive: Primitive, args: list[Any], result: Any) -> list[Any]:
    """The arguments of a call as its rules may read them: as `Primitive.settled`, without copies for later."""
    for i in range(primitive.arity):
        if not primitive.reads[i]:
            continue
        arg = args[i]
        if isinstance(arg, SEVERAL):
            args[i] = np.array(arg)
        elif primitive.arity > 1 and primitive.results == 1 and primitive.pulls[i] is not None:
            dtype = result.dtype
            if getattr(arg, "dtype", dtype) is not dtype and dtype.kind in "fc":
                wanted = in_precision(arg.dtype, dtype)
                args[i] = arg if arg.dtype == wanted else arg.astype(wanted)
    return args


def push(call: Callable[[list[Any]], Any], values: Sequence[Value], tangents: Sequence[Value | None]) -> Pushed:
    """Run `call` with these tangents on its values; None is zero."""
    level = Forward()
    duals = [
        value if tangent is None else level.dual(value, tangent)
        for value, tangent in zip(values, tangents, strict=True)
    ]
    try:
        return Pushed(level, call(duals))
    finally:
        level.open = False


@attrs.frozen
class Pushed:
    """What a function returned for values with tangents."""

    level: Forward
    out: Any

    def primal(self, leaf: Any) -> Any:
        """The value of a leaf of the output."""
        mine = isinstance(leaf, Dual) and leaf.level is self.level
        return fresh(leaf.primal) if mine else still_open(leaf, "the function")

    def tangent(self, leaf: Any) -> Any:
        """The tangent of a leaf of the output."""
        mine = isinstance(leaf, Dual) and leaf.level is self.level
        return fresh(leaf.tangent) if mine else zero_tangent(still_open(leaf, "the function"))


def zero_tangent(leaf: Any) -> Any:
    """The tangent of a constant: zeros, and None for what is no number."""
    if not isinstance(leaf, NUMBERS):
        return None
    return np.zeros_like(leaf)[()] if np.result_type(leaf).kind in "fc" else np.zeros(np.shape(leaf))[()]


def jvp(fun: Callable[[*Ts], R_], primals: tuple[*Ts], tangents: tuple[*Ts], /) -> tuple[R_, R_]:
    """The value of `fun` at `primals`, and its derivative in the direction `tangents`: `(out, tangent of out)`.

    Each tangent has the structure and shapes of its primal, as the tangent of the output has those of the output.

    >>> from tapegrad import jvp
    >>> jvp(lambda x, y: x * y, (2.0, 3.0), (1.0, 0.0))
    (np.float64(6.0), np.float64(3.0))
    """
    pushed: tuple[R_, R_] = push_along("jvp", fun, primals, tangents)
    return pushed


def push_along(word: str, f: Callable[..., Any], primals: tuple[Any, ...], tangents: tuple[Any, ...]) -> Any:
    """`jvp`, under the name `word`."""
    given: list[Any] = [primals, tangents]
    if not all(isinstance(tree, (tuple, list)) for tree in given):
        raise TypeError(f"{word} takes arguments and their tangents in tuples: {word}(f, (x,), (dx,)).")
    if len(primals) != len(tangents):
        raise TypeError(f"{word} needs a tangent for each primal: {len(primals)} primals, {len(tangents)} tangents.")
    point = Point.of(word, f, primals, {}, range(len(primals)))
    pushed = push(point.call, point.values, point.directions(tangents))
    return tree_map(pushed.primal, pushed.out), tree_map(pushed.tangent, pushed.out)
