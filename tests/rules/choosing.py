"""Rows: choosing among arrays by positions and conditions."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import numpy as np

from tapegrad.errors import ConversionError
from tests.rules.row import apart, real, row
from tests.untyped import plain

X, Y, V = apart(2, 3), apart(2, 3), apart(6)
WHICH = np.array([[0, 2, 1], [1, 0, 2]])
MASK = np.array([True, False, True])

# batch=False: NumPy tells no protocol of `default`, and where only that is differentiated or batched it refuses.


def kept_out(x: Any) -> Any:
    """Plain arrays and Variables are not written into with differentiated values."""
    buffer = np.zeros((2, 3))
    with suppress(ConversionError):
        np.put(buffer, [0], x[0])
    with suppress(ConversionError):
        np.place(buffer, X > 0, x[0])
    with suppress(ConversionError):
        np.putmask(buffer, X > 0, x)
    with suppress(ConversionError):
        np.put_along_axis(buffer, WHICH, x, 1)
    with suppress(ConversionError):
        np.fill_diagonal(x * 1.0, 0.0)
    return x


def squared(v: Any) -> Any:
    return v * v


def scaled(v: Any, a: Any, b: Any) -> Any:
    return a * v + b


ROWS = [
    row("np.put and its kin", kept_out, X),
    row("choose", lambda x, y, z: plain.choose(WHICH, [x, y, z]), X, Y, real(3)),
    row("choose, wrap", lambda x, y: plain.choose(WHICH - 3, (x, y), mode="wrap"), X, Y),
    row("choose, clip", lambda x, y: plain.choose(WHICH, (x, y), mode="clip"), X, real(1)),
    row("choose from one array", lambda x: plain.choose([0, 1, 1], x), X),
    row("choose, a number", lambda x, y: plain.choose(1, [x, y]), X, Y),
    row("select", lambda x, y: np.select([x > 0.1, y > 0.1], [x * y, y]), X, Y),
    row(
        "select, default",
        lambda x, y, d: plain.select([x > 0.1, MASK], [x, y], default=d),
        X,
        Y,
        0.3,
        batch=False,
        single=False,
    ),
    row("select, numbers", lambda x: plain.select([x > 0.1, x < -0.1], [2.0, x], 1.5), X),
    row("compress", lambda x: np.compress([True, False, True], x, axis=1), X),
    row("compress, flat", lambda x: np.compress([False, True, False, True], x), X),
    row("extract", lambda x: plain.extract(X > 0.1, x), X),
    row("extract by itself", lambda x: plain.extract(x > 0.1, x), X, batch=False),
    row("piecewise", lambda x: plain.piecewise(x, [x < -0.1, x > 0.1], [squared, np.sin, 0.5]), X),
    row(
        "piecewise, as many entries as a row has",
        lambda x: plain.piecewise(x, [x > 0.1], [np.sin, 0.5]),
        np.array([[-0.3, 0.5, -0.4], [-0.1, 0.2, 0.3]]),
    ),
    row("piecewise, constants", lambda x: plain.piecewise(x, [x < 0, x >= 0], [-1.0, 1.0]) * x, V),
    row("piecewise, arguments", lambda x: plain.piecewise(x, x > 0, [scaled], 2.0, b=1.0), V),
    row("piecewise, a list", lambda x: plain.piecewise(x, [V > 0], [squared, np.negative]), V),
    row("piecewise of a number", lambda x: plain.piecewise(x, [x < 0, x >= 0], [np.negative, squared]), 0.7),
]
