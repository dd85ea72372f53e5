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


grad: Untyped = cast("Any", tapegrad.grad)
value_and_grad: Untyped = cast("Any", tapegrad.value_and_grad)
elementwise_grad: Untyped = cast("Any", tapegrad.elementwise_grad)
vjp: Untyped = cast("Any", tapegrad.vjp)
jvp: Untyped = cast("Any", tapegrad.jvp)
vmap: Untyped = cast("Any", tapegrad.vmap)
plain: Any = np
"""NumPy where its stubs know less than it can do."""
