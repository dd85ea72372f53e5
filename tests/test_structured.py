"""Loops and choices in Programs: one equation each, in all modes and orders what the eager forms are."""

from __future__ import annotations

from collections.abc import Callable
import pickle
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
import pytest

from tapegrad import errors, no_grad
from tapegrad._tree import flatten
from tapegrad.sparse import jacobian_sparsity
from tests.untyped import compile, cond, fori_loop, grad, hessian, jvp, plain, scan, trace, vmap, while_loop

Array = NDArray[np.float64]
Map: TypeAlias = Callable[[Any, Any, Any], Any]
WEIGHTS = np.array([[0.5, 0.1], [0.2, 0.3]])
ROWS = np.linspace(0, 1, 20).reshape(10, 2)
START = np.array([0.1, 0.2])


def by_scan(x: Array, w: Array, rows: Array) -> Any:
    def step(carry: dict[str, Any], row: Array) -> tuple[dict[str, Any], Any]:
        h = np.tanh(w @ carry["h"] + row)
        return {"h": h, "steps": carry["steps"] + 1}, (np.sum(h), None)

    last, (sums, _) = scan(step, {"h": x, "steps": 0}, rows)
    return np.sum(last["h"]) * last["steps"] + np.sum(sums**2)


def by_fori(x: Array, w: Array, rows: Array) -> Any:
    return np.sum(fori_loop(0, 7, lambda i, h: np.tanh(w @ h + plain.take(rows, i, 0)), x) ** 2)


def by_reverse(x: Array, w: Array, rows: Array) -> Any:
    carry, ys = scan(lambda c, r: (c * np.sin(r[0]) + w[0], c), x, rows, reverse=True)
    return np.sum(carry**2) + np.sum(ys[1:] * rows[1:])


def by_cond(x: Array, w: Array, rows: Array) -> Any:
    return cond(np.sum(x * w[0]) > 0.2, lambda x: np.sum(np.exp(x) * rows[0]), lambda x: np.sum(x**2 * w[1]), x)


def nested(x: Array, w: Array, rows: Array) -> Any:
    def step(c: Array, row: Array) -> tuple[Array, Any]:
        c = fori_loop(0, 3, lambda i, c: np.cos(w @ c) + row, c)
        return c, cond(c[0] > 0.5, lambda c: c[0] * 2.0, lambda c: c[1] ** 2, c)

    last, ys = scan(step, x, rows)
    return np.sum(last) + np.sum(ys)


def pushed(f: Map) -> Map:
    return lambda x, w, rows: jvp(f, (x, w, rows), (x, w, rows))[1]


