"""The user's functions, on leaves in place of trees."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs
import numpy as np

from tapegrad._core.variable import NUMBERS
from tapegrad._implicit.levels import Leaves
from tapegrad._tree import flatten, unflatten
from tapegrad.errors import DomainError


@attrs.frozen
class Endomorphism:
    """`f(x, *params)` on leaves: what it returns has the structure and the shapes of `x`."""

    f: Callable[..., Any]
    name: str
    """Of what the user wrote."""
    word: str
    x_structure: Any
    params_structure: Any

    def __call__(self, x: Leaves, *params: Any) -> tuple[Any, ...]:
        out = self.f(unflatten(self.x_structure, x), *unflatten(self.params_structure, params))
        leaves, structure = flatten(out)
        if structure != self.x_structure:
            raise DomainError(
                f"{self.word}: {self.name} returned {structure}, but must return the structure of its first "
                f"argument, {self.x_structure}."
            )
        for leaf, own in zip(leaves, x, strict=True):
            if not isinstance(leaf, NUMBERS) or np.shape(leaf) != own.shape or _complex(leaf) != _complex(own):
                raise DomainError(
                    f"{self.word}: {self.name} returned {_described(leaf)}, where its first argument has "
                    f"{_described(own)}. The shapes must agree, and complex numbers stand for complex ones."
                )
        return tuple([np.asarray(leaf)[()] if type(leaf) in (int, float, complex) else leaf for leaf in leaves])


def _complex(leaf: Any) -> bool:
    return isinstance(leaf, complex) if type(leaf) in (int, float, complex) else leaf.dtype.kind == "c"


def _described(leaf: Any) -> str:
    if not isinstance(leaf, NUMBERS):
        return "None" if leaf is None else f"a {type(leaf).__name__}"
    return f"{'complex' if _complex(leaf) else 'real'} numbers of shape {np.shape(leaf)}"
