"""How scipy.ndimage takes its arguments: an image and the dtype of the result, one number for all axes or several."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tapegrad._place import user_line
from tapegrad._rules.fronts import is_sequence, is_variable, operand
from tapegrad.errors import ConversionError, MissingRuleError


def image_of(name: str, input: Any, output: Any, *others: Any) -> tuple[Any, Callable[[Any], Any]]:
    """The image, and how to convert the result: to its dtype, or the one asked for; complex if any operand is."""
    if isinstance(output, np.ndarray) or is_variable(output):
        raise ConversionError(
            f"{name} at {user_line()} was to write a value that is differentiated, batched or recorded into "
            "an existing array (output=), which holds plain numbers only. Use the returned value instead."
        )
    x = operand(input)
    wanted: Any = x.dtype if output is None else np.dtype(output)
    if any(z.dtype.kind == "c" for z in (x, *others)):
        wanted = np.result_type(wanted, np.complex64)
    if wanted.kind not in "fc":
        raise MissingRuleError(
            f"{name} at {user_line()} would give numbers of dtype {wanted}, which have no derivative. Convert the "
            f"image: {name}(image.astype(float), ...)."
        )
    if x.dtype.kind not in "fc":
        x = x.astype(np.float64)
    return x, lambda out: out.astype(wanted) if out.dtype != wanted else out


def number(value: Any, name: str) -> Any:
    """A parameter that is a plain number."""
    if is_variable(value):
        raise MissingRuleError(f"scipy.ndimage at {user_line()} has no rule for a differentiated {name}=.")
    return value


def each(value: Any, count: int) -> list[Any]:
    """One for each axis, from one for all or a sequence."""
    values = [*value] if is_sequence(value) or (np.ndim(value) == 1 and not isinstance(value, str)) else [value] * count
    if len(values) != count:
        raise RuntimeError("sequence argument must have length equal to input rank")
    return values
