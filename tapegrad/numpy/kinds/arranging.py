"""Functions that arrange elements: reshaping, permuting, joining, picking, filling.

Where the number of axes stays, so does the type of the shape.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, Protocol, TypeAlias, overload

import numpy as np
from numpy.typing import NDArray

from tapegrad._core.variable import Variable
from tapegrad.typing import AnyT, ArrT, Axis, G, N, S

Row: TypeAlias = np.ndarray[tuple[int], np.dtype[G]]
Table: TypeAlias = np.ndarray[tuple[int, int], np.dtype[G]]
Lengths: TypeAlias = tuple[int, ...]
Order: TypeAlias = Literal["C", "F", "A"]
Positions: TypeAlias = NDArray[np.integer[Any]] | Sequence[int]
Either: TypeAlias = Variable[NDArray[S]] | NDArray[S]
Doubles: TypeAlias = Sequence[Variable[NDArray[np.float64]] | NDArray[np.float64]]
"""mypy takes the type of a list that holds both from no type variable, so that the usual one is spelt out."""
Plain: TypeAlias = NDArray[Any] | Variable[NDArray[Any]]
Truths: TypeAlias = NDArray[np.bool]


class Reshape(Protocol):
    """reshape: the new number of axes is known where the shape is written out."""

    @overload
    def __call__(self, a: NDArray[G], /, shape: int | tuple[int], order: Order = "C") -> Row[G]: ...
    @overload
    def __call__(self, a: NDArray[G], /, shape: tuple[int, int], order: Order = "C") -> Table[G]: ...
    @overload
    def __call__(self, a: NDArray[G], /, shape: Lengths, order: Order = "C") -> NDArray[G]: ...
    @overload
    def __call__(self, a: Variable[NDArray[S]], /, shape: int | tuple[int], order: Order = "C") -> Variable[Row[S]]: ...
    @overload
    def __call__(
        self, a: Variable[NDArray[S]], /, shape: tuple[int, int], order: Order = "C"
    ) -> Variable[Table[S]]: ...
    @overload
    def __call__(self, a: Variable[NDArray[S]], /, shape: Lengths, order: Order = "C") -> Variable[NDArray[S]]: ...


class Ravel(Protocol):
    """ravel: all elements along one axis."""

    @overload
    def __call__(self, a: NDArray[G], order: Order = "C") -> Row[G]: ...
    @overload
    def __call__(self, a: Variable[NDArray[S]], order: Order = "C") -> Variable[Row[S]]: ...


class Transpose(Protocol):
    """transpose: the axes reversed, or in the order given."""

    @overload
    def __call__(self, a: AnyT, axes: Lengths | None = None) -> AnyT: ...
    @overload
    def __call__(self, a: Variable[ArrT], axes: Lengths | None = None) -> Variable[ArrT]: ...


class MatrixTranspose(Protocol):
    """matrix_transpose: the last two axes swapped."""

    @overload
    def __call__(self, x: AnyT, /) -> AnyT: ...
    @overload
    def __call__(self, x: Variable[ArrT], /) -> Variable[ArrT]: ...


class SwapAxes(Protocol):
    """swapaxes: two axes swapped."""

    @overload
    def __call__(self, a: AnyT, axis1: int, axis2: int) -> AnyT: ...
    @overload
    def __call__(self, a: Variable[ArrT], axis1: int, axis2: int) -> Variable[ArrT]: ...


class MoveAxis(Protocol):
    """moveaxis: axes moved to new places, the others in their order."""

    @overload
    def __call__(self, a: AnyT, source: Axis, destination: Axis) -> AnyT: ...
    @overload
    def __call__(self, a: Variable[ArrT], source: Axis, destination: Axis) -> Variable[ArrT]: ...


class Flip(Protocol):
    """flip: in reverse order along axes."""

    @overload
    def __call__(self, m: AnyT, axis: Axis | None = None) -> AnyT: ...
    @overload
    def __call__(self, m: Variable[ArrT], axis: Axis | None = None) -> Variable[ArrT]: ...


class FlipOne(Protocol):
    """fliplr, flipud: in reverse order along axis 1 or 0."""

    @overload
    def __call__(self, m: AnyT) -> AnyT: ...
    @overload
    def __call__(self, m: Variable[ArrT]) -> Variable[ArrT]: ...


class Triangle(Protocol):
    """tril, triu: zero on one side of a diagonal."""

    @overload
    def __call__(self, m: AnyT, k: int = 0) -> AnyT: ...
    @overload
    def __call__(self, m: Variable[ArrT], k: int = 0) -> Variable[ArrT]: ...


class ExpandDims(Protocol):
    """expand_dims: new axes of length 1."""

    @overload
    def __call__(self, a: NDArray[G], axis: Axis) -> NDArray[G]: ...
    @overload
    def __call__(self, a: float, axis: Axis) -> NDArray[np.float64]: ...
    @overload
    def __call__(self, a: Variable[NDArray[S]], axis: Axis) -> Variable[NDArray[S]]: ...
    @overload
    def __call__(self, a: Variable[float], axis: Axis) -> Variable[NDArray[np.float64]]: ...


class Squeeze(Protocol):
    """squeeze: without the axes of length 1."""

    @overload
    def __call__(self, a: NDArray[G], axis: Axis | None = None) -> NDArray[G]: ...
    @overload
    def __call__(self, a: Variable[NDArray[S]], axis: Axis | None = None) -> Variable[NDArray[S]]: ...


class BroadcastTo(Protocol):
    """broadcast_to: repeated to a shape."""

    @overload
    def __call__(self, array: NDArray[G], shape: int | Lengths) -> NDArray[G]: ...
    @overload
    def __call__(self, array: float, shape: int | Lengths) -> NDArray[np.float64]: ...
    @overload
    def __call__(self, array: Variable[NDArray[S]], shape: int | Lengths) -> Variable[NDArray[S]]: ...
    @overload
    def __call__(self, array: Variable[float], shape: int | Lengths) -> Variable[NDArray[np.float64]]: ...


class BroadcastArrays(Protocol):
    """broadcast_arrays: all broadcast against one another."""

    @overload
    def __call__(self, *args: NDArray[G]) -> tuple[NDArray[G], ...]: ...
    @overload
    def __call__(self, *args: NDArray[S] | Variable[NDArray[S]]) -> tuple[NDArray[S] | Variable[NDArray[S]], ...]: ...


class AtLeast(Protocol):
    """atleast_1d and its kin: of several arrays, a tuple."""

    @overload
    def __call__(self, arys: NDArray[G], /) -> NDArray[G]: ...
    @overload
    def __call__(self, arys: float, /) -> NDArray[np.float64]: ...
    @overload
    def __call__(self, arys: Variable[NDArray[S]], /) -> Variable[NDArray[S]]: ...
    @overload
    def __call__(self, one: NDArray[G], two: NDArray[G], /, *more: NDArray[G]) -> tuple[NDArray[G], ...]: ...


class Concatenate(Protocol):
    """concatenate: along an axis that the arrays have; with axis None, flattened."""

    @overload
    def __call__(self, arrays: Sequence[NDArray[G]], /, axis: int | None = 0) -> NDArray[G]: ...
    @overload
    def __call__(self, arrays: Doubles, /, axis: int | None = 0) -> Variable[NDArray[np.float64]]: ...
    @overload
    def __call__(
        self, arrays: Sequence[Variable[NDArray[S]] | NDArray[S]], /, axis: int | None = 0
    ) -> Variable[NDArray[S]]: ...


class Stack(Protocol):
    """stack: along a new axis."""

    @overload
    def __call__(self, arrays: Sequence[NDArray[G]], axis: int = 0) -> NDArray[G]: ...
    @overload
    def __call__(self, arrays: Sequence[float], axis: int = 0) -> Row[np.float64]: ...  # type: ignore[overload-overlap]  # pyright: ignore[reportOverlappingOverload]  # without Variables, this one
    @overload
    def __call__(self, arrays: Doubles, axis: int = 0) -> Variable[NDArray[np.float64]]: ...
    @overload
    def __call__(self, arrays: Sequence[Variable[NDArray[S]] | NDArray[S]], axis: int = 0) -> Variable[NDArray[S]]: ...
    @overload
    def __call__(self, arrays: Sequence[Variable[float] | float], axis: int = 0) -> Variable[Row[np.float64]]: ...


class Joining(Protocol):
    """vstack, hstack, dstack, column_stack: along an axis that the name says."""

    @overload
    def __call__(self, tup: Sequence[NDArray[G]]) -> NDArray[G]: ...
    @overload
    def __call__(self, tup: Sequence[float]) -> NDArray[np.float64]: ...
    @overload
    def __call__(self, tup: Doubles) -> Variable[NDArray[np.float64]]: ...
    @overload
    def __call__(self, tup: Sequence[Variable[NDArray[S]] | NDArray[S]]) -> Variable[NDArray[S]]: ...


class Take(Protocol):
    """take: the entries at positions along an axis, or of the flattened array."""

    @overload
    def __call__(self, a: NDArray[G], indices: int, axis: None = None) -> G: ...
    @overload
    def __call__(self, a: NDArray[G], indices: Positions, axis: int | None = None) -> NDArray[G]: ...
    @overload
    def __call__(self, a: NDArray[G], indices: int, axis: int) -> NDArray[G]: ...
    @overload
    def __call__(self, a: Variable[NDArray[S]], indices: int, axis: None = None) -> Variable[S]: ...
    @overload
    def __call__(
        self, a: Variable[NDArray[S]], indices: Positions, axis: int | None = None
    ) -> Variable[NDArray[S]]: ...
    @overload
    def __call__(self, a: Variable[NDArray[S]], indices: int, axis: int) -> Variable[NDArray[S]]: ...


class TakeAlongAxis(Protocol):
    """take_along_axis: the entries at positions that differ from place to place."""

    @overload
    def __call__(self, arr: NDArray[G], indices: NDArray[np.integer[Any]], axis: int | None = -1) -> NDArray[G]: ...
    @overload
    def __call__(
        self, arr: Variable[NDArray[S]], indices: NDArray[np.integer[Any]], axis: int | None = -1
    ) -> Variable[NDArray[S]]: ...


class Diagonal(Protocol):
    """diagonal: of two axes, on a new last axis."""

    @overload
    def __call__(self, a: Table[G], offset: int = 0) -> Row[G]: ...
    @overload
    def __call__(self, a: NDArray[G], offset: int = 0, axis1: int = 0, axis2: int = 1) -> NDArray[G]: ...
    @overload
    def __call__(
        self, a: Variable[NDArray[S]], offset: int = 0, axis1: int = 0, axis2: int = 1
    ) -> Variable[NDArray[S]]: ...


class Diag(Protocol):
    """diag: the diagonal of a matrix, or the matrix with a diagonal."""

    @overload
    def __call__(self, v: NDArray[G], k: int = 0) -> NDArray[G]: ...
    @overload
    def __call__(self, v: Variable[NDArray[S]], k: int = 0) -> Variable[NDArray[S]]: ...


class Trace(Protocol):
    """trace: the sum of a diagonal; typed for matrices."""

    @overload
    def __call__(self, a: NDArray[N], offset: int = 0) -> N: ...
    @overload
    def __call__(self, a: Variable[NDArray[S]], offset: int = 0) -> Variable[S]: ...
    @overload
    def __call__(self, a: NDArray[N], offset: int, axis1: int, axis2: int) -> NDArray[N]: ...
    @overload
    def __call__(self, a: Variable[NDArray[S]], offset: int, axis1: int, axis2: int) -> Variable[NDArray[S]]: ...
