"""Many directions at once: the standard basis of several arrays, as batches for one sweep each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import attrs
import numpy as np

from tapegrad._spec import Spec, Value
from tapegrad._transforms.batched import Batching


@attrs.frozen
class Stretch:
    """The directions from number `start` to `stop`."""

    start: int
    stop: int

    def basis(self, specs: Sequence[Spec], level: Batching) -> list[Value | None]:
        """What each array has of these directions, as a batch of `level`; None where that is zero.

        The arrays' elements are numbered through. Direction k is 1 at element number k, and 0 elsewhere.
        """
        parts: list[Value | None] = []
        offset = 0
        for spec in specs:
            if offset < self.stop and self.start < offset + spec.size:
                ones = np.eye(self.stop - self.start, spec.size, self.start - offset, spec.dtype)
                parts.append(level.batched(ones.reshape(self.stop - self.start, *spec.shape)))
            else:
                parts.append(None)
            offset += spec.size
        return parts

    def gathered(self, value: Any, level: Batching) -> Value:
        """What came out for each of these directions, on axis 0; `level` carried them."""
        if level.owns(value):
            return value.primal
        return np.zeros((self.stop - self.start, *value.shape), value.dtype)  # linear, and alike in all directions: 0


def stretches(specs: Sequence[Spec], chunk_size: int | None) -> Iterator[Stretch]:
    """All the directions of these arrays, so many at a time; an empty stretch where there are none."""
    total = sum(spec.size for spec in specs)
    step = chunk_size or max(total, 1)
    return (Stretch(start, min(start + step, total)) for start in range(0, max(total, 1), step))


def check_chunk_size(instance: object, attribute: Any, value: Any) -> None:
    """Validates the field of a transform."""
    if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 1):
        raise TypeError(
            f"chunk_size is how many directions go at once, a positive int, or None for all; not {value!r}."
        )
