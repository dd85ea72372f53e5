"""Identities of arithmetic that hold for every floating-point number, nan, infinities and signed zeros included."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tapegrad._program.constants import Literal
from tapegrad._program.passes.rewriting import Rewriting, Rule, by_rules, renamed
from tapegrad._program.program import Atom, Equation, Program, Var
from tapegrad._spec import Spec, ndarray, type_of

NUMBERS: Any = (int, float, complex, np.number)
FLOATS: Any = (int, float)


def number(atom: Atom) -> Any:
    """The one number that a constant consists of; None where it is not one of NumPy's range, or no constant at all."""
    if isinstance(atom, Var):
        return None
    value = atom.value
    if isinstance(value, NUMBERS):
        return None if type_of(value) is int and abs(value) >= 2**63 else value
    if isinstance(value, ndarray) and value.size and (not value.ndim or not any(value.strides)):
        return value[(0,) * value.ndim]
    return None


def simplified(program: Program) -> Program:
    """The Program with what is the identity left out, and the dearer of two equal forms replaced by the cheaper."""
    return by_rules(program, RULES)


def negated(atom: Atom) -> Literal | None:
    """Minus a constant number; None of anything else, and of the whole number 0, which has no sign to turn."""
    value: Any = None if isinstance(atom, Var) else atom.value
    signed = type_of(value) is float or isinstance(value, np.floating) or (type_of(value) is int and value != 0)
    return Literal(-value) if signed else None


def minus(work: Rewriting, atom: Atom) -> Atom | None:
    """What a real number is the negative of: a negated whole number may have wrapped around."""
    made = work.maker(atom, "negative")
    if made is None or work.spec(atom).dtype.kind != "f" or not work.alike(made.inputs[0], atom):
        return None
    return made.inputs[0]


def _multiply(work: Rewriting, eq: Equation, out: Spec) -> Atom | Equation | None:
    """A product: 1 * x = x; -1 * x = -x; -x * c = x * -c; (x * 2) * c = x * 2c, for c of at least 1; x * x = x²."""
    if eq.inputs[0] == eq.inputs[1] and out.shape and out.dtype.kind == "f":
        return renamed(eq, "square", eq.inputs[0])
    for x, other in (eq.inputs, eq.inputs[::-1]):
        factor: Any = number(other)
        if factor is not None and factor == 1 and out.dtype.kind != "c":  # whose parts meet a zero that is not there
            return x
        if factor is not None and factor == -1 and work.alike(x, eq.outputs[0]) and out.dtype.kind == "f":
            return renamed(eq, "negative", x)
        negative, constant = minus(work, x), negated(other)
        if negative is not None and constant is not None and out.dtype.kind == "f":
            return renamed(eq, "multiply", negative, constant)
        doubled = _doubled(work, x, factor) if work.spec(x) == out else None
        if doubled is not None:
            return renamed(eq, "multiply", *doubled)
    return None


def _doubled(work: Rewriting, atom: Atom, factor: Any) -> tuple[Atom, Atom] | None:
    """For (x * 2) * c: x and 2c, if c is at least 1; the same for -2 and -1.

    Nothing is rounded in x * 2, and what overflows there does so also times c. But 2c alone may overflow.
    """
    product = work.maker(atom, "multiply")
    if product is None or work.spec(atom).dtype != np.float64 or not isinstance(factor, FLOATS) or abs(factor) < 1:
        return None
    for x, other in (product.inputs, product.inputs[::-1]):
        two: Any = number(other)
        even = isinstance(two, FLOATS) and abs(two) == 2 and math.isfinite(two * factor)
        if even and work.spec(x) == work.spec(atom):
            return x, Literal(two * factor)
    return None


