"""What the transforms take: positions, keywords, auxiliary outputs, trees; and what they refuse."""

from __future__ import annotations

from collections.abc import Callable
import dataclasses
from typing import Any, NamedTuple

import attrs
import numpy as np
import pytest

from tapegrad import Tape, Variable
from tapegrad.errors import DomainError
from tapegrad.testing import check_grads
from tests.untyped import elementwise_grad, grad, jacobian, jvp, value_and_grad, vjp

X = np.array([0.3, 0.7, 1.1])


def weigh(x: Any, y: Any, z: Any, *, scale: float = 1.0) -> Any:
    """The test function."""
    return scale * (x * y**2 + z**3)


def test_argnums() -> None:
    everything = (9.0, 12.0, 48.0)
    assert grad(weigh)(2.0, 3.0, 4.0) == everything
    assert grad(weigh, argnums=1)(2.0, 3.0, 4.0) == 12.0
    assert grad(weigh, argnums=(1,))(2.0, 3.0, 4.0) == (12.0,)
    assert grad(weigh, argnums=(2, 0))(2.0, 3.0, 4.0) == (48.0, 9.0)
    assert grad(weigh, argnums=[0, 1])(2.0, 3.0, 4.0) == (9.0, 12.0)
    assert grad(weigh)(2.0, 3.0, 4.0, scale=2.0) == (18.0, 24.0, 96.0)
    assert value_and_grad(weigh, argnums=0)(2.0, 3.0, 4.0, scale=2.0) == (164.0, 18.0)
    assert grad(lambda x: x * x)(3.0) == 6.0

    def product(*xs: Any) -> Any:
        return xs[0] * xs[1]

    assert grad(product)(3.0, 4.0) == (4.0, 3.0)


@pytest.mark.parametrize(
    ("argnums", "error"),
    [(-1, ValueError), ((0, 0), ValueError), ((), ValueError), ("x", TypeError), (True, TypeError), (1.0, TypeError)],
)
def test_argnums_that_name_nothing(argnums: Any, error: type[Exception]) -> None:
    with pytest.raises(error, match="argnums"):
        grad(weigh, argnums=argnums)


def test_missing_arguments() -> None:
    with pytest.raises(TypeError, match="number 3 is missing"):
        grad(weigh, argnums=3)(1.0, 2.0, 3.0)
    with pytest.raises(TypeError, match="nothing to differentiate"):
        grad(lambda x=1.0: x)()


def test_what_is_not_asked_for_may_be_anything() -> None:
    """It is passed on as it is."""

    def f(x: Any, mode: Any, table: Any, *, flag: Any = None) -> Any:
        assert mode == "twice"
        assert table is None
        assert flag is flags
        return 2 * x

    flags = object()
    assert grad(f, argnums=0)(1.0, "twice", None, flag=flags) == 2.0


def test_has_aux() -> None:
    def f(x: Any, y: Any) -> Any:
        return x * y, {"sum": x + y, "name": "f", "x": x}

    gradient, aux = grad(f, has_aux=True)(2.0, 3.0)
    assert gradient == (3.0, 2.0)
    assert aux == {"sum": 5.0, "name": "f", "x": 2.0}
    assert not isinstance(aux["sum"], Variable)
    (value, aux), gradient = value_and_grad(f, argnums=0, has_aux=True)(2.0, 3.0)
    assert (value, aux["sum"], gradient) == (6.0, 5.0, 3.0)
    out, pull, aux = vjp(f, 2.0, 3.0, has_aux=True)
    assert (out, pull(1.0), aux["sum"]) == (6.0, (3.0, 2.0), 5.0)
    for x in (1.0, X):
        with pytest.raises(TypeError, match="pair"):
            grad(lambda x: x, has_aux=True)(x)
        with pytest.raises(TypeError, match="pair"):
            vjp(lambda x: x, x, has_aux=True)


