"""Eigenvalues and singular values of matrices."""

from __future__ import annotations

from typing import Any, Literal, Protocol, TypeAlias, Unpack, overload

import numpy as np
from numpy.typing import NDArray

from tapegrad._core.variable import Variable
from tapegrad.scipy.kinds.solving import Matrix, Overwriting
from tapegrad.typing import F, S

Complex: TypeAlias = NDArray[np.complexfloating[Any, Any]]
Complex128: TypeAlias = NDArray[np.complex128]
Double: TypeAlias = NDArray[np.float64]
Inexact: TypeAlias = NDArray[np.inexact[Any]]
Real: TypeAlias = NDArray[np.floating[Any]]


class Driven(Overwriting, total=False):
    """By one of LAPACK's routines."""

    lapack_driver: Literal["gesdd", "gesvd"]


class SVD(Protocol):
    """svd: singular vectors and values; without `compute_uv`, the values alone."""

    @overload
    def __call__(
        self, a: NDArray[F], full_matrices: bool = True, compute_uv: Literal[True] = True, **how: Unpack[Driven]
    ) -> tuple[NDArray[F], NDArray[F], NDArray[F]]: ...
    @overload
    def __call__(
        self, a: Complex128, full_matrices: bool = True, compute_uv: Literal[True] = True, **how: Unpack[Driven]
    ) -> tuple[Complex128, Double, Complex128]: ...
    @overload
    def __call__(
        self, a: NDArray[F], full_matrices: bool = True, *, compute_uv: Literal[False], **how: Unpack[Driven]
    ) -> NDArray[F]: ...
    @overload
    def __call__(
        self, a: Complex128, full_matrices: bool = True, *, compute_uv: Literal[False], **how: Unpack[Driven]
    ) -> Double: ...
    @overload
    def __call__(
        self,
        a: Variable[NDArray[S]],
        full_matrices: bool = True,
        compute_uv: Literal[True] = True,
        **how: Unpack[Driven],
    ) -> tuple[Variable[NDArray[S]], Variable[Real], Variable[NDArray[S]]]: ...
    @overload
    def __call__(
        self,
        a: Variable[NDArray[S]],
        full_matrices: bool = True,
        *,
        compute_uv: Literal[False],
        **how: Unpack[Driven],
    ) -> Variable[Real]: ...


class SVDValues(Protocol):
    """svdvals: the singular values, the largest first."""

    @overload
    def __call__(self, a: NDArray[F], **how: Unpack[Overwriting]) -> NDArray[F]: ...
    @overload
    def __call__(self, a: Complex128, **how: Unpack[Overwriting]) -> Double: ...
    @overload
    def __call__(self, a: Variable[NDArray[S]], **how: Unpack[Overwriting]) -> Variable[Real]: ...


class OverwritingPair(Overwriting, total=False):
    """Of a pair of matrices."""

    overwrite_b: bool


class Eig(Protocol):
    """eig: complex eigenvalues, and eigenvectors as columns, on the left, on the right, on both sides or on none."""

    @overload
    def __call__(
        self,
        a: NDArray[S],
        b: NDArray[S] | None = None,
        left: Literal[False] = False,
        right: Literal[True] = True,
        **how: Unpack[OverwritingPair],
    ) -> tuple[Complex, Inexact]: ...
    @overload
    def __call__(
        self,
        a: NDArray[S],
        b: NDArray[S] | None = None,
        left: Literal[False] = False,
        *,
        right: Literal[False],
        **how: Unpack[OverwritingPair],
    ) -> Complex: ...
    @overload
    def __call__(
        self,
        a: NDArray[S],
        b: NDArray[S] | None = None,
        *,
        left: Literal[True],
        right: Literal[True] = True,
        **how: Unpack[OverwritingPair],
    ) -> tuple[Complex, Inexact, Inexact]: ...
    @overload
    def __call__(
        self,
        a: Variable[NDArray[S]],
        b: Matrix[S] | None = None,
        left: Literal[False] = False,
        right: Literal[True] = True,
        **how: Unpack[OverwritingPair],
    ) -> tuple[Variable[Complex], Variable[Inexact]]: ...
    @overload
    def __call__(
        self,
        a: Variable[NDArray[S]],
        b: Matrix[S] | None = None,
        left: Literal[False] = False,
        *,
        right: Literal[False],
        **how: Unpack[OverwritingPair],
    ) -> Variable[Complex]: ...
    @overload
    def __call__(
        self,
        a: Variable[NDArray[S]],
        b: None = None,
        *,
        left: Literal[True],
        right: Literal[True] = True,
        **how: Unpack[OverwritingPair],
    ) -> tuple[Variable[Complex], Variable[Inexact], Variable[Inexact]]: ...
    @overload
    def __call__(
        self,
        a: NDArray[S],
        b: Variable[NDArray[S]],
        left: Literal[False] = False,
        right: Literal[True] = True,
        **how: Unpack[OverwritingPair],
    ) -> tuple[Variable[Complex], Variable[Inexact]]: ...


