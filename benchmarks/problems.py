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


PROBLEMS = (
    Problem("goldstein, two scalars", (np.array(1.0), np.array(1.0)), lambda _: goldstein),
    Problem(f"chain of {CHAIN:,} multiply-adds, one scalar", (np.array(1.0),), lambda _: chain),
    network(32, (64, 32, 32, 10), np.float64),
    network(256, (784, 256, 256, 10), np.float32),
)
