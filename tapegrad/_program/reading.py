"""Code that takes the arguments of a call apart: written for one structure, it is several times quicker than a search.

It looks at every node and every leaf, and gives up where anything is of another class, or stands elsewhere. So what it
reads has the structure that it was written for. What it finds it calls at once: a list of arguments to hand over would
cost as much as to read them.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from itertools import count
from typing import Any, Final, Protocol, TypeAlias

import attrs
import numpy as np
import optree
from optree import PyTreeKind

from tapegrad._core.variable import Variable
from tapegrad._program.constants import key_of
from tapegrad._program.source.text import Text
from tapegrad._program.trace import Call, is_input
from tapegrad._spec import ndarray, type_of
from tapegrad._tree import declared_fields

NUMBERS = frozenset(
    {bool, int, float, complex, *(np.dtype(code).type for code in "?" + np.typecodes["AllInteger"] + "efdgFDG")}
)
"""Classes of single numbers, each with one dtype."""


def is_known(kind: type[Any]) -> bool:
    """Whether a Reader is written for inputs of this class: single numbers, arrays, and Variables."""
    return kind is ndarray or kind in NUMBERS or issubclass(kind, Variable)


UNKNOWN: Final = object()
"""What a Reader returns of a call that it can do nothing with."""

numbers = count()
Find: TypeAlias = Callable[[Hashable], Callable[..., Any] | None]


class Reader(Protocol):
    """A function that takes calls of one structure apart."""

    def __call__(self, args: Any, keywords: Any, find: Find = ..., /) -> Any:
        """The function that `find` finds by the call's signature, called with the leaves that are inputs.

        UNKNOWN if it finds none, or gives up.
        """
        ...


class UnreadableError(Exception):
    """Of arguments that no code is written for."""


@attrs.define
class Reading:
    """A Reader that is being written."""

    text: Text = attrs.field(factory=Text, init=False)
    signature: list[str] = attrs.field(factory=list[str], init=False)
    inputs: list[str] = attrs.field(factory=list[str], init=False)
    count: int = attrs.field(default=0, init=False)

    def name(self) -> str:
        """A new local name."""
        self.count += 1
        return f"x{self.count}"

    def demand(self, condition: str) -> None:
        """Go on only where this holds."""
        self.text.line(f"if not ({condition}): return UNKNOWN")

    def static(self, name: str) -> None:
        """What the Program depends on as a whole."""
        self.signature.append(f"{self.text.object(key_of, 'key_of')}({name})")

    def input(self, name: str, leaf: Any) -> None:
        """What the Program depends on by its class and, if it is an array, its dtype and shape."""
        kind = type_of(leaf)
        self.demand(f"type({name}) is {self.text.object(kind, kind.__name__)}")
        if kind not in NUMBERS:
            self.signature += [f"{name}.dtype", f"{name}.shape"]
        self.inputs.append(name)

    def tree(self, name: str, tree: Any, structure: optree.PyTreeSpec[Any], leaves: Iterator[Any]) -> None:
        """Any argument, or part of one."""
        if structure.is_leaf():
            leaf = next(leaves)
            self.input(name, leaf) if is_input(leaf) else self.static(name)
            return
        kind: Any = structure.type
        self.demand(f"type({name}) is {self.text.object(kind, 'kind')}")
        parts = structure.children()
        names = [self.name() for _ in parts]
        children: list[Any]
        if structure.kind in (PyTreeKind.TUPLE, PyTreeKind.LIST, PyTreeKind.NAMEDTUPLE):
            self.text.line(f"({', '.join(names)}{',' * (len(names) == 1)}) = {name}")
            children = list(tree)
        elif structure.kind == PyTreeKind.DICT:
            self.demand(f"len({name}) == {len(names)}")
            for part, key in zip(names, structure.entries(), strict=True):
                self.text.line(f"{part} = {name}[{self.text.key(key)}]")
            children = [tree[key] for key in structure.entries()]
        elif (fields := declared_fields(kind)) is not None and not fields.others(tree):
            if hasattr(tree, "__dict__"):
                self.demand(f"{name}.__dict__.keys() <= {self.text.object(fields.known, 'known')}")
            for part, field in zip(names, fields.children, strict=True):
                self.text.line(f"{part} = {name}.{field}")
            for field in fields.static:
                self.static(f"{name}.{field}")
            children = [getattr(tree, field) for field in fields.children]
        else:
            raise UnreadableError
        for each in zip(names, children, parts, strict=True):
            self.tree(*each, leaves)

    def function(self, call: Call, find: Find) -> Reader:
        """The whole function, for calls like this one."""
        leaves = iter(call.leaves)
        parts = call.structure.children()
        self.text.object(UNKNOWN, "UNKNOWN")
        with self.text.block(f"def read(args, keywords, find={self.text.object(find, 'find')}):"):
            with self.text.block("try:"):
                names = [self.name() for _ in call.args]
                self.text.line(f"({', '.join(names)}{',' * (len(names) == 1)}) = args")
                self.demand(f"len(keywords) == {len(call.keywords)}" if call.keywords else "not keywords")
                for i, each in enumerate(zip(names, call.args, parts[0].children(), strict=True)):
                    self._argument(i, *each, call, leaves)
                order = parts[1].entries()
                for key, part in zip(order, parts[1].children(), strict=True):
                    name = self.name()
                    self.text.line(f"{name} = keywords[{key!r}]")
                    self._argument(key, name, call.keywords[key], part, call, leaves)
                number = str(next(numbers))  # or the signatures of two Readers could be the same
                signature = f"({', '.join([number, *self.signature])})" if self.signature else number
                self.text.line(f"run = find({signature})")
            with self.text.block("except (LookupError, ValueError, AttributeError, TypeError):"):
                self.text.line("return UNKNOWN")
            self.text.line(f"return UNKNOWN if run is None else run({', '.join(self.inputs)})")
        return self.text.function("read")

    def _argument(
        self,
        place: int | str,
        name: str,
        tree: Any,
        structure: optree.PyTreeSpec[Any],
        call: Call,
        leaves: Iterator[Any],
    ) -> None:
        if place in call.static:
            next(leaves)
            self.static(name)
        else:
            self.tree(name, tree, structure, leaves)


def reader(call: Call, find: Find) -> Reader | None:
    """A Reader for calls like this one, which looks for them by `find`; None where none can be written."""
    try:
        return Reading().function(call, find)
    except UnreadableError:
        return None