def _damp(work: Rewriting, eq: Equation, out: Spec) -> Atom | Equation | None:
    """Where x cannot be 0, or y is finite, x is multiplied by y: nothing needs to be kept from a nan."""
    x, y = eq.inputs
    damped, factor = number(x), number(y)
    if damped is not None and damped == 1 and work.spec(y) == out and out.dtype.kind != "c":
        return y
    if factor is not None and factor == 1 and work.spec(x) == out and out.dtype.kind != "c":
        return x
    if (damped is not None and damped != 0 and not np.isnan(damped)) or _is_finite(y):
        return renamed(eq, "multiply", x, y)
    return None


def _damp_both(work: Rewriting, eq: Equation, out: Spec) -> Atom | Equation | None:
    """The same where one of them is finite, and not 0."""
    numbers = [number(atom) for atom in eq.inputs if _is_finite(atom)]
    return renamed(eq, "multiply", *eq.inputs) if any(value is not None and value != 0 for value in numbers) else None


def _is_finite(atom: Atom) -> bool:
    return isinstance(atom, Literal) and atom.spec.dtype.kind in "biufc" and bool(np.all(np.isfinite(atom.value)))


def _divide(work: Rewriting, eq: Equation, out: Spec) -> Atom | Equation | None:
    """A quotient: x / 1 = x."""
    x, y = eq.inputs
    divisor = number(y)
    return x if divisor is not None and divisor == 1 and out.dtype.kind != "c" else None


def _add(work: Rewriting, eq: Equation, out: Spec) -> Atom | Equation | None:
    """A sum: x + -0 = x; x + -y = x - y."""
    for x, other in (eq.inputs, eq.inputs[::-1]):
        more, negative = number(other), minus(work, other)
        if more is not None and more == 0 and np.signbit(np.real(more)) and out.dtype.kind == "f":
            return x
        if negative is not None and out.dtype.kind == "f":
            return renamed(eq, "subtract", x, negative)
    return None


def _subtract(work: Rewriting, eq: Equation, out: Spec) -> Atom | Equation | None:
    """A difference: x - 0 = x, also where x is -0; x - -y = x + y."""
    x, y = eq.inputs
    less, negative = number(y), minus(work, y)
    if negative is not None and out.dtype.kind == "f":
        return renamed(eq, "add", x, negative)
    return x if less is not None and less == 0 and not np.signbit(np.real(less)) and out.dtype.kind == "f" else None


def _negative(work: Rewriting, eq: Equation, out: Spec) -> Atom | Equation | None:
    """A negation: --x = x."""
    inner = work.maker(eq.inputs[0], "negative")
    return None if inner is None or out.dtype.kind != "f" else inner.inputs[0]


def _power(work: Rewriting, eq: Equation, out: Spec) -> Atom | Equation | None:
    """A power: x ** 1 = x; x ** 2 is x² or x * x, which is how NumPy computes it."""
    exponent = eq.parameters[0].value
    if exponent == 1:
        return eq.inputs[0]
    if exponent == 2 and out.dtype == np.float64 and work.alike(eq.inputs[0], eq.outputs[0]):
        x = eq.inputs[0]
        return renamed(eq, "square", x) if out.shape else renamed(eq, "multiply", x, x)
    return None


def _where(work: Rewriting, eq: Equation, out: Spec) -> Atom | Equation | None:
    """A choice that is known: that one, as in at(x)[i].set(v) without a mask."""
    holds: Any = number(eq.inputs[0])
    return None if holds is None else eq.inputs[1 if holds else 2]


def _same(work: Rewriting, eq: Equation, out: Spec) -> Atom | Equation | None:
    """What gives its argument back: a reshape to the shape that it has, a cast to the dtype."""
    return eq.inputs[0]


RULES: dict[str, Rule] = {
    "multiply": _multiply,
    "damp": _damp,
    "damp both": _damp_both,
    "divide": _divide,
    "add": _add,
    "subtract": _subtract,
    "negative": _negative,
    "power": _power,
    "where": _where,
    "reshape": _same,
    "astype": _same,
    "positive": _same,
    "broadcast_to": _same,
}
