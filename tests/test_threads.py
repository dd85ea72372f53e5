"""Many derivatives at once: threads that take turns at every step, tasks, interruptions, deep recursion."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
import ctypes
import gc
from pathlib import Path
import subprocess
import sys
from threading import Barrier, Event, Thread, get_ident
from typing import Any, TypeAlias

import numpy as np
import pytest

from tapegrad import Tape, Variable, no_grad, stop_gradient, using_config
from tapegrad._config import CONFIG, DEFAULT
from tapegrad._core.node import Node
from tapegrad._core.recorder import FROZEN_AT_START
from tapegrad.errors import SealedTapeError, SegmentError
from tests.untyped import (
    checkpoint,
    custom_jvp,
    custom_vjp,
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
Case: TypeAlias = Callable[[float, int], tuple[Any, Any]]
"""(x, n) -> what a nested derivative of something with x and n gives, and what it should."""

ROOT = Path(__file__).resolve().parent.parent
THREADS = 8
ROUNDS = 1_000
FOUR = np.arange(4.0)


@pytest.fixture(autouse=True)
def hurry() -> Iterator[None]:
    """Threads take turns as often as they can; nothing is left behind."""
    held = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(held)
    assert CONFIG.get() is DEFAULT
    assert gc.get_freeze_count() <= FROZEN_AT_START


def in_threads(work: Callable[[int], Any], threads: int = THREADS) -> list[Any]:
    """`work(n)` in that many threads at once, which begin together."""
    barrier = Barrier(threads)

    def begin(n: int) -> Any:
        barrier.wait()
        return work(n)

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(begin, range(threads)))


def ridge(n: int) -> Map:
    return lambda v: np.sum(np.sin(n * v) * v)


def grad_of_grad(x: float, n: int) -> tuple[Any, Any]:
    return grad(grad(lambda x: x**3 * n))(x), 6 * x * n


def jvp_of_grad(x: float, n: int) -> tuple[Any, Any]:
    return jvp(grad(lambda x: x**3 * n), (x,), (2.0,))[1], 12 * x * n


def grad_of_jvp(x: float, n: int) -> tuple[Any, Any]:
    def f(x: Any) -> Any:
        return jvp(np.sin, (n * x,), (x,))[1]

    return grad(f)(x), np.cos(n * x) - n * x * np.sin(n * x)


def vmap_of_grad(x: float, n: int) -> tuple[Any, Any]:
    return vmap(grad(lambda v: np.sum(v**n)))(x * np.ones((2, 3))), np.full((2, 3), n * x ** (n - 1))


def of_hessian(x: float, n: int) -> tuple[Any, Any]:
    return hessian(lambda v: np.sum(v) ** n)(np.array([x, x])), np.full((2, 2), n * (n - 1) * (2 * x) ** (n - 2))


def jacfwd_of_jacrev(x: float, n: int) -> tuple[Any, Any]:
    return jacfwd(jacrev(lambda v: v**2 * n))(np.array([x, 1.0]))[1, 1, 1], 2.0 * n


def grad_of_linearize(x: float, n: int) -> tuple[Any, Any]:
    return grad(lambda x: linearize(lambda y: y**n * x, x)[1](1.0))(x), n * n * x ** (n - 1)


def grad_of_checkpoint(x: float, n: int) -> tuple[Any, Any]:
    return grad(grad(checkpoint(lambda x: np.exp(n * x / 9))))(x), n * n / 81 * np.exp(n * x / 9)


def grad_of_custom_vjp(x: float, n: int) -> tuple[Any, Any]:
    """sin(n x), of which only the rule knows a derivative."""
    rule = custom_vjp(lambda x: (np.sin(n * x), x), lambda x, ct: (ct * n * np.cos(n * x),))
    return grad(grad(rule(lambda x: stop_gradient(np.sin(n * x)))))(x), -n * n * np.sin(n * x)


def jvp_of_custom_jvp(x: float, n: int) -> tuple[Any, Any]:
    rule = custom_jvp(lambda primals, tangents: (np.sin(n * primals[0]), tangents[0] * n * np.cos(n * primals[0])))
    return jvp(grad(rule(lambda x: stop_gradient(np.sin(n * x)))), (x,), (1.0,))[1], -n * n * np.sin(n * x)


def grad_of_scan(x: float, n: int) -> tuple[Any, Any]:
    """x to the n + 1, step by step."""

    def power(x: Any) -> Any:
        return scan(lambda carry, _: (carry * x, carry), x, None, length=n)[0]

    return grad(power)(x), (n + 1) * x**n


def of_a_pause(x: float, n: int) -> tuple[Any, Any]:
    def f(x: Any) -> Any:
        with no_grad():
            inner = grad(lambda y: np.sin(n * y))(x)
        return inner * x

    return grad(f)(x), n * np.cos(n * x)


def of_a_tape(x: float, n: int) -> tuple[Any, Any]:
    with Tape() as tape:
        y = tape.watch(x)
        with using_config(check_finite=bool(n % 2)):
            z = y * y * n
    return tape.gradient(z, y), 2 * n * x


class InterruptionError(BaseException):
    """What the user's keyboard might send."""


