"""As `accepted`: checkpoints, loops, names."""

from __future__ import annotations

from typing import Any, TypeAlias, assert_type

import attrs
import numpy as np
from numpy.typing import NDArray

from tapegrad import Intermediate, checkpoint, fori_loop, grad, intermediates, name, scan, while_loop
import tapegrad.numpy as tnp
from tests.typing.check import check

F4: TypeAlias = NDArray[np.float32]
F8: TypeAlias = NDArray[np.float64]

x: F8 = np.array([0.5, 1.0, 2.0])
f: F4 = np.array([0.5, 1.0, 2.0], np.float32)


@checkpoint
def scaled(x: F8, by: float = 2.0, *, shift: int = 0) -> F8:
    return x * by + shift


@checkpoint(policy=("matmul",))
def total(x: F8) -> np.float64:
    return tnp.sum(x * x)


@attrs.frozen
class Layer:
    weights: F8

    @checkpoint
    def apply(self, x: F8) -> F8:
        return tnp.tanh(self.weights * x)


check(assert_type(scaled(x, 3.0, shift=1), F8), np.ndarray, np.float64)
check(assert_type(total(x), np.float64), np.float64)
check(assert_type(grad(total)(x), F8), np.ndarray, np.float64)
check(assert_type(grad(checkpoint(total, policy=["sum"]))(x), F8), np.ndarray, np.float64)
check(assert_type(Layer(x).apply(x), F8), np.ndarray, np.float64)


def running(total: float, x: float) -> tuple[float, float]:
    return total + x, total


def step(carry: F4, row: F8) -> tuple[F4, tuple[F4, None]]:
    return carry * 2, (carry, None)


check(assert_type(scan(running, 0.0, x), tuple[float, F8])[1], np.ndarray, np.float64)
check(assert_type(scan(step, f, x, checkpoint=True), tuple[F4, tuple[F4, None]])[0], np.ndarray, np.float32)


def double(i: int, carry: F4) -> F4:
    return carry * 2 + i


def go_on(carry: float) -> bool:
    return carry < 9


def squared(carry: float) -> float:
    return carry * carry


check(assert_type(fori_loop(0, 3, double, f, checkpoint=2), F4), np.ndarray, np.float32)
check(assert_type(while_loop(go_on, squared, 2.0, checkpoint=True), float), float)
check(assert_type(fori_loop(0, 3, lambda i, carry: carry * 2.0, x), F8), np.ndarray, np.float64)
check(assert_type(while_loop(lambda carry: carry < 9, lambda carry: carry * 2.0, 2.0), float), float)
check(assert_type(scan(lambda carry, row: (carry * 2.0, carry), x, x), tuple[F8, F8])[0], np.ndarray, np.float64)


def loss(x: F8, *, scale: float) -> np.float64:
    hidden = assert_type(name(x * scale, "hidden"), F8)
    return tnp.sum(hidden)


found = assert_type(intermediates(loss)(x, scale=2.0), dict[str, Intermediate])
check(found["hidden"].gradient, np.ndarray, np.float64)
parameters: dict[str, Any] = name({"w": x}, "layer")
