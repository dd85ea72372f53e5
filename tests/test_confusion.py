"""Perturbation confusion: derivatives that are alive at the same time, and what outlives its transform.

The first examples are those of Siskind and Pearlmutter (2005) and of Manzyuk and others (2019).
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from itertools import product
from typing import Any, TypeAlias

import numpy as np
import pytest

from tapegrad import Tape, is_variable
from tapegrad._tree import flatten
from tapegrad.errors import SealedTapeError, SegmentError
from tests.untyped import (
    checkpoint,
    custom_vjp,
    derivative,
    grad,
    hessian,
    jacfwd,
    jacrev,
    jvp,
    linearize,
    scan,
    vjp,
    vmap,
)

Map: TypeAlias = Callable[[Any], Any]


def by_vmapped_jvp(f: Map) -> Map:
    return lambda x: vmap(lambda dx: jvp(f, (x,), (dx,))[1])(np.array([1.0, 2.0]))[0]


def by_vmapped_grad(f: Map) -> Map:
    return lambda x: vmap(grad(f))(np.stack([x, x + 1.0]))[0]


def by_hessian(f: Map) -> Map:
    """The second derivative of t f(x + t) / 2 at t = 0 is f'(x)."""
    return lambda x: hessian(lambda t: t * f(x + t) / 2)(0.0)


def through_scan(f: Map) -> Map:
    def total(x: Any) -> Any:
        return scan(lambda total, share: (total + share * f(x), None), 0.0, np.array([0.25, 0.75]))[0]

    return lambda x: grad(total)(x)


def through_custom_rules(f: Map) -> Map:
    rule = custom_vjp(lambda x: (f(x), x), lambda x, ct: (ct * jvp(f, (x,), (1.0,))[1],))
    return lambda x: grad(rule(f))(x)


D: dict[str, Callable[[Map], Map]] = {
    "grad": grad,
    "jvp": lambda f: lambda x: jvp(f, (x,), (1.0,))[1],
    "vjp": lambda f: lambda x: vjp(f, x)[1](1.0)[0],
    "linearize": lambda f: lambda x: linearize(f, x)[1](1.0),
    "jacfwd": jacfwd,
    "jacrev": jacrev,
    "hessian": by_hessian,
    "derivative": derivative,
    "checkpoint": lambda f: grad(checkpoint(f)),
    "scan": through_scan,
    "custom_vjp": through_custom_rules,
    "vmap of jvp": by_vmapped_jvp,
    "vmap of grad": by_vmapped_grad,
}
PAIRS = list(product(D, repeat=2))
FORWARD = ("jvp", "linearize", "derivative", "jacfwd", "vmap of jvp")


@pytest.mark.parametrize(("outer", "inner"), PAIRS)
def test_of_the_inner_variable_only(outer: str, inner: str) -> None:
    """d/dx (x d/dy (x + y)) is 1; with x y it is 2 x; with x y² at y = x it is 6 x²."""
    d, e = D[outer], D[inner]
    np.testing.assert_allclose(d(lambda x: x * e(lambda y: x + y)(1.0))(1.0), 1.0, rtol=1e-13)
    np.testing.assert_allclose(d(lambda x: x * e(lambda y: x * y)(2.0))(3.0), 6.0, rtol=1e-13)
    np.testing.assert_allclose(d(lambda x: x * e(lambda y: x * y * y)(x))(3.0), 54.0, rtol=1e-13)
    np.testing.assert_allclose(d(lambda x: e(lambda y: x)(1.0) + e(lambda y: y)(x) * x)(3.0), 1.0, rtol=1e-13)


@pytest.mark.parametrize(("outer", "inner"), PAIRS)
def test_a_function_of_a_function(outer: str, inner: str) -> None:
    """The two share f, whose captured value belongs to neither."""
    factor = np.array(3.0)

    def f(y: Any) -> Any:
        return factor * y**3

    d, e = D[outer], D[inner]
    np.testing.assert_allclose(d(e(f))(2.0), 36.0, rtol=1e-12)
    np.testing.assert_allclose(d(lambda x: e(f)(x) * f(x))(1.0), 18 * 3 + 81, rtol=1e-12)


