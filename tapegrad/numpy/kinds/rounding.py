"""Functions of each element beside the ufuncs that calculus knows: rounding, parts of a number, bits, comparisons."""

from __future__ import annotations

from typing import Any, Protocol, TypeAlias, TypeVar, overload

import numpy as np
from numpy.typing import NDArray

from tapegrad._core.variable import Variable
from tapegrad.numpy.kinds.arranging import Plain, Truths
from tapegrad.typing import ArrT, Int, N, NumT, S, Shape, T

Scalar: TypeAlias = Variable[complex] | complex | np.number[Any]
Bits = TypeVar("Bits", bound=np.integer[Any] | np.bool)
BitsT = TypeVar("BitsT", bound=NDArray[np.integer[Any] | np.bool])


class UnaryPlain(Protocol):
    """sinc: the shape is kept, and an inexact dtype; integers become floats."""

    @overload
    def __call__(self, x: ArrT) -> ArrT: ...
    @overload
    def __call__(self, x: S) -> S: ...
    @overload
    def __call__(self, x: float) -> np.float64: ...
    @overload
    def __call__(self, x: np.ndarray[Shape, np.dtype[Int]]) -> np.ndarray[Shape, np.dtype[np.float64]]: ...
    @overload
    def __call__(self, x: Variable[T]) -> Variable[T]: ...


class Bessel(Protocol):
    """i0: as `sinc`, but an array of a number."""

    @overload
    def __call__(self, x: ArrT) -> ArrT: ...
    @overload
    def __call__(self, x: float) -> NDArray[np.float64]: ...
    @overload
    def __call__(self, x: np.ndarray[Shape, np.dtype[Int]]) -> np.ndarray[Shape, np.dtype[np.float64]]: ...
    @overload
    def __call__(self, x: Variable[T]) -> Variable[T]: ...


class Round(Protocol):
    """round, around: flat wherever they have a derivative, so that a Variable gives a constant."""

    @overload
    def __call__(self, a: NumT, decimals: int = 0) -> NumT: ...
    @overload
    def __call__(self, a: N, decimals: int = 0) -> N: ...
    @overload
    def __call__(self, a: float, decimals: int = 0) -> np.float64: ...
    @overload
    def __call__(self, a: Variable[T], decimals: int = 0) -> T: ...


class NanToNum(Protocol):
    """nan_to_num: with numbers in place of nan and the infinities."""

    @overload
    def __call__(
        self,
        x: NumT,
        copy: bool = True,
        nan: float | NDArray[Any] = 0.0,
        posinf: float | NDArray[Any] | None = None,
        neginf: float | NDArray[Any] | None = None,
    ) -> NumT: ...
    @overload
    def __call__(
        self, x: float, copy: bool = True, nan: float = 0.0, posinf: float | None = None, neginf: float | None = None
    ) -> np.float64: ...
    @overload
    def __call__(
        self,
        x: Variable[T],
        copy: bool = True,
        nan: float | NDArray[Any] = 0.0,
        posinf: float | NDArray[Any] | None = None,
        neginf: float | NDArray[Any] | None = None,
    ) -> Variable[T]: ...


class RealIfClose(Protocol):
    """real_if_close: real if the imaginary parts are next to nothing."""

    @overload
    def __call__(
        self, a: np.ndarray[Shape, np.dtype[np.float64]], tol: float = 100
    ) -> np.ndarray[Shape, np.dtype[np.float64]]: ...
    @overload
    def __call__(
        self, a: np.ndarray[Shape, np.dtype[np.inexact[Any]]], tol: float = 100
    ) -> np.ndarray[Shape, np.dtype[np.inexact[Any]]]: ...
    @overload
    def __call__(self, a: Variable[NDArray[S]], tol: float = 100) -> Variable[NDArray[np.inexact[Any]]]: ...


class ModF(Protocol):
    """modf: the part after the point, and the whole part, a constant."""

    @overload
    def __call__(self, x: ArrT, /) -> tuple[ArrT, ArrT]: ...
    @overload
    def __call__(self, x: S, /) -> tuple[S, S]: ...
    @overload
    def __call__(self, x: float, /) -> tuple[np.float64, np.float64]: ...
    @overload
    def __call__(self, x: Variable[T], /) -> tuple[Variable[T], T]: ...


class FrExp(Protocol):
    """frexp: the mantissa, and the exponent of two, a constant."""

    @overload
    def __call__(
        self, x: np.ndarray[Shape, np.dtype[S]], /
    ) -> tuple[np.ndarray[Shape, np.dtype[S]], np.ndarray[Shape, np.dtype[np.intc]]]: ...
    @overload
    def __call__(self, x: float, /) -> tuple[np.float64, np.intc]: ...
    @overload
    def __call__(
        self, x: Variable[np.ndarray[Shape, np.dtype[S]]], /
    ) -> tuple[Variable[np.ndarray[Shape, np.dtype[S]]], np.ndarray[Shape, np.dtype[np.intc]]]: ...
    @overload
    def __call__(self, x: Variable[float], /) -> tuple[Variable[np.float64], np.intc]: ...


