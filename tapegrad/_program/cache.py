"""The Programs of a compiled function, and how a call finds its own."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from functools import cached_property
from threading import Lock
from typing import Any

import attrs
import numpy as np

from tapegrad._config import CONFIG
from tapegrad._core.variable import Variable, is_variable
from tapegrad._program.backends import code_of
from tapegrad._program.constants import key_of
from tapegrad._program.program import Program
from tapegrad._program.reading import NUMBERS, UNKNOWN, Reader, is_known, reader
from tapegrad._program.source.function import Code
from tapegrad._program.structured import Structured
from tapegrad._program.trace import Call, is_input
from tapegrad._program.tracing import recording
from tapegrad._program.transformed import AnyLevel
from tapegrad._spec import type_of
from tapegrad._transforms.intermediates import NAMED, hidden
from tapegrad._tree import unflatten
from tapegrad.typing import override

MOST = 256
"""So many Programs a compiled function keeps; the oldest goes first."""
READERS = 16
"""So many structures of arguments a compiled function has a Reader for; the oldest goes first."""


def labels(program: Program) -> Iterator[str]:
    """The names that are given in a Program, and in what is inside of it."""
    for eq in program.equations:
        if eq.primitive is NAMED:
            yield eq.parameters[0].value
        elif isinstance(eq.primitive, Structured):
            for part in eq.primitive.parts().values():
                yield from labels(part)


@attrs.frozen(eq=False, slots=False)
class Entry:
    """One Program, and what runs it."""

    program: Program
    donated: Sequence[bool]
    """Which inputs are."""
    label: str | None
    """A name that is given inside, if there is one."""
    at_levels: AnyLevel
    """The same for Variables."""

    @cached_property
    def code(self) -> Code:
        """The code for plain values."""
        return code_of(self.program, self.at_levels.backend, self.donated)

    def run(self, *leaves: Any) -> Any:
        """The tree of the outputs: by the code, or as other levels make it."""
        if self.label is not None and CONFIG.get().collector is not None:
            raise hidden(self.label)
        for leaf in leaves:
            if isinstance(leaf, Variable):
                outs = self.program.evaluate(leaves) if recording.get() else self.at_levels(*leaves)
                return unflatten(self.program.structure, outs)
        return self.code.run(*leaves)


@attrs.define(eq=False)
class Cache:
    """The Programs of one compiled function. No part of its value: a copy begins with none."""

    entries: dict[Any, Entry] = attrs.field(factory=dict[Any, Entry], init=False)
    """By signature."""
    quick: dict[Any, Callable[..., Any]] = attrs.field(factory=dict[Any, Callable[..., Any]], init=False)
    """Their code alone, by the signatures of Readers."""
    readers: tuple[Reader, ...] = attrs.field(default=(), init=False)
    """The newest first."""
    derived: dict[Any, Any] = attrs.field(factory=dict[Any, Any], init=False)
    """Derivatives of the function, compiled: solvers keep them here."""
    lock: Any = attrs.field(factory=Lock, init=False)

    def add(self, key: Any, entry: Entry, call: Call, args: Sequence[Any], keywords: Mapping[str, Any]) -> None:
        """Keep an entry, and at most `MOST` of them; the next call like this one finds it at once, if that can be."""
        plain = entry.label is None and not any(map(is_variable, call.inputs))
        run = entry.code.run if plain else entry.run
        with self.lock:
            self.entries[key] = entry
            if all(map(is_known, map(type_of, call.inputs))):
                known = self._signature(call, args, keywords)
                if known is None and (new := reader(call, self.quick.get)):
                    self.readers = (new, *self.readers[: READERS - 1])
                    known = self._signature(call, args, keywords)
                if known is not None:
                    self.quick[known] = run
            for table in (self.entries, self.quick):
                while len(table) > MOST:
                    del table[next(iter(table))]

    def _signature(self, call: Call, args: Sequence[Any], keywords: Mapping[str, Any]) -> Any:
        """By the first Reader that finds the call's inputs where they are."""
        for read in self.readers:
            if (known := read(args, keywords, taken_apart)) is not UNKNOWN:
                signature, inputs = known
                if [*map(id, inputs)] == [*map(id, call.inputs)]:
                    return signature
        return None

    @override
    def __reduce__(self) -> Any:
        return Cache, ()


def kind_of(leaf: Any) -> Any:
    """What the Program depends on, of any leaf."""
    cls = type_of(leaf)
    if isinstance(leaf, Variable):
        return Variable, leaf.dtype, leaf.shape
    if is_input(leaf):
        return cls if cls in NUMBERS else (cls, leaf.dtype, np.shape(leaf))
    return key_of(leaf)


def taken_apart(signature: Hashable) -> Callable[..., Any]:
    """What gives the signature of a call, which must be one that can be looked for, and its inputs."""
    hash(signature)
    return lambda *inputs: (signature, inputs)
