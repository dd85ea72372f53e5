import numpy as np
from numpy.typing import NDArray

def train_test_split(
    inputs: NDArray[np.float64],
    labels: NDArray[np.int64],
    /,
    *,
    test_size: float,
    stratify: NDArray[np.int64] | None = None,
    random_state: int,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]: ...
