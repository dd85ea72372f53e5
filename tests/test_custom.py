"""Rules of the user's own: which mode uses which, under every nesting, over trees; what they may not do."""

from __future__ import annotations

from collections.abc import Callable
import copy
import gc
import inspect
import pickle
from typing import Any, NamedTuple, ParamSpec, TypeAlias
import weakref

import attrs
import numpy as np
from numpy.testing import assert_allclose
import optree
import pytest

import tapegrad
from tapegrad import Tape, is_variable, no_grad, stop_gradient, using_config, value_of
from tapegrad.errors import BatchError, ConversionError, DomainError, SealedTapeError
from tapegrad.testing import check_custom, check_grads

P = ParamSpec("P")
Map: TypeAlias = Callable[[Any], Any]
Map2: TypeAlias = Callable[[Any, Any], Any]

# Typed for lambdas; what is to be called otherwise is called by the name that it has in the library.
tg: Any = tapegrad
grad: Callable[[Map], Map] = tg.grad
vmap: Callable[[Map], Map] = tg.vmap
custom_vjp: Callable[[Map, Map2], Callable[[Map], Any]] = tg.custom_vjp
custom_jvp: Callable[[Map2], Callable[[Map], Any]] = tg.custom_jvp


def with_vjp(forward: Any, backward: Any, **options: Any) -> Callable[[Callable[P, Any]], Callable[P, Any]]:
    """`custom_vjp`, typed as leniently as a decorator can be."""
    decorator: Callable[[Callable[P, Any]], Callable[P, Any]] = tg.custom_vjp(forward, backward, **options)
    return decorator


def jvp(f: Map, x: Any, dx: Any) -> Any:
    """The tangent of a function of one argument."""
    return tg.jvp(f, (x,), (dx,))[1]


# --- one function, x**2 sin(y), with exact rules of each kind --------------------------------------------------------


def wave(x: Any, y: Any) -> Any:
    return x**2 * np.sin(y)


def wave_forward(x: Any, y: Any) -> Any:
    return wave(x, y), (x, y)


def wave_backward(residuals: Any, ct: Any) -> Any:
    x, y = residuals
    return 2 * ct * x * np.sin(y), ct * x**2 * np.cos(y)


def wave_rule(primals: Any, tangents: Any) -> Any:
    (x, y), (dx, dy) = primals, tangents
    return wave(x, y), 2 * dx * x * np.sin(y) + dy * x**2 * np.cos(y)


REVERSE: Map2 = tg.custom_vjp(wave_forward, wave_backward)(wave)
FORWARD: Map2 = tg.custom_jvp(wave_rule)(wave)
BOTH: Map2 = tg.custom_jvp(wave_rule)(REVERSE)
KINDS = pytest.mark.parametrize("f", [REVERSE, FORWARD, BOTH], ids=["vjp", "jvp", "both"])
X, Y = np.array([0.3, -1.2, 2.0]), np.array([1.0, 0.4, -0.7])


def plain(f: Map2) -> Map2:
    return f


def batched(f: Map2) -> Map2:
    mapped: Map2 = tg.vmap(f)
    return mapped


def batched_twice(f: Map2) -> Map2:
    mapped = batched(batched(f))
    return lambda x, y: mapped(np.reshape(x, (1, 3)), np.reshape(y, (1, 3)))[0]


def batched_along_one(f: Map2) -> Map2:
    """The second argument is no part of the batch."""
    mapped: Map2 = tg.vmap(f, in_axes=(0, None))
    return lambda x, y: np.stack([mapped(x[i : i + 1], y[i])[0] for i in range(3)])


def total(f: Map2, exponent: int) -> Map2:
    def summed(x: Any, y: Any) -> Any:
        return np.sum(f(x, y) ** exponent)

    return summed


def slope(f: Map2) -> Map2:
    """Of the sum of squares of the derivative in x."""
    derivative: Map2 = tg.elementwise_grad(f)

    def squares(x: Any, y: Any) -> Any:
        return np.sum(derivative(x, y)[0] ** 2)

    return squares


def tangent(f: Map2) -> Map2:
    """The tangent of f in a direction that depends on the point."""
    return lambda x, y: tg.jvp(f, (x, y), (y, x))[1]


def scanned(f: Map2) -> Map:
    def step(carry: Any, y: Any) -> Any:
        return f(carry, y), carry

    return lambda x: tg.scan(step, x, Y)[0]


WAYS: dict[str, Callable[[Map2], Any]] = {
    "value": lambda f: f(X, Y),
    "vjp": lambda f: tg.vjp(f, X, Y)[1](np.cos(X)),
    "jvp": lambda f: tg.jvp(f, (X, Y), (np.cos(X), np.sin(X))),
    "grad": lambda f: tg.grad(total(f, 2))(X, Y),
    "grad of grad": lambda f: tg.grad(slope(f))(X, Y),
    "jvp of grad": lambda f: tg.jvp(tg.elementwise_grad(f), (X, Y), (np.cos(X), Y)),
    "grad of jvp": lambda f: tg.grad(total(tangent(f), 2))(X, Y),
    "jvp of jvp": lambda f: tg.jvp(tangent(f), (X, Y), (np.cos(X), Y)),
    "vmap of pull": lambda f: tg.vmap(tg.vjp(f, X, Y)[1])(np.eye(3)),
    "jacfwd": lambda f: tg.jacfwd(f)(X, Y),
    "jacrev": lambda f: tg.jacrev(f)(X, Y),
    "hessian": lambda f: tg.hessian(total(f, 3))(X, Y),
    "linearize": lambda f: tg.linearize(f, X, Y)[1](np.cos(X), Y),
    "grad of checkpoint": lambda f: tg.grad(total(tg.checkpoint(f), 2))(X, Y),
}


