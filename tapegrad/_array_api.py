"""The namespace of Variables, as the array API standard asks for it: `x.__array_namespace__()`.

NumPy's own namespace is that of the standard, and its functions dispatch to Variables. Those here do not dispatch by
themselves: they make arrays. SciPy finds this module when it runs with `SCIPY_ARRAY_API=1`.

https://data-apis.org/array-api/latest/
"""

from __future__ import annotations

from functools import cache
import sys
from types import FrameType, ModuleType, SimpleNamespace
from typing import Any, cast

import numpy as np

from tapegrad._core.variable import Variable
from tapegrad._rules import creation
from tapegrad._rules.fronts import is_variable

VERSIONS = ("2021.12", "2022.12", "2023.12", "2024.12")
"""Those of the standard."""


def asarray(obj: Any, /, *, dtype: Any = None, device: Any = None, copy: bool | None = None) -> Any:
    """An array of numbers and nested lists; a Variable, and what holds one, as a Variable."""
    if device not in (None, "cpu"):
        raise ValueError(f"there is no device {device!r}: only 'cpu'")
    if is_variable(obj) and not copy and (dtype is None or obj.dtype == dtype):
        return obj
    return creation.array(obj, dtype, copy=copy)


def astype(x: Any, dtype: Any, /, *, copy: bool = True, device: Any = None) -> Any:
    """`x` in another dtype."""
    return asarray(x, device=device).astype(dtype, copy=copy)


def full(shape: Any, fill_value: Any, *, dtype: Any = None, device: Any = None) -> Any:
    """An array filled with a value, which may be a Variable."""
    return creation.full(shape, fill_value, dtype, device=device)


def full_like(x: Any, /, fill_value: Any, *, dtype: Any = None, device: Any = None) -> Any:
    """An array of the shape of another, filled with a value, which may be a Variable."""
    return full(np.shape(x), fill_value, dtype=x.dtype if dtype is None else dtype, device=device)


def __getattr__(name: str) -> Any:
    if name == "special" and "scipy.special._ufuncs" in sys.modules:
        return _special()
    return getattr(np, name)


@cache
def _special() -> SimpleNamespace:
    """Where SciPy looks before it turns Variables into plain arrays: its own ufuncs, and a function of such alone."""
    zeta = sys.modules["scipy.special"].zeta
    return SimpleNamespace(**vars(sys.modules["scipy.special._ufuncs"]), zeta=getattr(zeta, "__wrapped__", zeta))


def _namespace(x: Variable[Any], /, *, api_version: str | None = None) -> ModuleType:
    """The namespace of the array API standard to which a Variable belongs."""
    if api_version not in (None, *VERSIONS):
        raise ValueError(f"there is no version {api_version!r} of the array API standard here")
    caller = sys._getframe(1)
    if caller.f_code.co_name == "array_namespace":
        _welcome_arrays(caller)
    return sys.modules[__name__]


def _welcome_arrays(caller: FrameType) -> None:
    """Let Variables stand beside NumPy's arrays.

    `array_namespace` of array_api_compat, which SciPy uses, gathers the namespaces of all arguments in a set and
    refuses more than one. Ours takes NumPy's arrays as they are, so theirs is dropped from the set. The standard knows
    no other way to say so. Should the set be called something else one day, the refusal is back, aloud.
    """
    found = cast("set[Any] | None", caller.f_locals.get("namespaces"))
    if isinstance(found, set):
        found -= {xp for xp in found if getattr(xp, "__name__", "").rpartition(".")[2] == "numpy"}


Variable.__array_namespace__ = _namespace
