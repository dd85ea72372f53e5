"""Distributions declared by their formulas: here the variable is standardised and kept to where it can be."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import attrs
import numpy as np

from tapegrad._rules.dependences import Rule
from tapegrad._rules.kinds import stopped
from tapegrad._scipy.stats.kinds import Continuous, Discrete, Formula, Function
from tapegrad._scipy.stats.values import INF, constant, exponential_of, logarithm, number, possible, settle, where_valid


def positive(*shapes: Any) -> Any:
    """SciPy's default: all shape parameters are above 0."""
    ok: Any = True
    for shape in shapes:
        ok = ok & (shape > 0)
    return ok


def unbounded(*shapes: Any) -> tuple[float, float]:
    return -INF, INF


def from_zero(*shapes: Any) -> tuple[float, float]:
    return 0.0, INF


def up_to_one(*shapes: Any) -> tuple[float, float]:
    return 0.0, 1.0


@attrs.frozen(eq=False)
class Formulas:
    """The standardised functions, of the variable and the shapes, and the region where they hold."""

    log_density: Callable[..., Any]
    """Of a discrete distribution, the logarithm of a point's probability."""
    cdf: Callable[..., Any] | None
    sf: Callable[..., Any] | None
    logcdf: Callable[..., Any] | None
    logsf: Callable[..., Any] | None
    support: Callable[..., tuple[Any, Any]]
    middle: Callable[..., Any] | float
    valid: Callable[..., Any]

    def tail(self, name: str) -> Callable[..., Any]:
        """cdf, sf or the logarithm of one: as given, or from what is given."""
        given: Callable[..., Any] | None = getattr(self, name)
        if given is not None:
            return given
        if name.startswith("log"):
            plain = self.tail(name.removeprefix("log"))
            return lambda *args: logarithm(plain(*args))
        exponent: Callable[..., Any] | None = getattr(self, f"log{name}")
        if exponent is not None:
            return lambda *args: np.exp(exponent(*args))
        complement: Callable[..., Any] | None = self.sf if name == "cdf" else self.cdf
        if complement is None:
            raise TypeError(f"{name} is given neither by itself nor by its logarithm or complement")
        other = complement
        return lambda *args: 1.0 - other(*args)

    def at(self, formula: Callable[..., Any], z: Any, shapes: Sequence[Any], outside: Any) -> Any:
        """A formula's value, at a point of the support in place of those outside.

        Where it is infinite it counts as flat, as it is outside: no nan arises from an infinite slope times 0.
        """
        middle = self.middle(*shapes) if callable(self.middle) else self.middle
        z = settle(outside, z, middle)
        with np.errstate(all="ignore"):  # as SciPy's own
            out = formula(z, *shapes)
            infinite = np.isinf(out)
            if not possible(infinite):
                return out
            return settle(infinite, formula(settle(infinite, z, middle), *shapes), stopped(out))


def functions(
    target: Any, formulas: Mapping[str, Formula | None], variable: str, location: Mapping[str, Any]
) -> dict[str, Any]:
    """A distribution's name, and its functions by name; without a formula, those of a probability."""
    shapes: dict[str, Any] = dict.fromkeys((target.shapes or "").replace(",", " ").split(), ...)
    made: dict[str, Any] = {"name": target.name}
    for name, formula in formulas.items():
        first = "q" if formula is None else variable
        made[name] = Function(target.name, name, getattr(target, name), formula, {first: ..., **shapes, **location})
    return made


ENDS = {"cdf": (0.0, 1.0), "sf": (1.0, 0.0), "logcdf": (-INF, 0.0), "logsf": (0.0, -INF)}
"""The values below and above the support."""


