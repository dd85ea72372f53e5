"""The tables in which operators and NumPy's protocols look an operation up. The rules fill them."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
import sys
from typing import Any, TypeAlias

import numpy as np

Function: TypeAlias = Callable[..., Any]

UFUNCS: dict[tuple[np.ufunc, str], Function] = {}
"""(ufunc, method) -> the function that stands in for it; the method is "__call__", "reduce", ..."""

CALLS: dict[np.ufunc, Function] = {}
"""ufunc -> what stands in for its plain call, on positional arguments alone."""

FUNCTIONS: dict[Function, Function] = {}
"""NumPy function -> the function that stands in for it, with the same signature."""

LATE: dict[str, str] = {}
"""Module of ufuncs -> the module with their rules. It is imported when the first ufunc without a rule turns up."""


def find_ufunc(ufunc: np.ufunc, method: str) -> Function | None:
    """What stands in for a ufunc's method; None where there is no rule."""
    found = UFUNCS.get((ufunc, method))
    if found is None and LATE:
        for provider, rules in list(LATE.items()):
            if provider in sys.modules:
                import_module(rules)  # which waits while another thread does it
                LATE.pop(provider, None)
        found = UFUNCS.get((ufunc, method))
    return found
