import numpy as np
from numpy.typing import NDArray

def scale(X: NDArray[np.float64]) -> NDArray[np.float64]: ...
