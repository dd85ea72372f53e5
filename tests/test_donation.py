"""Donated arguments: results in their memory, equal to those without, and nothing else in it."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
import tracemalloc
from typing import Any, NamedTuple

from hypothesis import HealthCheck, given, settings, strategies as st
import numpy as np
from numpy.typing import NDArray
import pytest

import tapegrad
from tapegrad._program.source import donation, groups, order
from tapegrad._tree import flatten, tree_map
from tests.test_random_programs import SHAPES, run, steps
from tests.untyped import compile, grad, jvp, value_and_grad, vmap

Array = NDArray[np.float64]
MEGABYTE = 10**6


class Adam(NamedTuple):
    mean: Any
    square: Any
    count: Any


def adam(params: Any, state: Adam, gradient: Any) -> tuple[Any, Adam]:
    count = state.count + 1.0
    mean = tree_map(lambda m, g: 0.9 * m + 0.1 * g, state.mean, gradient)
    square = tree_map(lambda v, g: 0.999 * v + 0.001 * g**2, state.square, gradient)

    def moved(p: Any, m: Any, v: Any) -> Any:
        return p - 0.001 * (m / (1 - 0.9**count)) / (np.sqrt(v / (1 - 0.999**count)) + 1e-8)

    return tree_map(moved, params, mean, square), Adam(mean, square, count)


def start(*shapes: tuple[int, ...]) -> tuple[Any, Adam, Any]:
    rng = np.random.default_rng(0)
    params, gradient = ({f"w{i}": rng.normal(size=shape) for i, shape in enumerate(shapes)} for _ in range(2))
    return params, Adam(tree_map(np.zeros_like, params), tree_map(np.zeros_like, params), np.float64(0.0)), gradient


def copied(tree: Any) -> Any:
    return tree_map(lambda x: x.copy(), tree)


def arrays(tree: Any) -> list[Any]:
    return [leaf for leaf in flatten(tree)[0] if np.ndim(leaf)]


def assert_equal(a: Any, b: Any) -> None:
    (actual, structure), (wanted, expected) = flatten(a), flatten(b)
    assert structure == expected
    for u, v in zip(actual, wanted, strict=True):
        assert type(u) is type(v)
        np.testing.assert_array_equal(u, v)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small arrays are donated as large ones are, and run in blocks."""
    monkeypatch.setattr(donation, "LARGE", 1)
    monkeypatch.setattr(groups, "LARGE", 4)
    monkeypatch.setattr(order, "CACHE", 64)


needs_numba = pytest.mark.skipif(find_spec("numba") is None, reason="numba is not installed")
BACKENDS = ("numpy", pytest.param("numba", marks=[pytest.mark.filterwarnings("ignore"), needs_numba]))


class TestOptimiser:
    @pytest.mark.parametrize("shapes", [((500, 500), (1_000_000,)), ((1, 50_000),) * 25])
    def test_a_step_takes_no_memory(self, shapes: Any) -> None:
        """10 MB of parameters, in blocks and as whole arrays."""
        params, state, gradient = start(*shapes)
        assert sum(x.nbytes for x in arrays(params)) >= 10 * MEGABYTE
        wanted = compile(adam)(params, state, gradient)
        step = compile(adam, donate=(0, 1))
        mine = copied((params, state))
        out = step(*mine, gradient)
        assert_equal(out, wanted)
        assert {*map(id, arrays(out))} == {*map(id, arrays(mine))}
        tracemalloc.start()
        try:
            out = step(*out, gradient)
            assert tracemalloc.get_traced_memory()[1] < MEGABYTE
        finally:
            tracemalloc.stop()
        assert_equal(out, compile(adam)(*wanted, gradient))

    def test_with_the_gradient_inside(self) -> None:
        def loss(p: Any, x: Array) -> Any:
            return np.sum(np.tanh(np.tanh(x @ p["w0"]) @ p["w1"]) ** 2)

        def step(p: Any, s: Adam, x: Array) -> Any:
            value, gradient = value_and_grad(loss, argnums=0)(p, x)
            return value, adam(p, s, gradient)

        params, state, _ = start((100, 100), (100, 100))
        x = np.linspace(-1, 1, 20_000).reshape(200, 100)
        eager, donated = compile(step), compile(step, donate=(0, 1))
        one, other = (params, state), copied((params, state))
        for _ in range(3):
            (a, one), (b, other) = eager(*one, x), donated(*other, x)
            np.testing.assert_allclose(a, b, rtol=1e-14)
        for u, v in zip(arrays(one), arrays(other), strict=True):
            np.testing.assert_allclose(u, v, rtol=1e-13)

    def test_infinities_that_meet_zeros(self) -> None:
        """Where a product must be damped after all, nothing was overwritten that it still needs."""

        def step(x: Array, y: Array) -> Array:
            out: Array = x - 0.5 * grad(lambda x: np.sum(np.where(x > 0, np.log(x) * y, 0.0)))(x)
            return out

        x = np.linspace(-1, 1, 200_001)
        x[100_000] = 0.0
        with np.errstate(all="ignore"):
            wanted = step(x, x + 2)
        for shape in ((-1,), (1, -1)):
            mine = x.reshape(shape).copy()
            with np.errstate(all="ignore"):
                out = compile(step, donate=0)(mine, x.reshape(shape) + 2)
            assert out is mine
            np.testing.assert_allclose(out.reshape(-1), wanted, rtol=1e-14)


