"""`cond`: one of two computations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tapegrad._core.variable import is_variable
from tapegrad._place import user_line
from tapegrad._program.choosing import choose
from tapegrad._transforms.shells import Shell
from tapegrad.errors import DomainError
from tapegrad.typing import R_, Ts


def cond(
    condition: bool | np.bool | NDArray[np.bool], true: Callable[[*Ts], R_], false: Callable[[*Ts], R_], /, *args: *Ts
) -> R_:
    """`true(*args)` where the condition holds, else `false(*args)`.

    Outside of a Program, that is Python's `if`, and only one of them runs. In a Program (`compile`, `trace`) both are
    recorded, and the value that the condition has then says which one runs. Under `vmap`, where the condition differs
    from element to element, both run and each element takes its own.

    Args:
        condition: one truth value, a 0-d array too.
        true: a function of trees of numbers and arrays.
        false: another one. In a Program and under `vmap`, its results have the structure, shapes and dtypes of the
            other's.
        args: what both are given; they may use values from outside too.

    Raises:
        TypeError: if the results differ in structure, shape or dtype; in a Program also where a dtype further on would
            depend on the branch, because one gives a number of Python's (`0.0`) and the other one of NumPy's.

    >>> import numpy as np
    >>> from tapegrad import compile, cond, grad
    >>> def f(x):
    ...     return cond(x > 1.0, lambda x: x**2, np.sin, x)
    >>> compile(grad(f))(3.0), compile(grad(f))(0.0)
    (np.float64(6.0), np.float64(1.0))
    """
    run_true: Callable[..., Any] = true
    run_false: Callable[..., Any] = false
    if np.shape(condition):
        raise DomainError(f"cond needs one truth value, not an array of shape {np.shape(condition)}: np.where.")
    if not is_variable(condition):
        chosen: R_ = (run_true if condition else run_false)(*args)
        return chosen
    shell, numbers = Shell.of(args)
    results: list[Shell] = []

    def branch(f: Callable[..., Any]) -> Callable[[Sequence[Any]], list[Any]]:
        def run(values: Sequence[Any]) -> list[Any]:
            made, outs = Shell.of(f(*shell.filled(values)))
            results.append(made)
            if (difference := results[0].difference(made)) is not None:
                place, one, other = difference
                raise TypeError(
                    f"cond at {user_line()}: in one branch the result{place} is {one}, in the other {other}. In a "
                    "Program and under vmap, both return the same structure, shapes and dtypes."
                )
            return outs

        return run

    outs = choose(condition, branch(run_true), branch(run_false), numbers)
    result: R_ = results[0].filled(outs)
    return result
