"""scipy.signal, integrate, fft, ndimage, interpolate: closed forms, kinks, errors, what stays SciPy's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import fft as scipy_fft, integrate as scipy_integrate, ndimage as scipy_ndimage, signal as scipy_signal
from scipy.interpolate import RegularGridInterpolator as PlainInterpolator

from tapegrad.errors import ConversionError, MissingRuleError
from tapegrad.scipy import fft, integrate, interpolate, ndimage, signal
from tests.untyped import grad, vjp, vmap

_fft: Any = fft
_integrate: Any = integrate
_interpolate: Any = interpolate
_ndimage: Any = ndimage
_signal: Any = signal
_scipys: Any = scipy_fft
IMAGE = np.array([0.0, 1.0, 4.0, 9.0])


@pytest.mark.parametrize(
    ("front", "target", "args"),
    [
        (_signal.convolve, scipy_signal.convolve, ([1, 2], [3, 4, 5])),
        (_integrate.simpson, scipy_integrate.simpson, ([1, 2, 4],)),
        (_fft.dct, scipy_fft.dct, ([1, 2, 4],)),
        (_ndimage.gaussian_filter, scipy_ndimage.gaussian_filter, (np.arange(5), 1.0)),
    ],
)
def test_plain_arrays_are_scipys(front: Callable[..., Any], target: Callable[..., Any], args: tuple[Any, ...]) -> None:
    found, wanted = front(*args), target(*args)
    assert type(found) is type(wanted)
    assert found.dtype == wanted.dtype
    np.testing.assert_array_equal(found, wanted)


def test_every_mode_of_a_long_and_a_short_filter() -> None:
    """The gradient in a short filter costs as many numbers as it has, and is the correlation with the signal."""
    x, y, ct = np.sin(np.arange(500.0)), np.array([1.0, -2.0, 0.5]), np.cos(np.arange(502.0))
    _, pull = vjp(lambda x, y: _signal.convolve(x, y, method="direct"), x, y)
    from_x, from_y = pull(ct)
    np.testing.assert_allclose(from_x, np.correlate(ct, y, "valid"))
    np.testing.assert_allclose(from_y, [ct[k : k + 500] @ x for k in range(3)])
    many = np.sin(np.arange(100.0))
    _, pull = vjp(lambda x, y: _signal.convolve(x, y, "same", "direct"), x, many)
    np.testing.assert_allclose(pull(x)[1], np.convolve(x, x[::-1])[450:550], atol=1e-10)


def test_lfilter_state_splits_a_signal() -> None:
    b, a, x = np.array([0.2, 0.3]), np.array([1.0, -0.5, 0.2]), np.arange(1.0, 7.0)

    def in_parts(b: Any, a: Any, x: Any) -> Any:
        first, state = _signal.lfilter(b, a, x[:4], zi=np.zeros(2))
        second, _ = _signal.lfilter(b, a, x[4:], zi=state)
        return np.sum(np.concatenate([first, second]) ** 2)

    def at_once(b: Any, a: Any, x: Any) -> Any:
        return np.sum(_signal.lfilter(b, a, x) ** 2)

    for part, whole in zip(grad(in_parts)(b, a, x), grad(at_once)(b, a, x), strict=True):
        np.testing.assert_allclose(part, whole)


def test_samples_at_one_place_take_no_part() -> None:
    x, y = np.array([0.0, 1.0, 1.0, 2.0, 3.0]), np.array([1.0, 5.0, 2.0, 3.0, 1.0])
    assert vjp(lambda y: _integrate.simpson(y, x=x), y)[0] == scipy_integrate.simpson(y, x=x)
    assert all(np.all(np.isfinite(g)) for g in grad(lambda y, x: _integrate.simpson(y, x=x))(y, x))


def test_linear_sampling_at_a_place_has_the_mean_slope() -> None:
    def slopes(mode: str) -> Any:
        where = np.array([[0.0, 1.0, 2.0, 3.0]])
        return grad(lambda x: np.sum(_ndimage.map_coordinates(IMAGE, x, order=1, mode=mode)))(where)[0]

    np.testing.assert_array_equal(slopes("constant"), [1, 2, 4, 5])  # at an end, the inner slope
    np.testing.assert_array_equal(slopes("nearest"), [0.5, 2, 4, 2.5])
    np.testing.assert_array_equal(slopes("mirror"), [0, 2, 4, 0])
    f = _interpolate.RegularGridInterpolator((np.array([0.0, 1.0, 3.0]),), np.array([0.0, 1.0, 2.0]))
    np.testing.assert_array_equal(grad(lambda x: np.sum(f(x)))(np.array([0.0, 1.0, 3.0])), [1, 0.75, 0.5])


def test_a_spline_has_the_slope_of_its_polynomial() -> None:
    """Far from the ends, a cubic spline through a quadratic is that quadratic."""
    image, where = np.arange(60.0) ** 2, np.array([[29.0, 30.25]])
    found = grad(lambda x: np.sum(_ndimage.map_coordinates(image, x)))(where)
    np.testing.assert_allclose(found, 2 * where)


def test_outside_is_flat() -> None:
    where = np.array([[-1.5, 4.0]])
    for mode in ("constant", "nearest"):
        found = grad(lambda x, mode=mode: np.sum(_ndimage.map_coordinates(IMAGE, x, order=1, mode=mode)))(where)
        np.testing.assert_array_equal(found, 0)
    f = _interpolate.RegularGridInterpolator((np.arange(4.0),), IMAGE, bounds_error=False)
    gradient = grad(lambda x: np.nansum(f(x)))(np.array([-1.0, 1.5]))
    np.testing.assert_array_equal(gradient, [0, 3])


def test_interpolator_has_scipys_interface() -> None:
    points, values = (np.array([3.0, 1.0, 0.0]),), np.array([1.0, 2.0, 4.0])
    ours, plain = _interpolate.RegularGridInterpolator(points, values), PlainInterpolator(points, values)
    np.testing.assert_array_equal(ours.grid[0], plain.grid[0])
    np.testing.assert_array_equal(ours.values, plain.values)
    assert (ours.method, ours.bounds_error) == (plain.method, plain.bounds_error)
    np.testing.assert_array_equal(ours([0.5, 2.0]), plain([0.5, 2.0]))
    out, _ = vjp(lambda v: _interpolate.RegularGridInterpolator(points, v)([0.5, 2.0]), values)
    np.testing.assert_array_equal(out, plain([0.5, 2.0]))
    cubic = _interpolate.RegularGridInterpolator((np.arange(4.0),), IMAGE, "cubic")
    np.testing.assert_allclose(cubic([1.5]), [2.25])


def test_the_backend_differentiates_scipys_own_functions() -> None:
    x = np.array([1.0, 2.0, 4.0])

    def f(x: Any) -> Any:
        return np.sum(_scipys.dct(x) ** 2) + np.sum(abs(_scipys.fft(x)) ** 2)

    with pytest.raises(ConversionError):
        grad(f)(x)
    with _scipys.set_backend(_fft.backend):
        found = grad(f)(x)
        assert type(_scipys.dct(x)) is np.ndarray
        assert _scipys.next_fast_len(7) == 7
    np.testing.assert_allclose(found, grad(lambda x: np.sum(_fft.dct(x) ** 2) + np.sum(abs(_fft.fft(x)) ** 2))(x))
    with pytest.raises(ConversionError):
        grad(f)(x)


def test_sigma_in_a_batch_needs_a_radius() -> None:
    with pytest.raises(MissingRuleError, match="radius="):
        vmap(lambda s: _ndimage.gaussian_filter(IMAGE, s))(np.array([0.5, 1.0]))


WRONG: list[tuple[Callable[[Any], Any], Any, type[Exception]]] = [
    (lambda x: _signal.convolve(x, np.ones((2, 2))), IMAGE, ValueError),
    (lambda x: _signal.convolve(x, IMAGE, "half"), IMAGE, ValueError),
    (lambda x: _signal.convolve(x, IMAGE, method="quick"), IMAGE, ValueError),
    (lambda x: _signal.convolve(x, np.ones((1, 5)), "valid"), np.ones((2, 2)), ValueError),
    (lambda x: _signal.fftconvolve(x, np.ones((3, 2)), axes=1), np.ones((2, 2)), ValueError),
    (lambda x: _signal.convolve2d(x, x, boundary="none"), np.ones((2, 2)), ValueError),
    (lambda x: _signal.hilbert(x), IMAGE + 1j, ValueError),
    (lambda x: _signal.lfilter([1.0], [1.0, 0.5], x, zi=np.ones(3)), IMAGE, ValueError),
    (lambda x: _integrate.cumulative_trapezoid(x, initial=1.0), IMAGE, ValueError),
    (lambda x: _integrate.cumulative_simpson(x, x=[0.0, 2.0, 1.0, 3.0]), IMAGE, ValueError),
    (lambda x: _integrate.romb(x), IMAGE, ValueError),
    (lambda x: _fft.fft(x, plan="a plan"), IMAGE, NotImplementedError),
    (lambda x: _fft.rfft(x), IMAGE + 1j, TypeError),
    (lambda x: _fft.fftn(x, axes=(0, 0)), IMAGE, ValueError),
    (lambda x: _fft.dct(x, 5), IMAGE, ValueError),
    (lambda x: _fft.dct(x, norm="none"), IMAGE, ValueError),
    (lambda x: _fft.dct(x, n=0), IMAGE, ValueError),
    (lambda x: _ndimage.convolve1d(x, [1.0, 2.0], output=np.zeros(4)), IMAGE, ConversionError),
    (lambda x: _ndimage.convolve1d(x, [1.0, 2.0], mode="none"), IMAGE, RuntimeError),
    (lambda x: _ndimage.convolve1d(x, [1.0, 2.0], origin=2), IMAGE, ValueError),
    (lambda x: _ndimage.correlate(x, np.ones((2, 2))), IMAGE, RuntimeError),
    (lambda x: _ndimage.map_coordinates(np.arange(4), x[None]), IMAGE, MissingRuleError),
    (lambda x: _ndimage.map_coordinates(x, [[0.0], [1.0]]), IMAGE, RuntimeError),
    (lambda x: _ndimage.map_coordinates(x, [[0.0]], order=6), IMAGE, RuntimeError),
    (lambda x: _ndimage.map_coordinates(IMAGE, [[0.0]], cval=x[0]), IMAGE, MissingRuleError),
    (lambda x: _ndimage.zoom(IMAGE, x[1]), IMAGE, MissingRuleError),
    (lambda x: _ndimage.rotate(np.ones((2, 2)), x[1]), IMAGE, MissingRuleError),
    (lambda x: _interpolate.interpn((IMAGE,), IMAGE, x + 1), IMAGE, ValueError),
    (lambda x: _interpolate.interpn((IMAGE,), IMAGE, x, "cubic"), IMAGE, MissingRuleError),
    (lambda x: _interpolate.interpn((x,), IMAGE, [1.0]), IMAGE, MissingRuleError),
    (lambda x: _interpolate.interpn((IMAGE,), x, [[1.0, 2.0]]), IMAGE, ValueError),
]


@pytest.mark.parametrize(("f", "x", "error"), WRONG)
def test_wrong_uses_raise(f: Callable[[Any], Any], x: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        vjp(f, x)
