"""What checkers must infer of optimisers and of SciPy's solvers."""

from __future__ import annotations

from typing import TypeAlias, assert_type

import attrs
import numpy as np
from numpy.typing import NDArray

from tapegrad import grad
from tapegrad.optim import SGD, Adam, Chain, ClipByNorm, Cosine, State, WarmUp, chain
from tapegrad.scipy.optimize import least_squares, minimize, root
from tests.typing.check import check

F4: TypeAlias = NDArray[np.float32]
F8: TypeAlias = NDArray[np.float64]


@attrs.frozen
class Params:
    w: F8
    b: float


def loss(p: Params) -> np.float64:
    return np.sum(p.w * p.w + p.b * p.b)


def residuals(p: Params, t: F8) -> F8:
    return p.w - t * p.b


def bowl(x: F8) -> np.float64:
    return np.sum((x - 1.0) * (x - 1.0))


params = Params(np.ones(2), 1.0)
single: F4 = np.ones(3, np.float32)
start: F8 = np.ones(3)

# a step keeps the type of the parameters
optimiser = chain(ClipByNorm(1.0), Adam(WarmUp(2, Cosine(0.1, 10))))
check(assert_type(optimiser, Chain), Chain)
state = check(assert_type(optimiser.init(params), State[Params]), State)
moved, state = optimiser.step(grad(loss)(params), state, params)
check(assert_type(moved, Params), Params)
check(assert_type(state, State[Params]), State)
check(assert_type(SGD(0.1).step(single, SGD(0.1).init(single), single)[0], F4), np.ndarray, np.float32)
check(assert_type(SGD(lambda count: 0.1 / (1 + count)).step(1.0, SGD(0.1).init(1.0), 1.0)[0], float), float)

# a solution is of the type of the start
check(assert_type(minimize(loss, params).x, Params), Params)
check(assert_type(minimize(loss, params, method="trust-ncg", bounds=None).fun, float), float)
check(assert_type(minimize(bowl, start, bounds=[(0.0, 1.0)] * 3).x, F8), np.ndarray, np.float64)
check(assert_type(minimize(lambda x: x * x, 1.0).x, float), float)
check(assert_type(minimize(lambda x, a: x * x - a, 1.0, (2.0,)).x, float), float)
check(assert_type(least_squares(residuals, params, args=(np.ones(2),), max_nfev=9).x, Params), Params)
check(assert_type(least_squares(residuals, params, kwargs={"t": np.ones(2)}).jac, F8), np.ndarray, np.float64)
check(assert_type(root(lambda x: x * x - 2.0, 1.0).x, float), float)
check(assert_type(root(lambda x, a: x * x - a, 1.0, (2.0,)).success, bool), bool)
