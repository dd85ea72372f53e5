"""`value_and_grad`: its types, and what it makes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Concatenate, Literal, overload

from tapegrad._transforms.places import differentiated, named
from tapegrad._transforms.reverse import ValueAndGradient
from tapegrad.typing import A, Aux, Aux_, B, C, D, P, Scalar_, ScalarOutput, Ts

# One overload for each number of arguments, then one for each common choice of argnums; the same again with has_aux.
# Then one takes a list of positions, for what is known at run time only, and two take names, whose types checkers
# cannot follow. There is no fallback on purpose: it would swallow every wrong use.


@overload
def value_and_grad(
    fun: Callable[[A], ScalarOutput], /, *, argnums: None = None, has_aux: Literal[False] = False
) -> Callable[[A], tuple[ScalarOutput, A]]: ...
@overload
def value_and_grad(
    fun: Callable[[A, B], ScalarOutput], /, *, argnums: None = None, has_aux: Literal[False] = False
) -> Callable[[A, B], tuple[ScalarOutput, tuple[A, B]]]: ...
@overload
def value_and_grad(
    fun: Callable[[A, B, C], ScalarOutput], /, *, argnums: None = None, has_aux: Literal[False] = False
) -> Callable[[A, B, C], tuple[ScalarOutput, tuple[A, B, C]]]: ...
@overload
def value_and_grad(
    fun: Callable[[*Ts], Scalar_], /, *, argnums: None = None, has_aux: Literal[False] = False
) -> Callable[[*Ts], tuple[Scalar_, tuple[*Ts]]]: ...
@overload
def value_and_grad(
    fun: Callable[Concatenate[A, P], ScalarOutput], /, *, argnums: Literal[0], has_aux: Literal[False] = False
) -> Callable[Concatenate[A, P], tuple[ScalarOutput, A]]: ...
@overload
def value_and_grad(
    fun: Callable[Concatenate[A, B, P], ScalarOutput], /, *, argnums: Literal[1], has_aux: Literal[False] = False
) -> Callable[Concatenate[A, B, P], tuple[ScalarOutput, B]]: ...
@overload
def value_and_grad(
    fun: Callable[Concatenate[A, B, C, P], ScalarOutput], /, *, argnums: Literal[2], has_aux: Literal[False] = False
) -> Callable[Concatenate[A, B, C, P], tuple[ScalarOutput, C]]: ...
@overload
def value_and_grad(
    fun: Callable[Concatenate[A, B, C, D, P], ScalarOutput], /, *, argnums: Literal[3], has_aux: Literal[False] = False
) -> Callable[Concatenate[A, B, C, D, P], tuple[ScalarOutput, D]]: ...
@overload
def value_and_grad(
    fun: Callable[Concatenate[A, P], ScalarOutput], /, *, argnums: tuple[Literal[0]], has_aux: Literal[False] = False
) -> Callable[Concatenate[A, P], tuple[ScalarOutput, tuple[A]]]: ...
@overload
def value_and_grad(
    fun: Callable[Concatenate[A, B, P], ScalarOutput], /, *, argnums: tuple[Literal[1]], has_aux: Literal[False] = False
) -> Callable[Concatenate[A, B, P], tuple[ScalarOutput, tuple[B]]]: ...
@overload
def value_and_grad(
    fun: Callable[Concatenate[A, B, P], ScalarOutput],
    /,
    *,
    argnums: tuple[Literal[0], Literal[1]],
    has_aux: Literal[False] = False,
) -> Callable[Concatenate[A, B, P], tuple[ScalarOutput, tuple[A, B]]]: ...
@overload
def value_and_grad(
    fun: Callable[Concatenate[A, B, C, P], ScalarOutput],
    /,
    *,
    argnums: tuple[Literal[0], Literal[2]],
    has_aux: Literal[False] = False,
) -> Callable[Concatenate[A, B, C, P], tuple[ScalarOutput, tuple[A, C]]]: ...
@overload
def value_and_grad(
    fun: Callable[Concatenate[A, B, C, P], ScalarOutput],
    /,
    *,
    argnums: tuple[Literal[1], Literal[2]],
    has_aux: Literal[False] = False,
) -> Callable[Concatenate[A, B, C, P], tuple[ScalarOutput, tuple[B, C]]]: ...
@overload
def value_and_grad(
    fun: Callable[Concatenate[A, B, C, P], ScalarOutput],
    /,
    *,
    argnums: tuple[Literal[0], Literal[1], Literal[2]],
    has_aux: Literal[False] = False,
) -> Callable[Concatenate[A, B, C, P], tuple[ScalarOutput, tuple[A, B, C]]]: ...
@overload
def value_and_grad(
    fun: Callable[P, ScalarOutput], /, *, argnums: list[int], has_aux: Literal[False] = False
) -> Callable[P, tuple[ScalarOutput, tuple[Any, ...]]]: ...
@overload
def value_and_grad(
    fun: Callable[P, ScalarOutput], /, *, argnames: str, has_aux: Literal[False] = False
) -> Callable[P, tuple[ScalarOutput, Any]]: ...
@overload
def value_and_grad(
    fun: Callable[P, ScalarOutput], /, *, argnames: tuple[str, ...] | list[str], has_aux: Literal[False] = False
) -> Callable[P, tuple[ScalarOutput, dict[str, Any]]]: ...
@overload
def value_and_grad(
    fun: Callable[[A], tuple[ScalarOutput, Aux]], /, *, argnums: None = None, has_aux: Literal[True]
) -> Callable[[A], tuple[tuple[ScalarOutput, Aux], A]]: ...
@overload
def value_and_grad(
    fun: Callable[[A, B], tuple[ScalarOutput, Aux]], /, *, argnums: None = None, has_aux: Literal[True]
) -> Callable[[A, B], tuple[tuple[ScalarOutput, Aux], tuple[A, B]]]: ...
@overload
def value_and_grad(
    fun: Callable[[A, B, C], tuple[ScalarOutput, Aux]], /, *, argnums: None = None, has_aux: Literal[True]
) -> Callable[[A, B, C], tuple[tuple[ScalarOutput, Aux], tuple[A, B, C]]]: ...
@overload
def value_and_grad(
    fun: Callable[[*Ts], tuple[Scalar_, Aux_]], /, *, argnums: None = None, has_aux: Literal[True]
) -> Callable[[*Ts], tuple[tuple[Scalar_, Aux_], tuple[*Ts]]]: ...
@overload
def value_and_grad(
    fun: Callable[Concatenate[A, P], tuple[ScalarOutput, Aux]], /, *, argnums: Literal[0], has_aux: Literal[True]
) -> Callable[Concatenate[A, P], tuple[tuple[ScalarOutput, Aux], A]]: ...
@overload
def value_and_grad(
    fun: Callable[Concatenate[A, B, P], tuple[ScalarOutput, Aux]], /, *, argnums: Literal[1], has_aux: Literal[True]
) -> Callable[Concatenate[A, B, P], tuple[tuple[ScalarOutput, Aux], B]]: ...
@overload
def value_and_grad(
    fun: Callable[Concatenate[A, B, C, P], tuple[ScalarOutput, Aux]], /, *, argnums: Literal[2], has_aux: Literal[True]
) -> Callable[Concatenate[A, B, C, P], tuple[tuple[ScalarOutput, Aux], C]]: ...
@overload
def value_and_grad(
    fun: Callable[Concatenate[A, B, C, D, P], tuple[ScalarOutput, Aux]],
    /,
    *,
    argnums: Literal[3],
    has_aux: Literal[True],
) -> Callable[Concatenate[A, B, C, D, P], tuple[tuple[ScalarOutput, Aux], D]]: ...
@overload
def value_and_grad(
    fun: Callable[Concatenate[A, P], tuple[ScalarOutput, Aux]], /, *, argnums: tuple[Literal[0]], has_aux: Literal[True]
) -> Callable[Concatenate[A, P], tuple[tuple[ScalarOutput, Aux], tuple[A]]]: ...
@overload
def value_and_grad(
    fun: Callable[Concatenate[A, B, P], tuple[ScalarOutput, Aux]],
    /,
    *,
    argnums: tuple[Literal[1]],
    has_aux: Literal[True],
) -> Callable[Concatenate[A, B, P], tuple[tuple[ScalarOutput, Aux], tuple[B]]]: ...
@overload
def value_and_grad(
    fun: Callable[Concatenate[A, B, P], tuple[ScalarOutput, Aux]],
    /,
    *,
    argnums: tuple[Literal[0], Literal[1]],
    has_aux: Literal[True],
) -> Callable[Concatenate[A, B, P], tuple[tuple[ScalarOutput, Aux], tuple[A, B]]]: ...
@overload
def value_and_grad(
    fun: Callable[Concatenate[A, B, C, P], tuple[ScalarOutput, Aux]],
    /,
    *,
    argnums: tuple[Literal[0], Literal[2]],
    has_aux: Literal[True],
) -> Callable[Concatenate[A, B, C, P], tuple[tuple[ScalarOutput, Aux], tuple[A, C]]]: ...
@overload
def value_and_grad(
    fun: Callable[Concatenate[A, B, C, P], tuple[ScalarOutput, Aux]],
    /,
    *,
    argnums: tuple[Literal[1], Literal[2]],
    has_aux: Literal[True],
) -> Callable[Concatenate[A, B, C, P], tuple[tuple[ScalarOutput, Aux], tuple[B, C]]]: ...
@overload
def value_and_grad(
    fun: Callable[Concatenate[A, B, C, P], tuple[ScalarOutput, Aux]],
    /,
    *,
    argnums: tuple[Literal[0], Literal[1], Literal[2]],
    has_aux: Literal[True],
) -> Callable[Concatenate[A, B, C, P], tuple[tuple[ScalarOutput, Aux], tuple[A, B, C]]]: ...
@overload
def value_and_grad(
    fun: Callable[P, tuple[ScalarOutput, Aux]], /, *, argnums: list[int], has_aux: Literal[True]
) -> Callable[P, tuple[tuple[ScalarOutput, Aux], tuple[Any, ...]]]: ...
@overload
def value_and_grad(
    fun: Callable[P, tuple[ScalarOutput, Aux]], /, *, argnames: str, has_aux: Literal[True]
) -> Callable[P, tuple[tuple[ScalarOutput, Aux], Any]]: ...
@overload
def value_and_grad(
    fun: Callable[P, tuple[ScalarOutput, Aux]], /, *, argnames: tuple[str, ...] | list[str], has_aux: Literal[True]
) -> Callable[P, tuple[tuple[ScalarOutput, Aux], dict[str, Any]]]: ...
def value_and_grad(
    fun: Callable[..., Any],
    /,
    *,
    argnums: int | tuple[int, ...] | list[int] | None = None,
    argnames: str | tuple[str, ...] | list[str] | None = None,
    has_aux: bool = False,
) -> Callable[..., Any]:
    """The value of a scalar function and its gradient, from one run: `(value, gradient)`.

    As `grad` in every respect. With `has_aux` it returns `((value, auxiliary), gradient)`.

    >>> import numpy as np
    >>> from tapegrad import value_and_grad
    >>> value_and_grad(lambda x: np.sum(x**2))(np.array([1.0, 2.0]))
    (np.float64(5.0), array([2., 4.]))
    """
    return ValueAndGradient(fun, differentiated(argnums), has_aux, named(argnames, argnums, fun))
