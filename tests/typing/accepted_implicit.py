"""As `accepted`: implicit functions and differential equations."""

from __future__ import annotations

from typing import TypeAlias, assert_type

import numpy as np
from numpy.typing import NDArray

from tapegrad import grad, jvp
from tapegrad.implicit import cg, custom_fixed_point, custom_minimum, custom_root, gmres, linear_solve, odeint
from tests.typing.check import check

F4: TypeAlias = NDArray[np.float32]
F8: TypeAlias = NDArray[np.float64]
State: TypeAlias = dict[str, F8]

x: F8 = np.array([1.0, 2.0])
times: F8 = np.array([0.0, 1.0])


def cubed(x: float, a: float, b: float = 0.0) -> float:
    return x**3 - a - b


@custom_root(cubed)
def cube_root(init: float, a: float, b: float = 0.0) -> float:
    return np.cbrt(a + b)  # type: ignore[no-any-return]


check(assert_type(cube_root(1.0, 8.0), float), np.float64)
check(assert_type(cube_root(1.0, a=8.0, b=2.0), float), np.float64)
check(assert_type(grad(cube_root, argnums=1)(1.0, 8.0), float), np.float64)


def spread(w: F8, data: F8) -> np.float64:
    return np.sum((w - data) ** 2)


@custom_minimum(spread, solve=cg(), tolerance=1e-2)
def middle(init: F8, data: F8) -> F8:
    return data.copy()


def heron(x: F8, a: F8) -> F8:
    return (x + a / x) / 2


@custom_fixed_point(heron, solve=gmres(maxiter=5))
def square_root(init: F8, a: F8) -> F8:
    return a**0.5


check(assert_type(middle(x, x), F8), np.ndarray)
check(assert_type(square_root(x, x), F8), np.ndarray)


# Linear systems
def scaled(v: F8, factor: float) -> F8:
    return v * factor


def both(v: State) -> State:
    return {"a": v["a"] * 2.0}


check(assert_type(linear_solve(scaled, x, 2.0), F8), np.ndarray)
check(assert_type(linear_solve(scaled, x, 2.0, solve=cg(), symmetric=True), F8), np.ndarray)
check(assert_type(linear_solve(both, {"a": x}), State), dict)


# Differential equations
def decay(y: float, t: float, rate: float) -> float:
    return -rate * y


def decays(y: F8, t: float, rate: float) -> F8:
    return -rate * y


def single(y: F4, t: float) -> F4:
    return -y


def turned(y: State, t: float, rate: F8, note: str) -> State:
    return {"p": y["q"] * rate, "q": -y["p"]}


def end(rate: float) -> np.float64:
    last: np.float64 = odeint(decay, 1.0, times, rate)[-1]
    return last


check(assert_type(odeint(decay, 1.0, [0.0, 1.0], 0.5), F8), np.ndarray)
check(assert_type(odeint(decays, x, times, 0.5, rtol=1e-6, method="LSODA"), F8), np.ndarray)
check(assert_type(odeint(single, x.astype(np.float32), times), F4), np.ndarray, np.float32)
check(assert_type(odeint(turned, {"p": x, "q": x}, times, x, "note"), State), dict)
check(assert_type(grad(end)(0.5), float), np.float64)
check(jvp(end, (0.5,), (1.0,)), tuple)
