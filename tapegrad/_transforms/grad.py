"""`grad`: its types, and what it makes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Concatenate, Literal, overload

from tapegrad._transforms.places import differentiated, named
from tapegrad._transforms.reverse import Gradient
from tapegrad.typing import A, Aux, Aux_, B, C, D, P, Scalar_, ScalarOutput, Ts

# One overload for each number of arguments, then one for each common choice of argnums; the same again with has_aux.
# Then one takes a list of positions, for what is known at run time only, and two take names, whose types checkers
# cannot follow. There is no fallback on purpose: it would swallow every wrong use.


@overload
def grad(
    fun: Callable[[A], ScalarOutput], /, *, argnums: None = None, has_aux: Literal[False] = False
) -> Callable[[A], A]: ...
@overload
def grad(
    fun: Callable[[A, B], ScalarOutput], /, *, argnums: None = None, has_aux: Literal[False] = False
) -> Callable[[A, B], tuple[A, B]]: ...
@overload
def grad(
    fun: Callable[[A, B, C], ScalarOutput], /, *, argnums: None = None, has_aux: Literal[False] = False
) -> Callable[[A, B, C], tuple[A, B, C]]: ...
@overload
def grad(
    fun: Callable[[*Ts], Scalar_], /, *, argnums: None = None, has_aux: Literal[False] = False
) -> Callable[[*Ts], tuple[*Ts]]: ...
@overload
def grad(
    fun: Callable[Concatenate[A, P], ScalarOutput], /, *, argnums: Literal[0], has_aux: Literal[False] = False
) -> Callable[Concatenate[A, P], A]: ...
@overload
def grad(
    fun: Callable[Concatenate[A, B, P], ScalarOutput], /, *, argnums: Literal[1], has_aux: Literal[False] = False
) -> Callable[Concatenate[A, B, P], B]: ...
@overload
def grad(
    fun: Callable[Concatenate[A, B, C, P], ScalarOutput], /, *, argnums: Literal[2], has_aux: Literal[False] = False
) -> Callable[Concatenate[A, B, C, P], C]: ...
@overload
def grad(
    fun: Callable[Concatenate[A, B, C, D, P], ScalarOutput], /, *, argnums: Literal[3], has_aux: Literal[False] = False
) -> Callable[Concatenate[A, B, C, D, P], D]: ...
@overload
def grad(
    fun: Callable[Concatenate[A, P], ScalarOutput], /, *, argnums: tuple[Literal[0]], has_aux: Literal[False] = False
) -> Callable[Concatenate[A, P], tuple[A]]: ...
@overload
def grad(
    fun: Callable[Concatenate[A, B, P], ScalarOutput], /, *, argnums: tuple[Literal[1]], has_aux: Literal[False] = False
) -> Callable[Concatenate[A, B, P], tuple[B]]: ...
@overload
def grad(
    fun: Callable[Concatenate[A, B, P], ScalarOutput],
    /,
    *,
    argnums: tuple[Literal[0], Literal[1]],
    has_aux: Literal[False] = False,
) -> Callable[Concatenate[A, B, P], tuple[A, B]]: ...
@overload
def grad(
    fun: Callable[Concatenate[A, B, C, P], ScalarOutput],
    /,
    *,
    argnums: tuple[Literal[0], Literal[2]],
    has_aux: Literal[False] = False,
) -> Callable[Concatenate[A, B, C, P], tuple[A, C]]: ...
@overload
def grad(
    fun: Callable[Concatenate[A, B, C, P], ScalarOutput],
    /,
    *,
    argnums: tuple[Literal[1], Literal[2]],
    has_aux: Literal[False] = False,
) -> Callable[Concatenate[A, B, C, P], tuple[B, C]]: ...
@overload
def grad(
    fun: Callable[Concatenate[A, B, C, P], ScalarOutput],
    /,
    *,
    argnums: tuple[Literal[0], Literal[1], Literal[2]],
    has_aux: Literal[False] = False,
) -> Callable[Concatenate[A, B, C, P], tuple[A, B, C]]: ...
@overload
def grad(
    fun: Callable[P, ScalarOutput], /, *, argnums: list[int], has_aux: Literal[False] = False
) -> Callable[P, tuple[Any, ...]]: ...
@overload
def grad(fun: Callable[P, ScalarOutput], /, *, argnames: str, has_aux: Literal[False] = False) -> Callable[P, Any]: ...
@overload
def grad(
    fun: Callable[P, ScalarOutput], /, *, argnames: tuple[str, ...] | list[str], has_aux: Literal[False] = False
) -> Callable[P, dict[str, Any]]: ...
@overload
def grad(
    fun: Callable[[A], tuple[ScalarOutput, Aux]], /, *, argnums: None = None, has_aux: Literal[True]
) -> Callable[[A], tuple[A, Aux]]: ...
@overload
def grad(
    fun: Callable[[A, B], tuple[ScalarOutput, Aux]], /, *, argnums: None = None, has_aux: Literal[True]
) -> Callable[[A, B], tuple[tuple[A, B], Aux]]: ...
@overload
def grad(
    fun: Callable[[A, B, C], tuple[ScalarOutput, Aux]], /, *, argnums: None = None, has_aux: Literal[True]
) -> Callable[[A, B, C], tuple[tuple[A, B, C], Aux]]: ...
@overload
def grad(
    fun: Callable[[*Ts], tuple[Scalar_, Aux_]], /, *, argnums: None = None, has_aux: Literal[True]
) -> Callable[[*Ts], tuple[tuple[*Ts], Aux_]]: ...
@overload
def grad(
    fun: Callable[Concatenate[A, P], tuple[ScalarOutput, Aux]], /, *, argnums: Literal[0], has_aux: Literal[True]
) -> Callable[Concatenate[A, P], tuple[A, Aux]]: ...
@overload
def grad(
    fun: Callable[Concatenate[A, B, P], tuple[ScalarOutput, Aux]], /, *, argnums: Literal[1], has_aux: Literal[True]
) -> Callable[Concatenate[A, B, P], tuple[B, Aux]]: ...
@overload
def grad(
    fun: Callable[Concatenate[A, B, C, P], tuple[ScalarOutput, Aux]], /, *, argnums: Literal[2], has_aux: Literal[True]
) -> Callable[Concatenate[A, B, C, P], tuple[C, Aux]]: ...
@overload
def grad(
    fun: Callable[Concatenate[A, B, C, D, P], tuple[ScalarOutput, Aux]],
    /,
    *,
    argnums: Literal[3],
    has_aux: Literal[True],
) -> Callable[Concatenate[A, B, C, D, P], tuple[D, Aux]]: ...
@overload
def grad(
    fun: Callable[Concatenate[A, P], tuple[ScalarOutput, Aux]], /, *, argnums: tuple[Literal[0]], has_aux: Literal[True]
) -> Callable[Concatenate[A, P], tuple[tuple[A], Aux]]: ...
@overload
def grad(
    fun: Callable[Concatenate[A, B, P], tuple[ScalarOutput, Aux]],
    /,
    *,
    argnums: tuple[Literal[1]],
    has_aux: Literal[True],
) -> Callable[Concatenate[A, B, P], tuple[tuple[B], Aux]]: ...
@overload
def grad(
    fun: Callable[Concatenate[A, B, P], tuple[ScalarOutput, Aux]],
    /,
    *,
    argnums: tuple[Literal[0], Literal[1]],
    has_aux: Literal[True],
) -> Callable[Concatenate[A, B, P], tuple[tuple[A, B], Aux]]: ...
@overload
def grad(
    fun: Callable[Concatenate[A, B, C, P], tuple[ScalarOutput, Aux]],
    /,
    *,
    argnums: tuple[Literal[0], Literal[2]],
    has_aux: Literal[True],
) -> Callable[Concatenate[A, B, C, P], tuple[tuple[A, C], Aux]]: ...
@overload
def grad(
    fun: Callable[Concatenate[A, B, C, P], tuple[ScalarOutput, Aux]],
    /,
    *,
    argnums: tuple[Literal[1], Literal[2]],
    has_aux: Literal[True],
) -> Callable[Concatenate[A, B, C, P], tuple[tuple[B, C], Aux]]: ...
@overload
def grad(
    fun: Callable[Concatenate[A, B, C, P], tuple[ScalarOutput, Aux]],
    /,
    *,
    argnums: tuple[Literal[0], Literal[1], Literal[2]],
    has_aux: Literal[True],
) -> Callable[Concatenate[A, B, C, P], tuple[tuple[A, B, C], Aux]]: ...
@overload
def grad(
    fun: Callable[P, tuple[ScalarOutput, Aux]], /, *, argnums: list[int], has_aux: Literal[True]
) -> Callable[P, tuple[tuple[Any, ...], Aux]]: ...
@overload
def grad(
    fun: Callable[P, tuple[ScalarOutput, Aux]], /, *, argnames: str, has_aux: Literal[True]
) -> Callable[P, tuple[Any, Aux]]: ...
@overload
def grad(
    fun: Callable[P, tuple[ScalarOutput, Aux]], /, *, argnames: tuple[str, ...] | list[str], has_aux: Literal[True]
) -> Callable[P, tuple[dict[str, Any], Aux]]: ...
def grad(
    fun: Callable[..., Any],
    /,
    *,
    argnums: int | tuple[int, ...] | list[int] | None = None,
    argnames: str | tuple[str, ...] | list[str] | None = None,
    has_aux: bool = False,
) -> Callable[..., Any]:
    """The gradient of a scalar function in every positional argument.

    `grad(f)(x, y)` is a tuple of two gradients, `grad(f)(x)` one. Each has the type, structure, shape and dtype of
    its argument (a Python number's is an `np.float64`), and is a fresh array. In a complex z = x + iy it is
    ∂f/∂x - i ∂f/∂y, as in JAX: what ascends is its conjugate. Keyword arguments are passed on, not differentiated.

    Args:
        fun: a function of floating or complex numbers, arrays, or trees of them, that returns a real scalar.
        argnums: which positional arguments to differentiate in. An int gives one gradient, a tuple (or, for checkers,
            a list, where it is not known before run time) a tuple. An argument that is not asked for costs nothing.
        argnames: which arguments instead, by name, whether they are passed by keyword or by position. A string gives
            one gradient, a tuple or list of strings a dict of gradients by name.
        has_aux: `fun` returns a pair (output, auxiliary); so does the gradient function: (gradient, auxiliary).

    Raises:
        TypeError: at the call, if a differentiated argument holds integers in an array, booleans, strings, objects or
            None; if the output is not a real scalar; if an argument in `argnames` was not passed.
            At once, if `fun` has no argument of that name.
        MissingRuleError: at the call, if a function in `fun` has no derivative in tapegrad.

    >>> from tapegrad import grad
    >>> def matyas(x, y):
    ...     return 0.26 * (x**2 + y**2) - 0.48 * x * y
    >>> dx, dy = grad(matyas)(1.0, 1.0)
    >>> f"{dx:.2f} {dy:.2f}"
    '0.04 0.04'
    >>> grad(grad(lambda x: x**3))(2.0)
    np.float64(12.0)
    >>> grad(matyas, argnames=("y",))(1.0, y=0.0)
    {'y': np.float64(-0.48)}
    >>> grad(lambda z: abs(z) ** 2)(3 + 4j).round(12)
    np.complex128(6-8j)
    """
    return Gradient(fun, differentiated(argnums), has_aux, named(argnames, argnums, fun))
