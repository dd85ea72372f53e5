"""Configuration that holds for a block of code: in this thread, in this task, and no further."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from itertools import count
from typing import Any, Protocol

import attrs

_ranks = count(1)


def next_rank() -> int:
    """A number larger than all given out before: the level opened last lies furthest in."""
    return next(_ranks)


@attrs.frozen(eq=False)
class Run:
    """One run of a checkpointed segment, for the levels that were opened before it.

    The first run records nothing (`records` is 0): it notes the Nodes that the segment reads. A later one records
    again, for the one level that is being swept, from fresh leaves in place of those Nodes. Levels opened inside the
    segment are no concern of its runs.
    """

    rank: int
    """Levels opened before this rank were there before the segment."""
    outer: Run | None
    """The run that this one is part of."""
    records: int = 0
    """The rank of the level that records. Levels further out do as they do outside of this run."""
    leaves: dict[Any, Any] = attrs.field(factory=dict[Any, Any])
    """The Nodes that the first run read -> their stand-ins in this one."""
    touched: dict[Any, dict[Any, None]] = attrs.field(factory=dict[Any, Any])
    """What the first run reads: level -> its Nodes, in order."""
    kept: Any = None
    """The results that the segment does not compute again."""

    def concerns(self, rank: int) -> bool:
        """Whether the level of this rank does what this run says."""
        return self.records <= rank < self.rank


@attrs.frozen
class Config:
    """What holds where an operation runs."""

    paused_at: int = 0
    """Levels opened before this rank do not record. Those opened later, inside the block, do."""
    check_finite: bool = False
    """Whether an operation that gives nan or inf raises."""
    threads: int = 0
    """How many threads compiled code uses at most; 0 for as many as there are cores."""
    run: Run | None = None
    """The innermost run of a segment that this is part of."""
    collector: Any = None
    """What collects the values that the user gives names to."""

    def run_of(self, rank: int) -> Run | None:
        """The innermost run that concerns the level of this rank."""
        run = self.run
        while run is not None and not run.concerns(rank):
            run = run.outer
        return run

    def revives(self, rank: int) -> bool:
        """Whether the level of this rank, although it has ended, is needed once more: in a segment's later run."""
        run = self.run
        while run is not None and not (run.records and run.concerns(rank)):
            run = run.outer
        return run is not None


DEFAULT = Config()
CONFIG: ContextVar[Config] = ContextVar("tapegrad.config", default=DEFAULT)


class Ending(Protocol):
    """A level, as far as it matters whether it takes part."""

    @property
    def rank(self) -> int: ...
    @property
    def open(self) -> bool: ...


def alive(level: Ending) -> bool:
    """Whether operations on the Variables of `level` may go on."""
    return level.open or CONFIG.get().revives(level.rank)


def paused(level: Ending) -> bool:
    """Whether `level`, which differentiates, sees constants here."""
    return level.rank < CONFIG.get().paused_at


@contextmanager
def configured(config: Config) -> Generator[None]:
    """Let `config` hold for a block of code."""
    token = CONFIG.set(config)
    try:
        yield
    finally:
        CONFIG.reset(token)


@contextmanager
def using_config(
    *, recording: bool | None = None, check_finite: bool | None = None, threads: int | None = None
) -> Generator[None]:
    """Set options for a block of code; what is not named stays as it was.

    Args:
        recording: `False` makes operations give plain values: tapes and forward mode that are already open
            see constants. A transform called *inside* the block differentiates as ever. `True` ends such a pause.
        check_finite: `True` makes any operation on a differentiated value that gives nan or inf raise
            `FloatingPointError`, naming the operation and your line. A compiled function is checked as it is
            recorded, with the arguments of that call, not as it runs.
        threads: how many threads the blocks of compiled code share at most; 0 is as many as there are cores.

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
    checks = held.check_finite if check_finite is None else check_finite
    most = held.threads if threads is None else threads
    with configured(attrs.evolve(held, paused_at=paused_at, check_finite=checks, threads=most)):
        yield


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
