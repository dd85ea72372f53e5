"""A level that looks on: it computes as NumPy does, and notes which primitives are applied."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np

from tapegrad._config import next_rank
from tapegrad._core.door import apply
from tapegrad._core.primitive import Primitive
from tapegrad._core.variable import Variable, looks_like_an_array


@attrs.define(eq=False, init=False, repr=False, weakref_slot=False)
class Witnessed(Variable[Any]):
    """A Variable of a Witness."""

    __class__ = looks_like_an_array  # pyright: ignore[reportIncompatibleMethodOverride]  # as Recorded


@attrs.frozen(eq=False)
class Witness:
    """Opened outside a transform, it sees the rules at work too."""

    names: set[str] = attrs.field(factory=set[str])
    rank: int = attrs.field(factory=next_rank, init=False)
    open: bool = True

    def watch(self, value: Any) -> Any:
        """A Variable for numbers and masks; integers, which are mostly positions, as they are."""
        if np.result_type(value).kind not in "fcb":
            return value
        variable = Witnessed()
        variable.primal = value
        variable.level = self
        return variable

    def interpret(self, primitive: Primitive, args: tuple[Any, ...], /) -> Any:
        self.names.add(primitive.name)
        inner = [arg.primal if isinstance(arg, Witnessed) and arg.level is self else arg for arg in args]
        result = apply(primitive, *inner)
        if isinstance(result, tuple):
            parts: list[Any] = [*result]
            return tuple(map(self.watch, parts))
        return self.watch(result)