def same(actual: Any, expected: Any) -> None:
    """Equal trees, up to rounding."""
    found, structure = optree.tree_flatten(actual)
    wanted, wanted_structure = optree.tree_flatten(expected)
    assert structure == wanted_structure
    for a, b in zip(found, wanted, strict=True):
        assert np.asarray(a).dtype == np.asarray(b).dtype
        assert_allclose(a, b, rtol=1e-12, atol=1e-14)


@KINDS
@pytest.mark.parametrize("wrap", [plain, batched, batched_twice, batched_along_one])
@pytest.mark.parametrize("way", WAYS)
def test_exact_rules_give_what_the_function_gives(f: Map2, wrap: Callable[[Map2], Map2], way: str) -> None:
    same(WAYS[way](wrap(f)), WAYS[way](wave))


PER_ELEMENT: dict[str, Callable[[Map2], Map2]] = {
    "grad": tg.grad,
    "grad of grad": lambda f: tg.grad(tg.grad(f, argnums=1)),
    "jvp": lambda f: lambda x, y: tg.jvp(f, (x, y), (y, x)),
    "jvp of grad": lambda f: lambda x, y: tg.jvp(tg.grad(f), (x, y), (y, x)),
    "third": lambda f: tg.grad(tg.grad(tg.grad(f, argnums=0), argnums=1), argnums=1),
    "hessian": tg.hessian,
    "scan": lambda f: lambda x, y: grad(scanned(f))(x) * y,
}


@KINDS
@pytest.mark.parametrize("way", PER_ELEMENT)
def test_a_batch_of_derivatives(f: Map2, way: str) -> None:
    same(tg.vmap(PER_ELEMENT[way](f))(X, Y), tg.vmap(PER_ELEMENT[way](wave))(X, Y))


@KINDS
def test_what_is_the_same_for_the_whole_batch_gets_the_sum(f: Map2) -> None:
    def along(f: Map2) -> Map2:
        mapped: Map2 = tg.vmap(f, in_axes=(None, 0))
        return lambda x, y: np.sum(mapped(x, y) * Y)

    same(tg.grad(along(f))(1.3, X), tg.grad(along(wave))(1.3, X))
    same(tg.jvp(along(f), (1.3, X), (2.0, Y)), tg.jvp(along(wave), (1.3, X), (2.0, Y)))


def one_for_all(x: Any, y: Any) -> Any:
    return x, None


def test_a_cotangent_that_is_the_same_for_the_whole_batch() -> None:
    def second(x: Any, y: Any) -> Any:
        return y

    def ones(residuals: Any, ct: Any) -> Any:
        return 5.0, None

    f: Map2 = tg.custom_vjp(one_for_all, ones)(second)
    assert grad(lambda x: np.sum(tg.vmap(f, in_axes=(None, 0))(x, X)))(1.3) == 15.0
    assert_allclose(grad(lambda x: np.sum(tg.vmap(f)(x, X)))(X), [5.0] * 3)


@KINDS
def test_the_check_of_derivatives_agrees(f: Map2) -> None:
    check_grads(f, (X, Y))
    check_custom(f, (X, Y), order=2)


# --- which mode uses which rule: each is wrong in its own way --------------------------------------------------------


def identity(x: Any) -> Any:
    return x


def doubled(f: Map) -> Map:
    g: Map = custom_vjp(lambda x: (x, None), lambda residuals, ct: (2 * ct,))(f)
    return g


def tripled(f: Map) -> Map:
    g: Map = custom_jvp(lambda primals, tangents: (primals[0], 3 * tangents[0]))(f)
    return g


def mapped_twice(f: Map) -> Map:
    return vmap(vmap(f))


@pytest.mark.parametrize("wrap", [identity, vmap, mapped_twice])
@pytest.mark.parametrize(
    ("f", "reverse", "forward"),
    [
        (doubled(identity), 2.0, 2.0),
        (tripled(identity), 3.0, 3.0),
        (doubled(tripled(identity)), 2.0, 3.0),
        (tripled(doubled(identity)), 2.0, 3.0),
    ],
    ids=["vjp", "jvp", "vjp of jvp", "jvp of vjp"],
)
def test_each_mode_uses_its_own_rule_or_transposes_the_other(
    f: Map, wrap: Callable[[Map], Map], reverse: float, forward: float
) -> None:
    x = np.ones((2, 2))
    g = wrap(f)
    assert_allclose(grad(lambda x: np.sum(g(x)))(x), reverse * x)
    assert_allclose(jvp(g, x, x), forward * x)
    with Tape() as tape:
        watched = tape.watch(x)
        y = g(watched)
    assert_allclose(tape.gradient(y, watched), reverse * x)


def cube(x: Any) -> Any:
    return x**3


