"""Factorials, permutations, combinations: exact of integers, or in double precision."""

from __future__ import annotations

from typing import Any, Literal, Protocol, TypeAlias, overload

import numpy as np
from numpy.typing import NDArray

from tapegrad._core.variable import Variable
from tapegrad.scipy.kinds.elementwise import Double
from tapegrad.typing import F, S, Shape

Real: TypeAlias = NDArray[np.floating[Any] | np.integer[Any]]
Shaped: TypeAlias = np.ndarray[Shape, np.dtype[np.float64]]
ShapedReal: TypeAlias = np.ndarray[Shape, np.dtype[np.floating[Any] | np.integer[Any]]]


class Factorial(Protocol):
    """factorial: Γ(n + 1) in double precision; exact, of integers."""

    @overload
    def __call__(
        self, n: ShapedReal[Shape], exact: Literal[False] = False, extend: Literal["zero"] = "zero"
    ) -> Shaped[Shape]: ...
    @overload
    def __call__(self, n: float, exact: Literal[False] = False, extend: Literal["zero"] = "zero") -> np.float64: ...
    @overload
    def __call__(
        self, n: NDArray[np.integer[Any]], exact: Literal[True], extend: Literal["zero"] = "zero"
    ) -> NDArray[np.integer[Any] | np.object_]: ...
    @overload
    def __call__(self, n: int, exact: Literal[True], extend: Literal["zero"] = "zero") -> int: ...
    @overload
    def __call__(
        self, n: NDArray[np.inexact[Any]], exact: Literal[False] = False, *, extend: Literal["complex"]
    ) -> NDArray[np.inexact[Any]]: ...
    @overload
    def __call__(self, n: complex, exact: Literal[False] = False, *, extend: Literal["complex"]) -> np.inexact[Any]: ...
    @overload
    def __call__(
        self,
        n: Variable[NDArray[S]],
        exact: Literal[False] = False,
        extend: Literal["zero", "complex"] = "zero",
    ) -> Variable[NDArray[np.inexact[Any]]]: ...
    @overload
    def __call__(
        self, n: Variable[float], exact: Literal[False] = False, extend: Literal["zero", "complex"] = "zero"
    ) -> Variable[np.float64]: ...


class Combinations(Protocol):
    """comb: in double precision; exact, of integers."""

    @overload
    def __call__(
        self,
        N: Real,  # noqa: N803  (SciPy's name)
        k: Real | float,
        *,
        exact: Literal[False] = False,
        repetition: bool = False,
    ) -> Double: ...
    @overload
    def __call__(self, N: float, k: Real, *, exact: Literal[False] = False, repetition: bool = False) -> Double: ...  # noqa: N803
    @overload
    def __call__(
        self,
        N: float,  # noqa: N803
        k: float,
        *,
        exact: Literal[False] = False,
        repetition: bool = False,
    ) -> np.float64: ...
    @overload
    def __call__(self, N: int, k: int, *, exact: Literal[True], repetition: bool = False) -> int: ...  # noqa: N803
    @overload
    def __call__(
        self,
        N: Variable[NDArray[F]],  # noqa: N803
        k: Variable[NDArray[F]] | Variable[float] | Real | float,
        *,
        exact: Literal[False] = False,
        repetition: bool = False,
    ) -> Variable[Double]: ...
    @overload
    def __call__(
        self,
        N: Variable[float] | Real | float,  # noqa: N803
        k: Variable[NDArray[F]],
        *,
        exact: Literal[False] = False,
        repetition: bool = False,
    ) -> Variable[Double]: ...
    @overload
    def __call__(
        self,
        N: Variable[float],  # noqa: N803
        k: Variable[float] | float,
        *,
        exact: Literal[False] = False,
        repetition: bool = False,
    ) -> Variable[np.float64]: ...
    @overload
    def __call__(
        self,
        N: float,  # noqa: N803
        k: Variable[float],
        *,
        exact: Literal[False] = False,
        repetition: bool = False,
    ) -> Variable[np.float64]: ...


class Permutations(Protocol):
    """perm: in double precision; exact, of integers."""

    @overload
    def __call__(self, N: Real, k: Real | float, exact: Literal[False] = False) -> Double: ...  # noqa: N803
    @overload
    def __call__(self, N: float, k: Real, exact: Literal[False] = False) -> Double: ...  # noqa: N803
    @overload
    def __call__(self, N: float, k: float, exact: Literal[False] = False) -> np.float64: ...  # noqa: N803
    @overload
    def __call__(self, N: int, k: int, exact: Literal[True]) -> int: ...  # noqa: N803
    @overload
    def __call__(
        self,
        N: Variable[NDArray[F]],  # noqa: N803
        k: Variable[NDArray[F]] | Variable[float] | Real | float,
        exact: Literal[False] = False,
    ) -> Variable[Double]: ...
    @overload
    def __call__(
        self,
        N: Variable[float] | Real | float,  # noqa: N803
        k: Variable[NDArray[F]],
        exact: Literal[False] = False,
    ) -> Variable[Double]: ...
    @overload
    def __call__(
        self,
        N: Variable[float],  # noqa: N803
        k: Variable[float] | float,
        exact: Literal[False] = False,
    ) -> Variable[np.float64]: ...
    @overload
    def __call__(self, N: float, k: Variable[float], exact: Literal[False] = False) -> Variable[np.float64]: ...  # noqa: N803
