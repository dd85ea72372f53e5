"""More elements or fewer, or the same ones elsewhere: repeated, padded, rolled, inserted, taken apart."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal, Protocol, TypeAlias, overload

import numpy as np
from numpy.typing import NDArray

from tapegrad._core.variable import Variable
from tapegrad.numpy.kinds.arranging import Doubles, Either, Lengths, Positions, Row, Truths
from tapegrad.typing import AnyT, ArrT, Axis, G, N, S

Width: TypeAlias = int | Sequence[int] | Sequence[tuple[int, int]] | dict[int, int | tuple[int, int]] | NDArray[Any]
Filling: TypeAlias = float | Sequence[float] | Sequence[tuple[float, float]]
Edge: TypeAlias = Literal["constant", "edge", "linear_ramp", "maximum", "mean", "median", "minimum", "reflect"]
Mode: TypeAlias = Edge | Literal["symmetric", "wrap", "empty"] | Callable[..., None]
Where: TypeAlias = int | slice | Positions | Truths
Sections: TypeAlias = int | Sequence[int] | NDArray[np.integer[Any]]


class Pad(Protocol):
    """pad: with more before and after it, along each axis."""

    @overload
    def __call__(
        self,
        array: AnyT,
        pad_width: Width,
        mode: Mode = "constant",
        *,
        constant_values: Filling = 0,
        end_values: Filling = 0,
        stat_length: int | Sequence[tuple[int, int]] | None = None,
        reflect_type: Literal["even", "odd"] = "even",
    ) -> AnyT: ...
    @overload
    def __call__(
        self,
        array: Variable[ArrT],
        pad_width: Width,
        mode: Mode = "constant",
        *,
        constant_values: Filling | Variable[float] | Variable[NDArray[Any]] = 0,
        end_values: Filling | Variable[float] | Variable[NDArray[Any]] = 0,
        stat_length: int | Sequence[tuple[int, int]] | None = None,
        reflect_type: Literal["even", "odd"] = "even",
    ) -> Variable[ArrT]: ...


class Roll(Protocol):
    """roll: moved along axes, and what falls off put in front."""

    @overload
    def __call__(self, a: AnyT, shift: Axis, axis: Axis | None = None) -> AnyT: ...
    @overload
    def __call__(self, a: Variable[ArrT], shift: Axis, axis: Axis | None = None) -> Variable[ArrT]: ...


class RollAxis(Protocol):
    """rollaxis: an axis moved before another."""

    @overload
    def __call__(self, a: AnyT, axis: int, start: int = 0) -> AnyT: ...
    @overload
    def __call__(self, a: Variable[ArrT], axis: int, start: int = 0) -> Variable[ArrT]: ...


class Rot90(Protocol):
    """rot90: turned by right angles."""

    @overload
    def __call__(self, m: AnyT, k: int = 1, axes: tuple[int, int] = (0, 1)) -> AnyT: ...
    @overload
    def __call__(self, m: Variable[ArrT], k: int = 1, axes: tuple[int, int] = (0, 1)) -> Variable[ArrT]: ...


class Tile(Protocol):
    """tile: the whole array over and over."""

    @overload
    def __call__(self, A: NDArray[G], reps: int | Sequence[int]) -> NDArray[G]: ...  # noqa: N803  (NumPy's)
    @overload
    def __call__(self, A: float, reps: int | Sequence[int]) -> NDArray[np.float64]: ...  # noqa: N803
    @overload
    def __call__(self, A: Variable[NDArray[S]], reps: int | Sequence[int]) -> Variable[NDArray[S]]: ...  # noqa: N803
    @overload
    def __call__(self, A: Variable[float], reps: int | Sequence[int]) -> Variable[NDArray[np.float64]]: ...  # noqa: N803


class Repeat(Protocol):
    """repeat: each element over and over along an axis; with axis None, of the flattened array."""

    @overload
    def __call__(self, a: NDArray[G], repeats: int | Positions, axis: None = None) -> Row[G]: ...
    @overload
    def __call__(self, a: AnyT, repeats: int | Positions, axis: int) -> AnyT: ...
    @overload
    def __call__(self, a: float, repeats: int | Positions, axis: int | None = None) -> Row[np.float64]: ...
    @overload
    def __call__(self, a: Variable[NDArray[S]], repeats: int | Positions, axis: None = None) -> Variable[Row[S]]: ...
    @overload
    def __call__(self, a: Variable[ArrT], repeats: int | Positions, axis: int) -> Variable[ArrT]: ...
    @overload
    def __call__(
        self, a: Variable[float], repeats: int | Positions, axis: int | None = None
    ) -> Variable[Row[np.float64]]: ...


class Resize(Protocol):
    """resize: the elements in a row, over and over, in a new shape."""

    @overload
    def __call__(self, a: NDArray[G], new_shape: int | Lengths) -> NDArray[G]: ...
    @overload
    def __call__(self, a: Variable[NDArray[S]], new_shape: int | Lengths) -> Variable[NDArray[S]]: ...


class TrimZeros(Protocol):
    """trim_zeros: without the zeros in front and at the back."""

    @overload
    def __call__(self, filt: NDArray[N], trim: Literal["fb", "f", "b"] = "fb") -> NDArray[N]: ...
    @overload
    def __call__(self, filt: Variable[NDArray[S]], trim: Literal["fb", "f", "b"] = "fb") -> Variable[NDArray[S]]: ...


class Append(Protocol):
    """append: at the end along an axis; with axis None, both flattened."""

    @overload
    def __call__(self, arr: NDArray[G], values: NDArray[G], axis: int | None = None) -> NDArray[G]: ...
    @overload
    def __call__(
        self, arr: NDArray[np.float64], values: float | Sequence[float], axis: None = None
    ) -> NDArray[np.float64]: ...
    @overload
    def __call__(
        self, arr: Variable[NDArray[S]], values: Either[S], axis: int | None = None
    ) -> Variable[NDArray[S]]: ...
    @overload
    def __call__(
        self, arr: NDArray[S], values: Variable[NDArray[S]], axis: int | None = None
    ) -> Variable[NDArray[S]]: ...
    @overload
    def __call__(
        self, arr: Variable[NDArray[np.float64]], values: Variable[float] | float | Sequence[float], axis: None = None
    ) -> Variable[NDArray[np.float64]]: ...
    @overload
    def __call__(
        self, arr: NDArray[np.float64], values: Variable[float], axis: None = None
    ) -> Variable[NDArray[np.float64]]: ...


class Insert(Protocol):
    """insert: values before places along an axis; with axis None, into the flattened array."""

    @overload
    def __call__(
        self, arr: NDArray[N], obj: Where, values: NDArray[Any] | float | Sequence[float], axis: int | None = None
    ) -> NDArray[N]: ...
    @overload
    def __call__(
        self,
        arr: Variable[NDArray[S]],
        obj: Where,
        values: Either[S] | Variable[float] | float | Sequence[float],
        axis: int | None = None,
    ) -> Variable[NDArray[S]]: ...
    @overload
    def __call__(
        self, arr: NDArray[S], obj: Where, values: Variable[NDArray[S]] | Variable[float], axis: int | None = None
    ) -> Variable[NDArray[S]]: ...


class Delete(Protocol):
    """delete: without some places along an axis; with axis None, of the flattened array."""

    @overload
    def __call__(self, arr: NDArray[G], obj: Where, axis: int | None = None) -> NDArray[G]: ...
    @overload
    def __call__(self, arr: Variable[NDArray[S]], obj: Where, axis: int | None = None) -> Variable[NDArray[S]]: ...


class Split(Protocol):
    """split, array_split: a list of the parts along an axis."""

    @overload
    def __call__(self, ary: NDArray[G], indices_or_sections: Sections, axis: int = 0) -> list[NDArray[G]]: ...
    @overload
    def __call__(
        self, ary: Variable[NDArray[S]], indices_or_sections: Sections, axis: int = 0
    ) -> list[Variable[NDArray[S]]]: ...


class SplitOne(Protocol):
    """hsplit, vsplit, dsplit: a list of the parts along an axis that the name says."""

    @overload
    def __call__(self, ary: NDArray[G], indices_or_sections: Sections) -> list[NDArray[G]]: ...
    @overload
    def __call__(self, ary: Variable[NDArray[S]], indices_or_sections: Sections) -> list[Variable[NDArray[S]]]: ...


class Unstack(Protocol):
    """unstack: the layers along an axis; the entries of a row are numbers."""

    @overload
    def __call__(self, x: NDArray[G], /, *, axis: int = 0) -> tuple[NDArray[G], ...]: ...
    @overload
    def __call__(self, x: Variable[NDArray[S]], /, *, axis: int = 0) -> tuple[Variable[NDArray[S]], ...]: ...


class Block(Protocol):
    """block: assembled from nested lists of arrays."""

    @overload
    def __call__(self, arrays: list[NDArray[G]]) -> NDArray[G]: ...
    @overload
    def __call__(self, arrays: list[list[NDArray[G]]]) -> NDArray[G]: ...
    @overload
    def __call__(self, arrays: Doubles) -> Variable[NDArray[np.float64]]: ...
    @overload
    def __call__(self, arrays: Sequence[Doubles]) -> Variable[NDArray[np.float64]]: ...
    @overload
    def __call__(self, arrays: Sequence[Either[S]]) -> Variable[NDArray[S]]: ...
    @overload
    def __call__(self, arrays: Sequence[Sequence[Either[S]]]) -> Variable[NDArray[S]]: ...
