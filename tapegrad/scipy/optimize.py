"""SciPy's minimize, least_squares and root, with the derivatives filled in, over arrays and trees of any kind.

>>> import numpy as np
>>> from tapegrad.scipy.optimize import minimize
>>> def rosenbrock(p):
...     return (1 - p["x"]) ** 2 + 100 * (p["y"] - p["x"] ** 2) ** 2
>>> found = minimize(rosenbrock, {"x": -1.0, "y": 1.0}, method="trust-exact")
>>> found.success, {name: round(float(value), 6) for name, value in found.x.items()}
(True, {'x': 1.0, 'y': 1.0})

The solvers are SciPy's own. What they find is a constant: for derivatives of a solution in what it depends on, see
`tapegrad.implicit`. The derivatives of a compiled function are compiled too, once for all calls.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Concatenate, Generic, Literal, TypeAlias, TypedDict, TypeVar, Unpack, overload

import numpy as np
from numpy.typing import NDArray
from scipy import optimize
from scipy.optimize import Bounds, HessianUpdateStrategy, LinearConstraint, NonlinearConstraint, OptimizeResult

from tapegrad._ravel import Unravel
from tapegrad.scipy._objective import OnVectors, arguments, bound, listening, start, told
from tapegrad.sparse import sparse_jacobian
from tapegrad.typing import Scalar, T, Ts

if TYPE_CHECKING:
    from tapegrad.sparse import Matrix

__all__ = ["minimize", "least_squares", "root"]

V = TypeVar("V")
Constraint: TypeAlias = Mapping[str, Any] | LinearConstraint | NonlinearConstraint

WITHOUT_GRADIENT = {"nelder-mead", "powell", "cobyla", "cobyqa"}
WITH_PRODUCTS = {"newton-cg", "trust-ncg", "trust-krylov", "trust-constr"}
WITH_HESSIAN = {"dogleg", "trust-exact"}
WITH_JACOBIAN = {"hybr", "lm"}


class Solution(OptimizeResult, Generic[T, V]):
    """SciPy's result, with a tree for `x`."""

    x: T
    """The solution, of the structure and dtypes of the start."""
    fun: V
    """The value there, or the residuals."""
    jac: NDArray[np.float64]
    """The derivative there, in the order of `ravel_tree`, where the solver gives it."""
    success: bool
    status: int
    message: str
    nfev: int


class MinimizeOptions(TypedDict, total=False):
    """What else `minimize` takes."""

    hess: HessianUpdateStrategy | None
    bounds: Bounds | Sequence[Any] | None
    constraints: Constraint | Sequence[Constraint]
    tol: float | None
    callback: Callable[..., Any] | None
    options: Mapping[str, Any] | None


class RootOptions(TypedDict, total=False):
    """What else `root` takes."""

    tol: float | None
    callback: Callable[..., Any] | None
    options: Mapping[str, Any] | None


class LeastSquaresOptions(TypedDict, total=False):
    """What else `least_squares` takes, and hands on: SciPy's defaults hold."""

    bounds: Sequence[Any] | Bounds
    jac_sparsity: Literal[True] | Matrix | None
    callback: Callable[..., Any] | None
    method: Literal["trf", "dogbox", "lm"]
    ftol: float | None
    xtol: float | None
    gtol: float | None
    x_scale: float | NDArray[np.float64] | Literal["jac"] | None
    loss: Literal["linear", "soft_l1", "huber", "cauchy", "arctan"] | Callable[[NDArray[np.float64]], Any]
    f_scale: float
    tr_solver: Literal["exact", "lsmr"] | None
    tr_options: Mapping[str, Any]
    max_nfev: int | None
    verbose: Literal[0, 1, 2]


Method: TypeAlias = str | Callable[..., OptimizeResult] | None


