"""Functions of matrices: inverses, numbers, exponentials and their kin; matrices made of vectors."""

from __future__ import annotations

from typing import Any, Literal, Protocol, TypeAlias, Unpack, overload

import numpy as np
from numpy.typing import NDArray

from tapegrad._core.variable import Variable
from tapegrad.numpy.kinds.contracting import AnyShape
from tapegrad.numpy.kinds.linear import AnyStack, Order
from tapegrad.scipy.kinds.solving import Checking, Matrix, Overwriting, Structured
from tapegrad.typing import ArrT, Axis, F, Int, K, N, S

Complex128: TypeAlias = NDArray[np.complex128]
Double: TypeAlias = NDArray[np.float64]
Inexact: TypeAlias = NDArray[np.inexact[Any]]
Unreal: TypeAlias = NDArray[np.complexfloating[Any, Any]]


class Inverse(Protocol):
    """inv: a matrix from a matrix, of which something may be known."""

    @overload
    def __call__(self, a: ArrT, **how: Unpack[Structured]) -> ArrT: ...
    @overload
    def __call__(self, a: NDArray[Int], **how: Unpack[Structured]) -> Double: ...
    @overload
    def __call__(self, a: Variable[ArrT], **how: Unpack[Structured]) -> Variable[ArrT]: ...


class Tolerating(Checking, total=False):
    """Up to which size a singular value counts as zero."""

    atol: float | None
    rtol: float | None


class PseudoInverse(Protocol):
    """pinv: what solves least squares; with the rank, if that is asked for."""

    @overload
    def __call__(
        self, a: NDArray[S], *, return_rank: Literal[False] = False, **how: Unpack[Tolerating]
    ) -> NDArray[S]: ...
    @overload
    def __call__(
        self, a: NDArray[S], *, return_rank: Literal[True], **how: Unpack[Tolerating]
    ) -> tuple[NDArray[S], int | np.integer[Any]]: ...
    @overload
    def __call__(
        self, a: Variable[NDArray[S]], *, return_rank: Literal[False] = False, **how: Unpack[Tolerating]
    ) -> Variable[NDArray[S]]: ...
    @overload
    def __call__(
        self, a: Variable[NDArray[S]], *, return_rank: Literal[True], **how: Unpack[Tolerating]
    ) -> tuple[Variable[NDArray[S]], int | np.integer[Any]]: ...


class ToleratingTriangle(Tolerating, total=False):
    """Of one triangle."""

    lower: bool


class PseudoInverseHermitian(Protocol):
    """pinvh: of a Hermitian matrix; with the rank, if that is asked for."""

    @overload
    def __call__(
        self, a: NDArray[S], *, return_rank: Literal[False] = False, **how: Unpack[ToleratingTriangle]
    ) -> NDArray[S]: ...
    @overload
    def __call__(
        self, a: NDArray[S], *, return_rank: Literal[True], **how: Unpack[ToleratingTriangle]
    ) -> tuple[NDArray[S], int | np.integer[Any]]: ...
    @overload
    def __call__(
        self, a: Variable[NDArray[S]], *, return_rank: Literal[False] = False, **how: Unpack[ToleratingTriangle]
    ) -> Variable[NDArray[S]]: ...
    @overload
    def __call__(
        self, a: Variable[NDArray[S]], *, return_rank: Literal[True], **how: Unpack[ToleratingTriangle]
    ) -> tuple[Variable[NDArray[S]], int | np.integer[Any]]: ...


class Determinant(Protocol):
    """det: a number for each matrix, in double precision."""

    @overload
    def __call__(self, a: AnyShape[F], **how: Unpack[Overwriting]) -> np.float64: ...
    @overload
    def __call__(self, a: AnyStack[F], **how: Unpack[Overwriting]) -> Double: ...  # pyright: ignore[reportOverlappingOverload]  # the narrower shape comes first
    @overload
    def __call__(self, a: NDArray[F], **how: Unpack[Overwriting]) -> np.float64: ...
    @overload
    def __call__(self, a: NDArray[Int], **how: Unpack[Overwriting]) -> np.float64: ...
    @overload
    def __call__(self, a: AnyShape[K], **how: Unpack[Overwriting]) -> np.complex128: ...
    @overload
    def __call__(self, a: AnyStack[K], **how: Unpack[Overwriting]) -> Complex128: ...  # pyright: ignore[reportOverlappingOverload]  # as above
    @overload
    def __call__(self, a: NDArray[K], **how: Unpack[Overwriting]) -> np.complex128: ...
    @overload
    def __call__(self, a: Variable[NDArray[F]], **how: Unpack[Overwriting]) -> Variable[np.float64]: ...
    @overload
    def __call__(self, a: Variable[Unreal], **how: Unpack[Overwriting]) -> Variable[np.complex128]: ...


