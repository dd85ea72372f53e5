"""Solutions of linear and matrix equations.

The keywords that say how, rather than what, are taken by name.
"""

from __future__ import annotations

from typing import Any, Literal, Protocol, TypeAlias, TypedDict, Unpack, overload

import numpy as np
from numpy.typing import NDArray

from tapegrad._core.variable import Variable
from tapegrad.typing import F, S

Matrix: TypeAlias = Variable[NDArray[S]] | NDArray[S]
Pivots: TypeAlias = NDArray[np.integer[Any]]
Real: TypeAlias = NDArray[np.floating[Any] | np.integer[Any]]
Inexact: TypeAlias = NDArray[np.inexact[Any]]
Double: TypeAlias = NDArray[np.float64]
Line: TypeAlias = NDArray[S] | tuple[NDArray[S], NDArray[S]]
DifferentiatedLine: TypeAlias = (
    Variable[NDArray[S]] | tuple[Variable[NDArray[S]], Matrix[S]] | tuple[NDArray[S], Variable[NDArray[S]]]
)
Structure: TypeAlias = Literal[
    "gen", "general", "diagonal", "tridiagonal", "banded", "upper triangular", "lower triangular",
    "sym", "symmetric", "her", "hermitian", "pos", "positive definite",
]  # fmt: skip


class Checking(TypedDict, total=False):
    """How a function treats what it is given."""

    check_finite: bool


class Overwriting(Checking, total=False):
    """Of one matrix."""

    overwrite_a: bool


class OverwritingBoth(Overwriting, total=False):
    """Of a matrix and a right-hand side."""

    overwrite_b: bool


class OverwritingRight(Checking, total=False):
    """Of a right-hand side."""

    overwrite_b: bool


class Structured(Overwriting, total=False):
    """Of a matrix of which something is known."""

    assume_a: Structure | None
    lower: bool


class StructuredEquation(OverwritingBoth, total=False):
    """Of a matrix of which something is known, and a right-hand side."""

    assume_a: Structure | None
    lower: bool
    transposed: bool


class Solve(Protocol):
    """solve: x in a @ x = b, of the shape of b."""

    @overload
    def __call__(self, a: NDArray[S], b: NDArray[S], **how: Unpack[StructuredEquation]) -> NDArray[S]: ...
    @overload
    def __call__(
        self, a: Variable[NDArray[S]], b: Matrix[S], **how: Unpack[StructuredEquation]
    ) -> Variable[NDArray[S]]: ...
    @overload
    def __call__(
        self, a: NDArray[S], b: Variable[NDArray[S]], **how: Unpack[StructuredEquation]
    ) -> Variable[NDArray[S]]: ...


class SolveTriangular(Protocol):
    """solve_triangular: with `trans`, of the transpose or the adjoint."""

    @overload
    def __call__(
        self,
        a: NDArray[S],
        b: NDArray[S],
        trans: Literal[0, 1, 2, "N", "T", "C"] = 0,
        lower: bool = False,
        unit_diagonal: bool = False,
        **how: Unpack[OverwritingRight],
    ) -> NDArray[S]: ...
    @overload
    def __call__(
        self,
        a: Variable[NDArray[S]],
        b: Matrix[S],
        trans: Literal[0, 1, 2, "N", "T", "C"] = 0,
        lower: bool = False,
        unit_diagonal: bool = False,
        **how: Unpack[OverwritingRight],
    ) -> Variable[NDArray[S]]: ...
    @overload
    def __call__(
        self,
        a: NDArray[S],
        b: Variable[NDArray[S]],
        trans: Literal[0, 1, 2, "N", "T", "C"] = 0,
        lower: bool = False,
        unit_diagonal: bool = False,
        **how: Unpack[OverwritingRight],
    ) -> Variable[NDArray[S]]: ...


class SolveFactored(Protocol):
    """cho_solve, cho_solve_banded: from a Cholesky factor, and whether it is the lower one."""

    @overload
    def __call__(
        self, factor: tuple[NDArray[S], bool], /, b: NDArray[S], **how: Unpack[OverwritingRight]
    ) -> NDArray[S]: ...
    @overload
    def __call__(
        self, factor: tuple[Variable[NDArray[S]], bool], /, b: Matrix[S], **how: Unpack[OverwritingRight]
    ) -> Variable[NDArray[S]]: ...
    @overload
    def __call__(
        self, factor: tuple[NDArray[S], bool], /, b: Variable[NDArray[S]], **how: Unpack[OverwritingRight]
    ) -> Variable[NDArray[S]]: ...


