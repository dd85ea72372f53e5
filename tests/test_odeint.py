"""Differential equations: values and derivatives against closed forms and finite differences, to the tolerances."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import numpy as np
import pytest

from examples import implicit_odefit
import tapegrad
from tapegrad import Tape, implicit, no_grad
from tapegrad._implicit import scipys
from tapegrad._tree import flatten
from tapegrad.errors import ConcretizationError, DomainError, SealedTapeError
from tests.untyped import Function, Untyped, compile, grad, jvp, vjp, vmap

odeint: Untyped = cast("Any", implicit.odeint)
jacobian: Untyped = cast("Any", tapegrad.jacobian)
hessian: Untyped = cast("Any", tapegrad.hessian)
checkpoint: Untyped = cast("Any", tapegrad.checkpoint)
TIMES = np.array([0.0, 0.3, 1.0])
TIGHT = {"rtol": 1e-11, "atol": 1e-11}


def decay(y: Any, t: Any, k: Any) -> Any:
    return -k * y


def oscillator(y: Any, t: Any, w: Any) -> Any:
    return np.stack([y[1], -(w**2) * y[0]])


def lotka_volterra(y: Any, t: Any, rates: Any) -> Any:
    hares, lynxes = y
    return np.stack([hares * (rates[0] - rates[1] * lynxes), lynxes * (rates[2] * hares - rates[3])])


def turning(y: Any, t: Any, k: Any) -> Any:
    return 1j * k * y


def differences(f: Callable[[Any], Any], x: Any, h: float = 1e-5) -> Any:
    """The gradient by central differences."""
    x = np.asarray(x)
    units = np.eye(x.size).reshape(-1, *x.shape)
    return np.reshape([(f(x + h * unit) - f(x - h * unit)) / (2 * h) for unit in units], x.shape)


def close(actual: Any, expected: Any, tolerance: float = 1e-8) -> None:
    """Trees of numbers agree."""
    for mine, exact in zip(flatten(actual)[0], flatten(expected)[0], strict=True):
        np.testing.assert_allclose(mine, exact, rtol=tolerance, atol=tolerance)


def agree(way: Callable[[Function], Any], ours: Function, theirs: Function, tolerance: float = 1e-8) -> None:
    """Two functions are the same to a transform."""
    close(way(ours), way(theirs), tolerance)


def end(y0: Any, t: Any, k: Any) -> Any:
    return odeint(decay, y0, t, k, **TIGHT)[-1]


def end_in_closed_form(y0: Any, t: Any, k: Any) -> Any:
    return y0 * np.exp(-k * (t[-1] - t[0]))


POINT = (1.5, TIMES, 0.7)
DIRECTION = (0.3, np.array([0.1, 0.5, -0.2]), 1.1)
WAYS: list[Callable[[Any], Any]] = [
    lambda f: grad(f)(*POINT),
    lambda f: jvp(f, POINT, DIRECTION),
    lambda f: jvp(grad(f), POINT, DIRECTION),
    lambda f: grad(lambda y0, t, k: jvp(f, (y0, t, k), DIRECTION)[1])(*POINT),
    lambda f: grad(lambda y0, t, k: grad(f, argnums=0)(y0, t, k))(*POINT),
    lambda f: grad(lambda y0, t, k: (grad(f, argnums=1)(y0, t, k) ** 2).sum())(*POINT),
    lambda f: grad(lambda y0, t, k: grad(f, argnums=2)(y0, t, k))(*POINT),
    lambda f: grad(grad(grad(lambda k: f(1.0, TIMES, k))))(0.7),
    lambda f: jvp(grad(grad(lambda k: f(1.0, TIMES, k))), (0.7,), (1.0,)),
    lambda f: grad(lambda k: jvp(grad(lambda k: f(1.0, TIMES, k)), (k,), (1.0,))[1])(0.7),
    lambda f: hessian(f)(*POINT),
]


@pytest.mark.parametrize("way", WAYS)
def test_decay_in_every_argument_mode_and_order(way: Callable[[Function], Any]) -> None:
    agree(way, end, end_in_closed_form)


@pytest.mark.parametrize("times", [TIMES, TIMES[::-1].copy()], ids=["forth", "back"])
def test_every_output_counts(times: Any) -> None:
    weights = np.array([1.0, -2.0, 3.0])

    def ours(y0: Any, t: Any, k: Any) -> Any:
        return (weights * odeint(decay, y0, t, k, **TIGHT)).sum()

    def theirs(y0: Any, t: Any, k: Any) -> Any:
        return (weights * y0 * np.exp(-k * (t - t[0]))).sum()

    agree(lambda f: grad(f)(2.0, times, 0.7), ours, theirs)
    agree(lambda f: jvp(f, (2.0, times, 0.7), DIRECTION), ours, theirs)


@pytest.mark.parametrize("method", ["RK23", "RK45", "DOP853", "Radau", "BDF", "LSODA"])
def test_oscillator_by_every_method(method: Any) -> None:
    def ours(w: Any) -> Any:
        return odeint(oscillator, np.array([1.0, 0.0]), TIMES, w, method=method, rtol=1e-7, atol=1e-7)[-1, 0]

    close(ours(2.0), np.cos(2.0), 1e-5)
    close(grad(ours)(2.0), -np.sin(2.0), 1e-5)
    close(jvp(ours, (2.0,), (1.0,))[1], -np.sin(2.0), 1e-5)


def test_time_dependent_rates_and_a_moving_start() -> None:
    def ours(y0: Any, t: Any) -> Any:
        return odeint(lambda y, t: y * np.cos(t), y0, t, **TIGHT)[1:]

    def theirs(y0: Any, t: Any) -> Any:
        return y0 * np.exp(np.sin(t[1:]) - np.sin(t[0]))

    cts, times = np.array([0.5, 2.0]), TIMES + 0.4
    agree(lambda f: vjp(f, 1.3, times)[1](cts), ours, theirs)
    agree(lambda f: jvp(f, (1.3, times), DIRECTION[:2]), ours, theirs)
    agree(lambda f: jvp(lambda y0, t: vjp(f, y0, t)[1](cts), (1.3, times), DIRECTION[:2]), ours, theirs)


def test_lotka_volterra_agrees_with_differences() -> None:
    rates, start = np.array([1.1, 0.4, 0.1, 0.4]), np.array([10.0, 5.0])
    times, direction = np.linspace(0.0, 4.0, 6), np.array([1.0, -1.0, 0.5, 2.0])

    def misfit(rates: Any, start: Any) -> Any:
        return (odeint(lotka_volterra, start, times, rates, **TIGHT) ** 2).sum()

    slope = grad(misfit, argnums=0)
    close(slope(rates, start), differences(lambda rates: misfit(rates, start), rates), 1e-6)
    close(grad(misfit)(rates, start)[1], differences(lambda start: misfit(rates, start), start), 1e-6)
    centred = (slope(rates + 1e-5 * direction, start) - slope(rates - 1e-5 * direction, start)) / 2e-5
    close(jvp(lambda rates: slope(rates, start), (rates,), (direction,))[1], centred, 1e-5)


@pytest.mark.parametrize("method", ["Radau", "LSODA"])
def test_a_stiff_equation(method: Any) -> None:
    def ours(k: Any) -> Any:
        return odeint(lambda y, t, k: -k * (y - np.cos(t)), 0.0, [0.0, 1.5], k, method=method)[-1]

    def theirs(k: Any) -> Any:
        return (k**2 * (np.cos(1.5) - np.exp(-1.5 * k)) + k * np.sin(1.5)) / (1 + k**2)

    agree(lambda f: grad(f)(1000.0), ours, theirs, 1e-9)
    agree(lambda f: grad(grad(f))(1000.0), ours, theirs, 1e-10)
    agree(lambda f: jvp(lambda k: jvp(f, (k,), (1.0,))[1], (1000.0,), (1.0,)), ours, theirs, 1e-9)


@pytest.mark.parametrize("method", ["DOP853", "LSODA"])
def test_batches(method: Any) -> None:
    rates = np.array([0.5, 1.0, 2.0])

    def ours(k: Any, y0: Any = 1.0, t: Any = TIMES) -> Any:
        return odeint(decay, y0, t, k, method=method)[-1]

    def of_rate(k: Any) -> Any:
        return ours(k)

    exact = np.exp(-rates)
    close(vmap(of_rate)(rates), exact, 1e-6)
    close(vmap(lambda y0: ours(0.5, y0))(rates), rates * np.exp(-0.5), 1e-6)
    close(vmap(grad(of_rate))(rates), -exact, 1e-6)
    close(grad(lambda rates: vmap(of_rate)(rates).sum())(rates), -exact, 1e-6)
    close(vmap(lambda k: jvp(of_rate, (k,), (1.0,))[1])(rates), -exact, 1e-6)
    close(vmap(grad(grad(of_rate)))(rates), exact, 1e-6)
    close(grad(lambda rates: vmap(grad(of_rate))(rates).sum())(rates), exact, 1e-6)
    close(vmap(lambda k: jvp(grad(of_rate), (k,), (1.0,))[1])(rates), exact, 1e-6)
    _, pull = vjp(lambda y0: odeint(oscillator, y0, TIMES, 2.0, method=method)[-1], np.ones(2))
    flow = np.array([[np.cos(2), np.sin(2) / 2], [-2 * np.sin(2), np.cos(2)]])
    close(vmap(pull)(np.eye(2))[0], flow, 1e-6)
    times = np.stack([TIMES, 2 * TIMES])
    close(vmap(lambda t: ours(1.0, 1.0, t))(times), np.exp(-times[:, -1]), 1e-6)
    close(vmap(grad(lambda t: ours(1.0, 1.0, t)))(times)[:, -1], -np.exp(-times[:, -1]), 1e-6)
    close(vmap(grad(lambda k, t: ours(k, 1.0, t)), in_axes=(0, None))(rates, TIMES)[1][:, -1], -rates * exact, 1e-6)


def test_a_batch_is_one_system_and_as_accurate_as_its_elements() -> None:
    rates, calls = np.append(np.zeros(199), 30.0), 0

    def counted(y: Any, t: Any, k: Any) -> Any:
        nonlocal calls
        calls += 1
        return -k * y

    def ours(k: Any) -> Any:
        return odeint(counted, 1.0, [0.0, 0.2], k, rtol=1e-4, atol=1e-9, method="RK45")[-1]

    alone = abs(ours(30.0) - np.exp(-6))
    steps, calls = calls, 0
    assert abs(vmap(ours)(rates)[-1] - np.exp(-6)) < 1.01 * alone
    assert calls < 3 * steps


def test_states_and_args_are_trees() -> None:
    def rate(y: Any, t: Any, args: Any, name: str) -> Any:
        assert name == "text"
        return {"a": -args["k"] * y["a"], "b": (y["a"] + args["c"] * y["b"][0], -y["b"][1])}

    def f(y0: Any, args: Any) -> Any:
        out = odeint(rate, y0, TIMES, args, "text", **TIGHT)
        assert out["b"][1].shape == (3, 1, 1)
        return out["a"][-1] + out["b"][0][-1].sum() * 2 + out["b"][1][-1, 0, 0]

    y0, args = {"a": 1.0, "b": (np.ones(2), np.array([[2.0]]))}, {"k": 0.5, "c": np.array([0.1, 0.2])}
    dy, dargs = grad(f)(y0, args)
    close(dargs["k"], differences(lambda k: f(y0, {**args, "k": k}), 0.5))
    close(dargs["c"], differences(lambda c: f(y0, {**args, "c": c}), args["c"]))
    close(dy["b"], (2 * np.exp(np.array([0.1, 0.2])), np.exp([[-1.0]])))


@pytest.mark.parametrize("part", [np.real, np.imag])
def test_complex_states(part: Any) -> None:
    def ours(y0: Any, k: Any, t: Any = TIMES) -> Any:
        return part(odeint(turning, y0, t, k, **TIGHT)[-1])

    def theirs(y0: Any, k: Any, t: Any = TIMES) -> Any:
        return part(y0 * np.exp(1j * k * (t[-1] - t[0])))

    point, direction = (1.0 + 2j, 0.5 - 1j), (0.3 + 0.1j, -0.2 + 1j)
    agree(lambda f: grad(f, argnums=(0, 1))(*point), ours, theirs)
    close(grad(lambda t: ours(*point, t))(TIMES), grad(lambda t: theirs(*point, t))(TIMES))
    agree(lambda f: jvp(grad(f, argnums=(0, 1)), point, direction), ours, theirs)
    agree(lambda f: grad(lambda y0, k: part(grad(f, argnums=1)(y0, k) * (1 + 2j)))(*point), ours, theirs)


def test_single_precision_stays() -> None:
    single = np.ones(2, np.float32)
    assert odeint(decay, single, TIMES, 0.5).dtype == np.float32
    gradient = grad(lambda y0: odeint(decay, y0, TIMES, 0.5)[-1].sum())(single)
    assert gradient.dtype == np.float32
    close(gradient, np.exp(-0.5) * single, 1e-6)


def test_under_the_other_transforms() -> None:
    def ours(k: Any) -> Any:
        return odeint(decay, np.ones(2), TIMES, k)[-1]

    k = np.array([0.5, 1.0])
    close(jacobian(ours)(k), -np.diag(np.exp(-k)), 1e-7)
    close(hessian(lambda k: ours(k).sum())(k), np.diag(np.exp(-k)), 1e-7)
    segment = grad(lambda k: checkpoint(lambda s: ours(k * s).sum())(1.0))
    close(segment(k), -np.exp(-k), 1e-7)
    close(jvp(segment, (k,), (np.ones(2),))[1], np.exp(-k), 1e-7)


def test_nothing_of_the_solution_is_recorded() -> None:
    with Tape() as tape:
        k = tape.watch(0.5)
        with no_grad():
            assert type(odeint(decay, 1.0, TIMES, k)) is np.ndarray
        y = odeint(decay, 1.0, TIMES, k)[-1]
    close(tape.gradient(y, k), -np.exp(-0.5))
    assert len(tape.nodes) < 8
    with pytest.raises(SealedTapeError, match="ended"):
        odeint(decay, 1.0, TIMES, k)


def test_what_is_captured_is_refused() -> None:
    def captures(k: Any) -> Any:
        return odeint(lambda y, t: -k * y, 1.0, TIMES)[-1]

    ways: list[Callable[[], Any]] = [
        lambda: grad(captures)(0.5),
        lambda: jvp(captures, (0.5,), (1.0,)),
        lambda: vmap(captures)(np.ones(2)),
    ]
    for way in ways:
        with pytest.raises(DomainError, match=r"test_odeint.py:.*closure.*behind t"):
            way()


def test_errors() -> None:
    with pytest.raises(ValueError, match="all increase, or all decrease"):
        odeint(decay, 1.0, [0.0, 1.0, 0.5], 1.0)
    with pytest.raises(ValueError, match="one-dimensional"):
        odeint(decay, 1.0, 2.0, 1.0)
    with pytest.raises(DomainError, match="holds a str"):
        odeint(decay, "1.0", TIMES, 1.0)
    with pytest.raises(DomainError, match="turning returned complex numbers"):
        odeint(turning, 1.0, TIMES, 1.0)
    with pytest.raises(DomainError, match=r"shape \(3,\)"):
        odeint(lambda y, t: np.ones(3), np.ones(2), TIMES)
    with pytest.raises(RuntimeError, match=r"stopped between t = 0 and 2.*grow beyond all bounds"):
        odeint(lambda y, t: y**2, 1.0, [0.0, 0.5, 2.0])
    with pytest.raises(RuntimeError, match=r"not finite at t = 0"):
        odeint(lambda y, t: y * np.nan, 1.0, TIMES, method="Radau")
    with pytest.raises(ValueError, match="method"):
        odeint(decay, 1.0, TIMES, 1.0, method="Euler")


def test_in_a_program_there_are_no_steps_to_choose() -> None:
    functions: list[Function] = [
        lambda y0, t, k: odeint(decay, y0, TIMES, 1.0),
        lambda y0, t, k: odeint(decay, 1.0, t, 1.0),
        grad(lambda y0, t, k: odeint(decay, 1.0, TIMES, k)[-1]),
        vmap(lambda y0, rate, k: odeint(decay, 1.0, TIMES, rate)[-1], (None, 0, None)),
    ]
    for f in functions:
        with pytest.raises(ConcretizationError, match=r"odeint at test_odeint.py.*odeint\(compile\(f\), ...\).*scan"):
            compile(f)(1.0, TIMES, 1.0)
    close(grad(lambda k: odeint(compile(decay), 1.0, TIMES, k)[-1])(0.5), -np.exp(-0.5))


def test_one_time_no_state_and_integers() -> None:
    y0 = np.array([1.0, 2.0])
    np.testing.assert_array_equal(odeint(decay, y0, [0.5], 1.0), y0[None])
    dy, dt = grad(lambda y0, t: odeint(decay, y0, t, 1.0).sum())(y0, np.array([0.5]))
    np.testing.assert_array_equal(dy, 1)
    np.testing.assert_array_equal(dt, 0)
    assert odeint(decay, np.zeros((0, 2)), TIMES, 1.0).shape == (3, 0, 2)
    close(odeint(decay, 1, [0, 1], 1)[-1], np.exp(-1))


def test_without_scipy(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        return None

    monkeypatch.setattr(scipys, "find_spec", missing)
    with pytest.raises(ImportError, match=r"odeint needs SciPy.*tapegrad\[scipy\]"):
        odeint(decay, 1.0, TIMES, 1.0)


def test_the_example_finds_the_rates() -> None:
    fit = implicit_odefit.main()
    np.testing.assert_allclose(fit.rates, implicit_odefit.RATES, rtol=0.05)