KINDS = ((6,), (6, 2), *SHAPES)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    program=steps(),
    shapes=st.lists(
        st.tuples(st.sampled_from(((6,), (6, 2), *SHAPES)), st.sampled_from("ddf")), min_size=1, max_size=3
    ),
    seed=st.integers(0, 2**32 - 1),
    several=st.booleans(),
)
@pytest.mark.usefixtures("small")
def test_random_programs(program: Any, shapes: list[tuple[tuple[int, ...], str]], seed: int, several: bool) -> None:
    """Results are those without donation, and each donated array is one of them, or as it was."""
    rng = np.random.default_rng(seed)
    inputs: list[Any] = [np.asarray(rng.normal(size=shape), dtype)[()] for shape, dtype in shapes]

    def f(*inputs: Any) -> Any:
        moved = [x * 0.5 + run(program, *inputs) for x in inputs]
        return (moved, [x - y for x, y in zip(moved, inputs, strict=True)]) if several else moved

    def total(*inputs: Any) -> Any:
        return run(program, *inputs)

    def downhill(*inputs: Any) -> Any:
        slopes = grad(total, argnums=list(range(len(inputs))))(*inputs)
        return [x - 0.1 * slope for x, slope in zip(inputs, slopes, strict=True)]

    for g in (f, downhill):
        wanted = compile(g)(*inputs)
        mine = copied(inputs)
        out = compile(g, donate=tuple(range(len(inputs))))(*mine)
        for u, v in zip(flatten(out)[0], flatten(wanted)[0], strict=True):
            np.testing.assert_allclose(u, v, rtol=1e-12 if "f" not in {d for _, d in shapes} else 1e-4)
        results = {*map(id, arrays(out))}
        for x, y in zip(mine, inputs, strict=True):
            assert id(x) in results or np.array_equal(x, y)
        assert len(results) == len(arrays(out))


