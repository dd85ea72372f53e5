"""What checkers must infer, and what must come back: `check(assert_type(e, T), runtime_class)` holds both in one line.

mypy and pyright check this file; pytest runs it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias, TypeVar, assert_type

import attrs
import numpy as np
from numpy.typing import NDArray

from tapegrad import (
    Tape,
    Variable,
    elementwise_grad,
    grad,
    is_variable,
    jvp,
    lift,
    stop_gradient,
    value_and_grad,
    value_of,
    vjp,
    vmap,
)
import tapegrad.numpy as tnp
from tests.typing.check import check

F4: TypeAlias = NDArray[np.float32]
F8: TypeAlias = NDArray[np.float64]
C16: TypeAlias = NDArray[np.complex128]
Row: TypeAlias = np.ndarray[tuple[int], np.dtype[np.float64]]
Table: TypeAlias = np.ndarray[tuple[int, int], np.dtype[np.float64]]
G = TypeVar("G", bound=float)


@attrs.frozen
class Params:
    w: F8
    b: float


class Model:
    def loss(self, x: F8, scale: float = 1.0, *, train: bool = False) -> np.float64:
        return tnp.sum(x * x) if train else tnp.sum(x * scale)


def scalar(x: float) -> float:
    return x * x * x


def vector(x: F8) -> np.float64:
    return tnp.sum(tnp.sin(x) * x)


def matrix(x: Table) -> np.float64:
    return tnp.sum(x)


def single(x: F4) -> np.float32:
    return tnp.sum(x)


def two(x: F8, y: float) -> np.float64:
    return tnp.sum(x * y)


def five(a: F8, b: float, c: float, d: F8, e: F8) -> np.float64:
    return tnp.sum(a * b + c * d + e)


def params(p: Params, x: F8) -> np.float64:
    return tnp.sum(p.w * x + p.b)


def tree(p: dict[str, F8]) -> np.float64:
    return tnp.sum(p["w"])


def with_aux(x: F8, y: float) -> tuple[np.float64, dict[str, int]]:
    return tnp.sum(x * y), {"calls": 1}


def keywords(x: F8, y: float, *, k: int) -> np.float64:
    return tnp.sum(x * y) * k


def variadic(*x: float) -> float:
    return x[0] * x[-1]


def generic(x: G) -> G:
    return x


def vector_to_vector(x: F8) -> F8:
    return tnp.tanh(x)


def constrained(x: Variable[F8], scale: Variable[float]) -> Variable[np.float64]:
    return (x * scale).sum()


def looked_at(x: F8) -> np.float64:
    if is_variable(x):
        assert_type(x, Variable[Any])
        return np.float64(0)
    return tnp.sum(x * value_of(x))


x: F8 = np.array([1.0, 2.0, 3.0])
single_x: F4 = x.astype(np.float32)
z: C16 = x.astype(np.complex128)
row: Row = np.zeros(2)
table: Table = np.ones((2, 2))
p = Params(x, 1.0)

# grad: the gradient has the argument's type
assert_type(grad(scalar), Callable[[float], float])
assert_type(grad(vector), Callable[[F8], F8])
assert_type(grad(params), Callable[[Params, F8], tuple[Params, F8]])
assert_type(grad(five), Callable[[F8, float, float, F8, F8], tuple[F8, float, float, F8, F8]])
check(assert_type(grad(scalar)(2.0), float), float)
check(assert_type(grad(vector)(x), F8), np.ndarray, np.float64)
check(assert_type(grad(matrix)(table), Table), np.ndarray, np.float64)
check(assert_type(grad(single)(single_x), F4), np.ndarray, np.float32)
check(assert_type(grad(tree)({"w": x}), dict[str, F8]), dict)
# ... of several arguments, a tuple
check(assert_type(grad(two)(x, 2.0), tuple[F8, float]), tuple)
check(assert_type(grad(two)(x, 2.0)[1], float), float)
check(assert_type(grad(params)(p, x)[0], Params), Params)
check(assert_type(grad(params)(p, x)[0].b, float), float)
check(assert_type(grad(five)(x, 1.0, 1.0, x, x), tuple[F8, float, float, F8, F8]), tuple)
# ... of those that argnums names; the rest of the signature stays
check(assert_type(grad(two, argnums=0)(x, y=2.0), F8), np.ndarray)
check(assert_type(grad(two, argnums=1)(x, 2.0), float), float)
check(assert_type(grad(params, argnums=0)(p, x=x), Params), Params)
check(assert_type(grad(five, argnums=(0,))(x, 1.0, 1.0, x, x), tuple[F8]), tuple)
check(assert_type(grad(five, argnums=(0, 1))(x, 1.0, 1.0, x, x), tuple[F8, float]), tuple)
check(assert_type(grad(five, argnums=(0, 2))(x, 1.0, 1.0, x, x), tuple[F8, float]), tuple)
check(assert_type(grad(five, argnums=[0, 4])(x, 1.0, 1.0, x, x), tuple[Any, ...]), tuple)
check(assert_type(grad(keywords, argnums=1)(x, 1.0, k=3), float), float)
check(assert_type(grad(keywords, argnums=(0, 1))(x, 1.0, k=3), tuple[F8, float]), tuple)
# ... with what else the function returns
check(assert_type(grad(with_aux, has_aux=True)(x, 1.0), tuple[tuple[F8, float], dict[str, int]]), tuple)
check(assert_type(grad(with_aux, argnums=1, has_aux=True)(x, 1.0), tuple[float, dict[str, int]]), tuple)
check(assert_type(grad(with_aux, has_aux=True)(x, 1.0)[1], dict[str, int]), dict)
# ... with the defaults written out
check(assert_type(grad(two, argnums=None, has_aux=False)(x, 1.0), tuple[F8, float]), tuple)
# ... of methods, variadic and generic functions
assert_type(grad(Model().loss), Callable[[F8], F8])
check(assert_type(grad(Model().loss)(x), F8), np.ndarray)
check(assert_type(grad(Model().loss, argnums=0)(x, 2.0, train=True), F8), np.ndarray)
check(assert_type(grad(variadic)(1.0), float), float)
check(assert_type(grad(generic)(1.0), float), float)
# ... of gradients
assert_type(grad(grad(scalar)), Callable[[float], float])
check(assert_type(grad(grad(grad(scalar)))(1.0), float), float)
check(assert_type(grad(grad(two, argnums=1), argnums=1)(x, 1.0), float), float)


# ... as a decorator
@grad
def slope(t: float) -> float:
    return t * t


check(assert_type(slope(1.0), float), float)
# lambdas take their types from the declared name
cubic: Callable[[float], float] = grad(lambda t: t * t * t)
both: Callable[[F8, float], tuple[F8, float]] = grad(lambda a, b: tnp.sum(a * b))
check(assert_type(cubic(2.0), float), float)
check(assert_type(both(x, 2.0)[0], F8), np.ndarray)

# value_and_grad
assert_type(value_and_grad(vector), Callable[[F8], tuple[np.float64, F8]])
check(assert_type(value_and_grad(vector)(x)[0], np.float64), np.float64)
check(assert_type(value_and_grad(two)(x, 2.0), tuple[np.float64, tuple[F8, float]]), tuple)
check(assert_type(value_and_grad(two, argnums=1)(x, 2.0), tuple[np.float64, float]), tuple)
check(assert_type(value_and_grad(single)(single_x)[0], np.float32), np.float32)
aux_value, aux_gradient = value_and_grad(with_aux, argnums=0, has_aux=True)(x, 2.0)
check(assert_type(aux_value, tuple[np.float64, dict[str, int]]), tuple)
check(assert_type(aux_gradient, F8), np.ndarray)

# vjp, jvp
out, pull = vjp(two, x, 2.0)
check(assert_type(out, np.float64), np.float64)
check(assert_type(pull(out), tuple[F8, float]), tuple)
check(assert_type(vjp(vector_to_vector, x)[1](x), tuple[F8]), tuple)
aux_out, aux_pull, aux = vjp(with_aux, x, 2.0, has_aux=True)
check(assert_type(aux_out, np.float64), np.float64)
check(assert_type(aux_pull(aux_out)[1], float), float)
check(assert_type(aux, dict[str, int]), dict)
check(assert_type(jvp(two, (x, 2.0), (x, 1.0)), tuple[np.float64, np.float64]), tuple)
check(assert_type(jvp(vector_to_vector, (x,), (x,))[1], F8), np.ndarray)
check(assert_type(jvp(grad(vector), (x,), (x,))[1], F8), np.ndarray)

# vmap, elementwise_grad, stop_gradient
assert_type(vmap(scalar), Callable[[F8], F8])
check(assert_type(vmap(scalar)(x), F8), np.ndarray)
check(assert_type(vmap(grad(scalar))(x), F8), np.ndarray)
check(assert_type(vmap(vector)(table), F8), np.ndarray)
check(assert_type(vmap(single)(table.astype(np.float32)), F4), np.ndarray, np.float32)
check(assert_type(elementwise_grad(vector_to_vector)(x), F8), np.ndarray)
check(assert_type(elementwise_grad(tnp.tanh)(x), F8), np.ndarray)
check(assert_type(stop_gradient(table), Table), np.ndarray)
check(assert_type(stop_gradient(p), Params), Params)

# an explicit tape: a Variable passes for the array that it stands for, a tree of them for the tree
with Tape() as tape:
    watched, scale = tape.watch((Params(x, 1.0), 2.0), name="inputs")
    inner = tnp.exp(watched.w) * scale
    loss = params(watched, inner)
    shorter = tape.watch(x)
    total = tnp.sum(shorter)
assert_type(watched, Params)
assert_type(loss, np.float64)
check(assert_type(tape.gradient(loss, watched), Params), Params)
check(assert_type(tape.gradient(loss, watched.w), F8), np.ndarray)
check(assert_type(tape.gradient(loss, (watched, inner)), tuple[Params, F8]), tuple)
check(assert_type(tape.gradient(loss, [inner, inner]), list[F8]), list)
check(assert_type(tape.gradient(loss, {"scale": scale}), dict[str, float]), dict)
check(assert_type(value_of(inner), F8), np.ndarray)
check(assert_type(value_of((watched, 1.0)), tuple[Params, float]), tuple)
check(assert_type(grad(looked_at)(x), F8), np.ndarray)

# Variables by their own name
assert_type(grad(lift(constrained)), Callable[[F8, float], tuple[F8, float]])
check(assert_type(grad(lift(constrained))(x, 2.0)[0], F8), np.ndarray)


def operators(v: Variable[F8], s: Variable[float], m: Variable[Table]) -> Variable[np.float64]:
    assert_type(v.value, F8)
    assert_type(x * v, Variable[F8])
    assert_type(2.0 * v, Variable[F8])
    assert_type(np.float64(2.0) / v, Variable[F8])
    assert_type(2**v, Variable[F8])
    assert_type(s * v, Variable[F8])
    assert_type(s * s, Variable[np.float64])
    assert_type(m * 2, Variable[Table])
    assert_type(x @ v, Variable[F8])
    assert_type(v < 0.0, NDArray[np.bool])
    assert_type(-m, Variable[Table])
    assert_type(m.T, Variable[Table])
    assert_type(v[1:], Variable[F8])
    assert_type(v.sum(axis=0, keepdims=True), Variable[F8])
    assert_type(tnp.sin(m), Variable[Table])
    assert_type(tnp.add(x, v), Variable[F8])
    assert_type(tnp.maximum(v, 0.0), Variable[F8])
    assert_type(tnp.floor(v), F8)
    assert_type(tnp.greater(v, 0.0), NDArray[np.bool])
    assert_type(tnp.where(x > 0, v, 0.0), Variable[F8])
    assert_type(tnp.sum(v, axis=0), Variable[F8])
    assert_type(tnp.matmul(m, x[:2]), Variable[F8])
    return check(assert_type(tnp.sum(tnp.sin(v) * s) + tnp.mean(m), Variable[np.float64]), Variable)


check(grad(lift(operators))(x, 2.0, table), tuple)

# the typed namespace: no Any, and shapes kept where they are known
check(assert_type(tnp.sin(x), F8), np.ndarray, np.float64)
check(assert_type(tnp.sin(single_x), F4), np.ndarray, np.float32)
check(assert_type(tnp.sin(table), Table), np.ndarray)
check(assert_type(tnp.sin(1.0), np.float64), np.float64)
check(assert_type(tnp.sin(np.float32(1)), np.float32), np.float32)
check(assert_type(tnp.exp(1j), np.complex128), np.complex128)
check(assert_type(tnp.sin(np.arange(3)), Row), np.ndarray, np.float64)
check(
    assert_type(tnp.sqrt(np.arange(3), dtype=np.float32), np.ndarray[tuple[int], np.dtype[np.float32]]),
    np.ndarray,
    np.float32,
)
check(assert_type(tnp.negative(np.arange(3)), np.ndarray[tuple[int], np.dtype[np.int_]]), np.ndarray, np.int_)
check(assert_type(tnp.floor(2.5), np.float64), np.float64)
check(assert_type(tnp.absolute(table), Table), np.ndarray)
check(assert_type(tnp.abs(z), F8), np.ndarray, np.float64)
check(assert_type(tnp.real(z), F8), np.ndarray, np.float64)
check(assert_type(tnp.real(2.0), float), float)
check(assert_type(tnp.angle(z), F8), np.ndarray, np.float64)
check(assert_type(tnp.conj(z), C16), np.ndarray, np.complex128)
check(assert_type(tnp.isnan(table), np.ndarray[tuple[int, int], np.dtype[np.bool]]), np.ndarray, np.bool)
check(assert_type(tnp.less(x, 2.0), NDArray[np.bool]), np.ndarray, np.bool)
check(assert_type(tnp.less(1.0, 2.0), np.bool), np.bool)
check(assert_type(tnp.add(x, x), F8), np.ndarray)
check(assert_type(tnp.add(1.0, 2.0), np.float64), np.float64)
check(assert_type(tnp.multiply(table, 2.0), Table), np.ndarray)
check(assert_type(tnp.multiply(single_x, 2.0), F4), np.ndarray, np.float32)
check(assert_type(tnp.divide(np.arange(3), 2), F8), np.ndarray, np.float64)
check(assert_type(tnp.maximum(np.arange(3), np.arange(3)), NDArray[np.int_]), np.ndarray, np.int_)
check(assert_type(tnp.float_power(single_x, 2), F8), np.ndarray, np.float64)
check(assert_type(tnp.floor_divide(x, 2.0), F8), np.ndarray)
check(assert_type(tnp.divmod(x, 2.0), tuple[F8, F8]), tuple)
check(assert_type(tnp.sigmoid(table), Table), np.ndarray)
check(assert_type(tnp.sigmoid(0.0), np.float64), np.float64)
check(assert_type(tnp.where(x > 1, x, 0.0), F8), np.ndarray)
check(assert_type(tnp.where(x > 1), tuple[NDArray[np.intp], ...]), tuple)
check(assert_type(tnp.clip(table, 0.5, None), Table), np.ndarray)
check(assert_type(tnp.clip(2.0, None, 1.0), np.float64), np.float64)
check(assert_type(tnp.sum(x), np.float64), np.float64)
check(assert_type(tnp.sum(single_x), np.float32), np.float32)
check(assert_type(tnp.sum(table, axis=0), F8), np.ndarray)
check(assert_type(tnp.sum(table, axis=0, keepdims=True), Table), np.ndarray)
check(assert_type(tnp.sum(single_x, dtype=np.float64), np.float64), np.float64)
check(assert_type(tnp.sum([1.0, 2.0]), np.float64), np.float64)
check(assert_type(tnp.mean(np.arange(3)), np.float64), np.float64)
check(assert_type(tnp.mean(single_x), np.float32), np.float32)
check(assert_type(tnp.std(x), np.float64), np.float64)
check(assert_type(tnp.var(table, axis=1, ddof=1), F8), np.ndarray)
check(assert_type(tnp.max(np.arange(3)), np.int_), np.int_)
check(assert_type(tnp.min(table, axis=(0,)), F8), np.ndarray)
check(assert_type(tnp.ptp(x), np.float64), np.float64)
check(assert_type(tnp.cumsum(table), Row), np.ndarray)
check(assert_type(tnp.cumprod(table, axis=0), Table), np.ndarray)
check(assert_type(tnp.argmax(x), np.intp), np.intp)
check(assert_type(tnp.all(x > 0), np.bool), np.bool)
check(assert_type(tnp.any(table > 0, axis=1), NDArray[np.bool]), np.ndarray, np.bool)
check(assert_type(tnp.reshape(table, (4,)), Row), np.ndarray)
check(assert_type(tnp.reshape(x, (3, 1)), Table), np.ndarray)
check(assert_type(tnp.ravel(table), Row), np.ndarray)
check(assert_type(tnp.transpose(table), Table), np.ndarray)
check(assert_type(tnp.moveaxis(table, 0, 1), Table), np.ndarray)
check(assert_type(tnp.expand_dims(x, 0), F8), np.ndarray)
check(assert_type(tnp.broadcast_to(1.0, (3,)), F8), np.ndarray)
check(assert_type(tnp.concatenate([x, x]), F8), np.ndarray)
check(assert_type(tnp.stack((x, x), axis=1), F8), np.ndarray)
check(assert_type(tnp.stack([1.0, 2.0]), Row), np.ndarray)
check(assert_type(tnp.hstack([x, x]), F8), np.ndarray)
check(
    assert_type(tnp.astype(table, np.float32), np.ndarray[tuple[int, int], np.dtype[np.float32]]),
    np.ndarray,
    np.float32,
)
check(assert_type(tnp.zeros_like(table), Table), np.ndarray)
check(assert_type(tnp.full_like(table, 2.0), Table), np.ndarray)
check(assert_type(tnp.take(x, 0), np.float64), np.float64)
check(assert_type(tnp.take(x, [0, 2]), F8), np.ndarray)
check(assert_type(tnp.diagonal(table), Row), np.ndarray)
check(assert_type(tnp.trace(table), np.float64), np.float64)
check(assert_type(tnp.tril(table), Table), np.ndarray)
check(assert_type(tnp.matmul(table, table), Table), np.ndarray)
check(assert_type(tnp.matmul(table, row), Row), np.ndarray)
check(assert_type(tnp.matmul(row, row), np.float64), np.float64)
check(assert_type(tnp.matmul(table, x[:2]), F8), np.ndarray)
assert_type(tnp.dot(x, x), F8)  # the number of axes is not known: it may be a number
check(assert_type(tnp.outer(x, x), Table), np.ndarray)
check(assert_type(tnp.vdot(x, x), np.float64), np.float64)
check(assert_type(tnp.tensordot(table, table, axes=1), F8), np.ndarray)
check(assert_type(tnp.einsum("ij,j->i", table, row), F8), np.ndarray)
