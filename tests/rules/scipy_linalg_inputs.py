"""scipy.linalg as rows call it, and what they call it with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import scipy

from tapegrad._core.tables import FUNCTIONS
from tapegrad._rules.fronts import holds_variable
from tapegrad._scipy.linalg import stacks
from tests.rules.row import Row, real, unreal


class Fronts:
    """scipy.linalg with derivatives: SciPy's own function on plain arrays, else the one that stands for it."""

    def __getattr__(self, name: str) -> Callable[..., Any]:
        target = getattr(stacks.sla, name)

        def call(*args: Any, **keywords: Any) -> Any:
            found = holds_variable((*args, *keywords.values()))
            return (FUNCTIONS[target] if found else target)(*args, **keywords)

        return call


sla = Fronts()


RECENT = bool(np.lib.NumpyVersion(scipy.__version__) >= "1.17.0")


def recent(*rows: Row) -> tuple[Row, ...]:
    """Rows with stacks of matrices, or with keywords, that SciPy takes from version 1.17 on."""
    return rows if RECENT else ()


def near(*diagonal: float, stack: tuple[int, ...] = ()) -> Any:
    """A well-conditioned matrix, with eigenvalues near these."""
    n = len(diagonal)
    noise = real(*stack, n, n, low=-0.3, high=0.3)
    return np.diag(np.array(diagonal)) + noise


def band(columns: int, *diagonals: float, stack: tuple[int, ...] = ()) -> Any:
    """The diagonals of a band matrix, with entries near these."""
    return real(*stack, len(diagonals), columns) + np.array(diagonals)[:, None]


def positive(x: Any) -> Any:
    """A positive definite matrix."""
    return x @ x.conj().T + np.eye(len(x))


def sizes(parts: Any) -> Any:
    """Without the signs or phases of vectors that SciPy's routines choose anew at each point."""
    return tuple(abs(part) for part in parts)


def spaces(basis: Any, *parts: Any) -> Any:
    """Of more columns than have a derivative: the leading two, and the projector on the others."""
    return (basis[:, :2], basis[:, 2:] @ basis[:, 2:].T, *parts)


def transposed(a: Any, b: Any, structure: str | None = None) -> Any:
    if "c" in a.dtype.kind + b.dtype.kind:
        raise TypeError("not of complex matrices")
    return sla.solve(a, b, transposed=True, **({"assume_a": structure} if structure else {}))


SMALL = near(1, 2)
A, PAIR, SPLIT = near(1, 2, 3), near(1, 2, stack=(2,)), np.array([[0.2, 1.1, 0.3], [-0.9, 0.4, 0.2], [0.1, 0.3, 2.0]])
Z = near(1, 2, 3) + 1j * real(3, 3, low=-0.3, high=0.3)
TALL, WIDE = real(4, 2) + np.eye(4, 2) * 2, real(2, 4) + np.eye(2, 4) * 2
C_TALL, C_WIDE = TALL + 0.5j * real(4, 2), WIDE + 0.5j * real(2, 4)
POSITIVE = positive(real(3, 3))
HERMITIAN = positive(unreal(3, 3))
B, V, LEADING = real(3, 2), real(3), real(3) + np.array([3, 0, 0])
