"""Threads, tasks, exceptions and pauses do not disturb one another."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
import sys
from threading import Barrier
from typing import Any

import numpy as np
import pytest

from tapegrad import Tape, Variable, no_grad, stop_gradient, using_config
from tapegrad._config import CONFIG, DEFAULT
from tapegrad.errors import SealedTapeError
from tests.untyped import elementwise_grad, grad, jvp, value_and_grad, vjp, vmap
from tests.ways import WAYS, Map

X = np.array([0.3, 0.7, 1.1])


@pytest.fixture
def hurry() -> Iterator[None]:
    """Threads take turns as often as they can."""
    held = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(held)


@pytest.mark.usefixtures("hurry")
def test_threads_do_not_disturb_each_other() -> None:
    barrier = Barrier(8)

    def work(n: int) -> list[float]:
        barrier.wait()
        found: list[float] = []
        for i in range(30):
            x = 0.1 * n + 0.01 * i
            found.append(float(grad(grad(lambda x: x**3 * n))(x) - 6 * x * n))
            with no_grad():
                found.append(float(grad(lambda x: np.sin(n * x))(x) - n * np.cos(n * x)))
            with Tape() as tape:
                y = tape.watch(x)
                z = np.exp(n * y) * y
            found.append(float(tape.gradient(z, y) / np.exp(n * x) - (1 + n * x)))
            found.append(float(np.max(np.abs(vmap(grad(lambda v: np.sum(v**2)))(np.full((2, 3), x)) - 2 * x))))
        return found

    with ThreadPoolExecutor(8) as pool:
        for errors in pool.map(work, range(1, 9)):
            np.testing.assert_allclose(errors, 0, atol=1e-9)


def test_tasks_do_not_disturb_each_other() -> None:
    """Tapes and pauses that are open at the same time, each in a task of its own, and closed in any order."""

    async def work(n: int) -> float:
        with Tape() as tape:
            x = tape.watch(float(n))
            y = x * x
            await asyncio.sleep(0)
            with using_config(recording=n % 2 == 0):
                await asyncio.sleep(0.001 * (5 - n))
                z = y * n
            await asyncio.sleep(0)
            total = y + z
        return float(tape.gradient(total, x))

    async def main() -> list[float]:
        return list(await asyncio.gather(*(work(n) for n in range(5))))

    assert asyncio.run(main()) == [2 * n * (1 + n * (n % 2 == 0)) for n in range(5)]
    assert CONFIG.get() is DEFAULT


class UnexpectedError(Exception):
    pass


def fail(x: Any) -> Any:
    raise UnexpectedError


@pytest.mark.parametrize("way", WAYS)
def test_an_exception_leaves_nothing_behind(way: Callable[[Map], Map]) -> None:
    for _ in range(3):
        with pytest.raises(UnexpectedError):
            way(lambda x: x * way(fail)(x))(1.0)
    assert CONFIG.get() is DEFAULT
    np.testing.assert_allclose(way(lambda x: x * x)(3.0), 6.0, rtol=1e-14)


def test_an_exception_ends_a_pause() -> None:
    with pytest.raises(UnexpectedError), no_grad():
        raise UnexpectedError
    assert CONFIG.get() is DEFAULT
    assert grad(lambda x: x * x)(3.0) == 6.0


def test_an_exception_that_is_caught_inside() -> None:
    def f(x: Any) -> Any:
        try:
            grad(fail)(x)
        except UnexpectedError:
            return x * x

    assert grad(f)(3.0) == 6.0


def test_no_grad() -> None:
    def f(x: Any) -> Any:
        with no_grad():
            held = x * x
            assert not isinstance(held, Variable)
            assert grad(lambda y: y * y)(2.0) == 4.0  # opened inside the pause
        return held * x

    assert grad(f)(3.0) == 9.0
    assert jvp(f, (3.0,), (1.0,))[1] == 9.0
    with no_grad():
        assert grad(f)(3.0) == 9.0
        with using_config(recording=True):
            assert grad(lambda x: x * x)(3.0) == 6.0


def test_recording_resumes_inside_a_pause() -> None:
    def f(x: Any) -> Any:
        with no_grad(), using_config(recording=True):
            y = x * x
        return y * x

    assert grad(f)(3.0) == 27.0


def test_check_finite() -> None:
    with using_config(check_finite=True), np.errstate(all="ignore"):
        assert grad(lambda x: np.log(x))(2.0) == 0.5
        with pytest.raises(FloatingPointError, match=r"log .*test_isolation.py:\d+"):
            grad(lambda x: np.log(x) * 0)(0.0)
        np.testing.assert_array_equal(vmap(grad(np.log))(X), 1 / X)
        with pytest.raises(FloatingPointError, match="log"):
            vmap(grad(np.log))(np.zeros(2))
        with pytest.raises(FloatingPointError, match="log"):
            vmap(np.log)(np.zeros(2))
        with pytest.raises(FloatingPointError, match="log"):
            jvp(np.log, (0.0,), (1.0,))


def test_stop_gradient() -> None:
    assert grad(lambda x: stop_gradient(x) * x)(3.0) == 3.0
    assert jvp(lambda x: stop_gradient(x) * x, (3.0,), (1.0,))[1] == 3.0
    assert grad(lambda p: stop_gradient(p)["a"] * p["a"])({"a": 3.0}) == {"a": 3.0}
    assert grad(grad(lambda x: stop_gradient(x) * x**2))(3.0) == 6.0
    np.testing.assert_array_equal(vmap(lambda x: stop_gradient(x) * x)(X), X * X)


def test_a_variable_that_escaped() -> None:
    kept: list[Any] = []

    def f(x: Any) -> Any:
        kept.append(x)
        return x

    grad(f)(2.0)
    with pytest.raises(SealedTapeError, match=r"x\.value"):
        np.sin(kept[0])
    assert kept[0].value == 2.0


ENDED: dict[str, Callable[[Map], Any]] = {
    "grad": lambda f: grad(f)(2.0),
    "jvp": lambda f: jvp(f, (2.0,), (1.0,)),
    "vmap": lambda f: vmap(f)(X),
}
RETURNED: dict[str, Callable[[Map], Any]] = {
    **ENDED,
    "value_and_grad": lambda f: value_and_grad(f)(2.0),
    "elementwise_grad": lambda f: elementwise_grad(f)(2.0),
    "vjp": lambda f: vjp(f, 2.0),
    "grad in grad": lambda f: grad(lambda x: x * grad(f)(x))(2.0),
}


@pytest.mark.parametrize("escape", ENDED.values(), ids=ENDED)
@pytest.mark.parametrize("returned", RETURNED.values(), ids=RETURNED)
def test_a_variable_that_escaped_is_returned(escape: Callable[[Map], Any], returned: Callable[[Map], Any]) -> None:
    """It is no constant, and its gradient is not zero."""
    kept: list[Any] = []

    def keep(x: Any) -> Any:
        kept.append(x * x)
        return x

    escape(keep)
    with pytest.raises(SealedTapeError):
        returned(lambda x: kept[0])


def test_a_variable_of_an_outer_level_is_a_constant() -> None:
    assert grad(lambda x: x * grad(lambda y: x)(1.0))(3.0) == 0.0
    assert grad(lambda x: value_and_grad(lambda y: x * x)(1.0)[0])(3.0) == 6.0
    assert jvp(lambda x: vjp(lambda y: x * x, 1.0)[0], (3.0,), (1.0,))[1] == 6.0
    np.testing.assert_array_equal(vmap(lambda x: jvp(lambda y: x * x, (1.0,), (1.0,))[0])(X), X * X)