def continuous(
    target: Any,
    logpdf: Rule,
    cdf: Rule | None = None,
    sf: Rule | None = None,
    logcdf: Rule | None = None,
    logsf: Rule | None = None,
    *,
    support: Rule = unbounded,
    middle: Rule | float = 0.0,
    valid: Rule = positive,
    closed: bool = True,
) -> Continuous:
    """A continuous distribution, by the logarithm of its standardised density and what is known of its integrals.

    Args:
        target: SciPy's.
        logpdf: of the variable and the shapes, as all formulas.
        cdf: the integral from below.
        sf: the integral from above, where 1 - cdf is not good enough.
        logcdf: its logarithm, where log(cdf) is not good enough.
        logsf: its logarithm.
        support: of the shapes, the bounds of the standardised variable.
        middle: a point in the support, where the formulas are finite.
        valid: of the shapes, whether they can be.
        closed: whether the density at a bound is that of the formula.
    """
    formulas = Formulas(logpdf, cdf, sf, logcdf, logsf, support, middle, valid)
    beyond = np.greater if closed else np.greater_equal

    def standardised(x: Any, *parameters: Any) -> tuple[Any, Sequence[Any], Any]:
        """The standardised variable, the shapes and the scale (None for 1)."""
        z = number(x)
        *shapes, loc, scale = parameters
        shapes = [number(shape) for shape in shapes]
        if type(loc) is not int or loc != 0:
            z = z - number(loc)
        if type(scale) is int and scale == 1:
            z, *shapes = where_valid(formulas.valid(*shapes), z, *shapes)
            return z, shapes, None
        scale = number(scale)
        scale, *shapes = where_valid(formulas.valid(*shapes) & np.greater(scale, 0), scale, *shapes)
        return z / scale, shapes, scale

    def density(x: Any, *parameters: Any) -> Any:
        z, shapes, scale = standardised(x, *parameters)
        low, high = formulas.support(*shapes)
        outside: Any = False  # an infinite bound needs no look: beyond it there is nothing
        if not closed or type(low) is not float or low > -INF:
            outside = beyond(low, z)
        if not closed or type(high) is not float or high < INF:
            outside = outside | beyond(z, high)
        out = formulas.at(logpdf, z, shapes, outside)
        return settle(outside, out if scale is None else out - np.log(scale), -INF)

    def integral(name: str) -> Callable[..., Any]:
        formula = formulas.tail(name)
        first, last = ENDS[name]

        def evaluated(x: Any, *parameters: Any) -> Any:
            z, shapes, _ = standardised(x, *parameters)
            low, high = formulas.support(*shapes)
            below, above = np.less_equal(z, low), np.greater_equal(z, high)
            out = formulas.at(formula, z, shapes, below | above)
            return settle(above, settle(below, out, first), last)

        return evaluated

    entries = {"pdf": exponential_of(density), "logpdf": density, **{name: integral(name) for name in ENDS}}
    return Continuous(**functions(target, {**entries, "ppf": None, "isf": None}, "x", {"loc": 0, "scale": 1}))


def discrete(
    target: Any,
    logpmf: Rule,
    cdf: Rule | None = None,
    sf: Rule | None = None,
    logcdf: Rule | None = None,
    logsf: Rule | None = None,
    *,
    support: Rule = from_zero,
    middle: Rule | float = 0.0,
    valid: Rule = positive,
    counts: Sequence[int] = (),
) -> Discrete:
    """A discrete distribution, by the logarithm of a point's probability and what is known of the sums.

    Args:
        target: SciPy's.
        logpmf: of the variable and the shapes, as all formulas.
        cdf: the sum up to and with the variable.
        sf: the sum of what lies above it.
        logcdf: its logarithm, where log(cdf) is not good enough.
        logsf: its logarithm.
        support: of the shapes, the smallest and the largest possible number.
        middle: a number in the support, where the formulas are finite.
        valid: of the shapes, whether they can be.
        counts: which of the shapes are whole numbers.
    """
    formulas = Formulas(logpmf, cdf, sf, logcdf, logsf, support, middle, valid)

    def located(k: Any, *parameters: Any) -> tuple[Any, Sequence[Any]]:
        """The variable less its location, a constant, and the shapes."""
        *shapes, loc = parameters
        shapes = [constant(shape) if i in counts else number(shape) for i, shape in enumerate(shapes)]
        k = constant(k)
        if type(loc) is not int or loc != 0:
            k = k - constant(loc)
        k, *shapes = where_valid(formulas.valid(*shapes) & np.equal(k, k), k, *shapes)
        return k, shapes

    def probability(k: Any, *parameters: Any) -> Any:
        k, shapes = located(k, *parameters)
        low, high = formulas.support(*shapes)
        outside = np.less(k, low) | np.greater(k, high) | np.less(np.floor(k), k)
        return settle(outside, formulas.at(logpmf, k, shapes, outside), -INF)

    def sum_to(name: str) -> Callable[..., Any]:
        formula = formulas.tail(name)
        first, last = ENDS[name]

        def evaluated(k: Any, *parameters: Any) -> Any:
            k, shapes = located(k, *parameters)
            k = np.floor(k)
            low, high = formulas.support(*shapes)
            below, above = np.less(k, low), np.greater_equal(k, high)
            out = formulas.at(formula, k, shapes, below | above)
            return settle(above, settle(below, out, first), last)

        return evaluated

    entries = {"pmf": exponential_of(probability), "logpmf": probability, **{name: sum_to(name) for name in ENDS}}
    return Discrete(**functions(target, {**entries, "ppf": None, "isf": None}, "k", {"loc": 0}))
