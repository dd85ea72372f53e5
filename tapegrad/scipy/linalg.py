"""scipy.linalg's functions under precise types. The order is that of SciPy's documentation.

On plain arrays they are SciPy's own, which cannot be made to take differentiated values.

>>> import numpy as np
>>> from tapegrad import grad
>>> from tapegrad.scipy.linalg import expm, solve_triangular
>>> grad(lambda a: np.sum(expm(a)))(np.zeros((2, 2)))
array([[1., 1.],
       [1., 1.]])
>>> lower = np.array([[2.0, 0.0], [1.0, 1.0]])
>>> grad(lambda b: np.sum(solve_triangular(lower, b, lower=True)))(np.ones(2))
array([0., 1.])
"""

from __future__ import annotations

from typing import Any, Final

from tapegrad._scipy import linalg as rules
from tapegrad.scipy._direct import direct
from tapegrad.scipy.kinds.factoring import LU, QR, RQ, Cholesky, CholeskyBanded, CholeskyFactor, LUFactor, Polar, Schur
from tapegrad.scipy.kinds.linear import (
    BlockDiagonal,
    Circulant,
    ColumnAndRow,
    Companion,
    Determinant,
    ExponentialFrechet,
    Inverse,
    KhatriRao,
    MatrixFunction,
    MatrixPower,
    MatrixRoot,
    Norm,
    PseudoInverse,
    PseudoInverseHermitian,
)
from tapegrad.scipy.kinds.solving import (
    DiscreteLyapunov,
    LeastSquares,
    Lyapunov,
    MultiplyToeplitz,
    Solve,
    SolveBanded,
    SolveCirculant,
    SolveFactored,
    SolveHermitianBanded,
    SolveLU,
    SolveSylvester,
    SolveToeplitz,
    SolveTriangular,
)
from tapegrad.scipy.kinds.spectral import SVD, Eig, EigValues, Hermitian, HermitianValues, SVDValues


def _function(name: str) -> Any:
    return direct(rules, name)


# Basics
inv: Final[Inverse] = _function("inv")
solve: Final[Solve] = _function("solve")
solve_banded: Final[SolveBanded] = _function("solve_banded")
solveh_banded: Final[SolveHermitianBanded] = _function("solveh_banded")
solve_circulant: Final[SolveCirculant] = _function("solve_circulant")
solve_triangular: Final[SolveTriangular] = _function("solve_triangular")
solve_toeplitz: Final[SolveToeplitz] = _function("solve_toeplitz")
matmul_toeplitz: Final[MultiplyToeplitz] = _function("matmul_toeplitz")
det: Final[Determinant] = _function("det")
norm: Final[Norm] = _function("norm")
lstsq: Final[LeastSquares] = _function("lstsq")
pinv: Final[PseudoInverse] = _function("pinv")
pinvh: Final[PseudoInverseHermitian] = _function("pinvh")
khatri_rao: Final[KhatriRao] = _function("khatri_rao")

# Eigenvalues
eig: Final[Eig] = _function("eig")
eigvals: Final[EigValues] = _function("eigvals")
eigh: Final[Hermitian] = _function("eigh")
eigvalsh: Final[HermitianValues] = _function("eigvalsh")

# Decompositions
lu: Final[LU] = _function("lu")
lu_factor: Final[LUFactor] = _function("lu_factor")
lu_solve: Final[SolveLU] = _function("lu_solve")
svd: Final[SVD] = _function("svd")
svdvals: Final[SVDValues] = _function("svdvals")
cholesky: Final[Cholesky] = _function("cholesky")
cholesky_banded: Final[CholeskyBanded] = _function("cholesky_banded")
cho_factor: Final[CholeskyFactor] = _function("cho_factor")
cho_solve: Final[SolveFactored] = _function("cho_solve")
cho_solve_banded: Final[SolveFactored] = _function("cho_solve_banded")
polar: Final[Polar] = _function("polar")
qr: Final[QR] = _function("qr")
rq: Final[RQ] = _function("rq")
schur: Final[Schur] = _function("schur")

# Matrix functions
expm: Final[MatrixFunction] = _function("expm")
logm: Final[MatrixRoot] = _function("logm")
cosm: Final[MatrixFunction] = _function("cosm")
sinm: Final[MatrixFunction] = _function("sinm")
tanm: Final[MatrixFunction] = _function("tanm")
coshm: Final[MatrixFunction] = _function("coshm")
sinhm: Final[MatrixFunction] = _function("sinhm")
tanhm: Final[MatrixFunction] = _function("tanhm")
signm: Final[MatrixFunction] = _function("signm")
sqrtm: Final[MatrixRoot] = _function("sqrtm")
expm_frechet: Final[ExponentialFrechet] = _function("expm_frechet")
fractional_matrix_power: Final[MatrixPower] = _function("fractional_matrix_power")

# Matrix equations
solve_sylvester: Final[SolveSylvester] = _function("solve_sylvester")
solve_continuous_lyapunov: Final[Lyapunov] = _function("solve_continuous_lyapunov")
solve_discrete_lyapunov: Final[DiscreteLyapunov] = _function("solve_discrete_lyapunov")
solve_lyapunov: Final[Lyapunov] = _function("solve_lyapunov")

# Special matrices
block_diag: Final[BlockDiagonal] = _function("block_diag")
circulant: Final[Circulant] = _function("circulant")
companion: Final[Companion] = _function("companion")
hankel: Final[ColumnAndRow] = _function("hankel")
toeplitz: Final[ColumnAndRow] = _function("toeplitz")

__all__ = [
    "inv",
    "solve",
    "solve_banded",
    "solveh_banded",
    "solve_circulant",
    "solve_triangular",
    "solve_toeplitz",
    "matmul_toeplitz",
    "det",
    "norm",
    "lstsq",
    "pinv",
    "pinvh",
    "khatri_rao",
    "eig",
    "eigvals",
    "eigh",
    "eigvalsh",
    "lu",
    "lu_factor",
    "lu_solve",
    "svd",
    "svdvals",
    "cholesky",
    "cholesky_banded",
    "cho_factor",
    "cho_solve",
    "cho_solve_banded",
    "polar",
    "qr",
    "rq",
    "schur",
    "expm",
    "logm",
    "cosm",
    "sinm",
    "tanm",
    "coshm",
    "sinhm",
    "tanhm",
    "signm",
    "sqrtm",
    "expm_frechet",
    "fractional_matrix_power",
    "solve_sylvester",
    "solve_continuous_lyapunov",
    "solve_discrete_lyapunov",
    "solve_lyapunov",
    "block_diag",
    "circulant",
    "companion",
    "hankel",
    "toeplitz",
]
