"""Forward mode: the level whose Variables carry a tangent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs
import numpy as np

from tapegrad._config import CONFIG, next_rank
from tapegrad._core.door import apply
from tapegrad._core.primitive import Primitive
from tapegrad._core.variable import Variable, ended, looks_like_an_array, still_open
from tapegrad._leaves import direction
from tapegrad._spec import spec_of
from tapegrad._transforms.sources import opened, rebuilt
from tapegrad._transforms.transform import place_of
from tapegrad._tree import flatten, tree_map
from tapegrad._values import fresh, spread
from tapegrad.typing import R_, Ts

NUMBERS: Any = (float, int, complex, np.ndarray, np.generic, Variable)


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
        dual.tangent = spread(tangent, spec_of(value))
        dual.__class__ = Dual
        made: Dual = dual
        return made

    def interpret(self, primitive: Primitive, args: tuple[Any, ...], /) -> Any:
        """Apply `primitive` one level out, and push the tangents of this level's Variables."""
        if not self.open:
            raise ended(primitive, args, self, "whose jvp has returned")
        mine = [isinstance(arg, Dual) and arg.level is self for arg in args]
        if primitive.parameters:
            primitive.refuse_parameters(mine, args)
        inner = primitive.operands([arg.primal if own else arg for arg, own in zip(args, mine, strict=True)])
        result = apply(primitive, *inner)
        tangents = [
            arg.tangent if own and pull else None
            for arg, own, pull in zip(args[: primitive.width(args)], mine, primitive.pulls, strict=False)
        ]
        if all(tangent is None for tangent in tangents) or self.rank < CONFIG.get().paused_at:
            return result
        tangent = primitive.push(
            primitive, inner, tangents, primitive.pool(primitive.settled(inner, mine, result), result)
        )
        if primitive.results == 1:
            return self.dual(result, tangent)
        outs, saved = result[: primitive.outputs], result[primitive.outputs :]
        pushed = (tangent,) if primitive.outputs == 1 else tangent
        return *(self.dual(out, t) for out, t in zip(outs, pushed, strict=True)), *saved


def jvp(fun: Callable[[*Ts], R_], primals: tuple[*Ts], tangents: tuple[*Ts], /) -> tuple[R_, R_]:
    """The value of `fun` at `primals`, and its derivative in the direction `tangents`: `(out, tangent of out)`.

    Each tangent has the structure and shapes of its primal, as the tangent of the output has those of the output.

    >>> from tapegrad import jvp
    >>> jvp(lambda x, y: x * y, (2.0, 3.0), (1.0, 0.0))
    (np.float64(6.0), np.float64(3.0))
    """
    starts: tuple[Any, ...] = primals
    directions: tuple[Any, ...] = tangents
    if len(starts) != len(directions):
        raise TypeError(f"jvp needs a tangent for each primal: {len(starts)} primals, {len(directions)} tangents.")
    level = Forward()
    duals = tuple(_dual_tree(level, fun, i, x, dx) for i, (x, dx) in enumerate(zip(starts, directions, strict=True)))
    run: Callable[..., Any] = fun
    try:
        out = run(*duals)
    finally:
        level.open = False
    return tree_map(lambda leaf: _primal(leaf, level), out), tree_map(lambda leaf: _tangent(leaf, level), out)


def _dual_tree(level: Forward, fun: Callable[..., Any], position: int, primal: Any, tangent: Any) -> Any:
    _, structure, values = opened(primal, "jvp", fun, position)
    leaves, given = flatten(tangent)
    bare = len(leaves) == 1 and leaves[0] is tangent
    if len(leaves) != len(values) or (not bare if structure is None else given != structure):
        raise TypeError(f"{place_of('jvp', fun, position)}: the tangent has not the structure of the primal.")
    return rebuilt(
        structure,
        [
            level.dual(value, direction(leaf, spec_of(value), f"{place_of('jvp', fun, position)}: a tangent"))
            for leaf, value in zip(leaves, values, strict=True)
        ],
    )


def _primal(leaf: Any, level: Forward) -> Any:
    mine = isinstance(leaf, Dual) and leaf.level is level
    return fresh(leaf.primal) if mine else still_open(leaf, "the function")


def _tangent(leaf: Any, level: Forward) -> Any:
    """The tangent of an output leaf: zeros for a constant, None for what is no number."""
    if isinstance(leaf, Dual) and leaf.level is level:
        return fresh(leaf.tangent)
    if not isinstance(leaf, NUMBERS):
        return None
    return np.zeros_like(leaf)[()] if np.result_type(leaf).kind in "fc" else np.zeros(np.shape(leaf))[()]
