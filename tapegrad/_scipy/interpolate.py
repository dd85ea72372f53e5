"""The rules for scipy.interpolate: functions on a rectangular grid, in the values and in the points asked for."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray
from scipy import interpolate

from tapegrad._place import user_line
from tapegrad._rules.folding import select
from tapegrad._rules.fronts import holds_variable, is_sequence, operand, stands_for
from tapegrad._scipy.sampling import Taps, sampled, way
from tapegrad.errors import MissingRuleError

_interpolate: Any = interpolate


@attrs.frozen
class Rectangular:
    """Linear between the points of a grid, or constant about them. At a point, the slope is the mean of both sides'."""

    points: tuple[NDArray[np.float64], ...] = attrs.field(
        eq=lambda points: tuple([(x.shape, x.tobytes()) for x in points])
    )
    linear: bool
    bounded: bool
    """Whether to raise for what lies outside."""

    @property
    def degree(self) -> int:
        """1 where it is linear, else 0."""
        return int(self.linear)

    def direct(self, values: Any, x: Any, /) -> Any:
        """None: the sum over corners is how SciPy computes it too."""
        return None

    def taps(self, axis: int, x: NDArray[np.float64], order: int, /) -> Taps:
        """The two points about each coordinate."""
        points = self.points[axis]
        if self.bounded and not np.all((x >= points[0]) & (x <= points[-1])):
            raise ValueError(f"One of the requested xi is out of bounds in dimension {axis}")
        last = max(len(points) - 2, 0)
        left = np.clip(np.searchsorted(points, x, side="right") - 1, 0, last)
        right = np.minimum(left + 1, len(points) - 1)
        steps = np.diff(points) if len(points) > 1 else np.ones(1)
        t = (x - points[left]) / steps[left]
        if not self.linear:
            return [(np.where(t <= 0.5, left, right), np.where(np.isnan(t), np.nan, 1.0))]
        if order == 0:
            return [(left, 1 - t), (right, t)]
        slope = 1 / steps[left]
        knot = (t == 0) & (left > 0)
        if not np.any(knot):
            return [(left, -slope), (right, slope)]
        before = np.maximum(left - 1, 0)
        slope = np.where(knot, slope / 2, slope)
        other = np.where(knot, 1 / (2 * steps[before]), 0.0)
        return [(left, -slope), (right, slope), (before, -other), (left, other)]


def points_of(xi: Any, ndim: int) -> Any:
    """The points as an array with the coordinates on its last axis; a tuple is one array for each coordinate."""
    if is_sequence(xi) and isinstance(xi, tuple):
        parts: list[Any] = [*xi]
        xi = np.stack(np.broadcast_arrays(*map(operand, parts)), axis=-1)
    xi = operand(xi)
    return np.reshape(xi, (-1, ndim)) if xi.ndim == 1 else xi


class RegularGridInterpolator:
    """A function given on a rectangular grid: in the place of SciPy's, and differentiable in values and in points."""

    def __init__(
        self,
        points: Any,
        values: Any,
        method: str = "linear",
        bounds_error: bool = True,
        fill_value: Any = np.nan,
        *,
        solver: Any = None,
        solver_args: Any = None,
    ) -> None:
        self.grid: tuple[NDArray[np.float64], ...]
        self.method = method
        self.bounds_error = bounds_error
        self.fill_value = fill_value
        options: dict[str, Any] = {} if solver is None else {"solver": solver, "solver_args": solver_args}
        if holds_variable(points):
            raise MissingRuleError(
                f"RegularGridInterpolator at {user_line()} has no rule for the points of its grid: they must be plain "
                "numbers."
            )
        self._plain = None
        shown: Any = values
        if holds_variable((values, fill_value)):
            self._known(method)
            shown = np.zeros(np.shape(operand(values)), operand(values).dtype)
        # SciPy checks the arguments, and computes where nothing is differentiated.
        plain = _interpolate.RegularGridInterpolator(
            points, shown, method, bounds_error, fill_value if not holds_variable((fill_value,)) else np.nan, **options
        )
        self._plain = plain if shown is values else None
        self.grid = plain.grid
        self._values = operand(values) if self._plain is None else None
        if self._values is None:
            return
        flipped = tuple(i for i, p in enumerate(points) if len(p) > 1 and p[0] > p[-1])
        if flipped:
            self._values = np.flip(self._values, flipped)

    @property
    def values(self) -> Any:
        """The values on the grid, as SciPy keeps them: in the order of increasing points."""
        return self._values if self._plain is None else self._plain.values

    def _known(self, method: str) -> None:
        if method in ("slinear", "cubic", "quintic", "pchip"):
            raise MissingRuleError(
                f"RegularGridInterpolator at {user_line()} has a rule for the methods linear and nearest, not for "
                f"{method!r}."
            )

    def __call__(self, xi: Any, method: str | None = None, *, nu: Any = None) -> Any:
        """The interpolated values at points, whose coordinates are on the last axis."""
        if self._plain is not None and not holds_variable((xi,)):
            return self._plain(xi, method, nu=nu)
        chosen = self.method if method is None else method
        self._known(chosen)
        if chosen not in ("linear", "nearest"):
            raise ValueError(f"Method '{chosen}' is not defined")
        if nu is not None:
            raise ValueError(f"nu= is for the methods slinear, cubic, quintic and pchip, not for {chosen!r}")
        ndim = len(self.grid)
        x = points_of(xi, ndim)
        if x.shape[-1] != ndim:
            raise ValueError(
                f"The requested sample points xi have dimension {x.shape[-1]} but this RegularGridInterpolator has "
                f"dimension {ndim}"
            )
        basis = Rectangular(self.grid, chosen == "linear", self.bounds_error)
        values = self.values
        if basis.linear:
            values = values.astype(np.result_type(values.dtype, np.float64))
        out = sampled(values, np.moveaxis(x, -1, 0), way(basis, ndim))
        if self.bounds_error or self.fill_value is None:
            return out
        outside: Any = False
        for axis, places in enumerate(self.grid):
            outside = outside | (x[..., axis] < places[0]) | (x[..., axis] > places[-1])
        outside = np.reshape(outside, outside.shape + (1,) * (out.ndim - outside.ndim))
        return select(outside, self.fill_value, out)


@stands_for(interpolate.interpn)
def interpn(
    points: Any, values: Any, xi: Any, method: str = "linear", bounds_error: bool = True, fill_value: Any = np.nan
) -> Any:
    """Interpolation on a rectangular grid, in one call."""
    return RegularGridInterpolator(points, values, method, bounds_error, fill_value)(xi)
