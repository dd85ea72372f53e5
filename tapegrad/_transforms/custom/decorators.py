"""`custom_vjp` and `custom_jvp`: functions with derivatives that the user writes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, overload

from tapegrad._transforms.custom.function import Decorator
from tapegrad._transforms.custom.rules import Rules
from tapegrad.typing import R_, A, Aux, Aux_, B, C, D, R, Ts


# One for any number of arguments; with None among the cotangents, one for each number.
@overload
def custom_vjp(
    forward: Callable[[*Ts], tuple[R_, Aux_]], backward: Callable[[Aux_, R_], tuple[*Ts]], /
) -> Decorator[R_, *Ts]: ...
@overload
def custom_vjp(
    forward: Callable[[A], tuple[R, Aux]], backward: Callable[[Aux, R], tuple[A | None]], /
) -> Decorator[R, A]: ...
@overload
def custom_vjp(
    forward: Callable[[A, B], tuple[R, Aux]], backward: Callable[[Aux, R], tuple[A | None, B | None]], /
) -> Decorator[R, A, B]: ...
@overload
def custom_vjp(
    forward: Callable[[A, B, C], tuple[R, Aux]], backward: Callable[[Aux, R], tuple[A | None, B | None, C | None]], /
) -> Decorator[R, A, B, C]: ...
@overload
def custom_vjp(
    forward: Callable[[A, B, C, D], tuple[R, Aux]],
    backward: Callable[[Aux, R], tuple[A | None, B | None, C | None, D | None]],
    /,
) -> Decorator[R, A, B, C, D]: ...
@overload
def custom_vjp(
    forward: Callable[[*Ts], tuple[R_, Aux_]],
    backward: Callable[[Aux_, R_], tuple[Any, ...]],
    /,
    *,
    nondiff_argnums: int | tuple[int, ...],
) -> Decorator[R_, *Ts]: ...
def custom_vjp(
    forward: Callable[..., Any], backward: Callable[..., Any], /, *, nondiff_argnums: int | tuple[int, ...] = ()
) -> Any:
    """Decorates a function with a reverse-mode derivative of your own.

    Args:
        forward: takes the function's arguments; returns `(out, residuals)`: the function's value, and whatever
            `backward` will need.
        backward: takes `(residuals, ct)`, where `ct` is a cotangent of the output: a tree like it, with None for what
            is not floating. Returns a tuple of cotangents, one for each positional argument, with its structure and
            shapes; None for zero.
        nondiff_argnums: the arguments that have no derivative: options, functions, anything. `forward` gets them as
            it gets the others, `backward` only in its residuals, and returns no cotangents for them.

    Nothing is changed by it: the result is a frozen value with the function's signature, that can be compared, pickled,
    and used as a method. Arguments and outputs may be trees.

    The rules are used at one level, and seen by all others as they are: of nested transforms, the outer ones
    differentiate `forward` and `backward` themselves. Where a rule is to hold there too, `forward` calls the
    decorated function. Under `vmap`, all is mapped, and the rules still hold. In forward mode `backward` is transposed,
    which takes one that is linear in `ct`; otherwise add a `custom_jvp`, above or below: each mode uses its own rules.

    Differentiated values come as arguments. A rule that uses one from its surroundings raises, for its derivative
    would be lost.

    Raises:
        TypeError: from the call or the sweep, if a rule returns what it must not (the number of cotangents, their
            structure), is not linear where it is transposed, or uses a differentiated value that it was not given; or
            if a differentiated value is passed for one of `nondiff_argnums`.
        ValueError: if a cotangent has the wrong shape.

    >>> import numpy as np
    >>> from tapegrad import custom_vjp, grad
    >>> @custom_vjp(lambda x: (np.round(x), None), lambda residuals, ct: (ct,))
    ... def round_straight_through(x):
    ...     return np.round(x)
    >>> grad(lambda x: round_straight_through(x) * x)(2.4)
    np.float64(4.4)
    """
    if not all(map(callable, (forward, backward))):
        raise TypeError(f"custom_vjp takes two functions, forward and backward, not {forward!r} and {backward!r}.")
    decorator: Decorator[Any, *tuple[Any, ...]] = Decorator(
        Rules(forward, backward, nondiff_argnums=_positions(nondiff_argnums))
    )
    return decorator


# One for each of the first few numbers of arguments, for lambdas.
@overload
def custom_jvp(rule: Callable[[tuple[A], tuple[A]], tuple[R, R | None]], /) -> Decorator[R, A]: ...
@overload
def custom_jvp(rule: Callable[[tuple[A, B], tuple[A, B]], tuple[R, R | None]], /) -> Decorator[R, A, B]: ...
@overload
def custom_jvp(rule: Callable[[tuple[A, B, C], tuple[A, B, C]], tuple[R, R | None]], /) -> Decorator[R, A, B, C]: ...
@overload
def custom_jvp(rule: Callable[[tuple[*Ts], tuple[*Ts]], tuple[R_, R_ | None]], /) -> Decorator[R_, *Ts]: ...
@overload
def custom_jvp(
    rule: Callable[[tuple[*Ts], tuple[Any, ...]], tuple[R_, Any]], /, *, nondiff_argnums: int | tuple[int, ...]
) -> Decorator[R_, *Ts]: ...
def custom_jvp(rule: Callable[..., Any], /, *, nondiff_argnums: int | tuple[int, ...] = ()) -> Any:
    """Decorates a function with a forward-mode derivative of your own; reverse mode follows from it.

    Args:
        rule: takes `(primals, tangents)`: the arguments, and a tangent for each, zeros where it is constant and None
            where it is no number. Returns `(out, tangent of out)`, a tree like `out`, with None for zero. The
            tangent must be linear in the tangents.
        nondiff_argnums: the arguments that have no derivative: options, functions, anything. They are among the
            primals, and there are no tangents for them.

    As `custom_vjp` in every other respect. In reverse mode the rule is recorded and transposed, unless the function has
    a `custom_vjp` too. Of nested transforms, the outer ones differentiate the rule: where it is to hold there too, it
    calls the decorated function for `out`, as below.

    >>> import numpy as np
    >>> from tapegrad import custom_jvp, grad
    >>> def rule(primals, tangents):
    ...     (x,), (dx,) = primals, tangents
    ...     return log1pexp(x), dx / (1 + np.exp(-x))
    >>> @custom_jvp(rule)
    ... def log1pexp(x):
    ...     return np.log1p(np.exp(x))
    >>> grad(log1pexp)(100.0)
    np.float64(1.0)
    """
    if not callable(rule):
        raise TypeError(f"custom_jvp takes a function, the rule, not {rule!r}.")
    decorator: Decorator[Any, *tuple[Any, ...]] = Decorator(
        Rules(rule=rule, nondiff_argnums=_positions(nondiff_argnums))
    )
    return decorator


def _positions(argnums: int | tuple[int, ...]) -> tuple[int, ...]:
    several = (argnums,) if isinstance(argnums, int) else tuple(argnums)
    if any(type(i) is not int or i < 0 for i in several):
        raise ValueError(f"nondiff_argnums names positions, counted from 0; it is {argnums!r}.")
    return tuple(sorted(set(several)))
