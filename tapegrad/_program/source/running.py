"""What generated code calls to run blocks, on threads where that pays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from functools import cache
import os
from typing import Any

import numpy as np

from tapegrad._config import CONFIG
from tapegrad._errstate import errstate, ignored
from tapegrad._program.source.lifetimes import Kind, Order
from tapegrad._program.source.memory import Workspace, memory


@cache
def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@cache
def pool() -> ThreadPoolExecutor:
    """The threads that run blocks beside the calling one."""
    return ThreadPoolExecutor(max(1, cores() - 1), "tapegrad")


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=pool.cache_clear)  # a child process has none of the threads


def over_blocks(
    block: Callable[..., list[Any]],
    length: int,
    rows: int,
    buffers: Sequence[Kind],
    *arguments: Any,
    order: Order = "C",
    loop: int = 0,
) -> list[Any]:
    """Run `block(start, stop, buffers, *arguments)` over all rows, on all cores; the sum of what it returns.

    NumPy copies what is repeated into its buffers, to make one loop of many; but not where the innermost loop already
    is as long as they are. So if all are of some length, as `loop` says, the buffers are made as short: their length
    must be a multiple of 16.

    From within a block, as a finaliser may call it, it stays on its thread: no thread of the pool waits for another.
    """

    def run(first: int, last: int) -> list[Any]:
        total: list[Any] = []
        memory.working = True
        kinds = [((rows, *shape), dtype) for shape, dtype in buffers]
        before = errstate.set(ignored)
        try:
            if loop:
                np.setbufsize(loop)  # until `before` is back
            with Workspace(kinds, order) as scratch:
                for start in range(first, last, rows):
                    stop = min(start + rows, last)
                    free = scratch if stop - start == rows else [buffer[: stop - start] for buffer in scratch]
                    part = block(start, stop, free, *arguments)
                    total = [a + b for a, b in zip(total, part, strict=True)] if total else part
        finally:
            errstate.reset(before)
        return total

    outermost = not memory.working
    try:
        count = CONFIG.get().threads or cores()
        blocks = -(-length // rows)
        if count == 1 or blocks < 2 * count or not outermost:
            return run(0, length)
        share = -(-blocks // count) * rows
        others: list[Future[list[Any]]] = []
        try:
            with suppress(RuntimeError):  # from an interpreter that is about to exit, and starts no threads
                others.extend(
                    pool().submit(run, first, min(first + share, length)) for first in range(share, length, share)
                )
            totals = [run(0, share)]
            if (left := share * (1 + len(others))) < length:
                totals.append(run(left, length))
        finally:
            wait(others)  # also if this thread fails: what they write to is used again
        totals += [other.result() for other in others]
        return [sum(parts[1:], parts[0]) for parts in zip(*totals, strict=True)]
    finally:
        memory.working = not outermost
