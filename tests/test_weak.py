"""Python's numbers have no dtype of their own beside NumPy's (NEP 50): in compiled code as eagerly."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
import pickle
from typing import Any, TypeAlias

import numpy as np
import pytest

from tapegrad import at
from tapegrad._program.program import Program
from tapegrad._program.specimen import Outcome, outcome
from tapegrad._program.structured import Structured
from tapegrad._tree import flatten
from tapegrad.program import check, load, save
from tests.untyped import compile, cond, fori_loop, grad, hessian, jvp, plain, scan, trace, vmap, while_loop

Map: TypeAlias = Callable[[Any, Any], Any]
X = np.array([0.3, 1.0, 1.7], np.float32)
ROWS = np.stack([X, 1 - X])


def assert_same(found: Any, expected: Any) -> None:
    for a, b in zip(flatten(found)[0], flatten(expected)[0], strict=True):
        assert np.result_type(a) == np.result_type(b)
        assert (type(a) in (int, float)) == (type(b) in (int, float))
        np.testing.assert_allclose(a, b, rtol=1e-6 if np.result_type(a) != np.float64 else 1e-14, atol=1e-7)


def halved(x: Any, n: Any) -> Any:
    return fori_loop(0, 3, lambda i, c: (c[0] * 0.5, np.sin(c[1]) * c[0]), (n, x))[1]


def counted(x: Any, n: Any) -> Any:
    last, ys = scan(lambda c, row: ((c[0] + 1, c[1] * row), (row * c[0], None)), (n, x[0]), x)
    return last[1] * ys[0] / last[0]


def chosen(x: Any, n: Any) -> Any:
    return np.sin(x) * cond(np.sum(x) > 1, lambda: n * 2.0, lambda: 1.5 * n)


def nested(x: Any, n: Any) -> Any:
    def step(i: Any, c: Any) -> Any:
        return c[0] + 1, fori_loop(0, 2, lambda j, y: np.sin(y) * c[0] + j, c[1])

    return fori_loop(0, 2, step, (n, x))[1]


def toggled(x: Any, n: Any) -> Any:
    return scan(lambda c, row: (1 - c, row * c), n, x)[1]


LOOPS: tuple[Map, ...] = (halved, counted, chosen, nested, toggled)
OPERATORS: tuple[Map, ...] = (
    lambda x, n: -((n * 2.0) * x) + (n // 2) * x - n % 0.7 * (x - n),
    lambda x, n: (np.float64(-1.0) * n) * x,
    lambda x, n: plain.where(x > 1, x * n * 2, n) + n**2 * x,
    lambda x, n: np.sin(+n * x) / (n / 3.0) + (n * 0.5) * (x * (n * 4.0)),
    lambda x, n: -(x * -n) + (x - x * -2.0) * 1.0 + (x + 0) * (n * 1),
)
WAYS: dict[str, Callable[[Map], Map]] = {
    "value": lambda f: f,
    "pushed": lambda f: lambda x, n: jvp(lambda x: f(x, n), (x,), (x,)),
    "gradient": lambda f: lambda x, n: grad(lambda x: np.sum(f(x, n)))(x),
    "hessian": lambda f: lambda x, n: hessian(lambda x: np.sum(f(x, n)))(x),
    "batch": lambda f: lambda x, n: vmap(lambda x: f(x, n))(ROWS * x),
    "batch of gradients": lambda f: lambda x, n: vmap(grad(lambda x: np.sum(f(x, n))))(ROWS * x),
    "gradient of a batch": lambda f: lambda x, n: grad(lambda x: np.sum(vmap(lambda row: f(row, n))(ROWS * x)))(x),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("f", LOOPS)
def test_a_carry_that_stays_pythons_is_weak_in_every_step(f: Map, way: str) -> None:
    g = WAYS[way](f)
    for n in (1.0,) if f is halved else (1, 1.0):
        assert_same(compile(g)(X, n), g(X, n))


@pytest.mark.parametrize("f", LOOPS)
def test_so_it_is_with_numba(f: Map) -> None:
    pytest.importorskip("numba")
    assert_same(compile(f, backend="numba")(X, 1.0), f(X, 1.0))


def test_a_loop_that_ends_some_time() -> None:
    def f(x: Any, n: Any) -> Any:
        return while_loop(lambda c: c[0] > 0.2, lambda c: (c[0] * 0.5, np.sin(c[1]) * c[0], c[2] + 1), (n, x, 0))

    for way in ("value", "pushed", "batch"):
        g = WAYS[way](f)
        assert_same(compile(g)(X, 1.0), g(X, 1.0))
    assert type(compile(f)(X, 1.0)[2]) is int


def test_the_programs_are_values(tmp_path: Path) -> None:
    for f in LOOPS:
        program = trace(f)(X, 1.0)
        check(program)
        assert pickle.loads(pickle.dumps(program)) == program
        save(program, tmp_path / "program")
        assert load(tmp_path / "program") == program
        assert_same(load(tmp_path / "program")(X, 1.0), f(X, 1.0))
        assert_same(compile(load(tmp_path / "program"))(X, 1.0), f(X, 1.0))


def assert_weak_as_computed(program: Program) -> None:
    """The values that a Program calls Python's own are those that its primitives make so."""
    for eq in program.equations:
        arguments = [*map(program.specimen, eq.inputs), *(literal.value for literal in eq.parameters)]
        if isinstance(eq.primitive, Structured):
            made = eq.primitive.outcome()
            for part in eq.primitive.parts().values():
                assert_weak_as_computed(part)
        else:
            made = outcome(eq.primitive, arguments) or Outcome([], False)
        for var, one in zip(eq.outputs, made.results, strict=False):
            assert program.is_weak(var) == (type(one) in (bool, int, float, complex)), f"{eq.primitive.name}\n{program}"


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("f", [*LOOPS, *OPERATORS])
def test_passes_leave_numbers_as_weak_as_they_are(f: Map, way: str) -> None:
    for program in (trace(WAYS[way](f))(X, 2.0), compile(WAYS[way](f)).program(X, 2.0)):
        check(program)
        assert_weak_as_computed(program)


