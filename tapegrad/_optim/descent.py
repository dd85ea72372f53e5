"""The optimisers: the formulas of their papers. g is the gradient, p the parameters, t the number of the step."""

from __future__ import annotations

from typing import Any, ClassVar

import attrs
import numpy as np

from tapegrad._optim.optimiser import Optimiser, Schedule, State, at_step, like
from tapegrad._tree import static, tree_map
from tapegrad.typing import T, override


def _mean(decay: float, mean: T, gradient: T) -> T:
    """The running mean m ← β m + (1 − β) g."""
    return tree_map(lambda m, g: like(decay * m + (1 - decay) * g, m), mean, gradient)


def _mean_square(decay: float, mean: T, gradient: T) -> T:
    """The running mean v ← β v + (1 − β) |g|²."""
    return _mean(decay, mean, tree_map(_square, gradient))


def _square(g: Any) -> Any:
    return np.real(g) ** 2 + np.imag(g) ** 2 if np.iscomplexobj(g) else g * g


@attrs.frozen
class SGD(Optimiser):
    """Stochastic gradient descent, with momentum, plain or Nesterov's.

    v ← μ v + g;  p ← p − η v, with Nesterov's momentum p ← p − η (g + μ v). So PyTorch has it; in the paper the rate η
    stands inside of v.

    Sutskever, Martens, Dahl and Hinton, On the importance of initialization and momentum in deep learning (2013),
    equations 1 to 4.

    >>> from tapegrad.optim import SGD
    >>> optimiser = SGD(0.1, momentum=0.9)
    >>> params, state = optimiser.step({"x": 2.0}, optimiser.init({"x": 1.0}), {"x": 1.0})
    >>> params, state.moments["velocity"]
    ({'x': np.float64(0.8)}, {'x': np.float64(2.0)})
    """

    remembers: ClassVar[tuple[str, ...]] = ("velocity",)
    rate: float | Schedule
    momentum: float = 0.0
    nesterov: bool = attrs.field(default=False, metadata=static)

    @override
    def update(self, gradient: T, state: State[T], params: T) -> tuple[T, State[T]]:
        rate, momentum = at_step(self.rate, state.count), self.momentum
        velocity = tree_map(lambda v, g: like(momentum * v + g, v), state.moments["velocity"], gradient)
        ahead = tree_map(lambda g, v: g + momentum * v, gradient, velocity) if self.nesterov else velocity
        return tree_map(lambda v: -rate * v, ahead), State(state.count + 1, {"velocity": velocity})


@attrs.frozen
class Adam(Optimiser):
    """Adam: steps by the running mean of the gradient over the root of that of its square, both freed of their bias.

    m ← β₁ m + (1 − β₁) g;  v ← β₂ v + (1 − β₂) g²;  p ← p − η (m / (1 − β₁ᵗ)) / (√(v / (1 − β₂ᵗ)) + ε).

    Kingma and Ba, Adam: a method for stochastic optimization (2015), algorithm 1.

    >>> from tapegrad.optim import Adam
    >>> params, state = Adam(0.1).step(2.0, Adam(0.1).init(1.0), 1.0)
    >>> f"{params:.6f}"
    '0.900000'
    """

    remembers: ClassVar[tuple[str, ...]] = ("mean", "square")
    rate: float | Schedule = 1e-3
    betas: tuple[float, float] = (0.9, 0.999)
    epsilon: float = 1e-8

    @override
    def update(self, gradient: T, state: State[T], params: T) -> tuple[T, State[T]]:
        (decay, square_decay), t = self.betas, state.count + 1
        mean = _mean(decay, state.moments["mean"], gradient)
        square = _mean_square(square_decay, state.moments["square"], gradient)
        rate, bias = at_step(self.rate, state.count) / (1 - decay**t), 1 - square_decay**t
        update = tree_map(lambda m, v: -rate * m / (np.sqrt(v / bias) + self.epsilon), mean, square)
        return update, State(t, {"mean": mean, "square": square})


