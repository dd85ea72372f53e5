"""Primitives of one's own: parameters, containers of outputs, shapes; what is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.special

from tapegrad.errors import DomainError
from tapegrad.extend import Differential, Partial, Transpose, primitive, ufunc
from tapegrad.testing import check_grads
from tests.untyped import compile, custom_vjp, grad, jvp, vjp, vmap

X = np.array([0.3, 0.7, 1.1])


@primitive(x=Partial(lambda x, scale: 3 * scale * x**2))
def scaled_cube(x: Any, scale: Any = 1.0) -> Any:
    """Of `scale` no dependence is declared."""
    return scale * x**3


def test_a_parameter_of_a_compiled_function_is_static() -> None:
    assert compile(scaled_cube, static_argnums=1)(2.0, 3.0) == 24.0
    with pytest.raises(DomainError, match=r"scale is a recorded value.*static argument"):
        compile(scaled_cube)(2.0, 3.0)


def test_parameters() -> None:
    check_grads(scaled_cube, (X,))
    check_grads(lambda x: scaled_cube(x, scale=2.0), (X,))
    check_grads(lambda x: scaled_cube(x, np.array([1.0, 2.0, 3.0])), (X,))
    check_grads(lambda x: scaled_cube(scale=2.0, x=x), (X,))


@pytest.mark.parametrize(
    "call",
    [
        lambda: grad(lambda s: scaled_cube(2.0, scale=s))(1.0),
        lambda: grad(lambda s: scaled_cube(s, scale=s))(1.0),
        lambda: grad(lambda x, s: scaled_cube(x, s))(2.0, 1.0),
        lambda: jvp(lambda s: scaled_cube(2.0, scale=s), (1.0,), (1.0,)),
        lambda: vmap(lambda s: scaled_cube(2.0, scale=s))(X),
        lambda: grad(lambda s: grad(lambda x: scaled_cube(x, scale=s))(2.0))(1.0),
        lambda: jvp(lambda s: grad(lambda x: scaled_cube(x, scale=s))(2.0), (1.0,), (1.0,)),
        lambda: vmap(lambda s: grad(lambda x: scaled_cube(x, scale=s))(2.0))(X),
        lambda: grad(lambda s: jvp(lambda x: scaled_cube(x, scale=s), (2.0,), (1.0,))[1])(1.0),
        lambda: grad(lambda s: vmap(lambda x: scaled_cube(x, scale=s))(X)[0])(1.0),
    ],
)
def test_a_parameter_is_a_constant(call: Callable[[], Any]) -> None:
    """Its derivative is nowhere: it would be zero, silently."""
    with pytest.raises(DomainError, match=r"\bscale\b") as caught:
        call()
    caught.match(r"scaled_cube")
    caught.match(r"test_extend.py:\d+")


def test_a_parameter_is_overwritten() -> None:
    scale = np.array([1.0, 2.0, 3.0])
    _, pull = vjp(lambda x: scaled_cube(x, scale=scale), X)
    scale[:] = 100.0
    np.testing.assert_allclose(pull(np.ones(3))[0], 3 * np.array([1.0, 2.0, 3.0]) * X**2)


CONTAINERS: dict[str, Callable[[list[Any]], Any]] = {"tuple": tuple, "list": list}


@pytest.mark.parametrize("container", CONTAINERS.values(), ids=CONTAINERS)
def test_several_outputs(container: Callable[[list[Any]], Any]) -> None:
    """In a tuple or a list, of the computation, the differential, and the pullback's cotangents alike."""

    def differential(dx: Any, s: Any, c: Any) -> Any:
        return container([c * dx, -s * dx])

    @primitive(x=Differential(differential), outputs=("s", "c"))
    def sine_and_cosine(x: Any) -> Any:
        return container([np.sin(x), np.cos(x)])

    assert grad(lambda x: sine_and_cosine(x)[0] * 2)(0.0) == 2.0
    assert jvp(lambda x: sine_and_cosine(x)[0] * 2, (0.0,), (1.0,))[1] == 2.0
    check_grads(sine_and_cosine, (X,))
    np.testing.assert_allclose(vmap(grad(lambda x: sine_and_cosine(x)[1]))(X), -np.sin(X))


def test_several_arguments_and_outputs() -> None:
    """The tangents of outputs that two arguments share are added output by output, not joined."""

    @primitive(
        x=Differential(lambda dx, y: [dx * y, dx]),
        y=Differential(lambda dy, x: [x * dy, -dy]),
        outputs=("product", "difference"),
    )
    def product_and_difference(x: Any, y: Any) -> Any:
        return x * y, x - y

    check_grads(product_and_difference, (X, X + 1))


WRONG_SHAPES: dict[str, tuple[Any, str]] = {
    "fewer axes": (Transpose(lambda ct: ct.sum()), r"\(\)"),
    "another length": (Transpose(lambda ct: ct[:2]), r"\(2,\)"),
    "another length, of a pull": (Differential(lambda dx: 2 * dx, pull=lambda ct: 2 * ct[:2]), r"\(2,\)"),
    "axes that are too many and another length": (Transpose(lambda ct: np.ones((3, 2)) * ct[0]), r"\(3, 2\)"),
}


