"""Functions of matrices: expm, logm, sqrtm, signm, fractional_matrix_power; sinm, cosm, tanm, sinhm, coshm, tanhm."""

# ruff: noqa: N803  # SciPy names the matrices A

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tapegrad._rules.dependences import Differential, Transpose
from tapegrad._rules.fronts import is_variable, operand, stands_for
from tapegrad._rules.ufuncs import refuse
from tapegrad._scipy.linalg.equations import solve_sylvester
from tapegrad._scipy.linalg.solving import solve
from tapegrad._scipy.linalg.stacks import of_matrices, sla, square

# The derivative of f at A in the direction E, L(A, E), is the upper right block of f([[A, E], [0, A]]) (Mathias, 1996;
# Higham, "Functions of matrices", 3.2). It is linear in E, its transpose is L(Aᵀ, ·), and its own derivative in A is
# the same block of the derivative of f at that matrix in the direction [[dA, 0], [0, dA]].


def _function(name: str, value: Callable[..., Any], direction: Callable[..., Any] | None = None) -> tuple[Any, Any]:
    """A function of a matrix and of a parameter, and its derivative in a direction: two primitives."""

    def by_block(a: Any, e: Any, t: Any) -> Any:
        size, length = np.linalg.norm(a, 1), np.linalg.norm(e, 1)
        scale = (size or 1) / length if 0 < length < np.inf else 1
        whole = value(_beside(a, e * scale), t)
        return whole[: len(a), len(a) :] / scale

    def directed_tangent(da: Any, a: Any, e: Any, t: Any) -> Any:
        n = a.shape[-1]
        return directed(_beside(a, e), _beside(da, np.zeros_like(da)), t)[..., :n, n:]

    def directed_pull(ct: Any, a: Any, e: Any, t: Any) -> Any:
        n = a.shape[-1]
        back = directed(_beside(a, e).mT, _placed(ct), t)
        return back[..., :n, :n] + back[..., n:, n:]

    directed: Callable[..., Any] = of_matrices(
        direction or by_block,
        {
            "a": Differential(directed_tangent, directed_pull),
            "e": Transpose(lambda ct, a, t: directed(a.mT, ct, t)),
        },
        f"{name}_derivative",
    )
    applied = of_matrices(
        value,
        {
            "a": Differential(
                lambda da, a, t: directed(a, da, t),
                lambda ct, a, t: directed(a.mT, ct, t),
            )
        },
        name,
    )
    return applied, directed


def _beside(a: Any, e: Any) -> Any:
    """The matrices [[a, e], [0, a]]."""
    lower = np.concatenate([np.zeros_like(a), a], axis=-1)
    return np.concatenate([np.concatenate([a, e], axis=-1), lower], axis=-2)


def _placed(e: Any) -> Any:
    """The matrices [[0, e], [0, 0]]."""
    zero = np.zeros_like(e)
    return np.concatenate([np.concatenate([zero, e], axis=-1), np.concatenate([zero, zero], axis=-1)], axis=-2)


def _expm(a: Any, t: None) -> Any:
    return sla.expm(a)


def _expm_direction(a: Any, e: Any, t: None) -> Any:
    found = sla.expm_frechet(a, e, compute_expm=False, check_finite=False)
    return found.astype(np.result_type(a, e), copy=False)


def _logm(a: Any, t: None) -> Any:
    return sla.logm(a)


def _power(a: Any, t: float) -> Any:
    return sla.fractional_matrix_power(a, t)


_exponential, _exponential_along = _function("expm", _expm, _expm_direction)
_logarithm, _ = _function("logm", _logm)
_matrix_power, _ = _function("fractional_matrix_power", _power)


@stands_for(sla.expm)
def expm(A: Any) -> Any:
    """The exponential."""
    a = operand(A)
    return _exponential(np.reshape(a, (1, 1)) if a.ndim < 2 and a.size == 1 else square("expm", a), None)


