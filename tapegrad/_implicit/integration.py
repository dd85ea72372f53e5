"""A differential equation on plain arrays, by scipy.integrate.solve_ivp."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray

from tapegrad._core.door import open_level
from tapegrad._implicit.levels import Leaves, refuse_captured
from tapegrad._implicit.scipys import scipys
from tapegrad._implicit.vectors import joined, length, parted
from tapegrad._place import user_line
from tapegrad._spec import Spec, Value, spec_of

Method: TypeAlias = Literal["RK23", "RK45", "DOP853", "Radau", "BDF", "LSODA"]
EXPLICIT = frozenset({"RK23", "RK45", "DOP853"})
"""Methods whose work grows with the number of unknowns, not with its square or cube."""
FINEST = 100 * np.finfo(np.float64).eps
"""The smallest relative tolerance that solve_ivp takes."""
REMEDY = "Pass it to odeint as an argument behind t."


@attrs.frozen
class Stepper:
    """How steps are chosen."""

    rtol: float
    atol: float
    method: Method

    def for_several(self, count: int) -> Stepper:
        """For several systems as one, each as accurate as alone.

        SciPy bounds the root mean square of all errors. That of one system among `count` is at most √count times as
        large.
        """
        return attrs.evolve(self, rtol=max(self.rtol / count**0.5, FINEST), atol=self.atol / count**0.5)

    def integrate(self, rate: Callable[..., Leaves], y: Leaves, t: NDArray[np.float64], params: Leaves) -> list[Value]:
        """The solution at each of `t`, on axis 0. Computed in double precision, whatever that of `y`."""
        steps = np.diff(t)
        if not (np.all(steps > 0) or np.all(steps < 0)):
            raise ValueError(f"odeint at {user_line()}: the times must all increase, or all decrease, but are {t}.")
        specs = [spec_of(leaf) for leaf in y]
        if t.size == 1 or not length(specs):
            return [np.repeat(np.asarray(leaf)[None], t.size, axis=0) for leaf in y]
        run = self._run(rate, y, t, params, t_eval=t)
        rows = [parted(state, specs) for state in run.y.T]
        return [np.stack(column) for column in zip(*rows, strict=True)]

    def curve(
        self, rate: Callable[..., Leaves], y: Leaves, t: NDArray[np.float64], params: Leaves
    ) -> Callable[[float], list[Value]]:
        """The solution as a function of time, from the first of `t` to the last; in double precision."""
        if t.size == 1:
            return lambda time: list(y)
        run, specs = self._run(rate, y, t, params, dense_output=True), _double(y)
        return lambda time: parted(run.sol(time), specs)

    def _run(
        self, rate: Callable[..., Leaves], y: Leaves, t: NDArray[np.float64], params: Leaves, **options: Any
    ) -> Any:
        specs = _double(y)
        plain = open_level([*y, *params], "odeint") is None
        start = joined([leaf.astype(spec.dtype) for leaf, spec in zip(y, specs, strict=True)])

        def rates(time: float, state: Any) -> Any:
            slopes = rate(tuple(parted(state, specs)), np.float64(time), *params)
            if plain:
                refuse_captured(slopes, "odeint's equation", REMEDY)
            slope = joined(slopes)
            if self.method not in EXPLICIT and not np.all(np.isfinite(slope)):  # the others take smaller steps
                raise RuntimeError(f"odeint at {user_line()}: dy/dt is not finite at t = {time:g}.")
            return slope

        solve_ivp = scipys("integrate", "odeint").solve_ivp
        run = solve_ivp(rates, (t[0], t[-1]), start, self.method, rtol=self.rtol, atol=self.atol, **options)
        if run.status:
            raise RuntimeError(
                f"odeint at {user_line()} stopped between t = {t[0]:g} and {t[-1]:g}: {run.message} Where the equation "
                "is stiff, choose method='LSODA' or 'Radau'; otherwise the solution may grow beyond all bounds there."
            )
        return run


def _double(leaves: Leaves) -> list[Spec]:
    specs = [spec_of(leaf) for leaf in leaves]
    return [Spec(spec.shape, np.result_type(spec.dtype, np.float64)) for spec in specs]
