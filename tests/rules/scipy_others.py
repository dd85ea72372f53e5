"""Rows: scipy.signal, scipy.integrate, scipy.fft; those on grids and images are in a file of their own."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.scipy import fft, integrate, signal
from tests.rules import scipy_images
from tests.rules.row import Row, real, row, unreal
from tests.untyped import Function

_fft: Any = fft
_integrate: Any = integrate
_signal: Any = signal

MODES = ("full", "same", "valid")
PLACES = np.cumsum(real(6, low=0.5, high=1.0))


def convolutions(name: str) -> list[Row]:
    """Each mode and method; the longer array first, second, neither; complex numbers."""
    f = getattr(_signal, name)
    rows: list[Row] = []
    for mode in MODES:
        for method in ("direct", "fft"):
            g: Function = lambda x, y, mode=mode, method=method: f(x, y, mode, method)  # noqa: E731
            rows.append(row(f"signal.{name}, {mode}, {method}", g, real(6), real(4)))
        h: Function = lambda x, y, mode=mode: f(x, y, mode=mode)  # noqa: E731
        rows += [
            row(f"signal.{name}, {mode}, a longer second", h, real(3), real(5)),
            row(f"signal.{name}, {mode}, matrices", h, real(3, 4), real(2, 3)),
            row(f"signal.{name}, {mode}, complex", h, unreal(4), unreal(3)),
        ]
    return [
        *rows,
        row(f"signal.{name}, same, another shape", lambda x, y: f(x, y, "same", "direct"), real(4, 2), real(3, 3)),
        row(f"signal.{name}, complex and real", lambda x, y: f(x, y, method="direct"), unreal(3, 2), real(2, 2)),
        row(
            f"signal.{name}, along one axis of three",
            lambda x, y: f(x, y, "same", "direct"),
            real(2, 3, 2),
            real(1, 3, 1),
        ),
        row(f"signal.{name} of numbers", lambda x, y: f(x, y), np.array(0.7), np.array(0.3)),
        row(f"signal.{name} with a constant", lambda x: f(x, [1.0, 2.0]), real(3), single=False),
    ]


def planes(name: str) -> list[Row]:
    """Each mode and boundary."""
    f = getattr(_signal, name)
    return [
        row(
            f"{name}, {mode}, {boundary}",
            lambda x, y, mode=mode, boundary=boundary: f(x, y, mode, boundary, fillvalue=0.5),
            real(3, 4),
            real(3, 2) if boundary != "symm" else unreal(2, 2),
        )
        for mode in MODES
        for boundary in ("fill", "wrap", "symm")
    ]


def _filter(b: Any, a: Any, x: Any) -> Any:
    return _signal.lfilter(b, a, x)


POLES = np.array([1.5, 0.3, -0.4])

SIGNAL = [
    *convolutions("convolve"),
    *convolutions("correlate"),
    *planes("convolve2d"),
    *planes("correlate2d"),
    row("convolve2d, no boundary", lambda x, y: _signal.convolve2d(x, y, "same"), real(3, 4), real(2, 2)),
    *(
        row(f"fftconvolve, {mode}", lambda x, y, mode=mode: _signal.fftconvolve(x, y, mode), real(5), real(3))
        for mode in MODES
    ),
    row("fftconvolve, axes", lambda x, y: _signal.fftconvolve(x, y, "same", axes=(0,)), real(4, 2), real(3, 1)),
    row(
        "fftconvolve, axis in front", lambda x, y: _signal.fftconvolve(x, y, axes=[0, 2]), real(2, 2, 3), real(3, 1, 2)
    ),
    row("fftconvolve, complex", lambda x, y: _signal.fftconvolve(x, y), unreal(3), unreal(2)),
    row("oaconvolve", lambda x, y: _signal.oaconvolve(x, y, axes=-1), real(2, 6), real(2, 2)),
    row("lfilter", _filter, real(2), POLES, real(5)),
    row("lfilter, more zeros than poles", _filter, real(4), POLES[:2], real(2, 5)),
    row("lfilter, no poles", _filter, real(3), np.array([1.2]), real(5)),
    row("lfilter, axis", lambda b, a, x: _signal.lfilter(b, a, x, 0), real(2), POLES, real(4, 2)),
    row("lfilter, complex", _filter, unreal(2), unreal(2), unreal(4)),
    row("lfilter, a constant filter", lambda x: _signal.lfilter([1.0], [1.0, 0.5], x), real(4), single=False),
    row("lfilter, state", lambda b, a, x, zi: _signal.lfilter(b, a, x, zi=zi), real(2), POLES, real(4), real(2)),
    row(
        "lfilter, state of more than it takes in",
        lambda b, a, x, zi: _signal.lfilter(b, a, x, 0, zi),
        real(4),
        POLES,
        real(2, 2),
        real(3, 2),
    ),
    row("hilbert", lambda x: _signal.hilbert(x), real(5)),
    row("hilbert, N", lambda x: _signal.hilbert(x, 4), real(2, 5)),
    row("hilbert, axis", lambda x: _signal.hilbert(x, N=6, axis=0), real(4, 2)),
]

INTEGRATE = [
    *(
        r
        for name in ("trapezoid", "simpson", "cumulative_trapezoid", "cumulative_simpson")
        for n in (2, 5, 6)
        for f in (getattr(_integrate, name),)
        for r in (
            row(f"{name}, {n} samples", lambda y, f=f: f(y), real(2, n)),
            row(f"{name}, {n} samples, x", lambda y, x, f=f: f(y, x=x), real(2, n), PLACES[:n]),
            row(f"{name}, {n} samples, x and axis", lambda y, x, f=f: f(y, x=x, axis=0), real(n, 2), PLACES[:n]),
            row(f"{name}, {n} samples, dx", lambda y, dx, f=f: f(y, dx=dx), real(n), 0.3),
        )
    ),
    *(
        row(f"{name}, as many x", lambda y, x, f=f: f(y, x=x), real(2, 4), np.stack([PLACES[:4], 2 * PLACES[1:5]]))
        for name in ("trapezoid", "simpson", "cumulative_trapezoid", "cumulative_simpson")
        for f in (getattr(_integrate, name),)
    ),
    row("trapezoid, complex", lambda y, x: _integrate.trapezoid(y, x), unreal(4), PLACES[:4]),
    row("simpson, complex", lambda y, x: _integrate.simpson(y, x=x), unreal(4), PLACES[:4], single=False),
    row("trapezoid of a list", lambda y: _integrate.trapezoid([y, 2 * y, y**2], dx=0.5), real(2)),
    row("cumulative_trapezoid, initial", lambda y: _integrate.cumulative_trapezoid(y, axis=0, initial=0), real(3, 2)),
    row(
        "cumulative_simpson, initial",
        lambda y, initial: _integrate.cumulative_simpson(y, initial=initial),
        real(2, 5),
        real(2, 1),
    ),
    row("romb", lambda y, dx: _integrate.romb(y, dx), real(2, 5), 0.3),
    row("romb, axis", lambda y: _integrate.romb(y, axis=0), real(9, 2)),
]


def wave(name: str, type: int, norm: str | None, orthogonalize: bool | None, x: Any) -> Row:
    """A cosine or sine transform along columns."""
    return row(
        f"{name}, type {type}, {norm}, {orthogonalize}{', complex' * np.iscomplexobj(x)}",
        lambda x: getattr(_fft, name)(x, type, axis=0, norm=norm, orthogonalize=orthogonalize),
        x,
    )


WAVES = [
    wave(name, type, norm, orthogonalize, x)
    for name in ("dct", "idct", "dst", "idst")
    for type in (1, 2, 3, 4)
    for norm, orthogonalize, x in (
        (None, None, real(4, 2)),
        ("ortho", None, real(4, 2)),
        ("ortho", False, real(4, 2)),
        ("forward", True, real(4, 2)),
        ("ortho", False, unreal(4, 2)),
        (None, True, unreal(4, 2)),
    )
]


def transforms(name: str) -> list[Row]:
    """Along one axis and several, with other lengths and scales."""
    line, plane, space = (getattr(_fft, name + suffix) for suffix in ("", "2", "n"))
    x, cube = (real(3, 4), real(2, 3, 2)) if name in ("rfft", "ihfft") else (unreal(3, 4), unreal(2, 3, 2))
    return [
        row(f"scipy {name}", lambda x: line(x), x),
        row(f"scipy {name}, n, axis, norm", lambda x: line(x, 5, 0, "ortho"), x),
        row(f"scipy {name}2", lambda x: plane(x, s=(2, 5), norm="forward"), x),
        row(f"scipy {name}n", lambda x: space(x, None, None, None, False, 1), x),
        row(f"scipy {name}n, s and axes", lambda x: space(x, (4, 3), axes=(2, 0), norm="ortho"), cube),
        row(f"scipy {name}n, the last axes", lambda x: space(x, s=[2, -1]), cube),
    ]


FFT = [
    *(r for name in ("fft", "ifft", "rfft", "irfft", "hfft", "ihfft") for r in transforms(name)),
    *WAVES,
    row("dct, longer and shorter", lambda x: (_fft.dct(x, n=6), _fft.dst(x, n=3)), unreal(2, 4)),
    row("dctn", lambda x: _fft.dctn(x, 1), real(3, 3)),
    row("idctn, s and axes", lambda x: _fft.idctn(x, 2, (5, 2), axes=(2, 0)), real(2, 2, 4)),
    row("dstn, axes", lambda x: _fft.dstn(x, 3, axes=[0], norm="ortho"), real(3, 2)),
    row("idstn, s", lambda x: _fft.idstn(x, s=(3,)), real(2, 4)),
    row("scipy fftshift", lambda x: (_fft.fftshift(x), _fft.ifftshift(x, axes=0)), real(3, 4)),
]

ROWS: list[Row] = [*SIGNAL, *INTEGRATE, *FFT, *scipy_images.ROWS]
