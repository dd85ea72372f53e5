"""Series of orthogonal polynomials, and of powers: NumPy's `polyval`, `chebval`, `legval`, `hermval`, ...

The polynomials of each kind follow a recurrence, p[k + 1] = (a + b x) p[k] - c p[k - 1]. Their series are summed from
the end by Clenshaw's algorithm (C. W. Clenshaw, Mathematics of Computation 9, 1955): with r[k] = coefficient[k] +
(a + b x) r[k + 1] - c' r[k + 2], where c' is the c of the next step, the sum is r[0]. It is linear in the coefficients,
and plain arithmetic throughout.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
from numpy.polynomial import chebyshev, hermite, hermite_e, laguerre, legendre, polynomial

from tapegrad._rules.fronts import operand, stands_for

Recurrence: TypeAlias = Callable[[int], tuple[float, float, float]]
"""k -> a, b, c."""


def _powers(k: int) -> tuple[float, float, float]:
    return 0.0, 1.0, 0.0


def _chebyshev(k: int) -> tuple[float, float, float]:
    return 0.0, 2.0 if k else 1.0, 1.0


def _legendre(k: int) -> tuple[float, float, float]:
    return 0.0, (2 * k + 1) / (k + 1), k / (k + 1)


def _hermite(k: int) -> tuple[float, float, float]:
    return 0.0, 2.0, 2.0 * k


def _hermite_e(k: int) -> tuple[float, float, float]:
    return 0.0, 1.0, float(k)


def _laguerre(k: int) -> tuple[float, float, float]:
    return (2 * k + 1) / (k + 1), -1 / (k + 1), k / (k + 1)


def _series(target: Callable[..., Any], recurrence: Recurrence) -> Callable[..., Any]:
    @stands_for(target)
    def value(x: Any, c: Any, tensor: bool = True) -> Any:
        """The sum of the polynomials of a kind at `x`, each times its coefficient."""
        x, c = operand(x), operand(c)
        c = np.reshape(c, (1,)) if c.ndim == 0 else c
        c = c if c.dtype.kind in "fc" else c.astype(np.float64)
        if tensor:
            c = np.reshape(c, c.shape + (1,) * x.ndim)
        last: Any = c[-1] + x * 0
        before: Any = 0 * last
        for k in range(c.shape[0] - 2, -1, -1):
            (a, b, _), (_, _, following) = recurrence(k), recurrence(k + 1)
            last, before = c[k] + (a + b * x) * last - following * before, last
        return last

    return value


polyval = _series(polynomial.polyval, _powers)
chebval = _series(chebyshev.chebval, _chebyshev)
legval = _series(legendre.legval, _legendre)
hermval = _series(hermite.hermval, _hermite)
hermeval = _series(hermite_e.hermeval, _hermite_e)
lagval = _series(laguerre.lagval, _laguerre)