@attrs.frozen
class AdamW(Adam):
    """Adam with weight decay beside it: p ← p − η (Adam's direction + λ p).

    Loshchilov and Hutter, Decoupled weight decay regularization (2019), algorithm 2, with the rate on both terms, as
    PyTorch has it.

    >>> from tapegrad.optim import AdamW
    >>> params, _ = AdamW(0.1, weight_decay=0.5).step(0.0, AdamW(0.1).init(1.0), 1.0)
    >>> f"{params:.2f}"
    '0.95'
    """

    weight_decay: float = 1e-2

    @override
    def update(self, gradient: T, state: State[T], params: T) -> tuple[T, State[T]]:
        update, following = super().update(gradient, state, params)
        decay = at_step(self.rate, state.count) * self.weight_decay
        return tree_map(lambda u, p: u - decay * np.conj(p), update, params), following


@attrs.frozen
class RMSprop(Optimiser):
    """RMSprop: v ← ρ v + (1 − ρ) g²;  p ← p − η g / (√v + ε).

    Tieleman and Hinton, Neural networks for machine learning (2012), lecture 6.5.

    >>> from tapegrad.optim import RMSprop
    >>> params, _ = RMSprop(0.1, decay=0.75).step(2.0, RMSprop(0.1).init(1.0), 1.0)
    >>> f"{params:.2f}"
    '0.80'
    """

    remembers: ClassVar[tuple[str, ...]] = ("square",)
    rate: float | Schedule = 1e-2
    decay: float = 0.99
    epsilon: float = 1e-8

    @override
    def update(self, gradient: T, state: State[T], params: T) -> tuple[T, State[T]]:
        rate = at_step(self.rate, state.count)
        square = _mean_square(self.decay, state.moments["square"], gradient)
        update = tree_map(lambda g, v: -rate * g / (np.sqrt(v) + self.epsilon), gradient, square)
        return update, State(state.count + 1, {"square": square})


@attrs.frozen
class Adagrad(Optimiser):
    """Adagrad: v ← v + g²;  p ← p − η g / (√v + ε).

    Duchi, Hazan and Singer, Adaptive subgradient methods for online learning and stochastic optimization (2011),
    figure 1, with a diagonal matrix.

    >>> from tapegrad.optim import Adagrad
    >>> params, _ = Adagrad(0.1).step(2.0, Adagrad(0.1).init(1.0), 1.0)
    >>> f"{params:.2f}"
    '0.90'
    """

    remembers: ClassVar[tuple[str, ...]] = ("square",)
    rate: float | Schedule = 1e-2
    epsilon: float = 1e-10

    @override
    def update(self, gradient: T, state: State[T], params: T) -> tuple[T, State[T]]:
        rate = at_step(self.rate, state.count)
        square = tree_map(lambda v, g: like(v + _square(g), v), state.moments["square"], gradient)
        update = tree_map(lambda g, v: -rate * g / (np.sqrt(v) + self.epsilon), gradient, square)
        return update, State(state.count + 1, {"square": square})


@attrs.frozen
class Lion(Optimiser):
    """Lion: p ← p − η (sign(β₁ m + (1 − β₁) g) + λ p);  m ← β₂ m + (1 − β₂) g.

    Of real parameters. Its steps are signs: none of them depends differentiably on the gradient.

    Chen and others, Symbolic discovery of optimization algorithms (2023), algorithm 2.

    >>> from tapegrad.optim import Lion
    >>> params, _ = Lion(0.1).step(2.0, Lion(0.1).init(1.0), 1.0)
    >>> f"{params:.2f}"
    '0.90'
    """

    remembers: ClassVar[tuple[str, ...]] = ("mean",)
    rate: float | Schedule = 1e-4
    betas: tuple[float, float] = (0.9, 0.99)
    weight_decay: float = 0.0

    @override
    def update(self, gradient: T, state: State[T], params: T) -> tuple[T, State[T]]:
        rate, (step_decay, decay) = at_step(self.rate, state.count), self.betas
        direction = _mean(step_decay, state.moments["mean"], gradient)
        mean = _mean(decay, state.moments["mean"], gradient)
        update = tree_map(lambda m, p: -rate * (np.sign(m) + self.weight_decay * p), direction, params)
        return update, State(state.count + 1, {"mean": mean})
