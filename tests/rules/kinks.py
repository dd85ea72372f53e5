"""Points: kinks, jumps, ties, infinities; zeros among factors."""

from __future__ import annotations

import math

import numpy as np

from tapegrad._rules.exponential import sigmoid
from tests.rules.point import point
from tests.untyped import plain

INF = math.inf
HALF, ZERO = [0.5, 0.5], [0.0, 0.0]
POINTS = [
    point("maximum, tie", lambda x, y: np.maximum(x, y), [1.0, 2.0], [1.0, 3.0], gives=([0.5, 0.0], [0.5, 1.0])),
    point("minimum, tie", lambda x, y: np.minimum(x, y), [1.0, 2.0], [1.0, 3.0], gives=([0.5, 1.0], [0.5, 0.0])),
    point("fmax, tie", lambda x, y: np.fmax(x, y), 1.0, 1.0, gives=(0.5, 0.5)),
    point("fmin, tie", lambda x, y: np.fmin(x, y), 1.0, 1.0, gives=(0.5, 0.5)),
    point("maximum of infinities", lambda x, y: np.maximum(x, y), INF, INF, gives=(0.5, 0.5)),
    point("fmax beside nan", lambda x, y: np.fmax(x, y), math.nan, 1.0, gives=(0.0, 1.0)),
    point("fmin beside nan", lambda x, y: np.fmin(x, y), 1.0, math.nan, gives=(1.0, 0.0)),
    point("relu at 0", lambda x: np.maximum(x, 0.0), 0.0, gives=0.5),
    point("maximum(x, x)", lambda x: np.maximum(x, x), [1.0, 2.0], gives=[1.0, 1.0]),
    point("max, tie of two", lambda x: np.max(x), [3.0, 1.0, 3.0], gives=[0.5, 0.0, 0.5]),
    point("max, tie of all", lambda x: np.max(x), [[2.0, 2.0], [2.0, 2.0]], gives=np.full((2, 2), 0.25)),
    point(
        "min, tie along an axis", lambda x: np.min(x, axis=1), [[1.0, 1.0], [2.0, 3.0]], gives=[[0.5, 0.5], [1.0, 0.0]]
    ),
    point("max of infinities", lambda x: np.max(x), [-INF, -INF], gives=HALF),
    point("maximum.reduce, tie", lambda x: np.maximum.reduce(x), [3.0, 3.0], gives=HALF),
    point("max, tie with initial", lambda x: np.max(x, initial=3.0), [3.0, 1.0], gives=[0.5, 0.0]),
    point("ptp of a constant", lambda x: np.ptp(x), [2.0, 2.0], gives=ZERO),
    point("abs at 0", lambda x: np.abs(x), [0.0, -0.0, -2.0], gives=[0.0, 0.0, -1.0]),
    point("fabs at 0", lambda x: np.fabs(x), 0.0, gives=0.0),
    point("sign at 0", lambda x: np.sign(x) * x, 0.0, gives=0.0),
    point(
        "clip at its bounds",
        lambda x: np.clip(x, -1.0, 1.0),
        [-2.0, -1.0, 0.0, 1.0, 2.0],
        gives=[0.0, 0.5, 1.0, 0.5, 0.0],
    ),
    point(
        "clip, bounds",
        lambda x, a, b: np.clip(x, a, b),
        [0.0, 3.0],
        [0.0, 1.0],
        [1.0, 3.0],
        gives=([0.5, 0.5], [0.5, 0.0], [0.0, 0.5]),
    ),
    point("x ** 0 at 0", lambda x: x**0, [0.0, 2.0], gives=ZERO),
    point("x ** 0. at 0", lambda x: x**0.0, [0.0, 2.0], gives=ZERO),
    point("x ** 1 at 0", lambda x: x**1, [0.0, 2.0], gives=[1.0, 1.0]),
    point("x ** 2 at 0", lambda x: x**2, 0.0, gives=0.0),
    point(
        "x ** array of exponents at 0",
        lambda x: x ** np.array([0.0, 1.0, 2.0, 3.0]),
        [0.0] * 4,
        gives=[0.0, 1.0, 0.0, 0.0],
    ),
    point(
        "negative ** array of exponents",
        lambda x: x ** np.array([0.0, 1.0, 2.0, -1.0]),
        [-2.0] * 4,
        gives=[0.0, 1.0, -4.0, -0.25],
    ),
    point("0 ** y", lambda x, y: x**y, [0.0, 0.0], [2.0, 1.0], gives=([0.0, 1.0], [0.0, 0.0])),
    point("constant 0 ** y", lambda y: 0.0**y, [2.0, 1.0], gives=ZERO),
    point("x * x at 0 and infinity", lambda x: x * x, [0.0, np.inf, -2.0], gives=[0.0, np.inf, -4.0]),
    point("square of 0", lambda x: np.square(x), 0.0, gives=0.0),
    point("sqrt at 0", lambda x: np.sqrt(x), 0.0, gives=INF),
    point("hypot(0, 0)", lambda x, y: np.hypot(x, y), [0.0, 3.0], [0.0, 4.0], gives=([0.0, 0.6], [0.0, 0.8])),
    point("arctan2(0, 0)", lambda x, y: np.arctan2(x, y), [0.0, 0.0], [0.0, 2.0], gives=([0.0, 0.5], [0.0, 0.0])),
    point(
        "logaddexp(-inf, -inf)",
        lambda x, y: np.logaddexp(x, y),
        [-INF, 0.0],
        [-INF, 0.0],
        gives=([0.0, 0.5], [0.0, 0.5]),
    ),
    point("logaddexp(-inf, 0)", lambda x, y: np.logaddexp(x, y), -INF, 0.0, gives=(0.0, 1.0)),
    point(
        "logaddexp2(-inf, -inf)",
        lambda x, y: np.logaddexp2(x, y),
        [-INF, 0.0],
        [-INF, 0.0],
        gives=([0.0, 0.5], [0.0, 0.5]),
    ),
    point("logaddexp(inf, 1)", lambda x: np.logaddexp(x, 1.0), INF, gives=1.0),
    point("logaddexp(1, inf)", lambda x, y: np.logaddexp(x, y), 1.0, INF, gives=(0.0, 1.0)),
    point("logaddexp2(inf, 1)", lambda x, y: np.logaddexp2(x, y), INF, 1.0, gives=(1.0, 0.0)),
    point("logaddexp far apart", lambda x, y: np.logaddexp(x, y), 1000.0, -1000.0, gives=(1.0, 0.0)),
    point("prod, one zero", lambda x: plain.prod(x), [2.0, 0.0, 3.0], gives=[0.0, 6.0, 0.0]),
    point("prod, two zeros", lambda x: plain.prod(x), [2.0, 0.0, 0.0], gives=[0.0, 0.0, 0.0]),
    point(
        "prod, zero along an axis",
        lambda x: np.prod(x, axis=0),
        [[0.0, 2.0], [5.0, 3.0]],
        gives=[[5.0, 3.0], [0.0, 2.0]],
    ),
    point("prod, tiny", lambda x: plain.prod(x), [1e-200, 1e-200, 1e300], gives=[1e100, 1e100, 0.0]),
    point("cumprod, zeros", lambda x: plain.cumprod(x), [2.0, 0.0, 3.0, 0.0], gives=[1.0, 8.0, 0.0, 0.0]),
    point("multiply.reduce, zero", lambda x: np.multiply.reduce(x), [2.0, 0.0], gives=[0.0, 2.0]),
    point("std of a constant", lambda x: np.std(x), [2.0, 2.0, 2.0], gives=[0.0, 0.0, 0.0]),
    point(
        "std of constant rows", lambda x: np.std(x, axis=1), [[2.0, 2.0], [1.0, 3.0]], gives=[[0.0, 0.0], [-0.5, 0.5]]
    ),
    point("std of a constant, the mean inexact", lambda x: np.std(x), [0.1] * 3, gives=[0.0] * 3),
    point(
        "std of constant rows, the mean inexact",
        lambda x: np.std(x, axis=1),
        [[0.1] * 3, [1.0, 2.0, 3.0]],
        gives=[[0.0] * 3, [-math.sqrt(1 / 6), 0.0, math.sqrt(1 / 6)]],
    ),
    point("std(ddof=1) of a constant", lambda x: np.std(x, ddof=1, keepdims=True), [0.1] * 3, gives=[0.0] * 3),
    point("x.std of a constant", lambda x: x.std(axis=0), [0.1] * 3, gives=[0.0] * 3),
    point("std(where=) of a constant", lambda x: np.std(x, where=x < 1), [0.1, 5.0, 0.1, 0.1], gives=[0.0] * 4),
    point("std of one number", lambda x: np.std(x), [2.0], gives=[0.0]),
    point("var of a constant", lambda x: np.var(x), [2.0, 2.0], gives=ZERO),
    point("x % y at a multiple", lambda x, y: x % y, [4.0, -3.0], [2.0, 2.0], gives=([1.0, 1.0], [-2.0, 2.0])),
    point("fmod, negative", lambda x, y: np.fmod(x, y), [-3.0, 5.0], [2.0, -3.0], gives=([1.0, 1.0], [1.0, 1.0])),
    point(
        "floor, ceil, rint, trunc",
        lambda x: np.floor(x) + np.ceil(x) + np.rint(x) + np.trunc(x) + x,
        [1.0, 2.5],
        gives=[1.0, 1.0],
    ),
    point("heaviside", lambda x, y: np.heaviside(x, y), [0.0, 1.0], [0.3, 0.3], gives=([0.0, 0.0], [1.0, 0.0])),
    point(
        "copysign",
        lambda x, y: np.copysign(x, y),
        [2.0, -2.0, 2.0],
        [-1.0, -1.0, 1.0],
        gives=([-1.0, 1.0, 1.0], [0.0, 0.0, 0.0]),
    ),
    point("where at equality", lambda x: plain.where(x == 1.0, x * x, x), [1.0, 3.0], gives=[2.0, 1.0]),
    point("x - x, x / x", lambda x: (x - x) + x / x, [2.0, 3.0], gives=ZERO),
    point("the same entry three times", lambda x: x[[1, 1, 1]], [5.0, 6.0], gives=[0.0, 3.0]),
    point("an infinite value left out", lambda x: np.sum(x[1:]), [INF, 1.0], gives=[0.0, 1.0]),
    point("std about a given mean", lambda x: plain.std(x, mean=0.25), [1.0] * 3, gives=[1 / 3] * 3),
    point(
        "arctan2 of tiny numbers",
        lambda x, y: np.arctan2(x, y),
        [1e-200, 1e-300],
        [1e-200, 1e-300],
        gives=([5e199, 5e299], [-5e199, -5e299]),
    ),
    point("arctan2 of huge numbers", lambda x, y: np.arctan2(x, y), 1e200, 1e200, gives=(5e-201, -5e-201)),
    point("arcsinh of a huge number", lambda x: np.arcsinh(x), [1e200, -1e200], gives=[1e-200, 1e-200]),
    point("log of sigmoid, far out", lambda x: np.log(sigmoid(x)), -40.0, gives=1.0),
]
