"""Linear algebra. A matrix, or a stack of them: its last two axes.

What is one number for each matrix (a determinant, a norm) is typed as a number, unless the type of the shape says that
there is a stack of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Generic, Literal, Protocol, TypeAlias, overload

import numpy as np
from numpy.typing import NDArray

from tapegrad._core.variable import Variable
from tapegrad.numpy.kinds.contracting import AnyShape
from tapegrad.typing import ArrT, Axis, F, Int, S, T, W

AnyStack: TypeAlias = np.ndarray[tuple[int, int, int], np.dtype[S]]
Complex: TypeAlias = NDArray[np.complex128]
Order: TypeAlias = float | Literal["fro", "nuc"]
Triangle: TypeAlias = Literal["L", "U", "l", "u"]


class Eigen(tuple[T, W], Generic[T, W]):
    """How checkers see what eig and eigh return."""

    eigenvalues: T
    eigenvectors: W


class SingularValues(tuple[T, W, T], Generic[T, W]):
    """How checkers see what svd returns."""

    U: T
    S: W
    Vh: T


class Orthogonal(tuple[T, T], Generic[T]):
    """How checkers see what qr returns."""

    Q: T
    R: T


class SignAndLogarithm(tuple[T, T], Generic[T]):
    """How checkers see what slogdet returns."""

    sign: T
    logabsdet: T


class Inverse(Protocol):
    """inv: a matrix from a matrix."""

    @overload
    def __call__(self, a: ArrT) -> ArrT: ...
    @overload
    def __call__(self, a: NDArray[Int]) -> NDArray[np.float64]: ...
    @overload
    def __call__(self, a: Variable[ArrT]) -> Variable[ArrT]: ...


class PseudoInverse(Protocol):
    """pinv: what solves least squares; singular values below a cutoff count as zero."""

    @overload
    def __call__(
        self, a: NDArray[S], rcond: float | None = None, hermitian: bool = False, *, rtol: float = ...
    ) -> NDArray[S]: ...
    @overload
    def __call__(
        self, a: Variable[NDArray[S]], rcond: float | None = None, hermitian: bool = False, *, rtol: float = ...
    ) -> Variable[NDArray[S]]: ...


class MatrixPower(Protocol):
    """matrix_power: the product of so many; negative, of inverses."""

    @overload
    def __call__(self, a: ArrT, n: int) -> ArrT: ...
    @overload
    def __call__(self, a: Variable[ArrT], n: int) -> Variable[ArrT]: ...


class Cholesky(Protocol):
    """cholesky: the triangular factor of a positive definite matrix."""

    @overload
    def __call__(self, a: ArrT, /, *, upper: bool = False) -> ArrT: ...
    @overload
    def __call__(self, a: Variable[ArrT], /, *, upper: bool = False) -> Variable[ArrT]: ...


class Solve(Protocol):
    """solve: x in a @ x = b, of the shape of b."""

    @overload
    def __call__(self, a: NDArray[S], b: NDArray[S]) -> NDArray[S]: ...
    @overload
    def __call__(self, a: Variable[NDArray[S]], b: Variable[NDArray[S]] | NDArray[S]) -> Variable[NDArray[S]]: ...
    @overload
    def __call__(self, a: NDArray[S], b: Variable[NDArray[S]]) -> Variable[NDArray[S]]: ...


class TensorSolve(Protocol):
    """tensorsolve: x in tensordot(a, x, x.ndim) = b."""

    @overload
    def __call__(self, a: NDArray[S], b: NDArray[S], axes: Sequence[int] | None = None) -> NDArray[S]: ...
    @overload
    def __call__(
        self, a: Variable[NDArray[S]], b: Variable[NDArray[S]] | NDArray[S], axes: Sequence[int] | None = None
    ) -> Variable[NDArray[S]]: ...
    @overload
    def __call__(
        self, a: NDArray[S], b: Variable[NDArray[S]], axes: Sequence[int] | None = None
    ) -> Variable[NDArray[S]]: ...


class TensorInverse(Protocol):
    """tensorinv: the inverse under tensordot."""

    @overload
    def __call__(self, a: NDArray[S], ind: int = 2) -> NDArray[S]: ...
    @overload
    def __call__(self, a: Variable[NDArray[S]], ind: int = 2) -> Variable[NDArray[S]]: ...


class LeastSquares(Protocol):
    """lstsq: the solution, the sums of squared residuals, the rank, the singular values."""

    @overload
    def __call__(
        self, a: NDArray[F], b: NDArray[F], rcond: float | None = None
    ) -> tuple[NDArray[F], NDArray[F], int, NDArray[F]]: ...
    @overload
    def __call__(
        self, a: Variable[NDArray[F]], b: Variable[NDArray[F]] | NDArray[F], rcond: float | None = None
    ) -> tuple[Variable[NDArray[F]], Variable[NDArray[F]], int, Variable[NDArray[F]]]: ...
    @overload
    def __call__(
        self, a: NDArray[F], b: Variable[NDArray[F]], rcond: float | None = None
    ) -> tuple[Variable[NDArray[F]], Variable[NDArray[F]], int, Variable[NDArray[F]]]: ...


class Determinant(Protocol):
    """det: a number for each matrix."""

    @overload
    def __call__(self, a: AnyShape[S]) -> S: ...
    @overload
    def __call__(self, a: AnyStack[S]) -> NDArray[S]: ...  # pyright: ignore[reportOverlappingOverload]  # the narrower shape comes first
    @overload
    def __call__(self, a: NDArray[S]) -> S: ...
    @overload
    def __call__(self, a: Variable[NDArray[S]]) -> Variable[S]: ...


class LogDeterminant(Protocol):
    """slogdet: the sign, and the logarithm of the absolute value."""

    @overload
    def __call__(self, a: NDArray[F]) -> SignAndLogarithm[F]: ...
    @overload
    def __call__(self, a: Complex) -> tuple[np.complex128, np.float64]: ...
    @overload
    def __call__(self, a: Variable[NDArray[S]]) -> SignAndLogarithm[Variable[S]]: ...


class QR(Protocol):
    """qr: an orthogonal matrix and a triangular one; with mode "r" the latter alone."""

    @overload
    def __call__(self, a: NDArray[S], mode: Literal["reduced", "complete"] = "reduced") -> Orthogonal[NDArray[S]]: ...
    @overload
    def __call__(self, a: NDArray[S], mode: Literal["r"]) -> NDArray[S]: ...
    @overload
    def __call__(
        self, a: Variable[NDArray[S]], mode: Literal["reduced", "complete"] = "reduced"
    ) -> Orthogonal[Variable[NDArray[S]]]: ...
    @overload
    def __call__(self, a: Variable[NDArray[S]], mode: Literal["r"]) -> Variable[NDArray[S]]: ...


class SVD(Protocol):
    """svd: singular vectors and values; without `compute_uv`, the values alone."""

    @overload
    def __call__(
        self, a: NDArray[F], full_matrices: bool = True, compute_uv: Literal[True] = True, hermitian: bool = False
    ) -> SingularValues[NDArray[F], NDArray[F]]: ...
    @overload
    def __call__(
        self, a: Complex, full_matrices: bool = True, compute_uv: Literal[True] = True, hermitian: bool = False
    ) -> SingularValues[Complex, NDArray[np.float64]]: ...
    @overload
    def __call__(
        self, a: NDArray[F], full_matrices: bool = True, *, compute_uv: Literal[False], hermitian: bool = False
    ) -> NDArray[F]: ...
    @overload
    def __call__(
        self,
        a: Variable[NDArray[S]],
        full_matrices: bool = True,
        compute_uv: Literal[True] = True,
        hermitian: bool = False,
    ) -> SingularValues[Variable[NDArray[S]], Variable[NDArray[np.floating[Any]]]]: ...
    @overload
    def __call__(
        self,
        a: Variable[NDArray[S]],
        full_matrices: bool = True,
        *,
        compute_uv: Literal[False],
        hermitian: bool = False,
    ) -> Variable[NDArray[np.floating[Any]]]: ...


class SVDValues(Protocol):
    """svdvals: the singular values, the largest first."""

    @overload
    def __call__(self, x: NDArray[F], /) -> NDArray[F]: ...
    @overload
    def __call__(self, x: Complex, /) -> NDArray[np.float64]: ...
    @overload
    def __call__(self, x: Variable[NDArray[S]], /) -> Variable[NDArray[np.floating[Any]]]: ...


class Symmetric(Protocol):
    """eigh: real eigenvalues, the lowest first, and eigenvectors as columns."""

    @overload
    def __call__(self, a: NDArray[F], UPLO: Triangle = "L") -> Eigen[NDArray[F], NDArray[F]]: ...  # noqa: N803  (NumPy's)
    @overload
    def __call__(self, a: Complex, UPLO: Triangle = "L") -> Eigen[NDArray[np.float64], Complex]: ...  # noqa: N803
    @overload
    def __call__(
        self,
        a: Variable[NDArray[S]],
        UPLO: Triangle = "L",  # noqa: N803
    ) -> Eigen[Variable[NDArray[np.floating[Any]]], Variable[NDArray[S]]]: ...


class SymmetricValues(Protocol):
    """eigvalsh: the real eigenvalues, the lowest first."""

    @overload
    def __call__(self, a: NDArray[F], UPLO: Triangle = "L") -> NDArray[F]: ...  # noqa: N803
    @overload
    def __call__(self, a: Complex, UPLO: Triangle = "L") -> NDArray[np.float64]: ...  # noqa: N803
    @overload
    def __call__(self, a: Variable[NDArray[S]], UPLO: Triangle = "L") -> Variable[NDArray[np.floating[Any]]]: ...  # noqa: N803


class Eig(Protocol):
    """eig: eigenvalues and eigenvectors, complex unless all of a real matrix's are real."""

    @overload
    def __call__(self, a: NDArray[Any]) -> Eigen[NDArray[np.inexact[Any]], NDArray[np.inexact[Any]]]: ...
    @overload
    def __call__(
        self, a: Variable[NDArray[S]]
    ) -> Eigen[Variable[NDArray[np.inexact[Any]]], Variable[NDArray[np.inexact[Any]]]]: ...


