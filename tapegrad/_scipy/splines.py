"""B-splines on a grid, as scipy.ndimage has them: the weights of a sample, and the filter that gives coefficients."""

from __future__ import annotations

from math import comb, factorial
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from tapegrad._rules.batching import shifted
from tapegrad._rules.dependences import Transpose
from tapegrad._rules.kinds import declare
from tapegrad._scipy.convolution import folded
from tapegrad._scipy.sampling import Taps

_ndimage: Any = ndimage

# What a spline continues by outside of its grid; for "constant" and "wrap" SciPy has no spline of their own, and
# "nearest" and "grid-constant" it takes care of by a margin.
CONTINUED = {
    "constant": "mirror",
    "grid-constant": "mirror",
    "mirror": "mirror",
    "wrap": "mirror",
    "reflect": "reflect",
    "grid-mirror": "reflect",
    "nearest": "nearest",
    "grid-wrap": "wrap",
}
MARGIN = 12
"""By how much SciPy continues an image before it fits a spline, in these two modes."""


def _pieces(degree: int) -> NDArray[np.float64]:
    """The pieces of the central B-spline: [which of the weights, power of t], t from -1/2 or 0 on within a cell.

    The spline is the sum over i of (-1)^i C(n + 1, i) (u + (n + 1) / 2 - i)₊ⁿ / n!, and u = t - s for the place s.
    """
    half = degree // 2
    pieces = np.zeros((degree + 1, degree + 1))
    for j in range(degree + 1):
        for i in range(degree + 1):
            shift = (degree + 1) / 2 - i - (j - half)
            if shift >= (0 if degree % 2 else 0.5):  # otherwise it is cut off in this cell
                scale = (-1) ** i * comb(degree + 1, i) / factorial(degree)
                pieces[j] += [scale * comb(degree, k) * shift ** (degree - k) for k in range(degree + 1)]
    return pieces


_PIECES = [_pieces(degree) for degree in range(6)]


def _weights(degree: int, t: NDArray[np.float64], order: int) -> list[NDArray[np.float64]]:
    """The derivatives of this order of the weights of a cell's places."""
    coefficients: Any = np.polynomial.polynomial.polyder(_PIECES[degree], order, axis=1)
    return [np.polynomial.polynomial.polyval(t, piece) for piece in coefficients]


@attrs.frozen
class Spline:
    """A B-spline on a grid. Where its highest derivative jumps, that is the mean of both sides'."""

    degree: int
    mode: str
    lengths: tuple[int, ...]

    def direct(self, values: Any, x: Any, /) -> Any:
        """SciPy's own, for the image is plain."""
        return _ndimage.map_coordinates(
            values, np.real(x), order=self.degree, mode=self.mode, cval=0.0, prefilter=False
        )[()]

    def taps(self, axis: int, x: NDArray[np.float64], order: int, /) -> Taps:
        """The places about each coordinate."""
        n, degree, mode = self.lengths[axis], self.degree, self.mode
        if order > degree:
            return []
        inside: Any = (x >= 0) & (x <= n - 1) if mode == "constant" else True
        if mode == "wrap":  # with a period of n - 1, and only what lies outside is moved
            period = max(n - 1, 1)
            x = np.where(x < 0, x + period * (np.trunc(-x / period) + 1), x)
            x = np.where(x > n - 1, x - period * np.trunc(x / period), x)
        cell = np.floor(x if degree % 2 else x + 0.5)
        t = x - cell
        # Where an image ends with a jump, only the inner side has a slope.
        knot: Any = (t == (0 if degree % 2 else -0.5)) if order == degree > 0 else np.False_
        ends = mode in ("constant", "wrap")
        last = knot & (x == n - 1) & ends
        both = knot & ~last & ~((x == 0) & ends)
        shares: list[Any] = [(cell, t, inside)]
        if np.any(knot):
            shares = [
                (cell, t, np.where(last, 0.0, np.where(both, 0.5, 1.0)) * inside),
                (cell - 1, t + 1, np.where(last, 1.0, np.where(both, 0.5, 0.0)) * inside),
            ]
        taps: list[tuple[NDArray[np.intp], NDArray[np.float64]]] = []
        for at, within, share in shares:
            first = np.where(np.isfinite(at), at, 0).astype(np.intp) - degree // 2
            folds = bool(np.any(first < 0) or np.any(first >= n - degree))
            for j, weight in enumerate(_weights(degree, within, order)):
                weight = weight if share is True else weight * share
                place = first + j
                if folds and mode == "grid-constant":
                    weight = weight * ((place >= 0) & (place < n))
                taps.append((folded(place, n, CONTINUED[mode]) if folds else place, weight))
        return taps


# The filter that gives a spline's coefficients inverts B, which samples a spline. With W = diag(1, 2, ..., 2, 1) for
# mirrored ends W B is symmetric, so the transpose of the filter is W filter W⁻¹; for the other ends B itself is. But
# SciPy starts its recursions so that this holds to rounding only where an axis is long: along a short one the filter
# is a small matrix.
SHORT = 64
"""The recursions forget their start like 0.43ⁿ."""


def _prefilter(x: Any, degree: int, axis: int, mode: str) -> Any:
    return _ndimage.spline_filter1d(x, degree, axis, np.result_type(x, np.float64), mode)


def _transposed(ct: Any, degree: int, axis: int, mode: str) -> Any:
    n = ct.shape[axis]
    if n < SHORT:
        matrix = _prefilter(np.eye(n), degree, 0, mode)
        return np.moveaxis(np.tensordot(matrix, ct, (0, axis)), 0, axis)
    if CONTINUED[mode] != "mirror":
        return prefilter(ct, degree, axis, mode)
    weights = np.full(n, 2.0)
    weights[[0, -1]] = 1.0
    weights = weights.reshape(-1, *(1,) * (ct.ndim - 1 - axis))
    return weights * prefilter(ct / weights, degree, axis, mode)


def _past_batch(length: int, degree: int, axis: int, mode: str) -> tuple[Any, ...]:
    return degree, axis + 1, mode


prefilter = declare(
    "scipy.spline_filter1d",
    _prefilter,
    {"x": Transpose(_transposed)},
    batch=shifted(_past_batch),
)
"""(x, degree, axis, mode): the coefficients of the spline through `x` along an axis."""
