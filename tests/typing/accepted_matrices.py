"""Jacobians, Hessians, linear maps and higher derivatives: what checkers infer, and what comes back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias, assert_type

import numpy as np
from numpy.typing import NDArray

from tapegrad import (
    derivative,
    divergence,
    ggnvp,
    grad,
    hessian,
    hvp,
    jacfwd,
    jacobian,
    jacrev,
    laplacian,
    linear_transpose,
    linearize,
)
import tapegrad.numpy as tnp
from tests.typing.check import check

F4: TypeAlias = NDArray[np.float32]
F8: TypeAlias = NDArray[np.float64]


def scalar(x: float) -> float:
    return x * x * x


def curve(t: float) -> F8:
    return tnp.stack([tnp.cos(np.full(2, 1.0)) * t, tnp.ones(2) * t])


def vector(x: F8) -> np.float64:
    return tnp.sum(tnp.sin(x) * x)


def single(x: F4) -> np.float32:
    return tnp.sum(x * x)


def field(x: F8) -> F8:
    return tnp.tanh(x)


def distance(x: F8, y: F8) -> np.float64:
    return tnp.sum((x - y) ** 2)


def two(x: F8, y: float) -> np.float64:
    return tnp.sum(x * y)


def stretched(x: F8, y: float) -> F8:
    return x * y


def tree(p: dict[str, F8]) -> F8:
    return p["w"] * 2.0


def loss(out: F8) -> np.float64:
    return tnp.sum(out * out)


x: F8 = np.array([1.0, 2.0, 3.0])
single_x: F4 = x.astype(np.float32)

# jacobian, jacfwd, jacrev: arrays of arrays, numbers of numbers
for jac in (jacobian, jacfwd, jacrev):
    assert_type(jac(vector), Callable[[F8], F8])
    assert_type(jac(scalar), Callable[[float], float])
    check(assert_type(jac(field)(x), F8), np.ndarray, np.float64)
    check(assert_type(jac(single)(single_x), F4), np.ndarray, np.float32)
    check(assert_type(jac(scalar)(2.0), float), float)
    check(assert_type(jac(curve)(2.0), F8), np.ndarray)
    check(assert_type(jac(distance)(x, x), tuple[F8, F8]), tuple)
    check(assert_type(jac(tree)({"w": x}), dict[str, F8]), dict)
    check(assert_type(jac(grad(vector), chunk_size=2)(x), F8), np.ndarray)
    assert_type(jac(stretched)(x, 2.0), Any)
    assert_type(jac(stretched, argnums=0)(x, y=2.0), Any)

# hessian
assert_type(hessian(vector), Callable[[F8], F8])
check(assert_type(hessian(vector, chunk_size=2)(x), F8), np.ndarray, np.float64)
check(assert_type(hessian(single)(single_x), F4), np.ndarray, np.float32)
check(assert_type(hessian(scalar)(2.0), float), float)
check(assert_type(hessian(distance)(x, x), tuple[tuple[F8, F8], tuple[F8, F8]]), tuple)
assert_type(hessian(two)(x, 2.0), Any)
assert_type(hessian(two, argnums=1)(x, 2.0), Any)

# products: as their arguments are
check(assert_type(hvp(vector, x, x), F8), np.ndarray)
check(assert_type(hvp(scalar, 2.0, 1.0), float), float)
check(assert_type(hvp(two, (x, 2.0), (x, 1.0)), tuple[F8, float]), tuple)
check(assert_type(ggnvp(field, loss, x, x), F8), np.ndarray)
check(assert_type(ggnvp(stretched, loss, (x, 2.0), (x, 1.0)), tuple[F8, float]), tuple)
check(assert_type(ggnvp(tree, loss, {"w": x}, {"w": x}), dict[str, F8]), dict)

# linear maps
assert_type(linearize(field, x), tuple[F8, Callable[[F8], F8]])
check(assert_type(linearize(field, x)[1](x), F8), np.ndarray)
check(assert_type(linearize(two, x, 2.0)[1](x, 1.0), np.float64), np.float64)
check(assert_type(linear_transpose(tree, {"w": x})(x), tuple[dict[str, F8]]), tuple)

# higher derivatives: as the function is
assert_type(derivative(scalar, 2), Callable[[float], float])
check(assert_type(derivative(scalar, n=2)(1.0), float), float)
check(assert_type(derivative(curve)(1.0), F8), np.ndarray)
check(assert_type(laplacian(vector)(x), np.float64), np.float64)
check(assert_type(laplacian(two, argnums=0)(x, y=2.0), np.float64), np.float64)
check(assert_type(divergence(field)(x), np.float64), np.float64)
check(assert_type(divergence(grad(vector), chunk_size=2)(x), np.float64), np.float64)
check(assert_type(divergence(stretched, argnums=0)(x, y=2.0), np.float64), np.float64)
