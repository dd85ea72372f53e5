"""The decorators that make implicit functions of solvers."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Protocol

from tapegrad._implicit.roots import FixedPoint, Minimum, Root
from tapegrad._implicit.systems import Solver
from tapegrad.typing import P, R


class Decorator(Protocol):
    """Makes an implicit function of a solver; its signature stays."""

    def __call__(self, solver: Callable[P, R], /) -> Callable[P, R]: ...


def custom_root(
    optimality: Callable[..., Any], /, *, solve: Solver | None = None, tolerance: float = 1e-3
) -> Decorator:
    """Decorates a solver `solver(init, *params) -> x` with the equation `optimality(x, *params) = 0` that x satisfies.

    The result is called as the solver is, and is differentiable in the params, at every order and in every mode, by
    the implicit function theorem: dx = -A⁻¹ dF, where F is the optimality and A its derivative in x. The solver
    gets plain arrays, and none of its steps is differentiated: any algorithm will do, SciPy's or your own. The
    derivative in `init` is zero. Keyword-only parameters are the solver's own settings.

    A derivative costs one linear system in as many unknowns as x has, and is as accurate as x. Under `vmap`, the solver
    runs for one element after the other.

    Args:
        optimality: a function of x and the params that returns the structure and shapes of x. It must not capture what
            is to be differentiated.
        solve: how that linear system is solved, `solve(matvec, b)`, for many unknowns: `cg`, `gmres` or your own, as
            for `linear_solve`. By default the matrix is formed, and the system solved by elimination.
        tolerance: where there is a derivative, the solver's result is checked: a Newton step from it must move no
            entry by more than this, relative to 1 + its largest entry. `np.inf` does away with the check.

    Raises:
        ValueError: at the call, if what the solver found is no root, by `tolerance`.
        TypeError: at the call, if the solver or the optimality captures a differentiated value, or the structures
            differ.
        numpy.linalg.LinAlgError: if A is singular: the root is not isolated, and has no derivative.

    >>> import numpy as np
    >>> from scipy.optimize import brentq
    >>> from tapegrad import grad
    >>> from tapegrad.implicit import custom_root
    >>> def kepler(anomaly, mean, eccentricity):
    ...     return anomaly - eccentricity * np.sin(anomaly) - mean
    >>> @custom_root(kepler)
    ... def eccentric_anomaly(init, mean, eccentricity):
    ...     return brentq(kepler, init - 4.0, init + 4.0, args=(mean, eccentricity))
    >>> by_mean, by_eccentricity = grad(eccentric_anomaly, argnums=(1, 2))(0.0, 1.0, 0.3)
    >>> anomaly = eccentric_anomaly(0.0, 1.0, 0.3)
    >>> np.allclose(by_mean, 1 / (1 - 0.3 * np.cos(anomaly))), np.allclose(by_eccentricity, np.sin(anomaly) * by_mean)
    (True, True)
    """
    return partial(Root, defining=optimality, solve=solve, tolerance=tolerance)


def custom_fixed_point(
    mapping: Callable[..., Any], /, *, solve: Solver | None = None, tolerance: float = 1e-3
) -> Decorator:
    """Decorates a solver `solver(init, *params) -> x` with the map whose fixed point x is: `mapping(x, *params) = x`.

    As `custom_root` of `mapping(x, *params) - x` in everything else.

    >>> import numpy as np
    >>> from tapegrad import grad
    >>> from tapegrad.implicit import custom_fixed_point
    >>> def heron(x, a):
    ...     return (x + a / x) / 2
    >>> @custom_fixed_point(heron)
    ... def square_root(init, a):
    ...     x = init
    ...     while abs(heron(x, a) - x) > 1e-12:
    ...         x = heron(x, a)
    ...     return x
    >>> grad(square_root, argnums=1)(1.0, 4.0), grad(grad(square_root, argnums=1), argnums=1)(1.0, 4.0)
    (np.float64(0.25), np.float64(-0.03125))
    """
    return partial(FixedPoint, defining=mapping, solve=solve, tolerance=tolerance)


def custom_minimum(
    objective: Callable[..., Any], /, *, solve: Solver | None = None, tolerance: float = 1e-3
) -> Decorator:
    """Decorates a solver `solver(init, *params) -> x` with what x minimises: `objective(x, *params)`, a real scalar.

    As `custom_root` of the objective's gradient in x in everything else: the linear system is that of the Hessian,
    which must be regular. It is symmetric and, at a strict minimum, positive definite: `solve=cg()` fits. The minimum
    must not be at a constraint. A solver that stops early, as those do that compare values, does not pass the
    check: pass it the gradient (`jac=`) and a small `gtol`.

    >>> import numpy as np
    >>> from scipy.optimize import minimize
    >>> from tapegrad import grad, jvp
    >>> from tapegrad.implicit import custom_minimum
    >>> def penalised(w, data, strength):
    ...     return np.sum((w - data) ** 2) + strength * np.sum(w**2)
    >>> @custom_minimum(penalised)
    ... def shrunk(init, data, strength):
    ...     return minimize(penalised, init, args=(data, strength), jac=grad(penalised, argnums=0)).x
    >>> data = np.array([1.0, 2.0])
    >>> mean, slope = jvp(lambda strength: shrunk(np.zeros(2), data, strength), (1.0,), (1.0,))
    >>> mean.round(4), slope.round(4)  # data / (1 + strength), - data / (1 + strength)²
    (array([0.5, 1. ]), array([-0.25, -0.5 ]))
    """
    return partial(Minimum, defining=objective, solve=solve, tolerance=tolerance)
