"""Computations on single float64 and complex128 numbers, as Python does them with its own floats and complex numbers.

Python's float has the arithmetic of IEEE 754, as NumPy's float64 has, at a third of the cost: sums, differences,
products and negations are the same bit for bit. Quotients are too, but by 0, where Python raises and NumPy does not.
So it does where a function has no finite value: NumPy gives it then. Else `math` takes a tenth of the time, and differs
in the last places.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
import math
from typing import Any

import numpy as np

from tapegrad._program.constants import Literal
from tapegrad._program.passes.indices import as_numbers
from tapegrad._program.program import Atom, Equation, Program, Var
from tapegrad._program.source.arrays import COMPARISONS
from tapegrad._program.source.text import Text
from tapegrad._spec import FLOAT64, Spec

QUOTIENT = "{0} / {1} if {1} else quotient({0}, {1})"
EXPRESSIONS: dict[str, str] = {
    "add": "{} + {}",
    "subtract": "{} - {}",
    "multiply": "{} * {}",
    "negative": "-{}",
    "positive": "{}",
    "astype": "1.0 * {}",
    "slice_of": "{}",
    "python's number": "{}",
    "damp": "{0} * {1} if {0} else {0}",
    "divide": QUOTIENT,
    "reciprocal": "1 / {0} if {0} else quotient(1, {0})",
    "square": "{0} * {0}",
    "absolute": "abs({})",
    "sign": "1.0 if {0} > 0 else -1.0 if {0} < 0 else 0.0 if {0} == 0 else {0}",
    "real": "{}.real",
    "imag": "{}.imag",
    "conjugate": "{}.conjugate()",
    "maximum": "{0} if {0} >= {1} or {0} != {0} else {1}",
    "minimum": "{0} if {0} <= {1} or {0} != {0} else {1}",
    "where": "{1} if {0} else {2}",
}
"""What gives a float; Python's True and False are as good as 1 and 0."""
OF_COMPLEX = frozenset({"add", "subtract", "multiply", "negative", "positive", "real", "imag", "conjugate", "slice_of"})
"""Those of them that are also NumPy's for complex numbers."""
CHOOSING: Mapping[str, Sequence[int]] = {"damp": (0,), "maximum": (0, 1), "minimum": (0, 1), "where": (1, 2)}
"""Which operands may be the result: True and 0 are not as good there, as they have no dtype, and no negative zero."""
TESTS: Mapping[str, str] = {**COMPARISONS, "isnan": "{0} != {0}"}
"""What gives True or False."""
LOGIC: Mapping[str, str] = {
    **dict.fromkeys(("logical_and", "bitwise_and"), "{} and {}"),
    **dict.fromkeys(("logical_or", "bitwise_or"), "{} or {}"),
    **dict.fromkeys(("logical_not", "invert"), "not {}"),
}
"""The same, of such."""
PARTING = frozenset({"real", "imag", "absolute", "astype", "where", *TESTS})
"""What may give a real number of complex ones."""
COMPLEX128 = Spec((), np.dtype(np.complex128))
BOOL = Spec((), np.dtype(bool))


def quotient(x: Any, y: Any) -> Any:
    """The quotient by 0, as NumPy has it: an infinity or nan; Python's number."""
    return _by_numpy(np.divide, x, y)


def _by_numpy(function: Any, *numbers: Any) -> Any:
    """What NumPy gives where Python raises; Python's number."""
    with np.errstate(all="ignore"):
        return function(*numbers).item()


def damp_both(x: float, y: float) -> float:
    """The product, and 0 where one number is 0, whatever the other is."""
    product = x * y
    return 0.0 if product != product and (x == 0 or y == 0) else product


def _of_one(name: str) -> Callable[[float], float]:
    """A function of `math`, and NumPy's where that has no value."""
    quick, careful = getattr(math, name.replace("arc", "a")), getattr(np, name)

    def function(x: float) -> float:
        try:
            value: float = quick(x)
        except (ValueError, OverflowError):
            value = _by_numpy(careful, x)
        return value

    return function


def power(x: float, y: float) -> float:
    """The power x ** y."""
    try:
        value = math.pow(x, y)
    except (ValueError, OverflowError):
        value = _by_numpy(np.power, x, y)
    return value


FUNCTIONS: Mapping[str, Callable[..., float]] = {
    **{name: _of_one(name) for name in ("exp", "expm1", "log", "log1p", "log2", "log10", "sqrt")},
    **{name: _of_one(name) for name in ("sin", "cos", "tan", "arcsin", "arccos", "arctan")},
    **{name: _of_one(name) for name in ("sinh", "cosh", "tanh", "arcsinh", "arccosh", "arctanh")},
    "power": power,
    "general_power": power,
    "arctan2": math.atan2,
    "hypot": math.hypot,
    "damp both": damp_both,
}
"""What is no expression. A Program's parameters come after the arguments."""


