"""Gives the Variable its operators and methods. The last of the rules: it names the families."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tapegrad._core.variable import Variable
from tapegrad._rules import arithmetic, comparisons, complexes


def reflected(apply: Callable[..., Any]) -> Callable[..., Any]:
    return lambda self, other: apply(other, self)


for _name, _apply in {
    "add": arithmetic.add,
    "sub": arithmetic.subtract,
    "mul": arithmetic.multiply,
    "truediv": arithmetic.divide,
    "floordiv": arithmetic.floor_divide,
    "mod": arithmetic.remainder,
    "pow": arithmetic.power,
}.items():
    setattr(Variable, f"__{_name}__", _apply)
    setattr(Variable, f"__r{_name}__", reflected(_apply))
for _name, _apply in {
    "__neg__": arithmetic.negative,
    "__pos__": arithmetic.positive,
    "__abs__": complexes.absolute,
    "__eq__": comparisons.equal,
    "__ne__": comparisons.not_equal,
    "__lt__": comparisons.less,
    "__le__": comparisons.less_equal,
    "__gt__": comparisons.greater,
    "__ge__": comparisons.greater_equal,
}.items():
    setattr(Variable, _name, _apply)
