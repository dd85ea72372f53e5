"""The transforms as one calls them without a type checker: any function, any arguments. `tests/typing` has the rest."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, TypeAlias, cast

import numpy as np

import tapegrad

Function: TypeAlias = (
    Callable[[], Any]
    | Callable[[Any], Any]
    | Callable[[Any, Any], Any]
    | Callable[[Any, Any, Any], Any]
    | Callable[[Any, Any, Any, Any], Any]
)
"""Spelled out by arity, so that the parameters of a lambda are known to checkers."""


class Untyped(Protocol):
    """What takes a function, and whatever else."""

    def __call__(self, f: Function, /, *args: Any, **keywords: Any) -> Any: ...


class Fori(Protocol):
    """What takes a function third."""

    def __call__(self, lower: Any, upper: Any, body: Function, init: Any, *, checkpoint: Any = False) -> Any: ...


class While(Protocol):
    """What takes two functions."""

    def __call__(self, cond: Function, body: Function, init: Any, *, checkpoint: Any = False) -> Any: ...


class Choice(Protocol):
    """What takes two functions after a condition."""

    def __call__(self, condition: Any, true: Function, false: Function, /, *args: Any) -> Any: ...


class Rules(Protocol):
    """What takes functions, and is applied to another."""

    def __call__(self, *rules: Function, **keywords: Any) -> Callable[[Function], Any]: ...


grad: Untyped = cast("Any", tapegrad.grad)
value_and_grad: Untyped = cast("Any", tapegrad.value_and_grad)
elementwise_grad: Untyped = cast("Any", tapegrad.elementwise_grad)
vjp: Untyped = cast("Any", tapegrad.vjp)
jvp: Untyped = cast("Any", tapegrad.jvp)
vmap: Untyped = cast("Any", tapegrad.vmap)
jacobian: Untyped = cast("Any", tapegrad.jacobian)
jacfwd: Untyped = cast("Any", tapegrad.jacfwd)
jacrev: Untyped = cast("Any", tapegrad.jacrev)
hessian: Untyped = cast("Any", tapegrad.hessian)
hvp: Untyped = cast("Any", tapegrad.hvp)
ggnvp: Untyped = cast("Any", tapegrad.ggnvp)
linearize: Untyped = cast("Any", tapegrad.linearize)
linear_transpose: Untyped = cast("Any", tapegrad.linear_transpose)
derivative: Untyped = cast("Any", tapegrad.derivative)
laplacian: Untyped = cast("Any", tapegrad.laplacian)
divergence: Untyped = cast("Any", tapegrad.divergence)
custom_vjp: Rules = cast("Any", tapegrad.custom_vjp)
custom_jvp: Rules = cast("Any", tapegrad.custom_jvp)
checkpoint: Untyped = cast("Any", tapegrad.checkpoint)
intermediates: Untyped = cast("Any", tapegrad.intermediates)
scan: Untyped = cast("Any", tapegrad.scan)
fori_loop: Fori = cast("Any", tapegrad.fori_loop)
while_loop: While = cast("Any", tapegrad.while_loop)
compile: Untyped = cast("Any", tapegrad.compile)
trace: Untyped = cast("Any", tapegrad.trace)
cond: Choice = cast("Any", tapegrad.cond)
plain: Any = np
"""NumPy where its stubs know less than it can do."""
