"""What is differentiated: the same mathematics for every library, written once over its namespace."""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from typing import Any

import attrs
import numpy as np
from numpy.typing import DTypeLike

from benchmarks.adbench import bundle_adjustment, full_gaussian_mixture, gaussian_mixture, lstm
from benchmarks.circuits import circuit
from benchmarks.libraries import Derivative
from benchmarks.problem import Problem, over_data
from benchmarks.recurrences import kalman_filter, predator_and_prey

CHAIN = 2_000


def goldstein(x: Any, y: Any) -> Any:
    """The Goldstein-Price function: 38 operations on two scalars."""
    return (1 + (x + y + 1) ** 2 * (19 - 14 * x + 3 * x**2 - 14 * y + 6 * x * y + 3 * y**2)) * (
        30 + (2 * x - 3 * y) ** 2 * (18 - 32 * x + 12 * x**2 + 48 * y - 36 * x * y + 27 * y**2)
    )


def chain(x: Any, links: int = CHAIN) -> Any:
    """A multiplication and an addition, `links` times over."""
    for _ in range(links):
        x = x * 0.999 + 0.001
    return x


def cross_entropy(xp: Any, inputs: Any, targets: Any, *parameters: Any) -> Any:
    """The mean cross-entropy of softmax over a tanh network; `parameters` are a weight and a bias for each layer.

    It is written without the fused losses that some libraries have: all of them run the same operations.
    """
    *hidden, last = zip(parameters[::2], parameters[1::2], strict=True)
    activations = inputs
    for weights, bias in hidden:
        activations = xp.tanh(activations @ weights + bias)
    logits = activations @ last[0] + last[1]
    shifted = logits - xp.max(logits, axis=1, keepdims=True)
    log_normaliser = xp.log(xp.sum(xp.exp(shifted), axis=1, keepdims=True))
    return xp.sum(targets * (log_normaliser - shifted)) / len(inputs)


def network(batch: int, widths: tuple[int, ...], dtype: DTypeLike) -> Problem:
    """A tanh network of the given `widths`, input first, on a random batch."""
    rng = np.random.default_rng(0)
    inputs = rng.normal(size=(batch, widths[0])).astype(dtype)
    targets = np.eye(widths[-1], dtype=dtype)[rng.integers(widths[-1], size=batch)]
    layers = [(rng.normal(size=(m, n)) / np.sqrt(m), np.zeros(n)) for m, n in pairwise(widths)]
    return Problem(
        f"tanh network, {batch}×{'→'.join(map(str, widths))}, {np.dtype(dtype)}",
        tuple(array.astype(dtype) for layer in layers for array in layer),
        lambda library: partial(cross_entropy, library.namespace, library.constant(inputs), library.constant(targets)),
    )


def rosenbrock(xp: Any, x: Any) -> Any:
    """The Rosenbrock function of a vector, by slices."""
    return xp.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


def wave(xp: Any, x: Any) -> Any:
    """A sum of elementwise functions."""
    return xp.sum(xp.exp(-(x**2)) * xp.sin(x) + xp.log1p(x**2) / (1 + x**2))


def logistic_loss(xp: Any, data: Any, labels: Any, weights: Any) -> Any:
    """Logistic regression: the mean of log(1 + exp(z)) - y z, with a ridge."""
    z = data @ weights
    return xp.sum(xp.log1p(xp.exp(z)) - labels * z) / len(data) + 0.01 * xp.sum(weights**2)


def logistic_regression(rows: int, features: int) -> Problem:
    """A logistic regression of random labels on random features."""
    rng = np.random.default_rng(0)
    data, labels = rng.normal(size=(rows, features)), rng.integers(2, size=rows).astype(float)
    title = f"logistic regression, {rows}×{features}"
    return over_data(title, logistic_loss, (data, labels), rng.normal(size=features))


def elementwise(size: int) -> Problem:
    """The sum of elementwise functions of so many numbers."""
    return over_data(f"sum of elementwise functions, n = {size:,}", wave, (), np.linspace(-3.0, 3.0, size))


def valley(size: int, derivative: Derivative, title: str) -> Problem:
    """A derivative of the Rosenbrock function in so many dimensions."""
    return over_data(title, rosenbrock, (), np.random.default_rng(1).normal(size=size), derivative=derivative)


GOLDSTEIN = Problem("goldstein, two scalars", (np.array(1.0), np.array(1.0)), lambda _: goldstein)
LONG = Problem(f"chain of {CHAIN:,} multiply-adds, one scalar", (np.array(1.0),), lambda _: chain)
SMALL_NETWORK = network(32, (64, 32, 32, 10), np.float64)
LARGE_NETWORK = network(256, (784, 256, 256, 10), np.float32)
ROSENBROCK = valley(1_000, "gradient", "Rosenbrock, n = 1,000")
HESSIAN = valley(50, "hessian", "Hessian, 50 dimensions, by slices")
SMALL_ELEMENTWISE, LARGE_ELEMENTWISE = elementwise(1_000), elementwise(1_000_000)
LOGISTIC = logistic_regression(569, 30)
MIXTURE = gaussian_mixture(points=1_000, dimensions=10, parts=25)
FULL_MIXTURE = full_gaussian_mixture(points=1_000, dimensions=10, parts=25)
LSTM_STEP, LSTM = lstm(1), attrs.evolve(lstm(20), left_out=frozenset({"compile, numba"}))
BUNDLE = bundle_adjustment(views=1_000, cameras=20, points=300)
KALMAN, PREDATOR = kalman_filter(40), predator_and_prey(200)
CIRCUIT = circuit(qubits=6, layers=3)

GRADIENTS = (
    GOLDSTEIN,
    LONG,
    SMALL_NETWORK,
    LARGE_NETWORK,
    ROSENBROCK,
    SMALL_ELEMENTWISE,
    LARGE_ELEMENTWISE,
    LOGISTIC,
    MIXTURE,
    FULL_MIXTURE,
    LSTM_STEP,
    LSTM,
    BUNDLE,
    KALMAN,
    PREDATOR,
    CIRCUIT,
)
"""The gradients that are compared."""
