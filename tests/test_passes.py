"""The passes: each gives a valid Program whose results are the same bit for bit, those of `fast_math` nearly."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, given, settings, strategies as st
import numpy as np
import pytest

from tapegrad import at
from tapegrad._core.primitive import Primitive
from tapegrad._program.passes.pipeline import PASSES, optimised
from tapegrad._program.trace import is_input
from tapegrad._tree import flatten
from tapegrad.program import Program, check
from tests.rules.laws import on_leaves, random_like
from tests.rules.rows import ROWS
from tests.test_random_programs import DTYPES, SHAPES, run, steps
from tests.untyped import Function, fori_loop, grad, plain, trace, vjp, vmap

X = np.array([0.5, -0.0, 0.0, -2.0, np.inf, np.nan])
Y = np.arange(12.0).reshape(3, 4) - 5.0


def computed(primitive: Primitive, *args: Any) -> Any:
    return primitive.compute(*args)


def evaluated(program: Program, args: Any) -> list[Any]:
    with np.errstate(all="ignore"):
        leaves = [leaf for leaf in flatten(args)[0] if is_input(leaf)]
        return program.evaluate(leaves, computed)


def assert_same_bits(actual: list[Any], wanted: list[Any]) -> None:
    """Shapes, dtypes, values, signs of zeros; one nan is as good as another."""
    for a, b in zip(actual, wanted, strict=True):
        np.testing.assert_array_equal(a, b, strict=True)
        for part in (np.real, np.imag) if np.result_type(a).kind in "fc" else ():
            one, other = (np.signbit(np.where(np.isnan(x), 1.0, x)) for x in (part(a), part(b)))
            np.testing.assert_array_equal(one, other)


def traced(f: Callable[..., Any], args: Any) -> Program:
    with np.errstate(all="ignore"):
        program: Program = trace(f)(*args)
        return program


def names(program: Program) -> list[str]:
    return [eq.primitive.name for eq in program.equations]


def case(f: Function, args: tuple[Any, ...], left: list[str]) -> tuple[Callable[..., Any], tuple[Any, ...], list[str]]:
    """A function, where it is traced, and the equations that the passes leave."""
    return f, args, left


EXACT: dict[str, tuple[Callable[..., Any], tuple[Any, ...], list[str]]] = {
    "dead": case(lambda x: (np.sin(x), x + 1.0)[1], (X,), ["add"]),
    "common": case(lambda x: np.sin(x) * np.sin(x), (X,), ["sin", "square"]),
    "folded": case(lambda x: x * np.sqrt(np.float64(2.0)), (X,), ["multiply"]),
    "x * 1": case(lambda x: 1.0 * x / 1.0 - 0.0 + -0.0, (X,), []),
    "x + 0": case(lambda x: x + 0.0, (X,), ["add"]),
    "x * 0": case(lambda x: x * 0.0, (X,), ["multiply"]),
    "x * -1": case(lambda x: x * -1.0, (X,), ["negative"]),
    "--x": case(lambda x: np.negative(-x), (X,), []),
    "-(2 x)": case(lambda x: -(x * 2.0), (X,), ["multiply"]),
    "-x * 2": case(lambda x: -x * 2.0, (X,), ["multiply"]),
    "x + -y": case(lambda x, y: x + -y, (X, X[::-1].copy()), ["subtract"]),
    "x - -y": case(lambda x, y: x - -y, (X, X[::-1].copy()), ["add"]),
    "complex x * 1": case(lambda x: x * 1.0, (Y * 1j,), ["multiply"]),
    "integers": case(lambda x: x * 1 - 0 + 0, (np.arange(3),), ["subtract", "add"]),
    "unsigned": case(lambda x: -(x * np.uint8(2)), (np.arange(3, dtype=np.uint8),), ["multiply", "negative"]),
    "negated whole numbers": case(
        lambda x, y: (-x * 2.5, y + -x, y - -x, -x * -y, -((x * np.uint8(3)) * y)),
        (np.array([3, 200], np.uint8), np.array([1.5, 2.0])),
        ["negative", "multiply", "add", "subtract", "negative", "multiply", "multiply", "multiply", "negative"],
    ),
    "x.T.T": case(lambda x: x.T.T + 1.0, (Y,), ["add"]),
    "transposes": case(lambda x: np.transpose(np.transpose(x, (2, 0, 1)), (1, 0, 2)), (Y[None],), ["transpose"]),
    "reshapes": case(lambda x: x.reshape(-1).reshape(4, 3).reshape(12, 1), (Y,), ["reshape"]),
    "there and back": case(lambda x: x.reshape(-1)[None].reshape(3, 4) * 2.0, (Y,), ["multiply"]),
    "transpose of a reshape": case(lambda x: x.reshape(4, 3).T.reshape(-1), (Y,), ["reshape", "transpose", "reshape"]),
    "transposes beside a contraction": case(
        lambda x, y: np.moveaxis(np.tensordot(x, np.moveaxis(y, 2, 0), axes=((1,), (0,))), 0, 1),
        (Y[:2], np.arange(24.0).reshape(2, 3, 4)),
        ["contract"],
    ),
    "a contraction that is read as it is, too": case(
        lambda x, y: ((xy := np.tensordot(x, y, 1)).transpose(1, 2, 0), xy),
        (Y, np.arange(24.0).reshape(4, 3, 2)),
        ["contract", "transpose"],
    ),
    "an element of a row": case(
        lambda x: (x[0][1] * x[1][1:][0], x[0][..., None]), (Y,), [*["slice_of"] * 4, "multiply"]
    ),
    "stacks of stacks of numbers": case(
        lambda x: np.stack([np.stack([x[0], x[1], x[3]]), np.stack([x[5], x[2], x[0]])]),
        (X,),
        [*["slice_of"] * 5, "stack", "reshape"],
    ),
    "stacks of stacks along other axes": case(
        lambda x: np.stack([np.stack([x[0], x[1]]), np.stack([x[5], x[2]])], axis=1),
        (X,),
        [*["slice_of"] * 4, *["stack"] * 3],
    ),
    "a whole slice": case(lambda x: (x[:, 0:4] + x[:3], x[1:, ::-1]), (Y,), ["add", "slice_of"]),
    "a mean": case(lambda x: (np.mean(x, axis=0), np.mean(np.arange(3))), (Y,), ["sum", "divide"]),
    "a stack of small matrices": case(
        lambda x, y: np.tanh(x @ y) @ y,
        (np.arange(144.0).reshape(16, 3, 3) % 5 / 4, Y[:, :3]),
        ["reshape", "matmul", "reshape", "tanh", "reshape", "matmul", "reshape"],
    ),
    "a stack of rows": case(
        lambda x, y: x @ y,
        (np.arange(240.0).reshape(4, 5, 1, 12) % 7, np.ones((12, 900))),
        ["reshape", "matmul", "reshape"],
    ),
    "a few matrices": case(lambda x, y: x @ y, (np.ones((2, 3, 3)), Y[:, :3]), ["matmul"]),
    "large matrices": case(lambda x, y: x @ y, (np.ones((16, 40, 40)), np.ones((40, 40))), ["matmul"]),
    "a stack of small matrices on both sides": case(
        lambda x, y: x @ y, (np.ones((20, 3, 3)), np.ones((20, 3, 3))), ["matmul"]
    ),
    "counts as numbers": case(
        grad(lambda x: np.sum(np.max(x, axis=1) ** 2)),
        (Y,),
        ["max", "multiply", "reshape", "equal", "astype", "sum", "divide", "damp", "reshape", "multiply"],
    ),
    "a repeated number": case(lambda x, c: x * np.broadcast_to(c, (3, 4)), (Y, Y[0, 0]), ["multiply"]),
    "a repeated row": case(lambda x, r: x - np.broadcast_to(r, (3, 4)), (Y, Y[0]), ["subtract"]),
    "uniform constants": case(lambda x: x + np.ones((3, 4)), (Y,), ["add"]),
    "only repeated": case(lambda r: np.broadcast_to(r, (3, 4)) * 2.0, (Y[0],), ["multiply", "broadcast_to"]),
    "float32 beside a float64 number": case(
        lambda x, c: x * np.broadcast_to(c, (3, 4)),
        (Y.astype(np.float32), np.float64(0.1)),
        ["multiply"],
    ),
    "float32 beside a Python number": case(
        lambda x, c: x * np.broadcast_to(c, (3, 4)),
        (Y.astype(np.float32), 0.1),
        ["positive", "multiply"],
    ),
    "a repeated column": case(
        lambda x, c: x * np.broadcast_to(c[:, None], (3, 4)), (Y, Y[:, 0]), ["slice_of", "multiply"]
    ),
    "a column repeated by a sum": case(
        grad(lambda x, y: np.sum(np.sin(np.sum(x * y, axis=1))), argnums=0),
        (Y, Y),
        ["multiply", "sum", "cos", "reshape", "damp"],
    ),
    "parts put together": case(
        grad(lambda x: np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)),
        (Y[0],),
        [*["slice_of"] * 2, "square", *["multiply"] * 3, *["subtract"] * 2, "damp", "place all"],
    ),
    "parts of parts": case(
        lambda x: grad(lambda w: sum(np.sum(w[i][j] * x[i]) for i in range(2) for j in range(3)))(np.ones((2, 3, 4))),
        (Y,),
        [*["slice_of"] * 2, "place all"],
    ),
    "parts of parts, which are added beforehand": case(
        grad(
            lambda w, x: w[1][0] * x[1] + w[1][0] * x[2] + w[1][0] * x[3] + w[1, 0] * x[0] + w[0, 1] * x[0], argnums=0
        ),
        (np.ones((2, 3)), np.array([0.1, 0.7, 1e16, -1e16])),
        [*["slice_of"] * 4, *["add"] * 3, "place all"],
    ),
    "one part, read more than once": case(
        grad(lambda w: w[0, 0] * np.sin(w[0, 0])),
        (Y,),
        ["slice_of", "sin", "cos", "damp", "add", "place all"],
    ),
    "a row that is set": case(lambda x, v: at(x)[1].set(v), (Y, Y[0]), ["place", "where"]),
    "a choice that is known": case(lambda x, y: plain.where(False, x, y), (Y, Y), []),
    "signs of products": case(
        lambda x, y: (-x * y) / y - -x * -y, (Y, Y), ["multiply", "divide", "negative", "subtract"]
    ),
    "a sign in a constant": case(lambda x, y: -((x * 2.0) * y), (Y, Y), ["multiply", "multiply"]),
    "(2 x) 3": case(lambda x: (x * 2) * 3.0, (Y,), ["multiply"]),
    "(2 x) c, where 2 c is too large": case(lambda x: (x * 2) * 1e308, (Y * 1e-3,), ["multiply", "multiply"]),
    "-(x * 0)": case(lambda x: (-(x * 0), -x * 0), (Y,), ["multiply", "negative"]),
    "-1 times a Python number": case(
        lambda x, c: (np.float64(-1.0) * c) * x, (Y.astype(np.float32), 0.1), ["multiply", "multiply"]
    ),
    "(2 x) / 2": case(lambda x: (x * 2) * 0.5, (Y,), ["multiply", "multiply"]),
    "the gradient of a mean": case(
        grad(lambda x, c: plain.mean((x - c) ** 2) / c, argnums=0),
        (Y, 3.0),
        ["subtract", "multiply", "divide", "divide", "multiply", "damp"],
    ),
}


@pytest.mark.parametrize(("f", "args", "wanted"), EXACT.values(), ids=EXACT)
def test_exact(f: Callable[..., Any], args: tuple[Any, ...], wanted: list[str]) -> None:
    program = traced(f, args)
    after = optimised(program)
    check(after)
    assert sorted(names(after)) == sorted(wanted)
    assert_same_bits(evaluated(after, args), evaluated(program, args))
    assert all(each(after).equations == after.equations for each in PASSES)


FAST: dict[str, tuple[Callable[..., Any], tuple[Any, ...], list[str]]] = {
    "x * 0": case(lambda x: x * 0.0 + x, (Y,), []),
    "x + 0": case(lambda x: x + 0.0, (Y,), []),
    "0 - x": case(lambda x: 0.0 - x, (Y,), ["negative"]),
    "x / c": case(lambda x: x / 3.0, (Y,), ["multiply"]),
    "(x c) d": case(lambda x: 3.0 * (x * 0.1) / 7.0, (Y,), ["multiply"]),
    "(x + c) - d": case(lambda x: (x + 3.0) - 0.1, (Y,), ["add"]),
    "constants that would wrap around": case(
        lambda x: ((x * np.uint8(200)) * np.uint8(200) + True) + True, (Y,), ["multiply", "multiply", "add", "add"]
    ),
    "constants of few digits": case(lambda x: x * np.float16(0.1) * np.float16(0.1), (Y,), ["multiply"] * 2),
    "a quotient by few digits": case(lambda x: x / np.float16(3), (Y,), ["multiply"]),
    "a quotient by a whole number": case(lambda x: x / np.uint8(4), (Y.astype(np.float32),), ["multiply"]),
    "a reciprocal that overflows": case(lambda x: x / 1e-40, (Y.astype(np.float32) * 0,), ["divide"]),
    "unsigned": case(lambda x: x - 1, (np.arange(3, dtype=np.uint8),), ["subtract"]),
    "x ** -1": case(lambda x: x**-1, (Y,), ["divide"]),
    "x ** 0.5": case(lambda x: x**0.5, (np.abs(Y),), ["sqrt"]),
    "sum of -x": case(lambda x: np.sum(-x, axis=0), (Y,), ["sum", "negative"]),
    "sum of x c": case(lambda x, c: np.sum(x * c, axis=1), (Y, 3.0), ["sum", "multiply"]),
    "sum of what is repeated": case(lambda c: np.sum(grad(lambda y: np.sum(y) * c)(Y)), (Y[0, 0],), ["multiply"]),
    "(c x) y": case(lambda x, y: 2.0 * x * y, (Y, Y[0, 0]), ["multiply", "multiply"]),
    "damp": (grad(lambda x: np.sum(np.exp(np.sin(x)))), (Y,), ["sin", "exp", "cos", "multiply"]),
}


@pytest.mark.parametrize(("f", "args", "wanted"), FAST.values(), ids=FAST)
def test_fast_math(f: Callable[..., Any], args: tuple[Any, ...], wanted: list[str]) -> None:
    program = traced(f, args)
    after = optimised(program, fast_math=True)
    check(after)
    assert names(after) == wanted
    for a, b in zip(evaluated(after, args), evaluated(program, args), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-14)
        assert np.result_type(a) == np.result_type(b)


def test_fast_math_keeps_the_digits_of_a_long_double() -> None:
    x = np.linspace(np.longdouble(1), np.longdouble(2), 5)
    after = optimised(trace(lambda x: x / 3)(x), fast_math=True)
    np.testing.assert_allclose(evaluated(after, x)[0], x / 3, rtol=4 * float(np.finfo(np.longdouble).eps))


def test_fast_math_inside_loops() -> None:
    program = trace(lambda x: fori_loop(0, 3, lambda i, x: x / 3.0 + 0.0, x))(2.0)
    assert "divide" in str(optimised(program))
    after = optimised(program, fast_math=True)
    check(after)
    assert "divide" not in str(after)
    np.testing.assert_allclose(evaluated(after, 2.0), evaluated(program, 2.0))


def test_what_differs_in_numbers_alone_is_equal() -> None:
    def f(x: Any) -> Any:
        np.cos(x)
        return np.sin(x)

    def g(x: Any) -> Any:
        return np.sin(x)

    assert trace(f)(Y) != trace(g)(Y)
    assert optimised(trace(f)(Y)) == optimised(trace(g)(Y))


@pytest.mark.parametrize("name", list(ROWS)[::7])
def test_rows(name: str) -> None:
    f, xs = on_leaves(ROWS[name])
    cts = random_like(f(*xs))
    args = tuple(xs), cts
    try:
        program = trace(lambda xs, cts: vjp(f, *xs)[1](cts))(*args)
    except Exception:  # results of unknown size, which no Program can hold
        return
    after = optimised(program)
    check(after)
    assert optimised(after) == after
    assert_same_bits(evaluated(after, args), evaluated(program, args))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    program=steps(),
    shapes=st.lists(st.tuples(st.sampled_from(SHAPES), st.sampled_from(DTYPES)), min_size=1, max_size=3),
    seed=st.integers(0, 2**32 - 1),
)
def test_random_programs(
    program: list[tuple[int, int, int]], shapes: list[tuple[tuple[int, ...], Any]], seed: int
) -> None:
    rng = np.random.default_rng(seed)
    inputs = [rng.integers(-2, 3, size=shape).astype(dtype)[()] / 2 for shape, dtype in shapes]  # zeros on the way

    def f(*inputs: Any) -> Any:
        return run(program, *inputs)

    slopes = grad(f, argnums=list(range(len(inputs))))
    batch = [np.stack([x, x + 1]) for x in inputs]
    for slope, args in ((slopes, inputs), (vmap(slopes), batch)):
        step = traced(slope, args)
        wanted = evaluated(step, args)
        for each in PASSES:
            step = each(step)
            check(step)
            assert_same_bits(evaluated(step, args), wanted)
