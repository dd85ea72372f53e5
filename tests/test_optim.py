"""Optimisers: the formulas of the papers, trees, dtypes, and steps under other transforms."""

from __future__ import annotations

from collections.abc import Callable
import pickle
from typing import Any, cast

import attrs
import numpy as np
import pytest

from tapegrad import scan, static
from tapegrad.errors import DomainError
from tapegrad.optim import (
    SGD,
    Adagrad,
    Adam,
    AdamW,
    ClipByNorm,
    Cosine,
    Exponential,
    Lion,
    Optimiser,
    RMSprop,
    State,
    WarmUp,
    WeightDecay,
    chain,
    global_norm,
)
from tapegrad.typing import override
from tests.untyped import grad, jvp, vmap

P = np.array([1.0, -2.0, 0.5])
G = np.array([0.3, -4.0, 2.0])
H = np.array([-1.0, 0.5, 0.7])
NEXT: dict[str, tuple[Optimiser, Callable[[], Any]]] = {
    "sgd": (SGD(0.1), lambda: P - 0.1 * G - 0.1 * H),
    "momentum": (SGD(0.1, 0.9), lambda: P - 0.1 * G - 0.1 * (0.9 * G + H)),
    "nesterov": (SGD(0.1, 0.9, nesterov=True), lambda: P - 0.1 * 1.9 * G - 0.1 * (H + 0.9 * (0.9 * G + H))),
    "adam": (Adam(0.1, (0.8, 0.9), 1e-3), lambda: P - 0.1 * adam(G) - 0.1 * adam(G, H)),
    "adamw": (
        AdamW(0.1, (0.8, 0.9), 1e-3, weight_decay=0.5),
        lambda: 0.95 * (0.95 * P - 0.1 * adam(G)) - 0.1 * adam(G, H),
    ),
    "rmsprop": (
        RMSprop(0.1, 0.75, 1e-3),
        lambda: P - 0.1 * G / (0.5 * abs(G) + 1e-3) - 0.1 * H / (np.sqrt(0.75 * 0.25 * G**2 + 0.25 * H**2) + 1e-3),
    ),
    "adagrad": (Adagrad(0.1, 1e-3), lambda: P - 0.1 * G / (abs(G) + 1e-3) - 0.1 * H / (np.hypot(G, H) + 1e-3)),
    "lion": (
        Lion(0.1, (0.6, 0.8), weight_decay=0.5),
        lambda: (P * 0.95 - 0.1 * np.sign(G)) * 0.95 - 0.1 * np.sign(0.6 * 0.2 * G + 0.4 * H),
    ),
    "clipped": (chain(ClipByNorm(1.0), SGD(0.1)), lambda: P - 0.1 * unit(G) - 0.1 * unit(H)),
    "not clipped": (chain(ClipByNorm(100.0), SGD(0.1)), lambda: P - 0.1 * G - 0.1 * H),
    "penalised": (chain(WeightDecay(0.5), SGD(0.1)), lambda: 0.95 * (0.95 * P - 0.1 * G) - 0.1 * H),
    "scheduled": (SGD(Exponential(0.1, 0.5)), lambda: P - 0.1 * G - 0.05 * H),
    "any function of the step": (SGD(lambda count: 0.1 / (1 + count)), lambda: P - 0.1 * G - 0.05 * H),
}
"""Where each optimiser is after two steps, with gradients G and H."""
DIFFERENTIABLE = [name for name in NEXT if name != "lion"]


def adam(*gradients: Any) -> Any:
    """Adam's direction after one or two gradients, with decays 0.8 and 0.9 and epsilon 1e-3, written out."""
    if len(gradients) == 1:
        return gradients[0] / (abs(gradients[0]) + 1e-3)
    first, second = gradients
    mean = (0.8 * 0.2 * first + 0.2 * second) / (1 - 0.8**2)
    square = (0.9 * 0.1 * first**2 + 0.1 * second**2) / (1 - 0.9**2)
    return mean / (np.sqrt(square) + 1e-3)


def unit(g: Any) -> Any:
    return g / np.sqrt(np.sum(g**2))


def after(optimiser: Optimiser, params: Any, *gradients: Any) -> Any:
    """The parameters after a step for each gradient."""
    state = optimiser.init(params)
    for gradient in gradients:
        params, state = optimiser.step(gradient, state, params)
    return params


def trained(optimiser: Any, loss: Callable[[Any], Any], params: Any, steps: int) -> Any:
    """The parameters after so many steps down `loss`."""
    state = optimiser.init(params)
    for _ in range(steps):
        params, state = optimiser.step(grad(loss)(params), state, params)
    return params


def rosenbrock(p: Any) -> Any:
    return (1 - p["x"]) ** 2 + 100 * (p["y"] - p["x"] ** 2) ** 2


def bowl(p: Any) -> Any:
    return np.sum(np.array([1.0, 2.0, 3.0]) * p**2)


optimisers = pytest.mark.parametrize("name", NEXT)


