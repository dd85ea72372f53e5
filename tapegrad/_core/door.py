"""The one door: every operation, however it was written, passes through here."""

from __future__ import annotations

from typing import Any

from tapegrad._core.primitive import Primitive
from tapegrad._core.variable import Variable


def apply(primitive: Primitive, *args: Any) -> Any:
    """Hand an operation to the innermost level among its arguments; with none, compute it.

    Returns what `primitive.compute` does: the output, or a tuple of outputs and by-products.
    """
    level = None
    for arg in args:
        if isinstance(arg, Variable) and (level is None or arg.level.rank > level.rank):
            level = arg.level
    return primitive.compute(*args) if level is None else level.interpret(primitive, args)