@pytest.mark.parametrize("name", FORWARD)
def test_a_derivative_that_is_a_function(name: str) -> None:
    """Manzyuk's "amazing" bug: D f is x -> d/dt f(x + t) at 0, and D is applied to its own result."""

    def d(f: Map) -> Map:
        return lambda x: D[name](lambda t: f(x + t))(0.0)

    np.testing.assert_allclose(d(d(lambda x: np.exp(2 * x)))(0.3), 4 * np.exp(0.6), rtol=1e-12)

    def sine(k: int) -> Map:
        return lambda x: np.sin(k * x)

    shifted = [d(sine(k)) for k in range(3)]
    np.testing.assert_allclose([d(g)(0.5) for g in shifted], [-k * k * np.sin(k * 0.5) for k in range(3)], rtol=1e-12)


@pytest.mark.parametrize("name", D)
def test_functions_that_the_differentiated_function_returns(name: str) -> None:
    """A closure over x is called while x is alive, at inner levels too, and by another derivative."""

    def shift(x: Any) -> Map:
        return lambda y: x * x * y

    d = D[name]
    np.testing.assert_allclose(d(lambda x: d(shift(x))(x) + shift(x)(d(shift(2.0))(x)))(3.0), 6.0 + 24.0, rtol=1e-13)


@pytest.mark.parametrize(("outer", "inner"), PAIRS)
def test_values_in_a_captured_list(outer: str, inner: str) -> None:
    """What an inner function notes of the outer variable is that variable still; a checkpoint keeps nothing of it."""

    def f(x: Any) -> Any:
        notes: list[Any] = []

        def g(y: Any) -> Any:
            notes.append(x * x)
            return y * x

        return D[inner](g)(2.0) * notes[-1]

    try:
        found = D[outer](f)(3.0)
    except SegmentError:
        assert inner == "checkpoint"
    else:
        np.testing.assert_allclose(found, 27.0, rtol=1e-13)


@pytest.mark.parametrize("name", D)
def test_a_tangent_that_is_used_again(name: str) -> None:
    """The tangent of one jvp is the direction, and the point, of another."""

    def f(x: Any) -> Any:
        out, tangent = jvp(lambda y: y * y * x, (x,), (x,))
        again = jvp(lambda y: y * x, (tangent,), (out,))[1]
        return again + tangent

    # out = x³, tangent = 2 x³, again = x⁴
    np.testing.assert_allclose(D[name](f)(2.0), 4 * 8 + 6 * 4, rtol=1e-13)


@pytest.mark.parametrize("name", D)
def test_pullbacks_and_linear_maps_of_an_outer_point(name: str) -> None:
    """Made once at a point that depends on x, called at several levels further in."""

    def f(x: Any) -> Any:
        _, pull = vjp(lambda y: y * y * x, x)
        _, linear = linearize(lambda y: y * y * x, x)
        twice = D[name](lambda ct: pull(ct)[0] + linear(ct))(1.0)  # 2 x² twice
        return twice + pull(x)[0] - linear(x)

    np.testing.assert_allclose(D[name](f)(3.0), 8 * 3.0, rtol=1e-13)


@pytest.mark.parametrize(("outer", "inner"), PAIRS)
def test_two_inner_derivatives_side_by_side(outer: str, inner: str) -> None:
    """Levels that were opened one after the other, not one in the other, at the same depth."""
    d, e = D[outer], D[inner]

    def f(x: Any) -> Any:
        first = e(lambda y: x * y * y)(1.0)
        second = e(lambda y: first * y + x)(5.0)
        return first * second

    np.testing.assert_allclose(d(f)(3.0), 8 * 3.0, rtol=1e-13)