def test_aux_of_an_outer_level() -> None:
    def f(x: Any) -> Any:
        _, aux = grad(lambda y: (y * x, y * x * x), has_aux=True)(2.0)
        return aux

    assert grad(f)(3.0) == 12.0


@attrs.frozen
class Layer:
    weights: Any
    bias: Any


@dataclasses.dataclass(frozen=True)
class Line:
    slope: Any
    offset: Any


class Pair(NamedTuple):
    first: Any
    second: Any


TREES: dict[str, tuple[Any, Callable[[Any], list[Any]]]] = {
    "tuple": ((2.0, X), list),
    "list": ([2.0, X], list),
    "dict": ({"b": 2.0, "a": X}, lambda t: [t["b"], t["a"]]),
    "attrs": (Layer(2.0, X), lambda t: [t.weights, t.bias]),
    "dataclass": (Line(2.0, X), lambda t: [t.slope, t.offset]),
    "namedtuple": (Pair(2.0, X), list),
    "nested": ({"p": [Layer(2.0, Pair(X, ()))], "q": {}}, lambda t: [t["p"][0].weights, t["p"][0].bias.first]),
}


@pytest.mark.parametrize(("tree", "leaves"), TREES.values(), ids=TREES)
def test_trees(tree: Any, leaves: Callable[[Any], list[Any]]) -> None:
    """A gradient has the structure of its argument, in every transform."""

    def f(tree: Any) -> Any:
        number, array = leaves(tree)
        return number**2 * np.sum(array**2)

    def check(gradient: Any) -> None:
        assert type(gradient) is type(tree)
        number, array = leaves(gradient)
        assert type(number) is np.float64
        np.testing.assert_allclose(number, 4 * np.sum(X**2))
        np.testing.assert_allclose(array, 8 * X)

    check(grad(f)(tree))
    check(value_and_grad(f)(tree)[1])
    out, pull = vjp(f, tree)
    check(pull(np.ones_like(out))[0])
    same, back = vjp(lambda tree: tree, tree)
    assert type(same) is type(tree)
    assert type(back(same)[0]) is type(tree)
    _, tangent = jvp(lambda tree: tree, (tree,), (tree,))
    np.testing.assert_array_equal(leaves(tangent)[1], X)
    check(jvp(grad(f), (tree,), (tree,))[0])
    check_grads(f, (tree,))


@dataclasses.dataclass
class Scaled:
    """Has state that is no field."""

    x: Any

    def __post_init__(self) -> None:
        self.scale = 5.0


def test_state_that_is_no_field() -> None:
    """It comes along, and is no part of the tree."""
    gradient = grad(lambda s: s.x**2 * s.scale)(Scaled(3.0))
    assert type(gradient) is Scaled
    assert gradient.x == 30.0
    assert jvp(lambda s: s.x**2 * s.scale, (Scaled(3.0),), (Scaled(1.0),)) == (45.0, 30.0)
    changed = Scaled(3.0)
    changed.scale = 7.0
    assert grad(lambda s: s.x**2 * s.scale)(changed).x == 42.0
    assert (changed.x, changed.scale) == (3.0, 7.0)


def test_structure_of_tangents_and_cotangents() -> None:
    with pytest.raises(TypeError, match="structure"):
        jvp(lambda t: t["a"], ({"a": 1.0},), ({"b": 1.0},))
    with pytest.raises(TypeError, match="tangent for each primal"):
        jvp(lambda x: x, (1.0,), ())
    for primals, tangents in ((X, X), (1.0, 1.0), ((X,), X)):
        with pytest.raises(TypeError, match=r"jvp\(f, \(x,\), \(dx,\)\)"):
            jvp(np.sin, primals, tangents)
    with pytest.raises(ValueError, match="shape"):
        jvp(np.sin, (X,), (np.ones(2),))
    with pytest.raises(ValueError, match="shape"):
        vjp(np.sin, X)[1](np.ones(2))
    with pytest.raises(TypeError, match="structure"):
        vjp(lambda x: (x, x), X)[1](X)


