"""The benchmarks run, and what they time is right: no peer is needed, and no time is asserted."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks import dispatch, scaling, transforms
from benchmarks.libraries import TAPEGRAD
from benchmarks.problems import PROBLEMS, Array, Problem


@pytest.mark.parametrize("problem", PROBLEMS, ids=lambda problem: problem.title)
def test_gradient_is_the_slope_of_a_complex_step(problem: Problem) -> None:
    f = problem.function(TAPEGRAD)
    gradients: tuple[Array, ...] = TAPEGRAD.gradient(f, problem.arguments)()
    assert [g.dtype for g in gradients] == [x.dtype for x in problem.arguments]

    rng = np.random.default_rng(0)
    direction = [rng.normal(size=x.shape) for x in problem.arguments]
    step = 1e-20
    ahead = f(*(x + 1j * step * d for x, d in zip(problem.arguments, direction, strict=True)))
    slope = sum(float(np.vdot(g, d)) for g, d in zip(gradients, direction, strict=True))
    precision = max(float(np.finfo(x.dtype).eps) for x in problem.arguments)
    assert slope == pytest.approx(ahead.imag / step, rel=1e4 * precision)


@pytest.mark.parametrize("program", [scaling.long, scaling.wide, scaling.in_parts])
def test_growth_is_measured(program: scaling.Program) -> None:
    assert scaling.growth(program, 10, 20, rounds=1) > 0


def test_gradients_of_long_and_wide_programs() -> None:
    np.testing.assert_allclose(scaling.long(200)(), 0.999**100)
    np.testing.assert_allclose(scaling.wide(200)(), 100.0)


def test_memory_is_measured() -> None:
    assert scaling.bytes_per_operation(100) > 0
    assert scaling.arrays_held(3, 1000) > 0
    assert scaling.bytes_left(1000) < 1000


def test_import_is_measured() -> None:
    assert abs(scaling.import_seconds(rounds=1)) < 10


def test_loops_over_rows_and_parts_are_right() -> None:
    np.testing.assert_array_equal(scaling.by_rows(2)()[:3, 0], [2.0, 2.0, 0.0])
    np.testing.assert_array_equal(scaling.in_parts(2)(), np.full((2, 100), 6.0))


def test_dispatch_is_measured() -> None:
    assert dispatch.overheads(rounds=1).keys() == dispatch.CALLS.keys()


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # the peers' own
def test_transforms_of_all_libraries_agree() -> None:
    for calls in transforms.tasks().values():
        assert {"tapegrad", "tapegrad.compile"} <= calls.keys()
        wanted, *others = [np.asarray(call()) for call in calls.values()]
        for result in others:
            np.testing.assert_allclose(result, wanted, rtol=1e-12, atol=1e-12)


def test_products_with_a_hessian_are_right() -> None:
    calls = transforms.products()
    x = np.linspace(-2, 2, transforms.LARGE)
    slope = np.exp(-(x**2)) * (np.cos(x) - 2 * x * np.sin(x))
    curvature = np.exp(-(x**2)) * ((4 * x**2 - 3) * np.sin(x) - 4 * x * np.cos(x))
    np.testing.assert_allclose(calls["gradient"](), slope, rtol=0, atol=1e-14)
    np.testing.assert_allclose(calls["product"](), curvature * x, rtol=0, atol=1e-14)
