"""The conjugate transpose."""

from __future__ import annotations

from typing import Any

import numpy as np


def adjoint(x: Any) -> Any:
    """The conjugate transpose."""
    return np.conjugate(x.mT) if x.dtype.kind == "c" else x.mT
