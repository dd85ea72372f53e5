"""Groups over blocks, and memory that is used again: small programs in blocks of a few rows give what eager ones do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
import os
import subprocess
import sys
from typing import Any

from hypothesis import HealthCheck, assume, example, given, settings, strategies as st
import numpy as np
import pytest

from tapegrad import using_config
from tapegrad._program.program import Var
from tapegrad._program.source import blocks, buffers, groups, order, running
from tapegrad._program.source.lifetimes import Kind, Step, allocated
from tapegrad._tree import flatten
from tests.untyped import Function, compile, grad, plain, value_and_grad

LENGTH = 23


def always(value: Any) -> Callable[..., Any]:
    """A function that gives one value."""

    def constant(*_: object) -> Any:
        return value

    return constant


@pytest.fixture(scope="module", autouse=True, params=[(12, "C"), (50, "C"), (50, "F")], ids=str)
def small(request: pytest.FixtureRequest) -> Iterator[None]:
    """Blocks of a few rows, and buffers for all but the smallest arrays."""
    size, memory = request.param
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(groups, "BLOCK", 50)
        patch.setattr(order, "CACHE", 30 * size)
        patch.setattr(order, "LOOP", 16)
        patch.setattr(order, "entries", always(4))
        patch.setattr(blocks, "order_of", always(memory))
        patch.setattr(groups, "LARGE", 16)
        patch.setattr(buffers, "LARGE", 64)
        yield


UNARY: Sequence[Callable[[Any], Any]] = (
    lambda x: x * x,
    lambda x: -x,
    lambda x: x[:, ::-1] if x.ndim > 1 else x,
    lambda x: x[:, None],
    lambda x: x[:, 0] if x.ndim > 1 else x,
    lambda x: x[:, 1:] if x.ndim > 1 and x.shape[1] > 1 else x,
    lambda x: x[1:] if len(x) > LENGTH - 2 else x,
    lambda x: x[::-1],
    lambda x: x.reshape(len(x), -1),
    lambda x: x.reshape(-1, 1) if x.ndim == 1 else x.reshape(-1),
    lambda x: np.sum(x, axis=-1) if x.ndim > 1 else np.sum(x, keepdims=True) + x,
    lambda x: np.sum(x, axis=0, keepdims=True) - x,
    lambda x: np.mean(x, axis=tuple(range(1, x.ndim))),
    lambda x: np.max(x, axis=-1, keepdims=True) - x if x.ndim > 1 else x,
    lambda x: np.prod(x, axis=1) if x.ndim > 1 else x,
    lambda x: x.astype(np.float32) if x.dtype == np.float64 else x.astype(np.float64),
    lambda x: plain.where(x > 0.5, np.sqrt(np.abs(x)), x),
    lambda x: np.where(np.isfinite(1.0 / x), x, 1.0),
    lambda x: 1.0 / (1.0 + np.abs(x)),
    lambda x: np.sqrt(np.abs(x)),
    lambda x: np.abs(x) ** 1.5,
    lambda x: np.transpose(x),
    lambda x: np.exp(1j * x).real * x,
    lambda x: (np.sign(x) + 1.0) * x,
    lambda x: np.broadcast_to(x[:1], x.shape) + x,
    lambda x: np.cumsum(x, axis=0) * 0.1,
    lambda x: x * np.sum(x * x),
    lambda x: np.sum(x * 2.0, axis=(0, -1)) if x.ndim > 1 else x,
    lambda x: x - np.mean(x * 2.0, axis=tuple(range(1, x.ndim)), keepdims=True),
    lambda x: x[:, :, ::2] if x.ndim > 2 else x,
    lambda x: x[:, :, None] if x.ndim == 2 else x,
    lambda x: x.reshape(*x.shape[:2], -1) if x.ndim > 2 else x,
)
BINARY: Sequence[Callable[[Any, Any], Any]] = (
    lambda x, y: x + y,
    lambda x, y: x * y,
    lambda x, y: x - y,
    plain.maximum,
    lambda x, y: plain.where(x > y, x, y * 2.0),
    lambda x, y: x / (2.0 + np.abs(y)),
    lambda x, y: np.sqrt(x * x + y * y),
)
SHAPES = ((LENGTH,), (LENGTH, 1), (LENGTH, 3), (LENGTH, 2, 3), (3,), (1, 3), (1,), (LENGTH, LENGTH), (2, LENGTH))
WIDE = (
    (3, 60),
    (1, 70),
    (60,),
    (3, 1),
    (2, LENGTH, 4),
    (LENGTH, 1),
    (2, 1, 1),
    (2, LENGTH),
    (2, 1, LENGTH, 4),
    (2, 2, 60),
)
"""Rows of some of them are longer than a block."""
VALUES = np.array([0.0, 1.0, -1.0, 0.5, 2.0, -0.0, 3.0])


def run(program: list[tuple[int, int, int]], inputs: Sequence[Any]) -> list[Any]:
    """Some of what the functions give."""
    values = list(inputs)
    for which, i, j in program:
        x, y = values[-1 - i % min(5, len(values))], values[j % len(values)]
        k = which % (len(UNARY) + 2 * len(BINARY))
        if k < len(UNARY):
            values.append(UNARY[k](x) if np.ndim(x) else x)
            continue
        try:
            fits = len(np.broadcast_shapes(np.shape(x), np.shape(y))) < 4
        except ValueError:
            fits = False
        values.append(BINARY[(k - len(UNARY)) % len(BINARY)](x, y if fits else np.sum(y)))
    return [value for value in values[len(inputs) :] if np.size(value) < 20_000][-4:]


def spoilt(x: Any) -> Any:
    """Its slope is infinite at 0, where the cotangent is 0."""
    return np.sqrt(x) * x * x


def at(f: Function, shapes: list[tuple[int, ...]]) -> tuple[Callable[..., Any], list[tuple[int, ...]]]:
    """A function, and the shapes of its arguments."""
    return f, shapes


SPECIAL = {
    "zero times infinity": at(grad(lambda x: np.sum(spoilt(np.abs(x)))), [(LENGTH, 3)]),
    "zero times infinity, kept": at(grad(lambda x, y: np.sum(spoilt(np.abs(x)) * y)), [(LENGTH, 3), (LENGTH, 3)]),
    "zero times infinity, hidden": at(
        lambda x: 1.0 / (1.0 + np.abs(grad(lambda x: np.sum(spoilt(np.abs(x))))(x))),
        [(LENGTH, 3)],
    ),
    "zero times infinity, in a maximum": at(
        lambda x: plain.maximum(grad(lambda x: -np.sum(spoilt(np.abs(x))))(x), -5.0),
        [(LENGTH,)],
    ),
    "zero times infinity, compared": at(
        lambda x: np.where(grad(lambda x: np.sum(spoilt(np.abs(x))))(x) < 0.5, x * 2.0, 1.0),
        [(LENGTH,)],
    ),
    "zero times infinity, which was there before": at(
        grad(lambda x: np.sum(0.5 / np.sqrt(np.abs(x)) * (x * x) * (x * x) + spoilt(np.abs(x)))),
        [(LENGTH, 3)],
    ),
    "a reversed view of what is overwritten": at(
        grad(lambda x: np.sum(np.sqrt(np.abs(x * x)[:, ::-1]) * np.abs(x) * np.abs(x))),
        [(LENGTH, 3)],
    ),
    "sum over rows as long as columns": at(lambda x: np.sum(x * 2.0, axis=0) + x[0], [(LENGTH, LENGTH)]),
    "maximum over rows": at(lambda x: np.max(x * 2.0 + 1.0, axis=0) + np.sin(x[:, 0]), [(LENGTH, LENGTH)]),
    "a row as long as columns": at(lambda x, y: (x + 1.0) * ((y + 1.0) * 2.0), [(LENGTH, LENGTH), (LENGTH,)]),
    "a row from outside": at(lambda x, y: (x + 1.0) * y * y[:, None], [(LENGTH, LENGTH), (LENGTH,)]),
    "rows turned to columns": at(lambda x: (x * 2.0).T * (x + 1.0), [(LENGTH, LENGTH)]),
    "repeated along rows and columns": at(
        grad(lambda x: np.sum(np.sum(x * x, axis=0) ** 2) + np.sum(np.sum(x * x, axis=1) ** 2)),
        [(LENGTH, LENGTH)],
    ),
    "one row": at(lambda x, y: (x + 1.0) * (y * 2.0), [(LENGTH, 3), (1, 3)]),
    "one column": at(lambda x, y: (x + 1.0) * (y * 2.0), [(LENGTH, 3), (LENGTH, 1)]),
    "no columns": at(lambda x, y: (np.sum(y * 2.0, axis=1) + x * 2.0, y * 3.0), [(LENGTH,), (LENGTH, 0)]),
    "no rows": at(lambda x: x * 2.0 + np.sum(x * 3.0), [(0, 3)]),
    "a total with its axis": at(lambda x: (x + 1.0) / np.sum(x * x, axis=(0, 1), keepdims=True), [(LENGTH, 3)]),
    "two lengths": at(lambda x, y: ((x + 1.0) * 2.0, (y + np.sum(x * x)) * 3.0), [(LENGTH,), (LENGTH + 4, 2)]),
    "kept inside and out": at(lambda x: (y := (x + 1.0) * 2.0, np.sin(y) * y, np.cumsum(y), y[:, :1]), [(LENGTH, 3)]),
    "the same output twice": at(lambda x: (y := (x + 1.0) * 2.0, y, y.reshape(-1), y), [(LENGTH, 3)]),
    "truth values": at(lambda x: (((x > 0) & (x < 2)) | (x == 0), (x > 0) * x), [(LENGTH, 3)]),
    "complex numbers": at(lambda x: (np.exp(1j * x) * x, np.abs(np.exp(2j * x) + 1.0)), [(LENGTH, 3)]),
    "integers": at(lambda x: ((x > 0).astype(int) * 3 + 1) * np.sum(x > 0, axis=1, keepdims=True), [(LENGTH, 3)]),
    "views of buffers that live on": at(
        lambda x: (lambda y: (np.sin(y) + (y * y)[:, ::-1]) * y[:, ::-1] - y[:, :1])(x * 2.0),
        [(LENGTH, 3)],
    ),
    "a matrix product between": at(lambda x, y: np.tanh(np.tanh((x + 1.0) @ y) @ y * 2.0) @ y, [(LENGTH, 3), (3, 3)]),
    "zero times infinity, summed with factors": at(
        lambda x, y: np.sum(grad(lambda x: np.sum(np.sqrt(x)), argnums=0)(np.abs(x)) * 0.0 * y, axis=0),
        [(LENGTH, 3)] * 2,
    ),
    "zero times infinity, damped in a sum": at(
        grad(lambda r, x: np.sum(np.sqrt(np.abs(r + x)) * (r + x) * (r + x)), argnums=0), [(3,), (LENGTH, 3)]
    ),
    "infinity, damped in a sum": at(
        grad(lambda r, x: np.sum(np.sin(r * (1.0 / np.abs(x))) * x * x), argnums=0), [(3,), (LENGTH, 3)]
    ),
    "sums of products": at(
        lambda x, y, r: (
            np.sum(x * y, axis=0),
            np.sum(-(x * r), axis=0),
            np.sum(r * (x + 1.0), axis=(0, 1)),
            np.sum(x * y, axis=(0, 2)),
            np.sum(x * 2.0, axis=0),
        ),
        [(LENGTH, 2, 3), (LENGTH, 2, 3), (3,)],
    ),
    "sums of products of long rows": at(
        lambda x, y, c: (np.sum(x * y, axis=1), np.sum((x + y) * c, axis=(0, 1)), np.sum(x * c, axis=(0, 2))),
        [(2, LENGTH, 4), (2, LENGTH, 4), (2, 1, 1)],
    ),
    "long rows": at(grad(lambda x: np.sum(np.sin(x) * x)), [(3, 60)]),
    "one long row": at(lambda x: (np.sum(x * x) * x, np.sum(x * x, axis=1), np.sum(x * x, axis=0)), [(1, 70)]),
    "long rows of a transposed array": at(lambda x, y: ((x.T + 1.0) * y + 2.0, x.T * 2.0), [(60, 3), (3, 60)]),
    "long rows and columns": at(lambda x, c, r: np.sum((x + c) * r - r * 2.0, axis=1), [(3, 60), (3, 1), (60,)]),
    "sums of long rows": at(
        lambda x: (
            np.sum(x * x, axis=(0, 1)),
            np.sum(x * x, axis=(1, 2), keepdims=True),
            np.sum(x * x, axis=1),
            np.sum(x * x, axis=(0, 1, 2), keepdims=True),
            np.sum(x * x, axis=0),
            np.sum(x * x, axis=2),
            np.max(x * x, axis=(1, 2)),
        ),
        [(2, LENGTH, 4)],
    ),
    "normalised images": at(
        grad(lambda x: np.sum(np.sin((x - np.mean(x, axis=(1, 2), keepdims=True)) * 2.0) * x)), [(2, LENGTH, 4)]
    ),
    "views within long rows": at(
        lambda x: (np.reshape(x * 2.0, (2, LENGTH, 2, 2))[:, :, ::-1] * 3.0 + 1.0, (x * 2.0)[:, :, 1:] + 1.0),
        [(2, LENGTH, 4)],
    ),
    "parts placed in long rows": at(grad(lambda x: np.sum((x * x)[:, :, 1:] * np.sin(x[:, :, :-1]))), [(2, LENGTH, 4)]),
    "parts put together": at(grad(lambda x: np.sum(x[1:] * np.exp(-(x[:-1] ** 2)) * np.sin(x[1:]))), [(LENGTH, 3)]),
}


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("strided", [False, True])
@pytest.mark.parametrize(("f", "shapes"), SPECIAL.values(), ids=SPECIAL)
def test_special(f: Callable[..., Any], shapes: list[tuple[int, ...]], strided: bool, dtype: Any) -> None:
    rng = np.random.default_rng(0)
    inputs: list[Any] = [rng.choice(VALUES, size=shape).astype(dtype) for shape in shapes]
    inputs = [np.repeat(x, 2, axis=-1)[..., ::2] if strided else x for x in inputs]
    with np.errstate(all="ignore"):
        wanted = f(*inputs)
        compiled = compile(f)
        for _ in range(2):
            found = compiled(*inputs)
            for a, b in zip(flatten(found)[0], flatten(wanted)[0], strict=True):
                close(a, b, 1e-5 if dtype is np.float32 else 1e-13)
                assert np.result_type(a) == np.result_type(b)
                a[...] = 1  # an array of its own


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    program=st.lists(st.tuples(st.integers(0, 1_000), st.integers(0, 10), st.integers(0, 20)), min_size=2, max_size=12),
    shapes=st.lists(
        st.tuples(st.sampled_from(SHAPES), st.sampled_from((np.float64, np.float32)), st.booleans()),
        min_size=1,
        max_size=3,
    )
    | st.lists(
        st.tuples(st.sampled_from(WIDE), st.sampled_from((np.float64, np.float32)), st.booleans()),
        min_size=1,
        max_size=3,
    ),
    seed=st.integers(0, 2**32 - 1),
    slopes=st.booleans(),
)
@example(  # which amplifies rounding 10**14 times
    program=[(488, 0, 0), (180, 0, 0), (0, 0, 0), (0, 0, 0), (272, 0, 0), (0, 0, 0), (0, 0, 0), (227, 0, 0)],
    shapes=[((LENGTH,), np.float64, False), ((LENGTH,), np.float64, False)],
    seed=0,
    slopes=False,
)
def test_random_programs(
    program: list[tuple[int, int, int]], shapes: list[tuple[tuple[int, ...], Any, bool]], seed: int, slopes: bool
) -> None:
    rng = np.random.default_rng(seed)
    inputs: list[Any] = [rng.choice(VALUES, size=shape).astype(dtype) for shape, dtype, _ in shapes]
    inputs = [np.asfortranarray(x) if strided else x for x, (*_, strided) in zip(inputs, shapes, strict=True)]
    for x in inputs:
        x.flags.writeable = False

    def total(*inputs: Any) -> Any:
        return sum(np.sum(value * 0.5) for value in run(program, inputs))

    def f(*inputs: Any) -> Any:
        return tuple(run(program, inputs)) if not slopes else grad(total, argnums=list(range(len(inputs))))(*inputs)

    with np.errstate(all="ignore"):
        wanted = f(*inputs)
        compiled = compile(f)
        single = "float32" in str(compiled.program(*inputs))
        tolerance = 1e-2 if single else 1e-6
        for _ in range(2):  # the second time in memory that the first has left behind
            for a, b in zip(compiled(*inputs), wanted, strict=True):
                assert np.shape(a) == np.shape(b)
                assert np.result_type(a) == np.result_type(b)
                if not are_close(a, b, tolerance):
                    moved = f(*(x * (1 + x.dtype.type(20 * np.finfo(x.dtype).eps)) for x in inputs))
                    assume(all(are_close(*pair, tolerance / 10) for pair in zip(moved, wanted, strict=True)))
                    close(a, b, tolerance)  # fails, where it is not that rounding alone decides the result


def close(a: Any, b: Any, tolerance: float) -> None:
    scale = np.max(np.abs(np.where(np.isfinite(b), b, 0)), initial=1.0)
    np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance * scale)


def are_close(a: Any, b: Any, tolerance: float) -> bool:
    try:
        close(a, b, tolerance)
    except AssertionError:
        return False
    return True


A, B, C, D, E = map(Var, range(5))


def alike(var: Var) -> Kind:
    return (3,), "float64"


class TestLifetimes:
    def test_a_buffer_is_used_again(self) -> None:
        steps = [Step((A,), (B,), True), Step((B,), (C,), True), Step((C,), (D,), True), Step((D,), (E,), True)]
        assert allocated(steps, alike, [E]) == ({B: 0, C: 1, D: 0}, [alike(B)] * 2)

    def test_an_argument_is_overwritten(self) -> None:
        steps = [Step((A,), (B,), True), Step((B,), (C,), True, overwrites=(B,)), Step((C,))]
        assert allocated(steps, alike, [])[0] == {B: 0, C: 0}

    def test_an_argument_is_not_overwritten_while_a_view_of_it_is_read(self) -> None:
        steps = [Step((A,), (B,), True), Step((B,), (C,), shares=True), Step((B, C), (D,), True, (B,)), Step((D,))]
        assert allocated(steps, alike, [])[0] == {B: 0, D: 1}

    def test_what_a_view_shows_lives_on(self) -> None:
        steps = [Step((A,), (B,), True), Step((B,), (C,), shares=True), Step((A,), (D,), True), Step((C, D))]
        assert allocated(steps, alike, [])[0] == {B: 0, D: 1}

    def test_what_leaves_has_memory_of_its_own(self) -> None:
        steps = [Step((A,), (B,), True), Step((B,), (C,), shares=True), Step((A,), (D,), True)]
        assert allocated(steps, alike, [C])[0] == {D: 0}

    def test_kinds_are_kept_apart(self) -> None:
        steps = [Step((A,), (B,), True), Step((B,), (C,), True), Step((C,), (D,), True), Step((D,))]
        kinds: dict[Var, Kind | None] = {B: alike(B), C: None, D: ((3,), "float32")}
        assert allocated(steps, kinds.__getitem__, [])[0] == {B: 0, D: 1}


class TestThreads:
    """A pool of two threads beside the calling one, whatever the machine has."""

    @pytest.fixture(autouse=True)
    def pool(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        with ThreadPoolExecutor(2) as pool, using_config(threads=3):
            monkeypatch.setattr(running, "pool", lambda: pool)
            yield

    def test_equal_to_one_thread(self) -> None:
        x = np.linspace(-3, 2, 1_001)
        total, slope = compile(value_and_grad(lambda x: np.sum(np.exp(-(x**2)) * np.sin(x))))(x)
        wanted = value_and_grad(lambda x: np.sum(np.exp(-(x**2)) * np.sin(x)))(x)
        np.testing.assert_allclose(total, wanted[0])
        np.testing.assert_allclose(slope, wanted[1])

    def test_calls_from_several_threads(self, monkeypatch: pytest.MonkeyPatch) -> None:
        c = compile(lambda x: np.sqrt(x * x + 1.0) * x)
        monkeypatch.setattr(running, "cores", lambda: 3)  # which holds in every thread
        with ThreadPoolExecutor(8) as callers:
            for i, out in enumerate(callers.map(c, [np.full((LENGTH * 9, 3), float(i)) for i in range(200)])):
                np.testing.assert_array_equal(out, np.sqrt(i * i + 1.0) * i)

    def test_a_call_from_within_a_block(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """As a finaliser makes it, in the midst of whatever runs."""
        monkeypatch.setattr(running, "cores", lambda: 3)
        c = compile(lambda x: (x + 1.0) * x * 2.0)
        x = np.ones(LENGTH * 9)
        c(x)

        def block(start: int, stop: int, buffers: list[Any]) -> list[Any]:
            buffers[0][...] = start
            c(x)
            assert np.all(buffers[0] == start)
            return []

        with ThreadPoolExecutor(1) as other:
            assert other.submit(running.over_blocks, block, 10, 1, [((5,), "float64")]).result(30) == []

    def test_an_error_in_a_block(self) -> None:
        def block(start: int, stop: int, buffers: list[Any]) -> list[Any]:
            raise ZeroDivisionError(start)

        with pytest.raises(ZeroDivisionError):
            running.over_blocks(block, 10, 1, ())

    def test_no_more_threads(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def first(start: int, stop: int, buffers: list[Any]) -> list[Any]:
            return [start]

        class Exiting:
            def __init__(self, threads: ThreadPoolExecutor) -> None:
                self.threads = threads

            def submit(self, *call: Any) -> Any:
                if call[1] > 5:
                    raise RuntimeError("cannot schedule new futures after shutdown")
                return self.threads.submit(*call)

        with ThreadPoolExecutor(2) as threads, using_config(threads=5):
            monkeypatch.setattr(running, "pool", lambda: Exiting(threads))
            assert running.over_blocks(first, 10, 1, ()) == [45]


SCRIPT = """
import atexit, os, sys
import numpy as np
from tapegrad import compile
from tapegrad._program.source import running
c = compile(lambda x: np.sin(x) * x + 1.0)
x = np.linspace(0, 1, 300_000)
wanted = np.sin(x) * x + 1.0
def same():
    assert np.array_equal(c(x), wanted)
    print("same", flush=True)
running.cores = lambda: 2
same()
if hasattr(os, "fork"):
    child = os.fork()
    if not child:
        same()
        os._exit(0)
    os.waitpid(child, 0)
atexit.register(same)
"""


def test_forks_and_exits() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", SCRIPT], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout == "same\n" * (3 if hasattr(os, "fork") else 2), done.stderr
