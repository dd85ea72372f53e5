"""Roots, fixed points, minima and linear systems: derivatives by the equation, against closed forms."""

from __future__ import annotations

from collections.abc import Callable
import pickle
from typing import Any, Protocol, cast

import numpy as np
import pytest
from scipy import optimize

from examples import implicit_tuning
from tapegrad import Tape, implicit, no_grad
from tapegrad._tree import flatten
from tapegrad.errors import ConversionError, DomainError, SealedTapeError
from tapegrad.implicit import cg, gmres
from tests.untyped import Function, Untyped, checkpoint, grad, hessian, jacobian, jvp, plain, vjp, vmap


class Making(Protocol):
    """What makes a decorator of a function."""

    def __call__(self, f: Function, /, **options: Any) -> Callable[[Function], Any]: ...


custom_root: Making = cast("Any", implicit.custom_root)
custom_fixed_point: Making = cast("Any", implicit.custom_fixed_point)
custom_minimum: Making = cast("Any", implicit.custom_minimum)
linear_solve: Untyped = cast("Any", implicit.linear_solve)
scipys: Any = optimize
RNG = np.random.default_rng(0)
MATRIX = RNG.normal(size=(4, 4)) + 4 * np.eye(4)
POINT = RNG.normal(size=4)
FAMILIES = {"dense": None, "gmres": gmres()}


def power(x: Any, a: Any, n: Any) -> Any:
    return x**n - a


def solve_power(init: Any, a: Any, n: Any) -> Any:
    """The n-th root of a."""
    return scipys.root(power, init, args=(a, n), tol=1e-13).x


def nth_root(solve: Any = None) -> Any:
    return custom_root(power, solve=solve)(solve_power)


def second(x: Any, a: Any) -> Any:
    return a[0] * x**3 + a[1] * x - a[2]


@custom_root(second)
def cubic(init: Any, a: Any) -> Any:
    """The real root of a[0] x³ + a[1] x = a[2], by Newton's method."""
    x = init
    for _ in range(60):
        x = x - second(x, a) / (3 * a[0] * x**2 + a[1])
    return x


def pushed(f: Function) -> Callable[[Any], Any]:
    """The derivative of a function of one number, in forward mode."""
    return lambda x: jvp(f, (x,), (1.0,))[1]


@pytest.mark.parametrize("solve", FAMILIES.values(), ids=FAMILIES)
def test_every_order_and_mode_of_a_root(solve: Any) -> None:
    root = nth_root(solve)

    def f(a: Any, n: Any = 3.0) -> Any:
        return root(np.array([1.0]), a, n)[0]

    a = 2.0
    exact = [a ** (1 / 3), a ** (-2 / 3) / 3, -2 / 9 * a ** (-5 / 3), 10 / 27 * a ** (-8 / 3)]
    gradients: list[Callable[..., Any]] = [f]
    pushes: list[Callable[..., Any]] = [f]
    for _ in range(3):
        gradients.append(grad(gradients[-1]))
        pushes.append(pushed(pushes[-1]))
    for order, value in enumerate(exact):
        np.testing.assert_allclose(gradients[order](a), value, rtol=1e-9)
        np.testing.assert_allclose(pushes[order](a), value, rtol=1e-9)
    np.testing.assert_allclose(grad(pushes[1])(a), exact[2], rtol=1e-9)
    np.testing.assert_allclose(jvp(gradients[1], (a,), (1.0,))[1], exact[2], rtol=1e-9)
    np.testing.assert_allclose(jvp(grad(pushes[1]), (a,), (1.0,))[1], exact[3], rtol=1e-9)
    by_both = grad(f)(a, 3.0)
    np.testing.assert_allclose(by_both[1], -(a ** (1 / 3)) * np.log(a) / 9, rtol=1e-9)
    np.testing.assert_allclose(grad(lambda n: grad(f, argnums=0)(a, n))(3.0), _mixed(a, 3.0), rtol=1e-9)


