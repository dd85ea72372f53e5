"""Points: masks over a function that has no finite slope, or no value, in the branch that is not taken."""

from __future__ import annotations

import math

import numpy as np

from tests.rules.point import point
from tests.untyped import plain

ZERO = [0.0, 0.0]
POINTS = [
    point("sqrt at 0, times 0", lambda x: 0.0 * np.sqrt(x), [0.0, 1.0], gives=ZERO, forward=False),
    point("where over log", lambda x: np.where(x > 0, np.log(x), 0.0), [-1.0, 0.0, 2.0], gives=[0.0, 0.0, 0.5]),
    point("where over log2", lambda x: np.where(x > 0, np.log2(x), 0.0), [0.0, 1 / math.log(2)], gives=[0.0, 1.0]),
    point("where over log10", lambda x: np.where(x > 0, np.log10(x), 0.0), [0.0, 1 / math.log(10)], gives=[0.0, 1.0]),
    point("where over log1p", lambda x: np.where(x > -1, np.log1p(x), 0.0), [-1.0, 1.0], gives=[0.0, 0.5]),
    point("where over sqrt", lambda x: np.where(x > 0, np.sqrt(x), 0.0), [-1.0, 0.0, 4.0], gives=[0.0, 0.0, 0.25]),
    point("where over cbrt", lambda x: np.where(x != 0, np.cbrt(x), 0.0), [0.0, 1.0], gives=[0.0, 1 / 3]),
    point("where over 1 / x", lambda x: np.where(x != 0, 1 / x, 0.0), [0.0, 2.0], gives=[0.0, -0.25]),
    point(
        "where over x / y",
        lambda x, y: np.where(y != 0, x / y, 0.0),
        [1.0, 1.0],
        [0.0, 2.0],
        gives=([0.0, 0.5], [0.0, -0.25]),
    ),
    point("where over 0 / 0", lambda x: np.where(x != 0, x / x, 1.0), [0.0, 2.0], gives=ZERO),
    point("where over reciprocal", lambda x: np.where(x != 0, np.reciprocal(x), 0.0), [0.0, 2.0], gives=[0.0, -0.25]),
    point("where over x ** 0.5", lambda x: np.where(x > 0, x**0.5, 0.0), [-1.0, 0.0, 4.0], gives=[0.0, 0.0, 0.25]),
    point("where over x ** -1", lambda x: np.where(x != 0, x**-1, 0.0), [0.0, 2.0], gives=[0.0, -0.25]),
    point(
        "where over x ** y",
        lambda x, y: np.where(x > 0, x**y, 0.0),
        [-1.0, 0.0, 1.0],
        [0.5, -1.0, 2.0],
        gives=([0, 0, 2.0], [0, 0, 0]),
    ),
    point(
        "where over arcsin",
        lambda x: np.where(abs(x) < 1, np.arcsin(x), 0.0),
        [-1.0, 0.0, 1.0, 2.0],
        gives=[0.0, 1.0, 0.0, 0.0],
    ),
    point(
        "where over arccos",
        lambda x: np.where(abs(x) < 1, np.arccos(x), 0.0),
        [-1.0, 0.0, 1.0, 2.0],
        gives=[0.0, -1.0, 0.0, 0.0],
    ),
    point(
        "where over arccosh",
        lambda x: np.where(x > 1, np.arccosh(x), 0.0),
        [0.0, 1.0, 2.0],
        gives=[0.0, 0.0, 1 / math.sqrt(3)],
    ),
    point(
        "where over arctanh",
        lambda x: np.where(abs(x) < 1, np.arctanh(x), 0.0),
        [-1.0, 0.0, 1.0],
        gives=[0.0, 1.0, 0.0],
    ),
    point("where over overflowing exp", lambda x: np.where(x < 500, np.exp(x), 0.0), [0.0, 1000.0], gives=[1.0, 0.0]),
    point("entropy", lambda x: np.where(x > 0, x * np.log(x), 0.0), [0.0, 1.0], gives=[0.0, 1.0]),
    point("entropy, sum(where=)", lambda x: np.sum(x * np.log(x), where=x > 0), [0.0, 1.0], gives=[0.0, 1.0]),
    point("where over log²", lambda x: np.where(x > 0, np.log(x) ** 2, 0.0), [0.0, math.e], gives=[0.0, 2 / math.e]),
    point(
        "where over square of log",
        lambda x: np.where(x > 0, np.square(np.log(x)), 0.0),
        [0.0, math.e],
        gives=[0.0, 2 / math.e],
    ),
    point(
        "where over sqrt times log", lambda x: np.where(x > 0, np.sqrt(x) * np.log(x), 0.0), [0.0, 1.0], gives=[0, 1]
    ),
    point(
        "where over x sin(1 / x)",
        lambda x: np.where(x != 0, x * np.sin(1 / x), 1.0),
        [0.0, 1.0],
        gives=[0.0, math.sin(1) - math.cos(1)],
    ),
    point("where over cos(1 / x)", lambda x: np.where(x != 0, np.cos(1 / x), 0.0), [0.0, 1.0], gives=[0, math.sin(1)]),
    point(
        "where over tanh(1 / x)",
        lambda x: np.where(x != 0, np.tanh(1 / x), 0.0),
        [0.0, 1.0],
        gives=[0.0, math.tanh(1) ** 2 - 1],
    ),
    point("where over exp(1 / x)", lambda x: np.where(x > 0, np.exp(1 / x), 0.0), [0.0, 1.0], gives=[0.0, -math.e]),
    point("where over (1 / x)³", lambda x: np.where(x != 0, (1 / x) ** 3, 0.0), [0.0, 2.0], gives=[0.0, -0.1875]),
    point(
        "where over hypot",
        lambda x: np.where(x != 0, np.hypot(1 / x, 1.0), 0.0),
        [0.0, 1.0],
        gives=[0.0, -math.sqrt(0.5)],
    ),
    point(
        "where over arctan2",
        lambda x: np.where(x != 0, np.arctan2(1 / x, 1.0), 0.0),
        [0.0, 1.0],
        gives=[0.0, -0.5],
    ),
    point(
        "where over logaddexp",
        lambda x: np.where(x > 0, np.logaddexp(np.log(x), 0.0), 0.0),
        [0.0, 1.0],
        gives=[0.0, 0.5],
    ),
    point("where over log(x) ** x", lambda x: np.where(x > 1, np.log(x) ** x, 0.0), [0.0, math.e], gives=[0.0, 1.0]),
    point("where over exp(x)²", lambda x: np.where(x < 100, np.exp(x) ** 2, 0.0), [0.0, 1000.0], gives=[2.0, 0.0]),
    point("where over x exp(x)", lambda x: np.where(x < 100, x * np.exp(x), 0.0), [0.0, 1000.0], gives=[1.0, 0.0]),
    point(
        "where over x y, infinite",
        lambda x, y: np.where(x < 1, x * y, 0.0),
        [math.inf, 0.5],
        [math.inf, 3.0],
        gives=([0.0, 3.0], [0.0, 0.5]),
    ),
    point(
        "where over prod",
        lambda x: np.where(x[0] < 10, plain.prod(x), 0.0),
        [math.inf, 0.0],
        gives=ZERO,
        forward=False,
    ),
]