def cube_forward(x: Any) -> Any:
    return cube_again(x), x


@with_vjp(cube_forward, lambda x, ct: (10 * ct * x,))  # pyright: ignore[reportUnknownLambdaType]
def cube_again(x: Any) -> Any:
    return x**3


def test_outer_transforms_see_what_the_rules_do() -> None:
    f: Map = custom_vjp(lambda x: (x**3, x), lambda x, ct: (10 * ct * x,))(cube)
    assert grad(f)(2.0) == grad(cube_again)(2.0) == 20
    assert grad(grad(f))(2.0) == grad(grad(cube_again))(2.0) == 10
    assert grad(grad(lambda x: f(x) ** 2))(2.0) == 2 * (12 * 20 + 8 * 10)  # f' as of what forward does: 3 x**2
    assert grad(grad(lambda x: cube_again(x) ** 2))(2.0) == 2 * (20 * 20 + 8 * 10)  # by the rule: 10 x


@KINDS
def test_arguments_of_levels_further_out_are_differentiated_through_the_rules(f: Map2) -> None:
    expected = 2 * 0.3 * np.cos(1.1)
    assert_allclose(grad(lambda y: grad(lambda x: f(x, y))(0.3))(1.1), expected)
    assert_allclose(grad(lambda y: jvp(lambda x: f(x, y), 0.3, 1.0))(1.1), expected)


def test_rules_run_once_and_for_a_whole_batch() -> None:
    calls: list[str] = []

    def forward(x: Any) -> Any:
        calls.append("forward")
        return x**2, x

    def backward(x: Any, ct: Any) -> Any:
        calls.append("backward")
        return (2 * ct * x,)

    def value(x: Any) -> Any:
        calls.append("value")
        return x**2

    square: Map = custom_vjp(forward, backward)(value)
    assert square(3.0) == 9.0
    assert calls == ["value"]
    assert grad(square)(3.0) == 6.0
    assert_allclose(vmap(grad(square))(X), 2 * X)
    assert_allclose(grad(lambda x: np.sum(vmap(square)(x)))(X), 2 * X)
    assert calls[1:] == ["forward", "backward"] * 3


# --- arguments and outputs of any structure --------------------------------------------------------------------------


class Summary(NamedTuple):
    total: Any
    size: int


def affine_forward(model: Any, x: Any) -> Any:
    return model.weight * x + model.offset, (model.weight, x)


def affine_backward(residuals: Any, ct: Any) -> Any:
    weight, x = residuals
    return Affine(np.sum(ct * x), np.sum(ct), ""), 100 * ct * weight


@attrs.frozen
class Affine:
    weight: Any
    offset: Any
    label: str = "affine"

    @with_vjp(affine_forward, affine_backward)
    def predict(self, x: Any) -> Any:
        """The model's prediction."""
        return self.weight * x + self.offset


def described_forward(params: Any, x: Any, note: Any) -> Any:
    return described(params, x, note), (params, x)


def described_backward(residuals: Any, ct: Any) -> Any:
    (params, x), summary = residuals, ct["summary"]
    assert ct["note"] is None
    assert summary.size is None
    slope = ct["out"] + summary.total
    return {"w": [slope * x.sum(), None], "b": None}, slope * params["w"][0] + 0 * x, None


@with_vjp(described_forward, described_backward)
def described(params: Any, x: Any, note: str = "none") -> Any:
    y = params["w"][0] * x
    return {"out": y.sum(), "summary": Summary(y.sum(), x.size), "note": note}


def test_trees_with_what_has_no_derivative() -> None:
    def loss(weight: Any, x: Any) -> Any:
        out = described({"w": [weight, 7], "b": np.float32(1.0)}, x, note="text")
        assert out["note"] == "text"
        assert out["summary"].size == 3
        return out["out"] * 10 + out["summary"].total

    def batch(weight: Any, x: Any) -> Any:
        return np.sum(tg.vmap(loss, in_axes=(None, 0))(weight, x[None]))

    for f in (loss, batch):
        weight, x = tg.grad(f)(2.0, X)
        assert_allclose(weight, 11 * X.sum())
        assert_allclose(x, np.full(3, 22.0))
        assert_allclose(tg.jvp(f, (2.0, X), (1.0, 0 * X))[1], 11 * X.sum())
    check_custom(described, ({"w": [2.0, 7], "b": 1.0}, X))


def test_a_method_and_an_attrs_class() -> None:
    def predicted(weight: Any, x: Any) -> Any:
        return Affine(weight, 1.0).predict(x)

    assert Affine(2.0, 1.0).predict(3.0) == 7.0
    assert tg.grad(predicted)(2.0, 3.0) == (3.0, 200.0)
    assert Affine.predict.__doc__ == "The model's prediction."


def test_none_is_zero_for_a_whole_tree() -> None:
    def second(tree: Any, x: Any) -> Any:
        return x

    def second_forward(tree: Any, x: Any) -> Any:
        return x, None

    f: Map2 = tg.custom_vjp(second_forward, lambda residuals, ct: (None, ct))(second)  # pyright: ignore[reportUnknownLambdaType]
    assert grad(lambda a: f({"a": a, "b": [a]}, a * 3.0))(1.0) == 3.0
    constant: Map = custom_jvp(lambda primals, tangents: (primals[0], None))(identity)
    assert grad(constant)(1.0) == 0.0
    assert jvp(constant, 1.0, 1.0) == 0.0


