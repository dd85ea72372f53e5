"""Rows: discrete Fourier transforms."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tests.rules.row import Row, real, row, unreal

Transform = Callable[..., Any]

X, Z = real(3, 4), unreal(3, 4)
FROM_COMPLEX: tuple[Transform, ...] = (np.fft.fft, np.fft.ifft, np.fft.hfft, np.fft.irfft)
FROM_REAL: tuple[Transform, ...] = (np.fft.fft, np.fft.ifft, np.fft.rfft, np.fft.ihfft, np.fft.hfft, np.fft.irfft)
GRIDS: tuple[Transform, ...] = (np.fft.fft2, np.fft.ifft2, np.fft.fftn, np.fft.ifftn)
REAL_GRIDS: tuple[Transform, ...] = (np.fft.rfft2, np.fft.rfftn)
HALF_GRIDS: tuple[Transform, ...] = (np.fft.irfft2, np.fft.irfftn)


def lines(target: Transform, kind: str, x: Any) -> list[Row]:
    """A transform along one axis: odd and even lengths, cut off and lengthened, each norm."""
    name = f"{target.__name__} of {kind}"
    return [
        row(f"{name}", lambda x: target(x), x),
        row(f"{name}, odd length", lambda x: target(x, axis=0), x),
        row(f"{name}, one axis", lambda x: target(x), x[0]),
        *(row(f"{name}, n={n}", lambda x, n=n: target(x, n), x, order=1) for n in (1, 2, 3, 5, 6, 9)),
        *(
            row(f"{name}, {norm}", lambda x, norm=norm: target(x, norm=norm, n=5, axis=-2), x)
            for norm in ("ortho", "forward", "backward")
        ),
    ]


def grids(target: Transform, kind: str, x: Any) -> list[Row]:
    """A transform over several axes."""
    name = f"{target.__name__} of {kind}"
    return [
        row(f"{name}", lambda x: target(x), x),
        row(f"{name}, axes", lambda x: target(x, axes=(1, 0), norm="ortho"), x),
        row(f"{name}, lengths", lambda x: target(x, (2, 5), (0, -1)), x),
        row(f"{name}, own and other length", lambda x: target(x, (-1, 3), (-1, 0), norm="forward"), x),
        row(f"{name}, other and own length", lambda x: target(x, (2, -1), (0, 1)), x, order=1),
        row(f"{name}, one axis of three", lambda x: target(x, axes=[1]), x[..., None] * np.ones(2), order=1),
        row(f"{name}, an axis twice", lambda x: target(x, axes=(1, 0, 1)), x, order=1),
    ]


ROWS = [
    *(r for target in FROM_REAL for r in lines(target, "reals", X)),
    *(r for target in FROM_COMPLEX for r in lines(target, "complexes", Z)),
    *(r for target in (*GRIDS, *REAL_GRIDS, *HALF_GRIDS) for r in grids(target, "reals", X)),
    *(r for target in (*GRIDS, *HALF_GRIDS) for r in grids(target, "complexes", Z)),
    row("rfftn of three axes", lambda x: np.fft.rfftn(x), real(2, 3, 2)),
    row("irfftn of three axes", lambda x: np.fft.irfftn(x), unreal(2, 3, 3)),
    row("fft of no rows", lambda x: np.fft.fft(x), np.zeros((0, 3)), order=1),
    row("spectrum's power", lambda x: np.abs(np.fft.rfft(x)) ** 2, real(5)),
    row("fftshift", lambda x: (np.fft.fftshift(x), np.fft.fftshift(x, 0), np.fft.fftshift(x, axes=(1,))), X),
    row("ifftshift", lambda x: (np.fft.ifftshift(x), np.fft.ifftshift(x, 0), np.fft.ifftshift(x, axes=(1, -2))), X),
    row("fftfreq", lambda d: (np.fft.fftfreq(5, d), np.fft.rfftfreq(4, d)), 0.3, batch=False),
]
