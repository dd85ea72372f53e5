"""Cosine and sine transforms, of four types, over any axes: one primitive, and its transpose."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy import fft

from tapegrad._rules.batching import shifted
from tapegrad._rules.dependences import Transpose
from tapegrad._rules.kinds import declare

_fft: Any = fft

# Cosine and sine transforms. Orthogonalized, each is the transpose of its inverse up to its scale: type 2 of type 3,
# and types 1 and 4 of themselves. Otherwise numbers at the ends differ by 2, and the transpose is
#     cosine: 1: W C1 W⁻¹ with W = diag(1, 2, ..., 2, 1),  2: C3 diag(2, 1, ...),  3: diag(1/2, 1, ...) C2,
#     sine:   2: S3 diag(..., 1, 2),  3: diag(..., 1, 1/2) S2.
# The sums are those that SciPy's documentation of dct and dst defines.

INVERSE = {1: 1, 2: 3, 3: 2, 4: 4}
"""The type of the inverse of each type."""


def _transform(x: Any, sine: bool, type: int, axes: tuple[int, ...], norm: str, orthogonalize: bool) -> Any:
    transform = _fft.dstn if sine else _fft.dctn
    return transform(x, type, axes=axes, norm=norm, orthogonalize=orthogonalize)


def _scaled(x: Any, axes: tuple[int, ...], ends: Mapping[int, float], inner: float = 1.0) -> Any:
    """With the numbers at some places along each axis multiplied, and by `inner` all others."""
    for axis in axes:
        factors = np.full(x.shape[axis], inner, x.dtype)
        for place, factor in ends.items():
            factors[place] = factor
        x = x * factors.reshape(-1, *(1,) * (x.ndim - 1 - axis))
    return x


def _transposed(ct: Any, sine: bool, type: int, axes: tuple[int, ...], norm: str, orthogonalize: bool) -> Any:
    end, plain = -1 if sine else 0, not orthogonalize
    halves = plain and not sine and type == 1
    if plain and type == 2:
        ct = _scaled(ct, axes, {end: 2.0})
    elif halves:
        ct = _scaled(ct, axes, {0: 1.0, -1: 1.0}, 0.5)
    out = transform(ct, sine, INVERSE[type], axes, norm, orthogonalize)
    if plain and type == 3:
        return _scaled(out, axes, {end: 0.5})
    return _scaled(out, axes, {0: 1.0, -1: 1.0}, 2.0) if halves else out


def _past_batch(length: int, sine: bool, type: int, axes: tuple[int, ...], *rest: Any) -> tuple[Any, ...]:
    return sine, type, tuple(axis + 1 for axis in axes), *rest


transform = declare("scipy.dctn", _transform, {"x": Transpose(_transposed)}, batch=shifted(_past_batch))
"""(x, sine, type, axes, norm, orthogonalize): a cosine or sine transform over axes."""
