"""Trees: static fields, containers of one's own, and trees as vectors."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable
import dataclasses
from functools import cached_property
from pathlib import Path
import pickle
import subprocess
import sys
from threading import Barrier, Thread
from typing import Any

import attrs
import numpy as np
import optree
import pytest

from tapegrad import ravel_tree, static, tree_map
from tapegrad._tree import flatten
from tapegrad.errors import ConversionError, DomainError
from tapegrad.extend import register_tree
from tests.untyped import grad, jvp, value_and_grad, vjp, vmap

W = np.array([1.0, 2.0])
register: Any = register_tree


@attrs.frozen
class Layer:
    weights: Any
    bias: Any = 0.5
    activation: Callable[[Any], Any] = attrs.field(default=np.tanh, metadata=static)
    sizes: tuple[int, ...] = attrs.field(default=(2, 1), metadata={**static, "unit": "neurons"})

    def __call__(self, x: Any) -> Any:
        return self.activation(np.sum(self.weights * x) + self.bias)


@attrs.define(slots=False)
class Loose:
    weights: Any
    name: str = attrs.field(default="loose", metadata=static, kw_only=True)


@dataclasses.dataclass
class Data:
    weights: Any
    name: str = dataclasses.field(default="data", metadata=static)
    table: Any = dataclasses.field(default=None, metadata=static)


@dataclasses.dataclass(frozen=True, slots=True)
class Slotted:
    weights: Any
    name: str | None = dataclasses.field(default=None, metadata=static)


HOLDERS: list[Any] = [Layer(W), Loose(W, name="a"), Data(W, "b", np.arange(3)), Slotted(W)]


@pytest.mark.parametrize("holder", HOLDERS, ids=lambda holder: type(holder).__name__)
def test_static_fields_come_along(holder: Any) -> None:
    """Through every transform, as they are; nothing asks them for a derivative or an axis."""

    def square(h: Any) -> Any:
        for field in fixed:
            assert getattr(h, field) is getattr(holder, field)
        return np.sum(h.weights**2) + (h.bias if isinstance(h, Layer) else 0.0)

    fixed = [name for name in ("activation", "sizes", "name", "table") if hasattr(holder, name)]
    for found in (
        grad(square)(holder),
        value_and_grad(square)(holder)[1],
        vjp(square, holder)[1](1.0)[0],
        jvp(grad(square), (holder,), (holder,))[0],
    ):
        assert type(found) is type(holder)
        np.testing.assert_array_equal(found.weights, 2 * W)
        assert all(getattr(found, field) is getattr(holder, field) for field in fixed)


def test_static_fields_under_vmap() -> None:
    layers = Layer(np.ones((5, 2)), np.zeros(5), np.sin)
    gradient = vmap(grad(lambda layer: layer(W)))(layers)
    assert gradient.activation is np.sin
    assert gradient.weights.shape == (5, 2)
    assert vmap(lambda layer: layer)(layers).sizes == (2, 1)


def test_static_fields_are_structure() -> None:
    """Trees whose static fields are equal have one structure; hidden state is none."""
    structures = [flatten(Layer(W, activation=f, sizes=sizes))[1] for f, sizes in ((np.tanh, (1,)), (np.sin, (1,)))]
    assert structures[0] != structures[1]
    same = flatten(Layer(2 * W, 3.0, sizes=(1,)))[1]
    assert structures[0] == same
    assert hash(structures[0]) == hash(same)
    assert flatten(Data(W, "a", np.arange(3)))[1] == flatten(Data(W, "a", np.arange(3)))[1]
    assert flatten(Data(W, "a", np.arange(3)))[1] != flatten(Data(W, "a", np.arange(4)))[1]
    assert flatten(Data(W, "a"))[1] != flatten(Data(W, "a", np.arange(4)))[1]
    with pytest.raises(TypeError, match="structure"):
        jvp(lambda layer: layer(W), (Layer(W),), (Layer(W, activation=np.sin),))


def test_a_leaf_that_should_be_static() -> None:
    @attrs.frozen
    class Network:
        layers: list[Any]
        mode: Any

    @attrs.frozen
    class Dense:
        weights: Any
        activation: Any

    for network, place in (
        (Network([W], "train"), r"n\.mode\) of <lambda> is a str.*If mode is configuration"),
        (Network([Dense(W, None)], 1.0), r"n\.layers\[0\]\.activation\) of <lambda> is None.*If activation is"),
        (Network([Dense(W, np.tanh)], 1.0), r"\.activation\) of <lambda> is a ufunc.*If activation is"),
        (Network([W], np.array([0, 1])), r"mode\) of <lambda> has dtype int64.*metadata=tapegrad.static"),
    ):
        with pytest.raises(DomainError, match=place):
            grad(lambda n: np.sum(n.layers[0]))(network)
    with pytest.raises(DomainError) as caught:
        grad(lambda d: d["a"])({"a": "x"})
    assert "static" not in str(caught.value)


def test_static_is_a_mapping() -> None:
    assert repr(static) == "static"
    assert dict(static) == {"tapegrad.static": True}
    assert len(static) == 1


def test_registering_by_the_names_of_attributes() -> None:
    @register_tree(fields=("slope", "offset"), static=("name",))
    class Line:
        def __init__(self, slope: Any, offset: Any, name: str) -> None:
            self.slope, self.offset, self.name = slope, offset, name
            self.made_by = "init"

    line = Line(2.0, W, "fit")
    line.made_by = "me"
    gradient = grad(lambda line: line.slope * np.sum(line.offset))(line)
    assert (gradient.slope, gradient.name, gradient.made_by) == (3.0, "fit", "me")
    np.testing.assert_array_equal(gradient.offset, [2.0, 2.0])
    assert flatten(line)[1] != flatten(Line(2.0, W, "other"))[1]
    with pytest.raises(DomainError, match=r"line\.slope\) of .* is a str"):
        grad(lambda line: line.slope)(Line("x", 1.0, ""))


def test_registering_by_methods() -> None:
    """As JAX's `register_pytree_node_class` has it."""

    @register_tree
    class Ring:
        def __init__(self, xs: list[Any], twist: int) -> None:
            self.xs, self.twist = xs, twist

        def tree_flatten(self) -> tuple[Iterable[Any], int]:
            return self.xs, self.twist

        @classmethod
        def tree_unflatten(cls, data: int, children: Iterable[Any]) -> Ring:
            return cls(list(children), data)

    gradient = grad(lambda ring: ring.xs[0] * ring.xs[1] ** ring.twist)(Ring([2.0, 3.0], 2))
    assert (gradient.xs, gradient.twist) == ([9.0, 12.0], 2)


