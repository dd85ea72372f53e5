"""What only mypy infers: lambdas without annotations become generic callables. pyright says Any."""

from __future__ import annotations

from typing import TypeAlias, assert_type

import numpy as np
from numpy.typing import NDArray

from tapegrad import grad
from tests.typing.check import check

F8: TypeAlias = NDArray[np.float64]
x: F8 = np.zeros(3)

check(assert_type(grad(lambda t: t * t)(1.0), float), float)
check(assert_type(grad(lambda t: np.sum(t * t))(x), F8), np.ndarray)
check(assert_type(grad(lambda a, b: np.sum(a * b))(1.0, x), tuple[float, F8]), tuple)
