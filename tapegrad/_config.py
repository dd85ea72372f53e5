"""Configuration that holds for a block of code: in this thread, in this task, and no further."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from itertools import count

import attrs

_ranks = count(1)


def next_rank() -> int:
    """A number larger than all given out before: the level opened last lies furthest in."""
    return next(_ranks)


@attrs.frozen
class Config:
    """What holds where an operation runs."""

    paused_at: int = 0
    """Levels opened before this rank do not record. Those opened later, inside the block, do."""
    check_finite: bool = False
    """Whether an operation that gives nan or inf raises."""


DEFAULT = Config()
CONFIG: ContextVar[Config] = ContextVar("tapegrad.config", default=DEFAULT)


@contextmanager
def using_config(*, recording: bool | None = None, check_finite: bool | None = None) -> Generator[None]:
    """Set options for a block of code; what is not named stays as it was.

    Args:
        recording: `False` makes operations give plain values: tapes and forward mode that are already open
            see constants. A transform called *inside* the block differentiates as ever. `True` ends such a pause.
        check_finite: `True` makes any operation on a differentiated value that gives nan or inf raise
            `FloatingPointError`, naming the operation and your line.

    The block ends as blocks do: on exceptions too, and for this thread or task alone.

    >>> import numpy as np
    >>> from tapegrad import grad, using_config
    >>> def f(x):
    ...     with using_config(recording=False):
    ...         scale = x * 3.0  # a constant
    ...     return scale * x
    >>> grad(f)(2.0)
    np.float64(6.0)
    """
    held = CONFIG.get()
    paused_at = held.paused_at if recording is None else 0 if recording else next_rank()
    token = CONFIG.set(Config(paused_at, held.check_finite if check_finite is None else check_finite))
    try:
        yield
    finally:
        CONFIG.reset(token)


def no_grad() -> AbstractContextManager[None]:
    """Record nothing in this block: `using_config(recording=False)`.

    In a generator, close the block before each `yield`: until the generator goes on, it holds for its caller too.

    >>> from tapegrad import Tape, no_grad
    >>> with Tape() as tape:
    ...     x = tape.watch(2.0)
    ...     with no_grad():
    ...         y = x * x
    >>> y
    np.float64(4.0)
    >>> len(tape.nodes)
    1
    """
    return using_config(recording=False)
