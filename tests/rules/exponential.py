"""Rows: exponentials and logarithms."""

from __future__ import annotations

import numpy as np

from tapegrad._rules.exponential import sigmoid
from tests.rules.row import binary, real, row, unary, unreal

ROWS = [
    *unary(np.exp, complex=True),
    *unary(np.exp2, complex=True),
    *unary(np.expm1, complex=True),
    *unary(np.log, 0.5, 2.0, complex=True),
    *unary(np.log2, 0.5, 2.0, complex=True),
    *unary(np.log10, 0.5, 2.0, complex=True),
    *unary(np.log1p, -0.5, 1.0, complex=True),
    *binary(np.logaddexp),
    *binary(np.logaddexp2),
    row("logaddexp.reduce", lambda x: np.logaddexp.reduce(x, axis=1), real(2, 3)),
    row("logaddexp.reduce, all", lambda x: np.logaddexp.reduce(x, axis=None, keepdims=True), real(2, 3)),
    row("logaddexp.accumulate", lambda x: np.logaddexp.accumulate(x, axis=0), real(2, 3)),
    row("logaddexp2.reduce", lambda x: np.logaddexp2.reduce(x), real(2, 3)),
    row("sigmoid", lambda x: sigmoid(x), real(2, 3), elementwise=True),
    row("sigmoid far out", lambda x: sigmoid(x), np.array([-30.0, -700.0, 30.0, 700.0]), order=1, single=False),
    row("log of a complex square", lambda x: np.log(x * x), unreal(2)),
]
