"""`while_loop`: as many steps as the values say."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import count
from typing import Any

import attrs
import numpy as np

from tapegrad._core.segment import run_segment
from tapegrad._program.repeating import repeat
from tapegrad._program.tracing import recording
from tapegrad._transforms.batched import Batched
from tapegrad._transforms.shells import Shell
from tapegrad._transforms.steps import Carry, shape_and_dtype
from tapegrad._transforms.transform import name_of
from tapegrad._tree import tree_map
from tapegrad.typing import T

where: Callable[..., Any] = np.where


def while_loop(cond: Callable[[T], Any], body: Callable[[T], T], init: T, *, checkpoint: bool = False) -> T:
    """`carry = body(carry)` while `cond(carry)`, beginning with `init`; how often is up to the values.

    It differentiates in all modes. Under `vmap` the loop goes on until the last element of the batch is done; those
    that are done before keep their carry, and its gradient.

    Args:
        cond: one truth value for a carry.
        body: one step. The carry keeps its structure, shapes and dtypes.
        init: the first carry.
        checkpoint: True keeps about sqrt(2n) carries of n steps until the reverse sweep, and runs each step twice;
            False keeps every step.

    Raises:
        TypeError: if the carry changes its structure, a shape or a dtype, or `cond` returns no single truth value.

    >>> from tapegrad import grad, while_loop
    >>> def root(a):  # Heron's method
    ...     return while_loop(lambda x: abs(x * x - a) > 1e-9, lambda x: (x + a / x) / 2, 1.0)
    >>> f"{root(4.0):.6f} {grad(root)(4.0):.6f}"
    '2.000000 0.250000'
    """
    what = f"while_loop of {name_of(body)}"
    loop = _While(cond, body, Carry.like(init, what))
    carry: T = init
    if recording.get():
        return repeated(loop, init)  # type: ignore[no-any-return]
    if not checkpoint:
        return loop.run(carry, None)[0]  # type: ignore[no-any-return]
    for size in count(1):  # longer and longer, as the number of steps is not known
        carry, going = run_segment(what, loop.run, (carry, size))
        if not going:
            break
    return carry


def repeated(loop: _While, init: Any) -> Any:
    """All steps as one equation of the Program that is being recorded, however many there will be."""
    shell, numbers = Shell.of(init)

    def condition(*values: Any) -> Any:
        return loop.goes_on(shell.filled(values))

    def step(*values: Any) -> list[Any]:
        return shell.numbers_of(loop.taken(shell.filled(values)), loop.carry.what)

    return shell.filled(repeat(condition, step, numbers))


@attrs.frozen(eq=False)
class _While:
    cond: Callable[[Any], Any]
    body: Callable[[Any], Any]
    carry: Carry

    def goes_on(self, carry: Any) -> Any:
        """Whether there is another step."""
        going = self.cond(carry)
        if np.shape(going) or np.result_type(going) != np.bool:
            raise TypeError(
                f"{self.carry.what}: its condition is one truth value, not {going!r}. Compare, and reduce with "
                "np.all or np.any."
            )
        return going

    def taken(self, carry: Any) -> Any:
        """The carry after one step."""
        after = self.body(carry)
        self.carry.check(after)
        return after

    def run(self, carry: Any, most: int | None) -> tuple[Any, bool]:
        """So many steps at most. Returns the carry, and whether there may be more to do."""
        steps = count() if most is None else range(most)
        for _ in steps:
            going = self.goes_on(carry)
            if not _any(going):
                return carry, False
            after = self.taken(carry)
            carry = tree_map(partial(_chosen, going), after, carry) if type(going) is Batched else after
        return carry, True


def _any(going: Any) -> Any:
    """Whether any element of a batch goes on; outside of `vmap`, the truth value itself."""
    while type(going) is Batched:
        going = np.any(going.primal)
    return going


def _chosen(going: Any, after: Any, before: Any) -> Any:
    """A leaf of the carry: the new one in the elements of a batch that go on; what is no number is not chosen."""
    return where(going, after, before) if shape_and_dtype(after) else after
