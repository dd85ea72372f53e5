"""What all optimisers are: frozen values, with a state that is a tree."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, Generic, TypeAlias

import attrs
import numpy as np

from tapegrad._core.variable import is_variable
from tapegrad._tree import tree_map
from tapegrad.errors import DomainError
from tapegrad.typing import T

_PYTHONS: Any = (float, int, complex)
Schedule: TypeAlias = Callable[[int], float]
"""A number that changes with the count of steps, which starts at 0."""


@attrs.frozen(eq=False)
class State(Generic[T]):
    """What an optimiser remembers from one step to the next: a tree, like the parameters."""

    count: int
    """How many steps were made."""
    moments: dict[str, T]
    """Running means and sums, each a tree like the parameters."""
    parts: tuple[State[T], ...] = ()
    """The states of what an optimiser is composed of."""


@attrs.frozen
class Optimiser:
    """A rule for steps downhill: from a gradient and a state to an update and the next state, and nothing changed.

    A rule of your own says what it remembers, and defines `update`. Its fields may be numbers to differentiate in:
    an optimiser is a tree itself.

    >>> import attrs
    >>> from tapegrad.optim import Optimiser
    >>> @attrs.frozen
    ... class Descent(Optimiser):
    ...     rate: float
    ...
    ...     def update(self, gradient, state, params):
    ...         return -self.rate * gradient, attrs.evolve(state, count=state.count + 1)
    >>> Descent(0.1).step(2.0, Descent(0.1).init(1.0), 1.0)[0]
    np.float64(0.8)
    """

    remembers: ClassVar[tuple[str, ...]] = ()
    """The names of the moments."""

    def init(self, params: T) -> State[T]:
        """The state before the first step: all moments are zero."""
        return State(0, {name: tree_map(_zeros, params) for name in self.remembers})

    def update(self, gradient: T, state: State[T], params: T) -> tuple[T, State[T]]:
        """What to add to the parameters, and the next state.

        For complex parameters the update is conjugated before it is added, as the gradient is the conjugate of the
        direction of steepest ascent.
        """
        raise NotImplementedError

    def step(self, gradient: T, state: State[T], params: T) -> tuple[T, State[T]]:
        """The next parameters and the next state.

        The parameters keep their structure and dtypes, and are new arrays.

        Raises:
            TypeError: if the gradient or the state is of another structure than the parameters.
        """
        update, state = self.update(gradient, state, params)
        return tree_map(_moved, params, update), state


def at_step(value: float | Schedule, count: int) -> float:
    """A hyperparameter that may change from step to step."""
    now: Any = value(count) if callable(value) else value
    return float(now) if type(now) is np.float64 else now  # which would make float64 of float32


def like(value: Any, leaf: Any) -> Any:
    """`value` in the dtype of a leaf; an array where the leaf is one, also without axes."""
    dtype = _dtype_of(leaf)
    if is_variable(value):
        return value if value.dtype == dtype else value.astype(dtype)
    array = np.asarray(value, dtype)
    return array if type(leaf) is np.ndarray else array[()]


def _dtype_of(leaf: Any) -> np.dtype[Any]:
    """The dtype of a parameter; `DomainError` for what is none."""
    if isinstance(leaf, _PYTHONS) and not isinstance(leaf, bool):
        return np.dtype(complex if isinstance(leaf, complex) else float)
    dtype: Any = getattr(leaf, "dtype", None)
    if dtype is None or dtype.kind not in "fc":
        raise DomainError(
            f"a parameter is {type(leaf).__name__ if dtype is None else dtype}, and optimisers move floating numbers "
            "and arrays. Convert it (x.astype(float)), or keep it as a static field (metadata=tapegrad.static)."
        )
    known: np.dtype[Any] = dtype
    return known


def _zeros(leaf: Any) -> Any:
    return like(np.zeros(np.shape(leaf)), leaf)


def _moved(leaf: Any, update: Any) -> Any:
    return like(leaf + (np.conj(update) if np.iscomplexobj(leaf) else update), leaf)