def _mixed(a: float, n: float) -> Any:
    return -(a ** (1 / n - 1)) * (n + np.log(a)) / n**3


@pytest.mark.parametrize("solve", FAMILIES.values(), ids=FAMILIES)
def test_under_vmap_inside_and_outside(solve: Any) -> None:
    root = nth_root(solve)
    a = np.array([1.0, 2.0, 5.0])

    def f(a: Any) -> Any:
        return root(np.array([1.0]), a, 3.0)[0]

    slopes, bends = a ** (-2 / 3) / 3, -2 / 9 * a ** (-5 / 3)
    np.testing.assert_allclose(vmap(f)(a), a ** (1 / 3))
    np.testing.assert_allclose(vmap(grad(f))(a), slopes)
    np.testing.assert_allclose(grad(lambda a: vmap(f)(a).sum())(a), slopes)
    np.testing.assert_allclose(vmap(grad(grad(f)))(a), bends)
    np.testing.assert_allclose(grad(lambda a: vmap(grad(f))(a).sum())(a), bends)
    np.testing.assert_allclose(grad(lambda a: grad(lambda a: vmap(f)(a).sum())(a).sum())(a), bends)
    np.testing.assert_allclose(vmap(lambda a: jvp(grad(f), (a,), (1.0,))[1])(a), bends)
    np.testing.assert_allclose(jvp(lambda a: vmap(grad(f))(a), (a,), (np.ones(3),))[1], bends)
    nested = vmap(lambda row: vmap(f)(row))(np.stack([a, 2 * a]))
    np.testing.assert_allclose(nested, np.stack([a, 2 * a]) ** (1 / 3))
    _, pull = vjp(lambda a: root(np.ones(3), a, 3.0), a)
    np.testing.assert_allclose(vmap(pull)(np.eye(3))[0], np.diag(slopes), atol=1e-12)
    columns = vmap(lambda da: jvp(lambda a: root(np.ones(3), a, 3.0), (a,), (da,))[1])(np.eye(3))
    np.testing.assert_allclose(columns, np.diag(slopes), atol=1e-12)


def test_params_and_solutions_are_trees() -> None:
    def balance(x: Any, params: Any, shift: Any) -> Any:
        return {"u": x["u"] ** 2 + x["v"].sum() - params["a"], "v": x["v"] * params["b"] - shift}

    @custom_root(balance)
    def solver(init: Any, params: Any, shift: Any) -> Any:
        v = shift / params["b"]
        return {"u": np.sqrt(params["a"] - v.sum()), "v": v}

    init, params, shift = {"u": 1.0, "v": np.ones(2)}, {"a": 9.0, "b": np.array([2.0, 4.0]), "why": "text"}, 1.0

    def f(params: Any, shift: Any) -> Any:
        x = solver(init, {**params, "why": "text"}, shift)
        return x["u"] * 3 + (x["v"] ** 2).sum()

    def closed(params: Any, shift: Any) -> Any:
        v = shift / params["b"]
        return np.sqrt(params["a"] - v.sum()) * 3 + (v**2).sum()

    own = {"a": params["a"], "b": params["b"]}
    ours, theirs = grad(f)(own, shift), grad(closed)(own, shift)
    assert type(ours[0]) is dict
    for mine, exact in ((ours[0]["a"], theirs[0]["a"]), (ours[0]["b"], theirs[0]["b"]), (ours[1], theirs[1])):
        np.testing.assert_allclose(mine, exact)


def test_the_start_has_no_derivative_and_costs_none() -> None:
    a = np.array([2.0, 1.0, 3.0])
    np.testing.assert_array_equal(grad(cubic, argnums=0)(1.0, a), 0)
    assert jvp(lambda x: cubic(x, a), (1.0,), (1.0,))[1] == 0
    np.testing.assert_allclose(vmap(lambda x: cubic(x, a))(np.array([0.5, 1.5])), cubic(1.0, a))


