"""The Schur form: schur."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad._rules.dependences import Differential, Transpose
from tapegrad._rules.fronts import stands_for
from tapegrad._rules.kinds import declare
from tapegrad._rules.linalg.adjoints import adjoint
from tapegrad._scipy.linalg.stacks import of_matrices, reciprocal, sla, square

# A = Z T Zᴴ. With E = Zᴴ dA Z and X = Zᴴ dZ, skew: dT = E + T X - X T. Below the diagonal (for the real form: below its
# blocks of one or two rows) dT is 0. There, only K counts, the part of X below: K T - T K = E, a small Sylvester
# equation for one column of blocks after the other. It has one solution where the eigenvalues differ.
# In a block of two rows X is [[0, -x], [x, 0]]: LAPACK keeps the block's diagonal equal, [[a, b], [c, a]], so that
# 2 x (b + c) is the difference of the diagonal of what dT is without it.


def _schur(a: Any, output: str, sort: Any, check: bool) -> Any:
    t, z, *count = sla.schur(a, output, sort=sort, check_finite=check)
    return t, z, np.diagonal(t, -1) != 0, np.int64(count[0] if count else 0)


def _tangent(da: Any, t: Any, z: Any, pairs: Any) -> Any:
    e = adjoint(z) @ da @ z
    k = below_blocks(t, e, pairs, False)
    x = k - adjoint(k)
    dt = e + t @ x - x @ t
    if t.dtype.kind != "c" and t.shape[-1] > 1:
        diagonal, above, below = (np.diagonal(m, i, -2, -1) for m, i in ((dt, 0), (t, 1), (t, -1)))
        sums = 2 * (above + below)
        turn = np.where(pairs, (diagonal[..., 1:] - diagonal[..., :-1]) * reciprocal(sums, np.equal(sums, 0)), 0)
        within = _at_subdiagonal(turn)
        within = within - within.mT
        x, dt = x + within, dt + t @ within - within @ t
    return np.where(_below(pairs), np.zeros(1, dt.dtype), dt), z @ x


def _at_subdiagonal(x: Any) -> Any:
    """Matrices with `x` just below their diagonals."""
    n = x.shape[-1] + 1
    return np.eye(n, n - 1, -1, dtype=x.dtype) @ (x[..., None] * np.eye(n - 1, n, dtype=x.dtype))


def _below_pairs(pairs: Any) -> Any:
    n = pairs.shape[-1] + 1
    below = np.tri(n, k=-1, dtype=bool)
    return np.broadcast_to(below, (*pairs.shape[:-1], n, n)) & ~_subdiagonal(pairs)


def _subdiagonal(pairs: Any) -> Any:
    n = pairs.shape[-1] + 1
    whole = np.zeros((*pairs.shape[:-1], n, n), bool)
    whole[..., range(1, n), range(n - 1)] = pairs
    return whole


_below = declare("scipy.below_blocks", _below_pairs, {"pairs": None})
"""Which entries stand below the diagonal blocks."""


def _commutator_solution(t: Any, e: Any, pairs: Any, transposed: bool) -> Any:
    """The matrix k below the blocks of t for which k t - t k is `e` there; or tᵀ stands for t."""
    n = len(t)
    (solve,) = sla.get_lapack_funcs(("trsyl",), (t, e))  # a x - x b = scale * c
    found = np.zeros((n, n), np.result_type(t, e))
    ends = [i for i in range(1, n) if not pairs[i - 1]]
    blocks = list(zip([0, *ends], ends, strict=False))
    for start, end in reversed(blocks) if transposed else blocks:
        rest, block, known = t[end:, end:], t[start:end, start:end], e[end:, start:end]
        if transposed:
            part, scale, _ = solve(block, rest, (known - found[end:, end:] @ t[start:end, end:].T).T, isgn=-1)
            found[end:, start:end] = part.T / scale
        else:
            part, scale, _ = solve(rest, block, found[end:, :start] @ t[:start, start:end] - known, isgn=-1)
            found[end:, start:end] = part / scale
    return found


def _commutator_back(ct: Any, t: Any, pairs: Any, transposed: bool) -> Any:
    return below_blocks(t, ct, pairs, not transposed)


def _commutator_tangent(dt: Any, t: Any, pairs: Any, transposed: bool, out: Any) -> Any:
    dt = dt.mT if transposed else dt
    return -below_blocks(t, out @ dt - dt @ out, pairs, transposed)


below_blocks = of_matrices(
    _commutator_solution,
    {"t": Differential(_commutator_tangent), "e": Transpose(_commutator_back), "pairs": None},
    ranks=(2, 2, 1),
)

_form = of_matrices(_schur, {"a": Differential(_tangent)}, outputs=("t", "z"), saves=("pairs", "count"))


@stands_for(sla.schur)
def schur(
    a: Any,
    output: str = "real",
    lwork: Any = None,
    overwrite_a: bool = False,
    sort: Any = None,
    check_finite: bool = True,
) -> Any:
    """A triangular and a unitary factor: a = z @ t @ z.conj().T."""
    t, z, _, count = _form(square("schur", a), output, sort, check_finite)
    return (t, z) if sort is None else (t, z, count)