class Norm(Protocol):
    """norm: of all elements (a float of Python's or NumPy's), of vectors along an axis, of matrices in two."""

    @overload
    def __call__(
        self, a: NDArray[np.float64 | np.complex128], ord: Order | None = None, **how: Unpack[Checking]
    ) -> float: ...
    @overload
    def __call__(self, a: NDArray[F], ord: Order | None = None, **how: Unpack[Checking]) -> float | F: ...
    @overload
    def __call__(
        self, a: NDArray[F], ord: Order | None = None, *, axis: Axis, keepdims: bool = False, **how: Unpack[Checking]
    ) -> NDArray[F]: ...
    @overload
    def __call__(
        self, a: Complex128, ord: Order | None = None, *, axis: Axis, keepdims: bool = False, **how: Unpack[Checking]
    ) -> Double: ...
    @overload
    def __call__(
        self, a: Variable[NDArray[S]], ord: Order | None = None, **how: Unpack[Checking]
    ) -> Variable[np.floating[Any]]: ...
    @overload
    def __call__(
        self,
        a: Variable[NDArray[S]],
        ord: Order | None = None,
        *,
        axis: Axis,
        keepdims: bool = False,
        **how: Unpack[Checking],
    ) -> Variable[NDArray[np.floating[Any]]]: ...


class MatrixFunction(Protocol):
    """expm, cosm, signm: a matrix from a matrix."""

    @overload
    def __call__(self, a: ArrT, /) -> ArrT: ...
    @overload
    def __call__(self, a: Variable[ArrT], /) -> Variable[ArrT]: ...


class MatrixRoot(Protocol):
    """sqrtm, logm: complex where a real matrix has no real one."""

    @overload
    def __call__(self, a: Complex128, /) -> Complex128: ...
    @overload
    def __call__(self, a: NDArray[S], /) -> Inexact: ...
    @overload
    def __call__(self, a: Variable[NDArray[S]], /) -> Variable[Inexact]: ...


class MatrixPower(Protocol):
    """fractional_matrix_power: complex where a real matrix has no real one."""

    @overload
    def __call__(self, a: Complex128, t: float, /) -> Complex128: ...
    @overload
    def __call__(self, a: NDArray[S], t: float, /) -> Inexact: ...
    @overload
    def __call__(self, a: Variable[NDArray[S]], t: float, /) -> Variable[Inexact]: ...


class Frechet(Checking, total=False):
    """By which method."""

    method: Literal["SPS", "blockEnlarge"] | None


class ExponentialFrechet(Protocol):
    """expm_frechet: the exponential and its derivative in a direction, in double precision, or the latter alone."""

    @overload
    def __call__(
        self, a: Double, e: Double, /, *, compute_expm: Literal[True] = True, **how: Unpack[Frechet]
    ) -> tuple[Double, Double]: ...
    @overload
    def __call__(self, a: Double, e: Double, /, *, compute_expm: Literal[False], **how: Unpack[Frechet]) -> Double: ...
    @overload
    def __call__(
        self, a: Variable[NDArray[S]], e: Matrix[S], /, *, compute_expm: Literal[True] = True, **how: Unpack[Frechet]
    ) -> tuple[Variable[Inexact], Variable[Inexact]]: ...
    @overload
    def __call__(
        self, a: Variable[NDArray[S]], e: Matrix[S], /, *, compute_expm: Literal[False], **how: Unpack[Frechet]
    ) -> Variable[Inexact]: ...


class BlockDiagonal(Protocol):
    """block_diag: these along the diagonal, and zeros elsewhere."""

    @overload
    def __call__(self, *arrs: NDArray[N]) -> NDArray[N]: ...  # type: ignore[overload-overlap]  # without Variables, the first
    @overload
    def __call__(self, *arrs: Variable[NDArray[S]] | NDArray[S]) -> Variable[NDArray[S]]: ...


class ColumnAndRow(Protocol):
    """toeplitz, hankel: of the first column, and a row."""

    @overload
    def __call__(self, c: NDArray[N], r: NDArray[N] | None = None) -> NDArray[N]: ...
    @overload
    def __call__(self, c: Variable[NDArray[S]], r: Matrix[S] | None = None) -> Variable[NDArray[S]]: ...
    @overload
    def __call__(self, c: NDArray[S], r: Variable[NDArray[S]]) -> Variable[NDArray[S]]: ...


class Circulant(Protocol):
    """circulant: of the first column."""

    @overload
    def __call__(self, c: NDArray[N]) -> NDArray[N]: ...
    @overload
    def __call__(self, c: Variable[NDArray[S]]) -> Variable[NDArray[S]]: ...


class Companion(Protocol):
    """companion: of the coefficients, the highest first."""

    @overload
    def __call__(self, a: NDArray[S]) -> NDArray[S]: ...
    @overload
    def __call__(self, a: Variable[NDArray[S]]) -> Variable[NDArray[S]]: ...


class KhatriRao(Protocol):
    """khatri_rao: the Kronecker products of columns."""

    @overload
    def __call__(self, a: NDArray[N], b: NDArray[N]) -> NDArray[N]: ...
    @overload
    def __call__(self, a: Variable[NDArray[S]], b: Matrix[S]) -> Variable[NDArray[S]]: ...
    @overload
    def __call__(self, a: NDArray[S], b: Variable[NDArray[S]]) -> Variable[NDArray[S]]: ...
