"""Rows: linear interpolation."""

from __future__ import annotations

import numpy as np

from tests.rules.row import apart, real, row, unreal
from tests.untyped import plain

X = apart(2, 4)
XP = np.array([-0.65, -0.21, 0.03, 0.47])
FP = real(4)

# batch=False: NumPy tells no protocol of `left` and `right`, nor that they alone are batched.
ROWS = [
    row("interp", lambda x, xp, fp: plain.interp(x, xp, fp), X, XP, FP, single=False),
    row("interp, constants", lambda x: plain.interp(x, XP, FP), X, single=False),
    row("interp, sides", lambda x, xp, fp: plain.interp(x, xp, fp, left=-1.0, right=2.0), X, XP, FP, single=False),
    row(
        "interp, differentiated sides",
        lambda x, a, b: plain.interp(x, XP, FP, a, b),
        X,
        0.3,
        0.4,
        batch=False,
        single=False,
    ),
    row("interp, period", lambda x, xp, fp: plain.interp(x, xp, fp, period=1.4), 3 * X, XP, FP, single=False),
    row(
        "interp, unordered period",
        lambda x, xp, fp: plain.interp(x, xp, fp, period=1.3),
        X,
        2 * XP[::-1],
        FP,
        single=False,
    ),
    row("interp, complex", lambda x, fp: plain.interp(x, XP, fp), X, unreal(4), single=False),
    row("interp of a number", lambda x, xp, fp: plain.interp(x, xp, fp), 0.1, XP, FP, single=False),
    row("interp, one point", lambda x, fp: plain.interp(x, [0.1], fp), X, real(1), single=False),
]
