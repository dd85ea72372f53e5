"""Times that can be compared on a machine that does other things too."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
import gc
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

LONG = 0.1
"""A call of so many seconds runs without another one before it, which would warm the caches."""


@contextmanager
def imports_set_aside() -> Generator[None]:
    """What libraries made on import is no garbage of the derivatives: the collector does not look at it."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def seconds_per_call(call: Callable[[], Any], repeats: int = 1, warm: bool = True) -> float:
    """The mean time of `repeats` calls, the garbage collector's work included, after one that warms the caches."""
    if warm:
        call()
    start = perf_counter()
    for _ in range(repeats):
        call()
    return (perf_counter() - start) / repeats


def interleaved(
    calls: Mapping[str, Callable[[], Any]], seconds: float, least: int = 5, batch: float = 0.005
) -> dict[str, NDArray[np.float64]]:
    """The seconds per call, once for each round, of several things that take turns.

    In a round each runs for about `batch` seconds, in random order: what slows the machine down slows all of them
    alike, so the ratio of two times *of one round* is steadier than either. There are as many rounds as begin within
    `seconds`, and at least so many.
    """
    rng = np.random.default_rng(0)
    fastest = {name: quickest(call, batch) for name, call in calls.items()}
    repeats = {name: max(1, int(batch / each)) for name, each in fastest.items()}
    times: dict[str, list[float]] = {name: [] for name in calls}
    start, rounds = perf_counter(), 0
    while rounds < least or perf_counter() - start < seconds:
        for name in rng.permutation(list(calls)):
            times[name].append(seconds_per_call(calls[name], repeats[name], fastest[name] < LONG))
        rounds += 1
    return {name: np.array(each) for name, each in times.items()}


def quickest(call: Callable[[], Any], enough: float) -> float:
    """The shortest time of a few calls: of one, where that takes longer than `enough`."""
    fastest = seconds_per_call(call)
    return fastest if fastest > enough else min(seconds_per_call(call) for _ in range(5))