class SolveLU(Protocol):
    """lu_solve: from what lu_factor gives; with `trans`, of the transpose or the adjoint."""

    @overload
    def __call__(
        self,
        lu_and_piv: tuple[NDArray[S], Pivots],
        b: NDArray[S],
        trans: Literal[0, 1, 2] = 0,
        **how: Unpack[OverwritingRight],
    ) -> NDArray[S]: ...
    @overload
    def __call__(
        self,
        lu_and_piv: tuple[Variable[NDArray[S]], Pivots],
        b: Matrix[S],
        trans: Literal[0, 1, 2] = 0,
        **how: Unpack[OverwritingRight],
    ) -> Variable[NDArray[S]]: ...
    @overload
    def __call__(
        self,
        lu_and_piv: tuple[NDArray[S], Pivots],
        b: Variable[NDArray[S]],
        trans: Literal[0, 1, 2] = 0,
        **how: Unpack[OverwritingRight],
    ) -> Variable[NDArray[S]]: ...


class OverwritingBand(OverwritingRight, total=False):
    """Of a band matrix and a right-hand side."""

    overwrite_ab: bool


class SolveBanded(Protocol):
    """solve_banded: of how many diagonals below and above, of the diagonals."""

    @overload
    def __call__(
        self, l_and_u: tuple[int, int], ab: NDArray[S], b: NDArray[S], **how: Unpack[OverwritingBand]
    ) -> NDArray[S]: ...
    @overload
    def __call__(
        self, l_and_u: tuple[int, int], ab: Variable[NDArray[S]], b: Matrix[S], **how: Unpack[OverwritingBand]
    ) -> Variable[NDArray[S]]: ...
    @overload
    def __call__(
        self, l_and_u: tuple[int, int], ab: NDArray[S], b: Variable[NDArray[S]], **how: Unpack[OverwritingBand]
    ) -> Variable[NDArray[S]]: ...


class Triangular(OverwritingBand, total=False):
    """Of one triangle of a band matrix."""

    lower: bool


class SolveHermitianBanded(Protocol):
    """solveh_banded: of the diagonals of one triangle."""

    @overload
    def __call__(self, ab: NDArray[S], b: NDArray[S], **how: Unpack[Triangular]) -> NDArray[S]: ...
    @overload
    def __call__(self, ab: Variable[NDArray[S]], b: Matrix[S], **how: Unpack[Triangular]) -> Variable[NDArray[S]]: ...
    @overload
    def __call__(self, ab: NDArray[S], b: Variable[NDArray[S]], **how: Unpack[Triangular]) -> Variable[NDArray[S]]: ...


class SolveToeplitz(Protocol):
    """solve_toeplitz: of the first column, or of it and the first row; in double precision."""

    @overload
    def __call__(self, c_or_cr: Line[np.float64], b: Real, check_finite: bool = True) -> Double: ...
    @overload
    def __call__(self, c_or_cr: Line[np.inexact[Any]], b: Inexact, check_finite: bool = True) -> Inexact: ...
    @overload
    def __call__(
        self, c_or_cr: DifferentiatedLine[S], b: Matrix[S], check_finite: bool = True
    ) -> Variable[NDArray[S]]: ...
    @overload
    def __call__(
        self, c_or_cr: Line[S], b: Variable[NDArray[S]], check_finite: bool = True
    ) -> Variable[NDArray[S]]: ...


class MultiplyToeplitz(Protocol):
    """matmul_toeplitz: the product of a Toeplitz matrix and a matrix or vector, in double precision."""

    @overload
    def __call__(
        self, c_or_cr: Line[np.float64], x: Real, check_finite: bool = False, workers: int | None = None
    ) -> Double: ...
    @overload
    def __call__(
        self, c_or_cr: Line[np.inexact[Any]], x: Inexact, check_finite: bool = False, workers: int | None = None
    ) -> Inexact: ...
    @overload
    def __call__(
        self, c_or_cr: DifferentiatedLine[S], x: Matrix[S], check_finite: bool = False, workers: int | None = None
    ) -> Variable[NDArray[S]]: ...
    @overload
    def __call__(
        self, c_or_cr: Line[S], x: Variable[NDArray[S]], check_finite: bool = False, workers: int | None = None
    ) -> Variable[NDArray[S]]: ...


class Circulant(TypedDict, total=False):
    """What counts as singular; which axes are which."""

    singular: Literal["raise", "lstsq"]
    tol: float | None
    caxis: int
    baxis: int
    outaxis: int


