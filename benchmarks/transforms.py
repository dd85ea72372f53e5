"""Jacobians, Hessians and batches: what the libraries' transforms cost beside one another."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from importlib import import_module
from typing import Any, TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray

from benchmarks.libraries import PEERS
from benchmarks.problems import rosenbrock
import tapegrad

Array: TypeAlias = NDArray[np.float64]
Map: TypeAlias = Callable[[Any], Any]
Call: TypeAlias = Callable[[], Any]
Calls: TypeAlias = dict[str, Call]

SIZE = 100
ROWS = 1_000
LARGE = 1_000_000


def layer(xp: Any, weights: Any) -> Map:
    """A map from vectors to vectors of the same length."""
    return lambda x: xp.tanh(weights @ x) * x


def logistic(xp: Any, data: Any) -> Map:
    """The negative log-likelihood of a logistic regression, with a ridge."""
    return lambda w: xp.sum(xp.log1p(xp.exp(-(data @ w)))) + 0.5 * xp.sum(w**2)


def row_loss(xp: Any) -> Callable[[Any, Any], Any]:
    """What one row of data adds to a loss."""
    return lambda w, row: xp.log1p(xp.exp(-xp.sum(w * row))) + xp.sum(xp.tanh(w) ** 2)


def wave(x: Array) -> np.float64:
    """A sum over the elements of an array."""
    values: Array = np.exp(-(x**2)) * np.sin(x)
    return np.sum(values)


@attrs.frozen
class Transforms:
    """One library's transforms: each takes a function, and what it is called with."""

    namespace: Any
    jacobian: Callable[[Map, Any], Call]
    hessian: Callable[[Map, Any], Call]
    rows: Callable[[Callable[[Any, Any], Any], Any, Any], Call] | None
    """The gradients of `f(w, row)` in w, for all rows at once."""
    constant: Map = lambda x: x


def _tapegrad() -> Transforms:
    return Transforms(
        np,
        lambda f, x: lambda: tapegrad.jacobian(f)(x),
        lambda f, x: lambda: tapegrad.hessian(f)(x),
        lambda f, w, data: lambda: tapegrad.vmap(tapegrad.grad(f, argnums=0), in_axes=(None, 0))(w, data),
    )


def _compiled() -> Transforms:
    def ready(f: Callable[..., Any], *args: Any) -> Call:
        compiled = tapegrad.compile(f)
        return lambda: compiled(*args)

    return Transforms(
        np,
        lambda f, x: ready(tapegrad.jacobian(f), x),
        lambda f, x: ready(tapegrad.hessian(f), x),
        lambda f, w, data: ready(tapegrad.vmap(tapegrad.grad(f, argnums=0), in_axes=(None, 0)), w, data),
    )


def _autograd() -> Transforms:
    autograd = import_module("autograd")
    return Transforms(
        import_module("autograd.numpy"),
        lambda f, x: lambda: autograd.jacobian(f)(x),
        lambda f, x: lambda: autograd.hessian(f)(x),
        None,
    )


def _torch() -> Transforms:
    PEERS["PyTorch"]()  # sets it up to run on one thread
    torch: Any = import_module("torch")
    func = torch.func

    def ready(f: Callable[..., Any], *args: Any) -> Call:
        tensors = [torch.tensor(arg) for arg in args]
        return lambda: f(*tensors)

    return Transforms(
        torch,
        lambda f, x: ready(func.jacrev(f), x),
        lambda f, x: ready(func.hessian(f), x),
        lambda f, w, data: ready(func.vmap(func.grad(f), in_dims=(None, 0)), w, data),
        torch.tensor,
    )


def _jax() -> Transforms:
    PEERS["jax.jit"]()  # as above, and in double precision
    jax: Any = import_module("jax")

    def ready(f: Callable[..., Any], *args: Any) -> Call:
        compiled = jax.jit(f)
        arrays = [jax.numpy.asarray(arg) for arg in args]
        return lambda: jax.block_until_ready(compiled(*arrays))

    return Transforms(
        jax.numpy,
        lambda f, x: ready(jax.jacobian(f), x),
        lambda f, x: ready(jax.hessian(f), x),
        lambda f, w, data: ready(jax.vmap(jax.grad(f), in_axes=(None, 0)), w, data),
        jax.numpy.asarray,
    )


LIBRARIES: Mapping[str, Callable[[], Transforms]] = {
    "tapegrad": _tapegrad,
    "tapegrad.compile": _compiled,
    "autograd": _autograd,
    "PyTorch": _torch,
    "jax.jit": _jax,
}


def tasks() -> dict[str, Calls]:
    """For each task, what computes it in every library that is installed and has such a transform."""
    rng = np.random.default_rng(0)
    weights, data, x = rng.normal(size=(SIZE, SIZE)) / 10, rng.normal(size=(300, SIZE)), rng.normal(size=SIZE)
    rows, w = rng.normal(size=(ROWS, 10)), rng.normal(size=10)
    jacobians, hessians, valleys, batches = Calls(), Calls(), Calls(), Calls()
    for name, library in LIBRARIES.items():
        with suppress(ImportError):
            made = library()
            jacobians[name] = made.jacobian(layer(made.namespace, made.constant(weights)), x)
            hessians[name] = made.hessian(logistic(made.namespace, made.constant(data)), x)
            valleys[name] = made.hessian(partial(rosenbrock, made.namespace), x[: SIZE // 2])
            if made.rows:
                batches[name] = made.rows(row_loss(made.namespace), w, rows)
    slope = tapegrad.grad(row_loss(np), argnums=0)
    batches["Python loop"] = lambda: np.stack([slope(w, row) for row in rows])
    return {
        f"Jacobian, {SIZE}×{SIZE}": jacobians,
        f"Hessian, {SIZE} dimensions": hessians,
        f"Hessian, {SIZE // 2} dimensions, by slices": valleys,
        f"gradients of {ROWS:,} rows": batches,
    }


def products() -> Calls:
    """A gradient in many dimensions, and the Hessian's product with a vector there."""
    x = np.linspace(-2, 2, LARGE)
    return {"gradient": lambda: tapegrad.grad(wave)(x), "product": lambda: tapegrad.hvp(wave, x, x)}
