"""Piecewise functions where it is not the same entries in every run or for all of a batch: as NumPy, or an error."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pytest

from tapegrad import checkpoint, numpy as tnp
from tapegrad.errors import ConcretizationError
from tests.untyped import (
    Function,
    compile,
    custom_jvp,
    elementwise_grad,
    grad,
    hessian,
    jacobian,
    plain,
    scan,
    vjp,
    vmap,
)

X = np.array([1.0, -2.0, 3.0, 4.0, -0.5])
V = np.array([1.0, 2.0, 3.0])
ROWS = np.stack([X, -X, np.abs(X), -np.abs(X), X[::-1]])
"""Of five entries, two, three, none and all are in the first piece."""


@custom_jvp(lambda primals, tangents: (primals[0] ** 2, 3.0 * primals[0] * tangents[0]))
def with_a_rule(v: Any) -> Any:
    return v * v


def square(v: Any) -> Any:
    return v * v


def double(v: Any) -> Any:
    return 2 * v


def centred(v: Any) -> Any:
    return v - plain.mean(v)


def scaled(v: Any) -> Any:
    return v * V


def line(v: Any, a: Any, b: Any) -> Any:
    return a * v + b


def caught(v: Any) -> Any:
    try:
        return centred(v)
    except Exception:
        return v


ELEMENTWISE: dict[str, Function] = {
    "formula": lambda v: v**2 / (1 + np.exp(-v)),
    "where": lambda v: plain.where(v > 2, np.sqrt(v), plain.clip(v, 0.0, 0.5)),
    "dtypes, copies, rounding": lambda v: plain.round(v.astype(np.float32).copy(), 1) + v,
    "constants of its shape": lambda v: v * np.full_like(v, 3.0) + np.zeros_like(v) + plain.full_like(v, np.nan),
    "a number": lambda v: 3.0,
    "axes": lambda v: v * v.ndim + np.ndim(v),
    "a slope": lambda v: elementwise_grad(lambda t: t * np.sin(t))(v),
    "a batch": vmap(lambda t: np.sin(t) * t),
    "a segment": checkpoint(np.sin),
    "pieces": lambda v: plain.piecewise(v, [v > 2], [np.sqrt, double]),
    "polyval": lambda v: plain.polyval([1.0, 2.0, 3.0], v),
}
TOGETHER: dict[str, tuple[Function, str]] = {
    "mean": (centred, "applies mean"),
    "reversed": (lambda v: v[::-1], "applies"),
    "cumsum": (lambda v: np.cumsum(v), "applies cumsum"),
    "sum": (lambda v: np.sum(v), "applies sum"),
    "sorted pieces": (lambda v: plain.piecewise(v, [v > 2], [np.sort, double]), "applies argsort"),
    "x.size": (lambda v: v * v.size, "number"),
    "np.size": (lambda v: v * np.size(v), "number"),
    "tapegrad.numpy.size": (lambda v: v * tnp.size(v), "number"),
    "len": (lambda v: v / len(v), "number"),
    "x.shape": (lambda v: v * np.ones(v.shape), "number"),
    "iteration": (lambda v: sum(e for e in v), "number"),
    "size in a derivative": (lambda v: elementwise_grad(lambda t: t * t * t.size)(v), "number"),
    "size in a compiled function": (compile(lambda v: v * v.size), "number"),
    "a loop": (lambda v: scan(lambda c, _: (c + v.mean(), None), 0.0, None, 2)[0] * v, "applies mean"),
    "caught": (caught, "applies mean"),
}


def pieces(f: Any) -> Any:
    def g(x: Any) -> Any:
        return plain.piecewise(x, [x > 0, x < -1], [f, double, -1.0])

    return g


def one_by_one(f: Any) -> Any:
    return np.stack([f(x) for x in ROWS])


@pytest.mark.parametrize("f", ELEMENTWISE.values(), ids=ELEMENTWISE)
@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")
def test_elementwise_functions(f: Any) -> None:
    g = pieces(f)
    for wanted, way in ((one_by_one(g), vmap(g)), (one_by_one(jacobian(g)), vmap(jacobian(g)))):
        for found in (way(ROWS), compile(way)(ROWS)):
            assert found.dtype == wanted.dtype
            np.testing.assert_allclose(found, wanted, rtol=1e-12)
    np.testing.assert_allclose(vmap(compile(g))(ROWS), one_by_one(g), rtol=1e-12)


@pytest.mark.parametrize(("f", "why"), TOGETHER.values(), ids=TOGETHER)
def test_functions_of_a_piece_as_a_whole(f: Any, why: str) -> None:
    """In a batch each element has its own entries; in a Program, where nobody knows which, there is an error."""
    g = pieces(f)
    np.testing.assert_allclose(vmap(g)(ROWS), one_by_one(g), rtol=1e-12)
    np.testing.assert_allclose(vmap(jacobian(g))(ROWS), one_by_one(jacobian(g)), rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(vmap(vmap(g))(ROWS[None]), one_by_one(g)[None], rtol=1e-12)
    for way, args in (
        (compile(g), X),
        (compile(vmap(g)), ROWS),
        (vmap(compile(g)), ROWS),
        (compile(jacobian(g)), X),
    ):
        with pytest.raises(ConcretizationError, match=rf"piecewise at test_piecewise.*{why}.* at test_.*np\.where\("):
            way(args)


def test_captured_values_have_derivatives() -> None:
    def loss(w: Any, x: Any) -> Any:
        def some(v: Any) -> Any:
            return w * v - plain.mean(v)

        def others(v: Any) -> Any:
            return w * v

        return np.sum(plain.piecewise(x, [x > 0, x < -1], [some, others, w]) ** 2)

    weights = np.linspace(-1.0, 2.0, len(ROWS))
    wanted = [grad(loss)(w, x) for w, x in zip(weights, ROWS, strict=True)]
    for dw, dx in (vmap(grad(loss))(weights, ROWS), grad(lambda w, x: np.sum(vmap(loss)(w, x)))(weights, ROWS)):
        np.testing.assert_allclose(dw, [one[0] for one in wanted], rtol=1e-12, atol=1e-14)
        np.testing.assert_allclose(dx, [one[1] for one in wanted], rtol=1e-12, atol=1e-14)
    curved = vmap(hessian(lambda x: loss(1.5, x)))(ROWS)
    np.testing.assert_allclose(curved, [hessian(lambda x: loss(1.5, x))(x) for x in ROWS], rtol=1e-12, atol=1e-14)


def test_rules_of_the_users_own_may_see_entries_together() -> None:
    g = pieces(with_a_rule)
    np.testing.assert_array_equal(vmap(jacobian(g))(ROWS), one_by_one(jacobian(g)))
    with pytest.raises(ConcretizationError, match="rule of its own"):
        compile(g)(X)


def test_a_function_is_not_called_for_an_empty_piece() -> None:
    """And with one entry there is nothing to be seen together."""
    empty = np.zeros((0, 3))
    assert compile(pieces(np.max))(empty).shape == (0, 3)
    one = pieces(centred)
    for x in (np.array(2.0), np.array([2.0]), np.array([[-2.0]])):
        np.testing.assert_array_equal(compile(one)(x), one(x))


@pytest.mark.parametrize("dtype", [np.float32, np.complex64, np.int8, np.bool_])
def test_results_have_the_dtype_of_the_array(dtype: Any) -> None:
    def f(x: Any) -> Any:
        return plain.piecewise(x, [np.real(x) > 0], [line, 2], np.float32(1.5), b=3)

    x = X.astype(dtype)
    wanted = f(x)
    for found in (compile(f)(x), vmap(f)(x[None])[0], compile(vmap(f))(x[None])[0]):
        assert found.dtype == wanted.dtype == dtype
        np.testing.assert_array_equal(found, wanted)


ON_ROWS: dict[str, Function] = {
    "rows and constants": lambda x: plain.piecewise(x, [x[:, 0] > 0], [scaled, [4.0, 5.0, 6.0]]),
    "rows": lambda x: plain.piecewise(x, [x[:, 0] > 0], [square, -1.0]),
    "all or nothing": lambda x: plain.piecewise(x, x[0, 0] > 0, [centred, np.negative]),
}


@pytest.mark.parametrize("f", ON_ROWS.values(), ids=ON_ROWS)
def test_conditions_on_the_first_axes(f: Any) -> None:
    x = np.arange(9.0).reshape(3, 3)[::-1] - 3
    for found in (vjp(f, x)[0], compile(f)(x), vmap(f)(x[None])[0]):
        np.testing.assert_array_equal(found, f(x))


def test_conditions_and_constants_have_to_fit() -> None:
    def short(x: Any) -> Any:
        return np.sum(plain.piecewise(x, [x[:2] > 0], [1.0, x]))

    def constants(x: Any) -> Any:
        return np.sum(plain.piecewise(x, [x > 0], [[1.0, 2.0, 3.0], 0.0]) * x)

    np.testing.assert_array_equal(grad(constants)(X), [1.0, 0.0, 2.0, 3.0, 0.0])
    with pytest.raises(IndexError, match=r"shape \(2,\)"):
        grad(short)(X)
    with pytest.raises(ConcretizationError, match="not computed from them"):
        compile(constants)(X)


def test_an_array_as_long_as_all_entries_is_not_of_a_piece() -> None:
    """NumPy cannot line it up with the entries of one either."""

    def others(v: Any) -> Any:
        return v * X

    def own(x: Any) -> Any:
        return plain.piecewise(x, [x > 0], [partial(np.multiply, x), 0.0])

    with pytest.raises(ValueError, match="broadcast"):
        vmap(pieces(others))(ROWS)
    for f in (pieces(others), own):
        with pytest.raises(ConcretizationError, match="an array that is as long"):
            compile(f)(X)
