"""What is differentiated: the same mathematics for every library, written once over its namespace."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import pairwise
from typing import Any, TypeAlias

import attrs
import numpy as np
from numpy.typing import DTypeLike, NDArray

from benchmarks.libraries import Library

Array: TypeAlias = NDArray[np.floating]

CHAIN = 2_000


@attrs.frozen
class Problem:
    """A scalar function of arrays, and the point at which its gradient is taken."""

    title: str
    arguments: tuple[Array, ...]
    function: Callable[[Library], Callable[..., Any]]
    """The function, for a library's arrays."""


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


def mixture(xp: Any, data: Any, alphas: Any, means: Any, scales: Any) -> Any:
    """The log-likelihood of a Gaussian mixture with diagonal covariances, as in ADBench: `scales` are -log(sigma)."""
    z = (data[:, None, :] - means[None]) * xp.exp(scales)[None]
    inner = alphas + xp.sum(scales, axis=1) - 0.5 * xp.sum(z * z, axis=2)
    top = xp.max(inner, axis=1, keepdims=True)
    likelihoods = xp.sum(top[:, 0]) + xp.sum(xp.log(xp.sum(xp.exp(inner - top), axis=1)))
    return likelihoods - len(data) * xp.log(xp.sum(xp.exp(alphas)))


def recurrent_loss(xp: Any, sequence: Any, weights: Any, biases: Any, ends: Any, state: Any) -> Any:
    """The loss of ADBench's LSTM, whose gates have diagonal weights, over a sequence of characters.

    `weights` and `biases` are (layers, 4, width), `ends` (3, width) the input's and output's scales, `state`
    (layers, 2, width) the first hidden states and cells.
    """
    hidden, cell = [layer[0] for layer in state], [layer[1] for layer in state]
    loss = 0.0
    for i in range(len(sequence) - 1):
        x = sequence[i] * ends[0]
        for layer in range(len(weights)):
            w, b = weights[layer], biases[layer]
            forget, allow = sigmoid(xp, x * w[0] + b[0]), sigmoid(xp, hidden[layer] * w[1] + b[1])
            show, change = sigmoid(xp, x * w[2] + b[2]), xp.tanh(hidden[layer] * w[3] + b[3])
            cell[layer] = cell[layer] * forget + allow * change
            x = hidden[layer] = show * xp.tanh(cell[layer])
        predicted = x * ends[1] + ends[2]
        normaliser = xp.log(xp.sum(xp.exp(predicted)) + 2.0)
        loss = loss - xp.sum(sequence[i + 1] * (predicted - normaliser))
    return loss / (len(sequence) - 1)


def sigmoid(xp: Any, x: Any) -> Any:
    """1 / (1 + exp(-x))."""
    return 1.0 / (1.0 + xp.exp(-x))


def reprojection(xp: Any, seen: Any, of_camera: Any, of_point: Any, cameras: Any, points: Any) -> Any:
    """The sum of squares of bundle adjustment's residuals, as in ADBench.

    A camera is a rotation vector, a centre, a focal length, a principal point and two radial distortions.
    """
    camera, x = cameras[of_camera], points[of_point] - cameras[of_camera][:, 3:6]
    r = camera[:, 0:3]
    square = xp.sum(r * r, axis=1)
    angle = xp.exp(0.5 * xp.log(square))
    sine, cosine = xp.sin(angle), xp.cos(angle)
    a, b, c = (r[:, i] / angle for i in range(3))
    u, v, w = x[:, 0], x[:, 1], x[:, 2]
    along = (a * u + b * v + c * w) * (1.0 - cosine)
    first = u * cosine + (b * w - c * v) * sine + a * along
    second = v * cosine + (c * u - a * w) * sine + b * along
    depth = w * cosine + (a * v - b * u) * sine + c * along
    first, second = first / depth, second / depth
    radius = first**2 + second**2
    distortion = (1.0 + camera[:, 9] * radius + camera[:, 10] * radius**2) * camera[:, 6]
    across = first * distortion + camera[:, 7] - seen[:, 0]
    down = second * distortion + camera[:, 8] - seen[:, 1]
    return xp.sum(across**2) + xp.sum(down**2)


def over_data(title: str, f: Callable[..., Any], data: tuple[NDArray[Any], ...], *arguments: Array) -> Problem:
    """A problem whose function takes the library's namespace and some data ahead of its arguments."""
    return Problem(
        title, arguments, lambda library: partial(f, library.namespace, *(library.constant(array) for array in data))
    )


def studies() -> tuple[Problem, ...]:
    """The problems over data, which are random."""
    rng = np.random.default_rng(0)
    layers, width, steps, cameras, points, views = 2, 14, 20, 20, 300, 1_000
    sequence = np.eye(width)[rng.integers(width, size=steps)]
    views_of = rng.integers(cameras, size=views), rng.integers(points, size=views)
    pose = np.concatenate(
        [rng.normal(size=(cameras, 3)), rng.normal(size=(cameras, 2)), np.full((cameras, 1), -9.0)], axis=1
    )
    lens = np.tile([500.0, 1.0, -1.0, 0.01, -0.002], (cameras, 1))
    return (
        over_data(
            "logistic regression, 569×30",
            logistic_loss,
            (rng.normal(size=(569, 30)), rng.integers(2, size=569).astype(float)),
            rng.normal(size=30),
        ),
        over_data(
            "Gaussian mixture, 1,000 points, d = 10, k = 25",
            mixture,
            (rng.normal(size=(1_000, 10)),),
            rng.normal(size=25),
            rng.normal(size=(25, 10)),
            0.1 * rng.normal(size=(25, 10)),
        ),
        over_data(
            f"LSTM, {layers} layers, {steps} steps",
            recurrent_loss,
            (sequence,),
            rng.normal(size=(layers, 4, width)),
            rng.normal(size=(layers, 4, width)),
            rng.normal(size=(3, width)),
            rng.normal(size=(layers, 2, width)),
        ),
        over_data(
            f"bundle adjustment, {views:,} views",
            reprojection,
            (rng.normal(size=(views, 2)), *views_of),
            np.concatenate([pose, lens], axis=1),
            rng.normal(size=(points, 3)),
        ),
    )


PROBLEMS = (
    Problem("goldstein, two scalars", (np.array(1.0), np.array(1.0)), lambda _: goldstein),
    Problem(f"chain of {CHAIN:,} multiply-adds, one scalar", (np.array(1.0),), lambda _: chain),
    network(32, (64, 32, 32, 10), np.float64),
    network(256, (784, 256, 256, 10), np.float32),
    over_data("Rosenbrock, n = 1,000", rosenbrock, (), np.random.default_rng(1).normal(size=1_000)),
    over_data("sum of elementwise functions, n = 1,000", wave, (), np.linspace(-3.0, 3.0, 1_000)),
    over_data("sum of elementwise functions, n = 1,000,000", wave, (), np.linspace(-3.0, 3.0, 1_000_000)),
    *studies(),
)
