"""Between the two ways to type differentiated values: as the arrays that they stand for, and as Variables.

Users' functions are annotated with NumPy's types, and checkers take a Variable for the array that it stands for.
Rules, and code that looks at Variables, say `Variable[T]`. These functions go from one to the other.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, overload

from tapegrad._core.variable import Variable, is_variable
from tapegrad._tree import tree_map
from tapegrad.typing import A, B, C, R, T


def value_of(x: T, /) -> T:
    """The value of a Variable, read-only and without a gradient; anything else as it is. Also of the leaves of a tree.

    It goes out by one level: inside of nested transforms the value may belong to the next one. What is to be a constant
    to all of them goes through `stop_gradient`.

    >>> import numpy as np
    >>> from tapegrad import Tape, value_of
    >>> with Tape() as tape:
    ...     x = tape.watch(np.array([1.0, 2.0]))
    >>> x
    Variable([1., 2.])
    >>> value_of(x)
    array([1., 2.])
    >>> value_of({"x": x, "y": 3.0})
    {'x': array([1., 2.]), 'y': 3.0}
    """
    return tree_map(_value, x)


def _value(leaf: Any) -> Any:
    return leaf.value if is_variable(leaf) else leaf


@overload
def lift(fun: Callable[[Variable[A]], Variable[R]], /) -> Callable[[A], R]: ...
@overload
def lift(fun: Callable[[Variable[A], Variable[B]], Variable[R]], /) -> Callable[[A, B], R]: ...
@overload
def lift(fun: Callable[[Variable[A], Variable[B], Variable[C]], Variable[R]], /) -> Callable[[A, B, C], R]: ...
def lift(fun: Callable[..., Any], /) -> Callable[..., Any]:
    """A function annotated with Variables, as one of the arrays that they stand for: so that transforms take it.

    It is the function itself; only its type changes.

    >>> from tapegrad import Variable, grad, lift
    >>> def area(width: Variable[float], height: Variable[float]) -> Variable[float]:
    ...     return width * height
    >>> grad(lift(area))(2.0, 3.0)
    (np.float64(3.0), np.float64(2.0))
    """
    return fun
