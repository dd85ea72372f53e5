"""Polynomials by their coefficients, the highest power first."""

from __future__ import annotations

from operator import index
from typing import Any

import numpy as np

from tapegrad._place import user_line
from tapegrad._rules.damping import damp
from tapegrad._rules.dependences import Differential
from tapegrad._rules.fronts import inexact, is_variable, operand, stands_for
from tapegrad._rules.kinds import declare
from tapegrad._rules.ufuncs import cast
from tapegrad._rules.untyped import plain
from tapegrad.errors import BatchError


def _without_zeros(p: Any) -> Any:
    """Coefficients from the first that is not 0 on. In a batch they stay: its elements have one length."""
    p = np.atleast_1d(operand(p))
    present = np.not_equal(p, 0)
    if is_variable(present):
        return p
    found = np.flatnonzero(present)
    return p[found[0] :] if len(found) else p[:0]


@stands_for(np.polyval)
def polyval(p: Any, x: Any) -> Any:
    """The polynomial at `x`, by Horner's scheme."""
    p, x = operand(p), operand(x)
    out = np.zeros(x.shape, x.dtype)[()]
    for i in range(p.shape[0]):
        out = out * x + p[i]
    return out


def _aligned(a1: Any, a2: Any) -> tuple[Any, Any]:
    """Two polynomials with as many coefficients."""
    p, q = np.atleast_1d(operand(a1)), np.atleast_1d(operand(a2))
    length = max(p.shape[0], q.shape[0])
    return _longer(p, length), _longer(q, length)


def _longer(p: Any, length: int) -> Any:
    missing = length - p.shape[0]
    return np.concatenate([np.zeros(missing, p.dtype), p]) if missing else p


@stands_for(np.polyadd)
def polyadd(a1: Any, a2: Any) -> Any:
    """The sum of two polynomials."""
    p, q = _aligned(a1, a2)
    return p + q


@stands_for(np.polysub)
def polysub(a1: Any, a2: Any) -> Any:
    """The difference of two polynomials."""
    p, q = _aligned(a1, a2)
    return p - q


@stands_for(np.polymul)
def polymul(a1: Any, a2: Any) -> Any:
    """The product of two polynomials."""
    p, q = (_without_zeros(a) if np.size(a) else np.zeros(1) for a in (a1, a2))
    return np.convolve(p, q)


@stands_for(np.polydiv)
def polydiv(u: Any, v: Any) -> tuple[Any, Any]:
    """The quotient of two polynomials, and the remainder."""
    u, v = np.atleast_1d(operand(u)) + 0.0, np.atleast_1d(operand(v)) + 0.0
    dtype = np.result_type(u.dtype, v.dtype)
    steps, width = u.shape[0] - v.shape[0] + 1, v.shape[0]
    rest = cast(u, dtype)
    quotient: list[Any] = []
    for k in range(steps):
        factor = rest[k] / v[0]
        quotient.append(factor)
        rest = np.concatenate([rest[:k], rest[k : k + width] - factor * v, rest[k + width :]])
    vanished = np.isclose(rest, 0, rtol=1e-14)
    start = 0
    if is_variable(vanished):  # in a batch, what vanishes but for rounding
        start = min(max(steps, 0), rest.shape[0] - 1)
    else:
        while start < rest.shape[0] - 1 and vanished[start]:
            start += 1
    return plain.stack(quotient) if quotient else np.zeros(1, dtype), rest[start:]


@stands_for(np.polyder)
def polyder(p: Any, m: int = 1) -> Any:
    """The derivative of a polynomial, of order `m`."""
    if index(m) < 0:
        raise ValueError("Order of derivative must be positive (see polyint)")
    p = operand(p)
    for _ in range(index(m)):
        p = p[:-1] * plain.arange(p.shape[0] - 1, 0, -1)
    return p


@stands_for(np.polyint)
def polyint(p: Any, m: int = 1, k: Any = None) -> Any:
    """The antiderivative of a polynomial, of order `m`, with the constants `k`."""
    if index(m) < 0:
        raise ValueError("Order of integral must be positive (see polyder)")
    constants = np.zeros(m) if k is None else np.atleast_1d(operand(k))
    if constants.shape[0] == 1 and m > 1:
        constants = np.broadcast_to(constants, (m,))
    if constants.shape[0] < m:
        raise ValueError("k must be a scalar or a rank-1 array of length 1 or >m.")
    p = operand(p)
    for i in range(index(m)):
        powers = plain.arange(p.shape[0], 0, -1)
        p = plain.concatenate([p / powers, constants[i : i + 1]])
    return p


@stands_for(np.poly)
def poly(seq_of_zeros: Any) -> Any:
    """The polynomial with these zeros; of a square matrix, its characteristic polynomial."""
    zeros = np.atleast_1d(inexact(seq_of_zeros))
    if zeros.ndim == 2 and zeros.shape[0] == zeros.shape[1] != 0:
        zeros = np.linalg.eigvals(zeros)
    elif zeros.ndim != 1:
        raise ValueError("input must be 1d or non-empty square 2d array.")
    if not zeros.shape[0]:
        return 1.0
    one = np.ones(1, zeros.dtype)
    nothing = np.zeros(1, zeros.dtype)
    p: Any = one
    for i in range(zeros.shape[0]):
        p = np.concatenate([p, nothing]) - zeros[i] * np.concatenate([nothing, p])
    if p.dtype.kind == "c" and not is_variable(np.equal(zeros, 0)):
        paired = np.equal(np.sort(zeros), np.sort(np.conjugate(zeros)))
        if np.all(paired):
            return np.real(p)
    return p