def test_float32_stays_and_complex_is_not_split() -> None:
    a = np.array([2.0, 1.0, 3.0], np.float32)
    assert grad(lambda a: cubic(np.float32(1), a))(a).dtype == np.float32
    assert cubic(np.float32(1), a).dtype == np.float32
    root = custom_root(lambda z, c: z * z - c)(lambda init, c: np.sqrt(c))
    c = 1.0 + 2.0j
    np.testing.assert_allclose(jvp(lambda c: root(1j, c), (c,), (1.0 + 0j,))[1], 0.5 / np.sqrt(c))
    np.testing.assert_allclose(grad(lambda c: np.imag(root(1j, c)))(c), grad(lambda c: np.imag(np.sqrt(c)))(c))
    # not holomorphic
    conjugated = custom_root(lambda z, c: z + 2 * np.conj(z) - c)(lambda init, c: c.real / 3 - 1j * c.imag)
    np.testing.assert_allclose(jvp(lambda c: conjugated(1j, c), (c,), (1j,))[1], -1j, atol=1e-15)
    np.testing.assert_allclose(grad(lambda c: np.real(conjugated(1j, c)))(c), 1 / 3)
    iterated = custom_root(lambda z, c: z * z - c, solve=gmres())(lambda init, c: np.sqrt(c))
    np.testing.assert_allclose(grad(lambda c: np.real(iterated(1j, c)))(c), grad(lambda c: np.real(np.sqrt(c)))(c))


def test_fixed_points() -> None:
    def step(x: Any, w: Any, b: Any) -> Any:
        return np.tanh(w @ x + b)

    @custom_fixed_point(step)
    def equilibrium(init: Any, w: Any, b: Any) -> Any:
        return scipys.fixed_point(step, init, args=(w, b), xtol=1e-13)

    def unrolled(w: Any, b: Any) -> Any:
        x = np.zeros(4)
        for _ in range(80):
            x = step(x, w, b)
        return x

    w, start = 0.1 * MATRIX, np.zeros(4)
    ours = grad(lambda w, b: (equilibrium(start, w, b) ** 2).sum())(w, POINT)
    theirs = grad(lambda w, b: (unrolled(w, b) ** 2).sum())(w, POINT)
    for mine, exact in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(mine, exact, rtol=1e-8)


@pytest.mark.parametrize("solve", [None, cg()], ids=["dense", "cg"])
def test_minima(solve: Any) -> None:
    def ridge(w: Any, x: Any, y: Any, strength: Any) -> Any:
        return ((x @ w - y) ** 2).sum() + strength * (w**2).sum()

    @custom_minimum(ridge, solve=solve)
    def fitted(init: Any, x: Any, y: Any, strength: Any) -> Any:
        slope = grad(ridge, argnums=0)
        return scipys.minimize(ridge, init, (x, y, strength), jac=slope, options={"gtol": 1e-10}).x

    def closed(x: Any, y: Any, strength: Any) -> Any:
        return plain.linalg.solve(x.T @ x + strength * np.eye(4), x.T @ y)

    x, y = RNG.normal(size=(9, 4)), RNG.normal(size=9)
    ours = grad(lambda x, y, s: (fitted(np.zeros(4), x, y, s) ** 2).sum())(x, y, 0.5)
    theirs = grad(lambda x, y, s: (closed(x, y, s) ** 2).sum())(x, y, 0.5)
    for mine, exact in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(mine, exact, rtol=1e-6, atol=1e-8)
    twice = grad(grad(lambda s: fitted(np.zeros(4), x, y, s)[0]))(0.5)
    np.testing.assert_allclose(twice, grad(grad(lambda s: closed(x, y, s)[0]))(0.5), rtol=1e-5)


