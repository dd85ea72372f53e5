"""Rows: padding, in every mode of NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad._rules import padding
from tests.rules.row import apart, real, row, unreal
from tests.untyped import plain

X, V = apart(2, 3), apart(4)
MODES: dict[str, dict[str, Any]] = {
    "constant": {},
    "edge": {},
    "linear_ramp": {},
    "maximum": {},
    "mean": {},
    "median": {},
    "minimum": {},
    "reflect": {},
    "symmetric": {},
    "wrap": {},
    "constant, value": {"constant_values": 2},
    "constant, values": {"constant_values": ((1, 2), (3.5, 4))},
    "constant, one value a side": {"constant_values": (1, -1)},
    "linear_ramp, values": {"end_values": (2, -3.0)},
    "maximum, stat_length": {"stat_length": 2},
    "mean, stat_length": {"stat_length": ((1, 2), (3, 9))},
    "median, stat_length": {"stat_length": (2, 3)},
    "minimum, stat_length": {"stat_length": (3, 1)},
    "reflect, odd": {"reflect_type": "odd"},
    "symmetric, odd": {"reflect_type": "odd"},
}
WIDTHS: dict[str, Any] = {
    "a number": 2,
    "a list": [1],
    "a pair": (0, 2),
    "a column": ((1,), (2,)),
    "pairs": ((3, 0), (1, 2)),
    "none": 0,
    "an array": np.array([[0, 1], [2, 0]]),
}
if np.lib.NumpyVersion(np.__version__) >= "2.3.0":
    WIDTHS["a dict"] = {-1: (1, 2)}
    WIDTHS["a dict of numbers"] = {1: 2, 0: 1}


def in_mode(name: str, x: Any, width: Any) -> Any:
    return plain.pad(x, width, name.partition(",")[0], **MODES[name])


FAR = ("reflect", "symmetric", "wrap", "reflect, odd", "symmetric, odd", "edge")
"""Modes whose margins may be longer than the array."""

ROWS = [
    *(row(f"pad, {name}", lambda x, name=name: in_mode(name, x, ((1, 2), (2, 0))), X) for name in MODES),
    *(row(f"pad, {name}, far", lambda x, name=name: in_mode(name, x, (11, 9)), V) for name in FAR),
    *(row(f"pad of one, {name}", lambda x, name=name: in_mode(name, x, (11, 9)), V[:1]) for name in FAR),
    *(
        row(f"pad, width {name}", lambda x, width=width: (plain.pad(x, width), plain.pad(x, width, "edge")), X)
        for name, width in WIDTHS.items()
    ),
    row("pad of complex", lambda x: (np.pad(x, 1), np.pad(x, 3, "wrap"), np.pad(x, 1, "mean")), unreal(2, 2)),
    row("pad of empty", lambda x: np.pad(x, ((1, 1), (2, 0))), np.zeros((0, 2)), order=1),
    row("pad of no axes", lambda x: np.pad(x, 1), np.array(0.3)),
    row("pad, values of its own", lambda x: plain.pad(x, 1, constant_values=x[0]), V),
    row("pad, values", lambda x, c: padding.pad(x, (1, 2), constant_values=c), X, 0.3, single=False),
    row("pad, pairs of values", lambda x, c: padding.pad(x, 2, "constant", constant_values=c), X, real(2, 2)),
    row(
        "pad, ramp to values", lambda x, c: padding.pad(x, 2, "linear_ramp", end_values=(c, 1.0)), X, 0.3, single=False
    ),
    row("pad of a constant", lambda c: padding.pad(np.ones(2), 1, constant_values=c), 0.3, single=False),
]
