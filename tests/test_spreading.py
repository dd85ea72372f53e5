"""Small operands that are repeated along an axis, in compiled code: put into the result's buffer before the call."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tapegrad._tree import flatten
from tests.untyped import compile, grad, hessian, scan

A = np.linspace(-1.5, 2.0, 35).reshape(5, 7)
ROW, COLUMN = A[1] / 3, A[:, 2] * 2


def softened(a: Any, row: Any, column: Any) -> Any:
    """Chains long enough for buffers."""
    x = np.tanh(np.sin(a) - row)
    y = np.exp(column[:, None] - x) * np.cos(x)
    z = np.maximum(y, column[:, None]) / (1 + row * row)
    return np.sum(np.log(1 + z * z)) + np.sum(z - np.max(z, axis=1, keepdims=True))


def outer(a: Any, row: Any, column: Any) -> Any:
    return np.sum(np.sin(np.cos(row * column[:, None]) + np.sin(column[:, None] - row)) * np.tanh(a))


FUNCTIONS: list[Callable[..., Any]] = [softened, outer, grad(softened, argnums=(0, 1, 2)), grad(outer, argnums=(0, 1))]


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.complex128, np.int64])
@pytest.mark.parametrize("f", FUNCTIONS, ids=range(4))
def test_results_are_those_of_eager_code(f: Callable[..., Any], dtype: Any) -> None:
    if np.dtype(dtype).kind in "ci" and (f is not outer):
        pytest.skip("no order, or no slopes")
    args = [x.astype(dtype) for x in (A, ROW, COLUMN)]
    for x, y in zip(flatten(compile(f)(*args))[0], flatten(f(*args))[0], strict=True):
        assert np.result_type(x) == np.result_type(y)
        np.testing.assert_allclose(x, y, rtol=1e-5 if dtype == np.float32 else 1e-13)


def test_the_operand_is_assigned_first_and_nothing_else_is() -> None:
    source = compile(softened).source(A, ROW, COLUMN)
    assert "[...] = row\n" in source
    lines = source.splitlines()
    (before,) = [i for i, line in enumerate(lines) if "[...] = row" in line]
    buffer = lines[before].split("[")[0].strip()
    assert lines[before + 1].endswith(f", {buffer}, {buffer})")


def test_of_two_operands_one_is_assigned_to_another_buffer() -> None:
    source = compile(outer).source(A, ROW, COLUMN)
    assert source.count("scratch0[...] = ") == 2
    assert source.count("scratch") == 2 * 2 + 1  # and its kind


def test_two_operands_that_are_read_again_lie_in_two_buffers() -> None:
    """A product that is 0 where either factor is, in second derivatives of a loop."""

    def f(x: Any, n: Any) -> Any:
        (count, last), ys = scan(lambda c, row: ((c[0] + 1, c[1] * row), row * c[0]), (n, x[0]), x)
        return np.sum(last * ys / count)

    def curved(x: Any, n: Any) -> Any:
        return hessian(lambda x: f(x, n))(x)

    x = np.array([0.3, 1.0, 1.7])
    assert "_both(scratch1, scratch0" in compile(curved).source(x, 1)
    np.testing.assert_allclose(compile(curved)(x, 1), curved(x, 1), rtol=1e-12, atol=1e-14)


def test_large_arrays_are_read_as_they_lie() -> None:
    a = np.ones((400, 30))
    assert "[...] = " not in compile(softened).source(a, a[0], a[:, 0])


def test_what_is_read_elsewhere_is_not_overwritten() -> None:
    """The result does not lie over the operand that is as large, though nothing else reads that."""

    def f(a: Any, row: Any) -> Any:
        for _ in range(4):
            a = np.sin(a) + row
            a = row - np.cos(a)
        return np.sum(a)

    np.testing.assert_array_equal(compile(f)(A, ROW), f(A, ROW))


def test_products_that_may_be_damped_keep_what_they_read_again() -> None:
    def f(a: Any, column: Any) -> Any:
        return np.sum(np.sum(np.sqrt(a), axis=1) * np.sin(column)) + np.sum(np.tanh(a * a))

    a, column = np.abs(A), COLUMN.copy()
    a[2], column[2] = 0.0, 0.0
    np.testing.assert_allclose(compile(grad(f, argnums=0))(a, column), grad(f, argnums=0)(a, column), rtol=1e-14)
