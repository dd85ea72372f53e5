"""Cotangents of what was broadcast: summed without an array of products, and as exactly as NumPy sums."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import pytest

from benchmarks.scaling import peak_bytes
from tapegrad import Tape
from tapegrad._rules.damping import damp_onto
from tapegrad._rules.kinds import PRIMITIVES
from tapegrad._spec import Spec
from tapegrad._sums import add_reduce
from tapegrad._values import fit
from tests.untyped import grad, vjp

RNG = np.random.default_rng(0)
SHAPES = [
    ((3_000, 3), (3,)),
    ((3_000, 3), (1, 3)),
    ((20, 50, 10), (20, 1, 10)),
    ((20, 50, 10), (50, 10)),
    ((20, 50, 10), (10,)),
    ((20, 50, 10), (20, 50, 1)),
    ((20, 50, 10), (1, 50, 1)),
    ((20, 50, 10), ()),
    ((9_000, 1), (1,)),
    ((1, 9_000), (9_000,)),
]


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.complex128])
@pytest.mark.parametrize(("whole", "part"), SHAPES, ids=str)
def test_sums_are_as_exact_as_numpys(whole: tuple[int, ...], part: tuple[int, ...], dtype: Any) -> None:
    spec = Spec(part, np.dtype(dtype))
    wide = np.result_type(dtype, np.longdouble)
    axes = tuple([i for i, n in enumerate((1,) * (len(whole) - len(part)) + part) if n != whole[i]])
    errors: list[list[Any]] = []
    for _ in range(50):
        x, y = (RNG.normal(size=whole).astype(dtype) for _ in range(2))
        sums = (x, fit(x, spec), x.astype(wide)), (x * y, fit(damp_onto(x, y, spec), spec), x.astype(wide) * y)
        for value, result, exact in sums:
            assert result.shape == part
            assert result.dtype == dtype
            right = exact.sum(axes).reshape(part)
            errors.append([np.linalg.norm(np.reshape(total, part) - right) for total in (result, value.sum(axes))])
    ours, numpys = np.linalg.norm(errors, axis=0)
    assert ours <= 1.01 * numpys


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.complex128, np.int64])
@pytest.mark.parametrize("columns", [*range(1, 18)])
def test_sums_of_short_rows_are_numpys_to_the_bit(columns: int, dtype: Any) -> None:
    x = (RNG.normal(size=(30, 300, columns)) * 10.0 ** RNG.integers(-9, 9, size=(30, 300, columns))).astype(dtype)
    if x.dtype.kind == "f":
        x[0], x[1], x[2, 0, 0], x[3, 0, -1] = -0.0, np.inf, np.nan, -np.inf
    for keepdims in (False, True):
        ours: Any = add_reduce(x, (2,), keepdims)
        numpys: Any = np.sum(x, axis=2, keepdims=keepdims)
        np.testing.assert_array_equal(ours, numpys, strict=True)
        np.testing.assert_array_equal(np.signbit(ours.real), np.signbit(numpys.real))


def test_rows_of_many_blocks() -> None:
    x = RNG.normal(size=(70_001, 3))
    np.testing.assert_array_equal(add_reduce(x, (1,), False), np.sum(x, axis=1))
    assert peak_bytes(lambda: add_reduce(x, (1,), False)) < 0.7 * x.nbytes


@pytest.mark.parametrize("reduce", [np.sum, np.mean, np.var])
@pytest.mark.parametrize("axis", [0, 1, -1, (0, 1), (1, 2), None])
def test_recorded_sums_are_numpys_to_the_bit(reduce: Any, axis: Any) -> None:
    x = RNG.normal(size=(30, 300, 3))
    for value in (x, x.transpose(1, 2, 0), np.asfortranarray(x)):
        with Tape() as tape:
            np.testing.assert_array_equal(reduce(tape.watch(value), axis=axis).value, reduce(value, axis=axis))


@pytest.mark.parametrize("layout", ["columns", "repeated", "backward"])
def test_sums_of_any_layout(layout: str) -> None:
    x, y = RNG.normal(size=(2, 1000, 20))
    x = {"columns": np.asfortranarray(x), "repeated": np.broadcast_to(x[:, :1], x.shape), "backward": x[::-1]}[layout]
    spec = Spec((20,), x.dtype)
    np.testing.assert_allclose(fit(x, spec), x.sum(0), rtol=1e-12)
    np.testing.assert_allclose(fit(damp_onto(x, y, spec), spec), (x * y).sum(0), rtol=1e-12, atol=1e-12)


def test_the_derivative_may_have_fewer_axes() -> None:
    x, y, w = RNG.normal(size=(200, 100)), RNG.normal(size=(200, 1)), RNG.normal(size=100)
    of_y, of_w = grad(lambda y, w: np.sum(x * (y * w)))(y, w)
    np.testing.assert_allclose(of_w, (x * y).sum(0), rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(of_y, (x * w).sum(1, keepdims=True), rtol=1e-12, atol=1e-12)


def test_a_zero_cotangent_stays_zero_in_a_sum() -> None:
    x = np.ones((5000, 4))
    x[7] = np.inf
    with np.errstate(invalid="ignore"):
        gradient = grad(lambda w: np.sum(np.where(np.isinf(x), 0.0, x * w)))(np.ones(4))
    np.testing.assert_array_equal(gradient, np.full(4, 4999.0))


def test_what_is_not_finite_shows_in_a_sum() -> None:
    x = np.ones((5000, 4))
    x[7], x[8, 0], x[9, 1] = np.inf, -np.inf, np.nan
    with np.errstate(invalid="ignore"):
        gradient = grad(lambda w: np.sum(x * w))(np.ones(4))
    np.testing.assert_array_equal(gradient, [np.nan, np.nan, np.inf, np.inf])


def test_numbers_too_large_to_square_are_finite() -> None:
    x = np.full((3, 4), 1e200)
    np.testing.assert_array_equal(grad(lambda w: np.sum(x * w))(np.ones(4)), np.full(4, 3e200))


def test_no_array_of_products() -> None:
    x = RNG.normal(size=(1000, 1000))
    assert peak_bytes(lambda: damp_onto(x, x, Spec((1000,), x.dtype))) < 0.1 * x.nbytes
    assert peak_bytes(lambda: fit(x, Spec((1000,), x.dtype))) < 0.1 * x.nbytes


@pytest.mark.parametrize("name", ["negative", "square"])
def test_what_is_repeated_is_scaled_once(name: str) -> None:
    ct = np.broadcast_to(RNG.normal(size=(1000, 1)), (1000, 1000))
    x, pull = np.ones(ct.shape), PRIMITIVES[name].pulls[0]
    assert pull is not None
    np.testing.assert_array_equal(pull(ct, x, Spec(x.shape, x.dtype)), {"negative": -ct, "square": 2.0 * ct}[name])
    products = {"negative": 0, "square": 1}[name]
    assert peak_bytes(lambda: pull(ct, x, Spec(x.shape, x.dtype))) < (products + 0.1) * x.nbytes


@pytest.mark.parametrize("size", [10, 100_000])
def test_cotangents_add_up_in_place_only_where_they_are_nobody_elses(size: int) -> None:
    x, y, seed = RNG.normal(size=(3, size))

    def f(x: Any, y: Any) -> Any:
        together = x + y  # sends one array back to both
        return together * 2.0 + x * 3.0 + x + (y - 4.0)

    out, pull = vjp(f, x, y)
    before = seed.copy()
    for _ in range(2):
        of_x, of_y = pull(seed)
        np.testing.assert_allclose(of_x, 6.0 * seed)
        np.testing.assert_allclose(of_y, 3.0 * seed)
        np.testing.assert_array_equal(seed, before)
        of_x[:] = np.nan
    with Tape() as tape:
        u, v = tape.watch(x), tape.watch(y)
        total = u + v
        out = total + u + total
    for _ in range(2):
        of_total, of_u, of_v = tape.gradient(out, (total, u, v), seed=seed)
        np.testing.assert_array_equal(of_total, 2.0 * seed)
        np.testing.assert_array_equal(of_u, 3.0 * seed)
        np.testing.assert_array_equal(of_v, 2.0 * seed)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere NumPy does not see that an operand is nobody's")
def test_what_nobody_else_has_is_added_to_in_place() -> None:
    """The sum so far and the next term are all there is."""
    x = RNG.normal(size=1_000_000)
    gradient = grad(lambda x: sum(np.sum(x * c) for c in range(1, 30)))
    assert peak_bytes(lambda: gradient(x)) < 2.1 * x.nbytes


def test_ties_and_nan_in_one_maximum() -> None:
    x = np.array([[1.0, 1.0], [np.nan, 2.0]])  # as many are chosen as there are results, and yet each is not alone
    np.testing.assert_array_equal(grad(lambda x: np.sum(np.max(x, axis=1)))(x), [[0.5, 0.5], [np.nan, np.nan]])
    np.testing.assert_array_equal(grad(lambda x: np.sum(np.nanmax(x, axis=1)))(x), [[0.5, 0.5], [0.0, 1.0]])
