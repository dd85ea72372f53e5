"""The product that an infinite derivative is multiplied by: a zero cotangent stays zero."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Any

import numpy as np

from tapegrad._core.entrance import entrance
from tapegrad._core.primitive import Primitive
from tapegrad._rules.batching import broadcast


def _damp(x: Any, y: Any) -> Any:
    product = x * y
    if type(product) is np.float64:
        return product if x else np.float64(0)
    if np.isfinite(np.add.reduce(product, axis=None)):
        return product
    return np.where(x == 0, 0, product)[()]


def _push(primitive: Primitive, args: Sequence[Any], tangents: Sequence[Any], pool: Sequence[Any]) -> Any:
    (x, y), (dx, dy) = args, tangents
    shares = [share for share in (_share_of_x(dx, y), _share_of_y(dy, x)) if share is not None]
    return shares[0] if len(shares) == 1 else shares[0] + shares[1]


def _share_of_x(v: Any, y: Any) -> Any:
    return None if v is None else damp(v, y)


def _share_of_y(v: Any, x: Any) -> Any:
    """V * x, and 0 wherever either is: x is itself a cotangent that stays zero."""
    return None if v is None else np.where(np.equal(x, 0), 0, damp(v, x))[()]


damp: Callable[..., Any] = entrance(
    Primitive(
        name="damp",
        compute=_damp,
        arity=2,
        gathers=(itemgetter(1), itemgetter(0)),
        pulls=(lambda ct, y, spec: _share_of_x(ct, y), lambda ct, x, spec: _share_of_y(ct, x)),
        reads=(True, True),
        push=_push,
        batch=broadcast,
    )
)
"""x * y, and 0 wherever x is 0, whatever y is there. Made by hand: the words that make primitives need it."""
