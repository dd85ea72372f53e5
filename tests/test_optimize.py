"""SciPy's solvers over trees, with derivatives filled in."""

from __future__ import annotations

from collections.abc import Callable
import inspect
import pickle
from typing import Any, cast

import attrs
import numpy as np
import pytest
import scipy.optimize
from scipy.optimize import BFGS, Bounds, LinearConstraint, NonlinearConstraint, OptimizeResult

from examples import spectral_lines
from tapegrad import ravel_tree, static
from tapegrad._tree import flatten
from tapegrad.errors import DomainError
from tapegrad.implicit import custom_minimum
from tapegrad.scipy import optimize
from tapegrad.scipy._objective import OnVectors
from tapegrad.sparse import jacobian_sparsity
from tests.untyped import Untyped, compile, grad, jvp, plain, value_and_grad, vmap

minimize: Untyped = cast("Any", optimize.minimize)
least_squares: Untyped = cast("Any", optimize.least_squares)
root: Untyped = cast("Any", optimize.root)
Nonlinear: Untyped = cast("Any", NonlinearConstraint)
Result: Any = OptimizeResult

FIRST_ORDER = ["CG", "BFGS", "L-BFGS-B", "TNC", "SLSQP"]
SECOND_ORDER = ["Newton-CG", "trust-ncg", "trust-krylov", "trust-constr", "dogleg", "trust-exact"]
WITHOUT_DERIVATIVES = ["Nelder-Mead", "Powell", "COBYLA"]


@attrs.frozen
class Model:
    weights: Any
    bias: Any
    power: int = attrs.field(default=2, metadata=static)


START = Model(np.array([[0.5, 2.0], [1.0, 0.2]]), 0.3)
TARGET = np.array([[1.0, 2.0], [3.0, 4.0]])


def quartic(model: Model, shift: float = 0.0) -> Any:
    """Convex, with its minimum where weights are TARGET and the bias is -1 + shift."""
    away, low = model.weights - TARGET, model.bias + 1 - shift
    return np.sum(away**model.power) + np.sum(away**4) / 10 + low**2 + 0.5 * low * np.sum(away)


def rosenbrock(x: Any) -> Any:
    return np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


@pytest.mark.parametrize("method", [None, *FIRST_ORDER, *SECOND_ORDER, *WITHOUT_DERIVATIVES])
def test_a_tree_is_minimised_by_every_method(method: str | None) -> None:
    found = minimize(quartic, START, args=(0.5,), method=method)
    assert found.success
    assert type(found.x) is Model
    np.testing.assert_allclose(found.x.weights, TARGET, atol=1e-2)
    np.testing.assert_allclose(found.x.bias, -0.5, atol=1e-2)
    assert np.ndim(found.fun) == 0


@attrs.define
class Counted:
    """How often a function runs."""

    f: Callable[..., Any]
    runs: int = 0

    def __call__(self, *args: Any) -> Any:
        self.runs += 1
        return self.f(*args)


@pytest.mark.parametrize("method", [*FIRST_ORDER, *SECOND_ORDER])
def test_the_path_is_scipys(method: str) -> None:
    """The path is that of SciPy with Hessians written by hand; value and gradient cost one run."""
    x0 = np.array([-1.2, 1.0, 0.8])
    given: dict[str, Any] = {}
    if method in ("dogleg", "trust-exact"):
        x0 = np.array([1.1, 1.15, 1.3])  # where the Hessian is positive definite
        given = {"hess": scipy.optimize.rosen_hess}
    elif method in SECOND_ORDER:
        given = {"hessp": scipy.optimize.rosen_hess_prod}
    solver: Any = scipy.optimize.minimize
    theirs = solver(value_and_grad(rosenbrock), x0, method=method, jac=True, **given)
    counted = Counted(rosenbrock)
    ours = minimize(counted, x0, method=method)
    assert ours.nit == theirs.nit
    np.testing.assert_allclose(ours.x, theirs.x, rtol=1e-6)
    if method in FIRST_ORDER:
        assert counted.runs == ours.nfev


