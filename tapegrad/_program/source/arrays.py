"""Equations on arrays, as calls of NumPy."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import prod
from typing import Any

import numpy as np

from tapegrad._place import user_line
from tapegrad._program.constants import Literal
from tapegrad._program.program import Atom, Equation, Program, Var
from tapegrad._program.source.blas import DOUBLE, RANKS, from_beneath, is_dot
from tapegrad._program.source.damping import damp, damp_both
from tapegrad._program.source.reducing import folding, reduces_into, reduction
from tapegrad._program.source.text import Text
from tapegrad._rules.matricizing import Matricization, planned
from tapegrad._rules.placing import flat_positions, may_meet
from tapegrad._spec import SEVERAL, Spec, type_of

COMPARISONS: Mapping[str, str] = {
    "equal": "{} == {}",
    "not_equal": "{} != {}",
    "less": "{} < {}",
    "less_equal": "{} <= {}",
    "greater": "{} > {}",
    "greater_equal": "{} >= {}",
}
OPERATORS: Mapping[str, str] = {
    "add": "{} + {}",
    "subtract": "{} - {}",
    "multiply": "{} * {}",
    "divide": "{} / {}",
    "negative": "-{}",
    **COMPARISONS,
    "matmul": "{} @ {}",
    "power": "{} ** {}",
    "slice_of": "{}[{}]",
    "real": "{}.real",
    "imag": "{}.imag",
}
"""Primitives that Python has an operator for: quicker than NumPy's function of the same name."""
FEW, SOME = 4, 16
"""So many numbers are few: quicker by themselves than in an array; so many quicker put into one than handed over."""

METHODS = frozenset({"transpose", "reshape"})
"""Primitives that are methods of arrays: quicker than NumPy's functions of the same names."""

UFUNCS: Mapping[str, np.ufunc] = {
    "add": np.add,
    "subtract": np.subtract,
    "multiply": np.multiply,
    "divide": np.divide,
    "negative": np.negative,
    "absolute": np.absolute,
    "equal": np.equal,
    "not_equal": np.not_equal,
    "less": np.less,
    "less_equal": np.less_equal,
    "greater": np.greater,
    "greater_equal": np.greater_equal,
}


def ufunc_of(eq: Equation) -> np.ufunc | None:
    """The ufunc that an equation applies; None where it does anything else."""
    compute: Any = eq.primitive.compute
    if isinstance(compute, np.ufunc):
        return compute if compute.nout == 1 and compute.signature is None and not eq.parameters else None
    return UFUNCS.get(eq.primitive.name)


DAMPED: Mapping[str, Callable[..., Any]] = {"damp": damp, "damp both": damp_both}
"""The damped products, by their primitives."""


MODES = ("product", "product_both", "settle")
"""What generated code calls for damped products and their check: plain ones and `settle`, or `damp` and nothing."""


def by_ufunc(eq: Equation) -> bool:
    """Whether a ufunc computes an equation, or products that may be damped."""
    return ufunc_of(eq) is not None or eq.primitive.name in DAMPED


def read_again(eq: Equation) -> tuple[Atom, ...]:
    """What an equation reads once more when its result is there, which so cannot be put over it."""
    return {"damp": eq.inputs[:1], "damp both": eq.inputs}.get(eq.primitive.name, ())


def is_few(spec: Spec) -> bool:
    """Whether it is of few numbers, of which each costs less by itself than all of them do in a call."""
    return spec.ndim == 1 and spec.dtype == np.float64 and 0 < spec.size <= FEW


def is_stack(program: Program, eq: Equation) -> bool:
    """Whether an equation makes an array of numbers that are sooner put into it one by one."""
    if eq.primitive.name != "stack":
        return False
    out = program.spec(eq.outputs[0])
    return out.ndim == 1 and out.size <= SOME and out.dtype in DOUBLE


def stacked(whole: str, parts: Sequence[str]) -> str:
    """The line that puts numbers into an array."""
    return f"{', '.join(f'{whole}[{i}]' for i in range(len(parts)))} = {', '.join(parts)}"


def fills(program: Program, eq: Equation) -> bool:
    """Whether the result of an equation can be put into a given array."""
    if eq.primitive.name in RANKS and program.spec(eq.outputs[0]).shape:
        return is_dot(program, eq) or (
            eq.primitive.name == "matmul" and all(program.spec(atom).ndim > 1 for atom in eq.inputs)
        )
    return by_ufunc(eq) or is_stack(program, eq) or reduces_into(program, eq)


def into(text: Text, program: Program, eq: Equation, arguments: list[str], buffer: str) -> str:
    """The call that puts its result into a given array, and returns that."""
    if is_dot(program, eq):
        return f"{arguments[0]}.dot({arguments[1]}, {buffer})"
    if folding(eq) is not None:
        return reduction(text, program, eq, arguments[0], buffer)
    call: Any = np.matmul if eq.primitive.name == "matmul" else DAMPED.get(eq.primitive.name) or ufunc_of(eq)
    place = f"out={buffer}" if call in (np.maximum, np.minimum) else buffer  # quicker, where NumPy still allows it
    return f"{text.object(call, call.__name__)}({', '.join((*arguments, place))})"


ARITHMETIC = frozenset({"add", "subtract", "multiply", "divide", *DAMPED})


def in_float64(eq: Equation, out: Spec) -> bool:
    """Whether an equation is arithmetic on arrays of float64, which numbers beside them become."""
    return eq.primitive.name in ARITHMETIC and bool(out.shape) and out.dtype == np.float64


