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
    np.testing.assert_array_equal(vmap(lambda c, k: c * k, in_axes=[1, None])(matrix, 3.0), matrix.T * 3)
    assert vmap(lambda x: {"nothing": None})(X) == {"nothing": None}
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
        (lambda: vmap(lambda x: 3.0 if 0.0 in x else 4.0)(np.array([[0.0, 1.0], [2.0, 3.0]])), r"test_vmap.py:\d+"),
        (lambda: vmap(lambda x: 3.0 if x in X else 4.0)(X), r"test_vmap.py:\d+"),
        (lambda: vmap(lambda x: "text")(X), "str"),
        (lambda: vmap(lambda i: sum(range(i)))(np.arange(3)), r"Under vmap.*index at .*test_vmap.py:\d+.*take"),
        (lambda: vmap(lambda x: float(x))(X), r"Under vmap.*float at .*test_vmap.py:\d+"),
        (lambda: vmap(lambda x: np.asarray(x))(X), r"Under vmap.*array at .*test_vmap.py:\d+"),
    ],
)
def test_vmap_errors(call: Callable[[], Any], message: str) -> None:
    with pytest.raises(BatchError, match=message):
        call()


@pytest.mark.parametrize("axes", [{"in_axes": "ab"}, {"in_axes": 0.5}, {"out_axes": None}, {"out_axes": (0, 1)}])
def test_axes_that_are_none(axes: dict[str, Any]) -> None:
    with pytest.raises(TypeError, match="_axes"):
        vmap(lambda x: x, **axes)(X)