class EigValues(Protocol):
    """eigvals: complex, unless all of a real matrix's are real."""

    @overload
    def __call__(self, a: NDArray[Any]) -> NDArray[np.inexact[Any]]: ...
    @overload
    def __call__(self, a: Variable[NDArray[S]]) -> Variable[NDArray[np.inexact[Any]]]: ...


class Norm(Protocol):
    """norm: of all elements, of vectors along an axis, of matrices in two."""

    @overload
    def __call__(self, x: NDArray[F], ord: Order | None = None) -> F: ...
    @overload
    def __call__(self, x: Complex, ord: Order | None = None) -> np.float64: ...
    @overload
    def __call__(
        self, x: NDArray[F], ord: Order | None = None, *, axis: Axis | None, keepdims: bool = False
    ) -> NDArray[F]: ...
    @overload
    def __call__(
        self, x: Complex, ord: Order | None = None, *, axis: Axis | None, keepdims: bool = False
    ) -> NDArray[np.float64]: ...
    @overload
    def __call__(self, x: Variable[NDArray[S]], ord: Order | None = None) -> Variable[np.floating[Any]]: ...
    @overload
    def __call__(
        self, x: Variable[NDArray[S]], ord: Order | None = None, *, axis: Axis | None, keepdims: bool = False
    ) -> Variable[NDArray[np.floating[Any]]]: ...