def of_an_interruption(x: float, n: int) -> tuple[Any, Any]:
    def fails(x: Any) -> Any:
        with no_grad():
            raise InterruptionError

    def f(x: Any) -> Any:
        try:
            grad(fails)(x)
        except InterruptionError:
            return x**n

    return grad(f)(x), n * x ** (n - 1)


CASES: dict[str, Case] = {
    case.__name__: case
    for case in (
        *(grad_of_grad, jvp_of_grad, grad_of_jvp, vmap_of_grad, of_hessian, jacfwd_of_jacrev, grad_of_linearize),
        *(grad_of_checkpoint, grad_of_custom_vjp, jvp_of_custom_jvp, grad_of_scan, of_a_pause, of_a_tape),
        of_an_interruption,
    )
}


@pytest.mark.parametrize("name", CASES)
def test_one_case_alone(name: str) -> None:
    found, wanted = CASES[name](0.7, 3)
    np.testing.assert_allclose(found, wanted, rtol=1e-11)


def test_nested_gradients_in_threads() -> None:
    """Each thread takes the cases in turn, and no two threads the same at once."""
    cases = list(CASES.values())

    def work(n: int) -> list[str]:
        wrong: list[str] = []
        for i in range(ROUNDS):
            x = 0.3 + 0.1 * n + 1e-4 * i
            found, wanted = cases[(i + n) % len(cases)](x, 2 + n)
            if not np.allclose(found, wanted, rtol=1e-10, atol=0):
                wrong.append(f"{list(CASES)[(i + n) % len(cases)]}: {found}, not {wanted}")
        assert CONFIG.get() is DEFAULT
        return wrong

    assert [wrong for wrong in in_threads(work) if wrong] == []


def test_grad_of_grad_in_threads() -> None:
    def work(n: int) -> list[float]:
        f = grad(grad(lambda x: x**3 * n))
        return [float(f(0.001 * i) - 0.006 * i * n) for i in range(ROUNDS)]

    np.testing.assert_allclose(in_threads(work), 0.0, atol=1e-11)


def test_what_threads_share() -> None:
    """One transform, one pullback, one linear map, one sealed tape: values, which any thread may use."""
    slopes, curves, batched = grad(ridge(3)), hessian(ridge(3)), vmap(grad(ridge(3)))
    pull, (_, linear) = vjp(lambda v: v * v, FOUR)[1], linearize(lambda v: v * v, FOUR)
    with Tape() as tape:
        x = tape.watch(FOUR)
        y = np.sum(x**3)
    slope = np.sin(3 * FOUR) + 3 * FOUR * np.cos(3 * FOUR)
    curve = np.diag(6 * np.cos(3 * FOUR) - 9 * FOUR * np.sin(3 * FOUR))

    def work(n: int) -> None:
        for i in range(60):
            np.testing.assert_allclose(slopes(FOUR), slope, rtol=1e-12)
            np.testing.assert_allclose(batched(np.stack([FOUR, FOUR]))[1], slope, rtol=1e-12)
            np.testing.assert_allclose(curves(FOUR), curve, rtol=1e-11, atol=1e-12)
            np.testing.assert_array_equal(pull(np.full(4, 1.0 + i))[0], 2 * FOUR * (1 + i))
            np.testing.assert_array_equal(linear(np.full(4, 1.0 + n)), 2 * FOUR * (1 + n))
            np.testing.assert_array_equal(grad(lambda s: np.sum(pull(s * FOUR)[0]))(2.0), 2 * np.sum(FOUR**2))
            np.testing.assert_array_equal(tape.gradient(y, x), 3 * FOUR**2)

    in_threads(work)


