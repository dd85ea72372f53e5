"""What NumPy's protocols cost: a call of `np.f` on a differentiated value, beside one of `tapegrad.numpy.f`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.timing import interleaved
from tapegrad import Tape
import tapegrad.numpy as tnp

SMALL: NDArray[np.float64] = np.linspace(0.1, 1.0, 3)
CALLS: dict[str, Callable[[Any, Any], Any]] = {
    "sin": lambda xp, x: xp.sin(x),
    "multiply": lambda xp, x: xp.multiply(x, x),
    "sum": lambda xp, x: xp.sum(x),
    "reshape": lambda xp, x: xp.reshape(x, (3, 1)),
    "where": lambda xp, x: xp.where(True, x, x),
    "concatenate": lambda xp, x: xp.concatenate((x, x)),
    "dot": lambda xp, x: xp.dot(x, x),
    "linalg.norm": lambda xp, x: xp.linalg.norm(x),
}


def overheads(seconds: float) -> Iterator[Sequence[str]]:
    """A row for each call: the median over rounds of what NumPy's dispatch adds to it on a differentiated value."""
    for name, call in CALLS.items():

        def on_a_tape(namespace: Any, call: Callable[[Any, Any], Any] = call) -> None:
            with Tape() as tape:
                x = tape.watch(SMALL)
                for _ in range(50):
                    call(namespace, x)

        times = interleaved({"np": partial(on_a_tape, np), "tnp": partial(on_a_tape, tnp)}, seconds)
        added = float(np.median(times["np"] - times["tnp"])) / 50
        yield f"`{name}`", f"{added * 1e6:.2f} µs"
