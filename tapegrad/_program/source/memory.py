"""Memory that compiled code uses again: a thread's own for large arrays, a Program's own for small ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
import math
from threading import local
from types import FunctionType, TracebackType
from typing import Any

import attrs
import numpy as np

from tapegrad._program.source.lifetimes import Kind, Order

ROWS = 1 << 10
"""The rows of so many a list is kept of, which takes more memory than they do."""
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
    """A part of a buffer, or of another part."""

    buffer: str
    index: Any
    shape: tuple[int, ...]

    def within(self, buffers: Mapping[str, Any]) -> Any:
        """The part, of such buffers."""
        return buffers[self.buffer][self.index].reshape(self.shape)


@attrs.frozen
class RowsOf:
    """The rows of a buffer as a list, which takes a tenth of the time to go through; or those from the second on."""

    buffer: str
    last: str = ""
    """What follows the last row in place of the first before the others."""

    def within(self, buffers: Mapping[str, Any]) -> Any:
        """The rows, of such buffers."""
        rows = [*buffers[self.buffer]]
        return [*rows[1:], buffers[self.last]] if self.last else rows


@attrs.define(eq=False)
class Pool:
    """Buffers that a Program keeps from call to call, as global names of its function: quicker to find than to make.

    Each copy of the function has its own. A call takes one off a list, or makes one where others run, and puts it back.
    """

    kinds: dict[str, Kind] = attrs.field(factory=dict[str, Kind], init=False)
    parts: dict[str, Part | RowsOf] = attrs.field(factory=dict[str, Any], init=False)
    operands: dict[tuple[Kind, int], str] = attrs.field(factory=dict[Any, str], init=False)
    """The buffers for operands, by their number, that are read at once."""
    free: list[Callable[..., Any]] = attrs.field(factory=list[Callable[..., Any]], init=False)

    def another(self, function: FunctionType) -> Callable[..., Any]:
        """A copy of the function that has buffers; and code of its own, as that remembers where globals are."""
        kinds = [*self.kinds.values()]
        buffers = dict(zip(self.kinds, carved(np.empty(needed(kinds), np.uint8), kinds), strict=True))
        for name, part in self.parts.items():
            buffers[name] = part.within(buffers)
        return FunctionType(function.__code__.replace(), {**function.__globals__, **buffers})

    def scratch(self, kind: Kind, operand: int, free: Callable[[str], str]) -> str:
        """A buffer for an operand that the next line reads, and none after it."""
        if (kind, operand) not in self.operands:
            self.operands[kind, operand] = free("scratch")
            self.kinds[self.operands[kind, operand]] = kind
        return self.operands[kind, operand]

    def has_rows(self, name: str) -> bool:
        """Whether a list of the rows of a buffer, or of a part, may be kept."""
        whole = self.kinds.get(name) or self.parts.get(name)
        shape = whole.shape if isinstance(whole, Part) else whole[0] if isinstance(whole, tuple) else ()
        return len(shape) > 1 and shape[0] <= ROWS

    def rows(self, name: str, last: str, free: Callable[[str], str]) -> str:
        """What the list of its rows is called; or of those from the second on, and `last`."""
        rows = RowsOf(name, last)
        for known, part in self.parts.items():
            if part == rows:
                return known
        self.parts[called := free("rows")] = rows
        return called

    def listing(self) -> list[str]:
        """What the buffers are, as comments."""
        return [f"# {name}: {dtype} {shape}, kept" for name, (shape, dtype) in self.kinds.items()]


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