def test_one_inside_another() -> None:
    def inside(x: Any, a: Any) -> Any:
        return x - np.exp(-a * x)

    @custom_root(inside)
    def inner(init: Any, a: Any) -> Any:
        return scipys.brentq(inside, 0, 1, (a,), xtol=1e-14)

    def outside(y: Any, a: Any) -> Any:
        return y**3 + inner(0.5, y * a) - 2.0

    @custom_root(outside)
    def outer(init: Any, a: Any) -> Any:
        return scipys.brentq(outside, 0.1, 2, (a,), xtol=1e-14)

    h = 1e-4
    centred = (outer(1.0, 1.0 + h) - outer(1.0, 1.0 - h)) / (2 * h)
    bend = (outer(1.0, 1.0 + h) - 2 * outer(1.0, 1.0) + outer(1.0, 1.0 - h)) / h**2
    slope = grad(outer, argnums=1)
    np.testing.assert_allclose(slope(1.0, 1.0), centred, rtol=1e-6)
    np.testing.assert_allclose(grad(slope, argnums=1)(1.0, 1.0), bend, rtol=1e-4)


def test_looks_like_the_solver_and_travels() -> None:
    root = nth_root()
    assert root.__name__ == "solve_power"
    assert root.__doc__ == "The n-th root of a."
    assert repr(root) == "custom_root(power)(solve_power)"
    assert repr(nth_root(cg())).startswith("custom_root(power, solve=Krylov(name='cg'")
    assert root == nth_root()
    assert hash(root) == hash(nth_root())
    assert pickle.loads(pickle.dumps(root)) == root


def test_keywords_are_parameters_or_settings() -> None:
    @custom_root(lambda x, a: x * x - a)
    def solver(init: Any, a: Any, *, steps: int = 50) -> Any:
        x = init
        for _ in range(steps):
            x = (x + a / x) / 2
        return x

    np.testing.assert_allclose(grad(lambda a: solver(1.0, a=a, steps=30))(4.0), 0.25)
    with pytest.raises(ValueError, match=r"does not satisfy.*tolerance of 0.001"):
        grad(lambda a: solver(1.0, a, steps=1))(4.0)
    with pytest.raises(DomainError, match="keyword-only argument is a setting"):
        grad(lambda a: solver(1.0, 4.0, steps=a))(4.0)


def test_tolerance_is_an_option() -> None:
    loose = custom_root(lambda x, a: x * x - a, tolerance=np.inf)(lambda init, a: 1.9)
    np.testing.assert_allclose(grad(lambda a: loose(1.0, a))(4.0), 1 / 3.8)


def test_what_is_captured_is_refused() -> None:
    def by_solver(a: Any) -> Any:
        return custom_root(lambda x: x - 1.0)(lambda init: a * 1.0)(0.0)

    def by_scipy(a: Any) -> Any:
        return custom_root(lambda x: x - 1.0)(lambda init: np.sqrt(np.array([float(a)])))(0.0)

    def by_equation(a: Any) -> Any:
        return custom_root(lambda x: x - a)(lambda init: 2.0)(0.0)

    ways: list[Callable[[], Any]] = [
        lambda: grad(by_solver)(2.0),
        lambda: grad(by_equation)(2.0),
        lambda: jvp(by_equation, (2.0,), (1.0,)),
        lambda: vmap(by_solver)(np.ones(2)),
    ]
    for way in ways:
        with pytest.raises(DomainError, match=r"test_implicit.py:.*closure.*one of the parameters"):
            way()
    with pytest.raises(ConversionError, match=r"closure.*one of the parameters"):
        grad(by_scipy)(2.0)


def test_wrong_equations_are_named() -> None:
    with pytest.raises(DomainError, match=r"power returned real numbers of shape \(3,\).*shape \(1,\)"):
        custom_root(power)(lambda init, a, n: np.ones(1))(1.0, np.ones(3), 2.0)
    with pytest.raises(DomainError, match="structure"):
        custom_root(lambda x: (x, x))(lambda init: 1.0)(1.0)
    with pytest.raises(DomainError, match="holds a str"):
        custom_root(lambda x: x)(lambda init: "no")(1.0)
    with pytest.raises(np.linalg.LinAlgError, match="not isolated"):
        grad(custom_root(lambda x, a: (x - a) ** 2)(lambda init, a: a * 1.0), argnums=1)(0.0, 1.0)
    number: Any = 3
    with pytest.raises(TypeError):
        custom_root(number)(solve_power)


