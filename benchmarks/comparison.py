"""How long libraries take over the same problems, beside the first of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.libraries import Call, available
from benchmarks.problem import Problem
from benchmarks.timing import imports_set_aside, interleaved

MISSING = "–"


def comparison(problems: Iterable[Problem], names: Sequence[str], seconds: float) -> Iterator[Sequence[str]]:
    """A row for each problem: the time of the first library, and how many times as long each of the others takes."""
    libraries = available(names)
    with imports_set_aside():
        for problem in problems:
            calls = problem.calls(libraries)
            require_agreement(problem, calls)
            times = interleaved(calls, seconds)
            own = times[names[0]]
            yield [
                problem.title,
                duration(own),
                *(ratio(times[name], own) if name in times else MISSING for name in names[1:]),
                str(len(own)),
            ]


def require_agreement(problem: Problem, calls: Mapping[str, Call]) -> None:
    """That all libraries computed the same."""
    wanted, *others = [flat(call()) for call in calls.values()]
    precision = max(float(np.finfo(x.dtype).eps) for x in problem.arguments)
    for name, result in zip(list(calls)[1:], others, strict=True):
        if not np.allclose(result, wanted, rtol=0, atol=1e4 * precision * np.max(np.abs(wanted))):
            raise ArithmeticError(f"{problem.title}: {name} computes something else than {next(iter(calls))}")


def flat(result: Any) -> NDArray[np.float64]:
    """All numbers of a library's array, or of several."""
    arrays: Any = result if type(result) in (tuple, list) else [result]
    return np.concatenate([np.ravel(np.asarray(array, float)) for array in arrays])


def duration(times: Any) -> str:
    """The median of some seconds."""
    milliseconds = float(np.median(times)) * 1e3
    return f"{milliseconds:.3g} ms" if milliseconds >= 0.1 else f"{milliseconds * 1e3:.3g} µs"


def ratio(times: Any, own: Any) -> str:
    """The median of the quotients of each round."""
    median = float(np.median(times / own))
    return f"{median:.0f}×" if median >= 100 else f"{median:.2g}×"