@overload
def minimize(
    fun: Callable[[T], Scalar],
    x0: T,
    args: tuple[()] = (),
    method: Method = None,
    **options: Unpack[MinimizeOptions],
) -> Solution[T, float]: ...
@overload
def minimize(
    fun: Callable[[T, *Ts], Scalar],
    x0: T,
    args: tuple[*Ts],
    method: Method = None,
    **options: Unpack[MinimizeOptions],
) -> Solution[T, float]: ...
def minimize(
    fun: Callable[..., Any],
    x0: Any,
    args: Any = (),
    method: Method = None,
    *,
    hess: HessianUpdateStrategy | None = None,
    bounds: Any = None,
    constraints: Constraint | Sequence[Constraint] = (),
    tol: float | None = None,
    callback: Callable[..., Any] | None = None,
    options: Mapping[str, Any] | None = None,
) -> Any:
    """`scipy.optimize.minimize` with gradients, and Hessians where the method wants them, over any tree.

    Value and gradient come from one run. Methods of second order get products of the Hessian with vectors (Newton-CG,
    trust-ncg, trust-krylov, trust-constr), or the Hessian (dogleg, trust-exact). Methods without gradients get none.

    Args:
        fun: `fun(x, *args)`, a function of a tree that returns a real scalar.
        x0: where to start: a number, an array of any shape, or a tree of them. A list is a tree: a vector is an array.
        args: more arguments for `fun`.
        method: as SciPy's.
        hess: for trust-constr, an approximation of the Hessian instead of its products: `scipy.optimize.BFGS()`.
        bounds: where x0 is an array, as SciPy's. For a tree a pair (lower, upper), each a number, or a tree like x0 of
            numbers, of arrays that broadcast, and of None for no bound.
        constraints: as SciPy's, with functions of trees; their derivatives are filled in too. The matrix of a
            `LinearConstraint` has a column for each element of `ravel_tree(x0)`.
        tol: as SciPy's.
        callback: as SciPy's; it is told of trees.
        options: as SciPy's.

    Returns:
        SciPy's result, with a tree like x0 for `x`. Derivatives in it are as SciPy has them, in the order of
        `ravel_tree(x0)`.

    Raises:
        TypeError: if x0 holds what is no real number; if `fun` does not return a real scalar; if something
            differentiated stands anywhere: no derivative passes through SciPy's solver. For that,
            `tapegrad.implicit.custom_minimum`.

    >>> import numpy as np
    >>> from tapegrad.scipy.optimize import minimize
    >>> target = np.array([[1.0, 2.0], [3.0, 4.0]])
    >>> minimize(lambda x: np.sum((x - target) ** 2), np.zeros((2, 2))).x.round(6)
    array([[1., 2.],
           [3., 4.]])
    """
    args = arguments(args)
    vector, unravel = start("minimize", x0, args)
    objective = OnVectors("minimize", fun, unravel, args)
    given: dict[str, Any] = {}
    name = method.lower() if isinstance(method, str) else None
    if name not in WITHOUT_GRADIENT:
        given["jac"] = True
    if hess is not None:
        given["hess"] = hess
    elif name in WITH_HESSIAN:
        given["hess"] = objective.hessian
    elif name in WITH_PRODUCTS or callable(method):
        given["hessp"] = objective.product
    several = (
        [constraints] if isinstance(constraints, (Mapping, LinearConstraint, NonlinearConstraint)) else constraints
    )
    solver: Any = optimize.minimize
    found = solver(
        objective.value_and_gradient if "jac" in given else objective.value,
        vector,
        method=method,
        bounds=_bounds(bounds, unravel),
        constraints=[_constraint(constraint, unravel, name == "trust-constr") for constraint in several],
        tol=tol,
        callback=listening(callback, unravel),
        options=options,
        **given,
    )
    return told(unravel, found, Solution)


def _bounds(bounds: Any, unravel: Unravel[Any]) -> Any:
    """Bounds as SciPy takes them."""
    if bounds is None or unravel.is_leaf or issubclass(type(bounds), Bounds):
        return bounds
    lower, upper = (bound("minimize", bounds, unravel, i) for i in (0, 1))
    made: Any = Bounds(lower, upper)
    return made


def _constraint(constraint: Constraint, unravel: Unravel[Any], curved: bool) -> Any:
    """A constraint as SciPy takes it, with its derivatives; those of second order for methods that take them."""
    if isinstance(constraint, LinearConstraint):
        return constraint
    if isinstance(constraint, NonlinearConstraint):
        f = OnVectors("minimize", constraint.fun, unravel)
        given: dict[str, Any] = {"hess": f.curvature} if curved else {}
        limits = (constraint.lb, constraint.ub, f.jacobian)
        return NonlinearConstraint(f.residuals, *limits, keep_feasible=constraint.keep_feasible, **given)
    if "jac" in constraint:
        raise TypeError("minimize: a constraint brings its own jac. Leave it out: tapegrad fills it in.")
    f = OnVectors("minimize", constraint["fun"], unravel, tuple(constraint.get("args", ())))
    return {"type": constraint["type"], "fun": f.residuals, "jac": f.jacobian}


