"""NumPy's `emath` under precise types: functions that turn complex where a real argument has no real result.

>>> import numpy as np
>>> import tapegrad.numpy as tnp
>>> from tapegrad import grad
>>> grad(lambda x: tnp.real(tnp.emath.sqrt(x) ** 2))(-4.0)
np.float64(1.0)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from tapegrad.numpy._direct import direct

if TYPE_CHECKING:
    from tapegrad.numpy.kinds.extended import Extended, ExtendedLogarithm, ExtendedPower

arccos: Final[Extended] = direct(np.emath.arccos)
arcsin: Final[Extended] = direct(np.emath.arcsin)
arctanh: Final[Extended] = direct(np.emath.arctanh)
log: Final[Extended] = direct(np.emath.log)
log2: Final[Extended] = direct(np.emath.log2)
logn: Final[ExtendedLogarithm] = direct(np.emath.logn)
log10: Final[Extended] = direct(np.emath.log10)
power: Final[ExtendedPower] = direct(np.emath.power)
sqrt: Final[Extended] = direct(np.emath.sqrt)

__all__ = [
    "arccos",
    "arcsin",
    "arctanh",
    "log",
    "log2",
    "logn",
    "log10",
    "power",
    "sqrt",
]
