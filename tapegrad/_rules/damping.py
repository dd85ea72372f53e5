"""The product that an infinite derivative is multiplied by: a zero cotangent stays zero."""

from __future__ import annotations

from cmath import isfinite
from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Any

import numpy as np

from tapegrad._core.entrance import entrance
from tapegrad._core.primitive import Primitive
from tapegrad._rules.batching import broadcast

Product = Callable[[Any, Any], Any]


def _damp(x: Any, y: Any) -> Any:
    if type(x) is np.float64 and not x and type(y) is np.float64:
        return x
    product = x * y
    seen = y if type(y) is np.ndarray and y.size < product.size else product  # of a finite y, 0 * y is 0
    if isfinite(np.add.reduce(seen, axis=None)):
        return product
    return np.where(x == 0, 0, product)[()]


def _damp_both(x: Any, y: Any) -> Any:
    product = x * y
    if isfinite(np.add.reduce(product, axis=None)):
        return product
    return np.where(np.equal(x, 0) | np.equal(y, 0), 0, product)[()]


def _product(name: str, compute: Product, share_of_x: Product, share_of_y: Product) -> Primitive:
    """A product by its shares: `(v, y)` for a tangent or cotangent v of x, `(v, x)` for one of y."""

    def push(primitive: Primitive, args: Sequence[Any], tangents: Sequence[Any], pool: Sequence[Any]) -> Any:
        (x, y), (dx, dy) = args, tangents
        shares = [share(v, z) for share, v, z in ((share_of_x, dx, y), (share_of_y, dy, x)) if v is not None]
        return shares[0] if len(shares) == 1 else shares[0] + shares[1]

    return Primitive(
        name=name,
        compute=compute,
        arity=2,
        gathers=(itemgetter(1), itemgetter(0)),
        pulls=(lambda ct, y, spec: share_of_x(ct, y), lambda ct, x, spec: share_of_y(ct, x)),
        reads=(True, True),
        push=push,
        batch=broadcast,
        elementwise=True,
    )


def _damped(v: Any, y: Any) -> Any:
    return damp(v, y)


def _both_damped(v: Any, x: Any) -> Any:
    return damp_both(v, x)


# Made by hand: the words that make primitives need them. Their derivatives are products of the same kind, so that they
# are those of x * y at every order, also at an exact zero.
DAMP = _product("damp", _damp, _damped, _both_damped)
DAMP_BOTH = _product("damp both", _damp_both, _both_damped, _both_damped)
damp = entrance(DAMP)
"""x * y, and 0 wherever x is 0, whatever y is there: x is a tangent or cotangent, y a derivative."""
damp_both = entrance(DAMP_BOTH)
"""x * y, and 0 wherever either is 0: the share of y, where x is itself a cotangent that stays zero."""
