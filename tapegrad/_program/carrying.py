"""The step of a loop as a Program. A carry is Python's number in it if it is so in every step."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from tapegrad._place import user_line
from tapegrad._program.constants import shown_spec
from tapegrad._program.trace import Inner, body_of
from tapegrad._program.traced import is_ambiguous, is_weak, strong


def carried(
    f: Callable[..., Sequence[Any]], carry: Sequence[Any], row: Sequence[Any] = ()
) -> tuple[Inner, list[Any], set[int]]:
    """`f(*carry, *row)`, whose first results are the next carry; the first carry; and where in it numbers are not sure.

    A number that begins as Python's and is NumPy's after a step, or the other way round, is NumPy's in every step. The
    step is recorded anew with such numbers ambiguous, so that it is an error where that would make a difference.
    """
    first, ambiguous = list(carry), {i for i, x in enumerate(carry) if is_ambiguous(x)}
    while True:
        step = body_of(f, (*first, *row), ambiguous)
        program, after = step.program, step.program.outputs[: len(first)]
        for old, new in zip(program.inputs, after, strict=False):
            if program.spec(old) != program.spec(new):
                before, now = shown_spec(program.spec(old)), shown_spec(program.spec(new))
                raise TypeError(
                    f"a loop at {user_line()}: a carry began as {before}, and after a step it is {now}, as numbers of "
                    "Python's in the carry become NumPy's under vmap. Begin with NumPy's: np.float32(0), np.float64(0)."
                )
        changed = {
            i
            for i, (x, atom) in enumerate(zip(first, after, strict=True))
            if i in step.ambiguous or is_weak(x) != program.is_weak(atom)
        }
        if changed <= ambiguous:
            return step, first, ambiguous
        ambiguous |= changed
        first = [_numpys(x) if i in ambiguous else x for i, x in enumerate(first)]


def _numpys(number: Any) -> Any:
    """NumPy's number for one of Python's."""
    return strong(number) if hasattr(number, "dtype") else np.asarray(number)[()]
