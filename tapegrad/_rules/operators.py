"""Gives the Variable its operators and methods. The last of the rules: it names the families."""

from __future__ import annotations

from collections.abc import Callable, Mapping
import operator as operators
from typing import Any

import attrs

from tapegrad._core.primitive import Primitive
from tapegrad._core.tables import Function
from tapegrad._core.variable import Variable
from tapegrad._rules import (
    arithmetic,
    casting,
    choosing,
    comparisons,
    complexes,
    contractions,
    cumulative,
    diagonals,
    extrema,
    indexing,
    products,
    reductions,
    repeating,
    shapes,
    sorting,
    specials,
    updates,
    verdicts,
)
from tapegrad._rules.kinds import PRIMITIVES

BOTH_WAYS: dict[str, Function] = {
    "add": arithmetic.add,
    "sub": arithmetic.subtract,
    "mul": arithmetic.multiply,
    "truediv": arithmetic.divide,
    "floordiv": arithmetic.floor_divide,
    "mod": arithmetic.remainder,
    "divmod": arithmetic.divmod_,
    "pow": arithmetic.power,
    "matmul": contractions.matmul,
    "and": comparisons.bitwise_and,
    "or": comparisons.bitwise_or,
    "xor": comparisons.bitwise_xor,
    "lshift": comparisons.left_shift,
    "rshift": comparisons.right_shift,
}
REFLECTED: dict[str, Function] = {"truediv": arithmetic.divided_into}
"""Where that is not the same function with its arguments exchanged."""
ONE_WAY: dict[str, Function] = {
    "neg": arithmetic.negative,
    "pos": arithmetic.positive,
    "abs": complexes.absolute,
    "invert": comparisons.invert,
    "eq": comparisons.equal,
    "ne": comparisons.not_equal,
    "lt": comparisons.less,
    "le": comparisons.less_equal,
    "gt": comparisons.greater,
    "ge": comparisons.greater_equal,
    "getitem": indexing.getitem,
}


def _same(x: Any, device: Any, /, *, stream: Any = None) -> Any:
    """The array on another device: there is only the one."""
    if device != "cpu":
        raise ValueError(f"there is no device {device!r}: only 'cpu'")
    return x


def _compress(x: Any, condition: Any, axis: Any = None, out: None = None) -> Any:
    """The entries along an axis where the condition holds. NumPy's function has the condition first."""
    return choosing.compress(condition, x, axis, out)


METHODS: dict[str, Function] = {
    "all": verdicts.all,
    "any": verdicts.any,
    "argmax": verdicts.argmax,
    "argmin": verdicts.argmin,
    "argpartition": sorting.argpartition,
    "argsort": sorting.argsort,
    "astype": casting.astype_method,
    "choose": choosing.choose,
    "clip": comparisons.clip,
    "compress": _compress,
    "conj": complexes.conjugate,
    "conjugate": complexes.conjugate,
    "copy": casting.copy,
    "cumprod": products.cumprod,
    "cumsum": cumulative.cumsum,
    "diagonal": diagonals.diagonal,
    "dot": contractions.dot,
    "flatten": shapes.flatten,
    "max": extrema.max,
    "mean": reductions.mean,
    "min": extrema.min,
    "nonzero": verdicts.nonzero,
    "prod": products.prod,
    "ravel": shapes.ravel,
    "repeat": repeating.repeat,
    "reshape": shapes.reshape_method,
    "round": specials.round,
    "searchsorted": sorting.searchsorted,
    "squeeze": shapes.squeeze,
    "std": reductions.std,
    "sum": reductions.sum,
    "swapaxes": shapes.swapaxes,
    "take": indexing.take,
    "to_device": _same,
    "trace": diagonals.trace,
    "transpose": shapes.transpose_method,
    "var": reductions.var,
}
PROPERTIES: dict[str, Function] = {
    "flat": shapes.ravel,
    "T": shapes.T,
    "at": updates.at,
    "mT": shapes.matrix_transpose,
    "real": complexes.real,
    "imag": complexes.imag,
}


def _pythons(name: str, operator: Callable[..., Any]) -> Primitive:
    """The primitive of a function of NumPy's, computed by the operator that it is reached by."""
    own: Primitive = attrs.evolve(PRIMITIVES[name], name=f"python's {name}", compute=operator, elementwise=True)
    PRIMITIVES[own.name] = own
    return own


NAMES: Mapping[str, str] = {
    "floor_divide": "floordiv",
    "remainder": "mod",
    "bitwise_and": "and_",
    "bitwise_or": "or_",
    "bitwise_xor": "xor",
    "left_shift": "lshift",
    "right_shift": "rshift",
    "invert": "invert",
}
"""Of ufuncs, and of the operators that reach them, in the standard library."""
PYTHONS: Mapping[Primitive, Primitive] = {
    **{PRIMITIVES[name]: _pythons(name, getattr(operators, own)) for name, own in NAMES.items()},
    **{PRIMITIVES[part]: _pythons(part, operators.attrgetter(part)) for part in ("real", "imag")},
    PRIMITIVES["conjugate"]: _pythons("conjugate", operators.methodcaller("conjugate")),
}
"""What makes numbers of Python's from numbers of Python's, where NumPy's function makes NumPy's."""


def _reflected(apply: Function) -> Function:
    def swapped(self: Any, other: Any) -> Any:
        return apply(other, self)

    return swapped


for _name, _apply in BOTH_WAYS.items():
    setattr(Variable, f"__{_name}__", _apply)
    setattr(Variable, f"__r{_name}__", REFLECTED.get(_name) or _reflected(_apply))
for _name, _apply in ONE_WAY.items():
    setattr(Variable, f"__{_name}__", _apply)
for _name, _apply in METHODS.items():
    setattr(Variable, _name, _apply)
for _name, _apply in PROPERTIES.items():
    setattr(Variable, _name, property(_apply))
