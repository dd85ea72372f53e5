"""What a problem is: a function over any library's namespace, and what is computed of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import attrs
from numpy.typing import NDArray

from benchmarks.libraries import Arrays, Call, Derivative, Function, Library


@attrs.frozen
class Problem:
    """A function of arrays, and the point at which one of its derivatives is taken."""

    title: str
    arguments: Arrays
    function: Callable[[Library], Function]
    """The function, for a library's arrays."""
    derivative: Derivative = "gradient"
    left_out: frozenset[str] = frozenset()
    """The libraries that compile it for minutes, or have not all of its functions."""

    def calls(self, libraries: Mapping[str, Library]) -> dict[str, Call]:
        """What computes it in every library that can."""
        return {
            name: library.call(self.derivative, self.function(library), self.arguments)
            for name, library in libraries.items()
            if self.derivative in library.derivatives and name not in self.left_out
        }


def over_data(
    title: str, f: Callable[..., Any], data: Arrays, *arguments: NDArray[Any], derivative: Derivative = "gradient"
) -> Problem:
    """A problem whose function takes the library's namespace and some data ahead of its arguments."""
    return Problem(
        title,
        arguments,
        lambda library: partial(f, library.namespace, *(library.constant(array) for array in data)),
        derivative,
    )
