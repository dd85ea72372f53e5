"""What the transforms are: values, that look like the function they were made from."""

from __future__ import annotations

import copy
import inspect
import pickle
from typing import Any

import attrs
import pytest

from tests.untyped import elementwise_grad, grad, value_and_grad, vmap


def weigh(x: Any, y: Any, z: Any, *, scale: float = 1.0) -> Any:
    """The test function."""
    return scale * (x * y**2 + z**3)


def cube(x: float, *, scale: float = 1.0) -> float:
    """The third power."""
    return scale * x**3


class Doubling:
    """A callable object, and a bound method."""

    def __call__(self, x: Any) -> Any:
        return 2 * x

    def squared(self, x: Any) -> Any:
        """x squared."""
        return x**2


TRANSFORMED = [grad(cube), value_and_grad(cube), elementwise_grad(cube), vmap(cube), grad(weigh, argnums=(0, 2))]


@pytest.mark.parametrize("transformed", TRANSFORMED, ids=str)
def test_transforms_are_values(transformed: Any) -> None:
    assert transformed.__name__ == transformed.f.__name__
    assert transformed.__qualname__ == transformed.f.__qualname__
    assert not hasattr(transformed, "__code__")
    assert transformed.__doc__ == transformed.f.__doc__
    assert inspect.signature(transformed) == inspect.signature(transformed.f)
    assert inspect.unwrap(transformed) is transformed.f
    twin = copy.copy(transformed)
    assert twin == transformed
    assert hash(twin) == hash(transformed)
    assert len({transformed, twin}) == 1
    assert pickle.loads(pickle.dumps(transformed)) == transformed
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        transformed.f = cube


class Asked:
    """A function that counts how often its signature is asked for."""

    count = 0

    def __call__(self, x: Any) -> Any:
        return x

    @property
    def __signature__(self) -> inspect.Signature:
        self.count += 1
        return inspect.signature(cube)


def test_signatures_of_nested_transforms() -> None:
    def asks(layers: int) -> int:
        f = innermost = Asked()
        for _ in range(layers):
            f = grad(f)
        assert inspect.signature(f) == inspect.signature(cube)
        return innermost.count

    assert asks(12) == asks(1)


def test_repr_of_transforms() -> None:
    assert repr(grad(cube)) == "grad(cube)"
    assert repr(grad(weigh, argnums=(0, 2))) == "grad(weigh, argnums=(0, 2))"
    assert repr(value_and_grad(cube, has_aux=True)) == "value_and_grad(cube, has_aux=True)"
    assert repr(vmap(cube, in_axes=1)) == "vmap(cube, in_axes=1)"
    assert repr(vmap(grad(cube))) == "vmap(grad(cube))"


def test_equality_of_transforms() -> None:
    assert grad(cube) == grad(cube)
    assert grad(cube) != value_and_grad(cube)
    assert grad(weigh, argnums=0) != grad(weigh, argnums=1)
    assert grad(weigh, argnums=[0, 1]) == grad(weigh, argnums=(0, 1))
    assert grad(grad(cube)) == grad(grad(cube))
    assert pickle.loads(pickle.dumps(grad(grad(cube))))(2.0) == 12.0


def test_transforms_of_methods_and_objects() -> None:
    doubling = Doubling()
    assert grad(doubling)(3.0) == 2.0
    assert grad(doubling.squared)(3.0) == 6.0
    assert grad(doubling.squared).__doc__ == "x squared."
    assert grad(doubling).__name__ == "Doubling"
    number: Any = 3.0
    with pytest.raises(TypeError, match="callable"):
        grad(number)

    class Model:
        factor = 5.0
        slope = grad(lambda self, x: self.factor * x**2, argnums=1)

        @staticmethod
        @grad
        def square(x: Any) -> Any:
            return x**2

    model: Any = Model()
    assert model.slope(3.0) == 30.0
    assert Model.square(3.0) == 6.0