def test_levels_that_are_paused_or_ended() -> None:
    with Tape() as tape:
        a = tape.watch(np.array([2.0, 1.0, 3.0]))
        with no_grad():
            assert type(cubic(1.0, a)) is np.float64
        x = cubic(1.0, a)
    value = x.value
    expected = -np.array([value**3, value, -1]) / (6 * value**2 + 1)
    np.testing.assert_allclose(tape.gradient(x, a), expected)
    with pytest.raises(SealedTapeError, match="ended"):
        cubic(1.0, a)


def test_memory_does_not_grow_with_the_solver() -> None:
    with Tape() as tape:
        cubic(1.0, tape.watch(np.array([2.0, 1.0, 3.0])))
    assert len(tape.nodes) < 20


# Linear systems


def product(x: Any, m: Any) -> Any:
    return m @ x


SOLVERS: dict[str, dict[str, Any]] = {
    "dense": {},
    "gmres": {"solve": gmres()},
    "both": {"solve": gmres(), "transpose_solve": gmres(1e-12)},
}
DB, DM = RNG.normal(size=4), RNG.normal(size=(4, 4))
WAYS: dict[str, Callable[[Any], Any]] = {
    "value": lambda f: f(POINT, MATRIX),
    "jvp": lambda f: jvp(f, (POINT, MATRIX), (DB, DM)),
    "vjp": lambda f: vjp(f, POINT, MATRIX)[1](DB),
    "jvp of vjp": lambda f: jvp(lambda b, m: vjp(f, b, m)[1](b), (POINT, MATRIX), (DB, DM)),
    "vjp of vjp": lambda f: vjp(lambda b, m: vjp(f, b, m)[1](b), POINT, MATRIX)[1]((DB, DM)),
    "vjp of jvp": lambda f: vjp(lambda b, m: jvp(f, (b, m), (b, m**2))[1], POINT, MATRIX)[1](DB),
    "vmap": lambda f: vmap(f, in_axes=(None, 0))(POINT, np.stack([MATRIX, MATRIX.T])),
    "vmap of vjp": lambda f: vmap(lambda m: vjp(f, POINT, m)[1](DB))(np.stack([MATRIX, MATRIX.T])),
    "vmapped pullback": lambda f: vmap(vjp(f, POINT, MATRIX)[1])(np.eye(4)),
    "hessian": lambda f: hessian(lambda b, m: f(b, m)[1])(POINT, MATRIX),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("options", SOLVERS.values(), ids=SOLVERS)
def test_linear_systems(options: dict[str, Any], way: str) -> None:
    def ours(b: Any, m: Any) -> Any:
        return linear_solve(product, b, m, **options)

    def theirs(b: Any, m: Any) -> Any:
        return plain.linalg.solve(m, b)

    for mine, exact in zip(flatten(WAYS[way](ours))[0], flatten(WAYS[way](theirs))[0], strict=True):
        np.testing.assert_allclose(mine, exact, rtol=1e-6, atol=1e-8)


def test_symmetric_systems_and_trees() -> None:
    spd = MATRIX @ MATRIX.T

    def apply(x: Any, m: Any) -> Any:
        return {"p": m @ x["p"] + x["q"], "q": x["p"].sum() + 9 * x["q"]}

    def whole(m: Any) -> Any:
        return plain.block([[m, np.ones((4, 1))], [np.ones((1, 4)), np.full((1, 1), 9.0)]])

    b = {"p": POINT, "q": 2.0}
    x = linear_solve(apply, b, spd, solve=cg(), symmetric=True)
    np.testing.assert_allclose(np.append(x["p"], x["q"]), plain.linalg.solve(whole(spd), np.append(POINT, 2.0)))
    ours = grad(lambda m: linear_solve(apply, b, m, solve=cg(), symmetric=True)["q"])(spd)
    theirs = grad(lambda m: plain.linalg.solve(whole(m), np.append(POINT, 2.0))[4])(spd)
    np.testing.assert_allclose(ours, theirs, rtol=1e-7)


@pytest.mark.parametrize("solve", FAMILIES.values(), ids=FAMILIES)
def test_complex_and_single_systems(solve: Any) -> None:
    def ours(b: Any, m: Any) -> Any:
        return np.abs(linear_solve(product, b, m, solve=solve)).sum()

    def theirs(b: Any, m: Any) -> Any:
        return np.abs(plain.linalg.solve(m, b)).sum()

    b, m = POINT + 1j, MATRIX + 1j * MATRIX.T
    for mine, exact in zip(grad(ours)(b, m), grad(theirs)(b, m), strict=True):
        np.testing.assert_allclose(mine, exact, rtol=1e-7)
    single = linear_solve(product, POINT.astype(np.float32), MATRIX.astype(np.float32), solve=gmres(1e-5))
    assert single.dtype == np.float32


def directly(matvec: Any, b: Any) -> Any:
    return plain.linalg.solve(MATRIX, b)


def unsolved(matvec: Any, b: Any) -> Any:
    return b


def cut(matvec: Any, b: Any) -> Any:
    return b[:2]


def test_wrong_systems_are_named() -> None:
    with pytest.raises(ValueError, match="not linear"):
        linear_solve(lambda x: x + 1.0, POINT)
    with pytest.raises(ValueError, match="not linear"):
        linear_solve(lambda x: x**2, POINT)
    with pytest.raises(ValueError, match="not converged"):
        linear_solve(product, POINT, MATRIX, solve=unsolved)
    with pytest.raises(ValueError, match="structure and shapes"):
        linear_solve(product, POINT, MATRIX, solve=cut)
    with pytest.raises(RuntimeError, match="maxiter"):
        linear_solve(product, POINT, MATRIX @ MATRIX.T, solve=cg(maxiter=1))
    with pytest.raises(np.linalg.LinAlgError, match="no inverse"):
        linear_solve(product, POINT, np.zeros((4, 4)))
    for solve in (gmres(), directly):
        with pytest.raises(DomainError, match="behind b"):
            vmap(lambda m: linear_solve(lambda x: m @ x, POINT, solve=solve))(MATRIX[None])  # noqa: B023  # called at once
    captured = grad(lambda m: linear_solve(lambda x: m @ x, POINT).sum())(MATRIX)
    np.testing.assert_allclose(captured, grad(lambda m: plain.linalg.solve(m, POINT).sum())(MATRIX))


def test_integers_become_floats_and_ridges_of_no_unknowns() -> None:
    np.testing.assert_allclose(linear_solve(lambda x: 2 * x, np.array([2, 4])), [1, 2])
    assert linear_solve(lambda x: 2 * x, np.zeros(0)).shape == (0,)


def test_under_the_other_transforms() -> None:
    a, h = np.array([2.0, 1.0, 3.0]), 1e-5
    slope = grad(lambda a: cubic(1.0, a))
    bends = [(slope(a + h * unit) - slope(a - h * unit)) / (2 * h) for unit in np.eye(3)]
    np.testing.assert_allclose(grad(lambda a: checkpoint(lambda s: cubic(1.0, a * s))(1.0))(a), slope(a))
    np.testing.assert_allclose(jacobian(lambda a: cubic(1.0, a))(a), slope(a))
    np.testing.assert_allclose(hessian(lambda a: cubic(1.0, a))(a), bends, rtol=1e-6)
    np.testing.assert_allclose(hessian(checkpoint(lambda a: cubic(1.0, a)))(a), bends, rtol=1e-6)


def test_at_module_level_it_travels_by_name() -> None:
    assert pickle.loads(pickle.dumps(cubic)) is cubic


def test_the_example_finds_what_matters() -> None:
    tuning = implicit_tuning.main()
    assert tuning.after < tuning.before / 50
    assert max(tuning.penalties[:3]) < min(tuning.penalties[3:])