def product_forward(x: Any, y: Any) -> Any:
    return x * y, (x, y)


def product_backward(residuals: Any, ct: Any) -> Any:
    x, y = residuals
    return ct * y, ct * x


@with_vjp(product_forward, product_backward)
def product(x: Any, y: Any = 3.0) -> Any:
    return x * y


def test_keywords_defaults_and_any_number_of_arguments() -> None:
    assert grad(product)(2.0) == 3.0
    assert grad(lambda y: product(y=y, x=2.0))(5.0) == 2.0
    assert grad(lambda x: product(x, y=4.0))(5.0) == 4.0

    def total(*xs: Any) -> Any:
        return sum(xs)

    def total_forward(*xs: Any) -> Any:
        return sum(xs), len(xs)

    def total_backward(n: int, ct: Any) -> Any:
        return tuple(i * ct for i in range(n))

    assert tg.grad(tg.custom_vjp(total_forward, total_backward)(total))(1.0, 1.0, 1.0) == (0.0, 1.0, 2.0)
    for f in (np.sin, np.sum):
        sine: Any = custom_jvp(lambda primals, tangents: (primals[0], 5 * tangents[0]))(f)
        assert grad(sine)(1.0) == 5.0
    multiply: Map2 = tg.custom_vjp(product_forward, product_backward)(np.multiply)
    assert tg.grad(multiply)(2.0, 3.0) == (3.0, 2.0)
    column: Any = tg.custom_vjp(column_forward, column_backward, nondiff_argnums=1)(np.expand_dims)
    assert_allclose(grad(lambda x: np.sum(column(x, axis=1) * X[:, None]))(X), X)


def column_forward(x: Any, axis: int) -> Any:
    return x[:, None], axis


def column_backward(axis: int, ct: Any) -> Any:
    return (np.squeeze(ct, axis),)


def test_a_default_between_keywords() -> None:
    def three(x: Any, y: Any = 2.0, z: Any = 3.0) -> Any:
        return x * y * z

    def three_rule(primals: Any, tangents: Any) -> Any:
        (x, y, z), (dx, _, dz) = primals, tangents
        return x * y * z, dx * y * z + x * y * dz

    f: Any = tg.custom_jvp(three_rule)(three)
    assert grad(lambda t: f(t, z=t))(5.0) == 20.0


def test_dtypes_and_shapes_are_those_of_the_arguments() -> None:
    x = np.arange(3, dtype=np.float32)
    gradient = grad(lambda x: np.sum(product(x, np.ones(3))))(x)
    assert gradient.dtype == np.float32
    assert type(grad(lambda y: product(np.array(3.0), y))(np.array(2.0))) is np.ndarray
    assert grad(lambda x: np.sum(product(x, x)))(np.zeros((0, 2))).shape == (0, 2)


def test_complex_values() -> None:
    square: Map = np.square
    f: Map = custom_vjp(lambda z: (z**2, z), lambda z, ct: (2 * ct * z,))(square)
    g: Map = custom_jvp(lambda primals, tangents: (primals[0] ** 2, 2 * primals[0] * tangents[0]))(square)
    z = np.array([1 + 2j, -0.5j])
    for h in (f, g, vmap(f), vmap(g)):
        assert_allclose(tg.vjp(h, z)[1](np.array([1.0, 1j]))[0], [2 * z[0], 2j * z[1]])
        assert_allclose(jvp(h, z, 1j * z), 2j * z * z)
    for h in (f, g):
        check_custom(h, (z,))
    modulus: Map = custom_vjp(lambda z: (abs(z), z), lambda z, ct: (ct * np.conj(z) / abs(z),))(abs)
    check_custom(modulus, (z,))  # linear over the reals alone


# --- arguments without a derivative ----------------------------------------------------------------------------------


def power_forward(x: Any, n: Any) -> Any:
    return x**n, (x, n)


def power_backward(residuals: Any, ct: Any) -> Any:
    x, n = residuals
    return (ct * n * x ** (n - 1),)


def power_rule(primals: Any, tangents: Any) -> Any:
    (x, n), (dx,) = primals, tangents
    return x**n, dx * n * x ** (n - 1)


@with_vjp(power_forward, power_backward, nondiff_argnums=1)
def power(x: Any, n: int) -> Any:
    return x**n


FORWARD_POWER: Map2 = tg.custom_jvp(power_rule, nondiff_argnums=(1,))(power)


def test_what_has_no_derivative_is_passed_as_it_is() -> None:
    assert tg.grad(power, argnums=0)(2.0, 3) == grad(lambda x: power(x, n=3))(2.0) == 12.0
    assert jvp(lambda x: power(x, 3), 2.0, 1.0) == 12.0
    assert_allclose(vmap(grad(lambda x: power(x, 3)))(X), 3 * X**2)
    assert jvp(lambda x: FORWARD_POWER(x, 3), 2.0, 1.0) == 12.0
    for f in (power, FORWARD_POWER):
        check_custom(f, (X, 3), order=3)

    def applied(f: Map, x: Any) -> Any:
        return f(x)

    def applied_rule(primals: Any, tangents: Any) -> Any:
        return primals[0](primals[1]), 7 * tangents[0]

    g: Map2 = tg.custom_jvp(applied_rule, nondiff_argnums=0)(applied)
    assert grad(lambda x: g(np.sin, x))(2.0) == 7.0


