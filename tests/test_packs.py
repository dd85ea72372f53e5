"""Packs: small equations of one kind that run as one call compute what they compute one by one."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
import re
from typing import Any

from hypothesis import given, settings, strategies as st
import numpy as np
from numpy.typing import NDArray
import pytest

from tapegrad import compile, scan, trace
from tapegrad._program.passes.factoring import with_small_slopes_joined
from tapegrad._program.passes.lowering import lowered
from tapegrad._program.program import Equation, Var
from tapegrad._program.source import packing
from tapegrad._program.source.layout import Layout, Run
from tapegrad._program.source.ordering import sequences
from tapegrad._program.source.scheduling import bundles
from tapegrad._spec import Spec
from tapegrad.program import check
from tests.untyped import grad, vmap

Array = NDArray[Any]


def gates(w: Array, b: Array, x: Array) -> Any:
    """Gates, as of an LSTM, and what makes their rows different from each other."""
    parts = [w[i] * x + b[i] for i in range(6)]
    logistic = [1.0 / (1.0 + np.exp(-part)) for part in parts[:4]]
    curved = [np.tanh(part) for part in parts[4:]]
    return np.sum(logistic[0] * curved[0] + logistic[1] * curved[1] * logistic[2] - logistic[3])


def arguments(width: int = 5, seed: int = 0) -> tuple[Array, Array, Array]:
    rng = np.random.default_rng(seed)
    return rng.normal(size=(6, width)), rng.normal(size=(6, width)), rng.normal(size=width)


def assert_same(actual: Any, expected: Any) -> None:
    """The same to a few units in the last place, as slopes are multiplied with each other; signs of zeros included."""
    for a, b in zip(actual, expected, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-13, atol=1e-15)
        np.testing.assert_array_equal(np.signbit(a), np.signbit(b))


def calls(source: str) -> int:
    """How many lines call NumPy."""
    return len(re.findall(r"^        .*\(", source, re.MULTILINE))


def test_gates() -> None:
    slopes = compile(grad(gates, argnums=(0, 1, 2)))
    assert_same(slopes(*arguments()), grad(gates, argnums=(0, 1, 2))(*arguments()))
    equations = len(slopes.program(*arguments()).equations)
    assert calls(slopes.source(*arguments())) < equations / 2


def test_slopes_are_multiplied_before_the_cotangent_is_there() -> None:
    def f(x: Array, y: Array) -> Any:
        return np.sum(np.tanh(np.sin(np.exp(np.tanh(x) * y)) * y) ** 2)

    args = np.array([0.5, -1.0, 2.0]), np.array([1.5, 0.3, -0.0])
    program = lowered(trace(grad(f))(*args))
    joined = with_small_slopes_joined(program, 24)
    check(joined)
    assert depth(joined) < depth(program)
    leaves = [*args]
    np.testing.assert_allclose(joined.evaluate(leaves), program.evaluate(leaves), rtol=1e-15)
    assert with_small_slopes_joined(program, 23) == program


def test_joined_slopes_are_0_for_the_same_zeros() -> None:
    """A zero cotangent meets infinite slopes; a zero slope meets an infinite one before it and behind it."""

    def f(x: Array, y: Array) -> Any:
        return np.sum(y * np.sqrt(np.tanh(np.sqrt(x)) ** 2))

    x, y = np.meshgrid([0.0, 1.0, 4.0, np.inf], [0.0, 1.0, np.inf])
    with np.errstate(all="ignore"):
        wanted = grad(f, argnums=(0, 1))(x, y)
    for found, own in zip(compile(grad(f, argnums=(0, 1)))(x, y), wanted, strict=True):
        np.testing.assert_allclose(found, own, rtol=1e-14)


def depth(program: Any) -> int:
    """How many equations wait for each other."""
    depths: dict[Any, int] = {}
    for eq in program.equations:
        depths.update(dict.fromkeys(eq.outputs, 1 + max((depths.get(atom, 0) for atom in eq.inputs), default=0)))
    return max(depths.values())


def test_without_packs(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same bits, one by one."""
    expected = compile(grad(gates, argnums=(0, 1, 2)))(*arguments())
    monkeypatch.setattr(packing, "SMALL", 0)
    alone = compile(grad(gates, argnums=(0, 1, 2)))
    assert_same(alone(*arguments()), expected)
    assert ".take(" not in alone.source(*arguments())