class Params(dict[str, Any]):
    """A container that is no tree yet."""


REAL: dict[str, Callable[[Any], Any]] = {
    "cotangent": lambda ct: vjp(np.sin, X)[1](ct),
    "tangent": lambda ct: jvp(np.sin, (X,), (ct,)),
    "seed": lambda ct: seeded(ct),
}


def seeded(seed: Any) -> Any:
    with Tape() as tape:
        x = tape.watch(X)
        y = np.sin(x)
    return tape.gradient(y, x, seed=seed)


@pytest.mark.parametrize("give", REAL.values(), ids=REAL)
@pytest.mark.parametrize("ct", [1j * X, np.array([1.0, None, 2.0]), {"a": X}, None, "xyz"], ids=str)
def test_inadmissible_tangents_and_cotangents(give: Callable[[Any], Any], ct: Any) -> None:
    """Of a real number they are real: an imaginary part would be dropped."""
    if ct is None and give is REAL["seed"]:
        pytest.skip("None stands for ones")
    with pytest.raises(TypeError):
        give(ct)


INADMISSIBLE: dict[str, tuple[Any, str]] = {
    "int array": (np.array([1, 2]), "int64.*astype"),
    "bool array": (np.array([True]), "bool.*astype"),
    "str": ("x", "str"),
    "None": (None, "None"),
    "bool": (True, "bool"),
    "object array": (np.array([1.0, None]), "object"),
    "object": (object(), "object"),
    "int scalar": (np.int64(1), "int64"),
    "string array": (np.array(["a"]), "string"),
    "dates": (np.array(["2020-01-01"], "M8[D]"), "datetime"),
    "masked array": (np.ma.masked_array([1.0], [True]), "MaskedArray"),
    "container": (Params(w=1.0), "Params.*register_tree"),
    "in a tree": ({"w": [1.0, "x"]}, r"weights\['w'\]\[1\]"),
}


@pytest.mark.parametrize(("value", "message"), INADMISSIBLE.values(), ids=INADMISSIBLE)
def test_inadmissible_arguments(value: Any, message: str) -> None:
    """The message names the function, the argument and its position, and the remedy."""

    def model(x: Any, weights: Any) -> Any:
        return x

    for call in (
        lambda: grad(model)(1.0, value),
        lambda: vjp(model, 1.0, value),
        lambda: jvp(model, (1.0, value), (1.0, value)),
        lambda: check_grads(model, (1.0, value)),
    ):
        with pytest.raises(DomainError, match=r"argument 1 \(weights.* of model") as caught:
            call()
        assert isinstance(caught.value, TypeError)
        caught.match(f"(?s){message}")
    with pytest.raises(DomainError, match="argnums="):
        grad(model)(1.0, "x")


@pytest.mark.parametrize(
    ("out", "remedy"),
    [
        (np.ones(2), "vjp"),
        ("x", "vjp"),
        (1j, r"np\.real"),
        (np.complex128(1), r"np\.real"),
        (None, "return"),
        ((1.0, 2.0), "has_aux"),
    ],
)
def test_inadmissible_outputs(out: Any, remedy: str) -> None:
    def constant(x: Any) -> Any:
        return out

    with pytest.raises(DomainError, match="grad needs constant to return a real scalar") as caught:
        grad(constant)(1.0)
    caught.match(remedy)
    assert not isinstance(out, complex) or complex(jacobian(lambda z: z * out, holomorphic=True)(1j)) == out


def test_output_shapes() -> None:
    with pytest.raises(DomainError, match=r"shape \(3,\)"):
        grad(np.sin)(X)
    with pytest.raises(DomainError, match="elementwise_grad"):
        elementwise_grad(np.sum)(X)
    with pytest.raises(DomainError, match="complex"):
        elementwise_grad(lambda x: np.exp(1j * x))(X)
    assert grad(lambda x: np.sum(x, keepdims=True).reshape(()))(X).shape == (3,)
