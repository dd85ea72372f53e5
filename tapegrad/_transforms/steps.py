"""The steps of a loop that carries a value along, in the order that a gradient of bounded memory asks for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import comb, isqrt
from typing import Any

import attrs
import numpy as np

from tapegrad._core.segment import run_segment
from tapegrad._core.variable import ARRAYS
from tapegrad._place import user_line
from tapegrad._tree import LEAF, flatten, paths, unflatten

PYTHONS: Any = (bool, int, float, complex)
PAIR: Any = tuple
MOST_RUNS = 100
"""How often a schedule may run a step: each time is nested in the one before, and Python's stack is finite."""


@attrs.frozen(eq=False)
class Carry:
    """What a loop carries along keeps its structure, and each leaf its shape and dtype."""

    what: str
    structure: Any
    forms: list[Any]

    @classmethod
    def like(cls, init: Any, what: str) -> Carry:
        """As the loop begins with."""
        leaves, structure = flatten(init)
        return cls(what, structure, [shape_and_dtype(leaf) for leaf in leaves])

    def check(self, carry: Any) -> None:
        """Raise where `carry` is not as it was; the error names the leaf."""
        leaves, structure = flatten(carry)
        if structure != self.structure:
            raise TypeError(
                f"{self.what} at {user_line()}: the carry began with the structure {self.structure}, and after a step "
                f"it has {structure}. A step returns a carry like the one it was given."
            )
        forms = [shape_and_dtype(leaf) for leaf in leaves]
        if forms != self.forms:
            i = next(i for i, (old, new) in enumerate(zip(self.forms, forms, strict=True)) if old != new)
            raise TypeError(
                f"{self.what} at {user_line()}: the carry{paths(structure)[i]} began as {_described(self.forms[i])}, "
                f"and after a step it is {_described(forms[i])}. Begin with the shape and dtype that it will have "
                "(np.zeros(...), 0.0 instead of 0), or convert it in the step (x.astype(...))."
            )


def shape_and_dtype(leaf: Any) -> Any:
    """The shape and dtype of a number or array; None of anything else."""
    if isinstance(leaf, ARRAYS):
        return leaf.shape, leaf.dtype
    return ((), np.result_type(leaf)) if isinstance(leaf, PYTHONS) else None


def _described(form: Any) -> str:
    return "no number" if form is None else f"{form[1]} of shape {form[0]}"


def described(leaf: Any) -> str:
    """A leaf in words: a number's or array's shape and dtype, anything else itself."""
    form = shape_and_dtype(leaf)
    return repr(leaf) if form is None else _described(form)


