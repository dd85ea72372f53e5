"""What checkers must infer of arguments by name, static fields, vectors of trees, and registered containers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
import dataclasses
from typing import Any, TypeAlias, assert_type

import attrs
import numpy as np
from numpy.typing import NDArray

from tapegrad import grad, ravel_tree, static, tree_map, value_and_grad
from tapegrad.extend import register_tree
import tapegrad.numpy as tnp
from tests.typing.check import check

F8: TypeAlias = NDArray[np.float64]


def loss(w: F8, b: float, *, scale: float = 1.0) -> np.float64:
    return tnp.sum(w) * b * scale


def with_aux(w: F8, b: float) -> tuple[np.float64, str]:
    return tnp.sum(w) * b, "aux"


w = np.ones(2)

# the arguments of the function are kept; what a name stands for, checkers cannot know
check(assert_type(grad(loss, argnames="scale")(w, 2.0, scale=3.0), Any), np.float64)
check(assert_type(grad(loss, argnames=("w", "b"))(w, b=2.0), dict[str, Any]), dict)
check(assert_type(grad(loss, argnames=["w", "b"])(w, b=2.0), dict[str, Any]), dict)
check(assert_type(grad(with_aux, argnames="b", has_aux=True)(w, 2.0), tuple[Any, str]), tuple)
check(assert_type(grad(with_aux, argnames=("b",), has_aux=True)(w, 2.0), tuple[dict[str, Any], str]), tuple)
check(assert_type(value_and_grad(loss, argnames="b")(w, 2.0), tuple[np.float64, Any]), tuple)
check(assert_type(value_and_grad(loss, argnames=("b",))(w, 2.0)[1], dict[str, Any]), dict)
check(
    assert_type(
        value_and_grad(with_aux, argnames=("b",), has_aux=True)(w, 2.0), tuple[tuple[np.float64, str], dict[str, Any]]
    ),
    tuple,
)


# static fields change no types
@attrs.frozen
class Layer:
    weights: F8
    activation: Callable[[Any], Any] = attrs.field(default=np.tanh, metadata=static)


@dataclasses.dataclass
class Named:
    weights: F8
    name: str = dataclasses.field(default="layer", metadata=static)


def dense(layer: Layer) -> np.float64:
    return np.sum(layer.weights * 2.0)


def named(layer: Named) -> np.float64:
    return np.sum(layer.weights * 2.0)


check(assert_type(grad(dense)(Layer(w)), Layer), Layer)
check(assert_type(grad(named)(Named(w)), Named), Named)

# the way back from a vector knows the tree
vector, unravel = ravel_tree(Layer(w))
check(assert_type(vector, NDArray[Any]), np.ndarray)
assert_type(unravel, Callable[[NDArray[Any]], Layer])
check(assert_type(unravel(2 * vector), Layer), Layer)


# a tree of the same class
check(assert_type(tree_map(lambda x: 2 * x, Layer(w)), Layer), Layer)
check(assert_type(tree_map(lambda x, y: x + y, Layer(w), Layer(w)), Layer), Layer)


# a decorated class stays what it is
@register_tree(fields=("slope", "offset"), static=("name",))
class Line:
    def __init__(self, slope: float, offset: float, name: str) -> None:
        self.slope, self.offset, self.name = slope, offset, name


@register_tree
class Ray:
    def __init__(self, slope: float) -> None:
        self.slope = slope

    def tree_flatten(self) -> tuple[Iterable[Any], None]:
        return (self.slope,), None

    @classmethod
    def tree_unflatten(cls, data: None, children: Iterable[Any]) -> Ray:
        return cls(*children)


class Plain:
    def __init__(self, x: float) -> None:
        self.x = x


class Other(Plain):
    pass


def slope(line: Line) -> float:
    return line.slope


def steepness(ray: Ray) -> float:
    return ray.slope


check(assert_type(grad(slope)(Line(1.0, 2.0, "fit")), Line), Line)
check(assert_type(grad(steepness)(Ray(1.0)), Ray), Ray)
check(assert_type(register_tree(Plain, lambda p: ((p.x,), None), lambda _, xs: Plain(*xs)), type[Plain]), type)
check(assert_type(register_tree(Other, fields=("x",)), type[Other]), type)
