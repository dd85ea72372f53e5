"""Measure tapegrad beside its peers: `python benchmarks/run.py [--only PART ...] [--write docs/benchmarks.md]`."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterable, Iterator
from importlib.metadata import version
from importlib.util import find_spec
import os
from pathlib import Path
import platform
import re
import subprocess
import sys

from benchmarks.parts import PARTS

THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
"""What tells the libraries how many threads to use."""
LIMITS = hasattr(os, "sched_setaffinity")
"""Whether the system can keep a process to some cores; the libraries then start no more threads than that."""


def measured(part: str, cores: str, seconds: float) -> str:
    """The table of a part, from a process on one or all of the cores."""
    own = os.sched_getaffinity(0) if LIMITS else set(range(os.cpu_count() or 1))
    given = {max(own)} if cores == "one core" else own
    environment = {**os.environ, **dict.fromkeys(THREADS, str(len(given)))}
    if cores == "one core":
        environment["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false"
    command = [sys.executable, "-m", "benchmarks.parts", part, cores, str(seconds)]
    try:
        if LIMITS:
            os.sched_setaffinity(0, given)  # the new process inherits it
        return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=environment).stdout
    finally:
        if LIMITS:
            os.sched_setaffinity(0, own)


def results(parts: Iterable[str], seconds: float) -> Iterator[tuple[str, str]]:
    """The name of each part, and its tables; then what they were measured on."""
    ran_on = machine()
    for part in parts:
        yield part, "\n".join(measured(part, cores, seconds) for cores in PARTS[part].rows)
    yield "machine", f"{ran_on}\n"


def machine() -> str:
    """What it runs on: the processor and how busy it is, and the versions of everything compared."""
    packages = [name for name in ("numpy", "numba", "autograd", "mygrad", "torch", "jax") if find_spec(name)]
    versions = [f"Python {platform.python_version()}", *(f"{name} {version(name)}" for name in packages)]
    load = f", load {os.getloadavg()[0]:.1f} before" if hasattr(os, "getloadavg") else ""
    return f"{processor()}, {os.cpu_count()} cores{load}, {platform.system()}; {', '.join(versions)}."


def processor() -> str:
    """The processor's name, where the system tells it."""
    cpuinfo = Path("/proc/cpuinfo")
    names = re.findall(r"model name\s*: (.*)", cpuinfo.read_text()) if cpuinfo.exists() else []
    return names[0] if names else platform.processor() or platform.machine()


def filled(page: str, name: str, result: str) -> str:
    """The page, with a result between its marks."""
    page, found = re.subn(
        rf"(?<=<!-- {name} -->\n).*?(?=<!-- end -->)", lambda _: result, page, count=1, flags=re.DOTALL
    )
    if not found:
        raise ValueError(f"the page has no place for {name!r}: <!-- {name} --> and, lines below, <!-- end -->")
    return page


def main() -> None:
    """Print the results, and write them into a page if asked to."""
    parser = ArgumentParser(description="Measure tapegrad beside its peers.")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS), help="these parts alone")
    parser.add_argument("--seconds", type=float, default=2.0, help="how long a row is measured, about (default 2)")
    parser.add_argument("--write", type=Path, metavar="PAGE", help="put the results into this page, between its marks")
    options = parser.parse_args()
    for name, result in results(options.only, options.seconds):
        print(result, flush=True)
        if options.write:
            page = options.write.read_text(encoding="utf-8")
            options.write.write_text(filled(page, name, result), encoding="utf-8")


if __name__ == "__main__":
    main()
