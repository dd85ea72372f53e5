"""What `test_pickling` sends to other processes, which import it from here."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
import pickle
import sys
from typing import Any, TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray

import tapegrad
from tapegrad import name, stop_gradient
from tapegrad.implicit import custom_root
from tapegrad.numpy import cos, sin, square
from tests.untyped import (
    checkpoint,
    custom_jvp,
    custom_vjp,
    derivative,
    divergence,
    elementwise_grad,
    grad,
    hessian,
    intermediates,
    jacfwd,
    jacobian,
    jacrev,
    laplacian,
    linear_transpose,
    linearize,
    plain,
    value_and_grad,
    vjp,
    vmap,
)

F8: TypeAlias = NDArray[np.float64]
Case: TypeAlias = tuple[Callable[..., Any], tuple[Any, ...]]
"""Something to call, and what with."""

X = np.array([0.3, 0.7, 1.1])


def cube(x: Any) -> Any:
    """The third power."""
    return x**3


def norm(v: Any) -> Any:
    """Half the squared length, and a little more."""
    return v @ v / 2 + plain.prod(v)


def field(v: Any) -> Any:
    """A vector of a vector."""
    return np.stack([v[0] * v[1], np.sin(v[2]), v[1] ** 2])


def linear(v: Any) -> Any:
    """Twice the last of three numbers, and the difference of the others."""
    return np.stack([v[0] - v[1], 2.0 * v[2]])


def weigh(x: Any, y: Any, *, scale: float = 1.0) -> Any:
    """Two arguments and a keyword."""
    return scale * x**2 * np.exp(y)


def with_aux(x: Any) -> Any:
    return x**2, {"twice": 2 * x}


@attrs.frozen
class Params:
    w: Any
    b: Any


def model(params: Params, x: Any) -> Any:
    return np.tanh(params.w @ x + params.b)


def loss(params: Params, x: Any) -> Any:
    return np.sum(model(params, x) ** 2)


def step(carry: Any, x: Any) -> Any:
    return carry * x, carry


def forward(x: float) -> tuple[float, float]:
    return sin(x), x


def backward(x: float, ct: float) -> tuple[float]:
    return (cos(x) * ct,)


def push(primals: tuple[float], tangents: tuple[float]) -> tuple[float, float]:
    return sin(primals[0]), cos(primals[0]) * tangents[0]


def sine(x: float) -> float:
    """Has no derivative of its own."""
    return stop_gradient(sin(x))


def labelled(x: float) -> float:
    return sin(name(x, "inner") * 2)


def condition(y: float, x: float) -> float:
    return 2 * y - x


@custom_root(condition)
def halved(init: float, x: float) -> float:
    return x / 2


# --- functions that are transforms from the start --------------------------------------------------------------------


@tapegrad.grad
def slope(x: float) -> float:
    """A gradient that goes by the name of its function."""
    return x**3


@tapegrad.grad
@tapegrad.grad
def curvature(x: float) -> float:
    return x**3


@tapegrad.vmap
def rows(x: F8) -> F8:
    return np.multiply(x, x)


@tapegrad.jacfwd
def matrix(v: F8) -> F8:
    return square(v)


@tapegrad.checkpoint
def block(x: F8) -> F8:
    """Recomputed."""
    return np.multiply(np.tanh(x), x)


@tapegrad.custom_vjp(forward, backward)
def backward_sine(x: float) -> float:
    """A function with a rule."""
    return stop_gradient(sin(x))


@tapegrad.custom_jvp(push)
def forward_sine(x: float) -> float:
    return stop_gradient(sin(x))


@tapegrad.custom_jvp(push)
@tapegrad.custom_vjp(forward, backward)
def both_sine(x: float) -> float:
    return stop_gradient(sin(x))


DECORATED: dict[str, Case] = {
    "slope": (slope, (2.0,)),
    "rows": (rows, (np.eye(3),)),
    "block": (block, (0.5,)),
    "backward_sine": (backward_sine, (0.5,)),
    "forward_sine": (forward_sine, (0.5,)),
    "both_sine": (both_sine, (0.5,)),
    "curvature": (curvature, (2.0,)),
    "matrix": (matrix, (X,)),
}


class Network:
    """Its methods are differentiated, bound and not."""

    def __init__(self, weight: float) -> None:
        self.weight = weight

    def __call__(self, x: Any) -> Any:
        return self.weight * x**2

    def energy(self, x: Any) -> Any:
        return self.weight * x**3

    def force(self, x: Any) -> Any:
        return -grad(self.energy)(x)


NETWORK = Network(5.0)
PARAMS = Params(np.array([[0.1, -0.2, 0.3], [0.5, 0.4, -0.6]]), np.array([0.1, 0.2]))
BATCH = Params(PARAMS.w, np.arange(6.0).reshape(3, 2))

TRANSFORMED: dict[str, Case] = {
    "grad": (grad(cube), (2.0,)),
    "grad, options": (grad(weigh, argnums=(0, 1)), (2.0, 0.5)),
    "grad, aux": (grad(with_aux, has_aux=True), (2.0,)),
    "value_and_grad": (value_and_grad(loss, argnums=0), (PARAMS, X)),
    "elementwise_grad": (elementwise_grad(np.tanh), (X,)),
    "vmap": (vmap(field, in_axes=1, out_axes=-1), (np.eye(3),)),
    "vmap, trees": (vmap(model, in_axes=(None, 0)), (PARAMS, np.eye(3))),
    "jacobian": (jacobian(field), (X,)),
    "jacfwd": (jacfwd(field, chunk_size=2), (X,)),
    "jacrev": (jacrev(model, argnums=(0, 1)), (PARAMS, X)),
    "hessian": (hessian(norm), (X,)),
    "derivative": (derivative(cube, n=2), (2.0,)),
    "laplacian": (laplacian(norm), (X,)),
    "divergence": (divergence(field), (X,)),
    "checkpoint": (checkpoint(norm), (X,)),
    "custom_vjp": (custom_vjp(forward, backward)(sine), (0.5,)),
    "custom_jvp": (custom_jvp(push)(sine), (0.5,)),
    "custom_vjp, its gradient": (grad(custom_vjp(forward, backward)(sine)), (0.5,)),
    "custom_jvp, its gradient": (grad(custom_jvp(push)(sine)), (0.5,)),
    "intermediates": (intermediates(labelled), (0.5,)),
    "custom_root": (halved, (0.0, 3.0)),
    "custom_root, its gradient": (grad(halved, argnums=1), (0.0, 3.0)),
    "vmap over trees": (vmap(model, in_axes=(Params(None, 0), None), out_axes=1), (BATCH, X)),
    "of transforms": (vmap(grad(checkpoint(norm))), (np.stack([X, 2 * X]),)),
    "of a decorated function": (grad(slope), (2.0,)),
    "of a decorated rule": (grad(grad(both_sine)), (0.5,)),
    "of NumPy's": (grad(np.sin), (0.5,)),
}
OF_OBJECTS: dict[str, Case] = {
    "of a partial": (grad(partial(weigh, 2.0, scale=3.0)), (0.5,)),
    "in a partial": (partial(grad(weigh, argnums=0), scale=3.0), (2.0, 0.5)),
    "of an object": (grad(NETWORK), (2.0,)),
    "of a bound method": (hessian(NETWORK.energy), (2.0,)),
    "of a method that differentiates": (grad(NETWORK.force), (2.0,)),
    "of a gradient at a point": (grad(partial(loss, PARAMS)), (X,)),
}
"""Equal only as far as these objects and partials are, which compare by identity."""

RESULTS: dict[str, Case] = {
    "pullback": (vjp(field, X)[1], (np.ones(3),)),
    "pullback of trees": (vjp(model, PARAMS, X)[1], (np.ones(2),)),
    "pullback of a rule": (vjp(backward_sine, 0.5)[1], (1.0,)),
    "pullback of a decorated function": (vjp(slope, 0.5)[1], (1.0,)),
    "linearized": (linearize(field, X)[1], (np.ones(3),)),
    "linearized trees": (linearize(model, PARAMS, X)[1], (PARAMS, X)),
    "linearized checkpoint": (linearize(block, X)[1], (np.ones(3),)),
    "linear_transpose": (linear_transpose(linear, X), (np.ones(2),)),
}
"""What transforms return, and users keep."""

EVERYTHING = TRANSFORMED | OF_OBJECTS | RESULTS | DECORATED


def call(case: Case) -> Any:
    function, arguments = case
    return function(*arguments)


def answer() -> None:
    """In another process: whether what arrives equals what is here, and what it gives."""
    received: dict[str, Callable[..., Any]] = pickle.load(sys.stdin.buffer)
    answers = {
        name: (
            name in TRANSFORMED | DECORATED
            and (function == EVERYTHING[name][0] and hash(function) == hash(EVERYTHING[name][0])),
            repr(function),
            function(*EVERYTHING[name][1]),
            function,
        )
        for name, function in received.items()
    }
    pickle.dump(answers, sys.stdout.buffer)
