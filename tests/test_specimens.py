"""Specimens: results are what they say, and recording neither looks at values nor needs memory for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
import tracemalloc
from typing import Any

import attrs
import numpy as np
import pytest

from tapegrad import errors, using_config
from tapegrad._core.variable import plain_value
from tapegrad._program import choosing, repeating, rolling
from tapegrad._program.program import Equation, Var
from tapegrad._program.specimen import Outcome, outcome, specimen, stretched
from tapegrad._program.structured import Structured
from tapegrad._program.trace import is_input
from tapegrad._tree import flatten
from tapegrad.program import Program
from tests.rules.laws import on_leaves, random_like
from tests.rules.row import Row
from tests.rules.rows import ROWS
from tests.test_structured import FUNCTIONS, ROWS as XS, START, WEIGHTS, Map
from tests.untyped import Function, compile, cond, fori_loop, grad, jvp, plain, scan, trace, vjp, vmap, while_loop

COPIES_SOME_LAYOUTS = "reshape"
"""What may or may not make a copy of its argument, depending on how that lies in memory."""


MISFITS: list[tuple[Function, tuple[Any, ...]]] = [
    (lambda x, y: x + y, (np.ones(3), np.ones(4))),
    (lambda x, y: x @ y, (np.ones((2, 3)), np.ones((4, 2)))),
    (lambda x, y: np.einsum("ij,jk->ik", x, y), (np.ones((2, 3)), np.ones((4, 2)))),
    (lambda x, y: np.concatenate([x, y]), (np.ones((2, 3)), np.ones((2, 4)))),
    (lambda x, y: x[5] + y, (np.ones(3), 1.0)),
    (lambda x, y: x[np.array([0, 3])] + y, (np.ones(3), 1.0)),
    (lambda x, y: np.max(x, axis=0) + y, (np.ones((0, 3)), 1.0)),
    (lambda x, y: x.reshape(5) + y, (np.ones(6), 1.0)),
    (lambda x, y: np.bitwise_and(x, 1) + y, (np.ones(6), 1.0)),
    (lambda x, y: np.where(x, y, np.ones(2)), (np.ones(3) > 0, np.ones(3))),
]


def kind(value: Any) -> Any:
    return type(value), np.shape(value), np.result_type(value)


def runs(program: Program, leaves: list[Any]) -> Iterator[tuple[Equation, Outcome | None, Outcome]]:
    """Each equation, what it makes of specimens, and of the values that it has for these inputs."""
    values: dict[Any, Any] = dict(zip(program.inputs, leaves, strict=True))
    for eq in program.equations:
        real = [values[atom] if isinstance(atom, Var) else atom.value for atom in eq.inputs]
        stand_ins = [specimen(x) if isinstance(atom, Var) else x for atom, x in zip(eq.inputs, real, strict=True)]
        parameters = [literal.value for literal in eq.parameters]
        primitive = eq.primitive
        if isinstance(primitive, Structured):
            made: Outcome | None = primitive.outcome()
        else:
            made = outcome(primitive, [*stand_ins, *parameters])
        result = primitive.compute(*real, *parameters)
        results = (result,) if primitive.results == 1 else result
        values.update(zip(eq.outputs, results, strict=True))
        yield eq, made, attrs.evolve(Outcome.of(results, real), results=results)


def assert_as_they_say(f: Function, *args: Any) -> None:
    with np.errstate(all="ignore"):
        program = trace(f)(*args)
        for eq, made, real in runs(program, [leaf for leaf in flatten(args)[0] if is_input(leaf)]):
            specs = [program.spec(var) for var in eq.outputs]
            assert [(spec.shape, spec.dtype) for spec in specs] == [kind(out)[1:] for out in real.results]
            assert eq.aliases >= real.aliases
            if made is not None:
                assert list(map(kind, made.results)) == list(map(kind, real.results)), eq.primitive
                assert eq.aliases == made.aliases
                assert made.aliases == real.aliases or eq.primitive.name == COPIES_SOME_LAYOUTS


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_row(row: Row) -> None:
    f, xs = on_leaves(row)
    cts, dxs = random_like(f(*xs)), random_like(xs)

    def ways(xs: Any, cts: Any, dxs: Any) -> Any:
        return f(*xs), vjp(f, *xs)[1](cts), jvp(f, xs, dxs)

    try:
        assert_as_they_say(ways, tuple(xs), cts, dxs)
    except errors.ConcretizationError:
        pytest.skip("its shape depends on values")


@pytest.mark.parametrize("f", FUNCTIONS)
def test_loops_and_choices(f: Map) -> None:
    ways: list[tuple[Function, Any]] = [(f, START), (grad(f, argnums=(0, 1, 2)), START)]
    ways.append((vmap(f, in_axes=(0, None, None)), np.stack([START, -START])))
    for way, x in ways:
        program = trace(way)(x, WEIGHTS, XS)
        for eq, made, real in runs(program, [x, WEIGHTS, XS]):
            assert made is None or list(map(kind, made.results)) == list(map(kind, real.results)), eq
            assert eq.aliases >= real.aliases


def test_loops_and_choices_do_not_run_while_they_are_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: Any) -> None:
        raise AssertionError

    for module in (rolling, repeating, choosing):
        monkeypatch.setattr(module.Running, "__call__", refuse)

    def f(x: Any) -> Any:
        x = scan(lambda c, r: (c + r, c), x, plain.ones(4))[0]
        x = while_loop(lambda c: c < 10.0, lambda c: 2.0 * c, x)
        return cond(x > 1.0, np.sin, np.cos, fori_loop(0, 3, lambda i, c: c * c, x))

    assert [eq.primitive.name for eq in trace(f)(1.0).equations].count("scan") == 2


def test_a_loop_without_a_step_gives_a_copy_of_its_argument() -> None:
    f: Function = lambda x: while_loop(lambda c: np.sum(c) < 1.0, lambda c: 2.0 * c, x)  # noqa: E731
    x = np.ones(3)
    assert not next(eq for eq in trace(f)(x).equations if eq.primitive.name == "while").aliases
    compile(f)(x)[...] = 2.0
    np.testing.assert_array_equal(x, 1.0)


def test_recording_needs_no_memory_for_values() -> None:
    def wave(x: Any) -> Any:
        joined = np.concatenate([x[1:], x[:1]])
        return (
            np.sum(np.exp(-(x**2)) * np.sin(joined) + np.where(x > 0, x, np.cumsum(x))) + np.max(x) + x[::2] @ x[1::2]
        )

    x = np.linspace(-3.0, 3.0, 1_000_000)
    trace(grad(wave))(x[:10])
    tracemalloc.start()
    try:
        program = trace(grad(wave))(x)
        assert tracemalloc.get_traced_memory()[1] < 100_000
    finally:
        tracemalloc.stop()
    assert program.spec(program.outputs[0]).shape == x.shape


def test_values_are_computed_where_there_is_no_other_way_and_once() -> None:
    a: Any = np.array([[4.0, 1.0], [1.0, 3.0]])
    seen: list[str] = []

    def f(a: Any) -> Any:
        b = a @ a.T + np.eye(2)
        seen.append(np.array_repr(plain_value(b)))
        return plain.sum(np.linalg.cholesky(b) * np.linalg.inv(b))

    np.testing.assert_allclose(compile(grad(f))(a), grad(f)(a))
    assert seen[0] == seen[1]  # the values of the call that is recorded


CONSTANTS = ([1.0, 2.0, 3.0], (1, 2, 3), 1, np.float32(2))


@pytest.mark.parametrize("other", CONSTANTS, ids=str)
def test_constants_of_any_kind(other: Any) -> None:
    x = np.arange(3.0)
    f: Callable[[Any], Any] = lambda x: plain.where(x > 0, plain.maximum(x, other), other)  # noqa: E731
    np.testing.assert_array_equal(compile(f)(x), f(x), strict=True)


def test_finite_values_are_checked_at_the_first_call() -> None:
    f: Function = lambda x: plain.sqrt(plain.log(x))  # noqa: E731
    with (
        using_config(check_finite=True),
        np.errstate(all="ignore"),
        pytest.raises(FloatingPointError, match="log gave"),
    ):
        compile(f)(np.arange(3.0))


@pytest.mark.parametrize(("f", "args"), MISFITS)
def test_what_does_not_fit_raises_as_it_does_eagerly(f: Function, args: Any) -> None:
    with pytest.raises((ValueError, IndexError, TypeError)) as eager:
        f(*args)
    with pytest.raises(eager.type) as recorded:
        trace(f)(*args)
    line = eager.traceback[1].path, eager.traceback[1].lineno
    assert line in [(entry.path, entry.lineno) for entry in recorded.traceback]


def test_a_check_of_values_sees_those_of_the_call() -> None:
    f: Function = lambda x: plain.geomspace(2 * x, 8.0, 3)  # noqa: E731
    np.testing.assert_allclose(compile(f)(1.0), [2.0, 4.0, 8.0])
    with pytest.raises(ValueError, match="zero"):
        compile(f)(0.0)


def test_specimens_take_no_memory_and_cannot_be_written() -> None:
    one = specimen(np.ones((1000, 1000)))
    assert not any(one.strides)
    assert not one.flags.writeable
    assert one is stretched((1000, 1000), np.dtype(float))
    assert specimen(2) == 2
    assert type(specimen(np.float32(3))) is np.float32
