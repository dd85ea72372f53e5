"""`at(x)[index].set(v)`: a copy of an array with some entries changed, in place of assignment."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from math import prod
from typing import Any, Generic

import attrs
import numpy as np

from tapegrad._core.primitive import Primitive
from tapegrad._place import user_line
from tapegrad._rules.batching import size
from tapegrad._rules.folding import select
from tapegrad._rules.fronts import known_value, operand
from tapegrad._rules.indexing import parsed
from tapegrad._rules.kinds import declare
from tapegrad._rules.placing import gather, moved, place, scatter, slice_of
from tapegrad._rules.positions import filled, in_batch
from tapegrad.typing import T


@attrs.frozen
class Update(Generic[T]):
    """The entries of an array at an index. Its methods return the changed array; the array itself stays as it is.

    Values broadcast to the shape of the entries, and are cast to the array's dtype. Where an index names an entry
    more than once, `set` leaves the last value, as assignment does, and the others are applied once each.
    """

    array: T
    index: Any

    def set(self, values: Any, /) -> T:
        """With the values instead of the entries."""
        return self._result(None, values)

    def add(self, values: Any, /) -> T:
        """With the values added."""
        entries = _Entries.of(self.array, self.index)
        out: T = entries.array + entries.spread(_cast(values, entries))
        return out

    def subtract(self, values: Any, /) -> T:
        """With the values subtracted."""
        return self.add(-operand(values))

    def multiply(self, values: Any, /) -> T:
        """With the entries multiplied by the values."""
        return self._result(np.multiply, values)

    def divide(self, values: Any, /) -> T:
        """With the entries divided by the values."""
        return self._result(np.divide, values)

    def power(self, values: Any, /) -> T:
        """With the entries raised to the powers that the values are."""
        return self._result(np.power, values)

    def min(self, values: Any, /) -> T:
        """With the smaller ones of the entries and the values."""
        return self._result(np.minimum, values)

    def max(self, values: Any, /) -> T:
        """With the larger ones of the entries and the values."""
        return self._result(np.maximum, values)

    def _result(self, change: Callable[[Any, Any], Any] | None, values: Any) -> T:
        entries = _Entries.of(self.array, self.index)
        values = np.broadcast_to(_cast(values, entries), entries.shape)
        x = entries.array
        for chosen in entries.rounds(only_last=change is None):
            new = values if change is None else _cast(change(entries.read(x), values), entries)
            x = entries.changed(x, new, chosen)
        out: T = x
        return out


@attrs.frozen
class At(Generic[T]):
    """What `at(x)` returns: `at(x)[index]` are the entries to change."""

    array: T

    def __getitem__(self, index: Any, /) -> Update[T]:
        return Update(self.array, index)


def at(x: T, /) -> At[T]:
    """`at(x)[index].set(values)` is a copy of `x` with the entries at an index changed, as `x[index] = values` would.

    The index is any that NumPy takes. There are `set`, `add`, `subtract`, `multiply`, `divide`, `power`, `min` and
    `max`.

    Raises:
        IndexError: if the index does not fit.
        ValueError: if the values do not broadcast to the shape of the entries.
        TypeError: if the array's dtype cannot take the values: fractions in an array of integers, complex ones in one
            of real numbers.

    >>> import numpy as np
    >>> from tapegrad import at, grad
    >>> at(np.zeros(3))[1:].set(5.0)
    array([0., 5., 5.])
    >>> grad(lambda x: np.sum(at(x)[[0, 0]].add(x[1]) ** 2))(np.array([1.0, 2.0]))
    array([10., 24.])
    """
    return At(x)


def _cast(values: Any, entries: _Entries) -> Any:
    """The values in the dtype of the array."""
    values, dtype = operand(values), entries.array.dtype
    if values.dtype == dtype:
        return values
    if not np.can_cast(values.dtype, dtype, "same_kind"):
        raise TypeError(
            f"at(x)[...] at {user_line()} would put values of dtype {values.dtype} into an array of dtype {dtype}, "
            f"which cannot hold them. Convert the array first: x.astype({values.dtype})."
        )
    return values.astype(dtype)


@attrs.frozen
class _Entries:
    """An array and an index of it, as the primitives take it."""

    array: Any
    layout: Any
    positions: Sequence[Any] | None
    """None for a basic index, which names no entry twice; nor do positions that are single numbers."""
    shape: tuple[int, ...]

    @classmethod
    def of(cls, array: Any, index: Any) -> _Entries:
        x = operand(array)
        layout, positions = parsed(index)
        found = cls(x, layout, positions, ())
        return attrs.evolve(found, shape=found.read(x).shape)

    def read(self, x: Any) -> Any:
        """The entries of an array of that shape."""
        return slice_of(x, self.layout) if self.positions is None else gather(x, *self.positions, self.layout)

    def spread(self, values: Any) -> Any:
        """Zeros with the values, broadcast, at the entries; what meets adds up."""
        values, shape = np.broadcast_to(values, self.shape), self.array.shape
        if self.positions is None:
            return place(values, self.layout, shape)
        return scatter(values, *self.positions, self.layout, shape)

    def rounds(self, *, only_last: bool) -> Iterator[Any]:
        """Masks over the entries, one after the other, in each of which no entry of the array is named twice."""
        if self.positions is None or not any(map(np.ndim, self.positions)):
            yield True
            return
        turn = turns(*self.positions, self.layout, self.array.shape)
        for i in (0,) if only_last else range(int(np.max(known_value(turn), initial=0)), -1, -1):
            yield turn == i

    def changed(self, x: Any, new: Any, chosen: Any) -> Any:
        """`x` with new values at the entries that are chosen."""
        reached = self.spread(np.where(chosen, 1, 0)) != 0
        return select(reached, self.spread(np.where(chosen, new, 0)), x)


def _turns(*arguments: Any) -> Any:
    positions: Any
    *positions, layout, shape = arguments
    every: Any = np.arange(prod(shape))
    named = every.reshape(shape)[filled(layout, positions)]
    flat = named.reshape(-1)[::-1]
    order = np.argsort(flat, kind="stable")
    ranked = flat[order]
    turn = np.empty(flat.size, int)
    turn[order] = np.arange(flat.size) - np.searchsorted(ranked, ranked)
    return turn[::-1].reshape(named.shape)[()]


def _turns_batch(primitive: Primitive, args: Sequence[Any], batched: Sequence[bool]) -> Any:
    """The number in the batch becomes one more position, so that elements never name an entry of another."""
    *positions, layout, shape = args
    length = size(args, batched)
    batch = in_batch(layout, positions, batched[:-2], len(shape), length)
    return moved(turns(*batch.positions, batch.layout, (length, *shape)), batch.found, batch.wanted)


turns: Callable[..., Any] = declare(
    "turns", _turns, {"positions": None}, batch=_turns_batch, variadic=True, parameters=("layout", "shape")
)
"""For each entry that an index names, how often it is named again after that."""
