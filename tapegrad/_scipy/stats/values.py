"""Values on their way into formulas of distributions: in double precision, and kept from where these do not hold."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tapegrad._place import user_line
from tapegrad._rules.dependences import Partial
from tapegrad._rules.fronts import is_variable, operand
from tapegrad._rules.kinds import declare, stopped
from tapegrad._transforms.batch import Batched
from tapegrad.errors import DomainError

where: Any = np.where
"""Stubs know arrays alone."""
NAN, INF = float("nan"), float("inf")


def number(value: Any) -> Any:
    """A variable or parameter as formulas take it: in double precision, as SciPy's."""
    if type(value) is float or type(value) is int:
        return np.float64(value)
    array = value if is_variable(value) else operand(value)
    if array.dtype.kind not in "fiub":
        raise DomainError(f"tapegrad.scipy.stats at {user_line()} was given {array.dtype}; distributions are of reals")
    return array if array.dtype.char == "d" else array.astype(np.float64)


def constant(value: Any) -> Any:
    """What lies on a lattice."""
    return stopped(number(value))


def possible(mask: Any) -> bool:
    """Whether `mask` may hold somewhere: a level that cannot be looked into may hold anything."""
    while isinstance(mask, Batched):
        mask = mask.primal
    return is_variable(mask) or bool(np.any(mask))


def settle(wrong: Any, x: Any, otherwise: Any) -> Any:
    """`x`, and something else where it would be wrong."""
    if not possible(wrong):
        return x
    chosen = where(wrong, otherwise, x)
    return chosen if is_variable(chosen) else chosen[()]


def where_valid(ok: Any, *parameters: Any) -> tuple[Any, ...]:
    """The parameters; nan where they cannot be, to derivatives too."""
    if not possible(np.logical_not(ok)):
        return parameters
    factor = where(ok, 1.0, NAN)
    return tuple([p * factor for p in parameters])


def _logarithm(x: Any) -> Any:
    return np.log(x)


logarithm = declare("logarithm", _logarithm, {"x": Partial(lambda out: np.exp(-out))}, parameters=(), elementwise=True)
"""log(x) of a tiny x: by way of the result its second derivative needs no square of 1 / x, which would overflow."""


def exponential_of(logarithm: Callable[..., Any]) -> Callable[..., Any]:
    """A density from its logarithm."""

    def exponential(*args: Any) -> Any:
        return np.exp(logarithm(*args))

    return exponential
