"""Measure tapegrad beside its peers: `python benchmarks/run.py [--write docs/benchmarks.md]`."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterable, Iterator, Sequence
import gc
from importlib.metadata import version
from importlib.util import find_spec
import os
from pathlib import Path
import platform
import re
import subprocess
import sys
from time import perf_counter

import numpy as np
from threadpoolctl import threadpool_limits

from benchmarks import dispatch, scaling, transforms
from benchmarks.libraries import PEERS, TAPEGRAD, available
from benchmarks.problems import PROBLEMS, chain
from benchmarks.timing import interleaved

LARGE = 1_000_000
"""Problems with arguments of so many bytes are measured on all cores too."""
RESULTS = re.compile(r"(?<=<!-- results -->\n).*(?=<!-- end of results -->)", re.DOTALL)


def markdown(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table whose first column is text, and all others numbers."""
    lines = [header, ["---", *["---:"] * (len(header) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def comparison(rounds: int, smallest: int = 0) -> Iterator[Sequence[str]]:
    """A row for each problem of so many bytes: tapegrad's time, and how many times as long each peer takes."""
    libraries = {"tapegrad": TAPEGRAD, **available()}
    gc.freeze()  # what the libraries made on import is no garbage of the gradients
    for problem in PROBLEMS:
        if sum(x.nbytes for x in problem.arguments) < smallest:
            continue
        gradients = {
            name: library.gradient(problem.function(library), problem.arguments) for name, library in libraries.items()
        }
        times = interleaved(gradients, rounds)
        ratios = {name: np.median(time / times["tapegrad"]) for name, time in times.items()}
        own = f"{np.median(times['tapegrad']) * 1e3:.3g} ms"
        yield [problem.title, own, *(f"{ratios[name]:.2g}×" if name in ratios else "–" for name in PEERS)]


def transforming(rounds: int) -> Iterator[Sequence[str]]:
    """A row for each task of the transforms: tapegrad's time, and how many times as long the others take."""
    for title, calls in transforms.tasks().items():
        times = interleaved(calls, rounds)
        ratios = {name: np.median(time / times["tapegrad"]) for name, time in times.items()}
        own = f"{np.median(times['tapegrad']) * 1e3:.3g} ms"
        yield [title, own, *(f"{ratios[name]:.2g}×" if name in ratios else "–" for name in TRANSFORMERS)]


TRANSFORMERS = ("tapegrad.compile", "autograd", "PyTorch", "jax.jit", "Python loop")


def compiling(rounds: int = 3) -> Iterator[Sequence[str]]:
    """A row for each problem: the time of the first call, which records and writes code, beside that of jax.jit."""
    libraries = {name: made for name, made in available().items() if name in ("compile", "jax.jit")}
    for problem in PROBLEMS:
        if problem.function(TAPEGRAD) is chain:
            continue  # XLA takes minutes
        first: dict[str, list[float]] = {name: [] for name in libraries}
        for _ in range(rounds):
            for name, library in libraries.items():
                gradient = library.gradient(problem.function(library), problem.arguments)
                start = perf_counter()
                gradient()
                first[name].append(perf_counter() - start)
        own = np.median(first["compile"])
        ratio = f"{np.median(first['jax.jit']) / own:.2g}×" if "jax.jit" in first else "–"
        yield [problem.title, f"{own * 1e3:.3g} ms", ratio]


def growth() -> Iterator[Sequence[str]]:
    """A row for each way in which a program, or the library itself, may grow too large."""
    yield (
        "time per operation, chain of 1,000,000 relative to one of 10,000",
        f"{scaling.growth(scaling.long, 10_000, 1_000_000):.2f}×",
    )
    yield (
        "time per operation, graph 10,000 wide relative to 1,000 wide",
        f"{scaling.growth(scaling.wide, 1_000, 10_000):.2f}×",
    )
    times = interleaved(transforms.products(), 5)
    product = np.median(times["product"] / times["gradient"])
    yield "time, product with a Hessian in 1,000,000 dimensions relative to the gradient", f"{product:.1f}×"
    rows = scaling.growth(scaling.by_rows, 1, 1_000) * 1_000
    yield "time, 1,000 rows of an 80 MB table in a loop relative to one row", f"{rows:.1f}×"
    parts = scaling.growth(scaling.in_parts, 100, 1_000)
    yield "time per part, second derivative through concatenate of 1,000 relative to 100", f"{parts:.2f}×"
    yield "peak memory per operation, chain of 1,000,000", f"{scaling.bytes_per_operation(1_000_000):.0f} bytes"
    yield "peak memory, 100 chained additions of 8 MB arrays", f"{scaling.arrays_held(100, 1_000_000):.1f} arrays"
    yield "memory left by 1,000 gradients, garbage collector off", f"{scaling.bytes_left(1_000)} bytes"
    yield "`import tapegrad`, over `import numpy`", f"{scaling.import_seconds() * 1e3:.0f} ms"


def dispatching(rounds: int) -> Iterator[Sequence[str]]:
    """A row for each call: what NumPy's dispatch adds to it on a differentiated value."""
    yield from ((f"`{name}`", f"{added:.2f} µs") for name, added in dispatch.overheads(rounds).items())


def machine() -> str:
    """What it ran on: the processor, and the versions of everything compared."""
    packages = [name for name in ("numpy", "autograd", "mygrad", "torch", "jax") if find_spec(name)]
    versions = [f"Python {platform.python_version()}", *(f"{name} {version(name)}" for name in packages)]
    return f"{processor()}, {os.cpu_count()} cores, {platform.system()}; {', '.join(versions)}"


def processor() -> str:
    """The processor's name, where the system tells it."""
    cpuinfo = Path("/proc/cpuinfo")
    names = re.findall(r"model name\s*: (.*)", cpuinfo.read_text()) if cpuinfo.exists() else []
    return names[0] if names else platform.processor() or platform.machine()


def on_all_cores(rounds: int) -> str:
    """The table of the larger problems, from a process in which the libraries use as many threads as they like."""
    command = [sys.executable, __file__, "--all-cores", "--rounds", str(rounds)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def on_one_core() -> None:
    """Keep this process to one core, where the system can do that."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def main() -> None:
    """Print the results, and write them into a page if asked to."""
    parser = ArgumentParser(description="Measure tapegrad beside its peers.")
    parser.add_argument("--rounds", type=int, default=41, help="how often each gradient takes its turn (default 41)")
    parser.add_argument("--write", type=Path, metavar="PAGE", help="put the results into this page, between its marks")
    parser.add_argument(
        "--all-cores", action="store_true", help="print the table of the larger problems alone, unlimited"
    )
    options = parser.parse_args()
    if options.all_cores:
        print(markdown(["on all cores", "tapegrad", *PEERS], comparison(options.rounds, smallest=LARGE)))
        return
    unlimited = on_all_cores(options.rounds)
    on_one_core()
    with threadpool_limits(limits=1):
        grown = markdown(["measure", "tapegrad"], growth())  # first: the peers' imports fill the heap
        added = markdown(["call", "`np` over `tapegrad.numpy`"], dispatching(options.rounds))
        compared = markdown(["gradient of", "tapegrad", *PEERS], comparison(options.rounds))
        transformed = markdown(["", "tapegrad", *TRANSFORMERS], transforming(options.rounds))
        recorded = markdown(["first call", "compile", "jax.jit"], compiling())
    results = f"{compared}\n\n{unlimited}\n\n{transformed}\n\n{recorded}\n\n{grown}\n\n{added}\n\n{machine()}.\n"
    print(results)
    if options.write:
        page = options.write.read_text(encoding="utf-8")
        options.write.write_text(RESULTS.sub(lambda _: results, page), encoding="utf-8")


if __name__ == "__main__":
    main()