@pytest.mark.usefixtures("small")
class TestPlaces:
    @pytest.mark.parametrize("backend", BACKENDS)
    def test_a_result_is_the_donated_array(self, backend: Any) -> None:
        def f(x: Array, y: Array) -> Any:
            return np.linalg.solve(np.eye(4) * 2.0, x @ y) @ y, np.sum(y)

        x, y = np.arange(16.0).reshape(4, 4).copy(), np.eye(4)
        wanted = compile(f)(x, y)
        out = compile(f, donate=0, backend=backend)(x, y)
        np.testing.assert_array_equal(out[0], wanted[0])
        assert out[0] is x
        assert out[1] == 4.0

    @pytest.mark.parametrize("backend", BACKENDS)
    def test_a_kernel_reads_all_that_it_needs(self, backend: Any) -> None:
        def f(x: Array) -> Any:
            for _ in range(4):
                x = np.sin(x) * x[::-1] + np.cumsum(x)
            return x @ np.diag(np.arange(6.0)), x * 2.0

        x = np.linspace(0, 1, 6)
        mine = x.copy()
        for a, b in zip(compile(f, donate=0, backend=backend)(mine), f(x), strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-12)

    def test_what_is_read_later_stays(self) -> None:
        def f(x: Array) -> Any:
            y = np.sin(x)
            return y, x[::-1] + y, x.reshape(2, 3)

        x = np.arange(6.0)
        mine = x.copy()
        assert_equal(compile(f, donate=0)(mine), compile(f)(x))
        np.testing.assert_array_equal(mine, x)

    def test_neighbours_in_a_block(self) -> None:
        """What a group reads beyond its own rows is not overwritten by it."""

        def f(x: Array, y: Array) -> Any:
            return (x + y) * np.sum(y, axis=0), np.cos(y) + x[0]

        x, y = np.linspace(0, 1, 36).reshape(6, 6), np.linspace(1, 2, 36).reshape(6, 6)
        assert_equal(compile(f, donate=(0, 1))(x.copy(), y.copy()), compile(f)(x, y))

        def g(x: Array, y: Array) -> Any:
            return np.sin(y) * x, x * 2.0 + np.cos(x)

        square, row = np.linspace(0, 1, 36).reshape(6, 6), np.linspace(1, 2, 6)
        assert_equal(compile(g, donate=(0, 1))(square.copy(), row.copy()), compile(g)(square, row))

        def rows(matrix: Array, x: Array) -> Any:
            return np.sum(matrix * x, axis=1)

        assert_equal(compile(rows, donate=1)(square, row.copy()), compile(rows)(square, row))

    def test_a_view_that_is_returned(self) -> None:
        def f(x: Array) -> Any:
            view = x.reshape(2, 3)
            return np.sin(x), view

        x = np.arange(6.0)
        assert_equal(compile(f, donate=0)(x.copy()), compile(f)(x))

    def test_a_view_that_is_read_after(self) -> None:
        def f(x: Array) -> Any:
            y = x[:, ::-1]
            z = np.exp(x) + 1.0
            return np.sin(z), y * z

        x = np.linspace(0, 1, 36).reshape(6, 6)
        assert_equal(compile(f, donate=0)(x.copy()), compile(f)(x))

    def test_the_source_says_what_is_left(self) -> None:
        c = compile(lambda x, y: (x * 2.0, np.sum(y)), donate=(0, 1))
        source = c.source(np.ones(4), np.ones(5))
        assert "# donated, but no result is put there: y" in source
        assert "[x] = given_up({'x': x}, [y])" in source

    def test_by_keyword_and_in_methods(self) -> None:
        c = compile(lambda x, y: x * 2.0 + y, donate=1)
        y = np.ones(4)
        assert c(np.ones(4), y=y) is y

        class Model:
            @tapegrad.compile(donate=1)
            def double(self, x: Array) -> Array:
                return x * 2.0

        assert Model().double(y) is y
        np.testing.assert_array_equal(y, np.full(4, 6.0))

    def test_no_argument_of_its_own_kind(self) -> None:
        c = compile(lambda x: (x > 0, x.astype(np.float32), x @ x), donate=0)
        x = np.linspace(-1, 1, 6)
        assert_equal(c(x), compile(c.f)(x))
        np.testing.assert_array_equal(x, np.linspace(-1, 1, 6))


