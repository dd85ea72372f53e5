"""Matrix equations: solve_sylvester, solve_continuous_lyapunov, solve_discrete_lyapunov."""

from __future__ import annotations

from typing import Any

from tapegrad._rules.dependences import Differential, Transpose
from tapegrad._rules.fronts import operand, stands_for
from tapegrad._rules.linalg.adjoints import adjoint
from tapegrad._scipy.linalg.stacks import conjugate, of_matrices, sla, square


def _solve_sylvester(a: Any, b: Any, q: Any) -> Any:
    return sla.solve_sylvester(a, b, q)


def _sylvester_back(ct: Any, a: Any, b: Any) -> Any:
    return _sylvester(a.mT, b.mT, ct)


def _left_tangent(da: Any, a: Any, b: Any, out: Any) -> Any:
    return -_sylvester(a, b, da @ out)


def _left_pull(ct: Any, a: Any, b: Any, out: Any) -> Any:
    return -_sylvester_back(ct, a, b) @ out.mT


def _right_tangent(db: Any, a: Any, b: Any, out: Any) -> Any:
    return -_sylvester(a, b, out @ db)


def _right_pull(ct: Any, a: Any, b: Any, out: Any) -> Any:
    return -out.mT @ _sylvester_back(ct, a, b)


_sylvester = of_matrices(
    _solve_sylvester,
    {
        "a": Differential(_left_tangent, _left_pull),
        "b": Differential(_right_tangent, _right_pull),
        "q": Transpose(_sylvester_back),
    },
)


@stands_for(sla.solve_sylvester)
def solve_sylvester(a: Any, b: Any, q: Any) -> Any:
    """The solution x of a @ x + x @ b = q."""
    return _sylvester(square("solve_sylvester", a), square("solve_sylvester", b), operand(q))


@stands_for(sla.solve_continuous_lyapunov, sla.solve_lyapunov)
def solve_continuous_lyapunov(a: Any, q: Any) -> Any:
    """The solution x of a @ x + x @ a.conj().T = q."""
    a, q = square("solve_continuous_lyapunov", a), square("solve_continuous_lyapunov", q)
    return _sylvester(a, adjoint(a), q)


solve_lyapunov = solve_continuous_lyapunov


# Discrete: a x aᴴ - x + q = 0, linear in q. The transposed map takes g to aᵀ g conj(a) - g: the same equation, of aᵀ.


def _solve_discrete_lyapunov(a: Any, q: Any, method: str | None) -> Any:
    return sla.solve_discrete_lyapunov(a, q, method)


def _discrete_back(ct: Any, a: Any, method: str | None) -> Any:
    return _discrete(a.mT, ct, method)


def _discrete_tangent(da: Any, a: Any, method: str | None, out: Any) -> Any:
    return _discrete(a, da @ out @ adjoint(a) + a @ out @ adjoint(da), method)


def _discrete_pull(ct: Any, a: Any, method: str | None, out: Any) -> Any:
    back = _discrete_back(ct, a, method)
    return back @ conjugate(a) @ out.mT + conjugate(back.mT @ a @ out)


_discrete = of_matrices(
    _solve_discrete_lyapunov, {"a": Differential(_discrete_tangent, _discrete_pull), "q": Transpose(_discrete_back)}
)


@stands_for(sla.solve_discrete_lyapunov)
def solve_discrete_lyapunov(a: Any, q: Any, method: str | None = None) -> Any:
    """The solution x of a @ x @ a.conj().T - x + q = 0."""
    a, q = square("solve_discrete_lyapunov", a), square("solve_discrete_lyapunov", q)
    return _discrete(a, q, method)
