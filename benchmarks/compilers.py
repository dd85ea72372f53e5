"""Compiled functions beside those of `jax.jit`: how fast they run, and how long it takes to compile them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from time import perf_counter
from typing import TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray

from benchmarks import problems
from benchmarks.comparison import MISSING, duration, ratio, require_agreement
from benchmarks.libraries import Call, Library, available
from benchmarks.problem import Problem
from benchmarks.timing import imports_set_aside, interleaved, seconds_per_call

Times: TypeAlias = Mapping[str, NDArray[np.float64]]

HEADER = (
    *("jax.jit", "tapegrad", "compile", "target", "compile, numba", "target"),
    *("compilation", "times as fast, target 5×", "rounds"),
)


@attrs.frozen
class Workload:
    """A problem, and how many times as fast as `jax.jit` each backend is to be, if there is a target."""

    problem: Problem
    numpy: float | None = None
    numba: float | None = None


WORKLOADS = (
    Workload(problems.GOLDSTEIN, 2, 10),
    Workload(problems.ROSENBROCK, 1, 2),
    Workload(problems.SMALL_ELEMENTWISE, 1, 1.5),
    Workload(problems.LARGE_ELEMENTWISE, 0.7, 1.2),
    Workload(problems.LOGISTIC, 1),
    Workload(problems.SMALL_NETWORK, 1),
    Workload(problems.LARGE_NETWORK, 0.9),
    Workload(problems.MIXTURE, 1),
    Workload(problems.FULL_MIXTURE, 1),
    Workload(problems.LSTM_STEP, 1),
    Workload(problems.LSTM, 1),
    Workload(problems.BUNDLE, 1),
    Workload(problems.HESSIAN, 1),
    Workload(problems.KALMAN),
    Workload(problems.PREDATOR),
    Workload(problems.CIRCUIT),
)


def beside_jax(workloads: Iterable[Workload], seconds: float) -> Iterator[Sequence[str]]:
    """A row for each workload: the time of `jax.jit`, and how many times as fast the others are."""
    timed, others = available(("compile", "jax.jit")), available(("tapegrad", "compile, numba"))
    with imports_set_aside():
        for workload in workloads:
            compilations, calls = compiled(workload.problem, timed, seconds)
            calls |= workload.problem.calls(others)
            require_agreement(workload.problem, calls)
            times = interleaved(calls, seconds)
            yield [
                workload.problem.title,
                duration(times["jax.jit"]) if "jax.jit" in times else MISSING,
                faster(times, "tapegrad"),
                faster(times, "compile"),
                goal(workload.numpy),
                faster(times, "compile, numba"),
                goal(workload.numba),
                duration(compilations["compile"]),
                faster(compilations, "compile"),
                str(len(times["compile"])),
            ]


def compiled(problem: Problem, libraries: Mapping[str, Library], seconds: float) -> tuple[Times, dict[str, Call]]:
    """What each library takes longer for a first call than for a second, as often as that begins within `seconds`.

    And the last calls: they are compiled.
    """
    start = perf_counter()
    taken: dict[str, list[float]] = {name: [] for name in libraries}
    while True:
        calls = problem.calls(libraries)
        for name, call in calls.items():
            taken[name].append(seconds_per_call(call, warm=False) - seconds_per_call(call, warm=False))
        if perf_counter() - start >= seconds:
            return {name: np.array(each) for name, each in taken.items()}, calls


def faster(times: Times, name: str) -> str:
    """How many times as fast as `jax.jit`, if both were measured."""
    return ratio(times["jax.jit"], times[name]) if {"jax.jit", name} <= times.keys() else MISSING


def goal(target: float | None) -> str:
    """A target, if there is one."""
    return "" if target is None else f"{target:g}×"
