"""As `accepted`: `compile`, `trace`, `cond`, Programs."""

from __future__ import annotations

from typing import Any, TypeAlias, assert_type

import attrs
import numpy as np
from numpy.typing import NDArray

from tapegrad import Variable, compile, cond, grad, jacobian, jvp, lift, trace, value_and_grad, vjp, vmap
import tapegrad.numpy as tnp
from tapegrad.program import Compiled, Profile, Program, Statistics
from tests.typing.check import check

F8: TypeAlias = NDArray[np.float64]

x: F8 = np.array([1.0, 2.0, 3.0])


def scalar(x: float) -> float:
    return x * x * x


def vector(x: F8) -> np.float64:
    return tnp.sum(tnp.sin(x) * x)


def two(x: F8, y: float) -> np.float64:
    return tnp.sum(x * y)


def options(x: F8, scale: float = 1.0, *, shift: float = 0.0) -> F8:
    return x * scale + shift


def tree(p: dict[str, F8], x: F8) -> tuple[np.float64, dict[str, F8]]:
    return tnp.sum(p["w"] * x), {"w": p["w"] * 2.0}


def power(x: F8, n: int) -> F8:
    out = x
    for _ in range(n - 1):
        out = out * x
    return out


# compile: names, defaults, keyword-only parameters and the result stay
c = compile(options)
check(assert_type(c(x), F8), np.ndarray, np.float64)
check(assert_type(c(x, 2.0), F8), np.ndarray, np.float64)
check(assert_type(c(x, scale=2.0, shift=1.0), F8), np.ndarray, np.float64)
check(assert_type(c(x=x), F8), np.ndarray, np.float64)
check(assert_type(compile(scalar)(2.0), float), float)
check(assert_type(compile(vector)(x), np.float64), np.float64)
check(assert_type(compile(tree)({"w": x}, x), tuple[np.float64, dict[str, F8]]), tuple)
check(assert_type(compile(tree)({"w": x}, x)[1]["w"], F8), np.ndarray, np.float64)
check(assert_type(compile(power, static_argnums=1)(x, 3), F8), np.ndarray, np.float64)
check(assert_type(compile(power, static_argnums=(1,))(x, 3), F8), np.ndarray, np.float64)
check(assert_type(compile(options, donate=0)(x.copy(), 2.0, shift=1.0), F8), np.ndarray, np.float64)
gives_up: Compiled[[dict[str, F8], F8], tuple[np.float64, dict[str, F8]]] = compile(tree, donate=(0, 1))
check(assert_type(gives_up({"w": x.copy()}, x.copy()), tuple[np.float64, dict[str, F8]]), tuple)
every = compile(power, backend="numpy", fast_math=True, static_argnums=1, donate=0)
check(assert_type(every(x.copy(), 3), F8), np.ndarray, np.float64)
check(assert_type(every.stats, Statistics), Statistics)
check(assert_type(every.donate, tuple[int, ...]), tuple)
check(assert_type(grad(compile(vector, donate=0))(x), F8), np.ndarray, np.float64)
# ... and a lambda takes its types from the declared name
cubic: Compiled[[F8], F8] = compile(lambda t: t * t * t)
check(assert_type(cubic(x), F8), np.ndarray, np.float64)
# what it holds is found with the function's own arguments
check(assert_type(c.program(x, 2.0, shift=1.0), Program), Program)
check(assert_type(c.source(x, shift=1.0), str), str)
check(assert_type(c.stats, Statistics), Statistics)
check(assert_type(c.stats.programs, int), int)
check(assert_type(c.profile(x), Profile), Profile)


# ... as a decorator, with and without options
@compile
def wave(x: F8, *, phase: float = 0.0) -> F8:
    return tnp.sin(x + phase)


@compile(static_argnums=1)
def repeated(x: F8, n: int) -> F8:
    return power(x, n)


@compile(backend="numpy", fast_math=True, donate=0)
def doubled(x: F8, *, by: float = 2.0) -> F8:
    return x * by


@compile(donate=(0, 1))
def stepped(p: F8, velocity: F8, g: F8) -> tuple[F8, F8]:
    velocity = velocity * 0.9 + g
    return p - velocity, velocity


check(assert_type(doubled(x.copy(), by=3.0), F8), np.ndarray, np.float64)
check(assert_type(stepped(x.copy(), x.copy(), x), tuple[F8, F8]), tuple)
check(assert_type(wave(x, phase=1.0), F8), np.ndarray, np.float64)
check(assert_type(repeated(x, 2), F8), np.ndarray, np.float64)
check(assert_type(repeated.stats.programs, int), int)


# ... on methods
@attrs.frozen
class Model:
    weights: F8

    @compile
    def apply(self, x: F8, scale: float = 1.0, *, shift: float = 0.0) -> F8:
        return self.weights * x * scale + shift

    @compile(static_argnums=2)
    def power(self, x: F8, n: int) -> F8:
        return self.weights * power(x, n)

    @compile(backend="numpy", fast_math=True, donate=1)
    def moved(self, x: F8, *, by: float = 1.0) -> F8:
        return x - self.weights * by

    @staticmethod
    @compile
    def loss(x: F8) -> np.float64:
        return tnp.sum(x * x)


