"""Memory that compiled code uses again: a thread's own for large arrays, a Program's own for small ones."""

from __future__ import annotations

from collections.abc import Sequence
import math
from threading import local
from types import TracebackType
from typing import Any

import attrs
import numpy as np

from tapegrad._program.source.lifetimes import Kind, Order

LINE = 64
"""The bytes of a cache line."""
KEPT = 1 << 22
"""So many bytes each thread keeps for the next call."""


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

    kinds: Sequence[Kind]
    order: Order = "C"
    held: Any = None

    def __enter__(self) -> list[Any]:
        if not self.kinds:
            return []
        self.held, memory.kept = memory.kept, None
        if self.held is None or self.held.nbytes < needed(self.kinds):
            self.held = np.empty(needed(self.kinds), np.uint8)
        return carved(self.held, self.kinds, self.order)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.held is not None and self.held.nbytes <= KEPT:
            memory.kept = self.held
        self.held = None


@attrs.frozen
class Part:
    """A part of a buffer."""

    buffer: int
    index: int | slice
    shape: tuple[int, ...]


@attrs.define(eq=False)
class Pool:
    """Buffers that a Program keeps from call to call: quicker to take than to make.

    A call that runs while another has them gets others; one that fails does not give them back.
    """

    kinds: Sequence[Kind]
    parts: Sequence[Part] = ()
    """Which parts of them come after them."""
    free: list[list[Any]] = attrs.field(factory=list[list[Any]], init=False)

    def take(self) -> list[Any]:
        """Buffers that nothing else uses until they are given back, and their parts."""
        try:
            return self.free.pop()
        except IndexError:
            buffers = carved(np.empty(needed(self.kinds), np.uint8), self.kinds)
            return buffers + [buffers[part.buffer][part.index].reshape(part.shape) for part in self.parts]


def needed(kinds: Sequence[Kind]) -> int:
    """So many bytes hold such buffers."""
    return sum(map(size, kinds)) + LINE


def carved(block: Any, kinds: Sequence[Kind], order: Order = "C") -> list[Any]:
    """Buffers in a block of memory, each on a cache line of its own."""
    at = -block.ctypes.data % LINE
    buffers: list[Any] = []
    for shape, dtype in kinds:
        buffers.append(np.ndarray(shape, dtype, block, at, order=order))
        at += size((shape, dtype))
    return buffers


def size(kind: Kind) -> int:
    """The bytes of a buffer, in whole cache lines."""
    shape, dtype = kind
    return -(-math.prod(shape) * np.dtype(dtype).itemsize // LINE) * LINE
