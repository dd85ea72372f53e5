"""Single matrices: the ways to BLAS and LAPACK that take NumPy the shortest.

For small matrices `x @ y` takes 1 µs and `x.dot(y)` a quarter of that; `np.linalg.solve` 5.5 µs, the function beneath
it 1.2. They call the same routines, so the results are the same to the bit; but for operands that BLAS cannot read
where they lie, which `dot` copies and NumPy's `@` may multiply by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from tapegrad._program.program import Equation, Program
from tapegrad._rules.untyped import linalg

RANKS: Mapping[str, tuple[int, int]] = {"matmul": (2, 2), "matvec": (2, 1), "vecmat": (1, 2), "vecdot": (1, 1)}
"""Of the operands of each product, where they are single matrices and vectors."""

REAL = (np.dtype(np.float32), np.dtype(np.float64))
"""Complex columns times rows of one number are rounded otherwise by `dot`."""

DOUBLE = (np.dtype(np.float64), np.dtype(np.complex128))
"""numpy.linalg computes others in these, too."""

lapack: Any = getattr(linalg, "_umath_linalg", None)
"""What numpy.linalg calls, without its checks."""


def is_dot(program: Program, eq: Equation) -> bool:
    """Whether an equation is a product that `ndarray.dot` computes."""
    if eq.primitive.name not in RANKS:
        return False
    x, y = map(program.spec, eq.inputs)
    single = (x.ndim, y.ndim) == RANKS[eq.primitive.name]
    return single and x.dtype == y.dtype and x.dtype in REAL and x.size > 0 and y.size > 0


def _inverse_transpose(a: Any) -> Any:
    return lapack.inv(a).mT


BENEATH: Mapping[str, Callable[..., Any]] = (
    {"det": lapack.det, "slogdet": lapack.slogdet}
    | {
        "solve": lapack.solve,
        "inv": lapack.inv,
        "inverse_transpose": _inverse_transpose,
        "cholesky": lapack.cholesky_lo,
    }
    if lapack
    else {}
)
"""What primitives come down to."""

SURE = frozenset({"det", "slogdet"})
"""Those that fail for no matrix."""


def from_beneath(program: Program, eq: Equation) -> Callable[..., Any] | None:
    """The function beneath numpy.linalg's for what an equation computes, if there is one."""
    beneath = BENEATH.get(eq.primitive.name)
    if beneath is None:
        return None
    specs = [program.spec(atom) for atom in eq.inputs]
    return beneath if all(spec.dtype in DOUBLE and spec.size for spec in specs) else None


def may_fail(program: Program, eq: Equation) -> bool:
    """Whether that gives nan where it fails: then the primitive itself is to run, which raises as a rule."""
    return eq.primitive.name not in SURE and from_beneath(program, eq) is not None
