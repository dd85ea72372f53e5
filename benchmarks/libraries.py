"""The libraries under comparison: for each, how a gradient is taken as its manual says.

A peer is imported by name only when it is asked for, so that each may be missing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from importlib import import_module
import os
import sys
from types import SimpleNamespace
from typing import Any, Literal

import attrs
import numpy as np
from numpy.typing import NDArray

import tapegrad
import tapegrad.numpy

ON_ONE_THREAD = "--all-cores" not in sys.argv
"""Whether every library keeps to one thread, as far as it can be told."""


def _itself(array: NDArray[Any]) -> Any:
    return array


@attrs.frozen
class Library:
    """One library's arrays, functions and gradients."""

    namespace: Any
    """NumPy-like functions of the library's arrays: `tanh exp log sum max`."""
    gradient: Callable[[Callable[..., Any], tuple[NDArray[Any], ...]], Callable[[], Any]]
    """Given a function and its arguments, what computes the gradient with respect to each of them."""
    constant: Callable[[NDArray[Any]], Any] = _itself
    """An array that is not differentiated, as the library takes it."""


def _tapegrad(namespace: Any) -> Library:

    def gradient(f: Callable[..., Any], arguments: tuple[NDArray[Any], ...]) -> Callable[[], Any]:
        differentiated = tapegrad.grad(f, argnums=list(range(len(arguments))))
        return lambda: differentiated(*arguments)

    return Library(namespace, gradient)


def _autograd() -> Library:
    autograd = import_module("autograd")

    def gradient(f: Callable[..., Any], arguments: tuple[NDArray[Any], ...]) -> Callable[[], Any]:
        differentiated = autograd.grad(f, tuple(range(len(arguments))))
        faster = [float(array) if array.ndim == 0 else array for array in arguments]  # than 0-d arrays
        return lambda: differentiated(*faster)

    return Library(import_module("autograd.numpy"), gradient)


def _mygrad() -> Library:
    mygrad = import_module("mygrad")

    def gradient(f: Callable[..., Any], arguments: tuple[NDArray[Any], ...]) -> Callable[[], Any]:
        tensors = [mygrad.tensor(array) for array in arguments]

        def backward() -> list[Any]:
            f(*tensors).backward()
            return [tensor.grad for tensor in tensors]

        return backward

    return Library(mygrad, gradient)


def _torch() -> Library:
    torch = import_module("torch")
    if ON_ONE_THREAD:
        torch.set_num_threads(1)

    def gradient(f: Callable[..., Any], arguments: tuple[NDArray[Any], ...]) -> Callable[[], Any]:
        tensors = [torch.tensor(array, requires_grad=True) for array in arguments]
        return lambda: torch.autograd.grad(f(*tensors), tensors)

    functions = {name: getattr(torch, name) for name in ("tanh", "exp", "log", "log1p", "sin", "cos", "sum")}
    namespace = SimpleNamespace(**functions, max=_over_dim(torch.amax))
    return Library(namespace, gradient, constant=torch.tensor)


def _over_dim(reduction: Callable[..., Any]) -> Callable[..., Any]:
    def call(x: Any, *, axis: int, keepdims: bool) -> Any:
        return reduction(x, dim=axis, keepdim=keepdims)

    return call


def _jax() -> Library:
    if ON_ONE_THREAD:
        os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false")  # read once, when jax is imported
    jax = import_module("jax")
    jax.config.update("jax_enable_x64", True)

    def gradient(f: Callable[..., Any], arguments: tuple[NDArray[Any], ...]) -> Callable[[], Any]:
        compiled = jax.jit(jax.grad(f, tuple(range(len(arguments)))))
        arrays = [jax.numpy.asarray(array) for array in arguments]
        return lambda: jax.block_until_ready(compiled(*arrays))

    return Library(import_module("jax.numpy"), gradient, constant=jax.numpy.asarray)


def _compiled(backend: Literal["numpy", "numba"]) -> Library:
    import_module(backend)

    def gradient(f: Callable[..., Any], arguments: tuple[NDArray[Any], ...]) -> Callable[[], Any]:
        compiled = tapegrad.compile(tapegrad.grad(f, argnums=list(range(len(arguments)))), backend=backend)
        return lambda: compiled(*arguments)

    return Library(np, gradient)


TAPEGRAD = _tapegrad(np)
"""Plain NumPy code: what all others are compared with."""

PEERS: Mapping[str, Callable[[], Library]] = {
    "tapegrad.numpy": lambda: _tapegrad(tapegrad.numpy),
    "compile": lambda: _compiled("numpy"),
    "compile, numba": lambda: _compiled("numba"),
    "autograd": _autograd,
    "MyGrad": _mygrad,
    "PyTorch": _torch,
    "jax.jit": _jax,
}


def available() -> dict[str, Library]:
    """The peers that are installed."""
    found: dict[str, Library] = {}
    for name, peer in PEERS.items():
        with suppress(ImportError):
            found[name] = peer()
    return found
