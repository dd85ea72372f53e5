"""The problems of the ADBench suite, written from their published formulas, on random data of its sizes."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.problem import Problem, over_data

GAMMA, M = 1.0, 0
"""The parameters of the Wishart prior."""


def mixture(xp: Any, data: Any, alphas: Any, means: Any, scales: Any) -> Any:
    """The log-likelihood of a Gaussian mixture with diagonal covariances: `scales` are -log(sigma)."""
    z = (data[:, None, :] - means[None]) * xp.exp(scales)[None]
    inner = alphas + xp.sum(scales, axis=1) - 0.5 * xp.sum(z * z, axis=2)
    top = xp.max(inner, axis=1, keepdims=True)
    likelihoods = xp.sum(top[:, 0]) + xp.sum(xp.log(xp.sum(xp.exp(inner - top), axis=1)))
    return likelihoods - len(data) * xp.log(xp.sum(xp.exp(alphas)))


def full_mixture(xp: Any, data: Any, index: Any, below: Any, diagonal: Any, alphas: Any, means: Any, icf: Any) -> Any:
    """The log-likelihood of a Gaussian mixture with full covariances, and its Wishart prior, as in ADBench.

    A row of `icf` holds the inverse of a covariance's factor: the logarithms of its diagonal, then what is below that,
    by columns. `index`, `below` and `diagonal` make the factor of it. Points are the columns of `data`. Constants are
    left out.
    """
    logs = icf[:, : len(data)]
    scales, squares = xp.exp(logs), icf[:, len(data) :] ** 2
    factors = icf[:, index] * below + scales[:, :, None] * diagonal
    z = factors @ (data - means[:, :, None])
    inner = (alphas + xp.sum(logs, axis=1))[:, None] - 0.5 * xp.sum(z * z, axis=1)
    top = xp.max(inner, axis=0, keepdims=True)
    likelihoods = xp.sum(top[0]) + xp.sum(xp.log(xp.sum(xp.exp(inner - top), axis=0)))
    prior = 0.5 * GAMMA**2 * (xp.sum(scales**2) + xp.sum(squares)) - M * xp.sum(logs)
    return likelihoods - data.shape[1] * xp.log(xp.sum(xp.exp(alphas))) + prior


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


def gaussian_mixture(points: int, dimensions: int, parts: int) -> Problem:
    """The likelihood of so many points, in the weights, means and scales of the mixture's parts."""
    rng = np.random.default_rng(0)
    return over_data(
        f"Gaussian mixture, {points:,} points, d = {dimensions}, k = {parts}",
        mixture,
        (rng.normal(size=(points, dimensions)),),
        rng.normal(size=parts),
        rng.normal(size=(parts, dimensions)),
        0.1 * rng.normal(size=(parts, dimensions)),
    )


def full_gaussian_mixture(points: int, dimensions: int, parts: int) -> Problem:
    """The same in the weights, means and factors of parts that have full covariances."""
    rng = np.random.default_rng(0)
    columns, rows = np.triu_indices(dimensions, 1)
    index = np.zeros((dimensions, dimensions), int)
    index[rows, columns] = dimensions + np.arange(len(rows))
    return over_data(
        f"Gaussian mixture, full covariances, {points:,} points, d = {dimensions}, k = {parts}",
        full_mixture,
        (rng.normal(size=(dimensions, points)), index, (index > 0).astype(float), np.eye(dimensions)),
        rng.normal(size=parts),
        rng.normal(size=(parts, dimensions)),
        0.1 * rng.normal(size=(parts, dimensions + len(rows))),
    )


def lstm(steps: int, layers: int = 2, width: int = 14) -> Problem:
    """The loss of predicting so many characters, each from those before it."""
    rng = np.random.default_rng(0)
    return over_data(
        f"LSTM, {layers} layers, {steps} {'step' if steps == 1 else 'steps'}",
        recurrent_loss,
        (np.eye(width)[rng.integers(width, size=steps + 1)],),
        rng.normal(size=(layers, 4, width)),
        rng.normal(size=(layers, 4, width)),
        rng.normal(size=(3, width)),
        rng.normal(size=(layers, 2, width)),
    )


def bundle_adjustment(views: int, cameras: int, points: int) -> Problem:
    """The squares of so many residuals, in the cameras and the points they see."""
    rng = np.random.default_rng(0)
    views_of = rng.integers(cameras, size=views), rng.integers(points, size=views)
    pose = [rng.normal(size=(cameras, 3)), rng.normal(size=(cameras, 2)), np.full((cameras, 1), -9.0)]
    lens = np.tile([500.0, 1.0, -1.0, 0.01, -0.002], (cameras, 1))
    return over_data(
        f"bundle adjustment, {views:,} views",
        reprojection,
        (rng.normal(size=(views, 2)), *views_of),
        np.concatenate([*pose, lens], axis=1),
        rng.normal(size=(points, 3)),
    )
