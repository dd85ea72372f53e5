"""`linear_solve`: linear systems by any solver, differentiable by the system, not by the solver's steps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tapegrad._config import no_grad
from tapegrad._core.variable import plain_value
from tapegrad._implicit.levels import floating
from tapegrad._implicit.systems import Applied, AppliedTransposed, Solver, System
from tapegrad._implicit.trees import Endomorphism
from tapegrad._place import user_line
from tapegrad._transforms.transform import name_of
from tapegrad._tree import flatten, unflatten
from tapegrad.typing import R

RESIDUAL = 1e-3
"""What may be left of the right side, relative to it, before a solution counts as none."""


def linear_solve(
    matvec: Callable[..., R],
    b: R,
    /,
    *args: Any,
    solve: Solver | None = None,
    transpose_solve: Solver | None = None,
    symmetric: bool = False,
) -> R:
    """The x with `matvec(x, *args) = b`, for a linear function: differentiable in b and args. No matrix need exist.

    Derivatives are solutions of the same system, and of the transposed one in reverse mode: no step of the solver is
    recorded. They are as exact as the solver makes them. Under `vmap`, the systems are solved one after the
    other; without `solve`, all at once.

    Args:
        matvec: a function that is linear in its first argument: an array or a tree, of the structure of b.
        b: the right side; floating or complex.
        args: what else `matvec` needs, trees of arrays: what is to be differentiated must be passed here, not captured.
        solve: `solve(matvec, b) -> x`, on plain arrays: see `cg` and `gmres`, or any of your own. By default the matrix
            is formed and the system solved by elimination.
        transpose_solve: the same for the transposed system; by default `solve`, which is handed the transposed map.
        symmetric: the map is its own transpose (for complex numbers: without conjugation), which saves finding that.

    Raises:
        ValueError: if `matvec` of the solution is not b to one part in a thousand: the solver has not converged, or
            `matvec` is not linear.
        TypeError: if `matvec` captures a differentiated value and `solve` is given.
        numpy.linalg.LinAlgError: if the matrix is singular.

    >>> import numpy as np
    >>> from tapegrad import grad
    >>> from tapegrad.implicit import linear_solve
    >>> def smoothed(signal, strength):  # x - strength x'' = signal
    ...     def apply(x, strength):
    ...         return x - strength * np.diff(x, 2, prepend=0.0, append=0.0)
    ...     return linear_solve(apply, signal, strength, symmetric=True)
    >>> signal = np.array([0.0, 0.0, 1.0, 0.0, 0.0])
    >>> smoothed(signal, 1.0).round(3)
    array([0.056, 0.167, 0.444, 0.167, 0.056])
    >>> grad(lambda strength: smoothed(signal, strength)[2])(1.0).round(3)
    np.float64(-0.185)
    """
    leaves, structure = flatten(b)
    right = [floating(leaf, "linear_solve: the right side") for leaf in leaves]
    params, params_structure = flatten(args)
    function = Endomorphism(matvec, name_of(matvec), "linear_solve", structure, params_structure)
    forth, back = Applied(function), AppliedTransposed(function)
    solve_back = transpose_solve or solve
    u = System(forth, forth if symmetric else back, structure, solve, solve_back).solution(right, params)
    with no_grad():
        left = [plain_value(leaf) for leaf in function(u, *params)]
    wanted = [plain_value(leaf) for leaf in right]
    missing = max((np.max(np.abs(a - w), initial=0) for a, w in zip(left, wanted, strict=True)), default=0)
    if missing > RESIDUAL * max((np.max(np.abs(w), initial=0) for w in wanted), default=0):
        raise ValueError(
            f"linear_solve at {user_line()}: {name_of(matvec)} of the solution is not the right side. Either the "
            f"solver has not converged, or {name_of(matvec)} is not linear."
        )
    return unflatten(structure, u)