@pytest.mark.parametrize(
    ("run", "state"),
    [
        (lambda: tg.grad(power)(2.0, 3.0), "differentiated"),
        (lambda: tg.jvp(power, (2.0, 3.0), (1.0, 0.0)), "differentiated"),
        (lambda: tg.vmap(power)(X, X), "batched"),
        (lambda: tg.compile(power)(2.0, 3.0), "recorded"),
    ],
)
def test_a_differentiated_value_there_is_an_error(run: Callable[[], Any], state: str) -> None:
    with pytest.raises(
        DomainError,
        match=rf"argument 1 \(n\) of power at test_custom.py.*a {state} value.*Take it out of nondiff_argnums",
    ):
        run()


# --- what a rule must return -----------------------------------------------------------------------------------------

WRONG_BACKWARD: dict[str, tuple[Map2, type[Exception], str]] = {
    "bare": (lambda r, ct: ct, TypeError, "returned a .*. It returns a tuple with a cotangent.*: 1 of them"),
    "nothing": (lambda r, ct: None, TypeError, "returned None. It returns a tuple"),
    "too many": (lambda r, ct: (ct, ct), TypeError, "returned 2 of them"),
    "shape": (
        lambda r, ct: (ct[:2],),
        ValueError,
        r"argument 0 \(x\) of identity: .*shape \(2,\).*must have shape \(3,\)",
    ),
    "structure": (lambda r, ct: ([ct],), TypeError, r"argument 0 \(x\) of identity: the cotangent has the structure"),
    "complex": (lambda r, ct: (1j * ct,), DomainError, "cotangent is complex"),
    "text": (lambda r, ct: ("ct",), DomainError, "not a str"),
}


@pytest.mark.parametrize("case", WRONG_BACKWARD)
@pytest.mark.parametrize("wrap", [identity, vmap])
def test_a_wrong_cotangent_is_an_error(case: str, wrap: Callable[[Map], Map]) -> None:
    backward, error, message = WRONG_BACKWARD[case]
    f = wrap(custom_vjp(lambda x: (x, None), backward)(identity))
    with pytest.raises(error, match=message):
        grad(lambda x: np.sum(f(x)))(X if wrap is identity else np.stack([X, X]))


WRONG_RULE: dict[str, tuple[Map2, str]] = {
    "bare": (lambda p, t: p[0], "returned a .*, not a pair"),
    "shape": (lambda p, t: (p[0], t[0][:2]), r"the tangent has shape \(2,\)"),
    "structure": (lambda p, t: (p[0], (t[0],)), "the tangent has the structure"),
}


@pytest.mark.parametrize("case", WRONG_RULE)
def test_a_wrong_tangent_is_an_error(case: str) -> None:
    rule, message = WRONG_RULE[case]
    f: Map = custom_jvp(rule)(identity)
    with pytest.raises((TypeError, ValueError), match=message):
        jvp(f, X, X)
    with pytest.raises((TypeError, ValueError), match=message):
        grad(lambda x: np.sum(f(x)))(X)


def paused(ct: Any) -> Any:
    with no_grad():
        return 2 * ct


NONLINEAR: dict[str, tuple[Map, str]] = {
    "square": (lambda ct: ct * ct, "square at test_custom.py"),
    "clip": (lambda ct: np.clip(ct, -1, 1), "clip at"),
    "absolute": (lambda ct: np.abs(ct), "absolute at"),
    "branch": (lambda ct: ct if ct[0] > 0 else -ct, "greater at"),
    "normalised": (lambda ct: ct / np.linalg.norm(ct), "norm at"),
    "shifted": (lambda ct: ct + 1, "a constant is added"),
    "constant": (lambda ct: np.ones(3), "a constant is added"),
    "stopped": (lambda ct: stop_gradient(ct), "stop_gradient at"),
    "plain": (lambda ct: 2 * value_of(ct), "cut off"),
    "paused": (paused, "cut off"),
    "by rules of its own": (lambda ct: cube_again(ct), "a constant is added"),
}


@pytest.mark.parametrize("case", NONLINEAR)
def test_what_is_not_linear_is_not_transposed(case: str) -> None:
    change, message = NONLINEAR[case]
    f: Map = custom_vjp(lambda x: (x, None), lambda residuals, ct: (change(ct),))(identity)
    with pytest.raises(DomainError, match=f"is not linear in the cotangent: .*{message}.*@custom_jvp"):
        jvp(f, X, X)
    g: Map = custom_jvp(lambda primals, tangents: (primals[0], change(tangents[0])))(identity)
    with pytest.raises(DomainError, match=f"is not linear in the tangents: .*{message}.*@custom_vjp"):
        grad(lambda x: np.sum(g(x) * X))(X)
    assert_allclose(jvp(tripled(f), X, X), 3 * X)


