"""Leaves as one real vector, and back. Complex leaves are two real ones, so that nothing need be holomorphic."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from tapegrad._implicit.levels import Leaves
from tapegrad._spec import Spec, Value


def length(specs: Sequence[Spec]) -> int:
    """The length of the vector for leaves of these Specs."""
    return sum(spec.size * (2 if spec.dtype.kind == "c" else 1) for spec in specs)


def joined(leaves: Leaves) -> Value:
    """The vector of all the leaves: the real parts of each, then its imaginary parts."""
    parts: list[Any] = []
    for leaf in leaves:
        parts += [np.real(leaf), np.imag(leaf)] if leaf.dtype.kind == "c" else [leaf]
    return np.concatenate([np.ravel(part) for part in parts])


def parted(vector: Any, specs: Sequence[Spec]) -> list[Value]:
    """The leaves of these Specs from the vector of them all."""
    leaves: list[Value] = []
    start = 0
    for spec in specs:
        leaf = vector[start : start + spec.size]
        start += spec.size
        if spec.dtype.kind == "c":
            leaf = leaf + 1j * vector[start : start + spec.size]
            start += spec.size
        leaf = np.reshape(leaf, spec.shape)[()]
        leaves.append(leaf if leaf.dtype == spec.dtype else leaf.astype(spec.dtype))
    return leaves