RUNS: dict[str, Callable[[Map], Any]] = {
    "grad": lambda f: grad(lambda x: np.sum(f(x * np.ones(2))))(0.5) / 2,
    "jacrev": lambda f: jacrev(f)(np.full(2, 0.5))[0, 0],
    "jacfwd": lambda f: jacfwd(f)(np.full(2, 0.5))[0, 0],
    "vmap": lambda f: vmap(grad(f))(np.full(2, 0.5))[1],
    "jvp": lambda f: jvp(f, (np.full(2, 0.5),), (np.ones(2),))[1][1],
}


@pytest.mark.parametrize("name", RUNS)
def test_one_level_in_many_threads(name: str) -> None:
    """The function that is differentiated runs its parts in threads of its own."""

    def part(x: Any, k: int) -> Any:
        for _ in range(50):
            x = x + 1.0 - 1.0
        return np.sin(k * x) * grad(lambda y: y * k)(1.0)

    def f(x: Any) -> Any:
        with ThreadPoolExecutor(THREADS) as pool:
            return sum(pool.map(part, [x] * THREADS, range(THREADS)))

    wanted = sum(k * k * np.cos(k * 0.5) for k in range(THREADS))
    np.testing.assert_allclose(RUNS[name](f), wanted, rtol=1e-11)


def term(x: Any, k: int) -> Any:
    return np.sin(k * x) * x


def over_threads(x: Any) -> Any:
    """Four terms in threads of their own."""
    with ThreadPoolExecutor(4) as pool:
        return sum(pool.map(term, [x] * 4, range(4)))


def over_contexts(x: Any) -> Any:
    """The same, where each thread runs in a copy of the context."""
    with ThreadPoolExecutor(4) as pool:
        terms = [pool.submit(copy_context().run, term, x, k) for k in range(4)]
        return sum(term.result() for term in terms)


def over_tasks(x: Any) -> Any:
    async def later(k: int) -> Any:
        await asyncio.sleep(0)
        return checkpoint(term)(x, k)

    async def total() -> Any:
        return sum(await asyncio.gather(*(later(k) for k in range(4))))

    return asyncio.run(total())


@pytest.mark.parametrize("f", [over_contexts, over_tasks])
def test_a_segment_in_parts(f: Map) -> None:
    """What is recomputed may run in threads and tasks, which are told so by their context."""
    slope = sum(np.sin(k * 0.5) + k * 0.5 * np.cos(k * 0.5) for k in range(4))
    curve = sum(2 * k * np.cos(k * 0.5) - k * k * 0.5 * np.sin(k * 0.5) for k in range(4))
    np.testing.assert_allclose(grad(checkpoint(f))(0.5), slope, rtol=1e-12)
    np.testing.assert_allclose(grad(grad(checkpoint(f)))(0.5), curve, rtol=1e-12)
    np.testing.assert_allclose(hessian(checkpoint(f))(0.5), curve, rtol=1e-12)
    np.testing.assert_allclose(vmap(grad(checkpoint(f)))(np.full(2, 0.5)), slope, rtol=1e-12)


def test_a_segment_in_bare_threads_is_refused() -> None:
    """They do not know that they recompute: loud, whether the tape has ended or not."""
    with pytest.raises(SealedTapeError):
        grad(checkpoint(over_threads))(0.5)
    with Tape() as tape:
        x = tape.watch(0.5)
        y = checkpoint(over_threads)(x)
        with pytest.raises(SegmentError):
            tape.gradient(y, x)


def test_one_pullback_of_segments_in_many_threads() -> None:
    """Each thread recomputes for itself."""

    def f(x: Any) -> Any:
        for _ in range(4):
            x = checkpoint(lambda y: checkpoint(np.sin)(y) * y + np.cos(y))(x)
        return np.sum(x)

    slopes, (_, pull), (_, linear) = grad(f)(FOUR), vjp(f, FOUR), linearize(f, FOUR)

    def work(n: int) -> None:
        for _ in range(20):
            np.testing.assert_allclose(pull(1.0 + n)[0], slopes * (1 + n), rtol=1e-12)
            np.testing.assert_allclose(linear(FOUR * n), slopes @ FOUR * n, rtol=1e-12)
            np.testing.assert_allclose(grad(lambda ct: np.sum(pull(ct)[0]))(2.0), np.sum(slopes), rtol=1e-12)

    in_threads(work)


