"""`trace` and `compile`: Programs as values, and as code that computes what the function does."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
import inspect
import math
from multiprocessing import get_context
import os
from pathlib import Path
import pickle
from threading import current_thread
from typing import Any, TypeAlias
import warnings

import attrs
import numpy as np
from numpy.typing import NDArray
import pytest
import scipy.linalg

import tapegrad
from tapegrad import at, errors, stop_gradient, using_config
from tapegrad._program.passes.pipeline import PASSES, optimised
from tapegrad._program.source import running
from tapegrad._program.source.memory import Workspace
from tapegrad._tree import flatten
from tapegrad.implicit import custom_root
from tapegrad.program import check, costs, load, save
from tests.untyped import (
    Function,
    checkpoint,
    compile,
    cond,
    custom_jvp,
    custom_vjp,
    fori_loop,
    grad,
    hessian,
    jvp,
    plain,
    scan,
    trace,
    value_and_grad,
    vjp,
    vmap,
    while_loop,
)

Array = NDArray[np.float64]


def goldstein(x: float, y: float) -> float:
    return (1 + (x + y + 1) ** 2 * (19 - 14 * x + 3 * x**2 - 14 * y + 6 * x * y + 3 * y**2)) * (
        30 + (2 * x - 3 * y) ** 2 * (18 - 32 * x + 12 * x**2 + 48 * y - 36 * x * y + 27 * y**2)
    )


def wave(x: Array) -> np.float64:
    return np.sum(np.exp(-(x**2)) * np.sin(x) + np.log1p(x**2) / (1 + x**2))


def mixed(p: dict[str, Any], x: Array) -> Any:
    hidden = np.tanh(x @ p["w"] + p["b"])
    return {"loss": plain.mean(hidden**2), "hidden": (hidden[:, 1:], p["b"])}


POINT = {"w": np.linspace(-1, 1, 6).reshape(3, 2), "b": np.array([0.1, -0.2])}
DATA = np.linspace(0, 1, 12).reshape(4, 3)


Plain: TypeAlias = Callable[[Any], Any]
Changed: TypeAlias = Callable[[Plain], Plain]


def assert_equal(a: Any, b: Any) -> None:
    (actual, structure), (wanted, expected) = flatten(a), flatten(b)
    assert structure == expected
    for u, v in zip(actual, wanted, strict=True):
        assert type(u) is type(v)
        assert np.result_type(u) == np.result_type(v)
        np.testing.assert_allclose(u, v, rtol=1e-13)


class TestProgram:
    def test_is_a_value(self) -> None:
        program = trace(grad(goldstein))(1.0, 2.0)
        again = trace(grad(goldstein))(3.0, 4.0)
        assert program == again
        assert hash(program) == hash(again)
        assert program != trace(goldstein)(1.0, 2.0)
        assert pickle.loads(pickle.dumps(program)) == program

    def test_names_its_inputs(self) -> None:
        program = trace(mixed)(POINT, DATA)
        assert program.names == ("p['b']", "p['w']", "x")
        assert str(program).splitlines()[2] == "x                    :  float64[4,3]  input"

    def test_costs_what_it_does(self) -> None:
        found = costs(trace(lambda a, b: np.sin(a @ b))(np.ones((4, 3)), np.ones((3, 5))))
        assert [(cost.flops, cost.bytes) for cost in found.each] == [(120, 376), (20, 320)]
        assert repr(found) == "<Costs: 140 flops, 696 bytes, at most 536 bytes at once>"
        assert str(found).splitlines()[-1].endswith("in all; at most 536 bytes at once")
        assert repr(compile(wave).profile(np.ones(3))).startswith("<Profile: ")

    @pytest.mark.parametrize("leaves", [(DATA[:3],), (DATA.astype(np.float32),), (1.0,), (DATA, 1.0), (), ("x",)])
    def test_holds_for_the_shapes_that_it_was_recorded_for(self, leaves: Any) -> None:
        program = trace(grad(np.mean))(DATA)
        np.testing.assert_array_equal(program(DATA + 1), np.full((4, 3), 1 / 12))
        with pytest.raises(TypeError, match=r"a Program of \(.*: float64\[4,3\]\) was called at test_compile.py"):
            program(*leaves)

    @pytest.mark.parametrize("f", [mixed, vjp])
    def test_every_pass_gives_a_valid_program_for_the_same(self, f: Any) -> None:
        def both(p: dict[str, Any], x: Array) -> Any:
            return vjp(mixed, p, x)[1](mixed(p, x)) if f is vjp else mixed(p, x)

        program = trace(both)(POINT, DATA)
        leaves = [POINT["b"], POINT["w"], DATA]
        wanted = program.evaluate(leaves, _compute)
        check(program)
        for each in PASSES:
            program = each(program)
            check(program)
            for a, b in zip(program.evaluate(leaves, _compute), wanted, strict=True):
                np.testing.assert_allclose(a, b, rtol=1e-14)

    def test_passes_leave_out_what_is_not_needed(self) -> None:
        def f(x: float) -> float:
            np.sin(x)  # dead
            return (x * 1.0 + x * 1.0) / 1 - 0.0  # the same twice; identities

        program = optimised(trace(f)(2.0))
        assert [eq.primitive.name for eq in program.equations] == ["add"]

    def test_an_invalid_program_is_found(self) -> None:
        program = trace(goldstein)(1.0, 2.0)
        with pytest.raises(ValueError, match="not defined before"):
            check(program.replaced(program.equations[1:]))
        with pytest.raises(ValueError, match="defined already"):
            check(program.replaced((*program.equations, program.equations[-1])))

    def test_constants_are_kept_apart(self) -> None:
        def f(x: float, c: float) -> float:
            return x * c

        programs = {trace(lambda x, c=c: f(x, c))(1.0) for c in (0.0, -0.0, 1, 1.0, np.float64(1.0), np.nan)}
        assert len(programs) == 6

    def test_saved_and_loaded(self, tmp_path: Path) -> None:
        program = optimised(trace(vjp_of_mixed)(POINT, DATA))
        save(program, tmp_path / "program")
        loaded = load(tmp_path / "program")
        assert loaded == program
        assert hash(loaded) == hash(program)
        for a, b in zip(
            loaded.evaluate([POINT["b"], POINT["w"], DATA], _compute),
            program.evaluate([POINT["b"], POINT["w"], DATA], _compute),
            strict=True,
        ):
            np.testing.assert_array_equal(a, b)

    def test_files_that_are_no_program(self, tmp_path: Path) -> None:
        (tmp_path / "program.json").write_text("{}")
        with pytest.raises(ValueError, match="hold no Program"):
            load(tmp_path / "program")


def vjp_of_mixed(p: dict[str, Any], x: Array) -> Any:
    out, pull = vjp(mixed, p, x)
    return pull(out)


def _compute(primitive: Any, *args: Any) -> Any:
    return primitive.compute(*args)


@attrs.frozen
class Model:
    scale: float

    @compile
    def scaled(self, x: Array) -> Array:
        return x * self.scale


class TestCompile:
    @pytest.mark.parametrize("kind", [float, np.float64, np.array, np.float32])
    def test_numbers(self, kind: Any) -> None:
        x, y = kind(1.5), kind(-0.5)
        assert_equal(compile(goldstein)(x, y), goldstein(x, y))
        assert_equal(compile(grad(goldstein))(x, y), grad(goldstein)(x, y))

    def test_trees(self) -> None:
        assert_equal(compile(mixed)(POINT, DATA), mixed(POINT, DATA))
        assert_equal(compile(vjp_of_mixed)(POINT, DATA), vjp_of_mixed(POINT, DATA))
        assert_equal(compile(mixed)(POINT, x=DATA), mixed(POINT, DATA))

    @pytest.mark.parametrize("n", [3, 1_000, 70_000, 200_001])
    def test_long_arrays(self, n: int) -> None:
        x = np.linspace(-3, 3, n)
        assert_equal(compile(value_and_grad(wave))(x), value_and_grad(wave)(x))

    def test_blocks_of_rows(self) -> None:
        rng = np.random.default_rng(0)
        data, weights = rng.normal(size=(3_001, 1, 7)), rng.normal(size=(5, 7))

        def f(w: Array) -> Any:
            z = np.sum((data - w) ** 2, axis=2)
            top = np.max(z, axis=1, keepdims=True)
            share = np.exp(z - top)
            return np.sum(np.log(np.sum(share, axis=1)) + top[:, 0]), np.sum(share, axis=0), share[:, 1:]

        def loss(w: Array) -> np.float64:
            total: np.float64 = f(w)[0]
            return total

        assert "over_blocks" in compile(f).source(weights)
        assert_equal(compile(f)(weights), f(weights))
        assert_equal(compile(grad(loss))(weights), grad(loss)(weights))

    def test_inside_other_transforms(self) -> None:
        x, y = 1.5, -0.5
        c = compile(goldstein)
        assert_equal(grad(c)(x, y), grad(goldstein)(x, y))
        assert_equal(jvp(c, (x, y), (1.0, 2.0)), jvp(goldstein, (x, y), (1.0, 2.0)))
        xs, ys = np.linspace(0, 1, 5), np.linspace(1, 2, 5)
        assert_equal(vmap(compile(grad(goldstein)))(xs, ys), vmap(grad(goldstein))(xs, ys))
        assert_equal(compile(vmap(grad(c)))(xs, ys), vmap(grad(goldstein))(xs, ys))
        assert_equal(
            compile(grad(lambda x: compile(grad(c))(x, 2.0)[0]))(x), grad(lambda x: grad(goldstein)(x, 2.0)[0])(x)
        )

    def test_results_share_memory_with_nothing(self) -> None:
        constant = np.ones(3)

        def f(x: Array) -> Any:
            y = x * 2.0
            return x, y, y, y.reshape(3, 1), constant, x[1:]

        x = np.arange(3.0)
        first = compile(f)(x)
        for i, a in enumerate(first):
            for other in (x, constant, *first[:i]):
                assert not np.shares_memory(a, other)
            a += 1.0
        assert_equal(compile(f)(x), f(x))

    def test_constants_cannot_be_changed_from_outside(self) -> None:
        scale = np.array([1.0, 2.0])
        c = compile(lambda x: x * scale)
        wanted = c(np.ones(2))
        scale[:] = 0.0
        assert_equal(c(np.ones(2)), wanted)

    def test_constants_that_differ_in_signs_of_zeros(self) -> None:
        edges = np.array([complex(-1.0, 0.0), complex(-1.0, -0.0)])
        assert_equal(compile(lambda x: np.angle(x * edges))(2.0), np.angle(2.0 * edges))

    def test_signs_of_complex_infinities(self) -> None:
        x = np.array([1 + 2j, -3j, 0.0, np.inf, complex(-np.inf, 1.0), complex(1.0, np.inf)])
        assert_equal(compile(np.sign)(x), np.sign(x))
        slope = grad(lambda x: np.sum(np.abs(x * (1 + 1j))))
        real = np.array([0.0, np.inf, -2.0])
        assert_equal(compile(slope)(real), slope(real))

    def test_an_empty_constant_of_extended_precision(self) -> None:
        empty = np.zeros((0, 3), np.longdouble)
        assert_equal(compile(lambda x: x * empty)(2.0), empty)

    def test_one_program_for_each_kind_of_arguments(self) -> None:
        c = compile(lambda x: x * 2.0)
        for x in (1.0, 2.0, np.float64(1.0), np.ones(3), np.zeros(3), np.ones(4), np.ones(3, np.float32)):
            c(x)
        assert c.stats.programs == 5

    def test_static_arguments(self) -> None:
        @tapegrad.compile(static_argnums=1)
        def power(x: Array, n: int) -> Array:
            out = x
            for _ in range(n - 1):
                out = out * x
            return out

        x = np.array([2.0, 3.0])
        assert_equal(power(x, 3), x**3)
        assert_equal(power(x, 2), x**2)
        assert_equal(power(x, n=2), x**2)
        assert power.stats.programs == 3

    def test_keywords_in_any_order(self) -> None:
        def f(x: float, a: float, b: float) -> float:
            return x * a - b

        c = compile(f)
        assert_equal(c(1.0, b=5.0, a=2.0), -3.0)
        assert_equal(c(1.0, a=2.0, b=5.0), -3.0)
        assert c.stats.programs == 1
        assert trace(f)(1.0, b=5.0, a=2.0).names == ("x", "a", "b")

    def test_names_of_parameters_do_not_disturb_the_code(self) -> None:
        def f(exp: Array, b0: Array, start: Array, v0: Array) -> Array:
            out: Array = np.exp(exp) * b0 + np.exp(start) - v0
            return out

        for n in (2, 100_000):
            args = [np.full(n, value) for value in (0.1, 0.2, 0.3, 0.4)]
            assert_equal(compile(f)(*args), f(*args))

    def test_methods(self) -> None:
        model, x = Model(3.0), np.ones(2)
        assert_equal(model.scaled(x), np.full(2, 3.0))
        assert model.scaled.program(x) is Model.scaled.program(model, x)
        assert model.scaled.source(x) == Model.scaled.source(model, x)
        assert "multiply" in str(model.scaled.profile(x))
        assert model.scaled.stats.programs == 1
        assert list(inspect.signature(model.scaled).parameters) == ["x"]
        assert grad(model.scaled)(2.0) == 3.0
        again = pickle.loads(pickle.dumps(model.scaled))
        assert again.source(x) == model.scaled.source(x)

    def test_pickles_without_its_programs(self) -> None:
        c = compile(goldstein)
        c(1.0, 2.0)
        again = pickle.loads(pickle.dumps(c))
        assert again == c
        assert again.stats.programs == 0
        assert_equal(again(1.0, 2.0), c(1.0, 2.0))

    def test_fast_math(self) -> None:
        x = np.linspace(0.1, 1, 5)
        fast = compile(grad(wave), fast_math=True)
        assert "damp" not in {eq.primitive.name for eq in fast.program(x).equations}
        assert_equal(fast(x), grad(wave)(x))

    def test_threads(self) -> None:
        c = compile(grad(wave))
        x = np.linspace(-1, 1, 100_000)
        wanted = grad(wave)(x)
        with ThreadPoolExecutor(4) as pool:
            for out in pool.map(c, [x] * 8):
                assert_equal(out, wanted)

    def test_infinities_and_zeros_as_in_plain_python(self) -> None:
        def f(x: float, y: float) -> Any:
            return x / y - np.where(x > 0, np.log(x), 0.0) * y

        with np.errstate(all="ignore"):
            for args in ((1.0, 0.0), (0.0, 0.0), (-1.0, 0.0), (np.inf, 2.0), (0.0, 3.0)):
                x, y = map(np.float64, args)
                np.testing.assert_array_equal(compile(f)(x, y), f(x, y))
                np.testing.assert_array_equal(compile(grad(f))(x, y), grad(f)(x, y))

    def test_a_quotient_by_pythons_zero(self) -> None:
        functions: list[Plain] = [lambda x: x[0] / 0, lambda x: np.sum(x / 0.0), lambda x: plain.mean(x[:0])]
        x = np.array([1.0, 2.0])
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the mean of nothing
            for f in functions:
                for g in (f, compile(f)):
                    assert_equal(grad(g)(x), compile(grad(f))(x))

    def test_results_that_are_no_numbers(self) -> None:
        def f(x: float) -> Any:
            return {"x": x * 2.0, "name": "f", "by": np.sin, "none": None, "type": np.float64, "range": range(3)}

        for leaf in (np.array(["a", "b"]), np.zeros(2, [("a", "f8")]), np.array(["2020"], "M8[D]")):
            np.testing.assert_array_equal(compile(lambda x, leaf: leaf)(1.0, leaf), leaf)
        program = trace(f)(1.0)
        assert hash(program) == hash(trace(f)(2.0))
        assert "'f'" in str(program)
        assert compile(f)(3.0) == f(3.0) == program(3.0)
        refused: list[Plain] = [lambda x: (x, {1, 2}), lambda x: (i for i in range(3))]
        for returned in refused:
            with pytest.raises(errors.DomainError, match="Return trees of numbers and arrays"):
                compile(returned)(1.0)

    def test_a_constant_beyond_int64(self) -> None:
        functions: list[Plain] = [
            lambda x: x * 10**30,
            lambda x: x / 10**30,
            lambda x: np.sin(x) * 10**30 + 10**30,
        ]
        for f in functions:
            for x in (5.0, np.float64(5.0), np.ones(3)):
                for fast in (False, True):
                    assert_equal(compile(f, fast_math=fast)(x), f(x))
            assert_equal(compile(grad(f))(5.0), grad(f)(5.0))
            assert_equal(compile(jvp)(f, (5.0,), (1.0,)), jvp(f, (5.0,), (1.0,)))

    def test_integers_stay_integers(self) -> None:
        x = np.array([1, 2, 3])
        functions: list[Plain] = [lambda x: 2**x, lambda x: x << 2, lambda x: 64 >> x]
        for f in functions:
            for out in (compile(f)(x), vmap(f)(x)):
                assert out.dtype == x.dtype
                np.testing.assert_array_equal(out, f(x))

    @pytest.mark.parametrize("number", [2, 1.5])
    def test_pythons_numbers_are_weak(self, number: float) -> None:
        x = np.array([0.1, 1.7], np.float32)
        functions: list[Callable[[Any, Any], Any]] = [
            lambda x, c: plain.where(x > 1, x, c),
            lambda x, c: plain.clip(x, c, 3),
            lambda x, c: x * c,
            lambda x, c: -((c * 2.0) * x),
            lambda x, c: (np.float64(-1.0) * c) * x,
            lambda x, c: cond(x[0] > 0, lambda x: x * c, lambda x: x - c, x),
            lambda x, c: fori_loop(0, 2, lambda i, x: x * c, x),
            lambda x, c: scan(lambda s, row: (s, row * c), 0.0, x)[1],
            lambda x, c: while_loop(lambda x: x[0] < 1, lambda x: x + c, x),
            lambda x, c: (c // 2 * x, c % 0.7 * x, divmod(c, 2)[1] * x, +c * x, abs(-c) * x),
            lambda x, c: (np.real(c) * x, c.imag * x),
            lambda x, c: jvp(lambda x: fori_loop(0, 2, lambda i, x: x * c, x), (x,), (x,)),
            lambda x, c: jvp(lambda x: while_loop(lambda x: x[0] < 1, lambda x: x + c, x), (x,), (x,)),
            lambda x, c: doubled(c) * x,
        ]
        for f in functions:
            assert_equal(compile(f)(x, number), f(x, number))

    @pytest.mark.parametrize("number", [5, 0, True, False])
    def test_operators_on_pythons_whole_numbers(self, number: int) -> None:
        x = np.array([0.1, 1.7], np.float32)
        functions: list[Callable[[Any, Any], Any]] = [
            lambda x, n: (n << 1) * x,
            lambda x, n: (n >> 1) * x,
            lambda x, n: (n & 3, n | 8, (n ^ 1) * 0.5 * x),
            lambda x, n: ((n > 2) & (n < 9)) * 0.5 * x,
            lambda x, n: cond(n > 0, lambda n: 10 // n, lambda n: 10 % (n - 1), n) * x,
        ]
        for f in functions:
            assert_equal(compile(f)(x, number), f(x, number))

    @pytest.mark.parametrize("number", [2, 1.5])
    def test_functions_of_pythons_numbers_give_numpys(self, number: float) -> None:
        x = np.array([0.1, 1.7], np.float32)
        functions: list[Callable[[Any, Any], Any]] = [
            lambda x, c: np.negative(c) * x,
            lambda x, c: -np.negative(c) * x,
            lambda x, c: np.add(c, c) * x,
            lambda x, c: np.power(c, 2) * x,
            lambda x, c: np.true_divide(c, 2) * np.float32(-1),
            lambda x, c: plain.clip(c, x, x + 1),
            lambda x, c: plain.clip(c, None, x),
            lambda x, c: plain.clip(0.3, x, c),
            lambda x, c: np.dot(x, c),
            lambda x, c: np.nan_to_num(c) * x,
            lambda x, c: compile(lambda c: plain.clip(c, np.float64(1), 5) * 2)(c) * x,
            lambda x, c: fori_loop(0, 1, lambda i, x: (np.add(c, i) * np.float32(2)).astype(x.dtype), x[0]),
        ]
        for f in functions:
            assert_equal(compile(f)(x, number), f(x, number))

    @pytest.mark.parametrize("number", [2.0, 3, True, 1j, np.float64(2.0), np.complex64(2.0), np.array(2.0)])
    def test_complex_numbers(self, number: Any) -> None:
        functions: list[Plain] = [
            lambda x: np.ravel(1j - x),
            lambda x: np.stack([1j**x, x * 1j]),
            lambda x: np.repeat(1j / x, 2) + abs(x * 1j),
            lambda x: (x * 1j) * np.ones(2, np.complex64),
        ]
        for f in functions:
            assert_equal(compile(f)(number), f(number))

    def test_a_python_number_out_of_bounds(self) -> None:
        with pytest.raises(OverflowError, match="-1 out of bounds for uint8"):
            compile(lambda x: np.minimum(np.maximum(x, -1), 3))(np.ones(2, np.uint8))

    def test_pythons_truth_values(self) -> None:
        functions: list[Plain] = [lambda x: np.reshape(x < 1, -1), lambda x: plain.mean(x < 1), plain.mean]
        for f in functions:
            for x in (0.5, 2.0, True):
                assert_equal(compile(f)(x), f(x))

    def test_a_differentiated_number_is_strong(self) -> None:
        def f(a: complex, x: Array) -> Any:
            return np.sum(np.real(a * x))

        x = np.ones(3, np.float32)
        for a in (1.5, 1.5j):
            assert_equal(compile(value_and_grad(f))(a, x), value_and_grad(f)(a, x))


def rounded_ahead(x: Any) -> Any:
    return np.round(x), None


def straight_through(residuals: None, ct: Any) -> Any:
    return (ct * 10.0,)


def rounded_with_slope(primals: Any, tangents: Any) -> Any:
    return np.round(primals[0]), tangents[0] * 10.0


@custom_vjp(lambda x: (x * 2, None), lambda residuals, ct: (ct * 2,))
def doubled(x: Any) -> Any:
    return x * 2


@custom_vjp(rounded_ahead, straight_through)
def in_reverse(x: Any) -> Any:
    return plain.round(x)


@custom_jvp(rounded_with_slope)
def forward(x: Any) -> Any:
    return plain.round(x)


def is_root(x: Any, a: Any) -> Any:
    return x**2 - a


@custom_root(is_root)
def bisected(start: Any, a: Any) -> Any:
    def halved(_: Any, bounds: Any) -> Any:
        low, high = bounds
        middle = (low + high) / 2
        return np.where(middle**2 < a, middle, low), np.where(middle**2 < a, high, middle)

    return fori_loop(0, 40, halved, (start, start + 4.0))[0]


def multiplied(f: Plain) -> Plain:
    return lambda x: f(x) * x


def pushed(f: Plain) -> Plain:
    return lambda x: jvp(f, (x,), (x,))


def looped(f: Plain) -> Plain:
    return lambda x: scan(lambda y, _: (f(y) * x + y, None), x, None, length=3)[0]


def chosen(f: Plain) -> Plain:
    return lambda x: cond(x > 0, lambda x: f(x) * x, lambda x: x, x)


def unrecorded(x: Any) -> Any:
    with using_config(recording=False):
        return x**3


RULED: list[Plain] = [in_reverse, forward, lambda x: bisected(0.0, x), stop_gradient, unrecorded]
NESTINGS: dict[str, Changed] = {
    "compile(grad(f))": lambda f: compile(grad(f)),
    "grad(compile(f))": lambda f: grad(compile(f)),
    "grad(trace(f))": lambda f: lambda x: grad(trace(f)(np.float64(x)))(x),
    "grad(compile(compile(f)))": lambda f: grad(compile(lambda x: compile(f)(x))),
    "vmap(grad(compile(f)))": lambda f: lambda x: vmap(grad(compile(f)))(np.array([x]))[0],
    "grad(vmap(compile(f)))": lambda f: grad(lambda x: np.sum(vmap(compile(f))(np.stack([x])))),
    "grad(compile(vmap(f)))": lambda f: grad(lambda x: compile(lambda x: np.sum(vmap(f)(np.stack([x]))))(x)),
    "grad(checkpoint(compile(f)))": lambda f: grad(checkpoint(compile(f))),
    "jvp(compile(f))": lambda f: lambda x: jvp(compile(f), (x,), (1.0,))[1],
    "compile(jvp(f))": lambda f: compile(lambda x: jvp(f, (x,), (1.0,))[1]),
}


class TestDerivativesOfTheirOwn:
    @pytest.mark.parametrize("nesting", NESTINGS)
    @pytest.mark.parametrize("inside", [multiplied, looped, chosen])
    @pytest.mark.parametrize("f", RULED)
    def test_wherever_the_compiled_function_stands(self, f: Plain, inside: Changed, nesting: str) -> None:
        wanted = grad(inside(f))(1.3)
        np.testing.assert_allclose(NESTINGS[nesting](inside(f))(1.3), wanted, rtol=1e-9)
        np.testing.assert_allclose(compile(inside(f))(1.3), inside(f)(1.3), rtol=1e-14)

    def test_second_order(self) -> None:
        for f in (RULED[0], RULED[1], *RULED[3:]):
            for inside in (looped, chosen):
                wanted = grad(grad(inside(f)))(1.3)
                np.testing.assert_allclose(grad(compile(grad(inside(f))))(1.3), wanted)
                np.testing.assert_allclose(grad(grad(compile(inside(f))))(1.3), wanted)

    def test_cost_nothing_where_the_code_runs(self) -> None:
        ruled = compile(lambda x: in_reverse(stop_gradient(x)) * x)
        assert ruled.source(1.0) == compile(lambda x: plain.round(x) * x).source(1.0)

    def test_programs_that_have_them(self, tmp_path: Path) -> None:
        program = trace(lambda x: in_reverse(x) * x)(1.0)
        check(program)
        again = pickle.loads(pickle.dumps(program))
        assert again == program == trace(lambda x: in_reverse(x) * x)(2.0)
        assert program != trace(lambda x: forward(x) * x)(1.0)
        assert hash(again) == hash(program)
        assert grad(again)(1.3) == 14.0
        with pytest.raises(TypeError, match=r"in_reverse.*Python code"):
            save(program, tmp_path / "program")
        save(trace(grad(lambda x: in_reverse(x) * x))(1.0), tmp_path / "slope")
        assert load(tmp_path / "slope")(1.3) == 14.0


NEED_A_VALUE: list[Function] = [
    lambda x: float(x) * x,
    lambda x: np.ones(int(x)) * x,
    lambda x: x * x.value,
    lambda x: sum(range(x)),
    lambda x: np.arange(3.0)[int(x) :] * x,
    lambda x: round(x) * x,
    lambda x: grad(lambda x: round(x) * x)(x),
    lambda x: at(np.ones(3))[np.array([0, 0, 1]) * (x > 0)].multiply(x),
]
TAKE = "tapegrad.numpy.take(array, i, 0)"
TABLE: Any = np.arange(5.0)
NUMBERS: Any = [1.0, 2.0]
untyped_linalg: Any = scipy.linalg
TAUGHT: list[tuple[Function, str]] = [
    (lambda n: TABLE[n], TAKE),
    (lambda n: np.take(TABLE, n), "Call tapegrad.numpy.take: "),
    (lambda n: NUMBERS[n], TAKE),
    (lambda n: np.array([n, n]), "np.stack([x, y])"),
    (lambda n: math.sin(n), "np.sin and not math.sin"),
    (lambda n: round(n), "to become a rounded Python number"),
    (lambda n: untyped_linalg.expm(n), "tapegrad.scipy.linalg.expm"),
    (lambda n: np.zeros(n), "static argument"),
    (lambda n: np.zeros((n, 2)), "static argument"),
    (lambda n: np.ones(n), "static argument"),
    (lambda n: np.full(n, 2.0), "static argument"),
    (lambda n: plain.arange(n), "static argument"),
    (lambda n: fori_loop(0, 3, lambda i, total: total + np.zeros(i), n), "static argument"),
    (lambda n: fori_loop(0, n, lambda i, total: total * 2, 1), "static argument"),
    (lambda n: scan(lambda total, _: (total * 2, None), 1, None, length=n), "static argument"),
    (lambda n: max(n, 2), "np.maximum(a, b)"),
    (lambda n: at(np.ones(9))[np.arange(3) * n].multiply(2.0), "name an entry more than once"),
    (lambda n: sorted([n, 2]), "np.sort(x)"),
    (lambda n: at(np.ones(3))[np.arange(3) < n].set(0.0), "np.where(mask, v, x) for at(x)[mask].set(v)"),
]
HAVE_NO_RULE: list[Function] = [np.packbits, lambda x: np.nextafter(x, 2.0), lambda x: x.view(np.int64)]
HAVE_TEXTS: list[Function] = [lambda x: (x, f"{x:.2f}"), lambda x: {str(x): x}, lambda x: [{"a": repr((x, x))}, x]]
HAVE_UNKNOWN_SIZES: list[Function] = [
    lambda x: x[x > 0],
    np.flatnonzero,
    lambda x: np.sum(x[np.nonzero(x)]),
    lambda x: np.intersect1d(x, [1.0]),
]


class TestErrors:
    def test_a_branch_on_a_value(self) -> None:
        def f(x: float) -> float:
            return x if x > 0 else -x

        with pytest.raises(errors.ConcretizationError, match=r"test_compile.py:\d+, in f.*np.where"):
            compile(f)(1.0)

    @pytest.mark.parametrize("f", NEED_A_VALUE)
    def test_a_value_that_is_not_known_yet(self, f: Function) -> None:
        with pytest.raises(errors.ConcretizationError, match=r"test_compile.py:\d+"):
            compile(f)(1.0)

    @pytest.mark.parametrize(("f", "remedy"), TAUGHT)
    def test_what_to_write_instead(self, f: Function, remedy: str) -> None:
        with pytest.raises(errors.ConcretizationError, match=r"test_compile.py:\d+, in ") as info:
            compile(f)(3)
        assert remedy in str(info.value)

    def test_other_errors_after_a_refusal_stay(self) -> None:
        def f(x: Any) -> Any:
            with suppress(TypeError):
                float(x)
            return len(x)

        with pytest.raises(TypeError, match="no axes"):
            compile(f)(1.0)

    @pytest.mark.parametrize("f", HAVE_NO_RULE)
    def test_a_function_without_a_rule(self, f: Function) -> None:
        with pytest.raises(errors.MissingRuleError, match=r"a recorded value, and tapegrad has no rule") as info:
            compile(f)(np.ones(3))
        assert "x.value" not in str(info.value)

    @pytest.mark.parametrize("f", HAVE_UNKNOWN_SIZES)
    def test_a_result_of_unknown_size(self, f: Function) -> None:
        with pytest.raises(errors.ConcretizationError, match="as many results"):
            compile(f)(np.ones(3))

    def test_what_is_printed_is_no_value(self) -> None:
        shown: list[str] = []

        def f(x: float) -> float:
            shown.extend([str(x), f"{x:.3f}", repr(x)])
            return x

        compile(f)(1.0)
        assert shown == ["Traced(float64[])"] * 3

    @pytest.mark.parametrize("transform", [compile, grad, vmap, pushed], ids=["itself", "grad", "vmap", "jvp"])
    def test_no_text_has_the_values_of_the_first_call(self, transform: Any) -> None:
        """Later calls would return it as theirs."""

        def f(x: Any) -> Any:
            texts = (str(x), f"{x}", f"{x!r}", f"{[x]}", np.array2string(x), np.array_str(x), np.array_repr(x))
            assert all("Traced(float64" in text and "7" not in text for text in texts)
            return np.sum(x * x)

        compile(transform(f))(np.array([[7.0], [7.0]]))

    @pytest.mark.parametrize("f", HAVE_TEXTS)
    def test_text_of_a_value_is_no_result(self, f: Any) -> None:
        with pytest.raises(errors.ConcretizationError, match=r"Traced\(float64.*format the result"):
            compile(f)(1.0)
        assert compile(lambda x: (x, "text"))(1.0) == (1.0, "text")

    def test_a_captured_variable(self) -> None:
        def outer(x: float) -> Any:
            return compile(lambda y: y * x)(2.0)

        with pytest.raises(errors.DomainError, match="not passed to the function as an argument"):
            grad(outer)(3.0)

    def test_a_variable_that_outlives_the_recording(self) -> None:
        kept: list[Any] = []

        def f(x: float) -> float:
            kept.append(x)
            return x

        compile(f)(1.0)
        with pytest.raises(errors.SealedTapeError):
            _ = kept[0] * 2.0

    def test_arrays_with_an_arithmetic_of_their_own(self) -> None:
        with pytest.raises(errors.DomainError, match=r"np.asarray"):
            compile(np.square)(np.ma.masked_array([1.0], [True]))

    def test_arrays_of_objects(self) -> None:
        for dtype in (object, [("a", object)]):
            with pytest.raises(errors.DomainError, match=r"astype\(float\)"):
                compile(np.sum)(np.zeros(2, dtype))

    def test_wrong_static_arguments(self) -> None:
        with pytest.raises(TypeError, match="static_argnums is a position"):
            compile(goldstein, static_argnums="x")
        with pytest.raises(ValueError, match="static_argnums names positions"):
            trace(goldstein, static_argnums=-1)
        with pytest.raises(ValueError, match=r"static_argnums=\(2,\): goldstein has no argument at position 2"):
            compile(goldstein, static_argnums=2)

    def test_a_static_argument_is_known(self) -> None:
        power = compile(lambda x, n: x**n, static_argnums=1)
        with pytest.raises(TypeError, match=r"with a differentiated value for the static argument 1.*argnums="):
            grad(power)(2.0, 3.0)
        with pytest.raises(TypeError, match=r"with a batched value for the static argument n.*in_axes="):
            vmap(lambda x, n: power(x, n=n))(np.ones(2), np.ones(2))
        with pytest.raises(TypeError, match="cannot be hashed"):
            power(2.0, {})


def _wave_in_child(n: int) -> float:
    return float(compile(wave)(np.linspace(0, 1, n)))


class TestThreads:
    def test_as_many_as_one_asks_for(self, monkeypatch: pytest.MonkeyPatch) -> None:
        seen = set[str]()

        def noted(*given: Any) -> Any:
            seen.add(current_thread().name)
            return Workspace(*given)

        monkeypatch.setattr(running, "Workspace", noted)
        x = np.linspace(-1, 1, 400_000)
        slope = compile(grad(wave))
        with using_config(threads=1):
            one = slope(x)
        assert len(seen) == 1
        with using_config(threads=3):
            np.testing.assert_array_equal(slope(x), one)
        assert len(seen) > 1

    @pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
    @pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
    def test_after_a_fork(self) -> None:
        n = 400_000
        with using_config(threads=2):
            wanted = _wave_in_child(n)
        with get_context("fork").Pool(1) as children:
            assert children.apply_async(_wave_in_child, (n,)).get(60) == pytest.approx(wanted)


@pytest.mark.parametrize("values", [(0, 0), (1, 0), (-1.0, 0), (0.0, -0.0), (1.0, 2.0)], ids=repr)
def test_quotients_and_powers_of_pythons_numbers_are_numpys(values: tuple[Any, Any]) -> None:
    """Python raises where a number is divided by 0, and NumPy gives an infinity or nan."""
    with np.errstate(all="ignore"):
        np.testing.assert_equal(compile(np.divide)(*values), np.divide(*values))
        np.testing.assert_equal(compile(lambda x: np.power(x, -1.5))(values[1]), np.power(values[1], -1.5))
        np.testing.assert_equal(compile(np.power)(-8.0, 2.5), np.nan)
        np.testing.assert_equal(compile(np.power)(-8.0, 1e308), np.inf)
        np.testing.assert_equal(compile(lambda x: np.power(x, np.inf))(0.5), 0.0)


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.complex128], ids=str)
@pytest.mark.parametrize("shape", [(3, 5), (5, 3, 5), (200, 5)], ids=str)
def test_columns_that_are_picked_more_than_once(shape: tuple[int, ...], dtype: Any) -> None:
    rng = np.random.default_rng(0)
    x, columns = rng.normal(size=shape).astype(dtype), np.array([[0, 4, -1], [4, -5, 0]])
    weights = rng.normal(size=(*shape[:-1], *columns.shape)).astype(dtype)

    def picked(x: Any, weights: Any) -> Any:
        return vjp(lambda x: x[..., columns], x)[1](weights)[0]

    assert "scattered(" in compile(picked).source(x, weights)
    wanted = np.zeros_like(x)
    np.add.at(wanted.reshape(-1, 5).T, columns.reshape(-1), weights.reshape(-1, 6).T)
    for found in (picked(x, weights), compile(picked)(x, weights)):
        np.testing.assert_array_equal(found, wanted)
        assert found.dtype == wanted.dtype


def test_what_a_mask_picks_keeps_the_signs_of_its_zeros() -> None:
    x, mask = np.ones((2, 3)), np.array([True, False, True])
    back = compile(lambda x, ct: vjp(lambda x: x[:, mask], x)[1](ct)[0])
    np.testing.assert_array_equal(np.signbit(back(x, np.full((2, 2), -0.0))), [[True, False, True]] * 2)


def test_nothing_is_picked() -> None:
    nothing = np.array([], int)
    slope = compile(grad(lambda x: np.sum(np.sin(x[nothing]))))
    assert_equal(slope(np.ones(3)), np.zeros(3))
    assert_equal(compile(lambda x: np.logaddexp2(x, 3)[:, 1:])(np.ones((100_000, 1, 3))), np.ones((100_000, 0, 3)))


def test_few_columns_of_many_are_added_up_in_place() -> None:
    x, columns = np.ones((2, 1_000)), np.array([3, 3, 7])
    picked = compile(grad(lambda x: np.sum(x[:, columns] ** 2)))
    assert "scattered(" not in picked.source(x)
    np.testing.assert_array_equal(picked(x)[:, [3, 7]], [[4.0, 2.0]] * 2)


def test_an_array_times_itself_takes_one_product_in_reverse() -> None:
    x, c = np.arange(6.0).reshape(2, 3), np.arange(2.0)
    sweep = compile(grad(lambda x: np.sum(np.sum(x * x, axis=1) * c)))
    assert not [eq for eq in sweep.program(x).equations if eq.primitive.name == "add"]
    np.testing.assert_array_equal(sweep(x), 2 * c[:, None] * x)
    float32 = x.astype(np.float32)
    assert grad(lambda x: np.sum(x * x))(float32).dtype == np.float32


def test_rows_that_are_picked_twice_are_added_up_once() -> None:
    rng = np.random.default_rng(0)
    i, weights = rng.integers(-20, 20, 1_000), rng.normal(size=(1_000, 3))

    def f(x: Any) -> Any:
        return np.sum(np.sin(x[i]) * weights) + np.sum(x[i.copy()] ** 2 * weights)

    x = rng.normal(size=(20, 3))
    compiled = compile(grad(f))
    names = [eq.primitive.name for eq in compiled.program(x).equations]
    assert names.count("gather") == names.count("scatter") == 1
    assert "concatenate" not in names
    assert "scattered(" in compiled.source(x)
    wanted = np.zeros_like(x)
    np.add.at(wanted, i, np.cos(x[i]) * weights + 2 * x[i] * weights)
    np.testing.assert_allclose(compiled(x), wanted, rtol=1e-12)
    np.testing.assert_allclose(grad(f)(x), wanted, rtol=1e-12)


PARTS: list[Function] = [
    lambda x: x[:1, :1].reshape(()) * 1,
    lambda x: x[..., 0, 0] * 1,
    lambda x: np.roll(x[1, 1], 1).astype(np.float32) + np.squeeze(x[:1, :1]),
]


@pytest.mark.parametrize("f", PARTS)
def test_a_part_without_axes_is_a_number(f: Function) -> None:
    x = np.arange(4.0).reshape(2, 2)
    assert type(compile(f)(x)) is np.float64


def test_a_constant_without_axes_is_a_result_of_its_own() -> None:
    squeezed = compile(lambda x: np.squeeze(np.array([3.0])))
    squeezed(0.0)[...] = 4.0
    assert squeezed(0.0) == 3.0


@pytest.mark.parametrize("transform", [tapegrad.jacobian, tapegrad.jacfwd, tapegrad.jacrev])
@pytest.mark.parametrize("x", [2.0, np.float32(2.0), np.array(2.0), np.array([2.0])])
@pytest.mark.parametrize("y", [3.0, np.float32(3.0), np.array(3.0)])
def test_blocks_are_numbers_or_arrays_as_they_are_eagerly(transform: Any, x: Any, y: Any) -> None:
    def f(x: Any, y: Any) -> Any:
        return x * y, y**2, np.sum(x)

    for each in (transform(f), hessian(lambda x, y: np.sum(x) * y**2)):
        expected, blocks = flatten(each(x, y))[0], flatten(compile(each)(x, y))[0]
        assert [type(block) for block in blocks] == [type(block) for block in expected]
        assert all(map(np.array_equal, blocks, expected))
