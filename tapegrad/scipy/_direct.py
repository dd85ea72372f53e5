"""SciPy's functions on plain arrays; where an argument is a Variable, their rules, without any dispatch."""

from __future__ import annotations

from collections.abc import Callable
import inspect
import sys
from types import ModuleType
from typing import Any

import numpy as np

from tapegrad._core.tables import CALLS, FUNCTIONS
from tapegrad._rules.fronts import holds_variable, straight
from tapegrad._rules.shortcuts import shortcut


def direct(rules: ModuleType, name: str) -> Any:
    """The function of that name in SciPy's module of the same name as `rules`, with the shortest way to its rule."""
    module = f"scipy.{rules.__name__.rpartition('.')[2]}"
    target: Any = getattr(sys.modules[module], name)
    inner = getattr(target, "__wrapped__", target)  # SciPy wraps its own where it supports the array API standard
    if isinstance(inner, np.ufunc):
        function = shortcut(inner, CALLS[inner], target)
    elif target in FUNCTIONS:
        function = straight(target)
    else:
        function = _handing_on(target, inner)
    function.__module__ = f"tapegrad.{module}"
    function.__name__ = function.__qualname__ = name
    page = f"https://docs.scipy.org/doc/scipy/reference/generated/{module}.{name}.html"
    function.__doc__ = f"{_summary(target)}\n\n{page}"
    return function


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