@pytest.mark.parametrize(("dependence", "shape"), WRONG_SHAPES.values(), ids=WRONG_SHAPES)
def test_shape_of_a_reverse_rule(dependence: Any, shape: str) -> None:
    """It is the argument's, or one that it broadcasts to."""

    @primitive(x=dependence)
    def double(x: Any) -> Any:
        return 2 * x

    with pytest.raises(DomainError, match=rf"{shape}.*\(3,\)|\(3,\).*{shape}"):
        vjp(double, X)[1](np.ones(3))


def test_a_reverse_rule_need_not_sum() -> None:
    @primitive(x=Transpose(lambda ct, y: ct * y), y=Transpose(lambda ct, x: x * ct))
    def product(x: Any, y: Any) -> Any:
        return x * y

    check_grads(product, (np.ones((2, 1)), X))
    check_grads(product, (np.ones((2, 3)), 2.0))


def test_a_differential_without_a_result() -> None:
    """A forgotten `return` is no zero."""

    def forgotten(dx: Any) -> None:
        dx = 2 * dx

    @primitive(x=Differential(forgotten))
    def double(x: Any) -> Any:
        return 2 * x

    with pytest.raises(DomainError):
        grad(lambda x: double(x))(2.0)
    with pytest.raises(DomainError):
        jvp(lambda x: double(x), (2.0,), (1.0,))


def identity(x: Any) -> Any:
    return x


def test_what_declarations_refuse() -> None:
    with pytest.raises(TypeError, match="name y, but its leading parameters are x"):
        primitive(y=Partial(1))(scaled_cube)
    with pytest.raises(TypeError, match="reads z, but there is only x"):
        primitive(x=Partial(lambda z: z))(identity)
    bare: Any = {"x": 2.0}
    with pytest.raises(TypeError, match="Partial"):
        primitive(**bare)(identity)
    with pytest.raises(TypeError, match="one output"):
        primitive(x=Partial(1), outputs=("a", "b"))


def test_a_ufunc_of_many_arguments() -> None:
    """Its plain calls differentiate, in the arguments that have a rule, named as one likes."""
    special: Any = scipy.special
    ufunc(
        special.ncfdtr,  # the distribution function of a noncentral F variable, here in that variable alone
        None,
        None,
        None,
        lambda f, n, d, c: (special.ncfdtr(n, d, c, f + 1e-6) - special.ncfdtr(n, d, c, f - 1e-6)) / 2e-6,
        arguments=("n", "d", "c", "f"),
    )
    check_grads(lambda f: special.ncfdtr(3.0, 5.0, 1.0, f), (X,), order=1)


def of_z(z: Any) -> Any:
    return z


WRONG: list[tuple[tuple[Any, ...], dict[str, Any], str]] = [
    ((1.0,), {}, "has 2 arguments"),
    ((1.0, of_z), {}, "a rule reads z"),
    ((1.0, 1.0), {"arguments": ("x",)}, "name all arguments"),
]


@pytest.mark.parametrize(("partials", "keywords", "message"), WRONG)
def test_a_ufunc_with_the_wrong_rules(partials: Any, keywords: dict[str, Any], message: str) -> None:
    with pytest.raises(TypeError, match=message):
        ufunc(scipy.special.pdtrik, *partials, **keywords)


def test_a_complex_factor_of_a_broadcast_argument() -> None:
    """The cotangents are scaled before their real part is taken, however many of them there are."""
    quarter_turn: Any = 1j

    @primitive(x=Partial(quarter_turn), y=Partial(1))
    def turned(x: Any, y: Any) -> Any:
        return 1j * x + y

    def f(x: Any, y: Any) -> Any:
        z = turned(x, y)
        part: Any = np.imag(z)
        return np.sum(part**2)

    y: Any = np.array([1.0 + 2j, 3.0 - 1j, 0.5j])
    whole: Any = grad(lambda x: f(x, y))(np.full(3, 2.0))
    np.testing.assert_allclose(grad(lambda x: f(x, y))(np.full(1, 2.0)), [np.sum(whole)])
    np.testing.assert_allclose(whole, 2 * (2.0 + y.imag))


@primitive(x=Partial(3.0))
def negative(x: Any) -> Any:
    """A namesake of NumPy's."""
    return 3.0 * x


@primitive(x=Partial(2.0))
def astype(x: Any) -> Any:
    """A namesake of one that the library names itself."""
    return 2.0 * x


@custom_vjp(lambda x: (5.0 * x, None), lambda residuals, ct: (ct * 5.0,))
def multiply(x: Any) -> Any:
    """A namesake with rules of its own."""
    return 5.0 * x


def all_of_them(x: Any) -> Any:
    return negative(astype(multiply(x)))


NAMESAKES: list[Callable[[Any], Any]] = [negative, astype, multiply, all_of_them]


@pytest.mark.parametrize("f", NAMESAKES)
def test_namesakes(f: Callable[[Any], Any]) -> None:
    """What the library knows of its own primitives is not believed of the user's."""

    def g(x: Any) -> Any:
        return np.sum(1.0 - -f(-x) * 1.0 + f(x) * x)

    def pushed(x: Any) -> Any:
        return jvp(g, (x,), (X,))

    ways: list[Callable[[Any], Any]] = [g, pushed, grad(g), grad(compile(g))]
    for way in ways:
        np.testing.assert_allclose(compile(way)(X), way(X))
