"""`vmap`: axes, trees, what it refuses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tapegrad.errors import BatchError
from tests.untyped import vmap

X = np.array([0.3, 0.7, 1.1])


def test_vmap_in_vmap() -> None:
    table = vmap(lambda x: vmap(lambda y: x * y + x)(X))(X)
    np.testing.assert_allclose(table, np.outer(X, X) + X[:, None])


def test_vmap_axes() -> None:
    matrix = np.arange(6.0).reshape(2, 3)
    np.testing.assert_array_equal(vmap(lambda c: c * 2, in_axes=1)(matrix), matrix.T * 2)
    np.testing.assert_array_equal(vmap(lambda c: c * 2, in_axes=-1, out_axes=1)(matrix), matrix * 2)
    np.testing.assert_array_equal(vmap(lambda c, k: c * k, in_axes=(1, None))(matrix, 3.0), matrix.T * 3)
    np.testing.assert_array_equal(vmap(lambda x: 7.0)(X), [7.0, 7.0, 7.0])
    np.testing.assert_array_equal(vmap(lambda p: p["a"] * p["b"])({"a": X, "b": X}), X * X)
    out = vmap(lambda x: {"twice": 2 * x, "two": (x, 1.0)})(X)
    np.testing.assert_array_equal(out["twice"], 2 * X)
    np.testing.assert_array_equal(out["two"][1], np.ones(3))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: vmap(lambda x, y: x + y)(X, np.ones(2)), "differ in length"),
        (lambda: vmap(lambda x: x, in_axes=1)(X), "cannot be mapped over axis 1"),
        (lambda: vmap(lambda x: x, in_axes=(0, 0))(X), "names axes of 2 arguments"),
        (lambda: vmap(lambda x: x, in_axes=(None,))(X), "needs an argument to map over"),
        (lambda: vmap(lambda x: x)(1.0), "argument 0"),
        (lambda: vmap(lambda x: x[x > 0])(np.ones((2, 3))), "mask"),
    ],
)
def test_vmap_errors(call: Callable[[], Any], message: str) -> None:
    with pytest.raises(BatchError, match=message):
        call()
