"""Sorting, searching and counting. Positions, numbers and verdicts are constants."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, Protocol, TypeAlias, overload

import numpy as np
from numpy.typing import NDArray

from tapegrad._core.variable import Variable
from tapegrad.numpy.kinds.arranging import Lengths, Plain, Positions, Row, Table
from tapegrad.typing import AnyT, ArrT, Axis, G, S, Shape

Method: TypeAlias = Literal["quicksort", "mergesort", "heapsort", "stable"]
Indices: TypeAlias = NDArray[np.intp]
Places: TypeAlias = int | Sequence[int]
Side: TypeAlias = Literal["left", "right"]
Wrap: TypeAlias = Literal["raise", "wrap", "clip"]


class Sort(Protocol):
    """sort: in ascending order along an axis; with axis None, of the flattened array."""

    @overload
    def __call__(self, a: AnyT, axis: int = -1, kind: Method | None = None, *, stable: bool | None = None) -> AnyT: ...
    @overload
    def __call__(
        self, a: NDArray[G], axis: None, kind: Method | None = None, *, stable: bool | None = None
    ) -> Row[G]: ...
    @overload
    def __call__(
        self, a: Variable[ArrT], axis: int = -1, kind: Method | None = None, *, stable: bool | None = None
    ) -> Variable[ArrT]: ...
    @overload
    def __call__(
        self, a: Variable[NDArray[S]], axis: None, kind: Method | None = None, *, stable: bool | None = None
    ) -> Variable[Row[S]]: ...


class ArgSort(Protocol):
    """argsort: the positions that sort an axis."""

    @overload
    def __call__(
        self,
        a: np.ndarray[Shape, Any] | Variable[np.ndarray[Shape, Any]],
        axis: int = -1,
        kind: Method | None = None,
        *,
        stable: bool | None = None,
    ) -> np.ndarray[Shape, np.dtype[np.intp]]: ...
    @overload
    def __call__(
        self, a: Plain, axis: None, kind: Method | None = None, *, stable: bool | None = None
    ) -> Row[np.intp]: ...


class Partition(Protocol):
    """partition: sorted only as far as some places ask for."""

    @overload
    def __call__(self, a: AnyT, kth: Places, axis: int = -1) -> AnyT: ...
    @overload
    def __call__(self, a: NDArray[G], kth: Places, axis: None) -> Row[G]: ...
    @overload
    def __call__(self, a: Variable[ArrT], kth: Places, axis: int = -1) -> Variable[ArrT]: ...
    @overload
    def __call__(self, a: Variable[NDArray[S]], kth: Places, axis: None) -> Variable[Row[S]]: ...


class ArgPartition(Protocol):
    """argpartition: the positions that partition an axis."""

    @overload
    def __call__(
        self, a: np.ndarray[Shape, Any] | Variable[np.ndarray[Shape, Any]], kth: Places, axis: int = -1
    ) -> np.ndarray[Shape, np.dtype[np.intp]]: ...
    @overload
    def __call__(self, a: Plain, kth: Places, axis: None) -> Row[np.intp]: ...


class SortComplex(Protocol):
    """sort_complex: by real part and then by imaginary part, as complex numbers."""

    @overload
    def __call__(self, a: NDArray[Any]) -> NDArray[np.complexfloating[Any, Any]]: ...
    @overload
    def __call__(self, a: Variable[NDArray[Any]]) -> Variable[NDArray[np.complexfloating[Any, Any]]]: ...


class LexSort(Protocol):
    """lexsort: the positions that sort by the last key, where that is equal by the one before."""

    @overload
    def __call__(self, keys: Plain, axis: int = -1) -> Indices: ...
    @overload
    def __call__(self, keys: Sequence[Plain], axis: int = -1) -> Indices: ...


class SearchSorted(Protocol):
    """searchsorted: before which entry of a sorted array each value belongs."""

    @overload
    def __call__(self, a: Plain, v: Plain, side: Side = "left", sorter: Positions | None = None) -> Indices: ...
    @overload
    def __call__(
        self, a: Plain, v: Variable[float] | float, side: Side = "left", sorter: Positions | None = None
    ) -> np.intp: ...


class Digitize(Protocol):
    """digitize: in which bin each value lies."""

    @overload
    def __call__(self, x: Plain, bins: Plain | Sequence[float], right: bool = False) -> Indices: ...
    @overload
    def __call__(self, x: Variable[float] | float, bins: Plain | Sequence[float], right: bool = False) -> np.intp: ...


class NonZero(Protocol):
    """nonzero: the indices of what is not zero, an array for each axis."""

    @overload
    def __call__(self, a: NDArray[Any]) -> tuple[Indices, ...]: ...
    @overload
    def __call__(self, a: Variable[NDArray[Any]]) -> tuple[Indices, ...]: ...


class FlatNonZero(Protocol):
    """flatnonzero: the indices of what is not zero, in the flattened array."""

    @overload
    def __call__(self, a: NDArray[Any]) -> Row[np.intp]: ...
    @overload
    def __call__(self, a: Variable[NDArray[Any]]) -> Row[np.intp]: ...


class ArgWhere(Protocol):
    """argwhere: the indices of what is not zero, a row for each."""

    @overload
    def __call__(self, a: NDArray[Any]) -> Table[np.intp]: ...
    @overload
    def __call__(self, a: Variable[NDArray[Any]]) -> Table[np.intp]: ...


class CountNonZero(Protocol):
    """count_nonzero: how many are not zero, in all or along axes."""

    @overload
    def __call__(self, a: Plain, axis: None = None, *, keepdims: Literal[False] = False) -> np.intp: ...
    @overload
    def __call__(self, a: Plain, axis: Axis, *, keepdims: bool = False) -> Indices: ...
    @overload
    def __call__(self, a: Plain, axis: Axis | None = None, *, keepdims: Literal[True]) -> Indices: ...


class RavelIndex(Protocol):
    """ravel_multi_index: indices along each axis as those of the flattened array."""

    @overload
    def __call__(
        self, multi_index: tuple[int, ...], dims: Lengths, mode: Wrap = "raise", order: Literal["C", "F"] = "C"
    ) -> np.intp: ...
    @overload
    def __call__(
        self,
        multi_index: Sequence[NDArray[np.integer[Any]]] | NDArray[np.integer[Any]],
        dims: Lengths,
        mode: Wrap = "raise",
        order: Literal["C", "F"] = "C",
    ) -> Indices: ...


class UnravelIndex(Protocol):
    """unravel_index: indices of the flattened array as those along each axis."""

    @overload
    def __call__(
        self, indices: int | np.integer[Any], shape: Lengths, order: Literal["C", "F"] = "C"
    ) -> tuple[np.intp, ...]: ...
    @overload
    def __call__(
        self, indices: NDArray[np.integer[Any]], shape: Lengths, order: Literal["C", "F"] = "C"
    ) -> tuple[Indices, ...]: ...


class TriangleIndices(Protocol):
    """tril_indices_from, triu_indices_from: the indices of a matrix's triangle."""

    @overload
    def __call__(self, arr: NDArray[Any], k: int = 0) -> tuple[Row[np.intp], Row[np.intp]]: ...
    @overload
    def __call__(self, arr: Variable[NDArray[Any]], k: int = 0) -> tuple[Row[np.intp], Row[np.intp]]: ...


class DiagonalIndices(Protocol):
    """diag_indices_from: the indices of the diagonal, an array for each axis."""

    @overload
    def __call__(self, arr: NDArray[Any]) -> tuple[Row[np.intp], ...]: ...
    @overload
    def __call__(self, arr: Variable[NDArray[Any]]) -> tuple[Row[np.intp], ...]: ...
