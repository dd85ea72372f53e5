"""Arrays as sets. Values can be differentiated; positions, numbers and verdicts are constants."""

from __future__ import annotations

from typing import Generic, Literal, NamedTuple, Protocol, TypeAlias, overload

import numpy as np
from numpy.typing import NDArray

from tapegrad._core.variable import Variable
from tapegrad.numpy.kinds.arranging import Either, Plain, Row, Truths
from tapegrad.typing import G, S, T

Indices: TypeAlias = NDArray[np.intp]


class ValuesAndAll(NamedTuple, Generic[T]):
    """How checkers see what unique_all returns."""

    values: T
    indices: Indices
    inverse_indices: Indices
    counts: Indices


class ValuesAndCounts(NamedTuple, Generic[T]):
    """How checkers see what unique_counts returns."""

    values: T
    counts: Indices


class ValuesAndInverse(NamedTuple, Generic[T]):
    """How checkers see what unique_inverse returns."""

    values: T
    inverse_indices: Indices


class Unique(Protocol):
    """unique: the different values; with flags, a tuple of them and of the indices and counts asked for."""

    @overload
    def __call__(self, ar: NDArray[G], *, axis: None = None, equal_nan: bool = True, sorted: bool = True) -> Row[G]: ...
    @overload
    def __call__(self, ar: NDArray[G], *, axis: int, equal_nan: bool = True, sorted: bool = True) -> NDArray[G]: ...
    @overload
    def __call__(
        self, ar: NDArray[G], *, return_index: Literal[True], axis: int | None = None, equal_nan: bool = True
    ) -> tuple[NDArray[G], Indices]: ...
    @overload
    def __call__(
        self, ar: NDArray[G], *, return_inverse: Literal[True], axis: int | None = None, equal_nan: bool = True
    ) -> tuple[NDArray[G], Indices]: ...
    @overload
    def __call__(
        self, ar: NDArray[G], *, return_counts: Literal[True], axis: int | None = None, equal_nan: bool = True
    ) -> tuple[NDArray[G], Indices]: ...
    @overload
    def __call__(
        self,
        ar: NDArray[G],
        *,
        return_index: Literal[True],
        return_inverse: Literal[True],
        axis: int | None = None,
        equal_nan: bool = True,
    ) -> tuple[NDArray[G], Indices, Indices]: ...
    @overload
    def __call__(
        self,
        ar: NDArray[G],
        *,
        return_index: Literal[True],
        return_counts: Literal[True],
        axis: int | None = None,
        equal_nan: bool = True,
    ) -> tuple[NDArray[G], Indices, Indices]: ...
    @overload
    def __call__(
        self,
        ar: NDArray[G],
        *,
        return_inverse: Literal[True],
        return_counts: Literal[True],
        axis: int | None = None,
        equal_nan: bool = True,
    ) -> tuple[NDArray[G], Indices, Indices]: ...
    @overload
    def __call__(
        self,
        ar: NDArray[G],
        *,
        return_index: Literal[True],
        return_inverse: Literal[True],
        return_counts: Literal[True],
        axis: int | None = None,
        equal_nan: bool = True,
    ) -> tuple[NDArray[G], Indices, Indices, Indices]: ...
    @overload
    def __call__(
        self, ar: Variable[NDArray[S]], *, axis: int | None = None, equal_nan: bool = True, sorted: bool = True
    ) -> Variable[NDArray[S]]: ...
    @overload
    def __call__(
        self, ar: Variable[NDArray[S]], *, return_index: Literal[True], axis: int | None = None, equal_nan: bool = True
    ) -> tuple[Variable[NDArray[S]], Indices]: ...
    @overload
    def __call__(
        self,
        ar: Variable[NDArray[S]],
        *,
        return_inverse: Literal[True],
        axis: int | None = None,
        equal_nan: bool = True,
    ) -> tuple[Variable[NDArray[S]], Indices]: ...
    @overload
    def __call__(
        self, ar: Variable[NDArray[S]], *, return_counts: Literal[True], axis: int | None = None, equal_nan: bool = True
    ) -> tuple[Variable[NDArray[S]], Indices]: ...
    @overload
    def __call__(
        self,
        ar: Variable[NDArray[S]],
        *,
        return_index: Literal[True],
        return_inverse: Literal[True],
        axis: int | None = None,
        equal_nan: bool = True,
    ) -> tuple[Variable[NDArray[S]], Indices, Indices]: ...
    @overload
    def __call__(
        self,
        ar: Variable[NDArray[S]],
        *,
        return_index: Literal[True],
        return_counts: Literal[True],
        axis: int | None = None,
        equal_nan: bool = True,
    ) -> tuple[Variable[NDArray[S]], Indices, Indices]: ...
    @overload
    def __call__(
        self,
        ar: Variable[NDArray[S]],
        *,
        return_inverse: Literal[True],
        return_counts: Literal[True],
        axis: int | None = None,
        equal_nan: bool = True,
    ) -> tuple[Variable[NDArray[S]], Indices, Indices]: ...
    @overload
    def __call__(
        self,
        ar: Variable[NDArray[S]],
        *,
        return_index: Literal[True],
        return_inverse: Literal[True],
        return_counts: Literal[True],
        axis: int | None = None,
        equal_nan: bool = True,
    ) -> tuple[Variable[NDArray[S]], Indices, Indices, Indices]: ...


