"""`at(x)[index]`: what NumPy's assignments and `ufunc.at` give, and derivatives of it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tapegrad import at
from tapegrad.testing import check_grads
from tests.rules.row import real
from tests.untyped import compile, grad, vmap

X = real(4, 5, low=0.2, high=0.9)
INDICES: dict[str, Any] = {
    "a number": 0,
    "numbers": (1, 2),
    "a slice": slice(1, 3),
    "a column": (slice(None), 2),
    "a new axis": None,
    "all": Ellipsis,
    "a row twice": [0, 0, 2],
    "an entry three times": (np.array([0, 1, 1, 1]), np.array([2, 3, 3, 3])),
    "positions in two axes": np.array([[0, 1], [1, 1]]),
    "a column three times": (slice(None), [1, 1, 1]),
    "a mask": X > 0.5,
    "a mask and a number": (np.array([True, False, True, False]), 1),
    "True": True,
}
CHANGES: dict[str, np.ufunc | None] = {
    "set": None,
    "add": np.add,
    "subtract": np.subtract,
    "multiply": np.multiply,
    "divide": np.divide,
    "power": np.power,
    "min": np.minimum,
    "max": np.maximum,
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("index", INDICES.values(), ids=INDICES)
def test_a_change_at_an_index(index: Any, change: str) -> None:
    ufunc = CHANGES[change]
    v = real(*X[index].shape, low=0.2, high=0.9)
    wanted = X.copy()
    if ufunc is None:
        wanted[index] = v
    else:
        ufunc.at(wanted, index, v)

    def f(x: Any, v: Any) -> Any:
        return getattr(at(x)[index], change)(v)

    before = X.copy()
    np.testing.assert_allclose(f(X, v), wanted, rtol=1e-14, atol=1e-15)
    np.testing.assert_array_equal(X, before)
    check_grads(f, (X, v), order=2)
    batched = vmap(f)(np.stack([X, X + 0.1]), np.stack([v, v + 0.2]))
    np.testing.assert_allclose(batched, np.stack([f(X, v), f(X + 0.1, v + 0.2)]), rtol=1e-14, atol=1e-15)


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_at_a_number_that_is_an_argument(change: str) -> None:
    def f(x: Any, i: Any, v: Any) -> Any:
        return getattr(at(x)[i, 1:], change)(v)

    compiled = compile(f)
    for i in (0, -1):
        np.testing.assert_array_equal(compiled(X, i, 0.5), f(X, i, 0.5))
    every = vmap(f, (None, 0, None))(X, np.arange(4), 0.5)
    np.testing.assert_array_equal(every, [f(X, i, 0.5) for i in range(4)])


def test_an_index_of_its_own_for_each_element_of_a_batch() -> None:
    found = vmap(lambda i: at(X[0])[i].set(1.0))(np.array([0, 1, 2]))
    for i, row in enumerate(found):
        np.testing.assert_array_equal(row, at(X[0])[i].set(1.0))


def test_values_broadcast() -> None:
    np.testing.assert_array_equal(at(X)[1:3].set(2.0)[1:3], np.full((2, 5), 2.0))
    np.testing.assert_array_equal(grad(lambda v: np.sum(at(X)[1:3].add(v)))(2.0), 10.0)


def test_values_that_are_set_over_have_no_gradient() -> None:
    np.testing.assert_array_equal(
        grad(lambda v: np.sum(at(X)[([0, 0, 1], [1, 1, 1])].set(v)))(np.ones(3)), [0.0, 1.0, 1.0]
    )


def test_infinities_and_nan_elsewhere_do_not_spread() -> None:
    x = np.array([np.inf, np.nan, 1.0])
    np.testing.assert_array_equal(at(x)[2].set(5.0), [np.inf, np.nan, 5.0])
    np.testing.assert_array_equal(grad(lambda v: at(x)[0].set(v)[0])(2.0), 1.0)


def test_the_dtype_is_the_arrays() -> None:
    x = np.ones(3, np.float32)
    assert at(x)[0].set(np.float64(2.0)).dtype == np.float32
    assert grad(lambda v: np.sum(at(x)[0].set(v)))(np.float64(1.0)).dtype == np.float64
    with pytest.raises(TypeError, match=r"at .*test_updates.py:\d+.*x\.astype\(float64\)"):
        grad(lambda v: np.sum(at(np.zeros(3, int))[0].set(v)))(1.0)


def test_a_variable_has_it_as_an_attribute() -> None:
    np.testing.assert_array_equal(grad(lambda x: np.sum(x.at[0].set(x[1] ** 2)))(np.array([2.0, 3.0])), [0.0, 7.0])


def test_errors_are_numpys() -> None:
    with pytest.raises(IndexError):
        at(X)[7].set(1.0)
    with pytest.raises(ValueError, match="broadcast"):
        at(X)[0].set(np.ones(3))
