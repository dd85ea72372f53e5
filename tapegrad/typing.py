"""Type variables and aliases of the public signatures.

`TypeVar(default=...)` exists at run time from Python 3.13 on only. So the type variables with a default are for
checkers (which bring `typing_extensions` along), and have plain twins at run time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Scalar: TypeAlias = float | np.floating[Any] | NDArray[np.floating[Any]]
"""What a function handed to grad may return: a float or a (0-d) floating array."""

Axis: TypeAlias = int | tuple[int, ...]
"""One axis or several."""

Inexact: TypeAlias = NDArray[np.inexact[Any]]
"""An array that can be differentiated."""

Number: TypeAlias = NDArray[np.number[Any] | np.bool]
"""An array of numbers."""

Int: TypeAlias = np.integer[Any] | np.bool
"""A scalar that becomes a float where a function gives floats."""

if TYPE_CHECKING:
    from typing_extensions import ParamSpec, TypeVar, TypeVarTuple, override as override

    # bound=Any   : mypy checks un-annotated lambdas and infers a *generic* callable;
    # default=Any : pyright says Any, not Unknown (which is an error in its strict mode).
    A = TypeVar("A", bound=Any, default=Any)
    B = TypeVar("B", bound=Any, default=Any)
    C = TypeVar("C", bound=Any, default=Any)
    D = TypeVar("D", bound=Any, default=Any)
    R = TypeVar("R", bound=Any, default=Any)
    Aux = TypeVar("Aux", bound=Any, default=Any)
    # The name is what the user reads:
    # 'Value of type variable "ScalarOutput" of "grad" cannot be "str"'.
    ScalarOutput = TypeVar("ScalarOutput", bound=Scalar, default=Any)
    # The typing spec forbids a TypeVar with a default after a TypeVarTuple.
    Scalar_ = TypeVar("Scalar_", bound=Scalar)
    R_ = TypeVar("R_", bound=Any)
    Aux_ = TypeVar("Aux_", bound=Any)
    P = ParamSpec("P", default=...)
    Q = ParamSpec("Q")
    Owner = TypeVar("Owner")
    Ts = TypeVarTuple("Ts")
    As = TypeVarTuple("As")
    T = TypeVar("T")
    W = TypeVar("W")
    T_co = TypeVar("T_co", covariant=True, default=Any)
    F = TypeVar("F", bound=np.floating[Any], default=np.float64)
else:
    from typing import ParamSpec, TypeVar, TypeVarTuple

    def override(method):
        """`typing.override`, which Python 3.11 lacks."""
        return method

    A = TypeVar("A")
    B = TypeVar("B")
    C = TypeVar("C")
    D = TypeVar("D")
    R = TypeVar("R")
    Aux = TypeVar("Aux")
    ScalarOutput = TypeVar("ScalarOutput", bound=Scalar)
    Scalar_ = TypeVar("Scalar_", bound=Scalar)
    R_ = TypeVar("R_")
    Aux_ = TypeVar("Aux_")
    P = ParamSpec("P")
    Q = ParamSpec("Q")
    Owner = TypeVar("Owner")
    Ts = TypeVarTuple("Ts")
    As = TypeVarTuple("As")
    T = TypeVar("T")
    W = TypeVar("W")
    T_co = TypeVar("T_co", covariant=True)
    F = TypeVar("F", bound=np.floating[Any])

Shape = TypeVar("Shape", bound=tuple[Any, ...])
# Scalars: any, numbers, floating or complex, complex, real; then arrays of them.
G = TypeVar("G", bound=np.generic)
N = TypeVar("N", bound=np.number[Any])
S = TypeVar("S", bound=np.inexact[Any])
K = TypeVar("K", bound=np.complexfloating[Any, Any])
Re = TypeVar("Re", bound=np.floating[Any] | np.integer[Any])
AnyT = TypeVar("AnyT", bound=NDArray[Any])
NumT = TypeVar("NumT", bound=NDArray[np.number[Any]])
ArrT = TypeVar("ArrT", bound=NDArray[np.inexact[Any]])