def test_what_no_element_of_a_batch_changes_is_computed_once() -> None:
    def f(x: Any) -> Any:
        return while_loop(lambda c: c[0] < 3, lambda c: (c[0] + 1, np.sin(c[1])), (0, x))[1]

    (loop,) = compile(vmap(f)).program(ROWS).equations
    step = loop.primitive.parts()["step"]
    assert [step.spec(atom).shape for atom in step.outputs] == [(), ROWS.shape]
    assert {eq.primitive.name for eq in step.equations} == {"add", "sin"}  # no choice of who goes on


def test_a_counter_leaves_the_steps_of_the_sweep_together() -> None:
    def f(x: Any, first: Any) -> Any:
        return np.sum(scan(lambda c, row: ((c[0] + 1, np.tanh(c[1] * row)), c[1]), (first, x[0]), x)[1])

    x = np.linspace(0.1, 1.0, 5)
    backward = [compile(grad(lambda x, first=first: f(x, first))).program(x).equations for first in (0, np.int64(0))]
    assert len(backward[0]) == len(backward[1])
    np.testing.assert_allclose(compile(grad(lambda x: f(x, 0)))(x), grad(lambda x: f(x, 0))(x), rtol=1e-14)


def test_a_number_that_becomes_numpys_is_so_from_the_beginning() -> None:
    x = X.astype(np.float64)
    functions: list[Callable[[Any], Any]] = [
        lambda x: fori_loop(0, 3, lambda i, total: total + x[i], 0.0),
        lambda x: scan(lambda total, row: (total + row, np.sin(total) * x), 0.0, x),
        lambda x: fori_loop(0, 3, lambda i, c: (c[1], np.sin(c[0])), (1.0, 2.0)),
        lambda x: while_loop(lambda total: total < 5, lambda total: total + np.sum(x), 0.0) * x,
        lambda x: cond(x[0] > 0, lambda: 1.0, lambda: x[0]) * x,
    ]
    for f in functions:
        assert_same(compile(f)(x), f(x))
        assert_same(compile(lambda x, f=f: jvp(f, (x,), (x,)))(x), jvp(f, (x,), (x,)))

    def negative(x: Any) -> Any:
        return np.float32(2) * np.negative(cond(x[0] > 0, lambda: 1.0, lambda: x[0]))

    assert_same(compile(negative)(x), negative(x))


UNSURE: list[Map] = [
    lambda x, n: x * cond(x[0] > n, lambda: 1.0, lambda: np.negative(n)),
    lambda x, n: cond(x[0] > n, lambda: cond(x[1] > n, lambda: 1.0, lambda: np.float64(1)), lambda: 1.0) + x,
    lambda x, n: x * while_loop(lambda c: c * n > 1, np.sin, 1.0),
    lambda x, n: x * (2 * fori_loop(0, 3, lambda i, c: (c[1], np.sin(c[0])), (1.0, n))[0] + 1),
    lambda x, n: scan(lambda c, row: (np.sin(c), row * c), 1.0, x)[1],
    lambda x, n: scan(lambda c, row: (n, row * c), np.float64(1.0), x)[1],
    lambda x, n: scan(lambda c, row: (np.sin(c), fori_loop(0, 2, lambda i, y: y * c, row)), 1.0, x)[1],
    lambda x, n: plain.clip(x, cond(x[0] > n, lambda: 0.5, lambda: np.negative(n)), 1),
    lambda x, n: np.select([x > 1], [x], cond(x[0] > n, lambda: 0.5, lambda: np.negative(n))),
    lambda x, n: np.zeros(2, np.result_type(x, cond(x[0] > n, lambda: 0.5, lambda: np.negative(n)))),
    lambda x, n: grad(lambda x: np.sum(x * cond(n > 1, lambda: 1.0, lambda: np.float64(2))))(x),
    lambda x, n: vmap(lambda row: row * cond(n > 1, lambda: 1.0, lambda: np.float64(2)))(x),
]