@stands_for(np.vander)
def vander(x: Any, N: int | None = None, increasing: bool = False) -> Any:  # noqa: N803  (NumPy's name)
    """The powers of `x`, a column for each."""
    x = operand(x)
    if x.ndim != 1:
        raise ValueError("x must be a one-dimensional array or sequence.")
    count = x.shape[0] if N is None else index(N)
    powers = np.arange(count)
    return np.reshape(x, (-1, 1)) ** (powers if increasing else powers[::-1])


# p(r) = 0 moves with the coefficients: sum dp_k r^(n-k) + p'(r) dr = 0. At a root that is there twice p'(r) is 0, and
# it has no derivative.


def _roots(p: Any) -> Any:
    """Those of each line of coefficients; of several lines, the eigenvalues of their companion matrices."""
    if p.ndim == 1:
        return plain.roots(p)
    if not p[..., :1].all():
        raise BatchError(
            f"np.roots at {user_line()}: under vmap, the polynomials are of one degree: no first coefficient is 0."
        )
    zero = next((k for k in range(p.shape[-1]) if p[..., -1 - k].any()), 0)
    p = p[..., : p.shape[-1] - zero]  # NumPy gives what is 0 in all of them last
    degree = p.shape[-1] - 1
    companions = np.broadcast_to(np.eye(degree, k=-1, dtype=p.dtype), (*p.shape[:-1], degree, degree)).copy()
    companions[..., :1, :] = -p[..., None, 1:] / p[..., None, :1]
    found = plain.linalg.eigvals(companions)
    return np.concatenate([found, np.zeros((*p.shape[:-1], zero), found.dtype)], axis=-1)


def _values(p: Any, x: Any) -> Any:
    """The polynomials along the last axis of `p` at the points along the last axis of `x`, by Horner's scheme."""
    out = 0 * x
    for i in range(p.shape[-1]):
        out = out * x + p[..., i : i + 1]
    return out


def _push_roots(dp: Any, p: Any, out: Any) -> Any:
    slope = _values(p[..., :-1] * np.arange(p.shape[-1] - 1, 0, -1), out)
    return damp(-_values(dp, out), 1 / slope)


roots_of = declare("roots", _roots, {"p": Differential(_push_roots)})


@stands_for(np.roots)
def roots(p: Any) -> Any:
    """The roots of a polynomial."""
    p = np.atleast_1d(inexact(p))
    if p.ndim != 1:
        raise ValueError("Input must be a rank-1 array.")
    return roots_of(_without_zeros(p))


@stands_for(np.polyfit)
def polyfit(
    x: Any, y: Any, deg: Any, rcond: Any = None, full: bool = False, w: Any = None, cov: bool | str = False
) -> Any:
    """The polynomial of degree `deg` that fits the points best, by least squares."""
    degree = index(deg)
    x, y = operand(x) + 0.0, operand(y) + 0.0
    if degree < 0:
        raise ValueError("expected deg >= 0")
    if x.ndim != 1:
        raise TypeError("expected 1D vector for x")
    if x.size == 0:
        raise TypeError("expected non-empty vector for x")
    if y.ndim not in (1, 2):
        raise TypeError("expected 1D or 2D array for y")
    if x.shape[0] != y.shape[0]:
        raise TypeError("expected x and y to have same length")
    rcond = x.shape[0] * np.finfo(x.dtype).eps if rcond is None else rcond
    lhs, rhs = np.vander(x, degree + 1), y
    if w is not None:
        weights = operand(w) + 0.0
        if weights.ndim != 1:
            raise TypeError("expected a 1-d array for weights")
        if weights.shape[0] != y.shape[0]:
            raise TypeError("expected w and y to have the same length")
        lhs = lhs * weights[:, None]
        rhs = rhs * (weights[:, None] if rhs.ndim == 2 else weights)
    scale = np.sqrt(np.sum(lhs * lhs, axis=0))
    lhs = lhs / scale
    c, residuals, rank, values = plain.linalg.lstsq(lhs, rhs, rcond)
    c = c / (scale[:, None] if c.ndim == 2 else scale)
    if full:
        return c, residuals, rank, values, rcond
    if not cov:
        return c
    base = plain.linalg.inv(plain.transpose(lhs) @ lhs)
    base = base / plain.outer(scale, scale)
    if cov == "unscaled":
        return c, base
    if x.shape[0] <= degree + 1:
        raise ValueError("the number of data points must exceed order to scale the covariance matrix")
    factor = residuals / (x.shape[0] - degree - 1)
    return c, base * factor if y.ndim == 1 else base[:, :, None] * factor
