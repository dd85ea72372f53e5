"""Sums and extrema of small arrays in compiled code: as products with ones, and down the rows of what is turned."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tapegrad import compile, grad

Function = Callable[[Any], Any]
SHAPES = [(5,), (64,), (65,), (32, 10), (10, 32), (500, 3), (1, 7), (7, 1), (3, 100), (4000, 3), (2, 3, 4), (0, 3)]


def reduction(f: Any, axis: int | None, keepdims: bool) -> Function:
    return lambda x: f(x, axis=axis, keepdims=keepdims)


@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.int64, np.complex128])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_sums(shape: tuple[int, ...], dtype: Any, keepdims: bool) -> None:
    x = (np.random.default_rng(0).normal(size=shape) * 10).astype(dtype)
    for axis in (None, *range(len(shape))):
        f = reduction(np.sum, axis, keepdims)
        for given in (x, x[::-1], np.asfortranarray(x)):
            ours, wanted = compile(f)(given), f(given)
            assert (ours.dtype, ours.shape) == (wanted.dtype, wanted.shape)
            near = 4 * np.finfo(dtype).eps * np.sum(np.abs(x)) if np.dtype(dtype).kind in "fc" else 0
            np.testing.assert_allclose(ours, wanted, rtol=0, atol=float(near))


@pytest.mark.parametrize("shape", SHAPES[:-1], ids=str)
def test_what_is_not_finite(shape: tuple[int, ...]) -> None:
    for value in (np.inf, -np.inf, np.nan):
        x = np.ones(shape)
        x.flat[-1] = value
        for axis in (None, *range(len(shape))):
            f = reduction(np.sum, axis, False)
            np.testing.assert_array_equal(compile(f)(x), f(x))


def test_where_products_are_as_accurate() -> None:
    def source(shape: tuple[int, ...], axis: int) -> str:
        return compile(reduction(np.sum, axis, False)).source(np.ones(shape))

    few: list[tuple[tuple[int, ...], int]] = [((64,), 0), ((200, 30), 1), ((569, 14), 0)]
    for shape, axis in few:
        assert ".dot(" in source(shape, axis)
    many: list[tuple[tuple[int, ...], int]] = [((65,), 0), ((3, 65), 1), ((4000, 3), 0), ((3, 4, 5), 0)]
    for shape, axis in many:
        assert ".dot(" not in source(shape, axis)
    x = np.random.default_rng(1).normal(size=(8, 64)) * 10.0 ** np.arange(64)[::-1] / 1e30
    exact = np.sum(x.astype(np.longdouble), axis=1)
    ours = compile(reduction(np.sum, 1, False))(x)
    assert np.all(np.abs(ours - exact) <= 64 * np.finfo(float).eps / 2 * np.sum(np.abs(x), axis=1))


@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.int64, np.bool])
@pytest.mark.parametrize("shape", [(500, 3), (32, 10), (16, 16), (15, 3), (100, 1), (100, 17), (40, 2)], ids=str)
@pytest.mark.parametrize("f", [np.max, np.min])
def test_extrema(f: Any, shape: tuple[int, ...], dtype: Any, keepdims: bool) -> None:
    x = np.random.default_rng(0).integers(-3, 4, size=shape).astype(dtype)
    if np.dtype(dtype).kind == "f":
        x[0, 0] = np.nan
    for given in (x, x.T, x[:, ::-1]):
        ours, wanted = compile(reduction(f, 1, keepdims))(given), f(given, axis=1, keepdims=keepdims)
        assert (ours.dtype, ours.shape) == (wanted.dtype, wanted.shape)
        np.testing.assert_array_equal(ours, wanted)


def test_slopes_of_extrema() -> None:
    def f(x: Any) -> Any:
        return np.sum(np.max(x, axis=1) ** 2)

    x = np.random.default_rng(0).integers(-3, 4, size=(40, 3)) / 2
    assert ".T.copy()" in compile(grad(f)).source(x)
    np.testing.assert_array_equal(compile(grad(f))(x), grad(f)(x))


@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("f", [np.sum, np.max, np.min])
def test_short_axes_within_stacks_have_the_bits_of_eager_reductions(f: Any, dtype: Any, keepdims: bool) -> None:
    rng = np.random.default_rng(0)
    for shape in ((99, 5, 5), (1_000, 3, 2), (30, 4, 7, 3), (30, 9, 8)):
        x = rng.normal(size=shape).astype(dtype) * 10.0 ** rng.integers(-8, 8, size=shape).astype(dtype)
        x[0, 0], x[1, 1], x[2, 0, 0], x[3] = np.inf, -np.inf, np.nan, -0.0
        for axis in range(len(shape)):
            g = compile(reduction(f, axis, keepdims))
            short = axis > 0 and shape[axis] < 8
            assert ("along(" in g.source(x)) == short
            for given in (x, np.asfortranarray(x), x[::-1, :, ::-1]):
                ours, wanted = g(given), f(given, axis=axis, keepdims=keepdims)
                assert (ours.dtype, ours.shape) == (wanted.dtype, wanted.shape)
                np.testing.assert_array_equal(ours, wanted)


def test_other_stacks_are_numpys_to_reduce() -> None:
    for x in (np.ones((99, 5, 5), int), np.ones((99, 5, 5), bool), np.ones((2, 5, 5)), np.ones((99, 5, 1))):
        for f in (np.sum, np.max):
            g = compile(reduction(f, 2, False))
            assert "along(" not in g.source(x)
            assert np.array_equal(g(x), f(x, axis=2))