@pytest.mark.parametrize("i", range(len(UNSURE)))
def test_a_dtype_does_not_depend_on_values(i: int) -> None:
    message = r"at test_weak.py:\d+, in .* would give float\d\d or float\d\d, as it meets a number that is sometimes"
    with pytest.raises(TypeError, match=message):
        compile(UNSURE[i])(X, 2.0)
    compile(UNSURE[i])(X.astype(np.float64), 2.0)  # where it makes no difference


def test_a_batch_that_ends_at_different_times() -> None:
    def f(x: Any) -> Any:
        return while_loop(lambda c: np.sum(c[1]) > c[0] - 0.9, lambda c: (c[0] + 1.0, np.sin(c[1]) * c[0]), (1.0, x))[1]

    with pytest.raises(TypeError, match="carry"):
        vmap(f)(ROWS)
    with pytest.raises(TypeError, match=r"began as float32\[2,3\], and after a step it is float64\[2,3\], as numbers"):
        compile(vmap(f))(ROWS)


def test_loops_of_constants_run_as_they_are_written() -> None:
    functions: list[Callable[[Any], Any]] = [
        lambda x: x * fori_loop(0, 1, lambda i, c: (np.sin(c[1]), -c[0]), (2.5, 0.5))[1],
        lambda x: x * while_loop(lambda c: c < 0.4, np.sin, 0.5),
        lambda x: x * while_loop(lambda c: c > 0.4, np.sin, 0.5),
    ]
    for f in functions:
        assert_same(compile(f)(X), f(X))


@pytest.mark.parametrize("backend", ["numpy", "numba"])
def test_powers_that_leave_their_kind(backend: str) -> None:
    if backend == "numba":
        pytest.importorskip("numba")
    roots: list[Callable[[Any], Any]] = [lambda n: n**0.5 * 2.0, lambda n: fori_loop(0, 2, lambda i, c: c**0.5, n)]
    for root in roots:
        compiled = compile(root, backend=backend)
        assert compiled(4.0) == root(4.0)
        with pytest.raises(
            TypeError, match=r"-4.0 \*\* 0.5 in .* at test_weak.py.* recorded with a float: .*np.float64"
        ):
            compiled(-4.0)
    assert np.isnan(compile(roots[0], backend=backend)(np.float64(-4.0)))
    doubling = compile(lambda n: 2**n, backend=backend)
    assert doubling(3) == 8
    with pytest.raises(TypeError, match=r"is 0.5, where the Program was recorded with an int"):
        doubling(-1)

    assert compile(lambda n: (n**100, n**3), backend=backend)(-1j) == ((-1j) ** 100, (-1j) ** 3)

    def either(n: Any) -> Any:
        return cond(n < 0, lambda n: (-n) ** 0.5, lambda n: n**0.5, n)

    assert compile(either, backend=backend)(-4.0) == compile(either, backend=backend)(4.0) == 2.0
    assert compile(lambda n: fori_loop(0, 2, lambda i, c: c + 1, n) ** -1, backend=backend)(2) == 0.25


def test_functions_and_methods_of_pythons_numbers() -> None:
    z = X * np.complex64(1j)
    functions: list[Map] = [
        lambda x, n: n.conjugate() * x,
        lambda x, n: np.conjugate(n) * x,
        lambda x, n: np.zeros(2, np.result_type(x, n)),
        lambda x, n: np.select([x > 1], [x], n),
        lambda x, n: plain.choose([0, 1, 0], [x, n]),
        lambda x, n: np.piecewise(n * 1.0, [n > 0, n < -1], [3, lambda t: t * 2, 1]),
        lambda x, n: at(x)[0].set(n),
        lambda x, n: compile(lambda a: a * a)(n * 1j) * z,
    ]
    for f in functions:
        for n in (2, 1.5, -2.0):
            assert_same(compile(f)(X, n), f(X, n))


@pytest.mark.skipif(np.__version__.startswith("2.0."), reason="NumPy 2.0 refuses such bounds itself")
def test_bounds_beyond_a_dtype_are_none() -> None:
    x = np.array([0, 7, 255], np.uint8)
    functions: list[Callable[[Any], Any]] = [
        lambda x: plain.clip(x, -1, 5),
        lambda x: plain.clip(x, -1, 300),
        lambda x: x.clip(3, 300),
    ]
    for f in functions:
        assert_same(compile(f)(x), f(x))
        assert_same(vmap(f)(x), f(x))


def test_a_power_of_a_number_that_is_pythons_at_times() -> None:
    def power(n: Any, exponent: Any) -> Any:
        return cond(n > 1, lambda n: n, lambda n: np.negative(n), n) ** exponent

    assert_same(compile(lambda n: power(n, 2))(-3), np.int64(9))
    with pytest.raises(TypeError, match=r"power at test_weak.py:\d+, in power would give complex128 or float64"):
        compile(lambda n: power(n, 1.5))(-3)


def test_a_number_that_is_an_array_to_a_function_has_a_dtype_in_any_transform() -> None:
    functions: list[Map] = [np.dot, np.inner, lambda x, n: plain.clip(n, x, 3)]
    for f in functions:
        for way in ("value", "pushed", "batch", "gradient"):
            g = WAYS[way](f)
            assert_same(compile(g)(X, 2), g(X, 2))
