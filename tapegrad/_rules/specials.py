"""Odds and ends: sinc, the Bessel function i0, rounding, the parts of a floating-point number."""

from __future__ import annotations

from functools import lru_cache
from math import factorial, pi
from typing import Any

import numpy as np

from tapegrad._rules.batching import shifted, unchanged
from tapegrad._rules.dependences import Partial
from tapegrad._rules.fronts import as_array, operand, stands_for
from tapegrad._rules.kinds import declare
from tapegrad._rules.ufuncs import cast, constant, enter, refuse
from tapegrad._rules.untyped import plain

# sinc(x) is the sum of (-1)^k (pi x)^2k / (2k + 1)!. Differentiated term by term, near 0, that keeps odd derivatives
# exact in relative terms. Farther out, n-fold differentiation of x sinc(x) = sin(pi x) / pi gives
#     x s_n + n s_(n-1) = pi^(n-1) sin^(n)(pi x),
# whose rounding errors stay small where x is larger than about n / (e pi).

_TURNS: tuple[tuple[Any, float], ...] = ((np.sin, 1), (np.cos, 1), (np.sin, -1), (np.cos, -1))
"""The derivatives of the sine, in turn."""


@lru_cache(maxsize=64)
def _series(order: int) -> tuple[float, ...]:
    """The coefficients of the derivative of that order, at every second power, the highest first."""
    terms = range((order + 1) // 2, 13 + 2 * order)
    return tuple([(-1) ** k * pi ** (2 * k) / (2 * k + 1) * (1 / factorial(2 * k - order)) for k in reversed(terms)])


def _near_zero(x: Any, order: int) -> Any:
    squared = x * x
    out = np.zeros(x.shape, x.dtype)
    for coefficient in _series(order):
        out *= squared
        out += coefficient
    return out * x if order % 2 else out


def _sinc_slope(x: Any, order: int) -> Any:
    """The derivative of sinc, of that order."""
    x = np.asarray(x)
    out = np.empty(x.shape, x.dtype)
    near = np.abs(x) < 0.5 + order / 4
    out[near] = _near_zero(x[near], order)
    far = x[~near]
    turns = [sign * function(np.pi * far) for function, sign in (_TURNS * (order // 4 + 1))[: order + 1]]
    slope = turns[0] / (np.pi * far)
    for n in range(1, order + 1):
        slope = (np.pi ** (n - 1) * turns[n] - n * slope) / far
    out[~near] = slope
    return out[()]


def _next_sinc_slope(x: Any, order: int) -> Any:
    return sinc_slope(x, order + 1)


sinc_slope = declare(
    "sinc_slope", _sinc_slope, {"x": Partial(_next_sinc_slope)}, batch=shifted(unchanged), elementwise=True
)
sinc_of = declare("sinc", np.sinc, {"x": Partial(lambda x: sinc_slope(x, 1))}, parameters=(), elementwise=True)


@stands_for(np.sinc)
def sinc(x: Any) -> Any:
    """Sin(pi x) / (pi x), and 1 at 0."""
    return sinc_of(operand(x))


# I_0(x) is the mean of exp(x cos t) over a circle, and its n-th derivative that of cos(t)^n exp(x cos t). The mean over
# m equally spaced points is wrong by about 2 I_m(x), and I_m(x) / I_0(x) < exp(-m^2 / (2 x + m)): a few dozen give all
# digits. Points opposite one another make a cosh or sinh of every pair.


def _i0_slope(x: Any, order: int) -> Any:
    """The derivative of i0, of that order."""
    size = float(np.max(np.abs(x), initial=0, where=np.isfinite(x)))
    quarter = 8 + order + int(np.sqrt(5 * size))
    angles = (np.arange(quarter) + 0.5) * (np.pi / (2 * quarter))
    pair = np.sinh if order % 2 else np.cosh
    out = sum(c**order * pair(x * c) for c in np.cos(angles).tolist())
    return out / quarter


def _next_i0_slope(x: Any, order: int) -> Any:
    return i0_slope(x, order + 1)


def _i0(x: Any) -> Any:
    return np.i0(x)[()]


i0_slope = declare("i0_slope", _i0_slope, {"x": Partial(_next_i0_slope)}, batch=shifted(unchanged), elementwise=True)
i0_of = declare("i0", _i0, {"x": Partial(lambda x: i0_slope(x, 1))}, parameters=(), elementwise=True)


@stands_for(np.i0)
def i0(x: Any) -> Any:
    """The modified Bessel function of the first kind, of order 0."""
    x = operand(x)
    if x.dtype.kind == "c":
        raise TypeError("i0 not supported for complex values")
    return i0_of(x)


@stands_for(np.nan_to_num)
def nan_to_num(x: Any, copy: bool = True, nan: Any = 0.0, posinf: Any = None, neginf: Any = None) -> Any:
    """With numbers in place of nan and the infinities; the derivative there is 0."""
    x = as_array(x)
    if x.dtype.kind not in "fc":
        return x
    if x.dtype.kind == "c":
        real, imag = (nan_to_num(part, True, nan, posinf, neginf) for part in (np.real(x), np.imag(x)))
        return real + 1j * imag
    limits = np.finfo(x.dtype)
    out = plain.where(plain.isnan(x), cast_like(nan, x), x)
    out = plain.where(plain.isposinf(x), cast_like(limits.max if posinf is None else posinf, x), out)
    return plain.where(plain.isneginf(x), cast_like(limits.min if neginf is None else neginf, x), out)


def cast_like(value: Any, x: Any) -> Any:
    """A value in the dtype of `x`."""
    return operand(value).astype(x.dtype)


@stands_for(np.real_if_close)
def real_if_close(a: Any, tol: float = 100) -> Any:
    """Without the imaginary part, if that is next to nothing everywhere."""
    x = operand(a)
    if x.dtype.kind != "c":
        return x
    limit = tol * np.finfo(x.dtype).eps if tol > 1 else tol
    return plain.real(x) if plain.all(plain.less(plain.abs(plain.imag(x)), limit)) else x


def _round(x: Any, decimals: int) -> Any:
    return plain.round(x, decimals)


rounded = declare("round", _round, {"x": None}, batch=shifted(unchanged), elementwise=True)


@stands_for(np.round, np.around)
def round(a: Any, decimals: int = 0, out: None = None) -> Any:
    """Rounded to so many decimals: a constant."""
    refuse("round", {"out": out})
    return rounded(operand(a), decimals)


@stands_for(np.fix)
def fix(x: Any, out: None = None) -> Any:
    """Rounded towards 0: a constant."""
    refuse("fix", {"out": out})
    return np.trunc(x)


def modf(x: Any) -> tuple[Any, Any]:
    """The part behind the point, and the integral part, a constant."""
    x = cast(x, np.result_type(x.dtype, np.float16))
    whole = np.trunc(x)
    part = np.where(np.isinf(x), 0, x - whole)
    return np.copysign(part, x), whole


def _mantissa(x: Any) -> Any:
    return np.frexp(x)[0]


def _exponent(x: Any) -> Any:
    return np.frexp(x)[1]


def _power_of_two(x: Any, n: Any) -> Any:
    """2 to the power n, in the precision of `x`."""
    return np.ldexp(np.ones((), x.dtype)[()], n)


exponent = declare("exponent", _exponent, {"x": None}, parameters=(), elementwise=True)
mantissa = declare(
    "mantissa", _mantissa, {"x": Partial(lambda x: _power_of_two(x, -exponent(x)))}, parameters=(), elementwise=True
)


def frexp(x: Any) -> tuple[Any, Any]:
    """The mantissa, and the exponent of 2, a constant."""
    return mantissa(x), exponent(x)


scaled = declare("ldexp", np.ldexp, {"x": Partial(_power_of_two), "n": None}, parameters=())


def ldexp(x: Any, n: Any) -> Any:
    """X times 2 to the power n."""
    return scaled(x, n)


enter(np.modf, modf)
enter(np.frexp, frexp)
enter(np.ldexp, ldexp)
for _integers in (np.gcd, np.lcm):
    constant(_integers)
if hasattr(np, "bitwise_count"):
    constant(np.bitwise_count)
