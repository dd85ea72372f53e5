"""Identities of real arithmetic that floating-point numbers keep only nearly: for `fast_math=True`.

Results change by a few units in the last place; and where a value is nan, infinite or a negative zero, in kind:

| | |
|---|---|
| `damp(x, y)` -> x * y | a zero cotangent times an infinite derivative is nan, not 0 |
| x * 0 -> 0 | nan and infinite x give 0 |
| x + 0 -> x | -0 stays -0 |
| x / c -> x * (1 / c); (x * c) * d -> x * (c * d); (x + c) + d -> x + (c + d) | rounded otherwise; c * d may overflow |
| x ** 3 -> x * x * x, x ** 4, x ** -1, x ** 0.5 -> sqrt(x) | rounded otherwise |
| sum of -x or x * c -> that of the sum; of what is repeated n times -> n * x | rounded otherwise |
"""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from tapegrad._program.constants import Literal, constant
from tapegrad._program.passes.algebra import NUMBERS, negated, number
from tapegrad._program.passes.rewriting import Rewriting, Rule, by_rules, renamed
from tapegrad._program.program import Atom, Equation, Program, Var
from tapegrad._spec import Spec


def with_fast_math(program: Program) -> Program:
    """The Program with identities of real arithmetic applied."""
    return by_rules(program, RULES)


def _scalar(atom: Atom) -> Any:
    """A constant with no axes."""
    return number(atom) if isinstance(atom, Literal) and isinstance(atom.value, NUMBERS) else None


def _product(work: Rewriting, eq: Equation, out: Spec) -> Atom | Equation | None:
    """A product, damped or not."""
    for x, other in (eq.inputs, eq.inputs[::-1]):
        if number(other) == 0 and out.dtype.kind in "fc":
            return constant(np.broadcast_to(out.dtype.type(0), out.shape) if out.shape else out.dtype.type(0))
        joined = _joined(work, "multiply", x, other, np.multiply)
        if joined is not None:
            return renamed(eq, "multiply", *joined)
        product = _numbers_first(work, x, other, out)
        if product is not None:
            return renamed(eq, "multiply", *product)
    return None if eq.primitive.name == "multiply" else renamed(eq, "multiply", *eq.inputs)


def _add(work: Rewriting, eq: Equation, out: Spec) -> Atom | Equation | None:
    for x, other in (eq.inputs, eq.inputs[::-1]):
        if number(other) == 0:
            return x
        joined = _joined(work, "add", x, other, np.add)
        if joined is not None:
            return renamed(eq, "add", *joined)
    return None


def _subtract(work: Rewriting, eq: Equation, out: Spec) -> Atom | Equation | None:
    x, y = eq.inputs
    if number(x) == 0 and work.spec(y) == out:
        return renamed(eq, "negative", y)
    less = negated(y) if out.dtype.kind in "fc" else None
    return renamed(eq, "add", x, less) if less is not None else x if number(y) == 0 else None


def _divide(work: Rewriting, eq: Equation, out: Spec) -> Atom | Equation | None:
    x, y = eq.inputs
    divisor = _scalar(y)
    if divisor is None or out.dtype.kind not in "fc":
        return None
    least, number = max(float(np.finfo(out.dtype).tiny), 1e-300), out.dtype.type
    if not least <= abs(complex(divisor)) <= 1 / least:  # the reciprocal overflows, or has fewer digits
        return None
    weak = work.is_weak(y) and _has_digits(1.0, out)
    return renamed(eq, "multiply", x, Literal(1 / divisor if weak else number(1) / number(divisor)))


def _has_digits(constant: Any, out: Spec) -> bool:
    """Whether what is computed of a constant, in its own dtype, has all digits of a result."""
    dtype = np.result_type(constant)
    return dtype.kind in "fc" and out.dtype.kind in "fc" and bool(np.finfo(dtype).eps <= np.finfo(out.dtype).eps)


def _joined(work: Rewriting, name: str, x: Atom, other: Atom, operation: np.ufunc) -> tuple[Atom, Atom] | None:
    """(y ∘ c) ∘ d as y ∘ (c ∘ d), for constants c and d of one type."""
    last, inner = _scalar(other), work.maker(x, name)
    if last is None or inner is None or not _has_digits(last, work.spec(x)):
        return None
    for y, factor in (inner.inputs, inner.inputs[::-1]):
        first = _scalar(factor)
        if first is not None and type(first) is type(last):
            with np.errstate(all="ignore"):
                together = operation(first, last)
            return y, Literal(type(last)(together))
    return None


def _numbers_first(work: Rewriting, x: Atom, other: Atom, out: Spec) -> tuple[Atom, Atom] | None:
    """(y * a) * b as y * (a * b), for an array y and numbers a and b."""
    number, inner = Spec((), out.dtype), work.maker(x, "multiply")
    if inner is None or not out.shape or work.spec(other) != number:
        return None
    for y, factor in (inner.inputs, inner.inputs[::-1]):
        strong = not (work.is_weak(factor) and work.is_weak(other))
        if work.spec(y) == out and not work.spec(factor).shape and strong:
            return y, work.call("multiply", factor, other, spec=number)
    return None


def _power(work: Rewriting, eq: Equation, out: Spec) -> Atom | Equation | None:
    (x,), exponent = eq.inputs, eq.parameters[0].value
    if work.spec(x) != out or out.dtype.kind != "f" or work.is_weak(x):
        return None
    if exponent == -1:
        return renamed(eq, "divide", Literal(1.0), x)
    return renamed(eq, "sqrt", x) if exponent == 0.5 else None


def _sum(work: Rewriting, eq: Equation, out: Spec) -> Atom | Equation | None:
    """The sum, and then what each term has in common."""
    (x,), axes = eq.inputs, eq.parameters[0].value
    inner = work.maker(x, "negative", "multiply", "spread")
    if inner is None or out.dtype.kind != "f":
        return None
    if inner.primitive.name == "spread":
        if inner.parameters[1:] != eq.parameters or work.spec(inner.inputs[0]) != out:
            return None
        shape = work.spec(x).shape
        count = prod(shape[axis] if axis in axes else 1 for axis in range(len(shape)))
        return renamed(eq, "multiply", inner.inputs[0], Literal(out.dtype.type(count)))
    for y, *factor in (inner.inputs, inner.inputs[::-1]):
        if isinstance(y, Var) and work.spec(y) == work.spec(x) and not any(work.spec(atom).shape for atom in factor):
            total = work.call("sum", y, spec=out, parameters=[literal.value for literal in eq.parameters])
            return renamed(eq, inner.primitive.name, total, *factor)
    return None


RULES: dict[str, Rule] = {
    "multiply": _product,
    "damp": _product,
    "damp both": _product,
    "add": _add,
    "subtract": _subtract,
    "divide": _divide,
    "power": _power,
    "sum": _sum,
}