def test_shapes_and_dtypes_of_the_start() -> None:
    starts: list[Any] = [
        2.0,
        np.array(2.0),
        np.ones((2, 3)),
        np.ones(3, np.float32),
        {"a": np.array([1, 2])},
        [1.0, (2,)],
    ]
    for x0 in starts:
        found: Any = minimize(lambda x: sum(np.sum((leaf - 1.5) ** 2) for leaf in leaves(x)), x0)
        for leaf, first in zip(leaves(found.x), leaves(x0), strict=True):
            np.testing.assert_allclose(leaf, 1.5, atol=1e-4)
            assert np.shape(leaf) == np.shape(first)
            assert leaf.dtype == (np.float32 if np.result_type(first) == np.float32 else np.float64)
    assert type(minimize(lambda x: x * x, 2.0).x) is np.float64
    assert isinstance(minimize(lambda x: x * x, np.array(2.0)).x, np.ndarray)


def leaves(tree: Any) -> list[Any]:
    return flatten(tree)[0]


@pytest.mark.parametrize("method", ["L-BFGS-B", "TNC", "SLSQP", "trust-constr", "Powell"])
def test_bounds(method: str) -> None:
    upper: Any = Model(np.array([0.5, 9.0]), None)
    start = Model(np.full((2, 2), 0.2), 0.3)
    found = minimize(quartic, start, method=method, bounds=(Model(-9.0, -0.5), upper))
    assert np.all(found.x.weights[:, 0] <= 0.5 + 1e-9)
    assert np.all(found.x.bias >= -0.5 - 1e-9)
    one = minimize(rosenbrock, np.array([0.1, 0.1]), method=method, bounds=[(0.0, 0.4), (0.0, 2.0)])
    other = minimize(rosenbrock, np.array([0.1, 0.1]), method=method, bounds=Bounds(0.0, np.array([0.4, 2.0])))
    np.testing.assert_allclose([one.x, other.x], [[0.4, 0.16]] * 2, atol=1e-3)
    both = minimize(quartic, start, method=method, bounds=(0.0, 1.0))
    assert all(0 <= leaf.min() <= leaf.max() <= 1 for leaf in (both.x.weights, both.x.bias))


def circle(p: Any, radius: float) -> Any:
    return p["x"] ** 2 + p["y"] ** 2 - radius


CONSTRAINTS: dict[str, Any] = {
    "dict": {"type": "eq", "fun": circle, "args": (2.0,)},
    "nonlinear": Nonlinear(lambda p: p["x"] ** 2 + p["y"] ** 2, 2.0, 2.0),
    "several": [
        Nonlinear(lambda p: {"radius": p["x"] ** 2 + p["y"] ** 2}, 0.0, 2.0),
        LinearConstraint(np.array([[1.0, -1.0]]), 0.0, 0.0),
    ],
}


@pytest.mark.parametrize("method", ["SLSQP", "trust-constr"])
@pytest.mark.parametrize("name", CONSTRAINTS)
def test_constraints(method: str, name: str) -> None:
    """The highest point of x + y on a disc or its edge."""
    found = minimize(lambda p: -p["x"] - p["y"], {"x": 0.5, "y": 0.4}, method=method, constraints=CONSTRAINTS[name])
    np.testing.assert_allclose([found.x["x"], found.x["y"]], 1.0, atol=1e-3)


def test_the_curvature_of_constraints() -> None:
    """The Hessian of their weighted sum, as trust-constr asks for it."""
    vector, unravel = ravel_tree({"x": np.array([1.0, 2.0]), "y": 3.0})

    def powers(p: Any) -> Any:
        return [p["x"] ** 3, p["y"] ** 2]

    f = OnVectors("minimize", powers, cast("Any", unravel))
    operator: Any = f.curvature(vector, np.array([1.0, 10.0, 100.0]))
    np.testing.assert_allclose(operator @ np.eye(3), np.diag([6.0, 120.0, 200.0]))


def test_a_constraint_with_derivatives_of_its_own() -> None:
    with pytest.raises(TypeError, match="Leave it out"):
        minimize(lambda x: x @ x, np.ones(2), constraints={"type": "eq", "fun": np.sum, "jac": np.ones_like})


def test_an_approximate_hessian() -> None:
    found = minimize(quartic, START, method="trust-constr", hess=BFGS())
    np.testing.assert_allclose(found.x.weights, TARGET, atol=1e-3)


