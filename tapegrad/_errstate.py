"""NumPy's silence about division by zero and its kin, at an eighth of what `np.errstate(all="ignore")` costs.

NumPy keeps what it does about them in a context variable. `np.errstate` makes its value anew each time it is entered,
which takes as long as ten operations on small arrays; one that was made beforehand serves as well. (The size of NumPy's
buffers is part of it: `np.setbufsize` has no effect within.)

>>> state = errstate.set(ignored)
>>> try:
...     np.float64(1.0) / 0.0
... finally:
...     errstate.reset(state)
np.float64(inf)
"""

from __future__ import annotations

from contextvars import copy_context
from typing import Any

import numpy as np


class Entered:
    """What stands for the variable where there is none: `np.errstate` itself."""

    def set(self, ignored: Any) -> Any:
        """Enter it; what to leave it by."""
        state = np.errstate(**ignored)
        state.__enter__()
        return state

    def reset(self, state: Any) -> None:
        """Leave it."""
        state.__exit__(None, None, None)


def _found() -> tuple[Any, Any]:
    """The context variable that `np.errstate` changes, and what it sets it to."""
    outside = copy_context()
    with np.errstate(all="ignore"):
        inside = copy_context()
    changed = [(variable, value) for variable, value in inside.items() if outside.get(variable) is not value]
    return changed[0] if len(changed) == 1 else (Entered(), {"all": "ignore"})


errstate, ignored = _found()
"""The context variable, and its value while nothing is said."""
