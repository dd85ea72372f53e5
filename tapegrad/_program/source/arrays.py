"""Equations on arrays, as calls of NumPy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from tapegrad._program.constants import Literal
from tapegrad._program.program import Equation
from tapegrad._program.source.text import Text
from tapegrad._spec import type_of

OPERATORS: Mapping[str, str] = {
    "add": "{} + {}",
    "subtract": "{} - {}",
    "multiply": "{} * {}",
    "divide": "{} / {}",
    "negative": "-{}",
    "equal": "{} == {}",
    "not_equal": "{} != {}",
    "less": "{} < {}",
    "less_equal": "{} <= {}",
    "greater": "{} > {}",
    "greater_equal": "{} >= {}",
    "matmul": "{} @ {}",
    "power": "{} ** {}",
    "slice_of": "{}[{}]",
}
"""Primitives that Python has an operator for: quicker than NumPy's function of the same name."""

UFUNCS: Mapping[str, np.ufunc] = {
    "add": np.add,
    "subtract": np.subtract,
    "multiply": np.multiply,
    "divide": np.divide,
    "negative": np.negative,
    "equal": np.equal,
    "not_equal": np.not_equal,
    "less": np.less,
    "less_equal": np.less_equal,
    "greater": np.greater,
    "greater_equal": np.greater_equal,
}


def ufunc_of(eq: Equation) -> np.ufunc | None:
    """The ufunc that an equation applies; None where it does anything else."""
    compute: Any = eq.primitive.compute
    if isinstance(compute, np.ufunc) and compute.nout == 1:
        return compute
    return UFUNCS.get(eq.primitive.name)


def expression(text: Text, eq: Equation, arguments: list[str]) -> str:
    """The call, as NumPy computes it outside of a Program."""
    given = [*arguments, *(_parameter(text, literal) for literal in eq.parameters)]
    name = eq.primitive.name
    if name in OPERATORS:
        return OPERATORS[name].format(*given)
    compute: Any = eq.primitive.compute
    return f"{text.object(compute, name.replace(' ', '_'))}({', '.join(given)})"


def _parameter(text: Text, literal: Literal) -> str:
    named = type_of(literal.value) in (slice, tuple)  # quicker than to make them anew at each call
    return text.object(literal.value, "index", literal) if named else text.literal(literal)
