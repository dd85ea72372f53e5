"""Nesting as a table: words over all transforms, up to three deep, against closed forms.

Each transform becomes a map from functions of a number to functions of a number: the function itself (vmap, checkpoint,
scan, a custom rule), its first derivative (grad, jvp, ...) or its second (hessian). A word over them is then
a derivative of known order, and the functions have closed forms for all orders.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
import math
from typing import Any, TypeAlias, cast

import attrs
import numpy as np
import pytest

from tapegrad import Tape, name, ravel_tree, stop_gradient
import tapegrad.implicit
from tests.untyped import (
    Rules,
    Untyped,
    checkpoint,
    compile,
    cond,
    custom_jvp,
    custom_vjp,
    derivative,
    divergence,
    elementwise_grad,
    fori_loop,
    grad,
    hessian,
    hvp,
    intermediates,
    jacfwd,
    jacobian,
    jacrev,
    jvp,
    laplacian,
    linear_transpose,
    linearize,
    plain,
    scan,
    value_and_grad,
    vjp,
    vmap,
    while_loop,
)

custom_root: Rules = cast("Any", tapegrad.implicit.custom_root)
custom_fixed_point: Rules = cast("Any", tapegrad.implicit.custom_fixed_point)
custom_minimum: Rules = cast("Any", tapegrad.implicit.custom_minimum)
linear_solve: Untyped = cast("Any", tapegrad.implicit.linear_solve)
ggnvp: Any = tapegrad.ggnvp
Map: TypeAlias = Callable[[Any], Any]
Word: TypeAlias = tuple[str, ...]

# --- functions whose derivatives of every order are known ------------------------------------------------------------


@attrs.frozen
class Known:
    """A function of a number, a point, and the derivative of order n there."""

    f: Map
    at: float
    derivative: Callable[[int, float], float]

    def wanted(self, order: int) -> float:
        return self.derivative(order, self.at)


def _wave(x: Any) -> Any:
    return np.exp(-0.3 * x) * np.sin(1.2 * x)


def _by_solve(x: Any) -> Any:
    """1 / (1 + x²), as the solution of a linear system."""
    return plain.linalg.solve(np.eye(2) + x * np.array([[0.0, 1.0], [-1.0, 0.0]]), np.array([1.0, 0.0]))[0]


def _resolvent(n: int, x: float) -> float:
    """The imaginary part of the derivatives of 1 / (x - i)."""
    derivative: complex = (-1) ** n * math.factorial(n) / complex(x, -1.0) ** (n + 1)
    return derivative.imag


POLYNOMIAL = np.polynomial.Polynomial([0.4, -1.0, 0.3, 0.25, -0.5, 0.1, 0.07, -0.02])
FREQUENCIES, WEIGHTS = np.array([0.5, 1.0, 1.5]), np.array([1.0, -0.4, 0.2])


def _in_trees(x: Any) -> Any:
    """x³ exp(x / 2), whose steps go through containers."""
    state = {"power": (x, [x * x]), "growth": np.exp(x / 2)}
    first, (square,) = state["power"]
    return first * square * state["growth"]


def _leibniz(n: int, x: float) -> float:
    cube = [x**3, 3 * x**2, 6 * x, 6.0]
    return sum(math.comb(n, k) * cube[k] * 0.5 ** (n - k) * math.exp(x / 2) for k in range(min(n, 3) + 1))


def _horner(x: Any) -> Any:
    out = 0.0
    for coefficient in POLYNOMIAL.coef[::-1]:
        out = out * x + coefficient
    return out


def _piecewise(x: Any) -> Any:
    return plain.where(x > 0, np.sin(2 * x), plain.where(x < -5, np.log(np.abs(x)), x**5 - x))


KNOWN: dict[str, Known] = {
    "wave": Known(_wave, 0.7, lambda n, x: (complex(-0.3, 1.2) ** n * np.exp(complex(-0.3, 1.2) * x)).imag),
    "polynomial": Known(_horner, 0.9, lambda n, x: float(POLYNOMIAL.deriv(n)(x)) if n else float(POLYNOMIAL(x))),
    "solve": Known(_by_solve, 0.4, _resolvent),
    "closure": Known(
        lambda x: np.sum(WEIGHTS * np.sin(x * FREQUENCIES)),
        0.6,
        lambda n, x: float(np.sum(WEIGHTS * FREQUENCIES**n * np.sin(x * FREQUENCIES + n * np.pi / 2))),
    ),
    "trees": Known(_in_trees, 0.5, _leibniz),
    "where, right": Known(_piecewise, 0.3, lambda n, x: 2.0**n * math.sin(2 * x + n * math.pi / 2)),
    "where, left": Known(
        _piecewise, -0.8, lambda n, x: float(np.polynomial.Polynomial([0, -1, 0, 0, 0, 1]).deriv(n)(x))
    ),
}

# --- transforms, as maps of functions of a number --------------------------------------------------------------------


def by_jvp(f: Map) -> Map:
    return lambda x: jvp(f, (x,), (1.0,))[1]


def by_vjp(f: Map) -> Map:
    return lambda x: vjp(f, x)[1](1.0)[0]


def by_linearize(f: Map) -> Map:
    return lambda x: linearize(f, x)[1](1.0)


def in_vmap(f: Map) -> Map:
    return lambda x: vmap(f)(np.stack([x + 0.1, x, x - 0.1]))[1]


def unseen(f: Map) -> Map:
    """What a custom rule stands beside: its own derivative is zero, so that a rule that is passed over shows."""
    return lambda x: stop_gradient(f(x))


def with_custom_vjp(f: Map) -> Map:
    rule = custom_vjp(lambda x: (f(x), x), lambda x, ct: (ct * grad(f)(x),))
    return lambda x: rule(unseen(f))(x)


def with_custom_jvp(f: Map) -> Map:
    rule = custom_jvp(lambda primals, tangents: jvp(f, primals, tangents))
    return lambda x: rule(unseen(f))(x)


def in_scan(f: Map) -> Map:
    """f(x) in shares, one for each step."""

    def step(carry: Any, share: Any) -> Any:
        x, total = carry
        return (x, total + share * f(x)), None

    return lambda x: scan(step, (x, 0.0), np.array([0.5, 0.3, 0.2]))[0][1]


TRANSFORMS: dict[str, tuple[int, Callable[[Map], Map]]] = {
    "grad": (1, grad),
    "jvp": (1, by_jvp),
    "vjp": (1, by_vjp),
    "vmap": (0, in_vmap),
    "jacfwd": (1, jacfwd),
    "jacrev": (1, jacrev),
    "hessian": (2, hessian),
    "linearize": (1, by_linearize),
    "checkpoint": (0, checkpoint),
    "custom_vjp": (0, with_custom_vjp),
    "custom_jvp": (0, with_custom_jvp),
    "scan": (0, in_scan),
}

# --- the same transforms otherwise: over trees, arrays, several arguments, captured values ---------------------------


def grad_in_trees(f: Map) -> Map:
    return lambda x: grad(lambda p: f(p["x"]) + p["rest"][0] ** 2)({"x": x, "rest": (1.0,)})["x"]


def grad_of_several(f: Map) -> Map:
    return lambda x: grad(lambda y, x: y * f(x) + y**2, argnums=(1,))(1.0, x)[0]


def by_value_and_grad(f: Map) -> Map:
    return lambda x: value_and_grad(f)(x)[1]


def jvp_in_trees(f: Map) -> Map:
    return lambda x: jvp(lambda p: {"out": f(p["x"])}, ({"x": x},), ({"x": 1.0},))[1]["out"]


def vjp_in_trees(f: Map) -> Map:
    return lambda x: vjp(lambda p: [f(p["x"]), p["y"]], {"x": x, "y": x})[1]([1.0, 0.0])[0]["x"]


def vmap_in_trees(f: Map) -> Map:
    return lambda x: vmap(lambda p: {"out": f(p[0])})((np.stack([x, x + 0.1]),))["out"][0]


def vmap_with_a_captured_value(f: Map) -> Map:
    return lambda x: vmap(lambda factor: f(x) * factor)(np.array([2.0, 1.0]))[1]


def vmap_with_one_passed_whole(f: Map) -> Map:
    return lambda x: vmap(lambda factor, x: f(x) * factor, in_axes=(0, None))(np.array([2.0, 1.0]), x)[1]


def vmap_in_vmap(f: Map) -> Map:
    inner = vmap(f, in_axes=0, out_axes=-1)
    return lambda x: vmap(inner, in_axes=1)(np.stack([x + 0.01 * i for i in range(6)]).reshape(2, 3))[0, 0]


def vmap_of_pullback(f: Map) -> Map:
    return lambda x: vmap(vjp(f, x)[1])(np.array([1.0, 2.0]))[0][1] / 2


def vmap_of_tangents(f: Map) -> Map:
    return lambda x: vmap(lambda dx: jvp(f, (x,), (dx,))[1])(np.array([1.0, 2.0]))[1] / 2


def vmap_of_linear(f: Map) -> Map:
    return lambda x: vmap(linearize(f, x)[1])(np.array([1.0, 2.0]))[1] / 2


def entry(transform: Untyped, **options: Any) -> Callable[[Map], Map]:
    """An entry of a Jacobian of several outputs in several inputs."""
    return lambda f: (
        lambda x: transform(lambda v: np.stack([v[1], f(v[0]) + v[1], f(v[1])]), **options)(np.stack([x, x + 0.1]))[
            1, 0
        ]
    )


def entry_in_trees(transform: Untyped) -> Callable[[Map], Map]:
    return lambda f: (
        lambda x: transform(lambda p: {"out": (f(p["x"]), p["y"])})({"x": x, "y": np.ones(2)})["out"][0]["x"]
    )


def hessian_of_vectors(f: Map) -> Map:
    return lambda x: hessian(lambda v: f(v[0]) + v[1] ** 2 * v[0])(np.stack([x, x]))[0, 0]


def hessian_in_trees(f: Map) -> Map:
    return lambda x: hessian(lambda p: f(p["x"]) + p["y"] @ p["y"])({"x": x, "y": np.ones(2)})["x"]["x"]


def hessian_of_several(f: Map) -> Map:
    """The mixed derivative in y and z of f(x + y - z) is minus the second."""
    return lambda x: -hessian(lambda y, z: f(x + y - z), argnums=(0, 1))(0.0, 0.0)[0][1]


def by_hvp(f: Map) -> Map:
    return lambda x: hvp(f, x, 1.0)


def by_derivative(f: Map) -> Map:
    return lambda x: derivative(f)(x)


def by_second_derivative(f: Map) -> Map:
    return lambda x: derivative(f, n=2)(x)


def linearize_in_trees(f: Map) -> Map:
    return lambda x: linearize(lambda p: [f(p["x"]), 1.0], {"x": x, "y": x})[1]({"x": 1.0, "y": 0.0})[0]


def by_linear_transpose(f: Map) -> Map:
    return lambda x: linear_transpose(linearize(f, x)[1], 1.0)(1.0)[0]


def checkpoint_with_a_captured_value(f: Map) -> Map:
    return lambda x: checkpoint(lambda p: {"out": f(x) * p})(1.0)["out"]


def with_custom_vjp_in_trees(f: Map) -> Map:
    def forward(p: Any, q: Any) -> Any:
        return {"out": f(p["x"]) * q}, (p, q)

    def backward(kept: Any, ct: Any) -> Any:
        p, q = kept
        return {"x": ct["out"] * q * grad(f)(p["x"])}, ct["out"] * f(p["x"])

    custom = custom_vjp(forward, backward)(lambda p, q: {"out": stop_gradient(f(p["x"]) * q)})
    return lambda x: custom({"x": x}, 1.0)["out"]


def with_both_rules(f: Map) -> Map:
    rule = custom_jvp(lambda primals, tangents: jvp(f, primals, tangents))
    return lambda x: rule(with_custom_vjp(f))(x)


def in_scan_with_outputs(f: Map) -> Map:
    """The function at every step, of what the step takes from a sequence."""

    def step(carry: Any, x: Any) -> Any:
        return carry + 0.0 * x, {"y": f(x)}

    return lambda x: scan(step, 0.0, np.stack([x + 0.1, x, x - 0.1]), reverse=True)[1]["y"][1]


def in_fori_loop(f: Map) -> Map:
    return lambda x: fori_loop(0, 3, lambda i, total: total + f(x) * (i + 1) / 6, 0.0)


def in_while_loop(f: Map) -> Map:
    def step(carry: Any) -> Any:
        count, x, total = carry
        return count + 1, x, total + f(x) / 3

    return lambda x: while_loop(lambda carry: carry[0] < 3, step, (0, x, 0.0))[2]


def in_checkpointed_scan(f: Map) -> Map:
    def step(carry: Any, share: Any) -> Any:
        x, total = carry
        return (x, total + share * f(x)), None

    return lambda x: scan(step, (x, 0.0), np.full(8, 0.125), checkpoint=True)[0][1]


def checkpoint_in_checkpoint(f: Map) -> Map:
    inner = checkpoint(f, policy=("multiply", "sin"))
    return lambda x: checkpoint(lambda y: inner(y * 1.0) + 0.0 * x)(x)


def by_tape(f: Map) -> Map:
    def derivative(x: Any) -> Any:
        with Tape() as tape:
            watched = tape.watch(x)
            out = f(watched)
        return tape.gradient(out, watched)

    return derivative


def by_intermediates(f: Map) -> Map:
    return lambda x: intermediates(lambda x: name(f(name(x, "in")), "out"))(x)["in"].gradient


def by_laplacian(f: Map) -> Map:
    return lambda x: laplacian(lambda v: f(v[0]) + v[0] * v[1])(np.stack([x, x]))


def by_divergence(f: Map) -> Map:
    return lambda x: divergence(lambda v: np.stack([f(v[0]), v[0] * 2.0]))(np.stack([x, x]))


def by_gauss_newton(f: Map) -> Map:
    """With J = (1, f') and the loss a b, whose Hessian swaps the two, the product is 2 f'."""

    def pair(x: Any) -> Any:
        return np.stack([x, f(x)])

    def product_of(pair: Any) -> Any:
        return pair[0] * pair[1]

    return lambda x: ggnvp(pair, product_of, x, 1.0) / 2


def as_root(f: Map) -> Map:
    """f(x) is where (y - f(x)) (1 + y²) vanishes."""
    solver = custom_root(lambda y, x: (y - f(x)) * (1 + y * y))(lambda init, x: f(x))
    return lambda x: solver(0.0, x)


def as_fixed_point(f: Map) -> Map:
    def mapping(y: Any, x: Any) -> Any:
        value = f(x["x"])
        return {"y": value + np.sin(y["y"] - value) / 2}

    solver = custom_fixed_point(mapping)(lambda init, x: {"y": f(x["x"])})
    return lambda x: solver({"y": 0.0}, {"x": x})["y"]


def as_minimum(f: Map) -> Map:
    solver = custom_minimum(lambda y, x: np.cosh(y - f(x)))(lambda init, x: f(x))
    return lambda x: solver(0.0, x)


def as_linear_solution(f: Map) -> Map:
    def matvec(v: Any, factor: Any) -> Any:
        return np.array([[2.0, 1.0], [0.0, 3.0]]) @ v * factor

    return lambda x: linear_solve(matvec, np.array([1.0, -3.0]) * f(x) * (1 + x * x), 1 + x * x)[0]


def through_a_vector(f: Map) -> Map:
    tree: Any = {"a": 0.0, "b": np.ones(2)}
    unravel = ravel_tree(tree)[1]
    return lambda x: ravel_tree({"a": f(unravel(np.stack([x, x, x]))["b"][1]), "b": np.ones(2)})[0][0]


def recorded_elsewhere(f: Map) -> Map:
    compiled: Map = compile(f)
    compiled(0.31)
    return compiled


def in_cond(f: Map) -> Map:
    return lambda x: cond(x < 9.0, f, lambda x: x * 0.0, x)


OTHERWISE: dict[str, tuple[int, Callable[[Map], Map]]] = {
    "grad in trees": (1, grad_in_trees),
    "grad of several": (1, grad_of_several),
    "value_and_grad": (1, by_value_and_grad),
    "elementwise_grad": (1, elementwise_grad),
    "jvp in trees": (1, jvp_in_trees),
    "vjp in trees": (1, vjp_in_trees),
    "vmap in trees": (0, vmap_in_trees),
    "vmap with a captured value": (0, vmap_with_a_captured_value),
    "vmap with one passed whole": (0, vmap_with_one_passed_whole),
    "vmap in vmap": (0, vmap_in_vmap),
    "vmap of a pullback": (1, vmap_of_pullback),
    "vmap of tangents": (1, vmap_of_tangents),
    "vmap of a linear map": (1, vmap_of_linear),
    "jacobian": (1, jacobian),
    "jacobian, entry": (1, entry(jacobian)),
    "jacfwd, entry": (1, entry(jacfwd, chunk_size=1)),
    "jacrev, entry": (1, entry(jacrev, chunk_size=2)),
    "jacfwd in trees": (1, entry_in_trees(jacfwd)),
    "jacrev in trees": (1, entry_in_trees(jacrev)),
    "hessian of vectors": (2, hessian_of_vectors),
    "hessian in trees": (2, hessian_in_trees),
    "hessian of several": (2, hessian_of_several),
    "hvp": (2, by_hvp),
    "derivative": (1, by_derivative),
    "second derivative": (2, by_second_derivative),
    "linearize in trees": (1, linearize_in_trees),
    "linear_transpose": (1, by_linear_transpose),
    "checkpoint with a captured value": (0, checkpoint_with_a_captured_value),
    "custom_vjp in trees": (0, with_custom_vjp_in_trees),
    "both rules": (0, with_both_rules),
    "scan with outputs": (0, in_scan_with_outputs),
    "fori_loop": (0, in_fori_loop),
    "while_loop": (0, in_while_loop),
    "checkpointed scan": (0, in_checkpointed_scan),
    "checkpoint in checkpoint": (0, checkpoint_in_checkpoint),
    "tape": (1, by_tape),
    "intermediates": (1, by_intermediates),
    "laplacian": (2, by_laplacian),
    "divergence": (1, by_divergence),
    "ggnvp": (1, by_gauss_newton),
    "custom_root": (0, as_root),
    "custom_fixed_point": (0, as_fixed_point),
    "custom_minimum": (0, as_minimum),
    "linear_solve": (0, as_linear_solution),
    "ravel_tree": (0, through_a_vector),
    "compile": (0, recorded_elsewhere),
    "cond": (0, in_cond),
}
ALL = TRANSFORMS | OTHERWISE


def check_word(word: Word, known: Known) -> None:
    """The outermost transform comes first."""
    f, order = known.f, 0
    for transform in reversed(word):
        shift, combinator = ALL[transform]
        f, order = combinator(f), order + shift
    np.testing.assert_allclose(f(known.at), known.wanted(order), rtol=1e-9, atol=1e-11, err_msg=" of ".join(word))


@pytest.mark.parametrize("transform", ALL)
@pytest.mark.parametrize("function", KNOWN)
def test_one(transform: str, function: str) -> None:
    check_word((transform,), KNOWN[function])


@pytest.mark.parametrize("function", KNOWN)
@pytest.mark.parametrize("outer", TRANSFORMS)
def test_pairs(outer: str, function: str) -> None:
    for inner in TRANSFORMS:
        check_word((outer, inner), KNOWN[function])


def rotating(words: list[Word]) -> list[tuple[Word, Known]]:
    """Each word with one of the functions, in turn."""
    functions = list(KNOWN.values())
    return [(word, functions[i % len(functions)]) for i, word in enumerate(words)]


@pytest.mark.parametrize("outer", ALL)
def test_pairs_otherwise(outer: str) -> None:
    inner = ALL if outer in OTHERWISE else OTHERWISE
    for word, known in rotating([(outer, other) for other in inner]):
        check_word(word, known)


@pytest.mark.parametrize(("outer", "middle"), list(product(TRANSFORMS, repeat=2)))
def test_triples(outer: str, middle: str) -> None:
    for word, known in rotating([(outer, middle, inner) for inner in TRANSFORMS]):
        check_word(word, known)


@pytest.mark.parametrize("seed", range(6))
def test_a_sample_of_triples_otherwise(seed: int) -> None:
    random = np.random.default_rng(seed)
    for _ in range(80):
        word = tuple(random.choice(list(ALL), size=3).tolist())
        check_word(word, KNOWN[random.choice(list(KNOWN))])
