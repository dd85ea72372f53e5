"""What loops and choices are made of: Programs, and how they are put together."""

from __future__ import annotations

from typing import TypeAlias

import attrs
import numpy as np

from tapegrad._program.program import Program
from tapegrad._spec import Spec


@attrs.frozen
class Loop:
    """A step as a Program: `(*carry, *row, *constants) -> (*carry, *y)`, and how many of each there are.

    Where the step's row is a weak number, the rows are Python's numbers.
    """

    body: Program
    carry: int
    rows: int
    length: int

    @property
    def constants(self) -> int:
        """Where the constants begin among the arguments."""
        return self.carry + self.rows

    @property
    def ys(self) -> int:
        """How many arrays the steps' results are stacked in."""
        return len(self.body.outputs) - self.carry

    def counts(self, i: int) -> bool:
        """Whether an argument is an array whose rows are Python's numbers."""
        return self.carry <= i < self.constants and self.body.inputs[i] in self.body.weak

    @property
    def taken(self) -> list[Spec]:
        """The Specs of the arguments."""
        specs = [self.body.spec(var) for var in self.body.inputs]
        return [self._stacked(spec) if self.carry <= i < self.constants else spec for i, spec in enumerate(specs)]

    @property
    def given(self) -> list[Spec]:
        """The Specs of the results."""
        specs = [self.body.spec(atom) for atom in self.body.outputs]
        return [self._stacked(spec) if i >= self.carry else spec for i, spec in enumerate(specs)]

    @property
    def loose(self) -> list[int]:
        """Which arguments are Python's own numbers."""
        return [i for i in _weak(self.body) if not self.counts(i)]

    @property
    def loosely_given(self) -> list[int]:
        """Which results are: of the carry, what is so in every step."""
        return [i for i in _weak(self.body) if i < self.carry]

    def _stacked(self, spec: Spec) -> Spec:
        return Spec((self.length, *spec.shape), spec.dtype)


@attrs.frozen
class While:
    """A condition and a step, both of `(*carry, *constants)`."""

    condition: Program
    step: Program
    carry: int

    @property
    def taken(self) -> list[Spec]:
        """The Specs of the arguments."""
        return [self.step.spec(var) for var in self.step.inputs]

    @property
    def given(self) -> list[Spec]:
        """The Specs of the results."""
        return self.taken[: self.carry]

    @property
    def loose(self) -> list[int]:
        """Which arguments are Python's own numbers."""
        return _weak(self.step)

    @property
    def loosely_given(self) -> list[int]:
        """Which results are: what is so in every step."""
        return [i for i in _weak(self.step) if i < self.carry]


@attrs.frozen
class Choice:
    """Two Programs with the same inputs, and outputs of the same shapes and dtypes."""

    first: Program
    second: Program

    @property
    def taken(self) -> list[Spec]:
        """The Specs of the arguments, the condition before all."""
        return [Spec((), np.dtype(np.bool)), *(self.first.spec(var) for var in self.first.inputs)]

    @property
    def given(self) -> list[Spec]:
        """The Specs of the results."""
        return [self.first.spec(atom) for atom in self.first.outputs]

    @property
    def loose(self) -> list[int]:
        """Which arguments are Python's own numbers; the condition may be its own truth value."""
        return [0, *(1 + i for i in _weak(self.first))]

    @property
    def loosely_given(self) -> list[int]:
        """Which results are: what is so in both branches."""
        parts = self.first, self.second
        return [i for i in range(len(self.given)) if all(part.is_weak(part.outputs[i]) for part in parts)]


Body: TypeAlias = Loop | While | Choice
"""What any of them is made of."""


def _weak(program: Program) -> list[int]:
    return [i for i, var in enumerate(program.inputs) if var in program.weak]