def test_a_fresh_process_begins_with_many_threads() -> None:
    """What is made on first use (trees of classes, SciPy's rules, caches) is made once, or twice to no harm."""
    script = """
import sys, threading
sys.setswitchinterval(1e-6)
import attrs, numpy as np, scipy.special
import tapegrad as tg
Classes = [attrs.make_class(f"Params{i}", ["w", "b"], frozen=True) for i in range(40)]
def work(n, wrong):
    barrier.wait()
    for i, cls in enumerate(Classes):
        g = tg.grad(lambda p: np.sum(p.w * p.b ** 2))(cls(np.full(i + 1, 2.0), float(n)))
        if type(g) is not cls or not np.allclose(g.w, n * n) or not np.isclose(g.b, 4 * n * (i + 1)):
            wrong.append((n, i, g))
        if not np.isclose(tg.grad(tg.grad(scipy.special.expit))(0.0), 0.0, atol=1e-12):
            wrong.append((n, i, "expit"))
        if not np.allclose(tg.vmap(tg.grad(np.linalg.det))(np.eye(2)[None] * n), np.eye(2) * n):
            wrong.append((n, i, "det"))
barrier, wrong = threading.Barrier(8), []
failed = []
threading.excepthook = lambda args: failed.append(args.exc_value)
threads = [threading.Thread(target=work, args=(n, wrong)) for n in range(1, 9)]
[t.start() for t in threads]
[t.join() for t in threads]
print(wrong[:3], failed[:3])
"""
    run = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (run.stdout.strip(), run.stderr) == ("[] []", "")


# --- tasks and contexts ----------------------------------------------------------------------------------------------


def test_a_differentiated_function_with_an_event_loop_of_its_own() -> None:
    """Tasks of one tape, that wait for each other, and have derivatives and pauses of their own."""

    async def part(x: Any, k: int) -> Any:
        await asyncio.sleep(0)
        with using_config(recording=k % 2 == 0):
            await asyncio.sleep(0)
            y = np.sin(x) * grad(lambda z: z**2)(float(k))
        await asyncio.sleep(0)
        return y * x

    async def total(x: Any) -> Any:
        return sum(await asyncio.gather(*(part(x, k) for k in range(6))))

    def f(x: Any) -> Any:
        return asyncio.run(total(x))

    x = 0.4
    wanted = sum(2 * k * (np.sin(x) + (k % 2 == 0) * x * np.cos(x)) for k in range(6))
    np.testing.assert_allclose(grad(f)(x), wanted, rtol=1e-13)
    np.testing.assert_allclose(jvp(f, (x,), (1.0,))[1], wanted, rtol=1e-13)
    np.testing.assert_allclose(jacfwd(f)(x), wanted, rtol=1e-13)


def test_tasks_that_leave_transforms_suspended() -> None:
    """Transforms end in another order than they began: an async generator holds each one open."""

    async def levels(x: float, log: list[float]) -> AsyncGenerator[Any, None]:
        with Tape() as tape:
            y = tape.watch(x)
            z = y * y
            yield z
            await asyncio.sleep(0)
            with no_grad():
                factor = grad(lambda t: t**3)(z)
            total = z * factor
        log.append(float(tape.gradient(total, y)))
        yield total

    async def work(n: int) -> list[float]:
        log: list[float] = []
        first, second = levels(n + 1.0, log), levels(n + 2.0, log)
        held = await anext(first), await anext(second)
        await asyncio.sleep(0.001 * (n % 3))
        await anext(first)
        assert (await anext(second)).value == (n + 2.0) ** 2 * 3 * (n + 2.0) ** 4
        await first.aclose()
        await second.aclose()
        assert [y.value for y in held] == [(n + 1.0) ** 2, (n + 2.0) ** 2]
        return log

    async def main() -> list[list[float]]:
        return list(await asyncio.gather(*(work(n) for n in range(8))))

    for n, log in enumerate(asyncio.run(main())):
        np.testing.assert_allclose(log, [6 * (n + 1.0) ** 5, 6 * (n + 2.0) ** 5], rtol=1e-13)


