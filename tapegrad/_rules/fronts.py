"""Fronts: functions with NumPy's own signatures, which turn its keywords into regular calls of primitives."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

import numpy as np

from tapegrad._core.tables import FUNCTIONS, Function
from tapegrad._core.variable import Variable, known_value as known_value, plain_value as plain_value
from tapegrad.typing import P

PYTHONS: Any = (bool, int, float, complex)


def stands_for(target: Function, *aliases: Function) -> Callable[[Callable[P, Any]], Callable[P, Any]]:
    """Decorates a front: NumPy's dispatch finds it under `target` and `aliases`.

    The decorated function can be called directly too: where no argument is a Variable, nor a sequence that holds one,
    it is `target` itself.
    """

    def decorate(front: Callable[P, Any]) -> Callable[P, Any]:
        for name in (target, *aliases):
            FUNCTIONS[name] = front
        return straight(target)

    return decorate


def straight(target: Function) -> Callable[..., Any]:
    """The front of `target` where an argument is a Variable or holds one in a sequence; elsewhere `target` itself."""

    @wraps(FUNCTIONS[target])
    def either(*args: Any, **keywords: Any) -> Any:
        if args and isinstance(args[0], Variable):
            return FUNCTIONS[target](*args, **keywords)
        if holds_variable(args) or (keywords and holds_variable(keywords.values())):
            return FUNCTIONS[target](*args, **keywords)
        return target(*args, **keywords)

    return either


# Unlike `isinstance`, these leave the type of `x` open to a checker: NumPy's stubs know no Variables.


def is_variable(x: Any) -> bool:
    """Whether `x` is a Variable."""
    return isinstance(x, Variable)


def is_array(x: Any) -> bool:
    """Whether `x` has a shape and a dtype that can be computed with."""
    return isinstance(x, (Variable, np.ndarray, np.generic))


def is_sequence(x: Any) -> bool:
    """Whether `x` is a list or tuple."""
    return isinstance(x, (list, tuple))


def holds_variable(values: Iterable[Any]) -> bool:
    """Whether a Variable is among `values`, or in a list or tuple among them."""
    return any(isinstance(value, Variable) or (is_sequence(value) and holds_variable(value)) for value in values)


def operand(x: Any) -> Any:
    """`x` as an array that a front computes with: lists are stacked, Python numbers become NumPy's."""
    if is_array(x):
        return x
    if is_sequence(x) and holds_variable(x):
        return np.stack([operand(row) for row in x])
    return np.asarray(x)[()]


def pythons(x: Any) -> Any:
    """Python's number, where `x` stands for any; else None."""
    return x.primal if isinstance(x, Variable) and isinstance(x.primal, PYTHONS) and not is_array(x.primal) else None


def as_array(x: Any) -> Any:
    """An operand of a function that makes an array of it: what stands for Python's numbers becomes NumPy's."""
    x = operand(x)
    return x if pythons(x) is None else x.numpys()


def inexact(x: Any) -> Any:
    """The same, with float64 for integers and booleans: of what is batched, they come as they are."""
    x = operand(x)
    return x if x.dtype.kind in "fc" else x.astype(np.float64)