def test_a_method_of_ones_own() -> None:
    def newton(fun: Any, x0: Any, args: Any, *, jac: Any, hessp: Any, **_: Any) -> Any:
        hessian: Any = np.stack([hessp(x0, e) for e in np.eye(len(x0))])
        x = x0 - plain.linalg.solve(hessian, jac(x0))
        return Result(x=x, fun=fun(x), success=True)

    found = minimize(lambda p: np.sum((p["x"] - 3.0) ** 2), {"x": np.zeros(2)}, method=newton)
    np.testing.assert_allclose(found.x["x"], 3.0)


@pytest.mark.parametrize("method", ["BFGS", "L-BFGS-B", "TNC", "trust-constr", "Nelder-Mead"])
def test_callbacks_are_told_of_trees(method: str) -> None:
    seen: list[Any] = []

    def callback(x: Any, *rest: Any) -> None:
        seen.append(x)
        assert all(type(part.x) is Model for part in rest)

    minimize(quartic, START, method=method, callback=callback)
    assert {type(x) for x in seen} == {Model}
    assert not any(np.shares_memory(seen[0].weights, x.weights) for x in seen[1:])
    if method != "TNC":  # which SciPy tells of points only
        results: list[Any] = []

        def told(intermediate_result: Any) -> None:
            results.append(intermediate_result)

        minimize(quartic, START, method=method, callback=told)
        assert {type(result.x) for result in results} == {Model}
        assert results[-1].fun <= results[0].fun


T = np.linspace(0.0, 2.0, 30)
TRUE = {"scale": 3.0, "rates": np.array([2.0, 0.3])}


def decay(p: Any, t: Any) -> Any:
    return p["scale"] * (np.exp(-p["rates"][0] * t) + np.exp(-p["rates"][1] * t))


@pytest.mark.parametrize("options", [{}, {"method": "lm"}, {"method": "dogbox"}, {"loss": "huber"}, {"x_scale": "jac"}])
def test_least_squares(options: Any) -> None:
    y = decay(TRUE, T)
    x0 = {"scale": 1.0, "rates": np.array([1.0, 0.1])}
    found = least_squares(lambda p, t: {"residuals": decay(p, t) - y}, x0, args=(T,), **options)
    assert found.success
    np.testing.assert_allclose(found.x["scale"], 3.0, rtol=1e-6)
    np.testing.assert_allclose(np.sort(found.x["rates"]), [0.3, 2.0], rtol=1e-6)
    assert found.jac.shape == (30, 3)
    assert found.njev <= found.nfev < 60


def test_least_squares_within_bounds() -> None:
    y = decay(TRUE, T)
    x0 = {"scale": 1.0, "rates": np.array([1.0, 0.1])}
    upper: Any = {"scale": 2.5, "rates": None}
    found = least_squares(lambda p, t: decay(p, t) - y, x0, bounds=(0.0, upper), kwargs={"t": T})
    np.testing.assert_allclose(found.x["scale"], 2.5)
    assert found.active_mask.tolist() == [0, 0, 1]  # in the order of the keys


@pytest.mark.parametrize("given", [True, "a pattern"])
def test_a_sparse_jacobian(given: Any) -> None:
    """A chain in which each depends on its neighbours: three entries in a row."""
    n = 50
    target = np.sin(np.arange(n))

    def chain(x: Any) -> Any:
        return 3 * x + x**3 + np.concatenate([np.zeros(1), x[:-1]]) - np.concatenate([x[1:], np.zeros(1)]) - target

    pattern = given if given is True else jacobian_sparsity(chain)(np.zeros(n))
    found = least_squares(lambda p: chain(p["x"]), {"x": np.zeros(n)}, jac_sparsity=pattern)
    assert found.jac.nnz == 3 * n - 2
    np.testing.assert_allclose(chain(found.x["x"]), 0.0, atol=1e-4)


