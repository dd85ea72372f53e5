"""What a call of a compiled function costs beside its computation: the time to find its code, memory, and the limit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import numpy as np

from benchmarks.comparison import ratio
from benchmarks.libraries import Call, available
from benchmarks.problem import Problem
from benchmarks.scaling import peak_bytes
from benchmarks.timing import interleaved
from tapegrad import compile

NEEDED = (np.exp, np.sin, np.cos, np.log1p)
"""What NumPy has to compute for the gradient of the elementwise problem, whatever else it does."""
ROWS = 8_192
"""So many elements at once, as fit into a core's cache."""


def hits(leaves: Sequence[int], seconds: float) -> Iterator[Sequence[str]]:
    """A row for so many arrays, as arguments and in a dict: what a call takes longer than the generated code."""
    for count in leaves:
        arrays = [np.ones(3) for _ in range(count)]
        title, target = f"finding the code, {count} ", f"≤ {2 + 0.3 * count:.1f} µs"
        apart = finding(compile(first), arrays, arrays, seconds)
        yield title + ("array" if count == 1 else "arrays"), f"{apart * 1e6:.2f} µs", target
        tree = {f"x{i}": array for i, array in enumerate(arrays)}
        together = finding(compile(first_of), [tree], arrays, seconds)
        yield title + "in a dict", f"{together * 1e6:.2f} µs", target


def first(*xs: Any) -> Any:
    """Twice the first argument."""
    return 2.0 * xs[0]


def first_of(tree: dict[str, Any]) -> Any:
    """Twice the first of a tree."""
    return 2.0 * tree["x0"]


def finding(compiled: Any, args: Sequence[Any], leaves: Sequence[Any], seconds: float) -> float:
    """The median over rounds of a call's time, the generated code's taken off."""
    compiled(*args)
    (entry,) = compiled.cache.entries.values()
    times = interleaved({"call": partial(compiled, *args), "code": partial(entry.code.run, *leaves)}, seconds)
    return float(np.median(times["call"] - times["code"]))


def memory(problem: Problem) -> Iterator[Sequence[str]]:
    """A row for each backend: the peak memory of a problem in one argument, beyond that and the result."""
    for name, call in problem.calls(available(("tapegrad", "compile", "compile, numba"))).items():
        call()
        beyond = peak_bytes(partial(in_new_thread, call)) - problem.arguments[0].nbytes
        target = "" if name == "tapegrad" else "≤ 4 MB"
        yield f"peak memory beyond inputs and outputs, {problem.title}, {name}", f"{beyond / 1e6:.2f} MB", target


def limit(problem: Problem, seconds: float) -> Iterator[Sequence[str]]:
    """How long the elementwise gradient takes beside the functions that it cannot do without, alone."""
    x = np.abs(problem.arguments[0])  # within all of their domains
    block = np.empty(ROWS)

    def functions() -> None:
        for start in range(0, len(x), ROWS):
            part = x[start : start + ROWS]
            for function in NEEDED:
                function(part, out=block[: len(part)])

    compiled = problem.calls(available(("compile",)))["compile"]
    compiled()
    times = interleaved({"compile": compiled, "functions": functions}, seconds)
    names = ", ".join(function.__name__ for function in NEEDED)
    yield f"time beside that of {names} alone, {problem.title}", ratio(times["compile"], times["functions"]), ""


def in_new_thread(call: Call) -> Any:
    """What `call` gives, in a thread that has kept no memory from earlier calls."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(call).result()