def test_a_backward_that_clips_works_in_reverse_at_any_nesting() -> None:
    clip: Map = custom_vjp(lambda x: (x, None), lambda residuals, ct: (np.clip(ct, -1, 1),))(identity)
    x = np.array([0.1, 3.0])
    assert_allclose(grad(lambda x: np.sum(clip(x) ** 2))(x), [0.2, 1.0])
    assert_allclose(vmap(grad(lambda x: clip(x) ** 2))(x), [0.2, 1.0])
    assert_allclose(vmap(grad(grad(lambda x: clip(x) ** 2)))(x), np.array([2.0, 0.0]))


def test_a_backward_may_use_linear_functions_with_rules_of_their_own() -> None:
    twice: Map = custom_vjp(lambda x: (2 * x, None), lambda residuals, ct: (2 * ct,))(lambda x: 2 * x)
    f: Map = custom_vjp(lambda x: (2 * x, None), lambda residuals, ct: (twice(ct),))(lambda x: 2 * x)
    assert_allclose(jvp(f, X, X), 2 * X)
    assert_allclose(jvp(vmap(f), X, X), 2 * X)


def test_ill_conditioned_rules_are_transposed_all_the_same() -> None:
    hilbert = 1 / (np.arange(10)[:, None] + np.arange(10) + 1.0)
    hilbert_inverse: Any = np.linalg.inv(hilbert)

    def solve(b: Any) -> Any:
        return hilbert_inverse @ b

    f: Map = custom_vjp(lambda b: (solve(b), None), lambda residuals, ct: (solve(ct),))(solve)
    assert_allclose(hilbert @ jvp(f, np.ones(10), np.ones(10)), np.ones(10), atol=1e-2)


# --- differentiated values from the surroundings ---------------------------------------------------------------------

STRAYS: dict[str, Callable[[Any], Map]] = {
    "in forward": lambda y: custom_vjp(lambda x: (x * y, None), lambda r, ct: (ct,))(identity),
    "among the residuals": lambda y: custom_vjp(lambda x: (x, {"y": [y]}), lambda r, ct: (ct,))(identity),
    "in backward": lambda y: custom_vjp(lambda x: (x, None), lambda r, ct: (ct * y,))(identity),
    "returned by backward": lambda y: custom_vjp(lambda x: (x, None), lambda r, ct: (y,))(identity),
    "in the rule": lambda y: custom_jvp(lambda p, t: (p[0] * y, t[0]))(identity),
    "in the tangent": lambda y: custom_jvp(lambda p, t: (p[0], t[0] * y))(identity),
}
MODES: dict[str, Callable[[Map], Any]] = {
    "reverse": lambda f: grad(f)(2.0),
    "forward": lambda f: jvp(f, 2.0, 1.0),
    "batched reverse": lambda f: vmap(grad(f))(X),
    "reverse of a batch": lambda f: grad(lambda x: np.sum(vmap(f)(x)))(X),
    "forward of a batch": lambda f: jvp(vmap(f), X, X),
}


@pytest.mark.parametrize("stray", STRAYS)
@pytest.mark.parametrize("mode", MODES)
def test_a_differentiated_value_from_outside_is_an_error(stray: str, mode: str) -> None:
    with pytest.raises(DomainError, match=r"is no argument of identity.* Pass it to identity as an argument"):
        MODES[mode](lambda y: STRAYS[stray](y)(y * 2.0))


def test_a_batched_value_from_outside_is_an_error() -> None:
    def run(y: Any) -> Any:
        return custom_vjp(lambda x: (x, None), lambda r, ct: (ct,))(lambda x: x * y)(2 * y)

    with pytest.raises(DomainError, match="a differentiated or batched value is used that is no argument"):
        vmap(run)(X)


@pytest.mark.parametrize("stray", STRAYS)
def test_one_of_a_level_further_out_is_none(stray: str) -> None:
    def inner(y: Any) -> Any:
        f = STRAYS[stray](y)
        return grad(lambda x: f(x) * y)(2.0)

    y, h = 3.0, 1e-6
    assert_allclose(grad(inner)(y), (inner(y + h) - inner(y - h)) / (2 * h), rtol=1e-6)


def test_one_from_outside_under_an_open_tape() -> None:
    with Tape() as tape:
        x, y = tape.watch(2.0), tape.watch(3.0)
        out = STRAYS["in backward"](y)(x)
        with pytest.raises(DomainError, match="is no argument of identity"):
            tape.gradient(out, x)
    with pytest.raises(SealedTapeError, match=r"power at test_custom.py.*has ended"):
        power(x, 3)


# --- configuration, tapes, arrays ------------------------------------------------------------------------------------


@KINDS
def test_pauses_and_constants(f: Map2) -> None:
    def scaled(x: Any) -> Any:
        with no_grad():
            constant = f(x, 1.0)
        assert not is_variable(constant)
        return constant * x

    assert_allclose(grad(scaled)(0.3), wave(0.3, 1.0))
    assert_allclose(jvp(scaled, 0.3, 1.0), wave(0.3, 1.0))
    assert_allclose(grad(lambda x: f(stop_gradient(x), x))(0.3), 0.3**2 * np.cos(0.3))
    with using_config(recording=False):
        assert_allclose(tg.grad(f)(0.3, 1.0), tg.grad(wave)(0.3, 1.0))


