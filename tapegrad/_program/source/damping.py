"""The damped product, as compiled code computes it: at once, or late.

`damp(x, y)` is x * y, and 0 where x is 0. It differs from the product only where a zero meets an infinity or nan, and
there the product is nan. So where nan among some products makes a result nan, the check can wait for the results: if
those are finite, the products were right. Otherwise the Program runs again, with each product checked at once; and so
do its next calls, for the infinity may be there to stay.
"""

from __future__ import annotations

from cmath import isfinite
from typing import Any

import attrs
import numpy as np

from tapegrad._spec import ndarray

FEW = 8_192
"""A dot product of so many elements runs on one thread, and is the quickest way to see whether all are finite."""


class UnsettledError(ArithmeticError):
    """Some result is not finite, so that the products it comes from have to be computed with care."""


def settle() -> None:
    """What a quick run does if some result is not finite."""
    raise UnsettledError


@attrs.define(eq=False)
class Caution:
    """How many of the next calls run with care at once: more after each quick run that was in vain, up to 15."""

    calls: int = 0
    most: int = 0

    def grow(self) -> None:
        """A quick run was in vain."""
        self.calls = self.most = min(2 * self.most + 1, 15)


def accept() -> None:
    """What a careful run does instead."""


def damp(x: Any, y: Any, out: Any = None) -> Any:
    """`damp` of arrays or NumPy's numbers; into `out`, which may be `y`, not `x`."""
    product = np.multiply(x, y, out)
    seen = y if isinstance(y, ndarray) and y.size < np.size(product) else product  # of a finite y, 0 * y is 0
    return product if isfinite(whole(seen)) else kept_from(np.equal(x, 0), product, out)


def damp_both(x: Any, y: Any, out: Any = None) -> Any:
    """The product, and 0 where x or y is; `out` may be neither of them."""
    product = np.multiply(x, y, out)
    return product if isfinite(whole(product)) else kept_from(np.equal(x, 0) | np.equal(y, 0), product, out)


def kept_from(zero: Any, product: Any, out: Any) -> Any:
    """The product, and 0 where it is to be `zero`."""
    if out is None:
        return np.where(zero, 0, product)[()]
    out[np.broadcast_to(zero, out.shape)] = 0
    return out


def whole(x: Any) -> Any:
    """A number that is finite only if every element is; it may overflow where they are large."""
    if isinstance(x, ndarray) and x.size <= FEW and x.dtype.kind == "f":
        flat = x.ravel("K")  # in the order in which they lie in memory
        return flat.dot(flat)
    return np.add.reduce(x, axis=None)
