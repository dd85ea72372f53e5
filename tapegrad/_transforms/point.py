"""Where a function is differentiated: one call of it, with the leaves to differentiate in taken out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import attrs

from tapegrad._core.recorder import Recorder
from tapegrad._leaves import direction, restored
from tapegrad._spec import Spec, Value, spec_of
from tapegrad._transforms.places import Place
from tapegrad._transforms.recording import Recording
from tapegrad._transforms.sources import Sources, opened
from tapegrad._transforms.transform import name_of, place_of
from tapegrad._tree import flatten
from tapegrad.errors import DomainError


@attrs.define(eq=False)
class Point:
    """A call, and the values of its differentiated leaves: copies, which the caller cannot change."""

    word: str
    """What the user called: it begins the error messages."""
    f: Callable[..., Any]
    args: Sequence[Any]
    keywords: Mapping[str, Any]
    places: Sequence[Place]
    """Where the differentiated arguments stand."""
    sources: Sources
    values: list[Value]

    @classmethod
    def of(
        cls, word: str, f: Callable[..., Any], args: Sequence[Any], keywords: Mapping[str, Any], places: Sequence[Place]
    ) -> Point:
        """The point of `f(*args, **keywords)`, in the arguments at `places`."""
        structures: list[tuple[int, Any]] = []
        leaves: list[Any] = []
        values: list[Value] = []
        for place in places:
            argument = args[place] if isinstance(place, int) else keywords[place]
            given, structure, admitted = opened(argument, word, f, place)
            structures.append((len(given), structure))
            leaves += given
            values += admitted
        return cls(word, f, args, keywords, places, Sources(leaves, structures), values)

    @property
    def name(self) -> str:
        """How messages call the function."""
        return name_of(self.f)

    @property
    def specs(self) -> list[Spec]:
        """The Spec of each leaf."""
        return [spec_of(value) for value in self.values]

    @property
    def size(self) -> int:
        """How many numbers the leaves hold."""
        return sum(value.size for value in self.values)

    @property
    def has_complex(self) -> bool:
        """Whether some leaf is complex."""
        return any(value.dtype.kind == "c" for value in self.values)

    def call(self, values: Sequence[Value]) -> Any:
        """What the function returns with these in place of the leaves."""
        args, keywords = list(self.args), self.keywords
        for place, tree in zip(self.places, self.sources.trees(values), strict=True):
            if isinstance(place, int):
                args[place] = tree
            else:
                keywords = {**keywords, place: tree}
        return self.f(*args, **keywords)

    def record(self, tape: Recorder | None = None) -> tuple[Recording, Any]:
        """A run of the function on a tape of its own, and what it returned."""
        tape = Recorder() if tape is None else tape
        variables = [tape.watch(value) for value in self.values]
        run = Recording(tape, self.sources, [variable.node for variable in variables])
        try:
            return run, self.call(variables)
        finally:
            tape.seal()

    def directions(self, tangents: Sequence[Any]) -> list[Value]:
        """The leaves of a tangent for each differentiated argument, which has its structure, shapes and kinds."""
        found: list[Value] = []
        for place, (count, structure), tangent in zip(self.places, self.sources.structures, tangents, strict=True):
            leaves, given = flatten(tangent)
            try:
                if given != structure:
                    raise DomainError("the tangent has not the structure of the primal.")
                specs = map(spec_of, self.values[len(found) : len(found) + count])
                found += [direction(leaf, spec, "a tangent") for leaf, spec in zip(leaves, specs, strict=True)]
            except (DomainError, ValueError) as error:
                raise type(error)(f"{place_of(self.word, self.f, place)}: {error}") from None
        return found

    def primals(self) -> list[Any]:
        """The differentiated arguments as they were when the point was made."""
        return self.sources.trees([restored(x, leaf) for x, leaf in zip(self.values, self.sources.leaves, strict=True)])
