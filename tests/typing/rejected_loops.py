"""As `rejected`: checkpoints, loops, names."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tapegrad import checkpoint, fori_loop, intermediates, name, scan, while_loop


@checkpoint
def scaled(x: float, by: int) -> float:
    return x * by


def text(x: float) -> str:
    return str(x)


def widening(carry: float, x: float) -> tuple[str, float]:
    return str(carry), x


def condition(x: float) -> bool:
    return x > 0


scaled("x", 2)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
scaled(1.0)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
checkpoint(1.0)  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType]
intermediates(text)  # type: ignore[type-var]  # pyright: ignore[reportArgumentType]
name(1.0, 2)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
fori_loop(0, 3, condition, 1.0)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
while_loop(condition, text, 1.0)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
rows: NDArray[np.float64] = np.ones(3)
scan(widening, 0.0, rows)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType, reportCallIssue]
scan(scaled, 0.0, rows, checkpoint="all")  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType, reportCallIssue]