model = Model(x)
check(assert_type(model.apply(x, 2.0, shift=1.0), F8), np.ndarray, np.float64)
check(assert_type(model.apply(x, scale=2.0), F8), np.ndarray, np.float64)
check(assert_type(model.apply.program(x, shift=1.0), Program), Program)
check(assert_type(model.apply.source(x, 2.0), str), str)
check(assert_type(model.apply.profile(x), Profile), Profile)
check(assert_type(model.apply.stats, Statistics), Statistics)
check(assert_type(model.power(x, 2), F8), np.ndarray, np.float64)
check(assert_type(model.moved(x.copy(), by=2.0), F8), np.ndarray, np.float64)
check(assert_type(Model.moved(model, x.copy(), by=2.0), F8), np.ndarray, np.float64)
check(assert_type(Model.moved.source(model, x), str), str)
check(assert_type(Model.apply(model, x), F8), np.ndarray, np.float64)
check(assert_type(Model.apply.source(model, x), str), str)
check(assert_type(Model.loss(x), np.float64), np.float64)
check(assert_type(compile(model.apply)(x, shift=1.0), F8), np.ndarray, np.float64)

# inside other transforms, and outside of them
check(assert_type(compile(grad(scalar))(2.0), float), float)
check(assert_type(compile(grad(two))(x, 2.0), tuple[F8, float]), tuple)
check(assert_type(compile(grad(two, argnums=0))(x, y=2.0), F8), np.ndarray, np.float64)
check(assert_type(compile(grad(two)).program(x, 2.0), Program), Program)
check(assert_type(compile(value_and_grad(vector))(x), tuple[np.float64, F8]), tuple)
check(assert_type(compile(jacobian(cubic))(x), F8), np.ndarray, np.float64)
check(assert_type(compile(vmap(scalar))(x), F8), np.ndarray, np.float64)
check(assert_type(grad(compile(scalar))(2.0), float), float)
check(assert_type(grad(compile(two))(x, 2.0), tuple[F8, float]), tuple)
check(assert_type(grad(compile(two), argnums=0)(x, y=2.0), F8), np.ndarray, np.float64)
check(assert_type(grad(Model.loss)(x), F8), np.ndarray, np.float64)
check(assert_type(grad(compile(grad(compile(scalar))))(2.0), float), float)
check(assert_type(value_and_grad(compile(vector))(x), tuple[np.float64, F8]), tuple)
check(assert_type(vmap(compile(scalar))(x), F8), np.ndarray, np.float64)
check(assert_type(vjp(compile(two), x, 2.0)[0], np.float64), np.float64)
check(assert_type(jvp(compile(two), (x, 2.0), (x, 1.0)), tuple[np.float64, np.float64]), tuple)

# trace: the function's arguments, and a Program
program = assert_type(trace(options)(x, 2.0, shift=1.0), Program)
check(program, Program)
check(assert_type(trace(grad(two))(x, 2.0), Program), Program)
check(assert_type(trace(power, static_argnums=1)(x, 2), Program), Program)
check(assert_type(program.names, tuple[str, ...]), tuple)
check(assert_type(program.evaluate([x, 2.0, 1.0]), list[Any]), list)
check(assert_type(str(program), str), str)


# cond: what both branches return, for what both take
def double(x: F8, by: float) -> F8:
    return x * by


def negative(x: F8, by: float) -> F8:
    return -x


def chosen(x: F8, limit: float) -> np.float64:
    return tnp.sum(assert_type(cond(tnp.sum(x) > limit, double, negative, x, 2.0), F8))


def chosen_by_variable(x: Variable[F8], limit: Variable[float]) -> Variable[F8]:
    return assert_type(cond(limit > 1.0, lambda v: v * limit, lambda v: -v, x), Variable[F8])


check(assert_type(cond(True, double, negative, x, 2.0), F8), np.ndarray, np.float64)
check(assert_type(cond(np.bool(False), scalar, tnp.cbrt, 8.0), float), float)
check(assert_type(cond(x[0] > 0.5, lambda: 1.0, lambda: 2.0), float), float)
check(assert_type(cond(False, tree, tree, {"w": x}, x), tuple[np.float64, dict[str, F8]]), tuple)
check(
    assert_type(cond(np.array(True), lambda x, y: tnp.sum(x) * y, lambda x, y: tnp.max(x) - y, x, 2.0), np.float64),
    np.float64,
)
check(assert_type(compile(grad(chosen))(x, 1.0), tuple[F8, float]), tuple)
check(assert_type(compile(lift(chosen_by_variable))(x, 2.0), F8), np.ndarray, np.float64)
