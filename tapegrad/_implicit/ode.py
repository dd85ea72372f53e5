"""`odeint`: the solution of a differential equation, differentiable by the equations of its tangent and its adjoint."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias, overload

import numpy as np
from numpy.typing import NDArray

from tapegrad._implicit.flows import Flow
from tapegrad._implicit.integration import Method, Stepper
from tapegrad._implicit.levels import floating
from tapegrad._implicit.trees import Endomorphism
from tapegrad._transforms.transform import name_of
from tapegrad._tree import flatten, unflatten
from tapegrad.typing import R_, S, Ts

Times: TypeAlias = NDArray[np.floating[Any]] | Sequence[float]


@overload
def odeint(
    f: Callable[[float, float, *Ts], float],
    y0: float,
    t: Times,
    /,
    *args: *Ts,
    rtol: float = 1e-8,
    atol: float = 1e-8,
    method: Method = "DOP853",
) -> NDArray[np.float64]: ...
@overload
def odeint(
    f: Callable[[NDArray[S], float, *Ts], NDArray[S]],
    y0: NDArray[S],
    t: Times,
    /,
    *args: *Ts,
    rtol: float = 1e-8,
    atol: float = 1e-8,
    method: Method = "DOP853",
) -> NDArray[S]: ...
@overload
def odeint(
    f: Callable[[R_, float, *Ts], R_],
    y0: R_,
    t: Times,
    /,
    *args: *Ts,
    rtol: float = 1e-8,
    atol: float = 1e-8,
    method: Method = "DOP853",
) -> R_: ...
def odeint(
    f: Callable[[Any, float, *Ts], Any],
    y0: Any,
    t: Times,
    /,
    *args: *Ts,
    rtol: float = 1e-8,
    atol: float = 1e-8,
    method: Method = "DOP853",
) -> Any:
    """The solution of dy/dt = f(y, t, *args) through y0 at t[0], at each of t: differentiable in y0, t and args.

    By scipy.integrate.solve_ivp. No step is recorded: reverse mode solves the adjoint equation backward from output
    to output, forward mode that of the tangent beside the solution, and both are differentiable again. Derivatives
    therefore have the accuracy of the tolerances, not that of the machine: those of the exact solution, not of the
    steps. Make `rtol` and `atol` small where derivatives are compared.

    Under `vmap`, an explicit method takes the whole batch as one system, which shares its steps, with tolerances
    divided by the root of the batch's size, so that each element is as accurate as alone. The implicit methods, and
    any where t is mapped over, solve for one element after the other.

    Args:
        f: a function of the state, the time and the args, that returns the structure and shapes of y0. It is called
            with double precision, and must not capture what is to be differentiated.
        y0: the state at t[0]: a number, an array or a tree, floating or complex.
        t: times, all increasing or all decreasing.
        args: what else `f` needs: trees of arrays, and anything else.
        rtol: bounds, with `atol`, the error of each step: atol + rtol · |y|, for the adjoint and the tangent too.
        atol: see `rtol`.
        method: of solve_ivp: "RK23", "RK45", "DOP853"; for stiff equations "Radau", "BDF", "LSODA".

    Returns:
        A tree as y0, each leaf with an axis in front as long as t, in the dtype of y0.

    Raises:
        RuntimeError: if the solver gives up, for instance where the solution grows beyond all bounds.
        TypeError: if `f` captures a differentiated value, or returns another structure.
        ValueError: if t is no one-dimensional array, or not monotone.
        ConcretizationError: inside of a compiled function. What is quick is odeint(compile(f), ...).
        ImportError: if SciPy is not installed.

    >>> import numpy as np
    >>> from tapegrad import grad
    >>> from tapegrad.implicit import odeint
    >>> def decay(y, t, rate):
    ...     return -rate * y
    >>> def left(rate):  # exp(-2 rate)
    ...     return odeint(decay, 1.0, np.array([0.0, 2.0]), rate)[-1]
    >>> grad(left)(0.5).round(6), grad(grad(left))(0.5).round(6)  # -2 exp(-1), 4 exp(-1)
    (np.float64(-0.735759), np.float64(1.471518))
    """
    leaves, structure = flatten(y0)
    starts = [floating(leaf, "odeint: y0") for leaf in leaves]
    times = floating(t, "odeint: t")
    if times.ndim != 1 or not len(times) or times.dtype.kind == "c":
        raise ValueError(f"odeint: t is a one-dimensional array of times, not one of shape {times.shape}.")
    params, params_structure = flatten((0.0, *args))
    rate = Endomorphism(f, name_of(f), "odeint", structure, params_structure)
    flow = Flow(rate, len(starts), Stepper(rtol, atol, method))
    return unflatten(structure, flow.trajectory([*starts, times, *params[1:]]))
