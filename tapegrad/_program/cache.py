"""The Programs of a compiled function, and how a call finds its own."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from importlib import import_module
from threading import Lock
from typing import Any, Literal, TypeAlias

import attrs
import numpy as np

from tapegrad._config import CONFIG
from tapegrad._core.variable import Variable
from tapegrad._program.constants import key_of
from tapegrad._program.program import Program
from tapegrad._program.reading import NUMBERS, UNKNOWN, Reader, reader
from tapegrad._program.source.control import ControlWriter
from tapegrad._program.source.function import Code
from tapegrad._program.structured import Structured
from tapegrad._program.trace import Call, is_input
from tapegrad._spec import ndarray, type_of
from tapegrad._transforms.intermediates import NAMED, hidden
from tapegrad.typing import override

Backend: TypeAlias = Literal["numpy", "numba"]
WRITERS: Mapping[Backend, str] = {
    "numpy": "tapegrad._program.source.control.ControlWriter",
    "numba": "tapegrad._program.kernels.function.KernelWriter",
}
"""What writes the code of a Program. That for numba is imported when it is first used."""
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


@attrs.frozen(eq=False)
class Entry:
    """One Program, and what runs it."""

    program: Program
    code: Code
    label: str | None
    """A name that is given inside, if there is one."""

    @classmethod
    def of(cls, program: Program, backend: Backend, donated: Sequence[bool], label: str | None) -> Entry:
        """With the code for a Program, of whose inputs some are donated."""
        given = frozenset(var for var, flag in zip(program.inputs, donated, strict=True) if flag)
        module, _, name = WRITERS[backend].rpartition(".")
        writer: type[ControlWriter] = getattr(import_module(module), name)
        return cls(program, writer(program, given).write(), label)

    def run(self, *leaves: Any) -> Any:
        """The tree of the outputs: by the code, or equation by equation where another level is met."""
        if self.label is not None and CONFIG.get().collector is not None:
            raise hidden(self.label)
        return (self.program if any(isinstance(leaf, Variable) for leaf in leaves) else self.code.run)(*leaves)


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
        with self.lock:
            self.entries[key] = entry
            if all(type_of(leaf) is ndarray or type_of(leaf) in NUMBERS for leaf in call.inputs):
                known = self._signature(call, args, keywords)
                if known is None and (new := reader(call, self.quick.get)):
                    self.readers = (new, *self.readers[: READERS - 1])
                    known = self._signature(call, args, keywords)
                if known is not None:
                    self.quick[known] = entry.code.run if entry.label is None else entry.run
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
