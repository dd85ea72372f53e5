"""As `rejected`: implicit functions and differential equations."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from tapegrad.implicit import cg, custom_root, linear_solve, odeint

F8: TypeAlias = NDArray[np.float64]
x: F8 = np.array([1.0, 2.0])


def cubed(x: float, a: float) -> float:
    return x**3 - a


@custom_root(cubed)
def cube_root(init: float, a: float) -> float:
    return a


def decays(y: F8, t: float, rate: float) -> F8:
    return -rate * y


def scaled(v: F8) -> F8:
    return v


custom_root("cubed")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
custom_root(cubed, solve=3)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
custom_root(cubed, cg())  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
cube_root(1.0)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
cube_root(1.0, "8")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
linear_solve(scaled, "x", solve=cg())  # type: ignore[arg-type]
linear_solve(scaled, x, solve=cg)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
odeint(decays, x, x)  # type: ignore[call-arg, arg-type]  # pyright: ignore[reportCallIssue, reportArgumentType]
odeint(decays, x, x, "0.5")  # type: ignore[arg-type]  # pyright: ignore[reportCallIssue, reportArgumentType]
odeint(decays, x, x, 0.5, method="Euler")  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue, reportArgumentType]
odeint(scaled, x, x)  # type: ignore[call-arg, arg-type]  # pyright: ignore[reportCallIssue, reportArgumentType]
