"""Jacobians, Hessians and batches: what the libraries' transforms are compared on."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from benchmarks.libraries import Call
from benchmarks.problem import Problem, over_data
from benchmarks.problems import HESSIAN
import tapegrad

Array: TypeAlias = NDArray[np.float64]


def layer(xp: Any, weights: Any, x: Any) -> Any:
    """A map from vectors to vectors of the same length."""
    return xp.tanh(weights @ x) * x


def logistic(xp: Any, data: Any, w: Any) -> Any:
    """The negative log-likelihood of a logistic regression, with a ridge."""
    return xp.sum(xp.log1p(xp.exp(-(data @ w)))) + 0.5 * xp.sum(w**2)


def row_loss(xp: Any, w: Any, row: Any) -> Any:
    """What one row of data adds to a loss."""
    return xp.log1p(xp.exp(-xp.sum(w * row))) + xp.sum(xp.tanh(w) ** 2)


def transformed(size: int, rows: int) -> tuple[Problem, ...]:
    """Derivatives in `size` dimensions, and the gradients of so many rows."""
    rng = np.random.default_rng(0)
    x, weights, data = rng.normal(size=size), rng.normal(size=(size, size)) / 10, rng.normal(size=(3 * size, size))
    w, table = rng.normal(size=10), rng.normal(size=(rows, 10))
    return (
        over_data(f"Jacobian, {size}×{size}", layer, (weights,), x, derivative="jacobian"),
        over_data(f"Hessian, {size} dimensions", logistic, (data,), x, derivative="hessian"),
        HESSIAN,
        over_data(f"gradients of {rows:,} rows", row_loss, (), w, table, derivative="rows"),
    )


TRANSFORMED = transformed(size=100, rows=1_000)


def wave(x: Array) -> np.float64:
    """A sum over the elements of an array."""
    values: Array = np.exp(-(x**2)) * np.sin(x)
    return np.sum(values)


def products(size: int) -> dict[str, Call]:
    """A gradient in so many dimensions, and the Hessian's product with a vector there."""
    x = np.linspace(-2, 2, size)
    return {"gradient": lambda: tapegrad.grad(wave)(x), "product": lambda: tapegrad.hvp(wave, x, x)}
