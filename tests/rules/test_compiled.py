"""Every row compiled, with its derivatives: recorded at one place, run at another, it gives what it does eagerly."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tapegrad import errors
from tapegrad._program.checking import check
from tapegrad._tree import flatten, unflatten
from tests.rules.laws import on_leaves, random_like
from tests.rules.row import Row
from tests.rules.rows import ROWS
from tests.untyped import compile, jvp, plain, vjp, vmap

BY_VALUE = (
    *("real_if_close", "emath.", "extract by itself", "nonzero", "where of a condition", "trim_zeros", "x[x > 0]"),
    *("unique", "union1d", "intersect1d", "setdiff1d", "setxor1d", "roots", "histogram_bin_edges, auto"),
    *(*(f"gaussian_filter1d, order {n}, sigma" for n in range(4)), "gaussian_filter, sigmas"),
    *("betabinom.cdf, sf, logcdf and logsf", "betabinom, loc"),
)
"""Rows whose result has a dtype or a shape that depends on the values of the arguments, or that add up as many terms as
these say: how their names begin."""


def moved(x: Any) -> Any:
    """Other values of the same kind: the same in reverse order, which keeps domains and symmetric matrices."""
    leaves, structure = flatten(x)
    return unflatten(structure, [plain.flip(leaf) if np.ndim(leaf) else leaf for leaf in leaves])


def assert_same(actual: Any, wanted: Any) -> None:
    assert len(actual) == len(wanted)
    for a, b in zip(actual, wanted, strict=True):
        assert np.shape(a) == np.shape(b)
        assert np.result_type(a) == np.result_type(b)
        np.testing.assert_allclose(a, b, rtol=1e-11 if np.result_type(b).itemsize > 4 else 1e-5, atol=1e-300)


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_row(row: Row) -> None:
    f, xs = on_leaves(row)
    cts, dxs = random_like(f(*xs)), random_like(xs)

    def value(xs: Any, cts: Any, dxs: Any) -> Any:
        return f(*xs)

    def pulled(xs: Any, cts: Any, dxs: Any) -> Any:
        return vjp(f, *xs)[1](cts)

    def pushed(xs: Any, cts: Any, dxs: Any) -> Any:
        return jvp(f, xs, dxs)[1]

    ways: list[Callable[..., Any]] = [value, pulled, pushed]
    for way in ways:
        args = (tuple(xs), cts, dxs)
        compiled = compile(way)
        try:
            compiled.program(*map(moved, args))
        except errors.ConcretizationError:
            assert row.name.startswith(BY_VALUE)
            continue
        except (ValueError, RuntimeWarning):  # outside of its domain
            compiled.program(*args)
        assert_same(compiled(*args), way(*args))
        assert compiled.stats.programs == 1
        check(compiled.program(*args))


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_row_from_outside(row: Row) -> None:
    """What transforms make of the compiled row is what they make of the row."""
    f, xs = on_leaves(row)
    cts, dxs = random_like(f(*xs)), random_like(xs)
    compiled = compile(f)
    try:
        compiled(*xs)
    except errors.ConcretizationError:
        assert row.name.startswith(BY_VALUE)
        return

    def pull(f: Callable[..., Any]) -> Callable[..., Any]:
        return lambda *xs: vjp(f, *xs)[1](cts)

    def twice(f: Callable[..., Any]) -> Any:
        return vjp(pull(f), *xs)[1](tuple(dxs))

    def pushed(f: Callable[..., Any]) -> Any:
        return jvp(f, tuple(xs), tuple(dxs))

    def batched(f: Callable[..., Any]) -> Any:
        return vmap(pull(f))(*(np.stack([x, x]) for x in xs))

    ways: list[Callable[[Callable[..., Any]], Any]] = [twice, pushed, batched]
    for way in ways:
        try:
            wanted = way(f)
        except Exception as error:
            with pytest.raises(type(error)):
                way(compiled)
            continue
        for a, b in zip(flatten(way(compiled))[0], flatten(wanted)[0], strict=True):
            assert np.shape(a) == np.shape(b)
            assert np.result_type(a) == np.result_type(b)
            tolerance = 1e-8 if np.result_type(b).itemsize > 4 else 1e-3
            np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance)