@pytest.mark.parametrize("method", ["hybr", "lm", "krylov"])
def test_root(method: str) -> None:
    def system(p: Any, radius: float) -> Any:
        return {"circle": p["x"] @ p["x"] + p["y"] ** 2 - radius**2, "lines": p["x"] - p["y"] + np.array([0.0, 0.1])}

    x0 = {"x": np.array([1.0, 0.8]), "y": 1.1}
    found = root(system, x0, (2.0,), method)
    assert found.success
    residuals = system(found.x, 2.0)
    np.testing.assert_allclose(residuals["circle"], 0.0, atol=1e-4)
    np.testing.assert_allclose(residuals["lines"], 0.0, atol=1e-4)


def test_root_of_a_number() -> None:
    found = root(lambda x: x**2 - 2.0, 1.0)
    assert type(found.x) is np.float64
    np.testing.assert_allclose(found.x, np.sqrt(2.0))


def test_results_are_scipys() -> None:
    found: Any = minimize(quartic, START, method="BFGS")
    assert issubclass(type(found), Result)
    assert found.hess_inv.shape == (5, 5)
    assert "hess_inv" in repr(found)
    assert "Model" in repr(found)
    again = pickle.loads(pickle.dumps(found))
    np.testing.assert_array_equal(again.x.weights, found.x.weights)


def test_a_solution_has_no_derivative() -> None:
    """Wherever something differentiated or batched stands, the message says what to do."""

    def below(x: Any, a: Any) -> Any:
        return (x - a) ** 2

    calls: list[Callable[[Any], Any]] = [
        lambda a: minimize(below, 1.0, (a,)).x,
        lambda a: minimize(lambda x: below(x, a), 1.0).x,
        lambda a: minimize(lambda x: below(x, a), 1.0, method="Nelder-Mead").x,
        lambda a: minimize(lambda x: below(x, 1.0), a).x,
        lambda a: least_squares(lambda x: x - a, 1.0).x,
        lambda a: least_squares(lambda x, a: x - a, 1.0, kwargs={"a": a}).x,
    ]
    refused = r"(?s)test_optimize.py:\d+.*implicit.custom_minimum"
    for call in calls:
        with pytest.raises(DomainError, match=refused):
            grad(call)(2.0)
        with pytest.raises(DomainError, match=refused):
            vmap(call)(np.array([2.0]))
        with pytest.raises(DomainError, match=refused):
            jvp(call, (2.0,), (1.0,))
        with pytest.raises(DomainError, match=r"a recorded value.*in a compiled function, solve outside of it"):
            compile(call)(2.0)
    with pytest.raises(DomainError, match="custom_root"):
        grad(lambda a: root(lambda x: x - a, 1.0).x)(2.0)


def test_a_solver_for_an_implicit_minimum() -> None:
    """What the message points to: the minimum of |w - data|² + strength |w|² is data / (1 + strength)."""

    def penalised(w: Any, data: Any, strength: Any) -> Any:
        return np.sum((w["w"] - data) ** 2) + strength * np.sum(w["w"] ** 2)

    def shrunk(start: Any, data: Any, strength: Any) -> Any:
        return minimize(penalised, start, (data, strength), "trust-exact").x

    implicit: Any = custom_minimum(penalised)
    data, start = np.array([1.0, 2.0]), {"w": np.zeros(2)}
    slope = jvp(lambda strength: implicit(shrunk)(start, data, strength)["w"], (1.0,), (1.0,))[1]
    np.testing.assert_allclose(slope, -data / 4, rtol=1e-6)


def test_what_is_refused() -> None:
    complex_start: Any = {"z": 1j}
    with pytest.raises(DomainError, match="imaginary part"):
        minimize(lambda p: abs(p["z"]), complex_start)
    with pytest.raises(DomainError, match=r"least_squares: \['mode'\] is a str.*static"):
        least_squares(lambda p: p["x"], {"mode": "fast", "x": 1.0})
    with pytest.raises(DomainError, match="minimize needs cube to return a real scalar"):
        minimize(cube, np.ones(3))
    with pytest.raises(DomainError, match="minimize needs cube to return a real scalar"):
        minimize(cube, np.ones(3), method="Nelder-Mead")
    wrong: Any = {"y": 1.0}
    with pytest.raises(TypeError, match=r"pair \(lower, upper\)"):
        minimize(lambda p: p["x"] ** 2, {"x": 1.0}, bounds=(wrong, 1.0))


