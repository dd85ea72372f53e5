"""The benchmarks run, and what they time is right: no peer is needed, and no time is asserted."""

from __future__ import annotations

from pathlib import Path
import re

import attrs
import numpy as np
import pytest

from benchmarks import calls, compilers, dispatch, problems, run, scaling, transforms
from benchmarks.adbench import bundle_adjustment, full_gaussian_mixture, lstm
from benchmarks.comparison import comparison, require_agreement
from benchmarks.libraries import LIBRARIES, Arrays, Library, available
from benchmarks.parts import PARTS
from benchmarks.problem import Problem
from benchmarks.timing import interleaved

PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"
TAPEGRAD = LIBRARIES["tapegrad"]()


REAL = [problem for problem in problems.GRADIENTS if problem is not problems.CIRCUIT]


@pytest.mark.parametrize("problem", REAL, ids=lambda problem: problem.title)
def test_gradient_is_the_slope_of_a_complex_step(problem: Problem) -> None:
    f = problem.function(Library(np, {}))  # whose loops may begin with real numbers
    gradients: Arrays = problem.calls({"tapegrad": TAPEGRAD})["tapegrad"]()
    assert [g.dtype for g in gradients] == [x.dtype for x in problem.arguments]

    rng = np.random.default_rng(0)
    direction = [rng.normal(size=x.shape) for x in problem.arguments]
    step = 1e-20
    ahead = f(*(x + 1j * step * d for x, d in zip(problem.arguments, direction, strict=True)))
    slope = sum(float(np.vdot(g, d)) for g, d in zip(gradients, direction, strict=True))
    precision = max(float(np.finfo(x.dtype).eps) for x in problem.arguments)
    assert slope == pytest.approx(ahead.imag / step, rel=1e4 * precision)


def test_the_gradient_of_a_circuit_shifts_its_parameters() -> None:
    """Of a rotation exp(-i t X), where X squared is 1, the slope is a difference of values, a quarter turn apart."""
    problem = problems.CIRCUIT
    f, (angles,) = problem.function(Library(np, {})), problem.arguments
    (gradient,) = problem.calls({"tapegrad": TAPEGRAD})["tapegrad"]()
    shifts = np.pi / 4 * np.eye(angles.size).reshape(-1, *angles.shape)
    slopes = [f(angles + shift) - f(angles - shift) for shift in shifts]
    np.testing.assert_allclose(gradient, np.reshape(slopes, angles.shape), atol=1e-13)


def test_a_mixture_is_the_sum_over_its_points_and_parts() -> None:
    problem = full_gaussian_mixture(points=4, dimensions=3, parts=2)
    alphas, means, icf = problem.arguments
    points = np.random.default_rng(0).normal(size=(3, 4)).T
    factors = [np.diag(np.exp(row[:3])) for row in icf]
    for factor, row in zip(factors, icf, strict=True):
        factor[1, 0], factor[2, 0], factor[2, 1] = row[3:]
    densities = [
        np.exp(alpha + np.sum(row[:3]) - np.sum((factor @ (x - mean)) ** 2) / 2)
        for x in points
        for alpha, mean, row, factor in zip(alphas, means, icf, factors, strict=True)
    ]
    likelihood = np.sum(np.log(np.sum(np.reshape(densities, (4, 2)), axis=1))) - 4 * np.log(np.sum(np.exp(alphas)))
    prior = np.sum(np.square(factors)) / 2
    assert problem.function(TAPEGRAD)(*problem.arguments) == pytest.approx(likelihood + prior)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # the peers' own
@pytest.mark.parametrize("problem", transforms.transformed(size=5, rows=4), ids=lambda problem: problem.title)
def test_transforms_of_all_libraries_agree(problem: Problem) -> None:
    made = problem.calls(available(LIBRARIES))
    assert {"tapegrad", "compile", "compile, numba"} & available(LIBRARIES).keys() <= made.keys()
    require_agreement(problem, made)


def test_disagreement_is_an_error() -> None:
    wrong = Library(np, {"gradient": lambda f, _: lambda *args: np.zeros(2)})
    with pytest.raises(ArithmeticError, match="goldstein, two scalars: wrong computes something else than tapegrad"):
        require_agreement(problems.GOLDSTEIN, problems.GOLDSTEIN.calls({"tapegrad": TAPEGRAD, "wrong": wrong}))


