"""The parts of the page: `python -m benchmarks.parts PART CORES SECONDS` prints the table of one.

Each table is measured in a process of its own: how many threads the libraries use is settled when they are imported.
"""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import TypeAlias

import attrs

from benchmarks import calls, dispatch, scaling
from benchmarks.comparison import comparison
from benchmarks.compilers import HEADER, WORKLOADS, beside_jax
from benchmarks.problems import GRADIENTS, LARGE_ELEMENTWISE, LARGE_NETWORK
from benchmarks.transforms import TRANSFORMED

Rows: TypeAlias = Iterable[Sequence[str]]

PEERS = ("tapegrad", "tapegrad.numpy", "autograd", "MyGrad", "PyTorch")
TRANSFORMERS = ("tapegrad", "compile", "Python loop", "autograd", "PyTorch", "jax.jit")


@attrs.frozen
class Part:
    """A kind of table."""

    header: Sequence[str]
    """The titles of the columns behind the first."""
    rows: Mapping[str, Callable[[float], Rows]]
    """For "one core", and for "all cores" if that is shown: the rows, each measured for about so many seconds."""

    def table(self, cores: str, seconds: float) -> str:
        """As Markdown: the first column is text, and all others numbers."""
        lines = [[f"on {cores}", *self.header], ["---", *["---:"] * len(self.header)], *self.rows[cores](seconds)]
        return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def around(seconds: float) -> Iterator[Sequence[str]]:
    """What stands around the computation of a compiled function."""
    yield from calls.hits((1, 10, 100), seconds)
    yield from calls.memory(LARGE_ELEMENTWISE)
    yield from calls.limit(LARGE_ELEMENTWISE, seconds)


PARTS: Mapping[str, Part] = {
    "compiled": Part(HEADER, dict.fromkeys(("one core", "all cores"), partial(beside_jax, WORKLOADS))),
    "calls": Part(("compile", "target"), {"one core": around}),
    "transforms": Part((*TRANSFORMERS, "rounds"), {"one core": partial(comparison, TRANSFORMED, TRANSFORMERS)}),
    "peers": Part(
        (*PEERS, "rounds"),
        {
            "one core": partial(comparison, GRADIENTS, PEERS),
            "all cores": partial(comparison, (LARGE_NETWORK, LARGE_ELEMENTWISE), PEERS),
        },
    ),
    "growth": Part(("tapegrad",), {"one core": scaling.measures}),
    "dispatch": Part(("`np` over `tapegrad.numpy`",), {"one core": dispatch.overheads}),
}


def main() -> None:
    """Print one table."""
    parser = ArgumentParser(description="Measure one table.")
    parser.add_argument("part", choices=PARTS)
    parser.add_argument("cores", choices=("one core", "all cores"))
    parser.add_argument("seconds", type=float)
    options = parser.parse_args()
    print(PARTS[options.part].table(options.cores, options.seconds))


if __name__ == "__main__":
    main()
