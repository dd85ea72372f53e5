"""As `accepted`: `vmap`, with axes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias, assert_type

import numpy as np
from numpy.typing import NDArray

from tapegrad import grad, vmap
from tests.typing.check import check

F4: TypeAlias = NDArray[np.float32]
F8: TypeAlias = NDArray[np.float64]

x: F8 = np.array([1.0, 2.0])
table: F8 = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
weights: dict[str, F8] = {"w": x, "b": x}


def scalar(x: float) -> float:
    return x * x


def product(x: float, y: float) -> float:
    return x * y


def scaled(v: F8, c: float) -> F8:
    return v * c


def scaling(c: float, v: F8) -> F8:
    return v * c


def loss(p: dict[str, F8], v: F8, label: float) -> np.float64:
    return np.sum(p["w"] * v + p["b"]) * label


def vector(v: F8) -> F8:
    return v * 2


# Without axes: along axis 0 of all arguments, and a number becomes an array.
assert_type(vmap(scalar), Callable[[F8], F8])
assert_type(vmap(product), Callable[[F8, F8], F8])
check(assert_type(vmap(product)(x, x), F8), np.ndarray)
check(assert_type(vmap(grad(scalar))(x), F8), np.ndarray)
check(assert_type(vmap(vmap(scalar))(table), F8), np.ndarray)
# With axes: a number that is mapped over comes as an array, one that is passed whole as a number.
check(vmap(scalar, in_axes=0)(x), np.ndarray)
check(vmap(product, in_axes=(0, None))(x, 2.0), np.ndarray)
check(vmap(product, in_axes=(None, 0))(2.0, x), np.ndarray)
check(vmap(product, in_axes=(0, 0), out_axes=-1)(x, x), np.ndarray)
check(vmap(scaled, in_axes=(1, None), out_axes=1)(table, 2.0), np.ndarray)
check(vmap(scaled, in_axes=(None, 0))(x, x), np.ndarray)
check(vmap(scaled, in_axes=(0, 0))(table, np.ones(3)), np.ndarray)
check(vmap(scaling, in_axes=(0, None))(x, x), np.ndarray)
check(vmap(vector, in_axes=-1)(table), np.ndarray)
check(vmap(loss, in_axes=(None, 0, 0))(weights, table[:, :2], np.ones(3)), np.ndarray)
check(vmap(grad(loss, argnums=0), in_axes=(None, 0, 0))(weights, table, np.ones(3)), dict)
check(vmap(grad(loss, argnums=0), in_axes=({"w": None, "b": None}, 0, None))(weights, table, 1.0), dict)
check(vmap(lambda c, k: c * k, in_axes=(0, None))(x, 3.0), np.ndarray)
check(vmap(lambda p: p["w"] * p["b"], in_axes=({"w": 0, "b": None},))(weights), np.ndarray)
check(vmap(lambda p, x: p["w"] * x, in_axes=({"w": 0, "b": None}, 0))(weights, x), np.ndarray)
result: Any = vmap(lambda v: (v, 1.0), out_axes=(0, None))(x)
check(result, tuple)
