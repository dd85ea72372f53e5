"""What kernels compute for one element: primitives as expressions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import numpy as np

from tapegrad._program.program import Atom, Equation, Program
from tapegrad._program.source.arrays import COMPARISONS

DTYPES = frozenset(map(np.dtype, ("f8", "f4", "c16", "c8", "i8", "?")))
"""What kernels compute with. Everything else is NumPy's."""


@attrs.frozen
class Formula:
    """An expression for one element, `{0}` its first operand."""

    expression: str
    operands: tuple[np.dtype[Any] | None, ...]
    """The dtype that each operand is converted to; None where it stays."""
    dtype: np.dtype[Any]
    """The dtype of the result."""
    reach: bool = False
    """Whether it holds only for arguments up to a million."""


ARITHMETIC: Mapping[str, str] = {
    "add": "{} + {}",
    "subtract": "{} - {}",
    "multiply": "{} * {}",
    "negative": "-{}",
    "positive": "{}",
    "square": "{0} * {0}",
    "copy": "{}",
    "stop_gradient": "{}",
}
"""For real, complex and whole numbers."""
FLOATING: Mapping[str, str] = {
    "divide": "{} / {}",
    "reciprocal": "1.0 / {}",
    "damp": "damp({0} * {1}, {0})",
    "damp both": "damp_both({0} * {1}, {0}, {1})",
    "sqrt": "math.sqrt({})",
    "absolute": "abs({})",
    "fabs": "abs({})",
    "sign": "sign({})",
    "floor": "np.floor({})",
    "ceil": "np.ceil({})",
    "trunc": "np.trunc({})",
    "maximum": "maximum({}, {})",
    "minimum": "minimum({}, {})",
    "fmax": "fmax({}, {})",
    "fmin": "fmin({}, {})",
    "clip": "minimum(maximum({}, {}), {})",
    "copysign": "math.copysign({}, {})",
    "degrees": "{} * (180.0 / math.pi)",
    "rad2deg": "{} * (180.0 / math.pi)",
    "radians": "{} * (math.pi / 180.0)",
    "deg2rad": "{} * (math.pi / 180.0)",
}
"""For real numbers."""
DOUBLE: Mapping[str, str] = {
    **{name: f"{name}({{}})" for name in ("exp", "expm1", "log", "log1p", "tanh", "sin", "cos", "sigmoid")},
    **{name: f"math.{name}({{}})" for name in ("tan", "sinh", "cosh")},
    **{f"arc{name}": f"math.a{name}({{}})" for name in ("sin", "cos", "tan", "sinh", "cosh", "tanh")},
    "log2": "math.log2({})",
    "log10": "math.log10({})",
    "logaddexp": "logaddexp({}, {})",
    "hypot": "math.hypot({}, {})",
    "arctan2": "math.atan2({}, {})",
    "general_power": "math.pow({}, {})",
}
"""For real numbers, computed in float64."""
ALONE: Mapping[str, str] = {
    name: f"math.{name}({{}})" for name in ("exp", "expm1", "log", "log1p", "tanh", "sin", "cos")
}
"""What is as quick in the C library, where there is one number alone."""
TRUTHS: Mapping[str, str] = {
    "logical_and": "{} and {}",
    "logical_or": "{} or {}",
    "logical_xor": "{} != {}",
    "logical_not": "not {}",
    "bitwise_and": "{} and {}",
    "bitwise_or": "{} or {}",
    "bitwise_xor": "{} != {}",
    "python's bitwise_and": "{} and {}",
    "python's bitwise_or": "{} or {}",
    "python's bitwise_xor": "{} != {}",
    "invert": "not {}",
}
"""For booleans."""
KINDS: Mapping[str, str] = {
    "isnan": "{0} != {0}",
    "isinf": "abs({}) == np.inf",
    "isfinite": "abs({}) < np.inf",
    "signbit": "math.copysign(1.0, {}) < 0.0",
}
"""Questions about one real number."""
POWERS: Mapping[float, str] = {
    -2: "1.0 / ({0} * {0})",
    -1: "1.0 / {0}",
    0.5: "math.sqrt({0})",
    1: "{0}",
    2: "{0} * {0}",
    3: "{0} * {0} * {0}",
    4: "({0} * {0}) * ({0} * {0})",
}
"""By exponent; any other is the C library's."""
REDUCTIONS: Mapping[str, str] = {"sum": "fc", "mean": "f", "max": "f", "min": "f", "count_nonzero": "i"}
"""With the parameters (axes, keepdims); for results of such kinds."""
F8, BOOL = np.dtype("f8"), np.dtype("?")


