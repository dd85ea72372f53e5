"""Whole numbers, truth values, few digits, nan: batched or compiled, a function gives NumPy's values and dtype."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
import pytest

from tests.untyped import compile, grad, plain, vmap

SMALL: dict[str, NDArray[Any]] = {
    "int8": np.array([[100, 100], [3, -128]], np.int8),
    "uint8": np.array([[200, 100], [0, 4]], np.uint8),
    "bool": np.array([[True, True], [False, True]]),
    "int64": np.array([[2**62, 2**62], [2**63 - 1, -5]]),
    "uint64": np.array([[2**63, 2**63], [2**64 - 1, 7]], np.uint64),
    "float32": np.array([[1.5, 2.0], [3.0, 0.1]], np.float32),
}
FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "einsum": lambda x: plain.einsum("ij->i", x),
    "einsum of two": lambda x: plain.einsum("ij,ij->j", x, x),
    "sum": lambda x: plain.sum(x, dtype=np.int8),
    "sum of truth values": lambda x: np.add.reduce(x, axis=1, dtype=bool),
    "sum from": lambda x: plain.sum(x, initial=np.float64(3.5)),
    "prod": lambda x: plain.prod(x, axis=0, dtype=np.uint8),
    "nansum": lambda x: plain.nansum(x, dtype=np.int8),
    "cumsum": lambda x: plain.cumsum(x, axis=1, dtype=np.uint8),
    "cumprod": lambda x: plain.cumprod(x, axis=1, dtype=np.int8),
    "trace": lambda x: plain.trace(x, dtype=np.int8),
    "max from": lambda x: plain.max(x, axis=0, initial=np.int64(2)),
    "min of some": lambda x: plain.min(x, axis=0, initial=np.int64(2), where=x > 1),
    "logical_or": lambda x: np.logical_or.accumulate(x, axis=1),
    "hypot": lambda x: np.hypot.reduce(x[:, :1], axis=1),
    "hypot of one": lambda x: np.hypot.reduce(-x[1:].astype(float), axis=0),
    "hypot of one and more": lambda x: np.hypot.reduceat(x.astype(float) - 9, [0, 1, 0], axis=1),
    "hypot of nothing": lambda x: np.hypot.reduce(x[:, :0], axis=0),
    "divide": lambda x: np.divide.reduceat(x, [0, 1], axis=1),
    "choose": lambda x: plain.choose(x > 1, [x, 2]),
    "mean": lambda x: plain.mean(x, axis=0),
    "mean of some": lambda x: plain.mean(x, where=x > 0),
    "nanmean": plain.nanmean,
    "var": lambda x: plain.var(x, axis=1),
    "std of some": lambda x: plain.std(x, where=x > 0),
    "median": lambda x: plain.median(x, axis=1),
    "clip": lambda x: plain.clip(x, 0.5, np.float16(2)),
    "a ramp": lambda x: np.pad(x, 3, mode="linear_ramp"),
    "modf": lambda x: np.modf(x)[1],
    "square": lambda x: x**2.0,
    "square of more digits": lambda x: x ** np.float64(2.0),
}


@pytest.mark.parametrize("dtype", SMALL)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_as_in_numpy(name: str, dtype: str) -> None:
    x, f = SMALL[dtype], FUNCTIONS[name]
    wanted = f(x)
    ways: dict[str, Callable[[], Any]] = {
        "compiled": lambda: compile(f)(x),
        "batched": lambda: vmap(f)(np.stack([x, x]))[1],
    }
    for way, found in ways.items():
        np.testing.assert_array_equal(found(), wanted, strict=True, err_msg=way)


def test_a_mean_in_whole_numbers_is_refused() -> None:
    for mean in (plain.mean, plain.var, plain.nanmean):
        with pytest.raises(NotImplementedError, match=r"dtype.*int.*astype"):
            vmap(lambda x, mean=mean: mean(x, dtype=int))(np.ones((2, 3)))


def test_a_central_difference_does_not_read_the_point_itself() -> None:
    x = np.array([1.0, np.nan, 3.0, np.inf, 6.0])
    wanted = np.gradient(x)
    np.testing.assert_array_equal(vmap(np.gradient)(x[None])[0], wanted)
    np.testing.assert_array_equal(grad(lambda x: np.gradient(x)[1])(x), [-0.5, 0.0, 0.5, 0.0, 0.0])


@pytest.mark.parametrize("xp", [[0.0, 1.0, 2.0], [0.0, 1.0, 1.0], [0.0, 0.0, 1.0]])
@pytest.mark.parametrize("fp", [[5.0, np.nan, 7.0], [np.inf, 5.0, 6.0], [5.0, 6.0, -np.inf], [np.nan, 6.0, np.nan]])
def test_interp_at_a_point_does_not_read_the_other(xp: list[float], fp: list[float]) -> None:
    x = np.array([-1.0, 0.0, 1.0, 2.0, 3.0, np.nan])
    wanted = np.interp(x, xp, fp)
    with np.errstate(invalid="ignore"):
        np.testing.assert_array_equal(vmap(lambda x: plain.interp(x, xp, fp))(x), wanted)
    np.testing.assert_array_equal(compile(np.interp)(x, np.array(xp), np.array(fp)), wanted)