@pytest.mark.usefixtures("small")
class TestWhatCannotBeGivenUp:
    @staticmethod
    def step(x: Array, y: Array) -> Any:
        return x * 2.0 + y, y - x

    def test_read_only_arrays(self) -> None:
        x = np.ones(4)
        x.flags.writeable = False
        with pytest.raises(ValueError, match=r"x was donated .*test_donation.py:\d+.*read-only.*x.copy\(\)"):
            compile(self.step, donate=0)(x, np.ones(4))
        np.testing.assert_array_equal(compile(self.step, donate=1)(x, np.ones(4))[0], 3.0)

    def test_memory_of_others_is_left_alone(self) -> None:
        whole = np.arange(12.0)
        views: list[Callable[[Array], Any]] = [
            lambda a: (a[:4], np.ones(4)),
            lambda a: (a[::3], np.ones(4)),
            lambda a: (np.ones(12), a),
            lambda a: (a, a),
            lambda a: (a, a[::-1]),
            lambda a: (a[::-1], a),
            lambda a: (a[:8], a[4:]),
            lambda a: (np.asfortranarray(a.reshape(3, 4).copy()), np.ones((3, 4))),
            lambda a: (a.reshape(3, 4), a.reshape(3, 4)),
            lambda a: (np.frombuffer(bytearray(a.tobytes())), np.ones(12)),
        ]
        for view in views:
            for donate in (0, 1, (0, 1)):
                mine = whole.copy()
                args = view(mine)
                wanted = compile(self.step)(*copied(args))
                out = compile(self.step, donate=donate)(*args)
                assert_equal(out, wanted)
                for u in out:
                    for other in (v for v in (*args, *out) if v is not u):
                        assert not np.may_share_memory(u, other) or other is args[0] or other is args[1]
                if args[0] is args[1] or args[0].base is mine:
                    assert all(u is not mine for u in out) or args[1] is mine or donate == 0

    def test_a_view_keeps_what_it_shows(self) -> None:
        whole = np.arange(12.0)
        compile(self.step, donate=(0, 1))(whole[:6], whole[6:])
        np.testing.assert_array_equal(whole, np.arange(12.0))
        compile(self.step, donate=0)(whole, whole)
        np.testing.assert_array_equal(whole, np.arange(12.0))

    def test_tied_arrays_come_apart(self) -> None:
        zeros = np.zeros(4)
        out = compile(self.step, donate=(0, 1))(zeros, zeros)
        assert out[0] is not out[1]
        assert not np.may_share_memory(*out)


@pytest.mark.usefixtures("small")
def test_under_transforms_it_has_no_effect() -> None:
    c = compile(lambda x: np.sin(x) * x, donate=0)
    x = np.linspace(0, 1, 6)
    mine = x.copy()
    results = [
        grad(lambda x: np.sum(c(x)))(mine),
        jvp(c, (mine,), (np.ones(6),))[1],
        vmap(c)(mine.reshape(3, 2)),
        compile(lambda x: c(x) + x)(mine),
    ]
    np.testing.assert_array_equal(mine, x)
    np.testing.assert_allclose(results[0], np.cos(x) * x + np.sin(x))
    np.testing.assert_allclose(results[3], np.sin(x) * x + x)
    outer = compile(grad(lambda x: np.sum(c(x))), donate=0)
    np.testing.assert_allclose(outer(mine), results[0])


def test_what_names_no_argument() -> None:
    def f(x: Array, n: int) -> Array:
        return x * n

    with pytest.raises(ValueError, match="f has no argument at position 2"):
        compile(f, donate=2)
    with pytest.raises(ValueError, match="argument 1 of f is static"):
        compile(f, donate=(0, 1), static_argnums=1)
    with pytest.raises(TypeError, match="donate is a position or a tuple of positions"):
        compile(f, donate="x")
    with pytest.raises(ValueError, match="donate names positions"):
        compile(f, donate=-1)

    def any_number(*x: Array) -> Array:
        return x[0] * x[3]

    assert compile(any_number, donate=3).donate == (3,)


def test_what_a_block_reads_at_its_end_is_not_overwritten() -> None:
    """A sum of products is added up after all else in a block."""

    def step(x: Array, slope: Array) -> tuple[Array, Array]:
        return np.sum(x * slope, axis=0), x - 0.5 * slope

    x, slope = np.linspace(-1.0, 1.0, 400_000).reshape(100_000, 4), np.ones((100_000, 4)) * 3.0
    wanted = step(x, slope)
    compiled = compile(step, donate=0)
    assert "einsum" in compiled.source(x, slope)
    for found, eager in zip(compiled(x.copy(), slope), wanted, strict=True):
        np.testing.assert_allclose(found, eager, rtol=1e-12, atol=1e-9)
