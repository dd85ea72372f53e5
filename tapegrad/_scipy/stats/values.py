"""Values on their way into formulas of distributions: in double precision, and kept from where these do not hold."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.special

from tapegrad._place import user_line
from tapegrad._rules.fronts import is_variable, operand
from tapegrad._rules.kinds import stopped
from tapegrad._transforms.batch import Batched
from tapegrad._transforms.forward import jvp
from tapegrad.errors import DomainError

special: Any = scipy.special
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


def slope(f: Callable[[Any], Any], x: Any, dx: Any) -> Any:
    """The derivative of an elementwise function in one direction."""
    derivative: Any = jvp(f, (x,), (np.broadcast_to(dx, np.shape(x))[()],))[1]
    return derivative


def where_valid(ok: Any, *parameters: Any) -> tuple[Any, ...]:
    """The parameters; nan where they cannot be."""
    wrong = np.logical_not(ok)
    return tuple([settle(wrong, p, NAN) for p in parameters])


def exponential_of(logarithm: Callable[..., Any]) -> Callable[..., Any]:
    """A density from its logarithm."""

    def exponential(*args: Any) -> Any:
        return np.exp(logarithm(*args))

    return exponential
