"""Systems of linear equations: solve, inv, tensorsolve, tensorinv, and powers of matrices."""

from __future__ import annotations

from math import prod
from operator import index
from typing import Any

import numpy as np

from tapegrad._rules.axes import normalize_axis
from tapegrad._rules.dependences import Differential, Transpose
from tapegrad._rules.fronts import operand, stands_for
from tapegrad._rules.kinds import declare
from tapegrad._rules.untyped import linalg

# x = a⁻¹ b. From a x = b: da x + a dx = db, so that dx = a⁻¹ (db - da x). Transposed: with z = a⁻ᵀ ct, which is the
# cotangent of b, that of a is -z xᵀ. The inverse itself is never formed.


def _solve(a: Any, b: Any) -> Any:
    return linalg.solve(a, b)


def _push_solve(da: Any, a: Any, out: Any) -> Any:
    return -solve_stack(a, da @ out)


def _pull_solve(ct: Any, a: Any, out: Any) -> Any:
    return -solve_stack(a.mT, ct) @ out.mT


def _solve_back(ct: Any, a: Any) -> Any:
    return solve_stack(a.mT, ct)


solve_stack = declare("solve", _solve, {"a": Differential(_push_solve, pull=_pull_solve), "b": Transpose(_solve_back)})
"""(a, b): stacks of matrices both."""


@stands_for(np.linalg.solve)
def solve(a: Any, b: Any) -> Any:
    """The x for which a @ x == b. Only a `b` of one axis is a vector; of more, it is a stack of matrices."""
    a, b = operand(a), operand(b)
    _square(a)
    if b.ndim == 0:
        raise ValueError("solve: b has no axes, and needs at least 1")
    return solve_stack(a, np.expand_dims(b, -1))[..., 0] if b.ndim == 1 else solve_stack(a, b)


def _inverse(a: Any) -> Any:
    return linalg.inv(a)


def _push_inverse(da: Any, out: Any) -> Any:
    return -(out @ da @ out)


def _pull_inverse(ct: Any, out: Any) -> Any:
    return -(out.mT @ ct @ out.mT)


inverse = declare("inv", _inverse, {"a": Differential(_push_inverse, pull=_pull_inverse)})


@stands_for(np.linalg.inv)
def inv(a: Any) -> Any:
    """The inverse of a matrix, or of each in a stack."""
    x = operand(a)
    _square(x)
    return inverse(x)


def _square(a: Any) -> None:
    """Raise as NumPy does, before a transposed error could mislead."""
    if a.ndim < 2:
        raise np.linalg.LinAlgError(f"{a.ndim}-dimensional array given. Array must be at least two-dimensional")
    if a.shape[-1] != a.shape[-2]:
        raise np.linalg.LinAlgError("Last 2 dimensions of the array must be square")


@stands_for(np.linalg.tensorsolve)
def tensorsolve(a: Any, b: Any, axes: Any = None) -> Any:
    """The x for which np.tensordot(a, x, x.ndim) == b."""
    a, b = operand(a), operand(b)
    if axes is not None:
        last = [normalize_axis(axis, a.ndim) for axis in axes]
        a = np.transpose(a, [*(i for i in range(a.ndim) if i not in last), *last])
    shape = a.shape[b.ndim :]
    if a.size != prod(shape) ** 2:
        raise np.linalg.LinAlgError(
            "Input arrays must satisfy the requirement prod(a.shape[b.ndim:]) == prod(a.shape[:b.ndim])"
        )
    return np.reshape(solve(np.reshape(a, (-1, prod(shape))), np.reshape(b, -1)), shape)


@stands_for(np.linalg.tensorinv)
def tensorinv(a: Any, ind: int = 2) -> Any:
    """The inverse of `a` as a map between arrays: np.tensordot(tensorinv(a), a, ind) is the identity."""
    if ind <= 0:
        raise ValueError("Invalid ind argument.")
    x = operand(a)
    rows, columns = x.shape[:ind], x.shape[ind:]
    return np.reshape(inv(np.reshape(x, (prod(columns), -1))), columns + rows)


@stands_for(np.linalg.matrix_power)
def matrix_power(a: Any, n: int) -> Any:
    """The product of `n` times the matrix; of its inverse for a negative `n`; the identity for 0."""
    x = operand(a)
    _square(x)
    try:
        exponent = index(n)
    except TypeError as error:
        raise TypeError("exponent must be an integer") from error
    if exponent == 0:
        return np.broadcast_to(np.eye(x.shape[-1], dtype=x.dtype), x.shape).copy()
    square, rest, result = inv(x) if exponent < 0 else x, abs(exponent), None
    while True:
        if rest % 2:
            result = square if result is None else result @ square
        rest //= 2
        if not rest:
            return result
        square = square @ square