def cube(x: Any) -> Any:
    return x**3


@pytest.mark.parametrize("function", [optimize.minimize, optimize.root, optimize.least_squares])
def test_the_signature_is_scipys(function: Callable[..., Any]) -> None:
    """By name, without the derivatives; defaults agree."""
    theirs = inspect.signature(getattr(scipy.optimize, function.__name__)).parameters
    ours = inspect.signature(function).parameters
    named = [p for p in ours.values() if p.kind is not p.VAR_KEYWORD]
    for p in named:
        if p.name != "callback" or p.name in theirs:  # which least_squares takes from SciPy 1.16 on
            assert (p.default or None) == (theirs[p.name].default or None)
    left_out = set(theirs) - set(ours)
    assert left_out <= {"jac", "hessp"} or function is least_squares


def test_spectral_lines_are_found() -> None:
    """The example: every parameter within three standard errors, which are those of the noise."""
    fit = spectral_lines.main()
    truth, _ = ravel_tree(spectral_lines.TRUTH)
    found, errors = ravel_tree(fit.spectrum)[0], ravel_tree(fit.errors)[0]
    assert np.all(np.abs(found - truth) < 3 * errors)
    assert np.all(errors < 0.05)
    assert fit.runs < 30


def measured(calls: list[int]) -> Any:
    """A function of a tree and data, vector-valued or summed, that counts how often Python runs it."""

    def residuals(p: Any, x: Any, power: float = 1.0) -> Any:
        calls[0] += 1
        return (p["a"] * plain.exp(-p["b"] * x) - np.exp(-0.5 * x)) ** power

    return residuals


@pytest.mark.parametrize("method", ["BFGS", "Newton-CG", "trust-exact", "trust-constr", "Nelder-Mead"])
def test_derivatives_of_a_compiled_function_are_compiled_once(method: str) -> None:
    calls, x, x0 = [0], np.linspace(0.0, 3.0, 7), {"a": np.float64(0.8), "b": 0.6}
    residuals = measured(calls)
    compiled = compile(lambda p, x: plain.sum(residuals(p, x) ** 2))
    first = minimize(compiled, x0, args=(x,), method=method)
    ran = calls[0]
    assert 1 <= ran <= 3
    eager = minimize(compiled.f, x0, args=(x,), method=method)
    calls[0] = ran
    for key, want in {"a": 1.0, "b": 0.5}.items():
        np.testing.assert_allclose([first.x[key], eager.x[key]], want, rtol=1e-3)
    again = minimize(compiled, {"a": np.float64(1.2), "b": 0.3}, args=(2 * x,), method=method)
    np.testing.assert_allclose(again.x["b"], 0.5, rtol=1e-3)
    assert calls[0] == ran
    minimize(compiled, {"a": np.full(7, 1.2), "b": 0.3}, args=(x,), method=method, tol=1.0)
    assert calls[0] > ran  # of another structure


def test_residuals_that_are_compiled() -> None:
    calls, x, x0 = [0], np.linspace(0.0, 3.0, 7), {"a": 0.8, "b": 0.6}
    compiled = compile(measured(calls))
    ran = 0
    for power in (1.0, 3.0):
        ran = calls[0]
        fit = least_squares(compiled, x0, args=(x,), kwargs={"power": power})
        np.testing.assert_allclose([fit.x["a"], fit.x["b"]], [1.0, 0.5], rtol=0.05)
    assert calls[0] == ran  # those of the first time serve the second
    square = compile(lambda x, target: x**2 - target)
    for target in (4.0, 9.0):
        np.testing.assert_allclose(root(square, np.array([1.0, 2.0]), args=(target,)).x, target**0.5)
    powers = compile(lambda x, n: plain.sum((x - 1.0) ** n), static_argnums=1)
    np.testing.assert_allclose(minimize(powers, np.zeros(2), args=(2,)).x, 1.0)


def test_errors_of_compiled_functions_are_those_of_functions() -> None:
    with pytest.raises(TypeError, match=r"minimize needs twice to return a real scalar.*shape \(2,\)"):
        minimize(compile(twice), np.ones(2))


def twice(x: Any) -> Any:
    return 2 * x
