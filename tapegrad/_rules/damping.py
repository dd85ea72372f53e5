"""The product that an infinite derivative is multiplied by: a zero cotangent stays zero."""

from __future__ import annotations

from cmath import isfinite
from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Any

import numpy as np

from tapegrad._config import CONFIG, DEFAULT
from tapegrad._core.entrance import entrance
from tapegrad._core.primitive import Primitive
from tapegrad._rules.batching import broadcast
from tapegrad._spec import Spec, ndarray
from tapegrad._sums import LARGE

config = CONFIG.get

Product = Callable[[Any, Any], Any]


def _damp(x: Any, y: Any) -> Any:
    if type(x) is np.float64 and not x and type(y) is np.float64:
        return x
    product = x * y
    if _finite(y if type(y) is ndarray and y.size < product.size else product):  # of a finite y, 0 * y is 0
        return product
    return np.where(x == 0, 0, product)[()]


def _damp_both(x: Any, y: Any) -> Any:
    product = x * y
    if _finite(product):
        return product
    return np.where(np.equal(x, 0) | np.equal(y, 0), 0, product)[()]


def damp_onto(x: Any, y: Any, spec: Spec | None) -> Any:
    """damp(x, y), as the cotangent of an argument of this Spec: of large arrays, summed where that was repeated.

    There is no array of products then. They are added in the order in which NumPy adds rows; so the last axis must be
    left: along it NumPy adds in pairs, which rounds less. Where a product is not finite, nor is the sum.
    """
    if type(x) is not ndarray or type(y) is not ndarray or config() is not DEFAULT:
        return damp(x, y)
    if x.size >= LARGE and spec is not None and _contracts(x, y, spec):
        extra = x.ndim - spec.ndim
        kept = [i for i, n in enumerate(spec.shape, extra) if n == x.shape[i]]
        total = np.einsum(x, range(x.ndim), y, range(x.ndim - y.ndim, x.ndim), kept)
        if _finite(total):
            return total.reshape(spec.shape)
    return _damp(x, y)  # what `damp` would come to


def _contracts(x: Any, y: Any, spec: Spec) -> bool:
    repeated = spec.shape != x.shape and spec.shape[-1:] == x.shape[-1:] != (1,)
    return repeated and y.dtype is x.dtype and y.ndim <= x.ndim


def _finite(x: Any) -> bool:
    """Whether all of `x` is finite; False also where its sum is not."""
    if type(x) is ndarray:
        flat = x if x.ndim == 1 else x.ravel("K")
        if isfinite(flat.dot(flat)):  # which is found soonest
            return True
    return isfinite(np.add.reduce(x, axis=None))


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
