"""NumPy's functions without NumPy's dispatch: a Variable goes straight to its rule, anything else to NumPy."""

from __future__ import annotations

from collections.abc import Callable
from inspect import cleandoc
from typing import Any

import numpy as np

from tapegrad._core.tables import CALLS
from tapegrad._rules.fronts import straight
from tapegrad._rules.shortcuts import shortcut

PAGES = "https://numpy.org/doc/stable/reference/generated"
HOMES = {"numpy.lib.scimath": "numpy.emath", "numpy.lib._scimath_impl": "numpy.emath"}
"""Where NumPy documents a module's functions, if not there."""
OURS = {"numpy.lib.stride_tricks": "numpy"}
"""Where this package has a module's functions, if not there."""


def direct(target: Callable[..., Any]) -> Any:
    """`target`, with a shorter way to its rule, and with NumPy's page in its docstring."""
    if not isinstance(target, np.ufunc):
        return _named(straight(target), target, target.__module__)
    return _named(shortcut(target, CALLS[target], target), target)


def _named(function: Callable[..., Any], target: Callable[..., Any], module: str = "numpy") -> Callable[..., Any]:
    """`function` under NumPy's name, with one line of what it does and NumPy's page."""
    home = HOMES.get(module, module)
    function.__module__ = f"tapegrad.{OURS.get(module, home)}"
    function.__name__ = function.__qualname__ = name = target.__name__
    function.__doc__ = f"{_summary(function, target)}\n\n{PAGES}/{home}.{name}.html\n"
    return function


def _summary(function: Callable[..., Any], target: Callable[..., Any]) -> str:
    """The rule's own first line; where it has none, NumPy's."""
    if function.__doc__:
        return function.__doc__.partition("\n")[0]
    first, *others = cleandoc(target.__doc__ or "").split("\n\n")
    return " ".join((others[0] if others and first.startswith(f"{target.__name__}(") else first).split())
