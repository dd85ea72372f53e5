"""Linear interpolation between points on a line."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad._rules.damping import damp
from tapegrad._rules.folding import possibly
from tapegrad._rules.fronts import is_variable, operand, stands_for
from tapegrad._rules.kinds import stopped
from tapegrad._rules.picking import pick_along
from tapegrad._rules.ufuncs import cast
from tapegrad._rules.untyped import plain


def _repeated(xp: Any, fp: Any, period: Any) -> tuple[Any, Any]:
    """One period of the points in order, with the last point before it and the first behind."""
    xp = np.remainder(xp, period)
    order = np.argsort(xp)
    xp, fp = _taken(xp, order), _taken(fp, order)
    return (
        np.concatenate([xp[-1:] - period, xp, xp[:1] + period]),
        np.concatenate([fp[-1:], fp, fp[:1]]),
    )


@stands_for(np.interp)
def interp(x: Any, xp: Any, fp: Any, left: Any = None, right: Any = None, period: Any = None) -> Any:
    """The values at `x` of the line through the points (xp, fp); beyond them, the first and the last.

    At a point, the slope in `x` is that of the segment behind it; at the last point, that of the segment before.
    """
    values = operand(fp)
    x, xp = cast(operand(x), np.float64)[()], cast(operand(xp), np.float64)
    fp = cast(values, np.complex128 if values.dtype.kind == "c" else np.float64)
    if xp.ndim != 1 or fp.ndim != 1:
        raise ValueError("Data points must be 1-D sequences")
    if xp.shape != fp.shape:
        raise ValueError("fp and xp are not of the same length.")
    if period is not None:
        if not is_variable(period) and period == 0:
            raise ValueError("period must be a non-zero value")
        period = np.abs(operand(period))
        x, left, right = np.remainder(x, period), None, None
        xp, fp = _repeated(xp, fp, period)
    count = xp.shape[0]
    if not count:
        raise ValueError("array of sample points is empty")
    at, points = stopped(x), stopped(xp)
    outside = (at < points[0], at > points[-1])
    beyond = (fp[0] if left is None else operand(left), fp[-1] if right is None else operand(right))
    if count == 1:
        inside = fp[0] + 0 * x
    else:
        before = plain.clip(plain.searchsorted(points, at, "right") - 1, 0, count - 2)
        inside = _on_segment(x, *(_taken(line, at) for line in (xp, fp) for at in (before, before + 1)))
    for where, value in zip(outside, beyond, strict=True):
        inside = plain.where(where, value, inside) if possibly(where) else inside
    return inside


def _taken(line: Any, positions: Any) -> Any:
    """The entries of one line at positions in any shape."""
    if positions.ndim == 1:
        return pick_along(line, positions, 0, False)
    return np.reshape(pick_along(line, np.reshape(positions, -1), 0, False), positions.shape)


def _on_segment(x: Any, x_start: Any, x_end: Any, start: Any, end: Any) -> Any:
    """Between two points. A segment of no length is flat, and at its end; at a point the other one is not read."""
    width, rise = x_end - x_start, end - start
    flat = np.equal(width, 0)
    if possibly(flat):
        share = plain.where(flat, 1 + 0 * x, (x - x_start) / plain.where(flat, 1, width))
    else:
        share = (x - x_start) / width
    ended = np.equal(share, 1)
    if possibly(ended):
        start, share = plain.where(ended, end, start), share - ended
    return start + damp(share, rise)
