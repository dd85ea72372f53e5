"""Source under construction: lines, and the objects that they name."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
import keyword
import linecache
import math
import re
from typing import Any

import attrs

from tapegrad._program.constants import Literal
from tapegrad._program.program import Program, Var
from tapegrad._spec import type_of


@attrs.define(eq=False)
class Text:
    """Lines of Python, and what the global names in them stand for."""

    reserved: set[str] = attrs.field(factory=set[str])
    """Names that locals have."""
    lines: list[str] = attrs.field(factory=list[str], init=False)
    objects: dict[str, Any] = attrs.field(factory=dict[str, Any], init=False)
    known: dict[Any, str] = attrs.field(factory=dict[Any, str], init=False)
    depth: int = attrs.field(default=0, init=False)
    counts: dict[str, int] = attrs.field(factory=dict[str, int], init=False)

    def line(self, text: str) -> None:
        """Add a line at the current depth."""
        self.lines.append("    " * self.depth + text)

    def extend(self, lines: Iterable[str]) -> None:
        """Add lines at the current depth."""
        for text in lines:
            self.line(text)

    @contextmanager
    def block(self, head: str) -> Generator[None]:
        """The lines added inside stand under `head`."""
        self.line(head)
        self.depth += 1
        yield
        self.depth -= 1

    def local(self, prefix: str, first: int = 0) -> str:
        """A name for another local: the prefix, and a number from `first` on."""
        while True:
            count = self.counts[prefix] = self.counts.get(prefix, first - 1) + 1
            name = f"{prefix}{count}"
            if name not in self.reserved and name not in self.objects:
                self.reserved.add(name)
                return name

    def object(self, value: Any, name: str, key: Any = None) -> str:
        """A global name for an object; the same one for the same `key`, by default its identity."""
        key = id(value) if key is None else key
        if key not in self.known:
            name = free = "".join(c if c.isalnum() else "_" for c in name)
            count = 0
            while free in self.objects or free in self.reserved or keyword.iskeyword(free) or TAKEN.fullmatch(free):
                count += 1
                free = f"{name}_{count}"
            self.objects[free] = value
            self.known[key] = free
        return self.known[key]

    def literal(self, literal: Literal) -> str:
        """A constant as an expression: as it is written where that is exact, else by name."""
        value = literal.value
        if written(value):
            return repr(value)
        return self.object(value, "constant", literal)

    def key(self, key: Any) -> str:
        """A key of a dict as an expression."""
        return repr(key) if type_of(key) in (str, int) else self.object(key, "key")

    def function(self, name: str) -> Callable[..., Any]:
        """Compile the lines, and return the function called `name`. Tracebacks show the lines."""
        source = "\n".join(self.lines) + "\n"
        file = f"<tapegrad program {id(self):x}>"
        linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
        namespace: dict[str, Any] = {
            "__name__": __name__,
            **self.objects,
        }  # by which error messages tell it from the user's code
        exec(compile(source, file, "exec"), namespace)
        made: Callable[..., Any] = namespace[name]
        return made


def written(value: Any) -> bool:
    """Whether `repr` writes a value exactly."""
    kind = type_of(value)
    if kind is slice:
        return written((value.start, value.stop, value.step))
    if kind is tuple:
        return all(written(part) for part in value)
    if kind is float:
        return math.isfinite(value)
    return value is None or kind in (int, bool, str)


TAKEN = re.compile(
    r"(block|i|far|part)\d+|(b\d+|n\d+|[rg]\d+(at\d+(to\d+)?(as\d+(x\d+)*)?)?|buffers)(of\d+)?|at|start|stop|_"
    r"|float|range|zip|equations|run|outputs|product|product_both|settle|before|flat"
)
"""Names that generated code has of its own."""


def local_names(program: Program) -> dict[Var, str]:
    """A local name for every value: an input's own where that can be one."""
    names: dict[Var, str] = {}
    taken: set[str] = set()
    for var, name in zip(program.inputs, program.names, strict=True):
        plain = "".join(c if c.isalnum() or c == "_" else "_" for c in name).strip("_")
        plain = plain if plain.isidentifier() and plain.isascii() and not keyword.iskeyword(plain) else "x"
        names[var] = next(
            n
            for n in (plain, *(f"{plain}_{i}" for i in range(len(names) + 1)))
            if n not in taken and not TAKEN.fullmatch(n)
        )
        taken.add(names[var])
    count = 0
    for eq in program.equations:
        for var in eq.outputs:
            while f"v{count}" in taken:
                count += 1
            names[var] = f"v{count}"
            count += 1
    return names
