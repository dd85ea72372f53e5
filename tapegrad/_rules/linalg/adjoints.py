"""The conjugate transpose, and what is equal to its own."""

from __future__ import annotations

from typing import Any

import numpy as np


def adjoint(x: Any) -> Any:
    """The conjugate transpose."""
    return np.conjugate(x.mT) if x.dtype.kind == "c" else x.mT


def hermitian_part(x: Any) -> Any:
    """The Hermitian part: the mean of a matrix and its adjoint."""
    return (x + adjoint(x)) / 2
