"""New arrays: from numbers and sequences, in the shape of another, filled with a value."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, Protocol, TypeAlias, overload

import numpy as np
from numpy.typing import NDArray

from tapegrad._core.variable import Variable
from tapegrad.numpy.kinds.arranging import Doubles, Either, Lengths, Table
from tapegrad.typing import AnyT, ArrT, G, N, S, Shape, T

Nested: TypeAlias = T | Sequence[T] | Sequence[Sequence[T]] | Sequence[Sequence[Sequence[T]]]
Layout: TypeAlias = Literal["K", "A", "C", "F"]
Number: TypeAlias = Variable[float] | float


class Array(Protocol):
    """array: of another array, of numbers, of nested sequences of them."""

    @overload
    def __call__(
        self, object: AnyT, dtype: None = None, *, copy: bool | None = True, order: Layout = "K", ndmin: Literal[0] = 0
    ) -> AnyT: ...
    @overload
    def __call__(
        self,
        object: np.ndarray[Shape, Any],
        dtype: type[G],
        *,
        copy: bool | None = True,
        order: Layout = "K",
        ndmin: Literal[0] = 0,
    ) -> np.ndarray[Shape, np.dtype[G]]: ...
    @overload
    def __call__(
        self, object: Sequence[NDArray[G]], dtype: None = None, *, order: Layout = "K", ndmin: int = 0
    ) -> NDArray[G]: ...
    @overload
    def __call__(  # type: ignore[overload-overlap]  # to checkers a bool is an int, an int a float, a float complex  # pyright: ignore[reportOverlappingOverload]  # as said
        self, object: Nested[bool], dtype: None = None, *, order: Layout = "K", ndmin: int = 0
    ) -> NDArray[np.bool]: ...
    @overload
    def __call__(
        self, object: Nested[int], dtype: None = None, *, order: Layout = "K", ndmin: int = 0
    ) -> NDArray[np.int_]: ...
    @overload
    def __call__(  # type: ignore[overload-overlap]  # as above
        self, object: Nested[float], dtype: None = None, *, order: Layout = "K", ndmin: int = 0
    ) -> NDArray[np.float64]: ...
    @overload
    def __call__(
        self, object: Nested[complex], dtype: None = None, *, order: Layout = "K", ndmin: int = 0
    ) -> NDArray[np.complex128]: ...
    @overload
    def __call__(
        self, object: Nested[complex] | NDArray[Any], dtype: type[G], *, order: Layout = "K", ndmin: int = 0
    ) -> NDArray[G]: ...
    @overload
    def __call__(self, object: NDArray[G], dtype: None = None, *, order: Layout = "K", ndmin: int) -> NDArray[G]: ...
    @overload
    def __call__(
        self,
        object: Variable[ArrT],
        dtype: None = None,
        *,
        copy: bool | None = True,
        order: Layout = "K",
        ndmin: Literal[0] = 0,
    ) -> Variable[ArrT]: ...
    @overload
    def __call__(
        self, object: Doubles, dtype: None = None, *, order: Layout = "K", ndmin: int = 0
    ) -> Variable[NDArray[np.float64]]: ...
    @overload
    def __call__(
        self, object: Sequence[Either[S]], dtype: None = None, *, order: Layout = "K", ndmin: int = 0
    ) -> Variable[NDArray[S]]: ...
    @overload
    def __call__(
        self, object: Variable[float], dtype: None = None, *, order: Layout = "K", ndmin: int = 0
    ) -> Variable[NDArray[np.float64]]: ...
    @overload
    def __call__(
        self, object: Sequence[Number], dtype: None = None, *, order: Layout = "K", ndmin: int = 0
    ) -> Variable[NDArray[np.float64]]: ...
    @overload
    def __call__(
        self, object: Sequence[Sequence[Number]], dtype: None = None, *, order: Layout = "K", ndmin: int = 0
    ) -> Variable[NDArray[np.float64]]: ...


class AsArray(Protocol):
    """asarray and its kin: as `array`, without a copy where none is needed."""

    @overload
    def __call__(self, a: AnyT, dtype: None = None) -> AnyT: ...
    @overload
    def __call__(self, a: np.ndarray[Shape, Any], dtype: type[G]) -> np.ndarray[Shape, np.dtype[G]]: ...
    @overload
    def __call__(self, a: Sequence[NDArray[G]], dtype: None = None) -> NDArray[G]: ...
    @overload
    def __call__(self, a: Nested[bool], dtype: None = None) -> NDArray[np.bool]: ...  # type: ignore[overload-overlap]  # as above  # pyright: ignore[reportOverlappingOverload]  # as above
    @overload
    def __call__(self, a: Nested[int], dtype: None = None) -> NDArray[np.int_]: ...
    @overload
    def __call__(self, a: Nested[float], dtype: None = None) -> NDArray[np.float64]: ...  # type: ignore[overload-overlap]  # as above
    @overload
    def __call__(self, a: Nested[complex], dtype: None = None) -> NDArray[np.complex128]: ...
    @overload
    def __call__(self, a: Nested[complex], dtype: type[G]) -> NDArray[G]: ...
    @overload
    def __call__(self, a: Variable[ArrT], dtype: None = None) -> Variable[ArrT]: ...
    @overload
    def __call__(self, a: Doubles, dtype: None = None) -> Variable[NDArray[np.float64]]: ...
    @overload
    def __call__(self, a: Sequence[Either[S]], dtype: None = None) -> Variable[NDArray[S]]: ...
    @overload
    def __call__(self, a: Variable[float], dtype: None = None) -> Variable[NDArray[np.float64]]: ...
    @overload
    def __call__(self, a: Sequence[Number], dtype: None = None) -> Variable[NDArray[np.float64]]: ...
    @overload
    def __call__(self, a: Sequence[Sequence[Number]], dtype: None = None) -> Variable[NDArray[np.float64]]: ...


class Astype(Protocol):
    """astype: in another dtype; integers and booleans are constants."""

    @overload
    def __call__(self, x: np.ndarray[Shape, Any], dtype: type[G], /) -> np.ndarray[Shape, np.dtype[G]]: ...
    @overload
    def __call__(
        self, x: Variable[np.ndarray[Shape, Any]], dtype: type[S], /
    ) -> Variable[np.ndarray[Shape, np.dtype[S]]]: ...


class Copy(Protocol):
    """copy: the same values in an array of its own."""

    @overload
    def __call__(self, a: AnyT) -> AnyT: ...
    @overload
    def __call__(self, a: Variable[ArrT]) -> Variable[ArrT]: ...


class Like(Protocol):
    """zeros_like, ones_like: a new array in the shape of another, a constant."""

    @overload
    def __call__(self, a: AnyT, dtype: None = None) -> AnyT: ...
    @overload
    def __call__(self, a: Variable[AnyT], dtype: None = None) -> AnyT: ...
    @overload
    def __call__(self, a: float | Variable[float], dtype: None = None) -> NDArray[np.float64]: ...
    @overload
    def __call__(
        self, a: np.ndarray[Shape, Any] | Variable[np.ndarray[Shape, Any]], dtype: type[G]
    ) -> np.ndarray[Shape, np.dtype[G]]: ...


class FullLike(Protocol):
    """full_like: filled with a value, in the shape of another."""

    @overload
    def __call__(self, a: AnyT, fill_value: complex | np.number[Any], dtype: None = None) -> AnyT: ...
    @overload
    def __call__(self, a: ArrT | Variable[ArrT], fill_value: Variable[float], dtype: None = None) -> Variable[ArrT]: ...
    @overload
    def __call__(
        self, a: np.ndarray[Shape, Any], fill_value: complex | np.number[Any], dtype: type[N]
    ) -> np.ndarray[Shape, np.dtype[N]]: ...


class EmptyLike(Protocol):
    """empty_like: a new array in the shape of another, with any content."""

    @overload
    def __call__(self, prototype: AnyT, /, dtype: None = None) -> AnyT: ...
    @overload
    def __call__(self, prototype: Variable[AnyT], /, dtype: None = None) -> AnyT: ...
    @overload
    def __call__(
        self, prototype: np.ndarray[Shape, Any] | Variable[np.ndarray[Shape, Any]], /, dtype: type[G]
    ) -> np.ndarray[Shape, np.dtype[G]]: ...


class Full(Protocol):
    """full: filled with a value."""

    @overload
    def __call__(self, shape: int | Lengths, fill_value: NDArray[G], dtype: None = None) -> NDArray[G]: ...
    @overload
    def __call__(self, shape: int | Lengths, fill_value: int, dtype: None = None) -> NDArray[np.int_]: ...  # pyright: ignore[reportOverlappingOverload]  # an int is a float to checkers
    @overload
    def __call__(self, shape: int | Lengths, fill_value: float, dtype: None = None) -> NDArray[np.float64]: ...
    @overload
    def __call__(self, shape: int | Lengths, fill_value: complex, dtype: None = None) -> NDArray[np.complex128]: ...
    @overload
    def __call__(self, shape: int | Lengths, fill_value: NDArray[Any] | complex, dtype: type[G]) -> NDArray[G]: ...
    @overload
    def __call__(
        self, shape: int | Lengths, fill_value: Variable[NDArray[S]], dtype: None = None
    ) -> Variable[NDArray[S]]: ...
    @overload
    def __call__(
        self, shape: int | Lengths, fill_value: Variable[float], dtype: None = None
    ) -> Variable[NDArray[np.float64]]: ...


class DiagFlat(Protocol):
    """diagflat: the matrix with a diagonal."""

    @overload
    def __call__(self, v: NDArray[G], k: int = 0) -> Table[G]: ...
    @overload
    def __call__(self, v: Variable[NDArray[S]], k: int = 0) -> Variable[Table[S]]: ...
