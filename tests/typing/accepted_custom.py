"""What checkers infer of `custom_vjp` and `custom_jvp`: the function keeps its signature."""

from __future__ import annotations

from typing import Any, TypeAlias, assert_type

import attrs
import numpy as np
from numpy.typing import NDArray

from tapegrad import custom_jvp, custom_vjp, grad
import tapegrad.numpy as tnp
from tests.typing.check import check

F8: TypeAlias = NDArray[np.float64]
x: F8 = np.array([1.0, 2.0])


def forward(x: F8, scale: float) -> tuple[F8, F8]:
    return x * scale, x


def backward(x: F8, ct: F8) -> tuple[F8, None]:
    return ct * 2.0, None


def rule(primals: tuple[F8, float], tangents: tuple[F8, float]) -> tuple[F8, F8]:
    return primals[0] * primals[1], tangents[0] * primals[1]


@custom_vjp(forward, backward)
def scaled(x: F8, scale: float = 3.0) -> F8:
    return x * scale


@custom_jvp(rule)
def pushed(x: F8, scale: float) -> F8:
    return x * scale


@custom_vjp(forward, backward)
@custom_jvp(rule)
def both(x: F8, scale: float) -> F8:
    return x * scale


check(assert_type(scaled(x), F8), np.ndarray, np.float64)
check(assert_type(scaled(x, scale=2.0), F8), np.ndarray, np.float64)
check(assert_type(pushed(x=x, scale=2.0), F8), np.ndarray, np.float64)
check(assert_type(both(x, scale=2.0), F8), np.ndarray, np.float64)


# Lambdas take their types from nothing, and the function keeps its own.
@custom_vjp(lambda x: (x // 1.0, None), lambda residuals, ct: (ct,))  # pyright: ignore[reportUnknownLambdaType, reportUnknownArgumentType]
def straight(x: float) -> float:
    return x // 1.0


check(assert_type(straight(x=2.5), float), float)
check(assert_type(grad(straight)(2.5), float), np.float64)


@custom_jvp(lambda primals, tangents: (primals[0] * 2.0, tangents[0] * 2.0))
def doubled(x: float) -> float:
    return x * 2.0


check(assert_type(doubled(x=2.5), float), float)


def power_forward(x: F8, n: int) -> tuple[F8, tuple[F8, int]]:
    return x**n, (x, n)


def power_backward(residuals: tuple[F8, int], ct: F8) -> tuple[F8]:
    x, n = residuals
    return (ct * (n * x ** (n - 1)),)


@custom_vjp(power_forward, power_backward, nondiff_argnums=1)
def power(x: F8, n: int) -> F8:
    return x**n


check(assert_type(power(x, n=3), F8), np.ndarray, np.float64)


def power_rule(primals: tuple[F8, int], tangents: tuple[Any, ...]) -> tuple[F8, F8]:
    x, n = primals
    return x**n, tangents[0] * (n * x ** (n - 1))


@custom_jvp(power_rule, nondiff_argnums=(1,))
def pushed_power(x: F8, n: int) -> F8:
    return x**n


check(assert_type(pushed_power(x, n=3), F8), np.ndarray, np.float64)


@attrs.frozen
class Model:
    weight: float

    @staticmethod
    def predict_forward(model: Model, x: F8) -> tuple[F8, tuple[float, F8]]:
        return model.weight * x, (model.weight, x)

    @staticmethod
    def predict_backward(residuals: tuple[float, F8], ct: F8) -> tuple[Model, F8]:
        weight, x = residuals
        return Model(tnp.sum(ct * x)), weight * ct

    @custom_vjp(predict_forward, predict_backward)
    def predict(self, x: F8) -> F8:
        return self.weight * x


check(assert_type(Model(2.0).predict(x), F8), np.ndarray, np.float64)


def loss(model: Model) -> np.float64:
    return tnp.sum(model.predict(x))


check(assert_type(grad(loss)(Model(2.0)).weight, float), np.float64)
