"""Sums, products, quotients, powers and remainders."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from tapegrad._rules.dependences import Partial
from tapegrad._rules.kinds import declare
from tapegrad._rules.ufuncs import cast, constant, enter, ufunc

truediv: Any = operator.truediv  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]  # it has no types
pow: Any = operator.pow  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]  # as above


def _reciprocal(y: Any) -> Any:
    """1 / y, as NumPy has it where y is Python's 0."""
    try:
        return 1 / y
    except ZeroDivisionError:
        return np.divide(1, y)


add = ufunc(np.add, 1, 1, compute=operator.add)
subtract = ufunc(np.subtract, 1, -1, compute=operator.sub)
square = ufunc(np.square, Partial(lambda x: x, times=2))


def _times_itself(x: Any) -> Any:
    """The product x * x of an array: one rule with one product, where the two factors' have two and a sum."""
    return square(x) if x.shape and x.dtype.kind == "f" else None


multiply = ufunc(np.multiply, lambda y: y, lambda x: x, compute=operator.mul, by_itself=_times_itself)
divide = ufunc(np.divide, _reciprocal, lambda y, out: -out / y, compute=truediv)
negative = ufunc(np.negative, -1, compute=operator.neg)
positive = ufunc(np.positive, 1)
reciprocal = ufunc(np.reciprocal, lambda out: -(out * out))


def divided_into(y: Any, x: Any) -> Any:
    """The quotient x / y; the reciprocal, where x is 1 and y an array: its slope takes a product, not a quotient."""
    one = (type(x) is int or type(x) is float) and x == 1
    return reciprocal(y) if one and y.shape and y.dtype.kind == "f" else divide(x, y)


sqrt = ufunc(np.sqrt, lambda out: 0.5 / out)
cbrt = ufunc(np.cbrt, lambda out: 1 / (3 * out * out))


def _log_of_base(x: Any, y: Any) -> Any:
    """log(x), and 0 where x = 0 < y: there 0**y stays 0, whatever y does."""
    flat = np.equal(x, 0) & np.greater(y.real, 0)
    return np.where(flat, 0, np.log(np.where(flat, 1, x)))


general_power = ufunc(
    np.power,
    lambda x, y: y * np.where(np.equal(x, 0) & np.equal(y, 0), 1, x) ** (y - 1),  # x**0 is 1 at x = 0 too
    lambda x, y, out: out * _log_of_base(x, y),
    compute=pow,
    name="general_power",
)


def _slope(x: Any, n: float) -> Any:
    """The slope of x ** n. NumPy has a quick power by 2, and takes 100 times as long by 3 for negative numbers."""
    if n in (4, 5):
        return n * (x**2 * x) if n == 4 else n * (x**2) ** 2
    return 2 * x if n == 2 else n * x ** (n - 1) if n else 0.0


constant_power = declare("power", pow, {"x": Partial(_slope)}, parameters=("n",), elementwise=True)
"""x ** n for a number n: no logarithm, and no array of exponents."""


def power(x: Any, y: Any) -> Any:
    """The power x ** y."""
    if type(y) is int or isinstance(y, float):
        return constant_power(x, y)
    return general_power(float(x) if type(x) is int and y.dtype.kind in "fc" else x, y)


enter(np.power, power)


def float_power(x: Any, y: Any) -> Any:
    """The power x ** y, in double precision at least."""
    bases = [v if hasattr(v, "dtype") else np.asarray(v) for v in (x, y)]
    dtype = np.result_type(*bases, np.float64)
    return power(*(cast(v, dtype) for v in bases))


enter(np.float_power, float_power)
remainder = ufunc(np.remainder, 1, lambda x, y: -np.floor_divide(x, y))
fmod = ufunc(np.fmod, 1, lambda x, y: -np.trunc(x / y))
floor_divide = constant(np.floor_divide)
hypot = ufunc(np.hypot, lambda x, out: x / np.where(out == 0, 1, out), lambda y, out: y / np.where(out == 0, 1, out))


def divmod_(x: Any, y: Any) -> tuple[Any, Any]:
    """The quotient rounded down, a constant, and the remainder."""
    return floor_divide(x, y), remainder(x, y)


enter(np.divmod, divmod_)
