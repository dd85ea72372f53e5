"""Products that sum over axes: matmul and its kin, tensordot, einsum.

The number of axes of the result is known where those of the arguments are. An array of unknown shape would fit the
first overload that names a shape, so in front of those stand two that fit nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, Never, Protocol, TypeAlias, overload

import numpy as np
from numpy.typing import NDArray

from tapegrad._core.variable import Variable
from tapegrad.typing import N, S

Row: TypeAlias = np.ndarray[tuple[int], np.dtype[N]]
Table: TypeAlias = np.ndarray[tuple[int, int], np.dtype[N]]
AnyShape: TypeAlias = np.ndarray[tuple[Never, Never, Never, Never], np.dtype[N]]
Path: TypeAlias = bool | Literal["greedy", "optimal"] | Sequence[Any]


class MatMul(Protocol):
    """matmul, dot: of rows a number, of a table and a row a row, of tables a table."""

    @overload
    def __call__(self, x1: AnyShape[N], x2: NDArray[N], /) -> NDArray[N]: ...
    @overload
    def __call__(self, x1: NDArray[N], x2: AnyShape[N], /) -> NDArray[N]: ...
    @overload
    def __call__(self, x1: Row[N], x2: Row[N], /) -> N: ...  # pyright: ignore[reportOverlappingOverload]  # rows are arrays too: the first that fits is the closest
    @overload
    def __call__(self, x1: Table[N], x2: Row[N], /) -> Row[N]: ...
    @overload
    def __call__(self, x1: Row[N], x2: Table[N], /) -> Row[N]: ...
    @overload
    def __call__(self, x1: Table[N], x2: Table[N], /) -> Table[N]: ...
    @overload
    def __call__(self, x1: NDArray[N], x2: NDArray[N], /) -> NDArray[N]: ...
    @overload
    def __call__(self, x1: Variable[NDArray[S]], x2: Variable[NDArray[S]] | NDArray[S], /) -> Variable[NDArray[S]]: ...
    @overload
    def __call__(self, x1: NDArray[S], x2: Variable[NDArray[S]], /) -> Variable[NDArray[S]]: ...


class Inner(Protocol):
    """inner, vecdot: summed over the last axis of both."""

    @overload
    def __call__(self, a: AnyShape[N], b: NDArray[N], /) -> NDArray[N]: ...
    @overload
    def __call__(self, a: NDArray[N], b: AnyShape[N], /) -> NDArray[N]: ...
    @overload
    def __call__(self, a: Row[N], b: Row[N], /) -> N: ...  # pyright: ignore[reportOverlappingOverload]  # as above
    @overload
    def __call__(self, a: NDArray[N], b: NDArray[N], /) -> NDArray[N]: ...
    @overload
    def __call__(self, a: Variable[NDArray[S]], b: Variable[NDArray[S]] | NDArray[S], /) -> Variable[NDArray[S]]: ...
    @overload
    def __call__(self, a: NDArray[S], b: Variable[NDArray[S]], /) -> Variable[NDArray[S]]: ...


class Outer(Protocol):
    """outer: all products of an entry of each."""

    @overload
    def __call__(self, a: NDArray[N], b: NDArray[N]) -> Table[N]: ...
    @overload
    def __call__(self, a: Variable[NDArray[S]], b: Variable[NDArray[S]] | NDArray[S]) -> Variable[Table[S]]: ...
    @overload
    def __call__(self, a: NDArray[S], b: Variable[NDArray[S]]) -> Variable[Table[S]]: ...


class Vdot(Protocol):
    """vdot: the sum of all products, both flattened and the first conjugated."""

    @overload
    def __call__(self, a: NDArray[N], b: NDArray[N], /) -> N: ...
    @overload
    def __call__(self, a: Variable[NDArray[S]], b: Variable[NDArray[S]] | NDArray[S], /) -> Variable[S]: ...
    @overload
    def __call__(self, a: NDArray[S], b: Variable[NDArray[S]], /) -> Variable[S]: ...


class Kron(Protocol):
    """kron: the matrix of blocks a[i, j] * b."""

    @overload
    def __call__(self, a: NDArray[N], b: NDArray[N]) -> NDArray[N]: ...
    @overload
    def __call__(self, a: Variable[NDArray[S]], b: Variable[NDArray[S]] | NDArray[S]) -> Variable[NDArray[S]]: ...
    @overload
    def __call__(self, a: NDArray[S], b: Variable[NDArray[S]]) -> Variable[NDArray[S]]: ...


class Tensordot(Protocol):
    """tensordot: summed over the axes named, or the last of `a` and the first of `b`."""

    @overload
    def __call__(self, a: NDArray[N], b: NDArray[N], axes: int | Sequence[int | Sequence[int]] = 2) -> NDArray[N]: ...
    @overload
    def __call__(
        self,
        a: Variable[NDArray[S]],
        b: Variable[NDArray[S]] | NDArray[S],
        axes: int | Sequence[int | Sequence[int]] = 2,
    ) -> Variable[NDArray[S]]: ...
    @overload
    def __call__(
        self, a: NDArray[S], b: Variable[NDArray[S]], axes: int | Sequence[int | Sequence[int]] = 2
    ) -> Variable[NDArray[S]]: ...


class Einsum(Protocol):
    """einsum: the sum that the subscripts spell."""

    @overload
    def __call__(self, subscripts: str, /, *operands: NDArray[N], optimize: Path = False) -> NDArray[N]: ...  # type: ignore[overload-overlap]  # without Variables, the first
    @overload
    def __call__(
        self, subscripts: str, /, *operands: Variable[NDArray[S]] | NDArray[S], optimize: Path = False
    ) -> Variable[NDArray[S]]: ...