def as_array(text: Text, eq: Equation, atom: Atom, out: Spec, boxes: Mapping[Atom, str]) -> str | None:
    """A number that meets arrays of float64, as an array of that: quicker than a number, to NumPy."""
    if not in_float64(eq, out):
        return None
    if isinstance(atom, Var):
        return boxes.get(atom)
    if type_of(atom.value) not in (int, float, np.float64) or abs(atom.value) > 2**53:
        return None
    return text.object(np.array(atom.value, out.dtype), f"c{atom.value:g}", (atom, out.dtype))


def expression(text: Text, program: Program, eq: Equation, arguments: list[str]) -> str:
    """The call, as NumPy computes it outside of a Program."""
    given = [*arguments, *(_parameter(text, literal) for literal in eq.parameters)]
    name, shape = eq.primitive.name, program.spec(eq.inputs[0]).shape
    if is_dot(program, eq):
        return f"{given[0]}.dot({given[1]})"
    if name in ("reshape", "slice_of") and not program.spec(eq.outputs[0]).shape:
        index = (0,) * len(shape) if name == "reshape" else _without_ellipsis(eq.parameters[0].value)
        return f"{given[0]}[{_parameter(text, Literal(index))}]"  # a number, where a view would have no axes
    if name in METHODS and shape:
        return f"{given[0]}.{name}({given[1]})"
    if (beneath := from_beneath(program, eq)) is not None:
        return f"{text.object(beneath, name, (eq.primitive, beneath))}({', '.join(given)})"
    if name in OPERATORS:
        return OPERATORS[name].format(*given)
    if name == "contract" and (product := _contraction(text, program, eq, arguments)):
        return product
    if (flat := _flat_positions(program, eq)) is not None:
        return f"{text.object(scattered, 'scattered')}({given[0]}, {text.object(flat, 'positions')}, {given[-1]})"
    compute: Any = DAMPED.get(name, eq.primitive.compute)
    if folding(eq) is not None:
        return reduction(text, program, eq, given[0])
    return f"{text.object(compute, name.replace(' ', '_'))}({', '.join(given)})"


def _contraction(text: Text, program: Program, eq: Equation, arguments: list[str]) -> str | None:
    """A contraction as the product that it is planned as."""
    shapes = [program.spec(atom).shape for atom in eq.inputs]
    plan = planned(eq.parameters[0].value, *shapes)
    if plan is None:
        return None

    def called(array: str, method: str, axes: tuple[int, ...] | None) -> str:
        return array if axes is None else f"{array}.{method}({text.object(axes, 'index', Literal(axes))})"

    def matrix(array: str, of: Matricization) -> str:
        return called(called(array, "transpose", of.order), "reshape", of.shape) + ".mT" * of.turned

    factors = [matrix(array, of) for array, of in zip(arguments, (plan.x, plan.y), strict=True)]
    first, second = factors[::-1] if plan.swapped else factors
    product = f"({first} @ {second})" if plan.stacked else f"{first}.dot({second})"
    return called(called(product, "reshape", plan.shape), "transpose", plan.order)


def _without_ellipsis(index: Any) -> Any:
    """The index of a number, without what stands for no axes in it."""
    return tuple([part for part in index if part is not Ellipsis]) if isinstance(index, SEVERAL) else index


def _flat_positions(program: Program, eq: Equation) -> Any:
    """The positions of the elements that an equation adds up, where they are known beforehand."""
    positions = [atom.value for atom in eq.inputs[1:] if isinstance(atom, Literal)]
    if eq.primitive.name != "scatter" or len(positions) < len(eq.inputs) - 1 or not may_meet(positions):
        return None
    layout, shape = (literal.value for literal in eq.parameters)
    return flat_positions(shape, layout, positions, program.spec(eq.inputs[0]).size)


def scattered(x: Any, positions: Any, shape: tuple[int, ...]) -> Any:
    """Zeros, to which the elements of `x` are added, at these positions in the array made flat."""
    if x.dtype == np.float64 and x.size:  # of none, it counts in whole numbers
        return np.bincount(positions, x.reshape(-1), prod(shape)).reshape(shape)
    whole = np.zeros(shape, x.dtype)
    np.add.at(whole.reshape(-1), positions, x.reshape(-1))
    return whole


KINDS: Mapping[str, type] = {"i": int, "f": float, "c": complex}
"""Of Python's numbers, by the kinds of their dtypes."""


def power(x: Any, y: Any, kind: str) -> Any:
    """The power of Python's numbers, infinite where theirs raises. `TypeError` where it is a number of another kind."""
    try:
        out = x**y
    except (ZeroDivisionError, OverflowError):
        out = np.float_power(x, y).item()
        if out != out or kind != "f":
            raise
    if type(out) is KINDS[kind]:
        return out
    raise TypeError(
        f"{x!r} ** {y!r} in a Program that ran at {user_line()} is {out!r}, where the Program was recorded with "
        f"{'an int' if kind == 'i' else 'a float'}: the dtypes of a Program do not depend on values. Pass NumPy's "
        "number, np.float64(x), in place of Python's; or a complex one, where that is meant."
    )


def _parameter(text: Text, literal: Literal) -> str:
    named = type_of(literal.value) in (slice, tuple)  # quicker than to make them anew at each call
    return text.object(literal.value, "index", literal) if named else text.literal(literal)
