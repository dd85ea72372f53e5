from typing import Self

import numpy as np
from numpy.typing import NDArray

class LogisticRegression:
    coef_: NDArray[np.float64]
    intercept_: NDArray[np.float64]
    def __init__(self, *, C: float = 1.0, tol: float = 1e-4, max_iter: int = 100) -> None: ...
    def fit(self, X: NDArray[np.float64], y: NDArray[np.int64]) -> Self: ...
