"""Functions of the gamma family that SciPy writes in Python: polygamma, multigammaln, factorials, combinations."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad._place import user_line
from tapegrad._rules.folding import select
from tapegrad._rules.fronts import operand
from tapegrad._rules.kinds import declare
from tapegrad._scipy.special.declaring import Unknown, special
from tapegrad.errors import MissingRuleError
from tapegrad.extend import Partial, stands_for


def _polygamma(n: Any, x: Any) -> Any:
    return special.polygamma(n, x)[()]


def _slope_of_polygamma(n: Any, x: Any) -> Any:
    return polygamma_of(n + 1, x)


polygamma_of = declare(
    "special.polygamma",
    _polygamma,
    {"n": Unknown("the order n", "polygamma"), "x": Partial(_slope_of_polygamma)},
)


@stands_for(special.polygamma)
def polygamma(n: Any, x: Any) -> Any:
    """The n-th derivative of the digamma function."""
    return polygamma_of(operand(n), operand(x))


def _multigammaln(x: Any, d: int) -> Any:
    return special.multigammaln(x, d)


def _slope_of_multigammaln(x: Any, d: int) -> Any:
    return sum([special.digamma(x - 0.5 * j) for j in range(1, d)], start=special.digamma(x))


multigammaln_of = declare("special.multigammaln", _multigammaln, {"x": Partial(_slope_of_multigammaln)})


@stands_for(special.multigammaln)
def multigammaln(a: Any, d: Any) -> Any:
    """The logarithm of the multivariate gamma function of dimension d."""
    if np.ndim(d) or d != int(d):
        raise ValueError("d should be a positive integer (dimension)")
    return multigammaln_of(operand(a), int(d))


def _refuse_exact(name: str) -> None:
    raise MissingRuleError(
        f"{name} at {user_line()} was called with exact=True and a differentiated value. Exact are integers, which "
        "have no derivative: leave exact=False, or pass x.value."
    )


def _factorial(x: Any, extend: str) -> Any:
    keywords = {} if extend == "zero" else {"extend": extend}  # SciPy 1.15 brought it
    return np.multiply(special.factorial(x, exact=False, **keywords), 1.0)  # of a negative number it was an integer


def _slope_of_factorial(x: Any, out: Any, extend: str) -> Any:
    part: Any = np.real(x)
    none = np.less(part, 0) & (extend == "zero")
    return out * special.digamma(select(none, 1, x + 1))


factorial_of = declare("special.factorial", _factorial, {"x": Partial(_slope_of_factorial)})


@stands_for(special.factorial)
def factorial(n: Any, exact: bool = False, extend: str = "zero") -> Any:
    """Γ(n + 1), and 0 for a negative n unless extended."""
    if exact:
        _refuse_exact("factorial")
    return factorial_of(operand(n), extend)


@stands_for(special.comb)
def comb(N: Any, k: Any, *, exact: bool = False, repetition: bool = False) -> Any:  # noqa: N803  (SciPy's name)
    """In how many ways k of N things can be taken; 0 where that makes no sense."""
    if exact:
        _refuse_exact("comb")
    total, chosen = operand(N), operand(k)
    if repetition:
        ways = special.binom(total + chosen - 1, chosen)
        return select(np.equal(chosen, 0) & np.greater_equal(total, 0), 1, ways)[()]
    possible = np.less_equal(chosen, total) & np.greater_equal(total, 0) & np.greater_equal(chosen, 0)
    return select(possible, special.binom(total, chosen), 0)[()]


@stands_for(special.perm)
def perm(N: Any, k: Any, exact: bool = False) -> Any:  # noqa: N803  (SciPy's name)
    """In how many ways k of N things can be lined up; 0 where that makes no sense."""
    if exact:
        _refuse_exact("perm")
    total, chosen = operand(N), operand(k)
    possible = np.less_equal(chosen, total) & np.greater_equal(total, 0) & np.greater_equal(chosen, 0)
    return select(possible, special.poch(total - chosen + 1, chosen), 0)[()]