@optimisers
def test_two_steps(name: str) -> None:
    optimiser, expected = NEXT[name]
    np.testing.assert_allclose(after(optimiser, P, G, H), expected(), rtol=1e-13)


@attrs.frozen
class Layer:
    weights: Any
    bias: Any
    kind: str = attrs.field(default="dense", metadata=static)


@optimisers
def test_trees_keep_structure_dtypes_and_memory(name: str) -> None:
    optimiser = NEXT[name][0]
    params: list[Any] = [Layer(P.astype(np.float32), 2.0), {"z": np.array(3.0), "e": np.zeros((2, 0))}]
    moved, state = params, optimiser.init(params)
    copies = pickle.dumps((params, state))
    for _ in range(2):
        moved, state = optimiser.step(params, state, params)
        assert type(moved[0]) is Layer
        assert moved[0].kind == "dense"
        assert (moved[0].weights.dtype, type(moved[0].bias)) == (np.float32, np.float64)
        assert (type(moved[1]["z"]), moved[1]["z"].shape, moved[1]["e"].shape) == (np.ndarray, (), (2, 0))
        for moment in state.moments.values():
            assert moment[0].weights.dtype == np.float32
    assert state.count == 2
    assert not np.shares_memory(moved[0].weights, params[0].weights)
    assert pickle.dumps((params, optimiser.init(params))) == copies


@optimisers
def test_each_number_by_itself(name: str) -> None:
    """One array, or its numbers spread over a tree: the norm for clipping is of all of them."""
    optimiser = NEXT[name][0]
    whole = after(optimiser, P, G, H)
    first, rest = after(optimiser, (P[0], P[1:]), (G[0], G[1:]), (H[0], H[1:]))
    np.testing.assert_allclose([first, *rest], whole, rtol=1e-14)


@pytest.mark.parametrize(
    "optimiser",
    [
        SGD(5e-4, 0.9),
        SGD(5e-4, 0.9, nesterov=True),
        Adam(0.05),
        AdamW(0.05, weight_decay=0.0),
        RMSprop(Exponential(0.02, 0.998)),
        Adagrad(0.2),
        Lion(Cosine(0.02, 2000)),
        chain(ClipByNorm(10.0), Adam(WarmUp(50, Cosine(0.1, 1950)))),
    ],
    ids=repr,
)
def test_the_valley_of_rosenbrock(optimiser: Optimiser) -> None:
    found = trained(optimiser, rosenbrock, {"x": -1.0, "y": 1.5}, 2000)
    assert rosenbrock(found) < 0.1


@optimisers
def test_states_pickle(name: str) -> None:
    optimiser = NEXT[name][0]
    if "function" in name:
        return  # a lambda does not
    params, state = optimiser.step(G, optimiser.init(P), P)
    optimiser, state = pickle.loads(pickle.dumps((optimiser, state)))
    np.testing.assert_array_equal(optimiser.step(H, state, params)[0], after(optimiser, P, G, H))


def test_optimisers_are_values() -> None:
    assert repr(Adam(0.1)) == "Adam(rate=0.1, betas=(0.9, 0.999), epsilon=1e-08)"
    assert chain(ClipByNorm(1.0), SGD(Cosine(0.1, 10))) == chain(ClipByNorm(1.0), SGD(Cosine(0.1, 10)))
    assert hash(Adam(0.1)) == hash(Adam(0.1)) != hash(Adam(0.2))


@optimisers
def test_many_runs_at_once(name: str) -> None:
    optimiser = NEXT[name][0]
    starts = np.stack([P, 2 * P, P - 1])
    together = vmap(lambda p: trained(optimiser, bowl, p, 3))(starts)
    np.testing.assert_allclose(together, [trained(optimiser, bowl, p, 3) for p in starts], rtol=1e-12)


def test_a_state_may_be_mapped_over() -> None:
    starts = np.stack([P, 2 * P])
    optimiser = Adam(0.1)
    states = vmap(optimiser.init)(starts)
    for _ in range(2):
        starts, states = vmap(optimiser.step)(starts, states, starts)
    expected = [after(optimiser, p, p, p - 0.1 * p / (abs(p) + 1e-8)) for p in (P, 2 * P)]
    np.testing.assert_allclose(starts, expected, rtol=1e-12)
    assert states.count.tolist() == [2, 2]


def test_many_rates_at_once() -> None:
    rates = np.array([0.01, 0.1, 0.2])
    losses = vmap(lambda rate: bowl(trained(SGD(rate, 0.5), bowl, P, 4)))(rates)
    np.testing.assert_allclose(losses, [bowl(trained(SGD(rate, 0.5), bowl, P, 4)) for rate in rates.tolist()])


@pytest.mark.parametrize("name", DIFFERENTIABLE)
def test_gradients_pass_through_steps(name: str) -> None:
    """Into the starting point, against finite differences, in both modes."""
    optimiser = NEXT[name][0]

    def final(p: Any) -> Any:
        return bowl(trained(optimiser, bowl, p, 3))

    gradient, step = grad(final)(P), 1e-6
    for i, e in enumerate(np.eye(3)):
        expected = (final(P + step * e) - final(P - step * e)) / (2 * step)
        np.testing.assert_allclose(gradient[i], expected, rtol=1e-5, atol=1e-7)
        np.testing.assert_allclose(jvp(final, (P,), (e,))[1], gradient[i], rtol=1e-9, atol=1e-12)


