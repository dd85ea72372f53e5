"""Ufuncs without NumPy's dispatch: a Variable goes straight to its rule, anything else to the ufunc."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad._core.tables import Function
from tapegrad._core.variable import Variable
from tapegrad._rules.fronts import holds_variable


def shortcut(ufunc: np.ufunc, apply: Function, plain: Function) -> Function:
    """`ufunc`, with `apply` for plain calls on a Variable; where there is none it is `plain`, the ufunc or its wrapper.

    With keywords it is the ufunc itself, and so refuses the same ones.
    """
    return BY_ARGUMENTS[ufunc.nin](ufunc, apply, plain)


def _of_one(ufunc: Any, apply: Function, plain: Any) -> Function:
    def function(x: Any, /, *out: Any, **keywords: Any) -> Any:
        if out or keywords:
            return (ufunc if isinstance(x, Variable) else plain)(x, *out, **keywords)
        return apply(x) if isinstance(x, Variable) else plain(x)

    return function


def _of_two(ufunc: Any, apply: Function, plain: Any) -> Function:
    def function(x: Any, y: Any, /, *out: Any, **keywords: Any) -> Any:
        differentiated = isinstance(x, Variable) or isinstance(y, Variable)
        if out or keywords:
            return (ufunc if differentiated else plain)(x, y, *out, **keywords)
        return apply(x, y) if differentiated else plain(x, y)

    return function


def _of_three(ufunc: Any, apply: Function, plain: Any) -> Function:
    def function(x: Any, y: Any, z: Any, /, *out: Any, **keywords: Any) -> Any:
        differentiated = isinstance(x, Variable) or isinstance(y, Variable) or isinstance(z, Variable)
        if out or keywords:
            return (ufunc if differentiated else plain)(x, y, z, *out, **keywords)
        return apply(x, y, z) if differentiated else plain(x, y, z)

    return function


def _of_four(ufunc: Any, apply: Function, plain: Any) -> Function:
    def function(x: Any, y: Any, z: Any, w: Any, /, *out: Any, **keywords: Any) -> Any:
        differentiated = holds_variable((x, y, z, w))
        if out or keywords:
            return (ufunc if differentiated else plain)(x, y, z, w, *out, **keywords)
        return apply(x, y, z, w) if differentiated else plain(x, y, z, w)

    return function


BY_ARGUMENTS = {1: _of_one, 2: _of_two, 3: _of_three, 4: _of_four}