def test_large_values_are_left_alone() -> None:
    slopes = compile(grad(gates))
    assert ".take(" in slopes.source(*arguments(200))
    assert ".take(" not in slopes.source(*arguments(300))


def test_results_are_their_own() -> None:
    """No result lies in rows that the next call writes; no argument is written to."""

    def f(x: Array, y: Array) -> Any:
        sums = [np.exp(x[i]) + y[i] for i in range(4)]
        return sums[0], sums[1], np.tanh(sums[2]) * np.tanh(sums[3]), sums[0].reshape(1, -1), np.tanh(sums[1]) + sums[0]

    compiled = compile(f)
    rng = np.random.default_rng(1)
    first, second = rng.normal(size=(2, 4, 3)), rng.normal(size=(2, 4, 3))
    kept = first.copy()
    results = compiled(*first)
    compiled(*second)
    assert_same(results, f(*kept))
    np.testing.assert_array_equal(first, kept)
    assert not any(np.shares_memory(a, b) for i, a in enumerate(results) for b in results[:i])


def test_zeros_keep_the_sign_that_eager_code_gives_them() -> None:
    def f(x: Array) -> Any:
        return sum(np.sum(np.tanh(x[i] * 2.0) * -0.0) for i in range(5))

    x = np.array([[0.0, -0.0, 1.0]] * 5)
    assert_same([compile(grad(f))(x)], [grad(f)(x)])


def test_careful_runs() -> None:
    """Where a cotangent of 0 meets an infinite slope, the products of a pack are damped."""

    def f(x: Array) -> Any:
        roots = [np.sqrt(x[i]) for i in range(4)]
        return sum(np.sum(root * root * (1.0 + i)) for i, root in enumerate(roots))

    x = np.array([[0.0, 4.0], [1.0, 0.0], [0.0, 0.0], [9.0, 16.0]])
    with np.errstate(divide="ignore"):
        assert_same([compile(grad(f))(x)], [grad(f)(x)])


def test_names_of_parameters() -> None:
    def f(r0: Array, g1: Array, r0at3: Array) -> Any:
        return gates(r0, g1, r0at3)

    assert_same(compile(grad(f, argnums=(0, 1, 2)))(*arguments()), grad(f, argnums=(0, 1, 2))(*arguments()))


def test_parts_by_negative_places_and_in_any_memory_order() -> None:
    def f(w: Array) -> Any:
        return np.sum(np.sin(w[0, -1]) * np.sin(w[-1, 0]) + np.sin(w[1, 1]) * np.sin(w[0, 0]) + w[0, 1])

    w = np.random.default_rng(2).normal(size=(2, 2, 4))
    for each in (w, np.asfortranarray(w), w[::-1, :, ::-1], w.astype(np.float32), w.astype(">f8")):
        assert_same([compile(grad(f))(each)], [grad(f)(each)])


def test_parts_at_one_place() -> None:
    """They add up: the array is more than rows put together."""

    def f(w: Array, x: Array) -> Any:
        parts = [np.tanh(w[0] * x[i]) for i in range(4)]
        return np.sum(parts[0] * parts[1] + parts[2] * parts[3])

    w, x = np.random.default_rng(6).normal(size=(1, 3)), np.random.default_rng(7).normal(size=(4, 3))
    assert_same(compile(grad(f))(w, x), grad(f)(w, x))


def test_complex_numbers() -> None:
    rng = np.random.default_rng(3)
    w = rng.normal(size=(6, 3)) + 1j * rng.normal(size=(6, 3))

    def f(w: Array) -> Any:
        parts = [np.exp(w[i] * (1 + 2j)) for i in range(6)]
        total: Any = parts[0] * parts[1] + parts[2] * parts[3] - np.conj(parts[4]) * parts[5]
        real: Any = np.real(total)
        return np.sum(real)

    np.testing.assert_allclose(compile(grad(f))(w), grad(f)(w), rtol=1e-14)