def _is_arithmetic(program: Program, eq: Equation) -> bool:
    name, out = eq.primitive.name, program.spec(eq.outputs[0])
    if out == COMPLEX128 or (name in PARTING and any(program.spec(atom).dtype.kind == "c" for atom in eq.inputs)):
        known = name in OF_COMPLEX and out in (FLOAT64, COMPLEX128)
        return known and (name != "slice_of" or not eq.parameters[0].value)
    if out == BOOL:
        return name in TESTS or (name in LOGIC and all(program.spec(atom) == BOOL for atom in eq.inputs))
    if out != FLOAT64 or (eq.outputs[0] in program.weak and "power" in name):  # which may be complex
        return False
    return name in FUNCTIONS or (name in EXPRESSIONS and (name != "slice_of" or not eq.parameters[0].value))


def element(eq: Equation, spec: Callable[[Atom], Spec]) -> tuple[int, ...] | None:
    """Where the element stands that an equation takes out of an array of float64 or complex128."""
    index = as_numbers(eq.parameters[0].value) if eq.primitive.name == "slice_of" else None
    return index if isinstance(eq.inputs[0], Var) and spec(eq.outputs[0]) in (FLOAT64, COMPLEX128) else None


def python_of(text: Text, eq: Equation, number: Callable[[Atom], str], spec: Callable[[Atom], Spec]) -> str:
    """Such an equation as an expression, of numbers that have names or are written."""
    name, given = eq.primitive.name, [number(atom) for atom in eq.inputs]
    for i in CHOOSING.get(name, ()):
        atom = eq.inputs[i]
        if spec(atom) != FLOAT64:
            given[i] = f"1.0 * {given[i]}" if isinstance(atom, Var) else repr(float(atom.value))
    if index := as_numbers(eq.parameters[0].value) if name == "slice_of" else None:
        return f"{given[0]}.item({', '.join(map(str, index))})"
    if name in FUNCTIONS:
        given += map(text.literal, eq.parameters)
        return f"{text.object(FUNCTIONS[name], name.replace(' ', '_'))}({', '.join(given)})"
    if name == "divide" and isinstance(eq.inputs[1], Literal) and eq.inputs[1].value:
        return f"{given[0]} / {given[1]}"
    expression = EXPRESSIONS.get(name) or TESTS.get(name) or LOGIC[name]
    if "quotient" in expression:
        expression = expression.replace("quotient", text.object(quotient, "quotient"))
    return expression.format(*given)


NUMBERS = (float, int, bool, complex, np.float64, np.bool, np.complex128)


def is_float(atom: Atom, floats: Collection[Var]) -> bool:
    """Whether an atom is one of these values, or a constant that is no other number to Python."""
    if isinstance(atom, Var):
        return atom in floats
    value = atom.value
    return type(value) in NUMBERS and bool(abs(value) < 2**53)


def as_floats(program: Program, others: Collection[Var] = ()) -> set[Var]:
    """The values of a Program that are computed as Python's numbers, or as True and False; no inputs among `others`."""
    floats = {var for var in program.inputs if program.spec(var) == FLOAT64 and var not in others}
    readers = [eq for eq in program.equations if _is_arithmetic(program, eq)]
    wanted = {atom for eq in readers if not any(program.spec(x).shape for x in eq.inputs) for atom in eq.inputs}
    whole = {var for var in program.inputs if var in program.weak and program.spec(var).dtype.kind == "i"}
    for eq in program.equations:
        if eq.outputs[0] in wanted and element(eq, program.spec):
            floats.update(eq.outputs)
        elif _is_arithmetic(program, eq):
            beside = [atom for atom in eq.inputs if atom not in whole]
            if beside and all(is_float(atom, floats) for atom in beside):  # Python's int beside a float is one
                floats.update(eq.outputs)
    return floats


def carried_as_floats(step: Program, carry: int) -> set[Var]:
    """The same of a step that is repeated, whose first outputs become its first inputs: floats again, or none."""
    others: set[Var] = set()
    while True:
        floats = as_floats(step, others)
        pairs = zip(step.inputs[:carry], step.outputs[:carry], strict=True)
        lost = [var for var, after in pairs if var in floats and not is_float(after, floats)]
        if not lost:
            return floats
        others.update(lost)