@pytest.mark.parametrize("name", D)
def test_interleaved_tapes(name: str) -> None:
    """A tape that begins before a derivative and ends after it, and one that begins inside."""
    with Tape() as tape:
        x = tape.watch(3.0)
        slope = D[name](lambda y: y * y * x)(x)
        out = slope * x
    np.testing.assert_allclose(tape.gradient(out, x), 6 * 9.0, rtol=1e-13)

    def f(x: Any) -> Any:
        with Tape() as inside:
            y = inside.watch(x)
            z = y * y * x
        return inside.gradient(z, y)

    np.testing.assert_allclose(D[name](f)(3.0), 12.0, rtol=1e-13)


def test_mixed_partials_by_any_pair() -> None:
    def mixed(outer: str, inner: str) -> Any:
        return D[outer](lambda x: D[inner](lambda y: np.exp(x * y))(0.7))(0.3)

    for outer, inner in PAIRS:
        wanted = (1 + 0.3 * 0.7) * np.exp(0.3 * 0.7)
        np.testing.assert_allclose(mixed(outer, inner), wanted, rtol=1e-12, err_msg=f"{outer} of {inner}")


# --- what outlives its transform is an error -------------------------------------------------------------------------

RUNS: dict[str, Callable[[Map], Any]] = {
    "grad": lambda f: grad(f)(2.0),
    "jvp": lambda f: jvp(f, (2.0,), (1.0,)),
    "vjp": lambda f: vjp(f, 2.0),
    "vmap": lambda f: vmap(f)(np.array([1.0, 2.0])),
    "jacfwd": lambda f: jacfwd(f)(2.0),
    "jacrev": lambda f: jacrev(f)(2.0),
    "hessian": lambda f: hessian(f)(2.0),
    "linearize": lambda f: linearize(f, 2.0),
    "derivative": lambda f: derivative(f)(2.0),
    "checkpoint": lambda f: grad(checkpoint(f))(2.0),
    "scan": lambda f: grad(lambda x: scan(lambda c, s: (f(c) * s, None), x, np.ones(2))[0])(2.0),
}


@pytest.mark.parametrize(("kept", "used"), list(product(RUNS, repeat=2)))
def test_what_escaped_is_refused(kept: str, used: str) -> None:
    notes: list[Any] = []

    def note(x: Any) -> Any:
        notes.append(x * x)
        return x * 1.0

    RUNS[kept](note)
    escaped = [note for note in notes if is_variable(note)]
    assert escaped
    for i in range(len(escaped)):
        with pytest.raises(SealedTapeError):
            RUNS[used](lambda x: x * escaped[i])  # noqa: B023  (called here and now)
        with pytest.raises(SealedTapeError):
            RUNS[used](lambda x: escaped[i])  # noqa: B023


@pytest.mark.parametrize("name", RUNS)
def test_a_pullback_of_an_outer_point_that_escaped(name: str) -> None:
    notes: list[Callable[[Any], Any]] = []

    def note(x: Any) -> Any:
        notes.append(vjp(lambda y: x * y, 2.0)[1])
        notes.append(linearize(lambda y: x * y, 2.0)[1])
        return x * 1.0

    RUNS[name](note)
    for escaped in notes:
        try:
            found = flatten(escaped(1.0))[0]
        except SealedTapeError:
            continue
        assert not any(map(is_variable, found))


@pytest.mark.parametrize("name", ["grad", "jvp", "vmap", "jacfwd", "linearize"])
def test_a_generator_that_goes_on_after_its_transform(name: str) -> None:
    """Suspended inside the transform, resumed after it."""
    notes: list[Generator[Any, None, None]] = []

    def steps(x: Any) -> Generator[Any, None, None]:
        while True:
            x = x * 2.0
            yield x

    def f(x: Any) -> Any:
        generator = steps(x)
        notes.append(generator)
        return next(generator) + next(generator)

    RUNS[name](f)
    with pytest.raises(SealedTapeError):
        next(notes[0])
