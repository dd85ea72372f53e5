"""Damped products that are checked at the end, and the buffers that a Program keeps for its small arrays."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray
import pytest

from tapegrad._program.source import calling
from tapegrad._program.source.damping import UnsettledError
from tapegrad._program.source.late import late
from tapegrad._tree import flatten
from tapegrad.program import Program
from tests.untyped import compile, fori_loop, grad, hessian, plain, scan, trace, while_loop

Array = NDArray[Any]
X = np.array([0.0, 1.0, -2.0, 4.0])


def root(x: Array) -> Any:
    """Whose slope at 0 is infinite, and is met by a cotangent of 0 there."""
    return np.sqrt(np.abs(x))


CASES: dict[str, tuple[Callable[[Array], Any], bool]] = {
    "what all see": (lambda x: np.sum(root(x) * x), True),
    "what is left out": (lambda x: np.sum((root(x) * x)[1:]), True),
    "a matrix product": (lambda x: np.sum(np.outer(root(x) * x, x) @ x), True),
    "what a comparison reads": (lambda x: np.where(grad(lambda x: np.sum(root(x) * x))(x) >= 0, 1.0, 2.0) * x, False),
    "what a maximum reads": (lambda x: np.sum(plain.maximum(grad(lambda x: np.sum(root(x) * x))(x), -1.0)), True),
    "what fmax hides": (lambda x: np.fmax(grad(lambda x: np.sum(root(x) * x))(x), -1.0) * x, False),
    "what is left out there, and decides here": (
        lambda x: (lambda p: np.sum((p + 1.0)[1:]) * np.where(p >= 0, 1.0, 2.0) * (x + 3.0))(
            grad(lambda x: np.sum(root(x) * x))(x)
        ),
        False,
    ),
    "what is a condition": (lambda x: np.where(grad(lambda x: np.sum(root(x) * x))(x), 1.0, 2.0) * (x + 3.0), False),
    "a reciprocal": (lambda x: 1.0 / (1.0 / grad(lambda x: np.sum(root(x) * x))(x)), True),
}


def products(program: Program) -> list[Any]:
    return [eq.outputs[0] for eq in program.equations if eq.primitive.name in ("damp", "damp both")]


@pytest.mark.parametrize(("f", "all_late"), CASES.values(), ids=CASES)
def test_results_are_those_of_eager_code(f: Callable[[Array], Any], all_late: bool) -> None:
    g = grad(lambda x: np.sum(f(x) * 1.5))
    with np.errstate(all="ignore"):
        for x in (X, X + 5.0, np.zeros(4), np.array([0.0, np.inf, np.nan, 1.0])):
            np.testing.assert_allclose(compile(f)(x), f(x), rtol=1e-14)
            np.testing.assert_allclose(compile(g)(x), g(x), rtol=1e-14)
            np.testing.assert_allclose(compile(hessian(lambda x: np.sum(f(x))))(X), hessian(lambda x: np.sum(f(x)))(X))
        program = compile(f).program(X)
    waiting = late(program, program.outputs)
    assert (waiting == set(products(program))) is all_late


def test_a_block_checks_what_comes_from_before_it() -> None:
    y = np.linspace(0.0, 1.0, 100_000)

    def f(x: Array) -> Any:
        total = np.sum(np.sin(y) * np.exp(y) * grad(lambda x: np.sum(root(x) * x))(x)[0] + 1.0)
        return total, np.where(total > 0, 1.0, 2.0)

    with np.errstate(all="ignore"):
        assert "over_blocks" in compile(f).source(X)
        np.testing.assert_allclose(compile(f)(X), f(X), rtol=1e-12)


def test_a_block_leaves_to_the_outputs_what_shows_there() -> None:
    x, m = np.linspace(0.0, 1.0, 90_000).reshape(300, 300), np.eye(300, 2)

    shown, hidden = compile(lambda x, m: slope(x) @ m), compile(lambda x, m: np.where(slope(x) @ m > 0, 1.0, 2.0))
    block, _, rest = shown.source(x, m).partition("def equations")
    assert "over_blocks" in rest
    assert ("settle(" in block, "settle(" in rest) == (False, True)
    assert "settle(" in hidden.source(x, m).partition("def equations")[0]
    with np.errstate(all="ignore"):
        np.testing.assert_allclose(shown(x, m), slope(x) @ m, rtol=1e-12)
        np.testing.assert_array_equal(hidden(x, m), np.where(slope(x) @ m > 0, 1.0, 2.0))


def slope(x: Any) -> Any:
    """Zero times infinity at 0, where it is to be 0."""
    return grad(lambda x: np.sum(root(x) * x))(x)


def until_large(x: Any) -> Any:
    return while_loop(lambda y: np.sum(y) < 9.0, lambda y: y + 1.0, x)


LOOPS: dict[str, tuple[Callable[[Any], Any], bool]] = {
    "what is stacked": (lambda x: scan(lambda c, _: (c / 2.0, slope(c)), x, None, 3)[1], True),
    "what is handed on": (lambda x: fori_loop(0, 3, lambda _, c: slope(c) + c, x), True),
    "what the next step stacks": (
        lambda x: scan(lambda c, _: ((c[0] + 1.0, slope(c[0])), c[1]), (x, x), None, 3)[1],
        True,
    ),
    "what the next step drops": (
        lambda x: scan(lambda c, _: ((c[0] + 1.0, slope(c[0])), np.where(c[1] > 1.0, 1.0, 2.0)), (x, x), None, 3)[1],
        False,
    ),
    "a loop in a loop": (
        lambda x: fori_loop(0, 2, lambda _, c: fori_loop(0, 2, lambda _, d: slope(d) + 1.0, c) / 2.0, x),
        True,
    ),
    "what a while depends on": (lambda x: fori_loop(0, 2, lambda _, c: until_large(slope(c)), x), False),
    "what a while of the next step depends on": (
        lambda x: fori_loop(0, 2, lambda _, c: (until_large(c[1]), slope(c[0]), c[2] + c[1]), (x, x, x)),
        False,
    ),
    "reverse": (grad(lambda x: np.sum(fori_loop(0, 3, lambda _, c: root(c) * c, x) ** 2)), True),
}


@pytest.mark.parametrize(("f", "waits"), LOOPS.values(), ids=LOOPS)
def test_products_in_a_loop_wait_for_its_end(f: Callable[[Any], Any], waits: bool) -> None:
    compiled = compile(f)
    assert ("product(" in compiled.source(X)) is waits
    with np.errstate(all="ignore"):
        for x in (X, X + 5.0, np.zeros(4), X):
            for found, expected in zip(flatten(compiled(x))[0], flatten(f(x))[0], strict=True):
                np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_a_loop_with_a_donated_array_damps_at_once() -> None:
    def f(x: Any, y: Any) -> Any:
        return fori_loop(0, 3, lambda _, c: slope(c) + c, x), y * 2.0

    y = np.arange(50_000.0)
    compiled = compile(f, donate=1)
    assert "settle" not in compiled.source(X, y)
    with np.errstate(all="ignore"):
        loop, doubled = compiled(X, y.copy())
        np.testing.assert_allclose(loop, f(X, y)[0])
    np.testing.assert_array_equal(doubled, y * 2)


def test_where_zero_meets_infinity_the_products_are_computed_again() -> None:
    compiled = compile(grad(lambda x: np.sum(root(x) * x)))
    source = compiled.source(X)
    assert "settle(" in source
    assert "product(" in source
    with np.errstate(all="ignore"):
        np.testing.assert_array_equal(compiled(X), grad(lambda x: np.sum(root(x) * x))(X))
    assert np.all(np.isfinite(compiled(X)))


def test_a_program_that_never_settles_runs_once_a_call(monkeypatch: pytest.MonkeyPatch) -> None:
    runs: list[bool] = []

    def accepted() -> None:
        runs.append(True)

    def unsettled() -> NoReturn:
        runs.append(False)
        raise UnsettledError

    monkeypatch.setattr(calling, "settle", unsettled)
    monkeypatch.setattr(calling, "accept", accepted)
    slope = grad(lambda x: np.sum(root(x) * x))
    compiled, wrong = compile(slope), X.copy()
    wrong[0] = np.nan
    with np.errstate(all="ignore"):
        for _ in range(100):
            np.testing.assert_array_equal(compiled(wrong), slope(wrong))
        assert (runs.count(True), runs.count(False)) == (100, 9)
        for x in (X, wrong, X, X):
            np.testing.assert_array_equal(compiled(x), slope(x))


def test_arguments_may_have_the_names_of_generated_code() -> None:
    def f(before: Array, flat: Array, errstate: Array, ignored: Array) -> Any:
        return np.sum(root(before @ flat) * flat + errstate * ignored)

    point = [X[:, None] * X, *(np.roll(X, i) for i in range(3))]
    slope = grad(f)
    source = compile(slope).source(*point)
    assert "(flat := " in source
    assert "errstate_1.set(ignored_1)" in source
    for ours, wanted in zip(compile(slope)(*point), slope(*point), strict=True):
        np.testing.assert_allclose(ours, wanted, rtol=1e-14)


def test_small_arrays_lie_in_memory_that_a_program_keeps() -> None:
    def chain(x: Array) -> Any:
        for _ in range(8):
            x = np.tanh(x * 0.5 + 0.25)
        return x

    compiled = compile(chain)
    x = np.linspace(-1, 1, 10)
    assert compiled.source(x).count("take()") == 1
    first = compiled(x)
    kept = first.copy()
    assert first.base is None
    compiled(x + 1.0)
    np.testing.assert_array_equal(first, kept)
    with ThreadPoolExecutor(8) as pool:
        inputs = [x + i for i in range(200)]
        for given, found in zip(inputs, pool.map(compiled, inputs), strict=True):
            np.testing.assert_array_equal(found, chain(given))


def test_a_call_that_fails_keeps_no_memory_in_use() -> None:
    def f(x: Array) -> Any:
        y = np.tanh(np.exp(np.sin(x) * 2.0) + 1.0) * 3.0
        return np.linalg.inv(np.outer(y, y) + np.diag(x)) @ y

    compiled, x = compile(f), np.arange(1.0, 4.0)
    wanted = f(x)
    with pytest.raises(np.linalg.LinAlgError):
        compiled(np.zeros(3))
    np.testing.assert_allclose(compiled(x), wanted, rtol=1e-12)


def test_what_decides_stays_damped() -> None:
    program = trace(lambda x: grad(lambda x: np.sum(root(x) * x))(x) >= 0)(X)
    assert products(program)
    assert not late(program, program.outputs)