@attrs.frozen(eq=False)
class Steps:
    """`carry, y = f(carry, row)` for each row of arrays. Each method returns the last carry, and the stacked y."""

    f: Callable[[Any, Any], Any]
    carry: Carry
    structure: Any
    """Of a row. Leaves that are None stay None."""

    def scheduled(self, carry: Any, rows: list[Any], n: int, checkpoint: bool | int) -> tuple[Any, Any]:
        """All steps, by the schedule that the user asked for."""
        if checkpoint is False:
            return self.recorded(carry, rows, n)
        if checkpoint is True:
            return self.in_stretches(carry, rows, n)
        if checkpoint < 1:
            raise ValueError(f"{self.carry.what}: checkpoint is True, False or a number from 1 up, not {checkpoint}.")
        if runs(n, checkpoint) > MOST_RUNS:
            enough = next(s for s in range(checkpoint, n) if runs(n, s) <= MOST_RUNS)
            raise ValueError(
                f"{self.carry.what}: with checkpoint={checkpoint}, a step of {n} would run up to {runs(n, checkpoint)} "
                f"times. Allow at least {enough}, or write checkpoint=True."
            )
        return self.binomially(carry, rows, n, checkpoint)

    def recorded(self, carry: Any, rows: list[Any], n: int) -> tuple[Any, Any]:
        """One after the other, as a loop written by hand."""
        ys: list[Any] = []
        for i in range(n):
            carry, y = self.taken(carry, self.row(rows, i))
            ys.append(y)
        return carry, self.joined(np.stack, ys)

    def taken(self, carry: Any, row: Any) -> tuple[Any, Any]:
        """One step."""
        out = self.f(carry, row)
        if not isinstance(out, PAIR) or len(out) != 2:
            raise TypeError(f"{self.carry.what}: a step returns a pair (carry, y), not {out!r}.")
        after, y = out
        self.carry.check(after)
        return after, y

    def in_stretches(self, carry: Any, rows: list[Any], n: int) -> tuple[Any, Any]:
        """Stretches of about sqrt(n) steps, each of which runs again when its turn comes; the last is still there."""
        size = isqrt(n - 1) + 1
        parts: list[Any] = []
        for start in range(0, n - size, size):
            arguments = carry, _between(rows, start, start + size), size
            carry, ys = run_segment(self.carry.what, self.recorded, arguments)
            parts.append(ys)
        start = len(parts) * size
        carry, ys = self.recorded(carry, _between(rows, start, n), n - start)
        return carry, self.joined(np.concatenate, [*parts, ys])

    def binomially(self, carry: Any, rows: list[Any], n: int, most: int) -> tuple[Any, Any]:
        """At most so many carries are kept: one at the beginning, the others behind a stretch as long as is best."""
        parts: list[Any] = []
        start = 0
        while n - start > 1:
            size = first_stretch(n - start, most)
            arguments = carry, _between(rows, start, start + size), size, most
            carry, ys = run_segment(self.carry.what, self.binomially, arguments)
            parts.append(ys)
            start += size
            most -= 1
        carry, ys = self.recorded(carry, _between(rows, start, n), 1)
        return carry, self.joined(np.concatenate, [*parts, ys])

    def row(self, rows: list[Any], i: int) -> Any:
        """What step number i reads."""
        if self.structure is LEAF:
            return rows[0][i]
        return unflatten(self.structure, [None if leaf is None else leaf[i] for leaf in rows])

    def joined(self, join: Callable[[Sequence[Any]], Any], ys: list[Any]) -> Any:
        """Trees of one structure as one, leaf by leaf."""
        if len(ys) == 1 and join is np.concatenate:
            return ys[0]
        leaves, structure = flatten(ys[0])
        columns = [[leaf] for leaf in leaves]
        for y in ys[1:]:
            others, other = flatten(y)
            if other != structure:
                raise TypeError(f"{self.carry.what}: the y of one step is a {structure}, that of another a {other}.")
            for column, leaf in zip(columns, others, strict=True):
                column.append(leaf)
        for column, path in zip(columns, paths(structure), strict=True):
            shapes = {np.shape(leaf) for leaf in column}
            if len(shapes) > 1 and join is np.stack:
                raise ValueError(f"{self.carry.what}: y{path} differs in shape from step to step: {sorted(shapes)}.")
        return unflatten(structure, [None if column[0] is None else join(column) for column in columns])


def _between(rows: list[Any], start: int, stop: int) -> list[Any]:
    return [None if leaf is None else leaf[start:stop] for leaf in rows]


def runs(n: int, most: int) -> int:
    """How often a step has to run before it runs for the last time, with so many carries for n steps."""
    r = 0
    while comb(most + r, most) < n:
        r += 1
    return r


def first_stretch(n: int, most: int) -> int:
    """After how many of n steps the next carry is kept, so that the steps run as few times as possible in all.

    With s carries, and each step running at most r times before the last time, C(s + r, s) steps can be taken: in the
    first stretch C(s + r - 1, s), each once less often, and then C(s + r - 1, s - 1), with a carry less. So the first
    may have any length that leaves no more than that to the second; both are filled evenly. (As cited in `scan`.)
    """
    r = runs(n, most)
    return max(comb(most + r - 2, most), n - comb(most + r - 1, most - 1), 1)
