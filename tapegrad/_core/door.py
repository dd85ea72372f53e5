"""The one door: every operation, however it was written, passes through here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from tapegrad._config import CONFIG, DEFAULT, alive
from tapegrad._core.primitive import Primitive
from tapegrad._core.variable import Variable, belongs
from tapegrad._place import user_line
from tapegrad.errors import SealedTapeError

NUMPYS: Any = (np.ndarray, np.generic)


def innermost(values: Iterable[Any]) -> Any:
    """The level furthest in among those of `values`; None where all are plain."""
    level = None
    for value in values:
        if isinstance(value, Variable) and (level is None or value.level.rank > level.rank):
            level = value.level
    return level


def open_level(values: Sequence[Any], name: str) -> Any:
    """The same for a computation that no primitive describes; `SealedTapeError` where that level is no more."""
    level = innermost(values)
    if level is not None and not alive(level):
        stale = next(value for value in values if belongs(value, level))
        raise SealedTapeError(
            f"{name} at {user_line()} was applied to {stale!r}, whose tape or transform has ended. For the plain "
            "number, write x.value instead of x."
        )
    return level


def apply(primitive: Primitive, *args: Any) -> Any:
    """Hand an operation to the innermost level among its arguments; with none, compute it.

    Returns what `primitive.compute` does: the output, or a tuple of outputs and by-products.
    """
    level = innermost(args)
    if level is not None:
        return level.interpret(primitive, args)
    config = CONFIG.get()
    if config is DEFAULT:
        out = primitive.compute(*args)
        return numpys(out, args) if type(out) is complex else out
    kept = config.run and config.run.kept
    if kept and primitive.name in kept.names:
        out = kept.result(primitive.name, lambda: numpys(primitive.compute(*args), args))
    else:
        out = numpys(primitive.compute(*args), args)
    if config.check_finite:
        _check_finite(primitive, out)
    return out


def numpys(out: Any, args: Sequence[Any] | None = None) -> Any:
    """A result of NumPy's numbers, as NumPy's own: `1j * np.float64(2)` is a Python complex, as `1j * 2` is."""
    if type(out) is complex and (args is None or any(isinstance(x, NUMPYS) and x.dtype.kind != "c" for x in args)):
        return np.complex128(out)
    return out


def _check_finite(primitive: Primitive, result: Any) -> None:
    for out in result[: primitive.outputs] if primitive.results > 1 else (result,):
        if not np.all(np.isfinite(out)):
            raise FloatingPointError(f"{primitive.name} gave a value that is not finite, at {user_line()}.")