def test_several_shapes_and_types() -> None:
    def f(x: Array, y: Array, z: Array) -> list[Any]:
        first: list[Any] = [np.tanh(x[i]) for i in range(4)]
        last: list[Any] = [np.tanh(y[i]) for i in range(4)]
        larger: list[Any] = [np.where(first[i] > 0.1 * i, first[i] * 2.0, first[i]) for i in range(4)]
        whole: list[Any] = [z[i] * 2 + z[3] for i in range(4)]
        return [larger[0] * first[1] + larger[2] * first[3], last[0] * last[1] - last[2] * last[3], *whole]

    rng = np.random.default_rng(4)
    x, y, z = rng.normal(size=(4, 3)), rng.normal(size=(4, 2, 2)).astype(np.float32), rng.integers(9, size=(4, 3))
    actual, expected = compile(f)(x, y, z), f(x, y, z)
    assert_same(actual, expected)
    assert [each.dtype for each in actual] == [each.dtype for each in expected]


def test_parts_of_inputs_that_are_results() -> None:
    """They are views, of an input that is copied into rows."""

    def f(w: Array, x: Array) -> Any:
        parts = [w[i] for i in range(6)]
        inner = [w[6][i] for i in range(3)]
        return sum(np.tanh(part * x) for part in parts[:5]), *parts, *inner

    w, x = np.random.default_rng(6).normal(size=(7, 5, 5)), np.ones((5, 5))
    assert_same(compile(f)(w, x), f(w, x))


def test_within_loops() -> None:
    w, b, x = arguments()

    def f(w: Array, x: Array) -> Any:
        def step(state: Any, row: Any) -> Any:
            gated = [np.tanh(w[i] * state + row) for i in range(6)]
            return gated[0] * gated[1] + gated[2] * gated[3] - gated[4] * gated[5], gated[0] + gated[1]

        last, rows = scan(step, x, b)
        return np.sum(last) + np.sum(rows**2)

    for each in (grad(f, argnums=(0, 1)), grad(compile(f), argnums=(0, 1))):
        for a, e in zip(compile(each)(w, x), each(w, x), strict=True):
            np.testing.assert_allclose(a, e, rtol=1e-13)


def test_batches() -> None:
    w, b, _ = arguments()
    xs = np.random.default_rng(5).normal(size=(7, 5))
    slopes = vmap(grad(gates, argnums=2), in_axes=(None, None, 0))
    assert_same([compile(slopes)(w, b, xs)], [slopes(w, b, xs)])


def test_threads() -> None:
    """Each call has rows of its own."""
    slopes = compile(grad(gates, argnums=0))
    inputs = [arguments(seed=seed) for seed in range(40)]
    with ThreadPoolExecutor(8) as pool:
        assert_same(pool.map(slopes, *zip(*inputs, strict=True)), [grad(gates, argnums=0)(*each) for each in inputs])


