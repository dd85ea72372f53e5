"""The libraries under comparison: for each, how derivatives are taken as its manual says.

A library is imported by name only when it is asked for, so that each may be missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from functools import partial
from importlib import import_module
from types import SimpleNamespace
from typing import Any, Literal, TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray

import tapegrad
import tapegrad.numpy

Function: TypeAlias = Callable[..., Any]
Call: TypeAlias = Callable[[], Any]
Arrays: TypeAlias = tuple[NDArray[Any], ...]
Derivative: TypeAlias = Literal["gradient", "jacobian", "hessian", "rows"]
"""Of a function, the gradient in all of its arguments; the Jacobian or Hessian in its only one; the gradients in the
first of two for all rows of the second."""
Derivatives: TypeAlias = Mapping[Derivative, Callable[[Function, int], Function]]
"""How each is made from a function and the number of its arguments."""


def _in_python(f: Function, carry: Any, rows: Any) -> Any:
    for row in rows:
        carry = f(carry, row)
    return carry


def _by(scan: Function) -> Function:
    def fold(f: Function, carry: Any, rows: Any) -> Any:
        def step(carry: Any, row: Any) -> Any:
            return f(carry, row), None

        return scan(step, carry, rows)[0]

    return fold


def _itself(array: NDArray[Any]) -> Any:
    return array


def _on_numbers(f: Function, arguments: Arrays) -> Call:
    """On NumPy's arrays, and on Python's numbers where there are no axes."""
    return partial(f, *(array if array.ndim else array.item() for array in arguments))


@attrs.frozen
class Library:
    """One library's arrays, functions and derivatives."""

    namespace: Any
    """NumPy-like functions of the library's arrays: `tanh exp log sum max`."""
    derivatives: Derivatives
    ready: Callable[[Function, Arrays], Call] = _on_numbers
    """What calls a function with these arguments, in the form that the library's users pass and that is quickest."""
    constant: Callable[[NDArray[Any]], Any] = _itself
    """An array that is not differentiated, as the library takes it."""
    fold: Function = _in_python
    """`carry = f(carry, row)` over all rows."""

    def call(self, derivative: Derivative, f: Function, arguments: Arrays) -> Call:
        """What computes a derivative of `f`."""
        return self.ready(self.derivatives[derivative](f, len(arguments)), arguments)


OWN: Derivatives = {
    "gradient": lambda f, count: tapegrad.grad(f, argnums=list(range(count))),
    "jacobian": lambda f, _: tapegrad.jacobian(f),
    "hessian": lambda f, _: tapegrad.hessian(f),
    "rows": lambda f, _: tapegrad.vmap(tapegrad.grad(f, argnums=0), in_axes=(None, 0)),
}


def _compiled(backend: Literal["numpy", "numba"]) -> Library:
    import_module(backend)
    return Library(
        np,
        OWN,
        lambda f, arguments: _on_numbers(tapegrad.compile(f, backend=backend), arguments),
        fold=_by(tapegrad.scan),
    )


def _row_by_row(f: Function, _: int) -> Function:
    slope = tapegrad.grad(f, argnums=0)

    def loop(w: Any, rows: Any) -> Any:
        return np.stack([slope(w, row) for row in rows])

    return loop


def _autograd() -> Library:
    autograd = import_module("autograd")
    derivatives: Derivatives = {
        "gradient": lambda f, count: autograd.grad(f, tuple(range(count))),
        "jacobian": lambda f, _: autograd.jacobian(f),
        "hessian": lambda f, _: autograd.hessian(f),
    }
    return Library(import_module("autograd.numpy"), derivatives)


def _mygrad() -> Library:
    mygrad = import_module("mygrad")

    def gradient(f: Function, _: int) -> Function:
        def backward(*tensors: Any) -> list[Any]:
            f(*tensors).backward()
            return [tensor.grad for tensor in tensors]

        return backward

    return Library(mygrad, {"gradient": gradient}, lambda f, arguments: partial(f, *map(mygrad.tensor, arguments)))


def _torch() -> Library:
    torch: Any = import_module("torch")

    def gradient(f: Function, _: int) -> Function:
        def backward(*tensors: Any) -> Any:
            for tensor in tensors:
                tensor.requires_grad_()
            return torch.autograd.grad(f(*tensors), tensors)

        return backward

    derivatives: Derivatives = {
        "gradient": gradient,
        "jacobian": lambda f, _: torch.func.jacrev(f),
        "hessian": lambda f, _: torch.func.hessian(f),
        "rows": lambda f, _: torch.func.vmap(torch.func.grad(f), in_dims=(None, 0)),
    }
    names = ("tanh", "exp", "log", "log1p", "sin", "cos", "sum", "stack", "real", "conj")
    functions = {name: getattr(torch, name) for name in names}
    namespace = SimpleNamespace(**functions, max=_over_dim(torch.amax), linalg=torch.linalg)
    return Library(namespace, derivatives, lambda f, arrays: partial(f, *map(torch.tensor, arrays)), torch.tensor)


def _over_dim(reduction: Function) -> Function:
    def call(x: Any, *, axis: int, keepdims: bool) -> Any:
        return reduction(x, dim=axis, keepdim=keepdims)

    return call


def _jax() -> Library:
    jax: Any = import_module("jax")
    jax.config.update("jax_enable_x64", True)

    def ready(f: Function, arguments: Arrays) -> Call:
        compiled, arrays = jax.jit(f), [jax.numpy.asarray(array) for array in arguments]
        return lambda: jax.block_until_ready(compiled(*arrays))

    derivatives: Derivatives = {
        "gradient": lambda f, count: jax.grad(f, tuple(range(count))),
        "jacobian": lambda f, _: jax.jacobian(f),
        "hessian": lambda f, _: jax.hessian(f),
        "rows": lambda f, _: jax.vmap(jax.grad(f), in_axes=(None, 0)),
    }
    return Library(jax.numpy, derivatives, ready, jax.numpy.asarray, _by(jax.lax.scan))


LIBRARIES: Mapping[str, Callable[[], Library]] = {
    "tapegrad": lambda: Library(np, OWN, fold=_by(tapegrad.scan)),
    "tapegrad.numpy": lambda: Library(tapegrad.numpy, OWN, fold=_by(tapegrad.scan)),
    "compile": lambda: _compiled("numpy"),
    "compile, numba": lambda: _compiled("numba"),
    "Python loop": lambda: Library(np, {"rows": _row_by_row}),
    "autograd": _autograd,
    "MyGrad": _mygrad,
    "PyTorch": _torch,
    "jax.jit": _jax,
}


def available(names: Iterable[str]) -> dict[str, Library]:
    """Those that are installed."""
    found: dict[str, Library] = {}
    for name in names:
        with suppress(ImportError):
            found[name] = LIBRARIES[name]()
    return found