def test_libraries_take_turns() -> None:
    ran: list[str] = []
    times = interleaved({"a": lambda: ran.append("a"), "b": lambda: ran.append("b")}, seconds=0, least=3, batch=0)
    assert {name: len(each) for name, each in times.items()} == {"a": 3, "b": 3}
    last_rounds = "".join(ran[-12:])  # each runs once to warm up, and once to be timed
    assert re.fullmatch("(aabb|bbaa){3}", last_rounds)


def test_a_row_of_the_peers() -> None:
    (row,) = comparison([problems.GOLDSTEIN], ["tapegrad", "tapegrad.numpy", "Python loop"], seconds=0)
    title, own, ratio, missing, rounds = row
    assert (title, missing, rounds) == ("goldstein, two scalars", "–", "5")
    assert re.fullmatch(r"[\d.]+ (µs|ms)", own)
    assert re.fullmatch(r"[\d.]+×", ratio)


def test_a_row_of_compiled_functions() -> None:
    step = attrs.evolve(lstm(1, layers=2, width=3), left_out=frozenset({"compile, numba"}))
    (row,) = compilers.beside_jax([compilers.Workload(step, numpy=1.5)], seconds=0)
    assert len(row) == len(("title", *compilers.HEADER))
    assert (row[0], *row[4:7], row[-1]) == ("LSTM, 2 layers, 1 step", "1.5×", "–", "", "5")


def test_compilations_are_new_ones() -> None:
    small = bundle_adjustment(views=3, cameras=2, points=2)
    taken, made = compilers.compiled(small, available(("compile",)), seconds=0.2)
    assert len(taken["compile"]) > 1
    assert made["compile"]()


def test_calls_are_measured() -> None:
    titles = [title for title, _, _ in calls.hits((1, 2), seconds=0)]
    assert titles == [f"finding the code, {each}" for each in ("1 array", "1 in a dict", "2 arrays", "2 in a dict")]
    plain, *compiled = calls.memory(problems.elementwise(100_000))
    assert float(plain[1].split()[0]) > 4
    assert all(float(size.split()[0]) < 4 for _, size, _ in compiled)
    ((title, _, _),) = calls.limit(problems.elementwise(10_000), seconds=0)
    assert title == "time beside that of exp, sin, cos, log1p alone, sum of elementwise functions, n = 10,000"


@pytest.mark.parametrize("program", [scaling.long, scaling.wide, scaling.in_parts, scaling.compiling])
def test_growth_is_measured(program: scaling.Program) -> None:
    assert scaling.growth(program, 10, 20, seconds=0, least=1) > 0


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
    assert [name for name, _ in dispatch.overheads(seconds=0)] == [f"`{name}`" for name in dispatch.CALLS]


def test_products_with_a_hessian_are_right() -> None:
    made = transforms.products(1_000)
    x = np.linspace(-2, 2, 1_000)
    slope = np.exp(-(x**2)) * (np.cos(x) - 2 * x * np.sin(x))
    curvature = np.exp(-(x**2)) * ((4 * x**2 - 3) * np.sin(x) - 4 * x * np.cos(x))
    np.testing.assert_allclose(made["gradient"](), slope, rtol=0, atol=1e-14)
    np.testing.assert_allclose(made["product"](), curvature * x, rtol=0, atol=1e-14)


def test_a_part_is_measured_in_a_process_of_its_own_on_one_core() -> None:
    lines = run.measured("dispatch", "one core", seconds=0).splitlines()
    assert lines[0] == "| on one core | `np` over `tapegrad.numpy` |"
    assert len(lines) == 2 + len(dispatch.CALLS)


def test_the_page_has_a_place_for_every_part() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for name in (*PARTS, "machine"):
        before, _, behind = page.partition(f"<!-- {name} -->\n")
        _, end, after = behind.partition("<!-- end -->")
        assert run.filled(page, name, "new\n") == f"{before}<!-- {name} -->\nnew\n{end}{after}"
    with pytest.raises(ValueError, match="no place for 'speed'"):
        run.filled(page, "speed", "")