@stands_for(sla.expm_frechet)
def expm_frechet(A: Any, E: Any, method: Any = None, compute_expm: bool = True, check_finite: bool = True) -> Any:
    """The exponential, and its derivative in a direction, in double precision."""
    a, e = (_doubled(square("expm_frechet", x)) for x in (A, E))
    along = _exponential_along(a, e, None)
    return (expm(a), along) if compute_expm else along


def _doubled(x: Any) -> Any:
    return x.astype(np.complex128 if x.dtype.kind == "c" else np.float64)


@stands_for(sla.logm)
def logm(A: Any, disp: bool = True) -> Any:
    """The principal logarithm."""
    _displayed("logm", disp)
    return _logarithm(square("logm", A), None)


@stands_for(sla.fractional_matrix_power)
def fractional_matrix_power(A: Any, t: Any) -> Any:
    """The principal power with a real exponent."""
    a = square("fractional_matrix_power", A)
    return expm(t * logm(a)) if is_variable(t) else _matrix_power(a, t)


def _displayed(name: str, disp: bool) -> None:
    if disp is False:
        refuse(f"scipy.linalg.{name}", {"disp": disp})


# The square root: S S = A, so S dS + dS S = dA, a Sylvester equation.


def _sqrtm(a: Any) -> Any:
    return sla.sqrtm(a)


_root = of_matrices(
    _sqrtm,
    {
        "a": Differential(
            lambda da, out: solve_sylvester(out, out, da), lambda ct, out: solve_sylvester(out.mT, out.mT, ct)
        )
    },
)


@stands_for(sla.sqrtm)
def sqrtm(A: Any, disp: bool = True, blocksize: Any = None) -> Any:
    """The principal square root."""
    _displayed("sqrtm", disp)
    return _root(square("sqrtm", A))


# The sign: S = A N⁻¹ with N = (A²)^½ = S A. The derivative solves N dS + dS N = dA - S dA S (Higham, theorem 5.6).


def _signm(a: Any) -> Any:
    return sla.signm(a)


def _sign_tangent(da: Any, a: Any, out: Any) -> Any:
    n = out @ a
    return solve_sylvester(n, n, da - out @ da @ out)


def _sign_pull(ct: Any, a: Any, out: Any) -> Any:
    n = (out @ a).mT
    back = solve_sylvester(n, n, ct)
    return back - out.mT @ back @ out.mT


_sign = of_matrices(_signm, {"a": Differential(_sign_tangent, _sign_pull)})


@stands_for(sla.signm)
def signm(A: Any, disp: bool = True) -> Any:
    """The sign: for each eigenvalue, that of its real part."""
    _displayed("signm", disp)
    return _sign(square("signm", A))


@stands_for(sla.cosm)
def cosm(A: Any) -> Any:
    """The cosine."""
    a = square("cosm", A)
    return (expm(1j * a) + expm(-1j * a)) / 2 if a.dtype.kind == "c" else np.real(expm(1j * a))


@stands_for(sla.sinm)
def sinm(A: Any) -> Any:
    """The sine."""
    a = square("sinm", A)
    return (expm(1j * a) - expm(-1j * a)) / 2j if a.dtype.kind == "c" else np.imag(expm(1j * a))


@stands_for(sla.tanm)
def tanm(A: Any) -> Any:
    """The tangent."""
    return solve(cosm(A), sinm(A))


@stands_for(sla.coshm)
def coshm(A: Any) -> Any:
    """The hyperbolic cosine."""
    a = square("coshm", A)
    return (expm(a) + expm(-a)) / 2


@stands_for(sla.sinhm)
def sinhm(A: Any) -> Any:
    """The hyperbolic sine."""
    a = square("sinhm", A)
    return (expm(a) - expm(-a)) / 2


@stands_for(sla.tanhm)
def tanhm(A: Any) -> Any:
    """The hyperbolic tangent."""
    return solve(coshm(A), sinhm(A))
