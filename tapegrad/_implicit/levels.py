"""How a computation that no primitive describes meets the levels: from the innermost of its arguments outward.

At a level that differentiates, the value is computed one level out, and the derivative is attached to it. A batch is
taken apart. So what computes in the end meets plain arrays alone. All is passed in: a Variable that came in by another
way, through a closure, would lose its derivative, and is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy as np

from tapegrad._core.joint import record_jointly
from tapegrad._core.recorder import Recorder
from tapegrad._core.variable import Variable, belongs, is_variable
from tapegrad._place import user_line
from tapegrad._spec import Value, spec_of
from tapegrad._transforms.batched import Batching
from tapegrad._transforms.forward import Forward
from tapegrad._values import fresh
from tapegrad.errors import BatchError, DomainError

Leaves: TypeAlias = Sequence[Any]
"""The leaves of a tree: values, and what else the user put there."""

DERIVATIVES = (Recorder, Forward)
"""The levels that differentiate."""


def outward(leaves: Leaves, level: object) -> list[Any]:
    """The same values one level out. Arrays are copies: what the tape holds is not handed to the user's code."""
    return [fresh(leaf.primal) if belongs(leaf, level) else leaf for leaf in leaves]


def batches_alone(leaves: Leaves) -> bool:
    """Whether no level among those of `leaves`, however far out, differentiates."""
    for leaf in leaves:
        value = leaf
        while isinstance(value, Variable):
            if not isinstance(value.level, Batching):
                return False
            value = value.primal
    return True


def each(level: Batching, leaves: Leaves, compute: Callable[[list[Any]], Leaves]) -> list[Any]:
    """What `compute` makes of the leaves of one element, for each of the batch in turn."""
    size = len(next(leaf for leaf in leaves if level.owns(leaf)).primal)
    if not size:
        raise BatchError(f"at {user_line()}: of an empty batch, not even the shape of the result is known.")
    rows = [compute([fresh(leaf.primal[i]) if level.owns(leaf) else leaf for leaf in leaves]) for i in range(size)]
    return [level.batched(np.stack(column)) for column in zip(*rows, strict=True)]


def attached(
    level: Any,
    word: str,
    values: Leaves,
    source: Leaves,
    push: Callable[[list[Value]], Leaves],
    pull: Callable[[list[Value]], Leaves],
) -> list[Any]:
    """`values` as Variables of `level`, with the derivative in `source` that a linear map and its transpose give.

    `push` maps tangents of all of `source` to those of `values`; `pull` maps cotangents of all `values` to those of
    `source`. Neither refers to a Variable of `level`.
    """
    own = [belongs(leaf, level) for leaf in source]
    if not any(own):
        return list(values)
    if isinstance(level, Forward):
        zeros = (None if mine else spec_of(leaf).zeros() for leaf, mine in zip(source, own, strict=True))
        tangents = push([leaf.tangent if zero is None else zero for leaf, zero in zip(source, zeros, strict=True)])
        return [level.dual(value, tangent) for value, tangent in zip(values, tangents, strict=True)]

    def pulled(cts: tuple[Value, ...]) -> tuple[Value, ...]:
        return tuple([ct for ct, mine in zip(pull(list(cts)), own, strict=True) if mine])

    nodes = [leaf.node for leaf, mine in zip(source, own, strict=True) if mine]
    return record_jointly(level, word, nodes, values, pulled)


def floating(leaf: Any, what: str) -> Value:
    """A leaf as a floating or complex value that the caller cannot change; integers become float64."""
    variable = is_variable(leaf)
    value: Any = leaf if variable else np.asarray(leaf)
    if value.dtype.kind not in "biufc":
        raise DomainError(f"{what} holds a {type(leaf).__name__}, where there must be numbers.")
    if value.dtype.kind not in "fc":
        value = value.astype(np.float64)
    return value if variable else value.copy()[()]


def refuse_captured(leaves: Leaves, what: str, remedy: str) -> None:
    """Raise where what was computed from plain values holds a Variable: it came in through a closure."""
    if any(isinstance(leaf, Variable) for leaf in leaves):
        raise DomainError(
            f"At {user_line()}, {what} used a differentiated or batched value that was not passed to it: it came in "
            f"through a closure, and its derivative would be lost. {remedy}"
        )