class SolveCirculant(Protocol):
    """solve_circulant: of the first column, in double precision."""

    @overload
    def __call__(self, c: Real, b: Real, **how: Unpack[Circulant]) -> Double: ...
    @overload
    def __call__(self, c: Inexact, b: Inexact, **how: Unpack[Circulant]) -> Inexact: ...
    @overload
    def __call__(self, c: Variable[NDArray[S]], b: Matrix[S], **how: Unpack[Circulant]) -> Variable[NDArray[S]]: ...
    @overload
    def __call__(self, c: NDArray[S], b: Variable[NDArray[S]], **how: Unpack[Circulant]) -> Variable[NDArray[S]]: ...


class SolveSylvester(Protocol):
    """solve_sylvester: x in a @ x + x @ b = q."""

    @overload
    def __call__(self, a: NDArray[S], b: NDArray[S], q: NDArray[S]) -> NDArray[S]: ...
    @overload
    def __call__(self, a: Variable[NDArray[S]], b: Matrix[S], q: Matrix[S]) -> Variable[NDArray[S]]: ...
    @overload
    def __call__(self, a: NDArray[S], b: Variable[NDArray[S]], q: Matrix[S]) -> Variable[NDArray[S]]: ...
    @overload
    def __call__(self, a: NDArray[S], b: NDArray[S], q: Variable[NDArray[S]]) -> Variable[NDArray[S]]: ...


class Lyapunov(Protocol):
    """solve_continuous_lyapunov: x in a @ x + x @ a.conj().T = q."""

    @overload
    def __call__(self, a: NDArray[S], q: NDArray[S]) -> NDArray[S]: ...
    @overload
    def __call__(self, a: Variable[NDArray[S]], q: Matrix[S]) -> Variable[NDArray[S]]: ...
    @overload
    def __call__(self, a: NDArray[S], q: Variable[NDArray[S]]) -> Variable[NDArray[S]]: ...


class DiscreteLyapunov(Protocol):
    """solve_discrete_lyapunov: x in a @ x @ a.conj().T - x + q = 0; of a small matrix, in double precision."""

    @overload
    def __call__(self, a: Double, q: Double, method: Literal["direct", "bilinear"] | None = None) -> Double: ...
    @overload
    def __call__(self, a: Inexact, q: Inexact, method: Literal["direct", "bilinear"] | None = None) -> Inexact: ...
    @overload
    def __call__(
        self, a: Variable[NDArray[S]], q: Matrix[S], method: Literal["direct", "bilinear"] | None = None
    ) -> Variable[NDArray[S]]: ...
    @overload
    def __call__(
        self, a: NDArray[S], q: Variable[NDArray[S]], method: Literal["direct", "bilinear"] | None = None
    ) -> Variable[NDArray[S]]: ...


class LeastSquares(Protocol):
    """lstsq: the solution, the sums of squared residuals, the rank, the singular values (None from "gelsy")."""

    @overload
    def __call__(
        self,
        a: NDArray[F],
        b: NDArray[F],
        cond: float | None = None,
        *,
        lapack_driver: Literal["gelsd", "gelss"] | None = None,
        **how: Unpack[OverwritingBoth],
    ) -> tuple[NDArray[F], NDArray[F], int, NDArray[F]]: ...
    @overload
    def __call__(
        self,
        a: NDArray[F],
        b: NDArray[F],
        cond: float | None = None,
        *,
        lapack_driver: Literal["gelsy"],
        **how: Unpack[OverwritingBoth],
    ) -> tuple[NDArray[F], NDArray[F], int, None]: ...
    @overload
    def __call__(
        self,
        a: Variable[NDArray[F]],
        b: Matrix[F],
        cond: float | None = None,
        *,
        lapack_driver: Literal["gelsd", "gelss"] | None = None,
        **how: Unpack[OverwritingBoth],
    ) -> tuple[Variable[NDArray[F]], Variable[NDArray[F]], np.int64, Variable[NDArray[F]]]: ...
    @overload
    def __call__(
        self,
        a: NDArray[F],
        b: Variable[NDArray[F]],
        cond: float | None = None,
        *,
        lapack_driver: Literal["gelsd", "gelss"] | None = None,
        **how: Unpack[OverwritingBoth],
    ) -> tuple[Variable[NDArray[F]], Variable[NDArray[F]], np.int64, Variable[NDArray[F]]]: ...
