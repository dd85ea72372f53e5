"""Each primitive's own entrance to the door, with the commonest case unrolled.

One or two arrays, on one open tape over plain values, under the default configuration: that is nearly every operation
of nearly every program. Here it is recorded in one pass over the arguments; anything else goes to `apply`, and the
result is the same.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tapegrad._config import CONFIG, DEFAULT
from tapegrad._core.door import apply, numpys
from tapegrad._core.primitive import Primitive
from tapegrad._core.recorder import Recorded
from tapegrad._core.variable import Variable
from tapegrad._spec import FLOAT64, spec_of
from tapegrad._values import operand, owned

config = CONFIG.get
float64 = np.float64


def entrance(primitive: Primitive, by_itself: Callable[[Any], Any] | None = None) -> Callable[..., Any]:
    """The function by which `primitive` is applied.

    Where both arguments are one Variable, that is `by_itself`, unless it returns None.
    """
    if primitive.results == 1 and primitive.arity == 1 and all(primitive.pulls):
        return _unary(primitive)
    if primitive.results == 1 and primitive.arity == 2 and all(primitive.pulls) and not primitive.parameters:
        return _binary(primitive, by_itself)

    def general(*args: Any) -> Any:
        return apply(primitive, *args)

    return general


def _unary(primitive: Primitive) -> Callable[..., Any]:
    compute = primitive.compute
    (gather,) = primitive.gathers

    def unary(x: Any, *parameters: Any) -> Any:
        if type(x) is not Recorded or not x.level.plain or config() is not DEFAULT:
            return apply(primitive, x, *parameters)
        value, node = x.primal, x.node
        out = compute(value, *parameters)
        kept = gather and gather((value, *parameters, out))
        return x.level.record(
            primitive, (node,), node.generation + 1, (kept,), out, FLOAT64 if type(out) is float64 else spec_of(out)
        )

    return unary


def _binary(primitive: Primitive, by_itself: Callable[[Any], Any] | None) -> Callable[..., Any]:
    compute = primitive.compute
    gather_x, gather_y = primitive.gathers
    reads_x, reads_y = primitive.reads

    def binary(x: Any, y: Any) -> Any:
        if x is y and by_itself is not None and hasattr(x, "level"):
            other = by_itself(x)
            if other is not None:
                return other
        if type(x) is Recorded:
            level, node_x, value_x = x.level, x.node, x.primal
            if not level.plain or config() is not DEFAULT:
                return apply(primitive, x, y)
            generation = node_x.generation
            if type(y) is Recorded:
                if y.level is not level:
                    return apply(primitive, x, y)
                node_y, value_y = y.node, y.primal
                mixed = type(value_x) is not float64 or type(value_y) is not float64
                if mixed and value_x.dtype is not value_y.dtype:
                    return apply(primitive, x, y)
                out = compute(value_x, value_y)
                pool = (value_x, value_y, out)
                kept = (gather_x and gather_x(pool), gather_y and gather_y(pool))
                if node_y.generation > generation:
                    generation = node_y.generation
            elif isinstance(y, Variable):
                return apply(primitive, x, y)
            else:
                node_y = None
                number = type(y) is float or type(y) is int
                if not number:
                    y = operand(y)
                out = numpys(compute(value_x, y)) if not number else compute(value_x, y)
                if reads_y and not number:
                    y = owned(y, out.dtype)
                kept = (gather_x and gather_x((value_x, y, out)), None)
        elif type(y) is Recorded and not isinstance(x, Variable):
            level, node_x, node_y, value_y = y.level, None, y.node, y.primal
            if not level.plain or config() is not DEFAULT:
                return apply(primitive, x, y)
            generation = node_y.generation
            number = type(x) is float or type(x) is int
            if not number:
                x = operand(x)
            out = numpys(compute(x, value_y)) if not number else compute(x, value_y)
            if reads_x and not number:
                x = owned(x, out.dtype)
            kept = (None, gather_y and gather_y((x, value_y, out)))
        else:
            return apply(primitive, x, y)
        return level.record(
            primitive, (node_x, node_y), generation + 1, kept, out, FLOAT64 if type(out) is float64 else spec_of(out)
        )

    return binary
