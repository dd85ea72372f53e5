"""Rows: sums, products, quotients, powers, remainders; operators; folds."""

from __future__ import annotations

import numpy as np

from tests.rules.row import Row, binary, real, row, unary, unreal
from tests.untyped import Function

INT = np.array([1, 2, 3])
SQUARE = np.array([[2.0, 3.0, 0.5], [1.5, 0.7, 2.5]])
OPERATORS: dict[str, Function] = {
    "+": lambda x, y: x + y,
    "-": lambda x, y: x - y,
    "*": lambda x, y: x * y,
    "/": lambda x, y: x / y,
    "**": lambda x, y: x**y,
    "%": lambda x, y: x % y,
    "//": lambda x, y: x // y,
}
LEFT = real(2, 3, low=1.1, high=1.9)
RIGHT = real(3, low=0.6, high=0.9)


def operators() -> list[Row]:
    """Each operator with a Variable on either side, and what can stand on the other."""
    rows: list[Row] = []
    for sign, apply in OPERATORS.items():
        f: Function = lambda x, y, apply=apply: apply(x, y)  # noqa: E731
        rows.append(row(f"x {sign} y", f, LEFT, RIGHT, elementwise=True))
        for kind, other in {
            "float": 1.3,
            "int": 2,
            "np.float64": np.float64(1.3),
            "np.int64": np.int64(2),
            "0-d array": np.array(1.3),
            "array": LEFT,
            "int array": INT,
        }.items():
            weak = kind in ("float", "int")
            rows += [
                row(f"x {sign} {kind}", lambda x, apply=apply, other=other: apply(x, other), RIGHT, single=weak),
                row(f"{kind} {sign} x", lambda x, apply=apply, other=other: apply(other, x), RIGHT, single=weak),
            ]
    return rows


ROWS = [
    *binary(np.add, complex=True),
    *binary(np.subtract, complex=True),
    *binary(np.multiply, complex=True),
    *binary(np.divide, y=(0.5, 2.0), complex=True),
    *binary(np.power, x=(0.5, 2.0), y=(-2.0, 2.0), complex=True),
    *binary(np.float_power, x=(0.5, 2.0), y=(-2.0, 2.0), complex=True),
    *binary(np.hypot, x=(0.5, 1.0), y=(-1.0, -0.5)),
    *binary(np.remainder, x=(2.1, 2.9), y=(0.85, 0.95)),
    *binary(np.fmod, x=(-2.9, -2.1), y=(0.85, 0.95)),
    *binary(np.floor_divide, x=(2.1, 2.4), y=(0.85, 0.95)),
    *unary(np.negative, complex=True),
    *unary(np.positive, complex=True),
    *unary(np.square, complex=True),
    *unary(np.reciprocal, 0.5, 2.0, complex=True),
    *unary(np.sqrt, 0.5, 2.0, complex=True),
    *unary(np.cbrt, 0.5, 2.0),
    *operators(),
    row("x * x", lambda x: (x * x, np.multiply(x, x)), SQUARE),
    row("complex * itself", lambda x: x * x, unreal(2, 2)),
    row("-x, +x, abs(x)", lambda x: (-x, +x, abs(x)), SQUARE - 1),
    row("divmod", lambda x, y: np.divmod(x, y), LEFT, RIGHT),
    row("divmod(x, y)", lambda x, y: divmod(x, y), LEFT, RIGHT),
    row("divmod(2.5, x)", lambda x: divmod(2.5, x), RIGHT),
    row("negative ** integer", lambda x: (x**2, x**3, x**-1, x**-2), -SQUARE),
    row("negative ** integer array", lambda x: x**INT, -SQUARE, single=False),
    row("x ** 0", lambda x: x**0, SQUARE),
    row("x ** 1", lambda x: x**1, SQUARE),
    row("x ** 0.5", lambda x: x**0.5, SQUARE),
    row("complex ** number", lambda x: (x**2, x**-1, x**0.5, x**0, x**1), unreal(2, 2)),
    row("x ** complex", lambda x: x ** (1 + 2j), SQUARE),
    row("large integer ** x", lambda x: (10**30) ** x, real(3, low=0.01, high=0.1), single=False),
    row("float_power of lists", lambda x: (np.float_power(x, [2.0, -1.0, 0.5]), np.float_power([2, 3, 4], x)), RIGHT),
    row("dtype=", lambda x, y: np.multiply(x, y, dtype=np.float64), SQUARE, RIGHT),
    row("dtype=, narrower", lambda x: np.add(x, x, dtype=np.float32).astype(float), SQUARE, order=0),
    row("add.reduce", lambda x: np.add.reduce(x), SQUARE),
    row(
        "add.reduce, keywords", lambda x: np.add.reduce(x, axis=1, keepdims=True, initial=2.0, where=SQUARE > 1), SQUARE
    ),
    row("add.reduce, all", lambda x: np.add.reduce(x, axis=None, dtype=np.float64), SQUARE),
    row("add.reduce, several axes", lambda x: np.add.reduce(x, axis=(0, -1)), real(2, 3, 2)),
    row("subtract.reduce", lambda x: np.subtract.reduce(x, axis=1), SQUARE),
    row("divide.reduce", lambda x: np.divide.reduce(x, axis=0, keepdims=True), SQUARE),
    row("multiply.reduce", lambda x: np.multiply.reduce(x, axis=-1), SQUARE),
    row(
        "multiply.reduce, keywords", lambda x: np.multiply.reduce(x, axis=(0, 1), initial=2.0, where=SQUARE > 1), SQUARE
    ),
    row("power.accumulate", lambda x: np.power.accumulate(x, axis=1), SQUARE),
    row("hypot.reduce", lambda x: np.hypot.reduce(x, axis=1), SQUARE),
    row("hypot.reduce, initial and where", lambda x: np.hypot.reduce(x, axis=1, initial=0.5, where=SQUARE > 1), SQUARE),
    row("remainder.reduce", lambda x: np.remainder.reduce(x), np.array([[2.5, 3.6], [0.9, 1.1]])),
    row("add.accumulate", lambda x: np.add.accumulate(x), SQUARE),
    row("add.accumulate, axis and dtype", lambda x: np.add.accumulate(x, axis=-1, dtype=np.float64), SQUARE),
    row("multiply.accumulate", lambda x: np.multiply.accumulate(x, axis=1), SQUARE),
    row("subtract.accumulate", lambda x: np.subtract.accumulate(x, 1), SQUARE),
    row("hypot.accumulate", lambda x: np.hypot.accumulate(x, axis=-1), SQUARE),
    row("divide.accumulate", lambda x: np.divide.accumulate(x), SQUARE),
]