class VectorNorm(Protocol):
    """vector_norm: of all elements, or along axes."""

    @overload
    def __call__(self, x: NDArray[F], /, *, ord: float = 2) -> F: ...
    @overload
    def __call__(
        self, x: NDArray[F], /, *, axis: Axis | None, keepdims: bool = False, ord: float = 2
    ) -> NDArray[F]: ...
    @overload
    def __call__(self, x: Variable[NDArray[S]], /, *, ord: float = 2) -> Variable[np.floating[Any]]: ...
    @overload
    def __call__(
        self, x: Variable[NDArray[S]], /, *, axis: Axis | None, keepdims: bool = False, ord: float = 2
    ) -> Variable[NDArray[np.floating[Any]]]: ...


class MatrixNorm(Protocol):
    """matrix_norm: a number for each matrix."""

    @overload
    def __call__(self, x: AnyShape[F], /, *, keepdims: Literal[False] = False, ord: Order | None = "fro") -> F: ...
    @overload
    def __call__(self, x: AnyStack[F], /, *, keepdims: bool = False, ord: Order | None = "fro") -> NDArray[F]: ...  # pyright: ignore[reportOverlappingOverload]  # the narrower shape comes first
    @overload
    def __call__(self, x: NDArray[F], /, *, keepdims: Literal[False] = False, ord: Order | None = "fro") -> F: ...
    @overload
    def __call__(self, x: NDArray[F], /, *, keepdims: Literal[True], ord: Order | None = "fro") -> NDArray[F]: ...
    @overload
    def __call__(
        self, x: Variable[NDArray[S]], /, *, keepdims: bool = False, ord: Order | None = "fro"
    ) -> Variable[np.floating[Any]]: ...


class Condition(Protocol):
    """cond: how much the solution of a system can change with its right-hand side."""

    @overload
    def __call__(self, x: NDArray[F], p: Order | None = None) -> F: ...
    @overload
    def __call__(self, x: Variable[NDArray[F]], p: Order | None = None) -> Variable[F]: ...
