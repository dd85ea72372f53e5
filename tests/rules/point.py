"""What a point is: a function, a place where its derivative is a choice, and the choice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs
import numpy as np

from tests.untyped import Function


@attrs.frozen(eq=False)
class Point:
    """A function of one or several arguments, and the gradient of its sum that is promised there."""

    name: str
    f: Callable[..., Any]
    args: tuple[Any, ...]
    gradients: tuple[Any, ...]
    forward: bool
    """Whether forward mode gives the same: an infinite tangent is not undone by a zero that it meets later."""


def point(name: str, f: Function, *args: Any, gives: Any, forward: bool = True) -> Point:
    """With one argument `gives` is its gradient, with several a tuple of them."""
    return Point(name, f, tuple(np.asarray(arg, float) for arg in args), gives if len(args) > 1 else (gives,), forward)