def formula_of(program: Program, eq: Equation) -> Formula | None:
    """The expression for one element of an elementwise equation; None where kernels do not compute it."""
    if len(eq.outputs) != 1:
        return None
    out = program.spec(eq.outputs[0])
    given = [program.spec(atom).dtype for atom in eq.inputs]
    name, dtype, kind = eq.primitive.name, out.dtype, out.dtype.kind
    kinds = {each.kind for each in given}
    if dtype not in DTYPES or not DTYPES.issuperset(given):
        return None

    def made(expression: str, operand: np.dtype[Any] | None = dtype, reach: bool = False) -> Formula:
        return Formula(expression, (operand,) * len(eq.inputs), dtype, reach)

    if name in ARITHMETIC and kind in "fci":
        return made(ARITHMETIC[name])
    if name == "damp" and kind == "c":
        return made("damp_complex({0} * {1}, {0})")
    if name == "where":
        return attrs.evolve(made("({1} if {0} else {2})"), operands=(BOOL, dtype, dtype))
    if name in ("astype", "astype_constant"):
        return made("{}") if kind == "c" or (kind == "f" and "c" not in kinds) or given == [dtype] else None
    if name in COMPARISONS and (not kinds & {"c"} or name in ("equal", "not_equal")):
        return made(COMPARISONS[name], _common(program, eq.inputs))
    if name in TRUTHS and kinds == {"b"}:
        return made(TRUTHS[name])
    if name in KINDS and kinds == {"f"}:
        return made(KINDS[name], None)
    if kind != "f" or "c" in kinds:
        return None
    n = eq.parameters[0].value if name == "power" else None
    if "power" in name and eq.outputs[0] in program.weak and not (n and float(n).is_integer()):
        return None  # Python's, which is not always real
    if n is not None:
        root = n == 0.5 and not out.shape  # of single numbers NumPy takes no square root: (-0.0) ** 0.5 is 0.0
        if n in POWERS and not root:
            return made(POWERS[n])
        return made(f"math.pow({{}}, {float(n)!r})", F8) if np.isfinite(n) else None
    if name in FLOATING:
        return made(FLOATING[name])
    if name in DOUBLE:
        alone = not out.shape and name in ALONE
        return made((ALONE if alone else DOUBLE)[name], F8, name in ("sin", "cos") and not alone)
    return None


def _common(program: Program, atoms: Sequence[Atom]) -> np.dtype[Any]:
    """The dtype in which NumPy compares: Python's numbers have none of their own."""
    weak = {"b": False, "i": 0, "f": 0.0, "c": 0j}

    def example(atom: Atom) -> Any:
        dtype = program.spec(atom).dtype
        return weak[dtype.kind] if program.is_weak(atom) else dtype

    return np.result_type(*map(example, atoms))


def reduces(program: Program, eq: Equation) -> bool:
    """Whether an equation is a reduction that kernels compute."""
    if eq.primitive.name not in REDUCTIONS:
        return False
    x, out = program.spec(eq.inputs[0]), program.spec(eq.outputs[0])
    return x.dtype in DTYPES and out.dtype in DTYPES and out.dtype.kind in REDUCTIONS[eq.primitive.name]


def converted(text: str, given: np.dtype[Any], wanted: np.dtype[Any] | None) -> str:
    """An expression of one dtype as one of another."""
    if wanted is None or given == wanted:
        return text
    return f"({text} != 0)" if wanted == BOOL else f"np.{wanted.name}({text})"


def spelled(value: Any, dtype: np.dtype[Any]) -> str:
    """A constant of such a dtype, as an expression."""
    value = np.asarray(value).astype(dtype)[()]
    if dtype.kind == "c":
        parts = np.dtype(f"f{dtype.itemsize // 2}")
        text = f"complex({spelled(value.real, parts)}, {spelled(value.imag, parts)})"
    elif dtype.kind in "bi":
        return repr(value.item())
    else:
        text = (
            repr(float(value))
            if np.isfinite(value)
            else "np.nan"
            if np.isnan(value)
            else f"{'-' * bool(value < 0)}np.inf"
        )
    return f"({text})" if dtype in (F8, np.dtype("c16")) else f"np.{dtype.name}({text})"