def test_registering_in_one_line() -> None:
    class Bare:
        def __init__(self, x: Any) -> None:
            self.x = x

    assert register_tree(Bare, fields=["x"]) is Bare
    assert grad(lambda bare: bare.x**2)(Bare(3.0)).x == 6.0


def test_what_registering_refuses() -> None:
    class Empty:
        pass

    with pytest.raises(TypeError, match=r"fields=.*tree_flatten"):
        register(Empty)
    with pytest.raises(TypeError, match="takes a class"):
        register(Empty(), fields=())
    register(Empty, fields=())
    with pytest.raises(ValueError, match="tree already"):
        register(Empty, fields=())
    flatten(Layer(W))
    with pytest.raises(ValueError, match="tree already"):
        register_tree(Layer, lambda layer: ((layer.weights,), None), lambda _, xs: Layer(*xs))


def test_several_trees_side_by_side() -> None:
    first, second = {"a": W, "b": [1.0]}, {"a": 2 * W, "b": [3.0]}
    total = tree_map(lambda x, y: x + y, first, second)
    np.testing.assert_array_equal(total["a"], 3 * W)
    assert total["b"] == [4.0]
    assert tree_map(lambda x, y, z: x + y * z, 1.0, 2.0, 3.0) == 7.0
    for other in ({"a": W}, W, [W, [1.0]]):
        with pytest.raises(TypeError, match="one structure"):
            tree_map(lambda x, y: x, first, other)