def test_a_cancelled_task() -> None:
    async def work() -> None:
        with Tape() as tape, no_grad():
            tape.watch(1.0)
            await asyncio.sleep(60)

    async def main() -> None:
        task = asyncio.create_task(work())
        await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert CONFIG.get() is DEFAULT
        assert grad(grad(lambda x: x**3))(1.0) == 6.0

    asyncio.run(main())


def test_a_coroutine_is_no_number() -> None:
    """An async function has no value that could be differentiated, and the error says so."""

    async def f(x: Any) -> Any:
        return x * x

    returned: list[Any] = []

    def g(x: Any) -> Any:
        returned.append(f(x))
        return returned[-1]

    with pytest.raises(TypeError, match="coroutine"):
        grad(g)(1.0)
    returned[0].close()


def test_a_context_carries_the_pause_with_it() -> None:
    """A copied context, and `asyncio.to_thread`, which copies one; a bare thread begins anew."""

    def double(x: Any) -> bool:
        return isinstance(x * 2.0, Variable)

    async def aside(x: Any) -> bool:
        return await asyncio.to_thread(double, x)

    with Tape() as tape:
        x = tape.watch(1.0)
        with no_grad():
            context = copy_context()
            assert not asyncio.run(aside(x))
            with ThreadPoolExecutor(1) as pool:
                assert pool.submit(double, x).result()
                assert not pool.submit(context.run, double, x).result()
        assert double(x)
        assert not context.run(double, x)
        with no_grad():
            assert context.run(grad(lambda y: y * y), 3.0) == 6.0


# --- interruptions ---------------------------------------------------------------------------------------------------


def interrupt(*_: Any) -> Any:
    raise KeyboardInterrupt


BROKEN: dict[str, Callable[[], Any]] = {
    "in a pullback": lambda: grad(custom_vjp(lambda x: (x, None), interrupt)(lambda x: x))(1.0),
    "in a push": lambda: jvp(custom_jvp(interrupt)(lambda x: x), (1.0,), (1.0,)),
    "in a step": lambda: grad(lambda x: scan(interrupt, x, FOUR)[0])(1.0),
    "in checkpoint": lambda: grad(checkpoint(interrupt))(1.0),
    "in hessian": lambda: hessian(interrupt)(FOUR),
    "in jacfwd": lambda: jacfwd(interrupt)(FOUR),
    "in jacrev": lambda: jacrev(interrupt)(FOUR),
    "in vmap": lambda: vmap(grad(interrupt))(FOUR),
    "in linearize": lambda: linearize(interrupt, 1.0),
}


@pytest.mark.parametrize("name", BROKEN)
def test_an_interruption(name: str) -> None:
    """It passes through, also from inside an outer derivative, which goes on if it likes."""
    with pytest.raises(KeyboardInterrupt):
        BROKEN[name]()

    def f(x: Any) -> Any:
        with pytest.raises(KeyboardInterrupt), no_grad():
            BROKEN[name]()
        return x * x

    assert grad(grad(f))(3.0) == 2.0
    assert jvp(f, (3.0,), (1.0,))[1] == 6.0


def test_a_recomputation_that_is_interrupted() -> None:
    """checkpoint's second run fails, and the next gradient is right again."""
    runs: list[int] = []

    def f(x: Any) -> Any:
        runs.append(1)
        if len(runs) == 2:
            raise KeyboardInterrupt
        return np.sin(x) * x

    g = grad(checkpoint(f))
    with pytest.raises(KeyboardInterrupt):
        g(0.5)
    np.testing.assert_allclose(g(0.5), np.sin(0.5) + 0.5 * np.cos(0.5), rtol=1e-14)


class AsynchronousError(BaseException):
    """What comes from another thread, at any instruction."""