class EigValues(Protocol):
    """eigvals: complex eigenvalues of a matrix, or of a pair of them."""

    @overload
    def __call__(self, a: NDArray[S], b: NDArray[S] | None = None, **how: Unpack[Overwriting]) -> Complex: ...
    @overload
    def __call__(
        self, a: Variable[NDArray[S]], b: Matrix[S] | None = None, **how: Unpack[Overwriting]
    ) -> Variable[Complex]: ...
    @overload
    def __call__(self, a: NDArray[S], b: Variable[NDArray[S]], **how: Unpack[Overwriting]) -> Variable[Complex]: ...


class Choosing(OverwritingPair, total=False):
    """Which triangle is read, which equation is solved, which eigenvalues are wanted, by which of LAPACK's routines."""

    lower: bool
    type: Literal[1, 2, 3]
    subset_by_index: tuple[int, int] | None
    subset_by_value: tuple[float, float] | None
    driver: Literal["ev", "evd", "evr", "evx", "gv", "gvd", "gvx"] | None


class Hermitian(Protocol):
    """eigh: real eigenvalues, the lowest first, and eigenvectors as columns, or the former alone."""

    @overload
    def __call__(
        self,
        a: NDArray[F],
        b: NDArray[F] | None = None,
        *,
        eigvals_only: Literal[False] = False,
        **how: Unpack[Choosing],
    ) -> tuple[NDArray[F], NDArray[F]]: ...
    @overload
    def __call__(
        self,
        a: Complex128,
        b: Complex128 | None = None,
        *,
        eigvals_only: Literal[False] = False,
        **how: Unpack[Choosing],
    ) -> tuple[Double, Complex128]: ...
    @overload
    def __call__(
        self, a: NDArray[F], b: NDArray[F] | None = None, *, eigvals_only: Literal[True], **how: Unpack[Choosing]
    ) -> NDArray[F]: ...
    @overload
    def __call__(
        self, a: Complex128, b: Complex128 | None = None, *, eigvals_only: Literal[True], **how: Unpack[Choosing]
    ) -> Double: ...
    @overload
    def __call__(
        self,
        a: Variable[NDArray[S]],
        b: Matrix[S] | None = None,
        *,
        eigvals_only: Literal[False] = False,
        **how: Unpack[Choosing],
    ) -> tuple[Variable[Real], Variable[NDArray[S]]]: ...
    @overload
    def __call__(
        self,
        a: NDArray[S],
        b: Variable[NDArray[S]],
        *,
        eigvals_only: Literal[False] = False,
        **how: Unpack[Choosing],
    ) -> tuple[Variable[Real], Variable[NDArray[S]]]: ...
    @overload
    def __call__(
        self,
        a: Variable[NDArray[S]],
        b: Matrix[S] | None = None,
        *,
        eigvals_only: Literal[True],
        **how: Unpack[Choosing],
    ) -> Variable[Real]: ...
    @overload
    def __call__(
        self, a: NDArray[S], b: Variable[NDArray[S]], *, eigvals_only: Literal[True], **how: Unpack[Choosing]
    ) -> Variable[Real]: ...


class HermitianValues(Protocol):
    """eigvalsh: the real eigenvalues, the lowest first."""

    @overload
    def __call__(self, a: NDArray[F], b: NDArray[F] | None = None, **how: Unpack[Choosing]) -> NDArray[F]: ...
    @overload
    def __call__(self, a: Complex128, b: Complex128 | None = None, **how: Unpack[Choosing]) -> Double: ...
    @overload
    def __call__(
        self, a: Variable[NDArray[S]], b: Matrix[S] | None = None, **how: Unpack[Choosing]
    ) -> Variable[Real]: ...
    @overload
    def __call__(self, a: NDArray[S], b: Variable[NDArray[S]], **how: Unpack[Choosing]) -> Variable[Real]: ...
