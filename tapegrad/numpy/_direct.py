"""NumPy's ufuncs without NumPy's dispatch: a Variable goes straight to its primitive, anything else to NumPy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tapegrad._core.tables import CALLS
from tapegrad._core.variable import Variable


def direct(target: np.ufunc) -> Any:
    """`target`, with a shorter way to its rule. With keywords it is `target` itself, and so refuses the same ones."""
    return _named(_unary(target, CALLS[target]) if target.nin == 1 else _binary(target, CALLS[target]), target)


def _unary(target: np.ufunc, apply: Callable[..., Any]) -> Callable[..., Any]:
    def function(x: Any, /, out: Any = None, **keywords: Any) -> Any:
        if out is not None or keywords:
            return target(x, out, **keywords)
        return apply(x) if isinstance(x, Variable) else target(x)

    return function


def _binary(target: np.ufunc, apply: Callable[..., Any]) -> Callable[..., Any]:
    def function(x1: Any, x2: Any, /, *out: Any, **keywords: Any) -> Any:
        if out or keywords:
            return target(x1, x2, *out, **keywords)
        return apply(x1, x2) if isinstance(x1, Variable) or isinstance(x2, Variable) else target(x1, x2)

    return function


def _named(function: Callable[..., Any], target: np.ufunc) -> Callable[..., Any]:
    """`function` with the name and the summary of NumPy's."""
    function.__module__ = "tapegrad.numpy"
    function.__name__ = function.__qualname__ = target.__name__
    function.__doc__ = (target.__doc__ or "").partition("\n\n")[2].partition("\n\n")[0]
    return function
