"""Transforms, differences, padding, rearranging where the laws cannot see them: known values, errors, all lengths."""

from __future__ import annotations

from collections.abc import Callable
import itertools
from typing import Any

import numpy as np
import pytest

from tapegrad._rules import differences, padding
from tapegrad.errors import BatchError, ConversionError, MissingRuleError
from tests.rules.row import real, unreal
from tests.untyped import Function, grad, jvp, plain, vjp, vmap

X, V = np.arange(12.0).reshape(3, 4) ** 1.5, np.arange(1.0, 6.0) ** 2


def value(f: Function, *xs: Any) -> Any:
    """What `f` gives where its arguments are differentiated."""
    out, _ = vjp(f, *xs)
    return out


def test_power_of_a_spectrum() -> None:
    """Parseval: Σ |fft x|² = n Σ x²."""
    x = real(7)
    np.testing.assert_allclose(grad(lambda x: np.sum(np.abs(np.fft.fft(x)) ** 2))(x), 14 * x, rtol=1e-12)
    shorter = grad(lambda x: np.sum(np.abs(np.fft.fft(x, 4)) ** 2))(x)
    np.testing.assert_allclose(shorter, [*(8 * x[:4]), 0, 0, 0], rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("n", [1, 2, 5, 6])
@pytest.mark.parametrize("target", [np.fft.irfft, np.fft.hfft])
def test_ends_of_a_half_spectrum_are_real(target: Any, n: int) -> None:
    """Nothing depends on the imaginary parts of the first number and, for even n, of the last."""
    _, pull = vjp(lambda z: target(z, n), unreal(n // 2 + 1))
    (ct,) = pull(real(n))
    assert ct[0].imag == 0
    assert n % 2 or ct[-1].imag == 0
    assert np.all(ct.imag[1 : (n + 1) // 2] != 0)


def test_single_precision_of_constants() -> None:
    """Weights, steps and the like do not raise the precision."""
    x = np.arange(6, dtype=np.float32)
    functions: list[Function] = [
        lambda x: np.fft.rfft(x),
        lambda x: np.fft.ihfft(x),
        lambda x: np.gradient(x, [0, 1, 3, 4, 5, 7]),
        lambda x: plain.unwrap(x),
    ]
    for f in functions:
        out, pull = vjp(f, x)
        assert out.dtype in (np.float32, np.complex64)
        assert pull(out)[0].dtype == np.float32


@pytest.mark.parametrize("edge_order", [1, 2])
def test_gradient_of_a_parabola(edge_order: int) -> None:
    """Exact inside, and with edge_order 2 at the ends; the derivative in the points is that of 2 a x."""
    t = np.array([0.0, 0.5, 2.0, 2.25, 4.0])
    found = value(lambda t: plain.gradient(t**2, t, edge_order=edge_order), t)
    inside = slice(None) if edge_order == 2 else slice(1, -1)
    np.testing.assert_allclose(found[inside], 2 * t[inside], rtol=1e-12)
    _, tangent = jvp(lambda t: plain.gradient(t**2, t, edge_order=edge_order), (t,), (np.ones(5),))
    np.testing.assert_allclose(tangent[inside], 2, rtol=1e-12)


def test_unwrapping_adds_constants() -> None:
    angles = np.array([0.0, 3.0, 6.0, 9.0, -3.0])
    _, pull = vjp(lambda p: plain.unwrap(p), np.angle(np.exp(1j * angles)))
    np.testing.assert_array_equal(pull(V)[0], V)


def test_periods_may_be_batched() -> None:
    periods, angles = np.array([1.0, 2.1, 4.0]), real(4, low=-9, high=9)

    def turns(period: Any) -> Any:
        return grad(lambda t: np.sum(differences.unwrap(angles, period=t)))(period)

    np.testing.assert_array_equal(vmap(turns)(periods), [turns(period) for period in periods])


@pytest.mark.parametrize("mode", ["maximum", "minimum"])
def test_ties_in_padding(mode: Any) -> None:
    """They share evenly, as in np.max."""
    gradient = grad(lambda x: np.pad(x, (0, 1), mode)[-1])(np.array([2.0, 2.0]))
    np.testing.assert_array_equal(gradient, [0.5, 0.5])


def test_empty_padding() -> None:
    """The margins may be anything; nothing flows back from them."""
    out, pull = vjp(lambda x: np.pad(x, 2, "empty"), V)
    np.testing.assert_array_equal(out[2:-2], V)
    np.testing.assert_array_equal(pull(np.arange(9.0))[0], np.arange(2.0, 7.0))


@pytest.mark.parametrize("mode", ["reflect", "symmetric", "wrap"])
@pytest.mark.parametrize("length", [1, 2, 3, 4])
def test_padding_of_every_width(mode: Any, length: int) -> None:
    x = real(length)
    types: list[dict[str, Any]] = [{}] if mode == "wrap" else [{"reflect_type": "even"}, {"reflect_type": "odd"}]
    for width, keywords in itertools.product(itertools.product(range(9), repeat=2), types):
        wanted = plain.pad(x, width, mode, **keywords)
        found = value(lambda x, width=width, keywords=keywords: plain.pad(x, width, mode, **keywords), x)
        np.testing.assert_allclose(found, wanted, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("target", [np.convolve, np.correlate])
@pytest.mark.parametrize("mode", ["full", "same", "valid", 0, 1, 2])
def test_sequences_of_every_length(target: Any, mode: Any) -> None:
    for n, m in itertools.product(range(1, 7), repeat=2):
        x, y = unreal(n), unreal(m)
        np.testing.assert_allclose(
            value(lambda x, y: target(x, y, mode), x, y), target(x, y, mode), rtol=1e-12, err_msg=f"{n}, {m}"
        )


@pytest.mark.parametrize("trim", ["fb", "f", "b", "BF"])
def test_zeros_everywhere(trim: Any) -> None:
    for bits in itertools.product((0.0, 1.0), repeat=4):
        x = np.array(bits)
        np.testing.assert_array_equal(value(lambda x: plain.trim_zeros(x, trim), x), plain.trim_zeros(x, trim))


def test_numbers_of_places_are_cut_off() -> None:
    """NumPy takes 1.5 for 1 here."""
    np.testing.assert_array_equal(value(lambda x: plain.repeat(x, [1.5], 0), X), X)
    np.testing.assert_array_equal(value(lambda x: plain.repeat(x, 2.5, 0), X), np.repeat(X, 2, 0))


def test_numpy_itself_on_plain_arrays() -> None:
    """The front is NumPy's own function there: lists, integers, objects of other kinds."""
    padded: Any = padding.pad([1, 2], 1, "wrap")
    np.testing.assert_array_equal(padded, [2, 1, 2, 1])
    assert padded.dtype == int


def _total(x: Any, axis: Any = None) -> Any:
    return np.sum(x)


WRONG: dict[str, Function] = {
    "fft, norm": lambda x: plain.fft.fft(x, norm="other"),
    "fft, n": lambda x: np.fft.fft(x, 0),
    "fft, axis": lambda x: np.fft.fft(x, axis=2),
    "fft of no axes": lambda x: np.fft.fft(x[0, 0]),
    "irfft of one": lambda x: np.fft.irfft(x[:, :1]),
    "rfft of complex": lambda x: plain.fft.rfft(x * 1j),
    "fftn, lengths and axes": lambda x: np.fft.fftn(x, (2, 2), (0,)),
    "rfftn of no axes": lambda x: np.fft.rfftn(x, axes=()),
    "diff, order": lambda x: np.diff(x, -1),
    "diff of a number": lambda x: np.diff(x[0, 0]),
    "diff, axis": lambda x: np.diff(x, axis=2),
    "ediff1d, end": lambda x: plain.ediff1d(x, to_end=1j),
    "gradient, spacings": lambda x: np.gradient(x, 1, 2, 3),
    "gradient, coordinates": lambda x: np.gradient(x, [1, 2], axis=0),
    "gradient, table": lambda x: np.gradient(x, np.ones((3, 4)), axis=0),
    "gradient, axis twice": lambda x: np.gradient(x, axis=(0, 0)),
    "gradient, edge_order": lambda x: plain.gradient(x, edge_order=3),
    "gradient of one": lambda x: np.gradient(x[:1]),
    "gradient of two": lambda x: np.gradient(x[:2], edge_order=2),
    "trapezoid, axis": lambda x: plain.trapezoid(x, axis=2),
    "convolve, mode": lambda x: plain.convolve(x[0], x[1], "other"),
    "convolve of matrices": lambda x: np.convolve(x, x),
    "convolve of empty": lambda x: np.convolve(x[0], x[0, :0]),
    "correlate of numbers": lambda x: plain.correlate(x[0, 0], x[0]),
    "pad, mode": lambda x: plain.pad(x, 1, "other"),
    "pad, keyword": lambda x: plain.pad(x, 1, "wrap", constant_values=1),
    "pad, negative": lambda x: np.pad(x, -1),
    "pad, float": lambda x: plain.pad(x, 0.5),
    "pad, widths": lambda x: np.pad(x, ((1, 2), (1, 2), (1, 2))),
    "pad of empty": lambda x: np.pad(x[:0], 1, "edge"),
    "pad, no statistic": lambda x: np.pad(x, 1, "maximum", stat_length=0),
    "roll, axis": lambda x: np.roll(x, 1, 2),
    "roll, table": lambda x: plain.roll(x, [[1, 2]], 0),
    "rollaxis, axis": lambda x: np.rollaxis(x, 2),
    "rollaxis, start": lambda x: np.rollaxis(x, 1, 3),
    "rot90, axes": lambda x: np.rot90(x, 1, (0, 2)),
    "rot90, one axis": lambda x: plain.rot90(x, 1, (0,)),
    "rot90, equal axes": lambda x: np.rot90(x, 1, (1, -1)),
    "tile, negative": lambda x: np.tile(x, -1),
    "repeat, negative": lambda x: np.repeat(x, -1),
    "repeat, counts": lambda x: np.repeat(x, [1, 2], axis=1),
    "repeat, float": lambda x: plain.repeat(x, np.ones(12)),
    "resize, negative": lambda x: np.resize(x, (-1, 2)),
    "split, unequal": lambda x: np.split(x, 2),
    "array_split, none": lambda x: np.array_split(x, 0),
    "hsplit of a number": lambda x: np.hsplit(x[0, 0], 1),
    "vsplit of a vector": lambda x: np.vsplit(x[0], 1),
    "dsplit of a matrix": lambda x: np.dsplit(x, 1),
    "insert, place": lambda x: np.insert(x, 5, 0.0, axis=0),
    "insert, axis": lambda x: np.insert(x, 1, 0.0, axis=2),
    "insert, shapes": lambda x: np.insert(x, 1, np.ones(3), axis=0),
    "delete, place": lambda x: np.delete(x, 5, axis=0),
    "delete, mask": lambda x: np.delete(x, np.array([True, False]), axis=0),
    "windows, too long": lambda x: np.lib.stride_tricks.sliding_window_view(x, (2, 5)),
    "windows, negative": lambda x: np.lib.stride_tricks.sliding_window_view(x, -1, 0),
    "windows, axes": lambda x: np.lib.stride_tricks.sliding_window_view(x, 2),
    "apply_along_axis, nowhere": lambda x: np.apply_along_axis(np.sum, 1, x[:0]),
    "apply_over_axes, shape": lambda x: plain.apply_over_axes(_total, x, 0),
}
if hasattr(np, "unstack"):  # NumPy 2.1
    WRONG["unstack of a number"] = lambda x: plain.unstack(x[0, 0])


if np.lib.NumpyVersion(np.__version__) >= "2.2.0":
    WRONG["trim_zeros, ends"] = lambda x: plain.trim_zeros(x[0], "x")


@pytest.mark.parametrize("f", WRONG.values(), ids=WRONG)
def test_wrong_use_is_numpys_error(f: Callable[[Any], Any]) -> None:
    with pytest.raises(Exception) as numpys:  # noqa: PT011  (whatever NumPy raises)
        f(X)
    kinds = tuple(kind for kind in (ValueError, TypeError, IndexError) if isinstance(numpys.value, kind))
    with pytest.raises(kinds):
        vjp(f, X)


REFUSED: dict[str, tuple[type[Exception], Function]] = {
    "fft, out": (ConversionError, lambda x: np.fft.fft(x, out=np.zeros((3, 4), complex))),
    "fftn, out": (ConversionError, lambda x: np.fft.fftn(x, out=np.zeros((3, 4), complex))),
    "pad, function": (MissingRuleError, lambda x: plain.pad(x, 1, _total)),
    "writable windows": (
        MissingRuleError,
        lambda x: np.lib.stride_tricks.sliding_window_view(x, 2, 0, writeable=True),
    ),
    "insert, differentiated place": (ConversionError, lambda x: np.insert(x, x[0, 0], 0.0)),
    "delete, differentiated place": (ConversionError, lambda x: np.delete(x, x[0, 0])),
    "repeat, differentiated count": (ConversionError, lambda x: plain.repeat(x, x[0, 0])),
    "roll, differentiated shift": (ConversionError, lambda x: plain.roll(x, x[0, 0])),
    "tile, differentiated": (ConversionError, lambda x: plain.tile(x, x[0, 0])),
    "split, differentiated place": (ConversionError, lambda x: plain.split(x, [x[0, 0]])),
    "np.vectorize": (ConversionError, lambda x: np.vectorize(_total)(x)),
    "np.pad, values of a plain array": (ConversionError, lambda x: plain.pad(V, 1, constant_values=x[0, 0])),
}


@pytest.mark.parametrize("case", REFUSED.values(), ids=REFUSED)
def test_refused(case: tuple[type[Exception], Callable[[Any], Any]]) -> None:
    error, f = case
    with pytest.raises(error):
        vjp(f, X)


def test_zeros_of_a_batch() -> None:
    """Where they end is another place for each element."""
    with pytest.raises(BatchError):
        vmap(lambda x: plain.trim_zeros(x))(X)
