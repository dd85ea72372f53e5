"""The values of the call that is recorded: computed, with all that they depend on, where one must be looked at.

That is where a primitive has to be applied for its result to be known (a factorisation, a Fourier transform), and where
a function checks its arguments.
"""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np

from tapegrad._core.variable import is_variable
from tapegrad._program.program import Equation, Var
from tapegrad._program.specimen import applied, specimen, spread_out


@attrs.define(eq=False)
class Examples:
    """By symbol, the values that are known and the equations that give the others."""

    values: dict[Var, Any] = attrs.field(factory=dict[Var, Any], init=False)
    makers: dict[Var, Equation] = attrs.field(factory=dict[Var, Equation], init=False)

    def value(self, symbol: Var) -> Any:
        """The value of a symbol."""
        todo = [symbol]
        while todo:
            if todo[-1] in self.values:
                todo.pop()
                continue
            eq = self.makers[todo[-1]]
            missing = [atom for atom in eq.inputs if isinstance(atom, Var) and atom not in self.values]
            if missing:
                todo += missing
                continue
            args = [example(self.values[atom]) if isinstance(atom, Var) else atom.value for atom in eq.inputs]
            with np.errstate(all="ignore"):
                results = applied(eq.primitive, [*args, *(literal.value for literal in eq.parameters)])
            self.values.update(zip(eq.outputs, results, strict=True))
        return example(self.values[symbol])


def example(leaf: Any) -> Any:
    """A plain value such as `leaf` stands for: of a batch, its first element."""
    if not is_variable(leaf):
        return leaf
    inner = example(leaf.seen())
    if np.shape(inner) == leaf.shape:
        return inner
    return inner[0] if len(inner) else np.ones(leaf.shape, leaf.dtype)[()]


def specimen_of(leaf: Any) -> Any:
    """A specimen of what `leaf` stands for."""
    while is_variable(leaf):
        inner: Any = leaf.primal
        if np.shape(inner) != leaf.shape:
            return spread_out(leaf.shape, leaf.dtype)
        leaf = inner
    return specimen(leaf)
