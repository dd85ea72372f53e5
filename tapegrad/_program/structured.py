"""Primitives with Programs inside: loops and choices."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Self

import attrs

from tapegrad._core.door import apply
from tapegrad._core.primitive import Primitive, Same
from tapegrad._core.recorder import no_rule
from tapegrad._program.specimen import Outcome
from tapegrad._spec import type_of
from tapegrad._tree import field_names
from tapegrad.typing import override


@attrs.define(eq=False, repr=False)
class Structured(Primitive):
    """A primitive made of Programs: equal where they are, and pickled as what it is made of.

    Levels that differentiate or batch never see it: `bound` comes before them, and makes of it another one.
    """

    content: Any = None
    """What it is made of."""

    @classmethod
    def of(cls, content: Any, name: str, compute: Callable[..., Any], outputs: int) -> Self:
        """The primitive, computed by `compute`: all arrays in, the outputs out."""
        same: Any = Same(None)
        return cls(name, compute, -1, same, same, Same(False), no_rule, no_rule, outputs=outputs, content=content)

    def parts(self) -> dict[str, Any]:
        """The Programs inside, by the names of their fields."""
        fields = {name: getattr(self.content, name) for name in field_names(type_of(self.content)) or ()}
        return {name: value for name, value in fields.items() if not isinstance(value, int)}

    def again(self, **parts: Any) -> Any:
        """The same with other Programs inside."""
        return _again(type(self), attrs.evolve(self.content, **parts))

    def outcome(self) -> Outcome:
        """What it makes, known from the Programs inside."""
        raise NotImplementedError

    def bound(self, arguments: Sequence[Any]) -> list[Any]:
        """Applied at the innermost level of the arguments."""
        raise NotImplementedError

    def applied(self, arguments: Sequence[Any]) -> list[Any]:
        """Applied where no level differentiates or batches: computed, or recorded whole."""
        outs = apply(self, *arguments)
        return [outs] if self.results == 1 else list(outs)

    @override
    def __eq__(self, other: object) -> bool:
        return isinstance(other, Structured) and type(other) is type(self) and self.content == other.content

    @override
    def __hash__(self) -> int:
        return hash((type(self), self.content))

    @override
    def __reduce__(self) -> Any:
        return _again, (type(self), self.content)


def _again(cls: Any, content: Any) -> Any:
    return cls.made_of(content)


def bind(primitive: Primitive, *args: Any) -> Any:
    """Apply a primitive of a Program to values of any level."""
    if not isinstance(primitive, Structured):
        return apply(primitive, *args)
    outs = primitive.bound(args)
    return outs[0] if primitive.results == 1 else tuple(outs)
