"""What `linalg` says of products, diagonals and ranks: of matrices in the last two axes, of vectors along an axis."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol, overload

import numpy as np
from numpy.typing import NDArray

from tapegrad._core.variable import Variable
from tapegrad.numpy.kinds.arranging import Either, Row, Table
from tapegrad.numpy.kinds.contracting import AnyShape
from tapegrad.typing import G, N, S


class MultiDot(Protocol):
    """multi_dot: the product of many matrices, in the cheapest order."""

    @overload
    def __call__(self, arrays: Sequence[NDArray[S]]) -> NDArray[S]: ...  # type: ignore[overload-overlap]  # without Variables, the first  # pyright: ignore[reportOverlappingOverload]  # the narrower shape comes first
    @overload
    def __call__(self, arrays: Sequence[Variable[NDArray[S]] | NDArray[S]]) -> Variable[NDArray[S]]: ...


class Cross(Protocol):
    """cross: the vector at right angles to two."""

    @overload
    def __call__(self, x1: NDArray[S], x2: NDArray[S], /, *, axis: int = -1) -> NDArray[S]: ...
    @overload
    def __call__(
        self, x1: Variable[NDArray[S]], x2: Variable[NDArray[S]] | NDArray[S], /, *, axis: int = -1
    ) -> Variable[NDArray[S]]: ...
    @overload
    def __call__(self, x1: NDArray[S], x2: Variable[NDArray[S]], /, *, axis: int = -1) -> Variable[NDArray[S]]: ...


class VectorOuter(Protocol):
    """outer: all products of an entry of each of two vectors."""

    @overload
    def __call__(self, x1: NDArray[N], x2: NDArray[N], /) -> Table[N]: ...
    @overload
    def __call__(self, x1: Variable[NDArray[S]], x2: Either[S], /) -> Variable[Table[S]]: ...
    @overload
    def __call__(self, x1: NDArray[S], x2: Variable[NDArray[S]], /) -> Variable[Table[S]]: ...


class VectorDot(Protocol):
    """vecdot: the products of vectors along an axis, the first conjugated."""

    @overload
    def __call__(self, x1: AnyShape[N], x2: NDArray[N], /, *, axis: int = -1) -> NDArray[N]: ...
    @overload
    def __call__(self, x1: NDArray[N], x2: AnyShape[N], /, *, axis: int = -1) -> NDArray[N]: ...
    @overload
    def __call__(self, x1: Row[N], x2: Row[N], /, *, axis: int = -1) -> N: ...  # pyright: ignore[reportOverlappingOverload]  # rows are arrays too: the first that fits is the closest
    @overload
    def __call__(self, x1: NDArray[N], x2: NDArray[N], /, *, axis: int = -1) -> NDArray[N]: ...
    @overload
    def __call__(self, x1: Variable[NDArray[S]], x2: Either[S], /, *, axis: int = -1) -> Variable[NDArray[S]]: ...
    @overload
    def __call__(self, x1: NDArray[S], x2: Variable[NDArray[S]], /, *, axis: int = -1) -> Variable[NDArray[S]]: ...


class TensorProduct(Protocol):
    """tensordot: summed over the axes named, or the last of one and the first of the other."""

    @overload
    def __call__(
        self, x1: NDArray[N], x2: NDArray[N], /, *, axes: int | tuple[Sequence[int], Sequence[int]] = 2
    ) -> NDArray[N]: ...
    @overload
    def __call__(
        self, x1: Variable[NDArray[S]], x2: Either[S], /, *, axes: int | tuple[Sequence[int], Sequence[int]] = 2
    ) -> Variable[NDArray[S]]: ...
    @overload
    def __call__(
        self, x1: NDArray[S], x2: Variable[NDArray[S]], /, *, axes: int | tuple[Sequence[int], Sequence[int]] = 2
    ) -> Variable[NDArray[S]]: ...


class Diagonals(Protocol):
    """diagonal: of each matrix."""

    @overload
    def __call__(self, x: NDArray[G], /, *, offset: int = 0) -> NDArray[G]: ...
    @overload
    def __call__(self, x: Variable[NDArray[S]], /, *, offset: int = 0) -> Variable[NDArray[S]]: ...


class Traces(Protocol):
    """trace: the sum of the diagonal of each matrix."""

    @overload
    def __call__(self, x: AnyShape[N], /, *, offset: int = 0) -> N: ...
    @overload
    def __call__(self, x: np.ndarray[tuple[int, int, int], np.dtype[N]], /, *, offset: int = 0) -> NDArray[N]: ...  # pyright: ignore[reportOverlappingOverload]  # the narrower shape comes first
    @overload
    def __call__(self, x: NDArray[N], /, *, offset: int = 0) -> N: ...
    @overload
    def __call__(self, x: Variable[NDArray[S]], /, *, offset: int = 0) -> Variable[S]: ...


class MatrixRank(Protocol):
    """matrix_rank: how many singular values are not small, a constant."""

    @overload
    def __call__(
        self,
        A: NDArray[Any],  # noqa: N803  (NumPy's)
        tol: float | None = None,
        hermitian: bool = False,
        *,
        rtol: float | None = None,
    ) -> np.intp: ...
    @overload
    def __call__(
        self,
        A: Variable[NDArray[Any]],  # noqa: N803
        tol: float | None = None,
        hermitian: bool = False,
        *,
        rtol: float | None = None,
    ) -> np.intp: ...
