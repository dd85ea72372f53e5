"""How time and memory grow with the program, and what importing the library costs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
import gc
import os
import subprocess
import sys
from tempfile import TemporaryDirectory
import tracemalloc
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from benchmarks.problems import chain
from benchmarks.timing import interleaved, seconds_per_call
from benchmarks.transforms import products
from tapegrad import compile, grad

Program: TypeAlias = Callable[[int], Callable[[], np.float64 | NDArray[np.float64] | str]]
"""From a number of operations to the gradient of a program that has them, or to its code."""


def long(operations: int) -> Callable[[], np.float64]:
    """The gradient of a chain: each operation depends on the one before."""
    return partial(grad(partial(chain, links=operations // 2)), np.float64(1.0))


def wide(operations: int) -> Callable[[], np.float64]:
    """The gradient of a sum: no operation but the last depends on another."""
    factors = np.linspace(0.0, 1.0, operations)

    def total(x: np.float64) -> np.float64:
        terms: list[np.float64] = [x * factor for factor in factors]
        return np.sum(np.stack(terms))

    return partial(grad(total), np.float64(1.0))


def by_rows(count: int) -> Callable[[], NDArray[np.float64]]:
    """The gradient of a loop over so many rows of a table of 80 MB."""
    table = np.ones((10_000, 1_000))

    def total(table: NDArray[np.float64]) -> np.float64:
        rows: list[np.float64] = [np.sum(table[i] ** 2) for i in range(count)]
        return np.sum(np.stack(rows))

    return partial(grad(total), table)


def in_parts(count: int) -> Callable[[], NDArray[np.float64]]:
    """A second derivative through the concatenation of so many parts."""
    parts = np.ones((count, 100))

    def total(parts: NDArray[np.float64]) -> np.float64:
        joined: NDArray[np.float64] = np.concatenate(list(parts))
        return np.sum(joined**3)

    def slope(parts: NDArray[np.float64]) -> np.float64:
        return np.sum(grad(total)(parts))

    return partial(grad(slope), parts)


def compiling(count: int) -> Callable[[], str]:
    """The code of a gradient that alternates so often between a large array's elements and their sum."""
    x = np.ones(100_000)

    def total(x: NDArray[np.float64]) -> np.float64:
        for _ in range(count):
            x = np.sin(x) * np.sum(x)
        return np.sum(x)

    return lambda: compile(grad(total)).source(x)


def growth(program: Program, small: int, large: int, seconds: float, least: int = 5) -> float:
    """The time per operation of `large` programs, relative to that of `small` ones."""
    times = interleaved({"small": program(small), "large": program(large)}, seconds, least, batch=0.2)
    return float(np.median(times["large"] / times["small"])) * small / large


def peak_bytes(call: Callable[[], Any]) -> int:
    """The most memory that `call` holds at any moment, above what is held before."""
    tracemalloc.start()
    try:
        call()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def bytes_per_operation(operations: int) -> float:
    """The peak memory of the gradient of a chain of scalars, for each operation."""
    return peak_bytes(long(operations)) / operations


def arrays_held(additions: int, size: int) -> float:
    """The peak memory of the gradient of a chain of additions, in arrays of its argument's size."""
    x, y = np.ones(size), np.ones(size)

    def total(x: NDArray[np.float64]) -> np.float64:
        for _ in range(additions):
            x = x + y
        return np.sum(x)

    return peak_bytes(partial(grad(total), x)) / x.nbytes


def bytes_left(gradients: int) -> int:
    """What `gradients` of a chain leave behind for the cyclic garbage collector, which is off: it should be nothing."""
    gradient = long(100)
    gc.disable()
    tracemalloc.start()
    try:
        for _ in range(100):  # the interpreter keeps some freed objects for reuse
            gradient()
        before, _ = tracemalloc.get_traced_memory()
        for _ in range(gradients):
            gradient()
        return tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
        gc.enable()


def import_seconds(rounds: int = 9) -> float:
    """The time that `import tapegrad` adds to `import numpy`, each in a new interpreter with its bytecode cached."""
    with TemporaryDirectory() as cache:
        environment = {**os.environ, "PYTHONPYCACHEPREFIX": cache}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)

        def importing(module: str) -> float:
            command = [sys.executable, "-c", f"import {module}"]
            return seconds_per_call(lambda: subprocess.run(command, check=True, env=environment), warm=False)

        importing("tapegrad")  # fills the cache
        return float(np.median([importing("tapegrad") - importing("numpy") for _ in range(rounds)]))


def measures(seconds: float) -> Iterator[Sequence[str]]:
    """A row for each way in which a program, or the library itself, may grow too large."""
    chains = growth(long, 10_000, 1_000_000, seconds, least=3)
    yield "time per operation, chain of 1,000,000 relative to one of 10,000", f"{chains:.2f}×"
    graphs = growth(wide, 1_000, 10_000, seconds)
    yield "time per operation, graph 10,000 wide relative to 1,000 wide", f"{graphs:.2f}×"
    times = interleaved(products(1_000_000), seconds)
    product = np.median(times["product"] / times["gradient"])
    yield "time, product with a Hessian in 1,000,000 dimensions relative to the gradient", f"{product:.1f}×"
    rows = growth(by_rows, 1, 1_000, seconds) * 1_000
    yield "time, 1,000 rows of an 80 MB table in a loop relative to one row", f"{rows:.1f}×"
    parts = growth(in_parts, 100, 1_000, seconds)
    yield "time per part, second derivative through concatenate of 1,000 relative to 100", f"{parts:.2f}×"
    code = growth(compiling, 50, 500, seconds, least=3)
    yield "time per alternation, compiling 500 of a large array's elements and their sum relative to 50", f"{code:.2f}×"
    yield "peak memory per operation, chain of 100,000", f"{bytes_per_operation(100_000):.0f} bytes"
    yield "peak memory, 100 chained additions of 8 MB arrays", f"{arrays_held(100, 1_000_000):.1f} arrays"
    yield "memory left by 1,000 gradients, garbage collector off", f"{bytes_left(1_000)} bytes"
    yield "`import tapegrad`, over `import numpy`", f"{import_seconds() * 1e3:.0f} ms"
