"""`checkpoint`: a function whose intermediate values are computed again for the gradient instead of being kept."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any, ClassVar, Protocol, overload

import attrs

from tapegrad._core.segment import run_segment
from tapegrad._transforms.transform import Transform
from tapegrad.typing import P, R, override


def _names(policy: Collection[str] | None) -> tuple[str, ...] | None:
    if isinstance(policy, str):
        raise TypeError(f"checkpoint: policy is a collection of names, such as ({policy!r},), not one string.")
    return None if policy is None else tuple(sorted(set(policy)))


@attrs.frozen(repr=False)
class Checkpointed(Transform):
    """What `checkpoint` makes."""

    word: ClassVar[str] = "checkpoint"
    policy: tuple[str, ...] | None = attrs.field(default=None, converter=_names)

    @override
    def __call__(self, *args: Any, **keywords: Any) -> Any:
        return run_segment(repr(self), self.f, args, keywords, frozenset(self.policy or ()))


class CheckpointDecorator(Protocol):
    """What makes a checkpointed function of one with the same signature."""

    def __call__(self, fun: Callable[P, R], /) -> Callable[P, R]: ...


@attrs.frozen
class _Checkpoint:
    """`checkpoint` with its options, waiting for a function."""

    policy: Collection[str] | None

    def __call__(self, fun: Callable[P, R], /) -> Callable[P, R]:
        return Checkpointed(fun, self.policy)


@overload
def checkpoint(fun: Callable[P, R], /, *, policy: Collection[str] | None = None) -> Callable[P, R]: ...
@overload
def checkpoint(*, policy: Collection[str] | None = None) -> CheckpointDecorator: ...
def checkpoint(fun: Callable[..., Any] | None = None, /, *, policy: Collection[str] | None = None) -> Any:
    """`fun`, of which a tape keeps nothing on the way: in the reverse sweep it runs again.

    Saves memory for time. A chain of n steps, in sqrt(n) checkpointed pieces of sqrt(n) steps, needs memory for
    2 sqrt(n) of them instead of n, and runs each twice. Differentiated values may come as arguments or through
    closures; pieces nest; in forward mode, where nothing is kept, it is `fun` itself.

    `fun` must do the same both times: draw random numbers outside and pass them in. Arrays among its arguments may be
    written to after the call, not those that it reads otherwise.

    Args:
        fun: the function. Without it, `checkpoint(policy=...)` is a decorator.
        policy: the names of operations, as `print(tape)` shows them, whose results are kept and not computed again:
            `("matmul", "solve")` for those that cost more time than memory.

    Raises:
        SegmentError: in the reverse sweep, if `fun` gives other values than before, or if a value that it computed was
            used outside without being returned.

    >>> import numpy as np
    >>> from tapegrad import checkpoint, grad
    >>> @checkpoint
    ... def layer(weights, x):
    ...     return np.tanh(weights @ x)
    >>> def loss(weights):
    ...     x = np.ones(2)
    ...     for _ in range(3):
    ...         x = layer(weights, x)
    ...     return np.sum(x)
    >>> grad(loss)(np.zeros((2, 2)))
    array([[0., 0.],
           [0., 0.]])
    """
    return _Checkpoint(policy) if fun is None else Checkpointed(fun, policy)
