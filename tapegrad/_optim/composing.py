"""Optimisers made of parts, and parts for them."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np

from tapegrad._optim.optimiser import Optimiser, State, like
from tapegrad._tree import flatten, tree_map
from tapegrad.typing import T, override


@attrs.frozen
class Chain(Optimiser):
    """One part after another: each gets what the one before makes of the gradient. As `chain` makes it."""

    parts: tuple[Optimiser, ...]

    @override
    def init(self, params: T) -> State[T]:
        return State(0, {}, tuple(part.init(params) for part in self.parts))

    @override
    def update(self, gradient: T, state: State[T], params: T) -> tuple[T, State[T]]:
        states: list[State[T]] = []
        for part, before in zip(self.parts, state.parts, strict=True):
            gradient, after = part.update(gradient, before, params)
            states.append(after)
        return gradient, State(state.count + 1, {}, tuple(states))


def chain(*parts: Optimiser) -> Chain:
    """An optimiser of several parts, one after another: what is done to the gradient first, the step last.

    >>> from tapegrad.optim import SGD, ClipByNorm, chain
    >>> optimiser = chain(ClipByNorm(1.0), SGD(0.1))
    >>> optimiser.step(-50.0, optimiser.init(1.0), 1.0)[0]
    np.float64(1.1)
    """
    return Chain(parts)


@attrs.frozen
class ClipByNorm(Optimiser):
    """A part of a chain: the gradient, scaled down to a norm of at most `limit`, over all of its numbers together.

    g ← g · limit / max(‖g‖, limit).

    Pascanu, Mikolov and Bengio, On the difficulty of training recurrent neural networks (2013), algorithm 1.

    >>> import numpy as np
    >>> from tapegrad.optim import ClipByNorm
    >>> clip = ClipByNorm(1.0)
    >>> clip.update(np.array([3.0, 4.0]), clip.init(np.zeros(2)), np.zeros(2))[0]
    array([0.6, 0.8])
    """

    limit: float

    @override
    def update(self, gradient: T, state: State[T], params: T) -> tuple[T, State[T]]:
        norm = global_norm(gradient)
        scale = self.limit / np.maximum(norm, self.limit)
        return tree_map(lambda g: like(g * scale, g), gradient), State(state.count + 1, {})


@attrs.frozen
class WeightDecay(Optimiser):
    """A part of a chain: adds λ p to the gradient, that of the penalty λ ‖p‖² / 2.

    Before Adam in a chain this is not the same as `AdamW`, where the decay is beside the adapted step.

    >>> from tapegrad.optim import SGD, WeightDecay, chain
    >>> optimiser = chain(WeightDecay(0.5), SGD(0.1))
    >>> optimiser.step(0.0, optimiser.init(1.0), 1.0)[0]
    np.float64(0.95)
    """

    rate: float

    @override
    def update(self, gradient: T, state: State[T], params: T) -> tuple[T, State[T]]:
        return tree_map(lambda g, p: g + self.rate * np.conj(p), gradient, params), State(state.count + 1, {})


def global_norm(tree: Any) -> Any:
    """The Euclidean norm of all numbers of a tree together.

    >>> from tapegrad.optim import global_norm
    >>> global_norm({"a": 3.0, "b": 4.0})
    np.float64(5.0)
    """
    return np.sqrt(sum(np.sum(np.abs(leaf) ** 2) for leaf in flatten(tree)[0]))
