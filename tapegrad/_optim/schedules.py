"""Rates that change from step to step: functions of the number of steps made, which starts at 0.

Any function of it will do; a constant rate is a number. These are frozen values, so that an optimiser with one pickles.
"""

from __future__ import annotations

import attrs
import numpy as np

from tapegrad._optim.optimiser import Schedule, at_step
from tapegrad._tree import static


@attrs.frozen
class Cosine:
    """Half a cosine down from `start` to `end` in so many steps, and `end` from then on.

    Loshchilov and Hutter, SGDR: stochastic gradient descent with warm restarts (2017), equation 5.

    >>> from tapegrad.optim import Cosine
    >>> [round(float(Cosine(1.0, 4)(count)), 3) for count in range(6)]
    [1.0, 0.854, 0.5, 0.146, 0.0, 0.0]
    """

    start: float
    steps: int = attrs.field(metadata=static)
    end: float = 0.0

    def __call__(self, count: int) -> float:
        part = np.minimum(count, self.steps) / self.steps
        rate: float = self.end + (self.start - self.end) * (1 + np.cos(np.pi * part)) / 2
        return rate


@attrs.frozen
class Exponential:
    """From `start` on, times `factor` every so many steps, smoothly.

    >>> from tapegrad.optim import Exponential
    >>> [Exponential(1.0, 0.25, steps=2)(count) for count in range(4)]
    [1.0, 0.5, 0.25, 0.125]
    """

    start: float
    factor: float
    steps: int = attrs.field(default=1, metadata=static)

    def __call__(self, count: int) -> float:
        rate: float = self.start * self.factor ** (count / self.steps)
        return rate


@attrs.frozen
class WarmUp:
    """A straight line up in so many steps, to a rate or to a schedule of its own, which counts from there.

    >>> from tapegrad.optim import Exponential, WarmUp
    >>> [float(WarmUp(2, Exponential(1.0, 0.5))(count)) for count in range(4)]
    [0.5, 1.0, 0.5, 0.25]
    """

    steps: int = attrs.field(metadata=static)
    then: float | Schedule

    def __call__(self, count: int) -> float:
        part: float = np.minimum((count + 1) / self.steps, 1.0)
        return part * at_step(self.then, np.maximum(count + 1 - self.steps, 0))
