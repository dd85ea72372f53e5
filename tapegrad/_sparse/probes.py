"""What a linear map is probed with, to see which element of its argument each element of its result comes from."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from tapegrad._sparse.pattern import Indices

Map = Callable[[Any], Any]
"""A linear map of arrays with one axis."""


@attrs.define
class Probes:
    """Random factors, and powers of two, for arguments of any size."""

    numbers: np.random.Generator = attrs.field(factory=lambda: np.random.default_rng(20), init=False)
    scales: NDArray[np.float64] = attrs.field(factory=lambda: np.empty(0), init=False)
    arguments: dict[np.dtype[Any], NDArray[Any]] = attrs.field(factory=dict[np.dtype[Any], NDArray[Any]], init=False)
    """For real and complex maps: weights, weights times position, times scale, and by scale; as long as any yet."""

    def arguments_of(self, size: int, dtype: np.dtype[Any]) -> NDArray[Any]:
        """The four arguments for a map of this size. The weights are such that no sum with simple coefficients is 0."""
        if size > self.scales.size:
            self.scales = np.ldexp(1.0, self.numbers.integers(-40, 40, max(size, 2 * self.scales.size)))
            self.arguments.clear()
        if dtype not in self.arguments:
            count = self.scales.size
            weights = self.factor((count,), dtype)
            self.arguments[dtype] = np.stack(
                [weights, weights * np.arange(1, count + 1), weights * self.scales, weights / self.scales]
            )
        return self.arguments[dtype][:, :size]

    def factor(self, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Any:
        """Stands for any array of that shape that is nowhere 0."""
        real = self.numbers.uniform(1, 2, shape)
        return (real + 1j * self.numbers.uniform(1, 2, shape) if dtype.kind == "c" else real)[()]

    def sources(self, apply: Map, size: int, dtype: np.dtype[Any], chosen: Any = None) -> Indices | None:
        """From which element each result of a linear map comes, -1 where from none; None where one comes from several.

        Where a result has one source, scaling each element by its own power of two scales the result by that of its
        source, exactly. Where it has several, this fails for the scales or for their reciprocals: in one of them the
        smaller contribution is not the one that rounding swallows. With `chosen`, 0 for some elements, the others
        are looked at alone.
        """
        arguments = self.arguments_of(size, dtype)
        weights, numbered, scaled, divided = arguments if chosen is None else arguments * chosen
        out, larger = apply(weights), apply(scaled)
        none = out == 0
        number: NDArray[np.float64] = np.real(apply(numbered) / np.where(none, 1, out))
        found = np.rint(number) - 1
        if not np.all(np.where(none, larger == 0, (found >= 0) & (found < size))):
            return None
        source = np.where(none, -1, found).astype(np.int64)
        scale = np.where(none, 1.0, self.scales[source])
        single = np.array_equal(larger, out * scale) and np.array_equal(apply(divided), out / scale)
        return source if single else None

    def follows(
        self, apply: Map, shape: tuple[int, ...], axis: int, results: tuple[int, ...], dtype: np.dtype[Any]
    ) -> int:
        """The axis of the results of a linear map that goes with this axis of its argument, or -1.

        Scaling each slice of the argument by its own power of two then scales each slice of the results by the same,
        exactly: it depends on that slice alone.
        """
        length = shape[axis]
        candidates = [i for i, n in enumerate(results) if n == length]
        if not candidates:
            return -1
        weights = self.arguments_of(prod(shape), dtype)[0]
        scales = self.scales[:length]
        along = np.broadcast_to(scales.reshape(-1, *(1,) * (len(shape) - axis - 1)), shape).reshape(-1)
        out, larger, smaller = (np.reshape(apply(v), results) for v in (weights, weights * along, weights / along))
        for i in candidates:
            factors = scales.reshape(-1, *(1,) * (len(results) - i - 1))
            if np.array_equal(larger, out * factors) and np.array_equal(smaller, out / factors):
                return i
        return -1
