"""The tables in which operators and NumPy's protocols look an operation up. The rules fill them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np

Function: TypeAlias = Callable[..., Any]

UFUNCS: dict[tuple[np.ufunc, str], Function] = {}
"""(ufunc, method) -> the function that stands in for it; the method is "__call__", "reduce", ..."""

CALLS: dict[np.ufunc, Function] = {}
"""ufunc -> what stands in for its plain call, on positional arguments alone."""

FUNCTIONS: dict[Function, Function] = {}
"""NumPy function -> the function that stands in for it, with the same signature."""
