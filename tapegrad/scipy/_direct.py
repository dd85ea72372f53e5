"""SciPy's functions on plain arrays; where an argument is a Variable, their rules, without any dispatch."""

from __future__ import annotations

from collections.abc import Callable
import inspect
import sys
from types import ModuleType
from typing import Any

import numpy as np

from tapegrad._core.tables import CALLS, FUNCTIONS
from tapegrad._core.variable import Variable
from tapegrad._rules.fronts import holds_variable, straight


def direct(rules: ModuleType, name: str) -> Any:
    """The function of that name in SciPy's module of the same name as `rules`, with the shortest way to its rule."""
    module = f"scipy.{rules.__name__.rpartition('.')[2]}"
    target: Any = getattr(sys.modules[module], name)
    inner = getattr(target, "__wrapped__", target)  # SciPy wraps its own where it supports the array API standard
    if isinstance(inner, np.ufunc):
        function = BY_ARGUMENTS[inner.nin](target, inner, CALLS[inner])
    elif target in FUNCTIONS:
        function = straight(target)
    else:
        function = _handing_on(target, inner)
    function.__module__ = f"tapegrad.{module}"
    function.__name__ = function.__qualname__ = name
    page = f"https://docs.scipy.org/doc/scipy/reference/generated/{module}.{name}.html"
    function.__doc__ = f"{_summary(target)}\n\n{page}"
    return function


def _of_one(target: Any, inner: Any, apply: Callable[..., Any]) -> Callable[..., Any]:
    def function(x: Any, /, *out: Any, **keywords: Any) -> Any:
        if out or keywords:
            return (inner if isinstance(x, Variable) else target)(x, *out, **keywords)
        return apply(x) if isinstance(x, Variable) else target(x)

    return function


def _of_two(target: Any, inner: Any, apply: Callable[..., Any]) -> Callable[..., Any]:
    def function(x: Any, y: Any, /, *out: Any, **keywords: Any) -> Any:
        differentiated = isinstance(x, Variable) or isinstance(y, Variable)
        if out or keywords:
            return (inner if differentiated else target)(x, y, *out, **keywords)
        return apply(x, y) if differentiated else target(x, y)

    return function


def _of_three(target: Any, inner: Any, apply: Callable[..., Any]) -> Callable[..., Any]:
    def function(x: Any, y: Any, z: Any, /, *out: Any, **keywords: Any) -> Any:
        differentiated = isinstance(x, Variable) or isinstance(y, Variable) or isinstance(z, Variable)
        if out or keywords:
            return (inner if differentiated else target)(x, y, z, *out, **keywords)
        return apply(x, y, z) if differentiated else target(x, y, z)

    return function


def _of_four(target: Any, inner: Any, apply: Callable[..., Any]) -> Callable[..., Any]:
    def function(x: Any, y: Any, z: Any, w: Any, /, *out: Any, **keywords: Any) -> Any:
        differentiated = holds_variable((x, y, z, w))
        if out or keywords:
            return (inner if differentiated else target)(x, y, z, w, *out, **keywords)
        return apply(x, y, z, w) if differentiated else target(x, y, z, w)

    return function


BY_ARGUMENTS = {1: _of_one, 2: _of_two, 3: _of_three, 4: _of_four}


def _handing_on(target: Any, inner: Any) -> Callable[..., Any]:
    """A function that hands its arguments on to a ufunc with a rule."""

    def function(*args: Any, **keywords: Any) -> Any:
        differentiated = holds_variable(args) or holds_variable(keywords.values())
        return (inner if differentiated else target)(*args, **keywords)

    return function


def _summary(target: Any) -> str:
    """The first sentence of what is written on it: of its rule, or of SciPy after what it says of the call."""
    written = inspect.cleandoc((FUNCTIONS.get(target) or target).__doc__ or "")
    paragraphs = [" ".join(text.split()) for text in written.split("\n\n") if text.strip()]
    return next((text for text in paragraphs if not text.startswith(f"{target.__name__}(")), target.__name__)
