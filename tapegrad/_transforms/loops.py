"""Loops of so many steps: `scan` and `fori_loop`, whose gradients need as little memory as one asks for."""

from __future__ import annotations

from collections.abc import Callable
from operator import index
from typing import Any, overload

import attrs
import numpy as np
from numpy.typing import NDArray

from tapegrad._config import no_grad
from tapegrad._core.variable import is_variable
from tapegrad._place import user_line
from tapegrad._program.rolling import roll
from tapegrad._program.tracing import recording
from tapegrad._transforms.shells import Shell
from tapegrad._transforms.steps import Carry, Steps
from tapegrad._transforms.transform import name_of
from tapegrad._tree import LEAF, flatten, paths, tree_map, unflatten
from tapegrad.typing import R, T

where: Callable[..., Any] = np.where


@overload
def scan(
    f: Callable[[T, Any], tuple[T, float]],
    init: T,
    xs: Any,
    length: int | None = None,
    *,
    reverse: bool = False,
    checkpoint: bool | int = False,
) -> tuple[T, NDArray[np.float64]]: ...
@overload
def scan(
    f: Callable[[T, Any], tuple[T, R]],
    init: T,
    xs: Any,
    length: int | None = None,
    *,
    reverse: bool = False,
    checkpoint: bool | int = False,
) -> tuple[T, R]: ...
def scan(
    f: Callable[[Any, Any], tuple[Any, Any]],
    init: Any,
    xs: Any,
    length: int | None = None,
    *,
    reverse: bool = False,
    checkpoint: bool | int = False,
) -> tuple[Any, Any]:
    """A loop over the rows of arrays that carries a value along: `carry, y = f(carry, x)` for each row `x` of `xs`.

    Returns the last carry, and all `y`, stacked. Carry, `xs` and `y` are arrays, numbers or trees of them. `f` may use
    differentiated values from outside.

    Args:
        f: one step, `(carry, x) -> (carry, y)`. The carry keeps its structure, shapes and dtypes; `y` may be None.
        init: the carry that the first step is given.
        xs: a tree of arrays of one length, or None.
        length: how many steps; needed where `xs` is None.
        reverse: go from the last row to the first. The `y` are stacked in the order of the rows.
        checkpoint: what is kept of n steps until the reverse sweep. False: all of them. True: the carries at the
            beginning of about sqrt(n) stretches, each of which runs again, so that a step runs twice. A number: so
            many carries at most, and the steps run as few times as that allows (the binomial schedule).

    Raises:
        TypeError: if the carry changes its structure, a shape or a dtype, or `f` returns no pair.
        ValueError: if the lengths differ or are not given, or if with so few checkpoints a step would run more than a
            hundred times.

    With no rows, `f` runs once on zeros, unrecorded, to see the shapes of its `y`.

    The schedule is that of A. Griewank and A. Walther, Algorithm 799: revolve, ACM Trans. Math. Software 26 (2000).

    >>> import numpy as np
    >>> from tapegrad import grad, scan
    >>> def amount(rate):
    ...     def day(left, dose):
    ...         left = left * rate + dose
    ...         return left, left
    ...     return scan(day, 0.0, np.ones(3), checkpoint=True)[0]
    >>> amount(0.5), grad(amount)(0.5)  # of 1 + rate + rate**2
    (np.float64(1.75), np.float64(2.0))
    """
    what = f"scan of {name_of(f)}"
    rows, structure = flatten(xs)
    n = _length(what, rows, structure, length)
    steps = Steps(f, Carry.like(init, what), structure)
    if not n:
        return init, _no_rows(steps, init, rows)
    if reverse:
        rows = [_reversed(leaf) for leaf in rows]
    carry, ys = rolled(steps, init, rows, n) if recording.get() else steps.scheduled(init, rows, n, checkpoint)
    return carry, tree_map(_reversed, ys) if reverse else ys


