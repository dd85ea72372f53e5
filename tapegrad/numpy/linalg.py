"""NumPy's linear algebra under precise types. The order is that of NumPy's documentation.

>>> import numpy as np
>>> import tapegrad.numpy as tnp
>>> from tapegrad import grad
>>> grad(tnp.linalg.det)(np.array([[2.0, 1.0], [1.0, 3.0]]))
array([[ 3., -1.],
       [-1.,  2.]])
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.linalg import LinAlgError as LinAlgError

from tapegrad.numpy._direct import direct

if TYPE_CHECKING:
    from tapegrad.numpy.kinds.arranging import MatrixTranspose
    from tapegrad.numpy.kinds.contracting import MatMul
    from tapegrad.numpy.kinds.linear import (
        QR,
        SVD,
        Cholesky,
        Condition,
        Determinant,
        Eig,
        EigValues,
        Inverse,
        LeastSquares,
        LogDeterminant,
        MatrixNorm,
        MatrixPower,
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
    from tapegrad.numpy.kinds.products import (
        Cross,
        Diagonals,
        MatrixRank,
        MultiDot,
        TensorProduct,
        Traces,
        VectorDot,
        VectorOuter,
    )

# Products
multi_dot: Final[MultiDot] = direct(np.linalg.multi_dot)
vecdot: Final[VectorDot] = direct(np.linalg.vecdot)
outer: Final[VectorOuter] = direct(np.linalg.outer)
matmul: Final[MatMul] = direct(np.linalg.matmul)
tensordot: Final[TensorProduct] = direct(np.linalg.tensordot)
matrix_power: Final[MatrixPower] = direct(np.linalg.matrix_power)
cross: Final[Cross] = direct(np.linalg.cross)

# Decompositions
cholesky: Final[Cholesky] = direct(np.linalg.cholesky)
qr: Final[QR] = direct(np.linalg.qr)
svd: Final[SVD] = direct(np.linalg.svd)
svdvals: Final[SVDValues] = direct(np.linalg.svdvals)

# Eigenvalues
eig: Final[Eig] = direct(np.linalg.eig)
eigh: Final[Symmetric] = direct(np.linalg.eigh)
eigvals: Final[EigValues] = direct(np.linalg.eigvals)
eigvalsh: Final[SymmetricValues] = direct(np.linalg.eigvalsh)

# Norms and numbers
norm: Final[Norm] = direct(np.linalg.norm)
matrix_norm: Final[MatrixNorm] = direct(np.linalg.matrix_norm)
vector_norm: Final[VectorNorm] = direct(np.linalg.vector_norm)
cond: Final[Condition] = direct(np.linalg.cond)
det: Final[Determinant] = direct(np.linalg.det)
matrix_rank: Final[MatrixRank] = direct(np.linalg.matrix_rank)
slogdet: Final[LogDeterminant] = direct(np.linalg.slogdet)
trace: Final[Traces] = direct(np.linalg.trace)

# Equations and inverses
solve: Final[Solve] = direct(np.linalg.solve)
tensorsolve: Final[TensorSolve] = direct(np.linalg.tensorsolve)
lstsq: Final[LeastSquares] = direct(np.linalg.lstsq)
inv: Final[Inverse] = direct(np.linalg.inv)
pinv: Final[PseudoInverse] = direct(np.linalg.pinv)
tensorinv: Final[TensorInverse] = direct(np.linalg.tensorinv)

# Other views of a matrix
diagonal: Final[Diagonals] = direct(np.linalg.diagonal)
matrix_transpose: Final[MatrixTranspose] = direct(np.linalg.matrix_transpose)

__all__ = [
    "multi_dot",
    "vecdot",
    "outer",
    "matmul",
    "tensordot",
    "matrix_power",
    "cross",
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
    "matrix_rank",
    "slogdet",
    "trace",
    "solve",
    "tensorsolve",
    "lstsq",
    "inv",
    "pinv",
    "tensorinv",
    "diagonal",
    "matrix_transpose",
    "LinAlgError",
]
