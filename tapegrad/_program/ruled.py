"""Values with derivatives of their own, in a Program: each is tied to the computation that knows its derivative.

Of such a computation (a function with custom rules, a solver) a Program records the operations, which see their
arguments as constants, and then one equation that takes their results and the arguments, and gives the results back.
A level that differentiates or batches the equation applies the computation itself.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any

import attrs
import numpy as np

from tapegrad._core.door import innermost
from tapegrad._program.constants import key_of
from tapegrad._program.specimen import Outcome, spread_out
from tapegrad._program.structured import Structured
from tapegrad._rules.kinds import foreign
from tapegrad._spec import SEVERAL, Spec, type_of
from tapegrad.typing import override


@attrs.frozen(eq=False)
class Tie:
    """The computation, and which of the leaves that it gives are values of the Program."""

    name: str
    again: Callable[[Sequence[Any]], Sequence[Any]]
    """Leaves in, leaves out, at any level."""
    places: tuple[int, ...]
    specs: tuple[Spec, ...]
    """Of these values."""
    weak: tuple[bool, ...]
    """Which of them are numbers of Python's."""

    @override
    def __eq__(self, other: object) -> bool:
        return isinstance(other, Tie) and self._key() == other._key()

    @override
    def __hash__(self) -> int:
        return hash(self._key())

    def _key(self) -> Any:
        return self.name, self.places, self.specs, self.weak, _key(self.again)


@attrs.define(eq=False, repr=False)
class Ruled(Structured):
    """The equation as a primitive, of the results and the arguments."""

    @classmethod
    def made_of(cls, tie: Tie) -> Ruled:
        """The primitive of a computation."""
        count = len(tie.places)
        return cls.of(tie, foreign(tie.name), lambda *values: values[0] if count == 1 else values[:count], count)

    @override
    def parts(self) -> dict[str, Any]:
        return {}

    @override
    def outcome(self) -> Outcome:
        values = [spread_out(spec.shape, spec.dtype) for spec in self.content.specs]
        pairs = zip(values, self.content.weak, strict=True)
        return Outcome([value.item() if weak else value for value, weak in pairs], aliases=True)

    @override
    def bound(self, arguments: Sequence[Any]) -> list[Any]:
        level, places = innermost(arguments), self.content.places
        if level is None or hasattr(level, "tied"):
            return self.applied(arguments)
        found = self.content.again(arguments[len(places) :])
        return [found[i] for i in places]


def _key(part: Any) -> Any:
    """What tells computations apart: their functions, and the constants that these are given."""
    if type_of(part) in SEVERAL:
        return tuple([_key(each) for each in part])
    if attrs.has(type_of(part)) and type_of(part).__eq__ is object.__eq__:
        return type_of(part), *(_key(getattr(part, field.name)) for field in attrs.fields(type_of(part)))
    return key_of(part) if isinstance(part, (Hashable, np.ndarray)) else id(part)