@pytest.mark.filterwarnings(
    "ignore::pytest.PytestUnraisableExceptionWarning", "ignore::pytest.PytestUnhandledThreadExceptionWarning"
)
def test_interruptions_anywhere() -> None:
    """A thread is interrupted at random instructions, hundreds of times; whatever it then begins is right."""
    cases = list(CASES.values())
    done, wrong, interrupted = Event(), list[Any](), 0
    ident: list[int] = []

    def work() -> None:
        nonlocal interrupted
        ident.append(get_ident())
        i = 0
        while not done.is_set():
            try:
                i += 1
                found, wanted = cases[i % len(cases)](0.7, 3)
                if not np.allclose(found, wanted, rtol=1e-10):
                    wrong.append((i % len(cases), found, wanted))
            except AsynchronousError:
                interrupted += 1

    def guarded() -> None:
        while not done.is_set():
            try:
                work()
            except AsynchronousError:
                continue

    thread = Thread(target=guarded)
    thread.start()
    while not ident:
        pass
    for i in range(400):
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(ident[0]), ctypes.py_object(AsynchronousError))
        Event().wait(0.0005 + 0.00001 * (i % 50))
    done.set()
    thread.join()
    assert wrong == []
    assert interrupted


def test_a_generator_that_is_closed_inside() -> None:
    def steps(x: Any) -> Generator[Any, None, None]:
        try:
            while True:
                with no_grad():
                    held = grad(lambda y: y * y)(x)
                x = x * held
                yield x
        finally:
            grad(lambda y: y)(1.0)

    def f(x: Any) -> Any:
        generator = steps(x)
        out = next(generator) + next(generator)  # held is 2 x, then 4 x²: constants
        generator.close()
        return out

    assert grad(f)(3.0) == 6.0 + 6.0 * 36.0


# --- without the garbage collector, and deep -------------------------------------------------------------------------


def living() -> int:
    return sum(isinstance(thing, (Node, Variable)) for thing in gc.get_objects())


@pytest.mark.parametrize("name", CASES)
def test_nothing_is_left_without_the_garbage_collector(name: str) -> None:
    gc.collect()
    gc.disable()
    try:
        CASES[name](0.7, 3)
        before = living()
        for _ in range(5):
            CASES[name](0.7, 3)
        assert living() == before
    finally:
        gc.enable()


def test_threads_without_the_garbage_collector() -> None:
    gc.collect()
    gc.disable()
    try:
        in_threads(lambda n: [case(0.5, n + 2) for case in CASES.values()])
        before = living()
        in_threads(lambda n: [case(0.5, n + 2) for case in CASES.values()])
        assert living() == before
    finally:
        gc.enable()


def test_long_tapes_in_threads() -> None:
    """Tapes so long that the collector is told to pass over them: one thread ends while others go on."""

    def work(n: int) -> float:
        def chain(x: Any) -> Any:
            for _ in range(31_000 + 4_000 * n):
                x = x + 1.0
            return x * n

        return float(grad(chain)(0.5))

    assert in_threads(work, 3) == [0.0, 1.0, 2.0]
    assert gc.get_freeze_count() <= FROZEN_AT_START


@pytest.mark.parametrize("way", ["grad", "jvp", "mixed"])
def test_many_levels_are_open_at_once(way: str) -> None:
    """power(n, x) is x to the n + 1, by a derivative in each step, so that n levels lie in one another."""

    def derivative(f: Map, x: Any, n: int) -> Any:
        by_grad = way == "grad" or (way == "mixed" and n % 2)
        return grad(f)(x) if by_grad else jvp(f, (x,), (1.0,))[1]

    def power(n: int, x: Any) -> Any:
        return x if n == 0 else x * derivative(lambda y: y * power(n - 1, x), x, n)

    np.testing.assert_allclose(grad(lambda x: power(40, x))(1.01), 41 * 1.01**40, rtol=1e-12)


def test_recursion_in_threads() -> None:
    """Each thread has a stack of its own, and recursion in the user's function comes to no harm."""

    def fold(x: Any, depth: int) -> Any:
        return x if depth == 0 else np.sin(fold(x, depth - 1)) + x

    def work(n: int) -> tuple[float, float]:
        slope, x = 1.0, 0.1 * (n + 1)
        value = x
        for _ in range(200):
            value, slope = np.sin(value) + x, slope * np.cos(value) + 1.0
        return float(grad(lambda x: fold(x, 200))(x)), float(slope)

    for found, wanted in in_threads(work):
        np.testing.assert_allclose(found, wanted, rtol=1e-12)
