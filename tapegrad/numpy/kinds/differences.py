"""Along a line: differences, slopes and areas, interpolation, convolution; and vectors at right angles."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, Protocol, TypeAlias, overload

import numpy as np
from numpy.typing import NDArray

from tapegrad._core.variable import Variable
from tapegrad.numpy.kinds.arranging import Either, Row, Table
from tapegrad.numpy.kinds.contracting import AnyShape
from tapegrad.typing import AnyT, ArrT, Int, K, N, S

Number: TypeAlias = Variable[float] | float
Reals: TypeAlias = NDArray[np.floating[Any] | np.integer[Any]]
Step: TypeAlias = Number | NDArray[Any] | Variable[NDArray[Any]]
Points: TypeAlias = Reals | Sequence[float]
Mode: TypeAlias = Literal["valid", "same", "full"]


class Diff(Protocol):
    """diff: each element less the one before it."""

    @overload
    def __call__(
        self,
        a: AnyT,
        n: int = 1,
        axis: int = -1,
        prepend: NDArray[Any] | float = ...,
        append: NDArray[Any] | float = ...,
    ) -> AnyT: ...
    @overload
    def __call__(
        self,
        a: Variable[ArrT],
        n: int = 1,
        axis: int = -1,
        prepend: Variable[NDArray[Any]] | NDArray[Any] | Number = ...,
        append: Variable[NDArray[Any]] | NDArray[Any] | Number = ...,
    ) -> Variable[ArrT]: ...


class EDiff1D(Protocol):
    """ediff1d: the differences of all elements in a row."""

    @overload
    def __call__(
        self,
        ary: NDArray[N],
        to_end: NDArray[N] | Sequence[float] | float | None = None,
        to_begin: NDArray[N] | Sequence[float] | float | None = None,
    ) -> Row[N]: ...
    @overload
    def __call__(
        self,
        ary: Variable[NDArray[S]],
        to_end: Either[S] | Sequence[float] | Number | None = None,
        to_begin: Either[S] | Sequence[float] | Number | None = None,
    ) -> Variable[Row[S]]: ...


class Gradient(Protocol):
    """gradient: of a row an array, of a table a pair, along one axis an array; an unknown shape is taken for a row."""

    @overload
    def __call__(self, f: AnyShape[S], *varargs: float | NDArray[S], edge_order: Literal[1, 2] = 1) -> NDArray[S]: ...
    @overload
    def __call__(  # pyright: ignore[reportOverlappingOverload]  # tables are arrays too: the first that fits is the closest
        self, f: Table[S], *varargs: float | NDArray[S], edge_order: Literal[1, 2] = 1
    ) -> tuple[Table[S], Table[S]]: ...
    @overload
    def __call__(self, f: NDArray[S], *varargs: float | NDArray[S], edge_order: Literal[1, 2] = 1) -> NDArray[S]: ...
    @overload
    def __call__(self, f: ArrT, *varargs: float | NDArray[Any], axis: int, edge_order: Literal[1, 2] = 1) -> ArrT: ...
    @overload
    def __call__(
        self, f: NDArray[S], *varargs: float | NDArray[S], axis: tuple[int, int], edge_order: Literal[1, 2] = 1
    ) -> tuple[NDArray[S], NDArray[S]]: ...
    @overload
    def __call__(
        self, f: Variable[AnyShape[S]], *varargs: Step, edge_order: Literal[1, 2] = 1
    ) -> Variable[NDArray[S]]: ...
    @overload
    def __call__(  # pyright: ignore[reportOverlappingOverload]  # as above
        self, f: Variable[Table[S]], *varargs: Step, edge_order: Literal[1, 2] = 1
    ) -> tuple[Variable[Table[S]], Variable[Table[S]]]: ...
    @overload
    def __call__(
        self, f: Variable[NDArray[S]], *varargs: Step, edge_order: Literal[1, 2] = 1
    ) -> Variable[NDArray[S]]: ...
    @overload
    def __call__(
        self, f: Variable[ArrT], *varargs: Step, axis: int, edge_order: Literal[1, 2] = 1
    ) -> Variable[ArrT]: ...


class Trapezoid(Protocol):
    """trapezoid: the integral along an axis; an unknown shape is taken for a row unless an axis is named."""

    @overload
    def __call__(self, y: AnyShape[S], x: NDArray[S] | None = None, dx: float = 1.0) -> S: ...
    @overload
    def __call__(  # pyright: ignore[reportOverlappingOverload]  # tables are arrays too: the first that fits is the closest
        self, y: Table[S], x: NDArray[S] | None = None, dx: float = 1.0
    ) -> Row[S]: ...
    @overload
    def __call__(self, y: NDArray[S], x: NDArray[S] | None = None, dx: float = 1.0) -> S: ...
    @overload
    def __call__(self, y: NDArray[S], x: NDArray[S] | None = None, dx: float = 1.0, *, axis: int) -> NDArray[S]: ...
    @overload
    def __call__(self, y: NDArray[Int] | Sequence[float], x: Points | None = None, dx: float = 1.0) -> np.float64: ...
    @overload
    def __call__(self, y: Variable[AnyShape[S]], x: Either[S] | None = None, dx: Number = 1.0) -> Variable[S]: ...
    @overload
    def __call__(self, y: Variable[Table[S]], x: Either[S] | None = None, dx: Number = 1.0) -> Variable[Row[S]]: ...  # pyright: ignore[reportOverlappingOverload]  # as above
    @overload
    def __call__(self, y: Variable[NDArray[S]], x: Either[S] | None = None, dx: Number = 1.0) -> Variable[S]: ...
    @overload
    def __call__(
        self, y: Variable[NDArray[S]], x: Either[S] | None = None, dx: Number = 1.0, *, axis: int
    ) -> Variable[NDArray[S]]: ...
    @overload
    def __call__(self, y: NDArray[S], x: Variable[NDArray[S]], dx: float = 1.0) -> Variable[S]: ...
    @overload
    def __call__(
        self, y: NDArray[S], x: Variable[NDArray[S]], dx: float = 1.0, *, axis: int
    ) -> Variable[NDArray[S]]: ...


class Unwrap(Protocol):
    """unwrap: with whole periods added, so that no step is larger than half of one."""

    @overload
    def __call__(self, p: ArrT, discont: float | None = None, axis: int = -1, *, period: float = ...) -> ArrT: ...
    @overload
    def __call__(
        self, p: Variable[ArrT], discont: float | None = None, axis: int = -1, *, period: Number = ...
    ) -> Variable[ArrT]: ...


class Interp(Protocol):
    """interp: the line through points, in double precision."""

    @overload
    def __call__(
        self,
        x: np.ndarray[Any, np.dtype[np.floating[Any] | np.integer[Any]]],
        xp: Points,
        fp: Points,
        left: float | None = None,
        right: float | None = None,
        period: float | None = None,
    ) -> NDArray[np.float64]: ...
    @overload
    def __call__(
        self,
        x: float,
        xp: Points,
        fp: Points,
        left: float | None = None,
        right: float | None = None,
        period: float | None = None,
    ) -> np.float64: ...
    @overload
    def __call__(
        self,
        x: Reals,
        xp: Points,
        fp: NDArray[K],
        left: complex | None = None,
        right: complex | None = None,
        period: float | None = None,
    ) -> NDArray[np.complex128]: ...
    @overload
    def __call__(
        self,
        x: Variable[Reals],
        xp: Points | Variable[Reals],
        fp: Points | Variable[Reals],
        left: Number | None = None,
        right: Number | None = None,
        period: float | None = None,
    ) -> Variable[NDArray[np.float64]]: ...
    @overload
    def __call__(
        self,
        x: Variable[float],
        xp: Points | Variable[Reals],
        fp: Points | Variable[Reals],
        left: Number | None = None,
        right: Number | None = None,
        period: float | None = None,
    ) -> Variable[np.float64]: ...
    @overload
    def __call__(
        self,
        x: Reals,
        xp: Variable[Reals],
        fp: Points | Variable[Reals],
        left: Number | None = None,
        right: Number | None = None,
        period: float | None = None,
    ) -> Variable[NDArray[np.float64]]: ...
    @overload
    def __call__(
        self,
        x: Reals,
        xp: Points,
        fp: Variable[Reals],
        left: Number | None = None,
        right: Number | None = None,
        period: float | None = None,
    ) -> Variable[NDArray[np.float64]]: ...
    @overload
    def __call__(
        self,
        x: float,
        xp: Variable[Reals],
        fp: Points | Variable[Reals],
        left: Number | None = None,
        right: Number | None = None,
        period: float | None = None,
    ) -> Variable[np.float64]: ...
    @overload
    def __call__(
        self,
        x: float,
        xp: Points,
        fp: Variable[Reals],
        left: Number | None = None,
        right: Number | None = None,
        period: float | None = None,
    ) -> Variable[np.float64]: ...


class Convolve(Protocol):
    """convolve, correlate: of two rows."""

    @overload
    def __call__(self, a: NDArray[N], v: NDArray[N], mode: Mode = ...) -> Row[N]: ...
    @overload
    def __call__(
        self, a: NDArray[np.float64] | Sequence[float], v: NDArray[np.float64] | Sequence[float], mode: Mode = ...
    ) -> Row[np.float64]: ...
    @overload
    def __call__(self, a: Variable[NDArray[S]], v: Either[S], mode: Mode = ...) -> Variable[Row[S]]: ...
    @overload
    def __call__(self, a: NDArray[S], v: Variable[NDArray[S]], mode: Mode = ...) -> Variable[Row[S]]: ...


class CrossProduct(Protocol):
    """cross: the vector at right angles to two, along an axis of each."""

    @overload
    def __call__(
        self, a: NDArray[N], b: NDArray[N], axisa: int = -1, axisb: int = -1, axisc: int = -1, axis: int | None = None
    ) -> NDArray[N]: ...
    @overload
    def __call__(
        self,
        a: Variable[NDArray[S]],
        b: Either[S],
        axisa: int = -1,
        axisb: int = -1,
        axisc: int = -1,
        axis: int | None = None,
    ) -> Variable[NDArray[S]]: ...
    @overload
    def __call__(
        self,
        a: NDArray[S],
        b: Variable[NDArray[S]],
        axisa: int = -1,
        axisb: int = -1,
        axisc: int = -1,
        axis: int | None = None,
    ) -> Variable[NDArray[S]]: ...


class Cumulative(Protocol):
    """cumulative_sum, cumulative_prod: along an axis, which a row need not name."""

    @overload
    def __call__(self, x: ArrT, /, *, axis: int | None = None, include_initial: bool = False) -> ArrT: ...
    @overload
    def __call__(
        self, x: NDArray[Int], /, *, axis: int | None = None, include_initial: bool = False
    ) -> NDArray[np.integer[Any]]: ...
    @overload
    def __call__(
        self, x: Variable[ArrT], /, *, axis: int | None = None, include_initial: bool = False
    ) -> Variable[ArrT]: ...
    @overload
    def __call__(
        self, x: NDArray[Any], /, *, axis: int | None = None, dtype: type[N], include_initial: bool = False
    ) -> NDArray[N]: ...
