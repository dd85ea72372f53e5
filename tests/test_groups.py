"""Which equations run block by block together: as their definition says, and found in one walk."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations
import random
import sys
from types import FrameType
from typing import Any

import numpy as np
import pytest

from tapegrad._program.passes.pipeline import optimised
from tapegrad._program.passes.placing import disjoint
from tapegrad._program.program import Equation, Program, Var
from tapegrad._program.source import groups
from tapegrad._program.source.control import ControlWriter
from tapegrad._program.source.groups import Group, steps
from tests.untyped import grad, plain, trace

SHAPES: Sequence[tuple[int, ...]] = ((300, 300), (300, 1), (300,), (70_000,), (70_000, 2), (2, 70_000), (200, 350), ())
UNARY: Sequence[Callable[[Any], Any]] = (
    np.sin,
    np.sum,
    np.transpose,
    lambda x: np.sum(x, axis=0),
    lambda x: np.sum(x, axis=-1, keepdims=True),
    lambda x: np.cumsum(x, axis=0),
    lambda x: np.reshape(x, (300, -1)),
    lambda x: x[1:],
)
BINARY: Sequence[Callable[[Any, Any], Any]] = (
    lambda x, y: x * y,
    lambda x, y: x + np.tanh(y),
    lambda x, y: plain.where(x > 0, x, y),
    lambda x, y: x @ y,
    lambda x, y: np.sum(x * y),
)


def recorded(seed: int) -> Program:
    """A random program of large arrays: only its shapes matter, and recording costs nothing that grows with them."""

    def f(*inputs: Any) -> Any:
        choose = random.Random(seed)
        values = list(inputs)
        for _ in range(30):
            x, y = choose.choice(values[-8:]), choose.choice(values)
            try:
                value = choose.choice(UNARY)(x) if choose.random() < 0.6 else choose.choice(BINARY)(x, y)
            except (ValueError, IndexError):  # the shapes do not fit
                continue
            if np.size(value) < 1_000_000:
                values.append(value)
        return sum(np.sum(value) for value in values)

    shapes = random.Random(seed).choices(SHAPES, k=3)
    program: Program = trace(grad(f, argnums=[0, 1, 2]))(*map(np.ones, shapes))
    return program


def gathered(program: Program, equations: Sequence[Equation]) -> list[Any]:
    """The definition: a group from all equations, and then likewise before it and after it."""
    start = next((eq for eq in equations if groups._opens(program, eq)), None)
    if start is None:
        return list(equations)
    along = groups._leading(program.spec(start.outputs[0]).shape)
    before, members, totals, after = list[Equation](), list[Equation](), list[Equation](), list[Equation]()
    inside, late = set[Var](), set[Var]()
    for eq in equations:
        read = {atom for atom in eq.inputs if isinstance(atom, Var)}
        if read & late:
            after.append(eq)
            late.update(eq.outputs)
        elif (read & inside or groups._opens(program, eq)) and groups._by_entries(program, eq, along, inside):
            members.append(eq)
            inside.update(eq.outputs)
        elif read & inside:
            (totals if groups._is_total(program, eq, len(along)) else after).append(eq)
            late.update(eq.outputs)
        else:
            before.append(eq)
    group = [(along, tuple(members), tuple(totals))] if len(members) + len(totals) > 1 else members
    return [*gathered(program, before), *group, *gathered(program, after)]


@pytest.mark.parametrize("seed", range(60))
def test_groups_are_as_they_are_defined(seed: int) -> None:
    program = optimised(recorded(seed))
    found = steps(program)
    as_tuples = [(step.along, step.equations, step.totals) if isinstance(step, Group) else step for step in found]
    assert as_tuples == gathered(program, program.equations)
    for step in found:
        if isinstance(step, Group):
            own = {*step.equations, *step.totals}
            read = {atom for eq in program.equations if eq not in own for atom in eq.inputs} | {*program.outputs}
            assert set(step.results) == step.inside & read


def calls(work: Callable[[], object]) -> int:
    """How many functions are called, those in C included."""
    count = 0

    def note(frame: FrameType, event: str, argument: object) -> None:
        nonlocal count
        count += event.endswith("call")

    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


def alternating(count: int) -> Callable[[], object]:
    def f(x: Any) -> Any:
        for _ in range(count):
            x = x * np.sum(np.sin(x) * 1.5 + x)
        return np.sum(x)

    program = trace(grad(f))(np.ones(70_000))
    return lambda: ControlWriter(optimised(program)).write()


def over_rows(count: int) -> Callable[[], object]:
    def f(x: Any) -> Any:
        return sum(np.sum(np.sin(x[i])) for i in range(count))

    program = trace(grad(f))(np.ones((count, 10)))
    return lambda: ControlWriter(optimised(program)).write()


@pytest.mark.parametrize("program", [alternating, over_rows])
def test_compiling_grows_with_the_program(program: Callable[[int], Callable[[], object]]) -> None:
    assert calls(program(120)) < 2.3 * calls(program(60))


INDICES: Sequence[Any] = (
    (0,),
    (1,),
    (-1,),
    (3,),
    (0, 1),
    (0, slice(None)),
    (slice(None), 1),
    (slice(None), 2),
    (slice(0, 2), 1),
    (1, slice(1, 2)),
    (1, slice(0, 1)),
    (Ellipsis, 1),
    (None, 1),
    (),
)


def test_indices_are_disjoint_where_each_pair_is() -> None:
    def differ(first: Any, last: Any) -> bool:
        for a, b, length in zip(first, last, (4, 4), strict=False):
            if not isinstance(a, int) or not isinstance(b, int):
                if a != b or not isinstance(a, slice):
                    return False
            elif (a - b) % length:
                return True
        return False

    found = [(disjoint(chosen, (4, 4)), chosen) for count in (2, 3) for chosen in combinations(INDICES, count)]
    assert all(result == all(differ(*pair) for pair in combinations(chosen, 2)) for result, chosen in found)
    assert {result for result, _ in found} == {False, True}
