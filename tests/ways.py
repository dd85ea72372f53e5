"""Ways to differentiate a function of a number: transforms, and pairs of transforms that come to the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np

from tapegrad import Tape
from tests.untyped import elementwise_grad, grad, jvp, value_and_grad, vjp, vmap

Map: TypeAlias = Callable[[Any], Any]


def by_grad(f: Map) -> Map:
    return lambda x: grad(f)(x)


def by_value_and_grad(f: Map) -> Map:
    return lambda x: value_and_grad(f)(x)[1]


def by_vjp(f: Map) -> Map:
    return lambda x: vjp(f, x)[1](1.0)[0]


def by_jvp(f: Map) -> Map:
    return lambda x: jvp(f, (x,), (1.0,))[1]


def by_elementwise_grad(f: Map) -> Map:
    return lambda x: elementwise_grad(f)(x)


def by_grad_of_vmap(f: Map) -> Map:
    return lambda x: grad(lambda x: np.sum(vmap(f)(x * np.ones(2))))(x) / 2


def by_vmap_of_grad(f: Map) -> Map:
    return lambda x: vmap(grad(f))(np.stack([x, x]))[0]


def by_jvp_of_vmap(f: Map) -> Map:
    return lambda x: jvp(lambda x: vmap(f)(np.stack([x, x]))[1], (x,), (1.0,))[1]


def by_vmap_of_jvp(f: Map) -> Map:
    return lambda x: vmap(lambda dx: jvp(f, (x,), (dx,))[1])(np.array([1.0, 2.0]))[1] / 2


def by_tape(f: Map) -> Map:
    def derivative(x: Any) -> Any:
        with Tape() as tape:
            watched = tape.watch(x)
            out = f(watched)
        return tape.gradient(out, watched)

    return derivative


WAYS = (
    *(by_grad, by_value_and_grad, by_vjp, by_jvp, by_elementwise_grad),
    *(by_grad_of_vmap, by_vmap_of_grad, by_jvp_of_vmap, by_vmap_of_jvp, by_tape),
)
