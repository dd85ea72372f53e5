"""What NumPy computes in a kernel's place, for arguments that its formulas do not reach."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np

from tapegrad._core.primitive import Primitive
from tapegrad._program.program import Atom, Equation, Var


@attrs.frozen
class Plain:
    """Equations as NumPy computes them, for arguments that a kernel's formulas do not reach."""

    equations: tuple[Equation, ...]
    inputs: tuple[Var, ...]
    outputs: tuple[Var, ...]

    def __call__(self, *arguments: Any) -> list[Any]:
        values: dict[Atom, Any] = dict(zip(self.inputs, arguments, strict=True))
        with np.errstate(all="ignore"):
            for eq in self.equations:
                given = [values[atom] if isinstance(atom, Var) else atom.value for atom in eq.inputs]
                compute: Any = eq.primitive.compute
                values[eq.outputs[0]] = compute(*given, *(literal.value for literal in eq.parameters))
        return [np.array(values[var])[()] for var in self.outputs]


@attrs.frozen
class Listed:
    """A primitive's computation, whose results are always a list."""

    primitive: Primitive

    def __call__(self, *arguments: Any) -> list[Any]:
        compute: Any = self.primitive.compute
        outs = compute(*arguments)
        return [outs] if self.primitive.results == 1 else list(outs)