UNARY: tuple[Callable[[Any], Any], ...] = (np.tanh, np.negative, np.exp, lambda x: x * 0.5, lambda x: 1.0 - x, np.abs)
BINARY: tuple[Callable[[Any, Any], Any], ...] = (np.add, np.multiply, np.subtract, np.hypot)
picks = st.integers(0, 1_000)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(picks, picks, picks), min_size=8, max_size=60), st.integers(1, 3), st.integers(0, 5))
def test_random_programs(plan: list[tuple[int, int, int]], outputs: int, seed: int) -> None:
    def f(x: Array, y: Array) -> Any:
        values = [*(x[i] for i in range(5)), y]
        for kind, i, j in plan:
            a, b = values[i % len(values)], values[j % len(values)]
            kind %= len(UNARY) + len(BINARY)
            values.append(UNARY[kind](a) * 0.3 if kind < len(UNARY) else BINARY[kind - len(UNARY)](a, b) * 0.7)
        return tuple([np.tanh(value) for value in values[-outputs:]])

    rng = np.random.default_rng(seed)
    point = rng.integers(-2, 3, size=(5, 3)) / 2, rng.normal(size=3)

    def total(x: Array, y: Array) -> Any:
        return sum(np.sum(out) for out in f(x, y))

    with np.errstate(all="ignore"):
        assert_same(compile(f)(*point), f(*point))
        assert_same(compile(grad(total, argnums=(0, 1)))(*point), grad(total, argnums=(0, 1))(*point))


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2), st.sets(picks, max_size=3)), max_size=40))
def test_bundles(plan: list[tuple[int, set[int]]]) -> None:
    """Each equation once, after all that it reads; those of one bundle of one kind, none of which reads another."""
    primitive = trace(np.tanh)(1.0).equations[0].primitive
    equations = [
        Equation(primitive, tuple(sorted({Var(j % i) for j in reads} if i else ())), (), (Var(i),))
        for i, (_, reads) in enumerate(plan)
    ]
    kinds = dict(zip(equations, [kind or None for kind, _ in plan], strict=True))
    done: set[Var] = set()
    for bundle in bundles(equations, kinds.__getitem__):
        assert all(done.issuperset(eq.inputs) for eq in bundle)
        assert len({kinds[eq] for eq in bundle}) == 1
        assert len(bundle) == 1 or kinds[bundle[0]] is not None
        assert done.isdisjoint(eq.outputs[0] for eq in bundle)
        done.update(eq.outputs[0] for eq in bundle)
    assert len(done) == len(equations)


def test_sequences() -> None:
    """What reads several results of one bundle decides on their order, and how often each is computed."""
    primitive = trace(np.tanh)(1.0).equations[0].primitive

    def bundle(first: int, *inputs: tuple[int, ...]) -> list[Equation]:
        return [Equation(primitive, tuple(map(Var, each)), (), (Var(first + i),)) for i, each in enumerate(inputs)]

    leaf, a, b, c = Var(0), bundle(1, (0,), (0,), (0,)), bundle(4, (2, 1), (2, 0), (1, 0)), bundle(7, (6, 5))
    values = {out for each in (a, b, c) for eq in each for out in eq.outputs}
    assert leaf not in values
    first, second, third = sequences([a, b, c], values)
    assert (second, third) == (None, None)  # one reader: its operands are rows anyway
    assert first == [a[1], a[1], a[0], a[2]]
    assert sequences([a, b, c], values - {eq.outputs[0] for eq in a}) == [None] * 3
    assert (
        sequences([bundle(1, (0,)), bundle(2, *[(1,)] * 20)], {*map(Var, range(22))}) == [None] * 2
    )  # too many copies


def test_rows_are_written_as_they_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    slopes, args = grad(gates, argnums=(0, 1, 2)), arguments()
    takes = compile(slopes).source(*args).count(".take(")
    expected = compile(slopes)(*args)

    def none(bundles: list[list[Equation]], in_rows: set[Var]) -> list[None]:
        return [None] * len(bundles)

    monkeypatch.setattr(packing, "sequences", none)
    before = compile(slopes)
    assert takes < before.source(*args).count(".take(")
    assert_same(before(*args), expected)


def test_layout() -> None:
    spec, layout = Spec((3,), np.dtype(float)), Layout()
    a, b, c = map(Var, range(3))
    assert layout.put(spec, [a, b]) == Run(spec, 0, 2)
    assert not layout.scatters(spec, [a, b])
    assert layout.scatters(spec, [b, a])
    assert layout.scatters(spec, [c, c])
    assert layout.together(spec, [b, c]) == Run(spec, 1, 2)  # c is put after b
    assert layout.together(spec, [c, a]).places == (2, 0)
    assert not layout.scatters(spec, [c, a])  # by then they are together
    d, e = Var(3), Var(4)
    assert layout.put(spec, [d, d, e, d]) == Run(spec, 3, 4)
    assert layout.together(spec, [d, e, d]) == Run(spec, 4, 3)
    assert layout.together(spec, [e, d]) == Run(spec, 5, 2)
    assert layout.together(spec, [d, d, d]).places == (3, 3, 3)
    assert layout.scatters(spec, [e, e])
