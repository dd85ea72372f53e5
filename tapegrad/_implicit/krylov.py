"""SciPy's iterative solvers, as `linear_solve` and the implicit functions take them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs

from tapegrad._implicit.scipys import scipys
from tapegrad._implicit.vectors import joined, parted
from tapegrad._spec import spec_of
from tapegrad._tree import flatten, unflatten


@attrs.frozen
class Krylov:
    """A solver of scipy.sparse.linalg, by name; complex systems are solved as real ones of twice the size."""

    name: str
    rtol: float
    atol: float
    maxiter: int | None

    def __call__(self, matvec: Callable[[Any], Any], b: Any, /) -> Any:
        leaves, structure = flatten(b)
        specs = [spec_of(leaf) for leaf in leaves]
        right = joined(leaves)

        def apply(vector: Any) -> Any:
            return joined(flatten(matvec(unflatten(structure, parted(vector.ravel(), specs))))[0])

        linalg = scipys("sparse.linalg", self.name)
        operator = linalg.LinearOperator((right.size, right.size), apply, dtype=right.dtype)
        found, info = getattr(linalg, self.name)(operator, right, rtol=self.rtol, atol=self.atol, maxiter=self.maxiter)
        if info:
            raise RuntimeError(
                f"{self!r} stopped without converging (info = {info}). Allow more iterations (maxiter=), ask for less "
                "(rtol=), or solve a better conditioned system."
            )
        return unflatten(structure, parted(found, specs))


def cg(rtol: float = 1e-10, atol: float = 0.0, maxiter: int | None = None) -> Krylov:
    """The method of conjugate gradients, for `solve=`: the map must be symmetric and positive definite.

    Runs scipy.sparse.linalg.cg; `RuntimeError` where it does not converge.

    >>> import numpy as np
    >>> from tapegrad.implicit import cg, linear_solve
    >>> linear_solve(lambda x: 2.0 * x, np.array([2.0, 4.0]), solve=cg(), symmetric=True)
    array([1., 2.])
    """
    return Krylov("cg", rtol, atol, maxiter)


def gmres(rtol: float = 1e-10, atol: float = 0.0, maxiter: int | None = None) -> Krylov:
    """The generalised minimal residual method, for `solve=`: any regular map.

    Runs scipy.sparse.linalg.gmres; `RuntimeError` where it does not converge.

    >>> import numpy as np
    >>> from tapegrad.implicit import gmres, linear_solve
    >>> linear_solve(lambda x: x[::-1] * 2.0, np.array([2.0, 4.0]), solve=gmres())
    array([2., 1.])
    """
    return Krylov("gmres", rtol, atol, maxiter)