class UniqueValues(Protocol):
    """unique_values: the different values."""

    @overload
    def __call__(self, x: NDArray[G]) -> Row[G]: ...
    @overload
    def __call__(self, x: Variable[NDArray[S]]) -> Variable[Row[S]]: ...


class UniqueAll(Protocol):
    """unique_all: the different values, where they stand and how many there are."""

    @overload
    def __call__(self, x: NDArray[G]) -> ValuesAndAll[Row[G]]: ...
    @overload
    def __call__(self, x: Variable[NDArray[S]]) -> ValuesAndAll[Variable[Row[S]]]: ...


class UniqueCounts(Protocol):
    """unique_counts: the different values, and how many there are of each."""

    @overload
    def __call__(self, x: NDArray[G]) -> ValuesAndCounts[Row[G]]: ...
    @overload
    def __call__(self, x: Variable[NDArray[S]]) -> ValuesAndCounts[Variable[Row[S]]]: ...


class UniqueInverse(Protocol):
    """unique_inverse: the different values, and which of them each entry is."""

    @overload
    def __call__(self, x: NDArray[G]) -> ValuesAndInverse[Row[G]]: ...
    @overload
    def __call__(self, x: Variable[NDArray[S]]) -> ValuesAndInverse[Variable[Row[S]]]: ...


class SetUnion(Protocol):
    """union1d: the values in one or the other."""

    @overload
    def __call__(self, ar1: NDArray[G], ar2: NDArray[G]) -> Row[G]: ...
    @overload
    def __call__(self, ar1: Variable[NDArray[S]], ar2: Either[S]) -> Variable[Row[S]]: ...
    @overload
    def __call__(self, ar1: NDArray[S], ar2: Variable[NDArray[S]]) -> Variable[Row[S]]: ...


class SetDifference(Protocol):
    """setdiff1d: the values of the first that are not in the second."""

    @overload
    def __call__(
        self, ar1: NDArray[G], ar2: NDArray[G] | Variable[NDArray[G]], assume_unique: bool = False
    ) -> Row[G]: ...
    @overload
    def __call__(self, ar1: Variable[NDArray[S]], ar2: Either[S], assume_unique: bool = False) -> Variable[Row[S]]: ...


class ExclusiveUnion(Protocol):
    """setxor1d: the values in one of them alone."""

    @overload
    def __call__(self, ar1: NDArray[G], ar2: NDArray[G], assume_unique: bool = False) -> Row[G]: ...
    @overload
    def __call__(self, ar1: Variable[NDArray[S]], ar2: Either[S], assume_unique: bool = False) -> Variable[Row[S]]: ...
    @overload
    def __call__(self, ar1: NDArray[S], ar2: Variable[NDArray[S]], assume_unique: bool = False) -> Variable[Row[S]]: ...


class SetIntersection(Protocol):
    """intersect1d: the values of the first that are in both; with `return_indices`, where they stand in each."""

    @overload
    def __call__(
        self,
        ar1: NDArray[G],
        ar2: NDArray[G] | Variable[NDArray[G]],
        assume_unique: bool = False,
        return_indices: Literal[False] = False,
    ) -> Row[G]: ...
    @overload
    def __call__(
        self,
        ar1: NDArray[G],
        ar2: NDArray[G] | Variable[NDArray[G]],
        assume_unique: bool = False,
        *,
        return_indices: Literal[True],
    ) -> tuple[Row[G], Row[np.intp], Row[np.intp]]: ...
    @overload
    def __call__(
        self,
        ar1: Variable[NDArray[S]],
        ar2: Either[S],
        assume_unique: bool = False,
        return_indices: Literal[False] = False,
    ) -> Variable[Row[S]]: ...
    @overload
    def __call__(
        self, ar1: Variable[NDArray[S]], ar2: Either[S], assume_unique: bool = False, *, return_indices: Literal[True]
    ) -> tuple[Variable[Row[S]], Row[np.intp], Row[np.intp]]: ...


class IsIn(Protocol):
    """isin: which entries are among others; of a number, an array without axes."""

    @overload
    def __call__(
        self,
        element: Plain,
        test_elements: Plain | list[float],
        assume_unique: bool = False,
        invert: bool = False,
        *,
        kind: Literal["sort", "table"] | None = None,
    ) -> Truths: ...
    @overload
    def __call__(
        self,
        element: Variable[float] | float,
        test_elements: Plain | list[float],
        assume_unique: bool = False,
        invert: bool = False,
        *,
        kind: Literal["sort", "table"] | None = None,
    ) -> Truths: ...
