"""Times that can be compared on a machine that does other things too."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray


def seconds_per_call(call: Callable[[], Any], repeats: int = 1) -> float:
    """The mean time of `repeats` calls, the garbage collector's work included, after one that warms the caches."""
    call()
    start = perf_counter()
    for _ in range(repeats):
        call()
    return (perf_counter() - start) / repeats


def interleaved(calls: Mapping[str, Callable[[], Any]], rounds: int, batch: float = 0.005) -> dict[str, NDArray[Any]]:
    """The seconds per call, once for each round, of several things that take turns.

    In a round each runs for about `batch` seconds, in random order: what slows the machine down slows all of them
    alike, so the ratio of two times *of one round* is steadier than either.
    """
    rng = np.random.default_rng(0)
    fastest = {name: min(seconds_per_call(call) for _ in range(5)) for name, call in calls.items()}
    repeats = {name: max(1, int(batch / seconds)) for name, seconds in fastest.items()}
    times: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(rounds):
        for name in rng.permutation(list(calls)):
            times[name].append(seconds_per_call(calls[name], repeats[name]))
    return {name: np.array(seconds) for name, seconds in times.items()}