def _length(what: str, rows: list[Any], structure: Any, length: int | None) -> int:
    lengths = {} if length is None else {index(length): "length"}
    for leaf, path in zip(rows, paths(structure), strict=True):
        if leaf is not None:
            shape: tuple[int, ...] = np.shape(leaf)
            if not shape:
                raise ValueError(f"{what}: xs{path} is a number and has no rows. Pass arrays (np.array, not a list).")
            lengths.setdefault(shape[0], f"xs{path}")
    if len(lengths) > 1:
        raise ValueError(f"{what}: the lengths differ: {', '.join(f'{n} of {place}' for n, place in lengths.items())}.")
    n = next(iter(lengths), -1)
    if n < 0:
        raise ValueError(f"{what}: without xs, say how many steps there are: length=...")
    return n


def _no_rows(steps: Steps, init: Any, rows: list[Any]) -> Any:
    """The y of no steps: arrays of length 0."""
    zeros = [None if leaf is None else np.zeros((1, *leaf.shape[1:]), leaf.dtype) for leaf in rows]
    with no_grad(), np.errstate(all="ignore"):
        _, ys = steps.recorded(init, zeros, 1)
    return tree_map(lambda y: None if y is None else np.zeros((0, *y.shape[1:]), y.dtype), ys)


def _reversed(leaf: Any) -> Any:
    return None if leaf is None else leaf[::-1]


def fori_loop(lower: int, upper: int, body: Callable[[int, T], T], init: T, *, checkpoint: bool | int = False) -> T:
    """`carry = body(i, carry)` for each i from `lower` up to and not including `upper`, beginning with `init`.

    Args:
        lower: the first i.
        upper: where to stop.
        body: one step. The carry keeps its structure, shapes and dtypes.
        init: the carry that the first step is given.
        checkpoint: what is kept until the reverse sweep, as in `scan`.

    Raises:
        TypeError: if the carry changes its structure, a shape or a dtype.

    >>> from tapegrad import fori_loop, grad
    >>> grad(lambda x: fori_loop(0, 3, lambda i, y: y * x, 1.0))(2.0)  # of x**3
    np.float64(12.0)
    """
    indices = range(lower, upper)
    if not indices:
        return init
    steps = Steps(_Counted(body), Carry.like(init, f"fori_loop of {name_of(body)}"), LEAF)
    n = len(indices)
    carry: T
    if recording.get():
        carry, _ = rolled(steps, init, [indices], n)
    else:
        carry, _ = steps.scheduled(init, [np.array(indices)], n, checkpoint)
    return carry


def rolled(steps: Steps, init: Any, rows: list[Any], n: int) -> tuple[Any, Any]:
    """All steps as one equation of the Program that is being recorded."""
    shell, numbers = Shell.of(init)
    ys: list[Shell] = []

    def step(*values: Any) -> list[Any]:
        parts = iter(values)
        carry = shell.filled([next(parts) for _ in numbers])
        row = unflatten(steps.structure, [None if leaf is None else next(parts) for leaf in rows])
        after, y = steps.taken(carry, row)
        made, stacked = Shell.of(y)
        if strange := [leaf for i, leaf in enumerate(made.leaves) if i not in made.places and leaf is not None]:
            raise TypeError(
                f"{steps.carry.what} at {user_line()}: y is made of numbers and arrays, not {strange[0]!r}."
            )
        ys[:] = [made]
        return [*shell.numbers_of(after, steps.carry.what), *stacked]

    last, stacked = roll(step, numbers, [leaf for leaf in rows if leaf is not None], n)
    return shell.filled(last), ys[0].filled(stacked)


@attrs.frozen(eq=False)
class _Counted:
    """The body of a `fori_loop` as a step of a `scan`."""

    body: Callable[[int, Any], Any]

    def __call__(self, carry: Any, i: Any) -> tuple[Any, None]:
        position: Any = i if is_variable(i) else int(i)
        return self.body(position, carry), None