def test_many_threads_meet_a_class_at_once() -> None:
    """It is registered once."""
    for _ in range(20):

        @attrs.frozen
        class Fresh:
            x: Any
            kind: str = attrs.field(default="k", metadata=static)

        barrier, found = Barrier(4), list[Any]()

        def work(made: Any = Fresh, ready: Barrier = barrier, results: list[Any] = found) -> None:
            ready.wait()
            results.append(grad(lambda f: f.x**2)(made(3.0)).x)

        threads = [Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert found == [6.0] * 4


def test_a_class_is_flattened_without_a_copy_of_its_fields() -> None:
    """One call of optree for a tree of many leaves, once its classes are known."""
    tree = [Layer(W) for _ in range(50)]
    flatten(tree)
    calls, genuine = [0], optree.tree_flatten

    def counted(*args: Any, **keywords: Any) -> Any:
        calls[0] += 1
        return genuine(*args, **keywords)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(optree, "tree_flatten", counted)
        assert len(flatten(tree)[0]) == 100
    assert calls == [1]


MIXED: dict[str, Any] = {
    "half": np.array([[1.0, 2.0]], np.float32),
    "number": 3.0,
    "scalar": np.float32(4.0),
    "zero": np.array(5.0),
    "empty": np.zeros((0, 3)),
    "layers": [Layer(W, 6.0)],
}


def test_ravel_and_back() -> None:
    vector, unravel = ravel_tree(MIXED)
    np.testing.assert_array_equal(np.sort(vector), [1.0, 1.0, 2.0, 2.0, 3.0, 4.0, 5.0, 6.0])
    assert vector.dtype == np.float64
    tree = unravel(vector)
    assert list(tree) == list(MIXED)
    assert type(tree["number"]) is np.float64
    for name in ("half", "scalar", "zero", "empty"):
        assert type(tree[name]) is type(MIXED[name])
        assert (tree[name].dtype, tree[name].shape) == (
            MIXED[name].dtype,
            MIXED[name].shape,
        )
        np.testing.assert_array_equal(tree[name], MIXED[name])
    layers: Any = tree["layers"]
    assert layers[0].activation is np.tanh
    assert not np.shares_memory(layers[0].weights, vector)
    assert not np.shares_memory(ravel_tree(W)[0], W)


def test_dtypes_promote() -> None:
    single = [np.ones(2, np.float32), np.ones(1, np.float16)]
    assert ravel_tree(single)[0].dtype == np.float32
    assert ravel_tree(())[0].shape == (0,)
    assert ravel_tree(())[1](np.zeros(0)) == ()
    vector, unravel = ravel_tree((1j, 2.0))
    assert vector.dtype == np.complex128
    assert unravel(np.array([1 + 1j, 3 + 4j])) == (1 + 1j, 3.0)
    assert ravel_tree(np.ones(2, np.float32))[1](np.array([1, 2])).dtype == np.float32


def test_ravel_differentiates() -> None:
    tree: dict[str, Any] = {"w": np.array([[1.0, 2.0]], np.float32), "b": 3.0}
    vector, unravel = ravel_tree(tree)

    def loss(tree: Any) -> Any:
        return np.sum(np.sin(tree["w"]) ** 2) * tree["b"]

    expected = grad(loss)(tree)
    np.testing.assert_allclose(unravel(grad(lambda v: loss(unravel(v)))(vector))["w"], expected["w"], rtol=1e-6)
    again = grad(lambda tree: np.sum(ravel_tree(tree)[0] ** 2))(tree)
    np.testing.assert_allclose(again["w"], 2 * tree["w"])
    assert again["w"].dtype == np.float32
    there = jvp(lambda v: ravel_tree(unravel(v))[0], (vector,), (2 * vector,))
    np.testing.assert_array_equal(there, (vector, 2 * vector))
    hessian = np.stack([jvp(grad(lambda v: loss(unravel(v))), (vector,), (e,))[1] for e in np.eye(3)])
    np.testing.assert_allclose(hessian, hessian.T, rtol=1e-6)


def test_ravel_under_vmap() -> None:
    stack = np.arange(12.0).reshape(4, 3)
    unravel: Any = ravel_tree({"w": np.ones((2, 1)), "b": 1.0})[1]
    trees = vmap(unravel)(stack)
    assert (trees["w"].shape, trees["b"].shape) == ((4, 2, 1), (4,))
    np.testing.assert_array_equal(vmap(lambda tree: ravel_tree(tree)[0])(trees), stack)
    np.testing.assert_array_equal(vmap(grad(lambda v: unravel(v)["b"] ** 2))(stack)[:, 0], 2 * stack[:, 0])


def test_unravel_is_a_value() -> None:
    vector, unravel = ravel_tree([Layer(W), 3.0])
    again: Any = pickle.loads(pickle.dumps(unravel))
    assert again == unravel
    assert hash(again) == hash(unravel)
    assert again(vector)[0].activation is np.tanh
    assert "float64[2]" in repr(unravel)
    assert unravel != ravel_tree([Layer(W, activation=np.sin), 3.0])[1]


def test_unravel_pickles_into_a_process_that_has_not_met_the_class() -> None:
    """optree's own structures do not."""
    program = "import pickle, sys; print(pickle.load(sys.stdin.buffer)([1.0, 2.0]))"
    run = subprocess.run(
        [sys.executable, "-c", program],
        cwd=Path(__file__).resolve().parent.parent,
        input=pickle.dumps(ravel_tree(Loose(W))[1]),
        capture_output=True,
        check=True,
    )
    assert run.stdout.decode().strip() == "Loose(weights=array([1., 2.]), name='loose')"


@pytest.mark.parametrize(
    ("tree", "message"),
    [
        ({"i": np.arange(3)}, r"\['i'\] is an array of dtype int64.*asarray\(x, float\)"),
        ([None], r"\[0\] is None"),
        (["x"], "is a str.*static"),
        (True, "the tree is a bool"),
        (Loose("x"), r"\.weights is a str"),
        ([np.array(["x"])], "dtype <U1"),
        ([np.ma.masked_array([1.0], [True])], r"\[0\] is a MaskedArray"),
    ],
)
def test_what_ravel_refuses(tree: Any, message: str) -> None:
    with pytest.raises(
        DomainError, match=f"ravel_tree: {message}" if message[0] != "d" and message[0] != "i" else message
    ):
        ravel_tree(tree)


def test_what_unravel_refuses() -> None:
    unravel: Any = ravel_tree({"w": W})[1]
    for wrong in (np.ones(3), np.ones((1, 2)), 1.0):
        with pytest.raises(ValueError, match="a vector of 2 numbers"):
            unravel(wrong)
    with pytest.raises(DomainError, match="imaginary"):
        unravel(np.array([1j, 0]))


def test_ordered_dicts_and_subclasses() -> None:
    tree: OrderedDict[str, Any] = OrderedDict(b=1.0, a=W)
    assert list(grad(lambda t: t["b"] * np.sum(t["a"]))(tree)) == ["b", "a"]


def test_a_converter_that_loses_the_gradient() -> None:
    converter: Any = np.asarray
    weights: Any = attrs.make_class("Weights", {"values": attrs.field(converter=converter)})
    with pytest.raises(ConversionError, match=r"at test_trees.py:\d+, in <lambda>"):
        grad(lambda x: weights(x).values)(1.0)


@dataclasses.dataclass(frozen=True)
class Decaying:
    rate: Any

    @cached_property
    def weights(self) -> Any:
        return np.exp(-self.rate * np.arange(3.0))


@attrs.frozen(slots=False)
class DecayingOnceMore(Decaying):
    rate: Any


@pytest.mark.parametrize("kind", [Decaying, DecayingOnceMore])
def test_a_cached_property_is_that_of_the_children(kind: Any) -> None:
    def total(tree: Any) -> Any:
        return np.sum(tree.weights)

    fresh, used = kind(0.5), kind(0.5)
    assert total(used) == total(fresh)
    gradient = grad(total)(used)
    assert gradient == grad(total)(kind(0.5))
    assert gradient.rate < -1.0
    np.testing.assert_array_equal(gradient.weights, kind(gradient.rate).weights)