class LdExp(Protocol):
    """ldexp: a mantissa times a power of two."""

    @overload
    def __call__(self, x1: ArrT, x2: int, /) -> ArrT: ...
    @overload
    def __call__(self, x1: NDArray[S], x2: NDArray[np.integer[Any]], /) -> NDArray[S]: ...
    @overload
    def __call__(self, x1: float, x2: NDArray[np.integer[Any]], /) -> NDArray[np.float64]: ...
    @overload
    def __call__(self, x1: float, x2: int, /) -> np.float64: ...
    @overload
    def __call__(self, x1: Variable[T], x2: int, /) -> Variable[T]: ...
    @overload
    def __call__(self, x1: Variable[NDArray[S]], x2: NDArray[np.integer[Any]], /) -> Variable[NDArray[S]]: ...


class BitPair(Protocol):
    """bitwise_and, left_shift, gcd: of integers, and so of constants."""

    @overload
    def __call__(self, x1: BitsT, x2: int, /) -> BitsT: ...
    @overload
    def __call__(self, x1: int, x2: BitsT, /) -> BitsT: ...
    @overload
    def __call__(self, x1: NDArray[Bits], x2: NDArray[Bits], /) -> NDArray[Bits]: ...
    @overload
    def __call__(self, x1: int, x2: int, /) -> np.integer[Any]: ...


class BitTurn(Protocol):
    """invert: every bit turned over."""

    @overload
    def __call__(self, x: BitsT, /) -> BitsT: ...
    @overload
    def __call__(self, x: int, /) -> np.integer[Any]: ...


class BitCount(Protocol):
    """bitwise_count: how many bits are set."""

    @overload
    def __call__(self, x: np.ndarray[Shape, np.dtype[np.integer[Any]]], /) -> np.ndarray[Shape, np.dtype[np.uint8]]: ...
    @overload
    def __call__(self, x: int, /) -> np.uint8: ...


class IsClose(Protocol):
    """isclose: where two agree within a tolerance."""

    @overload
    def __call__(
        self, a: Plain, b: Plain | Scalar, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False
    ) -> Truths: ...
    @overload
    def __call__(
        self, a: Scalar, b: Plain, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False
    ) -> Truths: ...
    @overload
    def __call__(
        self, a: Scalar, b: Scalar, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False
    ) -> np.bool: ...


class IsReal(Protocol):
    """isreal: where the imaginary part is zero; of Python's numbers Python's truth values."""

    @overload
    def __call__(self, x: np.ndarray[Shape, Any]) -> np.ndarray[Shape, np.dtype[np.bool]]: ...
    @overload
    def __call__(self, x: complex | np.number[Any]) -> np.bool | bool: ...
    @overload
    def __call__(self, x: Variable[np.ndarray[Shape, Any]]) -> np.ndarray[Shape, np.dtype[np.bool]]: ...
    @overload
    def __call__(self, x: Variable[complex]) -> np.bool: ...


class AllClose(Protocol):
    """allclose: whether two agree everywhere within a tolerance."""

    @overload
    def __call__(
        self, a: Plain, b: Plain | Scalar, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False
    ) -> bool: ...
    @overload
    def __call__(
        self, a: Scalar, b: Plain | Scalar, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False
    ) -> bool: ...


class ArrayEqual(Protocol):
    """array_equal: whether two have the same shape and elements."""

    @overload
    def __call__(self, a1: Plain, a2: Plain | Scalar, equal_nan: bool = False) -> bool: ...
    @overload
    def __call__(self, a1: Scalar, a2: Plain | Scalar, equal_nan: bool = False) -> bool: ...


class ArrayEquivalent(Protocol):
    """array_equiv: whether two have the same elements, broadcast against one another."""

    @overload
    def __call__(self, a1: Plain, a2: Plain | Scalar) -> bool: ...
    @overload
    def __call__(self, a1: Scalar, a2: Plain | Scalar) -> bool: ...


class Rank(Protocol):
    """ndim: the number of axes."""

    @overload
    def __call__(self, a: Plain) -> int: ...
    @overload
    def __call__(self, a: Scalar) -> int: ...


class ShapeOf(Protocol):
    """shape: the length of each axis."""

    @overload
    def __call__(self, a: np.ndarray[Shape, Any] | Variable[np.ndarray[Shape, Any]]) -> Shape: ...
    @overload
    def __call__(self, a: Scalar) -> tuple[()]: ...


class Size(Protocol):
    """size: the number of elements, in all or along an axis."""

    @overload
    def __call__(self, a: Plain, axis: int | None = None) -> int: ...
    @overload
    def __call__(self, a: Scalar) -> int: ...


class Verdict(Protocol):
    """isrealobj, iscomplexobj: what a dtype is."""

    @overload
    def __call__(self, x: Plain) -> bool: ...
    @overload
    def __call__(self, x: Scalar) -> bool: ...
