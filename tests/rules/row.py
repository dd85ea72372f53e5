"""What a row is: a function over plain NumPy, and the place at which the laws look at it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from tests.untyped import Function


@attrs.frozen(eq=False)
class Row:
    """A function and its arguments; what is special about it is said by flags."""

    name: str
    f: Callable[..., Any]
    args: tuple[Any, ...]
    """All of them are differentiated."""
    order: int = attrs.field(default=2, kw_only=True)
    """How often it is differentiated; 0 where differences mean nothing."""
    elementwise: bool = attrs.field(default=False, kw_only=True)
    """Whether it also takes numbers, arrays with no axes, and empty arrays."""
    batch: bool = attrs.field(default=True, kw_only=True)
    """Whether it runs under `vmap`."""
    single: bool = attrs.field(default=True, kw_only=True)
    """Whether single precision in means single precision out."""


def row(
    name: str,
    f: Function,
    *args: Any,
    order: int = 2,
    elementwise: bool = False,
    batch: bool = True,
    single: bool = True,
) -> Row:
    """A Row, from a function whose parameters checkers know."""
    return Row(name, f, args, order=order, elementwise=elementwise, batch=batch, single=single)


_rng = np.random.default_rng(20)


def real(*shape: int, low: float = -1.0, high: float = 1.0) -> NDArray[np.float64]:
    """Random numbers between two bounds, different ones at each call."""
    return _rng.uniform(low, high, shape)


def apart(*shape: int) -> NDArray[np.float64]:
    """Random numbers at least 0.1 from one another and from 0: no ties within reach of a difference."""
    size = int(np.prod(shape))
    return (0.2 * (_rng.permutation(size) - size // 2) + 0.1 + _rng.uniform(-0.04, 0.04, size)).reshape(shape)


def unreal(*shape: int) -> NDArray[np.complex128]:
    """Complex numbers in the first quadrant, off the branch cuts."""
    return real(*shape, low=0.2, high=0.8) + 1j * real(*shape, low=0.2, high=0.8)


def unary(target: np.ufunc, low: float = -1.0, high: float = 1.0, *, complex: bool = False) -> list[Row]:
    """The rows of a ufunc of one argument on an interval, and on complex numbers where it takes them."""
    name = target.__name__
    f: Function = lambda x: target(x)  # noqa: E731
    rows = [row(name, f, real(2, 3, low=low, high=high), elementwise=True)]
    return [*rows, row(f"{name}, complex", f, unreal(2, 2), elementwise=True)] if complex else rows


def binary(
    target: np.ufunc,
    x: tuple[float, float] = (-1.0, 1.0),
    y: tuple[float, float] = (-1.0, 1.0),
    *,
    complex: bool = False,
) -> list[Row]:
    """The rows of a ufunc of two arguments: shapes that broadcast, constants on either side, `outer`, complex."""
    name = target.__name__
    f: Function = lambda x, y: target(x, y)  # noqa: E731
    (x_low, x_high), (y_low, y_high) = x, y

    def left(*shape: int) -> NDArray[np.float64]:
        return real(*shape, low=x_low, high=x_high)

    def right(*shape: int) -> NDArray[np.float64]:
        return real(*shape, low=y_low, high=y_high)

    number_x, number_y = float(left()), float(right())
    array_x, array_y = left(2, 3), right(2, 1)
    rows = [
        row(name, f, left(2, 3), right(2, 3), elementwise=True),
        row(f"{name}, a longer x", f, left(2, 3), right(3), elementwise=True),
        row(f"{name}, a longer y", f, left(1), right(2, 3), elementwise=True),
        row(f"{name}, both stretched", f, left(2, 1), right(1, 3), elementwise=True),
        row(f"{name}, number and array", f, number_x, right(3), single=False),
        row(f"{name}, array and number", f, left(3), number_y, single=False),
        row(f"{name}, constant number first", lambda y: target(number_x, y), right(3), elementwise=True),
        row(f"{name}, constant number second", lambda x: target(x, number_y), left(3), elementwise=True),
        row(f"{name}, constant array first", lambda y: target(array_x, y), right(3), single=False),
        row(f"{name}, constant array second", lambda x: target(x, array_y), left(3), single=False),
        row(f"{name}.outer", lambda x, y: target.outer(x, y), left(2), right(2, 2)),
    ]
    low, high = max(x_low, y_low), min(x_high, y_high)
    if low < high:
        rows.append(row(f"{name}, x twice", lambda x: target(x, x), real(3, low=low, high=high), elementwise=True))
    if complex:
        rows += [
            row(f"{name}, complex", f, unreal(2, 2), unreal(2) + 0.5, elementwise=True),
            row(f"{name}, complex and real", f, unreal(2), right(2), elementwise=True),
            row(f"{name}, real and complex", f, left(2, 1), unreal(2), elementwise=True),
        ]
    return rows