def test_a_tape_lists_a_node_for_the_whole() -> None:
    with Tape() as tape:
        x = tape.watch(2.0, name="x")
        y = REVERSE(x, 1.0) * 3.0
    assert [node.primitive.name for node in tape.nodes] == ["watch", "wave", "multiply"]
    assert_allclose(tape.gradient(y, x), 12 * np.sin(1.0))


def test_rules_cannot_change_what_they_are_given() -> None:
    def double(x: Any) -> Any:
        x *= 2
        return x

    f: Map = custom_vjp(lambda x: (double(x), None), lambda residuals, ct: (ct,))(identity)
    g: Map = custom_vjp(lambda x: (x, None), lambda residuals, ct: (double(ct),))(identity)
    with pytest.raises(ValueError, match="read-only"):
        grad(lambda x: np.sum(f(x)))(X.copy())
    with pytest.raises(ValueError, match="read-only"):
        grad(lambda x: np.sum(g(x)))(X.copy())


def test_later_changes_of_arrays_change_no_gradient() -> None:
    def masked(x: Any, y: Any, mask: Any) -> Any:
        return x * y * mask

    def masked_forward(x: Any, y: Any, mask: Any) -> Any:
        return x * y * mask, (y, mask)

    def masked_backward(residuals: Any, ct: Any) -> Any:
        y, mask = residuals
        return ct * y * mask, None

    f: Any = tg.custom_vjp(masked_forward, masked_backward, nondiff_argnums=2)(masked)
    mask, data, x = np.ones(3), X.copy(), X.copy()
    pull: Map = tg.vjp(lambda x: f(x, data, mask), x)[1]  # pyright: ignore[reportUnknownLambdaType]
    for array in (mask, data, x):
        array[:] = 99
    assert_allclose(pull(np.ones(3))[0], X)


def test_a_tape_is_freed_with_the_last_reference_to_it() -> None:
    kept: list[weakref.ref[Any]] = []

    def forward(x: Any) -> Any:
        residual = np.cos(x)
        kept.append(weakref.ref(residual))
        return np.sin(x), residual

    f: Map = custom_vjp(forward, lambda cosine, ct: (ct * cosine,))(np.sin)
    gc.disable()
    try:
        with Tape() as tape:
            x = tape.watch(X)
            y = f(x)
        assert_allclose(tape.gradient(y, x), np.cos(X))
        del tape, x, y
        assert kept.pop()() is None
        assert_allclose(grad(lambda x: np.sum(f(x)))(X), np.cos(X))
        assert kept.pop()() is None
    finally:
        gc.enable()


def test_outputs_without_a_derivative_are_constants() -> None:
    f: Map = custom_vjp(lambda x: ((x, x > 0), None), lambda residuals, ct: (5 * ct[0],))(lambda x: (x, x > 0))
    assert tg.grad(f, has_aux=True)(2.0) == (5.0, True)
    assert_allclose(vmap(lambda x: f(x)[1])(X), X > 0)
    positive: Map = custom_vjp(lambda x: (x > 0, None), lambda residuals, ct: (ct,))(lambda x: x > 0)
    assert grad(lambda x: x * positive(x))(2.0) == 1.0
    assert jvp(lambda x: x * positive(x), 2.0, 1.0) == 1.0


def test_what_takes_plain_arrays_alone_says_so() -> None:
    square: Map = lambda x: np.asarray(x) ** 2  # noqa: E731
    f: Map = custom_vjp(lambda x: (square(x), x), lambda x, ct: (2 * x * ct,))(square)
    assert grad(f)(3.0) == 6.0
    with pytest.raises(ConversionError):
        grad(grad(f))(3.0)
    with pytest.raises(BatchError):
        vmap(f)(X)


# --- values: equality, names, pickling -------------------------------------------------------------------------------


def test_it_is_a_value() -> None:
    decorator: Any = tg.custom_vjp(wave_forward, wave_backward)
    again = decorator(wave)
    assert again == REVERSE
    assert hash(again) == hash(REVERSE)
    assert REVERSE != FORWARD != BOTH
    assert decorator(FORWARD) == BOTH == tg.custom_jvp(wave_rule)(REVERSE)
    assert decorator == tg.custom_vjp(wave_forward, wave_backward)
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        again.rules = None
    assert repr(decorator) == "custom_vjp(wave_forward, wave_backward)"
    assert repr(BOTH) == "custom_vjp(wave_forward, wave_backward)(custom_jvp(wave_rule)(wave))"
    assert repr(tg.grad(FORWARD)) == "grad(custom_jvp(wave_rule)(wave))"
    assert "custom_vjp(cube_forward, the lambda at test_custom.py:" in repr(cube_again)
    assert str(inspect.signature(BOTH)) == str(inspect.signature(wave))


@pytest.mark.parametrize("f", [REVERSE, BOTH, described, power, tg.grad(power, argnums=0), Affine.predict])
def test_it_is_pickled(f: Any) -> None:
    assert pickle.loads(pickle.dumps(f)) == f
    assert copy.deepcopy(f) == f


def test_what_stands_in_a_module_is_pickled_by_name() -> None:
    for f in (power, described, cube_again, Affine.predict):  # some rules are lambdas
        assert pickle.loads(pickle.dumps(f)) is f
    with pytest.raises((pickle.PicklingError, AttributeError)):
        pickle.dumps(custom_vjp(lambda x: (x, None), lambda r, ct: (ct,))(identity))