@overload
def least_squares(
    fun: Callable[[T], Any], x0: T, **options: Unpack[LeastSquaresOptions]
) -> Solution[T, NDArray[np.float64]]: ...
@overload
def least_squares(
    fun: Callable[[T, *Ts], Any], x0: T, *, args: tuple[*Ts], **options: Unpack[LeastSquaresOptions]
) -> Solution[T, NDArray[np.float64]]: ...
@overload
def least_squares(
    fun: Callable[Concatenate[T, ...], Any],
    x0: T,
    *,
    args: tuple[Any, ...] = (),
    kwargs: Mapping[str, Any],
    **options: Unpack[LeastSquaresOptions],
) -> Solution[T, NDArray[np.float64]]: ...
def least_squares(
    fun: Callable[..., Any],
    x0: Any,
    *,
    bounds: Any = (-np.inf, np.inf),
    args: Any = (),
    kwargs: Mapping[str, Any] | None = None,
    jac_sparsity: Any = None,
    callback: Callable[..., Any] | None = None,
    **options: Any,
) -> Any:
    """`scipy.optimize.least_squares` with the Jacobian, over any tree.

    Args:
        fun: `fun(x, *args, **kwargs)`, the residuals: an array of any shape, or a tree of them.
        x0: where to start: a number, an array of any shape, or a tree of them. A list is a tree: a vector is an array.
        bounds: a pair (lower, upper), each a number, or a tree like x0 of numbers, of arrays that broadcast, and of
            None for no bound; or SciPy's `Bounds` in the order of `ravel_tree(x0)`.
        args: more arguments for `fun`.
        kwargs: keyword arguments for `fun`.
        jac_sparsity: where the Jacobian may differ from 0, as `tapegrad.sparse` has it; True to find that out at each
            point. The Jacobian is sparse then, and the solver lsmr.
        callback: as SciPy's (from 1.16 on); it is told of trees.
        options: all else that SciPy's function takes, with its defaults.

    Returns:
        SciPy's result, with a tree like x0 for `x`. The columns of `jac` are in the order of `ravel_tree(x0)`.

    Raises:
        TypeError: if x0 or the residuals hold what is no real number; if something differentiated stands anywhere: no
            derivative passes through SciPy's solver. For that, `tapegrad.implicit.custom_minimum`.

    >>> import numpy as np
    >>> from tapegrad.scipy.optimize import least_squares
    >>> t = np.linspace(0.0, 1.0, 20)
    >>> y = 3.0 * np.exp(-2.0 * t)
    >>> found = least_squares(lambda p: p["scale"] * np.exp(-p["rate"] * t) - y, {"scale": 1.0, "rate": 1.0})
    >>> {name: round(float(value), 6) for name, value in found.x.items()}
    {'scale': 3.0, 'rate': 2.0}
    """
    args = arguments(args)
    keywords = dict(kwargs or {})
    vector, unravel = start("least_squares", x0, args, keywords)
    f = OnVectors("least_squares", fun, unravel, args, keywords)
    if not isinstance(bounds, Bounds):
        bounds = [bound("least_squares", bounds, unravel, i) for i in (0, 1)]
    heard = {} if callback is None else {"callback": listening(callback, unravel)}
    solver: Any = optimize.least_squares
    pattern = None if jac_sparsity is True else jac_sparsity
    jac: Any = f.jacobian if jac_sparsity is None else sparse_jacobian(f.numbers, pattern)
    found = solver(f.residuals, vector, jac, bounds, **heard, **options)
    return told(unravel, found, Solution)


@overload
def root(
    fun: Callable[[T], Any], x0: T, args: tuple[()] = (), method: str = "hybr", **options: Unpack[RootOptions]
) -> Solution[T, NDArray[np.float64]]: ...
@overload
def root(
    fun: Callable[[T, *Ts], Any], x0: T, args: tuple[*Ts], method: str = "hybr", **options: Unpack[RootOptions]
) -> Solution[T, NDArray[np.float64]]: ...
def root(
    fun: Callable[..., Any],
    x0: Any,
    args: Any = (),
    method: str = "hybr",
    *,
    tol: float | None = None,
    callback: Callable[..., Any] | None = None,
    options: Mapping[str, Any] | None = None,
) -> Any:
    """`scipy.optimize.root` with the Jacobian, over any tree.

    Args:
        fun: `fun(x, *args)`, which is to be zero: as many numbers as x has, in an array of any shape or a tree.
        x0: where to start: a number, an array of any shape, or a tree of them. A list is a tree: a vector is an array.
        args: more arguments for `fun`.
        method: as SciPy's. The Jacobian is for hybr and lm; the others do without.
        tol: as SciPy's.
        callback: as SciPy's; it is told of trees.
        options: as SciPy's.

    Returns:
        SciPy's result, with a tree like x0 for `x`.

    Raises:
        TypeError: if x0 or the values hold what is no real number; if something differentiated stands anywhere: no
            derivative passes through SciPy's solver. For that, `tapegrad.implicit.custom_root`.

    >>> import numpy as np
    >>> from tapegrad.scipy.optimize import root
    >>> found = root(lambda p: {"circle": p["x"] ** 2 + p["y"] ** 2 - 2, "line": p["x"] - p["y"]}, {"x": 2.0, "y": 1.0})
    >>> {name: round(float(value), 6) for name, value in found.x.items()}
    {'x': 1.0, 'y': 1.0}
    """
    args = arguments(args)
    vector, unravel = start("root", x0, args)
    f = OnVectors("root", fun, unravel, args)
    solver: Any = optimize.root
    found = solver(
        f.residuals,
        vector,
        method=method,
        jac=f.jacobian if method.lower() in WITH_JACOBIAN else None,
        tol=tol,
        callback=listening(callback, unravel),
        options=options,
    )
    return told(unravel, found, Solution)
