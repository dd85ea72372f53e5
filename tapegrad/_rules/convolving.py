"""Convolution and correlation of two sequences.

Two primitives along the last axis, over stacks of sequences: all places where the two overlap ("full", n + m - 1 of
them for lengths n and m), and those where the shorter, second one lies within the first ("valid", n - m + 1). What one
gathers at a place the other spreads out again, so that each is the other's transpose, with the held argument reversed:

    full    out_k = Σ_j x_{k-j} y_j        ct_x,i = Σ_j ct_{i+j} y_j: valid of ct and reversed y
    valid   out_k = Σ_j x_{k+m-1-j} y_j    ct_x: full of ct and reversed y; ct_y: reversed valid of x and reversed ct
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad._rules.fronts import operand, stands_for
from tapegrad._rules.kinds import bilinear


def _reversed(x: Any) -> Any:
    return x[..., ::-1]


def _full_back(ct: Any, y: Any) -> Any:
    return convolved_within(ct, _reversed(y))


def _valid_back_first(ct: Any, y: Any) -> Any:
    return convolved(ct, _reversed(y))


def _valid_back_second(ct: Any, x: Any) -> Any:
    return _reversed(convolved_within(x, _reversed(ct)))


@bilinear(x=_full_back, y=lambda ct, x: _full_back(ct, x))
def convolved(x: Any, y: Any) -> Any:
    """Wherever the two overlap."""
    if x.ndim == y.ndim == 1:
        return np.convolve(x, y)
    if x.shape[-1] < y.shape[-1]:
        x, y = y, x
    margin = y.shape[-1] - 1
    wide = np.zeros((*x.shape[:-1], x.shape[-1] + 2 * margin), x.dtype)
    wide[..., margin : margin + x.shape[-1]] = x
    return _within(wide, y)


@bilinear(x=_valid_back_first, y=_valid_back_second)
def convolved_within(x: Any, y: Any) -> Any:
    """Where the second, no longer than the first, lies within that."""
    return np.convolve(x, y, "valid") if x.ndim == y.ndim == 1 else _within(x, y)


def _within(x: Any, y: Any) -> Any:
    """`convolved_within` for stacks."""
    windows = np.lib.stride_tricks.sliding_window_view(x, y.shape[-1], axis=-1)
    return np.einsum("...kj,...j->...k", windows, _reversed(y))


def _sequence(values: Any, name: str) -> Any:
    x = operand(values)
    if x.ndim != 1:
        raise ValueError(f"object {'too deep' if x.ndim else 'of too small depth'} for desired array")
    if not x.size:
        raise ValueError(f"{name} cannot be empty")
    return x


_MODES = ("valid", "same", "full")


def _combined(x: Any, y: Any, mode: Any, *, later: bool) -> Any:
    """The convolution in one of NumPy's modes. The middle of an odd rest is left or, with `later`, right of it."""
    if mode not in _MODES and mode not in (0, 1, 2):
        raise ValueError(f"mode must be one of 'valid', 'same', or 'full' (got {mode!r})")
    mode = mode if mode in _MODES else _MODES[mode]
    long, short = (x, y) if x.size >= y.size else (y, x)
    if mode == "valid":
        return convolved_within(long, short)
    whole = convolved(x, y)
    rest = short.size - 1
    start = (rest + later) // 2
    return whole if mode == "full" or not rest else whole[start : start + long.size]


@stands_for(np.convolve)
def convolve(a: Any, v: Any, mode: Any = "full") -> Any:
    """The convolution of two sequences."""
    return _combined(
        _sequence(np.atleast_1d(operand(a)), "a"), _sequence(np.atleast_1d(operand(v)), "v"), mode, later=False
    )


@stands_for(np.correlate)
def correlate(a: Any, v: Any, mode: Any = "valid") -> Any:
    """The correlation of two sequences, the second conjugated: convolution with that in reverse."""
    x, y = _sequence(a, "first array argument"), _sequence(v, "second array argument")
    y = np.conjugate(y) if y.dtype.kind == "c" else y
    return _combined(x, _reversed(y), mode, later=x.size < y.size)