FUNCTIONS = (by_scan, by_fori, by_reverse, by_cond, nested)
WAYS: dict[str, Callable[[Map], Map]] = {
    "value": lambda f: f,
    "grad": grad,
    "jvp": pushed,
    "forward over reverse": lambda f: pushed(grad(f)),
    "reverse over reverse": lambda f: grad(lambda x, w, rows: np.sum(grad(f)(x, w, rows)[0] ** 2)),
    "reverse over forward": lambda f: grad(pushed(f)),
    "hessian": lambda f: lambda x, w, rows: hessian(lambda x: f(x, w, rows))(x),
    "batch of gradients": lambda f: lambda x, w, rows: vmap(lambda x: grad(f)(x, w, rows))(np.stack([x, x + 1, -x])),
    "gradient of a batch": lambda f: grad(
        lambda x, w, rows: np.sum(vmap(lambda w, r: f(x, w, r), (0, None))(np.stack([w, 2 * w]), rows))
    ),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("f", FUNCTIONS)
def test_compiled_as_eager(f: Map, way: str) -> None:
    g = WAYS[way](f)
    compiled = compile(g)
    compiled.program(START - 0.3, WEIGHTS, ROWS)
    for x in (START, -START):
        for a, b in zip(flatten(compiled(x, WEIGHTS, ROWS))[0], flatten(g(x, WEIGHTS, ROWS))[0], strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-14)
    assert compiled.stats.programs == 1


def test_a_loop_is_one_equation_however_long() -> None:
    def f(x: float, n: int) -> Any:
        return fori_loop(0, n, lambda i, x: np.sin(x), x)

    short, long = (trace(grad(lambda x, n=n: f(x, n)))(0.5) for n in (10, 1_000))
    assert len(short.equations) == len(long.equations) < 10
    assert compile(grad(lambda x: f(x, 1_000)))(0.5) == pytest.approx(grad(lambda x: f(x, 1_000))(0.5))


def test_programs_with_loops_are_values() -> None:
    args = START, WEIGHTS, ROWS
    program = trace(nested)(*args)
    assert program == trace(nested)(*args)
    assert hash(program) == hash(trace(nested)(*args))
    again = pickle.loads(pickle.dumps(program))
    assert again == program
    np.testing.assert_array_equal(again.evaluate(args), program.evaluate(args))


def test_a_loop_is_a_loop_of_python() -> None:
    source = compile(nested).source(START, WEIGHTS, ROWS)
    assert source.count("for ") == 2
    assert source.count("if ") == 1
    assert source.count("errstate.set(") == 1
    assert source.count("def ") == 2  # the equations, and what calls them


def test_what_is_stacked_is_computed_in_its_row() -> None:
    def f(x: Array, rows: Array) -> Any:
        return scan(lambda c, r: (c * 0.5, (c + r, c, np.sum(c))), x, rows)

    compiled = compile(f)
    assert compiled.source(START, ROWS).count("[...] = ") == 1
    for a, b in zip(flatten(compiled(START, ROWS))[0], flatten(f(START, ROWS))[0], strict=True):
        np.testing.assert_array_equal(a, b)


def test_single_numbers_are_carried_as_floats_of_python() -> None:
    compiled = compile(lambda x: fori_loop(0, 5, lambda i, c: c * x / (i + 1), 1.0))
    inside = compiled.source(2.0).partition("for ")[2].partition("return")[0]
    assert "float64" not in inside
    assert compiled(3.0) == pytest.approx(3.0**5 / 120)
    assert type(compiled(3.0)) is float
    assert type(compiled(np.float64(3.0))) is np.float64


def test_nothing_that_comes_out_of_a_loop_is_shared() -> None:
    def f(x: Array, rows: Array) -> Any:
        last, ys = scan(lambda c, r: ((c[0], r, c[2][::-1]), r), (x, x, x), rows)
        return last, ys, cond(x[0] > 0, lambda x: (x, x), lambda x: (x[::-1], x), x)

    out = flatten(compile(f)(START, ROWS))[0]
    for i, a in enumerate(out):
        assert not any(np.may_share_memory(a, b) for b in (*out[:i], START, ROWS))
    for a, b in zip(out, flatten(f(START, ROWS))[0], strict=True):
        np.testing.assert_array_equal(a, b)


def by_index(x: Any) -> Any:
    return np.sum(fori_loop(0, 4, lambda i, c: c * i + x / (1 + i), x) ** 2)


OF_ONE: dict[str, Callable[[Any], Any]] = {
    "value": by_index,
    "grad": grad(by_index),
    "jvp": lambda x: jvp(by_index, (x,), (x,))[1],
    "batch": vmap(by_index),
    "batch of gradients": vmap(grad(by_index)),
}


@pytest.mark.parametrize("way", OF_ONE)
def test_the_index_is_a_number_of_python(way: str) -> None:
    f = OF_ONE[way]
    x = np.array([1.0, 2.0, 3.0], np.float32)
    eager, compiled, again = f(x), compile(f)(x), compile(compile(f))(x)
    assert eager.dtype == compiled.dtype == again.dtype == np.float32
    np.testing.assert_allclose(compiled, eager, rtol=1e-6)


def newton(a: Any) -> Any:
    return while_loop(lambda x: np.abs(x * x - a) > 1e-12, lambda x: (x + a / x) / 2, a * 1.0)


def test_while_goes_on_as_long_as_the_values_say() -> None:
    compiled = compile(newton)
    assert compiled(2.0) == pytest.approx(2**0.5)
    assert compiled(1e6) == pytest.approx(1e3)
    assert compile(lambda a: jvp(newton, (a,), (1.0,))[1])(2.0) == pytest.approx(0.5 / 2**0.5)
    np.testing.assert_allclose(compile(vmap(newton))(np.array([2.0, 9.0, 1e6])), [2**0.5, 3, 1e3])
    slopes = compile(vmap(lambda a: jvp(newton, (a,), (1.0,))[1]))(np.array([2.0, 9.0]))
    np.testing.assert_allclose(slopes, [0.5 / 2**0.5, 1 / 6])
    assert grad(compiled)(2.0) == pytest.approx(0.5 / 2**0.5)
    rows = np.array([2.0, 9.0])
    by_rows = compile(lambda rows: scan(lambda c, a: (c + newton(a), newton(a)), 0.0, rows))
    total, roots = by_rows(rows)
    assert total == pytest.approx(2**0.5 + 3)
    np.testing.assert_allclose(roots, [2**0.5, 3])
    assert compile(lambda x: while_loop(lambda c: c[0] < 0, lambda c: (c[0], c[1] * x), (1.0, x)))(2.0) == (1.0, 2.0)


def test_a_loop_sees_no_nan_that_is_only_late() -> None:
    def f(x: Array) -> Any:
        slope = grad(lambda x: np.sum(np.where(x > 0, np.log(x), 0.0)))(x)
        return while_loop(lambda c: np.logical_not(c > 3.0), lambda c: c + 1.0 + np.sum(slope), 0.0), slope

    assert "settle" in compile(lambda x: f(x)[1]).source(START)
    count, slope = compile(f)(np.array([0.0, 1.0]))
    assert count == 4.0
    np.testing.assert_array_equal(slope, [0.0, 1.0])


def test_while_in_reverse_cannot_be_recorded() -> None:
    with pytest.raises(
        errors.ConcretizationError, match=r"while_loop at test_structured.py:\d+.*jvp.*fori_loop.*custom_fixed_point"
    ):
        compile(grad(newton))(2.0)


def test_cond_outside_of_programs() -> None:
    calls: list[str] = []

    def noted(branch: str, out: float) -> float:
        calls.append(branch)
        return out

    def f(x: float) -> Any:
        return cond(x > 1.0, lambda x: noted("true", x**2), lambda x: noted("false", -x), x)

    assert grad(f)(3.0) == 6.0
    assert calls == ["true"]
    np.testing.assert_array_equal(vmap(grad(f))(np.array([3.0, 0.0])), [6.0, -1.0])


def paused_loop(x: float) -> Any:
    with no_grad():
        c, _ = scan(lambda c, r: (c * r, None), x, np.full(5, 2.0))
    return c * x


def paused_choice(x: float) -> Any:
    with no_grad():
        c = cond(x > 1.0, lambda x: x * 3.0, lambda x: x, x)
    return c * x


@pytest.mark.parametrize("f", [paused_loop, paused_choice])
def test_what_is_paused_is_a_constant(f: Any) -> None:
    assert compile(grad(f))(2.0) == grad(f)(2.0)
    assert compile(lambda x: jvp(f, (x,), (1.0,))[1])(2.0) == grad(f)(2.0)


def pattern_of(f: Callable[[Any], Any], x: Array) -> Any:
    return jacobian_sparsity(f)(x).toarray()


def test_a_level_that_knows_nothing_of_loops_sees_their_operations() -> None:
    x = np.arange(1.0, 5.0)
    loops: list[Callable[[Any], Any]] = [
        lambda x: scan(lambda c, r: (c * r, c + r), x[0], x)[1],
        lambda x: fori_loop(0, 3, lambda i, v: v * v, x),
        lambda x: while_loop(lambda v: v[0] < 100.0, lambda v: v * v + 1.0, x),
        lambda x: cond(x[0] > 0, lambda v: v * 2.0, lambda v: v, x),
    ]
    for f in loops:
        pattern = pattern_of(f, x)
        np.testing.assert_array_equal(pattern_of(compile(f), x), pattern)
        assert np.any(pattern)


def test_a_stale_variable() -> None:
    kept: list[Any] = []

    def f(x: float) -> float:
        kept.append(x)
        return x

    c = compile(lambda x: fori_loop(0, 3, lambda i, v: v * v, x))
    grad(f)(2.0)
    with pytest.raises(errors.SealedTapeError):
        c(kept[0])


def test_a_condition_that_is_a_truth_value_of_python() -> None:
    compiled = compile(lambda flag, x: cond(flag, np.sin, np.cos, x))
    assert compiled(True, 2.0) == np.sin(2.0)
    assert compiled(False, 2.0) == np.cos(2.0)


def test_what_needs_no_carry_is_computed_for_all_steps_at_once() -> None:
    def f(w: Array, x: Array, rows: Array) -> Any:
        return np.sum(scan(lambda h, r: (np.tanh(w @ h + np.cos(w @ r)), h), x, rows)[1] ** 2)

    args = WEIGHTS, START, ROWS
    program = trace(f)(*args)
    (loop,) = [eq for eq in program.equations if eq.primitive.name == "scan"]
    assert [eq.primitive.name for eq in loop.primitive.parts()["body"].equations] == ["matvec", "add", "tanh"]
    back = [eq for eq in compile(grad(f)).program(*args).equations if eq.primitive.name == "scan"][-1]
    assert {"matvec", "tanh"}.isdisjoint(eq.primitive.name for eq in back.primitive.parts()["body"].equations)
    for a, b in zip(compile(grad(f))(*args), grad(f)(*args), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12)


def test_what_comes_out_has_a_dtype_of_its_own() -> None:
    x = np.array([0.5, 2.0], np.float32)
    compiled = compile(lambda x: x * cond(np.sum(x) > 0, lambda x: np.float64(1.0), lambda x: np.float64(2.0), x))
    assert compiled(x).dtype == compiled(-x).dtype == np.float64
    counted = compile(lambda x: x * fori_loop(0, 2, lambda i, c: 2, 1))
    assert counted(x).dtype == np.float32


def test_a_carry_that_is_a_number_comes_out_as_numpys() -> None:
    def f(x: float) -> Any:
        for _ in range(12):
            x = np.sin(x)
        return scan(lambda y, _: (1.5 * y + y, None), x, None, length=3)[0]

    assert type(compile(f)(np.float64(0.5))) is np.float64


def test_branches_that_differ() -> None:
    def f(x: float) -> Any:
        return cond(x > 1.0, lambda x: np.stack([x, x]), lambda x: x, x)

    with pytest.raises(TypeError, match=r"cond at test_structured.py:\d+, in f: in one branch the result is"):
        compile(f)(2.0)
    with pytest.raises(errors.DomainError, match="one truth value"):
        compile(lambda x: cond(x > 0, np.sin, np.cos, x))(np.ones(2))


def test_a_carry_that_changes_is_an_error_in_programs_too() -> None:
    with pytest.raises(TypeError, match="the carry"):
        compile(lambda x: fori_loop(0, 5, lambda i, c: np.stack([c, c]), x))(1.0)


def test_a_carry_of_integers_sends_nothing_back() -> None:
    def f(x: Array, w: float) -> Any:
        return np.sum(scan(lambda i, row: (i + 1, i * row * w), 0, x)[1] ** 2)

    for found, eager in zip(compile(grad(f))(START, 2.0), grad(f)(START, 2.0), strict=True):
        np.testing.assert_allclose(found, eager, rtol=1e-12)


def carried(carry: tuple[Array, Any], row: Array) -> Any:
    return (np.sin(carry[0] * row), carry[1]), (row * carry[0], None)


WITH_A_NAME: list[Callable[[Any, Any], Any]] = [
    lambda x, name: scan(carried, (x, name), ROWS)[0],
    lambda x, name: fori_loop(0, 3, lambda i, carry: carried(carry, ROWS[0])[0], (x, name)),
    lambda x, name: while_loop(lambda c: np.sum(c[0]) > 1e-5, lambda c: carried(c, ROWS[0])[0], (x, name)),
    lambda x, name: cond(x[0] > 0, lambda x, name: (x**2, name), lambda x, name: (-x, name), x, name),
]


@pytest.mark.parametrize("name", [None, "sum"])
@pytest.mark.parametrize("f", WITH_A_NAME)
def test_what_is_no_number_stays_outside(f: Callable[[Any, Any], Any], name: str | None) -> None:
    def pushed(f: Callable[[Any, Any], Any], x: Array) -> Array:
        slope: Array = jvp(lambda x: f(x, name)[0], (x,), (x,))[1]
        return slope

    compiled = compile(f)
    assert compiled(START, name)[1] is name
    np.testing.assert_allclose(compiled(START, name)[0], f(START, name)[0], rtol=1e-12)
    for found in (compile(lambda x: pushed(f, x))(START), pushed(compiled, START)):
        np.testing.assert_allclose(found, pushed(f, START), rtol=1e-12)


def test_a_loop_over_nothing() -> None:
    assert compile(lambda x: fori_loop(0, 3, lambda i, carry: carry, ()))(1.0) == ()


def test_what_is_no_number_does_not_depend_on_values() -> None:
    loops: list[Callable[[float], Any]] = [
        lambda x: fori_loop(0, 3, lambda i, carry: (carry[0], carry[1] + "a"), (x, "a")),
        lambda x: while_loop(lambda carry: carry[0] < 1, lambda carry: (carry[0], carry[1] + "a"), (x, "a")),
    ]
    for loop in loops:
        with pytest.raises(TypeError, match=r"test_structured.*carry\[1\] began as 'a', and after a step it is 'aa'"):
            compile(loop)(2.0)
    with pytest.raises(TypeError, match=r"the result\[1\] is None, in the other float64 of shape \(\)"):
        compile(lambda x: cond(x > 1, lambda x: (x, None), lambda x: (x, x), x))(2.0)
    with pytest.raises(TypeError, match="y is made of numbers and arrays, not 'a'"):
        compile(lambda x: scan(lambda c, _: (c, "a"), x, None, length=2))(2.0)
