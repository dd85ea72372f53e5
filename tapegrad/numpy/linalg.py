"""NumPy's linear algebra under precise types. The order is that of NumPy's documentation.

>>> import numpy as np
>>> import tapegrad.numpy as tnp
>>> from tapegrad import grad
>>> grad(tnp.linalg.det)(np.array([[2.0, 1.0], [1.0, 3.0]]))
array([[ 3., -1.],
       [-1.,  2.]])
"""

from __future__ import annotations

from typing import Final

import numpy as np

from tapegrad._rules.fronts import straight
from tapegrad.numpy.kinds.linear import (
    QR,
    SVD,
    Cholesky,
    Condition,
    Cross,
    Determinant,
    Eig,
    EigValues,
    Inverse,
    LeastSquares,
    LogDeterminant,
    MatrixNorm,
    MatrixPower,
    MultiDot,
    Norm,
    PseudoInverse,
    Solve,
    SVDValues,
    Symmetric,
    SymmetricValues,
    TensorInverse,
    TensorSolve,
    VectorNorm,
)

# Decompositions
cholesky: Final[Cholesky] = straight(np.linalg.cholesky)
qr: Final[QR] = straight(np.linalg.qr)
svd: Final[SVD] = straight(np.linalg.svd)
svdvals: Final[SVDValues] = straight(np.linalg.svdvals)

# Eigenvalues
eig: Final[Eig] = straight(np.linalg.eig)
eigh: Final[Symmetric] = straight(np.linalg.eigh)
eigvals: Final[EigValues] = straight(np.linalg.eigvals)
eigvalsh: Final[SymmetricValues] = straight(np.linalg.eigvalsh)

# Norms and numbers
norm: Final[Norm] = straight(np.linalg.norm)
matrix_norm: Final[MatrixNorm] = straight(np.linalg.matrix_norm)
vector_norm: Final[VectorNorm] = straight(np.linalg.vector_norm)
cond: Final[Condition] = straight(np.linalg.cond)
det: Final[Determinant] = straight(np.linalg.det)
slogdet: Final[LogDeterminant] = straight(np.linalg.slogdet)

# Equations and inverses
solve: Final[Solve] = straight(np.linalg.solve)
tensorsolve: Final[TensorSolve] = straight(np.linalg.tensorsolve)
lstsq: Final[LeastSquares] = straight(np.linalg.lstsq)
inv: Final[Inverse] = straight(np.linalg.inv)
pinv: Final[PseudoInverse] = straight(np.linalg.pinv)
tensorinv: Final[TensorInverse] = straight(np.linalg.tensorinv)

# Products
multi_dot: Final[MultiDot] = straight(np.linalg.multi_dot)
matrix_power: Final[MatrixPower] = straight(np.linalg.matrix_power)
cross: Final[Cross] = straight(np.linalg.cross)

__all__ = [
    "cholesky",
    "qr",
    "svd",
    "svdvals",
    "eig",
    "eigh",
    "eigvals",
    "eigvalsh",
    "norm",
    "matrix_norm",
    "vector_norm",
    "cond",
    "det",
    "slogdet",
    "solve",
    "tensorsolve",
    "lstsq",
    "inv",
    "pinv",
    "tensorinv",
    "multi_dot",
    "matrix_power",
    "cross",
]
