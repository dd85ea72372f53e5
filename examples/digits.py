"""A two-layer network on scikit-learn's handwritten digits, trained by mini-batches.

    python examples/digits.py digits.png

Nothing is changed in place: a step takes the state of the training and returns the next one. The parameters are an
attrs class, and so is their gradient.
"""

# matplotlib leaves its keyword arguments untyped
# pyright: reportUnknownMemberType=false

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
import sys
from typing import TypeAlias

import attrs
from matplotlib.figure import Figure
import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from tqdm import tqdm

from tapegrad import value_and_grad

Array: TypeAlias = NDArray[np.float64]
Labels: TypeAlias = NDArray[np.int64]


@attrs.frozen
class Params:
    """The weights and biases of both layers."""

    hidden_weights: Array
    hidden_bias: Array
    output_weights: Array
    output_bias: Array


@attrs.frozen
class State:
    """What one step of gradient descent with momentum hands to the next."""

    params: Params
    velocity: Params


@attrs.frozen
class Training:
    """The result: the trained parameters and how they came about."""

    params: Params
    losses: Array
    """The loss of every mini-batch, in order."""
    accuracy: float
    """The share of the held-out images that are recognised."""


def initial_params(pixels: int, hidden: int, classes: int, seed: int) -> Params:
    """Weights of variance 1 / fan-in, and zero biases."""
    rng = np.random.default_rng(seed)
    return Params(
        hidden_weights=rng.normal(size=(pixels, hidden)) / np.sqrt(pixels),
        hidden_bias=np.zeros(hidden),
        output_weights=rng.normal(size=(hidden, classes)) / np.sqrt(hidden),
        output_bias=np.zeros(classes),
    )


def logits(params: Params, images: Array) -> Array:
    """The unnormalised log-probability of each digit: one row for each image."""
    hidden = np.maximum(images @ params.hidden_weights + params.hidden_bias, 0.0)
    return hidden @ params.output_weights + params.output_bias


def loss(params: Params, images: Array, labels: Labels) -> np.floating:
    """The mean cross-entropy of softmax."""
    scores = logits(params, images)
    log_normalisers: Array = np.logaddexp.reduce(scores, axis=1)
    return np.mean(log_normalisers - scores[np.arange(len(labels)), labels])


def combine(function: Callable[..., Array], *params: Params) -> Params:
    """Apply `function` to the arrays that stand in the same field."""
    return Params(*map(function, *(attrs.astuple(each, recurse=False) for each in params)))


def step(state: State, gradient: Params, rate: float, momentum: float) -> State:
    """One step of gradient descent with momentum."""

    def accelerate(velocity: Array, gradient: Array) -> Array:
        return momentum * velocity - rate * gradient

    velocity = combine(accelerate, state.velocity, gradient)
    return State(combine(np.add, state.params, velocity), velocity)


def batches(images: Array, labels: Labels, size: int, seed: tuple[int, int]) -> Iterator[tuple[Array, Labels]]:
    """The images and their labels in random order, `size` at a time, blurred by noise against overfitting."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(labels))
    for start in range(0, len(labels), size):
        chosen = order[start : start + size]
        yield rng.normal(images[chosen], 0.2), labels[chosen]


def train(images: Array, labels: Labels, *, epochs: int, hidden: int = 128, seed: int = 0) -> tuple[Params, Array]:
    """Train a network, and return its parameters with the loss of every mini-batch."""
    loss_and_gradient = value_and_grad(loss, argnums=0)
    params = initial_params(images.shape[1], hidden, 10, seed)
    state = State(params, velocity=combine(np.zeros_like, params))
    losses: list[float] = []
    progress = tqdm(range(epochs), desc="training", unit=" epochs")
    for epoch in progress:
        rate = 0.1 * (1 - epoch / epochs)
        for batch in batches(images, labels, size=32, seed=(seed, epoch)):
            value, gradient = loss_and_gradient(state.params, *batch)
            state = step(state, gradient, rate, momentum=0.9)
            losses.append(float(value))
        progress.set_postfix(loss=f"{losses[-1]:.4f}")
    return state.params, np.array(losses)


def draw(training: Training) -> Figure:
    """The loss of every mini-batch, and its running mean, on a logarithmic scale."""
    window = 45
    mean = np.convolve(training.losses, np.ones(window) / window, mode="valid")
    figure = Figure(figsize=(6.4, 4), layout="constrained")
    axes = figure.add_subplot(
        title=f"Digits: {training.accuracy:.1%} of held-out images recognised",
        xlabel="mini-batch",
        ylabel="cross-entropy",
        yscale="log",
    )
    axes.plot(training.losses, color="tab:blue", alpha=0.3, linewidth=0.8, label="mini-batch")
    axes.plot(np.arange(window // 2, window // 2 + len(mean)), mean, color="tab:blue", label=f"mean of {window}")
    axes.grid(alpha=0.3)
    axes.legend()
    return figure


def main(picture: Path, epochs: int = 30) -> Training:
    """Train on four fifths of the images, test on the rest, and save the plot of the loss as `picture`."""
    images, labels = load_digits(return_X_y=True)
    images, held_out, labels, held_out_labels = train_test_split(
        images / 16, labels, test_size=0.2, stratify=labels, random_state=2
    )
    params, losses = train(images, labels, epochs=epochs)
    recognised: NDArray[np.bool] = np.argmax(logits(params, held_out), axis=1) == held_out_labels
    training = Training(params, losses, accuracy=float(np.mean(recognised)))
    draw(training).savefig(picture, dpi=150)
    return training


if __name__ == "__main__":
    training = main(Path(sys.argv[1] if len(sys.argv) > 1 else "digits.png"))
    print(f"{training.accuracy:.1%} of the held-out images recognised")
