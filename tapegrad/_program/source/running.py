"""What generated code calls while it runs: blocks on threads, memory that is used again, the damped product."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from functools import cache
import math
import os
from threading import local
from types import TracebackType
from typing import Any

import attrs
import numpy as np

from tapegrad._config import CONFIG
from tapegrad._spec import ndarray

KEPT = 1 << 22
"""So many bytes each thread keeps for the next call."""
FEW = 8_192
"""A dot product of so many elements runs on one thread, and is the quickest way to see whether all are finite."""


def damp(x: Any, y: Any) -> Any:
    """`damp` of arrays: the product, and 0 where x is 0."""
    product = x * y
    seen = y if isinstance(y, ndarray) and y.size < np.size(product) else product  # of a finite y, 0 * y is 0
    return product if all_finite(seen) else np.where(np.equal(x, 0), 0, product)[()]


def damped(x: Any, y: Any, out: Any) -> Any:
    """`damp`, into a buffer that may be that of `y`, not of `x`."""
    np.multiply(x, y, out)
    if not all_finite(out):
        out[np.broadcast_to(np.equal(x, 0), out.shape)] = 0
    return out


def all_finite(*arrays: Any) -> bool:
    """Whether every element is; of elements whose sum or whose squares overflow, it may say no."""
    for array in arrays:
        if isinstance(array, ndarray) and array.size <= FEW and array.dtype.kind == "f":
            if not math.isfinite(squares(array, array)):
                return False
        elif not np.isfinite(np.add.reduce(array, axis=None)):
            return False
    return True


squares: Callable[[Any, Any], Any] = np.vdot


class Memory(local):
    """What a thread remembers."""

    kept: Any = None
    """Memory for the next call; None while it is in use, or where there was none."""
    working: bool = False
    """Whether the thread runs a block."""


memory = Memory()


@attrs.define(eq=False)
class Workspace:
    """Buffers in a thread's memory, for as long as the context lasts.

    Whoever asks while they are in use, a finaliser that runs compiled code for one, gets memory of its own.
    """

    kinds: Sequence[tuple[tuple[int, ...], str]]
    held: Any = None

    def __enter__(self) -> list[Any]:
        if not self.kinds:
            return []
        dtypes = [np.dtype(dtype) for _, dtype in self.kinds]
        sizes = [
            -(-math.prod(shape) * dtype.itemsize // 64) * 64
            for (shape, _), dtype in zip(self.kinds, dtypes, strict=True)
        ]
        self.held, memory.kept = memory.kept, None
        if self.held is None or self.held.nbytes < sum(sizes) + 64:
            self.held = np.empty(sum(sizes) + 64, np.uint8)
        at = -self.held.ctypes.data % 64
        buffers: list[Any] = []
        for (shape, _), dtype, size in zip(self.kinds, dtypes, sizes, strict=True):
            buffers.append(np.ndarray(shape, dtype, self.held, at))
            at += size
        return buffers

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.held is not None and self.held.nbytes <= KEPT:
            memory.kept = self.held
        self.held = None


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
    buffers: Sequence[tuple[tuple[int, ...], str]],
    *arguments: Any,
) -> list[Any]:
    """Run `block(start, stop, buffers, *arguments)` over all rows, on all cores; the sum of what it returns.

    From within a block, as a finaliser may call it, it stays on its thread: no thread of the pool waits for another.
    """

    def run(first: int, last: int) -> list[Any]:
        total: list[Any] = []
        memory.working = True
        with Workspace([((rows, *shape), dtype) for shape, dtype in buffers]) as scratch, np.errstate(all="ignore"):
            for start in range(first, last, rows):
                stop = min(start + rows, last)
                free = scratch if stop - start == rows else [buffer[: stop - start] for buffer in scratch]
                part = block(start, stop, free, *arguments)
                total = [a + b for a, b in zip(total, part, strict=True)] if total else part
        return total

    outermost = not memory.working
    try:
        count = CONFIG.get().threads or cores()
        blocks = -(-length // rows)
        if count == 1 or blocks < 2 * count or not outermost:
            return run(0, length)
        share = -(-blocks // count) * rows
        others: list[Future[list[Any]]] = []
        with suppress(RuntimeError):  # from an interpreter that is about to exit, and starts no threads
            others.extend(
                pool().submit(run, first, min(first + share, length)) for first in range(share, length, share)
            )
        totals = [run(0, share)]
        if (left := share * (1 + len(others))) < length:
            totals.append(run(left, length))
        totals += [other.result() for other in others]
        return [sum(parts[1:], parts[0]) for parts in zip(*totals, strict=True)]
    finally:
        memory.working = not outermost
