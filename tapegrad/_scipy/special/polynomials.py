"""Classical orthogonal polynomials in the variable (DLMF 18.9(iii)), and Ferrers' functions (14.10)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tapegrad._rules.folding import select
from tapegrad._scipy.special.declaring import Unknown, rule, special

DEGREE = Unknown("the degree n")
ALPHA, BETA = Unknown("the parameter alpha"), Unknown("the parameter beta")


def _below(polynomial: Callable[..., Any]) -> Callable[..., Any]:
    """The polynomial of one degree less; 0 for the constants, of degrees 0 and -1, for which SciPy's may be nan."""

    def lower(n: Any, *rest: Any) -> Any:
        constant = np.equal(n, 0) | np.equal(n, -1)
        return select(constant, 0, polynomial(select(constant, 1, n) - 1, *rest))[()]

    return lower


gegenbauer_below = _below(special.eval_gegenbauer)
sh_jacobi_below = _below(special.eval_sh_jacobi)


def _legendre_slope(n: Any, x: Any) -> Any:
    """P_(-n-1) is P_n."""
    return gegenbauer_below(np.maximum(n, -n - 1), 1.5, x)


def _chebyu_slope(n: Any, x: Any) -> Any:
    """U_(-n-2) is -U_n."""
    return select(np.less(n, -1), -2, 2) * gegenbauer_below(np.maximum(n, -n - 2), 2.0, x)


rule(special.eval_legendre, DEGREE, lambda x, y: _legendre_slope(x, y))
rule(special.eval_chebyt, DEGREE, lambda x, y: x * special.eval_chebyu(x - 1, y))
rule(special.eval_chebyu, DEGREE, lambda x, y: _chebyu_slope(x, y))
rule(special.eval_chebyc, DEGREE, lambda x, y: x * special.eval_chebyu(x - 1, 0.5 * y))
rule(special.eval_chebys, DEGREE, lambda x, y: 0.5 * _chebyu_slope(x, 0.5 * y))
rule(special.eval_sh_legendre, DEGREE, lambda x, y: 2 * _legendre_slope(x, 2 * y - 1))
rule(special.eval_sh_chebyt, DEGREE, lambda x, y: 2 * x * special.eval_chebyu(x - 1, 2 * y - 1))
rule(special.eval_sh_chebyu, DEGREE, lambda x, y: 2 * _chebyu_slope(x, 2 * y - 1))
rule(special.eval_gegenbauer, DEGREE, ALPHA, lambda x, y, z: 2 * y * gegenbauer_below(x, y + 1, z))
rule(special.eval_laguerre, DEGREE, lambda x, y: -special.eval_genlaguerre(x - 1, 1.0, y))
rule(special.eval_genlaguerre, DEGREE, ALPHA, lambda x, y, z: -special.eval_genlaguerre(x - 1, y + 1, z))


def _lower(n: Any) -> Any:
    """One degree less; of degree 0 there is a factor 0 beside it."""
    return np.maximum(n - 1, 0)


rule(special.eval_hermite, None, lambda x, y: 2 * x * special.eval_hermite(_lower(x), y))
rule(special.eval_hermitenorm, None, lambda x, y: x * special.eval_hermitenorm(_lower(x), y))
rule(
    special.eval_jacobi,
    DEGREE,
    ALPHA,
    BETA,
    lambda n, a, b, x: 0.5 * (n + a + b + 1) * special.eval_jacobi(n - 1, a + 1, b + 1, x),
    arguments="nabx",
)
rule(
    special.eval_sh_jacobi,
    DEGREE,
    Unknown("the parameter p"),
    Unknown("the parameter q"),
    lambda n, p, q, x: n * sh_jacobi_below(n, p + 2, q + 1, x),
    arguments="npqx",
)
rule(
    special.lpmv,
    Unknown("the order m"),
    Unknown("the degree v"),
    lambda x, y, z, out: (y * z * out - (x + y) * special.lpmv(x, y - 1, z)) / (z * z - 1),
)
