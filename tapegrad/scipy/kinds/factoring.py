"""Factors of matrices."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, Protocol, TypeAlias, Unpack, overload

import numpy as np
from numpy.typing import NDArray

from tapegrad._core.variable import Variable
from tapegrad.scipy.kinds.solving import Overwriting, Pivots
from tapegrad.typing import ArrT, F, S

Complex: TypeAlias = NDArray[np.complexfloating[Any, Any]]
Complex128: TypeAlias = NDArray[np.complex128]
Double: TypeAlias = NDArray[np.float64]
Inexact: TypeAlias = NDArray[np.inexact[Any]]
Real: TypeAlias = NDArray[np.floating[Any]]


class Cholesky(Protocol):
    """cholesky: the triangular factor of a positive definite matrix."""

    @overload
    def __call__(self, a: ArrT, lower: bool = False, **how: Unpack[Overwriting]) -> ArrT: ...
    @overload
    def __call__(self, a: Variable[ArrT], lower: bool = False, **how: Unpack[Overwriting]) -> Variable[ArrT]: ...


class CholeskyFactor(Protocol):
    """cho_factor: for cho_solve; and which triangle it is."""

    @overload
    def __call__(self, a: ArrT, lower: bool = False, **how: Unpack[Overwriting]) -> tuple[ArrT, bool]: ...
    @overload
    def __call__(
        self, a: Variable[ArrT], lower: bool = False, **how: Unpack[Overwriting]
    ) -> tuple[Variable[ArrT], bool]: ...


class CholeskyBanded(Protocol):
    """cholesky_banded: the factor in the form of the diagonals that it is given by."""

    @overload
    def __call__(
        self, ab: ArrT, overwrite_ab: bool = False, lower: bool = False, check_finite: bool = True
    ) -> ArrT: ...
    @overload
    def __call__(
        self, ab: Variable[ArrT], overwrite_ab: bool = False, lower: bool = False, check_finite: bool = True
    ) -> Variable[ArrT]: ...


class LUFactor(Protocol):
    """lu_factor: for lu_solve."""

    @overload
    def __call__(self, a: ArrT, **how: Unpack[Overwriting]) -> tuple[ArrT, Pivots]: ...
    @overload
    def __call__(self, a: Variable[ArrT], **how: Unpack[Overwriting]) -> tuple[Variable[ArrT], Pivots]: ...


class LU(Protocol):
    """lu: a permutation and both triangular factors; the permutation in the first of them, or as indices."""

    @overload
    def __call__(
        self,
        a: ArrT,
        permute_l: Literal[False] = False,
        *,
        p_indices: Literal[False] = False,
        **how: Unpack[Overwriting],
    ) -> tuple[Real, ArrT, ArrT]: ...
    @overload
    def __call__(
        self, a: ArrT, permute_l: Literal[False] = False, *, p_indices: Literal[True], **how: Unpack[Overwriting]
    ) -> tuple[Pivots, ArrT, ArrT]: ...
    @overload
    def __call__(
        self, a: ArrT, permute_l: Literal[True], *, p_indices: bool = False, **how: Unpack[Overwriting]
    ) -> tuple[ArrT, ArrT]: ...
    @overload
    def __call__(
        self,
        a: Variable[ArrT],
        permute_l: Literal[False] = False,
        *,
        p_indices: Literal[False] = False,
        **how: Unpack[Overwriting],
    ) -> tuple[Real, Variable[ArrT], Variable[ArrT]]: ...
    @overload
    def __call__(
        self,
        a: Variable[ArrT],
        permute_l: Literal[False] = False,
        *,
        p_indices: Literal[True],
        **how: Unpack[Overwriting],
    ) -> tuple[Pivots, Variable[ArrT], Variable[ArrT]]: ...
    @overload
    def __call__(
        self, a: Variable[ArrT], permute_l: Literal[True], *, p_indices: bool = False, **how: Unpack[Overwriting]
    ) -> tuple[Variable[ArrT], Variable[ArrT]]: ...


class Working(Overwriting, total=False):
    """With a work array of some length."""

    lwork: int | None


class QR(Protocol):
    """qr: an orthogonal and a triangular factor, or a tuple of the latter alone; with pivoting, an order of columns."""

    @overload
    def __call__(
        self,
        a: NDArray[S],
        *,
        mode: Literal["full", "economic"] = "full",
        pivoting: Literal[False] = False,
        **how: Unpack[Working],
    ) -> tuple[NDArray[S], NDArray[S]]: ...
    @overload
    def __call__(
        self,
        a: NDArray[S],
        *,
        mode: Literal["full", "economic"] = "full",
        pivoting: Literal[True],
        **how: Unpack[Working],
    ) -> tuple[NDArray[S], NDArray[S], Pivots]: ...
    @overload
    def __call__(
        self, a: NDArray[S], *, mode: Literal["r"], pivoting: Literal[False] = False, **how: Unpack[Working]
    ) -> tuple[NDArray[S]]: ...
    @overload
    def __call__(
        self, a: NDArray[S], *, mode: Literal["r"], pivoting: Literal[True], **how: Unpack[Working]
    ) -> tuple[NDArray[S], Pivots]: ...
    @overload
    def __call__(
        self,
        a: Variable[NDArray[S]],
        *,
        mode: Literal["full", "economic"] = "full",
        pivoting: Literal[False] = False,
        **how: Unpack[Working],
    ) -> tuple[Variable[NDArray[S]], Variable[NDArray[S]]]: ...
    @overload
    def __call__(
        self,
        a: Variable[NDArray[S]],
        *,
        mode: Literal["full", "economic"] = "full",
        pivoting: Literal[True],
        **how: Unpack[Working],
    ) -> tuple[Variable[NDArray[S]], Variable[NDArray[S]], Pivots]: ...
    @overload
    def __call__(
        self, a: Variable[NDArray[S]], *, mode: Literal["r"], pivoting: Literal[False] = False, **how: Unpack[Working]
    ) -> tuple[Variable[NDArray[S]]]: ...
    @overload
    def __call__(
        self, a: Variable[NDArray[S]], *, mode: Literal["r"], pivoting: Literal[True], **how: Unpack[Working]
    ) -> tuple[Variable[NDArray[S]], Pivots]: ...


class RQ(Protocol):
    """rq: a triangular and an orthogonal factor, or the former alone."""

    @overload
    def __call__(
        self, a: NDArray[S], *, mode: Literal["full", "economic"] = "full", **how: Unpack[Working]
    ) -> tuple[NDArray[S], NDArray[S]]: ...
    @overload
    def __call__(self, a: NDArray[S], *, mode: Literal["r"], **how: Unpack[Working]) -> NDArray[S]: ...
    @overload
    def __call__(
        self, a: Variable[NDArray[S]], *, mode: Literal["full", "economic"] = "full", **how: Unpack[Working]
    ) -> tuple[Variable[NDArray[S]], Variable[NDArray[S]]]: ...
    @overload
    def __call__(
        self, a: Variable[NDArray[S]], *, mode: Literal["r"], **how: Unpack[Working]
    ) -> Variable[NDArray[S]]: ...


class Polar(Protocol):
    """polar: a unitary and a Hermitian factor, in this order on either side."""

    @overload
    def __call__(self, a: ArrT, side: Literal["right", "left"] = "right") -> tuple[ArrT, ArrT]: ...
    @overload
    def __call__(
        self, a: Variable[ArrT], side: Literal["right", "left"] = "right"
    ) -> tuple[Variable[ArrT], Variable[ArrT]]: ...


Form: TypeAlias = Literal["real", "r", "complex", "c"]
Sorting: TypeAlias = Callable[..., bool] | Literal["lhp", "rhp", "iuc", "ouc"]


class Schur(Protocol):
    """schur: a triangular and a unitary factor; sorted, how many eigenvalues were put first."""

    @overload
    def __call__(
        self, a: NDArray[F], output: Literal["real", "r"] = "real", *, sort: None = None, **how: Unpack[Working]
    ) -> tuple[NDArray[F], NDArray[F]]: ...
    @overload
    def __call__(
        self, a: Double, output: Literal["complex", "c"], *, sort: None = None, **how: Unpack[Working]
    ) -> tuple[Complex128, Complex128]: ...
    @overload
    def __call__(
        self,
        a: Complex128,
        output: Form = "real",
        *,
        sort: None = None,
        **how: Unpack[Working],
    ) -> tuple[Complex128, Complex128]: ...
    @overload
    def __call__(
        self,
        a: Inexact,
        output: Form = "real",
        *,
        sort: Sorting,
        **how: Unpack[Working],
    ) -> tuple[Inexact, Inexact, int]: ...
    @overload
    def __call__(
        self,
        a: Variable[NDArray[S]],
        output: Literal["real", "r"] = "real",
        *,
        sort: None = None,
        **how: Unpack[Working],
    ) -> tuple[Variable[NDArray[S]], Variable[NDArray[S]]]: ...
    @overload
    def __call__(
        self, a: Variable[NDArray[S]], output: Literal["complex", "c"], *, sort: None = None, **how: Unpack[Working]
    ) -> tuple[Variable[Complex], Variable[Complex]]: ...
    @overload
    def __call__(
        self,
        a: Variable[NDArray[S]],
        output: Form = "real",
        *,
        sort: Sorting,
        **how: Unpack[Working],
    ) -> tuple[Variable[Inexact], Variable[Inexact], np.int64]: ...