def test_wrong_decorations() -> None:
    wrong: Any = tg.custom_vjp
    with pytest.raises(TypeError, match="takes two functions, forward and backward"):
        wrong(wave_forward, None)
    wrong = tg.custom_jvp
    with pytest.raises(TypeError, match="takes a function, the rule, not 3"):
        wrong(3)
    with pytest.raises(TypeError, match=r"@custom_jvp\(wave\) stands above the definition of a function"):
        wrong(wave)(2.0)
    with pytest.raises(TypeError, match="wave has a custom_vjp already"):
        tg.custom_vjp(wave_forward, wave_backward)(REVERSE)
    with pytest.raises(TypeError, match="wave has a custom_jvp already"):
        tg.custom_jvp(wave_rule)(BOTH)
    with pytest.raises(ValueError, match=r"nondiff_argnums is \(1,\) for some of its rules and \(\) for"):
        tg.custom_jvp(wave_rule)(tg.custom_vjp(wave_forward, wave_backward, nondiff_argnums=1)(wave))
    for argnums in (-1, (0, "x"), True):
        with pytest.raises(ValueError, match="names positions, counted from 0"):
            wrong(wave_rule, nondiff_argnums=argnums)


def test_wrong_calls() -> None:
    wrong: Any = power
    for args, keywords in (((2.0,), {}), ((2.0, 3, 4), {}), ((2.0,), {"m": 3})):
        with pytest.raises(TypeError, match="power: "):
            wrong(*args, **keywords)

    def scaled(x: Any, *, scale: float = 1.0) -> Any:
        return x * scale

    f: Any = custom_vjp(lambda x: (x, None), lambda residuals, ct: (ct,))(scaled)
    assert grad(f)(2.0) == 1.0
    with pytest.raises(TypeError, match="know arguments by position: scale cannot be passed"):
        f(2.0, scale=3.0)


# --- check_custom ----------------------------------------------------------------------------------------------------


def sine(x: Any) -> Any:
    return np.sin(x)


def sine_with(forward: Map, backward: Map2) -> Map:
    f: Map = custom_vjp(forward, backward)(sine)
    return f


FOUND: dict[str, tuple[Map, str]] = {
    "value": (
        sine_with(lambda x: (np.cos(x), x), lambda x, ct: (ct * np.cos(x),)),
        r"a rule of sine, returned another output than the function at \[0\]: expected 0.29552, actual 0.955336",
    ),
    "structure": (
        sine_with(lambda x: ([np.sin(x)], x), lambda x, ct: (ct[0] * np.cos(x),)),
        "returned an output of structure",
    ),
    "dtype": (
        sine_with(lambda x: (np.sin(x).astype("f"), x), lambda x, ct: (ct * np.cos(x),)),
        "returned float32 values of shape",
    ),
    "sign": (
        sine_with(lambda x: (np.sin(x), x), lambda x, ct: (-ct * np.cos(x),)),
        "the derivative of sine is off, at order 1, mode forward, in 3 of 3 entries",
    ),
    "linearity": (
        sine_with(lambda x: (np.sin(x), x), lambda x, ct: (ct**2 * np.cos(x),)),
        r"is not linear: its share of argument 0, x for 2 a - 3 b at \[0\]: expected",
    ),
    "rule": (
        custom_jvp(lambda p, t: (np.sin(p[0]), 2 * t[0] * np.cos(p[0])))(sine),
        "the derivative of sine is off, at order 1, mode forward",
    ),
    "rule's value": (custom_jvp(lambda p, t: (p[0], t[0] * np.cos(p[0])))(sine), "returned another output"),
    "rule's linearity": (
        custom_jvp(lambda p, t: (np.sin(p[0]), t[0] ** 2))(sine),
        r"is not linear: its share of output for",
    ),
}


@pytest.mark.parametrize("case", FOUND)
def test_what_check_custom_finds(case: str) -> None:
    f, message = FOUND[case]
    with pytest.raises(AssertionError, match=message):
        check_custom(f, (np.array([0.3, 0.5, 0.7]),))


def test_check_custom_compares_the_modes() -> None:
    f = doubled(tripled(identity))
    with pytest.raises(AssertionError, match=r"the adjoint identity .* of identity does not hold"):
        check_custom(f, (X,), exact=False)
    check_custom(doubled(identity), (X,), exact=False)
    with pytest.raises(AssertionError, match="the derivative of identity is off"):
        check_custom(doubled(identity), (X,))


def test_check_custom_finds_what_the_second_order_lacks() -> None:
    f = sine_with(lambda x: (np.sin(x), stop_gradient(x)), lambda x, ct: (ct * np.cos(x),))
    check_custom(f, (X,))
    with pytest.raises(AssertionError, match="at order 2"):
        check_custom(f, (X,), order=2)


def test_check_custom_wants_rules_and_floating_arguments() -> None:
    with pytest.raises(TypeError, match=r"has none\. Any function: check_grads"):
        check_custom(sine, (X,))
    with pytest.raises(TypeError, match="no argument of power is a floating number"):
        check_custom(power, (2, 3))