def test_training_as_a_scan() -> None:
    """The state is a tree, and so what a loop carries."""

    def final(p: Any) -> Any:
        def body(carry: Any, _: Any) -> Any:
            params, state = optimiser.step(grad(bowl)(carry[0]), carry[1], carry[0])
            return (params, state), bowl(params)

        (params, state), losses = scanned(body, (p, optimiser.init(p)), None, length=3)
        assert np.shape(losses) == (3,)
        return bowl(params) + 0 * state.count

    optimiser, scanned = Adam(0.1), cast("Any", scan)
    np.testing.assert_allclose(grad(final)(P), grad(lambda p: bowl(trained(optimiser, bowl, p, 3)))(P), rtol=1e-12)


def test_gradients_in_hyperparameters() -> None:
    """An optimiser is a tree: one gradient has all of them."""

    def final(optimiser: Any) -> Any:
        return bowl(trained(optimiser, bowl, P, 3))

    gradient = grad(final)(SGD(0.05, 0.3, nesterov=True))
    assert type(gradient) is SGD
    assert gradient.nesterov is True
    step = 1e-6
    for field in ("rate", "momentum"):
        here: Any = SGD(0.05, 0.3, nesterov=True)
        there, back = (attrs.evolve(here, **{field: getattr(here, field) + d}) for d in (step, -step))
        np.testing.assert_allclose(getattr(gradient, field), (final(there) - final(back)) / (2 * step), rtol=1e-6)
    of_adam = grad(final)(Adam(0.05))
    assert np.isfinite([of_adam.rate, *of_adam.betas, of_adam.epsilon]).all()
    of_schedule = grad(final)(SGD(Cosine(0.05, 10)))
    assert type(of_schedule.rate) is Cosine
    assert of_schedule.rate.start != 0


@pytest.mark.parametrize("name", DIFFERENTIABLE)
def test_a_parameter_without_influence(name: str) -> None:
    """Its gradient is zero, and so is every root that is divided by: the meta-gradient stays finite."""
    optimiser = NEXT[name][0]
    gradient = grad(lambda p: trained(optimiser, lambda q: q[0] ** 2, p, 3)[0])(np.array([1.0, 2.0]))
    assert np.isfinite(gradient).all()
    assert gradient[1] == 0


@pytest.mark.parametrize("optimiser", [SGD(0.1, 0.5), Adam(0.1), RMSprop(0.05), Adagrad(0.3), AdamW(0.1)], ids=repr)
def test_complex_parameters_go_downhill(optimiser: Optimiser) -> None:
    target = np.array([1 + 2j, -3j])
    found = trained(optimiser, lambda z: np.sum(np.abs(z - target) ** 2), np.array([0.5j, 1 + 0j]), 400)
    np.testing.assert_allclose(found, target, atol=0.15)


@pytest.mark.parametrize("optimiser", [AdamW(0.1, weight_decay=0.5), chain(WeightDecay(0.5), SGD(0.1))], ids=repr)
def test_complex_parameters_decay(optimiser: Optimiser) -> None:
    """Both parts of them."""
    z = np.array([1 + 2j, -3j])
    np.testing.assert_allclose(after(optimiser, z, np.zeros(2, complex)), 0.95 * z)


def test_schedules() -> None:
    assert WarmUp(4, 0.8)(0) == 0.2
    assert [float(WarmUp(2, Cosine(1.0, 2))(count)) for count in range(5)] == pytest.approx([0.5, 1.0, 0.5, 0.0, 0.0])
    assert Cosine(2.0, 4, end=1.0)(9) == 1.0
    assert global_norm([3.0, {"x": np.array([4.0, 12.0])}]) == 13.0


def test_what_optimisers_refuse() -> None:
    for params in (np.array([1, 2]), [None], {"x": "name"}, True):
        with pytest.raises(DomainError, match=r"astype\(float\).*static"):
            Adam().init(params)
    tree: Any = {"x": P}
    state = Adam().init(tree)
    with pytest.raises(TypeError, match="structure"):
        Adam().step({"y": G}, state, tree)
    with pytest.raises(TypeError, match="structure"):
        SGD(0.1).step([G], SGD(0.1).init([P]), tree)


def test_a_rule_of_ones_own() -> None:
    @attrs.frozen
    class SignDescent(Optimiser):
        rate: float

        @override
        def update(self, gradient: Any, state: State[Any], params: Any) -> tuple[Any, State[Any]]:
            return -self.rate * np.sign(gradient), State(state.count + 1, {})

    np.testing.assert_allclose(after(chain(WeightDecay(0.0), SignDescent(0.1)), P, G), P - 0.1 * np.sign(G))
