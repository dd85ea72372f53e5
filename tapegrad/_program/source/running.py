"""What generated code calls while it runs: blocks on threads, and the damped product."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
import os
from typing import Any

import numpy as np

from tapegrad._config import CONFIG


def damped(x: Any, y: Any, out: Any) -> None:
    """`damp`, into a buffer that may be that of `y`, not of `x`."""
    np.multiply(x, y, out)
    if not np.isfinite(np.add.reduce(out, axis=None)):
        out[np.broadcast_to(np.equal(x, 0), out.shape)] = 0


@cache
def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@cache
def pool() -> ThreadPoolExecutor:
    """The threads that run blocks beside the calling one. They never wait for one another."""
    return ThreadPoolExecutor(max(1, cores() - 1), "tapegrad")


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=pool.cache_clear)  # a child process has none of the threads


def over_blocks(
    block: Callable[..., list[Any]],
    length: int,
    rows: int,
    buffers: Sequence[tuple[tuple[int, ...], str]],
    *arguments: Any,
) -> list[Any]:
    """Run `block(start, stop, buffers, *arguments)` over all rows, on all cores; the sum of what it returns."""

    def run(first: int, last: int) -> list[Any]:
        scratch = [np.empty((rows, *shape), dtype) for shape, dtype in buffers]
        total: list[Any] = []
        with np.errstate(all="ignore"):
            for start in range(first, last, rows):
                stop = min(start + rows, last)
                free = scratch if stop - start == rows else [buffer[: stop - start] for buffer in scratch]
                part = block(start, stop, free, *arguments)
                total = [a + b for a, b in zip(total, part, strict=True)] if total else part
        return total

    count = CONFIG.get().threads or cores()
    blocks = -(-length // rows)
    if count == 1 or blocks < 2 * count:
        return run(0, length)
    share = -(-blocks // count) * rows
    futures = [pool().submit(run, first, min(first + share, length)) for first in range(share, length, share)]
    totals = [run(0, share), *(future.result() for future in futures)]
    return [sum(parts[1:], parts[0]) for parts in zip(*totals, strict=True)]
